"""OpenDocument texts: paragraphs, lists and tables in order, then the notes."""

from collections.abc import Iterable, Iterator, Sequence

from lxml import etree

from . import Job, UnparsableError
from .numbering import Counter, Level
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
    lists = _Lists([one for one in (styles, content) if one is not None])
    job.pages = list(into_pages([*dict.fromkeys(headers), *_blocks(body, lists), *_notes(body)]))


class _Lists:
    """The lists of a document, and how far each has counted."""

    def __init__(self, parts: Sequence[etree._Element]) -> None:
        self.styles = {
            attribute(style, "name"): _levels(style) for part in parts for style in named(part, "list-style")
        }
        self.counters: dict[str, Counter] = {}
        self.by_id: dict[str, Counter] = {}

    def counter(self, element: etree._Element) -> Counter | None:
        """Of an outermost list: its own count, or that of the list it goes on with."""
        style = attribute(element, "style-name")
        before = self.by_id.get(attribute(element, "continue-list"))
        if before is None and attribute(element, "continue-numbering") == "true":
            before = self.counters.get(style)
        found = before or (Counter(self.styles[style]) if style in self.styles else None)
        if found is not None:
            self.counters[style] = found
            if own := attribute(element, "id"):
                self.by_id[own] = found
        return found


def _levels(style: etree._Element) -> dict[int, Level]:
    found = {}
    for level in style:
        depth = attribute(level, "level")
        if local(level) != "list-level-style-number" or not depth.isdecimal():
            continue
        shown = attribute(level, "display-levels")
        first = int(depth) - (int(shown) if shown.isdecimal() and len(shown) < 3 else 1) + 1
        counts = ".".join(f"%{one}" for one in range(max(first, 1), int(depth) + 1))
        pattern = f"{attribute(level, 'num-prefix')}{counts}{attribute(level, 'num-suffix')}"
        found[int(depth) - 1] = Level.of(
            attribute(level, "num-format"), pattern, attribute(level, "start-value") or "1"
        )
    return found


def _blocks(parent: Iterable[etree._Element], lists: _Lists | None = None) -> Iterator[str]:
    for child in parent:
        name = local(child)
        if name in ("p", "h"):
            if text := _paragraph(child):
                yield text
        elif name == "table":
            if text := _table(child):
                yield text
        elif name == "list" and lists is not None:
            yield from _list(child, lists, lists.counter(child), 0)
        elif name not in _PASSED_OVER:
            yield from _blocks(child, lists)


def _list(element: etree._Element, lists: _Lists, counter: Counter | None, depth: int) -> Iterator[str]:
    """The items of a list, each with what is printed before its first paragraph; lists within go deeper."""
    for item in element:
        printed = counter.next(depth) if counter and local(item) == "list-item" and _begins(item) else ""
        for child in item:
            if local(child) == "list":
                yield from _list(child, lists, counter, depth + 1)
                continue
            for text in _blocks([child], lists):
                yield f"{printed} {text}".strip()
                printed = ""


def _begins(item: etree._Element) -> bool:
    """Whether an item has words of its own: one that only holds a list within is not counted."""
    return any(local(child) in ("p", "h") for child in item)


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
