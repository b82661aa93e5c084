"""OpenDocument texts: paragraphs, lists and tables in order, then the notes."""

from collections.abc import Iterator

from lxml import etree

from . import Job, UnparsableError
from .packages import attribute, local, named, opened, tree
from .paragraphs import into_pages, normalised

_PASSED_OVER = {
    "tracked-changes",
    "annotation",
    "annotation-end",
    "note",
    "sequence-decls",
    "forms",
    "desc",
    "title",
}
_MOST_SPACES = 80


def parse(job: Job) -> None:
    """Read the running text and cut it into pages."""
    with opened(job.path) as archive:
        content = tree(archive, "content.xml")
        styles = tree(archive, "styles.xml")
    if content is None or (body := next(named(content, "body"), None)) is None:
        raise UnparsableError("broken")
    headers = [
        text for header in (named(styles, "header") if styles is not None else ()) for text in _blocks(header)
    ]
    job.pages = list(into_pages([*dict.fromkeys(headers), *_blocks(body), *_notes(body)]))


def _blocks(parent: etree._Element) -> Iterator[str]:
    for child in parent:
        name = local(child)
        if name in ("p", "h"):
            if text := _paragraph(child):
                yield text
        elif name == "table":
            if text := _table(child):
                yield text
        elif name not in _PASSED_OVER:
            yield from _blocks(child)


def _paragraph(paragraph: etree._Element) -> str:
    parts: list[str] = []
    _collect(paragraph, parts)
    return normalised("".join(parts)).strip()


def _collect(element: etree._Element, parts: list[str]) -> None:
    parts.append((element.text or "").replace("\n", " "))
    for child in element:
        name = local(child)
        if name == "s":
            count = attribute(child, "c")
            parts.append(" " * min(int(count) if count.isdecimal() and len(count) < 5 else 1, _MOST_SPACES))
        elif name == "tab":
            parts.append(" ")
        elif name == "line-break":
            parts.append("\n")
        elif name == "text-box":
            parts.append("\n" + "\n".join(_blocks(child)) + "\n")
        elif name not in _PASSED_OVER:
            _collect(child, parts)
        parts.append((child.tail or "").replace("\n", " "))


def _table(table: etree._Element) -> str:
    rows = []
    for row in _of_table(table, "table-row"):
        cells = [" ".join(" ".join(_blocks(cell)).split()) for cell in _of_table(row, "table-cell")]
        if any(cells):
            rows.append("\t".join(cells))
    return "\n".join(rows)


def _of_table(parent: etree._Element, wanted: str) -> Iterator[etree._Element]:
    """Rows may stand in groups (header rows, row groups); a table within a cell is left to that cell."""
    for child in parent:
        name = local(child)
        if name == wanted:
            yield child
        elif name in ("table-header-rows", "table-rows", "table-row-group"):
            yield from _of_table(child, wanted)


def _notes(body: etree._Element) -> Iterator[str]:
    for note in named(body, "note"):
        citation = next(named(note, "note-citation"), None)
        content = next(named(note, "note-body"), None)
        text = "\n".join(_blocks(content)) if content is not None else ""
        if text:
            yield f"[{''.join(map(str, citation.itertext())) if citation is not None else ''}] {text}"
