"""Two languages of one text, paragraph beside paragraph: what is missing, and where figures or dates differ.

Paragraphs are paired by dynamic programming over their lengths (Gale and Church, Computational Linguistics 19(1), 1993,
for sentences), their numbering and the figures, dates and symbols that both share, which survive translation. The findings
are for a person's eye: they point at places, and decide nothing.
"""

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

from babel import Locale, UnknownLocaleError

from puebla.core.words import fold

#: What was read in a text, in one form for every language; empty where it says nothing that could be compared.
Reader = Callable[[re.Match[str]], str]
#: How many paragraphs a pair may lie off the diagonal: the work grows with the length of a text, not with its square.
BAND = 30


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of one language.

    Attributes:
        page: the page on which it begins, from 1.
        label: its number or letter as printed, "12." or "(a)"; empty where it has none.
        figures: figures, dates, times and symbols in it, in one form for every language; how often each.
    """

    text: str
    page: int
    label: str
    figures: Counter[str] = field(hash=False, compare=False)


@dataclass(frozen=True)
class Pair:
    """What stands side by side: usually one paragraph each; none on the side where it is missing.

    Attributes:
        only_left, only_right: figures and dates of one side that the other does not have, as they are read.
    """

    left: tuple[Paragraph, ...]
    right: tuple[Paragraph, ...]
    only_left: tuple[str, ...] = ()
    only_right: tuple[str, ...] = ()

    @property
    def missing(self) -> str:
        """On which side the paragraph is missing: "left", "right" or ""."""
        return "left" if not self.left else "right" if not self.right else ""

    @property
    def differs(self) -> bool:
        """Whether figures or dates differ."""
        return bool(self.only_left or self.only_right)


# Paragraphs --------------------------------------------------------------------------------------------------------

_LABEL = re.compile(r"\s*(\(?(?:\d{1,3}(?:\.\d{1,3})*|[a-zñ]|[ivx]{1,5})[.)]|[IVX]{1,5}\.)(?=\s)")
_ENDS = tuple(".:;?!”»)")
_PAGE_NUMBER = re.compile(
    r"(?:.{0,60}\b(?:page|página|pág\.?|p\.))?\W*\d{1,4}(?:\W+(?:of|de|sur|/)\W*\d{1,4})?\W*", re.IGNORECASE
)


def paragraphs(pages: Iterable[tuple[int, str]], language: str) -> list[Paragraph]:
    """The paragraphs of a text given by page, without running heads, page numbers, and breaks made by a page's end.

    Args:
        pages: number and text of each page in order; paragraphs stand apart by a blank line.
    """
    cut = [(number, [one.strip() for one in text.split("\n\n") if one.strip()]) for number, text in pages]
    heads = _running_heads([lines for _number, lines in cut])
    found: list[tuple[int, str]] = []
    for number, lines in cut:
        kept = [line for line in lines if _bare(line) not in heads and not _PAGE_NUMBER.fullmatch(line)]
        if found and kept and kept[0][:1].islower() and not found[-1][1].endswith(_ENDS):
            found[-1] = (found[-1][0], f"{found[-1][1]} {kept.pop(0)}")
        found += [(number, line) for line in kept]
    return [Paragraph(text, number, _label(text), figures(text, language)) for number, text in found]


def _bare(line: str) -> str:
    return re.sub(r"\d+", "#", line)


def _running_heads(pages: Sequence[Sequence[str]]) -> set[str]:
    """Lines that begin or end most pages, whatever number they carry."""
    if len(pages) < 2:
        return set()
    edges = Counter(_bare(line) for lines in pages for line in {*lines[:2], *lines[-2:]})
    return {line for line, times in edges.items() if times > len(pages) / 2 and len(line) < 200}


def _label(text: str) -> str:
    found = _LABEL.match(text)
    return found[1].strip("().").lower() if found else ""


# Figures -----------------------------------------------------------------------------------------------------------

# A line may have been broken after a stroke.
_SYMBOL = re.compile(r"\b[A-Z]{2,8}(?:/\s?[A-Z0-9]+){2,6}\b")
_TIME = re.compile(r"\b(\d{1,2})[:h](\d{2})(?:\s*([ap])\.?\s?m\.?)?(?=[\s,;.)]|$)(?!\.\d)", re.IGNORECASE)
_ORDINAL = re.compile(r"\b\d+(?:st|nd|rd|th|\.?[ºª°]|\.?er\b|e\b)", re.IGNORECASE)
_GROUPED = re.compile(r"(?<![\d.,])\d{1,3}(?:[.,\u00a0\u202f ]\d{3})+(?![\d])")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")


def figures(text: str, language: str) -> Counter[str]:
    """The figures, dates, times and symbols of a text, in one form whatever the language.

    Ordinals are left out, since one language writes 21st where another writes XXI.

    >>> sorted(figures("El 9 de julio de 2009 eran 1.250 (RCM/2009/VM/DEC/1).", "es"))
    ['1250', '2009-07-09', 'RCM/2009/VM/DEC/1']
    """
    label = _LABEL.match(text)
    rest = text[label.end() :] if label else text
    found: Counter[str] = Counter()
    for pattern, read in (*_FIRST, *_dates(language), *_LAST):
        found.update(value for match in pattern.finditer(rest) if (value := read(match)))
        # What was read once is not read again as something less.
        rest = pattern.sub(" ", rest)
    return found


def _time(match: re.Match[str]) -> str:
    hour, minute, half = int(match[1]), int(match[2]), (match[3] or "").lower()
    if hour > 23 or minute > 59:
        return match[0].strip()
    if half == "p" and hour < 12:
        hour += 12
    return f"{hour}:{minute:02}"


_FIRST: tuple[tuple[re.Pattern[str], Reader], ...] = ((_SYMBOL, lambda match: re.sub(r"\s", "", match[0])),)
_LAST: tuple[tuple[re.Pattern[str], Reader], ...] = (
    (_ORDINAL, lambda _match: ""),
    (_TIME, _time),
    (_GROUPED, lambda match: re.sub(r"\D", "", match[0])),
    (_NUMBER, lambda match: match[0].replace(",", ".")),
)


@lru_cache(maxsize=20)
def _dates(language: str) -> tuple[tuple[re.Pattern[str], Reader], ...]:
    """How a language writes dates: day, month and year in its order, or month and year."""
    months = _months(language)
    if not months:
        return ()
    name = "|".join(sorted(map(re.escape, months), key=len, reverse=True))

    def number_of(word: str) -> int:
        return months[fold(word)]

    # Spans ("13-14 March 1996", "13 y 14 de marzo de 1996") keep their first day as a figure of its own.
    day_first = re.compile(
        rf"\b(\d{{1,2}})(?:º|\.º)?\s+(?:de\s+)?({name})(?:\s+(?:del?\s+)?(\d{{4}}))?\b", re.IGNORECASE
    )
    month_first = re.compile(rf"\b({name})\s+(\d{{1,2}})(?:,?\s+(\d{{4}}))?\b(?!\d)", re.IGNORECASE)
    month_only = re.compile(rf"\b({name})\s+(?:del?\s+)?(\d{{4}})\b", re.IGNORECASE)
    return (
        (day_first, lambda m: _iso(m[3], number_of(m[2]), int(m[1]))),
        (month_first, lambda m: _iso(m[3], number_of(m[1]), int(m[2]))),
        (month_only, lambda m: f"{m[2]}-{number_of(m[1]):02}"),
    )


def _iso(year: str | None, month: int, day: int) -> str:
    return f"{year or '-'}-{month:02}-{day:02}"


@lru_cache(maxsize=20)
def _months(language: str) -> dict[str, int]:
    """The names of the months, folded, with their numbers; accents matter to no reader of a date."""
    try:
        names = Locale.parse(language).months
    except (UnknownLocaleError, ValueError):
        return {}
    return {
        fold(name): number
        for kind in ("format", "stand-alone")
        for number, name in names[kind]["wide"].items()
    }


#: Numbers that a language may write in words, so that "10" beside "ten" is no difference.
_IN_WORDS = {
    "en": ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"],
    "es": ["cero", "un", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez", "once", "doce", "trece", "catorce", "quince", "dieciseis", "diecisiete", "dieciocho", "diecinueve", "veinte"],
    "fr": ["zero", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze", "treize", "quatorze", "quinze", "seize", "dix-sept", "dix-huit", "dix-neuf", "vingt"],
    "pt": ["zero", "um", "dois", "tres", "quatro", "cinco", "seis", "sete", "oito", "nove", "dez", "onze", "doze", "treze", "catorze", "quinze", "dezesseis", "dezessete", "dezoito", "dezenove", "vinte"],
}  # fmt: skip
_TENS = {
    "en": {30: "thirty", 40: "forty", 50: "fifty", 60: "sixty", 70: "seventy", 80: "eighty", 90: "ninety", 100: "hundred",
           1000: "thousand"},
    "es": {30: "treinta", 40: "cuarenta", 50: "cincuenta", 60: "sesenta", 70: "setenta", 80: "ochenta", 90: "noventa",
           100: "cien", 1000: "mil"},
    "fr": {30: "trente", 40: "quarante", 50: "cinquante", 60: "soixante", 100: "cent", 1000: "mille"},
    "pt": {30: "trinta", 40: "quarenta", 50: "cinquenta", 60: "sessenta", 70: "setenta", 80: "oitenta", 90: "noventa",
           100: "cem", 1000: "mil"},
}  # fmt: skip
_ROMAN = re.compile(r"\b[IVXLC]{1,7}\b")


def _said_otherwise(figure: str, text: str, language: str) -> bool:
    """Whether the figure stands in the text in words, or as a Roman number."""
    if not figure.isdecimal() or int(figure) > 1000:
        return False
    number = int(figure)
    words = _IN_WORDS.get(language, [])
    word = words[number] if number < len(words) else _TENS.get(language, {}).get(number, "")
    if word and re.search(rf"\b{word}", fold(text)):
        return True
    return any(_value(roman) == number for roman in _ROMAN.findall(text))


def _value(roman: str) -> int:
    values = [{"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}[sign] for sign in roman]
    return sum(-one if one < after else one for one, after in pairwise([*values, 0]))


# Pairing -----------------------------------------------------------------------------------------------------------

_SKIP, _MERGE = 3.0, 1.6
#: How much a difference in length weighs, and beside several whole paragraphs, which must make up the length together.
_LENGTH, _LENGTH_OF_MERGED = 2.2, 4.0
#: What two paragraphs cost more where one of them alone is of the right length: then the other is missing.
_ONE_WOULD_DO = 1.5
#: How far apart in length a paragraph and its translation usually are.
_USUAL = 0.1
#: Letters of agreement that are taken for granted: in a short text a missing paragraph must not pass for a wordy language.
_TAKEN_FOR_GRANTED = 3000
#: Paragraphs of one side and of the other that may stand together.
_STEPS = ((1, 1), (1, 0), (0, 1), (2, 1), (1, 2))


def aligned(
    left: Sequence[Paragraph], right: Sequence[Paragraph], *, languages: tuple[str, str] = ("", "")
) -> list[Pair]:
    """Both texts in order, paragraph beside paragraph; nothing is left out of either.

    Args:
        languages: codes of the two sides, so that a number written in words is known for one.
    """
    return [_compared(tuple(left[a:b]), tuple(right[c:d]), languages) for a, b, c, d in _path(left, right)]


def _path(left: Sequence[Paragraph], right: Sequence[Paragraph]) -> Iterator[tuple[int, int, int, int]]:
    """The cheapest way through both texts, as spans; each step looked at within a band around the diagonal."""
    rows, columns = len(left), len(right)
    ratio = _ratio(left, right)
    slope = columns / rows if rows else 1.0
    width = BAND + abs(rows - columns)
    best: dict[tuple[int, int], tuple[float, tuple[int, int]]] = {(0, 0): (0.0, (0, 0))}
    for i in range(rows + 1):
        middle = round(i * slope)
        for j in range(max(0, middle - width), min(columns, middle + width) + 1):
            options = [
                (best[i - a, j - b][0] + _cost(left[i - a : i], right[j - b : j], ratio), (a, b))
                for a, b in _STEPS
                if (i - a, j - b) in best
            ]
            if options and (i, j) != (0, 0):
                best[i, j] = min(options)
    steps, i, j = [], rows, columns
    while i or j:
        a, b = best[i, j][1]
        steps.append((i - a, i, j - b, j))
        i, j = i - a, j - b
    return reversed(steps)


def _ratio(left: Sequence[Paragraph], right: Sequence[Paragraph]) -> float:
    """How much longer the right text says the same: Spanish about 1.15 times English."""
    of_left, of_right = (sum(len(one.text) for one in side) for side in (left, right))
    return min(2.0, max(0.5, (of_right + _TAKEN_FOR_GRANTED) / (of_left + _TAKEN_FOR_GRANTED)))


def _cost(left: Sequence[Paragraph], right: Sequence[Paragraph], ratio: float) -> float:
    """How odd it is that these stand side by side; least for what is alike in length, label and figures."""
    if not left or not right:
        alone = (left or right)[0]
        return _SKIP + min(1.5, len(alone.text) / 400)
    # Halves of a paragraph carry no number of their own.
    merged = sum(_MERGE + (3.0 if one.label else 0.0) for one in (*left[1:], *right[1:]))
    off = _off(left, right, ratio)
    whole = bool(merged) and all(map(_is_whole, (*left[1:], *right[1:])))
    if whole and min(_off(left[:1], right[:1], ratio), _off(left[-1:], right[-1:], ratio)) <= max(
        off, _USUAL
    ):
        merged += _ONE_WOULD_DO
    length = min(4.0, (_LENGTH_OF_MERGED if whole else _LENGTH) * off)
    label = _label_cost(left[0].label, right[0].label)
    return merged + length + label + _figure_cost(left, right)


def _is_whole(one: Paragraph) -> bool:
    """Whether it is no piece of a paragraph or a table, cut off by the end of a page or a cell."""
    return not one.text[:1].islower() and one.text.endswith(_ENDS)


def _off(left: Sequence[Paragraph], right: Sequence[Paragraph], ratio: float) -> float:
    """How far apart both are in length."""
    long, wide = sum(len(one.text) for one in left), sum(len(one.text) for one in right)
    return abs(math.log((wide + 20) / (long * ratio + 20)))


def _label_cost(left: str, right: str) -> float:
    if left == right:
        return -1.0 if left else 0.0
    # A number in one language and none in the other happens; two different numbers hardly ever.
    return 3.5 if left and right else 1.0


def _figure_cost(left: Sequence[Paragraph], right: Sequence[Paragraph]) -> float:
    mine, theirs = _figures_of(left), _figures_of(right)
    if not mine and not theirs:
        return 0.0
    shared = sum((mine & theirs).values())
    union = sum((mine | theirs).values())
    return 2.0 * (1 - shared / union) - min(1.5, 0.5 * shared)


def _figures_of(side: Sequence[Paragraph]) -> Counter[str]:
    return side[0].figures if len(side) == 1 else sum((one.figures for one in side), Counter())


def _compared(left: tuple[Paragraph, ...], right: tuple[Paragraph, ...], languages: tuple[str, str]) -> Pair:
    if not left or not right:
        return Pair(left, right)
    mine, theirs = _figures_of(left), _figures_of(right)
    words_left, words_right = (" ".join(one.text for one in side) for side in (left, right))
    only_left = [one for one in mine - theirs if not _said_otherwise(one, words_right, languages[1])]
    only_right = [one for one in theirs - mine if not _said_otherwise(one, words_left, languages[0])]
    return Pair(left, right, _undated(only_left, only_right), _undated(only_right, only_left))


_DAY = re.compile(r"(?:\d{4}|-)(-\d\d-\d\d)")


def _undated(mine: Sequence[str], theirs: Sequence[str]) -> tuple[str, ...]:
    """My figures, without a day that one of the two sides names with its year and the other without."""
    days = {match[1]: one for one in theirs if (match := _DAY.fullmatch(one))}

    def is_known(figure: str) -> bool:
        match = _DAY.fullmatch(figure)
        other = days.get(match[1]) if match else None
        return other is not None and "--" in (figure[:2], other[:2])

    return tuple(sorted(one for one in mine if not is_known(one)))


# A page of it ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Comparison:
    """Two texts side by side as a page shows them: every pair with its number, which is its address for ever."""

    pairs: list[tuple[int, Pair]]

    @property
    def findings(self) -> list[tuple[int, Pair]]:
        """The pairs that somebody should look at."""
        return [(number, pair) for number, pair in self.pairs if pair.missing or pair.differs]

    def counts(self) -> dict[str, int]:
        """How many paragraphs there are, are missing on each side, and differ in figures or dates."""
        found = [pair for _number, pair in self.findings]
        return {
            "total": len(self.pairs),
            "missing_left": sum(pair.missing == "left" for pair in found),
            "missing_right": sum(pair.missing == "right" for pair in found),
            "differing": sum(pair.differs for pair in found),
        }


def compared(
    left: Iterable[tuple[int, str]], right: Iterable[tuple[int, str]], *, languages: tuple[str, str]
) -> Comparison:
    """Two texts given by page, side by side."""
    sides = paragraphs(left, languages[0]), paragraphs(right, languages[1])
    return Comparison(list(enumerate(aligned(*sides, languages=languages), 1)))
