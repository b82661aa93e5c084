"""Back-up: one state of the database and both stores of files, in one archive that tells what it holds.

The database's snapshot is taken first and the files after it: files are never changed, only added, so every file that the
snapshot knows is met, but for those replaced meanwhile, which the manifest lists as vanished.
"""

import contextlib
import datetime as dt
import io
import json
import os
import tempfile
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, BinaryIO, cast

from django.conf import settings
from django.core.files.storage import storages
from django.db import connection, transaction
from django.utils.translation import gettext as _

from puebla.config.operations import tables
from puebla.config.operations.archives import MANIFEST, Writer, kind_of, writer_for
from puebla.config.operations.stores import STORES, keys_of
from puebla.core import journal
from puebla.core.models import JournalHead, Process
from puebla.core.operations import progress
from puebla.core.verdicts import RefusedError

FORMAT = 1


def default_place(at: dt.datetime) -> Path:
    """Where a back-up goes that nobody gave a name: into the data directory."""
    code = Process.current().code.lower()
    return settings.DATA_DIR / "backups" / f"{code}-{at:%Y%m%dT%H%M%SZ}.zip"


def last_backup() -> dict[str, Any] | None:
    """What is known of the last back-up made here; None when there was none."""
    try:
        known = json.loads((settings.DATA_DIR / "backups" / "last.json").read_text())
    except (OSError, ValueError):
        return None
    return known if isinstance(known, dict) else None


def back_up(path: Path, *, at: dt.datetime, shown: bool = True) -> dict[str, Any]:
    """Write a back-up under this name; its manifest.

    The archive appears whole or not at all, and beside it the journal's head, to be kept elsewhere.
    """
    kind_of(path)
    if path.exists():
        raise RefusedError(
            _("%(file)s exists already. Name another file, or move it away first.") % {"file": path}
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    with transaction.atomic():
        journal.record("instance.backup", at=at, facts={"archive": path.name})
    with _appearing(path) as target:
        writer = writer_for(path, target)
        manifest = _fill(writer, at=at, shown=shown)
        writer.close()
    _note(path.with_name(path.name + ".head.json"), manifest["journal"] | {"at": at.isoformat()})
    _note(
        settings.DATA_DIR / "backups" / "last.json",
        {
            "at": at.isoformat(),
            "file": str(path),
            "size": path.stat().st_size,
            "journal": manifest["journal"],
        },
    )
    return manifest


@contextlib.contextmanager
def _appearing(path: Path) -> Iterator[BinaryIO]:
    part = path.with_name(f".{path.name}.part")
    # It holds everything, sealed rooms too: for the operator's eyes alone.
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(handle, "wb") as target:
            yield target
            target.flush()
            os.fsync(target.fileno())
        part.replace(path)
        _sync(path.parent)
    finally:
        part.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _note(path: Path, value: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=2) + "\n")


def _fill(writer: Writer, *, at: dt.datetime, shown: bool) -> dict[str, Any]:
    manifest: dict[str, Any] = {"format": FORMAT, "made_at": at.isoformat(), **_described()}
    with tables.snapshot():
        head = JournalHead.objects.filter(pk=1).first() or JournalHead()
        manifest["journal"] = {"sequence": head.sequence, "digest": head.digest}
        manifest["tables"] = {
            tables.label(model): _add_table(writer, model)
            for model in progress(tables.tables(), _("Tables"), shown=shown)
        }
    manifest["files"], manifest["vanished"] = {}, []
    for name, alias in STORES.items():
        manifest["files"][name] = _add_files(writer, name, alias, vanished=manifest["vanished"], shown=shown)
    told = json.dumps(manifest, ensure_ascii=False, indent=1).encode()
    writer.add(MANIFEST, io.BytesIO(told), len(told))
    return manifest


def _described() -> dict[str, Any]:
    """What a reader of the archive wants to know of the instance; nothing secret."""
    try:
        number = version("puebla")
    except PackageNotFoundError:
        number = ""
    return {
        "version": number,
        "process": Process.current().code,
        "settings": {
            "demo": settings.DEMO, "base_url": settings.BASE_URL, "database": connection.vendor,
            "time_zone": settings.TIME_ZONE, "languages": [code for code, _name in settings.LANGUAGES],
            "upload_limit": settings.UPLOAD_LIMIT,
        },
        "left_out": sorted(tables.LEFT_OUT),
    }  # fmt: skip


def _add_table(writer: Writer, model: Any) -> dict[str, Any]:
    # Aside first: a TAR wants to know a member's size before its first byte.
    with tempfile.TemporaryFile(prefix="puebla-") as aside:
        rows = tables.dump(model, cast(BinaryIO, aside))
        size = aside.tell()
        aside.seek(0)
        digest = writer.add(f"database/{tables.label(model)}.jsonl", aside, size)
    return {"columns": tables.columns_of(model), "rows": rows, "size": size, "sha256": digest}


def _add_files(writer: Writer, name: str, alias: str, *, vanished: list[str], shown: bool) -> dict[str, Any]:
    storage = storages[alias]
    kept: dict[str, Any] = {}
    for key in progress(list(keys_of(storage)), _("Files"), shown=shown):
        try:
            stream = storage.open(key)
        except FileNotFoundError:
            vanished.append(f"{name}/{key}")
            continue
        with stream:
            size = stream.size
            kept[key] = {
                "size": size,
                "sha256": writer.add(f"files/{name}/{key}", cast(BinaryIO, stream), size),
            }
    return kept
