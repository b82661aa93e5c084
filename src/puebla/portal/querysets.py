"""What the portal asks of the public copies, beyond what they answer themselves: counts by filter, who presides."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Count, Prefetch, Q, QuerySet, TextField
from django.db.models.functions import Cast

from puebla.core.languages import Texts, show
from puebla.core.models import DatePrecision, Process
from puebla.core.words import fold
from puebla.publications.models import (
    PublicDocument,
    PublicFile,
    PublicMeeting,
    PublicParty,
    PublicPresidency,
    PublicTheme,
)
from puebla.publications.querysets import PublicDocumentQuerySet


@dataclass(frozen=True)
class Choice:
    """One value of a filter with the number of documents behind it."""

    value: str
    label: str
    count: int


def working_languages() -> list[str]:
    """The working languages of the process, in its own order."""
    languages = Process.objects.values_list("languages", flat=True).first()
    return languages or [code for code, _name in settings.LANGUAGES]


def with_files(documents: PublicDocumentQuerySet) -> PublicDocumentQuerySet:
    """The documents with their current files at hand: one query more, whatever their number."""
    current = PublicFile.objects.filter(current=True).order_by("language")
    return documents.prefetch_related(Prefetch("files", current, to_attr="current_files"))


def counts_by(documents: PublicDocumentQuerySet, code: str, names: str) -> list[Choice]:
    """How many documents each kind or body has; names may differ by release, so they are joined by code."""
    rows = documents.exclude(**{code: ""}).order_by().values_list(code, names).annotate(n=Count("pk"))
    return _by_name(rows)


def counts_by_theme(documents: PublicDocumentQuerySet) -> list[Choice]:
    """How many documents each theme has."""
    themes = PublicTheme.objects.filter(document__in=documents.order_by())
    return _by_name(themes.values_list("code", "names").annotate(n=Count("pk")))


def counts_by_year(documents: PublicDocumentQuerySet) -> list[Choice]:
    """How many documents each year has, the newest year first."""
    rows = documents.exclude(year=None).order_by("-year").values_list("year").annotate(n=Count("pk"))
    return [Choice(str(year), str(year), count) for year, count in rows]


def counts_by_language(documents: PublicDocumentQuerySet) -> dict[str, int]:
    """How many documents have a file in each language."""
    files = PublicFile.objects.filter(document__in=documents.order_by(), current=True)
    return dict(files.order_by().values_list("language").annotate(n=Count("pk")))


def _by_name(rows: Iterable[tuple[str, Texts, int]]) -> list[Choice]:
    counts: dict[str, int] = {}
    labels: dict[str, str] = {}
    for code, names, count in rows:
        counts[code] = counts.get(code, 0) + count
        labels[code] = str(show(names)) or code
    choices = [Choice(code, labels[code], count) for code, count in counts.items()]
    return sorted(choices, key=lambda choice: fold(choice.label))


def documents_of_meetings(documents: PublicDocumentQuerySet, symbols: Iterable[str]) -> dict[str, int]:
    """How many documents each of these meetings has."""
    found = documents.filter(meeting_symbol__in=list(symbols)).order_by()
    return dict(found.values_list("meeting_symbol").annotate(n=Count("pk")))


def relations_of(document: PublicDocument, *, at: dt.datetime) -> list[tuple[str, PublicDocument]]:
    """The documents that this one names and those that name it, public ones only: (kind, document).

    A kind read from the other end is told by the ending `_of_this`.
    """
    named = {row["symbol"]: row["kind"] for row in document.relations}
    readable = PublicDocument.objects.readable(at=at)
    naming = readable.annotate(named=Cast("relations", TextField())).filter(
        named__contains=f'"{document.symbol}"'
    )
    found: list[tuple[str, PublicDocument]] = [
        (named[one.symbol], one) for one in readable.filter(symbol__in=list(named))
    ]
    for one in naming:
        found += [
            (f"{row['kind']}_of_this", one) for row in one.relations if row["symbol"] == document.symbol
        ]
    return found


def presiding(*, on: dt.date) -> PublicPresidency | None:
    """The presidency that runs on this day."""
    return PublicPresidency.objects.filter(starts_on__lte=on).order_by("-starts_on").first()


def coming_meetings(*, on: dt.date) -> QuerySet[PublicMeeting]:
    """Meetings that may still take place, soonest first: one known by its month counts until the month is over."""
    running = Q(precision=DatePrecision.MONTH, starts_on__gte=on.replace(day=1))
    running |= Q(precision=DatePrecision.YEAR, starts_on__gte=on.replace(month=1, day=1))
    coming = Q(ends_on__gte=on) | Q(ends_on=None) & (Q(starts_on__gte=on) | running)
    return PublicMeeting.objects.filter(coming).order_by("starts_on", "symbol")


def address_of(typed: str, *, at: dt.datetime) -> tuple[str, str] | None:
    """The public record whose symbol was typed, as (name of its address, symbol); None where nothing has it.

    Capitals do not matter, and the process may be called by any of its short names: `CRM/...` is `RCM/...` in Spanish.
    """
    symbol = typed.strip("/ ")
    if not symbol or " " in symbol:
        return None
    first, slash, rest = symbol.partition("/")
    process = Process.objects.first() if slash else None
    if process and first.casefold() in {name.casefold() for name in process.short_names.values()}:
        symbol = f"{process.code}/{rest}"
    readable = PublicDocument.objects.readable(at=at)
    for name, records in (("portal:document", readable), ("portal:meeting", PublicMeeting.objects.all())):
        found = records.filter(symbol__iexact=symbol).values_list("symbol", flat=True).first()
        if found:
            return name, found
    return None


def parties_by_standing() -> dict[str, list[PublicParty]]:
    """Parties by their standing, each list sorted as readers of the language expect."""
    found: dict[str, list[PublicParty]] = {}
    for party in sorted(PublicParty.objects.all(), key=_sort_name):
        found.setdefault(party.standing, []).append(party)
    return found


def _sort_name(party: PublicParty) -> Any:
    return fold(str(show(party.short_names)) or party.code)
