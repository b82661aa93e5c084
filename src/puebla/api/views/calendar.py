"""The public's calendar as iCalendar (RFC 5545): the meetings that were released to it, of all bodies or of one."""

import datetime as dt
from collections.abc import Iterable, Iterator

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.http import http_date
from django.utils.translation import gettext as _
from django.utils.translation import override

from puebla.api import querysets
from puebla.api.rules import known_parameters, unknown_language
from puebla.core.calendars import MEDIA_TYPE, CalendarEntry, as_icalendar, other_language
from puebla.core.languages import show
from puebla.core.models import Process
from puebla.publications.models import PublicBody, PublicMeeting, PublicProgramme
from puebla.publications.views import address, sessions_of


def public(request: HttpRequest) -> HttpResponse:
    """All public meetings."""
    return _answer(request, PublicMeeting.objects.order_by("starts_on", "symbol_order"), "")


def of_body(request: HttpRequest, code: str) -> HttpResponse:
    """The public meetings of one body; a body that the public does not know has no calendar."""
    body = PublicBody.objects.filter(code__iexact=code).first()
    if body is None:
        raise Http404
    found = PublicMeeting.objects.filter(body_code=body.code).order_by("starts_on", "symbol_order")
    return _answer(request, found, body.code, body)


def _answer(
    request: HttpRequest, found: Iterable[PublicMeeting], code: str, body: PublicBody | None = None
) -> HttpResponse:
    known_parameters(request, {"lang"})
    spoken = querysets.languages()
    language = request.GET.get("lang", "") or spoken[0]
    if language not in spoken:
        raise unknown_language(language, spoken)
    meetings, at = list(found), timezone.now()
    rows = PublicProgramme.objects.filter(symbol__in=[one.symbol for one in meetings])
    programmes = {one.symbol: one for one in rows}
    process = Process.objects.first()
    with override(language):
        own = str(show(process.short_names)) if process else ""
        name = f"{own} · {show(body.names)}" if body else _("%(process)s, meetings") % {"process": own}
        page = address("portal:meetings") + (f"?body={code}" if code else "")
        written = as_icalendar(
            [*map(_entry, meetings), *(entry for one in meetings for entry in _sessions(one, programmes.get(one.symbol)))],
            name=name, zone=settings.TIME_ZONE, at=at, page=page.removeprefix(settings.BASE_URL),
        )  # fmt: skip
    response = HttpResponse(written, content_type=MEDIA_TYPE, headers={"Content-Language": language})
    changed_at: list[dt.datetime] = [one.changed_at for one in meetings if one.changed_at]
    # What was withdrawn counts as well, else who has what stood before would be told that nothing changed.
    changed_at += [one.changed_at for one in rows]
    if changed_at:
        response["Last-Modified"] = http_date(max(changed_at).timestamp())
    return response


def _entry(meeting: PublicMeeting) -> CalendarEntry:
    page = address("portal:meeting", meeting.symbol).removeprefix(settings.BASE_URL)
    return CalendarEntry(
        uid=f"meeting-{meeting.symbol.replace('/', '-')}", kind="meeting", title=str(show(meeting.titles)) or meeting.symbol,
        on=meeting.starts_on, until_on=meeting.ends_on, precision=meeting.precision, place=str(show(meeting.places)), address=page,
        body=meeting.body_code, about=meeting.symbol, sequence=meeting.sequence, tentative=not meeting.confirmed,
        changed_at=meeting.changed_at,
    )  # fmt: skip


def _sessions(meeting: PublicMeeting, row: PublicProgramme | None) -> Iterator[CalendarEntry]:
    """The sessions that were released, as the meeting's page shows them."""
    page = address("portal:meeting", meeting.symbol).removeprefix(settings.BASE_URL)
    for one in sessions_of(row) if row else ():
        titles = one["titles"] or one["kind_names"]
        yield CalendarEntry(
            uid=f"session-{one['ref']}", kind="session", title=f"{show(titles)} · {show(meeting.body_names)}",
            language=other_language(titles), starts_at=one["starts_at"], ends_at=one["ends_at"], zone=one["zone"],
            place=str(show(one["places"])), address=page, body=meeting.body_code, about=str(show(meeting.titles)) or meeting.symbol,
            sequence=one["sequence"], cancelled=one["cancelled"], changed_at=one["changed_at"],
        )  # fmt: skip
