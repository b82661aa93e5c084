"""Lines into paragraphs, paragraphs into pages."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

PAGE = 3000
LONGEST = 2 * PAGE

# Two or more, or any that is not the plain one: most single spaces need no replacing.
_SPACES = re.compile(r"[^\S\n ][^\S\n]*| [^\S\n]+")
_LIGATURES = str.maketrans(
    {
        "ﬀ": "ff",
        "ﬁ": "fi",
        "ﬂ": "fl",
        "ﬃ": "ffi",
        "ﬄ": "ffl",
        "ﬅ": "st",
        "ﬆ": "st",
        "\u00a0": " ",
        "\u200b": None,
    }
)
_TYPOGRAPHIC = re.compile("[ﬀ-ﬆ\u00a0\u200b]")
# A hyphen that PDFium marks as one of line breaking, or a soft one.
_BROKEN_WORD = ("\x02", "\ufffe", "\u00ad")
# PDFium marks the hyphen of a compound at the end of a line in the same way: what no line breaking makes was written.
_WRITTEN_HYPHEN = re.compile(r"(?<=[^\W_A-ZÁÉÍÓÚÜÑ])[\x02\ufffe](?=[A-ZÁÉÍÓÚÜÑ])|(?<=\w)[\x02\ufffe](?=\d)")
_ITEM = re.compile(
    r"(?:[•●▪◦‣·*–—-]\s|\(?(?:\d{1,3}|[a-zA-Z]|[ivxlcIVXLC]{1,6})[.)]\s|\d{1,2}(?:\.\d{1,2})+\.?\s|"
    r"(?:Article|Artículo|Annex|Anexo|Objective|Objetivo|Chapter|Capítulo)\s+\w{1,6}\b)"
)
_LONE_BULLET = re.compile(r"[•●▪◦‣·*–—]")
_ENDS = (".", ":", ";", "?", "!", "”", "»")
# A line this much shorter than the page's long lines was ended by its writer, not by the margin.
_FULL = 0.72
# Points: lines that begin this close to each other share an indent, or a column.
_INDENT = 20
_COLUMN = 100
# The line before the last of a paragraph still reaches the margin less a long word.
_NEARLY_FULL = 0.86


def normalised(text: str) -> str:
    """One space between words, composed accents, no typographic ligatures; line breaks stay."""
    if _TYPOGRAPHIC.search(text):
        text = text.translate(_LIGATURES)
    if not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    return _SPACES.sub(" ", text)


class Place(NamedTuple):
    """Where a line stands on its page, in points from the lower left corner, and how tall its type is."""

    left: float
    bottom: float
    height: float
    right: float


def from_lines(lines: Sequence[str], places: Sequence[Place] | None = None) -> str:
    """Set lines that were broken by a margin as paragraphs again, parted by blank lines.

    Lengths and marks of ending tell paragraphs apart; where places are known (one a line), gaps and sizes of type
    tell it better, and join the lines of a heading.
    """
    tidy = [line.strip() for line in normalised("\n".join(lines)).split("\n")]
    page = _Page(places) if places is not None and len(places) == len(tidy) else None
    margin = _margin(page.continued(tidy) if page else tidy)
    paragraphs: list[str] = []
    before: int | None = None
    for index, line in enumerate(tidy):
        if not line:
            before = before if page else None
            continue
        if _LONE_BULLET.fullmatch(line):
            continue
        link = _link(tidy, before, index, margin=margin, page=page)
        if link is None:
            paragraphs.append(line)
        else:
            paragraphs[-1] = _joined(paragraphs[-1], line, link)
        before = index
    # Marks left inside are of rows that PDFium joined itself.
    return _WRITTEN_HYPHEN.sub("-", "\n\n".join(paragraphs)).translate(dict.fromkeys(map(ord, _BROKEN_WORD)))


class _Page:
    """What the places of all lines say together: the size of the running text, and its usual distance of lines."""

    def __init__(self, places: Sequence[Place]) -> None:
        self.places = places
        heights = sorted(place.height for place in places)
        self.body = heights[len(heights) // 2] if heights else 0.0
        steps = [round(self._step(index - 1, index), 1) for index in range(1, len(places))]
        usual = [step for step in steps if 0.7 <= step <= 2.5]
        self.step = max(set(usual), key=lambda step: (usual.count(step), -step)) if usual else 1.2
        self._margins: dict[int, float] = {}

    def reach(self, index: int) -> float:
        """How far towards the right margin of its column this line goes: 1 is all the way."""
        place = self.places[index]
        indent = round(place.left / _INDENT)
        if indent not in self._margins:
            # Lines of other columns begin far away; small print and headings have margins of their own.
            rights = sorted(
                one.right for one in self.places
                if abs(one.left - place.left) < _COLUMN and abs(one.height - self.body) <= 0.1 * self.body
            )  # fmt: skip
            self._margins[indent] = rights[int(len(rights) * 0.85)] if rights else place.right
        width = self._margins[indent] - place.left
        return (place.right - place.left) / width if width > 0 else 1.0

    def _step(self, before: int, index: int) -> float:
        upper, lower = self.places[before], self.places[index]
        return (upper.bottom - lower.bottom) / max(lower.height, 1.0)

    def same_row(self, before: int, index: int) -> bool:
        """Two cells of a table."""
        return abs(self._step(before, index)) < 0.2 and self.places[index].left > self.places[before].left

    def parted(self, before: int, index: int, rows: int = 1) -> bool:
        """Another size of type, a gap, or another column; the upper line may stand for several rows."""
        upper, lower = self.places[before].height, self.places[index].height
        if abs(upper - lower) > 0.1 * max(upper, lower):
            return True
        farthest = self.step * 1.2 + 0.05 if rows == 1 else self.step * rows * 1.03
        return not 0.3 < self._step(before, index) <= farthest

    def continued(self, lines: Sequence[str]) -> Sequence[str]:
        """The lines that another follows closely: they reached the margin; all lines where none is followed so."""
        found = [line for index, line in enumerate(lines[:-1]) if line and not self.parted(index, index + 1)]
        return found if len(found) > 2 else lines

    def is_heading(self, before: int, index: int) -> bool:
        """Lines of type bigger than the running text, close together: one heading, however short they are."""
        return self.places[index].height > 1.15 * self.body and 0.3 < self._step(before, index) <= 1.4


def _link(
    lines: Sequence[str], before: int | None, index: int, *, margin: int, page: _Page | None
) -> str | None:
    """What joins this line to the one before: a space, a tab between cells, or None for a new paragraph."""
    if before is None:
        return None
    if page and page.same_row(before, index):
        return "\t"
    upper, line = lines[before], lines[index]
    if upper.endswith(_BROKEN_WORD):
        return " "
    if _ITEM.match(line):
        return None
    # PDFium itself joins some rows: then what counts is how full the last of them is.
    rows = max(1, round(len(upper) / margin)) if page else 1
    if page and page.parted(before, index, rows):
        return None
    if page and page.is_heading(before, index):
        return " "
    full = margin * (_NEARLY_FULL if upper.endswith(_ENDS) else _FULL)
    return " " if len(upper) - (rows - 1) * margin >= full else None


def _margin(lines: Sequence[str]) -> int:
    """How many letters a full line holds."""
    lengths = sorted(len(line) for line in lines if line)
    return max(lengths[int(len(lengths) * 0.9)], 40) if lengths else 40


def _joined(paragraph: str, line: str, link: str) -> str:
    if paragraph.endswith(_BROKEN_WORD):
        return paragraph + line  # the mark goes, or becomes a hyphen, when all is joined
    return f"{paragraph}{link}{line}"


def into_pages(paragraphs: Iterable[str], *, size: int = PAGE) -> Iterator[str]:
    """Cut running text into pages of about `size` characters, at the ends of paragraphs where possible."""
    page: list[str] = []
    length = 0
    for paragraph in paragraphs:
        for piece in _pieces(paragraph):
            if page and length + len(piece) > size * 1.25:
                yield "\n\n".join(page)
                page, length = [], 0
            page.append(piece)
            length += len(piece) + 2
            if length >= size:
                yield "\n\n".join(page)
                page, length = [], 0
    if page:
        yield "\n\n".join(page)


def _pieces(paragraph: str) -> Iterator[str]:
    """A paragraph of ordinary length as it is; an endless one at its line ends, sentences or spaces."""
    start = 0
    while len(paragraph) - start > LONGEST:
        window = paragraph[start : start + PAGE]
        cut = next(
            (at + len(sign) for sign in ("\n", ". ", " ") if (at := window.rfind(sign)) > PAGE // 2), PAGE
        )
        yield paragraph[start : start + cut].strip()
        start += cut
    if rest := paragraph[start:].strip():
        yield rest
