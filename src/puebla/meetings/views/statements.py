"""Statements: a delegation's own page of them, the list of speakers, the texts, and what becomes of them."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.files.storage import storages
from django.http import Http404, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from puebla.accounts.views import PersonRequest, carried, signed_in
from puebla.core.files.serving import serve
from puebla.core.models import Process
from puebla.meetings.actions import statements as actions
from puebla.meetings.forms.statements import CallForm, DeliveredForm, StatementForm
from puebla.meetings.models import AgendaItem, Convening, Session, Statement, StatementText
from puebla.meetings.querysets.statements import by_item, sides_of
from puebla.meetings.rules import statements as rules
from puebla.meetings.views.agenda import item_or_404
from puebla.meetings.views.convening import convening_or_404
from puebla.members.models import Party
from puebla.members.querysets import Reach, reach_of
from puebla.members.rules import convenes

WITH = (
    "convening__meeting__body__room",
    "item__room",
    "item__convening__meeting__body__room",
    "item__session",
    "room",
    "party",
)


def statement_or_404(
    request: PersonRequest, convening: Convening, ref: str, reach: Reach, *, listed: bool = False
) -> Statement:
    """The statement of this reference, or 404 where the person reads it not, nor finds it on the list where that is enough."""
    seen = Statement.objects.visible_to(request.person, reach=reach)
    if listed:
        seen = Statement.objects.listed_for(request.person, reach=reach)
    return get_object_or_404(seen.filter(convening=convening).select_related(*WITH), ref=ref)


# Everybody's page ------------------------------------------------------------------------------------------------------


@signed_in
def statements(request: PersonRequest, symbol: str) -> HttpResponseBase:
    """Item by item: one's own statements with their state, what others delivered, and where the floor may be asked for."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    convening = convening_or_404(request, symbol, reach)
    items = _items(request, convening, reach)
    seen = Statement.objects.visible_to(request.person, reach=reach).filter(convening=convening)
    shown = by_item(seen.select_related("party"))
    own = rules.voices(reach, request.person, convening)
    context = {
        "convening": convening, "meeting": convening.meeting, "may_run": convenes(reach),
        "rows": [
            {"item": one, "statements": shown.get(one.pk, []), "may_ask": rules.offers_floor(reach, one, own)} for one in items
        ],
        "sessions": [one for one in _sessions(request, convening, reach) if rules.reads_for_the_booth(reach, one)],
        "verdict": rules.is_open(convening),
    }  # fmt: skip
    return render(request, "meetings/statements.html", context)


def _items(
    request: PersonRequest, convening: Convening, reach: Reach, *, session: Session | None = None
) -> list[AgendaItem]:
    seen = AgendaItem.objects.visible_to(request.person, reach=reach).filter(convening=convening)
    seen = seen.taken_up_in(session) if session is not None else seen
    found = seen.order_by("path").select_related("room", "session").prefetch_related("openings")
    items: list[AgendaItem] = list(found)
    for one in items:
        # One meeting for all of them: what it was asked for stays known.
        one.convening = convening
    return items


def _sessions(request: PersonRequest, convening: Convening, reach: Reach) -> list[Session]:
    seen = Session.objects.visible_to(request.person, reach=reach).filter(
        convening=convening, cancelled_at=None
    )
    return list(seen.select_related("room").order_by("starts_at", "pk"))


# One statement ---------------------------------------------------------------------------------------------------------


@signed_in
def new(request: PersonRequest, symbol: str, ref: str) -> HttpResponseBase:
    """Ask for the floor under an item, with the statement or before it is ready."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    convening = convening_or_404(request, symbol, reach)
    item = item_or_404(request, convening, ref, reach)
    parties = rules.parties_for(reach, request.person, item)
    own = [one for one in parties if one.pk in reach.parties]
    form = StatementForm(
        *((request.POST, request.FILES) if request.method == "POST" else (None, None)), parties=parties,
        may_publish=not item.room.sealed and bool(own), initial={"party": own[0].code if own else ""},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        made: list[Statement] = []

        def act() -> None:
            found = form.cleaned_data
            made.append(actions.send(
                item=item, party=found["party"], kind=found["kind"], token=found["token"], texts=form.words, files=form.uploads,
                publish=found.get("publish", False), by=request.person, at=at, **form.values(),
            ))  # fmt: skip

        if form.carries_out(act):
            _say_sent(request, made[0])
            return redirect(_after(made[0], reach))
    why = None if parties else _why_not(reach, request, item)
    if why and form.is_bound:
        form.add_error(None, why)
    context = {
        # What was typed stays where the list was closed meanwhile.
        "form": form if parties or form.is_bound else None, "why": why, "title": _("Ask for the floor or send a statement"), "convening": convening,
        "item": item, "delivered": False,
    }  # fmt: skip
    return render(request, "meetings/statement_form.html", context)


def _why_not(reach: Reach, request: PersonRequest, item: AgendaItem) -> Any:
    """Why nobody can be chosen: of the own party, else that the seat speaks for none."""
    found = rules.is_open(item.convening)
    if not found:
        return found.reason
    party = Party.objects.filter(pk__in=sorted(reach.parties)).order_by("code").first()
    if party is None:
        return _("Your seat speaks for no delegation here.")
    return rules.may_send(reach, request.person, item, party).reason


def _say_sent(request: PersonRequest, statement: Statement) -> None:
    if statement.languages:
        said = _("Sent. Until it is delivered your delegation, the secretariat and the interpreters read it.")
    else:
        said = _("On the list of speakers. The text can follow until it is delivered.")
    messages.success(request, said)


def _after(statement: Statement, reach: Reach) -> str:
    """The statement's page; for a chair who does not read it the list."""
    symbol = statement.convening.symbol
    if reach.covers(statement):
        return reverse("meetings:statement", args=[symbol, statement.ref])
    return f"{reverse('meetings:speakers', args=[symbol])}#item-{statement.item.ref}"


@signed_in
def statement(request: PersonRequest, symbol: str, ref: str) -> HttpResponseBase:
    """The text as sent and as delivered, in its languages side by side, and what may be done."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    convening = convening_or_404(request, symbol, reach)
    found = statement_or_404(request, convening, ref, reach)
    person = request.person
    writes = rules.may_write(reach, person, found)
    keeps = bool(rules.runs(reach, found.item))
    context = {
        "convening": convening, "meeting": convening.meeting, "one": found, "sides": sides_of([found])[found.pk],
        "writes": writes, "keeps": keeps, "own": found.party_id in reach.parties,
        "may_revise": rules.may_revise(reach, person, found), "may_word": rules.may_word(reach, person, found),
        "may_withdraw": rules.may_withdraw(reach, person, found), "may_put_back": rules.may_put_back(reach, person, found),
        "may_deliver": rules.may_deliver(reach, found), "may_undo": rules.may_undo(reach, found),
        "may_publish": rules.may_say_publishable(reach, person, found), "may_file": rules.may_file(reach, found),
        "secretariat": reach.secretariat,
        "paper": found.document if found.document is not None and reach.covers(found.document) else None,
    }  # fmt: skip
    return render(request, "meetings/statement.html", context)


@signed_in
def edit(request: PersonRequest, symbol: str, ref: str) -> HttpResponseBase:
    """Revise it before it is delivered; afterwards write the text as delivered beside it."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    convening = convening_or_404(request, symbol, reach)
    found = statement_or_404(request, convening, ref, reach)
    if not rules.may_write(reach, request.person, found):
        raise Http404
    delivered = found.state == Statement.State.DELIVERED
    verdict = (
        rules.may_word(reach, request.person, found)
        if delivered
        else rules.may_revise(reach, request.person, found)
    )
    form = _edit_form(request, found, reach, delivered=delivered)
    if request.method == "POST" and form.is_valid():
        act = _edits(request, found, form, at=at, delivered=delivered)
        if form.carries_out(act, found):
            messages.success(request, _("Saved."))
            return redirect("meetings:statement", convening.symbol, found.ref)
    title = _("The text as delivered") if delivered else _("Change the statement")
    context = {
        "form": form if verdict or form.is_bound else None, "why": verdict.reason, "title": title, "convening": convening, "item": found.item,
        "delivered": delivered, "one": found,
    }  # fmt: skip
    return render(request, "meetings/statement_form.html", context)


def _edit_form(request: PersonRequest, found: Statement, reach: Reach, *, delivered: bool) -> Any:
    data = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    held = found.texts.filter(as_delivered=delivered)
    if delivered:
        return DeliveredForm(*data, held=held, initial={"revision": found.revision})
    initial = {name: getattr(found, name) for name in (*actions.SAID, "revision")} | {
        "publish": found.publish_at is not None
    }
    may_publish = bool(rules.may_say_publishable(reach, request.person, found))
    return StatementForm(*data, held=held, initial=initial, revised=True, may_publish=may_publish)


def _edits(
    request: PersonRequest, found: Statement, form: Any, *, at: dt.datetime, delivered: bool
) -> Callable[[], object]:
    given: dict[str, Any] = {
        "statement": found, "revision": form.cleaned_data["revision"] or 0, "texts": form.words, "files": form.uploads,
        "by": request.person, "at": at,
    }  # fmt: skip
    if delivered:
        return lambda: actions.word_as_delivered(**given)
    return lambda: actions.revise(**given, publish=form.cleaned_data.get("publish"), **form.values())


ACTS: dict[str, tuple[Callable[..., Any], Any]] = {
    "withdraw": (actions.withdraw, lambda: _("Withdrawn. Its delegation still reads what it had sent.")),
    "put_back": (actions.put_back, lambda: _("Back on the list, at its end.")),
    "deliver": (actions.deliver, lambda: _("Delivered. Whoever takes part in the item reads it from now on.")),
    "undo": (actions.undo_delivery, lambda: _("It waits again, in its place.")),
    "up": (lambda **given: actions.move(to="up", **given), lambda: _("Moved.")),
    "down": (lambda **given: actions.move(to="down", **given), lambda: _("Moved.")),
    "first": (lambda **given: actions.move(to="first", **given), lambda: _("Next to speak.")),
    "publish": (lambda **given: actions.say_publishable(publish=True, **given), lambda: _("It may be published once it was delivered.")),
    "keep": (lambda **given: actions.say_publishable(publish=False, **given), lambda: _("It will not be published.")),
}  # fmt: skip
#: What is done on the list comes back to the list.
ON_THE_LIST = frozenset({"up", "down", "first"})


@require_POST
@signed_in
def act(request: PersonRequest, symbol: str, ref: str) -> HttpResponseBase:
    """One of the buttons of a statement or of the list of speakers."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    convening = convening_or_404(request, symbol, reach)
    found = statement_or_404(request, convening, ref, reach, listed=True)
    what = request.POST.get("act", "")
    if what == "file":
        return _filed(request, found, at)
    if what not in ACTS:
        raise Http404
    does, said = ACTS[what]
    carried(request, lambda: does(statement=found, by=request.person, at=at), said())
    # What was withdrawn its delegation alone reads; the chair reads no text before it is delivered.
    reads = Statement.objects.visible_to(request.person, reach=reach).filter(pk=found.pk).exists()
    if what in ON_THE_LIST or "list" in request.POST or not reads:
        return redirect(_list_of(convening, request.POST.get("session", ""), found.item.ref))
    return redirect("meetings:statement", convening.symbol, found.ref)


def _filed(request: PersonRequest, found: Statement, at: dt.datetime) -> HttpResponseBase:
    """Filed as a paper: what a release would show to whom comes next, on the paper's own page."""
    made: list[Any] = []
    done = _("Filed as a paper of the delegation. Look at what becomes public, then release it.")
    if carried(
        request, lambda: made.append(actions.file_statement(statement=found, by=request.person, at=at)), done
    ):
        return redirect("documents:release", made[0].address)
    return redirect("meetings:statement", found.convening.symbol, found.ref)


@signed_in
def file(request: PersonRequest, symbol: str, ref: str, language: str, which: str) -> HttpResponseBase:
    """A statement's file."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    convening = convening_or_404(request, symbol, reach)
    found = statement_or_404(request, convening, ref, reach)
    text = get_object_or_404(
        found.texts.exclude(file_key=""), language=language, as_delivered=which == "delivered"
    )
    actions.opened(text=text, statement=found, by=request.person, at=at)
    return served(request, text)


def served(request: Any, text: StatementText) -> HttpResponseBase:
    """The bytes; who may have them was decided before."""
    return serve(
        request, storage=storages["default"], key=text.file_key, size=text.file_size, sha256=text.file_sha256,
        media_type=text.file_media_type, name=text.file_name, last_modified=text.given_at,
    )  # fmt: skip


# The list of speakers --------------------------------------------------------------------------------------------------


@signed_in
def speakers(request: PersonRequest, symbol: str) -> HttpResponseBase:
    """Who waits, who has spoken, whose text came in and in which language: for who runs the meeting, on a telephone too."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    convening = convening_or_404(request, symbol, reach)
    if not convenes(reach):
        raise Http404
    sessions = _sessions(request, convening, reach)
    chosen = next((one for one in sessions if one.ref == request.GET.get("session", "")), None)
    items = [one for one in _items(request, convening, reach, session=chosen) if rules.runs(reach, one)]
    if request.method == "POST":
        return _called(request, convening, items, chosen, at)
    listed = Statement.objects.listed_for(request.person, reach=reach).filter(
        convening=convening, item__in=items
    )
    shown = by_item(listed.select_related("party"))
    adding = request.GET.get("add", "")
    rows = [_row(request, one, shown.get(one.pk, []), reach, adding) for one in items]
    every = [one for found in shown.values() for one in found]
    context = {
        "convening": convening, "meeting": convening.meeting, "sessions": sessions, "chosen": chosen,
        "rows": [row for row in rows if row["any"] or row["form"] or chosen is not None or len(items) < 40],
        "counts": _counts(every), "languages": Process.current().languages, "open": rules.is_open(convening),
        "held": convening.state in rules.HELD, "booth": chosen if chosen and rules.reads_for_the_booth(reach, chosen) else None,
        "may_link": chosen if chosen and rules.may_issue(reach, chosen) else None,
    }  # fmt: skip
    return render(request, "meetings/speakers.html", context)


def _row(
    request: PersonRequest, item: AgendaItem, found: list[Statement], reach: Reach, adding: str
) -> dict[str, Any]:
    waiting = [one for one in found if one.state == Statement.State.WAITING]
    form = None
    if adding == item.ref:
        form = CallForm(parties=rules.parties_for(reach, request.person, item))
    return {
        "item": item, "waiting": [{"one": one, "reads": reach.covers(one)} for one in waiting], "form": form,
        "delivered": [
            {"one": one, "reads": reach.covers(one)} for one in found if one.state == Statement.State.DELIVERED
        ],
        "withdrawn": [
            {"one": one, "mine": rules.took_off(request.person, one)} for one in found if one.state == Statement.State.WITHDRAWN
        ],
        "any": bool(found),
    }  # fmt: skip


def _counts(every: list[Statement]) -> dict[str, int]:
    waiting = [one for one in every if one.state == Statement.State.WAITING]
    return {
        "waiting": len(waiting), "delivered": sum(one.state == Statement.State.DELIVERED for one in every),
        "texts": sum(bool(one.languages) for one in waiting), "pending": sum(bool(one.pending) for one in waiting),
    }  # fmt: skip


def _called(
    request: PersonRequest,
    convening: Convening,
    items: list[AgendaItem],
    chosen: Session | None,
    at: dt.datetime,
) -> HttpResponseBase:
    """Somebody is put on the list."""
    item = next((one for one in items if one.ref == request.POST.get("item", "")), None)
    if item is None:
        raise Http404
    form = CallForm(
        request.POST, parties=rules.parties_for(reach_of(request.person, at), request.person, item)
    )
    if form.is_valid():
        carried(
            request, lambda: actions.send(item=item, by=request.person, at=at, **form.cleaned_data), _("On the list of speakers.")
        )  # fmt: skip
    else:
        messages.error(request, _("Choose a delegation that may take the floor here."))
    return redirect(_list_of(convening, chosen.ref if chosen else "", item.ref))


def _list_of(convening: Convening, session: str, item: str) -> str:
    query = QueryDict(mutable=True)
    if session:
        query["session"] = session[:40]
    return f"{reverse('meetings:speakers', args=[convening.symbol])}?{query.urlencode()}#item-{item}"
