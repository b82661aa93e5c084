"""Hours on the wall of a place, and the instants they are.

A future time keeps three things: the local day and hour, the zone, and the instant. Governments change their clocks, so the
first two are what was agreed; the instant is computed from them, and again when the rules of a zone change.
"""

import datetime as dt
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from puebla.core.verdicts import RefusedError


@lru_cache(maxsize=1)
def known_zones() -> frozenset[str]:
    """The names of all zones that the tz database has; what says nothing of whose clocks are meant is none."""
    return frozenset(available_timezones()) - {"Factory", "localtime"}


def is_zone(name: str) -> bool:
    """Whether the tz database has a zone of this name (`America/Guatemala`)."""
    return name in known_zones()


def zone(name: str) -> ZoneInfo:
    """The zone of this name.

    Raises:
        RefusedError: where the tz database has none.
    """
    if not is_zone(name):
        raise RefusedError(
            _("There is no time zone “%(zone)s”. Choose one from the list, as America/Guatemala.")
            % {"zone": name[:60]},
            field="zone",
        )
    return ZoneInfo(name)


#: Years that somebody can mean.
FIRST_YEAR, LAST_YEAR = 1800, 2200
NO_SUCH_YEAR = gettext_lazy("The year %(year)d cannot be meant. Check the date.")


def can_be_meant(day: dt.date) -> bool:
    """Whether this is a day of a year that somebody can mean."""
    return FIRST_YEAR <= day.year <= LAST_YEAR


def instants_of(on: dt.date, hour: dt.time, name: str) -> list[dt.datetime]:
    """The instants in UTC at which clocks there show this hour on this day: none, one, or two, the earlier first.

    None where clocks were put forward over it, two where they were put back through it (RFC 5545, 3.3.5).
    """
    place = zone(name)
    found = []
    for fold in (0, 1):
        local = dt.datetime.combine(on, hour.replace(fold=fold, tzinfo=None), tzinfo=place)
        instant = local.astimezone(dt.UTC)
        if instant.astimezone(place).replace(tzinfo=None, fold=0) == local.replace(tzinfo=None, fold=0):
            found.append(instant)
    return sorted(set(found))


def instant_of(
    on: dt.date, hour: dt.time, name: str, *, later: bool | None = None, field: str = "hour"
) -> dt.datetime:
    """The instant, in UTC, of a local day and hour.

    Args:
        later: which of two, on the day clocks are put back; None where nobody has said yet.
        field: the form's field that a refusal names.

    Raises:
        RefusedError: where the hour does not exist there on that day, or exists twice and nobody said which.
    """
    if not can_be_meant(on):
        raise RefusedError(NO_SUCH_YEAR % {"year": on.year}, field="on")
    found = instants_of(on, hour, name)
    facts = {"hour": hour.strftime("%H:%M"), "day": date_format(on, "DATE_FORMAT"), "zone": place_of(name)}
    if not found:
        raise RefusedError(
            _("%(hour)s does not exist on %(day)s in %(zone)s: clocks are put forward over it. Choose an hour before or after.")
            % facts,
            field=field,
        )  # fmt: skip
    if len(found) == 2 and later is None:
        raise RefusedError(
            _("%(hour)s comes twice on %(day)s in %(zone)s: clocks are put back. Say whether you mean the first or the second.")
            % facts,
            field=field,
        )  # fmt: skip
    return found[-1] if later else found[0]


def local(instant: dt.datetime, name: str) -> dt.datetime:
    """This instant as clocks show it in a zone."""
    return instant.astimezone(zone(name))


class ZoneField(models.CharField[Any, Any]):
    """A column with the name of a time zone; only those of the tz database are kept."""

    def __init__(self, *args: Any, **options: Any) -> None:
        usual: dict[str, Any] = {"max_length": 60, "verbose_name": gettext_lazy("time zone")}
        super().__init__(*args, **usual | options)

    def validate(self, value: object, model_instance: models.Model | None) -> None:
        """Refuse what is no zone."""
        super().validate(value, model_instance)
        if not is_zone(str(value)):
            raise ValidationError(
                _("There is no time zone “%(zone)s”. Choose one from the list, as America/Guatemala.")
                % {"zone": str(value)[:60]}
            )


# In words ----------------------------------------------------------------------------------------------------------------


def place_of(name: str) -> str:
    """The place after which a zone is named, as the reader's language calls it: "Costa Rica", "Ciudad de México"."""
    return known_place(name) or name.rpartition("/")[2].replace("_", " ")


def known_place(name: str) -> str:
    """What the reader's language calls the place of a zone; empty where that is no other name than the zone's own."""
    return _places((get_language() or "en")[:2]).get(name, "")


@lru_cache(maxsize=8)
def _places(language: str) -> Mapping[str, str]:
    """By zone, from the CLDR. The names of zones are English already, but for their accents."""
    from babel import Locale, UnknownLocaleError

    try:
        found = {} if language == "en" else Locale.parse(language).time_zones
    except UnknownLocaleError:
        return {}
    return {name: facts["city"] for name, facts in found.items() if "city" in facts}


def difference(instant: dt.datetime, name: str) -> str:
    """How far clocks of a zone are from UTC at this instant: "UTC−6"."""
    minutes = int((instant.astimezone(ZoneInfo(name)).utcoffset() or dt.timedelta()).total_seconds() // 60)
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'−' if minutes < 0 else '+'}{hours}{f':{rest:02}' if rest else ''}"
