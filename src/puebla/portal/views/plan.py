"""The public tracker of the Plan of Action: editions, their commitments, each with what was released of it; open data."""

import json
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.text import capfirst

from puebla.core.languages import show
from puebla.core.tables import as_table
from puebla.core.words import can_be_symbol
from puebla.portal.querysets.plan import standing_of
from puebla.publications.models import PublicCommitment, PublicPlan
from puebla.publications.views.plans import (
    actors_of,
    mandate_page,
    open_commitment,
    open_edition,
    open_header,
    open_rows,
    shown,
    when_of,
)


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
        return as_table(export, f"plan-{found.code}", open_header(), open_rows(every))
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


def as_json(plan: PublicPlan, commitments: Any) -> HttpResponse:
    """The whole edition, every language side by side."""
    rows = [open_commitment(one) for one in commitments.iterator(chunk_size=500)]
    answer = HttpResponse(
        json.dumps(open_edition(plan) | {"commitments": rows}, ensure_ascii=False), content_type="application/json; charset=utf-8"
    )  # fmt: skip
    answer["Content-Disposition"] = f'attachment; filename="plan-{plan.code}.json"'
    return answer
