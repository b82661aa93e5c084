"""The Presidency's desk: what waits for it, with links to do it; and what other pages show of the hand-over."""

import datetime as dt
from typing import Any

from django.db.models import Count, Q
from django.http import Http404, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from puebla.accounts.models import Person
from puebla.accounts.views import PersonRequest, signed_in
from puebla.circulars.models import RESERVED_TO_MEMBERS, Circular
from puebla.core.prepared import Prepared
from puebla.meetings.models import (
    AgendaItem,
    Convening,
    Delegate,
    Delegation,
    HandOver,
    HandOverPoint,
    Report,
)
from puebla.meetings.querysets.days import LASTING, is_on
from puebla.meetings.querysets.handovers import focal_parties, named
from puebla.meetings.rules import handovers as rules
from puebla.meetings.rules import may_pass_to
from puebla.meetings.rules.reports import may_adopt
from puebla.meetings.views.chairing import notes_on
from puebla.members.models import Audience, Candidature, Permission, Seat
from puebla.members.querysets import Reach, reach_of, today
from puebla.members.querysets.prepared import reach_in
from puebla.members.rules import chairs_the_presidency, may_agree
from puebla.theme.templatetags.theme import period, tenure

Waiting = list[dict[str, Any]]


@signed_in
def desk(request: PersonRequest) -> HttpResponseBase:
    """What waits for the Presidency; a page of the party that presides."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    if not reach.presidency:
        raise Http404
    person = request.person
    coming = list(
        Convening.objects.visible_to(person, reach=reach).exclude(state=Convening.State.CLOSED)
        .coming(on=today(at)).select_related("meeting__body__room")[:30]
    )  # fmt: skip
    parts = [
        (_("To convene, open or close"), _to_pass(coming, reach, at=at) + _to_close(person, reach, at=at)),
        (_("Credentials and delegates to accredit"), _to_accredit(person, reach, coming)),
        (_("Items that are closed to observers"), _to_open(person, reach, coming)),
        (_("Exceptions that a circular needs"), _exceptions(person, reach)),
        (_("Candidatures on which consensus can be recorded"), _candidatures(person, reach, at=at)),
        (_("Minutes and reports to adopt"), _to_adopt(person, reach, at=at)),
        (_("Hand-over points to sign"), _to_sign(person, reach, at=at)),
    ]
    context = {
        "parts": [{"title": title, "rows": rows} for title, rows in parts if rows], "coming": coming,
        "chairs": chairs_the_presidency(reach, at=at),
    }  # fmt: skip
    return render(request, "meetings/presidency.html", context)


def _line(titles: Any, address: str, said: str = "") -> dict[str, Any]:
    return {"titles": titles, "address": address, "said": said}


def _page_of(convening: Convening) -> str:
    return reverse("meetings:page", args=[convening.meeting.symbol])


def _to_pass(coming: list[Convening], reach: Reach, *, at: dt.datetime) -> Waiting:
    """Meetings that wait for the next step: drafts to announce, those announced to convene, and so on."""
    rows = []
    for one in coming:
        if one.meeting.draft:
            rows.append(_step(one, _("a draft that is not announced")))
        elif may_pass_to(reach, one, Convening.State.CONVENED):
            rows.append(_step(one, _("announced, not convened yet")))
        elif one.state == Convening.State.IN_SESSION:
            rows.append(_step(one, _("in session, to be closed")))
        elif is_on(one, at):
            rows.append(_step(one, _("its days have begun, to be opened")))
    return rows


def _to_close(person: Person, reach: Reach, *, at: dt.datetime) -> Waiting:
    """Meetings whose days are over and that nobody has closed."""
    over = Q(meeting__ends_on__lt=today(at)) | Q(meeting__ends_on=None, meeting__starts_on__lt=today(at))
    seen = Convening.objects.visible_to(person, reach=reach).filter(
        over, state__in=LASTING, meeting__precision="day"
    )
    rows = (
        seen.exclude(meeting__draft=True)
        .select_related("meeting__body__room")
        .order_by("-meeting__starts_on", "pk")
    )
    return [
        _step(one, _("over, to be closed"))
        for one in rows[:30] if may_pass_to(reach, one, Convening.State.CLOSED)
    ]  # fmt: skip


def _step(convening: Convening, said: str) -> dict[str, Any]:
    meeting = convening.meeting
    days = period(meeting.starts_on, meeting.ends_on, meeting.precision)
    return _line(meeting.titles, _page_of(convening), f"{days}: {said}")


def _to_accredit(person: Person, reach: Reach, coming: list[Convening]) -> Waiting:
    delegates = Delegate.objects.visible_to(person, reach=reach).filter(
        convening__in=coming, state="nominated"
    )
    people = dict(delegates.order_by().values_list("convening_id").annotate(n=Count("pk")))
    held = Delegation.objects.visible_to(person, reach=reach).filter(
        convening__in=coming, letter_at__isnull=False, letter_checked_at=None
    )
    letters = dict(held.order_by().values_list("convening_id").annotate(n=Count("pk")))
    return [
        _line(
            one.meeting.titles, reverse("meetings:accreditation", args=[one.meeting.symbol]),
            _("delegates who wait: %(people)d; letters of credentials to check: %(letters)d")
            % {"people": people.get(one.pk, 0), "letters": letters.get(one.pk, 0)},
        )
        for one in coming if one.pk in people or one.pk in letters
    ]  # fmt: skip


def _to_open(person: Person, reach: Reach, coming: list[Convening]) -> Waiting:
    """Meetings open to observers with items that are not: the Presidency may open each of them to one observer."""
    wide = [one for one in coming if one.open_to >= Audience.OBSERVERS and not one.meeting.draft]
    items = AgendaItem.objects.visible_to(person, reach=reach).filter(
        convening__in=wide, room_cap__gte=Audience.MEMBERS, audience__lt=Audience.OBSERVERS, openings=None
    )
    counts = dict(items.order_by().values_list("convening_id").annotate(n=Count("pk")))
    return [
        _line(one.meeting.titles, reverse("meetings:agenda", args=[one.meeting.symbol]),
              _("items without an exception: %(n)d") % {"n": counts[one.pk]})
        for one in wide if one.pk in counts
    ]  # fmt: skip


def _exceptions(person: Person, reach: Reach) -> Waiting:
    """Circulars that ask for proposals or drafts, of which observers may send none until the Presidency allows it."""
    seen = Circular.objects.visible_to(person, reach=reach).asking().filter(observers_allowed_at=None)
    reserved = {one.value for one in RESERVED_TO_MEMBERS}
    return [
        _line(one.titles, reverse("circulars:record", args=[one.address]), _("observers may not propose or draft"))
        for one in seen.order_by("reply_by_at")[:50]
        if reserved & {field["kind"] for field in one.reply_form}
    ]  # fmt: skip


def _candidatures(person: Person, reach: Reach, *, at: dt.datetime) -> Waiting:
    seen = Candidature.objects.visible_to(person, reach=reach).filter(state=Candidature.State.ANNOUNCED)
    rows = seen.select_related("party", "body", "term").order_by("starts_on")[:20]
    return [
        _line(one.party.short_names, reverse("members:candidature", args=[one.ref]), tenure(one.starts_on, one.ends_on))
        for one in rows if may_agree(person, one, at=at, reach=reach)
    ]  # fmt: skip


def _to_adopt(person: Person, reach: Reach, *, at: dt.datetime) -> Waiting:
    """Reports that are not adopted yet; where the Presidency cannot adopt one now, why not."""
    seen = Report.objects.visible_to(person, reach=reach).filter(adopted_at=None)
    rows = seen.select_related("text__room", "text__party", "convening__meeting__body__room").order_by(
        "created_at"
    )
    found = []
    for one in rows[:30]:
        verdict, state = may_adopt(reach, one, at=at), capfirst(str(one.get_state_display()))
        said = state if verdict else f"{state}. {verdict.reason}"
        found.append(_line(one.text.titles, reverse("texts:text", args=[one.ref]), said))
    return found


def _to_sign(person: Person, reach: Reach, *, at: dt.datetime) -> Waiting:
    """Files whose points wait for one's side, with how many of those that one sees."""
    seen = HandOver.objects.visible_to(person, reach=reach).filter(completed_at=None)
    rows = []
    for one in seen.select_related("outgoing", "incoming", "term"):
        for side in rules.sides_of(person, one, at=at):
            points = HandOverPoint.objects.visible_to(person, reach=reach).filter(handover=one, gone_at=None)
            waiting = points.unsigned(side)
            if side == rules.Side.INCOMING:
                lacking = points.not_handed_over(passed=rules.has_passed(one, at=at))
                waiting = waiting.exclude(pk__in=lacking.order_by().values("pk"))
            if count := waiting.count():
                said = _("points that wait for your signature: %(n)d") % {"n": count}
                address = reverse("meetings:handover", args=[one.ref])
                rows.append(_line(named(one), address, said))
    return rows


# On other pages -----------------------------------------------------------------------------------------------------

#: Whether the person holds a seat in an office that rotates, whether or not it presides today.
_of_office = Prepared(lambda person, at: Seat.objects.of_offices(person, at).order_by().values_list("pk")[:1])


def _may_chair(person: Person, reach: Reach, at: dt.datetime) -> bool:
    """Whether anything of a chair can be this person's: of others nothing more is asked."""
    return reach.presidency or reach.may(Permission.CONFIRM_SEATS) or bool(_of_office.rows(person.pk, at))


def desk_panel(person: Person, reach: Reach) -> dict[str, object] | None:
    """The way to the Presidency's desk, and the hand-over points that wait for the person's side."""
    at = reach.at or timezone.now()
    if not (_may_chair(person, reach, at) or focal_parties(reach)):
        return None
    rows = _to_sign(person, reach, at=at)
    if not rows and not reach.presidency:
        return None
    return {
        "template": "meetings/desk_presidency.html",
        "context": {"rows": rows, "presides": reach.presidency},
    }


def offer(request: Any, topic: str, value: str) -> dict[str, object] | None:
    """On the page of the Presidency where the hand-over stands; on a meeting's page the notes of its chair."""
    person = getattr(request, "person", None)
    if person is None or topic not in {"presidency", "meeting"}:
        return None
    at = timezone.now()
    return _on_presidency(request, value, at) if topic == "presidency" else _on_meeting(request, value, at)


def _on_presidency(request: PersonRequest, code: str, at: dt.datetime) -> dict[str, object] | None:
    reach = reach_of(request.person, at)
    seen = HandOver.objects.visible_to(request.person, reach=reach).filter(term__body__code=code)
    rows = list(seen.select_related("outgoing", "incoming", "term")[:10])
    if not rows and not reach.presidency:
        return None
    return {
        "template": "meetings/handovers_offer.html",
        "context": {"rows": rows, "presides": reach.presidency},
    }


def _on_meeting(request: PersonRequest, symbol: str, at: dt.datetime) -> dict[str, object] | None:
    reach = reach_in(request)
    if not _may_chair(request.person, reach, at):
        return None
    seen = Convening.objects.visible_to(request.person, reach=reach).select_related("meeting__body__room")
    convening = seen.filter(meeting__symbol=symbol).first()
    if convening is None:
        return None
    may, rows = rules.may_note(reach, convening, at=at), notes_on(convening, request, reach)
    if not may and not rows:
        return None
    context = {"rows": rows, "meeting": convening.meeting, "may": may}
    return {"template": "meetings/chair_offer.html", "context": context}
