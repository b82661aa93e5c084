"""Sealed rooms: seats that wait for their chair, and openings by two persons."""

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from puebla.accounts.models import Person
from puebla.accounts.views import PersonRequest, carried, signed_in
from puebla.core import registry
from puebla.core.verdicts import RefusedError
from puebla.members import actions, rules
from puebla.members.forms import OpeningForm
from puebla.members.models import Body, BreakGlass, Permission, Room, Seat
from puebla.members.querysets import Reach, SeatQuerySet, reach_of


def _proposals(reach: Reach) -> SeatQuerySet:
    """Seats that wait in the rooms this person chairs."""
    chaired = {room for one, _party, room in reach.permissions if one == Permission.CONFIRM_SEATS}
    waiting = Seat.objects.filter(room__sealed=True, confirmed_at=None, ended_at=None)
    return waiting.filter(room_id__in=sorted(chaired)).select_related(
        "person", "party", "body", "role", "room", "created_by"
    )


def waiting_for(person: Person, reach: Reach | None = None) -> list[Seat]:
    """What this person may decide: in the rooms chaired, and first chairs for the presiding party's chair."""
    now = timezone.now()
    reach = reach or reach_of(person, now)
    found = list(_proposals(reach))
    if rules.chairs_the_presidency(reach, at=now):
        known = {one.pk for one in found}
        others = Seat.objects.filter(room__sealed=True, confirmed_at=None, ended_at=None).exclude(
            pk__in=known
        )
        others = others.select_related("person", "party", "body", "role", "room", "created_by")
        found += [one for one in others if rules.may_confirm_seat(person, one, at=now, reach=reach)]
    return found


@signed_in
def confirmations(request: PersonRequest) -> HttpResponse:
    """Seats that wait for this person's confirmation."""
    now = timezone.now()
    reach = reach_of(request.person, now)
    lines = [
        {"seat": one, "verdict": rules.may_confirm_seat(request.person, one, at=now, reach=reach)}
        for one in waiting_for(request.person)
    ]
    chairs = reach.may(Permission.CONFIRM_SEATS)
    return render(request, "members/confirmations.html", {"lines": lines, "chairs": chairs})


def _one(request: PersonRequest, ref: str) -> Seat:
    for one in waiting_for(request.person):
        if one.ref == ref:
            return one
    raise Http404


@signed_in
@require_POST
def confirm(request: PersonRequest, ref: str) -> HttpResponse:
    """Let somebody into the room."""
    found = _one(request, ref)
    text = _("%(name)s now sits in %(room)s; everybody there was told.")
    carried(
        request,
        lambda: actions.confirm_seat(seat=found, by=request.person, at=timezone.now()),
        text % {"name": found.person.full_name, "room": found.room},
    )
    return redirect("members:confirmations")


@signed_in
@require_POST
def refuse(request: PersonRequest, ref: str) -> HttpResponse:
    """Turn a proposed seat down."""
    found = _one(request, ref)
    carried(
        request,
        lambda: actions.refuse_seat(seat=found, by=request.person, at=timezone.now()),
        _("The seat proposed for %(name)s was refused.") % {"name": found.person.full_name},
    )
    return redirect("members:confirmations")


@signed_in
def openings(request: PersonRequest) -> HttpResponse:
    """Openings of sealed rooms: asked, confirmed, past; and the form to ask."""
    now = timezone.now()
    reach = reach_of(request.person, now)
    may_ask = rules.may_open_rooms(reach, at=now)
    seen = Q(room_id__in=sorted(reach.rooms)) | Q(requested_by=request.person)
    rows = (
        BreakGlass.objects.all() if may_ask else BreakGlass.objects.filter(seen, confirmed_at__isnull=False)
    )
    if not may_ask and not rows.exists():
        raise Http404
    form = None
    if may_ask:
        asked = {"room": request.GET.get("room", "")}
        form = OpeningForm(request.POST or None, rooms=_rooms(request.person, reach), initial=asked)
    if request.method == "POST" and form is not None and form.is_valid():
        values = form.cleaned_data
        try:
            actions.request_opening(room=values["room"], reason=values["reason"], by=request.person, at=now)
        except RefusedError as error:
            form.refuse(error)
        else:
            messages.success(
                request, _("Your request stands. A second person has to confirm it within 24 hours.")
            )
            return redirect("members:openings")
    rows = rows.select_related("room", "requested_by", "confirmed_by").order_by("-requested_at")[:100]
    lines = [
        {
            "opening": one,
            "verdict": rules.may_confirm_opening(request.person, one, at=now, reach=reach),
            "waits": one.confirmed_at is None and now < one.requested_at + rules.OPENING_WAITS,
            "running": one.until_at is not None and now < one.until_at,
        }
        for one in rows
    ]
    return render(request, "members/openings.html", {"form": form, "lines": lines})


def _rooms(person: Person, reach: Reach) -> dict[str, tuple[str, Room]]:
    """Sealed rooms that can be opened, by what the form calls them: of bodies, and those of which other rooms of the house tell."""
    bodies = Body.objects.filter(room__sealed=True).select_related("room")
    found = {one.code: (str(one), one.room) for one in bodies}
    others = (told for source in registry.sealed_rooms for told in source(person, reach))
    return found | {room.code: (name, room) for room, name in others}


@signed_in
@require_POST
def confirm_opening(request: PersonRequest, ref: str) -> HttpResponse:
    """Confirm an opening as the second person."""
    now = timezone.now()
    if not rules.may_open_rooms(reach_of(request.person, now), at=now):
        raise Http404
    found = get_object_or_404(BreakGlass, ref=ref)
    carried(
        request,
        lambda: actions.confirm_opening(opening=found, by=request.person, at=now),
        _("The room is open to the person for 24 hours; everybody in it was told."),
    )
    return redirect("members:openings")
