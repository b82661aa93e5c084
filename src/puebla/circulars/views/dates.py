"""What circulars put into calendars: the day, or the hour, by which parties reply."""

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from puebla.circulars.models import Circular, Precision, State
from puebla.core.calendars import CalendarEntry, other_language
from puebla.core.languages import show
from puebla.members.querysets import Reach
from puebla.members.querysets.prepared import PreparedForReader

if TYPE_CHECKING:
    from puebla.accounts.models import Person

COLUMNS = ("ref", "symbol", "titles", "state", "reply_on", "reply_by_at", "reply_zone", "reply_precision", "changed_at", "revision",
           "room__sealed", "body__code", "body__short_names")  # fmt: skip


def entries(person: "Person", reach: Reach, first: dt.datetime, last: dt.datetime) -> Iterator[CalendarEntry]:
    """Reply-by dates between these instants, of circulars that were sent and that this person may read."""
    yield from _dates.rows(person, reach, first, last)


def _between(
    person: "Person", reach: Reach, first: dt.datetime, last: dt.datetime
) -> QuerySet[Any, dict[str, Any]]:
    seen = Circular.objects.visible_to(person, reach=reach).filter(sent_at__isnull=False)
    return seen.filter(reply_by_at__gte=first, reply_by_at__lt=last).values(*COLUMNS)


def _entry(row: dict[str, Any]) -> CalendarEntry:
    words = _("Reply by: %(title)s")
    at_an_hour = row["reply_precision"] == Precision.MINUTE
    # The symbol of a sealed room's circular tells its body and number: no address outside the house holds it.
    address = row["ref"] if row["room__sealed"] else row["symbol"] or row["ref"]
    return CalendarEntry(
        uid=f"reply-{row['ref']}", kind="reply_by", title=words % {"title": show(row["titles"]).text or row["symbol"]},
        language=other_language(row["titles"]), starts_at=row["reply_by_at"] if at_an_hour else None, on=None if at_an_hour else row["reply_on"],
        zone=row["reply_zone"] or "UTC", address=reverse("circulars:record", args=[address]), body=row["body__code"] or "",
        body_name=str(show(row["body__short_names"])), about=row["symbol"] or "", sequence=row["revision"] - 1,
        cancelled=row["state"] == State.CANCELLED, changed_at=row["changed_at"],
        outside=words % {"title": _("a circular of a sealed room")} if row["room__sealed"] else "",
    )  # fmt: skip


_dates = PreparedForReader(_between, make=_entry, kept=100)
