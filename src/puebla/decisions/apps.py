"""Decisions by consensus."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from puebla.core import registry
from puebla.core.guards import ALWAYS, guard
from puebla.core.operations import Chore


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
            "to": facts.get("to") or _("a paragraph behind closed doors"),
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


def _receipt(facts: dict[str, Any]) -> str:
    from puebla.decisions.models import SilenceReceipt

    kind = facts.get("kind")
    return str(SilenceReceipt.Kind(kind).label) if kind in SilenceReceipt.Kind.values else _("discreetly")


#: How the journal says what happens in silence procedures.
SILENCE_PHRASES: dict[str, Callable[[dict[str, Any]], str]] = {
    "silence.rule_kept": lambda facts: (
        _("entered what the rules of %(body)s say of silence procedures") % {"body": facts.get("body", "")}
    ),
    "silence.opened": lambda _facts: _("opened a silence procedure"),
    "silence.read": lambda _facts: _("opened the silence procedure for the first time for their party"),
    "silence.answered": lambda facts: (
        _("answered in the silence procedure: %(what)s")
        % {"what": " · ".join(filter(None, [facts.get("party", ""), _receipt(facts)]))}
    ),
    "silence.broken": lambda facts: (
        _("the silence was broken by %(party)s: nothing is adopted") % {"party": facts["party"]}
        if facts.get("party")
        else _("the silence was broken: nothing is adopted")
    ),
    "silence.extended": lambda _facts: _("extended the silence procedure"),
    "silence.reminded": lambda facts: (
        _("reminded the member states that had not answered (%(count)s)")
        % {"count": facts.get("parties", "")}
    ),
    "silence.held": lambda _facts: _(
        "the end of the silence procedure waits: the server's clock is in doubt"
    ),
    "silence.vouched": lambda facts: (
        _("confirmed that the hour had passed")
        if facts.get("closed")
        else _("confirmed that the answer in doubt came in time")
    ),
    "silence.stopped": lambda _facts: _("the silence procedure was stopped"),
    "silence.adopted": lambda _facts: _("nobody broke the silence: the text is adopted"),
}


def settle_silence(at: dt.datetime) -> int:
    """The chore that writes down how silence procedures ended, and keeps watch over the clock; it only hurries what any look does.

    An instant that somebody supposes ends nothing.
    """
    from puebla.core.ticks import tick_at
    from puebla.decisions.actions import settling

    tick = tick_at(at)
    return settling.settle_due(at=at, tick=tick) if tick is not None else 0


def watch_clock(at: dt.datetime) -> int:
    """The chore that reads both clocks while a silence procedure runs."""
    from puebla.core.ticks import tick_at
    from puebla.decisions.actions import settling

    return settling.keep_watch(at=at, tick=tick_at(at))


def remind_silent(at: dt.datetime) -> int:
    """The chore that reminds member states of procedures that close soon."""
    from puebla.decisions.actions import silence

    return silence.remind_due(at)


def guard_silence() -> None:
    """Keep what was said and how it ended in the database itself: nothing is adopted over a broken silence."""
    for name in ("receipt", "extension", "party"):
        table = f"decisions_silence{name}"
        for event in ("UPDATE", "DELETE"):
            guard(
                f"{table}_no_{event.lower()}",
                table=table,
                event=event,
                refuses_when=ALWAYS,
                sentence="append-only",
            )
    beside = (
        "EXISTS (SELECT 1 FROM decisions_silencerule AS other WHERE other.body_id = NEW.body_id AND other.id <> NEW.id"
        " AND (other.until_on IS NULL OR other.until_on >= NEW.from_on) AND (NEW.until_on IS NULL OR other.from_on <= NEW.until_on))"
    )
    for event in ("INSERT", "UPDATE"):
        guard(f"decisions_silencerule_alone_{event.lower()}", table="decisions_silencerule", event=event, refuses_when=beside,
              sentence="rules of one body do not overlap")  # fmt: skip
    table = "decisions_silenceprocedure"
    guard(
        f"{table}_no_delete", table=table, event="DELETE", refuses_when=ALWAYS, sentence="a procedure stays"
    )
    guard(f"{table}_ended", table=table, event="UPDATE", sentence="what has ended stays as it ended",
          refuses_when="OLD.state <> 'running' AND (NEW.state <> OLD.state OR NEW.closes_at <> OLD.closes_at"
          " OR NEW.digest <> OLD.digest OR NEW.ended_at <> OLD.ended_at)")  # fmt: skip
    guard(f"{table}_unbroken", table=table, event="UPDATE", sentence="nothing is adopted over a broken silence",
          refuses_when="NEW.state = 'adopted' AND OLD.state = 'running' AND EXISTS (SELECT 1 FROM decisions_silencereceipt"
          " WHERE procedure_id = NEW.id AND kind = 'breaks' AND (doubtful = FALSE OR NEW.vouched_at IS NULL))")  # fmt: skip
    guard("decisions_silencereceipt_in_time", table="decisions_silencereceipt", event="INSERT",
          sentence="a procedure that has ended takes no answer",
          refuses_when="(SELECT state FROM decisions_silenceprocedure WHERE id = NEW.procedure_id) <> 'running'")  # fmt: skip


def register_silence() -> None:
    """Fill the registries with what silence procedures bring."""
    from puebla.core.asks import KINDS as ASKED
    from puebla.core.calendars import KINDS
    from puebla.decisions.actions import silence_mail
    from puebla.decisions.views import silence, silence_news

    guard_silence()
    for act, phrase in SILENCE_PHRASES.items():
        registry.journal_phrases.add(act, phrase)
    KINDS["silence"] = ASKED["silence"] = gettext_lazy("silence procedure")
    registry.asks.add(silence_mail.SOURCE, silence_news.asks, rank=12)
    registry.calendar.add(silence_mail.SOURCE, silence_news.entries, rank=25)
    registry.news_sources.add(silence_mail.SOURCE, silence_news.SOURCE, rank=22)
    registry.mail_kinds.add(silence_mail.SOURCE, lambda: _("silence procedures"))
    registry.mail_now.add("silence", silence_mail.mail_now)
    registry.page_offers.add("decisions.silence", silence.offer, rank=20)
    # Before the mail goes, so that what it tells leaves with the same round.
    registry.chores.add("silence.settled", Chore("silence.settled", settle_silence), rank=4)
    watch = Chore("silence.watched", watch_clock, every=dt.timedelta(minutes=1))
    registry.chores.add("silence.watched", watch, rank=4)
    remind = Chore("silence.reminded", remind_silent, every=dt.timedelta(minutes=5))
    registry.chores.add("silence.reminded", remind, rank=5)


class DecisionsConfig(AppConfig):
    """Recommendations, decisions by consensus, declarations, and what is asked by them."""

    name = "puebla.decisions"
    label = "decisions"

    def ready(self) -> None:
        """Fill the registries."""
        for act, phrase in PHRASES.items():
            registry.journal_phrases.add(act, phrase)
        from puebla.decisions.views import dates, meanings, news, releasing, searching
        from puebla.decisions.views.asks import asks
        from puebla.decisions.views.offers import citing, offer

        registry.desk_panels.add("decisions", releasing.to_release, rank=9)
        registry.asks.add("decisions", asks, rank=15)
        registry.news_sources.add(news.NAME, news.SOURCE, rank=23)
        registry.followables.add("decisions.of_meetings", news.FOLLOWABLE, rank=31)
        registry.calendar.add("decisions", dates.entries, rank=28)
        registry.page_offers.add("decisions", offer, rank=30)
        registry.page_offers.add("decisions.reading", meanings.offer, rank=31)
        registry.references.add("decisions", citing)
        registry.cited_paragraphs.add("decisions", searching.cited)
        registry.menu.add("decisions", lambda _person: (_("Decisions"), "decisions:list"), rank=14)
        register_silence()
