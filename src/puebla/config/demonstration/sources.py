"""The texts of the demonstration: one Markdown file a document, a TOML head and a body a language.

Parsing is strict, so that a slip in a text is found by a test and not by a reader. Nothing here knows Django: files are
built in processes of their own, which must start fast.
"""

import datetime as dt
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from puebla.core.words import order_of

FOLDER = Path(__file__).resolve().parent / "documents"
LANGUAGES = ("en", "es")
AUDIENCES = ("own", "secretariat", "presidency", "room", "members", "observers", "civil_society", "public")
STATES = ("awaited", "draft", "provisional", "final", "adopted", "withdrawn")
FORMATS = ("pdf", "docx", "odt", "xlsx", "html", "txt")
RELATIONS = ("supersedes", "translates", "answers", "annex_of")
HEAD_KEYS = {
    "symbol": str, "kind": str, "body": str, "meeting": str, "date": str, "themes": list, "state": str,
    "party": str, "audience": str, "released": bool, "format": str, "original": str, "versions": int,
    "scanned": bool, "relations": list, "title": dict,
}  # fmt: skip
#: Only where they say something: days from loading until the embargo ends; why it was taken back from the public.
MAY_KEYS = {"embargo_days": int, "withdrawn": dict}
EARLIER_KEYS = {"number": int, "language": str, "note": str, "drop": list}

_NUMBERED = re.compile(r"(\d+\.)\s+(.+)", re.DOTALL)
_LETTERED = re.compile(r"(\([a-z]{1,4}\))\s+(.+)", re.DOTALL)
_BULLET = re.compile(r"-\s+(.+)", re.DOTALL)
_HEADING = re.compile(r"(#{2,4})\s+(.+)")
_STARTS_BLOCK = re.compile(r"\d+\.\s|\([a-z]{1,4}\)\s|-\s|#{2,4}\s|\|")
_RULE = re.compile(r"\|?\s*:?-{2,}:?\s*(\|\s*:?-{2,}:?\s*)*\|?")
_MARKS = re.compile(r"\*\*(?P<bold>.+?)\*\*|\*(?P<italic>.+?)\*")


class SourceError(ValueError):
    """A text that does not keep to the format; names the file and what is wrong."""


@dataclass(frozen=True)
class Run:
    """Words in one face."""

    text: str
    bold: bool = False
    italic: bool = False


Runs = tuple[Run, ...]


@dataclass(frozen=True)
class Heading:
    """A heading; level 2 is the highest, the title stands above it."""

    runs: Runs
    level: int = 2


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; its label is `1.`, `(a)`, `•` or nothing."""

    runs: Runs
    label: str = ""

    @property
    def is_numbered(self) -> bool:
        """Whether it opens with a number of its own."""
        return self.label.endswith(".")

    @property
    def is_item(self) -> bool:
        """Whether it stands below a numbered paragraph."""
        return self.label.startswith("(") or self.label == "•"


@dataclass(frozen=True)
class Table:
    """A table with one header row."""

    header: tuple[Runs, ...]
    rows: tuple[tuple[Runs, ...], ...]


Block = Heading | Paragraph | Table


@dataclass(frozen=True)
class Earlier:
    """What an earlier version of one language's file lacked."""

    number: int
    language: str
    note: str
    drop: tuple[str, ...]


@dataclass(frozen=True)
class Source:
    """A document of the demonstration, with its bodies parsed."""

    path: Path
    symbol: str
    kind: str
    body: str
    meeting: str
    date: str
    themes: tuple[str, ...]
    state: str
    party: str
    audience: str
    released: bool
    format: str
    original: str
    versions: int
    scanned: bool
    relations: tuple[tuple[str, str], ...]
    titles: dict[str, str]
    bodies: dict[str, tuple[Block, ...]] = field(default_factory=dict)
    earlier: tuple[Earlier, ...] = ()
    embargo_days: int = 0
    withdrawn: dict[str, str] = field(default_factory=dict)

    @property
    def languages(self) -> list[str]:
        """The languages that have a file, the original first."""
        return sorted(self.bodies, key=lambda code: (code != self.original, code))

    def versions_of(self, language: str) -> int:
        """How many versions of this language's file there are."""
        return 1 + sum(1 for one in self.earlier if one.language == language)

    def note_of(self, language: str, number: int) -> str:
        """The note of a version; the newest has none."""
        return next(
            (one.note for one in self.earlier if (one.language, one.number) == (language, number)), ""
        )

    def blocks(self, language: str, number: int) -> tuple[Block, ...]:
        """The text as it stood in this version of the language's file."""
        for one in self.earlier:
            if (one.language, one.number) == (language, number):
                return without(self.bodies[language], set(one.drop))
        return self.bodies[language]


def load_all(folder: Path = FOLDER) -> list[Source]:
    """Every document of the demonstration, by symbol."""
    return sorted((load(path) for path in folder.glob("*.md")), key=lambda one: order_of(one.symbol))


def load(path: Path) -> Source:
    """One document; raises `SourceError` naming the file where it does not keep to the format."""
    try:
        return parse(path.read_text("utf-8"), path)
    except (SourceError, tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise SourceError(f"{path.name}: {error}") from error


def parse(text: str, path: Path) -> Source:
    """The document written in this text."""
    parts = re.split(r"^\+\+\+\s*$", text, maxsplit=2, flags=re.MULTILINE)
    if len(parts) != 3 or parts[0].strip():
        raise SourceError("the head must stand between two lines +++")
    head = tomllib.loads(parts[1])
    earlier = tuple(_earlier(entry) for entry in head.pop("earlier", []))
    _check(head, HEAD_KEYS, MAY_KEYS)
    source = Source(
        path=path,
        titles=head.pop("title"),
        themes=tuple(head.pop("themes")),
        relations=tuple((kind, symbol) for kind, symbol in head.pop("relations")),
        bodies={language: tuple(blocks_of(body)) for language, body in _bodies(parts[2])},
        earlier=earlier,
        **head,
    )
    _check_values(source)
    return source


def _earlier(entry: dict[str, Any]) -> Earlier:
    _check(entry, EARLIER_KEYS)
    return Earlier(entry["number"], entry["language"], entry["note"], tuple(entry["drop"]))


def _check(entry: dict[str, Any], keys: dict[str, type], may: dict[str, type] | None = None) -> None:
    may = may or {}
    if unknown := set(entry) - set(keys) - set(may):
        raise SourceError(f"unknown keys: {', '.join(sorted(unknown))}")
    if missing := set(keys) - set(entry):
        raise SourceError(f"missing keys: {', '.join(sorted(missing))}")
    for name, kind in (keys | may).items():
        if name in entry and type(entry[name]) is not kind:
            raise SourceError(f"{name} must be {kind.__name__}")


def _check_values(source: Source) -> None:
    for name, allowed in (("audience", AUDIENCES), ("state", STATES), ("format", FORMATS)):
        if getattr(source, name) not in allowed:
            raise SourceError(f"{name} is {getattr(source, name)!r}; it must be one of {', '.join(allowed)}")
    if not re.fullmatch(r"\d{4}(-\d{2}){0,2}", source.date):
        raise SourceError(f"date is {source.date!r}")
    if bad := [kind for kind, _symbol in source.relations if kind not in RELATIONS]:
        raise SourceError(f"unknown relations: {', '.join(bad)}")
    if bool(source.bodies) == (source.state == "awaited"):
        raise SourceError("an awaited document has no body, any other has one")
    _check_public(source)
    if source.path.stem != source.symbol.replace("/", "-"):
        raise SourceError(f"the file's name is not {source.symbol}")
    for one in source.earlier:
        labels = {block.label for block in source.bodies[one.language] if isinstance(block, Paragraph)}
        if lost := set(one.drop) - labels:
            raise SourceError(f"no paragraphs {', '.join(sorted(lost))} to drop in {one.language}")
    most = max((source.versions_of(language) for language in source.bodies), default=1)
    if most != source.versions:
        raise SourceError(f"versions is {source.versions}, but {most} are described")


def _check_public(source: Source) -> None:
    if source.released and source.audience != "public":
        raise SourceError("only a public document is released")
    if bool(source.withdrawn) != (source.state == "withdrawn"):
        raise SourceError("a withdrawn document says why, and only such a one")
    if (source.embargo_days or source.withdrawn) and not source.released:
        raise SourceError("what is held back from the public, or taken back, is released first")


def _bodies(text: str) -> Iterator[tuple[str, str]]:
    parts = re.split(r"^=== (\w+)\s*$", text, flags=re.MULTILINE)
    if parts[0].strip():
        raise SourceError("text before the first === language")
    for language, body in zip(parts[1::2], parts[2::2], strict=True):
        if language not in LANGUAGES:
            raise SourceError(f"unknown language {language}")
        yield language, body


def blocks_of(body: str) -> Iterator[Block]:
    """The blocks of a body in the small Markdown that the texts keep to."""
    for chunk in re.split(r"\n\s*\n", body.strip()):
        lines = [line.strip() for line in chunk.splitlines() if line.strip()]
        if not lines:
            continue
        while lines:
            if lines[0].startswith("|"):
                rows = 0
                while rows < len(lines) and lines[rows].startswith("|"):
                    rows += 1
                yield _table(lines[:rows])
                lines = lines[rows:]
                continue
            last = 1
            while last < len(lines) and not _STARTS_BLOCK.match(lines[last]):
                last += 1
            yield _block(" ".join(lines[:last]))
            lines = lines[last:]


def _block(text: str) -> Block:
    if match := _HEADING.fullmatch(text):
        return Heading(runs_of(match[2]), len(match[1]))
    if match := _NUMBERED.fullmatch(text) or _LETTERED.fullmatch(text):
        return Paragraph(runs_of(match[2]), match[1])
    if match := _BULLET.fullmatch(text):
        return Paragraph(runs_of(match[1]), "•")
    if text.startswith(("# ", "=", "```", ">", "![")):
        raise SourceError(f"not in the format: {text[:60]}")
    return Paragraph(runs_of(text))


def _table(lines: list[str]) -> Table:
    if len(lines) < 3 or not _RULE.fullmatch(lines[1]):
        raise SourceError(f"a table needs a header row, a rule and rows: {lines[0][:60]}")
    rows = [
        tuple(runs_of(cell.strip()) for cell in re.split(r"(?<!\\)\|", line.strip().strip("|")))
        for line in [lines[0], *lines[2:]]
    ]
    if len({len(row) for row in rows}) != 1:
        raise SourceError(f"rows of unequal length in the table {lines[0][:60]}")
    return Table(rows[0], tuple(rows[1:]))


def runs_of(text: str) -> Runs:
    """The words with their faces: `**bold**` and `*italic*`."""
    runs: list[Run] = []
    at = 0
    for match in _MARKS.finditer(text):
        if match.start() > at:
            runs.append(Run(text[at : match.start()]))
        if match["bold"]:
            runs += [Run(run.text, bold=True, italic=run.italic) for run in runs_of(match["bold"])]
        else:
            runs.append(Run(match["italic"], italic=True))
        at = match.end()
    if at < len(text):
        runs.append(Run(text[at:]))
    return tuple(runs)


def plain(runs: Runs) -> str:
    """The words alone."""
    return "".join(run.text for run in runs)


def without(blocks: tuple[Block, ...], labels: set[str]) -> tuple[Block, ...]:
    """The text without these numbered paragraphs, what hangs from them, and headings left with nothing."""
    kept: list[Block] = []
    dropping = False
    for block in blocks:
        if isinstance(block, Paragraph) and block.is_numbered:
            dropping = block.label in labels
        elif isinstance(block, Heading):
            dropping = False
        if not dropping:
            kept.append(block)
    return tuple(
        block
        for block, after in zip(kept, [*kept[1:], None], strict=True)
        if not (isinstance(block, Heading) and (after is None or _is_above(after, block)))
    )


def _is_above(block: Block, heading: Heading) -> bool:
    return isinstance(block, Heading) and block.level <= heading.level


_MONTHS = {
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    "es": [
        "enero",
        "febrero",
        "marzo",
        "abril",
        "mayo",
        "junio",
        "julio",
        "agosto",
        "septiembre",
        "octubre",
        "noviembre",
        "diciembre",
    ],
}


def date_in_words(date: str, language: str) -> str:
    """A date as precise as it is known: `9 July 2009`, `julio de 2009`, `2009`."""
    parts = [int(part) for part in date.split("-")]
    of = " de " if language == "es" else " "
    words = [str(parts[0])]
    if len(parts) > 1:
        words.insert(0, _MONTHS[language][parts[1] - 1])
    if len(parts) > 2:
        words.insert(0, str(parts[2]))
    return of.join(words)


def first_day(date: str) -> dt.date:
    """The first day that an imprecise date may mean."""
    year, month, day, *_rest = [*map(int, date.split("-")), 1, 1]
    return dt.date(year, month, day)
