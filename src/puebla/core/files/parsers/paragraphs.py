"""Lines into paragraphs, paragraphs into pages."""

import re
import unicodedata
from collections.abc import Iterable, Iterator

PAGE = 3000
LONGEST = 2 * PAGE

_SPACES = re.compile(r"[^\S\n]+")
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
# A hyphen that PDFium marks as one of line breaking, or a soft one.
_BROKEN_WORD = ("\x02", "\ufffe", "\u00ad")
_ITEM = re.compile(
    r"(?:[•●▪◦‣·*–—-]\s|\(?(?:\d{1,3}|[a-zA-Z]|[ivxlcIVXLC]{1,6})[.)]\s|\d{1,2}(?:\.\d{1,2})+\.?\s|"
    r"(?:Article|Artículo|Annex|Anexo|Objective|Objetivo|Chapter|Capítulo)\s+\w{1,6}\b)"
)
_ENDS = (".", ":", ";", "?", "!", "”", "»")
# A line this much shorter than the page's long lines was ended by its writer, not by the margin.
_FULL = 0.72
# The line before the last of a paragraph still reaches the margin less a long word.
_NEARLY_FULL = 0.86


def normalised(text: str) -> str:
    """One space between words, composed accents, no typographic ligatures; line breaks stay."""
    text = text.translate(_LIGATURES)
    if not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    return _SPACES.sub(" ", text)


def from_lines(text: str) -> str:
    """Set lines that were broken by a margin as paragraphs again, parted by blank lines.

    Only line lengths and marks of ending tell paragraphs apart here: the places of single letters would tell more, but
    asking for them costs ten times the reading.
    """
    lines = [line.strip() for line in normalised(text.replace("\r\n", "\n").replace("\r", "\n")).split("\n")]
    lengths = sorted(len(line) for line in lines if line)
    if not lengths:
        return ""
    margin = max(lengths[int(len(lengths) * 0.9)], 40)
    paragraphs: list[str] = []
    goes_on = False
    for line in lines:
        if not line:
            goes_on = False
            continue
        if goes_on and not _ITEM.match(line):
            paragraphs[-1] = _joined(paragraphs[-1], line)
        else:
            paragraphs.append(line)
        goes_on = _goes_on(line, margin)
    return "\n\n".join(paragraph.rstrip("".join(_BROKEN_WORD)) for paragraph in paragraphs)


def _goes_on(line: str, margin: int) -> bool:
    if line.endswith(_BROKEN_WORD):
        return True
    return len(line) >= margin * (_NEARLY_FULL if line.endswith(_ENDS) else _FULL)


def _joined(paragraph: str, line: str) -> str:
    if paragraph.endswith(_BROKEN_WORD):
        return paragraph[:-1] + line
    return f"{paragraph} {line}"


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
