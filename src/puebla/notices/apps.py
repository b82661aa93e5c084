"""Notices: inbox, digest, subscriptions."""

import datetime as dt
from typing import Any

from django.apps import AppConfig
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from puebla.core import registry
from puebla.core.operations import Chore

PHRASES = {
    "follow.started": gettext_lazy("follows something new"),
    "follow.stopped": gettext_lazy("follows something no more"),
    "subscription.confirmed": gettext_lazy("a subscription of the public was confirmed"),
    "subscription.stopped": gettext_lazy("a subscription of the public was stopped, its address deleted"),
    "mail.kind_stopped": gettext_lazy("stopped one kind of mail"),
    "mail.kind_resumed": gettext_lazy("wants a kind of mail again"),
    "mail.pace_set": gettext_lazy("chose how often mail of what is followed comes"),
}


def gather(at: dt.datetime) -> int:
    """The chore that writes everybody's notices of what is new."""
    from puebla.notices import actions

    return actions.gather(at)


def write_mail(at: dt.datetime) -> int:
    """The chore that writes digests when their hour has come, to people and to the public, and messages at once."""
    from puebla.notices import actions

    # The digest first: what waits to be told at once goes with it, and is not told beside it.
    return actions.send_digests(at) + actions.send_at_once(at) + actions.send_releases(at)


def forget(at: dt.datetime) -> int:
    """The chore that forgets addresses that never confirmed."""
    from puebla.notices import actions

    return actions.forget_unconfirmed(at)


def mail_now(ref: str, mail: Any, at: dt.datetime) -> dict[str, str] | None:
    """What mail of what this person follows says now."""
    from puebla.notices import actions

    return actions.mail_now(ref, mail, at)


def releases_now(ref: str, mail: Any, at: dt.datetime) -> dict[str, str] | None:
    """What the digest of releases for this address says now."""
    from puebla.notices import actions

    return actions.releases_now(ref, mail, at)


def newest_notices(person: Any, reach: Any) -> dict[str, object] | None:
    """The desk's panel of notices not read yet."""
    from puebla.notices.views.inbox import desk_panel

    return desk_panel(person, reach)


def follow_button(request: Any, topic: str, value: str) -> dict[str, object] | None:
    """The offer to follow, on the page of what may be followed."""
    from puebla.notices.views.following import button

    return button(request, topic, value)


def portal_entries(_language: str) -> dict[str, list[tuple[str, str]]]:
    """News by mail, in the portal's footer."""
    try:
        address = reverse("subscriptions:subscribe")
    except NoReverseMatch:
        # An instance that serves the portal alone takes no subscriptions.
        return {}
    return {"footer": [(_("News by mail"), address)]}


class NoticesConfig(AppConfig):
    """What people are told."""

    name = "puebla.notices"
    label = "notices"

    def ready(self) -> None:
        """Fill the registries."""
        for act, words in PHRASES.items():
            registry.journal_phrases.add(act, lambda _facts, words=words: str(words))
        # Before the mail goes, so that what is new goes with the same round.
        half_minute = dt.timedelta(seconds=30)
        registry.chores.add("notices.gathered", Chore("notices.gathered", gather, every=half_minute), rank=4)
        registry.chores.add(
            "notices.written", Chore("notices.written", write_mail, every=half_minute), rank=6
        )
        hour = dt.timedelta(hours=1)
        registry.chores.add("notices.forgotten", Chore("notices.forgotten", forget, every=hour), rank=86)
        registry.mail_now.add("person", mail_now)
        registry.mail_now.add("subscription", releases_now)
        registry.desk_panels.add("notices", newest_notices, rank=5)
        registry.menu.add("notices", lambda _person: (_("Notices"), "notices:inbox"), rank=20)
        registry.page_offers.add("notices", follow_button)
        registry.portal_navigation.add("notices", portal_entries, rank=60)
