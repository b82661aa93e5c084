"""Keeping the private site's index true: called by the room that owns a record, in the transaction of its act."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db import transaction

from puebla.core.search.citing import key_of
from puebla.core.search.tables import Place, Row, mark, write_entries
from puebla.members.models import IndexEntry, Restricted
from puebla.members.querysets.searching import INDEX, marks_of, rung_of

#: Records written at once when many are.
CHUNK = 200


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
    lies: Restricted
    day: dt.date | None
    revision: int
    created_at: dt.datetime
    filters: Mapping[str, Sequence[object]] = field(default_factory=dict)
    parts: Sequence[Part] = ()


@transaction.atomic
def index_records(records: Iterable[Record], *, at: dt.datetime) -> int:
    """Write what search knows of these records anew; how many entries. Those of one source are given together."""
    count = 0
    batch: list[Record] = []
    for record in records:
        batch.append(record)
        if len(batch) == CHUNK:
            count += _index(batch, at)
            batch = []
    return count + _index(batch, at)


def _index(records: Sequence[Record], at: dt.datetime) -> int:
    if not records:
        return 0
    appeared = _forget(records[0].source, [record.key for record in records])
    entries, rows = [], []
    for record in records:
        for part in record.parts:
            entry = _entry(record, part, appeared.get((record.key, part.language)), at)
            entries.append(entry)
            rows.append(_row(record, part, entry, at))
    write_entries(entries)
    INDEX.write(rows)
    return len(entries)


@transaction.atomic
def forget_records(source: int, records: Sequence[int]) -> None:
    """Take records out of the index."""
    _forget(source, records)


@transaction.atomic
def begin_anew(source: int, standing: Sequence[int]) -> None:
    """Forget all words before they are written anew, and entries of records that stand no more; when each appeared is kept."""
    INDEX.clear()
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


def _forget(source: int, records: Sequence[int]) -> dict[tuple[int, str], IndexEntry]:
    """Erase; what stood there is handed back, for what stays known of it."""
    standing = list(IndexEntry.objects.of(source, records).order_by())
    INDEX.erase([entry.pk for entry in standing])
    IndexEntry.objects.of(source, records).order_by().delete()
    return {(entry.record, entry.language): entry for entry in standing}


def _entry(record: Record, part: Part, before: IndexEntry | None, at: dt.datetime) -> IndexEntry:
    lies = record.lies
    entry = IndexEntry(
        source=record.source, record=record.key, language=part.language, holder=part.holder, address=record.address,
        symbol_key=key_of(record.symbol)[:60], title=part.title[:300], revision=record.revision,
        room_id=lies.room_id, room_cap=lies.room_cap, audience=lies.audience, party_id=lies.party_id,
        embargo_until=lies.embargo_until, has_text=any(page.strip() for page in part.pages),
    )  # fmt: skip
    # Where nothing is known of it the index is being made anew: it is as old as its record.
    entry.appeared_at = min(at, record.created_at)
    if before is not None:
        entry.appeared_at = at if _is_news(entry, before) else before.appeared_at
    day = record.day.toordinal() if record.day else 0
    entry.id = Place(rung_of(entry, at), day, record.source, record.key, part.number).key
    return entry


def _is_news(entry: IndexEntry, before: IndexEntry) -> bool:
    """Whether somebody can find now what they could not before: by audience, another file, a text just read."""
    return (
        entry.audience > before.audience
        or (entry.holder is not None and entry.holder != before.holder)
        or (entry.has_text and not before.has_text)
    )


def _row(record: Record, part: Part, entry: IndexEntry, at: dt.datetime) -> Row:
    marks = marks_of(entry, at)
    marks += [mark(name, value) for name, values in record.filters.items() for value in values]
    marks.append(mark("language", part.language))
    return Row(
        key=entry.id, marks=marks, title=f"{part.title} {record.symbol}", keywords=part.keywords, pages=part.pages,
        languages=part.stems,
    )  # fmt: skip
