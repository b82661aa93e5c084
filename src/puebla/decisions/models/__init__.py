"""Decisions by consensus and what is asked by them."""

from puebla.decisions.models.answers import ProvisionAnswer
from puebla.decisions.models.decision import Decision
from puebla.decisions.models.negotiating import Position, Proposal, Voice
from puebla.decisions.models.provisions import (
    IN_FORCE,
    Addressee,
    Link,
    Provision,
    ProvisionStatus,
    Status,
    Verb,
)
from puebla.decisions.models.silence import (
    ClockSpan,
    SilenceExtension,
    SilenceParty,
    SilenceProcedure,
    SilenceReceipt,
    SilenceRule,
)

__all__ = [
    "IN_FORCE",
    "Addressee",
    "ClockSpan",
    "Decision",
    "Link",
    "Position",
    "Proposal",
    "Provision",
    "ProvisionAnswer",
    "ProvisionStatus",
    "SilenceExtension",
    "SilenceParty",
    "SilenceProcedure",
    "SilenceReceipt",
    "SilenceRule",
    "Status",
    "Verb",
    "Voice",
]
