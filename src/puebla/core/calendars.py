"""What stands in a calendar, whoever keeps it, and how it is written for other programs (iCalendar, RFC 5545).

A room that has dates adds a `CalendarSource` to the registry `calendar`; the calendars ask all of them.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from puebla.core import registry
from puebla.core.languages import Texts, show
from puebla.core.words import one_line
from puebla.core.zones import is_zone

MEDIA_TYPE = "text/calendar; charset=utf-8"
#: When something changed of which nobody keeps it: a stamp has to stand there, and it must not move by itself.
LONG_AGO = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
#: How soon programs ask again.
ASK_AGAIN = dt.timedelta(hours=1)
#: What each kind of entry is called; rooms add theirs.
KINDS: dict[str, Any] = {
    "meeting": gettext_lazy("meeting"),
    "session": gettext_lazy("session"),
    "line": gettext_lazy("closed session"),
    "embargo": gettext_lazy("end of an embargo"),
    "expected": gettext_lazy("document expected"),
    "reply_by": gettext_lazy("reply by"),
    "asked": gettext_lazy("asked of us"),
}
#: What takes nobody's time: days, and hours by which something is due.
TIMELESS = frozenset({"meeting", "embargo", "expected", "reply_by", "asked", "silence"})


@dataclass(frozen=True)
class CalendarEntry:
    """One thing in a calendar: from an instant until an instant, or days as far as they are known.

    Attributes:
        uid: names it for ever, among all that this instance has.
        title: in the reader's language; else in another, named by `language`.
        starts_at: an instant; None where the entry has days (`on`, `until_on`, the last one inclusive, and `precision`).
        ends_at: None for something that is due at an instant.
        zone: of the place.
        address: path of its page.
        body: code of its body; empty where it has none.
        sequence: grows with every change of what is shown here.
        outside: what stands for title and place where the house does not guard them: of a sealed room, in a feed.
        room: key of the room in which people sit together, for what takes place; it tells who is in two places at once.
    """

    uid: str
    kind: str
    title: str
    language: str = ""
    starts_at: dt.datetime | None = None
    ends_at: dt.datetime | None = None
    on: dt.date | None = None
    until_on: dt.date | None = None
    precision: str = "day"
    zone: str = "UTC"
    place: str = ""
    link: str = ""
    address: str = ""
    body: str = ""
    body_name: str = ""
    about: str = ""
    sequence: int = 0
    tentative: bool = False
    cancelled: bool = False
    changed_at: dt.datetime | None = None
    outside: str = ""
    room: int | None = None

    @property
    def kind_name(self) -> str:
        """What an entry of this kind is called."""
        return str(KINDS.get(self.kind, self.kind))

    def days(self, zone: dt.tzinfo | None = None) -> tuple[dt.date, dt.date]:
        """Its first and last day, by the clocks of this zone (the process's by default); a month known as a month is whole."""
        if self.starts_at is None:
            first = self.on or dt.date.min
            return first, last_day(self.until_on or first, self.precision)
        first = timezone.localtime(self.starts_at, zone).date()
        # What ends at midnight does not take the next day.
        ends_at = self.ends_at - dt.timedelta(microseconds=1) if self.ends_at else self.starts_at
        return first, max(first, timezone.localtime(ends_at, zone).date())


def last_day(day: dt.date, precision: str) -> dt.date:
    """The last day that a date may mean: of its month or year where no more is known."""
    if precision == "year":
        return day.replace(month=12, day=31)
    if precision == "month":
        return (day.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)
    return day


def first_day(day: dt.date, precision: str) -> dt.date:
    """The first day that a date may mean."""
    if precision == "year":
        return day.replace(month=1, day=1)
    return day.replace(day=1) if precision == "month" else day


def other_language(texts: Texts) -> str:
    """The language of these words where it is not the reader's: pages say so to whoever reads them aloud."""
    shown = show(texts)
    return shown.language if shown.text and shown.pending else ""


#: (person, what the person reaches, from, until) → entries of a room that the person may know of, any part of which lies
#: between; words in the language that is spoken.
CalendarSource = Callable[[Any, Any, dt.datetime, dt.datetime], Iterable[CalendarEntry]]


def gathered(person: Any, reach: Any, first: dt.datetime, last: dt.datetime) -> list[CalendarEntry]:
    """What all rooms have between these instants that this person may know of, in order of time."""
    found = [entry for source in registry.calendar for entry in source(person, reach, first, last)]
    return sorted(found, key=_place_in_time)


def _place_in_time(entry: CalendarEntry) -> tuple[dt.datetime, bool, str]:
    begins = entry.starts_at or timezone.make_aware(dt.datetime.combine(entry.days()[0], dt.time()))
    return begins, entry.starts_at is not None, entry.uid


# Writing -----------------------------------------------------------------------------------------------------------------


def as_icalendar(
    entries: Iterable[CalendarEntry], *, name: str, zone: str, at: dt.datetime, page: str = ""
) -> bytes:
    """The calendar as programs take it (RFC 5545, with the name and hour of asking again of RFC 7986).

    Entries are kept as written, since programs ask every hour for what seldom changes.

    Args:
        name: of the calendar.
        zone: of its owner; described even where nothing stands in it, since no calendar is empty.
        at: now; zones are described for this year too.
        page: address of its page for people.
    """
    found, language = list(entries), get_language() or settings.LANGUAGE_CODE
    spans: dict[str, list[int]] = {zone: []}
    for one in found:
        if one.starts_at is not None and one.zone != "UTC":
            spans.setdefault(one.zone, []).extend([one.starts_at.year, (one.ends_at or one.starts_at).year])
    zones = [_written_zone(*one) for one in sorted(_asked(spans, at.year)) if one[0] != "UTC" or not found]
    events = [_written(one, language) for one in found]
    head, tail = _frame(name, zone, page)
    return b"".join([head, *zones, *events, tail])


def _asked(spans: dict[str, list[int]], this: int) -> list[tuple[str, int, int]]:
    """Zones with the years for which each is described: a year more at both ends."""
    return [(name, min([*years, this]) - 1, max([*years, this]) + 1) for name, years in spans.items()]


@lru_cache(maxsize=256)
def _frame(name: str, zone: str, page: str) -> tuple[bytes, bytes]:
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", "-//Puebla//Virtual secretariat//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    for key in ("name", "x-wr-calname"):
        calendar.add(key, one_line(name))
    calendar.add("x-wr-timezone", zone)
    calendar.add("refresh-interval", ASK_AGAIN, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    if page:
        calendar.add("url", settings.BASE_URL + page)
    end = b"END:VCALENDAR\r\n"
    return calendar.to_ical(sorted=False).removesuffix(end), end


@lru_cache(maxsize=256)
def _written_zone(name: str, first: int, last: int) -> bytes:
    """The rules of a zone for these years, both inclusive: each change of its clocks, as RFC 5545 (3.6.5) has them.

    The library can write them too, but sets the onset of summer time by the clock after the change, not before it.
    """
    from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

    began = dt.datetime(first, 1, 1, tzinfo=dt.UTC)
    zone = ZoneInfo(name)
    start = began.astimezone(zone)
    own = start.utcoffset() or dt.timedelta()
    kinds: dict[Any, list[dt.datetime]] = {(own, own, start.tzname(), bool(start.dst())): [began + own]}
    for instant in _changes_of(zone, began, dt.datetime(last + 1, 1, 1, tzinfo=dt.UTC)):
        before, after = (one.astimezone(zone) for one in (instant - dt.timedelta(seconds=1), instant))
        offset = before.utcoffset() or dt.timedelta()
        kind = (offset, after.utcoffset(), after.tzname(), bool(after.dst()))
        kinds.setdefault(kind, []).append(instant + offset)
    rules = Timezone()
    rules.add("tzid", name)
    for (offset_from, offset_to, called, summer), onsets in kinds.items():
        rule = TimezoneDaylight() if summer else TimezoneStandard()
        rule.add("dtstart", onsets[0].replace(tzinfo=None))
        rule.add("tzoffsetfrom", offset_from)
        rule.add("tzoffsetto", offset_to)
        rule.add("tzname", called)
        for one in onsets[1:]:
            # Each on a line of its own: not every program reads several from one.
            rule.add("rdate", one.replace(tzinfo=None))
        rules.add_component(rule)
    written: bytes = rules.to_ical(sorted=False)
    return written


def _changes_of(zone: ZoneInfo, first: dt.datetime, last: dt.datetime) -> Iterable[dt.datetime]:
    """The instants between these two at which clocks of the zone are set anew."""
    day = dt.timedelta(days=1)
    at = first
    while at < last:
        if at.astimezone(zone).utcoffset() != (at + day).astimezone(zone).utcoffset():
            low, high = at, at + day
            while high - low > dt.timedelta(seconds=1):
                half = low + (high - low) / 2
                same = half.astimezone(zone).utcoffset() == at.astimezone(zone).utcoffset()
                low, high = (half, high) if same else (low, half)
            yield (high + dt.timedelta(seconds=0.5)).replace(microsecond=0)
        at += day


@lru_cache(maxsize=600)
def _written(entry: CalendarEntry, _language: str) -> bytes:
    from icalendar import Event

    event = Event()
    event.add("uid", f"{entry.uid}@{urlsplit(settings.BASE_URL).hostname or 'localhost'}")
    stamp = (entry.changed_at or LONG_AGO).astimezone(dt.UTC).replace(microsecond=0)
    event.add("dtstamp", stamp)
    event.add("last-modified", stamp)
    event.add("sequence", entry.sequence)
    event.add("summary", one_line(entry.outside or _full_title(entry)))
    _add_times(event, entry)
    state = "CANCELLED" if entry.cancelled else "TENTATIVE" if entry.tentative else "CONFIRMED"
    event.add("status", state)
    free = entry.kind in TIMELESS or entry.cancelled
    event.add("transp", "TRANSPARENT" if free else "OPAQUE")
    event.add("categories", [entry.kind_name, *([entry.body] if entry.body and not entry.outside else [])])
    if entry.place and not entry.outside:
        event.add("location", one_line(entry.place))
    about = [] if entry.outside else [one_line(entry.about), entry.link]
    address = settings.BASE_URL + entry.address if entry.address else ""
    if any([*about, address]):
        event.add("description", "\n".join(filter(None, [*about, address])))
    if address:
        event.add("url", address)
    written: bytes = event.to_ical(sorted=False)
    return written


def _full_title(entry: CalendarEntry) -> str:
    """Its title; where days are not fixed, what is known of them: a program has no other way to tell it."""
    if entry.starts_at is not None or entry.precision == "day" or entry.on is None:
        return entry.title
    known = date_format(entry.on, "Y" if entry.precision == "year" else "YEAR_MONTH_FORMAT")
    return _("%(title)s (%(when)s, exact day not known)") % {"title": entry.title, "when": known}


def _add_times(event: Any, entry: CalendarEntry) -> None:
    if entry.starts_at is None:
        first = first_day(entry.on or dt.date.min, entry.precision)
        event.add("dtstart", first)
        # The end of whole days is the day after the last one.
        event.add("dtend", entry.days()[1] + dt.timedelta(days=1))
        return
    event.add("dtstart", _by_the_clock(entry.starts_at, entry.zone))
    if entry.ends_at is not None:
        event.add("dtend", _by_the_clock(entry.ends_at, entry.zone))


def _by_the_clock(instant: dt.datetime, zone: str) -> dt.datetime:
    """The instant as clocks of the zone show it.

    Where they show this hour for the second time that day it is said in UTC, because RFC 5545 (3.3.5) takes a local hour
    that comes twice for the first.
    """
    utc = instant.astimezone(dt.UTC)
    if zone == "UTC" or not is_zone(zone):
        return utc
    there = utc.astimezone(ZoneInfo(zone))
    return utc if there.fold else there
