"""Submissions as they are kept: the sender's own file, the rows as judged, the findings."""

import datetime as dt
import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor, wait
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow.parquet as pq

from siemmes.cube.layout import coded, literal, narrowed, one_code, quoted, value_type
from siemmes.intake.findings import Report
from siemmes.model.errors import RefusedError, SiemmesError
from siemmes.model.structures import VALUE
from siemmes.release.contributing import keep_contributions
from siemmes.release.files import WRITE_FAILED, held, sync_file, sync_folder, sync_tree, write_json

if TYPE_CHECKING:
    from siemmes.intake.judging import Judgement

ROWS = "rows.parquet"
#: What each contributor gave to an amount: private, for the rule of dominance.
CONTRIBUTIONS = "contributions.parquet"
FINDINGS = "findings.parquet"
ABOUT = "submission.json"


@dataclass(frozen=True)
class Submission:
    """A file that was received, and what became of it.

    Attributes:
        number: its place among the flow's submissions; a later one replaces an earlier one's figures.
        said: attributes given once for all of its rows.
        reason: why published figures change, where they do.
        counts: findings by severity.
    """

    id: str
    flow: str
    number: int
    sender: str
    received_at: str
    name: str
    sha256: str
    rows: int
    accepted: bool
    counts: Mapping[str, int]
    said: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""


def receive(
    folder: Path,
    path: Path,
    *,
    flow: str,
    sender: str,
    at: dt.datetime,
    said: Mapping[str, str] | None = None,
    reason: str = "",
    contributions: Path | None = None,
    published: Path | None = None,
    step: Callable[[str], None] = lambda _done: None,
) -> Submission:
    """Judge a file and keep it with its rows and findings; refused ones are kept too, and never released.

    Args:
        folder: the private folder of the flow's submissions.
        at: when it was received, with its zone.
        contributions: a CSV of the key's columns and OBS_VALUE, one row for each contributor to a figure, without names.
    """
    from siemmes.intake.judging import judged

    with ThreadPoolExecutor(1, "siemmes-kept") as beside:
        digest = beside.submit(digest_of, path)
        with (
            judged(
                path, flow=flow, sender=sender, today=at.date(), said=said, published=published, reason=reason, step=step,
            ) as found,
            held(folder, ("A submission to this dataflow", "Un envío a este flujo de datos")),
        ):  # fmt: skip
            number = 1 + max((one.number for one in every(folder)), default=0)
            report = found.report()
            submission = Submission(
                id=f"{flow}-{sender}-{number:05d}", flow=flow, number=number, sender=sender,
                received_at=at.isoformat(timespec="seconds"), name=path.name, sha256=digest.result(), rows=report.rows,
                accepted=report.accepted, counts=report.counts(), said=dict(said or {}), reason=reason,
            )  # fmt: skip
            _keep(folder, path, found, submission, contributions, beside)
    return submission


def digest_of(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _keep(
    folder: Path,
    path: Path,
    found: "Judgement",
    submission: Submission,
    contributions: Path | None,
    beside: Executor,
) -> None:
    aside = Path(tempfile.mkdtemp(prefix=".receiving-", dir=folder))
    try:
        original = beside.submit(_copied, path, aside / f"original{path.suffix.lower()}")
        try:
            pq.write_table(found.report().table, aside / FINDINGS, compression="zstd")
            if submission.accepted:
                _write_rows(found, submission.id, aside / ROWS)
            if contributions is not None:
                keep_contributions(contributions, found.about, aside / CONTRIBUTIONS)
            write_json(aside / ABOUT, asdict(submission))
        finally:
            wait([original])
        original.result()
        sync_tree(aside)
        aside.rename(folder / submission.id)
        sync_folder(folder)
    except SiemmesError:
        shutil.rmtree(aside, ignore_errors=True)
        raise
    except WRITE_FAILED as error:
        shutil.rmtree(aside, ignore_errors=True)
        raise RefusedError(
            {
                "en": f"“{path.name}” could not be kept ({error}); nothing of it was. Make room on the disk and send it again.",
                "es": f"«{path.name}» no pudo conservarse ({error}); no quedó nada de él. Libere espacio en el disco y envíelo de nuevo.",
            }
        ) from error


def _copied(path: Path, target: Path) -> None:
    shutil.copyfile(path, target)
    sync_file(target)


def _write_rows(found: "Judgement", submission: str, target: Path) -> None:
    """Write the rows as Parquet; codes as ENUMs, of which the writer makes its dictionaries without looking at each text."""
    about, con = found.about, found.con
    types = {name: kind for name, kind, *_ in con.execute("DESCRIBE judged").fetchall()}
    columns = {name: quoted(name) for name in about.columns}
    columns[VALUE] = f"CAST({VALUE} AS {value_type(about)})"
    columns["OBS_STATUS"] = (
        f'CASE WHEN {VALUE} IS NOT NULL AND "OBS_STATUS" IS NOT NULL THEN "OBS_STATUS" '
        f"ELSE CAST(CASE WHEN {VALUE} IS NULL AND coalesce(\"OBS_STATUS\", '') NOT IN ('L', 'M', 'O', 'Q', 'H') THEN 'O' "
        f"ELSE coalesce(\"OBS_STATUS\", 'A') END AS {types['OBS_STATUS']}) END"
    )
    columns["ACTION"] = "coalesce(\"ACTION\", 'I')" if found.has("ACTION") else "CAST('I' AS ENUM('I'))"
    listed = ", ".join(f"{sql} AS {quoted(name)}" for name, sql in columns.items())
    con.execute(f"CREATE OR REPLACE TEMP VIEW kept AS SELECT row, {listed} FROM judged")
    texts = [name for name in coded(about) if types[name] == "VARCHAR"]
    sent = narrowed(con, "kept", [name for name in texts if found.has(name)])
    # What the file has no column for is the same in every row: one is enough to look at.
    beside = narrowed(con, "(FROM kept LIMIT 1)", [name for name in texts if not found.has(name)])
    codes = sent.differ | sent.same | beside.same
    selected = ", ".join(codes.get(name, quoted(name)) for name in ("row", "ACTION", *about.columns))
    selected += f", {one_code('SUBMISSION', submission)}"
    con.execute(
        f"COPY (SELECT {selected} FROM kept) TO {literal(str(target))} (FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION v2)"
    )


def report_of(folder: Path, submission: Submission) -> Report:
    """What was found in a submission when it was received."""
    table = pq.read_table(folder / submission.id / FINDINGS)
    return Report(submission.flow, submission.sender, submission.rows, table)


def every(folder: Path) -> list[Submission]:
    """All submissions of a flow in the order of their receipt."""
    if not folder.is_dir():
        return []
    found = [
        Submission(**json.loads((one / ABOUT).read_text("utf-8")))
        for one in folder.iterdir()
        if not one.name.startswith(".") and (one / ABOUT).is_file()
    ]
    return sorted(found, key=lambda one: one.number)
