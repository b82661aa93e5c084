"""What stands in the Presidency's hand-over file of meetings: those ahead, items, deadlines, reports, closed sessions."""

import datetime as dt
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from puebla.core.handing_over import HandOverSource, Point, known_by
from puebla.core.interface import in_every_language
from puebla.core.languages import show
from puebla.core.zones import local, place_of
from puebla.meetings.models import AgendaItem, Convening, Report, Session
from puebla.members.models import Audience, Body, Meeting, Party
from puebla.members.querysets import Reach, today
from puebla.members.rules import chairs_of
from puebla.theme.templatetags.theme import imprecise, period

if TYPE_CHECKING:
    from puebla.accounts.models import Person


def _secretariat() -> Party | None:
    return Party.objects.filter(kind=Party.Kind.SECRETARIAT).order_by("pk").first()


def _of_meeting(meeting: Meeting, party: Party) -> dict[str, int]:
    """The gate of what the record of a meeting says: of an announced one every member, of a draft the offices."""
    room = meeting.body.room
    audience = Audience.PRESIDENCY if meeting.draft else Audience.MEMBERS
    return {"room": room.pk, "room_cap": room.cap, "audience": min(audience, room.cap), "party": party.pk}


def _ahead(at: dt.datetime) -> list[Meeting]:
    rows = Meeting.objects.filter(body__room__sealed=False).upcoming(on=today(at))
    return list(rows.select_related("body__room", "convening"))


def meetings(office: Body, at: dt.datetime) -> Iterator[Point]:  # noqa: ARG001 - as every source
    """Meetings of open bodies that have not ended: when, where, how far they are prepared."""
    party = _secretariat()
    for one in _ahead(at) if party is not None else ():

        def said(one: Meeting = one) -> str:
            convening = getattr(one, "convening", None)
            state = (
                _("draft")
                if one.draft
                else convening.get_state_display()
                if convening
                else _("not convened yet")
            )
            place = str(show(one.places))
            return ", ".join(
                filter(None, [str(period(one.starts_on, one.ends_on, one.precision)), place, str(state)])
            )

        yield Point(key=_key(one), titles=one.titles, states=in_every_language(said), route=("meetings:page", one.symbol),
                    due_on=one.starts_on, **_of_meeting(one, party))  # type: ignore[arg-type] # fmt: skip


def _key(meeting: Meeting) -> str:
    return str(meeting.symbol)


def items(office: Body, at: dt.datetime) -> Iterator[Point]:  # noqa: ARG001 - as every source
    """Items on the agendas of meetings that are not closed; of closed sessions too, behind their room."""
    rows = AgendaItem.objects.filter(
        removed_at=None, audience__gte=Audience.PRESIDENCY, parent=None, convening__meeting__draft=False,
        convening__meeting__body__room__sealed=False,
    ).exclude(convening__state=Convening.State.CLOSED)  # fmt: skip
    for one in rows.select_related("convening__meeting", "room").order_by("convening", "path"):
        meeting = one.convening.meeting
        yield Point(
            key=one.ref, titles={code: f"{one.label}. {words}" for code, words in one.titles.items()}, states=meeting.titles,
            route=("meetings:page", meeting.symbol), room=one.room_id, room_cap=one.room_cap, audience=one.audience,
            party=one.party_id, embargo_until=one.embargo_until, due_on=meeting.starts_on,
        )  # fmt: skip


def deadlines(office: Body, at: dt.datetime) -> Iterator[Point]:  # noqa: ARG001 - as every source
    """Days by which delegations are named; until when a report is commented stands with the report."""
    party = _secretariat()
    for one in _ahead(at) if party is not None else ():
        day = one.convening.nominate_by if hasattr(one, "convening") else None
        if day is not None and day >= today(at):

            def said(day: dt.date = day) -> str:
                return _("nominations by %(day)s") % {"day": imprecise(day)}

            yield Point(key=f"nominate:{_key(one)}"[:60], titles=one.titles, states=in_every_language(said),
                        route=("meetings:delegations", one.symbol), due_on=day, **_of_meeting(one, party))  # type: ignore[arg-type] # fmt: skip


_meetings_seen = known_by(Meeting.objects, "symbol")


def _deadlines_seen(person: "Person", reach: Reach, keys: Collection[str]) -> set[str]:
    symbols = {key.partition(":")[2]: key for key in keys}
    return {symbols[one] for one in _meetings_seen(person, reach, list(symbols)) if one in symbols}


def reports(office: Body, at: dt.datetime) -> Iterator[Point]:  # noqa: ARG001 - as every source
    """Minutes and reports that are drafted or commented; those of closed sessions behind their room."""
    rows = Report.objects.filter(adopted_at=None, text__audience__gte=Audience.PRESIDENCY)
    rows = rows.filter(Q(session__isnull=False) | Q(text__room__sealed=False))
    for one in rows.select_related("text__room", "convening__meeting"):

        def said(one: Report = one) -> str:
            until = one.text.comments_until
            if until is None:
                return str(one.get_state_display())
            zone = one.comments_zone or timezone.get_current_timezone_name()
            when = f"{formats.date_format(local(until, zone), 'DATETIME_FORMAT')} ({place_of(zone)})"
            return f"{one.get_state_display()}, " + _("comments until %(at)s") % {"at": when}

        text = one.text
        yield Point(
            key=text.ref, titles=text.titles, states=in_every_language(said), route=("texts:text", text.ref), room=text.room_id,
            room_cap=text.room_cap, audience=text.audience, party=text.party_id, embargo_until=text.embargo_until,
            due_on=one.comments_on,
        )  # fmt: skip


def chairs(office: Body, at: dt.datetime) -> Iterator[Point]:  # noqa: ARG001 - as every source
    """Closed sessions to come in whose room nobody chairs: that there is one and when, and nothing of what is in it."""
    rows = Session.objects.filter(
        kind=Session.Kind.CLOSED, cancelled_at=None, starts_at__gt=at, shown_as_line=True
    )
    rows = rows.filter(convening__meeting__body__room__sealed=False).exclude(
        convening__state=Convening.State.CLOSED
    )
    for one in rows.select_related("room", "party", "convening__meeting__body__room"):
        if chairs_of(one.room, at=at):
            continue

        def said(one: Session = one) -> str:
            when = formats.date_format(local(one.starts_at, one.zone), "DATETIME_FORMAT")
            return _("closed session, %(when)s: nobody chairs it") % {"when": when}

        meeting = one.convening.meeting
        yield Point(
            key=one.ref, titles=meeting.titles, states=in_every_language(said), route=("meetings:page", meeting.symbol),
            due_on=one.on, **_of_meeting(meeting, one.party),  # type: ignore[arg-type]
        )  # fmt: skip


def _chairs_seen(person: "Person", reach: Reach, keys: Collection[str]) -> set[str]:
    mine = Session.objects.visible_to(person, reach=reach).filter(ref__in=keys)
    lines = Session.objects.seen_as_lines(person, reach=reach).filter(ref__in=keys)
    return {*mine.order_by().values_list("ref", flat=True), *lines.order_by().values_list("ref", flat=True)}


SOURCES = {
    "meetings": HandOverSource("meetings", meetings, _meetings_seen),
    "items": HandOverSource("items", items, known_by(AgendaItem.objects)),
    "deadlines": HandOverSource("deadlines", deadlines, _deadlines_seen),
    "reports": HandOverSource("reports", reports, known_by(Report.objects, "text__ref")),
    "chairs": HandOverSource("chairs", chairs, _chairs_seen),
}
