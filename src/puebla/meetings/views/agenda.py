"""The agenda: its tree kept, its papers placed, its exceptions and revisions."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from puebla.accounts.views import PersonRequest, carried, signed_in
from puebla.core.verdicts import RefusedError
from puebla.documents.models import Document
from puebla.meetings import actions, rules
from puebla.meetings.forms import ItemForm, OpeningForm, PaperForm
from puebla.meetings.models import AgendaItem, AgendaRevision, Convening, Session
from puebla.meetings.querysets import agenda_changes, rows_for
from puebla.meetings.querysets.programme import papers_of
from puebla.meetings.views.convening import convening_or_404, open_changed
from puebla.members.querysets import Reach, reach_of


def item_or_404(request: PersonRequest, convening: Convening, ref: str, reach: Reach) -> AgendaItem:
    """The item of this reference in this meeting, or 404 where the person may not know of it."""
    seen = AgendaItem.objects.visible_to(request.person, reach=reach).filter(convening=convening)
    return get_object_or_404(
        seen.select_related("room", "session", "parent", "convening__meeting__body__room"), ref=ref
    )


def _items(request: PersonRequest, convening: Convening, reach: Reach) -> Any:
    seen = AgendaItem.objects.visible_to(request.person, reach=reach).filter(convening=convening)
    return seen.order_by("path").select_related("room", "session")


@signed_in
def agenda(request: PersonRequest, symbol: str) -> HttpResponseBase:
    """The agenda as its keepers work on it, and its revisions."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    convening = convening_or_404(request, symbol, reach)
    items = list(_items(request, convening, reach))
    papers = papers_of(convening, request.person, reach, since=None)
    rows = [{"item": one, "papers": papers.get(one.pk, [])} for one in items]
    may_run = rules.may_run(reach, convening.meeting)
    context = {
        "convening": convening,
        "meeting": convening.meeting,
        "rows": rows,
        "revisions": convening.agenda_revisions.select_related("made_by"),
        "changes": agenda_changes(convening, items, reach),
        "may_run": may_run,
        # The agenda of a closed meeting stays as it was.
        "may_keep": may_run and convening.state != Convening.State.CLOSED,
    }
    return render(request, "meetings/agenda.html", context)


@signed_in
def new(request: PersonRequest, symbol: str) -> HttpResponseBase:
    """Add an item."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    convening = convening_or_404(request, symbol, reach)
    if not rules.may_run(reach, convening.meeting):
        raise Http404
    form = ItemForm(
        request.POST or None, items=_items(request, convening, reach), cap=convening.meeting.body.room.cap,
        sessions=Session.objects.visible_to(request.person, reach=reach).filter(convening=convening),
        initial={"audience": convening.open_to, "parent": request.GET.get("below", ""), "session": request.GET.get("session", "")},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data

        def act() -> None:
            actions.add_item(
                convening=convening, titles=values["titles"], notes=values["notes"], parent=values["parent"], session=values["session"],
                audience=values["audience"], by=request.person, at=at,
            )  # fmt: skip

        if form.carries_out(act):
            messages.success(request, _("The item was added."))
            return redirect("meetings:agenda", convening.symbol)
    context = {"forms": [form], "title": _("Add an item"), "convening": convening}
    return render(request, "meetings/prepare.html", context)


@signed_in
def edit(request: PersonRequest, symbol: str, ref: str) -> HttpResponseBase:
    """Change an item; beside it its papers and exceptions."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    convening = convening_or_404(request, symbol, reach)
    item = item_or_404(request, convening, ref, reach)
    allowed = rules.may_change_item(reach, item)
    initial = {
        "titles": item.titles, "notes": item.notes, "audience": item.audience, "revision": item.revision,
        "session": item.session.ref if item.session else "",
    }  # fmt: skip
    form = ItemForm(
        request.POST or None, items=None, cap=item.room_cap, initial=initial,
        sessions=Session.objects.visible_to(request.person, reach=reach).filter(convening=convening),
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        values = {name: form.cleaned_data[name] for name in ("titles", "notes", "audience", "session")}

        def act() -> None:
            actions.describe_item(
                item=item,
                values=values,
                revision=form.cleaned_data["revision"] or 0,
                by=request.person,
                at=at,
            )

        if form.carries_out(act, item):
            messages.success(request, _("Saved."))
            return redirect("meetings:agenda", convening.symbol)
    look = convening.looks.filter(person=request.person).first()
    since = (look.before_at or look.this_at) if look else None
    placed = papers_of(convening, request.person, reach, since=since).get(item.pk, [])
    context = {
        # What was typed stays where the meeting was closed meanwhile.
        "form": form if allowed or form.is_bound else None,
        "convening": convening,
        "meeting": convening.meeting,
        "item": item,
        "allowed": allowed,
        "papers": placed,
        "opened": open_changed(request, convening, placed, reach, at),
        "paper_form": PaperForm(seen=Document.objects.none()) if allowed else None,
        "openings": item.openings.select_related("party", "opened_by"),
        "opening_form": OpeningForm(at=at) if reach.presidency and not item.room.sealed else None,
    }
    return render(request, "meetings/item.html", context)


@require_POST
@signed_in
def papers(request: PersonRequest, symbol: str, ref: str) -> HttpResponseBase:
    """Put a paper under the item, or take one from it."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    convening = convening_or_404(request, symbol, reach)
    item = item_or_404(request, convening, ref, reach)
    form = PaperForm(request.POST, seen=Document.objects.visible_to(request.person, reach=reach))
    if not form.is_valid():
        messages.error(request, " ".join(str(one) for one in form.errors["document"]))
        return redirect("meetings:item", convening.symbol, item.ref)
    act = actions.remove_paper if request.POST.get("act") == "remove" else actions.place_paper
    carried(request, lambda: act(item=item, document=form.cleaned_data["document"], by=request.person, at=at))
    return redirect("meetings:item", convening.symbol, item.ref)


@require_POST
@signed_in
def opening(request: PersonRequest, symbol: str, ref: str) -> HttpResponseBase:
    """Open the item to an observer, or take that back."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    convening = convening_or_404(request, symbol, reach)
    item = item_or_404(request, convening, ref, reach)
    form = OpeningForm(request.POST, at=at)
    if request.POST.get("act") == "remove":
        found = get_object_or_404(
            item.openings.select_related("party"), party__code=request.POST.get("party", "")
        )
        carried(request, lambda: actions.close_item(item=item, party=found.party, by=request.person, at=at))
    elif form.is_valid():
        carried(request, lambda: actions.open_item(item=item, by=request.person, at=at, **form.cleaned_data))
    else:
        messages.error(request, _("Choose an observer and what it may do."))
    return redirect("meetings:item", convening.symbol, item.ref)


@require_POST
@signed_in
def move(request: PersonRequest, symbol: str, ref: str) -> HttpResponseBase:
    """Move an item: one place up or down, one step in or out, or before another (`before`), which dragging asks for."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    convening = convening_or_404(request, symbol, reach)
    item = item_or_404(request, convening, ref, reach)
    try:
        _moved(request, convening, item, reach, at)
    except RefusedError as error:
        messages.error(request, str(error))
    return redirect("meetings:agenda", convening.symbol)


def _moved(request: PersonRequest, convening: Convening, item: AgendaItem, reach: Reach, at: Any) -> None:
    """One of the moves that buttons and dragging offer."""
    to = request.POST.get("to", "")
    among = [one for one in _items(request, convening, reach) if one.parent_id == item.parent_id]
    place = next(n for n, one in enumerate(among) if one.pk == item.pk)
    if to == "up" and place > 0:
        actions.move_item(item=item, before=among[place - 1], by=request.person, at=at)
    elif to == "down" and place + 1 < len(among):
        after = among[place + 2] if place + 2 < len(among) else None
        actions.move_item(item=item, before=after, parent=item.parent, by=request.person, at=at)
    elif to == "in" and place > 0:
        actions.move_item(item=item, before=None, parent=among[place - 1], by=request.person, at=at)
    elif to == "out" and item.parent is not None:
        above = item.parent
        beside = [one for one in _items(request, convening, reach) if one.parent_id == above.parent_id]
        at_place = next(n for n, one in enumerate(beside) if one.pk == above.pk)
        after = beside[at_place + 1] if at_place + 1 < len(beside) else None
        actions.move_item(item=item, before=after, parent=above.parent, by=request.person, at=at)
    elif to == "before":
        other = item_or_404(request, convening, request.POST.get("other", ""), reach)
        actions.move_item(item=item, before=other, parent=other.parent, by=request.person, at=at)


@require_POST
@signed_in
def remove(request: PersonRequest, symbol: str, ref: str) -> HttpResponseBase:
    """Take an item off the agenda."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    convening = convening_or_404(request, symbol, reach)
    item = item_or_404(request, convening, ref, reach)
    carried(
        request,
        lambda: actions.remove_item(item=item, by=request.person, at=at),
        _("Taken off the agenda; the papers stay filed."),
    )
    return redirect("meetings:agenda", convening.symbol)


@require_POST
@signed_in
def revise(request: PersonRequest, symbol: str) -> HttpResponseBase:
    """Keep the agenda as it stands as its next revision."""
    at = timezone.now()
    convening = convening_or_404(request, symbol, reach_of(request.person, at))
    carried(
        request,
        lambda: actions.revise_agenda(convening=convening, by=request.person, at=at),
        _("The agenda as it stands is its newest revision."),
    )
    return redirect("meetings:agenda", convening.symbol)


@signed_in
def revision(request: PersonRequest, symbol: str, number: int) -> HttpResponseBase:
    """An earlier agenda, and what changed since."""
    reach = reach_of(request.person)
    convening = convening_or_404(request, symbol, reach)
    found = get_object_or_404(AgendaRevision, convening=convening, number=number)
    items = list(_items(request, convening, reach))
    context = {
        "convening": convening,
        "meeting": convening.meeting,
        "revision": found,
        "rows": rows_for(reach, found.rows),
        "changes": agenda_changes(convening, items, reach, since=found),
    }
    return render(request, "meetings/revision.html", context)
