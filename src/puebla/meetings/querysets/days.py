"""A meeting's day while it lasts: what is on now, what comes next, what is new since the morning."""

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q, QuerySet

from puebla.meetings.querysets.delegations import ACTIVE
from puebla.meetings.querysets.programme import programme
from puebla.members.querysets import Reach, today
from puebla.members.querysets.prepared import PreparedForReader

if TYPE_CHECKING:
    from puebla.accounts.models import Person

#: A meeting has days from the day it is convened; whether somebody opened it in time is not asked.
LASTING = ("convened", "in_session")


def day_there(convening: Any, at: dt.datetime) -> dt.date:
    """The day at the venue: it turns over at the venue's midnight, not at the reader's."""
    return at.astimezone(ZoneInfo(convening.zone)).date()


def morning_there(convening: Any, at: dt.datetime) -> dt.datetime:
    """When the day at the venue that this instant falls on began."""
    began = dt.datetime.combine(day_there(convening, at), dt.time(), tzinfo=ZoneInfo(convening.zone))
    return began.astimezone(dt.UTC)


def is_on(convening: Any, at: dt.datetime) -> bool:
    """Whether this is one of the meeting's days, at the venue."""
    meeting = convening.meeting
    if convening.state not in LASTING or meeting.draft or meeting.precision != "day":
        return False
    first, last = meeting.starts_on, meeting.ends_on or meeting.starts_on
    return bool(first <= day_there(convening, at) <= last)


def _lasting(person: "Person", reach: Reach, before: dt.datetime, after: dt.datetime) -> QuerySet[Any, Any]:
    """Meetings near these days in which the person takes part: named, or of a party that sends people; the offices in all."""
    from puebla.meetings.models import Convening, Delegate, Delegation

    named = Delegate.objects.filter(convening=OuterRef("pk"), person=person, state__in=ACTIVE)
    sent = Delegation.objects.filter(convening=OuterRef("pk"), party_id__in=sorted(reach.parties))
    first, last = today(before), today(after)
    seen = Convening.objects.visible_to(person, reach=reach).filter(
        Q(meeting__ends_on__gte=first) | Q(meeting__ends_on=None, meeting__starts_on__gte=first),
        state__in=LASTING, meeting__starts_on__lte=last, meeting__draft=False,
    )  # fmt: skip
    if not (reach.secretariat or reach.presidency):
        seen = seen.filter(Exists(named) | Exists(sent))
    return seen.order_by("meeting__starts_on", "pk").values_list("pk")


_prepared = PreparedForReader(_lasting)


def meetings_now(person: "Person", reach: Reach, at: dt.datetime) -> list[Any]:
    """The meetings of this very day in which the person takes part, by the clocks of each venue."""
    from puebla.meetings.models import Convening

    # No zone is a whole day and some hours away from the process's own.
    span = dt.timedelta(days=2)
    keys = [key for (key,) in _prepared.rows(person, reach, at - span, at + span)]
    if not keys:
        return []
    found = Convening.objects.filter(pk__in=keys).select_related("meeting__body__room", "meeting__host")
    return [one for one in found.order_by("meeting__starts_on", "pk") if is_on(one, at)]


@dataclass
class Day:
    """One day of a meeting as one reader has it.

    Attributes:
        on: the day at the venue. elsewhere: the reader's own day, where it is another.
        now, next: entries of the programme; several where they take place at once.
        later, past: the others of the day.
        new: items of the agenda with a paper, or words, that changed since the day began; with those papers alone.
        waiting: bilateral meetings that await the answer of the reader's party.
        statements: of the reader's party, on the list of speakers and not delivered yet; some still without a text.
        mine: the reader as a delegate; checked_in: when, at the meeting's own door or in a session of now.
    """

    convening: Any
    on: dt.date
    zone: str
    since: dt.datetime
    elsewhere: dt.date | None = None
    now: list[dict[str, Any]] = field(default_factory=list)
    next: list[dict[str, Any]] = field(default_factory=list)
    later: list[dict[str, Any]] = field(default_factory=list)
    past: list[dict[str, Any]] = field(default_factory=list)
    new: list[dict[str, Any]] = field(default_factory=list)
    waiting: int = 0
    statements: list[Any] = field(default_factory=list)
    mine: Any = None
    checked_in: Any = None

    @property
    def meeting(self) -> Any:
        """The record, as templates of meetings name it."""
        return self.convening.meeting


def day_of(
    convening: Any, person: "Person", reach: Reach, *, at: dt.datetime, reader_zone: dt.tzinfo, shown: Any = None,
) -> Day:  # fmt: skip
    """The day at the venue that this instant falls on; a constant number of questions.

    Args:
        shown: the programme, where the caller has asked for it with marks since the day began.
    """
    on, since = day_there(convening, at), morning_there(convening, at)
    shown = shown or programme(convening, person, reach, since=since)
    own = at.astimezone(reader_zone).date()
    day = Day(convening, on, convening.zone, since, elsewhere=own if own != on else None)
    rows = {row["item"].pk: row for row in shown.items}
    for entry in _of_the_day(shown, on, at):
        discussed = [rows[one.pk] for one in entry["items"] if one.pk in rows]
        _place(day, entry | {"rows": discussed}, at)
    day.new = [
        row | {"papers": [paper for paper in row["papers"] if paper["mark"]]}
        for row in shown.items if row["new"] or row["changed"]
    ]  # fmt: skip
    _own_state(day, person, reach)
    return day


def _of_the_day(shown: Any, on: dt.date, at: dt.datetime) -> list[dict[str, Any]]:
    """What begins on this day, and what began the evening before and still lasts."""
    still = [one for one in shown.on(on - dt.timedelta(days=1)) if one["ends_at"] > at]
    return [*still, *shown.on(on)]


def _place(day: Day, entry: dict[str, Any], at: dt.datetime) -> None:
    """Put the entry where it belongs at this instant; what is cancelled is neither now nor next."""
    if cancelled(entry):
        (day.past if entry["ends_at"] <= at else day.later).append(entry)
    elif entry["ends_at"] <= at:
        day.past.append(entry)
    elif entry["starts_at"] <= at:
        day.now.append(entry)
    elif not day.next or entry["starts_at"] == day.next[0]["starts_at"]:
        day.next.append(entry)
    else:
        day.later.append(entry)


def cancelled(entry: dict[str, Any]) -> bool:
    """Whether what stands in the programme does not take place."""
    if entry.get("bilateral"):
        return bool(entry["bilateral"].state != "agreed")
    return bool(entry["session"] and entry["session"].cancelled_at)


def _own_state(day: Day, person: "Person", reach: Reach) -> None:
    """Whether the reader is checked in, what their party is to say, how many bilateral meetings await an answer."""
    from puebla.meetings.models import Attendance, Bilateral, Delegate, Statement

    seen = Delegate.objects.visible_to(person, reach=reach).filter(convening=day.convening, person=person)
    day.mine = seen.active().order_by("-pk").first()
    if day.mine is not None:
        there = Attendance.objects.visible_to(person, reach=reach).standing().filter(delegate=day.mine)
        day.checked_in = there.filter(at__gte=day.since).order_by("-at").select_related("session").first()
    said = Statement.objects.visible_to(person, reach=reach).filter(
        convening=day.convening, party_id__in=sorted(reach.parties)
    )
    day.statements = list(said.waiting().select_related("item", "party"))
    asked = Bilateral.objects.visible_to(person, reach=reach).filter(convening=day.convening, state="asked")
    day.waiting = asked.filter(turn_id__in=sorted(reach.parties)).count()
