"""The list of meetings, the meeting's page, and its preparation."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from puebla.accounts.models import Person
from puebla.accounts.views import PersonRequest, carried, signed_in
from puebla.core.models import DatePrecision, Process
from puebla.documents.models import Document
from puebla.documents.views.comparing import what_changed
from puebla.meetings import actions, rules
from puebla.meetings.actions.convening import hold as begin
from puebla.meetings.forms import ConveningForm, RecordForm
from puebla.meetings.models import Convening
from puebla.meetings.querysets import taking_part
from puebla.meetings.querysets.bilaterals import left_behind
from puebla.meetings.querysets.days import day_of, is_on
from puebla.meetings.querysets.programme import programme
from puebla.meetings.querysets.public import standing_of
from puebla.meetings.querysets.statements import heard
from puebla.members.models import Body, Meeting
from puebla.members.querysets import Reach, reach_of, today
from puebla.members.querysets.prepared import PreparedForReader, reach_in

#: What a meeting's page shows first while it is in session, and otherwise.
AHEAD = dt.timedelta(days=400)


def convening_or_404(request: PersonRequest, symbol: str, reach: Reach) -> Convening:
    """The meeting of this symbol, or 404 where the person may not know of it or nobody prepares it."""
    key = next((key for (key,) in _of_symbol.rows(request.person, reach, symbol.upper())), None)
    rows = Convening.objects.select_related("meeting__body__room", "meeting__host")
    return get_object_or_404(rows, pk=key)


def _key_of_symbol(person: Person, reach: Reach, symbol: str) -> Any:
    seen = Convening.objects.visible_to(person, reach=reach)
    return seen.filter(meeting__symbol=symbol).order_by().values_list("pk")


_of_symbol = PreparedForReader(_key_of_symbol)


@signed_in
def meetings(request: PersonRequest) -> HttpResponseBase:
    """Meetings to come with their state, then those that were, by year."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    day = today(at)
    seen = Meeting.objects.visible_to(request.person, reach=reach).select_related("body", "host", "convening")
    body = request.GET.get("body", "")
    if body:
        seen = seen.filter(body__code=body)
    past = seen.filter(Q(ends_on__lt=day) | Q(ends_on=None, starts_on__lt=day)).order_by(
        "-starts_on", "symbol_order"
    )
    counts = dict(
        past.order_by().values_list("starts_on__year").annotate(Count("pk")).order_by("-starts_on__year")
    )
    year = request.GET.get("year", "")
    shown = int(year) if year.isdecimal() and int(year) in counts else next(iter(counts), 0)
    context = {
        "coming": list(seen.upcoming(on=day)[:60]),
        "past": list(past.filter(starts_on__year=shown)) if shown else [],
        # As text: a year has no thousands.
        "years": {str(one): count for one, count in counts.items()},
        "year": str(shown),
        "body": body,
        "bodies": Body.objects.filter(
            pk__in=Meeting.objects.visible_to(request.person, reach=reach).values("body")
        ),
        "may_prepare": [
            one for one in Body.objects.on(day).select_related("room") if rules.may_prepare(reach, one)
        ],
    }
    return render(request, "meetings/list.html", context)


@signed_in
def page(request: PersonRequest, symbol: str) -> HttpResponseBase:
    """One meeting: its agenda in order with papers, its sessions, what is new since the reader looked."""
    from puebla.meetings.views.calendar import zone_of
    from puebla.meetings.views.participants import who_comes

    at = timezone.now()
    reach = reach_in(request)
    convening = _or_record(request, symbol, reach)
    if isinstance(convening, HttpResponseBase):
        return convening
    since = actions.look(convening=convening, by=request.person, at=at)
    shown = programme(convening, request.person, reach, since=since)
    process = Process.current()
    papers = [paper for row in shown.items for paper in row["papers"]]
    runs = rules.may_run(reach, convening.meeting)
    context = {
        "convening": convening,
        "meeting": convening.meeting,
        "since": since,
        "joins": bool(convening.link) and _takes_part(request, convening, reach),
        "opened": open_changed(request, convening, papers, reach, at),
        "days": shown.days,
        "items": shown.items,
        # Its days were moved away from under them: nobody but who runs the meeting can mend it.
        "outside": _outside(convening, shown.days) if runs else [],
        "left_behind": left_behind(convening, request.person, reach) if runs else 0,
        "day": day_of(convening, request.person, reach, at=at, reader_zone=zone_of(request.person))
        if is_on(convening, at)
        else None,
        "languages": process.languages,
        "may_run": runs,
        "heard": heard(convening, request.person, reach),
        "public": standing_of(convening, request.person, reach) if runs else None,
        "comes": who_comes(convening, request.person, reach),
        "passes": [one for one in rules.BEFORE if rules.may_pass_to(reach, convening, one)] if runs else [],
    }
    return render(request, "meetings/page.html", context)


def _takes_part(request: PersonRequest, convening: Convening, reach: Reach) -> bool:
    """Whether the reader is told where to join."""
    seen = Convening.objects.visible_to(request.person, reach=reach)
    return seen.filter(taking_part(reach), pk=convening.pk).exists()


def _outside(convening: Convening, days: dict[dt.date, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Sessions on days that the meeting does not have."""
    return [
        one
        for day, entries in days.items()
        if not rules.session_fits(convening, day)
        for one in entries
        if one["session"] and not one["session"].cancelled_at
    ]


def open_changed(
    request: PersonRequest, convening: Convening, papers: list[dict[str, Any]], reach: Reach, at: dt.datetime
) -> bool:
    """Open what changed in the paper that the address names (`?changed=`), among those shown; whether one was opened.

    The moment since when it is told (`?since=`) is the address's own, so that a reload shows the same.
    """
    asked = request.GET.get("changed", "")
    found = next((one for one in papers if asked and one["document"].ref == asked), None)
    since = since_of(request) or (found["since"] if found else None)
    if found is None or since is None:
        return False
    seen = Document.objects.visible_to(request.person, reach=reach).select_related("room", "party")
    document = get_object_or_404(seen, ref=asked)
    found["opened"] = what_changed(document, since, by=request.person, at=at)
    actions.look_at_paper(convening=convening, document=document, by=request.person, at=at)
    return True


def since_of(request: PersonRequest) -> dt.datetime | None:
    """The instant that the address names (`?since=`); what is none is not read."""
    # A plus in an address that was typed by hand arrives as a blank.
    text = request.GET.get("since", "").replace(" ", "+")
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return timezone.make_aware(found) if found is not None and timezone.is_naive(found) else found


def _or_record(request: PersonRequest, symbol: str, reach: Reach) -> Convening | HttpResponseBase:
    """The convening; of a meeting of which only the record is known, the page of the record; else 404."""
    try:
        return convening_or_404(request, symbol, reach)
    except Http404:
        seen = Meeting.objects.visible_to(request.person, reach=reach).select_related("body__room", "host")
        found = get_object_or_404(seen, symbol=symbol.upper())
        context = {"meeting": found, "may_hold": rules.may_run(reach, found)}
        return render(request, "meetings/record.html", context)


@signed_in
def new(request: PersonRequest, code: str) -> HttpResponseBase:
    """Begin a meeting of a body: its record and how it is held; a draft until it is announced."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    body = get_object_or_404(Body.objects.select_related("room"), code=code)
    if not rules.may_prepare(reach, body):
        raise Http404
    process = Process.current()
    record = RecordForm(
        request.POST or None,
        initial={"precision": "day", "symbol": f"{process.code}/{today(at).year}/{body.code}"},
    )
    form = ConveningForm(
        request.POST or None, at=at, cap=body.room.cap,
        initial={"zone": process.time_zone, "open_to": Convening._meta.get_field("open_to").default},
    )  # fmt: skip
    if request.method == "POST" and all([record.is_valid(), form.is_valid()]):

        def act() -> None:
            actions.prepare(
                body=body, symbol=record.cleaned_data["symbol"], record=record.values(), values=form.values(),
                co_hosts=form.cleaned_data["co_hosts"], by=request.person, at=at,
            )  # fmt: skip

        if record.carries_out(act):
            messages.success(
                request,
                _(
                    "A draft was made. Nothing is sent, and only secretariat and Presidency see it, until you announce it."
                ),
            )
            return redirect("meetings:page", record.cleaned_data["symbol"])
    title = _("Prepare a meeting: %(body)s") % {"body": body}
    return render(
        request, "meetings/prepare.html", {"forms": [record, form], "title": title, "back": "meetings:list"}
    )


@signed_in
def hold(request: PersonRequest, symbol: str) -> HttpResponseBase:
    """Begin to prepare a meeting of which only the record is known."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    seen = Meeting.objects.visible_to(request.person, reach=reach).select_related("body__room")
    found = get_object_or_404(seen, symbol=symbol.upper())
    if not rules.may_run(reach, found):
        raise Http404
    form = ConveningForm(
        request.POST or None, at=at, cap=found.body.room.cap,
        initial={"zone": Process.current().time_zone, "open_to": Convening._meta.get_field("open_to").default},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            begin(
                meeting=found,
                values=form.values(),
                co_hosts=form.cleaned_data["co_hosts"],
                by=request.person,
                at=at,
            )

        if form.carries_out(act):
            return redirect("meetings:page", found.symbol)
    title = _("Prepare %(meeting)s") % {"meeting": found}
    return render(
        request, "meetings/prepare.html", {"forms": [form], "title": title, "back": "meetings:list"}
    )


@signed_in
def edit(request: PersonRequest, symbol: str) -> HttpResponseBase:
    """Change how the meeting is held."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    convening = convening_or_404(request, symbol, reach)
    if not rules.may_run(reach, convening.meeting):
        raise Http404
    names = ("manner", "zone", "venues", "link", "notes", "open_to", "revision")
    initial: dict[str, Any] = {name: getattr(convening, name) for name in names}
    initial["co_hosts"] = [one.code for one in convening.co_hosts.all()]
    form = ConveningForm(request.POST or None, at=at, cap=convening.meeting.body.room.cap, initial=initial)
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            actions.describe(
                convening=convening, values=form.values(), co_hosts=form.cleaned_data["co_hosts"],
                revision=form.cleaned_data["revision"] or 0, by=request.person, at=at,
            )  # fmt: skip

        if form.carries_out(act, convening):
            messages.success(request, _("Saved."))
            return redirect("meetings:page", convening.symbol)
    context = {"forms": [form], "title": _("How the meeting is held"), "convening": convening}
    return render(request, "meetings/prepare.html", context)


@signed_in
def copy(request: PersonRequest, symbol: str) -> HttpResponseBase:
    """Make the next meeting from this one."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    convening = convening_or_404(request, symbol, reach)
    if not rules.may_run(reach, convening.meeting):
        raise Http404
    was = convening.meeting
    length = (was.ends_on or was.starts_on) - was.starts_on
    starts_on = next_year(was.starts_on)
    initial: dict[str, Any] = {
        "symbol": was.symbol.replace(str(was.starts_on.year), str(starts_on.year)), "number": (was.number + 1) if was.number else None,
        "titles": {}, "places": {}, "precision": DatePrecision.DAY, "starts_on": starts_on, "ends_on": starts_on + length,
    }  # fmt: skip
    form = RecordForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            actions.copy(
                convening=convening, symbol=form.cleaned_data["symbol"], record=form.values(),
                by=request.person, at=at,
            )  # fmt: skip

        if form.carries_out(act):
            messages.success(
                request, _("Copied: agenda, sessions and notes. It is a draft until you announce it.")
            )
            return redirect("meetings:page", form.cleaned_data["symbol"])
    context = {
        "forms": [form],
        "title": _("A new meeting from %(meeting)s") % {"meeting": was},
        "convening": convening,
    }
    return render(request, "meetings/prepare.html", context)


def next_year(day: dt.date) -> dt.date:
    """The same weekday a year later: meetings begin on a working day."""
    return day + dt.timedelta(weeks=52)


@require_POST
@signed_in
def state(request: PersonRequest, symbol: str) -> HttpResponseBase:
    """Announce, convene, open or close the meeting."""
    at = timezone.now()
    convening = convening_or_404(request, symbol, reach_of(request.person, at))
    wanted = request.POST.get("state", "")
    if wanted == "announce":
        carried(request, lambda: actions.announce(convening=convening, by=request.person, at=at), _("Done."))
    elif wanted in rules.BEFORE:
        carried(
            request,
            lambda: actions.pass_to(convening=convening, state=wanted, by=request.person, at=at),
            _("Done."),
        )
    else:
        raise Http404
    return redirect("meetings:page", convening.symbol)
