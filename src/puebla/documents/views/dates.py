"""What the repository puts into calendars: hours at which embargoes end, and days on which papers are expected."""

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _

from puebla.core.calendars import CalendarEntry, other_language
from puebla.core.languages import show
from puebla.documents.forms import language_name
from puebla.documents.models import Document, State
from puebla.members.querysets import Reach, today

if TYPE_CHECKING:
    from puebla.accounts.models import Person

COLUMNS = ("ref", "symbol", "titles", "changed_at", "revision", "embargo_until", "expected_on", "room__sealed", "body__code",
           "body__short_names", "party__short_names")  # fmt: skip


def entries(
    person: "Person | None", reach: Reach, first: dt.datetime, last: dt.datetime
) -> Iterator[CalendarEntry]:
    """Embargoes that end, papers and languages that are expected between these instants, of papers this person may know of."""
    seen = Document.objects.visible_to(person, reach=reach).exclude(state=State.WITHDRAWN)
    here = reverse("documents:list")
    for row in seen.filter(embargo_until__gte=first, embargo_until__lt=last).values(*COLUMNS):
        yield _entry(row, here, f"embargo-{row['ref']}", "embargo", starts_at=row["embargo_until"])
    days = (today(first), today(last))
    for row in seen.filter(state=State.AWAITED, expected_on__range=days).values(*COLUMNS):
        yield _entry(row, here, f"expected-{row['ref']}", "expected", on=row["expected_on"])
    lacking = seen.filter(editions__expected_on__range=days, editions__versions=None)
    named = {"language": F("editions__language"), "by_on": F("editions__expected_on")}
    for row in lacking.values(*COLUMNS, **named):
        uid = f"expected-{row['ref']}-{row['language']}"
        yield _entry(row, here, uid, "expected", on=row["by_on"], language=row["language"])


def _entry(
    row: dict[str, Any], here: str, uid: str, kind: str, *, language: str = "", starts_at: dt.datetime | None = None,
    on: dt.date | None = None,
) -> CalendarEntry:  # fmt: skip
    title = str(show(row["titles"])) or row["symbol"] or row["ref"]
    if language:
        title = _("%(title)s, in %(language)s") % {"title": title, "language": language_name(language)}
    words = _("Embargo ends: %(title)s") if kind == "embargo" else _("Expected: %(title)s")
    return CalendarEntry(
        uid=uid, kind=kind, title=words % {"title": title}, language=other_language(row["titles"]), starts_at=starts_at, on=on,
        address=f"{here}{quote(row['symbol'] or row['ref'])}/", body=row["body__code"] or "",
        body_name=str(show(row["body__short_names"])), sequence=row["revision"] - 1, changed_at=row["changed_at"],
        about=" · ".join(filter(None, [row["symbol"], str(show(row["party__short_names"]))])),
        outside=words % {"title": _("a paper of a sealed room")} if row["room__sealed"] else "",
    )  # fmt: skip
