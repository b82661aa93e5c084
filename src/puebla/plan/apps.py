"""The Plan of Action: editions, commitments, reports, the monitoring matrix."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from puebla.core import registry
from puebla.core.operations import Chore
from puebla.core.registry import Reference


def kept_files(keys: list[str]) -> set[str]:
    """Which of these stored files a report holds."""
    from puebla.plan.actions.reporting import kept_keys

    return kept_keys(keys)


def to_report(person: Any, reach: Any) -> dict[str, object] | None:
    """The desk's panel of commitments that the person's parties have not reported on."""
    from puebla.plan.views.panels import to_report

    return to_report(person, reach)


def ordered_by(person: Any, topic: str, references: Sequence[str]) -> Iterator[Reference]:
    """Commitments that a paragraph ordered: it stays."""
    from puebla.plan.views.panels import ordered_by

    return ordered_by(person, topic, references)


def _named(facts: dict[str, Any]) -> str:
    return f"{facts.get('plan', '')} {facts.get('code', '')}".strip()


def _audience(value: object) -> str:
    from puebla.members.models import Audience

    return str(Audience(int(str(value))).label) if value else ""


def _fields(model: str, names: list[str]) -> str:
    from django.apps import apps

    known = {one.name: one for one in apps.get_model("plan", model)._meta.get_fields()}
    words = {"parties": _("who carries it")}
    return ", ".join(
        words.get(name) or str(getattr(known[name], "verbose_name", name)) if name in known or name in words else name
        for name in names
    )  # fmt: skip


#: How the journal says each act to readers; facts are the entry's own words.
PHRASES: dict[str, Callable[[dict[str, Any]], str]] = {
    "plan.begun": lambda _facts: _("began an edition of the Plan of Action"),
    "plan.described": lambda facts: (
        _("changed the edition (%(fields)s)") % {"fields": _fields("Plan", facts.get("changed", [])) or "—"}
    ),
    "plan.audience_changed": lambda facts: (
        _("changed who reads it from “%(before)s” to “%(after)s”")
        % {"before": _audience(facts.get("from")), "after": _audience(facts.get("to"))}
    ),
    "plan.loaded": lambda _facts: _("loaded the editions of the Plan of Action that come with the process"),
    "plan.part_added": lambda facts: _("added a part: %(part)s") % {"part": facts.get("part", "")},
    "plan.part_described": lambda facts: _("changed a part: %(part)s") % {"part": facts.get("part", "")},
    "plan.objective_added": lambda facts: _("added an objective: %(number)s") % {"number": facts.get("objective", "")},
    "plan.objective_described": lambda facts: (
        _("changed an objective: %(number)s") % {"number": facts.get("objective", "")}
    ),
    "plan.released": lambda facts: (
        _("released %(count)s commitments to the public") % {"count": facts.get("commitments", "")}
    ),
    "plan.withdrawn": lambda _facts: _("withdrew the edition from the public"),
    "commitment.entered": lambda facts: _("entered the commitment %(which)s") % {"which": _named(facts)},
    "commitment.described": lambda facts: (
        _("changed the commitment %(which)s (%(fields)s)")
        % {"which": _named(facts), "fields": _fields("Commitment", facts.get("changed", [])) or "—"}
    ),
    "commitment.recalled": lambda facts: (
        _("entered how the commitment %(which)s stood on %(day)s") % {"which": _named(facts), "day": facts.get("on", "")}
    ),
    "action.entered": lambda facts: _("entered an action of the commitment %(which)s") % {"which": _named(facts)},
    "action.described": lambda facts: _("changed an action of the commitment %(which)s") % {"which": _named(facts)},
    "indicator.entered": lambda facts: (
        _("measured the commitment %(which)s by %(dataflow)s %(key)s")
        % {"which": _named(facts), "dataflow": facts.get("dataflow", ""), "key": facts.get("key", "")}
    ),
    "indicator.described": lambda facts: (
        _("changed an indicator of the commitment %(which)s") % {"which": _named(facts)}
    ),
    "party_report.drafted": lambda _facts: _("saved a draft of the report on a commitment"),
    "party_report.sent": lambda facts: (
        _("reported on the commitment %(which)s (%(half)s)") % {"which": _named(facts), "half": _half(facts)}
    ),
    "party_report.entered": lambda facts: (
        _("entered from the record the report of %(party)s on the commitment %(which)s (%(half)s)")
        % {"which": _named(facts), "half": _half(facts), "party": facts.get("party", "")}
    ),
    "party_report.file_opened": lambda facts: (
        _("opened a file of the report: %(name)s") % {"name": facts.get("name", "")}
    ),
}  # fmt: skip


def cells() -> Iterable[tuple[str, str]]:
    """The cells of the statistics that editions are measured by, but for those that are closed."""
    from puebla.plan.models import Indicator

    return Indicator.objects.alive().values_list("dataflow", "key").order_by()


def _half(facts: dict[str, Any]) -> str:
    from puebla.plan.querysets.rounds import half_named, name_of

    half = half_named(str(facts.get("half", "")))
    return name_of(*half) if half else ""


class PlanConfig(AppConfig):
    """What was committed to, and how far it has come."""

    name = "puebla.plan"
    label = "plan"

    def ready(self) -> None:
        """Fill the registries."""
        for act, phrase in PHRASES.items():
            registry.journal_phrases.add(act, phrase)
        from puebla.core import asks, calendars
        from puebla.core.search.sources import Keeper
        from puebla.members.actions.indexing import begin_anew
        from puebla.plan.actions import indexing, reminding
        from puebla.plan.views import dates, searching
        from puebla.plan.views.asks import asks as asked

        asks.KINDS["report"] = gettext_lazy("report on a commitment")
        calendars.KINDS["report"] = gettext_lazy("reports due")
        registry.asks.add("plan", asked, rank=40)
        registry.mail_kinds.add(reminding.SOURCE, lambda: _("reminders of reports on the Plan of Action"))
        registry.mail_now.add(reminding.ABOUT, reminding.mail_now)
        chore = Chore("plan.reminded", lambda at: reminding.remind(at=at), every=dt.timedelta(hours=1))
        registry.chores.add("plan.reminded", chore, rank=53)
        registry.calendar.add("plan", dates.entries, rank=40)
        registry.kept_files.add("plan", kept_files)
        registry.search_sources.add("plan", searching.CommitmentSource(), rank=30)
        keeper = Keeper(
            "plan", indexing.behind, indexing.every, indexing.prepare_commitments,
            lambda: begin_anew(indexing.SOURCE, indexing.every()),
        )  # fmt: skip
        registry.search_keepers.add("plan", keeper, rank=30)
        registry.cells.add("plan", cells)
        registry.references.add("plan", ordered_by)
        registry.menu.add("plan", lambda _person: (_("Plan of Action"), "plan:list"), rank=13)
        registry.desk_panels.add("plan", to_report, rank=7)
