"""Questions about many meetings, sessions, items: each begins at what the person may know of."""

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from puebla.members.querysets import ROOM, SECRETARIAT, GatedQuerySet, Reach, reach_of

if TYPE_CHECKING:
    from puebla.accounts.models import Person


def taking_part(reach: Reach, to: str = "") -> Q:
    """Meetings in which people of this reach take part: open to their standing or held by a body where they sit, or their
    party sends somebody. Others may know of a meeting, and join it from nowhere.

    Args:
        to: the way to the convening, with its underscores.
    """
    from puebla.meetings.models import Delegation

    floor = SECRETARIAT if reach.secretariat or reach.presidency else reach.rung
    sent = Delegation.objects.filter(convening=OuterRef(f"{to}pk"), party_id__in=sorted(reach.parties))
    return (
        Q(**{f"{to}open_to__gte": floor})
        | Q(**{f"{to}open_to__gte": ROOM, f"{to}meeting__body__room_id__in": sorted(reach.rooms)})
        | Q(Exists(sent))
    )


class ConveningQuerySet(models.QuerySet[Any]):
    """Meetings that are prepared or held here."""

    def visible_to(self, person: "Person | None", *, reach: Reach | None = None) -> Self:
        """Those whose meeting this person may know of."""
        from puebla.members.models import Meeting

        return self.filter(meeting__in=Meeting.objects.visible_to(person, reach=reach))

    def locked(self, convening: Any) -> Any:
        """This one's row with its meeting, locked until the transaction ends: whoever else arranges something in it waits."""
        return self.select_for_update(of=("self",)).select_related("meeting__body__room").get(pk=convening.pk)

    def coming(self, *, on: dt.date) -> Self:
        """Those that have not ended before this day, soonest first."""
        return self.filter(Q(meeting__ends_on__gte=on) | Q(meeting__ends_on=None, meeting__starts_on__gte=on)).order_by(
            "meeting__starts_on", "pk"
        )  # fmt: skip


class SessionQuerySet(GatedQuerySet):
    """Sessions, and of closed ones the lines without content."""

    def visible_to(self, person: "Person | None", *, reach: Reach | None = None) -> Self:
        """Sessions in which this person takes part or may know of whole; drafts' with their meeting."""
        from puebla.members.models import Meeting

        if reach is None:
            reach = reach_of(person)
        seen = super().visible_to(person, reach=reach)
        return seen.filter(convening__meeting__in=Meeting.objects.visible_to(person, reach=reach))

    def seen_as_lines(self, person: "Person | None", *, reach: Reach | None = None) -> Self:
        """The sessions behind the lines: nobody is shown more of them than their hours."""
        from puebla.members.models import Meeting

        if reach is None:
            reach = reach_of(person)
        others = self.filter(kind="closed", shown_as_line=True, cancelled_at=None).filter(
            convening__meeting__in=Meeting.objects.visible_to(person, reach=reach)
        )
        return others.exclude(room_id__in=sorted(reach.rooms | reach.opened))


class AgendaItemQuerySet(GatedQuerySet):
    """Items of agendas."""

    def visible_to(self, person: "Person | None", *, reach: Reach | None = None) -> Self:
        """Items that this person may know of; drafts' with their meeting."""
        from puebla.members.models import Meeting

        if reach is None:
            reach = reach_of(person)
        seen = super().visible_to(person, reach=reach)
        return seen.filter(
            removed_at=None, convening__meeting__in=Meeting.objects.visible_to(person, reach=reach)
        )

    def taken_up_in(self, session: Any) -> Self:
        """Items of this session, and of its room those for which no session was set: they may be taken up in any open one."""
        unset = Q(session=None, convening=session.convening_id, room=session.room_id)
        return self.filter(Q(session=session) | unset, removed_at=None)

    def shared_with(self, person: "Person | None", reach: Reach) -> Q:  # noqa: ARG002 - by party, not by person
        """Items that the Presidency opened to one of the person's parties."""
        from puebla.meetings.models import ItemOpening

        if not reach.parties:
            return Q()
        opened = ItemOpening.objects.filter(item=OuterRef("pk"), party_id__in=sorted(reach.parties))
        return Q(Exists(opened), room_cap__gte=50)


def numbered(items: Iterable[Any]) -> Iterator[tuple[Any, str, str]]:
    """Items with their number and key of order: "3", "3.a", "3.a.i"; of sealed rooms "C1".

    Items of a sealed room count among themselves, so that their number tells nothing outside. The agenda's own number stands
    for every reader alike: people speak of "item 5", and what a reader may not see leaves the others' numbers as they are.

    Args:
        items: all of one meeting's that stand.
    """
    below: dict[int | None, list[Any]] = {}
    for one in sorted(items, key=lambda one: (one.position, one.pk)):
        below.setdefault(one.parent_id, []).append(one)
    yield from _numbered(below, None, "", "")


def _numbered(below: dict[int | None, list[Any]], parent: int | None, before: str, path: str) -> Iterator[tuple[Any, str, str]]:  # fmt: skip
    counted: dict[int | None, int] = {}
    for place, one in enumerate(below.get(parent, []), start=1):
        room = one.room_id if one.room_cap < 50 else None
        counted[room] = counted.get(room, 0) + 1
        number = _number(counted[room], path.count("."))
        label = f"{before}.{number}" if before else number if room is None else f"C{number}"
        key = f"{path}{place:03}."
        yield one, label, key
        yield from _numbered(below, one.pk, label, key)


def _number(count: int, depth: int) -> str:
    """How a step of the agenda counts: figures, letters, small roman figures."""
    if depth == 1 and count <= 26:
        return chr(ord("a") + count - 1)
    if depth == 2 and count <= 10:
        return ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x")[count - 1]
    return str(count)


def rows_for(reach: Reach, rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """What this reader may know of an agenda as it stood: by the room and audience that each item had then."""
    return [row for row in rows if reach.covers(_AsItWas(row))]


class _AsItWas:
    """A row of a revision, as `Reach.covers` asks it."""

    embargo_until = None

    def __init__(self, row: dict[str, Any]) -> None:
        self.room_id, self.room_cap = row["room"], row["cap"]
        self.audience, self.party_id = row["audience"], row["party"]


def agenda_changes(
    convening: Any, items: list[Any], reach: Reach, *, since: Any = None
) -> list[dict[str, Any]]:
    """What changed in the agenda since a revision (the newest by default), of what the reader may know.

    Args:
        items: those standing now that the reader may know of.

    Returns:
        Of each change: `what` (added, removed, renamed, moved), and `before` and `after` rows (label, titles).
    """
    last = since or convening.agenda_revisions.order_by("-number").first()
    if last is None:
        return []
    was = {row["ref"]: row for row in rows_for(reach, last.rows)}
    now = {one.ref: {"ref": one.ref, "label": one.label, "titles": one.titles} for one in items}
    found = []
    for ref, row in now.items():
        before = was.get(ref)
        if before is None:
            found.append({"what": "added", "before": None, "after": row})
        elif before["titles"] != row["titles"]:
            found.append({"what": "renamed", "before": before, "after": row})
        elif before["label"] != row["label"]:
            found.append({"what": "moved", "before": before, "after": row})
    found += [{"what": "removed", "before": row, "after": None} for ref, row in was.items() if ref not in now]
    return found
