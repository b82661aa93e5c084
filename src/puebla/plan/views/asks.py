"""What the Plan of Action asks of member states: a report of each commitment of theirs, half-year by half-year."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.urls import reverse

from puebla.core.asks import Ask, Question
from puebla.core.calendars import other_language
from puebla.core.languages import show
from puebla.members.querysets import today
from puebla.plan.models import Commitment, Plan, Report
from puebla.plan.querysets.asked import pairs_asked
from puebla.plan.querysets.matrix import citation_of, paragraphs_known
from puebla.plan.querysets.rounds import Half, Round, halves_back, last_day, rounds_of

#: The half-year that runs and the one before it can still be reported on; the third has ended.
HALVES, ANSWERED_LATE = 3, 2


def asks(question: Question) -> Iterator[Ask]:
    """Reports on editions in force that the reader may know of; nine questions at most."""
    day = today(question.at)
    halves = halves_back(day, HALVES)
    seen = Plan.objects.visible_to(question.person, reach=question.reach).in_force().filter(from_on__lte=day)
    plans = list(seen.order_by("pk"))
    if not plans:
        return
    rounds = rounds_of(plans, halves)
    mine = Commitment.objects.visible_to(question.person, reach=question.reach)
    commitments = mine.filter(plan__in=plans).order_by("plan", "code_order")
    pairs = list(pairs_asked(commitments, question.parties, on=day))
    ordered_by = paragraphs_known((one for one, _party in pairs), question.person, question.reach)
    given = _given(question, [one.pk for one in plans], halves)
    for commitment, party in pairs:
        for number, half in enumerate(halves):
            answered = given.get((commitment.pk, party, half))
            # What was entered after a half-year is not asked of it.
            if answered is None and (number and _entered_after(commitment, half)):
                continue
            if answered is not None and answered < question.since:
                continue
            yield _ask(
                commitment, party, rounds[commitment.plan_id][half], answered, ended=number >= ANSWERED_LATE,
                # What asks it, as it is cited: the paragraph where the reader may know of it, else the edition and the number.
                cites=citation_of(ordered_by.get(commitment.paragraph_id or 0)) or f"{commitment.plan.code}/{commitment.code}",
            )  # fmt: skip


def _entered_after(commitment: Commitment, half: Half) -> bool:
    return today(commitment.created_at) > last_day(half)


def _given(
    question: Question, plans: list[int], halves: list[Half]
) -> dict[tuple[int, int, Half], dt.datetime]:
    """When each report that stands was sent."""
    seen = Report.objects.visible_to(question.person, reach=question.reach).standing()
    rows = seen.filter(
        commitment__plan__in=plans, party__in=sorted(question.parties), year__gte=halves[-1][0]
    )
    columns = ("commitment_id", "party_id", "year", "half", "sent_at")
    return {
        (commitment, party, (year, half)): at
        for commitment, party, year, half, at in rows.order_by().values_list(*columns)
    }


def _ask(
    one: Commitment, party: int, round_: Round, answered: dt.datetime | None, *, ended: bool, cites: str
) -> Ask:
    page: list[Any] = [one.plan.code, one.code]
    title = show(one.titles).text or one.code
    return Ask(
        source="plan", ref=f"{one.ref}.{round_.key}", party=party, kind="report", title=f"{title} ({round_.name})",
        language=other_language(one.titles), cites=cites, address=reverse("plan:commitment", args=page),
        answer="" if ended else f"{reverse('plan:report', args=page)}?half={round_.key}", asked_at=None, due=round_.due,
        answered_at=answered, done=answered is not None, ended=ended and answered is None, body=one.plan.body.code,
        meeting=round_.meeting, sealed=one.plan.room.sealed,
    )  # fmt: skip
