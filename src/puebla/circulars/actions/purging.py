"""Persons that parties nominated are forgotten some time after; how many they were stays."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import Q

from puebla.circulars.actions.writing import locked
from puebla.circulars.models import Circular, Reply
from puebla.core import journal
from puebla.core.operations import one_by_one
from puebla.members.querysets import today


def purge(at: dt.datetime) -> int:
    """Forget the persons nominated in replies to circulars that are over for as long as they said; how many persons."""
    kept = Reply.objects.filter(purged_at=None).order_by().values("circular")
    circulars = Circular.objects.filter(pk__in=kept).select_related("meeting").order_by("pk")
    return one_by_one([one for one in circulars if _is_over(one, at)], lambda one: _purge(one, at=at))


@transaction.atomic
def _purge(circular: Circular, *, at: dt.datetime) -> int:
    row, count = locked(circular), 0
    if not _is_over(row, at):
        return 0
    # A reply that came afterwards is kept as long, from the day it came.
    last = at - dt.timedelta(days=row.keep_days)
    replies = row.replies.select_for_update(of=("self",)).filter(purged_at=None)
    for reply in replies.filter(Q(sent_at__lt=last) | Q(sent_at=None, changed_at__lt=last)):
        count += _forget(reply, row.nominations, at)
    if count:
        journal.record("circular.purged", at=at, subject=row, room=row.room, facts={"persons": count})
    return count


def _is_over(circular: Circular, at: dt.datetime) -> bool:
    """Whether the persons nominated have been kept long enough; never where nobody is nominated."""
    if not circular.nominations or circular.reply_by_at is None:
        return False
    meeting = circular.meeting
    held_on = (meeting.ends_on or meeting.starts_on) if meeting else None
    last = max(filter(None, [today(circular.reply_by_at), held_on]))
    return today(at) > last + dt.timedelta(days=circular.keep_days)


def _forget(reply: Reply, fields: list[str], at: dt.datetime) -> int:
    answers: dict[str, Any] = dict(reply.answers)
    persons = {code: len(answers[code]) for code in fields if answers.get(code)}
    for code, number in persons.items():
        # What was sent still says how many; a draft begins anew.
        answers[code] = [{}] * number if reply.state != Reply.State.DRAFT else []
    reply.answers = {code: value for code, value in answers.items() if value}
    reply.purged_at = at
    reply.revision += 1
    reply.save(update_fields=["answers", "purged_at", "revision"])
    return sum(persons.values())
