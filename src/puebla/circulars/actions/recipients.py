"""Who gets a circular: chosen by body, standing, party and role, narrowed to those who may read it."""

import datetime as dt
import hashlib
from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from puebla.accounts.models import Person
from puebla.circulars.models import Circular
from puebla.core.languages import show
from puebla.core.words import fold
from puebla.members.models import Party, Seat, StandingKind
from puebla.members.querysets import Reach, reaches

#: More people than this are not named one by one to the database.
MANY = 900
ORDER = list(StandingKind.values)


@dataclass(frozen=True)
class Chosen:
    """Somebody chosen, for the party they sit for, with how it takes part."""

    person: Person
    party: Party
    standing: str


@dataclass(frozen=True)
class Group:
    """The people of one party."""

    party: Party
    standing: str
    people: list[Person]


@dataclass(frozen=True)
class Preview:
    """Exactly who would get a circular, and who was chosen but may not read it.

    Attributes:
        reaches: what each of those who get it reads.
    """

    going: list[Chosen]
    left_out: list[Chosen]
    reaches: dict[int, Reach]

    @property
    def groups(self) -> list[Group]:
        """Who gets it, by party."""
        return grouped(self.going)

    @property
    def groups_left_out(self) -> list[Group]:
        """Who may not read it, by party."""
        return grouped(self.left_out)

    @property
    def people(self) -> int:
        """How many people get it."""
        return len({one.person.pk for one in self.going})

    @property
    def digest(self) -> str:
        """Names exactly these: who confirms has seen them."""
        keys = sorted((one.party.code, one.person.ref) for one in self.going)
        return hashlib.sha256(repr(keys).encode()).hexdigest()[:20]


def grouped(chosen: Iterable[Chosen]) -> list[Group]:
    """People by party: by standing, then by the name of the party in the language now active."""
    found: dict[int, Group] = {}
    for one in chosen:
        found.setdefault(one.party.pk, Group(one.party, one.standing, [])).people.append(one.person)
    order = sorted(
        found.values(), key=lambda one: (ORDER.index(one.standing), fold(str(show(one.party.short_names))))
    )
    return [
        Group(one.party, one.standing, sorted(one.people, key=lambda person: fold(person.full_name)))
        for one in order
    ]


def preview(circular: Circular, *, by: Person, reach: Reach, at: dt.datetime) -> Preview:
    """Who would get it if this person sent it now; three questions whatever their number.

    Only seats that the sender may know of are chosen from: of a sealed room nobody else learns who sits in it.
    """
    chosen = _chosen(circular, by=by, reach=reach, at=at)
    ids = {one.person.pk for one in chosen}
    every = reaches(ids if len(ids) <= MANY else None, at) if ids else {}
    once_sent = copy(circular)
    once_sent.audience = circular.opens_to
    going: list[Chosen] = []
    left_out: list[Chosen] = []
    for one in chosen:
        may_read = circular.is_addressed_only or every.get(one.person.pk, Reach()).covers(once_sent)
        (going if may_read else left_out).append(one)
    return Preview(going, left_out, every)


def _chosen(circular: Circular, *, by: Person, reach: Reach, at: dt.datetime) -> list[Chosen]:
    wanted = circular.addressed
    where = Q(body__code__in=wanted.get("bodies", [])) | Q(party__code__in=wanted.get("parties", []))
    if standings := wanted.get("standings"):
        where |= Q(standing_kind__in=standings)
    if roles := wanted.get("roles"):
        where &= Q(role__code__in=roles)
    where |= Q(ref__in=wanted.get("seats", []))
    seats = Seat.objects.effective(at).visible_to(by, reach=reach).filter(where)
    found: dict[tuple[int, int], Chosen] = {}
    rows: Any = seats.select_related("person", "party").order_by("party__code", "person__full_name", "pk")
    for one in rows:
        chosen = Chosen(one.person, one.party, one.standing_kind)
        found.setdefault((one.person_id, one.party_id), chosen)
    return list(found.values())


def cannot_open(found: Preview, papers: Iterable[Any]) -> list[tuple[Any, int]]:
    """Papers that some who get the circular could not open, with how many those are."""
    people = {one.person.pk for one in found.going}
    counted = [
        (one, sum(not found.reaches.get(key, Reach()).covers(one) for key in people)) for one in papers
    ]
    return [(one, count) for one, count in counted if count]


def is_addressed(circular: Circular) -> bool:
    """Whether anybody at all was chosen."""
    return any(circular.addressed.get(name) for name in ("bodies", "standings", "parties", "seats"))
