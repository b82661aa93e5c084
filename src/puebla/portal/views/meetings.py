"""Meetings as records, each with its public documents."""

from collections.abc import Iterator
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from puebla.core.languages import show
from puebla.core.models import Process
from puebla.core.tables import as_table
from puebla.core.words import can_be_symbol
from puebla.portal import querysets
from puebla.portal.forms import turned_to
from puebla.portal.views.documents import linked_data
from puebla.publications.models import PublicDocument, PublicMeeting
from puebla.publications.views import linked_meeting

PER_PAGE = 50


def meeting_list(request: HttpRequest) -> HttpResponseBase:
    """List the meetings, the newest first, of every body or of one."""
    at = timezone.now()
    today = timezone.localtime(at).date()
    body = request.GET.get("body", "").replace("\x00", "")[:40]
    meetings = PublicMeeting.objects.filter(body_code=body) if body else PublicMeeting.objects.all()
    if "export" in request.GET:
        return as_table(request.GET["export"], "meetings", _header(), _rows(meetings))
    turned = turned_to(request, meetings, PER_PAGE)
    page = turned.page
    bodies = dict(PublicMeeting.objects.order_by("body_code").values_list("body_code", "body_names"))
    readable = PublicDocument.objects.readable(at=at)
    counts = querysets.documents_of_meetings(readable, [one.symbol for one in page.object_list])
    return render(
        request,
        "portal/meetings.html",
        {
            "page": page,
            "beyond": turned.beyond,
            "rows": [(one, counts.get(one.symbol, 0)) for one in page.object_list],
            "coming": [] if body or page.number > 1 else list(querysets.coming_meetings(on=today)[:3]),
            "body": body,
            "unknown": bool(body) and body not in bodies,
            "bodies": {code: str(show(names)) or code for code, names in bodies.items()},
        },
    )


def _header() -> list[str]:
    return [_("Symbol"), _("Body"), _("Number"), _("Title"), _("Place"), _("From"), _("To"), _("Confirmed")]


def _rows(meetings: Any) -> Iterator[list[Any]]:
    for one in meetings.iterator(chunk_size=500):
        length = {"year": 4, "month": 7}.get(one.precision, 10)
        yield [
            one.symbol, str(show(one.body_names)), one.number, str(show(one.titles)), str(show(one.places)),
            one.starts_on.isoformat()[:length], one.ends_on.isoformat()[:length] if one.ends_on else "",
            _("yes") if one.confirmed else _("no"),
        ]  # fmt: skip


def meeting(request: HttpRequest, symbol: str) -> HttpResponse:
    """Show one meeting and its public documents."""
    if not can_be_symbol(symbol):
        raise Http404
    found = PublicMeeting.objects.filter(symbol__iexact=symbol).first()
    if found is None:
        raise Http404
    if found.symbol != symbol:
        return redirect("portal:meeting", found.symbol, permanent=True)
    readable = PublicDocument.objects.readable(at=timezone.now())
    documents = querysets.with_files(readable.filter(meeting_symbol=found.symbol).order_by("symbol_order"))
    turned = turned_to(request, documents, PER_PAGE)
    before, after = querysets.neighbours(found)
    return render(
        request,
        "portal/meeting.html",
        {
            "meeting": found,
            "page": turned.page,
            "beyond": turned.beyond,
            "host": found.host_code in querysets.party_codes([found.host_code]),
            "before": before,
            "after": after,
            "linked_data": linked_data(linked_meeting(found, Process.objects.first())),
        },
    )
