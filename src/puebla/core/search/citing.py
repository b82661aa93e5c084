"""Symbols as people type them, and people's own ways of citing.

A symbol is known by its letters and figures alone (`key_of`): `rcm 2016 vm decl 1`, `RCM-2016-VM-DECL-01` and
`RCM/2016/VM/DECL/1` are one. What bodies, kinds and the process are called comes from data.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from string import ascii_lowercase, digits
from typing import TypeVar

from puebla.core.words import fold

T = TypeVar("T")

_PART = re.compile(r"[^\W_]+")
_FIGURES = re.compile(r"\d+")
_ROMAN = re.compile(r"(?=[ivxlc])(c{0,3})(xc|xl|l?x{0,3})(ix|iv|v?i{0,3})")
_VALUES = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}
_ORDINAL = re.compile(r"(\d{1,3})(?:st|nd|rd|th|°|\.?[ao])?")
_PARAGRAPH = re.compile(
    r"\b(?:paragraphs?|paras?|parrafos?|parr|numeral(?:es)?|article|articulo|acuerdos?|agreement|punto|resolutivo|§)"
    r"\.?\s*(?:n\.?o\.?|num\.?|#)?\s*(\d{1,3})"
    r"((?:\s?\([a-z]{1,5}\)|\.[a-z]{1,5}\b|[a-z]\b\)?|\s[a-z]{1,5}\)|,?\s(?:items?|letters?|sub-?paragraphs?|incisos?|literal|letra)"
    r"\s\(?[a-z]{1,5}\b\)?){0,2})(?!\w)"
)
#: What an item below it is marked with: "(b)", ".b", "inciso b)".
_ITEM_MARK = re.compile(
    r"\b(?!(?:items?|letters?|sub|paragraphs?|subparagraphs?|incisos?|literal|letra)\b)[a-z]{1,5}\b|(?<=\d)[a-z]\b"
)
#: Words that say nothing of which meeting is meant.
_FILLERS = frozenset([
    "of", "the", "in", "at", "from", "a", "an", "de", "del", "la", "las", "el", "los", "en", "y", "and",
    "meeting", "meetings", "conference", "reunion", "conferencia", "city", "ciudad", "ordinary", "ordinaria",
    "no", "num",
])  # fmt: skip
_YEAR = re.compile(r"(?:19|20)\d\d")
#: What the keys of symbols are made of.
_SIGNS = ascii_lowercase + digits
#: Words of a place; more are a question, and no citation.
_MOST_WORDS = 5
#: A symbol has at least so many parts, and none longer than this.
FEWEST_PARTS, LONGEST_PART, LONGEST_SYMBOL = 3, 8, 60


def parts_of(typed: str) -> list[str]:
    """The parts of a symbol, in small letters, without the noughts that begin a number."""
    return [part.lstrip("0") or "0" if part.isdecimal() else part for part in _PART.findall(fold(typed))]


def key_of(symbol: str) -> str:
    """What a symbol is known by: its letters and figures."""
    return "".join(parts_of(symbol))


def known_as(keys: Sequence[str], symbols: tuple[tuple[str, str], ...]) -> str | None:
    """The first of the symbols that one of these keys means: by itself, or by the one that another process gave beside it."""
    known = _by_key(symbols)
    return next((known[key] for key in keys if key in known), None)


@lru_cache(maxsize=16)
def _by_key(symbols: tuple[tuple[str, str], ...]) -> dict[str, str]:
    theirs = {key_of(other): symbol for symbol, other in symbols if other}
    return theirs | {key_of(symbol): symbol for symbol, _other in symbols}


@dataclass(frozen=True)
class Names:
    """What things are called in this process: folded name → code.

    Attributes:
        parts: names that stand for a part of a symbol: `crm` for the process, `grcm` for a body.
        kinds, bodies: names of kinds and bodies in every language, singular and plural.
        conferences: codes of the bodies whose meetings are simply called conferences.
        leading: code of the kind that is meant where a paragraph is cited of a conference and no kind is named.
    """

    parts: Mapping[str, str] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)
    bodies: Mapping[str, str] = field(default_factory=dict)
    conferences: tuple[str, ...] = ()
    leading: str = ""


@dataclass(frozen=True)
class Citation:
    """A paper as people cite it: the kind, the number (or place and year) and the body of its meeting, a paragraph.

    Attributes:
        item: which of the meeting's papers of this kind: decision 3.
        words: the folded words of the meeting's place, and its year.
        marks: of the items below the paragraph: of 12(b)(ii) "b" and "ii".
        certain: whether it cannot be a mere question: "Declaration of Managua", but not "declaration Managua".
    """

    kind: str
    number: int | None
    bodies: tuple[str, ...]
    paragraph: int | None = None
    item: int | None = None
    words: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    certain: bool = True

    @property
    def numbered(self) -> str:
        """The paragraph as texts number it: "12(b)"; empty where none was cited."""
        return f"{self.paragraph}{''.join(f'({mark})' for mark in self.marks)}" if self.paragraph else ""

    def is_held_in(self, places: Iterable[str], year: int) -> bool:
        """Whether a meeting with this place, in every language, and year is meant."""
        known = {str(year)}.union(*(_PART.findall(fold(place)) for place in places))
        return known.issuperset(self.words)

    def fits(self, symbol: str | None) -> bool:
        """Whether a paper with this symbol may be meant."""
        return self.item is None or parts_of(symbol or "")[-1:] == [str(self.item)]


def keys_typed(typed: str, names: Names) -> list[str]:
    """The keys that what was typed may mean, the most literal first; none where it is no symbol."""
    parts = parts_of(typed)
    if not parts or len(typed) > LONGEST_SYMBOL * 2:
        return []
    literal = "".join(parts)
    ours = "".join(fold(names.parts.get(part, part)) for part in parts)
    return list(dict.fromkeys([literal, ours])) if len(literal) <= LONGEST_SYMBOL else []


def slips_typed(typed: str, names: Names) -> dict[str, int]:
    """Every key that a slip makes of what was typed, with how far it is; none where it is no symbol."""
    found: dict[str, int] = {}
    for key in keys_typed(typed, names) if looks_like_symbol(typed) else ():
        for near, cost in slips_of(key).items():
            found[near] = min(cost, found.get(near, cost))
    return found


def looks_like_symbol(typed: str) -> bool:
    """Whether a reader probably means a symbol: several short parts, a figure among them."""
    parts = parts_of(typed)
    if any(len(part) > LONGEST_PART for part in parts) and len(parts) > 1:
        return False
    joined = "".join(parts)
    if len(parts) == 1:
        return len(joined) >= 8 and len(_FIGURES.findall(joined)) >= 2 and joined[0].isalpha()
    return len(parts) >= FEWEST_PARTS and any(part.isdecimal() for part in parts)


def may_cite(typed: str) -> bool:
    """Whether what was typed may be a symbol or a citation at all.

    Both hold a number, a citation perhaps a Roman one; or it names a place: "Declaration of Managua".
    """
    words = re.split(r"[\s,;:()]+", fold(typed))
    if any(c.isdigit() for c in typed) or any(map(_ROMAN.fullmatch, words)):
        return True
    return len(words) <= _MOST_WORDS + FEWEST_PARTS and not {"of", "de", "del"}.isdisjoint(words[1:-1])


def slips_of(key: str) -> dict[str, int]:
    """Every key that one slip of the keyboard makes of this one, and itself, with how far it is.

    A sign exchanged, left out, added, or two turned round: 1 for a letter, 2 for a figure, 0 for the key itself. They are
    looked up one by one, so that what search takes for it does not depend on how many symbols there are.
    """
    found = {key: 0}
    for place in range(len(key) + 1):
        before, after = key[:place], key[place:]
        made = [(before + sign + after, sign) for sign in _SIGNS]
        if after:
            made += [(before + sign + after[1:], sign + after[0]) for sign in _SIGNS]
            made.append((before + after[1:], after[0]))
        if len(after) > 1:
            made.append((before + after[1] + after[0] + after[2:], after[:2]))
        for one, signs in made:
            found.setdefault(one, 2 if any(map(str.isdigit, signs)) else 1)
    return found


def citation(typed: str, names: Names) -> Citation | None:
    """What was cited: `XXI Declaration, paragraph 12`, `Declaración de la XXI Conferencia`; None where nothing was."""
    folded = fold(typed)
    paragraph = _PARAGRAPH.search(folded)
    rest = folded[: paragraph.start()] + folded[paragraph.end() :] if paragraph else folded
    # "Decision 3/2009".
    rest = re.sub(r"(?<=\d)/(?=(?:19|20)\d\d\b)", " ", rest)
    kind, rest = _taken(rest, names.kinds, mark="|")
    if kind is None and not (paragraph and names.leading):
        return None
    body, rest = _taken(rest, names.bodies)
    item = re.search(r"\|\s*(?:n\.?o\.?|num\.?|#)?\s*(\d{1,3})\b(?!\.?[ao]\b)", rest)
    numbers, words = _numbers(rest)
    if item and (len(numbers) == 2 or (len(numbers) == 1 and words)):
        numbers, words = _numbers(rest[: item.start(1)] + rest[item.end(1) :])
    else:
        item = None
    found = Citation(
        kind or names.leading, numbers[0] if numbers else None, (body,) if body else names.conferences,
        int(paragraph[1]) if paragraph else None, int(item[1]) if item else None,
        marks=tuple(_ITEM_MARK.findall(paragraph[2])) if paragraph else (),
    )  # fmt: skip
    if len(numbers) == 1:
        return found
    if item and not numbers and len(words) == 1 and _YEAR.fullmatch(words[0]):
        # "Decision 3 of 2009": the one of that year's meeting.
        return replace(found, words=words)
    if numbers or not any(not _YEAR.fullmatch(word) for word in words) or len(words) > _MOST_WORDS:
        return None
    said_of = re.search(r"\b(?:of|de|del|en|in)\b|\w[^|]*\|", rest) is not None
    return replace(found, words=words, certain=bool(said_of or paragraph or item))


def likeliest(cited: Citation, papers: Sequence[tuple[T, Mapping[str, str]]]) -> list[T]:
    """Of papers with their titles that a citation may mean: the one whose title names the place, where only one does."""
    named = [
        paper for paper, titles in papers
        if any(set(_PART.findall(fold(title))).issuperset(word for word in cited.words if not _YEAR.fullmatch(word))
               for title in titles.values())
    ] if cited.words else []  # fmt: skip
    return named if len(named) == 1 else [paper for paper, _titles in papers]


def _taken(text: str, names: Mapping[str, str], mark: str = "") -> tuple[str | None, str]:
    """The code of the longest name in a text, and the text with a mark in its place."""
    for name in sorted(names, key=len, reverse=True):
        found = re.search(rf"\b{re.escape(name)}\b", text)
        if found:
            return names[name], f"{text[: found.start()]} {mark} {text[found.end() :]}"
    return None, text


def _numbers(text: str) -> tuple[list[int], tuple[str, ...]]:
    """The numbers in a text, Roman or not; and the words that may name a place, with a year, which is no number."""
    numbers, words = [], []
    for word in re.split(r"[\s,;:()|]+", text):
        found = _ORDINAL.fullmatch(word)
        if found:
            numbers.append(int(found[1]))
        elif _ROMAN.fullmatch(word) and len(word) < 8 and (len(word) > 1 or word in "ivx"):
            numbers.append(_roman(word))
        else:
            words += [part for part in _PART.findall(word) if part not in _FILLERS]
    return numbers, tuple(words)


def _roman(word: str) -> int:
    total = before = 0
    for sign in reversed(word):
        value = _VALUES[sign]
        total += value if value >= before else -value
        before = max(before, value)
    return total


def paragraph_page(paragraph: int, pages: Iterable[tuple[int, str]]) -> int | None:
    """The number of the page on which a numbered paragraph begins; None where none does."""
    begins = re.compile(rf"^\s*(?:\(?{paragraph}[.)]|§\s*{paragraph}\b|(?:Art[íi]c(?:ulo|le)|Paragraph|Párrafo)\s+{paragraph}\b)", re.MULTILINE | re.IGNORECASE)  # fmt: skip
    return next((number for number, text in pages if begins.search(text)), None)
