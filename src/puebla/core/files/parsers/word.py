"""Word documents: paragraphs and tables in the order of the text, then the notes."""

import zipfile
from collections.abc import Iterator

from lxml import etree

from . import Job, UnparsableError
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
        blocks = [*_headers(archive), *_blocks(body), *_notes(archive)]
    job.pages = list(into_pages(blocks))


def _blocks(parent: etree._Element) -> Iterator[str]:
    for child in parent:
        name = local(child)
        if name == "p":
            if text := _paragraph(child):
                yield text
        elif name == "tbl":
            if text := _table(child):
                yield text
        elif name in _CONTAINERS:
            yield from _blocks(child)


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
