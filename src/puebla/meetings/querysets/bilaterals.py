"""Bilateral meetings, asked of many rows: who may know of them, which hours are free, the secretariat's grid."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Coalesce

from puebla.members.querysets import CIVIL_SOCIETY, MEMBERS, OBSERVERS, ROOM, SECRETARIAT, Reach, reach_of

if TYPE_CHECKING:
    from puebla.accounts.models import Person

#: Sessions that delegations are expected in; to a reception one may come later.
BINDING = ("plenary", "closed", "drafting", "workshop", "other")
#: From which audience on an open session expects people of each standing.
EXPECTED_FROM = {
    "member": ROOM, "secretariat": SECRETARIAT, "observer_state": OBSERVERS, "observer_organisation": OBSERVERS,
    "civil_society": CIVIL_SOCIETY,
}  # fmt: skip
#: Whom a closed session keeps busy: all alike, so that nobody's hours tell who sits in it.
BEHIND_DOORS = frozenset({"member", "secretariat"})


def in_days(slot: str = "") -> Q:
    """That a slot lies in the days of its meeting, which may have been moved since it was opened.

    Args:
        slot: the way to it, with its underscores.
    """
    meeting = f"{slot}convening__meeting__"
    return Q(**{
        f"{meeting}precision": "day", f"{slot}on__gte": F(f"{meeting}starts_on"),
        f"{slot}on__lte": Coalesce(f"{meeting}ends_on", f"{meeting}starts_on"),
    })  # fmt: skip


class BilateralSlotQuerySet(models.QuerySet[Any]):
    """Slots."""

    def visible_to(self, person: "Person | None", *, reach: Reach | None = None) -> Self:
        """Those of meetings that the person may know of: that a room can be asked for is no secret, who took it is."""
        from puebla.members.models import Meeting

        return self.filter(convening__meeting__in=Meeting.objects.visible_to(person, reach=reach))

    def open(self, *, at: dt.datetime) -> Self:
        """Those that are not closed, have not begun, and lie in the days of their meeting."""
        return self.filter(in_days(), closed_at=None, starts_at__gt=at)


class BilateralQuerySet(models.QuerySet[Any]):
    """Bilateral meetings."""

    def visible_to(self, person: "Person | None", *, reach: Reach | None = None) -> Self:
        """Those of the person's own parties; nobody else knows that there is one, the offices included."""
        from puebla.members.models import Meeting

        if reach is None:
            reach = reach_of(person)
        if person is None or reach.is_empty:
            return self.none()
        mine = sorted(reach.parties)
        return self.filter(
            Q(asking_id__in=mine) | Q(asked_id__in=mine),
            convening__meeting__in=Meeting.objects.visible_to(person, reach=reach),
        )

    def in_calendars(self) -> Self:
        """Those that have an hour: agreed, or withdrawn after they had been."""
        return self.filter(slot__isnull=False, state__in=["agreed", "withdrawn"])

    def on_the_grid(self, person: "Person | None", *, reach: Reach | None = None) -> Self:
        """What the secretariat knows of those that stand: who meets whom, when, where; `given` is the subject, if at all.

        The subject of the others is not read from the database.
        """
        from puebla.members.models import Meeting

        if reach is None:
            reach = reach_of(person)
        if not (reach.secretariat and reach.may("convene")):
            return self.none()
        found = self.filter(
            state="agreed", convening__meeting__in=Meeting.objects.visible_to(person, reach=reach)
        )
        # Of a sealed body's meetings only who sits there keeps rooms.
        found = found.filter(
            Q(convening__meeting__body__room__sealed=False)
            | Q(convening__meeting__body__room_id__in=sorted(reach.rooms))
        )
        given = Case(When(subject_given=True, then=F("subject")), default=Value(""))
        return found.defer("subject", "reason").annotate(given=given)


# What is free ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Busy:
    """An interval that a party has no time in.

    Attributes:
        why: a session or a bilateral meeting, for its own people alone; None where they may not know of it.
    """

    starts_at: dt.datetime
    ends_at: dt.datetime
    why: Any = None

    def meets(self, slot: Any) -> bool:
        """Whether it shares a moment with the slot."""
        return bool(self.starts_at < slot.ends_at and self.ends_at > slot.starts_at)


@dataclass
class Hour:
    """One time of the grid, with the rooms that two parties could take.

    Attributes:
        rooms: slots whose room is free, where both have time; empty where they have not.
        mine: what keeps the reader's own party from it. Of the other nothing is said.
    """

    starts_at: dt.datetime
    ends_at: dt.datetime
    zone: str
    on: dt.date
    rooms: list[Any] = field(default_factory=list)
    mine: list[Busy] = field(default_factory=list)


def sessions_expecting(convening: Any, standing: str) -> models.QuerySet[Any]:
    """The meeting's sessions in which people of this standing are expected."""
    from puebla.meetings.models import Session

    expected = Q(room_cap__gte=MEMBERS, audience__gte=EXPECTED_FROM[standing])
    if standing in BEHIND_DOORS:
        # One that is not even shown as a line keeps nobody busy here: the free hours would tell of it.
        expected |= Q(kind="closed", shown_as_line=True)
    return Session.objects.filter(expected, convening=convening, cancelled_at=None, kind__in=BINDING)


def busy(
    convening: Any, party: Any, standing: str, *, besides: int | None = None, known_to: "tuple[Person, Reach] | None" = None,
) -> list[Busy]:  # fmt: skip
    """When this party has no time at this meeting.

    Args:
        besides: key of the bilateral meeting that is being moved.
        known_to: for whom to say why: somebody of this party.
    """
    from puebla.meetings.models import Bilateral, Session

    taken = Bilateral.objects.filter(Q(asking=party) | Q(asked=party), convening=convening, state="agreed")
    meetings: list[Any] = list(
        taken.exclude(pk__in=[] if besides is None else [besides]).select_related("slot", "asking", "asked")
    )
    found = [
        Busy(one.slot.starts_at, one.slot.ends_at, one.other(party.pk) if known_to else None)
        for one in meetings
    ]
    sessions = list(sessions_expecting(convening, standing))
    if known_to is not None:
        person, reach = known_to
        whole = Session.objects.visible_to(person, reach=reach).filter(convening=convening, cancelled_at=None)
        seen = {one.pk: one for one in whole}
        # A closed session in which the reader sits keeps their party, whether it is shown to others or not.
        sessions += [one for one in seen.values() if one.kind == "closed" and one.room_id in reach.rooms and one.pk not in {s.pk for s in sessions}]  # fmt: skip
        found += [Busy(one.starts_at, one.ends_at, seen.get(one.pk)) for one in sessions]
    else:
        found += [Busy(one.starts_at, one.ends_at) for one in sessions]
    return found


def rooms_taken(convening: Any, *, besides: int | None = None) -> set[tuple[int, dt.datetime]]:
    """Rooms with the steps in which they are taken."""
    from puebla.meetings.models import BilateralHold

    holds = BilateralHold.objects.filter(convening=convening, room__isnull=False).exclude(bilateral=besides)
    return set(holds.values_list("room_id", "step_at"))


def hours_for(
    slots: Iterable[Any], mine: list[Busy], theirs: list[Busy], taken: set[tuple[int, dt.datetime]]
) -> dict[dt.date, list[Hour]]:
    """Day → times, each with the rooms free for both; the caller has asked when each is busy.

    Why a time is not free is told of the reader's own party alone: whether the other has none, or every room is taken, looks
    the same.
    """
    hours: dict[tuple[dt.datetime, dt.datetime], Hour] = {}
    for slot in slots:
        hour = hours.setdefault(
            (slot.starts_at, slot.ends_at), Hour(slot.starts_at, slot.ends_at, slot.zone, slot.on)
        )
        hour.mine = [one for one in mine if one.meets(slot)]
        if hour.mine or any(one.meets(slot) for one in theirs):
            continue
        if not any((slot.room_id, step) in taken for step in slot.steps()):
            hour.rooms.append(slot)
    days: dict[dt.date, list[Hour]] = defaultdict(list)
    for _when, hour in sorted(hours.items()):
        days[hour.on].append(hour)
    return dict(days)


# The grid ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cell:
    """One room at one time: no slot, a free one, a closed one, one outside the days of the meeting, or who meets there.

    Attributes:
        session: one that was put over it later, in which one of the two is expected.
    """

    room: Any
    slot: Any = None
    bilateral: Any = None
    session: Any = None

    @property
    def state(self) -> str:
        """One of none, free, closed, outside, taken."""
        if self.slot is None:
            return "none"
        if self.bilateral:
            return "taken"
        return "outside" if not self.slot.in_days else "closed" if self.slot.closed_at else "free"


@dataclass(frozen=True)
class Grid:
    """Rooms × times of a meeting, as the secretariat reads them.

    Attributes:
        days: day → rows of (Hour, cells in the order of `rooms`).
    """

    rooms: list[Any]
    days: dict[dt.date, list[tuple[Hour, list[Cell]]]]


def grid(convening: Any, person: "Person | None", reach: Reach) -> Grid:
    """The whole grid, in a constant number of questions."""
    from puebla.meetings.models import Bilateral, BilateralSlot

    slots = BilateralSlot.objects.visible_to(person, reach=reach).filter(convening=convening)
    slots = (
        slots.annotate(in_days=in_days()).select_related("room").order_by("starts_at", "ends_at", "room_id")
    )
    agreed = Bilateral.objects.on_the_grid(person, reach=reach).filter(convening=convening)
    taken = {one.slot_id: one for one in agreed.select_related("asking", "asked")}
    standings = _standings(convening, taken.values())
    sessions = {one: list(sessions_expecting(convening, one)) for one in sorted(set(standings.values()))}
    rooms: dict[int, Any] = {}
    hours: dict[tuple[dt.datetime, dt.datetime], tuple[Hour, dict[int, Cell]]] = {}
    for slot in slots:
        rooms[slot.room_id] = slot.room
        hour = Hour(slot.starts_at, slot.ends_at, slot.zone, slot.on)
        _hour, cells = hours.setdefault((slot.starts_at, slot.ends_at), (hour, {}))
        met = taken.get(slot.pk)
        over = _over(slot, met, standings, sessions) if met else None
        cells[slot.room_id] = Cell(slot.room, slot, met, over)
    ordered = [rooms[key] for key in sorted(rooms)]
    days: dict[dt.date, list[tuple[Hour, list[Cell]]]] = defaultdict(list)
    for hour, cells in hours.values():
        days[hour.on].append((hour, [cells.get(one.pk, Cell(one)) for one in ordered]))
    return Grid(ordered, dict(days))


def left_behind(convening: Any, person: "Person | None", reach: Reach) -> int:
    """How many agreed meetings lie on days that the meeting does not have any more: for the secretariat, which moves them."""
    from puebla.meetings.models import Bilateral

    agreed = Bilateral.objects.on_the_grid(person, reach=reach).filter(convening=convening)
    return agreed.exclude(in_days("slot__")).count()


def _standings(convening: Any, rows: Iterable[Any]) -> dict[int, str]:
    """How each party that meets another takes part, by its key; one question."""
    from puebla.meetings.querysets.delegations import STANDINGS
    from puebla.members.models import Party

    keys = {party.pk for one in rows for party in one.parties}
    found: Any = Party.objects.standing(STANDINGS, on=convening.meeting.starts_on).filter(pk__in=sorted(keys))
    return dict(found.values_list("pk", "standing_kind")) if keys else {}


def _over(slot: Any, row: Any, standings: dict[int, str], sessions: dict[str, list[Any]]) -> Any:
    """A session at the hour of an agreed meeting that expects one of the two; None where there is none."""
    expected = [one for party in row.parties for one in sessions.get(standings.get(party.pk, ""), ())]
    return next(
        (one for one in expected if one.starts_at < slot.ends_at and one.ends_at > slot.starts_at), None
    )
