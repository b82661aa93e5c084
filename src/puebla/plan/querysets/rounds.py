"""Half-years of reporting: each report tells of one, and is due before the meeting of the body that reviews the edition."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from puebla.core.asks import Due
from puebla.core.languages import Texts
from puebla.members.models import Meeting
from puebla.members.querysets import today

Half = tuple[int, int]


@dataclass(frozen=True)
class Round:
    """One half-year of one edition.

    Attributes:
        due: until when reports on it are in time. meeting: symbol of the meeting they are for; empty where none is known.
    """

    year: int
    half: int
    due: Due
    meeting: str = ""
    meeting_titles: Texts | None = None

    @property
    def key(self) -> str:
        """Names it: "2026-2"."""
        return key_of((self.year, self.half))

    @property
    def name(self) -> str:
        """The half-year in words."""
        return name_of(self.year, self.half)


def half_of(day: dt.date) -> Half:
    """The half-year in which this day lies."""
    return day.year, 1 if day.month <= 6 else 2


def earlier(half: Half, steps: int = 1) -> Half:
    """The half-year so many before this one."""
    count = half[0] * 2 + half[1] - 1 - steps
    return count // 2, count % 2 + 1


def first_day(half: Half) -> dt.date:
    """The first day of a half-year."""
    return dt.date(half[0], 1 if half[1] == 1 else 7, 1)


def last_day(half: Half) -> dt.date:
    """The last day of a half-year."""
    return dt.date(half[0], 6, 30) if half[1] == 1 else dt.date(half[0], 12, 31)


def is_asked_of(commitment: Any, half: Half) -> bool:
    """Whether a half-year lies in the time for which reports on this commitment are asked (not by whom, nor how it stands)."""
    since = commitment.asked_from or today(commitment.created_at)
    begins = since if commitment.from_on is None else max(since, commitment.from_on)
    return bool(begins <= last_day(half))


def key_of(half: Half) -> str:
    """A half-year as it stands in addresses: "2026-2"."""
    return f"{half[0]}-{half[1]}"


def half_named(key: str) -> Half | None:
    """The half-year of this name; None where it is none."""
    year, _dash, number = key.partition("-")
    known = len(year) == 4 and year.isascii() and year.isdecimal() and year >= "1000" and number in {"1", "2"}
    return (int(year), int(number)) if known else None


def name_of(year: int, half: int) -> str:
    """A half-year in words, in the language now active."""
    words = _("first half of %(year)d") if half == 1 else _("second half of %(year)d")
    return words % {"year": year}


def rounds_of(plans: Sequence[Any], halves: Sequence[Half]) -> dict[int, dict[Half, Round]]:
    """For each edition the rounds of these half-years; one question.

    Reports on a half-year are due so many days as the edition says before the last announced meeting of its body that
    begins in it; where there is none, on its last day. Where that would be before the half-year itself has begun, they are due
    on the meeting's first day: nobody reports of what is still to come.
    """
    if not plans or not halves:
        return {}
    span = (first_day(min(halves)), last_day(max(halves)))
    bodies = {one.body_id for one in plans}
    held = Meeting.objects.filter(body__in=bodies, draft=False, starts_on__range=span).order_by(
        "starts_on", "pk"
    )
    meetings: dict[int, dict[Half, Mapping[str, Any]]] = defaultdict(dict)
    for row in held.values("body_id", "symbol", "titles", "starts_on", "precision"):
        meetings[row["body_id"]][half_of(row["starts_on"])] = row
    return {
        one.pk: {half: _round(one, half, meetings[one.body_id].get(half)) for half in halves} for one in plans
    }


def _round(plan: Any, half: Half, meeting: Mapping[str, Any] | None) -> Round:
    if meeting is None:
        return Round(*half, due=Due(on=last_day(half)))
    day, precision = meeting["starts_on"], meeting["precision"]
    if precision == "day" and (ahead := day - dt.timedelta(days=plan.report_days)) >= first_day(half):
        day = ahead
    return Round(*half, Due(on=day, precision=precision), meeting["symbol"], meeting["titles"])


def halves_back(day: dt.date, count: int) -> list[Half]:
    """The half-year of this day and those before it, so many in all; the newest first."""
    return [earlier(half_of(day), steps) for steps in range(count)]


def choices_of(halves: Iterable[Half]) -> list[tuple[str, str]]:
    """Half-years to choose from: name in addresses, and in words."""
    return [(key_of(one), name_of(*one)) for one in halves]
