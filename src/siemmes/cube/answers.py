"""Answers: the rows that a question finds, as Arrow, by the quickest way there is."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from siemmes.cube.engines import DuckDB, Engine, Found
from siemmes.cube.folder import Cube
from siemmes.cube.layout import quoted, single
from siemmes.cube.meaning import columns, require_one_frequency
from siemmes.cube.questions import Question
from siemmes.cube.series import Series
from siemmes.cube.slices import Slice, slice_of
from siemmes.cube.sums import added
from siemmes.model import periods
from siemmes.model.structures import TIME, Structure

#: Rows in one batch of a streamed answer.
BATCH = 1 << 16


@dataclass(frozen=True)
class Answer:
    """What a release says to a question. Nothing is computed before it is asked for.

    Attributes:
        question: the question, checked.
        cube: the release, borrowed for as long as the answer is read.
        engine: what finds the rows.

    Raises:
        QuestionError: where figures of several frequencies would be added up.
    """

    question: Question
    cube: Cube
    engine: Engine = field(default_factory=DuckDB)
    _cache: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        require_one_frequency(self.question, self.cube.labels)

    @property
    def about(self) -> Structure:
        """The data structure."""
        return self.cube.about

    @property
    def release(self) -> str:
        """The id of the release that answers."""
        return self.cube.release

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the rows, in order."""
        return columns(self.question)

    @cached_property
    def _found(self) -> Found:
        return self.engine.find(self.question, self.cube)

    @property
    def sql(self) -> str:
        """The SQL text of the rows, in DuckDB's dialect, for a cursor of this answer."""
        return self._found.sql

    def cursor(self) -> Any:
        """A connection of one's own on which that text runs; close it when done."""
        return self._found.cursor()

    @cached_property
    def series(self) -> Series | None:
        """The one series that is asked for, when it can be had from the mapped columns; None for every other question.

        An exact key that the release does not hold gives an empty answer by SQL, which is as quick.
        """
        key = self.question.exact_key()
        found = self.cube.series(key) if key else None
        if found is None or found.said is None:
            return None
        return _cut(found, self.question)

    @cached_property
    def slice(self) -> Slice | None:
        """The rows asked for, where they can be had from the mapped columns in key order; None for every other question."""
        return None if self.question.group_by else self._mapped

    @cached_property
    def _mapped(self) -> Slice | None:
        return slice_of(self.question, self.cube) if self.engine.mapped else None

    def reader(self, batch: int = BATCH) -> pa.RecordBatchReader:
        """The rows, batch by batch, in constant memory; coded columns are dictionaries."""
        if (found := self._mapped) is not None:
            if not self.question.group_by:
                return found.reader(self.columns, batch)
            if (sums := added(self.question, found)) is not None:
                return sums.to_reader()
        cursor = self.cursor()
        listed = ", ".join(quoted(name) for name in self.columns)
        return cursor.sql(f"SELECT {listed} FROM ({self.sql})").to_arrow_reader(batch)

    def table(self) -> pa.Table:
        """All rows at once."""
        return self.reader().read_all()

    def rows(self) -> Iterator[Mapping[str, Any]]:
        """The rows as dictionaries by column; a missing value is None."""
        if (found := self.series) is not None:
            wanted = self.columns
            for row in found.rows():
                yield {name: row[name] for name in wanted}
            return
        for batch in self.reader():
            yield from batch.to_pylist()

    def count(self) -> int:
        """How many rows there are."""
        if (figures := self.slice) is not None and figures.kept is None:
            return figures.most
        cursor = self.cursor()
        (found,) = single(cursor, f"SELECT count(*) FROM ({self.sql})")
        cursor.close()
        return int(found)


def _cut(series: Series, question: Question) -> Series:
    """The rows of a series in the period asked for; of those the first and the last, each figure once."""
    if question.start or question.end:
        wanted = np.array(
            [periods.within(one, start=question.start, end=question.end) for one in series.labels[TIME]]
        )
        series = series.cut(wanted[series.periods])
    if question.first is None and question.last is None:
        return series
    place = np.arange(len(series))
    kept = np.zeros(len(series), dtype=bool)
    if question.first is not None:
        kept |= place < question.first
    if question.last is not None:
        kept |= place >= len(series) - question.last
    return series.cut(kept)
