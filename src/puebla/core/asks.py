"""What is asked of a party: derived from records that are made anyway, never typed twice.

A room that asks something of parties adds an `AskSource` to the registry `asks`: replies to circulars, nominations, papers,
comments. The list of a party, the secretariat's board and the calendar ask all of them.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

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

    @property
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
        here = local(at, self.zone) if self.zone else timezone.localtime(at)
        return here.date() > self.last_day

    def in_words(self) -> str:
        """As it is read in a sentence, in the language now active."""
        if self.at is not None:
            return self._instant_in_words()
        day = self.on or dt.date.max
        if self.precision == "quarter":
            return _("quarter %(number)d of %(year)d") % {"number": (day.month + 2) // 3, "year": day.year}
        form = {"year": "Y", "month": "YEAR_MONTH_FORMAT"}.get(self.precision, "DATE_FORMAT")
        return str(date_format(day, form))

    def _instant_in_words(self) -> str:
        assert self.at is not None  # noqa: S101 - asked where it is; for the type checker
        here = local(self.at, self.zone) if self.zone else timezone.localtime(self.at)
        there = date_format(here, "DATETIME_FORMAT" if self.precision == "minute" else "DATE_FORMAT")
        if not self.zone:
            return str(there)
        return pgettext("an instant and whose clocks", "%(when)s, %(place)s") % {
            "when": there, "place": place_of(self.zone),
        }  # fmt: skip


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
        if self.done:
            return State.DONE
        if self.answered_at is not None:
            return State.ANSWERED
        over = self.due is not None and self.due.is_over(at)
        if self.ended or (over and self.invited):
            return State.ENDED
        return State.LATE if over else State.OPEN


@dataclass(frozen=True)
class Question:
    """Whose asks are wanted, and who wants them.

    Attributes:
        person: who asks, with what they reach: nothing is told that they may not know of.
        parties: keys of the parties.
        since: what was finished before this instant is left out.
    """

    person: Any
    reach: Any
    parties: frozenset[int]
    at: dt.datetime
    since: dt.datetime = field(default=dt.datetime.min.replace(tzinfo=dt.UTC))


#: A room that asks something of parties: (question) → what it asks, in a constant number of questions to the database.
AskSource = Callable[[Question], Iterable[Ask]]


def asked_of(question: Question) -> list[Ask]:
    """What all rooms ask of these parties, as far as the reader may know of it."""
    return [ask for source in registry.asks for ask in source(question)]


def ask_named(question: Question, source: str, ref: str) -> Ask | None:
    """One of them by its name; None where the reader may not know of it, or nobody asks it."""
    found = registry.asks.named(source)
    return next((one for one in found(question) if one.ref == ref), None) if found else None
