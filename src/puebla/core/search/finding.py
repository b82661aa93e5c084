"""A question put to an index: how many records, and the best of them, in one statement or two.

The order depends on a record's own words alone: first those whose title says it, then those that are about it, then those
that hold the words in a row, then all others; among equals the newest. Nothing is weighed by how rare a word is among all
records, since that would tell of records that the reader may not see.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

from puebla.core.search import terms
from puebla.core.search.asking import Question
from puebla.core.search.tables import (
    BY_DATE,
    LANGUAGE_MASK,
    PAIR,
    RECORD_SHIFT,
    TOO_LONG,
    IndexTable,
    record_of,
)
from puebla.core.search.terms import Asked, Level


@dataclass(frozen=True)
class Reachable:
    """A part of the index that a reader may find: a range of keys, and in it what these marks open.

    Attributes:
        marks: what opens an entry of the range; None where the range is enough.
        start, end: keys from the first and below the second; None for no bound.
        due: whether only entries whose hour has come count; its range is that of what waits.
    """

    marks: Asked | None = None
    start: int | None = None
    end: int | None = None
    due: bool = False


@dataclass(frozen=True)
class Found:
    """What a question found: the number of records and the keys of the best entries, one for each record."""

    total: int
    keys: list[int]


#: The record of an entry's key, in SQL. Its entries of all languages stand in one place, so the place may stay in it; then the
#: keys come in order, and are told apart in half the time.
_RECORD = f"id >> {RECORD_SHIFT}"
#: Best first: what the tier asks of the words.
_TITLE, _ABOUT, _IN_A_ROW, _ANYWHERE = 4, 3, 2, 1
Tier = tuple[int, Asked]


def find(
    table: IndexTable,
    question: Question,
    reachable: Sequence[Reachable],
    *,
    at: Any,
    filters: Iterable[Asked] = (),
    first: int = 0,
    count: int = 20,
    newest: bool = False,
    among: Sequence[int] | None = None,
    prefer: int | None = None,
    most_languages: int = 4,
    using: str = DEFAULT_DB_ALIAS,
) -> Found:
    """The records that answer a question, among what is reachable.

    Args:
        at: the instant, for entries that wait for theirs.
        filters: marks that every record must have.
        first, count: which of the records, in their order.
        newest: by date alone.
        among: only entries with these keys.
        prefer: number of the language in which a record is shown where it answers in several equally well.
    """
    if not reachable:
        return Found(0, [])
    anywhere = question.asked(Level.ANYWHERE)
    # By date alone there is one tier: what answers, and how much of it there is, is found at once.
    better, rest = [(_ANYWHERE, anywhere)], list[Tier]()
    if not newest:
        in_a_row = question.in_a_row()
        rest = [*([(_IN_A_ROW, in_a_row)] if in_a_row is not None else []), *better]
        better = [(_TITLE, question.asked(Level.TITLE)), (_ABOUT, question.asked(Level.KEY))]
    writer = _Writer(table, question, tuple(filters), tuple(reachable), at, using, among)
    last = first + count
    (_none, total), *rows = writer.rows(better, last * most_languages, counted=anywhere)
    best = _best(rows, prefer)
    if rest and len(best) < min(last, total):
        # Only where the better tiers do not fill the page are the others asked: mostly they are never seen.
        best = _best([*rows, *writer.rows(rest, last * most_languages)], prefer)
    return Found(int(total), best[first:last])


def _best(rows: Iterable[tuple[int, int]], prefer: int | None) -> list[int]:
    """One entry for each record: of its best tier, and there in the language preferred."""
    chosen: dict[int, tuple[int, int]] = {}
    for tier, key in sorted(rows, key=lambda row: (-row[0], -(row[1] & BY_DATE))):
        record = record_of(key)
        known = chosen.get(record)
        if known is None or (known[0] == tier and key & LANGUAGE_MASK == prefer):
            chosen[record] = (tier, key)
    return [key for _tier, key in chosen.values()]


def _united(parts: Sequence[tuple[str, list[Any]]]) -> tuple[str, list[Any]]:
    return " UNION ALL ".join(sql for sql, _values in parts), [v for _sql, values in parts for v in values]


def _phrases(asked: Asked) -> list[str]:
    return [" ".join(asked.words)] if isinstance(asked, terms.Exactly) else []


def _holds_row(words: Sequence[str]) -> tuple[str, list[str]]:
    """On PostgreSQL, that these very words stand in a row: by the pairs of words in the index; the text is read only where
    three or more have all their pairs, or where a text is too long for them.
    """
    pairs = [*map(PAIR.join, pairwise(words))] or list(words)
    known = terms.as_tsquery(terms.every(map(terms.Term, pairs)))
    row, long = f" {' '.join(words)} ", terms.as_tsquery(terms.Term(TOO_LONG))
    read = "position(%s in replace(words, E'\\f ', '')) > 0"
    if len(words) < 3:
        return f"(pairs @@ %s::tsquery OR (pairs @@ %s::tsquery AND {read}))", [known, long, row]
    return f"(pairs @@ %s::tsquery AND {read})", [f"{known} | {long}", row]


@dataclass(frozen=True)
class _Writer:
    """Writes the statement in the database's own words."""

    table: IndexTable
    question: Question
    filters: tuple[Asked, ...]
    reachable: tuple[Reachable, ...]
    at: Any
    using: str
    among: Sequence[int] | None = None

    def rows(
        self, tiers: Sequence[Tier], most: int, *, counted: Asked | None = None
    ) -> list[tuple[int, int]]:
        """The best keys of each tier as (tier, key), before them the number of records that answer, where it is asked for.

        A tier is asked only where those before it have not filled the page.
        """
        tables, values = self._barred()
        lines = []
        # Phrases are dear to look for, and what is left out to leave out: what is left is found once. Of what has a phrase's
        # words in its title or keywords, the very words may stand elsewhere.
        within = counted is not None and bool(self.question.phrases or self.question.excluded)
        if counted is not None:
            held, more = self._matches(counted)
            tables.append(f"held AS {'' if within else 'NOT '}MATERIALIZED ({held})")
            lines.append(f"SELECT -1 AS tier, COUNT(DISTINCT {_RECORD}) AS id FROM held")  # noqa: S608 - our own columns
            values += more
        room = str(most)
        for tier, asked in tiers:
            held, more = self._within(asked) if within else self._matches(asked, _phrases(asked))
            tables.append(
                f"tier{tier} AS MATERIALIZED (SELECT {tier} AS tier, id FROM ({held}) AS met"  # noqa: S608 - numbers of ours
                f" ORDER BY (id & {BY_DATE}) DESC LIMIT {room})"
            )
            # A limit of nothing is known before anything is looked for.
            room = f"(SELECT CASE WHEN COUNT(*) < {most} THEN {most} ELSE 0 END FROM tier{tier})"  # noqa: S608 - numbers of ours
            lines.append(f"SELECT tier, id FROM tier{tier}")  # noqa: S608 - numbers of ours
            values += more
        with connections[self.using].cursor() as cursor:
            cursor.execute(f"WITH {', '.join(tables)} {' UNION ALL '.join(lines)}", values)
            return list(cursor.fetchall())

    def _within(self, asked: Asked) -> tuple[str, list[Any]]:
        """What answers, among what is held."""
        met, values = _united([self._in(part, asked, []) for part in self.reachable])
        return f"SELECT id FROM ({met}) AS open WHERE id IN (SELECT id FROM held)", values  # noqa: S608 - our own words

    def _barred(self) -> tuple[list[str], list[Any]]:
        """The records that hold what is left out, in whatever language: who wants no children wants no niños' paper of
        the same record. Asked of what is reachable alone, so that its time tells of nothing else."""
        parts = [
            self._in(part, asked, phrases)
            for asked, phrases in self.question.barred()
            for part in self.reachable
        ]
        if not parts:
            return [], []
        held, values = _united(parts)
        return [f"barred AS MATERIALIZED (SELECT {_RECORD} AS record FROM ({held}) AS met)"], values  # noqa: S608 - numbers of ours

    def _matches(self, asked: Asked, phrases: Sequence[str] = ()) -> tuple[str, list[Any]]:
        """The keys of what answers, each once a language; where these words stand in a row, as those in quotation marks."""
        held, values = _united([self._hits(part, asked, phrases) for part in self.reachable])
        if self.question.excluded:
            held = f"SELECT id FROM ({held}) AS open WHERE {_RECORD} NOT IN (SELECT record FROM barred)"  # noqa: S608 - numbers of ours
        return held, values

    def _hits(self, part: Reachable, asked: Asked, phrases: Sequence[str]) -> tuple[str, list[Any]]:
        """What answers in a part of the index, among the entries that are asked for."""
        statement, values = self._in(part, asked, [*self.question.phrases, *phrases])
        if self.among is not None:
            key = f"{self.table.name}.{self.table.key(self.using)}"
            statement += f" AND {key} IN ({', '.join(['%s'] * len(self.among))})"
            values += self.among
        return statement, values

    def _in(self, part: Reachable, asked: Asked, phrases: Sequence[str]) -> tuple[str, list[Any]]:
        sqlite = connections[self.using].vendor == "sqlite"
        name, key = self.table.name, self.table.key(self.using)
        whole = terms.every([asked, *self.filters, *([part.marks] if part.marks is not None else [])])
        conditions = [f"{name} MATCH %s" if sqlite else "terms @@ %s::tsquery"]
        values: list[Any] = [terms.as_fts5(whole) if sqlite else terms.as_tsquery(whole)]
        for bound, sign in ((part.start, ">="), (part.end, "<")):
            if bound is not None:
                conditions.append(f"{name}.{key} {sign} %s")
                values.append(bound)
        if not sqlite:  # SQLite's index knows where the words stand
            for phrase in phrases:
                condition, more = _holds_row(phrase.split())
                conditions.append(condition)
                values += more
        if part.due:
            now = connections[self.using].ops.adapt_datetimefield_value(self.at)
            entries, due = self.table.entries, self.table.due
            # Hours that have come are soon written into the index: mostly there is none, and nothing that waits is walked.
            conditions.append(
                f"EXISTS (SELECT 1 FROM {entries} AS come WHERE come.{due} <= %s AND come.id < %s)"  # noqa: S608 - our own names
            )
            conditions.append(
                f"EXISTS (SELECT 1 FROM {entries} AS entry WHERE entry.id = {name}.{key} AND entry.{due} <= %s)"  # noqa: S608 - our own names
            )
            values += [now, part.end, now]
        return f"SELECT {name}.{key} AS id FROM {name} WHERE {' AND '.join(conditions)}", values  # noqa: S608 - our own names
