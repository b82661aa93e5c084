"""Delegations: named, reviewed, accredited, registered, checked in at the door, and what is personal forgotten afterwards."""

from puebla.meetings.actions.delegations.accrediting import (
    accredit,
    check_letter,
    invite_party,
    refuse,
    review,
    set_quotas,
)
from puebla.meetings.actions.delegations.door import check_in, undo_check_in
from puebla.meetings.actions.delegations.files import set_letter, set_photo
from puebla.meetings.actions.delegations.nominating import (
    consent,
    describe_delegate,
    nominate,
    nominate_again,
    reissue_badge,
    withdraw,
)
from puebla.meetings.actions.delegations.purging import purge
from puebla.meetings.actions.delegations.registering import register

__all__ = [
    "accredit",
    "check_in",
    "check_letter",
    "consent",
    "describe_delegate",
    "invite_party",
    "nominate",
    "nominate_again",
    "purge",
    "refuse",
    "register",
    "reissue_badge",
    "review",
    "set_letter",
    "set_photo",
    "set_quotas",
    "undo_check_in",
    "withdraw",
]
