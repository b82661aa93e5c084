"""The parts of an office file: a ZIP of XML, read one part at a time and never by the names it suggests."""

import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from posixpath import dirname, join, normpath

from lxml import etree

from . import UnparsableError

_LARGEST_PART = 200 << 20
_NO_MEMORY = 2  # XML_ERR_NO_MEMORY, which lxml reports as a fault of the text


def opened(path: Path) -> zipfile.ZipFile:
    """The container."""
    try:
        return zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise UnparsableError("broken") from error


def tree(archive: zipfile.ZipFile, part: str) -> etree._Element | None:
    """The root of one XML part; None where the file has no such part."""
    try:
        with archive.open(part) as member:
            content = member.read(_LARGEST_PART + 1)
    except KeyError:
        return None
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, NotImplementedError) as error:
        raise UnparsableError("broken") from error
    if len(content) > _LARGEST_PART:
        raise UnparsableError("memory")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        return etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise UnparsableError("memory" if error.code == _NO_MEMORY else "broken") from error


def local(element: etree._Element) -> str:
    """The element's name without its namespace: strict and transitional files differ only in that."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def named(element: etree._Element, name: str) -> Iterator[etree._Element]:
    """Descendants of one local name, in order."""
    return element.iter(f"{{*}}{name}")


def attribute(element: etree._Element, name: str) -> str:
    """An attribute by its local name; empty where absent."""
    for key, value in element.attrib.items():
        if str(key).rpartition("}")[2] == name:
            return str(value)
    return ""


def relations(archive: zipfile.ZipFile, part: str) -> dict[str, tuple[str, str]]:
    """Of one OOXML part: relation id to (last word of its type, target part)."""
    folder = dirname(part)
    root = tree(archive, join(folder, "_rels", part.rpartition("/")[2] + ".rels"))
    found: dict[str, tuple[str, str]] = {}
    if root is None:
        return found
    for relation in named(root, "Relationship"):
        if attribute(relation, "TargetMode") != "External":
            target = attribute(relation, "Target")
            path = target.lstrip("/") if target.startswith("/") else normpath(join(folder, target))
            found[attribute(relation, "Id")] = (attribute(relation, "Type").rpartition("/")[2], path)
    return found
