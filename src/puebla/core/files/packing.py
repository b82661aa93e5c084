"""Many files as one ZIP, sent while it is being written: no temporary file, hardly any memory."""

import io
import zipfile
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import BinaryIO

from .examine import clean_name

CHUNK = 1 << 18
# Signs that Windows does not allow in names, although other systems do.
_FOREIGN_TO_WINDOWS = str.maketrans(dict.fromkeys('<>:"|?*', "_"))
_BIG = 2 << 30


def zip_stream(
    entries: Iterable[tuple[str, Callable[[], BinaryIO]]], *, at: datetime | None = None
) -> Iterator[bytes]:
    """Yield a ZIP of the entries, in their order, uncompressed (documents hardly shrink).

    Args:
        entries: names (folders with "/") and how to open each; opened one after another, closed by us.
        at: the time that every entry carries, where one is wanted.
    """
    outlet = _Outlet()
    used: set[str] = set()
    with zipfile.ZipFile(outlet, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
        for wanted, open_entry in entries:
            name = _free_name(_safe_path(wanted), used)
            with open_entry() as source:
                yield from _entry(archive, outlet, name, source, at=at)
    yield outlet.taken()


def _entry(
    archive: zipfile.ZipFile, outlet: "_Outlet", name: str, source: BinaryIO, *, at: datetime | None
) -> Iterator[bytes]:
    entry = zipfile.ZipInfo(name, date_time=at.timetuple()[:6] if at else (1980, 1, 1, 0, 0, 0))
    entry.external_attr = 0o644 << 16
    size = _size_of(source)
    with archive.open(entry, "w", force_zip64=size is None or size >= _BIG) as target:
        while chunk := source.read(CHUNK):
            target.write(chunk)
            yield outlet.taken()
    yield outlet.taken()


def _size_of(source: BinaryIO) -> int | None:
    if not source.seekable():
        return None
    size = source.seek(0, io.SEEK_END)
    source.seek(0)
    return size


def _safe_path(name: str) -> str:
    parts = [part for part in name.replace("\\", "/").split("/") if part.strip(" .")]
    return "/".join(clean_name(part.translate(_FOREIGN_TO_WINDOWS)) for part in parts) or "file"


def _free_name(name: str, used: set[str]) -> str:
    """The name, or the name with a number: some systems do not tell capitals apart, so neither do we."""
    folder, slash, last = name.rpartition("/")
    stem, dot, ending = last.rpartition(".")
    if not stem:
        stem, dot, ending = last, "", ""
    candidate, number = name, 1
    while candidate.casefold() in used:
        number += 1
        candidate = f"{folder}{slash}{stem} ({number}){dot}{ending}"
    used.add(candidate.casefold())
    return candidate


class _Outlet(io.RawIOBase):
    """A file that can only be written to and is emptied as it fills; zipfile then writes sizes after the bytes."""

    def __init__(self) -> None:
        self._waiting = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self._waiting += data
        return len(data)

    def taken(self) -> bytes:
        """What was written since the last time."""
        taken = bytes(self._waiting)
        self._waiting.clear()
        return taken
