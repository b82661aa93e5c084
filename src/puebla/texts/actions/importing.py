"""A text brought in from files: numbers and letters recognised, languages set side by side, all of it only proposed.

Nothing is stored before a person has confirmed it; where the numbering of a file is broken, that is said beside the place.
"""

import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.utils.translation import gettext as _

from puebla.core.alignment import Paragraph as Read
from puebla.core.alignment import aligned, paragraphs
from puebla.core.files.examine import examine
from puebla.core.files.kinds import FileKind
from puebla.core.files.parsers.paragraphs import from_lines
from puebla.core.files.reading import UnreadableError, read
from puebla.core.languages import Texts
from puebla.core.verdicts import RefusedError
from puebla.core.words import one_line
from puebla.texts.actions.editing import Piece
from puebla.texts.models import Function, Kind, tree

#: What a text is brought in from.
KINDS = (FileKind.DOCX, FileKind.ODT, FileKind.TXT)
#: Paragraphs of one file that one table shows; a longer file is refused, so that none is left out.
MOST = 400
#: What is set before the words of a paragraph, as it is printed.
_PRINTED = re.compile(
    r"\s*(?:\(?(?P<number>\d{1,3})(?:\)|\.\)?)|\(?(?P<letter>[a-zñ]|[ivx]{2,5})\)|(?P<section>[IVX]{1,5})\.)\s+"
)
_LONGEST_HEADING = 120
#: Signs of a line beyond which no margin breaks it: then every line of the file is a paragraph.
_WIDEST = 100


@dataclass(frozen=True)
class Proposal:
    """A paragraph as it was recognised.

    Attributes:
        printed: number or letter as it stands in the file. faults: what a person should look at.
        depth: of an item, 1 for "(a)", 2 for "(i)" below it.
    """

    kind: str
    words: Texts
    printed: str = ""
    faults: tuple[str, ...] = ()
    function: str = Function.INFORMATIONAL
    depth: int = 0

    @property
    def piece(self) -> Piece:
        """As it is written into the text."""
        return Piece(self.kind, self.words, self.function, self.depth if self.kind == Kind.ITEM else 0)


def read_file(source: BinaryIO, name: str, language: str) -> list[Read]:
    """The paragraphs of a file, read in a process apart.

    Raises:
        RefusedError: where it is no DOCX, ODT or plain text, is damaged, too large, or has no text.
    """
    with tempfile.NamedTemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR) as copy:
        while chunk := source.read(1 << 20):
            copy.write(chunk)
        copy.flush()
        path = Path(copy.name)
        kind = examine(path, name=name, limit=settings.UPLOAD_LIMIT).kind
        if kind not in KINDS:
            raise RefusedError(
                _("“%(name)s” is no DOCX, ODT or plain text. Save it as one of these.") % {"name": name}
            )
        try:
            reading = read(path, kind, recognise=False)
        except UnreadableError as error:
            raise RefusedError(str(error)) from error
    found = paragraphs([(page.number, _parted(page.text, kind)) for page in reading.pages], language)
    if not found:
        raise RefusedError(_("No text was found in “%(name)s”.") % {"name": name})
    if len(found) > MOST:
        raise RefusedError(
            _(
                "“%(name)s” has %(count)d paragraphs; at most %(limit)d are brought in at once. Divide the file."
            )
            % {"name": name, "count": len(found), "limit": MOST}
        )
    return found


def _parted(words: str, kind: FileKind) -> str:
    """The words with a blank line between paragraphs, which in a plain text may be one line each, or lines that a margin broke."""
    if kind != FileKind.TXT:
        return words
    blocks = [block.split("\n") for block in words.split("\n\n")]
    if any(len(line) > _WIDEST for lines in blocks for line in lines):
        return "\n\n".join(line for lines in blocks for line in lines)
    return "\n\n".join(from_lines(lines) for lines in blocks)


def propose(files: Mapping[str, Sequence[Read]]) -> list[Proposal]:
    """What the files hold, paragraph by paragraph; every language is paired with the first by number, length and figures."""
    first, *others = files
    rows: list[dict[str, Read]] = [{first: one} for one in files[first]]
    for code in others:
        rows = list(_joined(rows, first, code, files))
    return _checked(_recognised(one) for one in rows)


def _joined(
    rows: Sequence[dict[str, Read]], first: str, code: str, files: Mapping[str, Sequence[Read]]
) -> Iterator[dict[str, Read]]:
    """The rows with another language beside the first.

    Where one language needs two paragraphs for one of the other, or has one more, each is a row of its own.
    """
    left = iter(rows)
    for pair in aligned(files[first], files[code], languages=(first, code)):
        for number in range(max(len(pair.left), len(pair.right))):
            added = {code: pair.right[number]} if number < len(pair.right) else {}
            if number >= len(pair.left):
                yield added
                continue
            for row in left:
                if first in row:
                    yield row | added
                    break
                # Of a language that was joined before, and missing in the first.
                yield row
    yield from left


def _recognised(sides: Mapping[str, Read]) -> Proposal:
    marks = {code: _PRINTED.match(one.text) for code, one in sides.items()}
    mark = next((found for found in marks.values() if found), None)
    words = {
        code: one_line(one.text[found.end() :] if (found := marks[code]) else one.text)
        for code, one in sides.items()
    }
    first = next(iter(words.values()))
    printed = mark[0].strip() if mark else ""
    if mark and mark["number"]:
        return Proposal(Kind.PARAGRAPH, words, printed)
    if mark and mark["letter"]:
        return Proposal(Kind.ITEM, words, printed)
    if len(first) <= _LONGEST_HEADING and not first.endswith((".", ";", ":", ",", "”", "»")):
        return Proposal(Kind.HEADING, words, printed)
    return Proposal(Kind.PARAGRAPH, words, printed)


def _checked(rows: Any) -> list[Proposal]:
    """With what is odd in the numbering; what stands before the first number recalls and considers."""
    found: list[Proposal] = list(rows)
    numbered = any(_figures(one) for one in found)
    number = letter = small = 0
    begun = False
    # What an item would lie below, as it is brought in.
    above = ""
    checked: list[Proposal] = []
    for one in found:
        faults: list[str] = []
        function, depth = one.function, 0
        if figures := _figures(one):
            value = int(figures)
            if value != number + 1:
                faults.append(
                    _("Number %(value)s follows %(before)s.") % {"value": value, "before": number}
                    if begun
                    else _("The first number is %(value)s.") % {"value": value}
                )
            number, letter, small, begun = value, 0, 0, True
        elif one.kind == Kind.ITEM:
            sign = one.printed.strip("().").lower()
            depth, value, last = _counted(sign, letter, small)
            if value != last + 1:
                faults.append(_("Letter %(value)s does not follow.") % {"value": sign})
            letter, small = (value, 0) if depth == 1 else (letter, value)
            if above != Kind.PARAGRAPH:
                faults.append(_("No paragraph stands above this letter."))
        elif one.kind == Kind.PARAGRAPH and numbered and not begun:
            function = Function.PREAMBULAR
        elif one.kind == Kind.PARAGRAPH:
            letter = small = 0
        above = above if one.kind == Kind.ITEM else one.kind
        checked.append(Proposal(one.kind, one.words, one.printed, tuple(faults), function, depth))
    return checked


def _figures(one: Proposal) -> str:
    """The number of a numbered paragraph; a Roman one before a long line is a section's and counts none."""
    return re.sub(r"\D", "", one.printed) if one.kind == Kind.PARAGRAPH else ""


def _counted(sign: str, letter: int, small: int) -> tuple[int, int, int]:
    """How deep an item stands, what its sign counts, and what the one before it of that depth did.

    "(i)" is a letter after "(h)", and begins small Roman numbers below everywhere else; "(v)" and "(x)" go on with whichever of
    both they follow.
    """
    roman = ROMAN.get(sign, 0)
    as_letter = tree.rank_of(sign) if len(sign) == 1 and "a" <= sign <= "z" else 0
    if as_letter == letter + 1 or not roman:
        return 1, as_letter or letter + 1, letter
    if roman == small + 1 and letter:
        return 2, roman, small
    if roman == letter + 1:
        # Lettered by Roman numbers alone.
        return 1, roman, letter
    if not as_letter:
        return (2, roman, small) if small else (1, roman, letter)
    return 1, as_letter, letter


ROMAN = {tree.roman(number): number for number in range(1, 40)}
