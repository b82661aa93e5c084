"""PDF through PDFium: the text of each page, and its picture."""

import ctypes
import json
import os
from pathlib import Path
from typing import Any

import pypdfium2_raw as pdfium

from . import MAX_PICTURES, MAX_TEXT, Job, UnparsableError
from .paragraphs import Place, from_lines

_PASSWORD_ERRORS = {4, 5}  # FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY
_MOST_CHARACTERS = 2_000_000
# A scan with a stamp or a page number set as text is still a scan.
_FEWEST_LETTERS = 16
# From here on a second process repays its start.
_WORTH_TWO = 40
_OCR_DPI = 200
_OCR_PIXELS = 12_000_000


def page_count(path: Path) -> int:
    """How many pages; a PDF that has none, needs a password or is damaged is refused."""
    document = _opened(path)
    count = int(pdfium.FPDF_GetPageCount(document))
    for index in range(count):
        page = pdfium.FPDF_LoadPage(document, index)
        if page:
            pdfium.FPDF_ClosePage(page)
            return count
    raise UnparsableError("broken")


def parse(job: Job) -> None:
    """Read every page; recognise those without text; make pictures where they are wanted."""
    document = _opened(job.path)
    count = int(pdfium.FPDF_GetPageCount(document))
    scanned = _read_pages(job, document, count)
    if count == 0 or len(job.warnings.get("broken_pages", ())) == min(count, job.max_pages):
        raise UnparsableError("broken")
    if count > job.max_pages:
        job.warn("more_pages", job.max_pages)
    if job.pictures_into:
        _make_pictures(job, min(count, job.max_pages))
    if scanned and job.recognise:
        _recognise(job, scanned)


def _opened(path: Path) -> Any:
    pdfium.FPDF_InitLibrary()
    document = pdfium.FPDF_LoadDocument(str(path).encode(), None)
    if not document:
        raise UnparsableError("password" if pdfium.FPDF_GetLastError() in _PASSWORD_ERRORS else "broken")
    return document


def _read_pages(job: Job, document: Any, count: int) -> list[int]:
    """Fill the pages; answer with the numbers of those that show something but hold no text."""
    last = min(count, job.max_pages)
    halfway = last // 2 if last >= _WORTH_TWO and _processors() > 1 else last
    other_half = _Aside(job.path, document, range(halfway + 1, last + 1)) if halfway < last else None
    spans = [_read_span(document, range(1, halfway + 1))]
    if other_half:
        spans.append(other_half.result())
    for span in spans:
        job.pages += span["pages"]
        for number in span["broken"]:
            job.warn("broken_pages", number)
    return [number for span in spans for number in span["scanned"]]


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1


class _Aside:
    """Reads a span of pages in a second process, as PDFium knows no threads; should that one die, in this one."""

    def __init__(self, path: Path, document: Any, numbers: range) -> None:
        self._document, self._numbers = document, numbers
        self._source, sink = os.pipe()
        self._child = os.fork()
        if self._child == 0:
            try:
                os.close(self._source)
                with open(sink, "wb") as pipe:  # noqa: PTH123 - a descriptor
                    # Opened anew: a shared file handle would share its reading position.
                    pipe.write(json.dumps(_read_span(_opened(path), numbers)).encode())
            finally:
                os._exit(0)
        os.close(sink)

    def result(self) -> dict[str, Any]:
        """What the second process read."""
        with open(self._source, "rb") as pipe:  # noqa: PTH123 - a descriptor
            answer = pipe.read()
        os.waitpid(self._child, 0)
        try:
            return dict(json.loads(answer))
        except ValueError:
            return _read_span(self._document, self._numbers)


def _read_span(document: Any, numbers: range) -> dict[str, Any]:
    span: dict[str, Any] = {"pages": [], "scanned": [], "broken": []}
    length = 0
    for number in numbers:
        page = pdfium.FPDF_LoadPage(document, number - 1)
        if not page:
            span["pages"].append("")
            span["broken"].append(number)
            continue
        text = _text(page) if length < MAX_TEXT else ""
        length += len(text)
        span["pages"].append(text)
        if sum(map(str.isalnum, text[:200])) < _FEWEST_LETTERS and _shows_a_picture(
            page, with_text=bool(text)
        ):
            span["scanned"].append(number)
        pdfium.FPDF_ClosePage(page)
    return span


def _text(page: Any) -> str:
    text_page = pdfium.FPDFText_LoadPage(page)
    if not text_page:
        return ""
    count = min(int(pdfium.FPDFText_CountChars(text_page)), _MOST_CHARACTERS)
    text = ""
    if count > 0:
        buffer = (ctypes.c_ushort * (2 * count + 2))()
        written = int(pdfium.FPDFText_GetText(text_page, 0, count, buffer))
        raw = bytes(memoryview(buffer).cast("B")[: 2 * max(0, written - 1)]).decode(
            "utf-16-le", errors="replace"
        )
        lines = raw.split("\r\n")
        # Places are asked for by index; where signs beyond 16 bits shift the indexes, lengths must do.
        text = from_lines(lines, _places(text_page, lines) if len(raw) == count else None)
    pdfium.FPDFText_ClosePage(text_page)
    return text


def _places(text_page: Any, lines: list[str]) -> list[Place]:
    """One place a line, of its first and last letter: asking for every letter would cost ten times the reading."""
    places = []
    box = pdfium.FS_RECTF()
    index = 0
    for line in lines:
        first = index + len(line) - len(line.lstrip())
        last = index + max(0, len(line.rstrip()) - 1)
        pdfium.FPDFText_GetLooseCharBox(text_page, last, box)
        right = box.right
        pdfium.FPDFText_GetLooseCharBox(text_page, min(first, last), box)
        places.append(Place(box.left, box.bottom, abs(box.top - box.bottom), right))
        index += len(line) + 2
    return places


def _shows_a_picture(page: Any, *, with_text: bool) -> bool:
    """Anything drawn at all where there is no text (scans may be paths or forms); else a real picture."""
    count = min(int(pdfium.FPDFPage_CountObjects(page)), 1000)
    if not with_text:
        return count > 0
    return any(
        pdfium.FPDFPageObj_GetType(pdfium.FPDFPage_GetObject(page, index)) == pdfium.FPDF_PAGEOBJ_IMAGE
        for index in range(count)
    )


def _make_pictures(job: Job, count: int) -> None:
    import pypdfium2

    from . import webp

    document = pypdfium2.PdfDocument(job.path)
    document.init_forms()
    for number in range(1, min(count, MAX_PICTURES) + 1):
        if job.out_of_time():
            for late in range(number, min(count, MAX_PICTURES) + 1):
                job.warn("no_pictures", late)
            return
        try:
            page = document[number - 1]
            scale = webp.scale_for(*page.get_size())
            picture = page.render(scale=scale, may_draw_forms=True).to_pil()
            page.close()
        except (pypdfium2.PdfiumError, ValueError):
            job.warn("no_pictures", number)
            continue
        webp.keep(job, picture, number)
    if count > MAX_PICTURES:
        job.warn("more_pictures", MAX_PICTURES)


def _recognise(job: Job, scanned: list[int]) -> None:
    import pypdfium2

    from . import ocr

    if not ocr.present():
        job.warnings["no_ocr"] = scanned
        return
    document = pypdfium2.PdfDocument(job.path)

    def picture_of(number: int) -> bytes:
        page = document[number - 1]
        width, height = page.get_size()
        scale = min(_OCR_DPI / 72, (_OCR_PIXELS / max(width * height, 1)) ** 0.5)
        picture = page.render(scale=scale, grayscale=True).to_pil()
        page.close()
        return ocr.portable(picture)

    ocr.recognise(job, scanned, picture_of)
