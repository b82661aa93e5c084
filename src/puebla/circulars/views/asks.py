"""What circulars ask of parties: a reply by a date."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.db.models import Q
from django.urls import reverse

from puebla.circulars.models import Circular, Recipient, Reply, State
from puebla.circulars.rules import is_reserved
from puebla.core.asks import Ask, Due, Question
from puebla.core.calendars import other_language
from puebla.core.languages import show
from puebla.members.models import Party
from puebla.members.querysets import today


def asks(question: Question) -> Iterator[Ask]:
    """Replies that these parties owe, or gave, to circulars that the reader may read; five questions at most."""
    seen = Circular.objects.visible_to(question.person, reach=question.reach).filter(
        Q(state=State.SENT) | Q(state=State.CLOSED, ended_at__gte=question.since), reply_by_at__isnull=False
    )
    circulars = {one.pk: one for one in seen.exclude(reply_form=[]).select_related("body", "meeting", "room")}
    if not circulars:
        return
    addressed = Recipient.objects.filter(circular__in=list(circulars), party__in=sorted(question.parties))
    seen_replies = Reply.objects.visible_to(question.person, reach=question.reach).standing()
    given = seen_replies.filter(circular__in=list(circulars), party__in=sorted(question.parties))
    # When a party replied is told to whoever sees the list: the party itself, the secretariat and the Presidency.
    replied = {
        (circular, party): at
        for circular, party, at in given.order_by().values_list("circular_id", "party_id", "sent_at")
    }
    members = set(Party.objects.members(on=today(question.at)).values_list("pk", flat=True))
    for circular, party in addressed.order_by().values_list("circular_id", "party_id").distinct():
        one = circulars[circular]
        answered = replied.get((circular, party))
        # What is reserved to members is asked of no observer (criteria of 1999).
        reserved = is_reserved(one) and one.observers_allowed_at is None and party not in members
        if not reserved or answered:
            yield _ask(one, party, answered)


def _ask(one: Circular, party: int, answered: dt.datetime | None) -> Ask:
    open_now = one.state == State.SENT
    page: list[Any] = [one.address]
    return Ask(
        source="circulars", ref=one.ref, party=party, kind="reply",
        title=show(one.titles).text or one.symbol or "", language=other_language(one.titles), cites=one.symbol or "",
        address=reverse("circulars:record", args=page), answer=reverse("circulars:reply", args=page) if open_now else "",
        asked_at=one.sent_at, due=Due(at=one.reply_by_at, precision=one.reply_precision, zone=one.reply_zone),
        answered_at=answered, done=answered is not None and not open_now, ended=not open_now,
        body=one.body.code if one.body else "", meeting=one.meeting.symbol if one.meeting and not one.meeting.draft else "",
        sealed=one.room.sealed,
    )  # fmt: skip
