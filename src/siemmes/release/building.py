"""Building a release: figures gathered, protected, laid out, checked, published by one rename and one pointer.

Everything is written below a name that no reader looks at. The folder is renamed when it is whole and synced; the pointer
`CURRENT` is replaced last, and that is the act of publishing. A kill before it leaves the old release serving.
"""

import contextlib
import datetime as dt
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow.parquet as pq

from siemmes.cube import layout
from siemmes.cube.engines import FIGURES
from siemmes.cube.layout import CUBE, TABLE, literal, quoted, single
from siemmes.cube.parts import MANIFEST
from siemmes.model.errors import RefusedError, brief
from siemmes.model.structures import TIME, Structure
from siemmes.release.describing import AVAILABILITY, METADATA, availability, reference_metadata
from siemmes.release.files import WRITE_FAILED, sync_folder, sync_tree, write_json, write_whole
from siemmes.release.gathering import Gathered, gather, keep
from siemmes.release.published import CURRENT
from siemmes.release.submissions import CONTRIBUTIONS, ROWS, Submission, digest_of

if (
    TYPE_CHECKING
):  # what only a build needs is imported when one begins: a command that lists releases starts at once
    from siemmes.disclosure.protecting import Earlier, Protected

FORMAT = 1
#: The private figures of a release, from which the next one starts and to which revisions are compared.
ACCEPTED = "accepted.parquet"
#: Where each public figure comes from.
PROVENANCE = "provenance.parquet"
PARQUET = "(FORMAT parquet, COMPRESSION zstd)"
#: Where a build puts what memory does not hold, on the private side.
OVERFLOW = "unprotected"
#: What a build takes of memory for figures; ten million fit into it.
MEMORY = "1GB"
#: The figures before and after protection, in the database in which a release is made.
ACCEPTED_ROWS, PUBLIC_ROWS = "work.accepted", "work.public"
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
                "en": f"The release {plan.id} could not be written ({brief(error)}); the one before stays. "
                "Make room on the disk and build it again.",
                "es": f"La publicación {plan.id} no pudo escribirse ({brief(error)}); sigue vigente la anterior. "
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
    before = plan.private / plan.previous / ACCEPTED if plan.previous else None
    sent = [(one.id, plan.received / one.id / ROWS) for one in plan.submissions]
    # What is not protected yet never lies on the public side, not even while it is built or after a kill.
    with _workplace(kept) as con, ThreadPoolExecutor(5, "siemmes-build") as pool:
        pool.submit(_make_ready)
        found = gather(con, plan.about, before, sent)
        step("gathered")
        from siemmes.disclosure.protecting import protect

        beside = [pool.submit(keep, con.cursor(), kept / ACCEPTED, before, sent)]
        protected = protect(
            con, ACCEPTED_ROWS, plan.about, into=PUBLIC_ROWS, own=plan.own, secret=plan.secret,
            earlier=_earlier(plan), contributions=_contributions(con, plan), same=found.same, labels=found.labels,
        )  # fmt: skip
        step("protected")
        # Python's own work, for the while in which the database does its: before, they would wait for each other.
        structures = pool.submit(_structure_messages, plan)
        known = _as_published(found) if protected.in_place else None
        if known is None or known.labels is None:
            told, whole = _lay_out(con, plan, aside, in_order=protected.in_place), None
        else:
            beside.append(pool.submit(_write_at_once, con.cursor(), plan, aside))
            con.execute(f"ATTACH {literal(str(aside / CUBE))} AS public_store")
            whole = pool.submit(_lay_down, con.cursor(), plan, known)
            told = _tell(con, plan, aside, layout.as_laid(plan.about, known.labels), PUBLIC_ROWS)
        manifest = _manifest(plan, told, protected)
        write_json(aside / MANIFEST, manifest | {"files": {}})
        rendered = pool.submit(_render, aside, whole)
        if whole is not None:
            whole.result()
        step("laid out")
        if known is None:
            _write_after(con, plan, aside)
        write_json(aside / AVAILABILITY, availability(aside, plan.about, told.labels))
        write_json(aside / METADATA, told.metadata)
        write_json(aside / DISCLOSURE, protected.public())
        write_json(kept / DISCLOSURE, protected.private())
        pq.write_table(protected.reasons, kept / REASONS, compression="zstd")
        _put_structures(aside, structures.result())
        for one in beside:
            one.result()
        step("written")
        rendered.result()
        step("rendered")
    (aside / MANIFEST).unlink()
    manifest["files"] = dict(_files(aside))
    write_json(aside / MANIFEST, manifest)
    step("manifest")


def _make_ready() -> None:
    """Read pysdmx in, which takes a third of a second, beside the first figures."""
    import siemmes.sdmx.rendering  # noqa: F401


def _structure_messages(plan: Plan) -> dict[str, bytes]:
    from siemmes.sdmx.rendering import structure_messages

    return structure_messages(plan.about.id, at=plan.at.replace(microsecond=0))


def _put_structures(aside: Path, messages: Mapping[str, bytes]) -> None:
    from siemmes.sdmx.rendering import put_structures

    put_structures(aside, messages)


def _render(aside: Path, whole: Future[None] | None) -> None:
    """Render the extract; out of the mapped columns, so that it need not wait for the store unless there are free texts."""
    from siemmes.sdmx.rendering import render

    if whole is None:
        render(aside)
    else:
        render(aside, whole=whole.result)


@contextlib.contextmanager
def _workplace(kept: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database in memory for what is not protected; what memory does not hold goes to the private side and is taken away."""
    overflow = kept / OVERFLOW
    try:
        with contextlib.closing(
            duckdb.connect(":memory:", config={"memory_limit": MEMORY, "temp_directory": str(overflow)})
        ) as con:
            con.execute("CREATE SCHEMA work")
            yield con
    finally:
        shutil.rmtree(overflow, ignore_errors=True)


@dataclass(frozen=True)
class _Told:
    """What is known of the public figures once they are laid out.

    Attributes:
        columns: what the manifest keeps of the mapped columns.
    """

    labels: dict[str, list[str]]
    columns: dict[str, Any]
    metadata: dict[str, Any]
    rows: int


def _lay_out(con: duckdb.DuckDBPyConnection, plan: Plan, aside: Path, *, in_order: bool) -> _Told:
    """Lay the public figures into the store, and out of it into its mapped columns; the store is whole and closed then."""
    con.execute(f"ATTACH {literal(str(aside / CUBE))} AS public_store")
    con.execute("USE public_store")
    laid = layout.create_table(con, f"memory.{PUBLIC_ROWS}", plan.about, in_order=in_order)
    con.execute("CHECKPOINT")
    told = _tell(con, plan, aside, laid, TABLE)
    con.execute("USE memory")
    con.execute("DETACH public_store")
    return told


def _lay_down(con: duckdb.DuckDBPyConnection, plan: Plan, known: Gathered) -> None:
    """Lay public figures into the store that lie in key order and of which is known what stands in them; it is whole then.

    Args:
        con: a cursor of one's own; it is closed.
    """
    con.execute("USE public_store")
    layout.create_table(
        con, f"memory.{PUBLIC_ROWS}", plan.about, known.labels, same=known.same, in_order=True
    )
    con.execute("CHECKPOINT")
    con.execute("USE memory")
    con.execute("DETACH public_store")
    con.close()


def _tell(
    con: duckdb.DuckDBPyConnection, plan: Plan, aside: Path, laid: dict[str, list[str]], source: str
) -> _Told:
    """Write the mapped columns of public figures that lie in key order; what is known of these figures then.

    Args:
        laid: the labels of each coded column.
    """
    return _Told(
        laid, layout.write_columns(con, aside, plan.about, laid, source),
        reference_metadata(con, plan.about, plan.submissions, source), single(con, f"SELECT count(*) FROM {source}")[0],
    )  # fmt: skip


def _as_published(found: Gathered) -> Gathered | None:
    """What is known of figures that are published as they were gathered, but for their values and CONF_STATUS; None for nothing."""
    if found.labels is None:
        return None
    same = {**found.same, "CONF_STATUS": layout.one_code("CONF_STATUS", "F")}
    return Gathered(found.labels | {"CONF_STATUS": ["F"]}, same)


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


def _write_at_once(con: duckdb.DuckDBPyConnection, plan: Plan, aside: Path) -> None:
    """Write where each public figure comes from, and the copy for exchange, where every row stands as it was accepted.

    Args:
        con: a cursor of one's own; it is closed.
    """
    key = ", ".join(quoted(name) for name in plan.about.key)
    con.execute(
        f'COPY (SELECT {key}, "SUBMISSION" FROM {ACCEPTED_ROWS}) TO {literal(str(aside / PROVENANCE))} {PARQUET}'
    )
    layout.write_exchange(con, aside / FIGURES, plan.about, PUBLIC_ROWS)
    con.close()


def _write_after(con: duckdb.DuckDBPyConnection, plan: Plan, aside: Path) -> None:
    """Write the same out of the store, whose types have public labels alone.

    Parquet keeps all labels of an ENUM, and those of figures that are folded away are no reader's business.
    """
    con.execute(f"ATTACH {literal(str(aside / CUBE))} AS public_store (READ_ONLY)")
    con.execute("USE public_store")
    key = ", ".join(f"o.{quoted(name)}" for name in plan.about.key)
    same = " AND ".join(f"o.{quoted(name)} = a.{quoted(name)}" for name in plan.about.key)
    con.execute(
        f'COPY (SELECT {key}, CAST(a."SUBMISSION" AS VARCHAR) AS "SUBMISSION" FROM {TABLE} AS o '
        f"JOIN memory.{ACCEPTED_ROWS} AS a ON {same} ORDER BY {key}) TO {literal(str(aside / PROVENANCE))} {PARQUET}"
    )
    layout.write_exchange(con, aside / FIGURES, plan.about)
    con.execute("USE memory")
    con.execute("DETACH public_store")


def _manifest(plan: Plan, told: _Told, protected: "Protected") -> dict[str, Any]:
    periods = told.labels[TIME]
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
        "observations": told.rows,
        "periods": [periods[0], periods[-1]] if periods else None,
        "submissions": [
            {"id": one.id, "sender": one.sender, "received_at": one.received_at, "reason": one.reason}
            for one in plan.submissions
        ],
        "disclosure": protected.public(),
        "labels": told.labels,
        **told.columns,
    }


def _files(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    with ThreadPoolExecutor(2, "siemmes-digest") as pool:
        for path, digest in zip(files, pool.map(digest_of, files), strict=True):
            yield path.relative_to(folder).as_posix(), {"size": path.stat().st_size, "sha256": digest}
