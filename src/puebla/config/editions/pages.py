"""An edition's first texts for the public site: one Markdown file a page and language, in folders `pages/<language>/`.

A file begins with its facts between two lines `+++`; its first paragraph is the introduction. Beside Markdown's headings,
paragraphs and lists these stand alone in a block of lines:

    > A quotation.                          :members member
    > — who said or wrote it                :document RCM/2009/VM/DECL/1 a note
                                            :contact Office
    Table: what it tells                    :figure file.png
    | what | fact |                         alternative text | caption | credit
"""

import datetime as dt
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from markdown_it import MarkdownIt

from puebla.core.models import Process
from puebla.core.verdicts import RefusedError
from puebla.portal import actions
from puebla.portal.actions import PageText, Words

FOLDER = "pages"
FACTS = ({"title"}, {"order", "footer", "kind", "dated"})
#: What the portal keeps of Markdown: no raw HTML, no pictures, no code.
_markdown = MarkdownIt("zero").enable(["emphasis", "link", "list", "entity", "escape"])

Pictures = Callable[[str], Any]


def load(folder: Path, *, at: dt.datetime, pictures: Pictures | None = None) -> int:
    """Write the edition's pages into the trees of the process's languages, where nobody has written yet; how many."""
    return actions.write_pages(read(folder, pictures=pictures), languages=Process.current().languages, at=at)


def read(folder: Path, *, pictures: Pictures | None = None) -> list[PageText]:
    """The pages of a folder, those above before those below, each level in its own order.

    Args:
        pictures: gives the picture of a file name, where pages show any.
    """
    root = folder / FOLDER
    texts: dict[str, dict[str, Words]] = {}
    facts: dict[str, dict[str, Any]] = {}
    for path in sorted(root.glob("*/**/*.md")):
        language, *rest = path.relative_to(root).with_suffix("").parts
        name = "/".join(rest)
        told, words = _page(path, where=f"{language}/{name}.md", pictures=pictures)
        texts.setdefault(name, {})[language] = words
        facts.setdefault(name, told)
    ordered = sorted(texts, key=lambda name: (name.count("/"), facts[name].get("order", 0), name))
    return [
        PageText(name, texts[name], footer=bool(facts[name].get("footer")), columns=_columns(facts[name]))
        for name in ordered
    ]


def _columns(facts: Mapping[str, Any]) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    if "kind" in facts:
        columns["kind"] = facts["kind"]
    if "dated" in facts:
        columns["dated_on"] = facts["dated"]
    return columns


def _page(path: Path, *, where: str, pictures: Pictures | None) -> tuple[dict[str, Any], Words]:
    parts = path.read_text("utf-8").split("+++\n", 2)
    if len(parts) != 3 or parts[0].strip():
        raise RefusedError(
            _("%(file)s does not begin with its facts between two lines “+++”.") % {"file": where}
        )
    try:
        facts = tomllib.loads(parts[1])
    except tomllib.TOMLDecodeError as error:
        raise RefusedError(
            _("%(file)s cannot be read: %(error)s.") % {"file": where, "error": error}
        ) from None
    needed, allowed = FACTS
    if wrong := (needed - set(facts)) | (set(facts) - needed - allowed):
        raise RefusedError(
            _("%(file)s: these facts are missing or unknown: %(names)s.")
            % {"file": where, "names": ", ".join(sorted(wrong))}
        )
    chunks = [chunk for chunk in re.split(r"\n\s*\n", parts[2].strip()) if chunk.strip()]
    lede = " ".join(chunks[0].split()) if chunks else ""
    return facts, Words(facts["title"], lede, list(_blocks(chunks[1:], where=where, pictures=pictures)))


def _blocks(chunks: list[str], *, where: str, pictures: Pictures | None) -> Iterator[tuple[str, Any]]:
    plain: list[str] = []
    for chunk in chunks:
        special = _special(chunk, where=where, pictures=pictures)
        if special is None:
            plain.append(chunk)
            continue
        if plain:
            yield "paragraph", _html(plain)
            plain = []
        yield special
    if plain:
        yield "paragraph", _html(plain)


def _html(chunks: list[str]) -> str:
    return str(_markdown.render("\n\n".join(chunks))).strip()


def _special(chunk: str, *, where: str, pictures: Pictures | None) -> tuple[str, Any] | None:
    """The block that these lines are; None for what is a paragraph or a list."""
    lines = chunk.strip().splitlines()
    if chunk.startswith("### "):
        return "subheading", chunk[4:].strip()
    if chunk.startswith("## "):
        return "heading", chunk[3:].strip()
    if chunk.startswith(">"):
        said = [line.lstrip("> ").rstrip() for line in lines]
        return "quote", {"text": " ".join(said[:-1]), "source": said[-1].lstrip("— ")}
    if chunk.startswith("Table: "):
        rows = [[cell.strip() for cell in line.strip(" |").split("|", 1)] for line in lines[1:]]
        return "facts", {"caption": lines[0][7:].strip(), "rows": [{"name": a, "value": b} for a, b in rows]}
    if chunk.startswith(":"):
        return _named(lines, where=where, pictures=pictures)
    return None


def _named(lines: list[str], *, where: str, pictures: Pictures | None) -> tuple[str, Any]:
    name, _blank, rest = lines[0][1:].partition(" ")
    if name == "members":
        return name, {"standing": rest.strip()}
    if name == "contact":
        return name, {"name": rest.strip()}
    if name == "document":
        symbol, _blank, note = rest.partition(" ")
        return name, {"symbol": symbol, "note": note.strip()}
    if name == "figure" and pictures is not None:
        alt, caption, credit = (part.strip() for part in " ".join(lines[1:]).split("|"))
        return name, {
            "picture": pictures(rest.strip()),
            "alt": alt,
            "caption": caption,
            "credit": credit,
        }
    raise RefusedError(_("%(file)s: nobody knows the block “%(name)s”.") % {"file": where, "name": lines[0]})
