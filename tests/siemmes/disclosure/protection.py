"""Tables that tests of protection make, and what is shown of them."""

from collections.abc import Mapping
from contextlib import closing
from itertools import product

import duckdb
import numpy as np
import pyarrow as pa

from siemmes.disclosure.attacking import Table
from siemmes.disclosure.protecting import Protected, protect
from siemmes.model.catalogue import structure
from siemmes.model.structures import VALUE
from tests.siemmes.figures import row

NAMES = ("COUNTERPART_AREA", "SEX", "AGE")
AREAS = ("NIC", "HND", "GTM", "SLV", "PAN")
AGES = ("Y0T14", "Y15T24", "Y25T44", "Y45T64", "Y_GE65")
Cell = tuple[str, str, str]


def two_way(inner: Mapping[tuple[int, int], int]) -> dict[Cell, int]:
    """A table of areas by ages with its totals, out of its inner figures."""
    found: dict[Cell, int] = {}
    for (i, j), value in inner.items():
        for area, age in product((AREAS[i], "_T"), (AGES[j], "_T")):
            found[area, "_T", age] = found.get((area, "_T", age), 0) + value
    return found


def rows_of(cells: Mapping[Cell, int | None], flow: str = "MIG_STOCK", **said: str) -> list[dict[str, str]]:
    """Cells as rows of a flow."""
    return [
        row(flow, COUNTERPART_AREA=area, SEX=sex, AGE=age, OBS_VALUE="" if value is None else value, **said)
        for (area, sex, age), value in cells.items()
    ]


def a_table(
    con: duckdb.DuckDBPyConnection, rows: list[dict[str, str]], flow: str, name: str = "accepted"
) -> None:
    """A table of rows as the release build hands it to protection."""
    about = structure(flow)
    kind = pa.int64() if about.whole else pa.float64()
    numbers = [int(one[VALUE]) if about.whole else float(one[VALUE]) for one in rows if one[VALUE] != ""]
    said = iter(numbers)
    columns = {
        column: pa.array([one.get(column) for one in rows], pa.string())
        for column in (*about.columns, "SUBMISSION")
    }
    columns[VALUE] = pa.array([next(said) if one[VALUE] != "" else None for one in rows], kind)
    con.register("made", pa.table(columns))
    con.execute(f"CREATE TABLE {name} AS SELECT * FROM made").fetchall()
    con.unregister("made")


def protected(
    rows: list[dict[str, str]], flow: str = "MIG_STOCK", **options: object
) -> tuple[dict[Cell, int | None], Protected, list[dict[str, object]]]:
    """What is shown of rows: by area, sex and age; the report; the rows."""
    with closing(duckdb.connect()) as con:
        a_table(con, rows, flow)
        report = protect(con, "accepted", structure(flow), into="shown", **options)  # type: ignore[arg-type]
        found = con.sql("SELECT * FROM shown").to_arrow_table().to_pylist()
    shown = {tuple(one[name] for name in NAMES): one[VALUE] for one in found if one.keys() >= set(NAMES)}
    return shown, report, found  # type: ignore[return-value]


def as_table(cells: Mapping[Cell, int], hidden: set[Cell]) -> Table:
    """A table in which these cells are not shown."""
    return Table(
        NAMES, frozenset(range(3)), {cell: None if cell in hidden else float(value) for cell, value in cells.items()},
        {cell: float(value) for cell, value in cells.items()},
    )  # fmt: skip


def tables_up_to(highest):
    """Every table of two areas by three ages with figures from 0 to this, totals beside: shape (3, 4, tables), and the
    place of each cell's key."""
    grids = np.indices((highest + 1,) * 6, dtype=np.int16).reshape(2, 3, -1)
    full = np.concatenate([grids, grids.sum(1, keepdims=True)], 1)
    full = np.concatenate([full, full.sum(0, keepdims=True)], 0)
    places = {
        (area, "_T", age): (i, j)
        for i, area in enumerate((*AREAS[:2], "_T"))
        for j, age in enumerate((*AGES[:3], "_T"))
    }
    return full, places
