"""Rows gathered one by one into the table `raw`, batch by batch, for files that are no delimited text."""

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb
import pyarrow as pa

from siemmes.cube.layout import quoted
from siemmes.intake.findings import Finding
from siemmes.model.structures import Structure

BATCH = 1 << 16
#: The column that says which flow a row belongs to, as in SDMX-CSV.
NAMING = ("STRUCTURE_ID", "ACTION")


class Gatherer:
    """Takes rows as mappings of texts and lays them into `raw`; columns may turn up at any time.

    Args:
        first_row: the number of the first row in the sender's file.
    """

    def __init__(self, con: duckdb.DuckDBPyConnection, about: Structure, *, first_row: int = 1) -> None:
        self._con, self._about = con, about
        self._next = first_row
        self._known = (*about.columns, *NAMING)
        self._shared: list[Mapping[str, str]] = []
        self._own: list[Mapping[str, str]] = []
        self._seen: set[str] = set()
        columns = ", ".join(f"{quoted(name)} VARCHAR" for name in self._known)
        con.execute(f"CREATE OR REPLACE TEMP TABLE raw (row BIGINT, {columns})")

    def add(self, own: Mapping[str, str], shared: Mapping[str, str]) -> None:
        """Take a row: what it says itself, and what it shares with others (its series, its data set)."""
        self._own.append(own)
        self._shared.append(shared)
        if len(self._own) >= BATCH:
            self._flush()

    def _flush(self) -> None:
        if not self._own:
            return
        count = len(self._own)
        columns: dict[str, Any] = {"row": pa.array(range(self._next, self._next + count), pa.int64())}
        inside = {name for one in self._own for name in one}
        beside = {name for one in {id(one): one for one in self._shared}.values() for name in one}
        self._seen |= inside | beside
        for name in self._known:
            if name in inside:
                texts = [
                    own.get(name) or shared.get(name)
                    for own, shared in zip(self._own, self._shared, strict=True)
                ]
            elif name in beside:
                texts = [shared.get(name) for shared in self._shared]
            else:
                continue
            columns[name] = pa.array([text.strip() or None if text else None for text in texts], pa.string())
        named = ", ".join(quoted(name) for name in columns)
        self._con.register("gathered", pa.table(columns))
        self._con.execute(f"INSERT INTO raw ({named}) SELECT {named} FROM gathered")
        self._con.unregister("gathered")
        self._next += count
        self._own, self._shared = [], []

    def finish(self) -> tuple[list[str], list[Finding]]:
        """Lay down what is left; the columns that turned up, and findings about those that mean nothing here."""
        self._flush()
        strange = sorted(self._seen - set(self._known))
        findings = [Finding("column_unknown", column=name, facts={"a": self._about.id}) for name in strange]
        return [name for name in self._known if name in self._seen], findings

    def apply(self, groups: Sequence[Mapping[str, str]]) -> list[str]:
        """Fill in what groups of series say, where a row does not say it itself; the columns that turned up by it."""
        fresh: set[str] = set()
        for group in groups:
            key = {name: value for name, value in group.items() if name in self._about.dimensions}
            said = {name: value for name, value in group.items() if name in self._about.attributes}
            where = " AND ".join(f"{quoted(name)} = ?" for name in key)
            for name, value in said.items():
                column = quoted(name)
                self._con.execute(
                    f"UPDATE raw SET {column} = coalesce({column}, ?)" + (f" WHERE {where}" if where else ""),
                    [value, *key.values()],
                )
            fresh |= set(said) - self._seen
        self._seen |= fresh
        return [name for name in self._about.attributes if name in fresh]
