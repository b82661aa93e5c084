"""The index tables themselves: one virtual table of FTS5 on SQLite, one table with a tsvector and GIN on PostgreSQL.

Neither is a Django model: both hold nothing that cannot be made anew, stand beside a table of entries with the same
keys, and are installed after every `migrate`. The key of an entry says where it stands (`Place`): entries that everybody of a
rung may find lie together and the newest last, so that a search walks one range of the index and never passes a hidden row
in it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain, pairwise
from operator import attrgetter
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import DateTimeField, Model

from puebla.core.search.words import PAGE_SIGN, pages_in, stems, words_in

#: Parts words of one page from those of the next.
PAGE_END = "\f"
#: Between two words that are kept as one; what stands for a text of which not all of them could be kept.
PAIR, TOO_LONG = "+", "*"
#: Words at the beginning of a text that tell what it is about.
OPENING = 60
#: A word that comes back once in so many words is one that the text is about.
DENSITY = 150
#: PostgreSQL keeps no position after this, and a tsvector must stay under a megabyte.
_LAST_POSITION, _POSITIONS, _LEXEMES = 16_000, 12, 50_000
_MOST_BYTES = 900_000
#: Rows that one statement inserts.
_AT_ONCE = 200


@dataclass(frozen=True)
class Place:
    """Where an entry stands: the bits of its key, highest first.

    Attributes:
        rung: what may be found by a range of keys alone; entries that need a closer look have a rung below every reader's.
        day: ordinal of its date, so that the newest comes last.
        source: number of the source; `record`: key within it; `language`: number of the language.
    """

    rung: int
    day: int
    source: int
    record: int
    language: int

    @property
    def key(self) -> int:
        """The key as it is stored."""
        return (self.rung << 56) | (self.day << 36) | (self.source << 33) | (self.record << 4) | self.language


def rung_start(rung: int) -> int:
    """The lowest key of a rung."""
    return rung << 56


BY_DATE = (1 << 56) - 1
RECORD_SHIFT = 4
LANGUAGE_MASK = 15
SOURCE_SHIFT, SOURCE_MASK = 33, 7


def record_of(key: int) -> int:
    """Place, source and record of a key, as one number: the same in all languages."""
    return key >> RECORD_SHIFT


def source_of(key: int) -> int:
    """The source of a key."""
    return (key >> SOURCE_SHIFT) & SOURCE_MASK


@lru_cache(maxsize=4096)
def mark(name: str, value: object) -> str:
    """The mark of a filter's value: `kind:decl`."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "_-") else "_" for c in str(value).lower())
    return f"{name}:{plain[:60]}"


@dataclass(frozen=True)
class Row:
    """What an index keeps of an entry.

    Attributes:
        marks: terms for who finds it and by which filters.
        title: its title and symbol. key: what else says what it is: kind, body, meeting, themes.
        pages: its text by page.
        languages: whose stems its words get: its own, or those of every working language where none is known.
    """

    key: int
    marks: Sequence[str]
    title: str
    keywords: str = ""
    pages: Sequence[str] = ()
    languages: Sequence[str] = ()


@dataclass(frozen=True)
class _Words:
    """A row's words, ready for an engine.

    Attributes:
        text: with `PAGE_SIGN` before each page.
        counts: how often each word stands in the text; stems: how often each stem does.
    """

    title: list[str]
    text: list[str]
    keywords: list[str]
    counts: Mapping[str, int]
    stems: Mapping[str, int]

    @classmethod
    def of(cls, row: Row) -> "_Words":
        text, counts = pages_in(row.pages)
        known = _stems_of(counts, row.languages)
        first = [word for word in text[: OPENING * 2] if word != PAGE_SIGN][:OPENING]
        keywords = _stemmed(words_in(row.keywords), row.languages)
        keywords += _telling(_stemmed(first, row.languages)[:OPENING], known)
        return cls(words_in(row.title), text, keywords, counts, known)

    @property
    def as_they_stand(self) -> str:
        """The title, which is page 0 since a phrase may stand there too, and page by page."""
        joined = " ".join([*self.title, *self.text]).replace(PAGE_SIGN, PAGE_END)
        return f" {joined} "


def _stems_of(counts: Mapping[str, int], languages: Sequence[str]) -> Mapping[str, int]:
    """How often each stem stands in a text of these words."""
    if not languages:
        return counts
    found: dict[str, int] = {}
    for language in languages:
        for stemmed, n in zip(stems(counts, language), counts.values(), strict=True):
            found[stemmed] = found[stemmed] + n if stemmed in found else n
    return found


def _telling(opening: Iterable[str], counts: Mapping[str, int]) -> list[str]:
    """What the text says it is about: its first words, and those it keeps coming back to."""
    least = max(2, sum(counts.values()) / DENSITY)
    first = dict.fromkeys(opening)
    return [*first, *(word for word, n in counts.items() if n >= least and word not in first)]


def _stemmed(words: list[str], languages: Sequence[str]) -> list[str]:
    if not languages:
        return words
    return [stemmed for language in languages for stemmed in stems(words, language)]


@dataclass(frozen=True)
class IndexTable:
    """An index beside a table of entries.

    Args:
        name: of the index. entries: the table whose `id` is the index's key.
        due: the column of `entries` with the instant from which an entry marked as waiting may be found.
    """

    name: str
    entries: str
    due: str

    def write(self, rows: Iterable[Row], *, using: str = DEFAULT_DB_ALIAS) -> int:
        """Keep these rows; how many."""
        return self.write_folded(self.folded(rows, using=using), using=using)

    def folded(self, rows: Iterable[Row], *, using: str = DEFAULT_DB_ALIAS) -> list[tuple[Any, ...]]:
        """These rows as the engine keeps them, in the order of their keys: FTS5 ends a piece of its index wherever a lower
        one comes."""
        fold = _for_fts5 if connections[using].vendor == "sqlite" else _for_tsvector
        return [fold(row) for row in sorted(rows, key=attrgetter("key"))]

    def write_folded(self, rows: Sequence[tuple[Any, ...]], *, using: str = DEFAULT_DB_ALIAS) -> int:
        """Keep rows that are folded already; how many."""
        if connections[using].vendor == "sqlite":
            into = f"INSERT OR REPLACE INTO {self.name} (rowid, marks, title, keywords, body, words)"
            insert_rows(into, rows, using=using)
        else:
            statement = f"INSERT INTO {self.name} (id, terms, words, pairs) VALUES (%s, %s::tsvector, %s, array_to_tsvector(%s::text[])) {_AGAIN}"  # noqa: S608 - our own name
            with connections[using].cursor() as cursor:
                cursor.executemany(statement, rows)
        return len(rows)

    def erase(self, keys: Sequence[int], *, using: str = DEFAULT_DB_ALIAS) -> None:
        """Forget these rows."""
        if keys:
            statement = f"DELETE FROM {self.name} WHERE {self.key(using)} = %s"  # noqa: S608 - our own name
            with connections[using].cursor() as cursor:
                cursor.executemany(statement, [(key,) for key in keys])

    def clear(self, *, using: str = DEFAULT_DB_ALIAS) -> None:
        """Forget everything; SQLite would take the words out row by row."""
        with connections[using].cursor() as cursor:
            if connections[using].vendor == "sqlite":
                cursor.execute(f"DROP TABLE {self.name}")
                self.install(using=using)
            else:
                cursor.execute(f"DELETE FROM {self.name}")  # noqa: S608 - our own name

    def words_of(self, keys: Sequence[int], *, using: str = DEFAULT_DB_ALIAS) -> dict[int, str]:
        """The folded words of these rows: pages parted by `PAGE_END`, a blank before and after each word."""
        if not keys:
            return {}
        key, marks = self.key(using), ", ".join(["%s"] * len(keys))
        with connections[using].cursor() as cursor:
            cursor.execute(f"SELECT {key}, words FROM {self.name} WHERE {key} IN ({marks})", list(keys))  # noqa: S608 - our own name
            return dict(cursor.fetchall())

    def keys(self, *, using: str = DEFAULT_DB_ALIAS) -> set[int]:
        """Every key the index holds, for who compares it with the entries."""
        with connections[using].cursor() as cursor:
            table = f"{self.name}_docsize" if connections[using].vendor == "sqlite" else self.name
            cursor.execute(f"SELECT id FROM {table}")  # noqa: S608 - our own name
            return {key for (key,) in cursor.fetchall()}

    def lost_keys(self, *, using: str = DEFAULT_DB_ALIAS) -> list[int]:
        """Keys of words that belong to no entry; those that are written meanwhile are none of them."""
        held = self.keys(using=using)
        with connections[using].cursor() as cursor:
            cursor.execute(f"SELECT id FROM {self.entries}")  # noqa: S608 - our own name
            return sorted(held.difference(key for (key,) in cursor.fetchall()))

    @staticmethod
    def key(using: str) -> str:
        """The name of the key's column on this engine."""
        return "rowid" if connections[using].vendor == "sqlite" else "id"

    def install(self, *, using: str) -> None:
        """Make the index where it does not stand."""
        connection = connections[using]
        with connection.cursor() as cursor:
            cursor.execute(_OLD[connection.vendor], [self.name])
            if cursor.fetchone():
                # Made before words were indexed as they stand; the chore writes it anew little by little, `puebla reindex` at once.
                cursor.execute(f"DROP TABLE {self.name}")
            for statement in _SQLITE if connection.vendor == "sqlite" else _POSTGRESQL:
                cursor.execute(statement.format(name=self.name))
            # Emptied tables leave words behind that nobody knows.
            cursor.execute(
                f"DELETE FROM {self.name} WHERE NOT EXISTS (SELECT 1 FROM {self.entries})"  # noqa: S608 - our own names
            )


_AGAIN = (
    "ON CONFLICT (id) DO UPDATE SET terms = excluded.terms, words = excluded.words, pairs = excluded.pairs"
)
_OLD = {
    "sqlite": "SELECT 1 FROM sqlite_master WHERE name = %s AND sql LIKE '%%UNINDEXED%%'",
    "postgresql": "SELECT 1 FROM information_schema.columns WHERE table_name = %s AND table_schema = current_schema()"
    " HAVING COUNT(*) > 0 AND COUNT(*) FILTER (WHERE column_name = 'pairs') = 0",
}
_SQLITE = (
    """CREATE VIRTUAL TABLE IF NOT EXISTS {name} USING fts5(marks, title, keywords, body, words,
    tokenize = "ascii tokenchars ':_-'")""",
)
_POSTGRESQL = (
    """CREATE TABLE IF NOT EXISTS {name} (id bigint PRIMARY KEY, terms tsvector NOT NULL, words text NOT NULL,
    pairs tsvector NOT NULL)""",
    "CREATE INDEX IF NOT EXISTS {name}_terms ON {name} USING gin (terms)",
    "CREATE INDEX IF NOT EXISTS {name}_pairs ON {name} USING gin (pairs)",
)


def _for_fts5(row: Row) -> tuple[Any, ...]:
    """Where words stand is kept of the words themselves alone; of the stems, that they are met, where no word says so."""
    found = _Words.of(row)
    body = [stemmed for stemmed in found.stems if stemmed not in found.counts]
    return (
        row.key, " ".join(row.marks), " ".join(_stemmed(found.title, row.languages)),
        " ".join(found.keywords), " ".join(body), found.as_they_stand,
    )  # fmt: skip


def _for_tsvector(row: Row) -> tuple[Any, ...]:
    found = _Words.of(row)
    text = _stemmed([word for word in found.text if word != PAGE_SIGN], row.languages)
    title = _stemmed(found.title, row.languages)
    places: dict[str, list[str]] = {}
    position = 0
    for weight, tokens in (("A", title), ("B", found.keywords), ("C", text), ("D", row.marks)):
        counts: Counter[str] = Counter()
        for token in tokens:
            position = min(position + 1, _LAST_POSITION)
            counts[token] += 1
            if counts[token] <= _POSITIONS and (token in places or len(places) < _LEXEMES or weight == "D"):
                places.setdefault(token, []).append(f"{position}{weight}")
        position = min(position + 1, _LAST_POSITION)
    literal = " ".join(f"'{token}':{','.join(where)}" for token, where in places.items())
    words = found.as_they_stand.replace("\x00", "")
    return row.key, literal.replace("\x00", ""), words, _pairs_of(words)


def _pairs_of(words: str) -> list[str]:
    """Each word as it stands, and each two that follow each other, also across the end of a page: GIN keeps no places, so
    that phrases are found by these."""
    row = words.replace(PAGE_END, " ").split()
    pairs = [*dict.fromkeys(row), *dict.fromkeys(map(PAIR.join, pairwise(row)))]
    return pairs if sum(map(len, map(str.encode, pairs))) < _MOST_BYTES else [TOO_LONG]


@dataclass
class _Known:
    """The indexes of this house, by name."""

    tables: dict[str, IndexTable] = field(default_factory=dict)


_known = _Known()


def write_entries(kept: type[Model], entries: Sequence[Any], *, using: str = DEFAULT_DB_ALIAS) -> None:
    """Keep these entries, which stand beside the rows of an index: plain values alone, so a third of `bulk_create`'s time.

    Args:
        kept: the model that keeps them. entries: with an attribute for each of its columns.
    """
    meta, adapt = kept._meta, connections[using].ops.adapt_datetimefield_value
    instants = [isinstance(column, DateTimeField) for column in meta.concrete_fields]
    names = [column.attname for column in meta.concrete_fields]
    columns = ", ".join(str(column.column) for column in meta.concrete_fields)
    values = [
        [
            adapt(value) if instant and value is not None else value
            for value, instant in zip(attrgetter(*names)(entry), instants, strict=True)
        ]
        for entry in entries
    ]
    insert_rows(f"INSERT INTO {meta.db_table} ({columns})", values, using=using)


def insert_rows(into: str, rows: Sequence[Sequence[Any]], *, using: str = DEFAULT_DB_ALIAS) -> None:
    """Insert these rows, many by one statement: the database works without Python meanwhile, so that another thread may."""
    for start in range(0, len(rows), _AT_ONCE):
        batch = rows[start : start + _AT_ONCE]
        marks = ", ".join(["(" + ", ".join(["%s"] * len(batch[0])) + ")"] * len(batch))
        with connections[using].cursor() as cursor:
            cursor.execute(f"{into} VALUES {marks}", list(chain.from_iterable(batch)))


def index(name: str, *, entries: str, due: str) -> IndexTable:
    """Declare an index; it is installed when the tables stand."""
    table = IndexTable(name, entries, due)
    _known.tables[name] = table
    return table


def install_indexes(*, using: str = DEFAULT_DB_ALIAS, **_kwargs: Any) -> None:
    """Make every declared index that does not stand."""
    existing = set(connections[using].introspection.table_names())
    for table in _known.tables.values():
        if table.entries in existing:
            table.install(using=using)


def indexes() -> list[IndexTable]:
    """Every declared index."""
    return list(_known.tables.values())
