"""Where accepted bytes lie: under random keys that say nothing, written whole or not at all."""

import contextlib
import errno
import hashlib
import os
import re
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, cast

from django.core.files import File
from django.core.files.storage import FileSystemStorage, Storage
from django.utils.translation import gettext_lazy as _

from puebla.core.verdicts import RefusedError

CHUNK = 1 << 20
INCOMING = "incoming"

_KEY = re.compile(r"[0-9a-f]{2}/[0-9a-f]{2}/[0-9a-f]{32}")
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_BATCH = 500


@dataclass(frozen=True)
class StoredFile:
    """Bytes in the store: their random key, how many they are, and their SHA-256."""

    key: str
    size: int
    sha256: str


def put(source: BinaryIO | Path, *, storage: Storage) -> StoredFile:
    """Write the bytes under a new random key. A source that can be rewound is stored from its beginning.

    Raises:
        RefusedError: where the disk is full. Whatever goes wrong, nothing stays behind.
    """
    with _opened(source) as stream, telling_of_a_full_disk():
        if isinstance(storage, FileSystemStorage):
            return _put_in_folder(stream, storage)
        return _put_elsewhere(stream, storage)


def remove(keys: Iterable[str], *, storage: Storage) -> None:
    """Delete stored files; call it after the commit that forgot them."""
    for key in keys:
        storage.delete(key)


def local_copy(key: str, *, storage: Storage, folder: Path) -> Path:
    """The stored file on this machine's disk: where it lies, or fetched into the folder from a store elsewhere."""
    try:
        return Path(storage.path(key))
    except NotImplementedError:
        copy = folder / "file"
        with storage.open(key) as source, copy.open("wb") as target:
            shutil.copyfileobj(source, target, CHUNK)
        return copy


def sweep(storage: Storage, *, known: Callable[[list[str]], set[str]], older_than: datetime) -> int:
    """Remove stored files that no record knows, and what broken uploads left; tell how many.

    Args:
        known: is given keys and answers which of them records still use.
        older_than: an aware time; younger files are spared, their record may be about to be written.
    """
    removed = 0
    if isinstance(storage, FileSystemStorage):
        removed += _sweep_incoming(Path(storage.location), older_than=older_than)
    batch: list[str] = []
    for key in own_keys(storage):
        batch.append(key)
        if len(batch) == _BATCH:
            removed += _sweep_batch(storage, batch, known=known, older_than=older_than)
            batch = []
    return removed + _sweep_batch(storage, batch, known=known, older_than=older_than)


def _new_key() -> str:
    token = secrets.token_hex(16)
    return f"{token[:2]}/{token[2:4]}/{token}"


@contextmanager
def _opened(source: BinaryIO | Path) -> Iterator[BinaryIO]:
    if isinstance(source, Path):
        with source.open("rb") as stream:
            yield stream
        return
    seekable = getattr(source, "seekable", None)
    if seekable is not None and seekable():
        source.seek(0)
    yield source


@contextmanager
def telling_of_a_full_disk() -> Iterator[None]:
    """Turn the system's "no space left" into a sentence for the person who sent the file."""
    try:
        yield
    except OSError as error:
        if error.errno not in _FULL:
            raise
        raise RefusedError(
            _(
                "The file could not be stored because the disk of the server is full; nothing was saved. Tell the "
                "secretariat's technical support and try again later."
            )
        ) from error


def _put_in_folder(stream: BinaryIO, storage: FileSystemStorage) -> StoredFile:
    root = Path(storage.location)
    key = _new_key()
    final = root / key
    incoming = root / INCOMING / final.name
    incoming.parent.mkdir(parents=True, exist_ok=True)
    try:
        with incoming.open("xb") as target:
            size, sha256 = _copy(stream, target)
            target.flush()
            os.fsync(target.fileno())
        if storage.file_permissions_mode is not None:
            incoming.chmod(storage.file_permissions_mode)
        final.parent.mkdir(parents=True, exist_ok=True)
        incoming.replace(final)
        _sync_folder(final.parent)
    except BaseException:
        for leftover in (incoming, final):
            with contextlib.suppress(OSError):
                leftover.unlink()
        raise
    return StoredFile(key=key, size=size, sha256=sha256)


def _put_elsewhere(stream: BinaryIO, storage: Storage) -> StoredFile:
    """Any other storage: kept aside first, since an upload cut in the middle must not reach it."""
    with tempfile.TemporaryFile(prefix="puebla-") as aside:
        size, sha256 = _copy(stream, cast(BinaryIO, aside))
        aside.seek(0)
        wanted = _new_key()
        try:
            key = storage.save(wanted, File(aside, name=wanted))
        except BaseException:
            with contextlib.suppress(Exception):
                storage.delete(wanted)
            raise
    return StoredFile(key=key, size=size, sha256=sha256)


def _copy(stream: BinaryIO, target: BinaryIO) -> tuple[int, str]:
    digest = hashlib.sha256()
    size = 0
    while chunk := stream.read(CHUNK):
        target.write(chunk)
        digest.update(chunk)
        size += len(chunk)
    return size, digest.hexdigest()


def _sync_folder(folder: Path) -> None:
    """Make the new name itself survive a power cut, not only the bytes."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sweep_incoming(root: Path, *, older_than: datetime) -> int:
    folder = root / INCOMING
    if not folder.is_dir():
        return 0
    stale = [entry for entry in folder.iterdir() if entry.stat().st_mtime < older_than.timestamp()]
    for entry in stale:
        if entry.is_dir():
            shutil.rmtree(entry, ignore_errors=True)
        else:
            entry.unlink(missing_ok=True)
    return len(stale)


def own_keys(storage: Storage) -> Iterator[str]:
    """Every key of the shape that `put` gives; other files are not ours to judge."""
    for first in _folders(storage, ""):
        for second in _folders(storage, first):
            folder = f"{first}/{second}"
            for name in storage.listdir(folder)[1]:
                if _KEY.fullmatch(f"{folder}/{name}"):
                    yield f"{folder}/{name}"


def _folders(storage: Storage, path: str) -> list[str]:
    try:
        return sorted(name for name in storage.listdir(path)[0] if re.fullmatch(r"[0-9a-f]{2}", name))
    except FileNotFoundError:
        return []


def _sweep_batch(
    storage: Storage, keys: list[str], *, known: Callable[[list[str]], set[str]], older_than: datetime
) -> int:
    if not keys:
        return 0
    in_use = known(keys)
    removed = 0
    for key in keys:
        if key in in_use:
            continue
        with contextlib.suppress(FileNotFoundError):
            if _modified(storage, key) < older_than.timestamp():
                storage.delete(key)
                removed += 1
    return removed


def _modified(storage: Storage, key: str) -> float:
    return storage.get_modified_time(key).timestamp()
