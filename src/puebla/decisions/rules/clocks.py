"""Whether an hour has really come: what the second clock vouches for (`docs/decisions`, “nothing is adopted by a clock that leapt”)."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from puebla.core.zones import local

#: Two clocks never go quite alike: what is set right by steps of a second or slowly (500 millionths) is no leap.
STEP = dt.timedelta(seconds=2)
SLEW = 0.0005
#: How much of the time may lack a witness: the moments between two readings of one act.
SLACK = dt.timedelta(seconds=5)


class Stretch(Protocol):
    """A stretch over which both clocks went the same way (`models.ClockSpan`)."""

    first_at: dt.datetime
    last_at: dt.datetime
    leapt: int


def agree(wall: dt.timedelta, other: dt.timedelta) -> bool:
    """Whether both clocks went the same way."""
    return abs(wall - other) <= STEP + abs(other) * SLEW


@dataclass(frozen=True)
class Witness:
    """What the second clock says of the time since a procedure was opened.

    Attributes:
        proven_at: the hour that has surely come: that of the opening and all that was witnessed since.
        leapt: the largest leap of the wall's clock; none where it is zero.
    """

    proven_at: dt.datetime
    leapt: dt.timedelta = dt.timedelta(0)

    def vouches_for(self, instant: dt.datetime) -> bool:
        """Whether this instant has surely passed."""
        return not self.leapt and self.proven_at >= instant - SLACK

    def facts(self) -> dict[str, Any]:
        """As it is kept with the procedure."""
        return {"proven_at": self.proven_at.isoformat(), "leapt": round(self.leapt.total_seconds(), 3)}


def witness_of(
    stretches: Iterable[Stretch], leaps: Iterable[int], *, opened_at: dt.datetime, at: dt.datetime
) -> Witness:
    """What stretches vouch for between the opening and now.

    Args:
        leaps: of stretches that began since, in microseconds.
    """
    proven, until = dt.timedelta(0), opened_at
    for one in sorted(stretches, key=lambda each: each.first_at):
        first, last = max(one.first_at, until), min(one.last_at, at)
        if last > first:
            proven += last - first
            until = last
    largest = max(leaps, key=abs, default=0)
    return Witness(opened_at + proven, dt.timedelta(microseconds=largest))


def doubt_in_words(found: Witness, closes_at: dt.datetime, zone: str) -> str:
    """Why the end is not written down by itself, and what happens next."""
    if found.leapt:
        seconds = abs(found.leapt).total_seconds()
        return _(
            "The server's clock leapt by %(minutes)s minutes while the procedure ran. Somebody has to confirm the time before its end is written down."
        ) % {"minutes": f"{seconds / 60:.1f}"}  # fmt: skip
    missing = closes_at - found.proven_at
    words = {
        "minutes": max(1, round(missing.total_seconds() / 60)),
        "proven": date_format(local(found.proven_at, zone), "DATETIME_FORMAT"),
    }
    return _(
        "The server did not run for some time, so that nothing vouches for %(minutes)d minutes of the period. Its end is written down when that time has gone by once more, or when somebody confirms the time."
    ) % words  # fmt: skip
