"""Files for these tests, made on the spot: sound ones, odd ones and hostile ones."""

import io
import textwrap
import zipfile
from pathlib import Path

import docx
import openpyxl
import pikepdf
import pypdfium2
from odf.opendocument import OpenDocumentSpreadsheet, OpenDocumentText
from odf.table import Table, TableCell, TableRow
from odf.text import H, P
from PIL import Image
from pptx import Presentation
from pptx.util import Inches

MB = 1 << 20
SPANISH = "La Conferencia Regional sobre Migración se reúne cada año en la ciudad de Puebla"


def written(folder: Path, content: bytes, name: str = "file") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def pdf_of(*pages: list[str], size: tuple[int, int] = (595, 842), top: int = 780) -> bytes:
    """A PDF with these lines of text on each page."""
    document = pikepdf.new()
    font = document.make_indirect(
        pikepdf.Dictionary(
            Type=pikepdf.Name.Font,
            Subtype=pikepdf.Name.Type1,
            BaseFont=pikepdf.Name.Helvetica,
            Encoding=pikepdf.Name.WinAnsiEncoding,
        )
    )
    for lines in pages:
        page = document.add_blank_page(page_size=size)
        shown = b" ".join(b"(%s) Tj T*" % line.encode("cp1252") for line in lines)
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
        page.Contents = document.make_stream(b"BT /F1 11 Tf 50 %d Td 14 TL " % top + shown + b" ET")
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def scanned_pdf_of(text: str, *, pages: int = 1) -> bytes:
    target = io.BytesIO()
    pictures = [picture_of(text) for _ in range(pages)]
    pictures[0].save(target, "PDF", resolution=150, save_all=True, append_images=pictures[1:])
    return target.getvalue()


def encrypted(pdf: bytes, *, user: str) -> bytes:
    target = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        document.save(target, encryption=pikepdf.Encryption(owner="owner", user=user))
    return target.getvalue()


def picture_of(text: str, size: tuple[int, int] = (595, 300)) -> Image.Image:
    """The text as a picture, set by PDFium, whose own fonts have the accents that Pillow's lacks."""
    content = pdf_of(textwrap.wrap(text, 60), size=size, top=size[1] - 60)
    return pypdfium2.PdfDocument(content)[0].render(scale=150 / 72).to_pil().convert("RGB")


def picture_bytes(form: str, size: tuple[int, int] = (60, 40)) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", size, "navy").save(target, form)
    return target.getvalue()


def docx_of(
    *paragraphs: str, table: list[list[str]] | None = None, header: str = "", after: str = ""
) -> bytes:
    document = docx.Document()
    if header:
        document.sections[0].header.paragraphs[0].text = header
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    if table:
        grid = document.add_table(rows=len(table), cols=len(table[0]))
        for row, values in zip(grid.rows, table, strict=True):
            for cell, value in zip(row.cells, values, strict=True):
                cell.text = value
    if after:
        document.add_paragraph(after)
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def odt_of(heading: str, paragraph: str, cells: list[str]) -> bytes:
    document = OpenDocumentText()
    document.text.addElement(H(outlinelevel=1, text=heading))
    document.text.addElement(P(text=paragraph))
    document.text.addElement(_odf_table(cells))
    return _saved(document)


def ods_of(cells: list[str]) -> bytes:
    document = OpenDocumentSpreadsheet()
    document.spreadsheet.addElement(_odf_table(cells))
    return _saved(document)


def _odf_table(cells: list[str]) -> Table:
    table = Table(name="Cifras")
    row = TableRow()
    for value in cells:
        cell = TableCell(valuetype="string", stringvalue=value)
        cell.addElement(P(text=value))
        row.addElement(cell)
    table.addElement(row)
    return table


def _saved(document: OpenDocumentText) -> bytes:
    target = io.BytesIO()
    document.write(target)
    return target.getvalue()


def xlsx_of(sheets: dict[str, list[list[object]]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def pptx_of(slides: list[tuple[str, str]]) -> bytes:
    """Slides of one line of text and one of notes, with a table on the first."""
    show = Presentation()
    for index, (text, notes) in enumerate(slides):
        slide = show.slides.add_slide(show.slide_layouts[6])
        slide.shapes.add_textbox(Inches(1), Inches(1), Inches(4), Inches(1)).text_frame.text = text
        if index == 0:
            table = slide.shapes.add_table(1, 2, Inches(1), Inches(3), Inches(4), Inches(1)).table
            table.cell(0, 0).text, table.cell(0, 1).text = "left", "right"
        if notes:
            slide.notes_slide.notes_text_frame.text = notes
    target = io.BytesIO()
    show.save(target)
    return target.getvalue()


def zip_of(members: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return target.getvalue()


def with_members(package: bytes, members: dict[str, bytes]) -> bytes:
    """The same office file with members added or replaced."""
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        kept = {name: archive.read(name) for name in archive.namelist()}
    return zip_of(kept | members)
