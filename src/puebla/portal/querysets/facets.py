"""Counts behind filters, fast enough to be made anew for every question.

What the public reads at one moment is kept as sets of bits, one for each value of each filter: a filter's count under
all the others is then an AND and a count of ones, whatever the number of documents. The sets say which rows and how
many; the rows themselves are always read through `readable`, so a set that is old can show nothing.
"""

import datetime as dt
from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.core.cache import caches
from django.db.models import F

from puebla.core.languages import Texts, show
from puebla.core.words import fold, order_of
from puebla.publications.models import (
    PublicBody,
    PublicDocument,
    PublicFile,
    PublicKind,
    PublicMainTheme,
    PublicMeeting,
    PublicParty,
    PublicTheme,
)
from puebla.publications.querysets import PublicDocumentQuerySet, edition

#: Filters whose values stand in the documents' own columns.
COLUMNS = {
    "kind": "kind_code",
    "body": "body_code",
    "meeting": "meeting_symbol",
    "party": "party_code",
    "year": "year",
}
#: What the values of a filter are called, where a list says so; else as in the documents themselves.
NAMES: dict[str, tuple[Any, str, str]] = {
    "kind": (PublicKind, "code", "names"),
    "body": (PublicBody, "code", "names"),
    "meeting": (PublicMeeting, "symbol", "titles"),
    "party": (PublicParty, "code", "short_names"),
    "theme": (PublicMainTheme, "code", "names"),
}
OWN_NAMES = {"kind": "kind_names", "body": "body_names", "meeting": "meeting_titles", "party": "party_names"}
ORDERS: dict[str, tuple[Any, ...]] = {
    "newest": (F("dated_on").desc(nulls_last=True), "symbol_order"),
    "oldest": (F("dated_on").asc(nulls_last=True), "symbol_order"),
    "symbol": ("symbol_order",),
}
_KEPT_FOR = 24 * 60 * 60


@dataclass(frozen=True)
class Choice:
    """One value of a filter with the number of documents behind it."""

    value: str
    label: str
    count: int


@dataclass(frozen=True)
class Found:
    """The documents that match, as bits over all readable ones."""

    facets: "Facets"
    bits: int

    def __len__(self) -> int:
        return self.bits.bit_count()

    def keys(self, sort: str, start: int, stop: int) -> list[int]:
        """The primary keys of these places of the list in this order."""
        return list(islice(self.facets.in_order(self.bits, sort), start, stop))


@dataclass
class Facets:
    """All readable documents: their keys in the order of the bits, and the bits of every value."""

    keys: "array[int]" = field(default_factory=lambda: array("q"))
    orders: "dict[str, array[int]]" = field(default_factory=dict)
    bits: dict[str, dict[str, int]] = field(default_factory=dict)
    names: dict[str, dict[str, Texts]] = field(default_factory=dict)

    def matching(self, filters: Mapping[str, str], *, within: int | None = None) -> Found:
        """The documents that match every filter, among these or all."""
        bits = (1 << len(self.keys)) - 1 if within is None else within
        for name, value in filters.items():
            bits &= self.bits[name].get(value, 0)
        return Found(self, bits)

    def of_keys(self, keys: Iterable[int]) -> int:
        """These documents as bits."""
        places = {key: place for place, key in enumerate(self.keys)}
        return _bits((places[key] for key in keys if key in places), len(self.keys))

    def choices(self, name: str, under: Found, chosen: str = "") -> list[Choice]:
        """The values of a filter that documents have under the other filters, in the order readers expect."""
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
        """The keys of these documents in an order."""
        # Reversed, so that the first place is the first sign: finding signs in a text is what Python is fast at.
        signs = format(bits, "b")[::-1]
        if sort != "newest":
            return (
                self.keys[place] for place in self.orders[sort] if place < len(signs) and signs[place] == "1"
            )
        return (self.keys[place] for place in _ones(signs))


def facets(at: dt.datetime) -> Facets:
    """The facets of what is public at this instant; made once after each change of it."""
    key = f"facets-{edition(at)}".replace(" ", "-")
    kept: Facets | None = caches["pages"].get(key)
    if kept is None:
        kept = _made(at)
        caches["pages"].set(key, kept, _KEPT_FOR)
    return kept


def _made(at: dt.datetime) -> Facets:
    readable = PublicDocument.objects.readable(at=at)
    rows = list(readable.order_by(*ORDERS["newest"]).values_list("pk", *COLUMNS.values()))
    made = Facets(keys=array("q", (row[0] for row in rows)))
    places = {row[0]: place for place, row in enumerate(rows)}
    for column, name in enumerate(COLUMNS, start=1):
        made.bits[name] = by_value(((row[column], place) for place, row in enumerate(rows)), len(rows))
    for name, model, value, extra in (
        ("theme", PublicTheme, "code", {}),
        ("language", PublicFile, "language", {"current": True}),
    ):
        pairs = model._default_manager.filter(**extra).order_by().values_list(value, "document_id")
        known = ((word, places[key]) for word, key in pairs if key in places)
        made.bits[name] = by_value(known, len(rows))
    for sort in ("oldest", "symbol"):
        keys = readable.order_by(*ORDERS[sort]).values_list("pk", flat=True)
        made.orders[sort] = array("q", (places[key] for key in keys if key in places))
    made.names = {name: _names(name, list(made.bits[name]), readable) for name in NAMES}
    made.bits["year"] = dict(sorted(made.bits["year"].items(), reverse=True))
    made.bits["meeting"] = _newest_meetings_first(made.bits["meeting"])
    return made


def _names(name: str, values: list[str], readable: PublicDocumentQuerySet) -> dict[str, Texts]:
    """What these values are called: in the public list, else in the newest document that has them."""
    model, code, names = NAMES[name]
    found: dict[str, Texts] = dict(
        model._default_manager.filter(**{f"{code}__in": values}).values_list(code, names)
    )
    missing = [value for value in values if value not in found]
    if missing and name in OWN_NAMES:
        column = COLUMNS[name]
        own = readable.filter(**{f"{column}__in": missing}).order_by("released_at")
        found |= dict(own.values_list(column, OWN_NAMES[name]))
    elif missing:
        themes = PublicTheme.objects.filter(code__in=missing, document__in=readable.order_by())
        found |= dict(themes.values_list("code", "names"))
    return found


def _newest_meetings_first(bits: dict[str, int]) -> dict[str, int]:
    order = list(PublicMeeting.objects.filter(symbol__in=bits).values_list("symbol", flat=True))
    return {
        symbol: bits[symbol]
        for symbol in [*order, *sorted(set(bits) - set(order), key=order_of, reverse=True)]
    }


def by_value(pairs: Iterable[tuple[Any, int]], size: int) -> dict[str, int]:
    places: dict[str, list[int]] = {}
    for value, place in pairs:
        if value not in ("", None):
            places.setdefault(str(value), []).append(place)
    return {value: _bits(found, size) for value, found in places.items()}


def _bits(places: Iterable[int], size: int) -> int:
    """These places as the ones of a number."""
    buffer = bytearray(size // 8 + 1)
    for place in places:
        buffer[place >> 3] |= 1 << (place & 7)
    return int.from_bytes(buffer, "little")


def _ones(signs: str) -> Iterable[int]:
    place = signs.find("1")
    while place >= 0:
        yield place
        place = signs.find("1", place + 1)
