"""Which kind of file it is, told by its content and never by its name."""

import enum
import re
import zipfile
from pathlib import Path

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from puebla.core.verdicts import RefusedError

from . import archives
from .decoding import encoding_of
from .sentences import sentence

_OOXML = "application/vnd.openxmlformats-officedocument."
_ODF = "application/vnd.oasis.opendocument."


class FileKind(enum.Enum):
    """The kinds of file that the secretariat takes in."""

    PDF = "pdf"
    DOCX = "docx"
    ODT = "odt"
    XLSX = "xlsx"
    ODS = "ods"
    PPTX = "pptx"
    HTML = "html"
    TXT = "txt"
    PNG = "png"
    JPEG = "jpeg"
    TIFF = "tiff"
    WEBP = "webp"
    GIF = "gif"

    @property
    def media_type(self) -> str:
        """The registered media type, as sent to browsers."""
        return _MEDIA_TYPES[self]

    @property
    def extension(self) -> str:
        """The usual ending of a file name, with its dot."""
        return self.extensions[0]

    @property
    def extensions(self) -> tuple[str, ...]:
        """Every ending under which a file of this kind may keep its name; the usual one first."""
        return _EXTENSIONS.get(self, (f".{self.value}",))

    @property
    def label(self) -> str | Promise:
        """The kind as people call it."""
        return _LABELS[self]

    @property
    def is_image(self) -> bool:
        """A picture rather than a document."""
        return self in _IMAGES

    @property
    def inline_safe(self) -> bool:
        """A browser may show it in place: it can run nothing in the name of this site."""
        return self is FileKind.PDF or self.is_image


_IMAGES = frozenset({FileKind.PNG, FileKind.JPEG, FileKind.TIFF, FileKind.WEBP, FileKind.GIF})

_MEDIA_TYPES = {
    FileKind.PDF: "application/pdf",
    FileKind.DOCX: _OOXML + "wordprocessingml.document",
    FileKind.ODT: _ODF + "text",
    FileKind.XLSX: _OOXML + "spreadsheetml.sheet",
    FileKind.ODS: _ODF + "spreadsheet",
    FileKind.PPTX: _OOXML + "presentationml.presentation",
    FileKind.HTML: "text/html",
    FileKind.TXT: "text/plain",
    FileKind.PNG: "image/png",
    FileKind.JPEG: "image/jpeg",
    FileKind.TIFF: "image/tiff",
    FileKind.WEBP: "image/webp",
    FileKind.GIF: "image/gif",
}

_EXTENSIONS = {
    FileKind.HTML: (".html", ".htm", ".xhtml"),
    FileKind.TXT: (".txt", ".csv", ".tsv", ".md"),
    FileKind.JPEG: (".jpg", ".jpeg"),
    FileKind.TIFF: (".tif", ".tiff"),
}

_LABELS: dict[FileKind, str | Promise] = {
    FileKind.PDF: "PDF",
    FileKind.DOCX: _("Word (DOCX)"),
    FileKind.ODT: _("OpenDocument text (ODT)"),
    FileKind.XLSX: _("Excel (XLSX)"),
    FileKind.ODS: _("OpenDocument spreadsheet (ODS)"),
    FileKind.PPTX: _("PowerPoint (PPTX)"),
    FileKind.HTML: _("web page (HTML)"),
    FileKind.TXT: _("plain text"),
    FileKind.PNG: _("picture (PNG)"),
    FileKind.JPEG: _("picture (JPEG)"),
    FileKind.TIFF: _("picture (TIFF)"),
    FileKind.WEBP: _("picture (WebP)"),
    FileKind.GIF: _("picture (GIF)"),
}

_MAIN_PARTS = {
    (_OOXML + "wordprocessingml.document.main+xml").encode(): FileKind.DOCX,
    (_OOXML + "spreadsheetml.sheet.main+xml").encode(): FileKind.XLSX,
    (_OOXML + "presentationml.presentation.main+xml").encode(): FileKind.PPTX,
}
_ODF_TYPES = {(_ODF + "text").encode(): FileKind.ODT, (_ODF + "spreadsheet").encode(): FileKind.ODS}

_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", FileKind.PNG),
    (b"\xff\xd8\xff", FileKind.JPEG),
    (b"GIF87a", FileKind.GIF),
    (b"GIF89a", FileKind.GIF),
    (b"II*\0", FileKind.TIFF),
    (b"MM\0*", FileKind.TIFF),
    (b"%PDF-", FileKind.PDF),
)
_PROGRAMS = (
    b"\x7fELF",
    b"\xca\xfe\xba\xbe",
    b"\xfe\xed\xfa",
    b"\xcf\xfa\xed\xfe",
    b"\xce\xfa\xed\xfe",
    b"#!",
)

_HEAD = 4096
# What may stand before the first element of a web page or a drawing without being it.
_PREAMBLE = re.compile(r"(?:\s+|<!--.*?-->|<\?.*?\?>)+", re.DOTALL)
_HTML_START = re.compile(
    r"<(?:!doctype\s+html|html|head|body|title|meta|link|script|style|iframe|div|table|font|h[1-6]|p|br|b|a|ul|ol|"
    r"center|form|img|span|article|section|main|header)(?:[\s/>]|$)",
    re.IGNORECASE,
)
_SVG_START = re.compile(r"<(?:!doctype\s+svg|(?:\w+:)?svg)(?:[\s/>]|$)", re.IGNORECASE)

_SAVE_AS = _(
    "Save it as PDF, DOCX, ODT, XLSX, ODS, PPTX, HTML, plain text, PNG, JPEG, TIFF, WebP or GIF and send it again."
)
_MACROS = _(
    "The file contains macros (small programs), which are not accepted. Save it without macros, as DOCX, XLSX, PPTX "
    "or PDF, and send it again."
)


def kind_of(path: Path) -> FileKind:
    """Tell the kind by content.

    Raises:
        RefusedError: for a program, a drawing with scripts (SVG), macros, a bare archive, or anything unknown.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if not head:
        raise RefusedError(_("The file is empty (0 bytes). Save it again and send it once more."))
    for signature, kind in _SIGNATURES:
        if head.startswith(signature):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return FileKind.WEBP
    if head.startswith(b"PK"):
        return _kind_of_archive(path)
    _refuse_known_strangers(path, head)
    if _is_pdf_behind_a_preamble(path, head):
        return FileKind.PDF
    return _kind_of_text(path, head)


def _kind_of_archive(path: Path) -> FileKind:
    with archives.open_archive(path) as archive:
        names = archive.namelist()
        if "[Content_Types].xml" in names:
            return _kind_of_ooxml(archive, names)
        if "mimetype" in names:
            return _kind_of_odf(archive, names)
    raise RefusedError(
        _(
            "The file is an archive (ZIP), which is not accepted as a document. Unpack it and send the files in it."
        )
    )


def _kind_of_ooxml(archive: zipfile.ZipFile, names: list[str]) -> FileKind:
    types = archives.read_member(archive, "[Content_Types].xml", limit=1 << 20)
    if b"macroenabled" in types.lower() or any(name.lower().endswith("vbaproject.bin") for name in names):
        raise RefusedError(_MACROS)
    for main_part, kind in _MAIN_PARTS.items():
        if main_part in types:
            return kind
    raise _unknown()


def _kind_of_odf(archive: zipfile.ZipFile, names: list[str]) -> FileKind:
    kind = _ODF_TYPES.get(archives.read_member(archive, "mimetype", limit=200).strip())
    if kind is None:
        raise _unknown()
    if any(re.match(r"(?:Basic/[^/]+/(?!script-lb\.xml).|Scripts/.*[^/]$)", name) for name in names):
        raise RefusedError(_MACROS)
    return kind


def _refuse_known_strangers(path: Path, head: bytes) -> None:
    if head.startswith(_PROGRAMS) or (head.startswith(b"MZ") and b"\0" in head):
        raise RefusedError(_("The file is a program, which is never accepted. Send the document itself."))
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        raise RefusedError(_old_office_sentence(path))
    if head.startswith((b"{\\rtf", b"%!PS")):
        raise _unknown()


def _old_office_sentence(path: Path) -> Promise | str:
    with path.open("rb") as file:
        sample = file.read(4 << 20)
    if "EncryptedPackage".encode("utf-16-le") in sample:
        return _(
            "The file is protected by a password. Remove the password in Office, save it and send it again."
        )
    return _(
        "The file is in an old Office format (DOC, XLS, PPT) that may hide macros. Save it as DOCX, XLSX, PPTX or PDF "
        "and send it again."
    )


def _is_pdf_behind_a_preamble(path: Path, head: bytes) -> bool:
    """Old scanners write some bytes before the mark; a text that merely mentions it has no table at its end."""
    if not re.search(rb"%PDF-\d", head[:1024]):
        return False
    with path.open("rb") as file:
        file.seek(max(0, file.seek(0, 2) - 2048))
        return b"startxref" in file.read()


def _kind_of_text(path: Path, head: bytes) -> FileKind:
    encoding = encoding_of(path)
    if encoding is None:
        raise _unknown()
    start = head.decode(encoding, errors="ignore").removeprefix("\ufeff")
    if preamble := _PREAMBLE.match(start):
        start = start[preamble.end() :]
    if _SVG_START.match(start):
        raise RefusedError(
            _(
                "The file is an SVG drawing, which may carry programs. Save it as PNG or PDF and send it again."
            )
        )
    return FileKind.HTML if _HTML_START.match(start) else FileKind.TXT


def _unknown() -> RefusedError:
    return RefusedError(
        sentence("{what} {next}", what=_("The file is of a kind that is not accepted."), next=_SAVE_AS)
    )
