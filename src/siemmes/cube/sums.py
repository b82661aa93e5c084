"""Sums of whole figures out of the mapped columns: rows in a row that belong together are added where they lie.

Rows lie by series and period, so that the figures of one series and year are a run. Runs are added at once, batch by batch,
and then gathered by group: no row is looked up by itself, and sums are exact.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from siemmes.cube.layout import MISSING
from siemmes.cube.meaning import SUMMED, columns
from siemmes.cube.questions import YEAR, Question
from siemmes.cube.slices import Rows, Slice
from siemmes.model.structures import TIME, VALUE

if TYPE_CHECKING:
    from siemmes.cube.folder import Cube

#: Rows added at a time: as many as stay near the processor.
_BATCH = 1 << 16
#: Groups that are counted side by side; more of them are for SQL.
_GROUPS = 1 << 20
#: Rows that are added by one thread; more of them by two.
_ALONE = 1 << 19
#: What a whole number of 64 bits holds.
_LARGEST = 2**63 - 1


def added(question: Question, rows: Slice) -> pa.Table | None:
    """The sums that a question asks for; None where they are for SQL: decimals, very many groups, very large figures.

    Args:
        rows: the rows to be added up.
    """
    if not question.structure.whole:
        return None
    groups = _Groups.of(question, rows)
    if groups is None:
        return None
    most = rows.most
    if most < _ALONE:
        found = [_parts(rows, groups, most)]
    else:
        with ThreadPoolExecutor(2, "siemmes-adding") as pool:
            found = list(pool.map(lambda half: _parts(half, groups, most), rows.halves()))
    told = [one for one in found if one is not None]
    if len(told) < len(found):
        return None
    sums, counts, missing = (np.sum(parts, axis=0) for parts in zip(*told, strict=True))
    return _table(question, rows.cube, groups, sums, counts, missing)


def _parts(rows: Slice, groups: "_Groups", most: int) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
    """By group the sum of its figures, its rows, and those of them whose figure is missing; None where sums could be too large.

    Args:
        most: how many rows might meet in one sum.
    """
    sums, counts, missing = (np.zeros(groups.number, dtype=np.int64) for _ in range(3))
    for batch in rows.batches(_BATCH):
        if not len(batch):
            continue
        runs = _Runs.of(batch, groups)
        if runs.largest * most > _LARGEST:
            return None
        np.add.at(sums, runs.groups, runs.sums)
        np.add.at(counts, runs.groups, runs.counts)
        if runs.missing is not None:
            np.add.at(missing, runs.groups, runs.missing)
    return sums, counts, missing


@dataclass(frozen=True)
class _Groups:
    """How rows are put into groups.

    Attributes:
        by_series: of each series in the index, its share in the number of a group, shape (series,).
        by_period: of each period, its share; None where periods make no difference.
        parts: by column of the grouping, how many values it has and the place value that one of them has in the number.
        number: how many groups there could be.
    """

    by_series: np.ndarray
    by_period: np.ndarray | None
    parts: dict[str, tuple[int, int]]
    number: int

    @classmethod
    def of(cls, question: Question, rows: Slice) -> "_Groups | None":
        cube = rows.cube
        sizes = {name: len(_values(cube, name)) for name in question.group_by}
        number = reduce(lambda product, size: product * size, sizes.values(), 1)
        if number > _GROUPS:
            return None
        parts, place = {}, number
        for name, size in sizes.items():
            place //= size
            parts[name] = (size, place)
        by_series = np.zeros(len(cube.extents[0]), dtype=np.int64)
        by_period = np.zeros(len(cube.labels[TIME]), dtype=np.int64)
        for name, (_size, place) in parts.items():
            if name == TIME:
                by_period += place * np.arange(len(by_period))
            elif name == YEAR:
                by_period += place * np.unique(_years(cube), return_inverse=True)[1]
            else:
                by_series += place * cube.codes[name].astype(np.int64)
        timed = {TIME, YEAR} & set(parts)
        return cls(by_series, by_period.astype(np.int32) if timed else None, parts, number)


def _years(cube: "Cube") -> list[str]:
    return [label[:4] for label in cube.labels[TIME]]


def _values(cube: "Cube", name: str) -> Sequence[str]:
    """What a column of the grouping may hold, in order."""
    return sorted(set(_years(cube))) if name == YEAR else cube.labels[name]


@dataclass(frozen=True)
class _Runs:
    """Rows in a row of one series and group.

    Attributes:
        groups: of each run, its group's number.
        sums: the sum of its figures, missing ones left aside.
        counts: its rows.
        missing: its missing figures; None where there are none in any run.
        largest: the largest figure there is, whatever its sign.
    """

    groups: np.ndarray
    sums: np.ndarray
    counts: np.ndarray
    missing: np.ndarray | None
    largest: int

    @classmethod
    def of(cls, rows: Rows, groups: _Groups) -> "_Runs":
        begins = np.empty(len(rows), dtype=bool)
        begins[0] = True
        np.not_equal(rows.owners[1:], rows.owners[:-1], out=begins[1:])
        if groups.by_period is not None:
            shares = groups.by_period.take(rows.periods)
            begins[1:] |= shares[1:] != shares[:-1]
        places = np.flatnonzero(begins)
        numbers = groups.by_series.take(rows.owners.take(places))
        if groups.by_period is not None:
            numbers += shares.take(places)
        values, missing = rows.values, None
        least = int(values.min())
        if least == MISSING:
            gone = rows.missing()
            missing = np.add.reduceat(gone.astype(np.int64), places)
            values = np.where(gone, 0, values)
            least = int(values.min())
        return cls(
            numbers, np.add.reduceat(values, places), np.diff(places, append=len(rows)), missing,
            max(-least, int(values.max())),
        )  # fmt: skip


def _table(
    question: Question,
    cube: "Cube",
    groups: _Groups,
    sums: np.ndarray,
    counts: np.ndarray,
    missing: np.ndarray,
) -> pa.Table:
    """The groups that have rows, in their order, in the page asked for."""
    there = np.flatnonzero(counts)
    stop = None if question.limit is None else question.offset + question.limit
    there = there[question.offset : stop]
    found: dict[str, pa.Array] = {}
    for name, (size, place) in groups.parts.items():
        codes, values = there // place % size, pa.array(_values(cube, name), pa.string())
        if name == YEAR:
            found[name] = values.take(pa.array(codes))
        else:
            kind = "u1" if size <= 0xFF else "<u2" if size <= 0xFFFF else "<u4"
            found[name] = pa.DictionaryArray.from_arrays(pa.array(codes.astype(kind)), values)
    found[VALUE] = pa.array(sums[there], mask=missing[there] > 0)
    found[SUMMED[1]], found[SUMMED[2]] = pa.array(counts[there]), pa.array(missing[there])
    return pa.table({name: found[name] for name in columns(question)})
