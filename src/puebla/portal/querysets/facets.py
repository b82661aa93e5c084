"""What the public reads at one moment by every filter (`core.search.facets`); the rows are always read through `readable`."""

import datetime as dt
from array import array
from typing import Any

from django.core.cache import caches
from django.db.models import F

from puebla.core.languages import Texts
from puebla.core.search.facets import Facets, by_value
from puebla.core.words import order_of
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
