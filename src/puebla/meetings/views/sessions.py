"""Sessions: their page, adding, moving, cancelling, and seating people in a closed one."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from puebla.accounts.models import Person
from puebla.accounts.views import PersonRequest, carried, signed_in
from puebla.core.words import fold
from puebla.meetings import actions, rules
from puebla.meetings.forms import SessionForm
from puebla.meetings.models import AgendaItem, Convening, Session
from puebla.meetings.querysets.delegations import quorum
from puebla.meetings.rules import statements as speaking
from puebla.meetings.views.convening import convening_or_404
from puebla.members.models import Room, Seat
from puebla.members.querysets import Reach, reach_of
from puebla.members.rules import chairs, convenes
from puebla.members.views.bodies import openings_of

#: How many closed sessions are offered at once.
LATEST = 50


def session_or_404(request: PersonRequest, convening: Convening, ref: str, reach: Reach) -> Session:
    """The session of this reference in this meeting, or 404 where the person does not see it whole."""
    seen = Session.objects.visible_to(request.person, reach=reach).filter(convening=convening)
    return get_object_or_404(seen.select_related("room", "convening__meeting__body__room"), ref=ref)


@signed_in
def session(request: PersonRequest, symbol: str, ref: str) -> HttpResponseBase:
    """One session: when and where, its items, who sits in it where it is closed."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    convening = convening_or_404(request, symbol, reach)
    found = session_or_404(request, convening, ref, reach)
    leads, may_let_in = found.room.sealed and chairs(reach, found.room), rules.may_let_in(found)
    if request.method == "POST" and leads:
        _let_in(request, found, at)
        return redirect("meetings:session", convening.symbol, found.ref)
    seated = Seat.objects.effective(at).filter(room=found.room).select_related("person", "party", "role")
    items = AgendaItem.objects.visible_to(request.person, reach=reach).filter(session=found).order_by("path")
    context = {
        "convening": convening,
        "meeting": convening.meeting,
        "session": found,
        "items": items,
        "openings": openings_of(found.room) if found.room.sealed and found.room_id in reach.rooms else [],
        "seats": seated if found.room.sealed else [],
        "leads": leads,
        "could_sit": _could_sit(found, at) if leads and may_let_in else [],
        "may_let_in": may_let_in,
        "may_change": rules.may_change_session(reach, found),
        "present": quorum(found),
        "may_run": convenes(reach),
        "booth": speaking.reads_for_the_booth(reach, found),
        "may_link": speaking.may_issue(reach, found),
    }
    return render(request, "meetings/session.html", context)


def _let_in(request: PersonRequest, session: Session, at: Any) -> None:
    """Seat whom the chair chose of the list; nobody is let in by a list that was left as it stood."""
    chosen = request.POST.get("person", "")
    person = next((one.person for one in _could_sit(session, at) if one.person.ref == chosen), None)
    if person is None:
        messages.error(
            request, _("Nobody was let in. Choose somebody of the list; who sits here is not on it.")
        )
        return
    carried(
        request,
        lambda: actions.seat_in_session(session=session, person=person, by=request.person, at=at),
        _("%(name)s was let in; everybody in the session is told.") % {"name": person.full_name},
    )


def _could_sit(session: Session, at: Any) -> list[Seat]:
    """Seats of people whom the chair may let in, one a person, by party: of members or the secretariat, not seated there yet."""
    there = Seat.objects.effective(at).filter(room=session.room).order_by().values("person_id")
    seats = Seat.objects.effective(at).filter(
        Q(standing_kind__in=["member", "secretariat"]), role__observes=False, room__sealed=False
    )
    found = seats.exclude(person__in=there).select_related("person", "party").order_by("pk")
    first = {one.person_id: one for one in reversed(found)}
    return sorted(first.values(), key=lambda one: (fold(str(one.party)), fold(one.person.full_name)))


def closed_rooms(person: Person, reach: Reach) -> Iterator[tuple[Room, str]]:
    """Rooms of closed sessions of whose hours the person may know, by these: which of them is to be opened in an emergency."""
    rows = Session.objects.seen_as_lines(person, reach=reach).select_related("room", "convening__meeting")
    for one in rows.order_by("-starts_at", "pk")[:LATEST]:
        when = f"{date_format(one.on, 'DATE_FORMAT')}, {one.starts_there:%H:%M}"
        yield one.room, f"{one.room}, {when}"


def address_of_room(room: Room) -> tuple[str, ...]:
    """The page of the closed session whose room this is."""
    found = Session.objects.filter(room=room, room__sealed=True, kind=Session.Kind.CLOSED).first()
    return ("meetings:session", found.convening.symbol, found.ref) if found else ()


SHOWN = ("kind", "titles", "on", "from_hour", "until_hour", "past_midnight", "zone", "places", "link", "audience",
         "shown_as_line", "revision")  # fmt: skip


@signed_in
def new(request: PersonRequest, symbol: str) -> HttpResponseBase:
    """Add a session."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    convening = convening_or_404(request, symbol, reach)
    if not rules.may_run(reach, convening.meeting):
        raise Http404
    initial = {
        "zone": convening.zone,
        "audience": convening.open_to,
        "on": convening.meeting.starts_on,
        "shown_as_line": True,
    }
    form = SessionForm(request.POST or None, at=at, cap=convening.meeting.body.room.cap, initial=initial)
    if request.method == "POST" and form.is_valid():
        made: list[Session] = []

        def act() -> None:
            made.append(actions.hold_session(convening=convening, by=request.person, at=at, **form.values()))

        if form.carries_out(act):
            messages.success(request, _("The session was added."))
            return redirect("meetings:page", convening.symbol)
    context = {"forms": [form], "title": _("Add a session"), "convening": convening}
    return render(request, "meetings/prepare.html", context)


@signed_in
def edit(request: PersonRequest, symbol: str, ref: str) -> HttpResponseBase:
    """Move or describe a session."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    convening = convening_or_404(request, symbol, reach)
    found = session_or_404(request, convening, ref, reach)
    if not rules.may_change_session(reach, found):
        raise Http404
    initial = {name: getattr(found, name) for name in SHOWN}
    form = SessionForm(
        request.POST or None, at=at, cap=convening.meeting.body.room.cap, initial=initial, kept=found
    )
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            actions.change_session(
                session=found,
                revision=form.cleaned_data["revision"] or 0,
                by=request.person,
                at=at,
                **form.values(),
            )

        if form.carries_out(act, found):
            messages.success(request, _("Saved. Calendars follow."))
            return redirect("meetings:session", convening.symbol, found.ref)
    context = {"forms": [form], "title": _("Change the session"), "convening": convening}
    return render(request, "meetings/prepare.html", context)


@require_POST
@signed_in
def cancel(request: PersonRequest, symbol: str, ref: str) -> HttpResponseBase:
    """Cancel a session, or hold it after all."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    convening = convening_or_404(request, symbol, reach)
    found = session_or_404(request, convening, ref, reach)
    if request.POST.get("act") == "reinstate":
        act, said = actions.reinstate_session, _("The session takes place after all. Calendars follow.")
    else:
        act, said = actions.cancel_session, _("The session was cancelled.")
    carried(request, lambda: act(session=found, by=request.person, at=at), said)
    return redirect("meetings:session", convening.symbol, found.ref)
