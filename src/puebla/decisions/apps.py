"""Decisions by consensus."""

from collections.abc import Callable
from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext as _

from puebla.core import registry


def _where(facts: dict[str, Any]) -> str:
    anchor = facts.get("anchor")
    return f"#{anchor}" if anchor else _("the beginning")


def _label(of: str, value: object) -> str:
    from puebla.decisions import models

    choices: Any = {
        "position": models.Position.Kind, "relation": models.Link.Kind, "status": models.Status,
        "what": models.Proposal.What, "says": models.ProvisionAnswer.Says,
    }[of]  # fmt: skip
    return str(choices(value).label) if value in choices.values else str(value)


#: How the journal says each act to readers; facts are the entry's own words.
PHRASES: dict[str, Callable[[dict[str, Any]], str]] = {
    "decision.begun": lambda _facts: _("began the text"),
    "decision.described": lambda facts: (
        _("said what these paragraphs do: %(where)s")
        % {"where": ", ".join(f"#{one}" for one in facts.get("anchors", []))}
    ),
    "decision.status_set": lambda facts: (
        _("set %(where)s to “%(status)s”")
        % {"where": _where(facts), "status": _label("status", facts.get("status"))}
    ),
    "decision.linked": lambda facts: (
        _("linked %(where)s (%(relation)s) to %(to)s")
        % {
            "where": _where(facts),
            "relation": _label("relation", facts.get("relation")),
            "to": facts.get("to", ""),
        }
    ),
    "decision.unlinked": lambda facts: _("ended a link of %(where)s") % {"where": _where(facts)},
    "decision.adopted": lambda facts: (
        _("declared consensus; adopted in: %(languages)s")
        % {"languages": ", ".join(facts.get("languages", []))}
    ),
    "decision.laid_aside": lambda _facts: _("laid the text aside"),
    "decision.taken_up": lambda _facts: _("took the text up again"),
    "decision.forwarded": lambda facts: (
        _("forwarded it to the meeting %(meeting)s") % {"meeting": facts.get("meeting", "")}
    ),
    "decision.received": lambda facts: (
        _("laid before the meeting, from %(origin)s") % {"origin": facts.get("origin", "")}
    ),
    "decision.released": lambda facts: (
        _("released it to the public in: %(languages)s")
        % {"languages": ", ".join(facts.get("languages", []))}
    ),
    "decision.withdrawn": lambda _facts: _("withdrew it from the public"),
    "decision.filed": lambda facts: _("filed it as %(symbol)s") % {"symbol": facts.get("symbol", "")},
    "proposal.made": lambda facts: (
        _("%(party)s proposed for %(where)s: %(what)s")
        % {"party": facts.get("party", ""), "where": _where(facts), "what": _label("what", facts.get("what"))}
    ),
    "proposal.accepted": lambda facts: (
        _("%(party)s accepted a proposal for %(where)s")
        % {"party": facts.get("party", ""), "where": _where(facts)}
    ),
    "proposal.unaccepted": lambda facts: (
        _("%(party)s accepts a proposal for %(where)s no more")
        % {"party": facts.get("party", ""), "where": _where(facts)}
    ),
    "proposal.taken": lambda facts: (
        _("took the proposal of %(party)s for %(where)s into the text")
        % {"party": facts.get("party", ""), "where": _where(facts)}
    ),
    "proposal.withdrawn": lambda facts: (
        _("%(party)s withdrew its proposal for %(where)s")
        % {"party": facts.get("party", ""), "where": _where(facts)}
    ),
    "proposal.set_aside": lambda facts: (
        _("set the proposal of %(party)s for %(where)s aside")
        % {"party": facts.get("party", ""), "where": _where(facts)}
    ),
    "position.taken": lambda facts: (
        _("%(party)s had recorded: %(kind)s")
        % {"party": facts.get("party", ""), "kind": _label("position", facts.get("kind"))}
    ),
    "position.lifted": lambda facts: (
        _("%(party)s lifted: %(kind)s")
        % {"party": facts.get("party", ""), "kind": _label("position", facts.get("kind"))}
    ),
    "paragraph.answered": lambda facts: (
        _("answered for %(where)s: %(says)s")
        % {"where": _where(facts), "says": _label("says", facts.get("says"))}
    ),
}


class DecisionsConfig(AppConfig):
    """Recommendations, decisions by consensus, declarations, and what is asked by them."""

    name = "puebla.decisions"
    label = "decisions"

    def ready(self) -> None:
        """Fill the registries."""
        for act, phrase in PHRASES.items():
            registry.journal_phrases.add(act, phrase)
        from puebla.decisions.views import meanings, releasing
        from puebla.decisions.views.asks import asks
        from puebla.decisions.views.offers import citing, offer

        registry.desk_panels.add("decisions", releasing.to_release, rank=9)
        registry.asks.add("decisions", asks, rank=15)
        registry.page_offers.add("decisions", offer, rank=30)
        registry.page_offers.add("decisions.reading", meanings.offer, rank=31)
        registry.references.add("decisions", citing)
        registry.menu.add("decisions", lambda _person: (_("Decisions"), "decisions:list"), rank=14)
