"""A trial of protection: the border table that it is measured on, and what somebody finds out from it.

The table has the shape of the one on which other methods were measured: 31 nationalities in 5 regions by 2 sexes and 5 ages,
with every total: 666 figures, about 202 of them from 1 to 4. People are drawn, from a seed; the same seed gives the same table.
"""

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from time import perf_counter
from typing import cast

import duckdb
import numpy as np
import pyarrow as pa

from siemmes.disclosure.attacking import Demand, Name, Outcome, Table, attack
from siemmes.disclosure.coverage import TOTAL, lists_of, sums
from siemmes.disclosure.protecting import protect
from siemmes.disclosure.suppressing import WIDTH
from siemmes.model.catalogue import structure
from siemmes.model.structures import TIME, VALUE

FLOW = "MIG_STOCK"
REGIONS: Mapping[str, tuple[str, ...]] = {
    "G_CAM": ("BLZ", "GTM", "HND", "NIC", "PAN", "SLV"),
    "G_NAM": ("CAN", "MEX", "USA"),
    "M49_029": ("BHS", "BRB", "CUB", "DOM", "HTI", "JAM", "TTO"),
    "G_SAM": ("ARG", "BOL", "BRA", "CHL", "COL", "ECU", "PER", "VEN"),
    "M49_155": ("AUT", "BEL", "CHE", "DEU", "FRA", "LUX", "NLD"),
}
SEXES = ("F", "M")
AGES = ("Y0T14", "Y15T24", "Y25T44", "Y45T64", "Y_GE65")
PEOPLE = 23_598
Cell = tuple[str, str, str]


def border_table(seed: int = 0) -> dict[Cell, int]:
    """The table by nationality or region, sex and age: counts of people, totals included."""
    random = np.random.default_rng(seed)
    nationalities = [one for members in REGIONS.values() for one in members]
    few = random.permutation(len(nationalities)) < len(nationalities) * 0.7
    weight = np.where(few, random.uniform(0.3, 2.0, len(few)), random.lognormal(4, 1, len(few)))
    shape = np.multiply.outer((0.55, 0.45), (0.15, 0.2, 0.35, 0.2, 0.1))
    shares = weight[:, None, None] * shape * random.lognormal(0, 0.3, (len(few), *shape.shape))
    people = random.multinomial(PEOPLE, (shares / shares.sum()).ravel()).reshape(shares.shape)
    found: dict[Cell, int] = {}
    for region, members in REGIONS.items():
        for nationality, (i, sex), (j, age) in product(members, enumerate(SEXES), enumerate(AGES)):
            count = int(people[nationalities.index(nationality), i, j])
            for cell in product((nationality, region, TOTAL), (sex, TOTAL), (age, TOTAL)):
                found[cell] = found.get(cell, 0) + count
    return found


@dataclass(frozen=True)
class Trial:
    """What came out on one table.

    Attributes:
        cells, small, hidden: figures, those from 1 to 4, those not shown.
        folded: figures folded into their totals.
        exact, exact_knowing: hidden figures found, without and with knowledge of the threshold.
        narrow: hidden figures known within less than 3, without it.
        seconds: what protection with its own attack took.
    """

    cells: int
    small: int
    hidden: int
    folded: int
    exact: int
    exact_knowing: int
    narrow: int
    seconds: float

    @property
    def share(self) -> float:
        """The share of figures that are not shown."""
        return (self.hidden + self.folded) / self.cells


def tried(seed: int = 0) -> Trial:
    """Protect the border table as a release does, and attack what came out once more."""
    cells = border_table(seed)
    with contextlib.closing(duckdb.connect()) as con:
        con.register("drawn", as_rows(cells))
        con.execute("CREATE TABLE accepted AS SELECT * FROM drawn").fetchall()
        start = perf_counter()
        found = protect(con, "accepted", structure(FLOW), into="shown")
        seconds = perf_counter() - start
        said = con.execute(f'SELECT "COUNTERPART_AREA", "SEX", "AGE", {VALUE} FROM shown').fetchall()
    shown = {(area, sex, age): value for area, sex, age, value in said}
    outcome = attacked(cells, shown)
    return Trial(
        len(cells), sum(0 < one < structure(FLOW).protection.threshold for one in cells.values()), found.hidden, found.folded,
        len(outcome.exact), len(outcome.exact_knowing), len(outcome.narrow), seconds,
    )  # fmt: skip


def as_rows(cells: Mapping[Cell, int | None]) -> pa.Table:
    """The table as rows of its flow, Costa Rica reporting for 2020."""
    about = structure(FLOW)
    fixed = {
        "FREQ": "A",
        "REF_AREA": "CRI",
        "STOCK_BASIS": "BIRTH",
        TIME: "2020",
        "OBS_STATUS": "A",
        "SUBMISSION": f"{FLOW}-CRI-00001",
    }
    columns: dict[str, pa.Array] = {
        name: pa.array(
            [fixed.get(name, TOTAL if name in about.dimensions else None)] * len(cells), pa.string()
        )
        for name in (*about.columns, "SUBMISSION")
    }
    for place, name in enumerate(("COUNTERPART_AREA", "SEX", "AGE")):
        columns[name] = pa.array([cell[place] for cell in cells], pa.string())
    columns[VALUE] = pa.array(list(cells.values()), pa.int64())
    return pa.table(columns)


def attacked(cells: Mapping[Cell, int], shown: Mapping[Cell, int | None], *, threshold: int = 5) -> Outcome:
    """Attack a protected version of the table, by whatever method it was protected.

    Args:
        cells: the true table.
        shown: what is published of it; None for a figure that is hidden, absent for one that was folded away.
        threshold: who knows it knows as well which hidden figures are under it.
    """
    names = ("COUNTERPART_AREA", "SEX", "AGE")
    demands: dict[Name, Demand] = {
        ("now", cell): Demand(WIDTH, 1, threshold - 1) if 0 < count < threshold and cell in shown
        else Demand(WIDTH, threshold if count and cell in shown else 0)
        for cell, count in cells.items()
        if shown.get(cell) is None
    }  # fmt: skip
    table = Table(
        names, frozenset(range(len(names))), {cell: None if value is None else float(value) for cell, value in shown.items()},
        {cell: float(count) for cell, count in cells.items()},
    )  # fmt: skip
    return attack(table, None, (), demands, lists_of(structure(FLOW)))


def two_per_line(cells: Mapping[Cell, int], *, threshold: int = 5) -> dict[Cell, int | None]:
    """The table as the method protects it that most offices use: in every sum at least two hidden figures, the smallest next.

    It is here to be measured beside ours, never to publish by: two in every line prove nothing.
    """
    shown: dict[Cell, int | None] = {
        cell: None if 0 < one < threshold else one for cell, one in cells.items()
    }
    lines = [
        [cell for cell in (whole, *parts) if cells[cell]]
        for place, name in enumerate(("COUNTERPART_AREA", "SEX", "AGE"))
        for whole, parts in _lines_along(cells, place, name)
    ]
    changed = True
    while changed:
        changed = False
        for line in lines:
            open_ones = [cell for cell in line if shown[cell] is not None]
            if len(line) - len(open_ones) == 1 and open_ones:
                shown[min(open_ones, key=lambda cell: (cells[cell], cell))] = None
                changed = True
    return shown


def _lines_along(cells: Mapping[Cell, int], place: int, name: str) -> Iterator[tuple[Cell, list[Cell]]]:
    slices: dict[tuple[str, ...], list[str]] = {}
    for cell in cells:
        slices.setdefault((*cell[:place], *cell[place + 1 :]), []).append(cell[place])
    for rest, codes in slices.items():
        for whole, parts in sums(name, codes, lists_of(structure(FLOW))):
            named = [(*rest[:place], code, *rest[place:]) for code in (whole, *parts)]
            yield cast("Cell", named[0]), cast("list[Cell]", named[1:])
