"""Keeping the private site's index true: called by the room that owns a record, in the transaction of its act."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.db import transaction

from puebla.core.search.citing import key_of
from puebla.core.search.tables import Place, Row, mark, source_of, write_entries
from puebla.members.models import IndexEntry
from puebla.members.querysets.searching import INDEX, marks_of, rung_of


class Lies(Protocol):
    """Where a restricted record lies: itself, or its columns."""

    @property
    def room_id(self) -> int: ...
    @property
    def room_cap(self) -> int: ...
    @property
    def audience(self) -> int: ...
    @property
    def party_id(self) -> int: ...
    @property
    def embargo_until(self) -> dt.datetime | None: ...


@dataclass(frozen=True)
class Part:
    """A record in one language, as search knows it.

    Attributes:
        number: of the language, among those of the record.
        keywords: what else says what it is: kind, body, meeting, themes.
        stems: the languages whose stems its words get.
    """

    language: str
    number: int
    title: str
    keywords: str = ""
    pages: Sequence[str] = ()
    holder: int | None = None
    stems: Sequence[str] = ()


@dataclass(frozen=True)
class Record:
    """A restricted record with all that is found of it.

    Attributes:
        source, key: of whom it is, and its key there. lies: its room, cap, audience, party and embargo.
        filters: name → values, by which it is found. marks: the same for all languages.
    """

    source: int
    key: int
    address: str
    symbol: str
    lies: Lies
    day: dt.date | None
    revision: int
    created_at: dt.datetime
    filters: Mapping[str, Sequence[object]] = field(default_factory=dict)
    parts: Sequence[Part] = ()


@dataclass(frozen=True)
class Prepared:
    """What search is to know of some records: read and folded, not yet written.

    Attributes:
        source, keys: the records that were asked for, those that stand no more among them.
        entries, rows: what is written of them.
    """

    source: int
    keys: Sequence[int]
    entries: Sequence["_Entry"]
    rows: Sequence[Any]
    at: dt.datetime

    @transaction.atomic
    def write(self) -> int:
        """Write it in place of what was known; how many entries."""
        appeared = _forget(self.source, self.keys)
        for entry in self.entries:
            before = appeared.get((entry.record, entry.language))
            if before is not None:
                entry.appeared_at = self.at if _is_news(entry, before) else before.appeared_at
        write_entries(IndexEntry, self.entries)
        INDEX.write_folded(self.rows)
        return len(self.entries)


def prepare_records(
    source: int, keys: Sequence[int], records: Iterable[Record], *, at: dt.datetime
) -> Prepared:
    """Fold what search is to know of these records.

    Args:
        keys: of all that were asked for. records: those of them that stand.
    """
    entries: list[_Entry] = []
    rows: list[Row] = []
    for record in records:
        symbol = key_of(record.symbol)[:60]
        for part in record.parts:
            entry = _entry(record, part, symbol, at)
            entries.append(entry)
            rows.append(_row(record, part, entry, at))
    return Prepared(source, list(keys), entries, INDEX.folded(rows), at)


@transaction.atomic
def forget_records(source: int, records: Sequence[int]) -> None:
    """Take records out of the index."""
    _forget(source, records)


@transaction.atomic
def begin_anew(source: int, standing: Sequence[int]) -> None:
    """Forget all words of a source before they are written anew, and entries of records that stand no more; when each appeared is kept."""
    held = INDEX.keys()
    own = [key for key in held if source_of(key) == source]
    if len(own) == len(held):
        # Faster than row by row, and it makes a damaged table anew.
        INDEX.clear()
    else:
        INDEX.erase(own)
    known = set(IndexEntry.objects.filter(source=source).order_by().values_list("record", flat=True))
    _forget(source, sorted(known - set(standing)))


def lost_records(source: int) -> list[int]:
    """Records whose entries have no words: an index that was made anew in another form knows none yet."""
    standing = IndexEntry.objects.filter(source=source).order_by().values_list("pk", "record")
    known = INDEX.keys()
    return sorted({record for key, record in standing if key not in known})


def odd_entries() -> int:
    """How many entries have no words, and words no entry."""
    return len(INDEX.keys() ^ set(IndexEntry.objects.order_by().values_list("pk", flat=True)))


def _forget(source: int, records: Sequence[int]) -> dict[tuple[int, str], Any]:
    """Erase; what was known of each record in each language is handed back."""
    columns = ("pk", "record", "language", "audience", "holder", "has_text", "appeared_at")
    standing = list(IndexEntry.objects.of(source, records).order_by().values_list(*columns, named=True))
    if not standing:
        return {}
    INDEX.erase([entry.pk for entry in standing])
    IndexEntry.objects.of(source, records).order_by().delete()
    return {(entry.record, entry.language): entry for entry in standing}


@dataclass(slots=True)
class _Entry:
    """An entry as it is written: the columns of `IndexEntry`."""

    id: int
    source: int
    record: int
    language: str
    holder: int | None
    address: str
    symbol_key: str
    title: str
    revision: int
    room_id: int
    room_cap: int
    audience: int
    party_id: int
    embargo_until: dt.datetime | None
    has_text: bool
    appeared_at: dt.datetime


def _entry(record: Record, part: Part, symbol: str, at: dt.datetime) -> _Entry:
    """What is kept of a record in one language, as if nothing were known of it yet.

    Args:
        symbol: the record's, as it is known.
    """
    lies = record.lies
    day = record.day.toordinal() if record.day else 0
    return _Entry(
        Place(rung_of(lies, at), day, record.source, record.key, part.number).key, record.source, record.key, part.language,
        part.holder, record.address, symbol, part.title[:300], record.revision, lies.room_id, lies.room_cap, lies.audience,
        lies.party_id, lies.embargo_until, any(page.strip() for page in part.pages),
        # Where nothing is known of it the index is being made anew: it is as old as its record.
        min(at, record.created_at),
    )  # fmt: skip


def _is_news(entry: _Entry, before: Any) -> bool:
    """Whether somebody can find now what they could not before: by audience, another file, a text just read."""
    return (
        entry.audience > before.audience
        or (entry.holder is not None and entry.holder != before.holder)
        or (entry.has_text and not before.has_text)
    )


def _row(record: Record, part: Part, entry: _Entry, at: dt.datetime) -> Row:
    marks = marks_of(entry, at)
    marks += [mark(name, value) for name, values in record.filters.items() for value in values]
    marks.append(mark("language", part.language))
    return Row(
        key=entry.id, marks=marks, title=f"{part.title} {record.symbol}", keywords=part.keywords, pages=part.pages,
        languages=part.stems,
    )  # fmt: skip
