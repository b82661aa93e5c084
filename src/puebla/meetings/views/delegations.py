"""Delegations: the overview, one delegation, one delegate, the queue of accreditation, quotas, the letter, badges."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.files.storage import storages
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from puebla.accounts.models import Person
from puebla.accounts.views import PersonRequest, carried, signed_in
from puebla.core import journal
from puebla.core.files.serving import serve
from puebla.core.languages import show
from puebla.core.models import Process
from puebla.core.tables import export_of
from puebla.core.verdicts import RefusedError
from puebla.documents.forms import language_name
from puebla.meetings.actions import delegations as actions
from puebla.meetings.actions.delegations import badges as drawing
from puebla.meetings.actions.delegations import lists
from puebla.meetings.actions.delegations.badges import WITH_BADGE
from puebla.meetings.forms.delegations import (
    DelegateForm,
    InvitationForm,
    LetterForm,
    NominationForm,
    QuotasForm,
    ReasonForm,
    RegistrationForm,
)
from puebla.meetings.models import Convening, Delegate, Delegation, Pack
from puebla.meetings.querysets.delegations import ACTIVE, STANDINGS, overview, parties_of, queue
from puebla.meetings.rules import delegations as rules
from puebla.meetings.rules import may_run
from puebla.meetings.views.convening import convening_or_404
from puebla.members.models import Party, Seat, StandingKind
from puebla.members.querysets import Reach, reach_of

MISSING = {
    "people": lambda: _("nobody is named"),
    "head": lambda: _("no head"),
    "letter": lambda: _("no letter of credentials"),
    "check": lambda: _("letter not checked"),
}


def running_or_404(request: PersonRequest, symbol: str, reach: Reach) -> Convening:
    """The meeting, for who convenes it; 404 for others."""
    convening = convening_or_404(request, symbol, reach)
    if not may_run(reach, convening.meeting):
        raise Http404
    return convening


def delegate_or_404(request: PersonRequest, convening: Convening, ref: str, reach: Reach) -> Delegate:
    """The delegate of this reference, or 404 where the person may not know of the record."""
    seen = Delegate.objects.visible_to(request.person, reach=reach).filter(convening=convening)
    return get_object_or_404(
        seen.select_related("convening__meeting__body__room", "delegation__party", "person", "consent_by", "reviewed_by"),
        ref=ref,
    )  # fmt: skip


def party_or_404(
    request: PersonRequest, convening: Convening, code: str, reach: Reach
) -> tuple[Party, Delegation | None]:
    """The party of this code and its delegation, for its own people and for who convenes; 404 for others."""
    party = get_object_or_404(Party, code=code)
    held = Delegation.objects.visible_to(request.person, reach=reach).filter(convening=convening, party=party)
    delegation = held.select_related("letter_by", "letter_checked_by").first()
    if delegation is None and party.pk not in reach.parties and not may_run(reach, convening.meeting):
        raise Http404
    return party, delegation


# The overview ----------------------------------------------------------------------------------------------------------


@signed_in
def all_delegations(request: PersonRequest, symbol: str) -> HttpResponseBase:
    """Every delegation with its state, for who convenes; who names one is led to it, others to the list of participants."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    convening = convening_or_404(request, symbol, reach)
    if not may_run(reach, convening.meeting):
        own = Party.objects.filter(pk__in=rules.named_by(reach, [convening])).order_by("code").first()
        if own is not None:
            return redirect("meetings:delegation", convening.symbol, own.code)
        return redirect("meetings:participants", convening.symbol)
    lines = overview(convening)
    states = list(Delegate.State)
    exported = export_of(
        request, name=f"delegations-{convening.symbol.replace('/', '-')}",
        header=[_("Party"), _("Standing"), _("Head"), *(str(one.label) for one in states), _("At most"), _("Missing")],
        rows=(
            [
                str(show(one.party.names)), str(StandingKind(one.standing).label), ", ".join(one.heads),
                *(one.counts.get(state, 0) for state in states), one.quota, ", ".join(MISSING[what]() for what in one.missing),
            ]
            for one in lines
        ),
    )  # fmt: skip
    named = {one.party.pk for one in lines}
    others = Party.objects.standing(STANDINGS, on=convening.meeting.starts_on).exclude(pk__in=named)
    context = {
        "convening": convening, "meeting": convening.meeting, "missing": MISSING,
        "lines": [{"row": one, "heading": lists.HEADINGS[one.standing](), "missing": [MISSING[what]() for what in one.missing]} for one in lines],
        "waiting": sum(one.counts.get("nominated", 0) for one in lines),
        "totals": [(one, sum(line.counts.get(one, 0) for line in lines)) for one in states],
        "invitation": InvitationForm(parties=others) if others else None,
    }  # fmt: skip
    return exported or render(request, "meetings/delegations.html", context)


@require_POST
@signed_in
def invite(request: PersonRequest, symbol: str) -> HttpResponseBase:
    """Invite a party by name, or give a delegation a quota of its own."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    convening = running_or_404(request, symbol, reach)
    parties = Party.objects.standing(STANDINGS, on=convening.meeting.starts_on)
    form = InvitationForm(request.POST, parties=parties)
    if form.is_valid():

        def act() -> None:
            actions.invite_party(convening=convening, by=request.person, at=at, **form.cleaned_data)

        if form.carries_out(act):
            messages.success(request, _("Saved."))
            return redirect("meetings:delegation", convening.symbol, form.cleaned_data["party"].code)
    messages.error(request, " ".join(str(one) for found in form.errors.values() for one in found))
    return redirect("meetings:delegations", convening.symbol)


@signed_in
def quotas(request: PersonRequest, symbol: str) -> HttpResponseBase:
    """How many each delegation may be, until when people are named, how long what is personal is kept."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    convening = running_or_404(request, symbol, reach)
    initial: dict[str, Any] = {f"quota_{kind}": count for kind, count in convening.quotas.items()}
    initial |= {name: getattr(convening, name) for name in ("nominate_by", "keep_days", "revision")}
    form = QuotasForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            actions.set_quotas(
                convening=convening, quotas=form.quotas(), nominate_by=form.cleaned_data["nominate_by"],
                keep_days=form.cleaned_data["keep_days"], revision=form.cleaned_data["revision"], by=request.person, at=at,
            )  # fmt: skip

        if form.carries_out(act, convening):
            messages.success(request, _("Saved."))
            return redirect("meetings:delegations", convening.symbol)
    context = {"forms": [form], "title": _("Quotas and personal data"), "convening": convening}
    return render(request, "meetings/prepare.html", context)


@signed_in
def accreditation(request: PersonRequest, symbol: str) -> HttpResponseBase:
    """Who waits for accreditation, first come first."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    convening = running_or_404(request, symbol, reach)
    waiting = list(queue(convening, request.person, reach))
    standings = standings_of(convening, [one.delegation.party_id for one in waiting])
    rows = [
        {
            "delegate": one,
            "standing": StandingKind(standings[one.delegation.party_id]).label if one.delegation.party_id in standings else "",
            "to_review": standings.get(one.delegation.party_id) in rules.OBSERVING and one.reviewed_at is None,
        }
        for one in waiting
    ]  # fmt: skip
    context = {
        "convening": convening,
        "meeting": convening.meeting,
        "rows": rows,
        "secretariat": reach.secretariat,
    }
    return render(request, "meetings/accreditation.html", context)


def standings_of(convening: Convening, keys: list[int]) -> dict[int, str]:
    """How these parties take part on the meeting's first day; one question."""
    return {one.pk: one.standing_kind for one in parties_of(convening, keys)}


# One delegation --------------------------------------------------------------------------------------------------------


@signed_in
def delegation(request: PersonRequest, symbol: str, code: str) -> HttpResponseBase:
    """A party's delegation: its people and their states, its letter, its places; kept by the focal point."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    convening = convening_or_404(request, symbol, reach)
    party, held = party_or_404(request, convening, code, reach)
    people = Delegate.objects.visible_to(request.person, reach=reach).filter(
        convening=convening, delegation__party=party
    )
    rows = list(people.in_order().select_related("delegation", "person"))
    may_nominate = rules.may_nominate(reach, convening, party, held)
    standing = rules.standing_at(convening, party)
    runs = bool(may_run(reach, convening.meeting))
    context = {
        "convening": convening, "meeting": convening.meeting, "party": party, "delegation": held,
        "coming": [one for one in rows if one.is_active], "others": [one for one in rows if not one.is_active],
        "quota": rules.quota_of(convening, held, standing) if held else convening.quotas.get(standing or ""),
        "may_nominate": may_nominate, "nominates": rules.nominates_for(reach, convening, party, standing), "runs": runs,
        "could_come": _could_come(request, convening, party, reach, at) if may_nominate else [],
        "letter_form": LetterForm() if may_nominate else None,
        "reads_letter": held is not None and held.letter_key and (runs or party.pk in reach.parties),
        "invitation": InvitationForm(parties=Party.objects.filter(pk=party.pk), initial={"party": party.code, "quota": held.quota if held else None}) if runs else None,
        "badges": any(one.state in {"accredited", "registered", "present"} for one in rows),
    }  # fmt: skip
    return render(request, "meetings/delegation.html", context)


def _could_come(request: PersonRequest, convening: Convening, party: Party, reach: Reach, at: Any) -> Any:
    """The party's people with an account who are not named yet, of those whose seat the reader may know of."""
    seats = Seat.objects.visible_to(request.person, reach=reach).effective(at).filter(party=party)
    named = Delegate.objects.visible_to(request.person, reach=reach).filter(
        convening=convening, state__in=ACTIVE
    )
    return (
        Person.objects.filter(pk__in=seats.order_by().values("person_id"))
        .exclude(pk__in=named.filter(person__isnull=False).order_by().values("person_id"))
        .order_by("full_name", "pk")
    )


@signed_in
def nominate(request: PersonRequest, symbol: str, code: str) -> HttpResponseBase:
    """Name somebody for the party's delegation; of its own people everything known is filled in."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    convening = convening_or_404(request, symbol, reach)
    party, held = party_or_404(request, convening, code, reach)
    if not rules.nominates_for(reach, convening, party, rules.standing_at(convening, party)):
        raise Http404
    people = _could_come(request, convening, party, reach, at)
    known = people.filter(ref=request.GET.get("person", "")).first()
    initial: dict[str, Any] = {"role": Delegate.Role.MEMBER, "language": request.LANGUAGE_CODE}
    if known is not None:
        initial |= {
            "person": known.ref, "full_name": known.full_name, "offices": known.job_titles, "email": known.email,
            "phone": known.phone, "language": known.language,
        }  # fmt: skip
    form = NominationForm(request.POST or None, people=people, initial=initial)
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            actions.nominate(
                convening=convening, party=party, person=form.cleaned_data["person"], by=request.person, at=at, **form.values()
            )  # fmt: skip

        if form.carries_out(act):
            messages.success(request, _("Named. Who convenes the meeting accredits; you are told here."))
            return redirect("meetings:delegation", convening.symbol, party.code)
    context = {
        "forms": [form], "title": _("Nominate for %(party)s") % {"party": party}, "convening": convening,
        "verdict": rules.may_nominate(reach, convening, party, held),
    }  # fmt: skip
    return render(request, "meetings/prepare.html", context)


@signed_in
def letter(request: PersonRequest, symbol: str, code: str) -> HttpResponseBase:
    """The letter of credentials: read, handed in, or found in order."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    convening = convening_or_404(request, symbol, reach)
    party, held = party_or_404(request, convening, code, reach)
    if request.method != "POST":
        return _served_letter(request, held, at)
    if "in_order" in request.POST:
        if held is None:
            raise Http404
        in_order = request.POST["in_order"] == "yes"
        carried(
            request,
            lambda: actions.check_letter(delegation=held, in_order=in_order, by=request.person, at=at),
            _("Saved."),
        )
    else:
        form = LetterForm(request.POST, request.FILES)
        if form.is_valid():
            file = form.cleaned_data["letter"]
            carried(
                request,
                lambda: actions.set_letter(convening=convening, party=party, source=file, name=file.name, by=request.person, at=at),
                _("The letter was received."),
            )  # fmt: skip
        else:
            messages.error(request, " ".join(str(one) for found in form.errors.values() for one in found))
    return redirect("meetings:delegation", convening.symbol, party.code)


def _served_letter(request: PersonRequest, held: Delegation | None, at: Any) -> HttpResponseBase:
    if held is None or not held.letter_key:
        raise Http404
    _opened("delegation.letter_opened", held, held.party, request.person, at)
    return serve(
        request, storage=storages["default"], key=held.letter_key, size=held.letter_size, sha256=held.letter_sha256,
        media_type=held.letter_media_type, name=held.letter_name, last_modified=held.letter_at,
    )  # fmt: skip


def _opened(act: str, row: Delegation | Delegate, party: Party, person: Person, at: Any) -> None:
    """One row per person and hour, as for every restricted file: no row, no file."""
    journal.record_once(
        act, at=at, person=person, subject=row, room=row.convening.meeting.body.room, party_code=party.code,
        once_key=f"{act}:{row.ref}:{person.ref}:{at:%Y%m%d%H}",
    )  # fmt: skip


# One delegate ----------------------------------------------------------------------------------------------------------


@signed_in
def delegate(request: PersonRequest, symbol: str, ref: str) -> HttpResponseBase:
    """One delegate: state and steps, what is known, what may be done next."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    convening = convening_or_404(request, symbol, reach)
    found = delegate_or_404(request, convening, ref, reach)
    keeps = rules.keeps(reach, request.person, found)
    standing = rules.standing_at(convening, found.delegation.party)
    observing = standing in rules.OBSERVING
    may_again = rules.may_nominate(reach, convening, found.delegation.party, found.delegation)
    context = {
        "convening": convening, "meeting": convening.meeting, "delegate": found, "keeps": keeps,
        "steps": found.steps.select_related("by") if keeps else [],
        "standing": StandingKind(standing).label if standing else "", "runs": may_run(reach, convening.meeting),
        "may_accredit": rules.may_accredit(reach, found) if found.state == "nominated" else None,
        "may_review": rules.may_review(reach, found) if observing and found.state == "nominated" and not found.reviewed_at else None,
        "may_refuse": rules.may_refuse(reach, found), "may_withdraw": rules.may_withdraw(reach, request.person, found),
        "may_register": rules.may_register(reach, request.person, found) if found.state == "accredited" else None,
        "may_describe": rules.may_describe(reach, request.person, found),
        "may_again": may_again if not found.is_active and found.purged_at is None else None,
        "reason_form": ReasonForm(), "badge": found.state in {"accredited", "registered", "present"} and keeps,
        "letter": found.delegation if may_run(reach, convening.meeting) and found.delegation.letter_key else None,
    }  # fmt: skip
    return render(request, "meetings/delegate.html", context)


ACTS: dict[str, Callable[..., object]] = {
    "accredit": actions.accredit,
    "review": actions.review,
    "again": actions.nominate_again,
    "badge": actions.reissue_badge,
}


@require_POST
@signed_in
def act(request: PersonRequest, symbol: str, ref: str) -> HttpResponseBase:
    """Accredit, review, refuse, withdraw, name again, publish the name or not, give another badge."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    convening = convening_or_404(request, symbol, reach)
    found = delegate_or_404(request, convening, ref, reach)
    wanted, by = request.POST.get("act", ""), request.person
    if wanted in ACTS:
        carried(request, lambda: ACTS[wanted](delegate=found, by=by, at=at), _("Done."))
    elif wanted in {"refuse", "withdraw"}:
        reason = request.POST.get("reason", "")[:500]
        carry = actions.refuse if wanted == "refuse" else actions.withdraw
        carried(request, lambda: carry(delegate=found, reason=reason, by=by, at=at), _("Done."))
    elif wanted in {"consent", "no_consent"}:
        given = wanted == "consent"
        carried(request, lambda: actions.consent(delegate=found, given=given, by=by, at=at), _("Saved."))
    else:
        raise Http404
    if request.POST.get("next") == "queue":
        return redirect("meetings:accreditation", convening.symbol)
    return redirect("meetings:delegate", convening.symbol, found.ref)


@signed_in
def edit(request: PersonRequest, symbol: str, ref: str) -> HttpResponseBase:
    """Change what is known of a delegate."""
    return _written(request, symbol, ref, registering=False)


@signed_in
def register(request: PersonRequest, symbol: str, ref: str) -> HttpResponseBase:
    """Register a delegate who was accredited: one form from what is known."""
    return _written(request, symbol, ref, registering=True)


def _written(request: PersonRequest, symbol: str, ref: str, *, registering: bool) -> HttpResponseBase:
    at = timezone.now()
    reach = reach_of(request.person, at)
    convening = convening_or_404(request, symbol, reach)
    found = delegate_or_404(request, convening, ref, reach)
    if not rules.keeps(reach, request.person, found):
        raise Http404
    names = ("full_name", "offices", "role", "email", "phone", "language", "needs", "revision")
    initial = {name: getattr(found, name) for name in names} | {"consents": found.consent_at is not None}
    kind = RegistrationForm if registering else DelegateForm
    form = kind(request.POST or None, request.FILES or None, initial=initial)
    if not registering and not rules.gives_role(reach, found):
        del form.fields["role"]
    if request.method == "POST" and form.is_valid():
        # All of it or nothing: a form that is refused leaves the photograph as it was, too.
        @transaction.atomic
        def carry() -> None:
            photo = form.cleaned_data.get("photo")
            if photo:
                actions.set_photo(delegate=found, source=photo, name=photo.name, by=request.person, at=at)
            said = {
                "values": form.values(),
                "revision": form.cleaned_data["revision"],
                "by": request.person,
                "at": at,
            }
            if registering:
                actions.register(delegate=found, consents=form.cleaned_data["consents"], **said)
            else:
                actions.describe_delegate(delegate=found, **said)

        if form.carries_out(carry, found):
            messages.success(
                request,
                _("Registered. Bring an identity document to the door.") if registering else _("Saved."),
            )
            return redirect("meetings:delegate", convening.symbol, found.ref)
    title = _("Register %(name)s") if registering else _("Change %(name)s")
    verdict = rules.may_register if registering else rules.may_describe
    context = {
        "forms": [form], "title": title % {"name": found}, "convening": convening, "files": True,
        "verdict": verdict(reach, request.person, found),
    }  # fmt: skip
    return render(request, "meetings/prepare.html", context)


@signed_in
def photo(request: PersonRequest, symbol: str, ref: str) -> HttpResponseBase:
    """The photograph, for who keeps the record and for the door."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    convening = convening_or_404(request, symbol, reach)
    found = delegate_or_404(request, convening, ref, reach)
    if not found.photo_key or not rules.keeps(reach, request.person, found):
        raise Http404
    _opened("delegate.photo_opened", found, found.delegation.party, request.person, at)
    return serve(
        request, storage=storages["default"], key=found.photo_key, size=found.photo_size, sha256=found.photo_sha256,
        media_type=found.photo_media_type, name=f"{found.ref}.jpg", last_modified=None,
    )  # fmt: skip


# Badges ----------------------------------------------------------------------------------------------------------------


@signed_in
def badge(request: PersonRequest, symbol: str, ref: str) -> HttpResponseBase:
    """One badge as a PDF."""
    reach = reach_of(request.person, timezone.now())
    convening = convening_or_404(request, symbol, reach)
    found = delegate_or_404(request, convening, ref, reach)
    if found.state not in WITH_BADGE or not rules.keeps(reach, request.person, found):
        raise Http404
    return _badges(convening, [found], sheets=False, name=f"badge-{found.badge}")


@signed_in
def badges(request: PersonRequest, symbol: str, code: str) -> HttpResponseBase:
    """All badges of a delegation, four to a sheet."""
    reach = reach_of(request.person, timezone.now())
    convening = convening_or_404(request, symbol, reach)
    party, held = party_or_404(request, convening, code, reach)
    if held is None or not rules.nominates_for(reach, convening, party, rules.standing_at(convening, party)):
        raise Http404
    seen = Delegate.objects.visible_to(request.person, reach=reach).filter(
        delegation=held, state__in=WITH_BADGE
    )
    return _badges(convening, list(seen.in_order().select_related("delegation__party", "convening__meeting")), sheets=True,
                   name=f"badges-{party.code}")  # fmt: skip


def _badges(convening: Convening, people: list[Delegate], *, sheets: bool, name: str) -> HttpResponseBase:
    if not people:
        raise Http404
    standings = standings_of(convening, [one.delegation.party_id for one in people])
    answer = HttpResponse(
        drawing.badges(convening, people, sheets=sheets, standings=standings), content_type="application/pdf"
    )
    answer["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return answer


@signed_in
def all_badges(request: PersonRequest, symbol: str) -> HttpResponseBase:
    """The badges of everybody accredited, in each language, and of each party: for who convenes."""
    reach = reach_of(request.person, timezone.now())
    convening = running_or_404(request, symbol, reach)
    offers = [_offer(convening, language) for language in Process.current().languages]
    people = drawing.everybody(convening, request.LANGUAGE_CODE[:2])
    parties: dict[Party, int] = {}
    for one in people:
        parties[one.delegation.party] = parties.get(one.delegation.party, 0) + 1
    context = {
        "convening": convening, "meeting": convening.meeting, "offers": offers, "count": len(people),
        "sheets": -(-len(people) // drawing.PER_SHEET), "parties": parties.items(),
        "waiting": any(one["pack"] and one["pack"].state == Pack.State.WAITING for one in offers),
    }  # fmt: skip
    return render(request, "meetings/badges.html", context)


def _offer(convening: Convening, language: str) -> dict[str, Any]:
    people = drawing.everybody(convening, language)
    found = Pack.objects.filter(
        digest=drawing.digest_of(convening, people, language), form=Pack.Form.BADGES, language=language
    )
    return {"code": language, "name": language_name(language), "pack": found.first()}


@signed_in
def take_badges(request: PersonRequest, symbol: str, language: str) -> HttpResponseBase:
    """All badges in one language: sent where they lie ready, else made now, or by the worker where they are many."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    convening = running_or_404(request, symbol, reach)
    if language not in Process.current().languages:
        raise Http404
    people = drawing.everybody(convening, language)
    try:
        pack = drawing.ask_for_badges(convening=convening, people=people, language=language, at=at)
    except RefusedError as error:
        messages.error(request, str(error))
        return redirect("meetings:all-badges", convening.symbol)
    pack.refresh_from_db()
    if pack.state != Pack.State.MADE:
        messages.info(request, _("The badges are being made; this page says when they are ready."))
        return redirect("meetings:all-badges", convening.symbol)
    return serve(
        request, storage=storages["default"], key=pack.key, size=pack.size, sha256=pack.sha256, media_type="application/pdf",
        name=f"badges-{convening.symbol.replace('/', '-')}_{language}.pdf", last_modified=pack.made_at, inline=False,
    )  # fmt: skip
