"""Search inside the gate: what a person's seats open, as a range of the index's keys and marks in it.

`marks_of` writes an entry's marks, `reachable_by` asks for them; together they say what `pieces` says in SQL, and every hit
passes `visible_to` once more before it is shown. A property test holds the three together.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q

from puebla.core.search import terms
from puebla.core.search.asking import Question, UnanswerableError, read
from puebla.core.search.finding import Found, Reachable, find
from puebla.core.search.tables import index, mark, rung_start
from puebla.members.querysets import (
    CIVIL_SOCIETY,
    MEMBERS,
    OBSERVERS,
    OWN_PARTY,
    PRESIDENCY,
    PUBLIC,
    ROOM,
    SECRETARIAT,
    GatedQuerySet,
    Reach,
    reach_of,
)
from puebla.members.querysets.prepared import shared_records

if TYPE_CHECKING:
    from puebla.accounts.models import Person

INDEX = index("members_index", entries="members_indexentry", due="embargo_until")
LADDER = (OWN_PARTY, SECRETARIAT, PRESIDENCY, ROOM, MEMBERS, OBSERVERS, CIVIL_SOCIETY, PUBLIC)
#: Rungs of the index for what no range opens: sealed rooms, and what is under embargo.
SEALED_RUNG, EMBARGO_RUNG = 1, 2
_EMBARGO = "embargo:yes"
#: Of what is new, so many are looked through at once.
MOST_FRESH = 400
Shared = Mapping[int, Sequence[int]]


def rung_of(entry: Any, at: dt.datetime) -> int:
    """The rung of the index on which a restricted entry stands."""
    if entry.room_cap < MEMBERS:
        return SEALED_RUNG
    return EMBARGO_RUNG if _held_back(entry, at) else int(entry.audience)


def marks_of(entry: Any, at: dt.datetime) -> list[str]:
    """Who finds a restricted entry, as marks."""
    below = [rung for rung in LADDER if rung <= entry.audience]
    if entry.room_cap < MEMBERS:
        room = f"sealed:{entry.room_id}"
        marks = [room, f"{room}-own{entry.party_id}", *(f"{room}-{rung}" for rung in below)]
    else:
        marks = [f"own:{entry.party_id}", f"record:{entry.source}-{entry.record}"]
        marks += [f"room:{entry.room_id}"] if entry.audience >= ROOM else []
        marks += [f"open:{rung}" for rung in below] if _held_back(entry, at) else []
    return [*marks, _EMBARGO] if _held_back(entry, at) else marks


def _held_back(entry: Any, at: dt.datetime) -> bool:
    return entry.embargo_until is not None and entry.embargo_until > at


def reachable_by(reach: Reach, shared: Shared) -> list[Reachable]:
    """What of the index a reach opens."""
    certain = [f"sealed:{room}" for room in sorted(reach.opened)]
    if reach.is_empty or not reach.rung:
        return [Reachable(terms.any_of(certain))] if certain else []
    office = reach.secretariat or reach.presidency
    floor = (SECRETARIAT if reach.secretariat else PRESIDENCY) if office else reach.rung
    sealed = [f"sealed:{room}" for room in sorted(reach.rooms)]
    certain += [f"own:{party}" for party in sorted(reach.parties)]
    certain += [f"{room}-own{party}" for room in sealed for party in sorted(reach.parties)]
    certain += [f"record:{source}-{record}" for source, records in shared.items() for record in records]
    certain += [f"open:{floor}", *(f"{room}-{floor}" for room in sealed)] if office else []
    free = [f"room:{room}" for room in sorted(reach.rooms)] + [f"{room}-{ROOM}" for room in sealed]
    marks: list[terms.Asked] = [terms.Term(one) for one in certain]
    if free:
        marks.append(terms.Without(terms.any_of(free), terms.Term(_EMBARGO)))
    end = rung_start(floor)
    parts = [Reachable(start=end), Reachable(terms.some(marks), end=end)]
    if not office:
        over = terms.every([terms.Term(_EMBARGO), terms.any_of([f"open:{floor}", *free])])
        parts.append(Reachable(over, end=rung_start(EMBARGO_RUNG + 1), due=True))
    return parts


class IndexEntryQuerySet(GatedQuerySet):
    """Entries of the private site's index."""

    def shared_with(self, person: "Person | None", reach: Reach) -> Q:
        """Entries of records that are shared with this person by name."""
        found = Q()
        if person is not None and not reach.is_empty:
            for source, records in shared_records(person, reach).items():
                found |= Q(source=source, record__in=records, room_cap__gte=MEMBERS)
        return found

    def of(self, source: int, records: Iterable[int]) -> Self:
        """Entries of these records."""
        return self.filter(source=source, record__in=list(records))


def answering(
    question: Question,
    reach: Reach,
    *,
    person: "Person",
    at: dt.datetime,
    filters: Mapping[str, str] | None = None,
    **how: Any,
) -> Found:
    """The entries that answer a question, among what the reach opens; `how` as for `finding.find`."""
    shared = shared_records(person, reach)
    marks = [terms.Term(mark(name, value)) for name, value in (filters or {}).items() if value]
    return find(INDEX, question, reachable_by(reach, shared), at=at, filters=marks, **how)


class SavedSearchQuerySet(models.QuerySet[Any]):
    """Saved searches: each person's own."""

    def visible_to(self, person: "Person | None") -> Self:
        """One's own, and nobody else's."""
        return self.filter(person=person) if person is not None and person.pk else self.none()


def asked_by(saved: Any) -> Question:
    """The question that a saved search keeps; raises `UnanswerableError`."""
    from puebla.core.models import Process

    return read(saved.q, Process.current().languages)


def new_since(saved: Any, since: dt.datetime, *, at: dt.datetime, count: int = 50) -> list[Any]:
    """Entries that a saved search finds for its owner and that appeared to those who may see them after an instant.

    Gated by the owner's seats of now: who has none, or was retired, gets nothing.

    Args:
        since: only what appeared later.
        at: the instant of asking.
    """
    reach = _reach_of_owner(saved, at)
    fresh = _seen_by(saved, reach).filter(
        Q(appeared_at__gt=since) | Q(embargo_until__gt=since, embargo_until__lte=at)
    )
    keys = list(fresh.order_by("-appeared_at", "-id").values_list("pk", flat=True)[:MOST_FRESH])
    return among(saved, keys, reach=reach, at=at, count=count) if keys else []


def latest(saved: Any, *, at: dt.datetime, count: int = 50) -> list[Any]:
    """Entries that a saved search finds for its owner now, the newest first: what its feed tells."""
    return among(saved, None, reach=_reach_of_owner(saved, at), at=at, count=count)


def among(saved: Any, keys: list[int] | None, *, reach: Reach, at: dt.datetime, count: int) -> list[Any]:
    """Of these entries (of all, where None) those that a saved search finds for its owner, one a record, the newest first."""
    try:
        question = asked_by(saved)
    except UnanswerableError:
        return []
    found = answering(
        question,
        reach,
        person=saved.person,
        at=at,
        filters=saved.filters,
        count=count,
        newest=True,
        among=keys,
    )
    entries = _seen_by(saved, reach).in_bulk(found.keys)
    return [entries[key] for key in found.keys if key in entries]


def _reach_of_owner(saved: Any, at: dt.datetime) -> Reach:
    return reach_of(saved.person if saved.person.is_active else None, at)


def _seen_by(saved: Any, reach: Reach) -> Any:
    from puebla.members.models import IndexEntry

    return IndexEntry.objects.visible_to(saved.person, reach=reach)
