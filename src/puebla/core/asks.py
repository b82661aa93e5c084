"""What is asked of a party: derived from records that are made anyway, never typed twice.

A room that asks something of parties adds an `AskSource` to the registry `asks`: replies to circulars, nominations, papers,
comments. The list of a party, the secretariat's board and the calendar ask all of them.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_lazy, pgettext, pgettext_lazy
from django.utils.translation import gettext as _

from puebla.core import registry
from puebla.core.calendars import last_day
from puebla.core.zones import local, place_of

#: What each kind of thing asked is called; rooms add theirs.
KINDS: dict[str, Any] = {
    "reply": gettext_lazy("reply to a circular"),
    "nomination": gettext_lazy("nomination of a delegation"),
    "letter": gettext_lazy("letter of credentials"),
    "paper": gettext_lazy("document"),
    "language": gettext_lazy("language of a document"),
    "comment": gettext_lazy("comments on a draft"),
    "paragraph": gettext_lazy("paragraph of a decision"),
}


class State(StrEnum):
    """Where something asked stands for a party."""

    LATE = "late"
    OPEN = "open"
    ANSWERED = "answered"
    DONE = "done"
    #: The time for it is over, and nothing came.
    ENDED = "ended"
    NOT_APPLICABLE = "not_applicable"


#: What each state is called.
STATES: dict[State, Any] = {
    State.LATE: pgettext_lazy("what is asked", "late"),
    State.OPEN: pgettext_lazy("what is asked", "open"),
    State.ANSWERED: pgettext_lazy("what is asked", "answered"),
    State.DONE: pgettext_lazy("what is asked", "done"),
    State.ENDED: pgettext_lazy("what is asked", "ended without an answer"),
    State.NOT_APPLICABLE: pgettext_lazy("what is asked", "not applicable"),
}
#: Those in which the party still has something to do.
WAITING = frozenset({State.LATE, State.OPEN})


@dataclass(frozen=True)
class Due:
    """Until when: an instant, or a day as far as it is known.

    Attributes:
        at: the instant after which it is late; None where `on` says it.
        precision: how far the day is known: "minute" (of an instant), "day", "month", "quarter", "year".
        zone: whose clocks are meant.
    """

    at: dt.datetime | None = None
    on: dt.date | None = None
    precision: str = "day"
    zone: str = ""

    @cached_property
    def last_day(self) -> dt.date:
        """The last day on which it is in time, by the clocks that are meant."""
        if self.at is not None:
            return local(self.at, self.zone).date() if self.zone else timezone.localtime(self.at).date()
        day = self.on or dt.date.max
        if self.precision == "quarter":
            return last_day(day.replace(month=(day.month + 2) // 3 * 3, day=1), "month")
        return last_day(day, self.precision)

    def is_over(self, at: dt.datetime) -> bool:
        """Whether the time for it has passed; at the very instant it has not."""
        if self.at is not None:
            return at > self.at
        # No clocks on earth are two days apart: of most days one need not ask which clocks are meant.
        if abs((apart := at.date() - self.last_day).days) > 2:
            return apart.days > 0
        here = local(at, self.zone) if self.zone else timezone.localtime(at)
        return here.date() > self.last_day

    def in_words(self) -> str:
        """As it is read in a sentence, in the language now active."""
        if self.at is not None:
            return self._instant_in_words()
        return _day_in_words(self.on or dt.date.max, self.precision, get_language())

    def _instant_in_words(self) -> str:
        assert self.at is not None  # noqa: S101 - asked where it is; for the type checker
        here = local(self.at, self.zone) if self.zone else timezone.localtime(self.at)
        there = date_format(here, "DATETIME_FORMAT" if self.precision == "minute" else "DATE_FORMAT")
        if not self.zone:
            return str(there)
        return pgettext("an instant and whose clocks", "%(when)s, %(place)s") % {
            "when": there, "place": place_of(self.zone),
        }  # fmt: skip


@lru_cache(maxsize=1000)
def _day_in_words(day: dt.date, precision: str, _language: str | None) -> str:
    """Of a list's many things the same day is written once in each language."""
    if precision == "quarter":
        return _("quarter %(number)d of %(year)d") % {"number": (day.month + 2) // 3, "year": day.year}
    form = {"year": "Y", "month": "YEAR_MONTH_FORMAT"}.get(precision, "DATE_FORMAT")
    return str(date_format(day, form))


@dataclass(frozen=True)
class Ask:
    """One thing asked of one party.

    Attributes:
        source: name of its room in the registry; `ref` names it there for ever.
        party: key of the party.
        title: what it is about, in the reader's language; else in another, named by `language`.
        cites: the symbol and place of what asks it: "RCM/2026/CIRC/3".
        address: page of what asks it. answer: page where it is answered; empty where nothing can be any more.
        due: until when; None where no date was set.
        answered_at: when the party answered. done: nothing more is expected of it.
        invited: who is asked may, but need not: never late.
        ended: whether nothing can be answered any more.
        meeting: symbol of the meeting it serves. sealed: whether nothing of it may leave the house by mail.
    """

    source: str
    ref: str
    party: int
    kind: str
    title: str
    address: str
    language: str = ""
    cites: str = ""
    answer: str = ""
    asked_at: dt.datetime | None = None
    due: Due | None = None
    answered_at: dt.datetime | None = None
    done: bool = False
    ended: bool = False
    invited: bool = False
    body: str = ""
    meeting: str = ""
    sealed: bool = False

    @property
    def kind_name(self) -> str:
        """What something of this kind is called."""
        return str(KINDS.get(self.kind, self.kind))

    @property
    def named(self) -> str:
        """How its room knows it again where it offers to answer it in place: source and reference."""
        return f"{self.source} {self.ref}"

    def state(self, at: dt.datetime) -> State:
        """Where it stands at this instant, whatever the party said of it."""
        return self.lot.state(at)

    @property
    def lot(self) -> "Lot":
        """The thing as a lot of its own."""
        return Lot(
            self.source, self.party, self.kind, [self], meeting=self.meeting, due=self.due, ended=self.ended, invited=self.invited,
            answered=self.answered_at is not None, done=self.done,
        )  # fmt: skip


@dataclass
class Lot:
    """Things of one room asked of one party that stand alike: of a party hundreds are asked, and a page shows some of them.

    Attributes:
        keys: by which their room makes each of them, in the order in which a list has them.
        meeting, due, answered, done, ended, invited: of all of them, as of an `Ask`.
    """

    source: str
    party: int
    kind: str
    keys: list[Any]
    meeting: str = ""
    due: Due | None = None
    answered: bool = False
    done: bool = False
    ended: bool = False
    invited: bool = False

    @property
    def last_day(self) -> dt.date:
        """The last day on which they are in time."""
        return self.due.last_day if self.due else dt.date.max

    def state(self, at: dt.datetime) -> State:
        """Where they stand at this instant, whatever the party said of them."""
        if self.done:
            return State.DONE
        if self.answered:
            return State.ANSWERED
        over = self.due is not None and self.due.is_over(at)
        if self.ended or (over and self.invited):
            return State.ENDED
        return State.LATE if over else State.OPEN


#: Before everything that was ever asked, and late enough for every clock on earth.
EVER = dt.datetime(1, 1, 3, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Question:
    """Whose asks are wanted, and who wants them.

    Attributes:
        person: who asks, with what they reach: nothing is told that they may not know of.
        parties: keys of the parties.
        since: what was finished before this instant is left out.
        known: what rooms have found out for it already.
    """

    person: Any
    reach: Any
    parties: frozenset[int]
    at: dt.datetime
    since: dt.datetime = EVER
    known: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    def once(self, name: str, ask: Callable[[], Any]) -> Any:
        """What a room needs to count and to make what it asks: asked once."""
        if name not in self.known:
            self.known[name] = ask()
        return self.known[name]


#: A room that asks something of parties: (question) → what it asks, in a constant number of questions to the database.
AskSource = Callable[[Question], Iterable[Ask]]
#: How many things asked are made at once where all of them are wanted.
CHUNK = 1000


class LongSource:
    """A room that may ask hundreds of things of one party: it gives lots of keys, and makes of them what is shown.

    Attributes:
        name: its name in the registry.
    """

    name = ""

    def lots(self, question: Question) -> Iterable[Lot]:
        """All that it asks, as far as the reader may know of it, in a constant number of questions."""
        raise NotImplementedError

    def made(self, question: Question, keys: Sequence[tuple[int, Any]]) -> Mapping[tuple[int, Any], Ask]:
        """What these (party, key) stand for, as far as the room asks it and the reader may know of it."""
        raise NotImplementedError

    def keys_of(self, refs: Collection[str]) -> Mapping[str, Any]:
        """By reference, the key; what is no reference of the room has none."""
        raise NotImplementedError

    def __call__(self, question: Question) -> Iterator[Ask]:
        """All of it, made."""
        keys = [(lot.party, key) for lot in self.lots(question) for key in lot.keys]
        for start in range(0, len(keys), CHUNK):
            yield from self.made(question, keys[start : start + CHUNK]).values()

    def one(self, question: Question, ref: str) -> Ask | None:
        """The thing of this reference, asked of any of the parties."""
        key = self.keys_of([ref]).get(ref)
        if key is None:
            return None
        asked = self.made(question, [(party, key) for party in sorted(question.parties)])
        return next(iter(asked.values()), None)


def asked_of(question: Question) -> list[Ask]:
    """What all rooms ask of these parties, as far as the reader may know of it."""
    return [ask for source in registry.asks for ask in source(question)]


def lots_of(question: Question) -> Iterator[Lot]:
    """The same as lots: of rooms that ask little each thing is made, and a lot of its own."""
    for source in registry.asks:
        if isinstance(source, LongSource):
            yield from source.lots(question)
        else:
            yield from (ask.lot for ask in source(question))


def made_of(question: Question, wanted: Sequence[tuple[Lot, Any]]) -> list[Ask | None]:
    """What these keys of these lots stand for, in this order: each room is asked once. None where it is gone meanwhile."""
    keys: dict[str, list[tuple[int, Any]]] = defaultdict(list)
    for lot, key in wanted:
        if not isinstance(key, Ask):
            keys[lot.source].append((lot.party, key))
    made: dict[str, Mapping[tuple[int, Any], Ask]] = {}
    for name, asked in keys.items():
        source = registry.asks.named(name)
        assert isinstance(source, LongSource)  # noqa: S101 - no other gives keys
        made[name] = source.made(question, asked)
    return [key if isinstance(key, Ask) else made[lot.source].get((lot.party, key)) for lot, key in wanted]


def keys_named(source: str, refs: Collection[str]) -> set[Any]:
    """How a room's lots know what these references name: by key, or where it makes everything, by the reference itself."""
    found = registry.asks.named(source)
    return set(found.keys_of(refs).values()) if isinstance(found, LongSource) else set(refs)


def ask_named(question: Question, source: str, ref: str) -> Ask | None:
    """One of them by its name; None where the reader may not know of it, or nobody asks it."""
    found = registry.asks.named(source)
    if isinstance(found, LongSource):
        return found.one(question, ref)
    return next((one for one in found(question) if one.ref == ref), None) if found else None
