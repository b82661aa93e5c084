"""A file at the door: what it is, how big, and whether it may come in. Cheap; nothing is unpacked in full."""

import hashlib
import re
import unicodedata
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from xml.parsers import expat

from django.utils.translation import gettext_lazy as _

from puebla.core.verdicts import RefusedError

from . import archives
from .kinds import FileKind, kind_of
from .sentences import sentence, size_in_words
from .supervision import Limits, Readers, run

MAX_NAME = 150
MAX_EXTENSION = 12
MAX_PIXELS = 100_000_000
MAX_FRAMES = 2000

_INSPECTION = Limits(seconds=20, memory_mb=1024)
# More of a document's main part than this is not checked at the door; the reading worker meets the rest.
_CHECKED_XML = 16 << 20
_MAIN_MEMBER = {
    FileKind.DOCX: "word/document.xml",
    FileKind.XLSX: "xl/workbook.xml",
    FileKind.PPTX: "ppt/presentation.xml",
    FileKind.ODT: "content.xml",
    FileKind.ODS: "content.xml",
}
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)", re.IGNORECASE)


@dataclass(frozen=True)
class Examined:
    """A file that may come in. `name` is clean and ends as its kind does; sizes in bytes."""

    name: str
    kind: FileKind
    media_type: str
    size: int
    sha256: str
    page_count: int | None


def examine(path: Path, *, name: str, limit: int, readers: Readers | None = None) -> Examined:
    """Judge one file.

    Raises:
        RefusedError: with a sentence that names the file, says what is wrong and what to do.
    """
    cleaned = clean_name(name)
    with _naming(cleaned):
        size = path.stat().st_size
        _check_size(size, limit=limit)
        kind = kind_of(path)
        page_count = _check_content(path, kind, readers)
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return Examined(
        name=name_for(cleaned, kind),
        kind=kind,
        media_type=kind.media_type,
        size=size,
        sha256=sha256,
        page_count=page_count,
    )


def clean_name(name: str) -> str:
    """A file name without path, control signs or tricks of writing direction; 1 to 150 characters.

    >>> clean_name("C:\\\\papers\\\\Agenda\\u202egnp.pdf")
    'Agendagnp.pdf'
    """
    last = name.replace("\\", "/").rstrip("/ ").rsplit("/", 1)[-1]
    kept = "".join(" " if c.isspace() else c for c in last if c.isspace() or _may_stand(c))
    plain = _trimmed(unicodedata.normalize("NFC", " ".join(kept.split())))
    if _RESERVED.match(plain):
        plain = _trimmed(f"_{plain}")
    return plain or "file"


def name_for(name: str, kind: FileKind) -> str:
    """The name with an ending that tells the truth, so that it opens where it is downloaded and runs nothing.

    The ending of another accepted kind is replaced, any other is kept in front.
    """
    stem, dot, ending = name.rpartition(".")
    given = f"{dot}{ending}".lower()
    if stem and given in kind.extensions:
        return name
    known = {extension for other in FileKind for extension in other.extensions}
    honest = stem if stem and given in known else name
    return f"{honest[: MAX_NAME - len(kind.extension)].rstrip(' .')}{kind.extension}"


def _may_stand(character: str) -> bool:
    # Cc control, Cf format (bidi, zero width), Cs lone surrogates, Co private, Cn unassigned.
    return not unicodedata.category(character).startswith("C")


def _trimmed(name: str) -> str:
    name = name.strip(" .")
    if len(name) <= MAX_NAME:
        return name
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending) > MAX_EXTENSION:
        return name[:MAX_NAME].rstrip(" .")
    return f"{stem[: MAX_NAME - len(ending) - 1].rstrip(' .')}.{ending}"


@contextmanager
def _naming(name: str) -> Iterator[None]:
    """Put the file's name in front of a refusal: sixty files may be sent at once."""
    try:
        yield
    except RefusedError as error:
        raise RefusedError(sentence("{name}: {reason}", name=name, reason=error.reason)) from error


def _check_size(size: int, *, limit: int) -> None:
    if size == 0:
        raise RefusedError(_("The file is empty (0 bytes). Save it again and send it once more."))
    if size > limit:
        raise RefusedError(
            sentence(
                _(
                    "The file is too big: it has {size}, and at most {limit} are accepted. Save it smaller (pictures "
                    "at a lower resolution) or in parts."
                ),
                size=size_in_words(size),
                limit=size_in_words(limit),
            )
        )


def _check_content(path: Path, kind: FileKind, readers: Readers | None) -> int | None:
    if kind is FileKind.PDF:
        return int(
            run({"task": "inspect", "path": str(path.resolve())}, _INSPECTION, readers=readers)["page_count"]
        )
    if kind.is_image:
        return _check_picture(path, kind)
    if kind in _MAIN_MEMBER:
        return _check_office(path, kind)
    return None


def _check_picture(path: Path, kind: FileKind) -> int:
    """Judge a picture by its header alone; its pixels are opened by the reading worker only."""
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(path, formats=[kind.name]) as picture:
                width, height = picture.size
                frames = _frames(picture) if kind is FileKind.TIFF else 1
    except Image.DecompressionBombError as error:
        raise _huge_picture() from error
    except Exception as error:
        raise archives.broken() from error
    if width * height > MAX_PIXELS:
        raise _huge_picture()
    return frames


def _frames(picture: "object") -> int:
    seek = picture.seek  # type: ignore[attr-defined]
    for frame in range(1, MAX_FRAMES):
        try:
            seek(frame)
        except EOFError:
            return frame
    return MAX_FRAMES


def _huge_picture() -> RefusedError:
    return RefusedError(
        sentence(
            _(
                "The picture has too many pixels to be opened safely (at most {limit} million). Save it smaller and "
                "send it again."
            ),
            limit=MAX_PIXELS // 1_000_000,
        )
    )


def _check_office(path: Path, kind: FileKind) -> int | None:
    with archives.open_archive(path) as archive:
        if b"encryption-data" in archives.read_member(archive, "META-INF/manifest.xml", limit=4 << 20):
            raise RefusedError(
                _("The file is protected by a password. Save it without a password and send it again.")
            )
        names = archive.namelist()
        if _MAIN_MEMBER[kind] not in names:
            raise archives.broken()
        _check_xml(archive, _MAIN_MEMBER[kind])
        if kind is FileKind.PPTX:
            return sum(bool(re.fullmatch(r"ppt/slides/slide\d+\.xml", name)) for name in names)
    return None


def _check_xml(archive: zipfile.ZipFile, member: str) -> None:
    """The main part must be XML without entities of its own (which grow when read), as far as it is looked at."""
    content = archives.read_member(archive, member, limit=_CHECKED_XML)
    parser = expat.ParserCreate()
    parser.EntityDeclHandler = _refuse_entity
    try:
        parser.Parse(content, len(content) < _CHECKED_XML)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise archives.broken() from error


def _refuse_entity(*_declaration: object) -> None:
    raise archives.broken()
