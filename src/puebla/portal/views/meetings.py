"""Meetings as records, each with its public documents."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from puebla.core.languages import show
from puebla.core.models import Process, write_imprecise
from puebla.core.tables import as_table
from puebla.core.words import can_be_symbol
from puebla.portal import querysets
from puebla.portal.forms import turned_to
from puebla.portal.views.documents import linked_data
from puebla.publications.models import PublicDocument, PublicMeeting, PublicProgramme
from puebla.publications.views import linked_meeting, programme_of

PER_PAGE = 50


def meeting_list(request: HttpRequest) -> HttpResponseBase:
    """List the meetings, the newest first, of every body or of one."""
    at = timezone.now()
    today = timezone.localtime(at).date()
    body = request.GET.get("body", "").replace("\x00", "")[:40]
    meetings = PublicMeeting.objects.filter(body_code=body) if body else PublicMeeting.objects.all()
    processes, chosen = _processes(), request.GET.get("process", "")
    if chosen in processes:
        meetings = meetings.filter(joint_code=chosen) if processes[chosen].joint else meetings
    elif chosen:
        meetings = meetings.none()
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
            "coming": []
            if body or chosen or page.number > 1
            else list(querysets.coming_meetings(on=today)[:3]),
            "body": body,
            "processes": {code: one.name for code, one in processes.items()},
            "chosen": chosen,
            "unknown": bool(body) and body not in bodies,
            "bodies": {code: str(show(names)) or code for code, names in bodies.items()},
        },
    )


class _Process(NamedTuple):
    """A process whose meetings stand here: our own, or one with which some are held jointly."""

    name: str
    joint: bool


def _processes() -> dict[str, _Process]:
    """Processes by code, our own first, named as at the latest meeting; none where no meeting was held jointly: there is nothing to choose then."""
    joint = PublicMeeting.objects.exclude(joint_code="").order_by("joint_code", "starts_on")
    others = {
        code: _Process(str(show(names)) or code, joint=True)
        for code, names in joint.values_list("joint_code", "joint_with")
    }
    own = Process.objects.first()
    if not others or own is None:
        return {}
    return {own.code: _Process(str(show(own.names)), joint=False)} | others


def _header() -> list[str]:
    return [
        _("Symbol"),
        _("Body"),
        _("Number"),
        _("Title"),
        _("Place"),
        _("From"),
        _("To"),
        _("Confirmed"),
        _("Held jointly with"),
        _("Symbol there"),
    ]


def _rows(meetings: Any) -> Iterator[list[Any]]:
    for one in meetings.iterator(chunk_size=500):
        yield [
            one.symbol, str(show(one.body_names)), one.number, str(show(one.titles)), str(show(one.places)),
            one.written_date, write_imprecise(one.ends_on, one.precision),
            _("yes") if one.confirmed else _("no"), str(show(one.joint_with)), one.joint_symbol,
        ]  # fmt: skip


def meeting(request: HttpRequest, symbol: str) -> HttpResponse:
    """Show one meeting and its public documents."""
    if not can_be_symbol(symbol):
        raise Http404
    found = PublicMeeting.objects.filter(symbol__iexact=symbol).first()
    if found is None:
        # The symbol that the other process gave to a joint meeting leads to it as well.
        found = PublicMeeting.objects.filter(joint_symbol__iexact=symbol).first()
    if found is None:
        raise Http404
    if found.symbol != symbol:
        return redirect("portal:meeting", found.symbol, permanent=True)
    at = timezone.now()
    readable = PublicDocument.objects.readable(at=at)
    programme = programme_of(PublicProgramme.objects.filter(symbol=found.symbol).first(), at=at)
    documents = querysets.with_files(readable.filter(meeting_symbol=found.symbol).order_by("symbol_order"))
    turned = turned_to(request, documents, PER_PAGE)
    before, after = querysets.neighbours(found)
    return render(
        request,
        "portal/meeting.html",
        {
            "meeting": found,
            "programme": programme,
            "page": turned.page,
            "beyond": turned.beyond,
            "host": found.host_code in querysets.party_codes([found.host_code]),
            "before": before,
            "after": after,
            "linked_data": linked_data(linked_meeting(found, Process.objects.first(), programme)),
        },
    )
