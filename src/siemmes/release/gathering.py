"""The figures in force before protection: those of the release before, with what was sent since laid over them."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from siemmes.cube.layout import coded, free, literal, looked_up, narrowed, quoted, single
from siemmes.model.structures import VALUE, Structure


@dataclass(frozen=True)
class Gathered:
    """What is known of the figures that were gathered.

    Attributes:
        labels: those that stand in each coded column and in SUBMISSION, sorted; None where some may stand in rows that are no
            longer there.
        same: the columns in which all rows say the same, as SQL that gives it.
    """

    labels: dict[str, list[str]] | None
    same: dict[str, str]


def gather(con: Any, about: Structure, before: Path | None, sent: Sequence[tuple[str, Path]]) -> Gathered:
    """Make `work.accepted`: of each key the last row sent, deletions gone, in key order, codes as ENUMs.

    What all rows say alike is not kept row by row: `accepted` is a view of the table `differing`, which has the rest.

    Args:
        con: a connection whose database has a schema `work`.
        before: the figures from which the release starts (Parquet), with the submission that gave each.
        sent: submissions since, in order, each with its rows (Parquet).
    """
    columns = ", ".join(quoted(name) for name in about.columns)
    parts = []
    if before is not None:
        parts.append(
            f'SELECT {columns}, "SUBMISSION", \'I\' AS "ACTION", 0 AS sent FROM read_parquet({literal(str(before))})'
        )
    for number, (name, rows) in enumerate(sent, start=1):
        parts.append(
            f'SELECT {columns}, {literal(name)} AS "SUBMISSION", "ACTION", {number} AS sent FROM read_parquet({literal(str(rows))})'
        )
    con.execute(f"CREATE VIEW work.sent AS {' UNION ALL '.join(parts)}")
    alike = _alike(about, before, sent)
    found = narrowed(con, "work.sent", (*coded(about), "SUBMISSION"), alike)
    same = dict(found.same)
    for name in free(about):
        if alike.get(name, "") is None:
            same[name] = f"CAST(NULL AS VARCHAR) AS {quoted(name)}"
    plain = [quoted(name) for name in (VALUE, *free(about)) if name not in same]
    differ = [
        looked_up(name, found.labels[name]) if name in found.labels else sql
        for name, sql in found.differ.items()
    ]
    kept = f'SELECT {", ".join([*differ, *plain])}, "ACTION", sent FROM work.sent'
    key = ", ".join(quoted(name) for name in about.key if name in found.differ) or "1"
    if len(parts) > 1:
        kept = f"SELECT * FROM ({kept}) QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY sent DESC) = 1"
    con.execute(
        f'CREATE TABLE work.differing AS SELECT * EXCLUDE ("ACTION", sent) FROM ({kept}) WHERE "ACTION" <> \'D\' ORDER BY {key}'
    )
    every = ", ".join(same.get(name, quoted(name)) for name in (*about.columns, "SUBMISSION"))
    con.execute(f"CREATE VIEW work.accepted AS SELECT {every} FROM work.differing")
    (gone,) = single(con, "SELECT (SELECT count(*) FROM work.sent) - (SELECT count(*) FROM work.differing)")
    complete = not gone and len(found.labels) > len(coded(about))
    return Gathered(found.labels if complete else None, same)


def _alike(about: Structure, before: Path | None, sent: Sequence[tuple[str, Path]]) -> dict[str, str | None]:
    """The columns in which all rows say the same, with what they say, as the files' own statistics tell it; None for nothing."""
    parts = [_said_throughout(path) | {"SUBMISSION": name} for name, path in sent]
    if before is not None:
        parts.append(_said_throughout(before))
    first, *rest = parts
    return {
        name: first[name]
        for name in (*about.columns, "SUBMISSION")
        if name in first and all(name in one and one[name] == first[name] for one in rest)
    }


def _said_throughout(file: Path) -> dict[str, str | None]:
    """The texts that all rows of a Parquet file of ours say, by column; None for a column that says nothing.

    DuckDB writes the least and the greatest text of a column whole, or leaves both out.
    """
    there = pq.read_metadata(file)
    found: dict[str, set[str | None]] = {}
    for group in range(there.num_row_groups):
        for place in range(there.num_columns):
            column = there.row_group(group).column(place)
            told, texts = column.statistics, found.setdefault(column.path_in_schema, set())
            if told is None or not told.has_null_count:
                texts |= {None, ""}
            elif told.null_count == column.num_values:
                texts.add(None)
            elif told.null_count or not told.has_min_max or column.physical_type != "BYTE_ARRAY":
                texts |= {None, ""}
            else:
                texts |= {told.min, told.max}
    return {name: next(iter(texts)) for name, texts in found.items() if len(texts) == 1}


def keep(con: Any, target: Path, before: Path | None, sent: Sequence[tuple[str, Path]]) -> None:
    """Write `work.accepted` as Parquet: what the next release starts from.

    Where one submission is all that was ever sent and deletes nothing, its own rows say the same and are copied.

    Args:
        con: a cursor of the connection in which figures were gathered; it is closed.
        before, sent: what they were gathered from.
    """
    if before is None and len(sent) == 1:
        [(_, rows)] = sent
        there = pq.read_metadata(rows)
        (accepted,) = single(con, "SELECT count(*) FROM work.accepted")
        if accepted == there.num_rows and "SUBMISSION" in there.schema.names:
            con.close()
            shutil.copyfile(rows, target)
            return
    con.execute(
        f"COPY (SELECT * FROM work.accepted) TO {literal(str(target))} (FORMAT parquet, COMPRESSION zstd)"
    )
    con.close()
