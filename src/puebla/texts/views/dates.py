"""What drafts put into calendars: the hour until which delegations comment."""

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from puebla.core.calendars import CalendarEntry, other_language
from puebla.core.languages import show
from puebla.core.models import Process
from puebla.members.querysets import Reach
from puebla.members.querysets.prepared import PreparedForReader
from puebla.texts.models import Text

if TYPE_CHECKING:
    from puebla.accounts.models import Person

COLUMNS = ("ref", "symbol", "titles", "comments_until", "changed_at", "revision", "room__sealed")


def entries(person: "Person", reach: Reach, first: dt.datetime, last: dt.datetime) -> Iterator[CalendarEntry]:
    """Until when delegations comment on the drafts that this person reads, between these instants."""
    yield from _dates.rows(person, reach, first, last)


def _between(
    person: "Person", reach: Reach, first: dt.datetime, last: dt.datetime
) -> QuerySet[Any, dict[str, Any]]:
    seen = Text.objects.visible_to(person, reach=reach).filter(state=Text.State.OPEN)
    return seen.filter(comments_until__gte=first, comments_until__lt=last).values(*COLUMNS)


def _entry(row: dict[str, Any]) -> CalendarEntry:
    words = _("Comments on: %(title)s")
    return CalendarEntry(
        uid=f"comments-{row['ref']}", kind="asked", title=words % {"title": show(row["titles"]).text or row["symbol"]},
        language=other_language(row["titles"]), starts_at=row["comments_until"], zone=Process.current().time_zone,
        address=reverse("texts:text", args=[row["ref"]]), about=row["symbol"], sequence=row["revision"] - 1,
        changed_at=row["changed_at"], outside=words % {"title": _("a draft of a sealed room")} if row["room__sealed"] else "",
    )  # fmt: skip


_dates = PreparedForReader(_between, make=_entry, kept=100)
