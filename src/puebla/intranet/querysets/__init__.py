"""Questions of the private site's own pages."""

import datetime as dt
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import Q, QuerySet

from puebla.core.calendars import last_day
from puebla.core.models import JournalEntry
from puebla.documents.models import Document
from puebla.members.models import Meeting, Restricted, Room
from puebla.members.querysets import Reach

if TYPE_CHECKING:
    from puebla.accounts.models import Person

#: Who read or follows what is told to the reader's own party and on the paper, never here.
PERSONAL = ("delegate.photo_opened", "delegation.letter_opened", "document.opened", "follow.started", "follow.stopped",
            "mail.pace_set", "reply.drafted", "search.feed_closed", "search.feed_opened", "search.forgotten", "search.saved",
            "silence.read", "statement.opened")  # fmt: skip


def entries_for(person: "Person", reach: Reach) -> "QuerySet[JournalEntry]":
    """The journal as this person may read it: nothing of records hidden from them, nor of sealed rooms they do not sit in."""
    seen = Document.objects.visible_to(person, reach=reach).order_by().values("ref")
    rooms = Room.objects.filter(Q(sealed=False) | Q(pk__in=sorted(reach.rooms | reach.opened))).values("ref")
    found = (
        JournalEntry.objects.exclude(act__in=PERSONAL)
        # Of circulars, replies and reports.
        .exclude(act__endswith=".file_opened")
        .filter(Q(room_ref="") | Q(room_ref__in=rooms))
        .filter(~Q(subject_kind="Document") | Q(subject_ref__in=seen))
    )
    for model in apps.get_models():
        # What a delegation writes for itself: a reply, a statement, a text that it has not sent yet.
        if issubclass(model, Restricted) and model is not Document and hasattr(model, "ref"):
            records: Any = model._default_manager
            seen = records.visible_to(person, reach=reach).order_by().values("pk")
            hidden = records.order_by().exclude(pk__in=seen).values("ref")
            found = found.exclude(subject_kind=model.__name__, subject_ref__in=hidden)
    return found.order_by("-sequence")


def next_of(symbols: Collection[str], *, on: dt.date) -> str:
    """Which of these meetings comes first of those that are not over; one question at most. For who knows of them already."""
    if not symbols:
        return ""
    rows = Meeting.objects.filter(symbol__in=sorted(symbols)).order_by("starts_on", "symbol_order")
    for symbol, starts_on, ends_on, precision in rows.values_list(
        "symbol", "starts_on", "ends_on", "precision"
    ):
        if (ends_on or last_day(starts_on, precision)) >= on:
            return str(symbol)
    return ""
