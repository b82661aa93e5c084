"""What a file's name and first page say: symbol, language, title, date, kind, body, meeting. Proposals only."""

import datetime as dt
import re
from dataclasses import dataclass, field
from pathlib import PurePath, PurePosixPath
from typing import Any

from puebla.core.languages import Texts
from puebla.core.models import Process
from puebla.core.words import fold
from puebla.documents.models import Document, Kind
from puebla.members.models import Body
from puebla.members.querysets import MeetingQuerySet

#: How people mark a language at the end of a file's name.
LANGUAGE_MARKS = {
    "en": "en", "eng": "en", "ing": "en", "english": "en", "ingles": "en", "e": "en",
    "es": "es", "esp": "es", "spa": "es", "espanol": "es", "spanish": "es", "castellano": "es", "s": "es",
    "fr": "fr", "fra": "fr", "fre": "fr", "french": "fr", "francais": "fr", "f": "fr",
    "pt": "pt", "por": "pt", "portugues": "pt", "portuguese": "pt",
}  # fmt: skip
MONTHS = {
    name: number
    for names in (
        "january february march april may june july august september october november december",
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    )
    for number, name in enumerate(names.split(), start=1)
} | {"setiembre": 9}
_MONTH = "|".join(MONTHS)
DATES = [
    re.compile(r"\b(?P<y>(?:19|20)\d\d)-(?P<m>\d\d)-(?P<d>\d\d)\b"),
    re.compile(
        rf"\b(?P<d>\d{{1,2}})(?: (?:de|of))? (?P<n>{_MONTH})(?: de| del| of|,)? (?P<y>(?:19|20)\d\d)\b"
    ),
    re.compile(rf"\b(?P<n>{_MONTH}) (?P<d>\d{{1,2}}),? (?P<y>(?:19|20)\d\d)\b"),
    re.compile(rf"\b(?P<n>{_MONTH})(?: de| del| of|,)? (?P<y>(?:19|20)\d\d)\b"),
]
_VERSION = re.compile(r"[\s_.(-]+v(?:er(?:sion)?)?[\s_.-]?(?P<n>\d{1,2})\)?$", re.IGNORECASE)


@dataclass
class Guess:
    """What a name and a first page gave away; empty where they are silent."""

    stem: str
    symbol: str = ""
    language: str = ""
    language_from: str = ""  # "name" or "text"
    title: str = ""
    dated: str = ""
    kind: str = ""
    body: str = ""
    meeting: str = ""
    warnings: list[str] = field(default_factory=list)

    @property
    def group(self) -> str:
        """Files of one document share this: the symbol, else the name without its language."""
        return self.symbol or self.stem


@dataclass(frozen=True)
class Known:
    """The lists that guesses are held against; read once for many files."""

    process: str
    bodies: dict[str, str]
    kinds: dict[str, list[str]]
    meetings: dict[tuple[str, int], list[str]]
    #: Codes that give a body away as a word in a name; those of sealed rooms are not among them.
    open_bodies: frozenset[str] = frozenset()
    #: What the process calls itself, folded: a running head is made of it, and is no title.
    names: tuple[str, ...] = ()

    @classmethod
    def load(cls, seen: MeetingQuerySet) -> "Known":
        """The lists as they stand now, with the meetings that the importer may know of. Bodies of sealed rooms are matched only by their own symbols, never by words."""
        meetings: dict[tuple[str, int], list[str]] = {}
        for symbol, code, day in seen.values_list("symbol", "body__code", "starts_on"):
            meetings.setdefault((code.upper(), day.year), []).append(symbol)
        process = Process.current()
        own = [*process.names.values(), *process.short_names.values(), *process.taglines.values()]
        return cls(
            process=process.code.upper(),
            names=tuple(sorted(map(fold, filter(None, own)), key=len, reverse=True)),
            bodies={code.upper(): code for code in Body.objects.values_list("code", flat=True)},
            open_bodies=frozenset(
                code.upper()
                for code in Body.objects.filter(room__sealed=False).values_list("code", flat=True)
            ),
            kinds={
                kind.code: [fold(word) for word in [*kind.names.values(), *kind.clues] if word]
                for kind in Kind.objects.filter(retired=False)
            },
            meetings=meetings,
        )


def split_language(stem: str) -> tuple[str, str]:
    """The name without its language mark, and the language: `udhr_es` → (`udhr`, `es`); ("…", "") without a mark.

    A name with marks of several languages (`texts_en_es_fr`) tells of a file that is in none of them.
    """
    stem = _VERSION.sub("", stem.strip())
    rest, language = _split_mark(stem)
    if not language or _split_mark(rest)[1] not in ("", language):
        return stem, ""
    return _VERSION.sub("", rest), language


def _split_mark(stem: str) -> tuple[str, str]:
    found = re.fullmatch(r"(?P<rest>.*?)[\s_.\-]*[\[(]?(?P<mark>[A-Za-zñÑéêç]{1,10})[\])]?", stem)
    if found and found["rest"]:
        mark = fold(found["mark"])
        separated = stem[len(found["rest"]) : len(found["rest"]) + 1] in " _.-[("
        if separated and mark in LANGUAGE_MARKS:
            return found["rest"].rstrip(" _.-[("), LANGUAGE_MARKS[mark]
    return stem, ""


def folder_of(path: str) -> str:
    """The folder of a file within an import; empty at its top."""
    parent = PurePosixPath(path).parent.as_posix()
    return "" if parent in (".", "/") else parent.lstrip("/")


def group_of(path: str) -> str:
    """What the files of one document have in common while they have no symbol: their folder, and the name but for language.

    >>> group_of("2009/Agenda_es.pdf") == group_of("2009/agenda EN.docx") != group_of("2010/Agenda_es.pdf")
    True
    """
    stem, _language = split_language(PurePosixPath(path).stem)
    return f"{folder_of(path)}/{fold(stem)}"


def symbol_in(text: str, known: Known) -> str:
    """The first symbol of this process in a text; separators may be `/`, `-`, `_` or blanks. Empty if there is none."""
    parts = re.compile(rf"\b{re.escape(known.process)}(?:[/_\- ]+[A-Z0-9.]+){{2,6}}", re.IGNORECASE)
    for found in parts.finditer(text.upper()):
        tokens = re.split(r"[/_\- ]+", found[0])
        # Process, year, body, kind, number: what follows the number is not the symbol's.
        for end in range(len(tokens), 2, -1):
            piece = tokens[:end]
            if re.fullmatch(r"\d{1,4}", piece[-1]) and any(
                re.fullmatch(r"(19|20)\d\d", token) for token in piece[:-1]
            ):
                return "/".join(piece)
    return ""


def guess(*, name: str, first_page: str, language_found: str, known: Known) -> Guess:
    """What the name and the first page of one file say. The name counts before the page."""
    stem, marked = split_language(PurePath(name).stem)
    guessed = Guess(stem=fold(stem))
    guessed.symbol = symbol_in(stem, known) or symbol_in(first_page[:600], known)
    guessed.language = marked or language_found
    guessed.language_from = "name" if marked else ("text" if language_found else "")
    if marked and language_found and marked != language_found:
        guessed.warnings.append("wrong_language")
    _from_symbol(guessed, known)
    opening = fold(first_page[:2500])
    guessed.kind = guessed.kind or _kind_of(fold(stem.replace("_", " ").replace("-", " ")), opening, known)
    _from_name(guessed, stem, known)
    year = guessed.dated[:4]
    found = date_in(opening)
    # The year of the symbol or the name counts: a first page also cites older papers.
    guessed.dated = found if found and year in ("", found[:4]) else guessed.dated
    guessed.title = title_in(first_page, guessed.symbol, known.names) or stem.replace("_", " ")
    return guessed


def _from_symbol(guessed: Guess, known: Known) -> None:
    tokens = guessed.symbol.split("/")
    year = next((token for token in tokens if re.fullmatch(r"(19|20)\d\d", token)), "")
    guessed.body = next((known.bodies[token] for token in tokens[1:] if token in known.bodies), "")
    guessed.kind = next(
        (token for token in tokens[1:] if token in known.kinds and token not in known.bodies), ""
    )
    if year:
        guessed.dated = year
        meetings = known.meetings.get((guessed.body.upper(), int(year)), [])
        guessed.meeting = meetings[0] if len(meetings) == 1 else ""


def _from_name(guessed: Guess, stem: str, known: Known) -> None:
    """A year and the code of an open body, standing as words of their own: `Informe RCGM 2012`."""
    words = re.split(r"[^\w]+|_", stem.upper())
    years = [word for word in words if re.fullmatch(r"(19|20)\d\d", word)]
    if not guessed.dated and len(set(years)) == 1:
        guessed.dated = years[0]
    guessed.body = guessed.body or next(
        (known.bodies[word] for word in words if word in known.open_bodies), ""
    )


def _kind_of(stem: str, opening: str, known: Known) -> str:
    for text in (stem, opening[:400]):
        hits = [
            (text.index(clue), -len(clue), code) for code, clues in known.kinds.items() for clue in clues
            if re.search(rf"\b{re.escape(clue)}", text) and clue in text
        ]  # fmt: skip
        if hits:
            return min(hits)[2]
    return ""


def date_in(folded: str) -> str:
    """The first date in a folded text as `2009-07-09` or `2009-07`; empty when there is none or it is impossible."""
    found = [(match.start(), match) for pattern in DATES if (match := pattern.search(folded))]
    for _start, match in sorted(found, key=lambda pair: (pair[0], -len(pair[1][0]))):
        parts = match.groupdict()
        month = int(parts["m"]) if parts.get("m") else MONTHS[parts["n"]]
        try:
            if parts.get("d"):
                return dt.date(int(parts["y"]), month, int(parts["d"])).isoformat()
            return dt.date(int(parts["y"]), month, 1).strftime("%Y-%m")
        except ValueError:
            continue
    return ""


def title_in(first_page: str, symbol: str, names: tuple[str, ...] = ()) -> str:
    """The first line that reads like a title: not the symbol, a running head, a date, a page number or a short word.

    Args:
        names: folded names of the process, of which running heads are made.
    """
    for raw in first_page.splitlines()[:25]:
        line = " ".join(raw.split()).strip("#*_ ")
        folded = fold(line)
        if len(line) < 6 or not re.search(r"[^\W\d_]{3}", line):
            continue
        # The head of a table of figures, not a title.
        if " " not in line and re.search(r"[,;_\t]", line):
            continue
        if symbol and fold(symbol) in folded and len(line) < len(symbol) + 12:
            continue
        if _is_head(folded, symbol, names):
            continue
        if folded.startswith(("demonstration document", "documento de demostracion", "page ", "pagina ")):
            continue
        if (date := date_in(folded)) and len(line) < 30 and date:
            continue
        return line[:300]
    return ""


def _is_head(folded: str, symbol: str, names: tuple[str, ...]) -> bool:
    """Whether hardly a word is left beside the process's own names and the symbol."""
    rest = folded.replace(fold(symbol), " ") if symbol else folded
    for name in names:
        rest = rest.replace(name, " ")
    return rest != folded and sum(map(str.isalpha, rest)) < 6


def proposal_of(guessed: Guess, defaults: dict[str, Any]) -> dict[str, Any]:
    """One row of the table: what was guessed, with the batch's defaults where the file is silent."""
    titles: Texts = {guessed.language: guessed.title} if guessed.language and guessed.title else {}
    return {
        "group": guessed.group,
        "symbol": guessed.symbol,
        "language": guessed.language or defaults.get("language", ""),
        "titles": titles,
        "dated": guessed.dated or defaults.get("dated", ""),
        "kind": guessed.kind or defaults.get("kind", ""),
        "body": guessed.body or defaults.get("body", ""),
        "meeting": guessed.meeting or defaults.get("meeting", ""),
        "audience": defaults.get("audience", ""),
    }


def existing_of(symbol: str, visible: Any) -> "Document | None":
    """The document of this symbol among those the importer may see."""
    found: Document | None = visible.filter(symbol=symbol.upper()).first() if symbol else None
    return found
