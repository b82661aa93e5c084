"""Word documents: paragraphs and tables in the order of the text, then the notes."""

import zipfile
from collections.abc import Iterator

from lxml import etree

from . import Job, UnparsableError
from .numbering import Counter, Level
from .packages import attribute, local, named, opened, relations, tree
from .paragraphs import into_pages, normalised

_MAIN = "word/document.xml"
_SIGNS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
# Deleted and moved-away text is not part of the document; a fallback repeats what stands beside it.
_PASSED_OVER = {"del", "moveFrom", "Fallback", "rPr", "pPr", "instrText", "delText", "tblPr", "tcPr", "trPr"}
_CONTAINERS = {"sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag", "AlternateContent", "Choice"}


def parse(job: Job) -> None:
    """Read the running text and cut it into pages."""
    with opened(job.path) as archive:
        root = tree(archive, _MAIN)
        if root is None:
            raise UnparsableError("broken")
        body = next(named(root, "body"), None)
        if body is None:
            raise UnparsableError("broken")
        blocks = [*_headers(archive), *_blocks(body, _Lists(archive)), *_notes(archive)]
    job.pages = list(into_pages(blocks))


class _Lists:
    """The lists of a document, and how far each has counted."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.counters: dict[str, Counter] = {}
        self.lists: dict[str, str] = {}
        self.abstract: dict[str, etree._Element] = {}
        self.overridden: dict[str, etree._Element] = {}
        self.styles: dict[str, tuple[str, str, str]] = {}
        if (numbering := tree(archive, "word/numbering.xml")) is not None:
            self._read(numbering)
            if (styles := tree(archive, "word/styles.xml")) is not None:
                for style in named(styles, "style"):
                    based = next((attribute(one, "val") for one in style if local(one) == "basedOn"), "")
                    self.styles[attribute(style, "styleId")] = (*_numbered(style), based)

    def _read(self, numbering: etree._Element) -> None:
        self.abstract = {attribute(one, "abstractNumId"): one for one in named(numbering, "abstractNum")}
        for one in named(numbering, "num"):
            of = next((attribute(child, "val") for child in one if local(child) == "abstractNumId"), "")
            self.lists[attribute(one, "numId")] = of
            self.overridden[attribute(one, "numId")] = one

    def before(self, paragraph: etree._Element) -> str:
        """What Word prints before the paragraph; counted once for each."""
        if not self.lists:
            return ""
        number, depth = _numbered(paragraph)
        style = next((attribute(one, "val") for one in named(paragraph, "pStyle")), "")
        seen: set[str] = set()
        while style and style not in seen and not (number and depth):
            seen.add(style)
            its_number, its_depth, based = self.styles.get(style, ("", "", ""))
            number, depth, style = number or its_number, depth or its_depth, based
        counter = self._counter(number) if number in self.lists else None
        return counter.next(int(depth) if depth.isdecimal() and len(depth) < 2 else 0) if counter else ""

    def _counter(self, number: str) -> Counter:
        # Lists of one description go on counting in one another, unless one of them begins anew.
        anew = next(named(self.overridden[number], "startOverride"), None) is not None
        key = number if anew else f"of {self.lists[number]}"
        if key not in self.counters:
            described = self.abstract.get(self.lists[number])
            levels = _levels(described) if described is not None else {}
            self.counters[key] = Counter(
                levels | _levels(self.overridden[number]) | self._starts(number, levels)
            )
        return self.counters[key]

    def _starts(self, number: str, levels: dict[int, Level]) -> dict[int, Level]:
        found = {}
        for one in named(self.overridden[number], "lvlOverride"):
            start = next((attribute(each, "val") for each in one if local(each) == "startOverride"), "")
            depth = attribute(one, "ilvl")
            if start.isdecimal() and len(start) < 5 and depth.isdecimal() and int(depth) in levels:
                level = levels[int(depth)]
                found[int(depth)] = Level(level.counts, level.pattern, int(start))
        return found


def _levels(parent: etree._Element) -> dict[int, Level]:
    found = {}
    for level in named(parent, "lvl"):
        said = {local(one): attribute(one, "val") for one in level}
        depth = attribute(level, "ilvl")
        if depth.isdecimal():
            found[int(depth)] = Level.of(
                said.get("numFmt", ""), said.get("lvlText", ""), said.get("start", "1")
            )
    return found


def _numbered(element: etree._Element) -> tuple[str, str]:
    """Of a paragraph or a style: its list and its level, as its own properties say."""
    properties = next((one for one in element if local(one) == "pPr"), None)
    numbered = (
        next((one for one in properties if local(one) == "numPr"), None) if properties is not None else None
    )
    said = {local(one): attribute(one, "val") for one in numbered} if numbered is not None else {}
    return said.get("numId", ""), said.get("ilvl", "")


def _blocks(parent: etree._Element, lists: _Lists | None = None) -> Iterator[str]:
    for child in parent:
        name = local(child)
        if name == "p":
            if text := _paragraph(child):
                printed = lists.before(child) if lists is not None else ""
                yield f"{printed} {text}".strip()
        elif name == "tbl":
            if text := _table(child):
                yield text
        elif name in _CONTAINERS:
            yield from _blocks(child, lists)


def _paragraph(paragraph: etree._Element) -> str:
    parts: list[str] = []
    _collect(paragraph, parts)
    return normalised("".join(parts).replace("\t", " ")).strip()


def _collect(element: etree._Element, parts: list[str]) -> None:
    for child in element:
        name = local(child)
        if name == "t":
            parts.append(child.text or "")
        elif name in _SIGNS:
            parts.append(_SIGNS[name])
        elif name == "txbxContent":
            parts.append("\n" + "\n".join(_blocks(child)))
        elif name not in _PASSED_OVER:
            _collect(child, parts)


def _table(table: etree._Element) -> str:
    """One line a row, cells parted by tabs; a table within a cell becomes part of that cell."""
    rows = []
    for row in _rows(table):
        cells = [" ".join(" ".join(_blocks(cell)).split()) for cell in _cells(row)]
        if any(cells):
            rows.append("\t".join(cells))
    return "\n".join(rows)


def _rows(table: etree._Element) -> Iterator[etree._Element]:
    for child in table:
        if local(child) == "tr":
            yield child
        elif local(child) in _CONTAINERS:
            yield from _rows(child)


def _cells(row: etree._Element) -> Iterator[etree._Element]:
    for child in row:
        if local(child) == "tc":
            yield child
        elif local(child) in _CONTAINERS:
            yield from _cells(child)


def _headers(archive: zipfile.ZipFile) -> Iterator[str]:
    """Page headers, once each: the symbol of a paper often stands only there."""
    seen: set[str] = set()
    for kind, part in relations(archive, _MAIN).values():
        root = tree(archive, part) if kind == "header" else None
        for text in _blocks(root) if root is not None else ():
            if text not in seen and sum(map(str.isalpha, text)) > 2:
                seen.add(text)
                yield text


def _notes(archive: zipfile.ZipFile) -> Iterator[str]:
    for kind, part in relations(archive, _MAIN).values():
        root = tree(archive, part) if kind in ("footnotes", "endnotes") else None
        for note in root if root is not None else ():
            # Separators are notes too; only real ones have a number above 0 and no type.
            text = "\n".join(_blocks(note)) if not attribute(note, "type") else ""
            if text:
                yield f"[{attribute(note, 'id')}] {text}"
