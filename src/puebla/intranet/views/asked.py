"""What is asked of parties in the order of a list: counted as lots, and made where it stands on the page."""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, overload
from urllib.parse import quote

from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from puebla.core.asks import CHUNK, STATES, WAITING, Ask, Lot, Question, State, keys_named, lots_of, made_of
from puebla.core.memory import Remembered
from puebla.core.prepared import Prepared
from puebla.intranet.models import Handling
from puebla.members.models import Party
from puebla.theme.templatetags.theme import state_tag

#: In this order the list is divided.
ORDER = [State.LATE, State.OPEN, State.ANSWERED, State.NOT_APPLICABLE, State.ENDED, State.DONE]


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


@dataclass(frozen=True)
class Placed:
    """Things that stand alike, what their party set aside among them apart."""

    lot: Lot
    state: State


class Asked(Sequence[tuple[Placed, Any]]):
    """What is asked, in the order of a list, each thing as its lot and key: nothing of it is made yet."""

    def __init__(self, question: Question, lots: Iterable[Placed]) -> None:
        self.question, self.lots = question, list(lots)
        self._count = sum(len(one.lot.keys) for one in self.lots)

    @classmethod
    def of(cls, question: Question) -> "Asked":
        """Everything that rooms ask of these parties."""
        aside = _set_aside(question)
        stands: dict[State, list[Placed]] = {state: [] for state in ORDER}
        for lot in _gathered(question):
            for one in _placed(lot, lot.state(question.at), aside.get((lot.source, lot.party), frozenset())):
                stands[one.state].append(one)
        return cls(question, [one for found in stands.values() for one in found])

    def matching(self, *, state: str = "", kind: str = "", meeting: str = "") -> "Asked":
        """What matches every filter given."""
        if not (state or kind or meeting):
            return self
        states = WAITING if state == "waiting" else {state} if state else set(ORDER)
        found = (
            one
            for one in self.lots
            if one.state in states and kind in {"", one.lot.kind} and meeting in {"", one.lot.meeting}
        )
        return Asked(self.question, found)

    def counts(self) -> Counter[State]:
        """How many stand in each state."""
        found: Counter[State] = Counter()
        for one in self.lots:
            found[one.state] += len(one.lot.keys)
        return found

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, place: int) -> tuple[Placed, Any]: ...

    @overload
    def __getitem__(self, place: slice) -> list[tuple[Placed, Any]]: ...

    def __getitem__(self, place: int | slice) -> Any:
        if isinstance(place, int):
            return self[place : place + 1][0]
        start, stop, _step = place.indices(len(self))
        found: list[tuple[Placed, Any]] = []
        before = 0
        for one in self.lots:
            keys = one.lot.keys[max(0, start - before) : max(0, stop - before)]
            found += [(one, key) for key in keys]
            before += len(one.lot.keys)
            if before >= stop:
                break
        return found

    def lines(self, shown: Sequence[tuple[Placed, Any]]) -> list[Line]:
        """Some of it made, each with its party's note. Others learn of a note that it does not apply."""
        asks = made_of(self.question, [(one.lot, key) for one, key in shown])
        notes = _notes([ask for ask in asks if ask is not None], self.question.reach.parties)
        return [
            Line(ask, notes.get((ask.source, ask.ref, ask.party)), one.state)
            for (one, _key), ask in zip(shown, asks, strict=True)
            if ask is not None
        ]

    def all_lines(self) -> Iterator[Line]:
        """All of it, made part by part."""
        for start in range(0, len(self), CHUNK):
            yield from self.lines(self[start : start + CHUNK])


def _gathered(question: Question) -> list[Lot]:
    """What rooms ask, the soonest first, gathered once for the pages of a list and its filters, while nothing is written and the minute lasts.

    What seats and shares open is asked anew each time and part of the key; what a long room puts on the page passes the gate
    again as it is made.
    """
    reach = replace(question.reach, at=None)
    minute = question.at.replace(second=0, microsecond=0)
    key = (question.person.pk, reach, question.parties, get_language(), minute)

    def gather() -> tuple[list[Lot], dict[str, Any]]:
        # As it is now: what one page finds out beside it is not the others'.
        return sorted((lot for lot in lots_of(question) if lot.keys), key=_order), dict(question.known)

    lots, known = _lots.get(key, gather)
    question.known.update(known)
    return lots


def _order(lot: Lot) -> tuple[dt.date, str, str]:
    """Where it stands among those that are in the same state."""
    first = lot.keys[0]
    return lot.last_day, lot.source, first.ref if isinstance(first, Ask) else ""


#: Lists that readers turn the pages of: each has some thousand keys.
_lots: Remembered[tuple[list[Lot], dict[str, Any]]] = Remembered(most=20)


def line_of(ask: Ask, question: Question) -> Line:
    """One thing, made already."""
    # By its name, since a thing made already is no key of its room.
    aside = {
        ref
        for source, ref, party in _aside.rows(sorted(question.parties))
        if (source, party) == (ask.source, ask.party)
    }
    (placed,) = _placed(ask.lot, ask.state(question.at), aside)
    return Asked(question, [placed]).lines([(placed, ask)])[0]


def _set_aside(question: Question) -> dict[tuple[str, int], Collection[Any]]:
    """By room and party, how lots know what the party said does not apply; one question, and one of each long room."""
    found: dict[tuple[str, int], set[str]] = {}
    for source, ref, party in _aside.rows(sorted(question.parties)):
        found.setdefault((source, party), set()).add(ref)
    return {(source, party): keys_named(source, of) for (source, party), of in found.items()}


_aside = Prepared(
    lambda parties: (
        Handling.objects.filter(party__in=parties, not_applicable_at__isnull=False)
        .order_by()
        .values_list("source", "asked", "party_id")
    )
)


def _placed(lot: Lot, state: State, aside: Collection[Any]) -> Iterator[Placed]:
    """A lot, and apart what the party set aside of it: that waits no more, though it stays on the list."""
    if not aside or state not in WAITING | {State.ENDED}:
        yield Placed(lot, state)
        return
    parts: dict[bool, list[Any]] = {False: [], True: []}
    for key in lot.keys:
        parts[(key.ref if isinstance(key, Ask) else key) in aside].append(key)
    for is_aside, keys in parts.items():
        if keys:
            yield Placed(replace(lot, keys=keys), State.NOT_APPLICABLE if is_aside else state)


def _notes(asks: Sequence[Ask], own: Collection[int]) -> dict[tuple[str, str, int], Handling]:
    """What their parties noted of these, as far as others learn of it; one question."""
    parties, refs = sorted({one.party for one in asks}), sorted({one.ref for one in asks})
    keys = [key for (key,) in _noted.rows(parties, refs)] if asks else []
    rows = Handling.objects.filter(pk__in=keys).select_related("assigned_to") if keys else []
    learnt = {one: one if one.party_id in own else _as_others_learn(one) for one in rows}
    return {(one.source, one.asked, one.party_id): note for one, note in learnt.items() if note is not None}


def _as_others_learn(note: Handling) -> Handling | None:
    """Of a party's note others learn that the thing does not apply, and why; not who of it has it."""
    if not note.not_applicable_at:
        return None
    return Handling(not_applicable_at=note.not_applicable_at, reason=note.reason)


_noted = Prepared(
    lambda parties, refs: (
        Handling.objects.filter(party__in=parties, asked__in=refs).order_by().values_list("pk")
    )
)

# As the page shows it ---------------------------------------------------------------------------------------------------


class Writer:
    """Writes the rows of a party's list: what all of them share is made once, since a template takes longer than all else."""

    def __init__(self, party: Party, *, own: bool) -> None:
        self.own = own
        page = reverse("intranet:ask", args=[party.code, "0X0", "1X1"])
        self.before, rest = page.split("0X0")
        self.between, self.after = rest.split("1X1")
        self.what, self.due, self.who = (escape(one) for one in (_("What"), _("Due"), _("Who has it")))
        self.answer, self.wish = escape(_("Answer")), escape(_("if you wish"))
        self.dues: dict[Any, str] = {}
        self.kinds: dict[str, str] = {}

    def row(self, line: Line) -> SafeString:
        """One thing asked."""
        ask = line.ask
        cites = f'<span class="symbol">{escape(ask.cites)}</span>' if ask.cites else ""
        language = f' lang="{escape(ask.language)}"' if ask.language else ""
        title = escape(ask.title)
        page = f"{self.before}{ask.source}{self.between}{quote(ask.ref)}{self.after}"
        answer = ""
        if self.own and line.is_waiting and ask.answer:
            hidden = f'<span class="visually-hidden">: {title}</span>'
            answer = f'<a class="button quiet" href="{escape(ask.answer)}">{self.answer}{hidden}</a>'
        return mark_safe(  # noqa: S308 - every part was escaped
            f'<tr>\n<th scope="row">{cites}<a href="{escape(page)}"{language}>{title}</a></th>'
            f'<td data-label="{self.what}">{self._kind(ask)}</td>'
            f'<td data-label="{self.due}">{self._due(line)}</td>'
            f'<td data-label="{self.who}">{escape(_who(line))}</td><td>{answer}</td></tr>'
        )

    def _kind(self, ask: Ask) -> str:
        if ask.kind not in self.kinds:
            self.kinds[ask.kind] = escape(capfirst(ask.kind_name))
        return self.kinds[ask.kind]

    def _due(self, line: Line) -> str:
        key = (line.ask.due, line.state, line.ask.invited)
        if key not in self.dues:
            told: str = escape(line.due or "—")
            if line.state == State.LATE:
                told = f"{told} {state_tag('error', line.state_name)}"
            elif line.ask.invited and line.is_waiting:
                told = f'{told} <span class="meta">{self.wish}</span>'
            self.dues[key] = told
        return self.dues[key]


def _who(line: Line) -> str:
    """Who has it; of what was set aside, why."""
    if line.note is None:
        return "—"
    if line.state == State.NOT_APPLICABLE:
        return line.note.reason
    return str(line.note.assigned_to or "—")
