"""The decisions that a person may know of."""

from django.core.paginator import Paginator
from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from puebla.accounts.views import PersonRequest, signed_in
from puebla.core.ticks import tick_at
from puebla.decisions import rules
from puebla.decisions.actions import settling
from puebla.decisions.models import Decision
from puebla.members.models import Body
from puebla.members.querysets import reach_of, today

PER_PAGE = 30


@signed_in
def decisions(request: PersonRequest) -> HttpResponseBase:
    """What is negotiated first, then what was adopted, the newest before."""
    at = timezone.now()
    settling.settle_due(at=at, tick=tick_at(at))
    reach = reach_of(request.person, at)
    seen = Decision.objects.visible_to(request.person, reach=reach)
    asked = request.GET.get("state", "")
    if asked in Decision.State.values:
        seen = seen.filter(state=asked)
    rows = seen.select_related("text", "body", "convening__meeting").order_by("-adopted_on", "-pk")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    bodies = Body.objects.on(today(at)).select_related("room")
    context = {
        "page": page, "state": asked, "states": Decision.State.choices,
        "may_begin": any(rules.may_begin(reach, one.room) for one in bodies),
    }  # fmt: skip
    return render(request, "decisions/list.html", context)
