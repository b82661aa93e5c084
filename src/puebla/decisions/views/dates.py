"""What decisions put into calendars: until when paragraphs ask something of the reader's own parties."""

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from puebla.core.asks import Question
from puebla.core.calendars import CalendarEntry
from puebla.decisions.views.asks import asked_between
from puebla.members.querysets import Reach, today

if TYPE_CHECKING:
    from puebla.accounts.models import Person

#: The longest time of which no more than its first day is kept: a year.
WIDEST = dt.timedelta(days=366)


def entries(person: "Person", reach: Reach, first: dt.datetime, last: dt.datetime) -> Iterator[CalendarEntry]:
    """The last days on which what is asked of the reader's parties is in time, between these instants, while it waits.

    A due date that is known as a quarter or a year stands on its last day.
    """
    begins, ends = today(first), today(last)
    question = Question(person, reach, reach.parties, reach.at or timezone.now())
    # Who sits for two parties that are asked the same has it once.
    found = asked_between(question, first - WIDEST, last)
    waiting = {ask.ref: ask for ask in found if not ask.done}
    for ask in waiting.values():
        day = ask.due.last_day if ask.due else dt.date.max
        if not begins <= day <= ends:
            continue
        words = _("Due: %(title)s")
        yield CalendarEntry(
            uid=f"paragraph-{ask.ref}", kind="asked", title=words % {"title": ask.title}, language=ask.language, on=day,
            address=ask.address, body=ask.body, about=ask.cites, changed_at=ask.asked_at,
            outside=words % {"title": _("a text of a sealed room")} if ask.sealed else "",
        )  # fmt: skip
