"""A text of numbered paragraphs written out: its canonical form, a Word file, a PDF; one language, or two side by side."""

import datetime as dt
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language_info

from puebla.core.typesetting import REGIONS, add_field, compiled, locale_of, quoted, style_word
from puebla.core.wording import runs

HEADING = "heading"
_BLUE, _GREY = "12357F", "565F73"


def canonical_form(
    titles: Mapping[str, str], languages: Sequence[str], paragraphs: Iterable[Mapping[str, Any]]
) -> bytes:
    """The text as it is digested: titles and every paragraph in order, with number, anchor, kind and words.

    JSON with sorted names and no blanks, in UTF-8: whoever has the words can digest them again.

    Args:
        paragraphs: each with `anchor`, `number`, `kind`, `function`, `depth` and `words`.
    """
    chosen = sorted(languages)
    body = [
        {name: one[name] for name in ("anchor", "number", "kind", "function", "depth")}
        | {"words": {code: one["words"].get(code, "") for code in chosen}}
        for one in paragraphs
    ]
    whole = {
        "titles": {code: titles.get(code, "") for code in chosen},
        "languages": chosen,
        "paragraphs": body,
    }
    return json.dumps(whole, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


# What is printed ---------------------------------------------------------------------------------------------------


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


def _called(code: str) -> str:
    """A language in the reader's own; its code where nobody knows a name."""
    try:
        return str(get_language_info(code)["name_translated"]).capitalize()
    except KeyError:
        return code


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

    if line.kind == HEADING and hasattr(holder, "add_heading"):
        _docx_runs(holder.add_heading("", min(3, line.depth + 1)), line.words[side] or sheet.pending[side])
        return
    paragraph = holder.add_paragraph()
    if line.label:
        left = Cm(1 + 0.9 * line.indent)
        paragraph.paragraph_format.left_indent = left
        paragraph.paragraph_format.first_line_indent = -Cm(1)
        paragraph.paragraph_format.tab_stops.add_tab_stop(left)
        paragraph.add_run(f"{line.label}\t")
    _docx_runs(paragraph, line.words[side] or sheet.pending[side], bold=line.kind == HEADING)


def _docx_runs(paragraph: Any, words: str, *, bold: bool = False) -> None:
    for piece, set_off in runs(words):
        added = paragraph.add_run(piece)
        added.italic, added.bold = set_off or None, bold or None


def _docx_sides(document: Any, sheet: Sheet) -> None:
    """Both languages in a table of two columns, a row for each paragraph."""
    from docx.oxml import OxmlElement

    made = document.add_table(rows=1, cols=len(sheet.languages))
    for cell, code in zip(made.rows[0].cells, sheet.languages, strict=True):
        cell.paragraphs[0].add_run(_called(code)).bold = True
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
    if line.kind == HEADING:
        return f"heading(level: {min(3, line.depth + 2)}, {words})"
    if not line.label:
        return f"par({words})"
    return (
        f"pad(left: {1.6 * line.indent}em, grid(columns: (2.2em, 1fr), {quoted(line.label)}, par({words})))"
    )


def _typst_sides(sheet: Sheet) -> Iterator[str]:
    cells = [f"strong({quoted(_called(code))})" for code in sheet.languages]
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
    if line.kind == HEADING:
        return f"strong({_typst_words(line.words[side] or sheet.pending[side])})"
    return _typst_line(line, side, sheet)
