"""What a meeting asks of the parties invited to it: their delegation, and a letter of credentials of members."""

import datetime as dt
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

from django.db.models import Count, Min, Q, QuerySet
from django.urls import reverse

from puebla.core.asks import Ask, Due, Question
from puebla.core.calendars import other_language
from puebla.core.languages import show
from puebla.core.prepared import Prepared
from puebla.meetings.models import Convening, Delegation
from puebla.meetings.querysets.delegations import ACTIVE, invited_standings
from puebla.members.models import Standing, StandingKind
from puebla.members.querysets import today
from puebla.members.querysets.prepared import PreparedForReader

State = Convening.State


def asks(question: Question) -> Iterator[Ask]:
    """Delegations and letters of meetings that were convened and that the reader may know of; three questions."""
    convenings = _convened.rows(question.person, question.reach, question.since)
    if not convenings:
        return
    standings = _standings(question)
    held = _held(question, convenings)
    for convening in convenings:
        invited = invited_standings(convening)
        for party in sorted(question.parties):
            standing = _on(standings.get(party, ()), convening.meeting__starts_on or today(question.at))
            row = held.get((convening.pk, party), {})
            named_here = bool(row) and (row["invited_at"] is not None or row["named"])
            if standing == StandingKind.SECRETARIAT or not (standing in invited or named_here):
                continue
            # A meeting of a sealed body asks those who sit there, and nobody is told whom else.
            if convening.meeting__body__room__sealed and not (row or party in question.reach.parties):
                continue
            yield _delegation(convening, party, row)
            if standing == StandingKind.MEMBER:
                yield _letter(convening, party, row)


def _standings(question: Question) -> dict[int, list[tuple[str, dt.date, dt.date | None]]]:
    found: dict[int, list[tuple[str, dt.date, dt.date | None]]] = {}
    for party, kind, first, last in _standing.rows(sorted(question.parties)):
        found.setdefault(party, []).append((kind, first, last))
    return found


def _on(standings: Any, day: dt.date) -> str | None:
    """How a party takes part on a day."""
    return next(
        (kind for kind, first, last in standings if first <= day and (last is None or day <= last)), None
    )


def _held(question: Question, convenings: list[Any]) -> dict[tuple[int, int], dict[str, Any]]:
    """What stands of each delegation: (convening, party) → how many are named and wait, since when, and the letter."""
    keys = [one.pk for one in convenings]
    rows = _delegations.rows(question.person, question.reach, keys, sorted(question.parties))
    return {(row["convening_id"], row["party_id"]): row for row in rows}


def _delegation(convening: Any, party: int, row: dict[str, Any]) -> Ask:
    named = bool(row.get("named"))
    over = convening.state == State.CLOSED
    return _of(
        convening, party, "nomination", answered_at=row.get("named_at") if named else None,
        done=named and (over or not row["waiting"]), ended=over and not named,
    )  # fmt: skip


def _letter(convening: Any, party: int, row: dict[str, Any]) -> Ask:
    given = row.get("letter_at")
    over = convening.state == State.CLOSED
    return _of(
        convening, party, "letter", answered_at=given, done=bool(given and (over or row["letter_checked_at"])),
        ended=over and not given,
    )  # fmt: skip


def _of(convening: Any, party: int, kind: str, **more: Any) -> Ask:
    symbol, titles = convening.meeting__symbol, convening.meeting__titles
    # Without a day for nominations, the meeting itself is the last one.
    on = convening.nominate_by or convening.meeting__starts_on
    return Ask(
        source="meetings", ref=f"{symbol}.{kind}", party=party, kind=kind, title=show(titles).text or symbol,
        language=other_language(titles), cites=symbol, address=reverse("meetings:page", args=[symbol]),
        answer="" if convening.state == State.CLOSED else reverse("meetings:delegations", args=[symbol]),
        asked_at=convening.convened_at, due=Due(on=on, zone=convening.zone) if on else None, body=convening.meeting__body__code,
        meeting=symbol, sealed=convening.meeting__body__room__sealed, **more,
    )  # fmt: skip


_COLUMNS = (
    "pk", "state", "open_to", "zone", "nominate_by", "convened_at", "meeting__symbol", "meeting__titles", "meeting__starts_on",
    "meeting__body__code", "meeting__body__room__sealed",
)  # fmt: skip


def _that_ask(person: Any, reach: Any, since: dt.datetime) -> QuerySet[Any, Any]:
    seen = Convening.objects.visible_to(person, reach=reach).filter(
        Q(state__in=[State.CONVENED, State.IN_SESSION]) | Q(state=State.CLOSED, closed_at__gte=since),
        meeting__draft=False,
    )
    return seen.order_by("meeting__starts_on", "pk").values(*_COLUMNS)


def _named(person: Any, reach: Any, convenings: Any, parties: Any) -> QuerySet[Any, Any]:
    active = Q(delegates__state__in=ACTIVE)
    seen = Delegation.objects.visible_to(person, reach=reach)
    rows = seen.filter(convening__in=convenings, party__in=parties).annotate(
        named=Count("delegates", filter=active),
        waiting=Count("delegates", filter=Q(delegates__state="nominated")),
        named_at=Min("delegates__nominated_at", filter=active),
    )
    columns = ("convening_id", "party_id", "invited_at", "letter_at", "letter_checked_at")
    return rows.order_by().values(*columns, "named", "waiting", "named_at")


_convened = PreparedForReader(_that_ask, make=lambda row: SimpleNamespace(**row), kept=300)
_delegations = PreparedForReader(_named, make=dict, kept=2000)
_standing = Prepared(
    lambda parties: (
        Standing.objects.filter(party__in=parties)
        .order_by()
        .values_list("party_id", "kind", "from_on", "until_on")
    )
)
