"""Start of the app."""

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from puebla.core import registry
from puebla.core.operations import Chore

#: How the journal says each act to readers.
PHRASES: dict[str, Any] = {
    "ask.noted": gettext_lazy("noted who handles what is asked"),
    "ask.set_aside": gettext_lazy("said that what is asked does not apply"),
    "ask.taken_up": gettext_lazy("took up again what did not apply"),
}


def remind(at: dt.datetime) -> int:
    """The chore that reminds people of what they handle, on the day they chose."""
    from puebla.intranet.actions.reminding import remind

    return remind(at=at)


def mail_now(ref: str, mail: Any, at: dt.datetime) -> dict[str, str] | None:
    """What a reminder that waited says now."""
    from puebla.intranet.actions.reminding import mail_now

    return mail_now(ref, mail, at)


def set_aside_of(source: str, parties: Collection[int]) -> set[tuple[str, int]]:
    """What of a room's asks these parties said does not apply to them."""
    from puebla.intranet.models import Handling

    rows = Handling.objects.filter(source=source, party__in=sorted(parties), not_applicable_at__isnull=False)
    return set(rows.order_by().values_list("asked", "party_id"))


class IntranetConfig(AppConfig):
    """See the package's own words."""

    name = "puebla.intranet"
    label = "intranet"

    def ready(self) -> None:
        """Fill the registries."""
        from puebla.intranet.views import asks

        for act, words in PHRASES.items():
            registry.journal_phrases.add(act, lambda _facts, words=words: str(words))
        registry.menu.add("asks", asks.menu_entry, rank=5)
        registry.mail_kinds.add("asks", lambda: _("reminders of what is asked"))
        registry.mail_now.add("ask", mail_now)
        registry.asks_aside.add("intranet", set_aside_of)
        registry.chores.add(
            "intranet.reminders", Chore("intranet.reminders", remind, every=dt.timedelta(hours=1)), rank=53
        )
