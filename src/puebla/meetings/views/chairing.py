"""Chairing notes: a page that exists for who chairs the meeting, and for nobody else."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from puebla.accounts.views import PersonRequest, signed_in
from puebla.meetings.actions import chairing as actions
from puebla.meetings.forms.handovers import NoteForm
from puebla.meetings.models import AgendaItem, ChairNote, Convening, Session
from puebla.meetings.querysets.handovers import offices_of
from puebla.meetings.rules import handovers as rules
from puebla.meetings.views.convening import convening_or_404
from puebla.members.querysets import Reach, reach_of


def notes_on(convening: Convening, request: PersonRequest, reach: Reach) -> list[dict[str, Any]]:
    """The notes on a meeting that the person may read, each with what it is about, as far as they may know of that.

    Those handed over to the person's party are not theirs to change.
    """
    seen = ChairNote.objects.visible_to(request.person, reach=reach).filter(convening=convening)
    rows = list(seen.select_related("written_by", "party", "offered_to"))
    if not rows:
        return []
    sessions = Session.objects.visible_to(request.person, reach=reach).filter(convening=convening).in_bulk()
    items = AgendaItem.objects.visible_to(request.person, reach=reach).filter(convening=convening).in_bulk()
    mine = offices_of(request.person, reach)
    return [
        {
            "note": one, "changes": one.offered_to_id not in mine, "session": sessions.get(one.session_id or 0), "item": items.get(one.item_id or 0),
            "hidden": bool((one.session_id and one.session_id not in sessions) or (one.item_id and one.item_id not in items)),
        }
        for one in rows
    ]  # fmt: skip


@signed_in
def notes(request: PersonRequest, symbol: str) -> HttpResponseBase:
    """The notes on a meeting, and the form for another."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    convening = convening_or_404(request, symbol, reach)
    may = rules.may_note(reach, convening, at=at)
    rows = notes_on(convening, request, reach)
    if not may and not rows:
        raise Http404
    about, named = _about(request, convening, reach) if may else ([], {})
    initial = {"about": request.GET.get("about", "")}
    form = NoteForm(request.POST or None, about=about, initial=initial) if may else None
    if form is not None and request.method == "POST" and form.is_valid():
        values = form.cleaned_data

        def act() -> None:
            actions.write_note(
                convening=convening, words=values["words"], by=request.person, at=at, **named[values["about"]]
            )

        if form.carries_out(act):
            messages.success(request, _("Kept. Only the chair reads it."))
            return redirect("meetings:chair", convening.meeting.symbol)
    changes = [(number, row["note"]) for number, row in enumerate(rows, start=1) if row["changes"]]
    context = {
        "convening": convening, "meeting": convening.meeting, "rows": rows, "changes": changes, "form": form,
    }  # fmt: skip
    return render(request, "meetings/chair.html", context)


def _about(
    request: PersonRequest, convening: Convening, reach: Reach
) -> tuple[list[tuple[str, str]], dict[str, dict[str, Any]]]:
    """What the chair's note can be about: the meeting, its sessions, its items; and what each choice means."""
    choices = [("", str(_("the whole meeting")))]
    named: dict[str, dict[str, Any]] = {"": {}}
    sessions = Session.objects.visible_to(request.person, reach=reach).filter(
        convening=convening, cancelled_at=None
    )
    for session in sessions.select_related("room").order_by("starts_at"):
        if rules.sits_in(reach, session.room):
            choices.append((f"s-{session.ref}", f"{date_format(session.on, 'MONTH_DAY_FORMAT')}, {session}"))
            named[f"s-{session.ref}"] = {"session": session}
    items = AgendaItem.objects.visible_to(request.person, reach=reach).filter(convening=convening)
    for item in items.select_related("room").order_by("path"):
        if rules.sits_in(reach, item.room):
            choices.append((f"i-{item.ref}", f"{item.label}. {item}"))
            named[f"i-{item.ref}"] = {"item": item}
    return choices, named


@signed_in
def note(request: PersonRequest, symbol: str, ref: str) -> HttpResponseBase:
    """Change a note."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    convening = convening_or_404(request, symbol, reach)
    seen = ChairNote.objects.visible_to(request.person, reach=reach).filter(convening=convening)
    row: ChairNote = get_object_or_404(seen, ref=ref)
    if not rules.may_change_note(request.person, row, at=at):
        raise Http404
    form = NoteForm(
        request.POST or None,
        about=[],
        language=row.language,
        initial={"words": row.words, "revision": row.revision},
    )
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            actions.change_note(
                note=row, words=form.cleaned_data["words"], revision=form.cleaned_data["revision"] or 0, by=request.person, at=at
            )  # fmt: skip

        if form.carries_out(act, row):
            messages.success(request, _("Kept. Only the chair reads it."))
            return redirect("meetings:chair", convening.meeting.symbol)
    context = {"convening": convening, "meeting": convening.meeting, "rows": [], "form": form, "one": row}
    return render(request, "meetings/chair.html", context)
