"""ZIP archives that are sent while they are made, in constant memory."""

import io
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
    """An archive of these files, piece by piece.

    Args:
        level: of compression, 1 (quick) to 9 (small).
    """
    sink = Sink()
    with zipfile.ZipFile(cast("IO[bytes]", sink), "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        for name, made in members:
            about = zipfile.ZipInfo(name, _DATED)
            about.compress_type = zipfile.ZIP_DEFLATED
            about.external_attr = 0o644 << 16
            about._compresslevel = level  # type: ignore[attr-defined]  # has no name of its own before Python 3.13
            with archive.open(about, "w", force_zip64=True) as file:
                for piece in made():
                    file.write(piece)
                    if len(sink.waiting) > _PIECE:
                        yield sink.taken()
    yield sink.taken()
