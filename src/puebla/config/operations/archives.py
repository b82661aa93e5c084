"""The archive of a back-up: members of plain names, one after another, in a ZIP or a compressed TAR.

Both are written and read from beginning to end, so that memory does not grow with what is in them. Reading trusts
nothing: names, kinds, sizes and repetition are checked before a byte of a member is used.
"""

import contextlib
import hashlib
import re
import shutil
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from django.utils.translation import gettext as _

from puebla.core.verdicts import RefusedError

MANIFEST = "manifest.json"
CHUNK = 1 << 20
#: What a member may be called; the part of a file's key has no dot at its beginning, so it cannot climb.
_NAME = re.compile(
    r"manifest\.json|database/[a-z0-9_]+\.[a-z0-9_]+\.jsonl|files/(?:private|public)(?:/[A-Za-z0-9_-][A-Za-z0-9._-]*)+"
)


#: What Python's readers raise over bytes that are no archive, or no longer one.
_BROKEN = (tarfile.TarError, zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, EOFError, OSError, NotImplementedError,
           RuntimeError, ValueError)  # fmt: skip


@contextlib.contextmanager
def _telling_of(name: str) -> Iterator[None]:
    """Say in a sentence what is wrong with the archive of this name."""
    try:
        yield
    except _BROKEN as error:
        if isinstance(error, FileNotFoundError | PermissionError | IsADirectoryError):
            raise RefusedError(_("%(file)s cannot be opened: %(error)s.") % {"file": name, "error": error.strerror}) from error  # fmt: skip
        raise RefusedError(
            _("%(file)s is damaged or no back-up (%(error)s). Use another copy of it.")
            % {"file": name, "error": str(error) or type(error).__name__}
        ) from error


class _Digesting:
    """A file that is read through, counting and digesting, never further than its limit."""

    def __init__(self, source: IO[bytes], limit: int, name: str) -> None:
        self._source, self._limit, self._name = source, limit, name
        self._digest = hashlib.sha256()
        self.size = 0

    def read(self, size: int = CHUNK) -> bytes:
        with _telling_of(self._name):
            return self._counted(self._source.read(size))

    def readline(self, limit: int) -> bytes:
        with _telling_of(self._name):
            return self._counted(self._source.readline(limit))

    def _counted(self, data: bytes) -> bytes:
        self.size += len(data)
        self._digest.update(data)
        if self.size > self._limit:
            raise RefusedError(_("%(file)s holds more than there is room for; nothing was kept of it.") % {"file": self._name})  # fmt: skip
        return data

    def finish(self) -> None:
        """Read what is left."""
        while self.read():
            pass

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()


@dataclass
class Member:
    """A member being read; its digest is known once it was read to its end."""

    name: str
    stream: _Digesting


class Writer(Protocol):
    """An archive being written."""

    def add(self, name: str, source: IO[bytes], size: int) -> str:
        """Write a member; its SHA-256."""

    def close(self) -> None:
        """Write the archive's end."""


class ZipWriter:
    """A ZIP: tables are compressed, files are kept as they are (they are compressed already)."""

    def __init__(self, target: IO[bytes]) -> None:
        self._zip = zipfile.ZipFile(target, "w", allowZip64=True)

    def add(self, name: str, source: IO[bytes], size: int) -> str:
        """Write a member; its SHA-256."""
        info = zipfile.ZipInfo(name)
        info.external_attr = 0o600 << 16
        info.compress_type = zipfile.ZIP_STORED if name.startswith("files/") else zipfile.ZIP_DEFLATED
        digest, counted = hashlib.sha256(), 0
        with self._zip.open(info, "w", force_zip64=size > 1 << 30) as member:
            while chunk := source.read(CHUNK):
                member.write(chunk)
                digest.update(chunk)
                counted += len(chunk)
        _require_size(name, counted, size)
        return digest.hexdigest()

    def close(self) -> None:
        """Write the archive's end."""
        self._zip.close()


class TarWriter:
    """A TAR compressed as a whole."""

    def __init__(self, target: IO[bytes]) -> None:
        self._tar = tarfile.open(fileobj=target, mode="w:gz", compresslevel=3)  # noqa: SIM115 - closed by close()

    def add(self, name: str, source: IO[bytes], size: int) -> str:
        """Write a member; its SHA-256."""
        info = tarfile.TarInfo(name)
        info.size, info.mode = size, 0o600
        digesting = _Digesting(source, limit=size, name=name)
        self._tar.addfile(info, digesting)
        _require_size(name, digesting.size, size)
        return digesting.sha256

    def close(self) -> None:
        """Write the archive's end."""
        self._tar.close()


def _require_size(name: str, counted: int, size: int) -> None:
    if counted != size:
        raise OSError(f"{name}: {counted} bytes were read where {size} were announced")


def kind_of(path: Path) -> str:
    """`zip` or `tar.gz`, by the archive's name."""
    name = path.name.lower()
    if name.endswith(".zip"):
        return "zip"
    if name.endswith((".tar.gz", ".tgz")):
        return "tar.gz"
    raise RefusedError(
        _("“%(name)s” says no kind of archive. Call it something.zip or something.tar.gz.")
        % {"name": path.name}
    )


def writer_for(path: Path, target: IO[bytes]) -> Writer:
    """The writer for an archive of this name."""
    return ZipWriter(target) if kind_of(path) == "zip" else TarWriter(target)


def members(path: Path, *, room: int) -> Iterator[Member]:
    """The archive's members in their order, each to be read before the next is asked for.

    Args:
        room: bytes that may come out of it in all.

    Raises:
        RefusedError: where it is no archive, is broken, or holds what no back-up holds.
    """
    seen: set[str] = set()
    left = room
    raw = _raw(path)
    while True:
        with _telling_of(path.name):
            found = next(raw, None)
        if found is None:
            return
        name, regular, stream = found
        _require_plain(name, regular=regular, seen=seen)
        seen.add(name)
        member = Member(name, _Digesting(stream, left, path.name))
        yield member
        member.stream.finish()
        left -= member.stream.size


def _raw(path: Path) -> Iterator[tuple[str, bool, IO[bytes]]]:
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for info in archive.infolist():
                mode = info.external_attr >> 16
                regular = not info.is_dir() and (not mode or stat.S_IFMT(mode) in {0, stat.S_IFREG})
                with contextlib.ExitStack() as stack:
                    # A member that is not regular is refused by name before anybody reads it.
                    yield info.filename, regular, stack.enter_context(archive.open(info))
        return
    with tarfile.open(path, mode="r|gz") as archive_:
        for entry in archive_:
            stream = archive_.extractfile(entry) if entry.isreg() else None
            if stream is None:
                raise RefusedError(_odd(entry.name))
            yield entry.name, True, stream


def _require_plain(name: str, *, regular: bool, seen: set[str]) -> None:
    if not regular or name in seen or len(name) > 300 or not _NAME.fullmatch(name):
        raise RefusedError(_odd(name))


def _odd(name: str) -> str:
    return _("The archive holds “%(name)s”, which no back-up holds; nothing was restored.") % {
        "name": name[:120]
    }


def room_on(folder: Path) -> int:
    """Bytes free on the disk of this folder."""
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free
