"""Editions of the Plan of Action: their list, each as a tree with its progress, and keeping them."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from puebla.accounts.views import PersonRequest, signed_in
from puebla.core.memory import Remembered
from puebla.core.models import JournalEntry
from puebla.core.phrases import sentences
from puebla.core.prepared import PreparedRecords
from puebla.core.verdicts import RefusedError
from puebla.core.words import without_nul
from puebla.documents.querysets import audience_in_words
from puebla.documents.views.lists import options
from puebla.members.forms import AudienceForm
from puebla.members.models import Audience, Body, Party
from puebla.members.querysets import Reach, reach_of, read_by, today
from puebla.members.querysets.prepared import PreparedForReader
from puebla.plan import actions, rules
from puebla.plan.forms import (
    NewPlanForm,
    PlanForm,
    goal_options,
    pillar_options,
    status_options,
)
from puebla.plan.models import Commitment, Indicator, Involvement, Objective, Pillar, Plan
from puebla.plan.querysets.matrix import RELATED, Matrix, matrix_of
from puebla.plan.querysets.progress import Tree, tree_of
from puebla.plan.views.indicators import shown_indicators

FILTERS = ("q", "pillar", "status", "party", "goal")
PER_PAGE = 100


def posted(request: PersonRequest) -> Any:
    """What a form is bound to: the data of a POST; nothing otherwise."""
    return request.POST if request.method == "POST" else None


def plan_or_404(request: PersonRequest, code: str, reach: Reach) -> Plan:
    """The edition of this code, or 404 where the person may not know that it exists."""
    keys = [key for (key,) in _at_address.rows(request.person, reach, without_nul(code))]
    found: Plan | None = _plans.get(keys[0]) if keys else None
    if found is None:
        raise Http404
    return found


#: (person, reach, code) → the key of the edition.
_at_address = PreparedForReader(
    lambda person, reach, code: (
        Plan.objects.visible_to(person, reach=reach).at_address(code).order_by().values_list("pk")
    )
)
_plans = PreparedRecords(Plan, ("room", "party", "body"))


@signed_in
@require_safe
def editions(request: PersonRequest) -> HttpResponseBase:
    """The editions that the person sees, the newest first, each with how far it has come."""
    reach = reach_of(request.person)
    plans = list(Plan.objects.visible_to(request.person, reach=reach).select_related("body"))
    seen = Commitment.objects.visible_to(request.person, reach=reach)
    standings = tree_of(seen).plans
    rows = [{"plan": one, "standing": standings[one.pk]} for one in plans]
    return render(request, "plan/list.html", {"rows": rows, "may_keep": rules.may_keep(reach)})


def filters_of(request: PersonRequest) -> dict[str, str]:
    """What the list is narrowed by."""
    return {name: without_nul(request.GET.get(name, "")).strip()[:200] for name in FILTERS}


def choices_of(plan: Plan, filters: dict[str, str]) -> dict[str, Any]:
    """The choices of every filter; gathered once for all that turn the pages of an edition, until anything is written."""
    # Whatever words are asked for, they offer the same.
    chosen = tuple(value for name, value in filters.items() if name != "q")
    key = (plan.pk, get_language(), chosen)
    return _choices.get(key, lambda: _gathered(plan, filters))


_choices: Remembered[dict[str, Any]] = Remembered(most=50)


def _gathered(plan: Plan, filters: dict[str, str]) -> dict[str, Any]:
    parts = Involvement.objects.filter(party=OuterRef("pk"), commitment__plan=plan)
    # Asked party by party: most have a part, and the first one found is enough.
    involved = Party.objects.filter(Exists(parts)).order_by("code")
    return {
        "pillar": options(pillar_options(plan), filters["pillar"]),
        "status": options(status_options(), filters["status"]),
        "party": options([(one.code, str(one)) for one in involved], filters["party"]),
        "goal": options(goal_options(plan), filters["goal"]),
    }


@signed_in
@require_safe
def edition(request: PersonRequest, plan: str) -> HttpResponseBase:
    """An edition: its parts and objectives with their progress, and the commitments under them."""
    reach = reach_of(request.person)
    row = plan_or_404(request, plan, reach)
    filters = filters_of(request)
    seen = Commitment.objects.visible_to(request.person, reach=reach).filter(plan=row)
    found = seen.matching(**filters).select_related(*RELATED).order_by("code_order")
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    active = any(filters.values())
    tree = tree_of(seen)
    shown = matrix_of(page.object_list, request.person, reach)
    listed = [one.pk for one in page.object_list]
    measured = Indicator.objects.visible_to(request.person, reach=reach).filter(commitment__in=listed)
    context = {
        "plan": row, "page": page, "tree": tree, "parts": _parts(row, tree, shown, whole=not active and page.paginator.num_pages == 1),
        "filters": filters, "active": active, "options": choices_of(row, filters), "may_edit": rules.may_edit(reach, row),
        "may_keep": rules.may_keep(reach), "who": audience_in_words(row), "indicators": shown_indicators(measured.select_related("commitment").order_by("commitment__code_order", "rank")),
    }  # fmt: skip
    return render(request, "plan/edition.html", context)


def _parts(plan: Plan, tree: Tree, shown: Matrix, *, whole: bool) -> list[dict[str, Any]]:
    """The parts with their objectives and the commitments of this page below them.

    Args:
        whole: parts and objectives without a commitment on this page are shown too.
    """
    below: dict[int, list[Any]] = {}
    for row in shown.rows:
        below.setdefault(row.commitment.objective_id, []).append(row)
    objectives: dict[int, list[Any]] = {}
    for one in Objective.objects.filter(pillar__plan=plan).order_by("pillar__number", "number"):
        if whole or one.pk in below:
            entry = {"objective": one, "standing": tree.objectives.get(one.pk), "rows": below.get(one.pk, [])}
            objectives.setdefault(one.pillar_id, []).append(entry)
    return [
        {"pillar": one, "standing": tree.pillars.get(one.pk), "objectives": objectives.get(one.pk, [])}
        for one in Pillar.objects.filter(plan=plan)
        if whole or one.pk in objectives
    ]


@signed_in
def new(request: PersonRequest) -> HttpResponseBase:
    """Begin an edition."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    if not rules.may_keep(reach):
        raise Http404
    bodies = Body.objects.on(today(at)).exclude(room__sealed=True).select_related("room")
    form = NewPlanForm(posted(request), bodies=bodies)
    if request.method == "POST" and form.is_valid():
        found = form.cleaned_data

        def act() -> None:
            actions.begin_plan(
                code=found["code"], body=found["body"], values=form.values(), by=request.person, at=at
            )

        if form.carries_out(act):
            messages.success(request, _("The edition is begun. Enter its parts and what lies in them."))
            return redirect("plan:structure", found["code"])
    return render(
        request,
        "plan/form.html",
        {"form": form, "title": _("New edition"), "plan": None, "verdict": rules.may_keep(reach)},
    )


@signed_in
def edit(request: PersonRequest, plan: str) -> HttpResponseBase:
    """What an edition says of itself, and whether it is in force."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    row = plan_or_404(request, plan, reach)
    form = PlanForm(posted(request), initial=PlanForm.facts_of(row))
    if request.method == "POST" and form.is_valid() and form.carries_out(
        lambda: actions.describe_plan(
            plan=row, values=form.values(), revision=form.cleaned_data["revision"] or 0, by=request.person, at=at
        ), row,
    ):  # fmt: skip
        messages.success(request, _("Saved."))
        return redirect("plan:edition", row.code)
    verdict = rules.may_describe(reach, row)
    return render(
        request,
        "plan/form.html",
        {"form": form, "title": _("Edit the edition"), "plan": row, "verdict": verdict},
    )


@signed_in
def audience(request: PersonRequest, plan: str) -> HttpResponseBase:
    """Who reads an edition: shown first what the change would open or close."""
    reach = reach_of(request.person)
    row = plan_or_404(request, plan, reach)
    typed = request.POST if request.method == "POST" else request.GET
    form = AudienceForm(
        typed if "audience" in typed else None,
        cap=row.room_cap,
        least=Audience.SECRETARIAT,
        initial={"audience": row.audience},
    )
    wanted = form.cleaned_data["audience"] if form.is_bound and form.is_valid() else row.audience
    verdict = rules.may_set_audience(reach, row, wanted)
    if request.method == "POST" and form.is_bound and form.is_valid():
        try:
            actions.set_audience(plan=row, audience=wanted, by=request.person, at=timezone.now())
        except RefusedError as error:
            form.add_error("audience", str(error))
        else:
            messages.success(request, _("Changed who can read it."))
            return redirect("plan:edition", row.code)
    before, after = read_by(row), read_by(row, audience=wanted)
    context = {
        "form": form, "plan": row, "titles": row.titles, "verdict": verdict, "wanted": wanted, "wanted_label": Audience(wanted).label,
        "gained": len(after - before), "lost": len(before - after), "changes": wanted != row.audience,
    }  # fmt: skip
    return render(request, "plan/audience.html", context)


@signed_in
@require_safe
def history(request: PersonRequest, plan: str) -> HttpResponseBase:
    """What was done with an edition, for who keeps it."""
    reach = reach_of(request.person)
    row = plan_or_404(request, plan, reach)
    if not rules.may_describe(reach, row):
        raise Http404
    entries = JournalEntry.objects.filter(subject_kind="Plan", subject_ref=row.code).order_by("-sequence")[
        :200
    ]
    return render(
        request, "plan/history.html", {"plan": row, "entries": sentences(entries), "what": row.titles}
    )
