"""Bilateral meetings: one's own, asking for one, answering; and the secretariat's grid of rooms and times."""

from collections.abc import Callable, Iterator
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST

from puebla.accounts.views import PersonRequest, carried, signed_in
from puebla.core.languages import show
from puebla.core.models import JournalEntry
from puebla.core.phrases import sentences
from puebla.core.tables import export_of
from puebla.meetings.actions import bilaterals as actions
from puebla.meetings.forms.bilaterals import AskForm, ChosenSlots, SlotsForm
from puebla.meetings.models import Bilateral, BilateralNote, BilateralSlot, Convening, Delegate
from puebla.meetings.querysets.bilaterals import Grid, Hour, busy, grid, hours_for, rooms_taken
from puebla.meetings.querysets.delegations import STANDINGS, invited_standings
from puebla.meetings.rules import bilaterals as rules
from puebla.meetings.rules import session_fits
from puebla.meetings.rules.delegations import standing_at
from puebla.meetings.views.convening import convening_or_404
from puebla.members.models import Party
from puebla.members.querysets import Reach, reach_of

State = Bilateral.State


def bilateral_or_404(request: PersonRequest, convening: Convening, ref: str, reach: Reach) -> Bilateral:
    """The bilateral meeting of this reference, for its two parties; 404 for everybody else."""
    seen = Bilateral.objects.visible_to(request.person, reach=reach).filter(convening=convening)
    found: Bilateral = get_object_or_404(
        seen.select_related("asking", "asked", "slot__room", "turn", "convening__meeting__body__room"),
        ref=ref,
    )
    return found


def _grid_or_404(request: PersonRequest, symbol: str, reach: Reach) -> Convening:
    convening = convening_or_404(request, symbol, reach)
    if not rules.keeps_grid(reach, convening):
        raise Http404
    return convening


# One's own -------------------------------------------------------------------------------------------------------------


@signed_in
def bilaterals(request: PersonRequest, symbol: str) -> HttpResponseBase:
    """The reader's own delegation's bilateral meetings: what waits for an answer first."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    convening = convening_or_404(request, symbol, reach)
    seen = Bilateral.objects.visible_to(request.person, reach=reach).filter(convening=convening)
    rows = [_row(one, reach) for one in seen.select_related("asking", "asked", "slot__room", "turn")]
    speaking = list(_speaking(request, convening, reach))
    slots = BilateralSlot.objects.visible_to(request.person, reach=reach).filter(convening=convening)
    context = {
        "convening": convening, "meeting": convening.meeting,
        "waiting": [one for one in rows if one["ours"]],
        "agreed": sorted((one for one in rows if one["row"].state == State.AGREED), key=lambda one: one["row"].slot.starts_at),
        "asked": [one for one in rows if one["row"].state == State.ASKED and not one["ours"]],
        "past": [one for one in rows if one["row"].state in {State.DECLINED, State.WITHDRAWN}],
        "speaking": speaking, "may": rules.is_held(convening), "any": slots.open(at=at).exists(),
        "keeps_grid": rules.keeps_grid(reach, convening),
    }  # fmt: skip
    return render(request, "meetings/bilaterals.html", context)


def _row(one: Bilateral, reach: Reach) -> dict[str, Any]:
    mine = one.asking if one.asking_id in reach.parties else one.asked
    return {"row": one, "mine": mine, "with": one.other(mine.pk), "ours": one.turn_id in reach.parties}


def _speaking(request: PersonRequest, convening: Convening, reach: Reach) -> Any:
    """The parties for which the reader arranges meetings here."""
    keys = rules.speaks_for(reach, request.person, convening)
    return [one for one in Party.objects.filter(pk__in=sorted(keys)) if rules.takes_part(convening, one)]


@signed_in
def ask(request: PersonRequest, symbol: str) -> HttpResponseBase:
    """Ask another delegation: which one, then at which of the times that are free for both."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    convening = convening_or_404(request, symbol, reach)
    speaking = _speaking(request, convening, reach)
    if not speaking or not rules.is_held(convening):
        raise Http404
    chosen = request.GET.get("for", "")
    mine = next((one for one in speaking if one.code == chosen), speaking[0])
    others = _could_be_asked(request, convening, reach, mine)
    other = next((one for one in others if one.code == request.GET.get("with", "")), None)
    context: dict[str, Any] = {
        "convening": convening, "meeting": convening.meeting, "speaking": speaking, "mine": mine, "others": others, "other": other,
    }  # fmt: skip
    if other is not None:
        days = _free_for(request, convening, reach, mine, other, at=at)
        form = AskForm(request.POST or None, refs=_refs(days))
        if request.method == "POST" and form.is_valid():
            made: list[Bilateral] = []
            values = form.cleaned_data | {"slots": _slots(request, convening, form.cleaned_data["slots"])}

            def act() -> None:
                made.append(
                    actions.ask(
                        convening=convening, asking=mine, asked=other, by=request.person, at=at, **values
                    )
                )

            if form.carries_out(act):
                messages.success(request, _("%(party)s was asked.") % {"party": other})
                return redirect("meetings:bilateral", convening.symbol, made[0].ref)
        context |= {
            "form": form,
            "days": days,
            "ticked": set(request.POST.getlist("slots")),
        }
    return render(request, "meetings/bilateral_ask.html", context)


def _could_be_asked(request: PersonRequest, convening: Convening, reach: Reach, mine: Party) -> list[Party]:
    """Parties invited by their standing, and others of whom the reader finds somebody on the list of participants."""
    listed = Delegate.objects.filter(convening=convening).listed_for(request.person, reach=reach)
    named = set(listed.order_by().values_list("delegation__party_id", flat=True))
    invited = invited_standings(convening)
    found: list[Any] = list(
        Party.objects.standing(STANDINGS, on=convening.meeting.starts_on).exclude(pk=mine.pk)
    )
    parties = [one for one in found if one.standing_kind in invited or one.pk in named]
    return sorted(parties, key=lambda one: (STANDINGS.index(one.standing_kind), str(show(one.short_names))))


def _free_for(
    request: PersonRequest, convening: Convening, reach: Reach, mine: Party, other: Party, *, at: Any
) -> dict[Any, list[Hour]]:
    slots = BilateralSlot.objects.visible_to(request.person, reach=reach).filter(convening=convening)
    own = busy(convening, mine, standing_at(convening, mine) or "member", known_to=(request.person, reach))
    theirs = busy(convening, other, standing_at(convening, other) or "member")
    return hours_for(
        slots.open(at=at).select_related("room").order_by("starts_at", "room_id"), own, theirs, rooms_taken(convening)
    )  # fmt: skip


def _refs(days: dict[Any, list[Hour]]) -> list[str]:
    return [slot.ref for hours in days.values() for hour in hours for slot in hour.rooms]


def _slots(request: PersonRequest, convening: Convening, refs: list[str]) -> list[BilateralSlot]:
    seen = BilateralSlot.objects.visible_to(request.person).filter(convening=convening, ref__in=refs)
    return list(seen.order_by("starts_at"))


@signed_in
def bilateral(request: PersonRequest, symbol: str, ref: str) -> HttpResponseBase:
    """One bilateral meeting, for its two parties: what is proposed or agreed, to be answered; one's own notes."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    convening = convening_or_404(request, symbol, reach)
    row = bilateral_or_404(request, convening, ref, reach)
    if request.method == "POST" and _answer(request, row, reach, at):
        return redirect("meetings:bilateral", convening.symbol, row.ref)
    # What an act refused was typed stays in its field.
    typed = request.POST
    shown = _row(row, reach)
    side = rules.own_side(reach, request.person, row) or shown["mine"]
    other = row.other(side.pk)
    may_answer = rules.may_answer(reach, request.person, row)
    note = BilateralNote.objects.filter(bilateral=row, party=side).first()
    text = typed.get("text", "") if typed.get("act") == "note" else note.text if note else ""
    entries = list(JournalEntry.objects.filter(subject_kind="Bilateral", subject_ref=row.ref).exclude(act="bilateral.noted").order_by("sequence"))  # fmt: skip
    context = {
        "convening": convening, "meeting": convening.meeting, "row": row, "mine": side, "other": other,
        "proposals": [
            {"slot": one.slot, "fits": rules.fits(one.slot, row.parties, at=at, known_to=(request.person, reach, side))}
            for one in row.proposals.select_related("slot__room", "slot__convening__meeting__body__room")
        ],
        "may_answer": may_answer, "may_withdraw": rules.may_withdraw(reach, request.person, row),
        "may_give": rules.may_give_subject(reach, request.person, row),
        "days": _free_for(request, convening, reach, side, other, at=at) if may_answer else {},
        "note": note, "conflicts": _conflicts(request, row, side, reach),
        "outside": row.slot is not None and row.state == State.AGREED and not session_fits(convening, row.slot.on), "ticked": set(typed.getlist("slots")),
        "typed": typed.get("act", ""), "reason": typed.get("reason", ""),
        # Somebody of the same party wrote meanwhile: what is kept stands beside what was typed.
        "text": text, "kept": note.text if note and note.text != text else "",
        "history": list(zip(entries, sentences(entries), strict=True)),
    }  # fmt: skip
    return render(request, "meetings/bilateral.html", context)


def _conflicts(request: PersonRequest, row: Bilateral, side: Party, reach: Reach) -> list[Any]:
    """Sessions that were put over an agreed meeting later, of which the reader may know."""
    if row.state != State.AGREED:
        return []
    times = busy(
        row.convening, side, standing_at(row.convening, side) or "member", besides=row.pk,
        known_to=(request.person, reach),
    )  # fmt: skip
    return [one.why for one in times if one.why is not None and one.meets(row.slot)]


def _answer(request: PersonRequest, row: Bilateral, reach: Reach, at: Any) -> bool:
    """Carry out what a button of the page asks for."""
    typed, by = request.POST, request.person
    revision = int(typed["revision"]) if typed.get("revision", "").isdecimal() else 0
    usual: dict[str, Any] = {"bilateral": row, "by": by, "at": at}
    slots = _slots(request, row.convening, typed.getlist("slots"))
    side = rules.own_side(reach, by, row) or _row(row, reach)["mine"]
    acts: dict[str, tuple[Callable[[], object], str]] = {
        "accept": (lambda: actions.accept(slot=_one_of(slots), revision=revision, **usual), _("It is agreed, and stands in the calendars of both.")),
        "propose": (lambda: actions.propose(slots=slots, revision=revision, **usual), _("The other times are proposed.")),
        "decline": (lambda: actions.decline(reason=typed.get("reason", ""), revision=revision, **usual), _("It is declined; the other delegation is told.")),
        "withdraw": (lambda: actions.withdraw(reason=typed.get("reason", ""), revision=revision, **usual), _("It is withdrawn; the other delegation is told.")),
        "give": (lambda: actions.give_subject(given=typed.get("given") == "1", **usual), _("Saved.")),
        "note": (lambda: actions.keep_note(party=side, text=typed.get("text", ""), revision=revision, **usual), _("Your notes are kept.")),
    }  # fmt: skip
    found = acts.get(typed.get("act", ""))
    if found is None:
        raise Http404
    return carried(request, *found)


def _one_of(slots: list[BilateralSlot]) -> BilateralSlot:
    if len(slots) != 1:
        raise actions.RefusedError(_("Choose one of the times proposed."))
    return slots[0]


# The secretariat's -----------------------------------------------------------------------------------------------------


@signed_in
def rooms_and_times(request: PersonRequest, symbol: str) -> HttpResponseBase:
    """The grid of rooms and times with who meets whom, for the secretariat; printable, and as a table."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    convening = _grid_or_404(request, symbol, reach)
    found = grid(convening, request.person, reach)
    exported = export_of(
        request, name=f"bilaterals-{convening.symbol.replace('/', '-')}",
        header=[_("Day"), _("From"), _("Until"), _("Room"), _("State"), _("Who meets"), _("Subject")], rows=_as_rows(found),
    )  # fmt: skip
    form = SlotsForm(
        request.POST or None, convening=convening, initial={"length": 30, "pause": 0, "from_hour": "12:30", "until_hour": "14:00"},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        made: list[int] = []

        def act() -> None:
            made.append(actions.open_slots(convening=convening, by=request.person, at=at, **form.values()))

        if form.carries_out(act):
            messages.success(request, _("Slots opened: %(count)d.") % {"count": made[0]})
            return redirect("meetings:bilateral-grid", convening.symbol)
    cells = [cell for rows in found.days.values() for _hour, row in rows for cell in row]
    context = {
        "convening": convening, "meeting": convening.meeting, "grid": found, "form": form, "may": rules.may_open(reach, convening),
        "counts": {name: sum(one.state == name for one in cells) for name in ("free", "taken", "closed")},
    }  # fmt: skip
    return exported or render(request, "meetings/bilateral_grid.html", context)


def _as_rows(found: Grid) -> Iterator[list[Any]]:
    states = {
        "free": _("free"), "taken": _("taken"), "closed": pgettext("slot", "closed"), "outside": _("outside the days of the meeting"),
    }  # fmt: skip
    for day, rows in found.days.items():
        for _hour, cells in rows:
            for cell in cells:
                if cell.slot is None:
                    continue
                met = cell.bilateral
                yield [
                    date_format(day, "Y-m-d"), f"{cell.slot.from_hour:%H:%M}", f"{cell.slot.until_hour:%H:%M}",
                    str(show(cell.room.names)), states[cell.state],
                    " – ".join(str(show(one.short_names)) for one in met.parties) if met else "", met.given if met else "",
                ]  # fmt: skip


@require_POST
@signed_in
def close(request: PersonRequest, symbol: str, ref: str) -> HttpResponseBase:
    """Close a free slot, or open it again."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    convening = _grid_or_404(request, symbol, reach)
    seen = BilateralSlot.objects.visible_to(request.person, reach=reach).filter(convening=convening)
    slot = get_object_or_404(seen, ref=ref)
    closed = request.POST.get("closed") == "1"
    carried(
        request, lambda: actions.close_slot(slot=slot, closed=closed, by=request.person, at=at),
        _("The slot is closed.") if closed else _("The slot is open."),
    )  # fmt: skip
    return redirect("meetings:bilateral-grid", convening.symbol)


@signed_in
def move(request: PersonRequest, symbol: str, ref: str) -> HttpResponseBase:
    """Move an agreed meeting to a slot that is free for both, for the secretariat."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    convening = _grid_or_404(request, symbol, reach)
    seen = Bilateral.objects.on_the_grid(request.person, reach=reach).filter(convening=convening)
    row = get_object_or_404(seen.select_related("asking", "asked", "slot__room"), ref=ref)
    slots = BilateralSlot.objects.visible_to(request.person, reach=reach).filter(convening=convening)
    one, other = (
        busy(convening, party, standing_at(convening, party) or "member", besides=row.pk)
        for party in row.parties
    )
    free = (
        slots.open(at=at).exclude(bilaterals=row.pk).select_related("room").order_by("starts_at", "room_id")
    )
    days = hours_for(free, one, other, rooms_taken(convening, besides=row.pk))
    form = ChosenSlots(request.POST or None, refs=_refs(days))
    if request.method == "POST" and form.is_valid():
        chosen = _slots(request, convening, form.cleaned_data["slots"])
        revision = request.POST.get("revision", "")

        def act() -> object:
            return actions.move(
                bilateral=row, slot=_one_of(chosen), revision=int(revision) if revision.isdecimal() else 0,
                by=request.person, at=at,
            )  # fmt: skip

        if carried(request, act, _("Moved; both delegations are told, and their calendars follow.")):
            return redirect("meetings:bilateral-grid", convening.symbol)
    elif request.method == "POST":
        messages.error(request, str(rules.NOT_FREE))
    context = {
        "convening": convening,
        "meeting": convening.meeting,
        "row": row,
        "days": days,
        "ticked": set(request.POST.getlist("slots")),
        "single": True,
    }
    return render(request, "meetings/bilateral_move.html", context)
