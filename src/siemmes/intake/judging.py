"""Judging a submission: the file read, laid out in the structure's columns, and every rule asked.

Rules see two tables: `raw`, as the sender wrote it, and `judged`, with every column of the structure, periods in canonical
form, the figure as a number, and what the submission says as a whole filled in. Both have `row`, the row of the sender's file; `judged` has
`given` besides, whether the sender wrote anything for the figure, and `k`, a hash of the whole key.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pyarrow as pa

from siemmes.cube.layout import literal, quoted, single
from siemmes.intake.findings import SCHEMA, Finding, Report
from siemmes.intake.reading import LIMIT, Reading, read
from siemmes.intake.rules import RULES
from siemmes.intake.rules.arithmetic import mixed
from siemmes.model.catalogue import source_ids, structure
from siemmes.model.errors import QuestionError
from siemmes.model.structures import TIME, VALUE, Structure

Step = Callable[[str], None]
#: How many steps judging a file has: read, laid out, and each rule asked.
STEPS = 2 + len(RULES)
#: How figures look; what does not is left to the rule about numbers.
NUMBER = r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d{1,3})?"


@dataclass
class Judgement:
    """A submission while it is judged.

    Attributes:
        con: the connection with `raw`, `judged` and `findings`.
        sender: the country (alpha-3) or the source that submits.
        today: the day on which it is judged.
        said: attributes that the submission says once for all of its rows.
        published: a table with the figures in force, where there are any (rules that look back ask it).
        reason: why published figures change.
    """

    con: duckdb.DuckDBPyConnection
    about: Structure
    sender: str
    today: dt.date
    reading: Reading
    said: Mapping[str, str] = field(default_factory=dict)
    published: str | None = None
    reason: str = ""

    @property
    def is_country(self) -> bool:
        """Whether a country submits, which may report its own figures only."""
        return self.sender not in source_ids()

    def has(self, name: str) -> bool:
        """Whether the sender's file has this column."""
        return name in self.reading.columns

    def report(self) -> Report:
        """All findings, by row."""
        table = self.con.sql(
            'SELECT * FROM findings ORDER BY row NULLS FIRST, message, "column"'
        ).to_arrow_table()
        rows, first, last = single(self.con, f"SELECT count(*), min({TIME}), max({TIME}) FROM judged")
        return Report(self.about.id, self.sender, rows, table, (first, last) if first else None)


@contextmanager
def judged(
    path: Path,
    *,
    flow: str,
    sender: str,
    today: dt.date,
    said: Mapping[str, str] | None = None,
    published: Path | None = None,
    reason: str = "",
    limit: int = LIMIT,
    step: Step = lambda _done: None,
) -> Iterator[Judgement]:
    """A judged submission with its tables, for as long as the block runs.

    Args:
        flow: the dataflow it is for.
        sender: a country's alpha-3 code, or a source's id.
        today: the day that periods may not lie beyond.
        said: attributes given once for all rows.
        published: a Parquet file of the figures in force.
        reason: why they change, where they do.
        limit: bytes the file may hold once unpacked.
        step: called with what was done, as often as `STEPS` says.

    Raises:
        UnreadableError: where the file cannot be read at all.
        QuestionError: where there is no such flow or sender.
    """
    about = structure(flow)
    _require_sender(sender)
    with duckdb.connect(":memory:", config={"preserve_insertion_order": True}) as con:
        reading = read(con, path, about, limit=limit)
        step("read")
        found = Judgement(con, about, sender, today, reading, dict(said or {}), reason=reason)
        if published is not None:
            con.execute(f"CREATE VIEW published AS SELECT * FROM read_parquet({literal(str(published))})")
            found.published = "published"
        _lay_out(found)
        step("laid out")
        _ask(found, step)
        yield found


def validate(
    path: str | Path,
    *,
    flow: str,
    sender: str,
    today: dt.date | None = None,
    said: Mapping[str, str] | None = None,
    published: Path | None = None,
    reason: str = "",
    step: Step = lambda _done: None,
) -> Report:
    """Judge a file and keep nothing of it.

    Raises:
        UnreadableError: where the file cannot be read at all.
        QuestionError: where there is no such flow or sender.
    """
    on = today or dt.datetime.now(dt.UTC).date()
    with judged(
        Path(path),
        flow=flow,
        sender=sender,
        today=on,
        said=said,
        published=published,
        reason=reason,
        step=step,
    ) as found:
        return found.report()


def _require_sender(sender: str) -> None:
    from siemmes.model.catalogue import code_list

    area = code_list("CL_AREA").by_id.get(sender)
    if sender not in source_ids() and (area is None or "alpha2" not in area.notes):
        known = ", ".join(source_ids())
        raise QuestionError(
            {
                "en": f"“{sender}” is neither a country's alpha-3 code (CRI, HND …) nor a source ({known}).",
                "es": f"«{sender}» no es ni un código alfa-3 de país (CRI, HND…) ni una fuente ({known}).",
            }
        )


def _lay_out(found: Judgement) -> None:
    """Make `judged`: the structure's columns, whatever the sender left out being empty or as the submission says."""
    given = f"{quoted(VALUE)} IS NOT NULL" if found.has(VALUE) else "false"
    selected = ["row", f"{given} AS given"]
    for name in found.about.columns:
        text = quoted(name) if found.has(name) else "NULL::VARCHAR"
        if name in found.said:
            text = f"coalesce({text}, {literal(found.said[name])})"
        if name == TIME:
            text = f"regexp_replace(regexp_replace({text}, '^(\\d{{4}})-A1$', '\\1'), '^(\\d{{4}})-M(\\d\\d)$', '\\1-\\2')"
        if name == VALUE:
            text = f"CASE WHEN regexp_full_match({text}, '{NUMBER}') THEN try_cast({text} AS DOUBLE) END"
        default = _default(found.about, name)
        if default is not None:
            text = f"coalesce({text}, {literal(default)})"
        selected.append(f"{text} AS {quoted(name)}")
    if found.has("ACTION"):
        selected.append('upper("ACTION") AS "ACTION"')
    laid = f"SELECT {', '.join(selected)} FROM raw"
    found.con.execute(
        f"CREATE TEMP TABLE judged AS SELECT *, {mixed(found.about.key, found.about.key)} AS k FROM ({laid})"
    )


def _default(about: Structure, name: str) -> str | None:
    """What an empty attribute means, where the structure says it."""
    return {
        "UNIT_MEASURE": about.unit, "UNIT_MULT": str(about.multiplier), "DECIMALS": "2" if about.value == "amount" else "0",
        "CONF_STATUS": "F",
    }.get(name)  # fmt: skip


def _ask(found: Judgement, step: Step) -> None:
    columns = ", ".join(f"{quoted(name)} {'BIGINT' if name == 'row' else 'VARCHAR'}" for name in SCHEMA.names)
    found.con.execute(f"CREATE TEMP TABLE findings ({columns})")
    _keep(found, found.reading.findings)
    for rule in RULES:
        told = []
        # What a rule asks is asked at once: it may keep a table of its own only until it goes on.
        for one in rule(found):
            if isinstance(one, str):
                found.con.execute(f"INSERT INTO findings {one}")
            else:
                told.append(one)
        _keep(found, told)
        step(rule.__name__)


def _keep(found: Judgement, findings: list[Finding]) -> None:
    if not findings:
        return
    rows = [
        {"message": one.message, "row": one.row, "column": one.column, "value": one.value,
         **{name: one.facts.get(name) for name in ("a", "b", "c")}}
        for one in findings
    ]  # fmt: skip
    found.con.register("told", pa.Table.from_pylist(rows, schema=SCHEMA))
    found.con.execute("INSERT INTO findings SELECT * FROM told")
    found.con.unregister("told")
