"""Two releases compared figure by figure, with the reason for each change where its sender gave one."""

from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from siemmes.cube.layout import CUBE, TABLE, literal, quoted, single
from siemmes.model.structures import VALUE, Structure

#: What became of a figure.
KINDS = ("added", "removed", "changed", "hidden", "shown", "restated")


@dataclass(frozen=True)
class Comparison:
    """What two releases of a flow say differently.

    Attributes:
        before, after: their ids.
        same: figures that are alike in both.
        table: one row a difference: the key, `kind` (see KINDS), `before`, `after`, `status_before`, `status_after`,
            `submission` and `reason`. A figure that is hidden for protection has no value; "restated" changes attributes only.
    """

    before: str
    after: str
    same: int
    table: pa.Table

    def counts(self) -> dict[str, int]:
        """The number of differences by kind."""
        counted = self.table.column("kind").combine_chunks().value_counts().to_pylist()
        return {one["values"]: one["counts"] for one in counted}


def compare(about: Structure, before: Path, after: Path, reasons: dict[str, str]) -> Comparison:
    """Compare two release folders of a flow.

    Args:
        reasons: why figures changed, by submission.
    """
    with duckdb.connect() as con:
        con.execute(f"ATTACH {literal(str(before / CUBE))} AS old (READ_ONLY)")
        con.execute(f"ATTACH {literal(str(after / CUBE))} AS new (READ_ONLY)")
        con.execute("CREATE TABLE reasons (submission VARCHAR, reason VARCHAR)")
        if reasons:
            con.executemany("INSERT INTO reasons VALUES (?, ?)", [list(one) for one in reasons.items()])
        con.execute(f"CREATE VIEW joined AS {_joined(about)}")
        con.execute(f"CREATE VIEW told AS SELECT *, {_kind()} AS kind FROM joined")
        (same,) = single(con, "SELECT count(*) FROM told WHERE kind IS NULL")
        key = ", ".join(quoted(name) for name in about.key)
        given = literal(str(after / "provenance.parquet"))
        table = con.sql(
            f'SELECT {key}, kind, before, after, status_before, status_after, p."SUBMISSION" AS submission, r.reason FROM told '
            f'LEFT JOIN read_parquet({given}) p USING ({key}) LEFT JOIN reasons r ON r.submission = p."SUBMISSION" '
            f"WHERE kind IS NOT NULL ORDER BY {key}"
        ).to_arrow_table()
    return Comparison(before.name, after.name, same, table)


def _joined(about: Structure) -> str:
    key = ", ".join(quoted(name) for name in about.key)
    said = " || chr(31) || ".join(
        f"coalesce(CAST({quoted(name)} AS VARCHAR), '')" for name in about.attributes
    )
    sides = [
        f"(SELECT {', '.join(f'CAST({quoted(name)} AS VARCHAR) AS {quoted(name)}' for name in about.key)}, {VALUE} AS value, "
        f'CAST("OBS_STATUS" AS VARCHAR) AS status, {said} AS said, true AS stands FROM {side}.{TABLE})'
        for side in ("old", "new")
    ]
    return (
        f"SELECT {key}, o.value AS before, n.value AS after, o.status AS status_before, n.status AS status_after, "
        f"o.said AS said_before, n.said AS said_after, o.stands AS stood, n.stands AS stands FROM {sides[0]} o "
        f"FULL OUTER JOIN {sides[1]} n USING ({key})"
    )


def _kind() -> str:
    return (
        "CASE WHEN stood IS NULL THEN 'added' WHEN stands IS NULL THEN 'removed' "
        "WHEN before IS NOT NULL AND after IS NULL AND status_after = 'Q' THEN 'hidden' "
        "WHEN before IS NULL AND after IS NOT NULL AND status_before = 'Q' THEN 'shown' "
        "WHEN before IS DISTINCT FROM after THEN 'changed' WHEN said_before <> said_after THEN 'restated' END"
    )
