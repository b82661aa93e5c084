"""One's own calendar: by month, as a list, and as an address that other programs read."""

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import get_format
from django.utils.http import parse_etags
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from puebla.accounts.models import Person
from puebla.accounts.views import PersonRequest, signed_in
from puebla.core.calendars import MEDIA_TYPE, CalendarEntry, as_icalendar, gathered
from puebla.core.languages import show
from puebla.core.models import Process
from puebla.meetings import actions
from puebla.meetings.models import CalendarAddress
from puebla.meetings.querysets.dates import Overlap, overlaps
from puebla.members.models import Body
from puebla.members.querysets import Reach, owes_second_factor, reach_of
from puebla.members.querysets.prepared import with_shares

#: What a program is given: years ago, and years ahead.
BACK, AHEAD = 2, 10
#: Months that the list shows at once.
LISTED = 3
VIEWS = ("month", "list")


@dataclass(frozen=True)
class Span:
    """Whole months that a page shows, by the reader's clocks."""

    first: dt.date
    months: int
    zone: dt.tzinfo

    @property
    def after(self) -> dt.date:
        """The first day of the month after the last."""
        return turned(self.first, self.months)

    def instants(self) -> tuple[dt.datetime, dt.datetime]:
        """When it begins and ends."""
        first, last = (
            dt.datetime.combine(day, dt.time(), tzinfo=self.zone) for day in (self.first, self.after)
        )
        return first, last


def turned(month: dt.date, by: int) -> dt.date:
    """The first day of the month that lies this many months later."""
    number = month.year * 12 + month.month - 1 + by
    return dt.date(number // 12, number % 12 + 1, 1)


def zone_of(person: Person) -> ZoneInfo:
    """By whose clocks the person reads hours."""
    return ZoneInfo(person.zone or settings.TIME_ZONE)


@signed_in
def calendar(request: PersonRequest) -> HttpResponseBase:
    """What the reader may know of, by month or as a list, of all bodies or of one; what takes place at the same time."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    zone = zone_of(request.person)
    view = request.GET.get("view", "month")
    view = view if view in VIEWS else "month"
    this = at.astimezone(zone).date()
    month = _month(request.GET.get("month", "")) or this.replace(day=1)
    span = Span(month, 1 if view == "month" else LISTED, zone)
    found = gathered(request.person, reach, *span.instants())
    at_once = overlaps(found, reach, at)
    body = request.GET.get("body", "")
    shown = [one for one in found if not body or one.body == body]
    if body:
        at_once = [one for one in at_once if body in (one.first.body, one.second.body)]
    bodies = Body.objects.on(this) if not reach.is_empty else Body.objects.none()
    context = {
        "view": view, "month": month, "last": turned(span.after, -1), "before": turned(month, -span.months), "after": span.after,
        "this": this, "body": body, "bodies": bodies, "overlaps": at_once, "zone": zone,
        "at_once": _uids(at_once), "vague": [one for one in shown if one.starts_at is None and one.precision != "day"],
        "address": feed_address(request.person), "public": settings.BASE_URL + reverse("api:calendar"),
    } | _laid_out(view, shown, span)  # fmt: skip
    return render(request, "meetings/calendar.html", context)


def _month(typed: str) -> dt.date | None:
    """The month that stands in the address as 2031-03; None where none does."""
    try:
        found = dt.datetime.strptime(typed, "%Y-%m").replace(tzinfo=dt.UTC).date()
    except ValueError:
        return None
    # One month more is asked at both ends.
    return found if 1900 <= found.year <= 2200 else None


def _uids(found: list[Overlap]) -> set[str]:
    return {one.uid for pair in found for one in (pair.first, pair.second)}


def _laid_out(view: str, entries: list[CalendarEntry], span: Span) -> dict[str, Any]:
    """The days that the page shows, each with what takes place: weeks of the month, or the days of the list."""
    days: dict[dt.date, list[CalendarEntry]] = {}
    last = span.after - dt.timedelta(days=1)
    for one in entries:
        if one.starts_at is None and one.precision != "day":
            continue
        first, until = one.days(span.zone)
        day = max(first, span.first)
        while day <= min(until, last):
            days.setdefault(day, []).append(one)
            day += dt.timedelta(days=1)
    if view == "list":
        return {"days": sorted(days.items())}
    return {"weeks": _weeks(span.first, days), "any": bool(days)}


def _weeks(first: dt.date, days: dict[dt.date, list[CalendarEntry]]) -> list[list[dict[str, Any]]]:
    """The month in weeks that begin as its reader's do; days of other months stand empty."""
    begins = (int(get_format("FIRST_DAY_OF_WEEK")) - 1) % 7
    day = first - dt.timedelta(days=(first.weekday() - begins) % 7)
    weeks = []
    while day < turned(first, 1):
        week = [day + dt.timedelta(days=n) for n in range(7)]
        weeks.append([
            {"day": one, "inside": one.month == first.month, "entries": days.get(one, []) if one.month == first.month else []}
            for one in week
        ])  # fmt: skip
        day += dt.timedelta(days=7)
    return weeks


# For other programs --------------------------------------------------------------------------------------------------------


def feed_address(person: Person) -> str:
    """The whole secret address of one's calendar; empty while there is none."""
    found = CalendarAddress.objects.visible_to(person).first()
    return settings.BASE_URL + reverse("personal-calendar", args=[found.token]) if found else ""


@require_POST
@signed_in
def address(request: PersonRequest) -> HttpResponseBase:
    """Open or renew the secret address, or end it."""
    at = timezone.now()
    if request.POST.get("act") == "close":
        actions.close_calendar(by=request.person, at=at)
        messages.success(request, _("The address was ended: no program reads your calendar by it any more."))
    else:
        actions.open_calendar(by=request.person, at=at)
        messages.success(request, _("Your calendar has a new address. One that it had before reads nothing any more."))  # fmt: skip
    return redirect(reverse("meetings:calendar") + "#subscribe")


@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """A person's calendar as iCalendar, by its secret address: what the person may see at this moment.

    An address that was renewed or ended, or whose owner left, is as unknown as any other.
    """
    at = timezone.now()
    found = CalendarAddress.objects.behind(token)
    if found is None or owes_second_factor(found.person, at):
        raise Http404
    body = _written(found.person, with_shares(found.person, reach_of(found.person, at)), at)
    etag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    headers = {
        "ETag": etag, "Cache-Control": "private, no-cache", "X-Robots-Tag": "noindex", "Referrer-Policy": "no-referrer",
        "Content-Disposition": 'inline; filename="calendar.ics"',
    }  # fmt: skip
    known = [one.removeprefix("W/") for one in parse_etags(request.headers.get("If-None-Match", ""))]
    if etag in known or "*" in known:
        return HttpResponse(status=304, headers=headers)
    return HttpResponse(body, content_type=MEDIA_TYPE, headers=headers)


def _written(person: Person, reach: Reach, at: dt.datetime) -> bytes:
    language = person.language if person.language in dict(settings.LANGUAGES) else get_language()
    with override(language):
        year = dt.timedelta(days=366)
        entries = gathered(person, reach, at - BACK * year, at + AHEAD * year)
        process = Process.current()
        name = _("%(process)s, my calendar") % {"process": show(process.short_names) or process.code}
        return as_icalendar(entries, name=name, zone=person.zone or settings.TIME_ZONE, at=at,
                            page=reverse("meetings:calendar"))  # fmt: skip
