"""The words of a paragraph: one line of plain text, in which *a word or more* may be set off.

Plain text is safe by construction, and the same in a page, a DOCX, a PDF, a comparison and the index of search. What
reports and decisions set off is their opening verbs and foreign words: one mark is enough for that.
"""

import re
from collections.abc import Iterator
from html import escape

from django.utils.safestring import SafeString, mark_safe

#: Signs of one paragraph in one language.
LONGEST = 20_000
_SET_OFF = re.compile(r"(?<![\w*])\*(?=[^\s*])([^*]*[^\s*])\*(?![\w*])")


def runs(words: str) -> Iterator[tuple[str, bool]]:
    """The words in pieces, each with whether it is set off.

    >>> list(runs("*Take note* of it"))
    [('Take note', True), (' of it', False)]
    """
    end = 0
    for found in _SET_OFF.finditer(words):
        if found.start() > end:
            yield words[end : found.start()], False
        yield found[1], True
        end = found.end()
    if end < len(words):
        yield words[end:], False


def unmarked(words: str) -> str:
    """The words without marks, for search and titles."""
    return "".join(piece for piece, _set_off in runs(words))


def shown(words: str) -> SafeString:
    """The words for a page."""
    # What is escaped has its marks where they were.
    safe = escape(words)
    return mark_safe(_SET_OFF.sub(r"<em>\1</em>", safe) if "*" in safe else safe)  # noqa: S308
