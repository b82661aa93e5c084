"""Circulars: sent by number, opened, replied to."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext as _

from puebla.core import registry
from puebla.core.operations import Chore
from puebla.core.search.sources import Keeper


def remind(at: dt.datetime) -> int:
    """The chore that reminds parties of what they have not replied to, on the days set before."""
    from puebla.circulars import actions

    return actions.remind_due(at)


def ask_about_refused(at: dt.datetime) -> int:
    """The chore that asks focal points about addresses that refuse mail."""
    from puebla.circulars import actions

    return actions.ask_about_refused(at)


def purge_nominated(at: dt.datetime) -> int:
    """The chore that forgets persons nominated, so long afterwards as the circular said."""
    from puebla.circulars import actions

    return actions.purge(at)


def forget_held(at: dt.datetime) -> int:
    """The chore that forgets files of forms which nobody came back to."""
    from puebla.circulars import actions

    return actions.forget_held(at=at)


def kept_files(keys: list[str]) -> set[str]:
    """Which of these stored files a circular, a reply or an open form holds."""
    from puebla.circulars.actions.replying import kept_keys

    return kept_keys(keys)


def mail_now(ref: str, mail: Any, at: dt.datetime) -> dict[str, str] | None:
    """What mail of a circular says now."""
    from puebla.circulars.actions.messages import mail_now

    return mail_now(ref, mail, at)


def awaiting_reply(person: Any, reach: Any) -> dict[str, object] | None:
    """The desk's panel of circulars that await a reply of the person's parties."""
    from puebla.circulars.views.lists import desk_panel

    return desk_panel(person, reach)


def about_a_meeting(request: Any, topic: str, value: str) -> dict[str, object] | None:
    """Circulars about a meeting, on its own page."""
    from puebla.circulars.views.lists import about_a_meeting

    return about_a_meeting(request, value) if topic == "meeting" else None


def _fields(names: list[str]) -> str:
    from puebla.circulars.models import Circular

    words = {"files": _("files")}
    return ", ".join(words.get(name) or str(Circular._meta.get_field(name).verbose_name) for name in names)  # type: ignore[union-attr]


def _state_of(facts: dict[str, Any]) -> str:
    return _("late") if facts.get("late") else _("in time")


#: How the journal says each act to readers; facts are the entry's own words.
PHRASES: dict[str, Callable[[dict[str, Any]], str]] = {
    "circular.drafted": lambda _facts: _("began the circular"),
    "circular.described": lambda facts: (
        _("changed the circular (%(fields)s)") % {"fields": _fields(facts.get("changed", [])) or "—"}
    ),
    "circular.addressed": lambda _facts: _("chose whom the circular goes to"),
    "circular.observers_allowed": lambda _facts: _("allowed observers to propose and draft in their replies"),
    "circular.sent": lambda facts: (
        _("sent the circular to %(count)s people of %(parties)s parties")
        % {"count": facts.get("recipients", ""), "parties": len(facts.get("parties", []))}
    ),
    "circular.language_added": lambda facts: (
        _("added the text in: %(languages)s") % {"languages": ", ".join(facts.get("languages", []))}
    ),
    "circular.extended": lambda _facts: _("gave more time to reply"),
    "circular.closed": lambda _facts: _("closed the circular"),
    "circular.cancelled": lambda _facts: _("cancelled the circular"),
    "circular.reminded": lambda facts: (
        _("reminded the parties that had not replied (%(count)s)") % {"count": facts.get("parties", "")}
    ),
    "circular.address_refused": lambda _facts: _("an address refused mail; the focal point was asked"),
    "circular.mail_returned": lambda _facts: _("said that mail to somebody who got the circular came back"),
    "circular.file_opened": lambda facts: (
        _("opened a file of the circular: %(name)s") % {"name": facts.get("name", "")}
    ),
    "circular.purged": lambda facts: (
        _("persons nominated in replies were deleted (%(count)s)") % {"count": facts.get("persons", "")}
    ),
    "reply.drafted": lambda _facts: _("saved a draft of the reply"),
    "reply.sent": lambda facts: _("sent a reply, %(when)s") % {"when": _state_of(facts)},
    "reply.withdrawn": lambda _facts: _("withdrew the reply"),
    "reply.file_opened": lambda facts: (
        _("opened a file of the reply: %(name)s") % {"name": facts.get("name", "")}
    ),
}


class CircularsConfig(AppConfig):
    """Numbered letters to parties, and their replies."""

    name = "puebla.circulars"
    label = "circulars"

    def ready(self) -> None:
        """Fill the registries."""
        for act, phrase in PHRASES.items():
            registry.journal_phrases.add(act, phrase)
        from puebla.circulars.actions import indexing
        from puebla.circulars.actions.messages import SOURCE
        from puebla.circulars.views import dates, handing_over, news, searching
        from puebla.members.actions.indexing import begin_anew

        registry.news_sources.add(SOURCE, news.SOURCE, rank=20)
        from puebla.circulars.views.asks import asks

        registry.asks.add("circulars", asks, rank=10)
        registry.calendar.add("circulars", dates.entries, rank=30)
        registry.handover_sections.add("circulars", handing_over.SOURCE)
        registry.mail_kinds.add(SOURCE, lambda: _("circulars"))
        registry.mail_now.add("circular", mail_now)
        registry.kept_files.add("circulars", kept_files)
        registry.search_sources.add("circulars", searching.CircularSource(), rank=20)
        keeper = Keeper(
            "circulars", indexing.behind, indexing.every, indexing.prepare_circulars,
            lambda: begin_anew(indexing.SOURCE, indexing.every()),
        )  # fmt: skip
        registry.search_keepers.add("circulars", keeper, rank=20)
        registry.menu.add("circulars", lambda _person: (_("Circulars"), "circulars:list"), rank=15)
        registry.desk_panels.add("circulars", awaiting_reply, rank=4)
        registry.page_offers.add("circulars", about_a_meeting)
        hour, minutes = dt.timedelta(hours=1), dt.timedelta(minutes=5)
        # Before the mail goes, so that a reminder leaves with the same round.
        registry.chores.add("circulars.reminded", Chore("circulars.reminded", remind, every=minutes), rank=5)
        registry.chores.add(
            "circulars.refused", Chore("circulars.refused", ask_about_refused, every=hour), rank=60
        )
        registry.chores.add("circulars.held", Chore("circulars.held", forget_held, every=hour), rank=87)
        daily = Chore("circulars.purged", purge_nominated, every=dt.timedelta(days=1))
        registry.chores.add("circulars.purged", daily, rank=88)
