"""Builds the demonstration's files: PDF, DOCX, ODT, XLSX, HTML, TXT, and a scanned page.

Every file carries symbol, title, date, state and the mark of a demonstration. Built files are kept in a folder and made
anew only when text or builder changed. Nothing here knows Django, so that builders start fast in processes of their own.
"""

import hashlib
import io
import multiprocessing
import random
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from puebla.config.demonstration.sources import (
    Block,
    Heading,
    Paragraph,
    Runs,
    Source,
    Table,
    date_in_words,
    first_day,
    plain,
)
from puebla.core.typesetting import REGIONS, add_field, compiled, locale_of, quoted, style_word

INK, COBALT, MUTE, BONE, LINE = "14213D", "12357F", "565F73", "FBF8F1", "D9D3C4"
SERIF, SANS = "Source Serif Pro", "Source Sans Pro"

WORDS = {
    "en": {
        "process": "Regional Conference on Migration",
        "tagline": "Puebla Process",
        "demonstration": "Demonstration document",
        "page": "Page",
        "of": "of",
        "version": "Version",
        "symbol_pending": "No symbol yet",
        "original": {"en": "Original: English", "es": "Original: Spanish"},
        "states": {"draft": "Draft", "provisional": "Provisional", "final": "Final", "adopted": "Adopted",
                   "withdrawn": "Withdrawn", "awaited": "Awaited"},
    },
    "es": {
        "process": "Conferencia Regional sobre Migración",
        "tagline": "Proceso Puebla",
        "demonstration": "Documento de demostración",
        "page": "Página",
        "of": "de",
        "version": "Versión",
        "symbol_pending": "Aún sin signatura",
        "original": {"en": "Original: inglés", "es": "Original: español"},
        "states": {"draft": "Borrador", "provisional": "Provisional", "final": "Definitivo", "adopted": "Aprobado",
                   "withdrawn": "Retirado", "awaited": "Pendiente"},
    },
}  # fmt: skip


@dataclass(frozen=True)
class Sheet:
    """One file to build: a version of a document in a language, with the words of its letterhead."""

    source: Source
    language: str
    number: int

    @property
    def words(self) -> dict[str, Any]:
        return WORDS[self.language]

    @property
    def symbol(self) -> str:
        """The symbol printed: a party's own draft has none yet."""
        return self.source.symbol if self.source.audience != "own" else str(self.words["symbol_pending"])

    @property
    def title(self) -> str:
        titles = self.source.titles
        return titles.get(self.language) or next(iter(titles.values()))

    @property
    def date(self) -> str:
        return date_in_words(self.source.date, self.language)

    @property
    def state(self) -> str:
        # Its paper was printed before it was taken back.
        state = "final" if self.source.withdrawn else self.source.state
        return str(self.words["states"][state])

    @property
    def facts(self) -> list[str]:
        """The line under the title."""
        facts = [self.date, self.state, str(self.words["original"][self.source.original])]
        if self.source.versions_of(self.language) > 1:
            facts.append(f"{self.words['version']} {self.number}")
        return facts

    @property
    def blocks(self) -> tuple[Block, ...]:
        return self.source.blocks(self.language, self.number)

    @property
    def process(self) -> str:
        return f"{self.words['process']} · {self.words['tagline']}"

    @property
    def extension(self) -> str:
        return "pdf" if self.source.scanned else self.source.format

    @property
    def file_name(self) -> str:
        """A name as a secretariat gives it: symbol, language, and the version when there are several."""
        version = f"-v{self.number}" if self.source.versions_of(self.language) > 1 else ""
        stem = self.source.symbol.replace("/", "-")
        return f"{stem}-{self.language.upper()}{version}.{self.extension}"


def sheets_of(source: Source) -> list[Sheet]:
    """Every file of a document, in the order in which they were filed."""
    return [
        Sheet(source, language, number)
        for language in source.languages
        for number in range(1, source.versions_of(language) + 1)
    ]


def build(source: Source, language: str, number: int, folder: Path) -> Path:
    """The file of this version, built unless it stands there already."""
    sheet = Sheet(source, language, number)
    path = folder / _digest(sheet) / sheet.file_name
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        content = _scan(_pdf(sheet)) if source.scanned else WRITERS[source.format](sheet)
        unfinished = path.with_suffix(".part")
        unfinished.write_bytes(content)
        unfinished.replace(path)
    return path


def build_all(
    sources: list[Source], folder: Path, *, processes: int = 2, done: Callable[[], None] = lambda: None
) -> dict[tuple[str, str, int], Path]:
    """Build every file, by (symbol, language, version); `done` is called after each."""
    sheets = [sheet for source in sources for sheet in sheets_of(source)]
    paths: dict[tuple[str, str, int], Path] = {}
    missing = [sheet for sheet in sheets if not (folder / _digest(sheet) / sheet.file_name).exists()]
    for sheet, path in zip(sheets, _built(sheets, folder, processes if missing else 1), strict=True):
        paths[sheet.source.symbol, sheet.language, sheet.number] = path
        done()
    return paths


def _built(sheets: list[Sheet], folder: Path, processes: int) -> Iterator[Path]:
    asked = [(sheet.source, sheet.language, sheet.number, folder) for sheet in sheets]
    if processes < 2:
        yield from (build(*one) for one in asked)
        return
    # Spawned, not forked: the caller may hold threads and an open database.
    with ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield from pool.map(_build_one, asked, chunksize=4)


def _build_one(asked: tuple[Source, str, int, Path]) -> Path:
    return build(*asked)


def _digest(sheet: Sheet) -> str:
    """What decides whether a file is built anew: the text and this programme."""
    return hashlib.sha256(sheet.source.path.read_bytes() + BUILDER).hexdigest()[:12]


BUILDER = b"".join(
    path.read_bytes()
    for path in (
        Path(__file__), Path(__file__).with_name("sources.py"), Path(__file__).parents[2] / "core" / "typesetting.py",
    )
)  # fmt: skip

# PDF -----------------------------------------------------------------------------------------------------

_PAGE = """
#set document(title: {title}, author: {process}, date: datetime(year: {year}, month: {month}, day: {day}))
#set text(lang: "{language}", region: "{region}", font: ("Source Serif Pro", "Libertinus Serif"), size: 10.5pt,
  fill: rgb("{INK}"), hyphenate: true)
#set page(paper: "us-letter", margin: (x: 2.6cm, top: 3.1cm, bottom: 2.6cm),
  header: [
    #set text(font: ("Source Sans Pro", "Libertinus Serif"), size: 8.5pt, fill: rgb("{MUTE}"))
    #grid(columns: (1fr, auto), {process}, strong({symbol}))
    #v(-0.5em)
    #line(length: 100%, stroke: 1.2pt + rgb("{COBALT}"))
  ],
  footer: context [
    #set text(font: ("Source Sans Pro", "Libertinus Serif"), size: 8.5pt, fill: rgb("{MUTE}"))
    #line(length: 100%, stroke: 0.5pt + rgb("{LINE}"))
    #v(-0.5em)
    #grid(columns: (1fr, auto), {mark},
      {page} + " " + str(counter(page).get().first()) + {of} + str(counter(page).final().first()))
  ])
#set par(justify: false, leading: 0.68em, spacing: 0.95em)
#show heading: it => block(above: if it.level == 1 {{ 0pt }} else {{ 1.6em }}, below: 0.8em, sticky: true,
  text(weight: "semibold", fill: rgb("{COBALT}"), hyphenate: false,
    size: if it.level == 1 {{ 19pt }} else if it.level == 2 {{ 13pt }} else {{ 11pt }}, it.body))
#set table(stroke: (x, y) => (bottom: 0.5pt + rgb("{LINE}"), top: if y == 0 {{ 1pt + rgb("{COBALT}") }}),
  inset: (x: 5pt, y: 5pt), fill: (x, y) => if y == 0 {{ rgb("{BONE}") }})
#show table: set text(font: ("Source Sans Pro", "Libertinus Serif"), size: 9pt, hyphenate: true)
#show table: set par(leading: 0.5em)
#heading(level: 1, {title})
#block(below: 1.8em, text(font: ("Source Sans Pro", "Libertinus Serif"), size: 9.5pt, fill: rgb("{MUTE}"), {facts}))
"""


def _pdf(sheet: Sheet) -> bytes:
    """A tagged PDF by typst, its language set."""
    day = first_day(sheet.source.date)
    language, region = sheet.language, REGIONS[sheet.language]
    head = _PAGE.format(
        title=quoted(sheet.title),
        process=quoted(sheet.process),
        symbol=quoted(sheet.symbol),
        facts=quoted(" · ".join(sheet.facts)),
        mark=quoted(sheet.words["demonstration"]),
        page=quoted(sheet.words["page"]),
        of=quoted(f" {sheet.words['of']} "),
        year=day.year, month=day.month, day=day.day, language=language, region=region,
        INK=f"#{INK}", COBALT=f"#{COBALT}", MUTE=f"#{MUTE}", BONE=f"#{BONE}", LINE=f"#{LINE}",
    )  # fmt: skip
    text = head + "\n".join(_typst_block(block) for block in sheet.blocks)
    return compiled(text)


def _typst_runs(runs: Runs) -> str:
    parts = []
    for run in runs:
        words = quoted(run.text)
        words = f"emph({words})" if run.italic else words
        parts.append(f"strong({words})" if run.bold else words)
    return " + ".join(parts) or '""'


def _typst_block(block: Block) -> str:
    if isinstance(block, Heading):
        return f"#heading(level: {block.level}, {_typst_runs(block.runs)})"
    if isinstance(block, Table):
        return _typst_table(block)
    words = _typst_runs(block.runs)
    if not block.label:
        return f"#par({words})"
    width, shift = ("1.5em", "2.2em") if block.is_item else ("2.2em", "0em")
    label = f"box(width: {width}, {quoted(block.label)}) + {quoted(' ')}"
    return f"#pad(left: {shift}, par(hanging-indent: {width}, {label} + {words}))"


def _typst_table(table: Table) -> str:
    # A column takes a share of the width by its longest cells, so that short columns stay short.
    columns = list(zip(table.header, *table.rows, strict=True))
    weights = [max(4, min(40, max(len(plain(cell)) for cell in column))) for column in columns]
    widths = ", ".join(f"{weight}fr" for weight in weights)
    header = ", ".join(f"strong({_typst_runs(cell)})" for cell in table.header)
    rows = ",\n".join(", ".join(f"[#({_typst_runs(cell)})]" for cell in row) for row in table.rows)
    return f"#table(columns: ({widths},), table.header({header}),\n{rows})"


def _scan(pdf: bytes, *, dots_per_inch: int = 110) -> bytes:
    """The pages as an office scanner gives them: grey, a little turned, noisy, without any text."""
    import pypdfium2
    from PIL import Image, ImageChops, ImageFilter

    chance = random.Random(len(pdf))  # noqa: S311 - grain of paper, not a secret
    pages = []
    document = pypdfium2.PdfDocument(pdf)
    for number in range(len(document)):
        clean = document[number].render(scale=dots_per_inch / 72).to_pil().convert("L")
        paper = clean.point(lambda shade: 18 + shade * 222 // 255)
        turned = paper.rotate(
            chance.uniform(-0.7, 0.7), resample=Image.Resampling.BICUBIC, fillcolor=236, expand=False
        )
        grain = Image.effect_noise(turned.size, 26)
        noisy = ImageChops.add(turned, grain, scale=1, offset=-128)
        pages.append(noisy.filter(ImageFilter.GaussianBlur(0.45)))
    document.close()
    bound = io.BytesIO()
    pages[0].save(
        bound,
        "PDF",
        save_all=True,
        append_images=pages[1:],
        resolution=dots_per_inch,
        quality=55,
        producer="Scanner",
    )
    return bound.getvalue()


# Word ----------------------------------------------------------------------------------------------------


def _docx(sheet: Sheet) -> bytes:
    """A Word file with real headings, lists and tables, header, footer and page numbers."""
    import docx
    from docx.shared import Cm, Pt, RGBColor

    document = docx.Document()
    _docx_facts(document, sheet)
    style_word(document, sheet.language, COBALT)
    section = document.sections[0]
    section.left_margin = section.right_margin = Cm(2.54)
    section.header.paragraphs[0].text = f"{sheet.process}\t{sheet.symbol}"
    footer = section.footer.paragraphs[0]
    footer.add_run(f"{sheet.words['demonstration']}\t\t{sheet.words['page']} ")
    add_field(footer, "PAGE")
    footer.add_run(f" {sheet.words['of']} ")
    add_field(footer, "NUMPAGES")
    symbol = document.add_paragraph()
    symbol.add_run(sheet.symbol).bold = True
    document.add_heading(sheet.title, 0)
    facts = document.add_paragraph().add_run(" · ".join([*sheet.facts, sheet.words["demonstration"]]))
    facts.font.size, facts.font.color.rgb = Pt(9.5), RGBColor.from_string(MUTE)
    for block in sheet.blocks:
        _docx_block(document, block)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def _docx_facts(document: Any, sheet: Sheet) -> None:
    import datetime as dt

    day = first_day(sheet.source.date)
    core = document.core_properties
    core.title, core.subject, core.author = sheet.title, sheet.symbol, sheet.words["process"]
    core.language, core.comments = locale_of(sheet.language), sheet.words["demonstration"]
    core.created = core.modified = dt.datetime(day.year, day.month, day.day, 12)  # noqa: DTZ001 - the format's own


def _docx_runs(paragraph: Any, runs: Runs) -> None:
    for run in runs:
        added = paragraph.add_run(run.text)
        added.bold, added.italic = run.bold or None, run.italic or None


def _docx_block(document: Any, block: Block) -> None:
    from docx.shared import Cm

    if isinstance(block, Heading):
        document.add_heading(plain(block.runs), block.level - 1)
    elif isinstance(block, Table):
        _docx_table(document, block)
    elif block.label == "•":
        _docx_runs(document.add_paragraph(style="List Bullet"), block.runs)
    else:
        paragraph = document.add_paragraph()
        if block.label:
            left, hang = (Cm(1.8), Cm(0.8)) if block.is_item else (Cm(1), Cm(1))
            paragraph.paragraph_format.left_indent = left
            paragraph.paragraph_format.first_line_indent = -hang
            paragraph.paragraph_format.tab_stops.add_tab_stop(left)
            paragraph.add_run(f"{block.label}\t")
        _docx_runs(paragraph, block.runs)


def _docx_table(document: Any, table: Table) -> None:
    from docx.oxml import OxmlElement
    from docx.shared import Pt

    made = document.add_table(rows=1, cols=len(table.header), style="Light Grid Accent 1")
    rows = [table.header, *table.rows]
    for number, row in enumerate(rows):
        cells = made.rows[0].cells if number == 0 else made.add_row().cells
        for cell, runs in zip(cells, row, strict=True):
            _docx_runs(cell.paragraphs[0], runs)
            cell.paragraphs[0].paragraph_format.space_after = Pt(2)
    # The first row is a header: repeated on every page and named as such to a screen reader.
    made.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    document.add_paragraph()


# OpenDocument --------------------------------------------------------------------------------------------


def _odt(sheet: Sheet) -> bytes:
    """An OpenDocument text with named styles, header, footer and page numbers."""
    from odf import dc, meta, style, text
    from odf.opendocument import OpenDocumentText

    document = OpenDocumentText()
    for element, words in (
        (dc.Title, sheet.title), (dc.Subject, sheet.symbol), (dc.Creator, sheet.words["process"]),
        (dc.Language, locale_of(sheet.language)), (dc.Description, sheet.words["demonstration"]),
        (meta.CreationDate, f"{first_day(sheet.source.date)}T12:00:00"),
    ):  # fmt: skip
        document.meta.addElement(element(text=words))
    styles = _odt_styles(document, sheet)
    layout = style.PageLayout(name="Letter")
    layout.addElement(style.PageLayoutProperties(margin="2.4cm", pagewidth="21.59cm", pageheight="27.94cm"))
    document.automaticstyles.addElement(layout)
    master = style.MasterPage(name="Standard", pagelayoutname=layout)
    document.masterstyles.addElement(master)
    header, footer = style.Header(), style.Footer()
    header.addElement(text.P(stylename=styles["small"], text=f"{sheet.process} · {sheet.symbol}"))
    line = text.P(stylename=styles["small"], text=f"{sheet.words['demonstration']} · {sheet.words['page']} ")
    line.addElement(text.PageNumber(selectpage="current"))
    footer.addElement(line)
    master.addElement(header)
    master.addElement(footer)
    body = document.text
    body.addElement(text.P(stylename=styles["small"], text=sheet.symbol))
    body.addElement(text.H(outlinelevel=1, stylename=styles["h1"], text=sheet.title))
    body.addElement(text.P(stylename=styles["small"], text=" · ".join(sheet.facts)))
    for block in sheet.blocks:
        _odt_block(document, block, styles)
    stream = io.BytesIO()
    document.write(stream)
    return stream.getvalue()


def _odt_styles(document: Any, sheet: Sheet) -> dict[str, Any]:
    from odf import style

    language, country = sheet.language, REGIONS[sheet.language]
    default = style.DefaultStyle(family="paragraph")
    default.addElement(
        style.TextProperties(fontfamily="Georgia", fontsize="10.5pt", language=language, country=country)
    )
    document.styles.addElement(default)
    made: dict[str, Any] = {}

    def paragraph(name: str, face: dict[str, str], shape: dict[str, str]) -> None:
        one = style.Style(name=name, family="paragraph")
        one.addElement(style.ParagraphProperties(**shape))
        one.addElement(style.TextProperties(**face))
        document.styles.addElement(one)
        made[name] = one

    cobalt = {"color": f"#{COBALT}", "fontweight": "bold"}
    paragraph("h1", cobalt | {"fontsize": "19pt"}, {"marginbottom": "0.2cm"})
    paragraph("h2", cobalt | {"fontsize": "13pt"}, {"margintop": "0.5cm", "marginbottom": "0.2cm"})
    paragraph("h3", cobalt | {"fontsize": "11pt"}, {"margintop": "0.4cm", "marginbottom": "0.2cm"})
    paragraph("small", {"color": f"#{MUTE}", "fontsize": "9pt"}, {"marginbottom": "0.3cm"})
    paragraph("body", {}, {"marginbottom": "0.25cm"})
    paragraph("numbered", {}, {"marginbottom": "0.25cm", "marginleft": "0.9cm", "textindent": "-0.9cm"})
    paragraph("item", {}, {"marginbottom": "0.2cm", "marginleft": "1.7cm", "textindent": "-0.8cm"})
    paragraph("head", {"fontweight": "bold"}, {"backgroundcolor": f"#{BONE}"})
    for name, face in (
        ("bold", {"fontweight": "bold"}),
        ("italic", {"fontstyle": "italic"}),
        ("both", {"fontweight": "bold", "fontstyle": "italic"}),
    ):
        one = style.Style(name=name, family="text")
        one.addElement(style.TextProperties(**face))
        document.styles.addElement(one)
        made[name] = one
    cell = style.Style(name="cell", family="table-cell")
    cell.addElement(style.TableCellProperties(padding="0.1cm", borderbottom=f"0.5pt solid #{LINE}"))
    document.automaticstyles.addElement(cell)
    made["cell"] = cell
    return made


def _odt_runs(paragraph: Any, runs: Runs, styles: dict[str, Any]) -> None:
    from odf import text

    for run in runs:
        name = "both" if run.bold and run.italic else "bold" if run.bold else "italic" if run.italic else ""
        if name:
            paragraph.addElement(text.Span(stylename=styles[name], text=run.text))
        else:
            paragraph.addText(run.text)


def _odt_block(document: Any, block: Block, styles: dict[str, Any]) -> None:
    from odf import text

    body = document.text
    if isinstance(block, Heading):
        name = "h2" if block.level == 2 else "h3"
        body.addElement(
            text.H(outlinelevel=min(block.level, 3), stylename=styles[name], text=plain(block.runs))
        )
    elif isinstance(block, Table):
        _odt_table(document, block, styles)
    else:
        name = "item" if block.is_item else "numbered" if block.label else "body"
        paragraph = text.P(stylename=styles[name], text=f"{block.label} " if block.label else "")
        _odt_runs(paragraph, block.runs, styles)
        body.addElement(paragraph)


def _odt_table(document: Any, table: Table, styles: dict[str, Any]) -> None:
    from odf import table as tables
    from odf import text

    made = tables.Table()
    made.addElement(tables.TableColumn(numbercolumnsrepeated=len(table.header)))
    header = tables.TableHeaderRows()
    made.addElement(header)
    for number, row in enumerate([table.header, *table.rows]):
        line = tables.TableRow()
        for runs in row:
            cell = tables.TableCell(stylename=styles["cell"], valuetype="string")
            paragraph = text.P(stylename=styles["head" if number == 0 else "body"])
            _odt_runs(paragraph, runs, styles)
            cell.addElement(paragraph)
            line.addElement(cell)
        (header if number == 0 else made).addElement(line)
    document.text.addElement(made)


# Excel ---------------------------------------------------------------------------------------------------

_WHOLE = {
    "en": re.compile(r"-?\d{1,3}(,\d{3})+|-?\d+"),
    "es": re.compile(r"-?\d{1,3}([.\u00a0 ]\d{3})+|-?\d+"),
}
_FORBIDDEN_IN_SHEET_NAMES = re.compile(r"[\[\]:*?/\\]")


def _xlsx(sheet: Sheet) -> bytes:
    """A workbook: every heading with its table is a sheet, with letterhead, header row, widths and real numbers."""
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)
    properties = book.properties
    properties.title, properties.subject = sheet.title, sheet.symbol
    properties.creator, properties.description = sheet.words["process"], sheet.words["demonstration"]
    properties.language = locale_of(sheet.language)
    page: Any = None
    for block in sheet.blocks:
        if page is None or isinstance(block, Heading):
            name = plain(block.runs) if isinstance(block, Heading) else sheet.words["demonstration"]
            page = _xlsx_page(book, _FORBIDDEN_IN_SHEET_NAMES.sub(" ", name)[:31], sheet)
        if isinstance(block, Table):
            _xlsx_table(page, block, sheet.language)
        elif isinstance(block, Paragraph):
            page.append([f"{block.label} {plain(block.runs)}".strip()])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _xlsx_page(book: Any, name: str, sheet: Sheet) -> Any:
    from openpyxl.styles import Font

    page = book.create_sheet(name)
    page.append([sheet.title])
    page.append([" · ".join([sheet.symbol, *sheet.facts, sheet.words["demonstration"]])])
    page.append([])
    page["A1"].font = Font(bold=True, size=13, color=COBALT)
    page["A2"].font = Font(size=9, color=MUTE)
    page.oddHeader.left.text = sheet.process
    page.oddFooter.left.text = sheet.words["demonstration"]
    page.oddFooter.right.text = f"{sheet.words['page']} &P {sheet.words['of']} &N"
    page.page_setup.orientation = "landscape"
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
    return page


def _xlsx_table(page: Any, table: Table, language: str) -> None:
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
    from openpyxl.utils import get_column_letter

    page.append([plain(cell) for cell in table.header])
    top = page.max_row
    line = Border(bottom=Side("thin", color=LINE))
    for cell in page[top]:
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", COBALT)
        cell.alignment = Alignment(wrap_text=True, vertical="center")
    for row in table.rows:
        page.append([_value(plain(cell), language) for cell in row])
        for cell in page[page.max_row]:
            cell.border = line
            number = isinstance(cell.value, int)
            cell.alignment = Alignment(
                wrap_text=not number, vertical="top", horizontal="right" if number else None
            )
            if number and abs(cell.value) >= 10_000:
                cell.number_format = "#,##0"
    for column, cells in enumerate(zip(table.header, *table.rows, strict=True), start=1):
        widest = max(len(plain(cell)) for cell in cells)
        page.column_dimensions[get_column_letter(column)].width = min(46, max(9, widest + 2))
    page.freeze_panes = page.cell(top + 1, 1)
    page.print_title_rows = f"{top}:{top}"
    if len(table.rows) > 3:
        page.auto_filter.ref = f"A{top}:{get_column_letter(len(table.header))}{page.max_row}"


def _value(text: str, language: str) -> str | int:
    """A number where the cell is one as this language writes it, else the words."""
    if _WHOLE[language].fullmatch(text) and not (text.startswith("0") and text != "0"):
        return int(re.sub(r"[^\d-]", "", text))
    return text


# Web page and plain text ---------------------------------------------------------------------------------


def _html(sheet: Sheet) -> bytes:
    """A page that stands alone, with real headings, paragraphs and tables."""
    body = "\n".join(_html_block(block) for block in sheet.blocks)
    return f"""<!DOCTYPE html>
<html lang="{sheet.language}">
<head>
<meta charset="utf-8">
<title>{escape(sheet.title)}</title>
<meta name="dc.identifier" content="{escape(sheet.symbol)}">
<style>
body {{ font: 1.05rem/1.5 Georgia, serif; color: #{INK}; max-width: 40em; margin: 2rem auto; padding: 0 1rem }}
h1, h2, h3 {{ color: #{COBALT}; line-height: 1.2 }}
header p, footer {{ color: #{MUTE} }}
.item {{ margin-left: 2em }}
table {{ border-collapse: collapse }}
th, td {{ text-align: left; vertical-align: top; padding: .3em .8em .3em 0; border-bottom: 1px solid #{LINE} }}
</style>
</head>
<body>
<header>
<p>{escape(sheet.process)}</p>
<p>{escape(sheet.symbol)}</p>
<h1>{escape(sheet.title)}</h1>
<p>{escape(" · ".join(sheet.facts))}</p>
</header>
<main>
{body}
</main>
<footer><p>{escape(sheet.words["demonstration"])}</p></footer>
</body>
</html>
""".encode()


def _html_runs(runs: Runs) -> str:
    parts = []
    for run in runs:
        words = escape(run.text, quote=False)
        words = f"<em>{words}</em>" if run.italic else words
        parts.append(f"<strong>{words}</strong>" if run.bold else words)
    return "".join(parts)


def _html_block(block: Block) -> str:
    if isinstance(block, Heading):
        return f"<h{block.level}>{_html_runs(block.runs)}</h{block.level}>"
    if isinstance(block, Table):
        header = "".join(f'<th scope="col">{_html_runs(cell)}</th>' for cell in block.header)
        rows = "\n".join(
            "<tr>" + "".join(f"<td>{_html_runs(cell)}</td>" for cell in row) + "</tr>" for row in block.rows
        )
        return f"<table>\n<thead><tr>{header}</tr></thead>\n<tbody>\n{rows}\n</tbody>\n</table>"
    item = ' class="item"' if block.is_item else ""
    label = f"{block.label} " if block.label else ""
    return f"<p{item}>{label}{_html_runs(block.runs)}</p>"


def _txt(sheet: Sheet) -> bytes:
    """Plain text in UTF-8, wrapped as a typist would."""
    import textwrap

    def wrap(text: str, indent: str = "", hang: str = "") -> str:
        return textwrap.fill(
            text,
            78,
            initial_indent=indent,
            subsequent_indent=indent + hang,
            break_long_words=False,
            break_on_hyphens=False,
        )

    parts = [sheet.process, sheet.symbol, wrap(sheet.title.upper()), " · ".join(sheet.facts)]
    for block in sheet.blocks:
        if isinstance(block, Heading):
            words = plain(block.runs)
            parts.append(f"{words}\n{'-' * len(words)}")
        elif isinstance(block, Table):
            rows = [block.header, *block.rows]
            parts.append("\n".join("\t".join(plain(cell) for cell in row) for row in rows))
        elif block.label:
            indent = "    " if block.is_item else ""
            parts.append(wrap(f"{block.label} {plain(block.runs)}", indent, " " * (len(block.label) + 1)))
        else:
            parts.append(wrap(plain(block.runs)))
    parts.append(sheet.words["demonstration"])
    return ("\n\n".join(parts) + "\n").encode()


WRITERS: dict[str, Callable[[Sheet], bytes]] = {
    "pdf": _pdf, "docx": _docx, "odt": _odt, "xlsx": _xlsx, "html": _html, "txt": _txt,
}  # fmt: skip
