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


#: Parts of a symbol: a number, or one other sign; and how signs that divide it stand to one another.
_SYMBOL_RUN = re.compile(r"\d+|[^\d]")
_DIVIDING = {"/": "0", "-": "1", ".": "2"}


def order_of(symbol: str) -> str:
    """A key whose alphabetical order is the order of symbols: parts first, numbers by their value.

    Only figures and small letters stand in it: other signs are put in order by each database in its own way.

    >>> sorted(["RCM/2009/VM/DEC/10", "RCM/2009/VM/DECL/1", "RCM/2009/VM/DEC/2"], key=order_of)
    ['RCM/2009/VM/DEC/2', 'RCM/2009/VM/DEC/10', 'RCM/2009/VM/DECL/1']
    """
    return "".join(
        _number_of(run) if run.isdecimal() else _sign_of(run) for run in _SYMBOL_RUN.findall(symbol.lower())
    )


def _number_of(figures: str) -> str:
    """How many figures it has comes first, and last the noughts before it, so that 1 and 01 have their places too."""
    value = figures.lstrip("0")
    noughts = len(figures) - len(value)
    return f"3{len(value):02d}{value}" + (f"9{noughts:02d}" if noughts else "")


def _sign_of(sign: str) -> str:
    return sign if "a" <= sign <= "z" else _DIVIDING.get(sign, "2")
