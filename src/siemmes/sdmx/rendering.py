"""What a release holds ready: the whole flow as a compressed file, and its structure messages.

A file is ONE gzip member made of blocks deflated by themselves, each ended by a full flush: browsers and curl take it as
`Content-Encoding: gzip`, and blocks can still be made side by side. (Many members in a row are refused by curl.) Intel's library
deflates: six times as fast as zlib, and a tenth smaller.
"""

import datetime as dt
import struct
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from siemmes.cube.answers import Answer
from siemmes.cube.folder import Cube
from siemmes.cube.questions import Question
from siemmes.model.artefacts import artefacts
from siemmes.model.catalogue import agency
from siemmes.sdmx.formats import FORMATS, STRUCTURE_FORMS, format_of
from siemmes.sdmx.structures import write_artefacts

try:
    from isal import isal_zlib as zlib
except ImportError:  # a machine of a kind for which it is not made
    import zlib  # type: ignore[no-redef]

FOLDER = "rendered"
STRUCTURES = "structures"
#: Forms in which a release holds its whole flow ready: what programs ask for by default, and what people do.
READY = ("csv",)
_BLOCK = 1 << 20
_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
#: An empty last block: the end of the deflated stream.
_END = b"\x03\x00"


def compressed(pieces: Iterable[bytes], *, level: int = 1, workers: int = 2) -> Iterator[bytes]:
    """Bytes as one gzip member, block by block; the same bytes make the same file.

    Args:
        level: of compression, 1 to 3; rows of figures are as small at 1 as at 3.
        workers: threads that deflate; the blocks in work at a time are as many and one more.
    """
    digest, length = 0, 0
    yield _HEADER
    waiting: deque[Future[bytes]] = deque()
    with ThreadPoolExecutor(workers, "siemmes-deflate") as pool:
        for block in _blocks(pieces):
            digest, length = zlib.crc32(block, digest), length + len(block)
            waiting.append(pool.submit(_deflated, block, level))
            if len(waiting) > workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    yield _END + struct.pack("<II", digest, length & 0xFFFFFFFF)


def _blocks(pieces: Iterable[bytes]) -> Iterator[memoryview]:
    """Blocks of one size, the last one smaller; a piece is copied only where a block begins in one and ends in another."""
    left = bytearray()
    for piece in pieces:
        here, start = memoryview(piece), 0
        if left:
            start = min(_BLOCK - len(left), len(here))
            left += here[:start]
            if len(left) < _BLOCK:
                continue
            yield memoryview(left)
        while start + _BLOCK <= len(here):
            yield here[start : start + _BLOCK]
            start += _BLOCK
        left = bytearray(here[start:])
    if left:
        yield memoryview(left)


def _deflated(block: memoryview, level: int) -> bytes:
    work = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS)
    return work.compress(block) + work.flush(zlib.Z_FULL_FLUSH)


def render(folder: Path, *, forms: Sequence[str] = READY, whole: Callable[[], object] = lambda: None) -> None:
    """Put the whole flow as a file into a release folder that is not published yet; its manifest stands there already.

    Args:
        forms: in which it is held ready.
        whole: returns once the store is written; all else that is read stands there already.
    """
    cube = Cube(folder, whole=whole)
    try:
        (folder / FOLDER).mkdir()
        answer = Answer(Question(cube.about.id), cube)
        for form in forms:
            _write(folder / FOLDER / _name(form), format_of(form).write(answer))
    finally:
        cube.close()


def structure_messages(flow: str, *, at: dt.datetime) -> dict[str, bytes]:
    """A flow's structure messages as a release holds them, gzip-compressed, by the names of their files.

    Args:
        at: when the release is built.
    """
    found = artefacts(flow)
    return {
        f"{form}{extension}.gz": b"".join(
            compressed([write_artefacts(found, form=form, at=at, id_=f"{agency()}_{flow}")])
        )
        for form, (_media, extension) in STRUCTURE_FORMS.items()
    }


def put_structures(folder: Path, messages: Mapping[str, bytes]) -> None:
    """Put a flow's structure messages into a release folder."""
    (folder / STRUCTURES).mkdir()
    for name, message in messages.items():
        (folder / STRUCTURES / name).write_bytes(message)


def _write(path: Path, pieces: Iterable[bytes]) -> None:
    with path.open("wb") as file:
        for piece in compressed(pieces):
            file.write(piece)


def _name(form: str) -> str:
    return f"{form}{FORMATS[form].extension}.gz"


def ready(answer: Answer, form: str) -> Path | None:
    """The file that holds an answer ready, gzip-compressed; None where it has to be written.

    Only the whole flow in a form's own options is held ready: codes without names, series where a form has them.
    """
    whole = answer.question in (Question(answer.about.id), Question(answer.about.id, as_of=answer.release))
    path = answer.cube.path / FOLDER / _name(format_of(form).id)
    return path if whole and path.is_file() else None


def ready_structures(cube: Cube, form: str) -> Path | None:
    """The file that holds a release's structure message ready, gzip-compressed."""
    path = cube.path / STRUCTURES / f"{form}{STRUCTURE_FORMS[form][1]}.gz"
    return path if path.is_file() else None
