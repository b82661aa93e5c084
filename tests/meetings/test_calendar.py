"""One's own calendar: what a program reads equals the meeting's page, for every kind of reader; and its pages."""

import datetime as dt

import pytest
import vobject
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from puebla.core.calendars import gathered
from puebla.meetings import actions
from puebla.meetings.actions import bilaterals
from puebla.meetings.models import CalendarAddress
from puebla.meetings.querysets.dates import overlaps
from puebla.meetings.querysets.programme import programme
from puebla.members.models import Audience
from puebla.members.querysets import reach_of
from tests import factories

pytestmark = pytest.mark.django_db
DAY = dt.date(2031, 3, 11)


@pytest.fixture
def keeper():
    factories.process()
    return factories.secretariat_person()


def held(convening, by, *, kind="plenary", hour=9, on=DAY, **values):
    return actions.hold_session(
        convening=convening, by=by, at=timezone.now(), kind=kind, on=on, from_hour=dt.time(hour), until_hour=dt.time(hour + 2),
        **values,
    )  # fmt: skip


def token_of(person):
    return actions.open_calendar(by=person, at=timezone.now()).token


def feed(client, person, **headers):
    return client.get(reverse("personal-calendar", args=[token_of(person)]), **headers)


def sessions_of(text):
    return sorted(
        (event.start.astimezone(dt.UTC), event.end.astimezone(dt.UTC), str(event["UID"]).partition("-")[0], str(event["STATUS"]))
        for event in Calendar.from_ical(text).walk("VEVENT")
        if str(event["UID"]).startswith(("session-", "line-", "bilateral-"))
    )  # fmt: skip


KINDS = st.lists(
    st.tuples(
        st.sampled_from(["plenary", "closed", "drafting"]), st.integers(0, 2), st.integers(0, 20),
        st.sampled_from([20, 30, 40, 50, 60, 70]), st.booleans(), st.booleans(),
    ),
    max_size=5,
)  # fmt: skip


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=KINDS, draft=st.booleans(), called_off=st.booleans())
def test_the_feed_equals_the_sessions_of_the_page_for_every_kind_of_reader(
    client, keeper, drawn, draft, called_off
):
    with transaction.atomic():
        chair = factories.presiding_chair()
        convening = factories.convening(draft=draft)
        for kind, day, hour, audience, shown, cancelled in drawn:
            values = {"shown_as_line": shown} if kind == "closed" else {"audience": audience}
            made = held(convening, chair, kind=kind, on=DAY + dt.timedelta(days=day), hour=hour, **values)
            if cancelled:
                actions.cancel_session(session=made, by=chair, at=timezone.now())
        readers = [keeper, chair, factories.PersonFactory(), factories.delegate(body=convening.meeting.body)]
        readers += map(factories.delegate, ["member", "observer_state", "civil_society"])
        if not draft:
            readers += in_twos(convening, keeper, called_off=called_off)

        found = [
            (sessions_of(feed(client, reader).content), on_page(convening, reader)) for reader in readers
        ]

        # Nothing of this example stands in the next one's calendars.
        transaction.set_rollback(True)
    for feeds, page in found:
        assert feeds == page


def in_twos(convening, keeper, *, called_off):
    """Two who meet on the last day, late, when no session drawn here is held."""
    convening.state = "convened"
    convening.save(update_fields=["state"])
    one, other = people = [factories.focal_point() for _each in range(2)]
    usual = {"by": keeper, "at": timezone.now()}
    bilaterals.open_slots(convening=convening, days=[DAY], from_hour=dt.time(23), until_hour=dt.time(23, 30), length=30, pause=0, rooms=[{"en": "Patio"}], **usual)  # fmt: skip
    slot = convening.bilateral_slots.get()
    sides = {"asking": one.seats.get().party, "asked": other.seats.get().party}
    row = bilaterals.ask(
        convening=convening, slots=[slot], subject="S", language="en", by=one, at=usual["at"], **sides
    )
    row = bilaterals.accept(bilateral=row, slot=slot, revision=1, by=other, at=usual["at"])
    if called_off:
        bilaterals.withdraw(bilateral=row, reason="", revision=2, by=one, at=usual["at"])
    return people


def on_page(convening, reader):
    page = programme(convening, reader, reach_of(reader), since=None)
    return sorted(
        (entry["starts_at"], entry["ends_at"], "session" if entry["session"] else "bilateral" if entry.get("bilateral") else "line",
         "CANCELLED" if is_cancelled(entry) else "CONFIRMED")
        for entries in page.days.values() for entry in entries
    )  # fmt: skip


def is_cancelled(entry):
    if entry.get("bilateral"):
        return entry["bilateral"].state != "agreed"
    return entry["session"] is not None and entry["session"].cancelled_at is not None


def test_the_feed_is_a_calendar_that_a_second_library_reads_with_names_and_places(client, keeper):
    convening = factories.convening()
    made = held(convening, keeper, titles={"en": "Opening, with guests"}, places={"en": "Salón Ñ"}, link="https://m.example/j")  # fmt: skip

    answer = feed(client, keeper)

    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    event = next(
        one for one in vobject.readOne(answer.content.decode()).vevent_list if made.ref in one.uid.value
    )
    assert event.summary.value.startswith("Opening, with guests")
    assert event.location.value == "Salón Ñ"
    assert "https://m.example/j" in event.description.value
    assert event.dtstart.value.astimezone(dt.UTC) == made.starts_at


def test_a_session_that_moves_keeps_its_name_and_its_number_grows(client, keeper):
    made = held(factories.convening(), keeper)
    values = {"on": DAY, "from_hour": dt.time(15), "until_hour": dt.time(17)}

    def event():
        found = Calendar.from_ical(feed(client, keeper).content).walk("VEVENT")
        return next(one for one in found if made.ref in one["UID"])

    before = event()
    actions.change_session(session=made, revision=1, by=keeper, at=timezone.now(), **values)
    after = event()

    assert (before["UID"], after["SEQUENCE"] - before["SEQUENCE"]) == (after["UID"], 1)
    assert after.start - before.start == dt.timedelta(hours=6)


def test_an_unchanged_calendar_is_answered_with_not_modified(client, keeper):
    held(factories.convening(), keeper)
    address = reverse("personal-calendar", args=[token_of(keeper)])
    etag = client.get(address)["ETag"]

    again = client.get(address, headers={"If-None-Match": etag})

    assert (again.status_code, again.content) == (304, b"")
    assert client.head(address).status_code == 200


def test_a_renewed_ended_or_retired_address_is_as_unknown_as_any_other(client, keeper):
    first = token_of(keeper)
    second = token_of(keeper)
    person = factories.delegate()
    third = token_of(person)
    person.is_active = False
    person.save(update_fields=["is_active"])
    unknown = client.get(reverse("personal-calendar", args=["0" * 20 + "-" + "0" * 40]))

    actions.close_calendar(by=keeper, at=timezone.now())

    for token in (first, second, third):
        answer = client.get(reverse("personal-calendar", args=[token]))
        assert (answer.status_code, len(answer.content)) == (404, len(unknown.content))
    assert CalendarAddress.objects.count() == 1


def test_a_seat_that_ended_reads_nothing_more_by_the_address_it_had(client, keeper):
    person = factories.delegate()
    held(factories.convening(), keeper)
    address = reverse("personal-calendar", args=[token_of(person)])
    assert sessions_of(client.get(address).content)

    person.seats.update(until_on=dt.date(2020, 1, 1))

    assert b"VEVENT" not in client.get(address).content


def test_a_closed_session_gives_those_outside_its_hours_and_those_inside_no_words(client, keeper):
    chair = factories.presiding_chair()
    values = {"titles": {"en": "Heads only"}, "places": {"en": "Salon Azul"}}
    made = held(factories.convening(), chair, kind="closed", **values)

    outside, inside = (feed(client, person).content for person in (keeper, chair))

    assert made.ref.encode() not in outside
    assert made.ref.encode() in inside
    for text in (outside, inside):
        assert b"Closed session" in text
        assert b"Heads only" not in text
        assert b"Salon Azul" not in text


def test_what_is_changed_in_a_closed_session_is_told_to_no_calendar_outside_and_moved_hours_are(
    client, keeper
):
    chair = factories.presiding_chair()
    made = held(factories.convening(), chair, kind="closed", titles={"en": "Heads only"})
    before = feed(client, keeper).content

    change = {"session": made, "by": chair, "at": timezone.now() + dt.timedelta(hours=1)}
    actions.change_session(revision=1, titles={"en": "Heads and one more"}, **change)
    retitled = feed(client, keeper).content
    actions.change_session(revision=2, from_hour=dt.time(10), **change)

    assert retitled == before
    assert sessions_of(feed(client, keeper).content)[0][0] == made.starts_at + dt.timedelta(hours=1)


def test_an_embargo_and_an_awaited_paper_stand_in_the_calendars_of_those_who_may_know(client, keeper):
    observer = factories.delegate("observer_state")
    until = dt.datetime(2031, 3, 12, 18, tzinfo=dt.UTC)
    factories.DocumentFactory(titles={"en": "Held back"}, audience=Audience.OBSERVERS, embargo_until=until)
    factories.DocumentFactory(
        titles={"en": "To come"}, audience=Audience.OBSERVERS, state="awaited", expected_on=DAY
    )
    factories.DocumentFactory(
        titles={"en": "Not theirs"}, audience=Audience.SECRETARIAT, state="awaited", expected_on=DAY
    )

    def shown(person):
        return {
            str(one["SUMMARY"]) for one in Calendar.from_ical(feed(client, person).content).walk("VEVENT")
        }

    assert shown(observer) == {"Expected: To come"}
    assert shown(keeper) == {"Expected: To come", "Expected: Not theirs", "Embargo ends: Held back"}


def test_a_meeting_known_to_the_year_is_in_the_calendar_of_each_day_of_it_and_of_no_other_year(keeper):
    for symbol, on in (("RCM/2031/A-1", dt.date(2031, 12, 31)), ("RCM/2031/A-2", dt.date(2031, 1, 1))):
        factories.MeetingFactory(symbol=symbol, starts_on=on, ends_on=None, precision="year")

    def shown(*span):
        first, last = (timezone.make_aware(dt.datetime(*day)) for day in span)
        return {one.about for one in gathered(keeper, reach_of(keeper), first, last)}

    assert shown((2031, 3, 1), (2031, 4, 1)) == {"RCM/2031/A-1", "RCM/2031/A-2"}
    assert shown((2030, 11, 1), (2030, 12, 1)) == shown((2032, 2, 1), (2032, 3, 1)) == set()


def test_the_feed_costs_the_same_number_of_queries_whatever_stands_in_it(client, keeper):
    convening = factories.convening()
    address = reverse("personal-calendar", args=[token_of(keeper)])
    counts = []
    for hours in ((9,), (10, 11, 12, 13, 14)):
        for hour in hours:
            held(convening, keeper, hour=hour)
        client.get(address)
        with CaptureQueriesContext(connection) as counted:
            client.get(address)
        counts.append(len(counted))

    assert counts[0] == counts[1]


# Pages -------------------------------------------------------------------------------------------------------------------


def page(client, person, **asked):
    client.force_login(person)
    return client.get(reverse("meetings:calendar"), asked)


def test_the_month_shows_sessions_at_the_readers_own_hours(client, keeper):
    held(factories.convening(), keeper, titles={"en": "Opening"})
    keeper.zone = "America/New_York"
    keeper.save(update_fields=["zone"])

    shown = page(client, keeper, month="2031-03").content.decode()

    assert "<time>11:00</time> Opening" in shown
    assert "Hours are those of New York" in shown


def test_the_list_shows_three_months_and_a_body_narrows_both(client, keeper):
    convening = factories.convening(body=factories.BodyFactory(code="RCGM"))
    held(convening, keeper, titles={"en": "Opening"})

    for view in ("month", "list"):
        asked = {"view": view, "month": "2031-03" if view == "month" else "2031-01"}
        assert "Opening" in page(client, keeper, body="RCGM", **asked).content.decode()
        assert "Opening" not in page(client, keeper, body="VM", **asked).content.decode()


@pytest.mark.parametrize("month", ["", "2031-13", "0001-01", "9999-12", "abc", "\x00"])
def test_a_month_that_is_none_shows_this_one(client, keeper, month):
    assert page(client, keeper, month=month).status_code == 200


def test_the_pages_cost_the_same_number_of_queries_whatever_stands_in_them(client, keeper):
    first, second = (
        factories.convening(body=factories.BodyFactory(code=code, names={"en": code})) for code in ("A", "B")
    )
    for party in ("P1", "P2"):
        for convening in (first, second):
            factories.delegate(party=factories.PartyFactory(code=party), body=convening.meeting.body)
    counts = []
    for hours in ((9,), (11, 13, 15)):
        for hour in hours:
            held(first, keeper, hour=hour)
            held(second, keeper, hour=hour)
        page(client, keeper, month="2031-03")
        with CaptureQueriesContext(connection) as counted:
            shown = page(client, keeper, month="2031-03")
        counts.append(len(counted))
        assert len(shown.context["overlaps"]) == (1 if hours == (9,) else 4)

    assert counts[0] == counts[1]


def test_two_bodies_at_once_are_shown_to_the_party_that_staffs_both_and_to_nobody_else(keeper):
    at = timezone.now()
    first, second = (factories.convening(body=factories.BodyFactory()) for _n in range(2))
    held(first, keeper, hour=9)
    held(second, keeper, hour=10)
    party = factories.PartyFactory(code="HND")
    one = factories.delegate(party=party, body=first.meeting.body)
    factories.delegate(party=party, body=second.meeting.body)
    other = factories.delegate(body=first.meeting.body)
    both = factories.delegate(party=factories.PartyFactory(code="SLV"), body=first.meeting.body)
    factories.SeatFactory(person=both, party=factories.PartyFactory(code="SLV"), body=second.meeting.body)

    def seen(person):
        reach = reach_of(person, at)
        span = (dt.datetime(2031, 3, 1, tzinfo=dt.UTC), dt.datetime(2031, 4, 1, tzinfo=dt.UTC))
        found = overlaps(gathered(person, reach, *span), reach, at)
        return [(pair.oneself, [party.code for party in pair.parties]) for pair in found]

    assert seen(one) == [(False, ["HND"])]
    assert seen(other) == []
    assert seen(both) == [(True, ["SLV"])]
    assert seen(keeper) == [(False, ["HND", "SLV"])]


def test_an_address_is_opened_renewed_and_ended_with_one_click_each(client, keeper):
    client.force_login(keeper)
    act = reverse("meetings:calendar-address")

    client.post(act)
    first = CalendarAddress.objects.get().token
    client.post(act)
    second = CalendarAddress.objects.get().token
    assert second in page(client, keeper).content.decode()
    client.post(act, {"act": "close"})

    assert first != second
    assert not CalendarAddress.objects.exists()
    assert client.get(act).status_code == 405


def test_the_page_of_a_meeting_says_hours_by_the_readers_clock_too(client, keeper):
    convening = factories.convening()
    held(convening, keeper)
    keeper.zone = "America/New_York"
    keeper.save(update_fields=["zone"])
    client.force_login(keeper)

    shown = client.get(reverse("meetings:page", args=[convening.symbol])).content.decode()

    assert "11:00–13:00 your time" in shown
