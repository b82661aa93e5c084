"""My delegation: a party's people, who invited whom, who sits where; kept by its focal point."""

import datetime as dt

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from puebla.accounts.models import Person
from puebla.accounts.views import PersonRequest, carried, signed_in
from puebla.core.languages import show
from puebla.core.tables import export_of
from puebla.core.verdicts import RefusedError
from puebla.members import actions, rules
from puebla.members.forms import InvitationForm, SeatForm
from puebla.members.models import Body, Invitation, ObserverApplication, Party, Role, Seat
from puebla.members.querysets import Reach, reach_of, today
from puebla.members.views.people import seat_lines


@signed_in
def delegation(request: PersonRequest) -> HttpResponseBase:
    """The people of one party. Who does not manage them sees the same page without its buttons."""
    now = timezone.now()
    reach = reach_of(request.person, now)
    parties = _parties_for(reach, now)
    chosen = _chosen(request, parties, reach)
    seats = (
        Seat.objects.visible_to(request.person, reach=reach)
        .filter(party=chosen, ended_at=None)
        .filter(Q(until_on=None) | Q(until_on__gte=today(now)))
        .select_related("person", "party", "body", "role", "room")
        .order_by("person__full_name", "person_id", "role__rank")
    )
    manages = chosen is not None and rules.manages(reach, chosen)
    invitations = Invitation.objects.visible_to(request.person, reach=reach).filter(
        party=chosen, accepted_at=None, withdrawn_at=None
    )
    context = {
        "party": chosen,
        "parties": parties,
        "manages": manages,
        "people": _by_person(seats, request.person, reach, now),
        "without_seat": _without_seat(chosen, request.person, reach, now) if manages else [],
        "invitations": [
            {"row": one, "open": one.is_open(now)}
            for one in invitations.select_related("body", "role", "invited_by")
        ],
    }
    exported = export_of(
        request,
        name=f"delegation-{chosen.code}" if chosen else "delegation",
        header=[_("Name"), _("E-mail"), _("Telephone"), _("Body"), _("Role"), _("From"), _("Until")],
        rows=(
            [
                one.person.full_name,
                one.person.email,
                one.person.phone,
                show((one.body or one.room).names),
                show(one.role.names),
                one.from_on,
                one.until_on,
            ]
            for one in seats
        ),
    )
    return exported or render(request, "members/delegation.html", context)


def _without_seat(party: Party | None, reader: Person, reach: Reach, at: dt.datetime) -> "QuerySet[Person]":
    """People who once sat for the party, may still sign in, and hold no seat of any party today."""
    # Whoever sat in a sealed room only is not named to a reader who may not know of that seat.
    known = Seat.objects.visible_to(reader, reach=reach).filter(party=party)
    living = Seat.objects.filter(ended_at=None).filter(Q(until_on=None) | Q(until_on__gte=today(at)))
    return (
        Person.objects.filter(is_active=True, pk__in=known.order_by().values("person_id"))
        .exclude(pk__in=living.values("person_id"))
        .order_by("full_name")
    )


def _by_person(
    seats: "QuerySet[Seat]", reader: Person, reach: Reach, at: dt.datetime
) -> list[dict[str, object]]:
    lines: dict[int, dict[str, object]] = {}
    for line in seat_lines(list(seats), reader, reach, at=at):
        entry = lines.setdefault(line.seat.person_id, {"person": line.seat.person, "lines": []})
        entry["lines"].append(line)  # type: ignore[attr-defined]
    return list(lines.values())


def _parties_for(reach: Reach, at: dt.datetime) -> list[Party]:
    """The parties whose page the reader may open: their own, and those whose people they manage."""
    managed = rules.managed_parties(reach, at=at)
    known = {one.pk for one in managed}
    own = Party.objects.filter(pk__in=sorted(reach.parties - known))
    # One's own stands first: that is what "my delegation" means.
    return sorted([*managed, *own], key=lambda one: (one.pk not in reach.parties, one.code))


def _chosen(request: PersonRequest, parties: list[Party], reach: Reach) -> Party | None:
    code = request.GET.get("party")
    if not code:
        return parties[0] if parties and parties[0].pk in reach.parties else None
    for one in parties:
        if one.code == code:
            return one
    raise Http404


def _choices(reach: Reach, parties: list[Party], at: dt.datetime) -> dict[str, object]:
    """What the forms offer: bodies that exist, roles that carry no more than the person may hand out."""
    bodies = Body.objects.on(today(at))
    roles = list(Role.objects.all())
    if not rules.manages_all(reach):
        bodies = bodies.exclude(function=Body.Function.SECRETARIAT)
        own = frozenset[str]().union(*(rules.permissions_for(reach, one) for one in parties))
        roles = [one for one in roles if frozenset(one.permissions) <= own]
    return {"parties": parties, "bodies": bodies, "roles": roles}


@signed_in
def invite(request: PersonRequest) -> HttpResponse:
    """Invite somebody to a seat of a party whose people one manages."""
    now = timezone.now()
    reach = reach_of(request.person, now)
    managed = rules.managed_parties(reach, at=now)
    if not managed:
        raise Http404
    initial = {"party": request.GET.get("party", ""), "language": request.LANGUAGE_CODE}
    initial |= _of_admitted(request.GET.get("application", ""), managed)
    form = InvitationForm(request.POST or None, initial=initial, **_choices(reach, managed, now))
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.invite(by=request.person, at=now, **form.cleaned_data)
        except RefusedError as error:
            form.refuse(error)
        else:
            messages.success(
                request, _("%(name)s was invited; the address in the message works until %(day)s.")
                % {"name": made.full_name, "day": formats.date_format(timezone.localtime(made.expires_at), "DATE_FORMAT")},
            )  # fmt: skip
            return _to(made.party)
    return render(request, "members/invite.html", {"form": form})


def _of_admitted(ref: str, managed: list[Party]) -> dict[str, str]:
    """What an admitted application says of the person to invite for the new party."""
    found = ObserverApplication.objects.filter(ref=ref, party__in=managed).select_related("party").first()
    if found is None or found.party is None:
        return {}
    facts = {"full_name": found.contact_name, "email": found.contact_email, "party": found.party.code}
    return facts | ({"language": found.language} if found.language else {})


def _to(party: Party) -> HttpResponse:
    response = redirect("members:delegation")
    response["Location"] += f"?party={party.code}"
    return response


def _invitation(request: PersonRequest, ref: str) -> Invitation:
    return get_object_or_404(Invitation.objects.visible_to(request.person).select_related("party"), ref=ref)


@signed_in
@require_POST
def withdraw_invitation(request: PersonRequest, ref: str) -> HttpResponse:
    """Make an invitation's link stop working."""
    found = _invitation(request, ref)
    carried(
        request,
        lambda: actions.withdraw_invitation(invitation=found, by=request.person, at=timezone.now()),
        _("The invitation of %(name)s was withdrawn.") % {"name": found.full_name},
    )
    return _to(found.party)


@signed_in
@require_POST
def resend_invitation(request: PersonRequest, ref: str) -> HttpResponse:
    """Send an invitation again, with a new link."""
    found = _invitation(request, ref)
    text = _("The invitation of %(name)s was sent again; the address sent before no longer works.")
    carried(
        request,
        lambda: actions.resend_invitation(invitation=found, by=request.person, at=timezone.now()),
        text % {"name": found.full_name},
    )
    return _to(found.party)


@signed_in
def seat(request: PersonRequest, ref: str) -> HttpResponse:
    """Give somebody of one's party a further seat."""
    now = timezone.now()
    reach = reach_of(request.person, now)
    managed = rules.managed_parties(reach, at=now)
    known = Seat.objects.visible_to(request.person, reach=reach)
    if not rules.manages_all(reach):
        known = known.filter(party__in=managed)
    someone = get_object_or_404(Person, ref=ref, is_active=True, pk__in=known.order_by().values("person_id"))
    if not managed:
        raise Http404
    form = SeatForm(request.POST or None, initial={"party": request.GET.get("party", "")},
                    **_choices(reach, managed, now))  # type: ignore[arg-type]  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            given = actions.seat(person=someone, by=request.person, at=now, **form.cleaned_data)
        except RefusedError as error:
            form.refuse(error)
        else:
            text = _("%(name)s now sits in %(body)s.")
            if given.room.sealed:
                text = _(
                    "The seat of %(name)s in %(body)s was proposed; it gives nothing until the chair confirms it."
                )
            messages.success(request, text % {"name": someone.full_name, "body": given.body})
            return redirect("members:person", someone.ref)
    return render(request, "members/seat.html", {"form": form, "known": someone})


@signed_in
def unseat(request: PersonRequest, ref: str) -> HttpResponse:
    """End a seat at once, after showing what that takes away."""
    now = timezone.now()
    reach = reach_of(request.person, now)
    rows = Seat.objects.visible_to(request.person, reach=reach).select_related(
        "person", "party", "body", "role", "room"
    )
    found = get_object_or_404(rows, ref=ref)
    # Other parties' people are seen in the directory; the page that ends their seats does not exist.
    if not (
        found.person_id == request.person.pk
        or rules.manages(reach, found.party)
        or rules.chairs(reach, found.room)
    ):
        raise Http404
    if request.method == "POST":
        text = _("%(name)s no longer sits in %(body)s.")
        carried(
            request,
            lambda: actions.unseat(seat=found, by=request.person, at=now),
            text % {"name": found.person.full_name, "body": found.body or found.room},
        )
        return redirect("members:person", found.person.ref)
    verdict = rules.may_unseat(request.person, found, at=now, reach=reach)
    return render(request, "members/unseat.html", {"seat": found, "verdict": verdict})


@signed_in
def retire(request: PersonRequest, ref: str) -> HttpResponse:
    """Close somebody's account and end all their seats, after showing what that does."""
    now = timezone.now()
    reach = reach_of(request.person, now)
    seats = Seat.objects.visible_to(request.person, reach=reach)
    someone = get_object_or_404(Person, ref=ref, pk__in=seats.order_by().values("person_id"))
    theirs = seats.filter(person=someone).select_related("party")
    if someone.pk != request.person.pk and not any(rules.manages(reach, one.party) for one in theirs):
        raise Http404
    if request.method == "POST":
        text = _("%(name)s has retired: no way in from now on, the history stays.")
        carried(
            request,
            lambda: actions.retire(person=someone, by=request.person, at=now),
            text % {"name": someone.full_name},
        )
        return redirect("members:person", someone.ref)
    running = seats.filter(person=someone, ended_at=None).filter(
        Q(until_on=None) | Q(until_on__gte=today(now))
    )
    context = {
        "known": someone,
        "seats": running.select_related("party", "body", "role", "room"),
        "verdict": rules.may_retire(request.person, someone, at=now, reach=reach),
    }
    return render(request, "members/retire.html", context)
