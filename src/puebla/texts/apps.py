"""Paragraph texts."""

from collections.abc import Callable
from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext as _

from puebla.core import registry
from puebla.core.guards import ALWAYS, guard
from puebla.core.search.sources import Keeper


def _anchors(facts: dict[str, Any]) -> str:
    return ", ".join(f"#{one}" for one in facts.get("anchors") or [facts.get("anchor", "")] if one)


def _audience(value: object) -> str:
    from puebla.members.models import Audience

    return str(Audience(int(str(value))).label) if value else ""


#: How the journal says each act to readers; facts are the entry's own words.
PHRASES: dict[str, Callable[[dict[str, Any]], str]] = {
    "text.opened": lambda facts: (
        _("began the text, for: %(who)s") % {"who": _audience(facts.get("audience"))}
    ),
    "text.described": lambda _facts: _("changed the title of the text"),
    "text.symbol_given": lambda facts: _("gave the symbol %(symbol)s") % {"symbol": facts.get("symbol", "")},
    "text.audience_changed": lambda facts: (
        _("changed who reads it from “%(before)s” to “%(after)s”")
        % {"before": _audience(facts.get("from")), "after": _audience(facts.get("to"))}
    ),
    "text.comments_asked": lambda facts: (
        _("asked delegations for comments") if facts.get("until") else _("ended the time for comments")
    ),
    "text.frozen": lambda facts: (
        _("froze the text in: %(languages)s") % {"languages": ", ".join(facts.get("languages", []))}
    ),
    "text.held": lambda _facts: _("held the words while they are decided upon"),
    "text.let_go": lambda _facts: _("let go of the words"),
    "paragraph.added": lambda facts: _("added %(where)s") % {"where": _anchors(facts)},
    "paragraph.worded": lambda facts: (
        _("worded %(where)s anew (%(languages)s)")
        % {"where": _anchors(facts), "languages": ", ".join(facts.get("languages", [])) or "—"}
    ),
    "paragraph.kept_aside": lambda facts: (
        _("wrote %(where)s while somebody else saved; kept beside the text") % {"where": _anchors(facts)}
    ),
    "paragraph.moved": lambda facts: _("moved %(where)s") % {"where": _anchors(facts)},
    "paragraph.removed": lambda facts: _("removed %(where)s") % {"where": _anchors(facts)},
    "paragraph.restored": lambda facts: _("brought %(where)s back") % {"where": _anchors(facts)},
    "comment.made": lambda facts: _("commented on %(where)s") % {"where": _anchors(facts)},
    "comment.answered": lambda facts: _("answered a comment on %(where)s") % {"where": _anchors(facts)},
    "comment.closed": lambda facts: _("closed a comment on %(where)s") % {"where": _anchors(facts)},
}


def drafts_to_comment(person: Any, reach: Any) -> dict[str, object] | None:
    """The desk's panel for who writes for a delegation: drafts whose time for comments runs."""
    from puebla.texts import rules
    from puebla.texts.models import Text

    if reach.secretariat or not rules.commenting_parties(reach):
        return None
    open_now = Text.objects.visible_to(person, reach=reach).filter(
        state=Text.State.OPEN, comments_until__gte=reach.at
    )
    texts = [
        one for one in open_now.order_by("comments_until")[:10] if rules.may_comment(reach, one, at=reach.at)
    ]
    return {"template": "texts/desk.html", "context": {"texts": texts}} if texts else None


def guard_texts() -> None:
    """Keep versions for ever, anchors with their paragraph, and what was frozen in its place, in the database itself."""
    table = "texts_paragraphversion"
    for event in ("UPDATE", "DELETE"):
        guard(
            f"{table}_no_{event.lower()}",
            table=table,
            event=event,
            refuses_when=ALWAYS,
            sentence="append-only",
        )
    guard(f"{table}_no_replace", table=table, event="INSERT", sentence="append-only",
          refuses_when=f"EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id)")  # noqa: S608 - our own names # fmt: skip
    table = "texts_paragraph"
    guard(
        f"{table}_no_delete",
        table=table,
        event="DELETE",
        refuses_when=ALWAYS,
        sentence="an anchor stays for ever",
    )
    guard(f"{table}_anchor", table=table, event="UPDATE", sentence="an anchor stays for ever",
          refuses_when="NEW.anchor <> OLD.anchor OR NEW.text_id <> OLD.text_id OR NEW.serial <> OLD.serial")  # fmt: skip
    guard(f"{table}_frozen", table=table, event="UPDATE", sentence="the text is frozen",
          refuses_when="(SELECT state FROM texts_text WHERE id = NEW.text_id) = 'frozen'")  # fmt: skip
    guard("texts_text_frozen", table="texts_text", event="UPDATE", sentence="a frozen text stays frozen",
          refuses_when="OLD.state = 'frozen' AND (NEW.state <> 'frozen' OR NEW.frozen_hash <> OLD.frozen_hash)")  # fmt: skip


class TextsConfig(AppConfig):
    """Texts of minutes, reports, recommendations and decisions."""

    name = "puebla.texts"
    label = "texts"

    def ready(self) -> None:
        """Declare guards and fill the registries."""
        guard_texts()
        for act, phrase in PHRASES.items():
            registry.journal_phrases.add(act, phrase)
        from puebla.members.actions.indexing import begin_anew, odd_entries
        from puebla.texts.actions import indexing, messages
        from puebla.texts.views import searching

        registry.search_sources.add("texts", searching.TextSource(), rank=20)
        keeper = Keeper(
            "texts", indexing.behind, indexing.every, indexing.prepare_texts,
            lambda: begin_anew(indexing.SOURCE, indexing.every()), odd_entries,
        )  # fmt: skip
        registry.search_keepers.add("texts", keeper, rank=20)
        from puebla.texts.views import dates
        from puebla.texts.views.asks import asks

        registry.calendar.add("texts", dates.entries, rank=35)
        registry.asks.add("texts", asks, rank=30)
        registry.mail_kinds.add(messages.SOURCE, lambda: _("drafts for comments"))
        registry.mail_now.add("text", messages.mail_now)
        registry.desk_panels.add("texts", drafts_to_comment, rank=8)
        registry.menu.add("texts", lambda _person: (_("Texts"), "texts:list"), rank=15)
