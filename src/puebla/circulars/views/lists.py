"""The list of circulars, and what of it stands on the desk."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import F
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from puebla.accounts.models import Person
from puebla.accounts.views import PersonRequest, signed_in
from puebla.circulars import rules
from puebla.circulars.actions.messages import reply_by_in_words
from puebla.circulars.models import Circular, Kind, Recipient, Reply, State
from puebla.circulars.querysets import CircularQuerySet
from puebla.core.words import without_nul
from puebla.documents.views.lists import options
from puebla.members.models import StandingKind
from puebla.members.querysets import Reach, reach_of
from puebla.members.querysets.prepared import PreparedForReader, reach_in

FILTERS = ("q", "kind", "state", "year", "meeting")
PER_PAGE = 25
ON_THE_DESK = 5


@signed_in
@require_safe
def circular_list(request: PersonRequest) -> HttpResponseBase:
    """Circulars that the person sees, the newest first; a symbol typed exactly opens its circular."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    filters = {name: without_nul(request.GET.get(name, "")).strip()[:200] for name in FILTERS}
    seen = Circular.objects.visible_to(request.person, reach=reach)
    if filters["q"] and (exact := seen.at_address(filters["q"]).values_list("symbol", "ref").first()):
        return redirect("circulars:record", exact[0] or exact[1])
    awaiting = request.GET.get("show") == "awaiting"
    found = seen.matching(**filters)
    if awaiting:
        found = found.awaiting(reach.parties)
    page = Paginator(found.select_related("body").order_by(*ORDER), PER_PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "page": page,
        "rows": rows_of(list(page.object_list), reach, at),
        "filters": filters,
        "active": awaiting or any(filters.values()),
        "awaiting": awaiting,
        "awaiting_count": seen.awaiting(reach.parties).count(),
        "prepares": rules.prepares(reach),
        "options": options_of(filters, seen),
    }
    return render(request, "circulars/list.html", context)


#: Drafts stand first, for those who see any; then the newest.
ORDER = (F("sent_at").desc(nulls_first=True), "-created_at", "-pk")


def options_of(filters: dict[str, str], seen: CircularQuerySet) -> dict[str, Any]:
    """The choices of every filter."""
    years = seen.exclude(year=None).order_by("-year").values_list("year", flat=True).distinct()
    return {
        "kind": options([(str(value), str(label)) for value, label in Kind.choices], filters["kind"]),
        "state": options([(str(value), str(label)) for value, label in State.choices], filters["state"]),
        "year": options([(str(year), str(year)) for year in years], filters["year"]),
    }


def rows_of(circulars: list[Circular], reach: Reach, at: Any) -> list[dict[str, Any]]:
    """The lines of a list, with where each stands for the reader's parties; two questions whatever their number."""
    keys = [one.pk for one in circulars if one.asks_reply]
    sent = set(
        Recipient.objects.filter(circular__in=keys, party__in=sorted(reach.parties))
        .order_by()
        .values_list("circular_id", "standing")
    )
    replied = dict(
        Reply.objects.visible_to(None, reach=reach)
        .filter(circular__in=keys, party__in=sorted(reach.parties), state="sent")
        .order_by()
        .values_list("circular_id", "late")
    )
    asked = {circular for circular, _standing in sent}
    as_member = {circular for circular, standing in sent if standing == StandingKind.MEMBER}
    return [
        {
            "circular": one,
            "reply_by": reply_by_in_words(one),
            "late": one.is_late(at),
            "mine": _standing(
                one, one.pk in (as_member if rules.is_kept_for_members(one) else asked), replied.get(one.pk)
            ),
        }
        for one in circulars
    ]


def _standing(circular: Circular, asked: bool, late: bool | None) -> str:
    """Where it stands for the reader: replied, late, missing, or nothing."""
    if not asked or not circular.asks_reply:
        return ""
    if late is not None:
        return "late" if late else "replied"
    return "missing" if circular.state == State.SENT else ""


def desk_panel(person: Person, reach: Reach) -> dict[str, object] | None:
    """What awaits the reply of the reader's parties, the soonest first; None where nothing does."""
    at = timezone.now()
    keys = [key for (key,) in _awaiting.rows(person, reach)]
    if not keys:
        return None
    kept = Circular.objects.in_bulk(keys)
    found = [kept[key] for key in keys if key in kept]
    rows = [
        {"circular": one, "reply_by": reply_by_in_words(one), "late": one.is_late(at)}
        for one in found[:ON_THE_DESK]
    ]
    return {"template": "circulars/desk.html", "context": {"rows": rows, "more": len(found) > ON_THE_DESK}}


def _awaiting_keys(person: Person, reach: Reach) -> Any:
    """Keys of the circulars that await a reply of the reader's parties, the soonest first."""
    seen = Circular.objects.visible_to(person, reach=reach).awaiting(reach.parties)
    return seen.order_by("reply_by_at", "pk").values_list("pk")[: ON_THE_DESK + 1]


_awaiting = PreparedForReader(_awaiting_keys)


def _keys_about(person: Person, reach: Reach, symbol: str) -> Any:
    """Keys of the circulars about a meeting that the reader sees."""
    seen = Circular.objects.visible_to(person, reach=reach).filter(meeting__symbol=symbol)
    return seen.order_by(*ORDER).values_list("pk")[:ON_THE_DESK]


_about = PreparedForReader(_keys_about)


def about_a_meeting(request: Any, symbol: str) -> dict[str, object] | None:
    """The circulars about a meeting that the reader sees, and to whoever prepares them the way to write one."""
    person = getattr(request, "person", None)
    if person is None:
        return None
    reach = reach_in(request)
    keys = [key for (key,) in _about.rows(person, reach, symbol)]
    # Most meetings have none: what is found is fetched, and its order kept, only then.
    found = list(Circular.objects.filter(pk__in=keys).order_by(*ORDER)) if keys else []
    prepares = rules.prepares(reach)
    if not found and not prepares:
        return None
    context = {"circulars": found, "prepares": prepares, "symbol": symbol}
    return {"template": "circulars/about_meeting.html", "context": context}
