"""The brochure: who the process is, in every working language, as one tagged PDF made from its data and edited pages.

The same data give the same bytes: the file bears no date of making, and its name is the digest of its source.
"""

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.utils import translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from puebla.core.languages import Texts, show
from puebla.core.models import Process
from puebla.core.typesetting import REGIONS, compiled, quoted
from puebla.portal import querysets
from puebla.portal.models import EditedPage
from puebla.publications.models import PublicMeeting, PublicPresidency
from puebla.theme.templatetags.theme import imprecise, roman

FOLDER = "brochures"
FRIEZE = Path(__file__).resolve().parents[2] / "theme" / "static" / "theme" / "frieze.svg"
COLOURS = {"INK": "#14213d", "COBALT": "#12357f", "BONE": "#fbf8f1", "LINE": "#d9d3c4", "MUTE": "#565f73"}
_MUTED = f'fill: rgb("{COLOURS["MUTE"]}")'

_LOOK = """#set document(title: {title}, author: {author}, date: none)
#set text(font: ("Source Serif Pro", "Libertinus Serif"), size: 10.5pt, fill: rgb("{INK}"), hyphenate: true)
#let sans = ("Source Sans Pro", "Libertinus Serif")
#set page(paper: "us-letter", margin: (x: 2.4cm, top: 2.6cm, bottom: 2.4cm), footer: context [
  #set text(font: sans, size: 8.5pt, fill: rgb("{MUTE}"))
  #line(length: 100%, stroke: 0.5pt + rgb("{LINE}"))
  #v(-0.5em)
  #grid(columns: (1fr, auto), {author}, str(counter(page).get().first()) + " / " + str(counter(page).final().first()))
])
#set par(justify: false, leading: 0.68em, spacing: 0.95em)
#set list(marker: text(fill: rgb("{COBALT}"))[–], spacing: 0.6em)
#show heading: it => block(above: if it.level == 1 {{ 0pt }} else {{ 1.6em }}, below: 0.8em, sticky: true,
  text(weight: "semibold", fill: rgb("{COBALT}"), hyphenate: false,
    size: if it.level == 1 {{ 22pt }} else if it.level == 2 {{ 14pt }} else {{ 11.5pt }}, it.body))
#show table: set text(font: sans, size: 9pt)
#show table: set par(leading: 0.5em)
#set table(stroke: (x, y) => (bottom: 0.5pt + rgb("{LINE}")), inset: (x: 5pt, y: 5pt))
#let frieze = pdf.artifact(image("frieze.svg", width: 100%))
"""


def brochure(*, at: dt.datetime) -> bytes:
    """The brochure as it stands: from the store where it was made before, made and kept there otherwise."""
    source = source_of(on=at.date())
    name = f"{FOLDER}/{hashlib.sha256(source.encode()).hexdigest()[:32]}.pdf"
    store = storages["public"]
    try:
        with store.open(name, "rb") as kept:
            return bytes(kept.read())
    except FileNotFoundError:
        made = compiled(source, {"frieze.svg": FRIEZE.read_bytes()}, accessible=True)
    try:
        _forget_older(store)
        store.save(name, ContentFile(made))
    except OSError:
        # A portal that may not write makes it each time: the public waits a tenth of a second, and misses nothing.
        pass
    return made


def _forget_older(store: Any) -> None:
    if store.exists(FOLDER):
        for old in store.listdir(FOLDER)[1]:
            store.delete(f"{FOLDER}/{old}")


# The source --------------------------------------------------------------------------------------------------------


def source_of(*, on: dt.date) -> str:
    """The brochure in typst's own language: a part for each working language, in the process's order."""
    process = Process.objects.first()
    names: Texts = process.names if process else {}
    author = " · ".join(dict.fromkeys(filter(None, names.values()))) or "Puebla"
    lines = [_LOOK.format(title=_typed(author), author=_typed(author), **COLOURS)]
    for number, language in enumerate(querysets.page_languages()):
        with translation.override(language):
            lines += ["#pagebreak()"] if number else []
            lines.append(f'#set text(lang: "{language}", region: "{REGIONS.get(language, "US")}")')
            lines += _part(process, language, on=on)
    return "\n".join(lines)


def _part(process: Process | None, language: str, *, on: dt.date) -> Iterator[str]:
    yield "#block(below: 22pt, frieze)"
    yield f"#heading(level: 1, {_typed(str(show(process.names)) if process else 'Puebla')})"
    top = querysets.page_at("about/", language)
    if isinstance(top, EditedPage):
        yield _lede(top.lede)
        yield from _body(top)
        for page in querysets.pages_below(top, language):
            if isinstance(page, EditedPage) and not page.show_in_menus:
                yield f"#heading(level: 2, {_typed(page.title)})"
                yield _lede(page.lede)
                yield from _body(page)
    yield from _presidencies(on)
    yield from _meetings()


def _lede(text: str) -> str:
    return f"#block(below: 1.3em, text(size: 12pt, {_MUTED}, {_typed(text)}))" if text else ""


def _body(page: EditedPage) -> Iterator[str]:
    """The blocks of a page; pictures stay on the site."""
    for block in page.body:
        yield from _BLOCKS.get(block.block_type, _nothing)(block.value)


def _nothing(_value: Any) -> Iterator[str]:
    return iter(())


def _heading(value: Any) -> Iterator[str]:
    yield f"#heading(level: 3, {_typed(str(value))})"


def _paragraph(value: Any) -> Iterator[str]:
    reader = _RichText()
    reader.feed(value.source)
    yield reader.written()


def _quote(value: Any) -> Iterator[str]:
    yield f"#quote(block: true, attribution: {_typed(value['source'])}, {_typed(value['text'])})"


def _document(value: Any) -> Iterator[str]:
    found = querysets.reference_to(value["symbol"]).document
    title = f", {show(found.titles)}" if found else ""
    yield f"#par({_typed(value['symbol'] + title)})"


def _members(value: Any) -> Iterator[str]:
    parties = querysets.parties_to_list(value["standing"])
    yield _listed(str(show(party.names)) for party in parties)


def _facts(value: Any) -> Iterator[str]:
    rows = [(row["name"], row["value"]) for row in value["rows"]]
    yield _table(value["caption"], rows)


def _contact(value: Any) -> Iterator[str]:
    process = Process.objects.first()
    lines = [value["name"], value["address"] or (str(show(process.secretariat_address)) if process else "")]
    lines += [value["email"] or (process.contact_email if process else ""), value["phone"]]
    yield "#par(" + " + linebreak() + ".join(_typed(line) for line in lines if line) + ")"


_BLOCKS = {
    "heading": _heading, "subheading": _heading, "paragraph": _paragraph, "quote": _quote, "document": _document,
    "members": _members, "facts": _facts, "contact": _contact,
}  # fmt: skip


def _presidencies(on: dt.date) -> Iterator[str]:
    """Who has presided, the newest first; what has no source yet says so."""
    rows = [
        (
            imprecise(term.starts_on, term.precision),
            _confirmed(str(show(term.party_names)) or _("vacant"), term.confirmed),
        )
        for term in PublicPresidency.objects.filter(starts_on__lte=on).order_by("-starts_on")
    ]
    if rows:
        office = querysets.office("presidency")
        title = str(show(office.names)) if office else _("Presidency")
        yield f"#heading(level: 2, {_typed(title)})"
        yield _table(_("Who has presided, and from when"), rows)


def _meetings() -> Iterator[str]:
    """The meetings of each body."""
    bodies: dict[str, list[PublicMeeting]] = {}
    for meeting in PublicMeeting.objects.order_by("-starts_on", "symbol_order"):
        bodies.setdefault(meeting.body_code, []).append(meeting)
    for meetings in sorted(bodies.values(), key=lambda found: (-len(found), found[0].body_code)):
        body = str(show(meetings[0].body_names))
        rows = [(imprecise(one.starts_on, one.precision), _meeting(one)) for one in meetings]
        yield f"#heading(level: 2, {_typed(body)})"
        yield _table(_("Meetings of this body"), rows)


def _meeting(one: PublicMeeting) -> str:
    """A meeting in a line: number and place stand before and after a title that does not name them itself."""
    title = str(show(one.titles))
    number, place = roman(one.number), str(show(one.places))
    parts = [
        "" if number in title.split() else number, title, "" if place in title else place, str(show(one.themes_text))
    ]  # fmt: skip
    return _confirmed(" · ".join(filter(None, parts)), one.confirmed)


def _confirmed(text: str, confirmed: bool) -> str:
    return text if confirmed else f"{text} ({_('to be confirmed')})"


# Typst -------------------------------------------------------------------------------------------------------------


def _typed(text: str) -> str:
    """The text in one line, quoted."""
    return quoted(" ".join(text.split()))


def _listed(items: Iterable[str]) -> str:
    return "#list(" + ", ".join(f"[#{_typed(item)}]" for item in items) + ")"


def _table(caption: str, rows: list[tuple[str, str]]) -> str:
    cells = ",\n".join(f"strong({_typed(name)}), [#{_typed(value)}]" for name, value in rows)
    said = f"#block(sticky: true, below: 0.5em, text(font: sans, size: 9pt, {_MUTED}, {_typed(capfirst(caption))}))"
    return f"{said}\n#table(columns: (1fr, 3fr),\n{cells})"


class _RichText(HTMLParser):
    """Turns the few tags that a paragraph may hold into typst."""

    def __init__(self) -> None:
        super().__init__()
        self.out: list[str] = []
        self._runs: list[str] = []
        self._marks: list[str] = []
        self._items: list[list[str]] = []
        self._kinds: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        if tag in {"b", "strong", "i", "em"}:
            self._marks.append("strong" if tag in {"b", "strong"} else "emph")
        elif tag in {"ul", "ol"}:
            self._kinds.append("list" if tag == "ul" else "enum")
            self._items.append([])
        elif tag == "br":
            self._runs.append("linebreak()")

    def handle_endtag(self, tag: str) -> None:
        if tag in {"b", "strong", "i", "em"} and self._marks:
            self._marks.pop()
        elif tag == "li" and self._items:
            self._items[-1].append(self._taken())
        elif tag in {"ul", "ol"} and self._items:
            items = ", ".join(f"[#({item})]" for item in self._items.pop() if item)
            self.out.append(f"#{self._kinds.pop()}({items})")
        elif tag == "p" and not self._items and (words := self._taken()):
            self.out.append(f"#par({words})")

    def handle_data(self, data: str) -> None:
        if not data.strip() and not self._runs:
            return
        words = quoted(" ".join(f".{data}.".split())[1:-1])
        for mark in self._marks:
            words = f"{mark}({words})"
        self._runs.append(words)

    def _taken(self) -> str:
        taken, self._runs = " + ".join(self._runs), []
        return taken

    def written(self) -> str:
        """Everything read so far."""
        rest = self._taken()
        return "\n".join([*self.out, f"#par({rest})" if rest else ""]).strip()
