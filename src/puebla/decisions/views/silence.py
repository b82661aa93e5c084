"""Silence procedures: the page of one with every capital's clock, opening, answering, extending, stopping, the certificate."""

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from puebla.accounts.views import PersonRequest, signed_in
from puebla.core.languages import show
from puebla.core.models import Process, random_ref
from puebla.core.ticks import tick_at
from puebla.core.verdicts import RefusedError
from puebla.core.workdays import holiday_name, is_working_day, working_days
from puebla.core.zones import difference, local, place_of
from puebla.decisions.actions import settling, silence
from puebla.decisions.actions.certificates import certificate_of
from puebla.decisions.actions.silence_mail import in_words
from puebla.decisions.forms.silence import AnswerForm, ExtendForm, OpenSilenceForm, RuleForm, StopForm
from puebla.decisions.models import (
    Decision,
    Position,
    SilenceParty,
    SilenceProcedure,
    SilenceReceipt,
    SilenceRule,
)
from puebla.decisions.rules import open_to_change
from puebla.decisions.rules import silence as rules
from puebla.decisions.rules.clocks import doubt_in_words
from puebla.decisions.views.reading import shown_on
from puebla.members.models import Party
from puebla.members.querysets import Reach, reach_of, today
from puebla.members.querysets.prepared import PreparedForReader, reach_in
from puebla.texts.actions import digest_of
from puebla.texts.models import Paragraph, tree
from puebla.texts.rules import commenting_parties

WITH = (
    "decision__text__room",
    "decision__text__party",
    "decision__body__room",
    "decision__convening__meeting__body__room",
    "rule",
)
PER_PAGE = 30
#: When a procedure usually closes.
FIVE = dt.time(17)


def procedure_or_404(request: PersonRequest, ref: str, reach: Reach) -> SilenceProcedure:
    """The procedure of this reference; 404 for who may not know of it, observers among them."""
    seen = SilenceProcedure.objects.visible_to(request.person, reach=reach).select_related(*WITH)
    return get_object_or_404(seen, ref=ref)


def _looked_at(request: PersonRequest, ref: str) -> tuple[SilenceProcedure, Reach, dt.datetime]:
    """The procedure as it stands at this instant, which the reader reaches so: whoever looks has ends written down first."""
    at = timezone.now()
    settling.settle_due(at=at, tick=tick_at(at))
    reach = reach_of(request.person, at)
    return procedure_or_404(request, ref, reach), reach, at


# One procedure -----------------------------------------------------------------------------------------------------


@signed_in
def procedure(request: PersonRequest, ref: str) -> HttpResponseBase:
    """One procedure: the words held, when it closes in every capital, what was said, and the form to answer."""
    row, reach, at = _looked_at(request, ref)
    if request.method == "GET":
        silence.note_opened(procedure=row, by=request.person, at=at)
    return _page(request, row, reach, at)


def _page(
    request: PersonRequest, row: SilenceProcedure, reach: Reach, at: dt.datetime, form: AnswerForm | None = None,
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    asked = list(row.asked.select_related("party"))
    parties = [one.party for one in asked if one.party_id in commenting_parties(reach)]
    said = SilenceReceipt.objects.visible_to(request.person, reach=reach).filter(procedure=row)
    answers = list(said.answers().select_related("party", "by").order_by("at", "pk"))
    opened = row.receipts.filter(kind=SilenceReceipt.Kind.OPENED).count()
    answered = set(row.receipts.answers().order_by().values_list("party_id", flat=True))
    if form is None and parties and row.is_running:
        form = AnswerForm(parties=parties, initial={"token": random_ref(), "party": parties[0].code})
    living = _living(request, row, reach)
    context = {
        "nature": Process.current().nature,
        "row": row, "decision": row.decision, "text": row.decision.text, "at": at, "open": row.is_open(at),
        "capitals": _capitals(row, asked), "answers": answers, "opened": opened, "asked": len(asked),
        "answered": len(answered), "uncounted": [one.party for one in asked if not one.calendar],
        "closes": in_words(row.closes_at, row.zone), "opened_words": in_words(row.opened_at, row.zone),
        "ended": in_words(row.ended_at, row.zone) if row.ended_at else "", "form": form,
        "extensions": _extensions(row), "intact": digest_of(row.decision.text, living, row.languages) == row.digest,
        "lines": tree.in_order(living), "languages": row.languages, "leads": rules.leads(reach, row.rule, row.decision, at=at),
        "may_extend": rules.may_extend(reach, row, at=at), "may_stop": rules.may_stop(reach, row, at=at),
        "doubt": _doubt(row, at), "may_vouch": rules.may_vouch(reach, row, at=at),
        "doubtful": row.receipts.filter(kind=SilenceReceipt.Kind.BREAKS, doubtful=True).exists(),
        "positions": Position.objects.visible_to(request.person, reach=reach).filter(decision=row.decision).standing().select_related("party"),
    }  # fmt: skip
    return render(request, "decisions/silence.html", context, status=status)


def _extensions(row: SilenceProcedure) -> list[dict[str, Any]]:
    """How the time was extended, each hour by the clocks by which it was agreed."""
    return [
        {"row": one, "before": in_words(one.before_at, row.zone), "until": in_words(one.closes_at, one.zone)}
        for one in row.extended.select_related("by")
    ]


def _living(request: PersonRequest, row: SilenceProcedure, reach: Reach) -> list[Paragraph]:
    seen = Paragraph.objects.visible_to(request.person, reach=reach).filter(text=row.decision.text_id)
    return list(seen.living().order_by())


def _doubt(row: SilenceProcedure, at: dt.datetime) -> str:
    """Why the end waits; empty where it does not."""
    if not row.is_running or row.held_at is None:
        return ""
    found = settling.witnessed(row, at=at)
    if found.vouches_for(row.closes_at):
        return _(
            "An answer came while the clock could not be trusted. Somebody has to say on which side of the hour it falls."
        )
    return doubt_in_words(found, row.closes_at, row.zone)


def _capitals(row: SilenceProcedure, asked: list[SilenceParty]) -> list[dict[str, Any]]:
    """When it closes by the clocks of each capital, with the working days it leaves."""
    found = []
    for one in asked:
        there = local(row.closes_at, one.zone)
        found.append({
            "party": one.party, "day": there.date(), "hour": f"{there:%H:%M}", "place": place_of(one.zone),
            "difference": difference(row.closes_at, one.zone), "changes": difference(row.opened_at, one.zone) != difference(row.closes_at, one.zone),
            "days": working_days(one.calendar, one.zone, row.opened_at, row.closes_at),
            "off": "" if is_working_day(one.calendar, there.date()) else holiday_name(one.calendar, there.date(), get_language() or "") or _("no working day"),
        })  # fmt: skip
    return found


@signed_in
@require_POST
def answer(request: PersonRequest, ref: str) -> HttpResponseBase:
    """Answer in a member's name; what is refused keeps its words."""
    at = timezone.now()
    tick = tick_at(at)
    reach = reach_of(request.person, at)
    row = procedure_or_404(request, ref, reach)
    asked = row.asked.order_by().values_list("party_id", flat=True)
    parties = list(Party.objects.filter(pk__in=sorted(commenting_parties(reach) & set(asked))))
    form = AnswerForm(request.POST, parties=parties)
    made: list[SilenceReceipt] = []
    if form.is_valid():
        found = form.cleaned_data

        def act() -> None:
            made.append(
                silence.answer(
                    procedure=row, party=found["party"], kind=found["kind"], words=found["words"], discreet=found["discreet"],
                    token=found["token"], by=request.person, at=at, tick=tick,
                )
            )  # fmt: skip

        if form.carries_out(act):
            messages.success(request, _thanks(made[0]))
            return redirect("decisions:silence", ref)
    # What has ended meanwhile is shown with what was typed.
    settling.settle_due(at=at, tick=tick)
    row = procedure_or_404(request, ref, reach)
    return _page(request, row, reach, at, form=form, status=422)


def _thanks(receipt: SilenceReceipt) -> str:
    if receipt.doubtful:
        return _("Your answer is kept with the instant at which it arrived. The server's clock is in doubt: who opened the procedure says on which side of the hour it falls.")  # fmt: skip
    if receipt.kind == SilenceReceipt.Kind.BREAKS:
        return _("The silence is broken. The procedure has stopped, and all member states are told.")
    return _("Your answer was received.")


# Opening, extending, stopping, vouching ----------------------------------------------------------------------------


def decision_or_404(request: PersonRequest, ref: str, reach: Reach) -> Decision:
    """The decision of this reference, or 404."""
    seen = Decision.objects.visible_to(request.person, reach=reach)
    return get_object_or_404(
        seen.select_related("text__room", "text__party", "body__room", "convening__meeting__body__room"),
        ref=ref,
    )


@signed_in
def open_(request: PersonRequest, ref: str) -> HttpResponseBase:
    """Open a procedure over a decision's text."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    decision = decision_or_404(request, ref, reach)
    rule = SilenceRule.objects.in_force(decision.body, on=today(at))
    verdict = rules.may_open(reach, decision, rule, at=at)
    asked = silence.asked_of(on=today(at))
    if verdict:
        verdict = rules.all_can_answer(
            [one.party for one in asked], silence.able_parties(decision.text, at=at), decision.text.room
        )
    zone = Process.current().time_zone
    first = (
        rules.first_day(asked, least=rule.min_days, begins_at=at, hour=FIVE, zone=zone)
        if rule is not None
        else None
    )
    initial = {"closes_on": first, "closes_hour": FIVE, "zone": zone, "token": random_ref()}
    form = OpenSilenceForm(request.POST or None, at=at, initial=initial)
    made: list[SilenceProcedure] = []
    if request.method == "POST" and form.is_valid():
        found = form.cleaned_data

        def act() -> None:
            made.append(
                silence.open_silence(
                    decision=decision, languages=found["adopted_in"], token=found["token"], by=request.person, at=at,
                    tick=tick_at(at), **form.closing(),
                )
            )  # fmt: skip

        if form.carries_out(act):
            messages.success(
                request,
                _("The procedure is open, and all member states are told. The words are held until it ends."),
            )
            return redirect("decisions:silence", made[0].ref)
    context = {"decision": decision, "rule": rule, "form": form, "verdict": verdict, "first": first, "title": _("Open a silence procedure"),
               "asked": asked, "uncounted": [one.party for one in asked if not one.calendar]}  # fmt: skip
    return render(request, "decisions/silence_open.html", context)


@signed_in
def extend(request: PersonRequest, ref: str) -> HttpResponseBase:
    """Give every member more time."""
    row, reach, at = _looked_at(request, ref)
    verdict = rules.may_extend(reach, row, at=at)
    asked = list(row.asked.select_related("party"))
    first = rules.first_day(
        asked, least=max(1, row.rule.extended_days), begins_at=row.closes_at, hour=row.closes_hour, zone=row.zone, after=row.closes_at
    )  # fmt: skip
    initial = {"closes_on": first, "closes_hour": row.closes_hour, "zone": row.zone, "revision": row.revision}
    form = ExtendForm(request.POST or None, at=at, initial=initial)

    def act() -> None:
        found = form.cleaned_data
        silence.extend(
            procedure=row, reasons=found["reasons"], revision=found["revision"], by=request.person, at=at, tick=tick_at(at),
            **form.closing(),
        )  # fmt: skip

    done = _("There is more time for all member states, and they are told.")
    return _step(request, row, form, act, verdict, _("Extend it"), done)


@signed_in
def stop(request: PersonRequest, ref: str) -> HttpResponseBase:
    """Take a procedure back."""
    row, reach, at = _looked_at(request, ref)
    form = StopForm(request.POST or None)

    def act() -> None:
        silence.stop(procedure=row, reasons=form.cleaned_data["reasons"], by=request.person, at=at)

    verdict = rules.may_stop(reach, row, at=at)
    done = _("The procedure is stopped; the text is worked on again.")
    return _step(request, row, form, act, verdict, _("Stop it"), done)


def _step(
    request: PersonRequest, row: SilenceProcedure, form: Any, act: Callable[[], None], verdict: Any, title: str, done: str
) -> HttpResponseBase:  # fmt: skip
    if request.method == "POST" and form.is_valid() and form.carries_out(act, row):
        messages.success(request, done)
        return redirect("decisions:silence", row.ref)
    context = {"decision": row.decision, "row": row, "form": form, "verdict": verdict, "title": title,
               "closes": in_words(row.closes_at, row.zone)}  # fmt: skip
    return render(request, "decisions/silence_step.html", context)


@signed_in
@require_POST
def vouch(request: PersonRequest, ref: str) -> HttpResponseBase:
    """Say on which side of the hour one stands, where the server's clock is in doubt."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    row = procedure_or_404(request, ref, reach)
    said = request.POST.get("closed", "")
    if said not in {"yes", "no"}:
        raise Http404
    try:
        silence.vouch(procedure=row, closed=said == "yes", by=request.person, at=at, tick=tick_at(at))
    except RefusedError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The end is written down."))
    return redirect("decisions:silence", ref)


@signed_in
def certificate(request: PersonRequest, ref: str) -> HttpResponseBase:
    """The certificate of adoption, with what its reader may know of who said what."""
    row, reach, _at = _looked_at(request, ref)
    if row.state != SilenceProcedure.State.ADOPTED:
        raise Http404
    response = HttpResponse(
        certificate_of(row, person=request.person, reach=reach), content_type="application/pdf"
    )
    response["Content-Disposition"] = (
        f'inline; filename="{row.decision.address.replace("/", "-")}.certificate.{get_language()}.pdf"'
    )
    response["Cache-Control"] = "private, no-store"
    return response


# Lists -------------------------------------------------------------------------------------------------------------


@signed_in
def procedures(request: PersonRequest) -> HttpResponseBase:
    """The procedures that the reader may know of, those that run first; and what the bodies' rules provide."""
    at = timezone.now()
    settling.settle_due(at=at, tick=tick_at(at))
    reach = reach_of(request.person, at)
    seen = SilenceProcedure.objects.visible_to(request.person, reach=reach).select_related(
        "decision__text", "decision__body"
    )
    running = Q(state=SilenceProcedure.State.RUNNING)
    ended = Paginator(seen.exclude(running).order_by("-opened_at", "-pk"), PER_PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "running": _lines(seen.filter(running).order_by("closes_at", "pk")), "ended": _lines(ended), "page": ended,
        "rules": SilenceRule.objects.select_related("body"), "may_edit": rules.may_edit_rules(reach),
    }  # fmt: skip
    return render(request, "decisions/silence_list.html", context)


def _lines(rows: Iterable[SilenceProcedure]) -> list[dict[str, Any]]:
    return [{"row": one, "closes": in_words(one.closes_at, one.zone)} for one in rows]


@signed_in
def rule(request: PersonRequest, ref: str = "") -> HttpResponseBase:
    """Enter a body's rule, or change one."""
    at = timezone.now()
    if not rules.may_edit_rules(reach_of(request.person, at)):
        raise Http404
    known = get_object_or_404(SilenceRule.objects.select_related("body"), ref=ref) if ref else None
    initial = (
        {name: getattr(known, name) for name in (*silence.RULE_FIELDS, "revision")}
        | {"reminders": ", ".join(map(str, known.reminders))}
        if known is not None
        else {"from_on": today(at)}
    )
    form = RuleForm(request.POST or None, known=known is not None, initial=initial)
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            silence.keep_rule(
                rule=known, body=form.cleaned_data.get("body"), values=form.values(), revision=form.cleaned_data["revision"] or 0,
                by=request.person, at=at,
            )  # fmt: skip

        if form.carries_out(act, known):
            messages.success(request, _("The rule was saved."))
            return redirect("decisions:silences")
    title = (
        _("Rule of %(body)s") % {"body": show(known.body.names)}
        if known is not None
        else _("New rule on silence procedures")
    )
    return render(request, "decisions/silence_rule.html", {"form": form, "title": title})


# What it adds to other pages ---------------------------------------------------------------------------------------


def offer(request: Any, topic: str, value: str) -> dict[str, object] | None:
    """What silence procedures add to the page of a decision: the one that runs, those that ended, or the way to one."""
    person = getattr(request, "person", None)
    if topic != "decision" or person is None:
        return None
    at, reach = timezone.now(), reach_in(request)
    decision = shown_on(request, value)
    if decision is None:
        return None
    keys = [key for (key,) in _of_decision.rows(person, reach, decision.pk)]
    rows = list(
        SilenceProcedure.objects.visible_to(person, reach=reach).filter(pk__in=keys).order_by("-opened_at")
    ) if keys else []  # fmt: skip
    # Who is no member learns how they ended, and nothing of what is still open.
    outcomes = [] if rows else [key for (key,) in _outcomes.rows(person, reach, decision.pk)]
    ended = list(
        SilenceProcedure.objects.outcomes_for(person, reach=reach).filter(pk__in=outcomes).order_by("-ended_at")
    ) if outcomes else []  # fmt: skip
    # A rule matters where a text is still negotiated.
    open_now = bool(open_to_change(reach, decision)) and not any(one.is_running for one in rows)
    rule = SilenceRule.objects.in_force(decision.body, on=today(at)) if open_now else None
    may = rule is not None and bool(rules.may_open(reach, decision, rule, at=at))
    if not rows and not ended and not may:
        return None
    shown = [{"row": one, "closes": in_words(one.closes_at, one.zone)} for one in rows]
    return {
        "template": "decisions/silence_offer.html",
        "context": {"rows": shown, "ended": ended, "may_open": may, "decision": decision},
    }


_of_decision = PreparedForReader(
    lambda person, reach, decision: (
        SilenceProcedure.objects.visible_to(person, reach=reach)
        .filter(decision=decision)
        .order_by()
        .values_list("pk")
    )
)


def _ended_of(person: Any, reach: Reach, decision: Any) -> Any:
    ended = SilenceProcedure.objects.outcomes_for(person, reach=reach).filter(decision=decision)
    return ended.exclude(state="running").order_by().values_list("pk")


_outcomes = PreparedForReader(_ended_of)
