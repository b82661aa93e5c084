"""PDF through PDFium: the text of each page, and its picture."""

import ctypes
from pathlib import Path
from typing import Any

import pypdfium2_raw as pdfium

from . import MAX_PICTURES, MAX_TEXT, Job, UnparsableError
from .paragraphs import from_lines

_PASSWORD_ERRORS = {4, 5}  # FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY
_MOST_CHARACTERS = 2_000_000
# A scan with a stamp or a page number set as text is still a scan.
_FEWEST_LETTERS = 16
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
    if scanned:
        _recognise(job, scanned)


def _opened(path: Path) -> Any:
    pdfium.FPDF_InitLibrary()
    document = pdfium.FPDF_LoadDocument(str(path).encode(), None)
    if not document:
        raise UnparsableError("password" if pdfium.FPDF_GetLastError() in _PASSWORD_ERRORS else "broken")
    return document


def _read_pages(job: Job, document: Any, count: int) -> list[int]:
    """Fill the pages; answer with the numbers of those that show something but hold no text."""
    scanned: list[int] = []
    length = 0
    for number in range(1, min(count, job.max_pages) + 1):
        page = pdfium.FPDF_LoadPage(document, number - 1)
        if not page:
            job.pages.append("")
            job.warn("broken_pages", number)
            continue
        text = from_lines(_raw_text(page)) if length < MAX_TEXT else ""
        length += len(text)
        job.pages.append(text)
        if sum(map(str.isalnum, text[:200])) < _FEWEST_LETTERS and _shows_a_picture(
            page, with_text=bool(text)
        ):
            scanned.append(number)
        pdfium.FPDF_ClosePage(page)
    return scanned


def _raw_text(page: Any) -> str:
    text_page = pdfium.FPDFText_LoadPage(page)
    if not text_page:
        return ""
    count = min(int(pdfium.FPDFText_CountChars(text_page)), _MOST_CHARACTERS)
    text = ""
    if count > 0:
        buffer = (ctypes.c_ushort * (2 * count + 2))()
        written = int(pdfium.FPDFText_GetText(text_page, 0, count, buffer))
        text = bytes(memoryview(buffer).cast("B")[: 2 * max(0, written - 1)]).decode(
            "utf-16-le", errors="replace"
        )
    pdfium.FPDFText_ClosePage(text_page)
    return text


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
