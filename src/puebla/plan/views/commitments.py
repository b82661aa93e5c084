"""A commitment: its page, and keeping it with its actions and indicators."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from puebla.accounts.views import PersonRequest, signed_in
from puebla.core.models import JournalEntry
from puebla.core.phrases import sentences
from puebla.documents.querysets import audience_in_words, openings_known_to
from puebla.members.models import Body, Party
from puebla.members.querysets import Reach, reach_of, today
from puebla.plan import actions, rules
from puebla.plan.forms import ActionForm, CommitmentForm, IndicatorForm
from puebla.plan.models import Commitment, Indicator, Plan, Report
from puebla.plan.querysets.asked import pairs_asked
from puebla.plan.querysets.matrix import matrix_of, paragraphs_known
from puebla.plan.querysets.progress import gap_of
from puebla.plan.querysets.rounds import halves_back, is_asked_of, rounds_of
from puebla.plan.views.editions import posted
from puebla.plan.views.indicators import shown_indicators
from puebla.plan.views.parts import kept_or_404
from puebla.statistics.forms import SeriesForm
from puebla.texts.models import Paragraph


def commitment_or_404(request: PersonRequest, plan: str, code: str, reach: Reach) -> Commitment:
    """The commitment of this number, or 404 where the person may not know that it exists."""
    seen = Commitment.objects.visible_to(request.person, reach=reach).at_address(plan, code).order_by()
    found: Commitment | None = seen.select_related(
        "plan__room", "plan__body", "plan__party", "objective__pillar", "body", "changed_by"
    ).first()
    if found is None:
        raise Http404
    return found


@signed_in
@require_safe
def commitment(request: PersonRequest, plan: str, code: str) -> HttpResponseBase:
    """One commitment: who, when, how far, at what cost, by what order; its actions, indicators, and what was reported."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    row = commitment_or_404(request, plan, code, reach)
    matrix = matrix_of([row], request.person, reach)
    shown = Report.objects.visible_to(request.person, reach=reach).filter(commitment=row, state="sent")
    reports = (
        shown.select_related("party").prefetch_related("files").order_by("-year", "-half", "party__code")
    )
    context = {
        "plan": row.plan, "commitment": row, "row": matrix.rows[0], "paragraph": matrix.rows[0].paragraph, "gap": gap_of(row),
        "actions": list(row.actions.select_related("party")), "goals": row.goals.select_related("framework"),
        "indicators": shown_indicators(row.indicators.all()), "reports": list(reports),
        "own": _own(request, row, reach, at), "may_edit": rules.may_edit(reach, row.plan), "keeps": rules.may_keep(reach),
        "who": audience_in_words(row.plan),
    }  # fmt: skip
    return render(request, "plan/commitment.html", context)


def _own(request: PersonRequest, row: Commitment, reach: Reach, at: Any) -> list[dict[str, Any]]:
    """What the reader's own parties have to report now: half-year by half-year, with where each stands."""
    halves = halves_back(today(at), rules.REPORTED)
    one = Commitment.objects.visible_to(request.person, reach=reach).filter(pk=row.pk)
    asked = {party for _commitment, party in pairs_asked(one, reach.parties, on=today(at))}
    if not asked or not row.plan.is_in_force:
        return []
    rounds = rounds_of([row.plan], halves)[row.plan.pk]
    mine = Report.objects.visible_to(request.person, reach=reach).filter(
        commitment=row, party__in=asked, state__in=["draft", "sent"]
    )
    standing = {(one.party_id, one.year, one.half, one.state): one for one in mine}
    found = []
    for party in Party.objects.filter(pk__in=asked).order_by("code"):
        for number, half in enumerate(halves):
            sent, draft = standing.get((party.pk, *half, "sent")), standing.get((party.pk, *half, "draft"))
            # Of the half-year before only what is begun or missing is of interest.
            begun = draft is not None or sent is None
            if number and (not begun or (draft is None and not is_asked_of(row, half))):
                continue
            verdict = rules.may_report(reach, row, party, half, asked=True, at=at)
            found.append({
                "party": party, "round": rounds[half], "sent": sent, "draft": draft, "verdict": verdict,
                "late": sent is None and rounds[half].due.is_over(at),
            })  # fmt: skip
    return found


# Keeping it ----------------------------------------------------------------------------------------------------------


def _form(
    request: PersonRequest, plan: Plan, reach: Reach, at: Any, initial: dict[str, Any]
) -> CommitmentForm:
    involved = Party.objects.standing(
        ["member", "observer_state", "observer_organisation", "civil_society", "secretariat"], on=today(at)
    )
    return CommitmentForm(
        posted(request), plan=plan, initial=initial, parties=involved.order_by("kind", "code"),
        bodies=Body.objects.on(today(at)), paragraphs=Paragraph.objects.visible_to(request.person, reach=reach),
    )  # fmt: skip


@signed_in
def new(request: PersonRequest, plan: str) -> HttpResponseBase:
    """Enter a commitment under an objective."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    row, verdict = kept_or_404(request, plan, reach)
    objective = request.GET.get("objective", "")
    form = _form(request, row, reach, at, {"objective": objective if objective.isdecimal() else None})
    if request.method == "POST" and form.is_valid():
        found, made = form.cleaned_data, []

        def act() -> None:
            made.append(
                actions.add_commitment(
                    objective=found["objective"], values=form.values(), leads=found["leads"],
                    partners=found["partners"], goals=found["goals"], by=request.person, at=at,
                )
            )  # fmt: skip

        if form.carries_out(act):
            messages.success(request, _("Entered as number %(code)s.") % {"code": made[0].code})
            return redirect("plan:commitment", row.code, made[0].code)
    context = {"form": form, "title": _("New commitment"), "plan": row, "verdict": verdict}
    return render(request, "plan/form.html", context)


@signed_in
def edit(request: PersonRequest, plan: str, code: str) -> HttpResponseBase:
    """Change a commitment; it keeps its number and objective."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    _plan, verdict = kept_or_404(request, plan, reach)
    row = commitment_or_404(request, plan, code, reach)
    paragraph = paragraphs_known([row], request.person, reach).get(row.paragraph_id or 0)
    form = _form(request, row.plan, reach, at, CommitmentForm.facts_of(row, paragraph))
    del form.fields["objective"]
    if row.paragraph_id is not None and paragraph is None:
        # What the writer may not know of is neither shown nor lost.
        del form.fields["ordered_by"]
    if request.method == "POST" and form.is_valid():
        found = form.cleaned_data
        if form.carries_out(
            lambda: actions.describe_commitment(
                commitment=row, values=form.values(), revision=found["revision"] or 0, leads=found["leads"],
                partners=found["partners"], goals=found["goals"], by=request.person, at=at,
            ), row,
        ):  # fmt: skip
            messages.success(request, _("Saved."))
            return redirect("plan:commitment", row.plan.code, row.code)
    context = {
        "form": form,
        "title": _("Edit the commitment"),
        "plan": row.plan,
        "commitment": row,
        "verdict": verdict,
    }
    return render(request, "plan/form.html", context)


@signed_in
@require_safe
def history(request: PersonRequest, plan: str, code: str) -> HttpResponseBase:
    """How a commitment stood through the years; what was done with it, for who keeps it; and its reports as far as they are seen.

    Who opened a report's file is told as of documents: each party its own.
    """
    reach = reach_of(request.person)
    row = commitment_or_404(request, plan, code, reach)
    reports = (
        Report.objects.visible_to(request.person, reach=reach).filter(commitment=row).exclude(state="draft")
    )
    refs = list(reports.order_by().values_list("ref", flat=True))
    of_reports = JournalEntry.objects.filter(subject_kind="Report", subject_ref__in=refs)
    entries = of_reports.filter(act__in=["party_report.sent", "party_report.entered"])
    entries = entries | openings_known_to(of_reports.filter(act="party_report.file_opened"), row.plan, reach)
    if rules.may_keep(reach):
        entries = entries | JournalEntry.objects.filter(subject_kind="Commitment", subject_ref=row.ref)
    context = {
        "plan": row.plan, "commitment": row, "what": row.titles, "marks": row.marks.order_by("-at", "-pk")[:100],
        "entries": sentences(entries.order_by("-sequence")[:200]), "may_edit": rules.may_edit(reach, row.plan),
    }  # fmt: skip
    return render(request, "plan/history.html", context)


@signed_in
def new_action(request: PersonRequest, plan: str, code: str) -> HttpResponseBase:
    """Add an action to a commitment."""
    return _action(request, plan, code, None)


@signed_in
def action(request: PersonRequest, plan: str, code: str, ref: str) -> HttpResponseBase:
    """Change an action, how far it has come before all."""
    return _action(request, plan, code, ref)


def _action(request: PersonRequest, plan: str, code: str, ref: str | None) -> HttpResponseBase:
    at = timezone.now()
    reach = reach_of(request.person, at)
    _plan, verdict = kept_or_404(request, plan, reach)
    row = commitment_or_404(request, plan, code, reach)
    step = row.actions.select_related("commitment__plan").filter(ref=ref).first() if ref else None
    if ref and step is None:
        raise Http404
    parties = Party.objects.standing(
        ["member", "observer_state", "observer_organisation", "secretariat"], on=today(at)
    )
    initial = ActionForm.facts_of(step) if step else {}
    form = ActionForm(posted(request), parties=parties.order_by("kind", "code"), initial=initial)
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            if step is None:
                actions.add_action(commitment=row, values=form.values(), by=request.person, at=at)
            else:
                revision = form.cleaned_data["revision"] or 0
                actions.describe_action(
                    action=step, values=form.values(), revision=revision, by=request.person, at=at
                )

        if form.carries_out(act, step):
            messages.success(request, _("Saved."))
            return redirect("plan:commitment", row.plan.code, row.code)
    title = _("Edit the action") if step else _("New action")
    context = {"form": form, "title": title, "plan": row.plan, "commitment": row, "verdict": verdict}
    return render(request, "plan/form.html", context)


@signed_in
def new_indicator(request: PersonRequest, plan: str, code: str) -> HttpResponseBase:
    """Measure a commitment by a series of the statistics."""
    return _indicator(request, plan, code, None)


@signed_in
def indicator(request: PersonRequest, plan: str, code: str, ref: str) -> HttpResponseBase:
    """Change an indicator."""
    return _indicator(request, plan, code, ref)


def _indicator(request: PersonRequest, plan: str, code: str, ref: str | None) -> HttpResponseBase:
    at = timezone.now()
    reach = reach_of(request.person, at)
    _plan, verdict = kept_or_404(request, plan, reach)
    row = commitment_or_404(request, plan, code, reach)
    seen = Indicator.objects.visible_to(request.person, reach=reach).select_related("commitment__plan")
    one = seen.filter(commitment=row, ref=ref).first() if ref else None
    if ref and one is None:
        raise Http404
    series = SeriesForm(request.GET, at=at)
    initial = IndicatorForm.facts_of(one) if one else {}
    if series.flow:
        initial["dataflow"] = series.flow
    if series.address:
        initial |= dict(zip(("dataflow", "key"), series.address, strict=True))
    form = IndicatorForm(posted(request), initial=initial)
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            if one is None:
                actions.add_indicator(commitment=row, values=form.values(), by=request.person, at=at)
            else:
                revision = form.cleaned_data["revision"] or 0
                actions.describe_indicator(
                    indicator=one, values=form.values(), revision=revision, by=request.person, at=at
                )

        if form.carries_out(act, one):
            messages.success(request, _("Saved. The figure is read from the releases of statistics."))
            return redirect("plan:commitment", row.plan.code, row.code)
    title = _("Edit the indicator") if one else _("New indicator")
    context = {
        "form": form,
        "title": title,
        "plan": row.plan,
        "commitment": row,
        "verdict": verdict,
        "series": series,
    }
    return render(request, "plan/form.html", context)
