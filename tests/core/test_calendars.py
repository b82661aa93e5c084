"""Calendars as other programs read them: hours of the members' real zones, days, escaping, folding, stable names."""

import datetime as dt

import pytest
import vobject
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from puebla.core.calendars import CalendarEntry, as_icalendar
from puebla.core.zones import instants_of

AT = dt.datetime(2026, 11, 26, 12, tzinfo=dt.UTC)
#: A zone of the place of government of each of the eleven members.
CAPITALS = {
    "BLZ": "America/Belize", "CAN": "America/Toronto", "CRI": "America/Costa_Rica", "DOM": "America/Santo_Domingo",
    "GTM": "America/Guatemala", "HND": "America/Tegucigalpa", "MEX": "America/Mexico_City", "NIC": "America/Managua",
    "PAN": "America/Panama", "SLV": "America/El_Salvador", "USA": "America/New_York",
}  # fmt: skip


def session(starts_at, zone, *, hours=2, **values):
    return CalendarEntry(
        uid="session-1", kind="session", title="Plenary", starts_at=starts_at, ends_at=starts_at + dt.timedelta(hours=hours),
        zone=zone, **values,
    )  # fmt: skip


def written(*entries, zone="America/Costa_Rica"):
    return as_icalendar(entries, name="RCM", zone=zone, at=AT)


def events(text):
    return list(Calendar.from_ical(text).walk("VEVENT"))


def by_the_other_library(text):
    # It remembers zones by their name for ever; here each feed is read by the rules it brings.
    getattr(vobject.icalendar, "__tzidMap").clear()
    return vobject.readOne(text.decode())


def hours_there(text):
    """When it begins as a program computes it from the feed's own rules of the zone, as vobject does."""
    return by_the_other_library(text).vevent.dtstart.value.astimezone(dt.UTC)


@pytest.mark.parametrize("zone", CAPITALS.values(), ids=CAPITALS)
def test_an_hour_of_a_capital_is_the_same_instant_in_both_libraries(zone):
    for month in (1, 3, 4, 7, 10, 11):
        starts_at = instants_of(dt.date(2031, month, 11), dt.time(9), zone)[0]

        text = written(session(starts_at, zone))

        assert events(text)[0].start.astimezone(dt.UTC) == starts_at
        assert hours_there(text) == starts_at
        assert f"DTSTART;TZID={zone}:2031{month:02}11T090000".encode() in text


def test_the_hours_around_the_gap_of_spring_stay_what_they_are():
    before, after = (
        instants_of(dt.date(2031, 3, 9), hour, "America/New_York")[0] for hour in (dt.time(1, 30), dt.time(3))
    )

    assert after - before == dt.timedelta(minutes=30)
    for starts_at in (before, after):
        assert hours_there(written(session(starts_at, "America/New_York"))) == starts_at


def test_of_an_hour_that_comes_twice_the_second_is_written_in_utc():
    first, second = instants_of(dt.date(2031, 11, 2), dt.time(1, 30), "America/Toronto")

    texts = [written(session(one, "America/Toronto", hours=1)) for one in (first, second)]

    assert b"DTSTART;TZID=America/Toronto:20311102T013000" in texts[0]
    assert b"DTSTART:20311102T063000Z" in texts[1]
    assert [events(text)[0].start.astimezone(dt.UTC) for text in texts] == [first, second]


def test_a_country_without_summer_time_has_one_offset_in_the_feed():
    text = written(session(dt.datetime(2031, 7, 1, 15, tzinfo=dt.UTC), "America/Guatemala"))

    zones = {str(one["TZID"]): one for one in Calendar.from_ical(text).walk("VTIMEZONE")}
    assert [str(one["TZOFFSETTO"].to_ical()) for one in zones["America/Guatemala"].subcomponents] == ["-0600"]


@pytest.mark.parametrize(("year", "offset"), [(2022, -5), (2023, -6)])
def test_mexico_gave_up_summer_time_and_each_summer_keeps_its_own_rule(year, offset):
    starts_at = instants_of(dt.date(year, 7, 15), dt.time(9), "America/Mexico_City")[0]

    text = written(session(starts_at, "America/Mexico_City"))

    assert starts_at.hour == 9 - offset
    assert hours_there(text) == starts_at


@given(
    zone=st.sampled_from(sorted(CAPITALS.values())),
    starts_at=st.datetimes(dt.datetime(2020, 1, 1), dt.datetime(2040, 1, 1), timezones=st.just(dt.UTC)),
)
def test_any_instant_in_any_capital_comes_back_as_it_went(zone, starts_at):
    starts_at = starts_at.replace(second=0, microsecond=0)

    found = events(written(session(starts_at, zone)))[0]

    assert found.start.astimezone(dt.UTC) == starts_at
    assert found.end.astimezone(dt.UTC) == starts_at + dt.timedelta(hours=2)


def test_days_end_on_the_day_after_the_last_one():
    entry = CalendarEntry(
        uid="m", kind="meeting", title="XV", on=dt.date(2031, 3, 11), until_on=dt.date(2031, 3, 13)
    )

    text = written(entry)

    assert b"DTSTART;VALUE=DATE:20310311" in text
    assert b"DTEND;VALUE=DATE:20310314" in text


@pytest.mark.parametrize(
    ("precision", "first", "last", "title"),
    [("month", "20310301", "20310401", "XV (March 2031, exact day not known)"), ("year", "20310101", "20320101", "XV (2031, exact day not known)")],
)  # fmt: skip
def test_a_date_known_to_the_month_or_year_takes_all_of_it_and_says_so(precision, first, last, title):
    entry = CalendarEntry(
        uid="m", kind="meeting", title="XV", on=dt.date(2031, 3, 11), precision=precision, tentative=True
    )

    event = events(written(entry))[0]

    assert (event["DTSTART"].to_ical().decode(), event["DTEND"].to_ical().decode()) == (first, last)
    assert (str(event["SUMMARY"]), event["STATUS"]) == (title, "TENTATIVE")


@given(title=st.text(min_size=1, max_size=200), place=st.text(max_size=200))
def test_any_words_come_back_and_no_line_is_longer_than_75_octets(title, place):
    from puebla.core.words import one_line

    text = written(session(AT, "UTC", place=place, about=title))

    assert all(len(line) <= 75 for line in text.split(b"\r\n"))
    event = events(text)[0]
    assert str(event.get("LOCATION", "")) == one_line(place)
    other = by_the_other_library(text).vevent
    assert other.summary.value == "Plenary"


def test_words_with_commas_and_breaks_are_escaped_for_the_other_library_too():
    text = written(session(AT, "UTC", place="Sala «Ñandú», piso 2; ala\\norte"))

    assert by_the_other_library(text).vevent.location.value == "Sala «Ñandú», piso 2; ala\\norte"


def test_a_cancelled_session_stays_with_its_name_and_a_higher_number():
    event = events(written(session(AT, "UTC", cancelled=True, sequence=3)))[0]

    assert (event["STATUS"], event["SEQUENCE"], event["TRANSP"]) == ("CANCELLED", 3, "TRANSPARENT")
    assert str(event["UID"]).startswith("session-1@")


def test_of_a_sealed_room_a_feed_holds_no_words():
    text = written(session(AT, "UTC", place="Salon", about="Secret", link="https://x.example/j", outside="Closed session"))  # fmt: skip

    assert b"SUMMARY:Closed session" in text
    for word in (b"Plenary", b"Salon", b"Secret", b"x.example"):
        assert word not in text


def test_a_calendar_with_nothing_in_it_is_still_one():
    assert by_the_other_library(written()).name == "VCALENDAR"
    assert Calendar.from_ical(written()).walk("VTIMEZONE")
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT1H" in written()
