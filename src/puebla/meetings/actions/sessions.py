"""Sessions held, moved, cancelled; and who sits in a closed one."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from puebla.accounts.models import Person
from puebla.core import journal
from puebla.core.interface import in_every_language
from puebla.core.models import random_ref
from puebla.core.verdicts import RefusedError, require, require_unchanged
from puebla.core.zones import instant_of
from puebla.meetings import rules
from puebla.meetings.models import Convening, Session
from puebla.meetings.rules.statements import interpreted_until
from puebla.members import actions as members
from puebla.members.models import Audience, Party, Room
from puebla.members.querysets import reach_of
from puebla.members.rules import chairs_of

SHOWN_IN_CALENDARS = ("titles", "places", "link", "on", "from_hour", "until_hour", "past_midnight", "zone")


def secretariat() -> Party:
    """The party in whose name the meeting's own records stand: the Technical Secretariat."""
    return Party.objects.filter(kind=Party.Kind.SECRETARIAT).order_by("pk")[0]


@transaction.atomic
def hold_session(*, convening: Convening, by: Person, at: dt.datetime, **values: Any) -> Session:
    """Add a session to the meeting.

    A closed one gets a sealed room of its own, in which the Presidency's chairs sit from the beginning; they seat the others
    (`seat_in_session`). Whoever wrote it and does not sit there sees of it afterwards what everybody else does.

    Args:
        values: kind, titles, places, link, on, from_hour, until_hour, past_midnight, zone, later (which of two hours on the
            day clocks are put back), audience (of an open one), shown_as_line.

    Raises:
        RefusedError: outside the meeting's days, an hour that does not exist, an end before the beginning.
    """
    row = Convening.objects.select_related("meeting__body__room").get(pk=convening.pk)
    require(rules.may_run(reach_of(by, at), row.meeting))
    return write_session(row, by=by, at=at, **values)


def write_session(
    convening: Convening, *, by: Person | None, at: dt.datetime, kind: str, audience: int | None = None,
    **values: Any,
) -> Session:  # fmt: skip
    """The session's row, and its room where it is closed; the caller has asked the rule and holds the transaction."""
    closed = kind == Session.Kind.CLOSED
    room = _sealed_room(convening) if closed else convening.meeting.body.room
    session = Session(
        convening=convening, kind=kind, room=room, room_cap=room.cap, party=secretariat(), changed_at=at,
        audience=Audience.ROOM if closed else min(audience or convening.open_to, room.cap),
    )  # fmt: skip
    _set(session, values, at=at)
    session.full_clean()
    session.save()
    if closed:
        members.seat_chairs(room=room, at=at)
        if not chairs_of(room, at=at):
            raise RefusedError(
                _("Nobody sits as chair for the Presidency today, so nobody could let anybody into a closed session. Seat the chair first."),
                field="kind",
            )  # fmt: skip
    journal.record("session.held", at=at, person=by, subject=session, room=room,
                   facts={"titles": session.titles, "starts": session.starts_at})  # fmt: skip
    return session


def _sealed_room(convening: Convening) -> Room:
    names = in_every_language(
        lambda: _("Closed session, %(meeting)s") % {"meeting": convening.meeting.symbol}
    )
    room = Room(code=f"closed-{random_ref()}", names=names, sealed=True, cap=Audience.ROOM)
    room.full_clean()
    room.save()
    return room


def _set(session: Session, values: dict[str, Any], *, at: dt.datetime) -> None:
    later = values.pop("later", None)
    for name, value in values.items():
        setattr(session, name, value)
    session.zone = session.zone or session.convening.zone
    fits = rules.session_fits(session.convening, session.on)
    if not fits:
        raise RefusedError(fits.reason, field="on")
    ends_on = session.on + dt.timedelta(days=1 if session.past_midnight else 0)
    session.starts_at = instant_of(
        session.on, session.from_hour, session.zone, later=later, field="from_hour"
    )
    session.ends_at = instant_of(ends_on, session.until_hour, session.zone, later=later, field="until_hour")
    if session.ends_at <= session.starts_at:
        raise RefusedError(
            _("The session ends before it begins. Put the end later, or say that it ends on the next day."),
            field="until_hour",
        )
    session.changed_at = at


def locked(session: Session) -> Session:
    """The session's row, locked until the transaction ends."""
    return (
        Session.objects.select_for_update(of=("self",))
        .select_related("convening__meeting__body__room", "room")
        .get(pk=session.pk)
    )


@transaction.atomic
def change_session(*, session: Session, revision: int, by: Person, at: dt.datetime, **values: Any) -> Session:
    """Move or describe a session; what a calendar shows of it moves with it, and until when its interpreters' links open.

    It never becomes closed, nor open again.
    """
    row = locked(session)
    require(rules.may_change_session(reach_of(by, at), row))
    require_unchanged(row, revision)
    before, audience = {name: getattr(row, name) for name in SHOWN_IN_CALENDARS}, row.audience
    _set(row, values, at=at)
    changed = sorted(name for name, was in before.items() if was != getattr(row, name))
    row.revision += 1
    row.sequence += 1 if changed else 0
    row.full_clean()
    row.save()
    until = interpreted_until(row)
    row.interpreters_links.filter(ended_at=None, issued_at__lt=until).update(until_at=until)
    journal.record("session.changed", at=at, person=by, subject=row, room=row.room,
                   facts={"changed": changed, "starts": row.starts_at} | who_takes_part(audience, row.audience))  # fmt: skip
    return row


def who_takes_part(was: int, now: int) -> dict[str, list[int]]:
    """For the journal, that an audience was changed, from which to which; nothing where it was not."""
    return {"audience": [was, now]} if was != now else {}


@transaction.atomic
def cancel_session(*, session: Session, by: Person, at: dt.datetime) -> Session:
    """Cancel a session: it stays, struck through, and calendars are told."""
    row = locked(session)
    require(rules.may_change_session(reach_of(by, at), row))
    if row.cancelled_at is None:
        row.cancelled_at, row.changed_at = at, at
        row.sequence += 1
        row.revision += 1
        row.save()
        journal.record("session.cancelled", at=at, person=by, subject=row, room=row.room)
    return row


@transaction.atomic
def reinstate_session(*, session: Session, by: Person, at: dt.datetime) -> Session:
    """Hold a cancelled session after all, at its hour; calendars are told."""
    row = locked(session)
    require(rules.may_change_session(reach_of(by, at), row))
    fits = rules.session_fits(row.convening, row.on)
    if not fits:
        raise RefusedError(fits.reason)
    if row.cancelled_at is not None:
        row.cancelled_at, row.changed_at = None, at
        row.sequence += 1
        row.revision += 1
        row.save()
        journal.record("session.reinstated", at=at, person=by, subject=row, room=row.room)
    return row


@transaction.atomic
def seat_in_session(*, session: Session, person: Person, by: Person, at: dt.datetime) -> None:
    """Let somebody into a closed session: its chair does, and everybody there is told (`members.actions.seat_in_room`)."""
    row = locked(session)
    require(rules.may_let_in(row))
    members.seat_in_room(room=row.room, person=person, by=by, at=at)


def seat_coming_chairs(*, at: dt.datetime) -> int:
    """Seat whoever chairs for the Presidency meanwhile, or will, in the closed sessions of meetings that are not closed.

    How many were seated. Their seats count while their party presides, so that on the day the chair has passed on by itself.
    """
    running = Session.objects.filter(kind=Session.Kind.CLOSED).exclude(
        convening__state=Convening.State.CLOSED
    )
    return sum(len(members.seat_chairs(room=one.room, at=at)) for one in running.select_related("room"))
