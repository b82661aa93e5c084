"""Who sits where: bodies, parties, the presidency."""

import datetime as dt
from collections import Counter
from typing import Any

from django.db.models import Prefetch
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from puebla.accounts.views import PersonRequest, signed_in
from puebla.core.languages import show
from puebla.core.tables import export_of
from puebla.core.zones import place_of
from puebla.members import rules
from puebla.members.forms import DayFilter
from puebla.members.models import (
    Audience,
    Body,
    BreakGlass,
    Candidature,
    Meeting,
    Party,
    Permission,
    Room,
    Seat,
    Standing,
    StandingKind,
)
from puebla.members.querysets import MEMBERS, Reach, reach_of, today
from puebla.members.views.candidatures import parties_of
from puebla.members.views.people import seat_lines

#: A standing as the heading of those who hold it.
HEADINGS = {
    StandingKind.MEMBER: gettext_lazy("Member states"),
    StandingKind.OBSERVER_STATE: gettext_lazy("Observer states"),
    StandingKind.OBSERVER_ORGANISATION: gettext_lazy("Observer organisations"),
    StandingKind.CIVIL_SOCIETY: gettext_lazy("Civil society"),
    StandingKind.SECRETARIAT: gettext_lazy("Secretariat"),
}


@signed_in
def bodies(request: PersonRequest) -> HttpResponseBase:
    """Every body, present ones first, with the number of seats that the reader may know of."""
    now = timezone.now()
    day = today(now)
    reach = reach_of(request.person, now)
    seats = Seat.objects.effective(now).visible_to(request.person, reach=reach).exclude(body=None)
    counts = Counter(seats.order_by().values_list("body_id", flat=True))
    found = [] if reach.is_empty else list(Body.objects.select_related("room"))
    lines = [
        {
            "body": body,
            "seats": counts[body.pk],
            "hidden": body.room.sealed and body.room_id not in reach.rooms,
            "mine": body.room_id in reach.rooms,
        }
        for body in found
    ]
    present = [one for one in lines if _exists(one["body"], day)]
    context = {
        "present": present,
        "past": [one for one in lines if one not in present],
        "may_edit": rules.may_edit_body(request.person, at=now, reach=reach),
        "chairs": reach.may(Permission.CONFIRM_SEATS),
        "opens": rules.may_open_rooms(reach, at=now),
        "reads_applications": rules.may_see_applications(request.person, at=now, reach=reach),
    }
    exported = export_of(
        request,
        name="bodies",
        header=[_("Code"), _("Body"), _("Function"), _("From"), _("Until"), _("Room")],
        rows=[
            [b.code, show(b.names), b.get_function_display(), b.from_on, b.until_on, room_words(b.room)]
            for b in found
        ],
    )
    return exported or render(request, "members/bodies.html", context)


def _exists(body: Any, day: Any) -> bool:
    return body.from_on <= day and (body.until_on is None or body.until_on >= day)


def room_words(room: Room) -> str:
    """A room's cap and seal in a sentence."""
    if room.sealed:
        return _(
            "Sealed: what lies here is read only by those who hold a seat in it, administrators included. Each seat is"
            " confirmed by the chair and announced to all. Nothing can ever be opened wider."
        )
    widest = Audience(room.cap)
    if widest is Audience.PUBLIC:
        return _("Open: each paper says who may read it; papers may be released to the public.")
    return _("Each paper says who may read it, at most “%(audience)s”; nothing here can become public.") % {
        "audience": widest.label
    }


@signed_in
def body(request: PersonRequest, code: str) -> HttpResponseBase:
    """One body: its seats, chair, room, meetings."""
    now = timezone.now()
    reach = reach_of(request.person, now)
    found = get_object_or_404(_bodies_for(reach).select_related("room"), code=code)
    visible = Seat.objects.effective(now).visible_to(request.person, reach=reach).filter(body=found)
    seats = list(visible.select_related("person", "party", "role", "room", "body"))
    inside = not found.room.sealed or found.room_id in reach.rooms or found.room_id in reach.opened
    context = {
        "body": found,
        "lines": seat_lines(seats, request.person, reach, at=now),
        "chairs": [one for one in seats if Permission.CONFIRM_SEATS in one.carries],
        "inside": inside,
        "room_words": room_words(found.room),
        "meetings": Meeting.objects.visible_to(request.person, reach=reach)
        .filter(body=found)
        .select_related("host")
        if inside
        else [],
        "openings": openings_of(found.room) if found.room.sealed and inside else [],
        "may_edit": rules.may_edit_body(request.person, at=now, reach=reach),
        "may_record": rules.may_record_meeting(request.person, Meeting(body=found), at=now, reach=reach),
        "may_break": rules.may_break_glass(request.person, found.room, at=now, reach=reach),
        "shows_break": found.room.sealed and rules.may_open_rooms(reach, at=now),
        "waiting": _waiting(found.room) if rules.chairs(reach, found.room) else 0,
    }
    exported = export_of(
        request,
        name=f"seats-{found.code}",
        header=[_("Name"), _("Party"), _("Role"), _("From"), _("Until")],
        rows=[
            [s.person.full_name, show(s.party.short_names), show(s.role.names), s.from_on, s.until_on]
            for s in seats
        ],
    )
    return exported or render(request, "members/body.html", context)


def _bodies_for(reach: Reach) -> Any:
    """Bodies are known to everybody who sits somewhere; what happens in a sealed one is not."""
    return Body.objects.none() if reach.is_empty else Body.objects.all()


def openings_of(room: Room) -> Any:
    """How often a sealed room was opened to somebody without a seat, for those who sit in it."""
    return (
        BreakGlass.objects.filter(room=room, confirmed_at__isnull=False)
        .select_related("requested_by", "confirmed_by")
        .order_by("-confirmed_at")[:20]
    )


def _waiting(room: Room) -> int:
    return Seat.objects.filter(room=room, confirmed_at=None, ended_at=None).count()


@signed_in
def parties(request: PersonRequest) -> HttpResponseBase:
    """Everybody who takes part today, by standing, and who took part before."""
    now = timezone.now()
    day = today(now)
    reach = reach_of(request.person, now)
    rows = Party.objects.none() if reach.is_empty else Party.objects.all()
    found = rows.prefetch_related(Prefetch("standings", Standing.objects.order_by("-from_on"))).for_language(
        ""
    )
    groups: dict[str, list[dict[str, Any]]] = {kind: [] for kind in StandingKind.values}
    past = []
    for one in found:
        running = [
            s for s in one.standings.all() if s.from_on <= day and (s.until_on is None or s.until_on >= day)
        ]
        if running:
            groups[running[0].kind].append({"party": one, "standing": running[0]})
        else:
            past.append(one)
    exported = export_of(
        request,
        name="parties",
        header=[_("Code"), _("Name"), _("Standing"), _("Since"), _("ISO 3166"), _("Website")],
        rows=[
            [
                one["party"].code,
                show(one["party"].names),
                one["standing"].get_kind_display(),
                one["standing"].from_on,
                one["party"].iso3,
                one["party"].website,
            ]
            for lines in groups.values()
            for one in lines
        ],
    )
    context = {
        "groups": [
            {"label": HEADINGS[StandingKind(kind)], "lines": lines} for kind, lines in groups.items() if lines
        ],
        "past": past,
        "may_edit": rules.may_edit_party(request.person, at=now, reach=reach),
    }
    return exported or render(request, "members/parties.html", context)


@signed_in
def party(request: PersonRequest, code: str) -> HttpResponseBase:
    """One party: its standing over time, its people, its chapters, when it presided."""
    now = timezone.now()
    reach = reach_of(request.person, now)
    rows = Party.objects.none() if reach.is_empty else Party.objects.select_related("parent")
    found = get_object_or_404(rows, code=code)
    seats = Seat.objects.effective(now).visible_to(request.person, reach=reach).filter(party=found)
    hosted = Meeting.objects.visible_to(request.person, reach=reach).filter(host=found)
    context = {
        "party": found,
        "place": place_of(found.zone) if found.zone else "",
        "standings": found.standings.order_by("-from_on"),
        "standing": rules.standing_of(found, on=today(now)),
        "lines": seat_lines(
            list(seats.select_related("person", "party", "body", "role", "room")),
            request.person,
            reach,
            at=now,
        ),
        "chapters": found.chapters.all(),
        "terms": found.presidency_terms.select_related("body").order_by("-starts_on"),
        "meetings": hosted.select_related("body")[:30],
        "may_edit": rules.may_edit_party(request.person, at=now, reach=reach),
        "manages": rules.manages(reach, found),
    }
    return render(request, "members/party.html", context)


@signed_in
def presidency(request: PersonRequest) -> HttpResponseBase:
    """Who presided, presides and will: the troika of each rotating office, and every term."""
    now = timezone.now()
    reach = reach_of(request.person, now)
    offices = _bodies_for(reach).filter(function=Body.Function.PRESIDENCY)
    form = DayFilter(request.GET)
    day = form.day() or today(now)
    candidatures = Candidature.objects.visible_to(request.person, reach=reach).select_related("party")
    met = list(
        Meeting.objects.visible_to(request.person, reach=reach)
        .filter(draft=False, body__function__in=rules.CONSENSUS_IN)
        .select_related("host").order_by("starts_on", "symbol_order")
    )  # fmt: skip
    context = {
        "form": form,
        "day": day,
        "is_today": day == today(now),
        "offices": [
            _office(
                office,
                day,
                met,
                [one for one in candidatures if one.body_id == office.pk],
                reads=reach.rung <= MEMBERS,
            )
            for office in offices
        ],
        "may_set": rules.may_set_presidency(request.person, at=now, reach=reach),
        "may_announce": reach.rung <= MEMBERS and parties_of(reach, at=now).exists(),
    }
    exported = export_of(
        request,
        name="presidency",
        header=[_("Office"), _("Party"), _("Starts on"), _("Confirmed by a source")],
        rows=[
            [office.code, show(t.party.short_names) if t.party else _("vacant"), t.starts_on, t.confirmed]
            for office in offices
            for t in office.presidency_terms.select_related("party")
        ],
    )
    return exported or render(request, "members/presidency.html", context)


def _office(
    office: Body, day: dt.date, met: list[Meeting], candidatures: list[Candidature], *, reads: bool
) -> dict[str, Any]:
    """An office on a day: its troika with the meetings of each term, its candidatures, and every term that was."""
    terms = list(office.presidency_terms.select_related("party").order_by("starts_on"))
    agreed = {one.term_id: one for one in candidatures if one.term_id}
    rows = []
    for number, term in enumerate(terms):
        following = terms[number + 1].starts_on if number + 1 < len(terms) else None
        rows.append({
            "term": term, "next_precision": terms[number + 1].precision if following else "day",
            "until": following - dt.timedelta(days=1) if following else None,
            "candidature": agreed.get(term.pk),
            "meetings": [one for one in met if one.starts_on >= term.starts_on and (following is None or one.starts_on < following)],
        })  # fmt: skip
    present = sum(term.starts_on <= day for term in terms) - 1
    troika = [
        rows[place] if 0 <= place < len(rows) else None for place in (present - 1, present, present + 1)
    ]
    return {
        "body": office, "troika": dict(zip(("previous", "current", "next"), troika, strict=True)), "rows": rows[::-1],
        "candidatures": [one for one in candidatures if one.ends_on >= day] if reads else [], "reads": reads,
    }  # fmt: skip
