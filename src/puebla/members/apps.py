"""Parties, bodies, seats, rooms, presidencies, and each body's meetings as records."""

import datetime as dt
from typing import Any

from django.apps import AppConfig, apps
from django.utils import timezone
from django.utils.translation import gettext_lazy

from puebla.core import registry
from puebla.core.guards import guard
from puebla.core.operations import Chore


def guard_rooms() -> None:
    """Keep a room's cap and seal fixed, and every copy of a cap true, in the database itself."""
    guard("members_room_fixed", table="members_room", event="UPDATE",
          refuses_when="NEW.cap <> OLD.cap OR NEW.sealed <> OLD.sealed", sentence="a room keeps its cap and seal")  # fmt: skip
    guard("members_room_no_replace", table="members_room", event="INSERT", sentence="a room keeps its cap and seal",
          refuses_when="EXISTS (SELECT 1 FROM members_room WHERE id = NEW.id)")  # fmt: skip
    from puebla.members.models import Restricted

    for model in apps.get_models():
        if issubclass(model, Restricted):
            table = model._meta.db_table
            wrong = "NEW.room_cap IS DISTINCT FROM (SELECT cap FROM members_room WHERE id = NEW.room_id)"
            for event in ("INSERT", "UPDATE"):
                guard(f"{table}_cap_{event.lower()}", table=table, event=event, refuses_when=wrong,
                      sentence="room_cap is not the cap of the room")  # fmt: skip


def guard_candidatures() -> None:
    """Let no two candidates be agreed for one day of an office, whoever writes."""
    same = (
        "NEW.state = 'agreed' AND EXISTS (SELECT 1 FROM members_candidature AS other WHERE other.body_id = NEW.body_id"
        " AND other.state = 'agreed' AND other.starts_on <= NEW.ends_on AND other.ends_on >= NEW.starts_on{but})"
    )
    for event, but in (("INSERT", ""), ("UPDATE", " AND other.id <> OLD.id")):
        guard(f"members_candidature_one_{event.lower()}", table="members_candidature", event=event,
              refuses_when=same.format(but=but), sentence="terms agreed by consensus do not overlap")  # fmt: skip


#: How the journal says each act to readers.
PHRASES = {
    "application.received": gettext_lazy("an application for observer standing was received"),
    "application.reviewed": gettext_lazy("reviewed an application for observer standing"),
    "application.decided": gettext_lazy("decided an application for observer standing"),
    "body.created": gettext_lazy("set up a body"),
    "body.described": gettext_lazy("changed a body's description"),
    "candidature.agreed": gettext_lazy("recorded consensus on a candidature for the Presidency"),
    "candidature.announced": gettext_lazy("entered a candidature for the Presidency"),
    "candidature.withdrawn": gettext_lazy("withdrew a candidature for the Presidency"),
    "invitation.sent": gettext_lazy("invited somebody"),
    "invitation.accepted": gettext_lazy("accepted an invitation"),
    "invitation.withdrawn": gettext_lazy("withdrew an invitation"),
    "meeting.recorded": gettext_lazy("recorded a meeting"),
    "meeting.announced": gettext_lazy("announced a meeting that was being prepared"),
    "meeting.described": gettext_lazy("changed a meeting's record"),
    "opening.requested": gettext_lazy("asked to open a sealed room"),
    "opening.confirmed": gettext_lazy("confirmed the opening of a sealed room"),
    "party.created": gettext_lazy("entered a party"),
    "party.described": gettext_lazy("changed a party's description"),
    "person.described": gettext_lazy("changed a person's entry"),
    "person.retired": gettext_lazy("retired a person"),
    "presidency.set": gettext_lazy("set a presidency"),
    "presidency.corrected": gettext_lazy("corrected a presidency"),
    "role.described": gettext_lazy("changed a role"),
    "search.feed_closed": gettext_lazy("ended the feed of a saved search"),
    "search.feed_opened": gettext_lazy("opened a feed of a saved search"),
    "search.forgotten": gettext_lazy("deleted a saved search"),
    "search.saved": gettext_lazy("saved a search"),
    "seat.given": gettext_lazy("gave a seat"),
    "seat.confirmed": gettext_lazy("confirmed a seat in a sealed room"),
    "seat.refused": gettext_lazy("refused a seat in a sealed room"),
    "seat.ended": gettext_lazy("ended a seat"),
    "standing.changed": gettext_lazy("changed a party's standing"),
}


def seats_to_confirm(person: Any, reach: Any) -> dict[str, object] | None:
    """The desk's panel for chairs of sealed rooms; nothing for others."""
    from puebla.members.views.rooms import waiting_for

    waiting = waiting_for(person, reach)
    return (
        {"template": "members/desk_confirmations.html", "context": {"waiting": waiting}} if waiting else None
    )


def publish_daily(at: dt.datetime) -> int:
    """The chore that shows the public a standing or presidency that began by date alone."""
    from django.db import transaction

    from puebla.members.actions import publish_who_we_are

    with transaction.atomic():
        publish_who_we_are(at=at)
    return 1


def permissions_now(person: Any) -> frozenset[str]:
    """What the person's seats let them do at this moment."""
    from puebla.members import rules

    return rules.permissions_of(person, at=timezone.now())


def holders_now(permission: str) -> list[Any]:
    """Who holds this permission at this moment."""
    from puebla.members import rules

    return list(rules.holders_of(permission, at=timezone.now()))


class MembersConfig(AppConfig):
    """Who takes part."""

    name = "puebla.members"
    label = "members"

    def ready(self) -> None:
        """Declare guards and fill the registries."""
        guard_rooms()
        guard_candidatures()
        for act, words in PHRASES.items():
            registry.journal_phrases.add(act, lambda _facts, words=words: str(words))
        registry.desk_panels.add("members.confirmations", seats_to_confirm, rank=10)
        from puebla.members.views.searching import SHELVES

        for rank, shelf in enumerate(SHELVES, start=10):
            registry.search_shelves.add(f"members.{shelf.name}", shelf, rank=rank)
        from puebla.members.views import handing_over

        for name, source in handing_over.SOURCES.items():
            registry.handover_sections.add(f"members.{name}", source)
        registry.permissions.add("members", permissions_now)
        registry.holders.add("members", holders_now)
        daily = Chore("members.published", publish_daily, every=dt.timedelta(days=1))
        registry.chores.add("members.published", daily, rank=50)
