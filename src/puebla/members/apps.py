"""Parties, bodies, seats, rooms, presidencies, and each body's meetings as records."""

from django.apps import AppConfig, apps
from django.utils.translation import gettext as _

from puebla.core import registry
from puebla.core.guards import guard


def guard_rooms() -> None:
    """Keep a room's cap and seal fixed, and every copy of a cap true, in the database itself."""
    guard("members_room_fixed", table="members_room", event="UPDATE",
          refuses_when="NEW.cap <> OLD.cap OR NEW.sealed <> OLD.sealed", sentence="a room keeps its cap and seal")  # fmt: skip
    from puebla.members.models import Restricted

    for model in apps.get_models():
        if issubclass(model, Restricted):
            table = model._meta.db_table
            wrong = "NEW.room_cap IS DISTINCT FROM (SELECT cap FROM members_room WHERE id = NEW.room_id)"
            for event in ("INSERT", "UPDATE"):
                guard(f"{table}_cap_{event.lower()}", table=table, event=event, refuses_when=wrong,
                      sentence="room_cap is not the cap of the room")  # fmt: skip


class MembersConfig(AppConfig):
    """Who takes part."""

    name = "puebla.members"
    label = "members"

    def ready(self) -> None:
        """Declare guards and fill the registries."""
        guard_rooms()
        registry.menu.add("people", lambda person: (_("Directory"), "members:directory"), rank=30)
