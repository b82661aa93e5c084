"""What paragraphs of decisions ask: of parties named, all member states, bodies, the Presidency, the secretariat."""

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import quote

from django.urls import reverse

from puebla.core.asks import Ask, Due, LongSource, Lot, Question
from puebla.core.calendars import other_language
from puebla.core.languages import show
from puebla.decisions.models import IN_FORCE, ProvisionAnswer
from puebla.decisions.querysets.asking import (
    Addressed,
    addressed,
    answers_given,
    any_ask,
    asks_due,
    asks_ended,
    asks_in_force,
    provisions_at,
    sealed_texts,
    these_asks,
)
from puebla.members.querysets import MEMBERS
from puebla.texts.models.wording import unmarked

NAME, KIND = "decisions", "paragraph"
#: How much of a paragraph stands in a list.
LONGEST = 140
Key = tuple[int, int]


class ParagraphAsks(LongSource):
    """Paragraphs of adopted decisions that ask something of parties, as far as the reader may know.

    What ended meanwhile (implemented, superseded, elapsed) is told as ended: nothing vanishes from a list unanswered.
    """

    name = NAME

    def lots(self, question: Question) -> Iterator[Lot]:
        """Paragraphs by what they have in common; ten questions."""
        person, reach = question.person, question.reach
        # Where no paragraph asks anything, nobody is asked whom it would mean.
        if not any_ask.rows(person, reach):
            return
        meant = _means(question)
        rows = [
            *asks_in_force.rows(person, reach, *meant),
            *asks_ended.rows(person, reach, question.since, *meant),
        ]
        said = _newest(question) if rows else {}
        lots: dict[tuple[Any, ...], Lot] = {}
        for (key, status, on, precision), parties in _parties_of(rows, question).items():
            for party in parties:
                alike = (
                    party,
                    status in IN_FORCE,
                    on,
                    precision if on else "",
                    said.get((key, party), ("",))[0],
                )
                if alike not in lots:
                    lots[alike] = _lot(*alike)
                lots[alike].keys.append(key)
        for lot in lots.values():
            lot.keys.sort()
            yield lot

    def made(self, question: Question, keys: Sequence[Key]) -> dict[Key, Ask]:
        """These paragraphs, by party and provision; nine questions."""
        wanted = sorted({key for _party, key in keys})
        rows = these_asks.rows(question.person, question.reach, question.since, wanted, *_means(question))
        answers, addresses = _newest(question), _Addresses()
        shown = {row.pk: row for row in rows}
        light = [row.light for row in rows]
        asked = {one[0]: parties for one, parties in _parties_of(light, question).items()}
        return {
            (party, key): _ask(shown[key], party, answers.get((key, party)), addresses)
            for party, key in keys
            if party in asked.get(key, ())
        }

    def keys_of(self, refs: Collection[str]) -> dict[str, int]:
        """By reference of a text and number in it, the provision; one question."""
        places = {}
        for ref in refs:
            text, _dash, serial = ref.rpartition("-")
            if serial.isdecimal() and len(serial) < 10:
                places[text, int(serial)] = ref
        return {places[place]: key for place, key in provisions_at(places).items()} if places else {}


asks = ParagraphAsks()


def asked_between(question: Question, first: dt.datetime, last: dt.datetime) -> Iterable[Ask]:
    """What paragraphs in force ask of the parties, due on a day between these instants; one question where nothing is."""
    if not any_ask.rows(question.person, question.reach):
        return []
    rows = asks_due.rows(question.person, question.reach, first, last, *_means(question))
    keys = [(party, one[0]) for one, of in _parties_of(rows, question).items() for party in sorted(of)]
    return asks.made(question, keys).values()


def _addressed(question: Question) -> Addressed:
    found: Addressed = question.once("addressed", lambda: addressed(question.parties, at=question.at))
    return found


def _means(question: Question) -> tuple[list[int], list[str], list[int]]:
    """Parties, kinds and bodies that mean any of those asked about."""
    meant = _addressed(question)
    return sorted(meant.parties), meant.kinds, sorted(key for key, of in meant.bodies.items() if of)


def _parties_of(rows: Iterable[Sequence[Any]], question: Question) -> dict[tuple[Any, ...], frozenset[int]]:
    """By key, status and due date of what is asked, the parties that it asks."""
    meant, own = _addressed(question), question.reach.parties
    # In a sealed room nobody is told whom else it asks.
    sealed: set[int] = (
        set() if question.parties <= own else question.once("sealed", lambda: _sealed(question))
    )
    found: dict[tuple[Any, ...], frozenset[int]] = {}
    for key, status, on, precision, whom, party, body, text, *_rest in rows:
        parties = meant.of(whom, party, body)
        one = (key, status, on, precision)
        known = found.get(one)
        parties = parties & own if text in sealed else parties
        found[one] = parties if known is None else known | parties
    return found


def _sealed(question: Question) -> set[int]:
    return {key for (key,) in sealed_texts.rows(question.person, question.reach)}


def _newest(question: Question) -> dict[Key, tuple[str, dt.datetime]]:
    """What each party said last of each provision, as far as the reader may read it."""

    def asked() -> dict[Key, tuple[str, dt.datetime]]:
        parties = sorted(question.parties)
        rows = answers_given.rows(question.person, question.reach, question.since, parties)
        return {(provision, party): (says, at) for provision, party, says, at in rows}

    found: dict[Key, tuple[str, dt.datetime]] = question.once("answers", asked)
    return found


def _lot(party: int, stands: bool, on: Any, precision: str, says: str) -> Lot:
    return Lot(
        NAME, party, KIND, [], due=Due(on=on, precision=precision) if on else None, answered=bool(says),
        done=says == ProvisionAnswer.Says.DONE, ended=not stands,
    )  # fmt: skip


class _Addresses:
    """Addresses of decisions and their paragraphs, cut where these stand: reversing each would take longer than the rest."""

    def __init__(self) -> None:
        self.page = reverse("decisions:decision", args=["0X0"]).split("0X0")
        before, rest = reverse("decisions:answer", args=["0X0", "1X1"]).split("0X0")
        self.answer = (before, *rest.split("1X1"))

    def of(self, symbol: str, ref: str, anchor: str) -> tuple[str, str]:
        """The paragraph's own address, and that where it is answered."""
        before, middle, after = self.answer
        page = f"{self.page[0]}{quote(symbol)}{self.page[1]}"
        return f"{page}#{anchor}", f"{before}{ref}{middle}{quote(anchor)}{after}"


def _ask(one: Any, party: int, said: tuple[str, dt.datetime] | None, addresses: _Addresses) -> Ask:
    symbol = one.paragraph__text__symbol or one.paragraph__text__decision__ref
    if one.told is None:
        words = one.paragraph__words
        due = Due(on=one.due_on, precision=one.due_precision) if one.due_on else None
        one.told = _short(unmarked(show(words).text)), other_language(words), due
    title, language, due = one.told
    anchor, sealed = one.paragraph__anchor, one.paragraph__text__room_cap < MEMBERS
    page, answer = addresses.of(symbol, one.paragraph__text__decision__ref, anchor)
    ended = one.status not in IN_FORCE
    return Ask(
        source=NAME, ref=f"{one.paragraph__text__ref}-{one.paragraph__serial}", party=party, kind=KIND, title=title,
        language=language, cites=f"{symbol}#{anchor}", address=page, answer="" if ended else answer,
        asked_at=one.paragraph__text__decision__adopted_at, due=due, answered_at=said[1] if said else None,
        done=said is not None and said[0] == ProvisionAnswer.Says.DONE, ended=ended,
        body=one.paragraph__text__decision__body__code, sealed=sealed,
    )  # fmt: skip


def _short(words: str) -> str:
    return words if len(words) <= LONGEST else f"{words[:LONGEST].rsplit(' ', 1)[0]} …"
