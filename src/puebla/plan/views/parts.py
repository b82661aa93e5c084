"""The parts of an edition and their objectives: entered and renamed by who keeps the plan."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from puebla.accounts.views import PersonRequest, signed_in
from puebla.core.languages import show
from puebla.core.verdicts import Verdict
from puebla.members.querysets import Reach, reach_of
from puebla.plan import actions, rules
from puebla.plan.forms import NewPillarForm, ObjectiveForm, PillarForm
from puebla.plan.models import Objective, Pillar, Plan
from puebla.plan.views.editions import plan_or_404, posted


def kept_or_404(request: PersonRequest, code: str, reach: Reach) -> tuple[Plan, Verdict]:
    """The edition for who keeps the plan, and whether it may be changed now; 404 for everybody else."""
    row = plan_or_404(request, code, reach)
    if not rules.may_keep(reach):
        raise Http404
    return row, rules.may_edit(reach, row)


def _pillar(request: PersonRequest, plan: Plan, code: str, reach: Reach) -> Pillar:
    seen = Pillar.objects.visible_to(request.person, reach=reach).filter(plan=plan, code=code)
    found = seen.select_related("plan__room", "theme").first()
    if found is None:
        raise Http404
    return found


@signed_in
@require_safe
def structure(request: PersonRequest, plan: str) -> HttpResponseBase:
    """The parts and objectives of an edition, to enter and to rename."""
    reach = reach_of(request.person)
    row, verdict = kept_or_404(request, plan, reach)
    seen = Pillar.objects.visible_to(request.person, reach=reach).filter(plan=row)
    pillars = seen.prefetch_related("objectives").select_related("theme").order_by("number")
    return render(request, "plan/structure.html", {"plan": row, "pillars": pillars, "verdict": verdict})


@signed_in
def new_pillar(request: PersonRequest, plan: str) -> HttpResponseBase:
    """Add a part."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    row, verdict = kept_or_404(request, plan, reach)
    form = NewPillarForm(posted(request))
    if request.method == "POST" and form.is_valid() and form.carries_out(
        lambda: actions.add_pillar(
            plan=row, code=form.cleaned_data["code"], values=form.values(), by=request.person, at=at
        )
    ):  # fmt: skip
        return _saved(request, row)
    return _page(request, row, form, _("Add: %(part)s") % {"part": show(row.pillar_names)}, verdict)


@signed_in
def pillar(request: PersonRequest, plan: str, pillar: str) -> HttpResponseBase:
    """Rename a part."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    row, verdict = kept_or_404(request, plan, reach)
    part = _pillar(request, row, pillar, reach)
    initial = {
        "names": part.names,
        "theme": part.theme.code if part.theme else None,
        "revision": part.revision,
    }
    form = PillarForm(posted(request), initial=initial)
    if request.method == "POST" and form.is_valid() and form.carries_out(
        lambda: actions.describe_pillar(
            pillar=part, values=form.values(), revision=form.cleaned_data["revision"] or 0, by=request.person, at=at
        ), part,
    ):  # fmt: skip
        return _saved(request, row)
    return _page(request, row, form, str(part), verdict)


@signed_in
def new_objective(request: PersonRequest, plan: str, pillar: str) -> HttpResponseBase:
    """Add an objective to a part."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    row, verdict = kept_or_404(request, plan, reach)
    part = _pillar(request, row, pillar, reach)
    form = ObjectiveForm(posted(request))
    if request.method == "POST" and form.is_valid() and form.carries_out(
        lambda: actions.add_objective(pillar=part, values=form.values(), by=request.person, at=at)
    ):  # fmt: skip
        return _saved(request, row)
    return _page(request, row, form, _("Add: %(part)s") % {"part": show(row.objective_names)}, verdict)


@signed_in
def objective(request: PersonRequest, plan: str, pillar: str, number: int) -> HttpResponseBase:
    """Rename an objective."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    row, verdict = kept_or_404(request, plan, reach)
    seen = Objective.objects.visible_to(request.person, reach=reach).select_related("pillar__plan__room")
    found: Any = seen.filter(pillar__plan=row, pillar__code=pillar, number=number).first()
    if found is None:
        raise Http404
    form = ObjectiveForm(posted(request), initial={"names": found.names, "revision": found.revision})
    if request.method == "POST" and form.is_valid() and form.carries_out(
        lambda: actions.describe_objective(
            objective=found, values=form.values(), revision=form.cleaned_data["revision"] or 0, by=request.person, at=at
        ), found,
    ):  # fmt: skip
        return _saved(request, row)
    return _page(request, row, form, str(found), verdict)


def _saved(request: PersonRequest, plan: Plan) -> HttpResponseBase:
    messages.success(request, _("Saved."))
    return redirect("plan:structure", plan.code)


def _page(request: PersonRequest, plan: Plan, form: Any, title: str, verdict: Verdict) -> HttpResponseBase:
    return render(request, "plan/form.html", {"form": form, "title": title, "plan": plan, "verdict": verdict})
