"""Building a release: figures gathered, protected, laid out, checked, published by one rename and one pointer.

Everything is written below a name that no reader looks at. The folder is renamed when it is whole and synced; the pointer
`CURRENT` is replaced last, and that is the act of publishing. A kill before it leaves the old release serving.
"""

import contextlib
import datetime as dt
import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow.parquet as pq

from siemmes.cube import layout
from siemmes.cube.engines import FIGURES
from siemmes.cube.layout import CUBE, MANIFEST, TABLE, literal, quoted, single
from siemmes.model.errors import RefusedError
from siemmes.model.structures import TIME, Structure
from siemmes.release.describing import AVAILABILITY, METADATA, availability, reference_metadata
from siemmes.release.files import WRITE_FAILED, sync_folder, sync_tree, write_json, write_whole
from siemmes.release.submissions import CONTRIBUTIONS, ROWS, Submission

if (
    TYPE_CHECKING
):  # what only a build needs is imported when one begins: a command that lists releases starts at once
    from siemmes.disclosure.protecting import Earlier, Protected

CURRENT = "CURRENT"
FORMAT = 1
#: The private figures of a release, from which the next one starts and to which revisions are compared.
ACCEPTED = "accepted.parquet"
#: The database in which a release is made, on the private side.
WORK = "unprotected.duckdb"
#: What was hidden and why (private); how much was (both halves).
REASONS = "disclosure.parquet"
DISCLOSURE = "disclosure.json"

Step = Callable[[str], None]
#: The steps of a build, in order.
STEPS = (
    "gathered",
    "protected",
    "laid out",
    "written",
    "rendered",
    "manifest",
    "synced",
    "kept",
    "renamed",
    "published",
)


@dataclass(frozen=True)
class Plan:
    """What a release is to be made of.

    Attributes:
        public, private: the flow's folders on either side of protection.
        previous: the release last published, whose figures stay where nobody sent new ones.
        in_force: the release that readers have now, and keep until `public_from`.
        submissions: accepted submissions since, in order.
        own: thresholds by sender and country, where they have their own.
        secret: what the noise of rounding is keyed with.
    """

    about: Structure
    id: str
    number: int
    public: Path
    private: Path
    previous: str | None
    in_force: str | None
    submissions: Sequence[Submission]
    received: Path
    at: dt.datetime
    note: str = ""
    public_from: dt.datetime | None = None
    own: Mapping[str, int] = field(default_factory=dict)
    secret: bytes | None = field(default=None, repr=False)


def build(plan: Plan, *, step: Step = lambda _name: None) -> Path:
    """Build and publish a release; the folder it lies in.

    Args:
        step: called with the name of each step once it is done.

    Raises:
        RefusedError: where protection fails or the disk is full; nothing of the release is left then.
    """
    plan.public.mkdir(parents=True, exist_ok=True)
    plan.private.mkdir(parents=True, exist_ok=True)
    _sweep(plan)
    aside = Path(tempfile.mkdtemp(prefix=".building-", dir=plan.public))
    aside.chmod(0o755)  # readers may be other users; the private half stays shut
    kept = Path(tempfile.mkdtemp(prefix=".building-", dir=plan.private))
    try:
        _write(plan, aside, kept, step)
        sync_tree(kept)
        sync_tree(aside)
        step("synced")
        kept.rename(plan.private / plan.id)
        sync_folder(plan.private)
        step("kept")
        aside.rename(plan.public / plan.id)
        sync_folder(plan.public)
        step("renamed")
        point(plan.public, plan.id, public_from=plan.public_from, before=plan.in_force)
        step("published")
    except WRITE_FAILED as error:
        _take_back(plan, aside, kept)
        raise RefusedError(
            {
                "en": f"The release {plan.id} could not be written ({_brief(error)}); the one before stays. "
                "Make room on the disk and build it again.",
                "es": f"La publicación {plan.id} no pudo escribirse ({_brief(error)}); sigue vigente la anterior. "
                "Libere espacio en el disco y constrúyala de nuevo.",
            }
        ) from error
    except BaseException:
        _take_back(plan, aside, kept)
        raise
    return plan.public / plan.id


def point(
    public: Path, release: str, *, public_from: dt.datetime | None = None, before: str | None = None
) -> None:
    """Let a release be the one in force: the act of publishing, and of going back.

    Args:
        public_from: the hour from which it is; until then `before` stays in force.
    """
    lines = [release]
    if public_from is not None:
        lines += [public_from.isoformat(), before or ""]
    write_whole(public / CURRENT, "\n".join(lines) + "\n")


def head(public: Path) -> str | None:
    """The release last published, its embargo over or not: the next one starts from it."""
    try:
        return (public / CURRENT).read_text("utf-8").splitlines()[0]
    except FileNotFoundError:
        return None


def pointed(public: Path, now: dt.datetime) -> str | None:
    """The release in force at an hour; None where there is none yet."""
    try:
        release, *embargo = (public / CURRENT).read_text("utf-8").splitlines()
    except FileNotFoundError:
        return None
    if embargo and dt.datetime.fromisoformat(embargo[0]) > now:
        return embargo[1] or None
    return release


def _brief(error: Exception) -> str:
    return str(error).splitlines()[0][:200]


def _sweep(plan: Plan) -> None:
    """Take away what a killed build left: folders under names of building, and private halves without a public one."""
    for folder in (plan.public, plan.private):
        for left in folder.glob(".building-*"):
            shutil.rmtree(left, ignore_errors=True)
    for half in (plan.private / plan.id, plan.public / plan.id):
        if half.is_dir():
            shutil.rmtree(half)


def _take_back(plan: Plan, aside: Path, kept: Path) -> None:
    for folder in (aside, kept):
        shutil.rmtree(folder, ignore_errors=True)
    current = plan.public / CURRENT
    if not current.is_file() or current.read_text("utf-8").split("\n", 1)[0] != plan.id:
        for half in (plan.public / plan.id, plan.private / plan.id):
            shutil.rmtree(half, ignore_errors=True)


def _write(plan: Plan, aside: Path, kept: Path, step: Step) -> None:
    from siemmes.disclosure.protecting import protect
    from siemmes.sdmx.rendering import render

    # What is not protected yet never lies on the public side, not even while it is built or after a kill.
    with contextlib.closing(duckdb.connect(str(kept / WORK))) as con:
        con.execute("CREATE SCHEMA work")
        _gather(con, plan)
        step("gathered")
        protected = protect(
            con, "work.accepted", plan.about, into="work.public", own=plan.own, secret=plan.secret,
            earlier=_earlier(plan), contributions=_contributions(con, plan),
        )  # fmt: skip
        step("protected")
        labels = layout.create_table(con, "work.public", plan.about)
        columns = layout.write_columns(con, aside, plan.about, labels)
        step("laid out")
        _write_beside(con, plan, aside, kept)
        available, metadata = (
            availability(con, plan.about),
            reference_metadata(con, plan.about, plan.submissions),
        )
        con.execute("DROP SCHEMA work CASCADE")
        con.execute("CHECKPOINT")
        (rows,) = single(con, f"SELECT count(*) FROM {TABLE}")
    _compact(kept / WORK, aside / CUBE)
    write_json(aside / AVAILABILITY, available)
    write_json(aside / METADATA, metadata)
    write_json(aside / DISCLOSURE, protected.public())
    write_json(kept / DISCLOSURE, protected.private())
    pq.write_table(protected.reasons, kept / REASONS, compression="zstd")
    step("written")
    manifest = _manifest(plan, labels, columns, rows, protected)
    write_json(aside / MANIFEST, manifest | {"files": {}})
    render(aside)
    (aside / MANIFEST).unlink()
    step("rendered")
    manifest["files"] = dict(_files(aside))
    write_json(aside / MANIFEST, manifest)
    step("manifest")


def _earlier(plan: Plan) -> "list[Earlier]":
    """Every release that was ever published, the one that this one starts from last: nothing of them is forgotten."""
    from siemmes.disclosure.protecting import Earlier

    found = []
    for folder in plan.public.iterdir():
        if not folder.name.startswith(".") and (folder / MANIFEST).is_file():
            manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
            method = manifest["disclosure"].get("method", plan.about.protection.method)
            one = Earlier(folder / FIGURES, plan.private / folder.name / ACCEPTED, method)
            found.append((manifest["id"] == plan.previous, manifest["number"], one))
    return [one for _, _, one in sorted(found, key=lambda each: each[:2])]


def _contributions(con: duckdb.DuckDBPyConnection, plan: Plan) -> str | None:
    """What each contributor gave to an amount, where the submissions that the figures came with brought it."""
    kept = con.execute('SELECT DISTINCT "SUBMISSION" FROM work.accepted ORDER BY 1').fetchall()
    parts = [
        f'SELECT *, {literal(one)} AS "SUBMISSION" FROM read_parquet({literal(str(path))})'
        for (one,) in kept
        if (path := plan.received / one / CONTRIBUTIONS).is_file()
    ]
    if not parts:
        return None
    con.execute(f"CREATE TABLE work.contributions AS {' UNION ALL BY NAME '.join(parts)}")
    return "work.contributions"


def _gather(con: duckdb.DuckDBPyConnection, plan: Plan) -> None:
    """The figures in force once the new submissions are in: of each key the last one sent, deletions gone."""
    columns = ", ".join(quoted(name) for name in plan.about.columns)
    parts = []
    if plan.previous is not None:
        before = literal(str(plan.private / plan.previous / ACCEPTED))
        parts.append(
            f'SELECT {columns}, "SUBMISSION", \'I\' AS "ACTION", 0 AS sent FROM read_parquet({before})'
        )
    for number, one in enumerate(plan.submissions, start=1):
        rows = literal(str(plan.received / one.id / ROWS))
        parts.append(
            f'SELECT {columns}, {literal(one.id)} AS "SUBMISSION", "ACTION", {number} AS sent FROM read_parquet({rows})'
        )
    key = ", ".join(quoted(name) for name in plan.about.key)
    every = " UNION ALL ".join(parts)
    last = f" QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY sent DESC) = 1" if len(parts) > 1 else ""
    con.execute(
        f'CREATE TABLE work.accepted AS SELECT * EXCLUDE ("ACTION", sent) FROM (SELECT * FROM ({every}){last}) '
        "WHERE \"ACTION\" <> 'D'"
    )


def _write_beside(con: duckdb.DuckDBPyConnection, plan: Plan, aside: Path, kept: Path) -> None:
    key = ", ".join(quoted(name) for name in plan.about.key)
    con.execute(
        f"COPY (SELECT * FROM work.accepted ORDER BY {key}) TO {literal(str(kept / ACCEPTED))} "
        "(FORMAT parquet, COMPRESSION zstd)"
    )
    con.execute(
        f'COPY (SELECT {key}, "SUBMISSION" FROM work.accepted SEMI JOIN work.public USING ({key}) ORDER BY {key}) '
        f"TO {literal(str(aside / 'provenance.parquet'))} (FORMAT parquet, COMPRESSION zstd)"
    )
    layout.write_exchange(con, aside / FIGURES, plan.about)


def _compact(work: Path, target: Path) -> None:
    """Copy the store into a file of its own size, and take away the one that the work was done in."""
    with contextlib.closing(duckdb.connect()) as con:
        con.execute(f"ATTACH {literal(str(work))} AS large (READ_ONLY)")
        con.execute(f"ATTACH {literal(str(target))} AS small")
        con.execute("COPY FROM DATABASE large TO small")
        con.execute("DETACH small")
    work.unlink()


def _manifest(
    plan: Plan, labels: dict[str, list[str]], columns: dict[str, Any], rows: int, protected: "Protected"
) -> dict[str, Any]:
    periods = labels[TIME]
    return {
        "format": FORMAT,
        "id": plan.id,
        "flow": plan.about.id,
        "number": plan.number,
        "previous": plan.previous,
        "structure": plan.about.urn,
        "built_at": plan.at.isoformat(timespec="seconds"),
        "public_from": plan.public_from.isoformat(timespec="seconds") if plan.public_from else None,
        "note": plan.note,
        "observations": rows,
        "periods": [periods[0], periods[-1]] if periods else None,
        "submissions": [
            {"id": one.id, "sender": one.sender, "received_at": one.received_at, "reason": one.reason}
            for one in plan.submissions
        ],
        "disclosure": protected.public(),
        "labels": labels,
        **columns,
    }


def _files(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            yield path.relative_to(folder).as_posix(), {"size": path.stat().st_size, "sha256": digest}
