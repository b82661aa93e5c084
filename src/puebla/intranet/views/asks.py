"""What is asked of each party: its own list, one thing in it, and the board of all parties for who helps them."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from puebla.accounts.models import Person
from puebla.accounts.views import PersonRequest, signed_in
from puebla.core.asks import KINDS, STATES, WAITING, Ask, Question, State, ask_named, asked_of
from puebla.core.tables import export_of
from puebla.core.words import without_nul
from puebla.documents.views.lists import options
from puebla.intranet import rules
from puebla.intranet.actions import asks as actions
from puebla.intranet.forms import NoteForm, SetAsideForm
from puebla.intranet.models import Handling
from puebla.members.forms import RevisedForm
from puebla.members.models import Party, Seat, StandingKind
from puebla.members.querysets import Reach, reach_of, today

#: How long what was answered stays on the list.
KEPT = dt.timedelta(days=365)
#: Due so soon that it stands in a column of its own on the board.
SOON = dt.timedelta(days=14)
#: How many stand on one page of a list.
PER_PAGE = 60
#: In this order the list is divided.
ORDER = [State.LATE, State.OPEN, State.ANSWERED, State.NOT_APPLICABLE, State.ENDED, State.DONE]
STANDINGS = [str(one.value) for one in StandingKind]


@dataclass(frozen=True)
class Line:
    """One thing asked, with what the party noted of it.

    Attributes:
        state: where it stands, a thing set aside included.
    """

    ask: Ask
    note: Handling | None
    state: State

    @property
    def state_name(self) -> str:
        """What the state is called."""
        return str(STATES[self.state])

    @property
    def is_waiting(self) -> bool:
        """Whether the party still has something to do."""
        return self.state in WAITING

    @property
    def due(self) -> str:
        """Until when, in words."""
        return self.ask.due.in_words() if self.ask.due else ""


def lines_of(asks: Iterable[Ask], reach: Reach, at: dt.datetime) -> list[Line]:
    """These asks, the soonest first, each with its party's note; one question. Others learn of a note that it does not apply."""
    asks = list(asks)
    rows = Handling.objects.filter(party__in={one.party for one in asks}).select_related("assigned_to")
    notes = {(one.source, one.asked, one.party_id): one for one in rows} if asks else {}
    found = []
    for ask in asks:
        note = notes.get((ask.source, ask.ref, ask.party))
        state = ask.state(at)
        if note is not None and note.not_applicable_at and state in WAITING | {State.ENDED}:
            state = State.NOT_APPLICABLE
        if note is not None and ask.party not in reach.parties:
            note = _as_others_learn(note)
        found.append(Line(ask, note, state))
    return sorted(found, key=_place)


def _as_others_learn(note: Handling) -> Handling | None:
    """Of a party's note others learn that the thing does not apply, and why; not who of it has it."""
    if not note.not_applicable_at:
        return None
    return Handling(not_applicable_at=note.not_applicable_at, reason=note.reason)


def _place(line: Line) -> tuple[int, dt.date, str]:
    due = line.ask.due.last_day if line.ask.due else dt.date.max
    return ORDER.index(line.state), due, f"{line.ask.source}:{line.ask.ref}"


def _question(request: PersonRequest, reach: Reach, parties: Iterable[int], at: dt.datetime) -> Question:
    return Question(request.person, reach, frozenset(parties), at, at - KEPT)


# A party's list ----------------------------------------------------------------------------------------------------------


@signed_in
@require_safe
def asks(request: PersonRequest) -> HttpResponseBase:
    """One's own party's list; the board for who helps all of them; a choice for who sits for several."""
    reach = reach_of(request.person)
    if rules.may_see_all(reach):
        return redirect("intranet:asks-board")
    own = Party.objects.filter(pk__in=sorted(reach.parties)).for_language(get_language() or "en")
    if not own:
        return redirect("intranet:desk")
    return redirect("intranet:asks-party", own[0].code)


@signed_in
@require_safe
def party_asks(request: PersonRequest, code: str) -> HttpResponseBase:
    """Everything asked of a party that the reader may know of, filtered by state and kind; as CSV and XLSX too."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    party = _party_or_404(reach, code)
    lines = lines_of(asked_of(_question(request, reach, [party.pk], at)), reach, at)
    chosen = {name: without_nul(request.GET.get(name, "")) for name in ("state", "kind", "meeting")}
    shown = [line for line in lines if _matches(line, chosen)]
    export = export_of(request, name=f"{party.code}-{_('asked of us')}", header=_header(), rows=_cells(shown))
    if export is not None:
        return export
    counts = Counter(line.state for line in lines)
    page = Paginator(shown, PER_PAGE).get_page(request.GET.get("page"))
    matching = Counter(line.state for line in shown)
    groups = [(state, matching[state], [line for line in page if line.state == state]) for state in ORDER]
    own = Party.objects.filter(pk__in=sorted(reach.parties)).for_language(get_language() or "en")
    context = {
        "party": party, "own": party.pk in reach.parties, "others": [one for one in own if one.pk != party.pk],
        "groups": [(state, STATES[state], count, found) for state, count, found in groups if found], "page": page, "sees_all": bool(rules.may_see_all(reach)),
        "total": len(shown), "waiting": counts[State.LATE] + counts[State.OPEN], "late": counts[State.LATE],
        "active": any(chosen.values()), **_choices(lines, chosen),
    }  # fmt: skip
    return render(request, "intranet/asks.html", context)


def _matches(line: Line, chosen: dict[str, str]) -> bool:
    if chosen["state"] == "waiting":
        wanted = line.is_waiting
    else:
        wanted = not chosen["state"] or line.state == chosen["state"]
    return (
        wanted
        and (not chosen["kind"] or line.ask.kind == chosen["kind"])
        and (not chosen["meeting"] or line.ask.meeting == chosen["meeting"])
    )


def _choices(lines: list[Line], chosen: dict[str, str]) -> dict[str, Any]:
    """What each filter offers: only what stands on the list."""
    kinds = sorted({line.ask.kind for line in lines})
    meetings = sorted({line.ask.meeting for line in lines if line.ask.meeting})
    states = [("waiting", _("everything that waits")), *((one.value, str(STATES[one])) for one in ORDER)]
    return {
        "states": options([(value, capfirst(name)) for value, name in states], chosen["state"]),
        "kinds": options([(one, capfirst(str(KINDS.get(one, one)))) for one in kinds], chosen["kind"]),
        "meetings": options([(one, one) for one in meetings], chosen["meeting"]),
    }


def _header() -> list[str]:
    return [
        _("What"),
        _("Title"),
        _("Source"),
        _("Due"),
        _("State"),
        _("Who has it"),
        _("Reason"),
        _("Meeting"),
    ]


def _cells(lines: Iterable[Line]) -> Iterator[list[Any]]:
    for line in lines:
        note = line.note
        yield [
            capfirst(line.ask.kind_name), line.ask.title, line.ask.cites, line.due, capfirst(line.state_name),
            str(note.assigned_to or "") if note else "", note.reason if note else "", line.ask.meeting,
        ]  # fmt: skip


# One thing asked ---------------------------------------------------------------------------------------------------------


@signed_in
def one_ask(request: PersonRequest, code: str, source: str, ref: str) -> HttpResponseBase:
    """One thing asked of a party: what, by whom, until when, who has it; and the party's note about it."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    party = _party_or_404(reach, code)
    ask = ask_named(_question(request, reach, [party.pk], at), source, ref)
    if ask is None:
        raise Http404
    note = (
        Handling.objects.filter(source=source, asked=ref, party=party).select_related("assigned_to").first()
    )
    forms = _forms(request, note, party, reach, at)
    if request.method == "POST" and (done := _carried_out(request, forms, ask, party, note, at)):
        messages.success(request, done)
        return redirect("intranet:ask", party.code, source, ref)
    context = {
        "party": party, "line": lines_of([ask], reach, at)[0], "forms": forms, "may_note": rules.may_note(reach, party),
        "may_set_aside": rules.may_set_aside(reach, party, ask.state(at)),
    }  # fmt: skip
    return render(request, "intranet/ask.html", context)


def _forms(
    request: PersonRequest, note: Handling | None, party: Party, reach: Reach, at: dt.datetime
) -> dict[str, RevisedForm]:
    """The page's forms by what they do; the one that was sent is filled in."""
    known = {
        "revision": note.revision if note else 0, "remind_on": note.remind_on if note else None,
        "assigned_to": note.assigned_to.ref if note and note.assigned_to else "",
    }  # fmt: skip
    kinds: dict[str, type[RevisedForm]] = {"note": NoteForm, "aside": SetAsideForm, "again": RevisedForm}
    sent = request.POST.get("act", "")
    # They stand on one page: each has names of its own for labels and errors.
    forms = {
        act: kind(request.POST if act == sent else None, initial=known, auto_id=f"id_{act}_%s")
        for act, kind in kinds.items()
    }
    if party.pk in reach.parties:
        people = Seat.objects.effective(at).filter(party=party).order_by().values("person")
        chosen: Any = forms["note"].fields["assigned_to"]
        chosen.queryset = Person.objects.filter(pk__in=people).order_by("full_name", "pk")
    return forms


def _carried_out(
    request: PersonRequest, forms: dict[str, RevisedForm], ask: Ask, party: Party, note: Handling | None,
    at: dt.datetime,
) -> str:  # fmt: skip
    """Do what the form that was sent says; what was done, or nothing where it was refused or none was sent."""
    doing: dict[str, tuple[Callable[..., Handling], str]] = {
        "note": (actions.note, _("The note is kept.")),
        "aside": (actions.set_aside, _("It stays on the list as not applicable, with your reason.")),
        "again": (actions.take_up_again, _("It waits for your party again.")),
    }
    form = forms.get(request.POST.get("act", ""))
    if form is None or not form.is_valid():
        return ""
    change, done = doing[request.POST["act"]]
    values = form.cleaned_data | {"revision": form.cleaned_data["revision"] or 0}
    kept = form.carries_out(lambda: change(ask=ask, party=party, by=request.person, at=at, **values), note)
    return done if kept else ""


def _party_or_404(reach: Reach, code: str) -> Party:
    party = Party.objects.filter(code__iexact=without_nul(code)).first()
    if party is None or not rules.may_see(reach, party):
        raise Http404
    return party


# The board ---------------------------------------------------------------------------------------------------------------


@signed_in
@require_safe
def board(request: PersonRequest) -> HttpResponseBase:
    """How much waits for each party, in order of standing and name: to help, not to rank; by meeting where one is chosen."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    if not rules.may_see_all(reach):
        raise Http404
    parties = Party.objects.standing(STANDINGS, on=today(at)).for_language(get_language() or "en")
    asked = asked_of(_question(request, reach, [one.pk for one in parties], at))
    lines = lines_of(asked, reach, at)
    chosen = {name: without_nul(request.GET.get(name, "")) for name in ("kind", "meeting")} | {"state": ""}
    shown = [line for line in lines if _matches(line, chosen)]
    of_party: dict[int, list[Line]] = defaultdict(list)
    for line in shown:
        of_party[line.ask.party].append(line)
    standing = sorted(parties, key=lambda party: STANDINGS.index(party.standing_kind))
    rows = [_row(party, of_party[party.pk], at) for party in standing if of_party[party.pk]]
    header = [
        _("Party"),
        _("Late"),
        _("Due within 14 days"),
        pgettext("what is asked", "Open"),
        _("Answered"),
    ]
    cells = ([str(row["party"]), row["late"], row["soon"], row["open"], row["answered"]] for row in rows)
    export = export_of(request, name=_("asked of parties"), header=header, rows=cells)
    if export is not None:
        return export
    context = {
        "rows": rows, "next": _soonest(lines), "filters": chosen,
        "active": bool(chosen["kind"] or chosen["meeting"]), **_choices(lines, chosen),
    }  # fmt: skip
    return render(request, "intranet/asks_board.html", context)


def _row(party: Party, lines: list[Line], at: dt.datetime) -> dict[str, Any]:
    """What waits for a party, counted; what is due soon is open too."""
    states = Counter(line.state for line in lines)
    until = today(at) + SOON
    soon = sum(
        line.state == State.OPEN and line.ask.due is not None and line.ask.due.last_day <= until
        for line in lines
    )
    return {
        "party": party, "late": states[State.LATE], "soon": soon, "open": states[State.OPEN],
        "answered": states[State.ANSWERED] + states[State.DONE],
    }  # fmt: skip


def _soonest(lines: list[Line]) -> str:
    """The meeting for which something is due first."""
    return next((line.ask.meeting for line in lines if line.ask.meeting and line.is_waiting), "")


def menu_entry(_person: Person) -> tuple[str, str]:
    """What is asked of us, in the private site's menu."""
    return _("Asked of us"), "intranet:asks"
