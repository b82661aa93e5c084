"""What circulars ask of parties: a reply by a date."""

import datetime as dt
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse

from puebla.circulars.models import Circular, Recipient, Reply, State
from puebla.circulars.rules import is_reserved
from puebla.core.asks import Ask, Due, Question
from puebla.core.calendars import other_language
from puebla.core.languages import show
from puebla.core.prepared import Prepared
from puebla.members.models import Party
from puebla.members.querysets import today
from puebla.members.querysets.prepared import PreparedForReader

_COLUMNS = (
    "pk", "ref", "symbol", "titles", "state", "sent_at", "reply_form", "reply_by_at", "reply_precision", "reply_zone",
    "observers_allowed_at", "body__code", "meeting__symbol", "meeting__draft", "room__sealed",
)  # fmt: skip


def asks(question: Question) -> Iterator[Ask]:
    """Replies that these parties owe, or gave, to circulars that the reader may read; five questions at most."""
    found = _awaiting.rows(question.person, question.reach, question.since)
    circulars = {one.pk: one for one in found}
    if not circulars:
        return
    keys, parties = sorted(circulars), sorted(question.parties)
    # When a party replied is told to whoever sees the list: the party itself, the secretariat and the Presidency.
    replied = {
        (circular, party): at
        for circular, party, at in _replies.rows(question.person, question.reach, keys, parties)
    }
    # Who is a member matters to what is reserved to members, which few circulars ask.
    reserving = any(is_reserved(one) for one in found)
    members = {key for (key,) in _members.rows(question.at)} if reserving else set()
    for circular, party in _addressed.rows(keys, parties):
        one = circulars[circular]
        answered = replied.get((circular, party))
        # What is reserved to members is asked of no observer (criteria of 1999).
        reserved = is_reserved(one) and one.observers_allowed_at is None and party not in members
        if not reserved or answered:
            yield _ask(one, party, answered)


def _ask(one: Any, party: int, answered: dt.datetime | None) -> Ask:
    open_now = one.state == State.SENT
    page: list[Any] = [one.symbol or one.ref]
    return Ask(
        source="circulars", ref=one.ref, party=party, kind="reply",
        title=show(one.titles).text or one.symbol or "", language=other_language(one.titles), cites=one.symbol or "",
        address=reverse("circulars:record", args=page), answer=reverse("circulars:reply", args=page) if open_now else "",
        asked_at=one.sent_at, due=Due(at=one.reply_by_at, precision=one.reply_precision, zone=one.reply_zone),
        answered_at=answered, done=answered is not None and not open_now, ended=not open_now,
        body=one.body__code or "", meeting="" if one.meeting__draft else one.meeting__symbol or "",
        sealed=one.room__sealed,
    )  # fmt: skip


def _that_ask(person: Any, reach: Any, since: dt.datetime) -> QuerySet[Any, Any]:
    """Circulars that this person may read, and that await a reply or did until lately."""
    seen = Circular.objects.visible_to(person, reach=reach).filter(
        Q(state=State.SENT) | Q(state=State.CLOSED, ended_at__gte=since), reply_by_at__isnull=False
    )
    return seen.exclude(reply_form=[]).values(*_COLUMNS)


def _given(person: Any, reach: Any, circulars: Any, parties: Any) -> QuerySet[Any, Any]:
    seen = Reply.objects.visible_to(person, reach=reach).standing()
    given = seen.filter(circular__in=circulars, party__in=parties).order_by()
    return given.values_list("circular_id", "party_id", "sent_at")


def _sent_to(circulars: Any, parties: Any) -> QuerySet[Any, Any]:
    addressed = Recipient.objects.filter(circular__in=circulars, party__in=parties).order_by()
    return addressed.values_list("circular_id", "party_id").distinct()


_awaiting = PreparedForReader(_that_ask, make=lambda row: SimpleNamespace(**row), kept=500)
_replies, _addressed = PreparedForReader(_given), Prepared(_sent_to)
_members = Prepared(lambda at: Party.objects.members(on=today(at)).order_by().values_list("pk"))
