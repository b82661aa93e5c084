"""Words as people type them: folded, so that `migracion` meets `Migración`."""

import re
import unicodedata


def without_nul(text: str) -> str:
    """The text with U+FFFD for NUL: PostgreSQL takes no NUL, even in a question, and nothing that is kept has either."""
    return text.replace("\x00", "\ufffd")


#: Signs of the longest symbol or code.
LONGEST_SYMBOL = 60


def can_be_symbol(text: str) -> bool:
    """Whether something may have this symbol or code; a database asked for a far longer text answers with a fault."""
    return len(text) <= LONGEST_SYMBOL and "\x00" not in text


def fold(text: str) -> str:
    """The text in lower case without accents, blanks single; ñ folds to n, as people type it abroad."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).split())


#: Signs that turn the direction of writing: in a title they make the words around it read otherwise than they are.
_TURNING = re.compile(r"[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]+")


def one_line(text: str) -> str:
    """The text as one line of visible words: control signs and line breaks become blanks, turning signs go.

    >>> one_line(" Agenda\\r\\nprovisional\\u202e ")
    'Agenda provisional'
    """
    return " ".join(_CONTROL.sub(" ", _TURNING.sub("", text)).split())
