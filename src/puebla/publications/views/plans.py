"""A commitment of the Plan of Action as the public reads it: on the portal, where a release is looked at before, and as open data."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from puebla.core.languages import show
from puebla.core.models import write_imprecise
from puebla.publications.models import PublicCommitment, PublicDecision, PublicDocument, PublicPlan
from puebla.theme.templatetags.theme import imprecise


def shown(one: PublicCommitment) -> dict[str, Any]:
    """What the page of a commitment shows beside its own columns."""
    return {
        "one": one, "when": when_of(one), "leads": actors_of(one, "lead"), "partners": actors_of(one, "partner"),
        "reports": [{**told, "on": dt.date.fromisoformat(told["sent_on"])} for told in one.reports],
    }  # fmt: skip


def actors_of(one: PublicCommitment, part: str) -> str:
    """Who leads, or who are partners, in the language of the page."""
    return ", ".join(str(show(actor["names"])) for actor in one.actors if actor["part"] == part)


def when_of(one: Any) -> str:
    """From when until when a commitment is to be kept, the public one or that inside, as far as it is known."""
    first = str(imprecise(one.from_on, one.from_precision)) if one.from_on else ""
    last = str(imprecise(one.until_on, one.until_precision)) if one.until_on else ""
    if first and last:
        return first if first == last else f"{first} – {last}"
    if last:
        return _("until %(day)s") % {"day": last}
    return _("from %(day)s") % {"day": first} if first else ""


def mandate_page(one: PublicCommitment, *, at: dt.datetime) -> str:
    """Where the paragraph that ordered it is read: in the decision, else in the paper; empty where neither is public now."""
    symbol = one.mandate_symbol
    if not symbol:
        return ""
    if PublicDecision.objects.readable().filter(symbol=symbol).exists():
        return f"{reverse('portal:decision', args=[symbol])}#{one.mandate.rpartition('#')[2]}"
    if PublicDocument.objects.readable(at=at).filter(symbol=symbol).exists():
        return reverse("portal:document", args=[symbol])
    return ""


# Open data: what the portal's downloads hold, and the read API answers -----------------------------------------------


def open_header() -> list[str]:
    """What the columns of the table are called."""
    return [
        _("Number"), _("Part"), _("Objective"), _("Commitment"), _("Mandate"), _("Lead"), _("Partners"), _("From"), _("Until"),
        _("Status"), _("Progress (%)"), _("Next step"), _("Budget"), _("Funded"), _("Currency"), _("Goals it serves"),
    ]  # fmt: skip


def open_rows(commitments: Any) -> Iterator[list[Any]]:
    """The rows of the table, in the language that is spoken."""
    for one in commitments.iterator(chunk_size=500):
        goals = ", ".join(f"{goal['framework']} {goal['code']}" for goal in one.goals)
        yield [
            one.code, str(show(one.pillar_names)), str(show(one.objective_names)), str(show(one.titles)), one.mandate,
            actors_of(one, "lead"), actors_of(one, "partner"), write_imprecise(one.from_on, one.from_precision),
            write_imprecise(one.until_on, one.until_precision), capfirst(str(show(one.status_names))), one.progress,
            str(show(one.next_steps)), one.money.get("budget", ""), one.money.get("funded", ""), one.money.get("currency", ""), goals,
        ]  # fmt: skip


#: What of a commitment stands in the open data as it stands in its row.
_COLUMNS = ("code", "titles", "texts", "status", "status_names", "progress", "mandate", "mandate_symbol", "next_steps", "actors",
            "goals", "actions", "reports", "money")  # fmt: skip


def open_edition(plan: PublicPlan) -> dict[str, Any]:
    """An edition without its commitments, every language side by side."""
    return {
        "code": plan.code, "titles": plan.titles, "from": write_imprecise(plan.from_on, plan.from_precision),
        "until": write_imprecise(plan.until_on, plan.until_precision), "state_names": plan.state_names,
        "released_at": plan.released_at.isoformat(),
    }  # fmt: skip


def open_commitment(one: PublicCommitment) -> dict[str, Any]:
    """A commitment, every language side by side."""
    return {name: getattr(one, name) for name in _COLUMNS} | {
        "part": {"code": one.pillar_code, "number": one.pillar_number, "names": one.pillar_names},
        "objective": {"number": one.objective_number, "names": one.objective_names},
        "from": write_imprecise(one.from_on, one.from_precision), "until": write_imprecise(one.until_on, one.until_precision),
        "changed_at": one.changed_at.isoformat(),
    }  # fmt: skip
