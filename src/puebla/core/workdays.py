"""Working days by the public holidays of each country; where no calendar of a country is known, weekends alone are free.

The calendars are those of the `holidays` package, which keeps them for whole countries: what a ministry gives off beyond
them nobody outside knows, and pages say so.
"""

import datetime as dt
from functools import lru_cache
from typing import Any

from puebla.core.zones import local

SATURDAY = 5
#: From this hour of a capital its day counts as one on which there was time to answer.
NOON = dt.time(12)


@lru_cache(maxsize=64)
def _calendar(country: str, language: str = "") -> Any:
    """The calendar of a country by its two letters (ISO 3166); None where there is none."""
    if not country:
        return None
    # Imported here: the package costs a start of the server more than it needs.
    import holidays

    try:
        known = holidays.country_holidays(country)
        if language:
            spoken = [one for one in known.supported_languages if one.startswith(language)]
            return holidays.country_holidays(country, language=spoken[0]) if spoken else known
    except NotImplementedError:
        return None
    return known


def has_calendar(country: str) -> bool:
    """Whether the public holidays of this country are known."""
    return _calendar(country) is not None


def is_working_day(country: str, day: dt.date) -> bool:
    """Whether people of this country's administration are at work on this day."""
    known = _calendar(country)
    return bool(known.is_working_day(day)) if known is not None else day.weekday() < SATURDAY


def holiday_name(country: str, day: dt.date, language: str) -> str:
    """What a public holiday is called, in this language where the calendar has it; empty where the day is none."""
    known = _calendar(country, language)
    return str(known.get(day) or "") if known is not None else ""


def days_between(opened_at: dt.datetime, closes_at: dt.datetime, zone: str) -> list[dt.date]:
    """The days between two instants by the clocks of a zone: the first never counts, the last where noon has come."""
    first, last = local(opened_at, zone), local(closes_at, zone)
    until = last.date() if last.time() >= NOON else last.date() - dt.timedelta(days=1)
    return [first.date() + dt.timedelta(days=n) for n in range(1, (until - first.date()).days + 1)]


def working_days(country: str, zone: str, opened_at: dt.datetime, closes_at: dt.datetime) -> int:
    """How many working days of this country lie between two instants, by the clocks of its capital."""
    return sum(is_working_day(country, day) for day in days_between(opened_at, closes_at, zone))
