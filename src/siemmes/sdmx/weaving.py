"""Rows as text, many at a time: codes come out of the store as numbers and are looked up in short lists of ready texts.

A writer says what a row looks like, and what stands before a series, as a sequence of pieces. Batches of rows are then put
together column by column in Arrow: no row is looked at by itself, and memory holds one batch.
"""

import itertools
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from siemmes.cube.answers import Answer
from siemmes.cube.layout import literal, quoted
from siemmes.cube.slices import Rows
from siemmes.model.structures import VALUE, Structure

#: Rows put together at a time.
BATCH = 1 << 16
#: Batches that are put together at a time.
_AT_A_TIME = 2


@dataclass(frozen=True)
class Coded:
    """A coded column as text.

    Attributes:
        texts: what is written for each of its labels, by the label's place in the release; the last for a missing code.
    """

    name: str
    texts: tuple[str, ...]

    def within(self, before: str, after: str) -> "Coded":
        """The same with these texts around each."""
        return Coded(self.name, tuple(before + text + after for text in self.texts))


@dataclass(frozen=True)
class Told:
    """A text that the store makes by itself: an SQL expression that is never NULL.

    Attributes:
        figure: where it is the figure: the texts before, after, and in place of a missing one. Then no SQL is needed.
    """

    sql: str
    figure: tuple[str, str, str] | None = None


Piece: TypeAlias = "str | Coded | Told"


@dataclass(frozen=True)
class Pattern:
    """How rows are written.

    Attributes:
        row: the pieces of a row.
        between: what stands between two rows of a series, or of a flat answer.
        head: the pieces before the first row of a series; empty where rows stand by themselves.
        tail: what stands after the last row of a series.
        apart: what stands between two series.
        before, after: pieces around each row that seldom change from one row to the next; they are put together only
            where they do.
        without: a text that is taken out wherever it arises: an element that turned out to be empty.
    """

    row: Sequence[Piece]
    between: str = ""
    head: Sequence[Piece] = ()
    tail: str = ""
    apart: str = ""
    before: Sequence[Piece] = ()
    after: Sequence[Piece] = ()
    without: str = ""

    @cached_property
    def parts(self) -> "_Parts":
        """What is needed of the store, and the texts that are looked up: made once, however often rows are written."""
        return _Parts.of(self)


def coded(name: str, written: Sequence[str], missing: str = "") -> Coded:
    """A column's texts: one for each label of the release, in its order."""
    return Coded(name, (*written, missing))


def figure(about: Structure, before: str = "", after: str = "", *, missing: str = "") -> Told:
    """The figure in its shortest form.

    Args:
        before, after: texts around it.
        missing: what is written in place of all that for a missing one.
    """
    around = [literal(text) for text in (before, after)]
    text = " || ".join([*around[: bool(before)], value_text(about), *around[2 - bool(after) :]])
    return Told(f"coalesce({text}, {literal(missing)})", (before, after, missing))


def value_text(about: Structure) -> str:
    """An SQL expression that gives a figure in its shortest form; NULL for a missing one."""
    column = quoted(VALUE)
    return f"CAST({column} AS VARCHAR)" if about.whole else shortest(column)


def shortest(column: str) -> str:
    """A decimal figure in its shortest form: whole ones without a point."""
    return (
        f"CASE WHEN {column} = trunc({column}) AND abs({column}) < 1e15 THEN CAST(CAST({column} AS BIGINT) AS VARCHAR) "
        f"ELSE CAST({column} AS VARCHAR) END"
    )


def in_key_order(answer: Answer) -> str:
    """The SQL of an answer with its rows in key order, for formats that write series by series.

    Rows lie in key order in the store; only a question that sorts, or looks through a window, loses it.
    """
    question = answer.question
    if not question.order and question.first is None and question.last is None:
        return f"({answer.sql})"
    order = ", ".join(quoted(name) for name in answer.about.key)
    return f"(SELECT * FROM ({answer.sql}) ORDER BY {order})"


def woven(
    answer: Answer, pattern: Pattern, *, source: str | None = None, where: str = "", batch: int | None = None
) -> Iterator[bytes]:
    """The rows of an answer as text, batch by batch; in key order, unless the question sorts.

    Args:
        source: SQL of a table with the answer's columns, in brackets or by name, where it is not the answer itself.
        where: a condition on its rows.
        batch: rows put together at a time, where they are longer than others.
    """
    parts, size = pattern.parts, batch or BATCH
    figures = answer.slice if source is None and not where else None
    if figures is not None and all(one.figure for one in parts.texts):
        if figures.most > size and not (
            pattern.head or pattern.between
        ):  # no batch asks what stood in the one before
            yield from _side_by_side(
                figures.batches(size), lambda rows: _put(_laid(rows, parts), parts, pattern)
            )
            return
        found: Iterator[Sequence[Any]] = (_laid(rows, parts) for rows in figures.batches(size))
        yield from _woven(found if figures.most <= size else _ahead(found), parts, pattern)
        return
    condition = f" WHERE {where}" if where else ""
    told = [*(f"enum_code({quoted(name)})" for name in parts.columns), *(one.sql for one in parts.texts)]
    cursor = answer.cursor()
    try:
        reader = cursor.sql(
            f"SELECT {', '.join(told) or '1'} FROM {source or f'({answer.sql})'}{condition}"
        ).to_arrow_reader(size)
        yield from _woven(_ahead(_filled(one, parts.missing()) for one in reader), parts, pattern)
    finally:
        cursor.close()


def _filled(batch: pa.RecordBatch, missing: Sequence[int]) -> Sequence[Any]:
    """The columns of a batch, the code of "nothing said" in place of a missing one."""
    return [
        one.fill_null(missing[place]) if place < len(missing) and one.null_count else one
        for place, one in enumerate(batch.columns)
    ]


def _laid(rows: Rows, parts: "_Parts") -> Sequence[Any]:
    """The same columns out of rows that were had without SQL."""
    found = [pa.array(rows.codes(name)) for name in parts.columns]
    found += [_written(rows, *one.figure) for one in parts.texts if one.figure]
    return found or [pa.array(rows.periods)]


def _written(rows: Rows, before: str, after: str, missing: str) -> Any:
    texts = rows.texts()
    if before or after:
        texts = pc.binary_join_element_wise(pa.scalar(before), texts, pa.scalar(after), "")
        gone = rows.missing()
        return pc.if_else(pa.array(gone), pa.scalar(missing), texts) if gone.any() else texts
    return rows.texts(missing) if missing else texts


@dataclass(frozen=True)
class _Parts:
    """The pieces of a pattern with what they need of the store: coded columns and SQL texts, each once."""

    head: "_Texts"
    before: "_Texts"
    row: "_Texts"
    after: "_Texts"
    columns: Sequence[str]
    texts: Sequence[Told]
    _lengths: Mapping[str, int]

    @classmethod
    def of(cls, pattern: Pattern) -> "_Parts":
        every = [_merged(one) for one in (pattern.head, pattern.before, pattern.row, pattern.after)]
        pieces = list(itertools.chain.from_iterable(every))
        lengths = {one.name: len(one.texts) for one in pieces if isinstance(one, Coded)}
        texts = list(dict.fromkeys(one for one in pieces if isinstance(one, Told)))
        head, before, row, after = (_Texts(one, list(lengths), texts) for one in every)
        return cls(head, before, row, after, list(lengths), texts, lengths)

    def missing(self) -> list[int]:
        """By column, the place of the text that is written for a missing code."""
        return [self._lengths[name] - 1 for name in self.columns]


def _merged(pieces: Sequence[Piece]) -> list[Piece]:
    """The same pieces with fixed texts put into the coded ones beside them, so that fewer columns are joined."""
    found: list[Piece] = []
    waiting = ""
    for piece in pieces:
        if isinstance(piece, str):
            waiting += piece
        elif isinstance(piece, Coded):
            found.append(piece.within(waiting, ""))
            waiting = ""
        else:
            found += [waiting, piece] if waiting else [piece]
            waiting = ""
    if waiting and found and isinstance(found[-1], Coded):
        found[-1] = found[-1].within("", waiting)
    elif waiting:
        found.append(waiting)
    return found


#: Texts of two or more coded pieces side by side that are worth being made beforehand.
_TOGETHER = 128


class _Texts:
    """The texts of the pieces as Arrow arrays, made once; coded pieces side by side are looked up together."""

    def __init__(self, pieces: Sequence[Piece], columns: Sequence[str], texts: Sequence[Told]) -> None:
        self.parts: list[tuple[tuple[int, ...], tuple[int, ...], Any]] = []
        for run in _runs(pieces):
            first = run[0]
            if isinstance(first, str):
                self.parts.append(((), (), pa.scalar(first)))
            elif isinstance(first, Told):
                self.parts.append(((len(columns) + texts.index(first),), (), None))
            else:
                coded_run = [one for one in run if isinstance(one, Coded)]
                every = ["".join(one) for one in itertools.product(*(one.texts for one in coded_run))]
                places = tuple(columns.index(one.name) for one in coded_run)
                self.parts.append(
                    (places, tuple(len(one.texts) for one in coded_run), pa.array(every, pa.string()))
                )
        self.keyed = sorted({place for places, sizes, _texts in self.parts if sizes for place in places})

    def __bool__(self) -> bool:
        return bool(self.parts)

    def of(self, columns: Sequence[Any], rows: np.ndarray | None = None) -> list[Any]:
        """The texts of each piece for the rows of these columns; code columns are numbers already.

        Args:
            rows: the places of those rows for which they are made; None for all.
        """
        return [self._part(columns, rows, *part) for part in self.parts]

    def _part(
        self, columns: Sequence[Any], rows: np.ndarray | None, places: tuple[int, ...], sizes: tuple[int, ...], texts: Any
    ) -> Any:  # fmt: skip
        if not places:
            return texts
        if texts is None:
            return columns[places[0]] if rows is None else columns[places[0]].take(pa.array(rows))
        found = [columns[place].to_numpy(zero_copy_only=False) for place in places]
        if rows is not None:
            found = [one.take(rows) for one in found]
        if len(places) == 1:
            return texts.take(pa.array(found[0]))
        codes = np.zeros(len(found[0]), dtype=np.int32)
        for one, size in zip(found, sizes, strict=True):
            codes *= size
            codes += one
        return texts.take(pa.array(codes))

    def seldom(self, columns: Sequence[Any], length: int) -> Any:
        """The same joined, put together only where codes change: one text for all rows, or one for each."""
        begins = _begins(
            [columns[place].to_numpy(zero_copy_only=False) for place in self.keyed], length, None
        )
        places = np.flatnonzero(begins)
        few = _joined(self.of(columns, places), len(places))
        return few[0] if len(places) == 1 else few.take(pa.array(np.cumsum(begins) - 1))


def _runs(pieces: Sequence[Piece]) -> Iterator[list[Piece]]:
    """The pieces one by one, but coded ones side by side together as long as their texts are not too many."""
    run: list[Piece] = []
    product = 1
    for piece in pieces:
        size = len(piece.texts) if isinstance(piece, Coded) else _TOGETHER + 1
        if run and product * size > _TOGETHER:
            yield run
            run, product = [], 1
        run.append(piece)
        product *= size
    if run:
        yield run


def _woven(batches: Iterable[Sequence[Any]], parts: _Parts, pattern: Pattern) -> Iterator[bytes]:
    head = parts.head
    last: list[int] | None = None
    for found in batches:
        length, first = len(found[0]), last is None
        if not length:
            continue
        texts = []
        if head:
            codes = [found[place].to_numpy(zero_copy_only=False) for place in head.keyed]
            texts.append(_headed(head, found, _begins(codes, length, last), pattern, first=first))
            last = [int(one[-1]) for one in codes]
        else:
            texts += [_between(length, pattern, first=first)] if pattern.between else []
            last = []
        yield _put(found, parts, pattern, texts)
    if last is not None and head:
        yield pattern.tail.encode()


def _put(found: Sequence[Any], parts: _Parts, pattern: Pattern, texts: Sequence[Any] = ()) -> bytes:
    """The rows of a batch one after the other.

    Args:
        texts: what stands before each.
    """
    length = len(found[0])
    every = [*texts, *([parts.before.seldom(found, length)] if parts.before else []), *parts.row.of(found)]
    every += [parts.after.seldom(found, length)] if parts.after else []
    out = _joined(every, length)
    if pattern.without:
        out = pc.replace_substring(out, pattern.without, "")
    return bytes_of(out)


def _side_by_side(batches: Iterator[Rows], written: Callable[[Rows], bytes]) -> Iterator[bytes]:
    """Batches as text in their order, two at a time."""
    waiting: deque[Future[bytes]] = deque()
    with ThreadPoolExecutor(_AT_A_TIME, "siemmes-woven") as pool:
        for rows in batches:
            waiting.append(pool.submit(written, rows))
            if len(waiting) > _AT_A_TIME:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _headed(head: _Texts, found: Sequence[Any], begins: np.ndarray, pattern: Pattern, *, first: bool) -> Any:
    """What stands before each row: the head of a series where one begins, what stands between two rows elsewhere."""
    places = np.flatnonzero(begins)
    opening = _joined(head.of(found, places), len(places))
    ends = pattern.tail + pattern.apart
    if first:
        rest = pc.binary_join_element_wise(pa.scalar(ends), opening.slice(1), "")
        opening = pa.concat_arrays([opening.slice(0, 1), rest])
    elif len(opening):
        opening = pc.binary_join_element_wise(pa.scalar(ends), opening, "")
    return pc.replace_with_mask(pa.repeat(pa.scalar(pattern.between), len(begins)), pa.array(begins), opening)


def _ahead(batches: Iterator[Sequence[Any]]) -> Iterator[Sequence[Any]]:
    """The batches; the next one is looked for while the last is put together."""
    first = next(batches, None)
    if first is None:
        return
    with ThreadPoolExecutor(1, "siemmes-ahead") as pool:
        waiting = pool.submit(next, batches, None)
        batch: Sequence[Any] | None = first
        while batch is not None:
            yield batch
            batch = waiting.result()
            if batch is not None:
                waiting = pool.submit(next, batches, None)


def _begins(codes: Sequence[np.ndarray], length: int, last: Sequence[int] | None) -> np.ndarray:
    """Which rows begin a series: those whose codes are not those of the row before."""
    found = np.zeros(length, dtype=bool)
    found[0] = last is None
    for place, column in enumerate(codes):
        found[1:] |= column[1:] != column[:-1]
        if last is not None:
            found[0] |= column[0] != last[place]
    return found


def _between(length: int, pattern: Pattern, *, first: bool) -> Any:
    before = pa.repeat(pa.scalar(pattern.between), length)
    return pa.concat_arrays([pa.array([""]), before.slice(1)]) if first else before


def _joined(parts: Sequence[Any], length: int) -> Any:
    if not any(isinstance(one, pa.Array) for one in parts):
        return pa.repeat(pa.scalar("".join(one.as_py() for one in parts)), length)
    return pc.binary_join_element_wise(*parts, "")


def bytes_of(texts: Any) -> bytes:
    """The texts of an array one after the other."""
    _validity, offsets, data = texts.buffers()
    places = np.frombuffer(offsets, dtype=np.int32)[texts.offset : texts.offset + len(texts) + 1]
    if data is None or places[-1] == places[0]:
        return b""
    return bytes(data.slice(int(places[0]), int(places[-1] - places[0])).to_pybytes())
