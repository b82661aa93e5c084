"""The monitoring matrix as a Word file, written row by row: memory does not grow with the plan."""

import datetime as dt
import io
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO
from xml.sax.saxutils import escape

from django.utils import translation

from puebla.core.tables import printable
from puebla.core.typesetting import add_field, locale_of, style_word

_BLUE = "12357F"
_PART = "word/document.xml"
#: Stands where the rows come: a text that nothing else says.
_HERE = "ROWS-OF-THE-MATRIX"
#: The page lies on its side; twentieths of a point.
_WIDTHS = {"page": 15840, "height": 12240, "margin": 850}
_MANY = 500


@dataclass(frozen=True)
class Sheet:
    """What is printed around the rows."""

    title: str
    subtitle: str
    about: str
    author: str
    header: Sequence[str]
    #: Shares of the width, of twenty-four.
    widths: Sequence[int]
    on: dt.date


def as_docx(sheet: Sheet, rows: Iterable[Sequence[str]]) -> BinaryIO:
    """A Word file with a table on pages that lie on their side, its heading repeated on each.

    Args:
        rows: the cells; a line break in one begins a new paragraph of it. A row of one cell is a heading over all columns.
    """
    frame = _frame(sheet)
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the answer closes it
    with (
        zipfile.ZipFile(io.BytesIO(frame)) as source,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for entry in source.infolist():
            content = source.read(entry)
            if entry.filename != _PART:
                target.writestr(entry, content)
                continue
            before, after = _cut(content.decode())
            with target.open(_PART, "w") as part:
                part.write(before.encode())
                for piece in _written(sheet, rows):
                    part.write(piece.encode())
                part.write(after.encode())
    file.seek(0)
    return file


def _frame(sheet: Sheet) -> bytes:
    """The file without its rows."""
    from docx import Document
    from docx.enum.section import WD_ORIENT
    from docx.oxml import OxmlElement
    from docx.shared import Twips

    word = Document()
    language = (translation.get_language() or "en")[:2]
    style_word(word, language, _BLUE)
    core = word.core_properties
    core.title, core.subject, core.author, core.language = (
        sheet.title,
        sheet.subtitle,
        sheet.author,
        locale_of(language),
    )
    core.created = core.modified = dt.datetime.combine(sheet.on, dt.time(12))
    section = word.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Twips(_WIDTHS["page"]), Twips(_WIDTHS["height"])
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Twips(
        _WIDTHS["margin"]
    )
    section.header.paragraphs[0].text = sheet.author
    add_field(section.footer.paragraphs[0], "PAGE")
    word.add_heading(sheet.title, 0)
    word.add_paragraph(sheet.subtitle)
    word.add_paragraph(sheet.about)
    table = word.add_table(rows=1, cols=len(sheet.header))
    table.style = "Table Grid"
    for column, width in zip(table.columns, _columns(sheet), strict=True):
        column.width = Twips(width)
    for cell, words, width in zip(table.rows[0].cells, sheet.header, _columns(sheet), strict=True):
        cell.width = Twips(width)
        cell.paragraphs[0].add_run(words).bold = True
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    table.add_row().cells[0].paragraphs[0].add_run(_HERE)
    stream = io.BytesIO()
    word.save(stream)
    return stream.getvalue()


def _columns(sheet: Sheet) -> list[int]:
    room = _WIDTHS["page"] - 2 * _WIDTHS["margin"]
    return [room * share // sum(sheet.widths) for share in sheet.widths]


def _cut(document: str) -> tuple[str, str]:
    """What stands before the row that holds the place of the rows, and what after it."""
    at = document.index(_HERE)
    return document[: document.rindex("<w:tr>", 0, at)], document[
        document.index("</w:tr>", at) + len("</w:tr>") :
    ]


def _written(sheet: Sheet, rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """The rows as Word keeps them, many at a time."""
    widths, held = _columns(sheet), []
    for row in rows:
        held.append(_row(row, widths))
        if len(held) >= _MANY:
            yield "".join(held)
            held.clear()
    yield "".join(held)


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    if len(cells) == 1:
        span = (
            f'<w:tcPr><w:tcW w:w="{sum(widths)}" w:type="dxa"/><w:gridSpan w:val="{len(widths)}"/></w:tcPr>'
        )
        return f"<w:tr><w:tc>{span}{_paragraph(cells[0], bold=True)}</w:tc></w:tr>"
    found = (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>{"".join(map(_paragraph, words.split(chr(10))))}</w:tc>'
        for words, width in zip(cells, widths, strict=True)
    )
    # A row is not cut by the end of a page.
    return f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{''.join(found)}</w:tr>"


def _paragraph(words: str, *, bold: bool = False) -> str:
    look = '<w:rPr><w:b/><w:sz w:val="19"/></w:rPr>' if bold else '<w:rPr><w:sz w:val="17"/></w:rPr>'
    text = f'<w:r>{look}<w:t xml:space="preserve">{escape(printable(words))}</w:t></w:r>' if words else ""
    return f'<w:p><w:pPr><w:spacing w:after="40"/></w:pPr>{text}</w:p>'
