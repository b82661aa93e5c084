"""What is asked of each party: its own list, one thing in it, and the board of all parties for who helps them."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from puebla.accounts.models import Person
from puebla.accounts.views import PersonRequest, signed_in
from puebla.core.asks import KINDS, STATES, WAITING, Ask, Question, State, ask_named
from puebla.core.prepared import PreparedRecords
from puebla.core.tables import export_of
from puebla.core.words import without_nul
from puebla.documents.views.lists import options
from puebla.intranet import rules
from puebla.intranet.actions import asks as actions
from puebla.intranet.forms import NoteForm, SetAsideForm
from puebla.intranet.models import Handling
from puebla.intranet.querysets import next_of
from puebla.intranet.views.asked import ORDER, Asked, Line, Placed, Writer, line_of
from puebla.members.forms import RevisedForm
from puebla.members.models import Party, Seat, StandingKind
from puebla.members.querysets import Reach, reach_of, today
from puebla.members.querysets.prepared import with_shares

#: How long what was answered stays on the list.
KEPT = dt.timedelta(days=365)
#: Due so soon that it stands in a column of its own on the board.
SOON = dt.timedelta(days=14)
#: How many stand on one page of a list.
PER_PAGE = 30
STANDINGS = [str(one.value) for one in StandingKind]


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
    reach = with_shares(request.person, reach_of(request.person, at))
    party = _party_or_404(reach, code)
    asked = Asked.of(_question(request, reach, [party.pk], at))
    chosen = {name: without_nul(request.GET.get(name, "")) for name in ("state", "kind", "meeting")}
    shown = asked.matching(**chosen)
    export = export_of(
        request, name=f"{party.code}-{_('asked of us')}", header=_header(), rows=_cells(shown.all_lines())
    )
    if export is not None:
        return export
    page = Paginator(shown, PER_PAGE).get_page(request.GET.get("page"))
    counts = asked.counts()
    matching = counts if shown is asked else shown.counts()
    writer = Writer(party, own=party.pk in reach.parties)
    rows: dict[State, list[SafeString]] = {state: [] for state in ORDER}
    for line in shown.lines(list(page)):
        rows[line.state].append(writer.row(line))
    own = Party.objects.filter(pk__in=sorted(reach.parties - {party.pk}))
    context = {
        "party": party, "own": writer.own, "others": own.for_language(get_language() or "en") if len(reach.parties) > 1 else [],
        "groups": [(state, STATES[state], matching[state], found) for state, found in rows.items() if found], "page": page,
        "sees_all": bool(rules.may_see_all(reach)), "total": len(shown), "waiting": counts[State.LATE] + counts[State.OPEN],
        "late": counts[State.LATE], "active": any(chosen.values()), **_choices(asked, chosen),
    }  # fmt: skip
    return render(request, "intranet/asks.html", context)


def _choices(asked: Asked, chosen: dict[str, str]) -> dict[str, Any]:
    """What each filter offers: only what stands on the list."""
    kinds = sorted({one.lot.kind for one in asked.lots})
    meetings = sorted({one.lot.meeting for one in asked.lots if one.lot.meeting})
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
    question = _question(request, reach, [party.pk], at)
    ask = ask_named(question, source, ref)
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
        "party": party, "line": line_of(ask, question), "forms": forms, "may_note": rules.may_note(reach, party),
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
    typed = without_nul(code)
    party = _parties.get(typed) or Party.objects.filter(code__iexact=typed).first()
    if party is None or not rules.may_see(reach, party):
        raise Http404
    return party


_parties = PreparedRecords(Party, by="code")


# The board ---------------------------------------------------------------------------------------------------------------


@signed_in
@require_safe
def board(request: PersonRequest) -> HttpResponseBase:
    """How much waits for each party, in order of standing and name: to help, not to rank; by meeting where one is chosen."""
    at = timezone.now()
    reach = with_shares(request.person, reach_of(request.person, at))
    if not rules.may_see_all(reach):
        raise Http404
    parties = Party.objects.standing(STANDINGS, on=today(at)).for_language(get_language() or "en")
    asked = Asked.of(_question(request, reach, [one.pk for one in parties], at))
    chosen = {name: without_nul(request.GET.get(name, "")) for name in ("kind", "meeting")}
    of_party: dict[int, list[Placed]] = defaultdict(list)
    for one in asked.matching(**chosen).lots:
        of_party[one.lot.party].append(one)
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
        "rows": rows, "next": _next(asked, at), "filters": chosen,
        "active": bool(chosen["kind"] or chosen["meeting"]), **_choices(asked, chosen | {"state": ""}),
    }  # fmt: skip
    return render(request, "intranet/asks_board.html", context)


def _row(party: Party, lots: list[Placed], at: dt.datetime) -> dict[str, Any]:
    """What waits for a party, counted; what is due soon is open too."""
    states: Counter[State] = Counter()
    for one in lots:
        states[one.state] += len(one.lot.keys)
    until = today(at) + SOON
    soon = sum(len(one.lot.keys) for one in lots if one.state == State.OPEN and one.lot.last_day <= until)
    return {
        "party": party, "late": states[State.LATE], "soon": soon, "open": states[State.OPEN],
        "answered": states[State.ANSWERED] + states[State.DONE],
    }  # fmt: skip


def _next(asked: Asked, at: dt.datetime) -> str:
    """The meeting that comes next, of those for which something waits: one that is over is blocked by nothing."""
    return next_of(
        {one.lot.meeting for one in asked.lots if one.lot.meeting and one.state in WAITING}, on=today(at)
    )


def menu_entry(_person: Person) -> tuple[str, str]:
    """What is asked of us, in the private site's menu."""
    return _("Asked of us"), "intranet:asks"
