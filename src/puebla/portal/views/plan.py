"""The public tracker of the Plan of Action: editions, their commitments, each with what was released of it; open data."""

import json
from collections.abc import Iterator
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from puebla.core.languages import show
from puebla.core.tables import as_table
from puebla.core.words import can_be_symbol
from puebla.portal.forms import written_date
from puebla.portal.querysets.plan import standing_of
from puebla.publications.models import PublicCommitment, PublicPlan
from puebla.publications.views.plans import actors_of, mandate_page, shown, when_of


def plans(request: HttpRequest) -> HttpResponseBase:
    """The editions that were released, the newest first; where there is one alone, that one."""
    standing = list(PublicPlan.objects.filter(withdrawn_at=None))
    if len(standing) == 1:
        return plan(request, standing[0].code)
    counted = [
        (one, standing_of(PublicCommitment.objects.filter(plan_code=one.code, withdrawn_at=None)))
        for one in standing
    ]
    return render(request, "portal/plans.html", {"rows": counted})


def plan(request: HttpRequest, code: str) -> HttpResponseBase:
    """An edition: parts, objectives, commitments with their progress; the list as CSV, XLSX and JSON."""
    found = _plan_or_404(code)
    if found.withdrawn_at is not None:
        return render(request, "portal/plan_withdrawn.html", {"gone": found, "plan": found}, status=410)
    every = PublicCommitment.objects.filter(plan_code=found.code, withdrawn_at=None).order_by("code_order")
    export = request.GET.get("export")
    if export == "json":
        return as_json(found, every)
    if export is not None:
        return as_table(export, f"plan-{found.code}", _header(), _rows(every))
    status = request.GET.get("status", "").replace("\x00", "")[:20]
    rows = list(every.filter(status=status) if status else every)
    states = every.order_by("status").values_list("status", "status_names")
    offered = {code: capfirst(str(show(names))) for code, names in states}
    context = {
        "plan": found, "parts": _parts(rows), "standing": standing_of(every), "total": len(rows), "status": status,
        "offered": offered,
    }  # fmt: skip
    return render(request, "portal/plan.html", context)


def _plan_or_404(code: str) -> PublicPlan:
    found = PublicPlan.objects.filter(code=code).first() if can_be_symbol(code) else None
    if found is None:
        raise Http404
    return found


def _parts(rows: list[PublicCommitment]) -> list[dict[str, Any]]:
    """The commitments by part and objective, in their order."""
    found: list[dict[str, Any]] = []
    for one in rows:
        if not found or found[-1]["first"].pillar_code != one.pillar_code:
            found.append({"first": one, "objectives": []})
        below = found[-1]["objectives"]
        if not below or below[-1]["first"].objective_number != one.objective_number:
            below.append({"first": one, "rows": []})
        below[-1]["rows"].append({"one": one, "when": when_of(one), "leads": actors_of(one, "lead")})
    return found


def commitment(request: HttpRequest, code: str, number: str) -> HttpResponse:
    """One commitment as it was released; a withdrawn one answers with its tombstone."""
    found = _plan_or_404(code)
    one = (
        PublicCommitment.objects.filter(plan_code=code, code=number).first()
        if can_be_symbol(number)
        else None
    )
    if one is None:
        raise Http404
    if one.withdrawn_at is not None or found.withdrawn_at is not None:
        gone = one if one.withdrawn_at is not None else found
        return render(
            request, "portal/plan_withdrawn.html", {"gone": gone, "plan": found, "number": number}, status=410
        )
    context = {"plan": found, "mandate_page": mandate_page(one, at=timezone.now()), **shown(one)}
    return render(request, "portal/commitment.html", context)


# Open data -------------------------------------------------------------------------------------------------------------


def _header() -> list[str]:
    return [
        _("Number"), _("Part"), _("Objective"), _("Commitment"), _("Mandate"), _("Lead"), _("Partners"), _("From"), _("Until"),
        _("Status"), _("Progress (%)"), _("Next step"), _("Budget"), _("Funded"), _("Currency"), _("Goals it serves"),
    ]  # fmt: skip


def _rows(commitments: Any) -> Iterator[list[Any]]:
    for one in commitments.iterator(chunk_size=500):
        goals = ", ".join(f"{goal['framework']} {goal['code']}" for goal in one.goals)
        yield [
            one.code, str(show(one.pillar_names)), str(show(one.objective_names)), str(show(one.titles)), one.mandate,
            actors_of(one, "lead"), actors_of(one, "partner"), written_date(one.from_on, one.from_precision),
            written_date(one.until_on, one.until_precision), capfirst(str(show(one.status_names))), one.progress,
            str(show(one.next_steps)), one.money.get("budget", ""), one.money.get("funded", ""), one.money.get("currency", ""), goals,
        ]  # fmt: skip


#: What of a commitment stands in the open data as it stands in its row.
_COLUMNS = ("code", "titles", "texts", "status", "status_names", "progress", "mandate", "mandate_symbol", "next_steps", "actors",
            "goals", "actions", "reports", "money")  # fmt: skip


def as_json(plan: PublicPlan, commitments: Any) -> HttpResponse:
    """The whole edition, every language side by side."""
    rows = [
        {name: getattr(one, name) for name in _COLUMNS} | {
            "part": {"code": one.pillar_code, "number": one.pillar_number, "names": one.pillar_names},
            "objective": {"number": one.objective_number, "names": one.objective_names},
            "from": written_date(one.from_on, one.from_precision), "until": written_date(one.until_on, one.until_precision),
            "changed_at": one.changed_at.isoformat(),
        }
        for one in commitments.iterator(chunk_size=500)
    ]  # fmt: skip
    whole = {
        "code": plan.code, "titles": plan.titles, "from": written_date(plan.from_on, plan.from_precision),
        "until": written_date(plan.until_on, plan.until_precision), "state_names": plan.state_names,
        "released_at": plan.released_at.isoformat(), "commitments": rows,
    }  # fmt: skip
    answer = HttpResponse(
        json.dumps(whole, ensure_ascii=False), content_type="application/json; charset=utf-8"
    )
    answer["Content-Disposition"] = f'attachment; filename="plan-{plan.code}.json"'
    return answer
