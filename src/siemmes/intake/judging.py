"""Judging a submission: the file read, laid out in the structure's columns, and every rule asked.

Rules see one table, `judged`: every column of the structure, periods in canonical form, the figure as a number, and what the
submission says as a whole filled in. It has besides: `row`, the row of the sender's file; `given`, whether the sender wrote
anything for the figure, and `written`, what that was where it is no number; `k`, a hash of the whole key; and as they were sent
the columns that name a flow or an action. Columns of codes and the period are ENUMs wherever they can be (`Judgement.types`).
"""

import datetime as dt
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pyarrow as pa

from siemmes.cube.layout import literal, quoted, single
from siemmes.intake.delimited import broken_rows
from siemmes.intake.findings import SCHEMA, Finding, Report
from siemmes.intake.laying import Labels, lay_out
from siemmes.intake.reading import LIMIT, read
from siemmes.intake.rules import RULES
from siemmes.intake.rules.telling import Told
from siemmes.intake.texts import Reading
from siemmes.model.catalogue import code_list, source_ids, structure
from siemmes.model.errors import QuestionError, RefusedError, brief
from siemmes.model.structures import TIME, Structure

Step = Callable[[str], None]
Rule = Callable[["Judgement"], Told]
#: How many steps judging a file has: read, laid out, and each rule asked.
STEPS = 2 + len(RULES)
#: Memory for the tables of a submission; what does not fit is laid aside on disk. The process holds some 300 MB beside them.
MEMORY = "384MB"
#: Findings that are kept in memory; of a file that is wrong in every row there may be more than of rows.
KEPT = 100_000


@dataclass
class Judgement:
    """A submission while it is judged.

    Attributes:
        con: the connection with `judged` and `findings`.
        labels: the labels of the columns that are ENUMs.
        sender: the country (alpha-3) or the source that submits.
        today: the day on which it is judged.
        said: attributes that the submission says once for all of its rows.
        published: a table with the figures in force, where there are any (rules that look back ask it).
        reason: why published figures change.
        aside: the folder for what does not fit into memory; it goes with the judgement.
    """

    con: duckdb.DuckDBPyConnection
    about: Structure
    sender: str
    today: dt.date
    reading: Reading
    labels: Labels
    aside: Path
    said: Mapping[str, str] = field(default_factory=dict)
    published: str | None = None
    reason: str = ""
    _used: dict[str, frozenset[str]] = field(default_factory=dict)
    _report: Report | None = None

    @property
    def types(self) -> Mapping[str, str]:
        """The name of the ENUM by column, for those columns that are one."""
        return self.labels.types

    @property
    def is_country(self) -> bool:
        """Whether a country submits, which may report its own figures only."""
        return self.sender not in source_ids()

    def has(self, name: str) -> bool:
        """Whether the sender's file has this column."""
        return name in self.reading.columns

    def used(self, name: str) -> frozenset[str]:
        """The texts that stand in a column of `judged`, looked up once: no rule changes any. Of a column of codes that had to
        stay text, those that are codes."""
        if name not in self._used:
            column, component = quoted(name), self.about.by_id.get(name)
            where = f"{column} IS NOT NULL"
            if name not in self.types and component is not None and component.list:
                where = f"{column} IN ({', '.join(map(literal, code_list(component.list).ids))})"
            # What the file does not hold is the same in every row.
            rows = "judged" if self.has(name) else "(SELECT * FROM judged LIMIT 1)"
            found = self.con.execute(f"SELECT DISTINCT {column} FROM {rows} WHERE {where}").fetchall()
            self._used[name] = frozenset(text for (text,) in found)
        return self._used[name]

    def report(self) -> Report:
        """All findings, by row. It may be kept longer than what was judged."""
        if self._report is None:
            rows, first, last = single(self.con, f"SELECT count(*), min({TIME}), max({TIME}) FROM judged")
            periods = (first, last) if first else None
            self._report = Report(self.about.id, self.sender, rows, self._findings(), periods)
        return self._report

    def _findings(self) -> pa.Table:
        """The findings in their order; many of them are left in a file that is mapped, and nobody else can open."""
        (number,) = single(self.con, "SELECT count(*) FROM findings")
        found = self.con.sql('SELECT * FROM findings ORDER BY row NULLS FIRST, message, "column"')
        if number <= KEPT:
            return found.to_arrow_table()
        path = self.aside / "findings.arrow"
        with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, SCHEMA) as kept:
            for batch in found.to_arrow_reader(KEPT):
                kept.write_batch(batch.cast(SCHEMA))
        table = pa.ipc.open_file(pa.memory_map(str(path))).read_all()
        path.unlink()
        return table


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
    rules: Sequence[Rule] = RULES,
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
        rules: those that are asked; all of them, where it is not said.
        step: called with what was done, as often as `STEPS` says.

    Raises:
        UnreadableError: where the file cannot be read at all.
        QuestionError: where there is no such flow or sender.
        RefusedError: where neither memory nor disk have room to judge it.
    """
    about = structure(flow)
    _require_sender(sender)
    with _workshop() as (con, aside):
        try:
            with read(con, path, about, limit=limit) as reading:
                step("read")
                labels = lay_out(reading, about, said or {}, today)
            if reading.counted:
                reading.findings += broken_rows(con)
            step("laid out")
            found = Judgement(
                con, about, sender, today, reading, labels, aside, dict(said or {}), reason=reason
            )
            if published is not None:
                con.execute(f"CREATE VIEW published AS SELECT * FROM read_parquet({literal(str(published))})")
                found.published = "published"
            _ask(found, rules, step)
            found.report()
        except (duckdb.OutOfMemoryException, OSError) as error:
            raise RefusedError({
                "en": f"“{path.name}” could not be judged ({brief(error)}). Make room on the disk, or send it in parts, a period or a country each.",
                "es": f"«{path.name}» no pudo examinarse ({brief(error)}). Libere espacio en el disco o envíelo en partes, por período o por país.",
            }) from error  # fmt: skip
        yield found


@contextmanager
def _workshop() -> Iterator[tuple[duckdb.DuckDBPyConnection, Path]]:
    """A connection that keeps within MEMORY, and the folder where it lays the rest aside, which nobody else can read."""
    with (
        tempfile.TemporaryDirectory(prefix="siemmes-") as aside,
        duckdb.connect(":memory:", config={"memory_limit": MEMORY, "temp_directory": aside}) as con,
    ):
        yield con, Path(aside)


def validate(
    path: str | Path,
    *,
    flow: str,
    sender: str,
    today: dt.date | None = None,
    said: Mapping[str, str] | None = None,
    published: Path | None = None,
    reason: str = "",
    rules: Sequence[Rule] = RULES,
    step: Step = lambda _done: None,
) -> Report:
    """Judge a file and keep nothing of it.

    Args:
        path, flow, sender, today, said, published, reason, rules, step: as `judged` takes them.

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
        rules=rules,
        step=step,
    ) as found:
        return found.report()


def _require_sender(sender: str) -> None:
    area = code_list("CL_AREA").by_id.get(sender)
    if sender not in source_ids() and (area is None or "alpha2" not in area.notes):
        known = ", ".join(source_ids())
        raise QuestionError(
            {
                "en": f"“{sender}” is neither a country's alpha-3 code (CRI, HND …) nor a source ({known}).",
                "es": f"«{sender}» no es ni un código alfa-3 de país (CRI, HND…) ni una fuente ({known}).",
            }
        )


def _ask(found: Judgement, rules: Sequence[Rule], step: Step) -> None:
    columns = ", ".join(f"{quoted(name)} {'BIGINT' if name == 'row' else 'VARCHAR'}" for name in SCHEMA.names)
    found.con.execute(f"CREATE TEMP TABLE findings ({columns})")
    _keep(found, found.reading.findings)
    for rule in rules:
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
