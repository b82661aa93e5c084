"""Beginning a decision; what its paragraphs do and where they stand."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from puebla.accounts.views import PersonRequest, signed_in
from puebla.core.words import without_nul
from puebla.decisions import actions, rules
from puebla.decisions.forms import BeginForm, MeaningForm, StatusForm
from puebla.decisions.models import Decision, Provision
from puebla.decisions.views.decision import written
from puebla.decisions.views.reading import Reading
from puebla.meetings.models import AgendaItem, Convening, Session
from puebla.members.models import Body, Party, StandingKind
from puebla.members.querysets import Reach, reach_of, today


@signed_in
def new(request: PersonRequest) -> HttpResponseBase:
    """Begin a recommendation, conclusions, a decision or a declaration; `?meeting=` says at which meeting."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    convening = _convening(request, reach)
    bodies = [one for one in Body.objects.on(today(at)).select_related("room") if rules.may_begin(reach, one.room)]  # fmt: skip
    if not bodies:
        raise Http404
    rows = (
        _of_meeting(request, convening, reach)
        if convening
        else {"bodies": Body.objects.filter(pk__in=[one.pk for one in bodies])}
    )
    form = BeginForm(request.POST or None, initial={"kind": _usual(convening)}, **rows)
    if request.method == "POST" and form.is_valid():
        made: list[Decision] = []
        found = form.cleaned_data

        def act() -> None:
            made.append(
                actions.begin(
                    kind=found["kind"], titles=found["titles"], scope=found["scope"], joint_with=found["joint_with"],
                    body=found.get("body"), convening=convening, item=found.get("item"), session=found.get("session"),
                    audience=found["audience"], by=request.person, at=at,
                )
            )  # fmt: skip

        if form.carries_out(act):
            messages.success(request, _("Begun. Add its paragraphs, or bring them in from a file."))
            return redirect("texts:add", made[0].text.ref)
    return render(request, "decisions/new.html", {"form": form, "convening": convening})


def _convening(request: PersonRequest, reach: Reach) -> Convening | None:
    typed = request.GET.get("meeting", "")
    symbol = without_nul(typed).upper()
    if not typed:
        return None
    seen = Convening.objects.visible_to(request.person, reach=reach).select_related("meeting__body__room")
    found = seen.filter(meeting__symbol=symbol).first()
    if found is None:
        raise Http404
    return found


def _of_meeting(request: PersonRequest, convening: Convening, reach: Reach) -> dict[str, Any]:
    """Sessions and items among which can be chosen: of closed sessions those in which the person sits."""
    sits = Q(room__sealed=False) | Q(room_id__in=sorted(reach.rooms))
    sessions = Session.objects.visible_to(request.person, reach=reach).filter(
        sits, convening=convening, cancelled_at=None
    )
    items = AgendaItem.objects.visible_to(request.person, reach=reach).filter(sits, convening=convening)
    return {"sessions": sessions.order_by("starts_at"), "items": items.order_by("path")}


def _usual(convening: Convening | None) -> str:
    """What is begun at a meeting of this body as a rule."""
    if convening is not None and convening.meeting.body.function == Body.Function.CONSULTATION:
        return Decision.Kind.RECOMMENDATION
    return Decision.Kind.DECISION


def _back(decision: Decision, anchor: str) -> HttpResponseBase:
    return redirect(f"{reverse('decisions:decision', args=[decision.address])}#{anchor}")


def _addressable(one: Provision | None, on: dt.date, language: str) -> list[Party]:
    """Members first, then observers and civil society, and whom the paragraph addresses already."""
    members = Party.objects.members(on=on).for_language(language)
    others = Party.objects.standing(
        [kind for kind in StandingKind if kind != StandingKind.SECRETARIAT], on=on
    )
    known = [each.party for each in one.addressees.all() if each.party is not None] if one is not None else []
    return list(dict.fromkeys([*members, *others.for_language(language), *known]))


@signed_in
def means(request: PersonRequest, ref: str, anchor: str) -> HttpResponseBase:
    """What a paragraph does: verb, addressees, due date, themes."""
    reading = Reading(request, ref)
    paragraph = reading.paragraph(anchor)
    verdict = rules.may_describe(reading.reach, reading.decision)
    one = reading.provision(paragraph)
    form = MeaningForm(
        request.POST or None, provision=one, bodies=Body.objects.on(today(reading.at)),
        parties=_addressable(one, today(reading.at), request.LANGUAGE_CODE),
    )  # fmt: skip
    if request.method == "POST" and verdict and form.is_valid():

        def act() -> None:
            actions.describe(
                decision=reading.decision, meanings={paragraph: form.meaning}, by=request.person, at=reading.at,
                revisions={paragraph.pk: form.cleaned_data["revision"] or 0},
            )  # fmt: skip

        if form.carries_out(act, one):
            messages.success(request, _("Saved."))
            return _back(reading.decision, anchor)
    return _step(
        request, reading, form, verdict, _("What paragraph %(anchor)s does") % {"anchor": anchor}, anchor
    )


@signed_in
def status(request: PersonRequest, ref: str, anchor: str) -> HttpResponseBase:
    """Where a paragraph stands, its history below; `?status=` and `?on=` are what is offered to be set."""
    reading = Reading(request, ref)
    paragraph = reading.paragraph(anchor)
    one = reading.provision(paragraph)
    if one is None:
        raise Http404
    verdict = rules.may_set_status(reading.reach, reading.decision)
    # A paragraph that supersedes this one leads here with what it would be set to, and since when.
    offered = {
        "status": request.GET.get("status") or one.status,
        "on": request.GET.get("on") or today(reading.at),
    }
    form = StatusForm(request.POST or None, initial=offered)
    if request.method == "POST" and verdict and form.is_valid():
        found = form.cleaned_data
        one.paragraph = paragraph

        def act() -> None:
            actions.set_status(
                provision=one,
                status=found["status"],
                on=found["on"],
                notes=found["notes"],
                by=request.person,
                at=reading.at,
            )

        if form.carries_out(act):
            messages.success(request, _("Saved."))
            return _back(reading.decision, anchor)
    title = _("Where paragraph %(anchor)s stands") % {"anchor": anchor}
    return _step(
        request,
        reading,
        form,
        verdict,
        title,
        anchor,
        history=one.statuses.select_related("by").order_by("-on", "-pk"),
    )


def _step(request: PersonRequest, reading: Reading, form: Any, verdict: Any, title: str, anchor: str, **more: Any) -> HttpResponseBase:  # fmt: skip
    paragraph = reading.paragraph(anchor)
    context = {
        "decision": reading.decision, "form": form, "verdict": verdict, "title": title, "anchor": anchor,
        "words": written(paragraph.words),
    }  # fmt: skip
    return render(request, "decisions/step.html", context | more)
