"""Bilateral meetings of the demonstration's coming meeting, in all states: asked for, agreed, declined, moved, withdrawn."""

import datetime as dt
from typing import Any

from puebla.config.demonstration.people import Cast
from puebla.meetings.actions import bilaterals as actions
from puebla.meetings.models import Bilateral, BilateralSlot, Convening
from puebla.members.models import Party

ROOMS = (
    {"en": "Gallery room", "es": "Salón de la Galería"},
    {"en": "Patio room", "es": "Salón del Patio"},
    {"en": "Library", "es": "Biblioteca"},
)
#: Day of the meeting, from, until: when nobody is expected in a session.
HOURS = ((0, "12:45", "13:45"), (1, "12:15", "13:45"), (1, "16:15", "17:45"))
#: Who asks whom, whose account asks, the language and words of the subject, at which of the times.
ASKED: tuple[tuple[str, str, str, str, str, tuple[int, ...]], ...] = (
    ("CRI", "MEX", "delegate.cri", "es", "Retorno ordenado por vía terrestre", (0, 2)),
    ("HND", "GTM", "delegate.hnd", "es", "Pasos fronterizos y consulados móviles", (4, 5)),
    ("SLV", "USA", "focal.slv", "es", "Visas de trabajo temporal", (1,)),
    ("CAN", "DOM", "focal.can", "en", "Seasonal workers: next year’s numbers", (3,)),
    ("UNHCR", "HND", "observer.unhcr", "en", "Reception of children on the move", (6,)),
    ("BLZ", "CAN", "focal.blz", "en", "Training of border officers", (5,)),
)  # fmt: skip


def open_rooms(convening: Convening, cast: Cast, *, at: dt.datetime) -> None:
    """The assistant opens three rooms, and closes one slot of which the host has need."""
    for day, start, end in HOURS:
        actions.open_slots(
            convening=convening, days=[convening.meeting.starts_on + dt.timedelta(days=day)], length=25, pause=5,
            from_hour=dt.time.fromisoformat(start), until_hour=dt.time.fromisoformat(end), rooms=ROOMS, by=cast["assistant"], at=at,
        )  # fmt: skip
    last = BilateralSlot.objects.filter(convening=convening).order_by("-starts_at", "-room_id")[0]
    actions.close_slot(slot=last, closed=True, by=cast["assistant"], at=at)


def ask(convening: Convening, cast: Cast, *, at: dt.datetime) -> None:
    """Six delegations ask; each proposes times in a room of its choice."""
    for number, (one, other, by, language, subject, times) in enumerate(ASKED):
        actions.ask(
            convening=convening, asking=Party.objects.get(code=one), asked=Party.objects.get(code=other),
            slots=[_slot(convening, time, number % len(ROOMS)) for time in times], subject=subject, language=language,
            subject_given=one == "CRI", by=cast[by], at=at,
        )  # fmt: skip


def answer(convening: Convening, cast: Cast, *, at: dt.datetime) -> None:
    """Three agree, one declines, one proposes another time, one does not answer yet; one that was agreed is called off."""
    for asked, by in (("MEX", "focal.mex"), ("DOM", "focal.dom"), ("CAN", "focal.can")):
        row = _row(convening, asked)
        slot = row.proposals.all()[0].slot
        actions.accept(bilateral=row, slot=slot, by=cast[by], **_now(row, at))
    declined = _row(convening, "USA")
    actions.decline(
        bilateral=declined, reason="We have no time this week; let us speak by telephone.", by=cast["focal.usa"], **_now(declined, at)
    )  # fmt: skip
    other = _row(convening, "HND")
    actions.propose(
        bilateral=other, slots=[_slot(convening, 2, 1)], by=cast["delegate.hnd"], **_now(other, at)
    )
    off = _row(convening, "CAN")
    actions.withdraw(bilateral=off, reason="", by=cast["focal.blz"], **_now(off, at))


def move(convening: Convening, cast: Cast, *, at: dt.datetime) -> None:
    """The secretariat moves one that is agreed."""
    row = _row(convening, "DOM")
    actions.move(bilateral=row, slot=_slot(convening, 6, 2), by=cast["secretariat"], **_now(row, at))


def _row(convening: Convening, asked: str) -> Bilateral:
    return Bilateral.objects.get(convening=convening, asked__code=asked)


def _now(row: Bilateral, at: dt.datetime) -> dict[str, Any]:
    return {"revision": row.revision, "at": at}


def _slot(convening: Convening, time: int, room: int) -> BilateralSlot:
    """The slot at the time of this number, in the room of this number."""
    slots = BilateralSlot.objects.filter(convening=convening).order_by("starts_at", "room_id")
    return slots[time * len(ROOMS) + room]
