"""The door: people checked in from a telephone, to the meeting or to a session, over a weak line."""

import secrets
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from puebla.accounts.views import PersonRequest, carried, signed_in
from puebla.core.languages import show
from puebla.core.verdicts import RefusedError
from puebla.core.words import fold
from puebla.core.zones import local
from puebla.meetings.actions import delegations as actions
from puebla.meetings.models import Attendance, Convening, Delegate, Session
from puebla.meetings.querysets.delegations import LISTED, quorum
from puebla.meetings.rules import delegations as rules
from puebla.meetings.views.delegations import delegate_or_404, running_or_404
from puebla.members.querysets import Reach, reach_of

MOST_FOUND = 20
LAST_SHOWN = 8


@signed_in
def door(request: PersonRequest, symbol: str) -> HttpResponseBase:
    """Find somebody by name, country or badge, and check them in; a badge's own code leads here."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    convening = running_or_404(request, symbol, reach)
    sessions = list(_sessions(request, convening, reach))
    chosen = _chosen(request, convening, sessions)
    code, words = request.GET.get("code", "").strip().upper()[:20], request.GET.get("q", "").strip()[:80]
    people = list(
        Delegate.objects.visible_to(request.person, reach=reach).filter(convening=convening)
        .select_related("delegation__party").in_order()
    )  # fmt: skip
    attended = _attended(request, convening, chosen, reach)
    found = _found(people, code, words)
    context = {
        "convening": convening, "meeting": convening.meeting, "sessions": sessions, "chosen": chosen, "code": code, "q": words,
        "verdict": rules.may_keep_door(reach, convening, chosen),
        "found": [_card(one, attended.get(one.pk)) for one in found[:MOST_FOUND]], "more": max(len(found) - MOST_FOUND, 0),
        "asked": bool(code or words), "last": sorted(attended.values(), key=lambda one: (one.at, one.pk), reverse=True)[:LAST_SHOWN],
        "there": len(attended), "expected": sum(one.state in LISTED for one in people),
        "quorum": quorum(chosen) if chosen else None,
    }  # fmt: skip
    return render(request, "meetings/door.html", context)


def _sessions(request: PersonRequest, convening: Convening, reach: Reach) -> Any:
    """The sessions whose door the person may keep, in order of time."""
    seen = Session.objects.visible_to(request.person, reach=reach).filter(
        convening=convening, cancelled_at=None
    )
    return [
        one for one in seen.select_related("room").order_by("starts_at", "pk")
        if not one.room.sealed or one.room_id in reach.rooms
    ]  # fmt: skip


def _chosen(request: PersonRequest, convening: Convening, sessions: list[Session]) -> Session | None:
    """The session whose door is kept: as said in the address, else as said last; None for the meeting's own door.

    It is remembered, because a badge's code that the telephone's camera reads knows of no session.
    """
    kept = f"door:{convening.pk}"
    if "session" in request.GET:
        request.session[kept] = request.GET["session"]
    ref = request.session.get(kept, "")
    return next((one for one in sessions if one.ref == ref), None)


def _attended(
    request: PersonRequest, convening: Convening, chosen: Session | None, reach: Reach
) -> dict[int, Attendance]:
    """Who is in, by delegate."""
    there = Attendance.objects.visible_to(request.person, reach=reach).standing()
    there = there.filter(delegate__convening=convening, session=chosen).select_related(
        "delegate__delegation__party"
    )
    return {one.delegate_id: one for one in there}


def _found(people: list[Delegate], code: str, words: str) -> list[Delegate]:
    """By badge exactly, by every word in name or country, accents aside; those who may come in first."""
    if code:
        return [one for one in people if one.badge == code]
    wanted = fold(words).split()
    if not wanted:
        return []
    hits = [one for one in people if all(word in _words(one) for word in wanted)]
    return sorted(hits, key=lambda one: one.state not in LISTED)


def _words(delegate: Delegate) -> str:
    party = delegate.delegation.party
    names = [*party.names.values(), *party.short_names.values(), party.code, delegate.badge]
    return fold(" ".join([delegate.full_name, *names]))


def _card(delegate: Delegate, attendance: Attendance | None) -> dict[str, Any]:
    # Of each form its own: the same form sent twice counts once, and the next form is another.
    return {
        "delegate": delegate,
        "attendance": attendance,
        "token": secrets.token_hex(16),
        "may": delegate.state in LISTED,
    }


@require_POST
@signed_in
def check_in(request: PersonRequest, symbol: str) -> HttpResponseBase:
    """Check somebody in; the same form sent again says what the first did."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    convening = running_or_404(request, symbol, reach)
    delegate = delegate_or_404(request, convening, request.POST.get("delegate", ""), reach)
    session = _session_or_404(request, convening, reach)
    token = request.POST.get("token", "")
    try:
        done = actions.check_in(delegate=delegate, session=session, token=token, by=request.person, at=at)
    except RefusedError as error:
        messages.error(request, str(error))
    else:
        words = {
            "name": delegate.full_name, "party": show(delegate.delegation.party.short_names),
            "hour": local(done.attendance.at, convening.zone).strftime("%H:%M"),
        }  # fmt: skip
        said = (
            _("%(name)s (%(party)s) is in.")
            if done.new
            else _("%(name)s (%(party)s) was in already, since %(hour)s.")
        )
        messages.success(request, said % words)
    return redirect(_back(convening, session))


def _session_or_404(request: PersonRequest, convening: Convening, reach: Reach) -> Session | None:
    ref = request.POST.get("session", "")
    if not ref:
        return None
    seen = Session.objects.visible_to(request.person, reach=reach).filter(convening=convening)
    found: Session = get_object_or_404(seen.select_related("room"), ref=ref)
    return found


def _back(convening: Convening, session: Session | None) -> str:
    query = QueryDict(mutable=True)
    query["session"] = session.ref if session else ""
    return f"{reverse('meetings:door', args=[convening.symbol])}?{query.urlencode()}"


@require_POST
@signed_in
def undo(request: PersonRequest, symbol: str) -> HttpResponseBase:
    """Take a mistaken check-in back, with its reason."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    convening = running_or_404(request, symbol, reach)
    seen = Attendance.objects.visible_to(request.person, reach=reach).filter(delegate__convening=convening)
    found = get_object_or_404(
        seen.select_related("session__room", "delegate"), ref=request.POST.get("attendance", "")
    )
    reason = request.POST.get("reason", "")
    carried(
        request,
        lambda: actions.undo_check_in(attendance=found, reason=reason, by=request.person, at=at),
        _("The check-in of %(name)s was taken back.") % {"name": found.delegate},
    )
    return redirect(_back(convening, found.session))
