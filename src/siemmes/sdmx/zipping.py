"""ZIP archives in constant memory: sent while they are made, or made aside for programs that want their sizes first."""

import io
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from typing import IO, Any, TypeAlias, cast

#: A file of an archive: its name, and what makes its bytes once those before it are written.
Member: TypeAlias = tuple[str, Callable[[], Iterable[bytes]]]
#: Members are dated alike, so that the same answer makes the same archive.
_DATED = (1980, 1, 1, 0, 0, 0)
_PIECE = 1 << 16


class Sink(io.RawIOBase):
    """What `zipfile` writes into: it takes bytes, gives them away, and cannot be gone back in."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, piece: Any) -> int:
        self.waiting += piece
        return len(piece)

    def taken(self) -> bytes:
        found = bytes(self.waiting)
        self.waiting.clear()
        return found


def zipped(members: Iterable[Member], *, level: int = 6) -> Iterator[bytes]:
    """An archive of these files, piece by piece as they are made; each may be as large as it likes.

    Args:
        level: of compression, 1 (quick) to 9 (small).
    """
    sink = Sink()
    with zipfile.ZipFile(cast("IO[bytes]", sink), "w", zipfile.ZIP_DEFLATED) as archive:
        for name, made in members:
            with archive.open(_about(name, level), "w", force_zip64=True) as file:
                for piece in made():
                    file.write(piece)
                    if len(sink.waiting) > _PIECE:
                        yield sink.taken()
    yield sink.taken()


def packed(members: Iterable[Member], *, level: int = 6) -> Iterator[bytes]:
    """An archive whose sizes stand before its files, as office programs want it: made on the disk, then sent.

    Args:
        members: of at most 2 GiB each.
        level: of compression, 1 (quick) to 9 (small).
    """
    with tempfile.TemporaryFile(prefix="siemmes-") as aside:
        with zipfile.ZipFile(aside, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, made in members:
                with archive.open(_about(name, level), "w") as file:
                    for piece in made():
                        file.write(piece)
        aside.seek(0)
        while piece := aside.read(_PIECE):
            yield piece


def _about(name: str, level: int) -> zipfile.ZipInfo:
    found = zipfile.ZipInfo(name, _DATED)
    found.compress_type = zipfile.ZIP_DEFLATED
    found.external_attr = 0o644 << 16
    found._compresslevel = level  # type: ignore[attr-defined]  # has no name of its own before Python 3.13
    return found
