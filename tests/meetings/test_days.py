"""Today, while a meeting lasts: by the venue's clocks, first on the desk and on the meeting's page."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from puebla.meetings import actions
from puebla.meetings.models import Session
from puebla.meetings.querysets.days import day_of, is_on, meetings_now
from puebla.members.querysets import reach_of
from tests import factories

pytestmark = pytest.mark.django_db
GUATEMALA, MADRID = ZoneInfo("America/Guatemala"), ZoneInfo("Europe/Madrid")


def there(day, hour, minute=0):
    return dt.datetime(2031, 3, day, hour, minute, tzinfo=GUATEMALA)


@pytest.fixture
def keeper():
    factories.process()
    return factories.secretariat_person()


@pytest.fixture
def convening(keeper):
    return factories.convening(state="in_session", zone="America/Guatemala")


def held(convening, by, day, hour, hours=2, **values):
    start = dt.datetime(2031, 3, day, hour)
    until = start + dt.timedelta(hours=hours)
    return actions.hold_session(
        convening=convening, by=by, at=timezone.now(), kind=values.pop("kind", "plenary"), on=start.date(), from_hour=start.time(),
        until_hour=until.time(), past_midnight=until.date() > start.date(), audience=values.pop("audience", 50), **values,
    )  # fmt: skip


def day(convening, person, at, zone=GUATEMALA):
    return day_of(convening, person, reach_of(person, at), at=at, reader_zone=zone)


def sessions(entries):
    return [entry["session"] and Session.objects.get(pk=entry["session"].pk) for entry in entries]


def test_what_is_on_stands_first_then_what_comes_next_then_the_rest(convening, keeper):
    morning, noon, evening = (held(convening, keeper, 11, hour) for hour in (9, 12, 16))
    called_off = held(convening, keeper, 11, 11, hours=1)
    actions.cancel_session(session=called_off, by=keeper, at=timezone.now())
    held(convening, keeper, 12, 9)

    found = day(convening, keeper, there(11, 9, 30))

    assert [sessions(part) for part in (found.now, found.next, found.later)] == [
        [morning],
        [noon],
        [called_off, evening],
    ]
    after = day(convening, keeper, there(11, 19))
    assert (after.now, after.next, sessions(after.past)) == ([], [], [morning, called_off, noon, evening])


def test_the_day_turns_at_the_venues_midnight_and_a_reader_elsewhere_is_told(convening, keeper):
    late = held(convening, keeper, 11, 22, hours=4)
    next_morning = held(convening, keeper, 12, 9)

    # In Madrid it is the twelfth already while it is the evening of the eleventh at the venue.
    evening = day(convening, keeper, there(11, 21), MADRID)
    night = day(convening, keeper, there(12, 1), MADRID)

    assert (evening.on, evening.elsewhere, sessions(evening.next)) == (
        dt.date(2031, 3, 11),
        dt.date(2031, 3, 12),
        [late],
    )
    assert (night.on, night.elsewhere, sessions(night.now), sessions(night.next)) == (dt.date(2031, 3, 12), None, [late], [next_morning])  # fmt: skip
    assert is_on(convening, there(11, 0, 0))
    assert is_on(convening, there(13, 23, 59))
    assert not is_on(convening, there(10, 23, 59))
    assert not is_on(convening, there(14, 0, 0))


def test_items_under_discussion_come_with_papers_and_what_is_new_since_the_morning_of_the_venue(
    convening, keeper
):
    at = there(11, 9, 30)
    session = held(convening, keeper, 11, 9)
    item = actions.add_item(
        convening=convening,
        titles={"en": "Networks"},
        session=session,
        audience=50,
        by=keeper,
        at=there(10, 9),
    )
    old, new = (
        factories.DocumentFactory(titles={"en": words}, audience=50, created_at=when, changed_at=when)
        for words, when in (("Of yesterday", there(10, 20)), ("Of this morning", there(11, 8)))
    )
    for paper in (old, new):
        actions.place_paper(item=item, document=paper, by=keeper, at=there(10, 21))

    found = day(convening, keeper, at)

    assert [paper["document"].pk for paper in found.now[0]["rows"][0]["papers"]] == [old.pk, new.pk]
    assert [paper["document"].pk for row in found.new for paper in row["papers"]] == [new.pk]


def test_it_leads_the_desk_of_those_who_take_part_and_of_nobody_else(client, keeper):
    this = timezone.localtime(timezone.now(), ZoneInfo("America/Guatemala")).date()
    convening = factories.convening(state="in_session", starts_on=this, ends_on=this)
    other = factories.convening(state="closed", starts_on=this, ends_on=this)
    coming, at_home = factories.delegate(), factories.delegate()
    for one in (convening, other):
        factories.named_delegate(one, coming)
    at = timezone.now()

    assert meetings_now(coming, reach_of(coming, at), at) == [convening]
    assert meetings_now(at_home, reach_of(at_home, at), at) == []
    client.force_login(coming)
    desk = client.get(reverse("intranet:desk")).content.decode()
    assert desk.index('class="today"') < desk.index('id="recent"')
    assert "not checked in today" in desk
    page = client.get(reverse("meetings:page", args=[convening.symbol])).content.decode()
    assert page.index('class="today"') < page.index('class="facts"')
    assert client.get(reverse("meetings:today", args=[convening.symbol])).status_code == 200
    assert client.get(reverse("meetings:today", args=[other.symbol])).status_code == 302
    door = reverse("meetings:door", args=[convening.symbol])
    assert door not in desk
    client.force_login(keeper)
    assert door in client.get(reverse("intranet:desk")).content.decode()
    client.force_login(at_home)
    assert 'class="today"' not in client.get(reverse("intranet:desk")).content.decode()


def test_a_day_costs_the_same_number_of_queries_however_much_takes_place(convening, keeper):
    counts = []
    for hours in ((9,), (11, 13, 15, 17)):
        for hour in hours:
            session = held(convening, keeper, 11, hour)
            item = actions.add_item(
                convening=convening,
                titles={"en": "Item"},
                session=session,
                audience=50,
                by=keeper,
                at=there(10, 9),
            )
            actions.place_paper(
                item=item, document=factories.DocumentFactory(audience=50), by=keeper, at=there(10, 9)
            )
        with CaptureQueriesContext(connection) as counted:
            day(convening, keeper, there(11, 9, 30))
        counts.append(len(counted))

    assert counts[0] == counts[1]
