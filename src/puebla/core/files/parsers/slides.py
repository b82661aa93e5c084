"""PowerPoint presentations: a page a slide, with its tables and the speaker's notes."""

import zipfile
from collections.abc import Iterator

from lxml import etree

from . import Job, UnparsableError
from .packages import local, named, opened, relations, tree
from .paragraphs import normalised

_MAIN = "ppt/presentation.xml"


def parse(job: Job) -> None:
    """Read the slides in the order in which they are shown."""
    with opened(job.path) as archive:
        root = tree(archive, _MAIN)
        if root is None:
            raise UnparsableError("broken")
        parts = relations(archive, _MAIN)
        for entry in list(named(root, "sldId"))[: job.max_pages + 1]:
            part = parts.get(_relation_id(entry), ("", ""))[1]
            job.pages.append(_slide(archive, part))


def _relation_id(entry: etree._Element) -> str:
    """A slide entry has two attributes called id; the one with a namespace points to its part."""
    return next((str(value) for key, value in entry.attrib.items() if str(key).startswith("{")), "")


def _slide(archive: zipfile.ZipFile, part: str) -> str:
    root = tree(archive, part) if part else None
    if root is None:
        return ""
    blocks = list(_blocks(root))
    for kind, target in relations(archive, part).values():
        notes = tree(archive, target) if kind == "notesSlide" else None
        if notes is not None:
            blocks += list(_blocks(notes, without_fields=True))
    return "\n\n".join(blocks)


def _blocks(parent: etree._Element, *, without_fields: bool = False) -> Iterator[str]:
    for child in parent:
        name = local(child)
        if name == "p":
            if text := _paragraph(child, without_fields=without_fields):
                yield text
        elif name == "tbl":
            rows = (
                "\t".join(" ".join(" ".join(_blocks(cell)).split()) for cell in named(row, "tc"))
                for row in named(child, "tr")
            )
            if text := "\n".join(row for row in rows if row.strip()):
                yield text
        elif name != "Fallback":
            yield from _blocks(child, without_fields=without_fields)


def _paragraph(paragraph: etree._Element, *, without_fields: bool) -> str:
    parts: list[str] = []
    for element in paragraph.iter():
        name = local(element)
        if name == "br":
            parts.append("\n")
        elif name == "t":
            holder = element.getparent()
            if not (without_fields and holder is not None and local(holder) == "fld"):
                parts.append(element.text or "")
    return normalised("".join(parts)).strip()
