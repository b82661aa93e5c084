"""A text as a file: DOCX, PDF, JSON; in one language, or two side by side."""

import datetime as dt
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from puebla.core.languages import show
from puebla.core.models import Process
from puebla.core.typesetting import REGIONS, add_field, compiled, locale_of, quoted, style_word
from puebla.texts.models import Kind, Paragraph, Text, tree
from puebla.texts.models.wording import runs
from puebla.theme.templatetags.theme import language_name

_BLUE, _GREY = "12357F", "565F73"


@dataclass(frozen=True)
class Line:
    """A paragraph as it is printed: label, depth, steps set in, and the words of each language (empty where pending)."""

    kind: str
    label: str
    depth: int
    indent: int
    words: tuple[str, ...]


@dataclass(frozen=True)
class Sheet:
    """What is printed.

    Attributes:
        languages: one, or two that stand side by side. titles, states: in each of them.
    """

    languages: tuple[str, ...]
    process: str
    symbol: str
    titles: tuple[str, ...]
    states: tuple[str, ...]
    pending: tuple[str, ...]
    lines: tuple[Line, ...]
    on: dt.date


def sheet_of(text: Text, paragraphs: Sequence[Paragraph], languages: Sequence[str], *, at: dt.datetime, symbol: str = "") -> Sheet:  # fmt: skip
    """The text as it will be printed."""
    nodes = tree.in_order(one for one in paragraphs if one.removed_at is None)
    lines = tuple(
        Line(node.paragraph.kind, node.label, node.depth, tree.item_depth(node), tuple(node.paragraph.words.get(code, "") for code in languages))
        for node in nodes
    )  # fmt: skip
    states, pending = [], []
    for code in languages:
        with override(code):
            states.append(_state(text, at))
            pending.append(_("[pending in %(language)s]") % {"language": language_name(code)})
    return Sheet(
        tuple(languages), str(show(Process.current().names, languages[0])), symbol or text.symbol,
        tuple(str(show(text.titles, code)) for code in languages), tuple(states), tuple(pending), lines,
        (text.frozen_at or at).date(),
    )  # fmt: skip


def _state(text: Text, at: dt.datetime) -> str:
    from django.utils import timezone
    from django.utils.formats import date_format

    if text.frozen_at is not None:
        return _("Adopted on %(day)s") % {
            "day": date_format(timezone.localtime(text.frozen_at), "DATE_FORMAT")
        }
    return _("Draft of %(moment)s") % {"moment": date_format(timezone.localtime(at), "DATETIME_FORMAT")}


# Word --------------------------------------------------------------------------------------------------------------


def as_docx(sheet: Sheet) -> bytes:
    """A Word file with headings, numbered paragraphs and their letters, header and page numbers."""
    import docx
    from docx.shared import Cm

    document = docx.Document()
    _docx_facts(document, sheet)
    style_word(document, sheet.languages[0], _BLUE)
    section = document.sections[0]
    section.left_margin = section.right_margin = Cm(2.3 if len(sheet.languages) == 1 else 1.8)
    section.header.paragraphs[0].text = "\t".join(filter(None, [sheet.process, sheet.symbol]))
    add_field(section.footer.paragraphs[0], "PAGE")
    if sheet.symbol:
        document.add_paragraph().add_run(sheet.symbol).bold = True
    if len(sheet.languages) == 1:
        document.add_heading(sheet.titles[0], 0)
        document.add_paragraph(sheet.states[0])
        for line in sheet.lines:
            _docx_line(document, line, 0, sheet)
    else:
        _docx_sides(document, sheet)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def _docx_facts(document: Any, sheet: Sheet) -> None:
    core = document.core_properties
    core.title, core.subject, core.author = sheet.titles[0], sheet.symbol, sheet.process
    core.language = locale_of(sheet.languages[0])
    core.created = core.modified = dt.datetime.combine(sheet.on, dt.time(12))


def _docx_line(holder: Any, line: Line, side: int, sheet: Sheet) -> None:
    from docx.shared import Cm

    if line.kind == Kind.HEADING and hasattr(holder, "add_heading"):
        _docx_runs(holder.add_heading("", min(3, line.depth + 1)), line.words[side] or sheet.pending[side])
        return
    paragraph = holder.add_paragraph()
    if line.label:
        left = Cm(1 + 0.9 * line.indent)
        paragraph.paragraph_format.left_indent = left
        paragraph.paragraph_format.first_line_indent = -Cm(1)
        paragraph.paragraph_format.tab_stops.add_tab_stop(left)
        paragraph.add_run(f"{line.label}\t")
    _docx_runs(paragraph, line.words[side] or sheet.pending[side], bold=line.kind == Kind.HEADING)


def _docx_runs(paragraph: Any, words: str, *, bold: bool = False) -> None:
    for piece, set_off in runs(words):
        added = paragraph.add_run(piece)
        added.italic, added.bold = set_off or None, bold or None


def _docx_sides(document: Any, sheet: Sheet) -> None:
    """Both languages in a table of two columns, a row for each paragraph."""
    from docx.oxml import OxmlElement

    made = document.add_table(rows=1, cols=len(sheet.languages))
    for cell, code in zip(made.rows[0].cells, sheet.languages, strict=True):
        cell.paragraphs[0].add_run(language_name(code)).bold = True
    made.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    titles = made.add_row().cells
    for side, cell in enumerate(titles):
        cell.paragraphs[0].add_run(sheet.titles[side]).bold = True
        cell.add_paragraph(sheet.states[side])
    for line in sheet.lines:
        for side, cell in enumerate(made.add_row().cells):
            _docx_line(_Cell(cell), line, side, sheet)


class _Cell:
    """A cell that begins with its own first paragraph, so that it has no empty one."""

    def __init__(self, cell: Any) -> None:
        self._cell = cell

    def add_paragraph(self) -> Any:
        """The paragraph of the cell."""
        return self._cell.paragraphs[0]


# PDF ---------------------------------------------------------------------------------------------------------------

_LOOK = """#set document(title: {title}, author: {author}, date: none)
#set text(font: ("Source Serif Pro", "Libertinus Serif"), size: 10.5pt, lang: {language}, region: {region}, hyphenate: true)
#let sans = ("Source Sans Pro", "Libertinus Serif")
#set page(paper: "us-letter", margin: (x: {margin}, top: 2.8cm, bottom: 2.4cm),
  header: text(font: sans, size: 8.5pt, fill: rgb("#{GREY}"), grid(columns: (1fr, auto), {author}, {symbol})),
  footer: context text(font: sans, size: 8.5pt, fill: rgb("#{GREY}"), grid(columns: (1fr, auto), {state},
    str(counter(page).get().first()) + " / " + str(counter(page).final().first()))))
#set par(leading: 0.66em, spacing: 0.95em)
#show heading: it => block(above: 1.5em, below: 0.8em, sticky: true, text(weight: "semibold", fill: rgb("#{BLUE}"),
  hyphenate: false, size: if it.level == 1 {{ 19pt }} else if it.level == 2 {{ 13pt }} else {{ 11pt }}, it.body))
"""


def as_pdf(sheet: Sheet) -> bytes:
    """A tagged PDF by typst; the same text gives the same bytes."""
    language = sheet.languages[0]
    head = _LOOK.format(
        title=quoted(sheet.titles[0]), author=quoted(sheet.process), symbol=quoted(sheet.symbol),
        state=quoted(sheet.states[0]), language=quoted(language), region=quoted(REGIONS.get(language, "US")),
        margin="2.4cm" if len(sheet.languages) == 1 else "1.6cm", BLUE=_BLUE, GREY=_GREY,
    )  # fmt: skip
    body = _typst_one(sheet) if len(sheet.languages) == 1 else _typst_sides(sheet)
    return compiled(head + "\n".join(body))


def _typst_words(words: str) -> str:
    return (
        " + ".join(f"emph({quoted(piece)})" if set_off else quoted(piece) for piece, set_off in runs(words))
        or '""'
    )


def _typst_one(sheet: Sheet) -> Iterator[str]:
    if sheet.symbol:
        yield f'#text(font: sans, weight: "semibold", {quoted(sheet.symbol)})'
    yield f"#heading(level: 1, {quoted(sheet.titles[0])})"
    yield f'#text(font: sans, size: 9.5pt, fill: rgb("#{_GREY}"), {quoted(sheet.states[0])})'
    for line in sheet.lines:
        yield f"#{_typst_line(line, 0, sheet)}"


def _typst_line(line: Line, side: int, sheet: Sheet) -> str:
    words = (
        _typst_words(line.words[side])
        if line.words[side]
        else f'text(fill: rgb("#{_GREY}"), {quoted(sheet.pending[side])})'
    )
    if line.kind == Kind.HEADING:
        return f"heading(level: {min(3, line.depth + 2)}, {words})"
    if not line.label:
        return f"par({words})"
    return (
        f"pad(left: {1.6 * line.indent}em, grid(columns: (2.2em, 1fr), {quoted(line.label)}, par({words})))"
    )


def _typst_sides(sheet: Sheet) -> Iterator[str]:
    cells = [f"strong({quoted(language_name(code))})" for code in sheet.languages]
    yield (
        f"#heading(level: 1, {quoted(sheet.titles[0])})\n#table(columns: ({'1fr, ' * len(sheet.languages)}),"
        ' stroke: (x, y) => (bottom: 0.5pt + rgb("#d9d3c4")), inset: (x: 6pt, y: 6pt),'
    )
    yield f"table.header({', '.join(cells)}),"
    # Each cell says in which language it is read aloud.
    for side, title in enumerate(sheet.titles):
        yield f"text(lang: {quoted(sheet.languages[side])}, strong({quoted(title)}) + linebreak() + {quoted(sheet.states[side])}),"
    for line in sheet.lines:
        for side, code in enumerate(sheet.languages):
            yield f"text(lang: {quoted(code)}, {_typst_cell(line, side, sheet)}),"
    yield ")"


def _typst_cell(line: Line, side: int, sheet: Sheet) -> str:
    """A heading in a table is strong words: it would stand twice in the outline otherwise."""
    if line.kind == Kind.HEADING:
        return f"strong({_typst_words(line.words[side] or sheet.pending[side])})"
    return _typst_line(line, side, sheet)


# JSON --------------------------------------------------------------------------------------------------------------


def as_json(text: Text, paragraphs: Sequence[Paragraph], *, symbol: str = "") -> bytes:
    """Everything of the text but who wrote it: anchors, numbers, words in every language, removed paragraphs by anchor."""
    numbers = {
        node.paragraph.pk: node for node in tree.in_order(one for one in paragraphs if one.removed_at is None)
    }
    rows = [
        {
            "anchor": node.paragraph.anchor, "number": node.number, "kind": node.paragraph.kind,
            "function": node.paragraph.function, "depth": node.depth,
            "parent": node.parent.paragraph.anchor if node.parent else None, "revision": node.paragraph.revision,
            "words": node.paragraph.words,
        }
        for node in numbers.values()
    ]  # fmt: skip
    whole = {
        "ref": text.ref, "symbol": symbol or text.symbol, "titles": text.titles, "original_language": text.original_language,
        "state": text.state, "revision": text.revision,
        "frozen": {
            "at": text.frozen_at.isoformat(), "languages": text.frozen_languages, "sha256": text.frozen_hash
        } if text.frozen_at else None,
        "paragraphs": rows, "removed": sorted(one.anchor for one in paragraphs if one.removed_at is not None),
    }  # fmt: skip
    return json.dumps(whole, ensure_ascii=False, indent=1).encode()
