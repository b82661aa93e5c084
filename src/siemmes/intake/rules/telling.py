"""How a rule tells what it found in a set of rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import duckdb
import pyarrow as pa

from siemmes.cube.layout import literal
from siemmes.intake.findings import Finding

Told = Iterator[Finding | str]


def select(
    message: str, *, where: str, column: str | None = None, value: str = "NULL", a: str = "NULL", b: str = "NULL",
    c: str = "NULL", rows: str = "judged",
) -> str:  # fmt: skip
    """SQL that gives a finding for each row that meets a condition.

    Args:
        where: the condition; a row of which it is unknown gives none.
        value, a, b, c: expressions on the row.
        rows: where they come from: `judged`, or what is joined to it.
    """
    named = literal(column) if column else "NULL"
    return f"SELECT {literal(message)}, row, {named}, {value}, {a}, {b}, {c} FROM {rows} WHERE {where}"


def table(con: duckdb.DuckDBPyConnection, **columns: Sequence[str | None]) -> str:
    """The name of a table with these texts, for the next statement of the rule that asks for it."""
    con.register("beside", pa.table({name: pa.array(texts, pa.string()) for name, texts in columns.items()}))
    return "beside"
