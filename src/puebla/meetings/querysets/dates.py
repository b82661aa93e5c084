"""What of meetings stands in a calendar, and what takes place at the same time as something else."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Case, F, Q, QuerySet, Value, When

from puebla.core.calendars import CalendarEntry
from puebla.meetings.querysets import taking_part
from puebla.members.querysets import Reach, today

if TYPE_CHECKING:
    from puebla.accounts.models import Person
    from puebla.members.models import Party

_OF_BODY = (
    "convening__meeting__symbol",
    "convening__meeting__body__code",
    "convening__meeting__body__short_names",
)
SESSION_COLUMNS = (
    "ref", "kind", "titles", "places", "link", "starts_at", "ends_at", "zone", "cancelled_at", "sequence", "changed_at", "room_id",
    "room__sealed", "convening__meeting__titles", *_OF_BODY,
)  # fmt: skip
LINE_COLUMNS = ("ref", "starts_at", "ends_at", "zone", *_OF_BODY)
BILATERAL_COLUMNS = (
    "ref", "state", "sequence", "changed_at", "partner", "slot__starts_at", "slot__ends_at", "slot__zone", "slot__room__names", *_OF_BODY,
)  # fmt: skip
NOMINATION_COLUMNS = (
    "nominate_by", "zone", "changed_at", "revision", "meeting__symbol", "meeting__titles", "meeting__body__code",
    "meeting__body__short_names", "meeting__body__room__sealed",
)  # fmt: skip
MEETING_COLUMNS = (
    "symbol", "titles", "places", "starts_on", "ends_on", "precision", "confirmed", "draft", "revision", "body__code",
    "body__short_names", "body__room__sealed", "convening__zone", "convening__changed_at", "joined_at",
)  # fmt: skip


def sessions_between(
    person: "Person | None", reach: Reach, first: dt.datetime, last: dt.datetime
) -> QuerySet[Any, Any]:
    """Sessions that the person sees whole, any part of which lies between; cancelled ones stay."""
    from puebla.meetings.models import Session

    seen = Session.objects.visible_to(person, reach=reach).filter(starts_at__lt=last, ends_at__gt=first)
    return seen.order_by("starts_at", "pk").values(*SESSION_COLUMNS)


def lines_between(
    person: "Person | None", reach: Reach, first: dt.datetime, last: dt.datetime
) -> QuerySet[Any, Any]:
    """Closed sessions of which the person sees the hours alone."""
    from puebla.meetings.models import Session

    seen = Session.objects.filter(starts_at__lt=last, ends_at__gt=first).seen_as_lines(person, reach=reach)
    return seen.order_by("starts_at", "pk").values(*LINE_COLUMNS)


def nominations_between(
    person: "Person | None", reach: Reach, first: dt.datetime, last: dt.datetime
) -> QuerySet[Any, Any]:
    """Days until which delegations are named for meetings that the person may know of and that were convened."""
    from puebla.meetings.models import Convening

    seen = Convening.objects.visible_to(person, reach=reach).filter(state__in=["convened", "in_session"])
    found = seen.filter(nominate_by__range=[today(first), today(last)])
    return found.order_by("nominate_by", "pk").values(*NOMINATION_COLUMNS)


def bilaterals_between(
    person: "Person | None", reach: Reach, first: dt.datetime, last: dt.datetime
) -> QuerySet[Any, Any]:
    """Bilateral meetings of the person's own parties that have an hour, any part of which lies between."""
    from puebla.meetings.models import Bilateral

    seen = Bilateral.objects.visible_to(person, reach=reach).in_calendars()
    found = seen.filter(slot__starts_at__lt=last, slot__ends_at__gt=first)
    mine = Q(asking_id__in=sorted(reach.parties))
    return found.order_by("slot__starts_at", "pk").annotate(
        partner=Case(When(mine, then=F("asked__short_names")), default=F("asking__short_names"))
    ).values(*BILATERAL_COLUMNS)  # fmt: skip


def meetings_between(
    person: "Person | None", reach: Reach, first: dt.datetime, last: dt.datetime, *years: dt.datetime
) -> QuerySet[Any, Any]:
    """Meetings that the person may know of, any day of which lies between; one known to the month or year wherever it may lie.

    Args:
        years: the first day of the first year that is asked for, and the last day of the last.
    """
    from puebla.members.models import Meeting

    begins, ends = today(first), today(last)
    day = Q(precision="day", starts_on__lte=ends) & (
        Q(ends_on__gte=begins) | Q(ends_on=None, starts_on__gte=begins)
    )
    vague = ~Q(precision="day") & Q(starts_on__range=[today(one) for one in years])
    seen = Meeting.objects.visible_to(person, reach=reach).filter(day | vague)
    joined_at = Case(When(taking_part(reach, "convening__"), then=F("convening__link")), default=Value(""))
    return seen.order_by("starts_on", "pk").annotate(joined_at=joined_at).values(*MEETING_COLUMNS)


# Two things at once -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Overlap:
    """Two sessions at the same time, and whom it concerns.

    Attributes:
        oneself: whether the reader sits in both rooms.
        parties: which parties have people in both rooms; of the reader's own, or all of them for secretariat and Presidency.
    """

    first: CalendarEntry
    second: CalendarEntry
    oneself: bool
    parties: tuple["Party", ...]


def overlaps(entries: Iterable[CalendarEntry], reach: Reach, at: dt.datetime) -> list[Overlap]:
    """Sessions of different rooms at the same time that one party has to staff, or in both of which the reader sits."""
    entries = list(entries)
    beside = [
        Overlap(one, other, oneself=True, parties=()) for one, other in _beside_bilaterals(entries, reach)
    ]
    pairs = list(_at_once(entries))
    if not pairs:
        return beside
    sitting = _parties_of({one.room for pair in pairs for one in pair if one.room is not None}, at)
    found = []
    for one, other in pairs:
        both = sitting.get(one.room, {}).keys() & sitting.get(other.room, {}).keys()
        if not (reach.secretariat or reach.presidency):
            both &= reach.parties
        parties = [sitting[one.room][key] for key in both]
        oneself = one.room in reach.rooms and other.room in reach.rooms
        if oneself or parties:
            found.append(Overlap(one, other, oneself, tuple(sorted(parties, key=lambda party: party.code))))
    return [*found, *beside]


def _beside_bilaterals(
    entries: list[CalendarEntry], reach: Reach
) -> Iterator[tuple[CalendarEntry, CalendarEntry]]:
    """Bilateral meetings over which a session was put in a room where the reader sits."""
    own = [one for one in entries if one.kind == "bilateral" and not one.cancelled]
    for one in entries if own else ():
        if one.kind == "session" and not one.cancelled and one.room in reach.rooms:
            for met in own:
                if _hours(met)[0] < _hours(one)[1] and _hours(one)[0] < _hours(met)[1]:
                    yield met, one


def _at_once(entries: Iterable[CalendarEntry]) -> Iterator[tuple[CalendarEntry, CalendarEntry]]:
    """Pairs of sessions of different rooms that share a moment; in order of time, each looked at beside those still running."""
    running: list[CalendarEntry] = []
    held = [one for one in entries if one.kind == "session" and one.room is not None and not one.cancelled]
    for one in sorted(held, key=_hours):
        running = [other for other in running if _hours(other)[1] > _hours(one)[0]]
        for other in running:
            if other.room != one.room:
                yield other, one
        running.append(one)


def _hours(entry: CalendarEntry) -> tuple[dt.datetime, dt.datetime, str]:
    assert entry.starts_at is not None  # noqa: S101 - of sessions alone; for the type checker
    return entry.starts_at, entry.ends_at or entry.starts_at, entry.uid


def _parties_of(rooms: set[int], at: dt.datetime) -> dict[int | None, dict[int, "Party"]]:
    """Room → the parties that have people of their own there now: members of it, not observers, and not the secretariat."""
    from puebla.members.models import Seat

    seats = Seat.objects.effective(at).filter(
        Q(standing_kind="member"), room_id__in=sorted(rooms), role__observes=False
    )
    found: dict[int | None, dict[int, Party]] = {}
    for seat in seats.order_by("pk").select_related("party"):
        found.setdefault(seat.room_id, {})[seat.party_id] = seat.party
    return found
