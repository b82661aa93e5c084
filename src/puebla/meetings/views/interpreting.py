"""The interpreters' view of a session, for the secretariat and by link; and the links given out.

A link's token is in the address once: opening it puts it into the visitor's session and goes on to an address that tells
nothing, so that it stands neither on a projected screen nor in what other sites are told.
"""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from puebla.accounts.views import PersonRequest, carried, signed_in
from puebla.meetings.actions import interpreting as actions
from puebla.meetings.forms.statements import LinkForm
from puebla.meetings.models import InterpretersLink, Session, Statement
from puebla.meetings.querysets.statements import sides_of
from puebla.meetings.rules import statements as rules
from puebla.meetings.views.convening import convening_or_404
from puebla.meetings.views.sessions import session_or_404
from puebla.meetings.views.statements import served
from puebla.members.querysets import Reach, reach_of
from puebla.notices.actions.messages import absolute

#: In the visitor's session: tokens by the link's reference, and when somebody has said that they saw what is new.
HELD, SEEN = "interpreters", "interpreters_seen"
MOST_HELD = 20


# The view --------------------------------------------------------------------------------------------------------------


@signed_in
def booth(request: PersonRequest, symbol: str, ref: str) -> HttpResponseBase:
    """The session's statements for who interprets and has an account of the secretariat."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    convening = convening_or_404(request, symbol, reach)
    session = session_or_404(request, convening, ref, reach)
    if not rules.reads_for_the_booth(reach, session):
        raise Http404
    statements = Statement.objects.visible_to(request.person, reach=reach).for_interpreters_of(session)
    return _shown(request, session, statements, at, link=None)


@never_cache
def enter(request: HttpRequest, token: str) -> HttpResponseBase:
    """Open a link: its token goes into the visitor's session."""
    at = timezone.now()
    link = InterpretersLink.objects.behind(token, at=at)
    if link is None:
        return _closed(request)
    held = dict(request.session.get(HELD, {}))
    held[link.ref] = token
    request.session[HELD] = dict(list(held.items())[-MOST_HELD:])
    actions.used(link=link, at=at)
    return redirect("meetings:interpreters", link.ref)


@never_cache
def by_link(request: HttpRequest, ref: str) -> HttpResponseBase:
    """The session's statements for who has opened its link."""
    at = timezone.now()
    link = _link_or_none(request, ref, at)
    if link is None:
        return _closed(request)
    statements = Statement.objects.for_interpreters_of(link.session)
    answer = _shown(request, link.session, statements, at, link=link)
    answer["Referrer-Policy"] = "no-referrer"
    return answer


def file_by_link(
    request: HttpRequest, ref: str, statement: str, language: str, which: str
) -> HttpResponseBase:
    """A statement's file, for who has opened the link."""
    at = timezone.now()
    link = _link_or_none(request, ref, at)
    if link is None:
        raise Http404
    heard = Statement.objects.for_interpreters_of(link.session).select_related("room", "party")
    found = get_object_or_404(heard, ref=statement)
    text = get_object_or_404(
        found.texts.exclude(file_key=""), language=language, as_delivered=which == "delivered"
    )
    actions.opened(link=link, text=text, statement=found, at=at)
    return served(request, text)


def _link_or_none(request: HttpRequest, ref: str, at: dt.datetime) -> InterpretersLink | None:
    """The link that the visitor has opened, asked anew each time: one that was ended opens nothing from that moment."""
    token = dict(request.session.get(HELD, {})).get(ref, "")
    found: InterpretersLink | None = InterpretersLink.objects.behind(token, at=at) if token else None
    return found


def _closed(request: HttpRequest) -> HttpResponseBase:
    return render(request, "meetings/interpreters_closed.html", status=404)


def _shown(
    request: HttpRequest, session: Session, statements: Any, at: dt.datetime, *, link: InterpretersLink | None
) -> HttpResponseBase:
    rows = list(statements.select_related("party", "item").order_by("item__path", "position", "pk"))
    stamp = _stamp(rows)
    if "stamp" in request.GET:
        return HttpResponse(stamp, content_type="text/plain", headers={"Cache-Control": "no-store"})
    key = link.ref if link else session.ref
    if request.method == "POST":
        _seen(request, key, request.POST.get("seen", ""))
        return redirect(request.path)
    sides = sides_of(rows)
    since = _since(request, key)
    cards = [
        {"one": one, "sides": [side for side in sides[one.pk] if not side["pending"] or one.languages],
         "new": since is not None and one.changed_at > since}
        for one in rows
    ]  # fmt: skip
    context = {
        "session": session, "convening": session.convening, "meeting": session.convening.meeting, "link": link,
        "waiting": [one for one in cards if one["one"].state == Statement.State.WAITING],
        "delivered": [one for one in cards if one["one"].state == Statement.State.DELIVERED],
        "fresh": sum(bool(one["new"]) for one in cards), "now": at.isoformat(), "stamp": stamp, "since": since,
    }  # fmt: skip
    return render(request, "meetings/interpreters.html", context)


def _stamp(rows: list[Statement]) -> str:
    """Changes with whatever the view shows: a script asks for it and says that there is something new."""
    told = ";".join(f"{one.ref}:{one.revision}:{one.position}:{one.state}" for one in rows)
    return salted_hmac("puebla.meetings.interpreters.stamp", told).hexdigest()[:20]


def _seen(request: HttpRequest, key: str, said: str) -> None:
    try:
        when = parse_datetime(said) if len(said) <= 40 else None
    except ValueError:
        # A day that no month has.
        return
    if when is not None and timezone.is_aware(when):
        seen = dict(request.session.get(SEEN, {}))
        seen[key] = when.isoformat()
        request.session[SEEN] = dict(list(seen.items())[-MOST_HELD:])


def _since(request: HttpRequest, key: str) -> dt.datetime | None:
    return parse_datetime(dict(request.session.get(SEEN, {})).get(key, "")) or None


# The links -------------------------------------------------------------------------------------------------------------


@signed_in
def links(request: PersonRequest, symbol: str, ref: str) -> HttpResponseBase:
    """The links of a session: made, confirmed into a closed one, ended."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    convening = convening_or_404(request, symbol, reach)
    session = session_or_404(request, convening, ref, reach)
    seen = InterpretersLink.objects.known_to(request.person, reach=reach).filter(session=session)
    allowed = rules.may_issue(reach, session)
    seated = session.room.sealed and session.room_id in reach.rooms
    if not allowed and not seated and not (reach.secretariat and seen.exists()):
        raise Http404
    form = LinkForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        label = form.cleaned_data["label"]
        if form.carries_out(
            lambda: actions.issue_link(session=session, label=label, by=request.person, at=at)
        ):
            messages.success(request, _("The link was made. Give it to nobody but who interprets."))
            return redirect("meetings:interpreters-links", convening.symbol, session.ref)
    links = seen.select_related(
        "issued_by", "confirmed_by", "session__room", "session__convening__meeting__body__room"
    )
    context = {
        "convening": convening, "meeting": convening.meeting, "session": session, "rows": [_row(one, reach, at) for one in links], "form": form if allowed else None,
        "why": allowed.reason, "leads": rules.leads(reach, session), "booth": rules.reads_for_the_booth(reach, session),
    }  # fmt: skip
    return render(request, "meetings/interpreters_links.html", context)


def _row(link: InterpretersLink, reach: Reach, at: dt.datetime) -> dict[str, Any]:
    """A link as its session's room knows of it; its address, and the button that ends it, for who gives it out."""
    state = link.state_at(at)
    gives = bool(rules.may_end_link(reach, link))
    return {
        "link": link, "state": state, "may_confirm": bool(rules.may_confirm_link(reach, link, at=at)),
        "may_end": gives and state in {"open", "waits"},
        "address": absolute("meetings:interpreters-enter", link.token) if gives and state == "open" else "",
    }  # fmt: skip


@require_POST
@signed_in
def link_act(request: PersonRequest, symbol: str, ref: str, link: str) -> HttpResponseBase:
    """Confirm a link, or end it."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    convening = convening_or_404(request, symbol, reach)
    session = session_or_404(request, convening, ref, reach)
    seen = InterpretersLink.objects.visible_to(request.person, reach=reach).filter(session=session)
    found = get_object_or_404(seen, ref=link)
    if request.POST.get("act") == "confirm":
        done = _("Confirmed. Everybody in the session is told.")
        carried(request, lambda: actions.confirm_link(link=found, by=request.person, at=at), done)
    else:
        done = _("Ended. Who has it open reads nothing more.")
        carried(request, lambda: actions.end_link(link=found, by=request.person, at=at), done)
    return redirect("meetings:interpreters-links", convening.symbol, session.ref)
