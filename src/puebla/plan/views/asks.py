"""What the Plan of Action asks of member states: a report of each commitment of theirs, half-year by half-year."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import quote

from django.urls import reverse
from django.utils import timezone

from puebla.core.asks import Ask, LongSource, Lot, Question
from puebla.core.calendars import other_language
from puebla.core.languages import show
from puebla.members.querysets import today
from puebla.plan.querysets.asked import (
    commitments_named,
    editions_asking,
    keys_asked,
    members_of,
    paragraphs_cited,
    parts_of,
    reports_given,
    these_asked,
)
from puebla.plan.querysets.rounds import (
    Half,
    Round,
    first_day,
    half_named,
    halves_back,
    is_asked_of,
    rounds_of,
)

NAME, KIND = "plan", "report"
#: The half-year that runs and the one before it can still be reported on; the third has ended.
HALVES, ANSWERED_LATE = 3, 2
#: After every half-year.
NEVER = dt.datetime.max.replace(tzinfo=dt.UTC)
#: A commitment and a half-year of it.
Key = tuple[int, Half]


class ReportAsks(LongSource):
    """Reports on commitments of editions in force that the reader may know of.

    What is over meanwhile (implemented, no longer pursued, its edition in force no more) is told as ended: nothing vanishes from a list
    unanswered.
    """

    name = NAME

    def lots(self, question: Question) -> Iterator[Lot]:
        """Reports of each edition and half-year, those given apart; eight questions."""
        plans, halves = _plans(question), halves_back(today(question.at), HALVES)
        members = _members(question) if plans else []
        if not members:
            return
        begins = [_begins(half) for half in halves]
        rows = keys_asked.rows(
            question.person,
            question.reach,
            question.at,
            question.since,
            members,
            # A half-year is over as the next begins.
            *begins[:-1],
        )
        named = set(parts_of.rows(members)) if len(members) > 1 else set()
        rounds, ends = (_rounds(question), _ends(question)) if rows else ({}, {})
        asked = [
            (key, plan, of_all, ends[plan] if over is None else min(_instant(over), ends[plan]), later)
            for key, plan, of_all, over, *later in rows
        ]
        sent = question.once("sent", lambda: _sent(question, [row[0] for row in rows])) if rows else {}
        for number, half in enumerate(halves if rows else ()):
            given = sent.get(half, {})
            late = number >= ANSWERED_LATE
            lots: dict[tuple[int, int, bool, bool], list[Key]] = defaultdict(list)
            for key, plan, of_all, ended, asked_later in asked:
                for party in members:
                    if not (of_all or len(members) == 1 or (key, party) in named):
                        continue
                    report = given.get((key, party))
                    # What is asked only since later is not asked of a half-year, nor what was over before it; what was sent
                    # long ago is told no more.
                    due = ended > begins[number] and not (number and asked_later[number - 1])
                    if report[0] if report else due:
                        lots[party, plan, report is not None, ended < NEVER].append((key, half))
            for (party, plan, is_sent, is_over), keys in lots.items():
                yield _lot(party, rounds[plan][half], keys, sent=is_sent, ended=late or is_over)

    def made(self, question: Question, keys: Sequence[tuple[int, Key]]) -> dict[tuple[int, Key], Ask]:
        """These reports, by party, commitment and half-year; nine questions at most."""
        members, halves = _members(question) if keys else [], halves_back(today(question.at), HALVES)
        if not members:
            return {}
        wanted = sorted({key for _party, (key, _half) in keys})
        rows = these_asked.rows(question.person, question.reach, question.at, question.since, members, wanted)
        shown = {one.pk: one for one in rows}
        named = set(parts_of.rows(members)) if len(members) > 1 else set()
        # Found out already for all that the list has, or asked for these alone.
        sent = question.known["sent"] if "sent" in question.known else _sent(question, wanted)
        rounds, ends = _rounds(question), _ends(question)
        cited, addresses = _cited(question, shown.values()), _Addresses()
        found = {}
        for party, (key, half) in keys:
            one, report = shown.get(key), sent.get(half, {}).get((key, party))
            if one is None or half not in halves or party not in members:
                continue
            number = halves.index(half)
            over = min(one.over_at or NEVER, ends[one.plan_id])
            asked = one.all_members or len(members) == 1 or (key, party) in named
            if not asked or (report is None and not (is_asked_of(one, half) and over > _begins(half))):
                continue
            answered = _instant(report[1]) if report else None
            # What asks it, as it is cited: the paragraph where the reader may know of it, else the edition and the number.
            cites = cited.get(one.paragraph_id) or f"{one.plan__code}/{one.code}"
            ended = number >= ANSWERED_LATE or over < NEVER
            found[party, (key, half)] = _ask(
                one, party, rounds[one.plan_id][half], answered, addresses, ended=ended, cites=cites
            )
        return found

    def keys_of(self, refs: Collection[str]) -> dict[str, Key]:
        """By reference of a commitment and half-year of it; one question."""
        named = {ref: (ref.rpartition(".")[0], half_named(ref.rpartition(".")[2])) for ref in refs}
        keys = commitments_named({commitment for commitment, half in named.values() if half})
        return {ref: (keys[one], half) for ref, (one, half) in named.items() if half and one in keys}


asks = ReportAsks()


def _plans(question: Question) -> list[Any]:
    found: list[Any] = question.once(
        "plans",
        lambda: editions_asking.rows(question.person, question.reach, question.at, question.since),
    )
    return found


def _ends(question: Question) -> dict[int, dt.datetime]:
    """By edition, since when nothing more is reported on it; never, of those in force."""
    return {one.pk: one.over_at or NEVER for one in _plans(question)}


def _members(question: Question) -> list[int]:
    """Those of the parties that are member states."""
    found: list[int] = question.once(
        "members", lambda: sorted(key for (key,) in members_of.rows(question.at, sorted(question.parties)))
    )
    return found


def _rounds(question: Question) -> dict[int, dict[Half, Round]]:
    """By edition, the rounds of the half-years that are told of."""
    halves = halves_back(today(question.at), HALVES)
    found: dict[int, dict[Half, Round]] = question.once("rounds", lambda: rounds_of(_plans(question), halves))
    return found


def _sent(
    question: Question, commitments: Collection[int]
) -> dict[Half, dict[tuple[int, int], tuple[bool, Any]]]:
    """By half-year, of the reports on these that were sent: whether lately, and when, as the database keeps it."""
    halves = halves_back(today(question.at), HALVES)
    rows = reports_given.rows(
        question.person,
        question.reach,
        _members(question),
        sorted(commitments),
        *halves[-1],
        question.since,
    )
    found: dict[Half, dict[tuple[int, int], tuple[bool, Any]]] = {half: {} for half in halves}
    for commitment, party, year, half, recent, sent_at in rows:
        if (year, half) in found:
            found[year, half][commitment, party] = (bool(recent), sent_at)
    return found


def _instant(at: Any) -> dt.datetime:
    """An instant as the database keeps it: SQLite knows no zones, and has all of them in UTC."""
    found: dt.datetime = at if at.tzinfo else at.replace(tzinfo=dt.UTC)
    return found


def _cited(question: Question, commitments: Iterable[Any]) -> dict[int, str]:
    """By paragraph that ordered any of these, how it is cited; as far as the reader may know of it."""
    wanted = sorted({one.paragraph_id for one in commitments if one.paragraph_id is not None})
    rows = paragraphs_cited.rows(question.person, question.reach, wanted) if wanted else []
    return {key: f"{symbol}#{anchor}" for key, symbol, anchor in rows if symbol}


def _begins(half: Half) -> dt.datetime:
    """The instant at which a half-year begins."""
    return timezone.make_aware(dt.datetime.combine(first_day(half), dt.time()))


def _lot(party: int, round_: Round, keys: list[Key], *, sent: bool, ended: bool) -> Lot:
    return Lot(
        NAME, party, KIND, keys, meeting=round_.meeting, due=round_.due, answered=sent, done=sent, ended=ended and not sent
    )  # fmt: skip


class _Addresses:
    """Addresses of commitments and where they are reported on, cut where these stand: reversing each takes long."""

    def __init__(self) -> None:
        self.page, self.report = (
            reverse(name, args=["0X0", "1X1"]) for name in ("plan:commitment", "plan:report")
        )

    def of(self, plan: str, code: str) -> tuple[str, str]:
        """The commitment's own address, and that where it is reported on."""
        plan, code = quote(plan), quote(code)
        page, report = (one.replace("0X0", plan).replace("1X1", code) for one in (self.page, self.report))
        return page, report


def _ask(
    one: Any, party: int, round_: Round, answered: dt.datetime | None, addresses: _Addresses, *, ended: bool, cites: str
) -> Ask:  # fmt: skip
    page, report = addresses.of(one.plan__code, one.code)
    title = show(one.titles).text or one.code
    return Ask(
        source=NAME, ref=f"{one.ref}.{round_.key}", party=party, kind=KIND, title=f"{title} ({round_.name})",
        language=other_language(one.titles), cites=cites, address=page,
        answer="" if ended else f"{report}?half={round_.key}", asked_at=None, due=round_.due,
        answered_at=answered, done=answered is not None, ended=ended and answered is None, body=one.plan__body__code,
        meeting=round_.meeting, sealed=one.plan__room__sealed,
    )  # fmt: skip
