"""Candidatures for the Presidency: entered as they were announced, agreed, withdrawn; and who will preside."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from puebla.accounts.forms import TextsForm
from puebla.accounts.models import Person
from puebla.accounts.views import PersonRequest, signed_in
from puebla.members import actions, rules
from puebla.members.forms import CandidatureForm, ConsensusForm, OfficeSeatsForm, WithdrawCandidatureForm
from puebla.members.models import Body, Candidature, Meeting, Party, Permission, PresidencyTerm, Seat
from puebla.members.querysets import Reach, reach_of, today


def parties_of(reach: Reach, *, at: dt.datetime) -> Any:
    """Member states whose candidature this person may enter, as `rules.may_announce` says of each."""
    members = Party.objects.members(on=today(at)).order_by("code")
    if rules.records_for_all(reach, at=at):
        return members
    own = {of for one, of, _room in reach.permissions if one == Permission.MANAGE_OWN_PEOPLE}
    return members.filter(pk__in=own)


def _meetings(person: Person, reach: Reach, functions: Iterable[str], *, at: dt.datetime) -> Any:
    """Meetings that have begun, newest first."""
    seen = Meeting.objects.visible_to(person, reach=reach).filter(
        draft=False, body__function__in=list(functions)
    )
    return seen.filter(starts_on__lte=today(at)).order_by("-starts_on", "symbol_order")


@signed_in
def new(request: PersonRequest) -> HttpResponseBase:
    """Enter a candidature as it was announced in plenary."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    parties = parties_of(reach, at=at)
    if not parties.exists():
        raise Http404
    begins = _next_start(at)
    initial = {
        "starts_on": begins, "ends_on": rules.year_after(begins) - dt.timedelta(days=1),
        "party": parties.first().code if len(parties) == 1 else None,
    }  # fmt: skip
    form = CandidatureForm(
        request.POST or None, initial=initial, parties=parties, takes_late=rules.chairs_the_presidency(reach, at=at),
        meetings=_meetings(request.person, reach, [Body.Function.MINISTERS], at=at),
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        made: list[Candidature] = []
        if form.carries_out(lambda: made.append(actions.announce_candidature(by=request.person, at=at, **form.cleaned_data))):  # fmt: skip
            messages.success(request, _("The candidature stands. Member states and the secretariat see it."))
            return redirect("members:candidature", made[0].ref)
    intro = _(
        "A member state announces its candidature in plenary of the highest body, at least a year before the term. Consensus is recorded afterwards."
    )
    return render(request, "members/form.html", {
        "form": form, "title": _("Enter a candidature"), "back": "members:presidency", "intro": intro,
    })  # fmt: skip


def _next_start(at: dt.datetime) -> dt.date:
    """When the term that can still be a candidate's probably begins: on the day on which terms began lately."""
    latest = PresidencyTerm.objects.order_by("-starts_on").first()
    day = latest.starts_on if latest else today(at)
    while day <= rules.year_after(today(at)):
        day = rules.year_after(day)
    return day


def _one(request: PersonRequest, ref: str, reach: Reach) -> Candidature:
    seen = Candidature.objects.visible_to(request.person, reach=reach)
    columns = ("body__room", "party", "announced_in", "agreed_in", "agreed_by", "term", "withdrawn_by")
    found: Candidature = get_object_or_404(seen.select_related(*columns), ref=ref)
    return found


@signed_in
def candidature(request: PersonRequest, ref: str) -> HttpResponseBase:
    """One candidature: what was announced, the consensus, who will preside."""
    return _page(request, ref)


def _page(request: PersonRequest, ref: str, **forms: TextsForm) -> HttpResponseBase:
    at = timezone.now()
    reach = reach_of(request.person, at)
    found = _one(request, ref, reach)
    standing = found.state != Candidature.State.WITHDRAWN
    may_agree = rules.may_agree(request.person, found, at=at, reach=reach)
    may_withdraw = rules.may_withdraw_candidature(request.person, found, at=at, reach=reach)
    may_seat = rules.may_seat_in_office(request.person, found, at=at, reach=reach)
    others = Candidature.objects.visible_to(request.person, reach=reach).exclude(pk=found.pk)
    seats = Seat.objects.on(today(at)).visible_to(request.person, reach=reach)
    seats = seats.filter(party=found.party, body=found.body, follows=None)
    if rules.records_for_all(reach, at=at) and found.state == Candidature.State.ANNOUNCED:
        forms.setdefault("agree", _consensus_form(request, reach, at=at))
    if may_withdraw:
        forms.setdefault("withdraw", WithdrawCandidatureForm())
    if may_seat:
        forms.setdefault("seat", OfficeSeatsForm(people=_people(request, found, reach, at=at)))
    context = {
        "candidature": found, "forms": forms, "may_agree": may_agree, "may_seat": may_seat,
        "others": others.standing().filter(body=found.body).overlapping(found.starts_on, found.ends_on).select_related("party"),
        "seats": seats.select_related("person", "role") if standing else [],
    }  # fmt: skip
    return render(request, "members/candidature.html", context)


def _consensus_form(
    request: PersonRequest, reach: Reach, *, at: dt.datetime, data: Any = None
) -> ConsensusForm:
    return ConsensusForm(data, meetings=_meetings(request.person, reach, rules.CONSENSUS_IN, at=at))


def _people(request: PersonRequest, found: Candidature, reach: Reach, *, at: dt.datetime) -> Any:
    """Who sits for the candidate's party and has no seat in the office yet."""
    seen = Seat.objects.effective(at).visible_to(request.person, reach=reach).filter(party=found.party)
    held = (
        Seat.objects.on(today(at))
        .visible_to(request.person, reach=reach)
        .filter(party=found.party, body=found.body)
    )
    people = Person.objects.filter(pk__in=seen.order_by().values("person"), is_active=True)
    return people.exclude(pk__in=held.order_by().values("person")).order_by("full_name")


def _carry_out(
    request: PersonRequest, ref: str, name: str, form: TextsForm, act: Any, said: str
) -> HttpResponseBase:
    if form.is_valid() and form.carries_out(act):
        messages.success(request, said)
        return redirect("members:candidature", ref)
    return _page(request, ref, **{name: form})


@require_POST
@signed_in
def agree(request: PersonRequest, ref: str) -> HttpResponseBase:
    """Record consensus; the term is made from the candidature."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    found = _one(request, ref, reach)
    form = _consensus_form(request, reach, at=at, data=request.POST)

    def act() -> None:
        values = {name: form.cleaned_data[name] for name in ("agreed_in", "agreed_on", "note")}
        actions.agree_candidature(candidature=found, by=request.person, at=at, **values)

    said = _(
        "Consensus is recorded. The rights of the office move on the first day of the term, by themselves."
    )
    return _carry_out(request, ref, "agree", form, act, said)


@require_POST
@signed_in
def withdraw(request: PersonRequest, ref: str) -> HttpResponseBase:
    """Take the candidature back."""
    at = timezone.now()
    found = _one(request, ref, reach_of(request.person, at))
    form = WithdrawCandidatureForm(request.POST)

    def act() -> None:
        actions.withdraw_candidature(
            candidature=found, why=form.cleaned_data["why"], by=request.person, at=at
        )

    return _carry_out(
        request, ref, "withdraw", form, act, _("The candidature is withdrawn; it stays on record.")
    )


@require_POST
@signed_in
def seat(request: PersonRequest, ref: str) -> HttpResponseBase:
    """Seat who will preside."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    found = _one(request, ref, reach)
    form = OfficeSeatsForm(request.POST, people=_people(request, found, reach, at=at))

    def act() -> None:
        actions.seat_in_office(candidature=found, by=request.person, at=at, **form.cleaned_data)

    return _carry_out(
        request, ref, "seat", form, act, _("Seated. The seats give nothing until the term begins.")
    )
