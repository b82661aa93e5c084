"""Today, while a meeting lasts: the first thing on the desk, on the meeting's page, and a page of its own."""

from typing import Any

from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone

from puebla.accounts.models import Person
from puebla.accounts.views import PersonRequest, signed_in
from puebla.core.models import Process
from puebla.meetings.querysets.days import day_of, is_on, meetings_now
from puebla.meetings.rules import may_run
from puebla.meetings.views.calendar import zone_of
from puebla.meetings.views.convening import convening_or_404
from puebla.members.querysets import Reach, reach_of
from puebla.members.rules import convenes


def desk_panel(person: Person, reach: Reach) -> dict[str, object] | None:
    """Today at each meeting in which the person takes part: it leads the desk."""
    at = reach.at or timezone.now()
    days = [
        day_of(one, person, reach, at=at, reader_zone=zone_of(person))
        for one in meetings_now(person, reach, at)
    ]
    if not days:
        return None
    # Of a sealed body's meeting only who sits there has a day.
    context = {"days": days, "languages": Process.current().languages, "may_run": convenes(reach)}
    return {"template": "meetings/desk_today.html", "context": context, "leads": True}


@signed_in
def today(request: PersonRequest, symbol: str) -> HttpResponseBase:
    """The day alone, for a telephone; on other days the meeting's page."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    convening = convening_or_404(request, symbol, reach)
    if not is_on(convening, at):
        return redirect("meetings:page", convening.symbol)
    context: dict[str, Any] = {
        "convening": convening, "meeting": convening.meeting, "languages": Process.current().languages,
        "day": day_of(convening, request.person, reach, at=at, reader_zone=zone_of(request.person)),
        "may_run": may_run(reach, convening.meeting),
    }  # fmt: skip
    return render(request, "meetings/today.html", context)
