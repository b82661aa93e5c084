"""A meeting as one reader sees it: its sessions, its agenda, the papers under each item.

Pages of meetings are opened by everybody at once. So what they show is asked by prepared statements and made of each row
once: a row that reads as it did before is the object it was then, by which a line of a page is known again.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import F, QuerySet
from django.utils.text import capfirst

from puebla.core.languages import Texts, show
from puebla.core.prepared import Prepared
from puebla.members.querysets import Reach
from puebla.members.querysets.prepared import PreparedForReader, with_shares

if TYPE_CHECKING:
    from puebla.accounts.models import Person


@dataclass(frozen=True, eq=False)
class SessionRow:
    """What pages show of a session."""

    pk: int
    ref: str
    kind_name: str
    titles: Texts
    places: Texts
    link: str
    on: dt.date
    starts_at: dt.datetime
    ends_at: dt.datetime
    zone: str
    cancelled_at: dt.datetime | None
    sealed: bool

    def __str__(self) -> str:
        return str(show(self.titles)) or self.kind_name


@dataclass(frozen=True, eq=False)
class LineRow:
    """What pages show of a closed session to who does not sit in it: its hours."""

    on: dt.date
    starts_at: dt.datetime
    ends_at: dt.datetime
    zone: str


@dataclass(frozen=True, eq=False)
class ItemRow:
    """What pages show of an item of the agenda."""

    pk: int
    ref: str
    label: str
    path: str
    titles: Texts
    notes: Texts
    room_cap: int
    session_id: int | None
    changed_at: dt.datetime

    def __str__(self) -> str:
        return str(show(self.titles))

    @property
    def depth(self) -> int:
        """How many steps below the first."""
        return max(len(self.path) // 4 - 1, 0)


@dataclass(frozen=True, eq=False)
class PaperRow:
    """What pages and packs show of a paper under an item."""

    pk: int
    of_item: int
    ref: str
    symbol: str | None
    titles: Texts
    state: str
    filed_languages: str
    expected_on: dt.date | None
    created_at: dt.datetime
    changed_at: dt.datetime

    @property
    def address(self) -> str:
        """The last part of its address."""
        return self.symbol or self.ref


@dataclass(frozen=True)
class Programme:
    """A meeting as one reader sees it.

    Attributes:
        days: day → sessions and lines without content, in order of time.
        items: the agenda in order; each with its papers and whether any is new to the reader.
    """

    days: dict[dt.date, list[dict[str, Any]]]
    items: list[dict[str, Any]]

    def on(self, day: dt.date) -> list[dict[str, Any]]:
        """What takes place on this day."""
        return self.days.get(day, [])


def programme(
    convening: Any, person: "Person | None", reach: Reach, *, since: dt.datetime | None
) -> Programme:
    """Sessions, items and papers of a meeting that this person may see, in a constant number of questions.

    Args:
        since: when the person looked before; papers filed or changed later are marked.
    """
    if person is None or reach.is_empty:
        return Programme({}, [])
    reach = with_shares(person, reach)
    sessions = _sessions.rows(person, reach, convening.pk)
    items = _items.rows(person, reach, convening.pk)
    placed = papers_of(convening, person, reach, since=since)
    by_session: dict[int, list[ItemRow]] = {one.pk: [] for one in sessions}
    rows = []
    for one in items:
        if one.session_id in by_session:
            by_session[one.session_id].append(one)
        papers = placed.get(one.pk, [])
        rows.append({
            "item": one, "papers": papers, "new": any(paper["mark"] for paper in papers),
            "changed": since is not None and one.changed_at > since,
        })  # fmt: skip
    found = [_entry(one, one, by_session[one.pk]) for one in sessions]
    found += [_entry(one, None, []) for one in _lines.rows(person, reach, convening.pk)]
    found += _bilaterals_of(convening, person, reach)
    days: dict[dt.date, list[dict[str, Any]]] = {}
    for entry in sorted(found, key=lambda entry: (entry["starts_at"], entry["ends_at"])):
        days.setdefault(entry["on"], []).append(entry)
    return Programme(days, rows)


def _entry(row: SessionRow | LineRow, session: SessionRow | None, items: list[ItemRow]) -> dict[str, Any]:
    """A line of a day: with its session, or of a closed one the hours alone."""
    return {
        "row": row, "session": session, "items": items, "on": row.on, "starts_at": row.starts_at, "ends_at": row.ends_at,
        "zone": row.zone,
    }  # fmt: skip


def _bilaterals_of(convening: Any, person: "Person", reach: Reach) -> list[dict[str, Any]]:
    """The bilateral meetings of the person's own parties that have an hour, as lines of a day."""
    from puebla.meetings.models import Bilateral

    keys = [key for (key,) in _bilaterals.rows(person, reach, convening.pk)]
    if not keys:
        return []
    found: list[Any] = list(
        Bilateral.objects.filter(pk__in=keys).select_related("asking", "asked", "slot__room")
    )
    return [
        {"session": None, "items": [], "bilateral": one, "with": one.other(min({one.asking_id, one.asked_id} & reach.parties)),
         "on": one.slot.on, "starts_at": one.slot.starts_at, "ends_at": one.slot.ends_at, "zone": one.slot.zone}
        for one in found
    ]  # fmt: skip


@dataclass(frozen=True)
class _Seen:
    """Until when the reader knows a meeting's papers: all of them, and single ones looked at later."""

    since: dt.datetime | None
    papers: Mapping[int, dt.datetime] = field(default_factory=dict)

    def of(self, paper: int) -> dt.datetime | None:
        """The last moment at which the reader saw this paper as it stood."""
        later = self.papers.get(paper)
        return later if self.since is None or (later is not None and later > self.since) else self.since


def papers_of(
    convening: Any, person: "Person | None", reach: Reach, *, since: dt.datetime | None
) -> dict[int, list[dict[str, Any]]]:
    """The papers under each item of a meeting that the person may see, by the key of the item; two questions at most.

    `mark` is "new" for what was filed since the person looked, "changed" for what changed since, else empty; `since` is when
    the person saw the paper last.
    """
    if person is None or reach.is_empty:
        return {}
    looked = {} if since is None else dict(_looked_at.rows(convening.pk, person.pk))
    seen = _Seen(since, looked)
    found: dict[int, list[dict[str, Any]]] = {}
    for one in _papers.rows(person, reach, convening.pk):
        last, mark = seen.of(one.pk), ""
        if last is not None and one.changed_at > last:
            mark = "new" if one.created_at > last else "changed"
        found.setdefault(one.of_item, []).append({"document": one, "mark": mark, "since": last})
    return found


# Questions ---------------------------------------------------------------------------------------------------------------


def _sessions_of(person: "Person", reach: Reach, convening: int) -> QuerySet[Any, Any]:
    from puebla.meetings.models import Session

    seen = Session.objects.visible_to(person, reach=reach).filter(convening=convening)
    columns = ("pk", "ref", "kind", "titles", "places", "link", "on", "starts_at", "ends_at", "zone", "cancelled_at", "room__sealed")  # fmt: skip
    return seen.order_by("starts_at", "pk").values(*columns)


def _lines_of(person: "Person", reach: Reach, convening: int) -> QuerySet[Any, Any]:
    from puebla.meetings.models import Session

    seen = Session.objects.filter(convening=convening).seen_as_lines(person, reach=reach)
    return seen.order_by("starts_at", "pk").values("on", "starts_at", "ends_at", "zone")


def _items_of(person: "Person", reach: Reach, convening: int) -> QuerySet[Any, Any]:
    from puebla.meetings.models import AgendaItem

    seen = AgendaItem.objects.visible_to(person, reach=reach).filter(convening=convening)
    columns = ("pk", "ref", "label", "path", "titles", "notes", "room_cap", "session_id", "changed_at")
    return seen.order_by("path").values(*columns)


def _papers_of(person: "Person", reach: Reach, convening: int) -> QuerySet[Any, Any]:
    from puebla.documents.models import Document

    seen = Document.objects.visible_to(person, reach=reach).filter(item_papers__item__convening=convening)
    columns = (
        "pk",
        "ref",
        "symbol",
        "titles",
        "state",
        "filed_languages",
        "expected_on",
        "created_at",
        "changed_at",
    )
    placed = seen.order_by("item_papers__position", "item_papers__pk")
    return placed.annotate(of_item=F("item_papers__item")).values("of_item", *columns)


def _keys_of_bilaterals(person: "Person", reach: Reach, convening: int) -> QuerySet[Any, Any]:
    from puebla.meetings.models import Bilateral

    seen = Bilateral.objects.visible_to(person, reach=reach).filter(convening=convening).in_calendars()
    return seen.order_by("pk").values_list("pk")


def _papers_looked_at(convening: int, person: int) -> QuerySet[Any, Any]:
    from puebla.meetings.models import PaperLook

    looked = PaperLook.objects.filter(convening=convening, person=person).order_by()
    return looked.values_list("document_id", "seen_at")


def _session(row: dict[str, Any]) -> SessionRow:
    from puebla.meetings.models import Session

    kind, sealed = row.pop("kind"), row.pop("room__sealed")
    return SessionRow(kind_name=capfirst(str(Session.Kind(kind).label)), sealed=sealed, **row)


_sessions = PreparedForReader(_sessions_of, make=_session, kept=1000)
_lines = PreparedForReader(_lines_of, make=lambda row: LineRow(**row), kept=400)
_items = PreparedForReader(_items_of, make=lambda row: ItemRow(**row), kept=2000)
_papers = PreparedForReader(_papers_of, make=lambda row: PaperRow(**row), kept=6000)
_bilaterals = PreparedForReader(_keys_of_bilaterals)
_looked_at = Prepared(_papers_looked_at)
