"""Proposals by paragraph and positions: made, accepted, taken, withdrawn."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from puebla.accounts.views import PersonRequest, signed_in
from puebla.core.verdicts import RefusedError
from puebla.decisions import actions, rules
from puebla.decisions.forms import PositionForm, ProposeForm
from puebla.decisions.models import Decision, Position, Proposal
from puebla.decisions.views.decision import written
from puebla.decisions.views.reading import Reading
from puebla.members.models import Party
from puebla.members.querysets import today


def _page(decision: Decision, anchor: str = "") -> str:
    return reverse("decisions:decision", args=[decision.address]) + (f"#{anchor}" if anchor else "")


@signed_in
def propose(request: PersonRequest, ref: str, anchor: str = "") -> HttpResponseBase:
    """Propose something for a paragraph, or a first one for the beginning."""
    reading = Reading(request, ref)
    paragraph = reading.paragraph(anchor) if anchor else None
    verdict = rules.may_propose(reading.reach, reading.decision, at=reading.at)
    parties = rules.negotiating_parties(reading.reach, reading.decision, at=reading.at) if verdict else []
    initial = {"on_revision": paragraph.revision if paragraph else 0, "what": Proposal.What.REPLACE.value}
    form = ProposeForm(
        request.POST or None, parties=parties, beginning=paragraph is None, initial=initial,
        kept=paragraph.words if paragraph else None,
    )  # fmt: skip
    if request.method == "POST" and verdict and form.is_valid():
        found = form.cleaned_data

        def act() -> None:
            actions.propose(
                decision=reading.decision, party=found["party"], what=found["what"], paragraph=paragraph, words=form.words,
                kind=found["kind"], on_revision=found["on_revision"] or 0, reason=found["reason"], token=found["token"],
                language=request.LANGUAGE_CODE, by=request.person, at=reading.at,
            )  # fmt: skip

        if form.carries_out(act):
            messages.success(request, _("Your proposal stands. The words it touches are in brackets."))
            return redirect(_page(reading.decision, anchor))
    title = (
        _("Propose for paragraph %(anchor)s") % {"anchor": anchor}
        if anchor
        else _("Propose a first paragraph")
    )
    context = {
        "decision": reading.decision, "form": form, "verdict": verdict, "title": title, "anchor": anchor,
        "words": written(paragraph.words) if paragraph else [],
    }  # fmt: skip
    return render(request, "decisions/step.html", context)


@signed_in
@require_POST
def on_proposal(request: PersonRequest, ref: str, proposal: str) -> HttpResponseBase:
    """Accept a proposal, take that back, withdraw it, set it aside, or take it into the text."""
    reading = Reading(request, ref)
    seen = Proposal.objects.visible_to(request.person, reach=reading.reach).filter(
        decision=reading.decision, ref=proposal
    )
    one = seen.select_related("paragraph", "party").first()
    if one is None:
        raise Http404
    one.decision = reading.decision
    try:
        said = _carry_out(request.POST.get("act", ""), one, reading)
    except RefusedError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, said)
    return redirect(_page(reading.decision, one.paragraph.anchor if one.paragraph else ""))


def _carry_out(act: str, one: Proposal, reading: Reading) -> str:
    usual: dict[str, Any] = {"proposal": one, "by": reading.person, "at": reading.at}
    if act in ("accept", "take_back"):
        for party in rules.negotiating_parties(reading.reach, reading.decision, at=reading.at):
            if party.pk != one.party_id:
                actions.accept(party=party, accepts=act == "accept", **usual)
        return _("Kept.")
    if act == "take":
        actions.take(**usual)
        return _("Taken into the text.")
    state = {"withdraw": Proposal.State.WITHDRAWN, "set_aside": Proposal.State.SET_ASIDE}.get(act)
    if state is None:
        raise RefusedError(_("Choose what to do with the proposal."))
    actions.end(state=state, **usual)
    return _("The brackets are gone; the words stay as they are.")


@signed_in
def position(request: PersonRequest, ref: str) -> HttpResponseBase:
    """Have an objection, a reservation or a dissociation recorded; the member chooses who reads it."""
    reading = Reading(request, ref)
    verdict = rules.may_take_position(reading.reach, reading.decision, at=reading.at)
    members = set(Party.objects.members(on=today(reading.at)))
    own = rules.negotiating_parties(reading.reach, reading.decision, at=reading.at) if verdict else []
    form = PositionForm(
        request.POST or None, parties=[one for one in own if one in members], decision=reading.decision, living=reading.living,
    )  # fmt: skip
    if request.method == "POST" and verdict and form.is_valid():
        audience, outside = form.audience
        of = form.cleaned_data["of"]
        paragraph = reading.paragraph(of) if of else None

        def act() -> None:
            actions.take_position(
                paragraph=paragraph,
                decision=reading.decision, party=form.cleaned_data["party"], kind=form.cleaned_data["kind"], words=form.words,
                audience=audience, outside=outside, token=form.cleaned_data["token"], by=request.person, at=reading.at,
            )  # fmt: skip

        if form.carries_out(act):
            messages.success(request, _("Recorded, as you asked."))
            return redirect(f"{_page(reading.decision)}#positions")
    context = {
        "decision": reading.decision,
        "form": form,
        "verdict": verdict,
        "title": _("Have a position recorded"),
    }
    return render(request, "decisions/step.html", context)


@signed_in
@require_POST
def lift(request: PersonRequest, ref: str, position: str) -> HttpResponseBase:
    """Lift a position of one's own."""
    reading = Reading(request, ref)
    seen = Position.objects.visible_to(request.person, reach=reading.reach).filter(
        decision=reading.decision, ref=position
    )
    one = seen.select_related("party", "room").first()
    if one is None:
        raise Http404
    try:
        actions.lift_position(position=one, by=request.person, at=reading.at)
    except RefusedError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Lifted."))
    return redirect(f"{_page(reading.decision)}#positions")
