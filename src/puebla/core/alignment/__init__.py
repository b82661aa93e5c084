"""Two languages of one text, paragraph beside paragraph: what is missing, and where figures or dates differ.

Paragraphs are paired by dynamic programming over their lengths (Gale and Church, Computational Linguistics 19(1), 1993,
for sentences), their numbering and the figures, dates and symbols that both share, which survive translation. The findings
are for a person's eye: they point at places, and decide nothing.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from puebla.core.alignment.figures import differing, figures, value_of

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

    @property
    def words(self) -> str:
        """Its text without the label."""
        return _unlabelled(self.text).strip()

    @property
    def number(self) -> str:
        """Its label where that is a number, Roman ones in figures: "iv" and "4" are one."""
        if re.fullmatch(r"[ivxlc]{2,}", self.label):
            return str(value_of(self.label.upper()))
        return self.label if self.label[:1].isdigit() else ""


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
    return [
        Paragraph(text, number, _label(text), figures(_unlabelled(text), language)) for number, text in found
    ]


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


def _unlabelled(text: str) -> str:
    found = _LABEL.match(text)
    return text[found.end() :] if found else text


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
    # Counted without making what both have and what either has: asked of every pair within the band.
    shared = sum(min(count, theirs[figure]) for figure, count in mine.items() if figure in theirs)
    union = mine.total() + theirs.total() - shared
    return 2.0 * (1 - shared / union) - min(1.5, 0.5 * shared)


def _figures_of(side: Sequence[Paragraph]) -> Counter[str]:
    return side[0].figures if len(side) == 1 else sum((one.figures for one in side), Counter())


def _compared(left: tuple[Paragraph, ...], right: tuple[Paragraph, ...], languages: tuple[str, str]) -> Pair:
    if not left or not right:
        return Pair(left, right)
    texts = " ".join(one.text for one in left), " ".join(one.text for one in right)
    only_left, only_right = differing(_figures_of(left), _figures_of(right), texts=texts, languages=languages)
    numbers = left[0].number, right[0].number
    if all(numbers) and numbers[0] != numbers[1]:
        only_left, only_right = (f"{numbers[0]}.", *only_left), (f"{numbers[1]}.", *only_right)
    return Pair(left, right, only_left, only_right)


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
