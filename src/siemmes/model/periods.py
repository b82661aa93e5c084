"""Periods of time as SDMX writes them, and the order and reach of each.

Canonical forms: year `2009`, half-year `2009-S1`, quarter `2009-Q1`, month `2009-04`, and a range of years
`1990-01-01/P5Y` for figures of several years, or of a year that does not begin in January (`2003-10-01/P1Y`, a fiscal year). `2009-A1` and `2009-M04` mean the same as `2009` and `2009-04` and are
written as those (SDMX 3.0 technical notes, section 4.2).
"""

import re
from dataclasses import dataclass
from functools import lru_cache

#: The canonical form of a period by frequency, as RE2 and Python's `re` read alike.
FORMS = {
    "A": r"\d{4}|\d{4}-(0[1-9]|1[0-2])-01/P1Y",
    "S": r"\d{4}-S[12]",
    "Q": r"\d{4}-Q[1-4]",
    "M": r"\d{4}-(0[1-9]|1[0-2])",
    "A5": r"\d{4}|\d{4}-(0[1-9]|1[0-2])-01/P5Y",
}
#: How the periods of a year end by frequency, those that do not begin in another month than their year does.
ENDS = {
    "A": ("",),
    "S": ("-S1", "-S2"),
    "Q": tuple(f"-Q{quarter}" for quarter in range(1, 5)),
    "M": tuple(f"-{month:02}" for month in range(1, 13)),
    "A5": ("", "-01-01/P5Y"),
}
_RANGE = re.compile(r"(\d{4})-(0[1-9]|1[0-2])-01/P(\d{1,3})Y")
_PARTS = re.compile(r"(\d{4})(?:-(?:(0[1-9]|1[0-2])|S([12])|Q([1-4])))?")
_LONG = re.compile(r"(\d{4})-(?:A1|M(\d{2}))")


@dataclass(frozen=True, slots=True)
class Span:
    """The months that a period covers, counted from the year 0: first and last, both included."""

    first: int
    last: int


def canonical(text: str) -> str:
    """The same period in the form that is stored; text that is no period comes back as it is."""
    text = text.strip()
    if found := _LONG.fullmatch(text):
        year, month = found.groups()
        return year if month is None else f"{year}-{month}"
    return text


@lru_cache(maxsize=1 << 12)
def span(period: str) -> Span | None:
    """The months of a period in any canonical form; None where it is no period."""
    if found := _RANGE.fullmatch(period):
        first = int(found[1]) * 12 + int(found[2]) - 1
        return Span(first, first + int(found[3]) * 12 - 1)
    found = _PARTS.fullmatch(period)
    if found is None:
        return None
    year = int(found[1]) * 12
    if found[2]:
        return Span(year + int(found[2]) - 1, year + int(found[2]) - 1)
    length, number = (6, found[3]) if found[3] else (3, found[4]) if found[4] else (12, "1")
    first = year + (int(number) - 1) * length
    return Span(first, first + length - 1)


def fits(period: str, frequency: str) -> bool:
    """Whether a period has the canonical form of its frequency."""
    form = FORMS.get(frequency)
    return form is not None and re.fullmatch(form, period) is not None


def within(period: str, *, start: str | None = None, end: str | None = None) -> bool:
    """Whether a period lies between two others; a bare year means all of its periods (SDMX-REST 1.5).

    A period that is none lies nowhere.
    """
    reach = span(period)
    if reach is None:
        return False
    low, high = (span(start) if start else None), (span(end) if end else None)
    return (low is None or reach.first >= low.first) and (high is None or reach.last <= high.last)
