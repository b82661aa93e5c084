"""Counts behind filters, fast enough to be made anew for every question.

What there is at one moment is kept as sets of bits, one for each value of each filter: a filter's count under all the
others is then an AND and a count of ones, whatever the number of rows. The sets say which rows and how many; the rows
themselves are always read through their gate, so a set that is old can show nothing.
"""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from html import escape
from itertools import islice
from typing import Any, Self

from django.utils.formats import localize
from django.utils.safestring import SafeString, mark_safe

from puebla.core.languages import Texts, show
from puebla.core.words import fold


@dataclass(frozen=True)
class Choice:
    """One value of a filter with the number of rows behind it."""

    value: str
    label: str
    count: int


@dataclass(frozen=True)
class Found:
    """The rows that match, as bits over all there are."""

    facets: "Facets"
    bits: int

    def __len__(self) -> int:
        return self.bits.bit_count()

    def keys(self, sort: str, start: int, stop: int) -> list[int]:
        """The primary keys of these places of the list in this order."""
        return list(islice(self.facets.in_order(self.bits, sort), start, stop))


@dataclass
class Facets:
    """All rows: their keys in the order of the bits, and the bits of every value.

    Attributes:
        open: the rows that a reader may know of, where not all.
    """

    keys: "array[int]" = field(default_factory=lambda: array("q"))
    orders: "dict[str, array[int]]" = field(default_factory=dict)
    bits: dict[str, dict[str, int]] = field(default_factory=dict)
    names: dict[str, dict[str, Texts]] = field(default_factory=dict)
    open: int | None = None

    def among(self, bits: int) -> Self:
        """The same of these rows alone: a value that none of them has is not known."""
        left = {
            name: {value: own for value, all_of_it in values.items() if (own := all_of_it & bits)}
            for name, values in self.bits.items()
        }
        return replace(self, bits=left, open=bits)

    def matching(self, filters: Mapping[str, str], *, within: int | None = None) -> Found:
        """The rows that match every filter, among these or all."""
        bits = (1 << len(self.keys)) - 1 if self.open is None else self.open
        if within is not None:
            bits &= within
        for name, value in filters.items():
            bits &= self.bits[name].get(value, 0)
        return Found(self, bits)

    def of_keys(self, keys: Iterable[int]) -> int:
        """These rows as bits."""
        places = {key: place for place, key in enumerate(self.keys)}
        return bits_of((places[key] for key in keys if key in places), len(self.keys))

    def choices(self, name: str, under: Found, chosen: str = "") -> list[Choice]:
        """The values of a filter that rows have under the other filters, in the order readers expect."""
        counts = {
            value: count
            for value, bits in self.bits[name].items()
            if (count := (bits & under.bits).bit_count()) or value == chosen
        }
        found = [Choice(value, self.label(name, value), count) for value, count in counts.items()]
        if name in ("year", "meeting"):  # known in their order already: the newest first
            return found
        return sorted(found, key=lambda choice: fold(choice.label))

    def label(self, name: str, value: str) -> str:
        """A value in the reader's words."""
        return str(show(self.names.get(name, {}).get(value))) or value

    def in_order(self, bits: int, sort: str) -> Iterable[int]:
        """The keys of these rows in an order."""
        # Reversed, so that the first place is the first sign.
        signs = format(bits, "b")[::-1]
        if sort != "newest":
            return (
                self.keys[place] for place in self.orders[sort] if place < len(signs) and signs[place] == "1"
            )
        return (self.keys[place] for place in ones(signs))


def by_value(pairs: Iterable[tuple[Any, int]], size: int) -> dict[str, int]:
    """The bits of each value: pairs of a value and the place of a row."""
    places: dict[str, list[int]] = {}
    for value, place in pairs:
        if value not in ("", None):
            places.setdefault(str(value), []).append(place)
    return {value: bits_of(found, size) for value, found in places.items()}


def bits_of(places: Iterable[int], size: int) -> int:
    """These places as the ones of a number."""
    buffer = bytearray(size // 8 + 1)
    for place in places:
        buffer[place >> 3] |= 1 << (place & 7)
    return int.from_bytes(buffer, "little")


def ones(signs: str) -> Iterable[int]:
    """The places of what is set, of signs in reverse: finding signs in a text is what Python is fast at."""
    place = signs.find("1")
    while place >= 0:
        yield place
        place = signs.find("1", place + 1)


def options(offered: Sequence[Choice], chosen: str) -> SafeString:
    """The values as they stand in a list to choose from; there are hundreds, so no template goes through them."""
    lines = [
        f'<option value="{escape(one.value)}"{" selected" if one.value == chosen else ""}>{escape(one.label)}'
        f" ({localize(one.count)})</option>"
        for one in offered
    ]
    return mark_safe("".join(lines))  # noqa: S308 - every value was escaped above
