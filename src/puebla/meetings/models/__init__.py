"""A meeting from the first announcement to the sealed record: convened, held in sessions along an agenda."""

from puebla.meetings.models.agenda import AgendaItem, AgendaRevision, ItemOpening, ItemPaper
from puebla.meetings.models.bilaterals import (
    Bilateral,
    BilateralHold,
    BilateralNote,
    BilateralProposal,
    BilateralRoom,
    BilateralSlot,
)
from puebla.meetings.models.calendars import CalendarAddress
from puebla.meetings.models.chairing import ChairNote
from puebla.meetings.models.convening import Convening, Look, PaperLook
from puebla.meetings.models.delegations import Attendance, Delegate, DelegateStep, Delegation
from puebla.meetings.models.handovers import HandOver, HandOverPoint, HandOverSignature
from puebla.meetings.models.packs import Pack
from puebla.meetings.models.releases import ProgrammeRelease
from puebla.meetings.models.reports import Report
from puebla.meetings.models.sessions import Session
from puebla.meetings.models.statements import InterpretersLink, Statement, StatementText

__all__ = [
    "AgendaItem",
    "AgendaRevision",
    "Attendance",
    "Bilateral",
    "BilateralHold",
    "BilateralNote",
    "BilateralProposal",
    "BilateralRoom",
    "BilateralSlot",
    "CalendarAddress",
    "ChairNote",
    "Convening",
    "Delegate",
    "DelegateStep",
    "Delegation",
    "HandOver",
    "HandOverPoint",
    "HandOverSignature",
    "InterpretersLink",
    "ItemOpening",
    "ItemPaper",
    "Look",
    "Pack",
    "PaperLook",
    "ProgrammeRelease",
    "Report",
    "Session",
    "Statement",
    "StatementText",
]
