"""Meetings: convened, held in sessions along an agenda."""

from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from puebla.core import registry

#: How the journal says each act to readers.
PHRASES = {
    "agenda.item_added": gettext_lazy("added an item to the agenda"),
    "agenda.item_closed": gettext_lazy("took back an observer's exception for an item"),
    "agenda.item_described": gettext_lazy("changed an item of the agenda"),
    "agenda.item_moved": gettext_lazy("moved an item of the agenda"),
    "agenda.item_opened": gettext_lazy("opened an item to an observer"),
    "agenda.item_removed": gettext_lazy("took an item off the agenda"),
    "agenda.paper_placed": gettext_lazy("put a document under an item"),
    "agenda.paper_removed": gettext_lazy("took a document from under an item"),
    "agenda.revised": gettext_lazy("made a revision of the agenda"),
    "convening.begun": gettext_lazy("began to prepare the meeting"),
    "convening.closed": gettext_lazy("closed the meeting"),
    "convening.convened": gettext_lazy("convened the meeting"),
    "convening.described": gettext_lazy("changed how the meeting is held"),
    "convening.in_session": gettext_lazy("opened the meeting"),
    "report.adopted": gettext_lazy("adopted the minutes or the report"),
    "report.comments_ended": gettext_lazy("ended the time for comments on the report"),
    "report.drafted": gettext_lazy("began the minutes or the report"),
    "report.filed": gettext_lazy("filed the minutes or the report"),
    "report.sent_for_comments": gettext_lazy("sent the report for comments"),
    "session.cancelled": gettext_lazy("cancelled a session"),
    "session.changed": gettext_lazy("changed a session"),
    "session.held": gettext_lazy("added a session"),
}


def menu_entry(_person: Any) -> tuple[str, str]:
    """Meetings, in the private site's menu."""
    return _("Meetings"), "meetings:list"


class MeetingsConfig(AppConfig):
    """Meetings, their sessions and agendas."""

    name = "puebla.meetings"
    label = "meetings"

    def ready(self) -> None:
        """Fill the registries."""
        for act, words in PHRASES.items():
            registry.journal_phrases.add(act, lambda _facts, words=words: str(words))
        from puebla.meetings.views.reports import offer

        registry.page_offers.add("meetings.reports", offer)
        registry.menu.add("meetings", menu_entry, rank=10)
