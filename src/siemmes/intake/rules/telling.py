"""How a rule tells what it found in a set of rows."""

from __future__ import annotations

from collections.abc import Iterator

from siemmes.cube.layout import literal
from siemmes.intake.findings import Finding

Told = Iterator[Finding | str]


def select(
    message: str, *, where: str, column: str | None = None, value: str = "NULL", a: str = "NULL", b: str = "NULL",
    c: str = "NULL", table: str = "judged",
) -> str:  # fmt: skip
    """SQL that gives a finding for each row of a table that meets a condition.

    Args:
        where: the condition; a row of which it is unknown gives none.
        value, a, b, c: expressions on the row.
    """
    named = literal(column) if column else "NULL"
    return f"SELECT {literal(message)}, row, {named}, {value}, {a}, {b}, {c} FROM {table} WHERE {where}"
