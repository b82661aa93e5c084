"""What the Plan of Action puts into calendars: until when reports on a half-year are due."""

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from puebla.core.calendars import CalendarEntry, other_language
from puebla.core.languages import show
from puebla.members.querysets import Reach, today
from puebla.plan.models import Plan
from puebla.plan.querysets.rounds import Half, earlier, half_of, last_day, rounds_of

if TYPE_CHECKING:
    from puebla.accounts.models import Person

#: Half-years that a calendar shows at most.
MOST = 12


def entries(person: "Person", reach: Reach, first: dt.datetime, last: dt.datetime) -> Iterator[CalendarEntry]:
    """The days by which reports on editions in force are due between these instants; two questions."""
    seen = Plan.objects.visible_to(person, reach=reach).in_force().select_related("body__room")
    plans = list(seen.order_by("pk"))
    if not plans:
        return
    begins, ends = today(first), today(last)
    rounds = rounds_of(plans, _halves(begins, ends))
    for plan in plans:
        for round_ in rounds[plan.pk].values():
            if round_.due.on is None or not begins <= round_.due.on <= ends or round_.due.on < plan.from_on:
                continue
            if plan.in_force_on is not None and last_day((round_.year, round_.half)) < plan.in_force_on:
                continue
            yield CalendarEntry(
                uid=f"plan-{plan.code}-{round_.key}", kind="report",
                title=_("Reports on “%(plan)s”, %(half)s") % {"plan": show(plan.titles), "half": round_.name},
                language=other_language(plan.titles), on=round_.due.on, precision=round_.due.precision,
                address=reverse("plan:edition", args=[plan.code]), body=plan.body.code, body_name=str(show(plan.body.short_names)),
                about=round_.meeting, sequence=plan.revision - 1, changed_at=plan.changed_at,
                outside=_("Reports due") if plan.body.room.sealed else "",
            )  # fmt: skip


def _halves(first: dt.date, last: dt.date) -> list[Half]:
    """The half-years of a span and the one after it, whose reports may be due before it begins; the latest where they are many."""
    found = [earlier(half_of(last), -1)]
    while len(found) < MOST and found[-1] > half_of(first):
        found.append(earlier(found[-1]))
    return found
