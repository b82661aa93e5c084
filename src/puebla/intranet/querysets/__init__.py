"""Questions of the private site's own pages."""

from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from puebla.core.models import JournalEntry
from puebla.documents.models import Document
from puebla.members.models import Room
from puebla.members.querysets import Reach

if TYPE_CHECKING:
    from puebla.accounts.models import Person

#: Who read or follows what is told to the reader's own party and on the paper, never here.
PERSONAL = ("document.opened", "follow.started", "follow.stopped", "mail.pace_set", "search.feed_closed", "search.feed_opened",
            "search.forgotten", "search.saved", "silence.read")  # fmt: skip


def entries_for(person: "Person", reach: Reach) -> "QuerySet[JournalEntry]":
    """The journal as this person may read it: nothing of papers hidden from them, nor of sealed rooms they do not sit in."""
    seen = Document.objects.visible_to(person, reach=reach).order_by().values("ref")
    rooms = Room.objects.filter(Q(sealed=False) | Q(pk__in=sorted(reach.rooms | reach.opened))).values("ref")
    return (
        JournalEntry.objects.exclude(act__in=PERSONAL)
        # Of circulars, replies and reports.
        .exclude(act__endswith=".file_opened")
        .filter(Q(room_ref="") | Q(room_ref__in=rooms))
        .filter(~Q(subject_kind="Document") | Q(subject_ref__in=seen))
        .order_by("-sequence")
    )
