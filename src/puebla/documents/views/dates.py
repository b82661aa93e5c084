"""What the repository puts into calendars: hours at which embargoes end, and days on which papers are expected."""

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from puebla.core.calendars import CalendarEntry, other_language
from puebla.core.languages import show
from puebla.documents.forms import language_name
from puebla.documents.models import Document, LanguageEdition, State
from puebla.documents.querysets import DocumentQuerySet
from puebla.members.querysets import Reach, today
from puebla.members.querysets.prepared import PreparedForReader

if TYPE_CHECKING:
    from puebla.accounts.models import Person

COLUMNS = ("ref", "symbol", "titles", "changed_at", "revision", "embargo_until", "expected_on", "room__sealed", "body__code",
           "body__short_names", "party__short_names")  # fmt: skip


def entries(person: "Person", reach: Reach, first: dt.datetime, last: dt.datetime) -> Iterator[CalendarEntry]:
    """Embargoes that end, papers and languages that are expected between these instants, of papers this person may know of."""
    for question in (_embargoes, _expected, _lacking):
        yield from question.rows(person, reach, first, last)


def _seen(person: "Person", reach: Reach) -> DocumentQuerySet:
    # Without an order of its own, which would have every paper walked by its date: calendars put entries in theirs.
    return Document.objects.visible_to(person, reach=reach).exclude(state=State.WITHDRAWN).order_by()


def _ending(
    person: "Person", reach: Reach, first: dt.datetime, last: dt.datetime
) -> QuerySet[Any, dict[str, Any]]:
    return _seen(person, reach).filter(embargo_until__gte=first, embargo_until__lt=last).values(*COLUMNS)


def _awaited(
    person: "Person", reach: Reach, first: dt.datetime, last: dt.datetime
) -> QuerySet[Any, dict[str, Any]]:
    days = (today(first), today(last))
    return _seen(person, reach).filter(state=State.AWAITED, expected_on__range=days).values(*COLUMNS)


def _awaited_languages(
    person: "Person", reach: Reach, first: dt.datetime, last: dt.datetime
) -> QuerySet[Any, dict[str, Any]]:
    days = (today(first), today(last))
    expected = LanguageEdition.objects.filter(expected_on__isnull=False).order_by().values("document")
    lacking = _seen(person, reach).filter(
        pk__in=expected, editions__expected_on__range=days, editions__versions=None
    )
    return lacking.values(*COLUMNS, language=F("editions__language"), by_on=F("editions__expected_on"))


def _of_embargo(row: dict[str, Any]) -> CalendarEntry:
    return _entry(row, f"embargo-{row['ref']}", "embargo", starts_at=row["embargo_until"])


def _of_paper(row: dict[str, Any]) -> CalendarEntry:
    return _entry(row, f"expected-{row['ref']}", "expected", on=row["expected_on"])


def _of_language(row: dict[str, Any]) -> CalendarEntry:
    uid = f"expected-{row['ref']}-{row['language']}"
    return _entry(row, uid, "expected", on=row["by_on"], language=row["language"])


def _entry(
    row: dict[str, Any], uid: str, kind: str, *, language: str = "", starts_at: dt.datetime | None = None,
    on: dt.date | None = None,
) -> CalendarEntry:  # fmt: skip
    title = str(show(row["titles"])) or row["symbol"] or row["ref"]
    if language:
        title = _("%(title)s, in %(language)s") % {"title": title, "language": language_name(language)}
    words = _("Embargo ends: %(title)s") if kind == "embargo" else _("Expected: %(title)s")
    return CalendarEntry(
        uid=uid, kind=kind, title=words % {"title": title}, language=other_language(row["titles"]), starts_at=starts_at, on=on,
        address=reverse("documents:record", args=[row["symbol"] or row["ref"]]), body=row["body__code"] or "",
        body_name=str(show(row["body__short_names"])), sequence=row["revision"] - 1, changed_at=row["changed_at"],
        about=" · ".join(filter(None, [row["symbol"], str(show(row["party__short_names"]))])),
        outside=words % {"title": _("a paper of a sealed room")} if row["room__sealed"] else "",
    )  # fmt: skip


_embargoes = PreparedForReader(_ending, make=_of_embargo, kept=100)
_expected = PreparedForReader(_awaited, make=_of_paper, kept=100)
_lacking = PreparedForReader(_awaited_languages, make=_of_language, kept=100)
