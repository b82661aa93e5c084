"""A slice of the cube out of the mapped columns: chosen series in chosen periods, without a database between.

Series are chosen by their codes in the index, periods by halving each series' own; what is left are a few runs of rows, read
batch by batch. A question that asks more than that (of attributes, of figures, in another order) is one for SQL.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from siemmes.cube.layout import MAPPED, MISSING, NO_CODE
from siemmes.cube.meaning import Labels, between, columns, keyed, meeting, published
from siemmes.cube.questions import Question
from siemmes.cube.series import written
from siemmes.model.structures import TIME, VALUE

if TYPE_CHECKING:
    from siemmes.cube.folder import Cube

#: Rows read before the pages of the files behind them are given back: what a process holds does not grow with an answer.
_HELD = 1 << 20
#: Codes looked at for keys that are alternatives; beyond, SQL is as quick.
_LOOKED_AT = 1 << 25


@dataclass(frozen=True)
class Rows:
    """Some rows of a slice, in key order.

    Attributes:
        owners: of each row, the place of its series in the index, shape (n,).
        periods: places among the labels of TIME_PERIOD, shape (n,).
        values: whole numbers or doubles, shape (n,); a missing one is the smallest whole number, or NaN.
        statuses: places among the labels of OBS_STATUS and CONF_STATUS, 255 for none, each of shape (n,).
    """

    cube: "Cube"
    owners: np.ndarray
    periods: np.ndarray
    values: np.ndarray
    statuses: dict[str, np.ndarray]

    def __len__(self) -> int:
        return len(self.periods)

    def codes(self, name: str) -> np.ndarray:
        """Of each row, the place of its label in a coded column; the number of labels where nothing is said."""
        if name == TIME:
            return self.periods
        if name in self.statuses:
            none = len(self.cube.labels[name])
            found = self.statuses[name]
            return found if none > NO_CODE else _MOVED[none].take(found)
        if name in self.cube.codes:
            return self.cube.codes[name].take(self.owners)
        return self.cube.said_codes(name).take(self.cube.said.take(self.owners))

    def missing(self) -> np.ndarray:
        """Which figures are missing."""
        found: np.ndarray = self.values == MISSING if self.cube.about.whole else np.isnan(self.values)
        return found

    def texts(self, missing: str = "") -> pa.Array:
        """The figures in their shortest form, as every writer has them."""
        gone = self.missing()
        if self.cube.about.whole:
            found = pa.array(self.values).cast(pa.string())
        else:
            found = pa.array(
                [written(0.0 if value != value else value) for value in self.values.tolist()], pa.string()
            )
        if not gone.any():
            return found
        return pc.if_else(pa.array(gone), pa.scalar(missing), found)

    def column(self, name: str) -> pa.Array:
        """A column as Arrow has it of the store: codes as dictionaries, figures as numbers, free texts as texts."""
        if name == VALUE:
            return pa.array(self.values, mask=self.missing())
        if name in self.cube.labels:
            labels, codes = self.cube.labels[name], self.codes(name)
            kind = "u1" if len(labels) <= 0xFF else "<u2" if len(labels) <= 0xFFFF else "<u4"
            gone = codes == len(labels)
            return pa.DictionaryArray.from_arrays(
                pa.array(np.where(gone, 0, codes).astype(kind), mask=gone), pa.array(labels, pa.string())
            )
        return self.cube.said_texts(name).take(pa.array(self.cube.said.take(self.owners)))


#: Codes of statuses with "none" moved from 255 to the number of labels, by that number.
_MOVED = np.tile(np.arange(256, dtype=np.uint16), (NO_CODE + 1, 1))
_MOVED[:, NO_CODE] = np.arange(NO_CODE + 1)


@dataclass(frozen=True)
class Slice:
    """The rows of some series, each a run of rows.

    Attributes:
        series: the places of the series in the index, shape (m,), ascending.
        first, last: the first row of each, and the one after its last, shape (m,).
        kept: by period, whether it is wanted; None where every row of the runs is.
    """

    cube: "Cube"
    series: np.ndarray
    first: np.ndarray
    last: np.ndarray
    kept: np.ndarray | None = None

    @property
    def most(self) -> int:
        """How many rows there are at most."""
        return int((self.last - self.first).sum())

    def halves(self) -> "tuple[Slice, Slice]":
        """The slice as two, with about as many rows each."""
        ends = np.cumsum(self.last - self.first)
        middle = int(np.searchsorted(ends, self.most // 2, "right"))
        return (
            Slice(self.cube, self.series[:middle], self.first[:middle], self.last[:middle], self.kept),
            Slice(self.cube, self.series[middle:], self.first[middle:], self.last[middle:], self.kept),
        )

    def batches(self, size: int) -> Iterator[Rows]:
        """The rows in key order, about so many at a time."""
        lengths = self.last - self.first
        ends = np.cumsum(lengths)
        begin, done, held = 0, 0, 0
        while begin < len(lengths):
            stop = max(begin + 1, int(np.searchsorted(ends, done + size, "right")))
            yield from self._parts(begin, stop, size)
            held += int(ends[stop - 1]) - done
            begin, done = stop, int(ends[stop - 1])
            if held >= _HELD:
                self.cube.give_back()
                held = 0

    def _parts(self, begin: int, stop: int, size: int) -> Iterator[Rows]:
        """The rows of some series; of one that is longer than a batch, part by part."""
        if stop - begin > 1:
            yield self._rows(self.series[begin:stop], self.first[begin:stop], self.last[begin:stop])
            return
        for place in range(int(self.first[begin]), int(self.last[begin]), size):
            first = np.array([place])
            yield self._rows(self.series[begin:stop], first, np.minimum(first + size, self.last[begin:stop]))

    def _rows(self, series: np.ndarray, first: np.ndarray, last: np.ndarray) -> Rows:
        lengths = last - first
        owners = np.repeat(series, lengths)
        places: slice | np.ndarray
        if bool((first[1:] == last[:-1]).all()):
            places = slice(int(first[0]), int(last[-1]))
        else:
            before = np.cumsum(lengths) - lengths
            places = np.arange(len(owners)) + np.repeat(first - before, lengths)
        periods, values, statuses = self.cube.columns
        found = Rows(
            self.cube,
            owners,
            periods[places],
            values[places],
            {name: one[places] for name, one in statuses.items()},
        )
        if self.kept is None:
            return found
        kept = self.kept[found.periods]
        return Rows(
            self.cube, owners[kept], found.periods[kept], found.values[kept],
            {name: one[kept] for name, one in found.statuses.items()},
        )  # fmt: skip

    def tally(self, names: Sequence[str], size: int) -> tuple[int, dict[str, np.ndarray]]:
        """How many rows there are, and by column how many hold each of its labels and, last, how many hold none.

        Args:
            names: columns; of figures and free texts only the two numbers of those that hold something and nothing.
            size: rows looked at in one go.
        """
        by_row = [name for name in names if name in (TIME, VALUE, *MAPPED)]
        rows = np.zeros(len(self.cube.extents[0]), dtype=np.int64)
        found = {name: np.zeros(self._width(name), dtype=np.int64) for name in names}
        for batch in self.batches(size):
            rows += np.bincount(batch.owners, minlength=len(rows))
            for name in by_row:
                told = batch.missing() if name == VALUE else batch.codes(name)
                found[name] += np.bincount(told, minlength=len(found[name]))
        for name in set(names) - set(by_row):
            if name in self.cube.codes:
                told = self.cube.codes[name][self.series]
            elif name in self.cube.labels:
                told = self.cube.said_codes(name)[self.cube.said[self.series]]
            else:
                silent = self.cube.said_texts(name).is_null().to_numpy(zero_copy_only=False)
                told = silent[self.cube.said[self.series]].astype(np.int64)
            np.add.at(found[name], told, rows[self.series])
        return int(rows.sum()), found

    def said(self, names: Sequence[str]) -> list[tuple[int | None, ...]] | None:
        """The sets of codes that attributes of whole series have here; None where only the rows can tell."""
        coded = all(name in self.cube.labels and name not in MAPPED for name in names)
        if not coded or self.kept is not None or not len(self.series):
            return None
        sets = np.unique(self.cube.said[self.series])
        told = [self.cube.said_codes(name)[sets].tolist() for name in names]
        none = [len(self.cube.labels[name]) for name in names]
        rows = dict.fromkeys(zip(*told, strict=True))
        return [
            tuple(None if code == last else code for code, last in zip(one, none, strict=True))
            for one in rows
        ]

    def _width(self, name: str) -> int:
        return len(self.cube.labels[name]) + 1 if name in self.cube.labels else 2

    def reader(self, names: Sequence[str], size: int) -> pa.RecordBatchReader:
        """The rows as Arrow, batch by batch."""
        none = np.zeros(0, dtype=np.int64)
        empty = Slice(self.cube, none, none, none)._rows_of_none()
        schema = pa.schema([(name, empty.column(name).type) for name in names])
        found = (
            pa.record_batch([rows.column(name) for name in names], schema=schema)
            for rows in self.batches(size)
        )
        return pa.RecordBatchReader.from_batches(schema, found)

    def _rows_of_none(self) -> Rows:
        periods, values, statuses = self.cube.columns
        return Rows(
            self.cube, np.zeros(0, dtype=np.int64), periods[:0], values[:0],
            {name: one[:0] for name, one in statuses.items()},
        )  # fmt: skip


def slice_of(question: Question, cube: "Cube") -> Slice | None:
    """The slice that a question means; None where it asks what only SQL can answer."""
    if not _sliced(question):
        return None
    labels = cube.labels
    series = _series(question, cube)
    if series is None or (not question.group_by and not _said_once(question, cube, series)):
        return None
    starts, counts = cube.extents
    first = starts[series].astype(np.int64)
    last = first + counts[series]
    kept = _periods(question, labels)
    if kept is not None:
        wanted = np.flatnonzero(kept)
        if not len(wanted):
            last = first
        else:
            periods = cube.columns[0]
            first = _bound(periods, first, last, int(wanted[0]))
            last = _bound(periods, first, last, int(wanted[-1]) + 1)
            if wanted[-1] - wanted[0] + 1 == len(wanted):
                kept = None
    if kept is not None and (question.limit is not None or question.offset or _ends(question)):
        return None
    first, last = _cut(question, first, last)
    some = last > first
    return Slice(cube, series[some], first[some], last[some], kept if len(series) else None)


def _sliced(question: Question) -> bool:
    """Whether a question is one of series and periods only, in the order in which rows lie."""
    about = question.structure
    return not (
        question.order
        or question.measures == ()
        or (question.first is not None and question.last is not None)
        or any(name not in about.key for name in question.where)
    )


def _ends(question: Question) -> bool:
    return question.first is not None or question.last is not None


def _series(question: Question, cube: "Cube") -> np.ndarray | None:
    """The places of the series wanted, ascending; None where there are too many keys to look at."""
    labels = cube.labels
    wanted = {
        name: meeting(name, asked, labels) for name, asked in question.filters().items() if name != TIME
    }
    kept = _among(cube, wanted)
    if question.keys:
        alternatives = keyed(question, labels)
        if len(alternatives) * len(kept) * len(cube.about.dimensions) > _LOOKED_AT:
            return None
        some = np.zeros(len(kept), dtype=bool)
        for one in alternatives:
            some |= _among(cube, one)
        kept &= some
    kept &= _among(cube, {name: ["_T"] for name in published(question, labels)})
    return np.flatnonzero(kept)


def _among(cube: "Cube", wanted: dict[str, list[str]]) -> np.ndarray:
    """Which series have one of the labels wanted, in each of the dimensions named."""
    kept = np.ones(len(cube.extents[0]), dtype=bool)
    for name, chosen in wanted.items():
        places = cube.places[name]
        if len(chosen) < len(places):
            here = np.zeros(len(places), dtype=bool)
            here[[places[label] for label in chosen]] = True
            kept &= here[cube.codes[name]]
    return kept


def _periods(question: Question, labels: Labels) -> np.ndarray | None:
    """By period, whether it is wanted; None where all are."""
    kept = np.ones(len(labels[TIME]), dtype=bool)
    chosen = [meeting(TIME, asked, labels) for name, asked in question.filters().items() if name == TIME]
    if question.start or question.end:
        chosen.append(between(question, labels))
    for some in chosen:
        those = set(some)
        kept &= np.array([label in those for label in labels[TIME]], dtype=bool)
    return None if kept.all() else kept


def _bound(periods: np.ndarray, first: np.ndarray, last: np.ndarray, wanted: int) -> np.ndarray:
    """Of each run of rows, the first whose period is not before the one wanted; all runs are halved together."""
    low, high = first, last
    while (open_ := low < high).any():
        middle = (low + high) >> 1
        before = open_ & (periods[np.minimum(middle, len(periods) - 1)] < wanted)
        low, high = np.where(before, middle + 1, low), np.where(before | ~open_, high, middle)
    return low


def _cut(question: Question, first: np.ndarray, last: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The runs without what lies beyond the first or last of each series, and outside the page."""
    if not question.group_by:
        if question.first is not None:
            last = np.minimum(last, first + question.first)
        if question.last is not None:
            first = np.maximum(first, last - question.last)
        if question.offset or question.limit is not None:
            after = np.cumsum(last - first)
            before = after - (last - first)
            stop = after[-1:].sum() if question.limit is None else question.offset + question.limit
            first, last = (
                first + np.clip(question.offset - before, 0, last - first),
                last - np.clip(after - stop, 0, last - first),
            )
    return first, last


def _said_once(question: Question, cube: "Cube", series: np.ndarray) -> bool:
    """Whether what is said of whole series is said once of each of these, so far as it is asked for."""
    rest = [name for name in columns(question) if name in cube.about.attributes and name not in MAPPED]
    return not rest or not len(series) or int(cube.said[series].max()) < cube.sets
