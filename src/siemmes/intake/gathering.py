"""Rows gathered one by one into the table `raw`, batch by batch, for files that are no delimited text."""

import bisect
from collections.abc import Mapping, Sequence
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from siemmes.cube.layout import quoted
from siemmes.intake.findings import Finding
from siemmes.model.structures import Structure

BATCH = 1 << 16
#: Rows that are kept in memory, some hundred megabytes of them, before they go into a table.
KEPT = BATCH * 16
#: The column that says which flow a row belongs to, as in SDMX-CSV.
NAMING = ("STRUCTURE_ID", "ACTION")


class Gatherer:
    """Takes rows as mappings of texts and lays them into `raw`; columns may turn up at any time.

    Attributes:
        rows: those that were taken and not yet laid down. A reader may add to them itself, under what it said they share, and
            lay them down now and then.

    Args:
        first_row: the number of the first row in the sender's file.
    """

    def __init__(self, con: duckdb.DuckDBPyConnection, about: Structure, *, first_row: int = 1) -> None:
        self._con, self._about = con, about
        self._next = first_row
        self._known = (*about.columns, *NAMING)
        # What rows share, and the place among `rows` from which on they share it.
        self._shared: list[Mapping[str, str]] = [{}]
        self._begins = [0]
        self.rows: list[Mapping[str, str]] = []
        self._seen: set[str] = set()
        self._laid: list[pa.Table] = []
        self._stored = False

    def add(self, own: Mapping[str, str], shared: Mapping[str, str]) -> None:
        """Take a row: what it says itself, and what it shares with others (its series, its data set)."""
        if self._shared[-1] is not shared:
            self.under(shared)
        self.rows.append(own)
        if len(self.rows) >= BATCH:
            self.lay()

    def under(self, shared: Mapping[str, str]) -> None:
        """What the rows from here on share."""
        if self._begins[-1] == len(self.rows):
            self._shared[-1] = shared
        else:
            self._begins.append(len(self.rows))
            self._shared.append(shared)

    def lay(self, *, but: int = 0) -> None:
        """Lay down the rows that were taken, but so many of the last, which may not be complete."""
        count = len(self.rows) - but
        if count <= 0:
            return
        rows, self.rows[:] = self.rows[:count], self.rows[count:]
        begins = np.minimum([*self._begins, count], count)
        places = np.repeat(np.arange(len(self._shared), dtype=np.int32), np.diff(begins))
        inside = set().union(*rows)
        self._seen |= inside
        own = {
            name: pa.array([one.get(name) for one in rows], pa.string())
            for name in self._known
            if name in inside
        }
        # What no row shares yet was not said of any.
        self._put(count, own, self._shared[: int(places[-1]) + 1], places)
        left = bisect.bisect_right(self._begins, count) - 1
        self._shared, self._begins = self._shared[left:], [max(0, one - count) for one in self._begins[left:]]

    def add_columns(
        self, count: int, own: Mapping[str, pa.Array], shared: Sequence[Mapping[str, str]], places: np.ndarray
    ) -> None:
        """Take many rows at once.

        Args:
            own: what they say themselves, by column.
            shared: what rows share; `places` says of each row which of these.
        """
        self.lay()
        self._seen |= own.keys()
        self._put(count, own, shared, places)

    def _put(
        self, count: int, own: Mapping[str, pa.Array], shared: Sequence[Mapping[str, str]], places: np.ndarray
    ) -> None:
        columns: dict[str, Any] = {"row": pa.array(np.arange(self._next, self._next + count))}
        beside = set().union(*shared)
        self._seen |= beside
        for name in self._known:
            if name in own:
                columns[name] = _clean(own[name])
            if name in beside:
                texts = _clean(pa.array([one.get(name) for one in shared], pa.string()))
                said = pa.DictionaryArray.from_arrays(pa.array(places), texts)
                columns[name] = (
                    pc.coalesce(columns[name], said.cast(pa.string())) if name in columns else said
                )
        self._laid.append(pa.table(columns))
        self._next += count
        if sum(map(len, self._laid)) >= KEPT:
            self._store()

    def _store(self) -> None:
        """Put what is kept in memory into a table, which is laid aside on disk where memory is short."""
        self._con.register("gathered", self._together())
        made = "INSERT INTO raw" if self._stored else "CREATE OR REPLACE TEMP TABLE raw AS"
        self._con.execute(f"{made} SELECT * FROM gathered").fetchall()
        self._con.unregister("gathered")
        self._laid, self._stored = [], True

    def _together(self) -> pa.Table:
        """All that is kept in memory, with every column that can turn up."""
        columns: dict[str, Any] = {}
        for name in ("row", *self._known):
            kind = pa.int64() if name == "row" else pa.string()
            parts = [
                one.column(name).combine_chunks() if name in one.column_names else pa.nulls(len(one), kind)
                for one in self._laid
            ]
            if len({one.type for one in parts}) > 1:
                parts = [one.cast(kind) for one in parts]
            columns[name] = pa.chunked_array(parts, None if parts else kind)
        return pa.table(columns)

    def finish(self, *, table: bool = False) -> tuple[list[str], list[Finding]]:
        """Lay down what is left; the columns that turned up, and findings about those that mean nothing here.

        Args:
            table: let `raw` be a table, which can be changed; a view of what is in memory will do for few rows else.
        """
        self.lay()
        if table or self._stored:
            self._store()
        else:
            self._con.register("gathered", self._together())
            self._con.execute("CREATE OR REPLACE TEMP VIEW raw AS SELECT * FROM gathered")
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


def _clean(texts: pa.Array) -> pa.Array:
    """Texts without what pads them; an empty one is none."""
    trimmed = pc.utf8_trim_whitespace(texts)
    return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)
