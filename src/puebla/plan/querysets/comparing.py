"""An edition on two days side by side, or two editions: what moved."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone

from puebla.plan.models import Commitment, Mark
from puebla.plan.models.commitments import Status
from puebla.plan.querysets.progress import Standing


@dataclass(frozen=True)
class Stood:
    """How a commitment stood on a day."""

    status: str
    progress: int | None
    budget: Decimal | None
    funded: Decimal | None

    @property
    def status_name(self) -> str:
        """What its status is called."""
        return str(Status(self.status).label)


@dataclass(frozen=True)
class Moved:
    """A commitment on both days; None on a day on which it was not there yet."""

    commitment: Commitment
    before: Stood | None
    after: Stood | None

    @property
    def step(self) -> int | None:
        """How many points of progress it made; None where one of the days has none."""
        if (
            self.before is None
            or self.after is None
            or self.before.progress is None
            or self.after.progress is None
        ):
            return None
        return self.after.progress - self.before.progress


def end_of(day: dt.date) -> dt.datetime:
    """The instant at which this day is over, by the process's clocks."""
    return timezone.make_aware(dt.datetime.combine(day + dt.timedelta(days=1), dt.time()))


def marks_on(commitments: QuerySet[Any], day: dt.date) -> dict[int, Stood]:
    """How each of these commitments stood at the end of a day; one question."""
    before = Mark.objects.filter(commitment=OuterRef("pk"), at__lt=end_of(day)).order_by("-at", "-pk")
    last = commitments.order_by().annotate(last=Subquery(before.values("pk")[:1])).values("last")
    rows = Mark.objects.filter(pk__in=last).order_by()
    columns = ("commitment_id", "status", "progress", "budget", "funded")
    return {key: Stood(*values) for key, *values in rows.values_list(*columns)}


@dataclass(frozen=True)
class Comparison:
    """An edition on two days.

    Attributes:
        before, after: how all of it stood. moved: the commitments that differ, in order.
        same: how many stand as they stood.
    """

    before: Standing
    after: Standing
    moved: list[Moved]
    same: int

    @property
    def states(self) -> list[tuple[str, int, int]]:
        """How many had each status on the first day and on the second."""
        return [
            (str(one.label), self.before.states[one], self.after.states[one])
            for one in Status
            if self.before.states[one] or self.after.states[one]
        ]


def compared(commitments: QuerySet[Any], first: dt.date, second: dt.date) -> Comparison:
    """These commitments, which came through the gate, on two days; three questions."""
    before, after = marks_on(commitments, first), marks_on(commitments, second)
    differing = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    rows = (
        commitments.filter(pk__in=differing)
        .select_related("objective__pillar", "plan")
        .order_by("plan", "code_order")
    )
    moved = [Moved(one, before.get(one.pk), after.get(one.pk)) for one in rows]
    return Comparison(standing_of(before), standing_of(after), moved, len(after.keys() - differing))


def standing_of(stood: Mapping[int, Stood]) -> Standing:
    """How all of these stood together."""
    found = Standing()
    counts: Counter[tuple[str, int | None]] = Counter((one.status, one.progress) for one in stood.values())
    for (status, progress), count in counts.items():
        found.add(status, count, 0 if progress is None else count, (progress or 0) * count)
    return found
