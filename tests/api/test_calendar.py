"""The public's calendar: what was released to it, of all bodies or of one, and nothing else."""

import datetime as dt

import pytest
import vobject
from django.utils import timezone
from icalendar import Calendar

from puebla.meetings import actions
from puebla.members.actions.publishing import publish_who_we_are
from puebla.publications.actions import publish_meetings
from puebla.publications.actions.programmes import publish_programme, withdraw_programme
from puebla.publications.models import PublicMeeting
from tests import factories
from tests.publications.making import a_meeting_row, a_session

pytestmark = pytest.mark.django_db
NOON, HOUR = dt.datetime(2026, 5, 4, 12, tzinfo=dt.UTC), dt.timedelta(hours=1)


@pytest.fixture
def published():
    """A public meeting, a draft, a meeting of a sealed room, and a session of the first."""
    factories.process()
    keeper = factories.secretariat_person()
    body = factories.BodyFactory(code="RCGM")
    shown = factories.convening(symbol="RCM/2031/RCGM-1", body=body)
    factories.convening(symbol="RCM/2031/RCGM-2", body=body, draft=True)
    factories.MeetingFactory(symbol="RCM/2031/LOCP-1", body=factories.BodyFactory(code="LOCP", sealed=True))
    actions.hold_session(
        convening=shown, by=keeper, at=timezone.now(), kind="plenary", on=dt.date(2031, 3, 11), from_hour=dt.time(9),
        until_hour=dt.time(11),
    )  # fmt: skip
    publish_who_we_are(at=timezone.now())
    return shown


def uids(answer):
    return [str(one["UID"]).partition("@")[0] for one in Calendar.from_ical(answer.content).walk("VEVENT")]


def test_the_public_is_given_released_meetings_and_no_session(client, published):
    answer = client.get("/calendar/public.ics")

    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert uids(answer) == ["meeting-RCM-2031-RCGM-1"]
    assert vobject.readOne(answer.content.decode()).vevent.dtstart.value == dt.date(2031, 3, 11)


def test_a_body_has_a_calendar_where_the_public_knows_it(client, published):
    assert uids(client.get("/calendar/RCGM.ics")) == ["meeting-RCM-2031-RCGM-1"]
    assert client.get("/calendar/LOCP.ics").status_code == 404
    assert client.get("/calendar/nothing.ics").status_code == 404


def test_a_calendar_speaks_the_language_asked_for(client, published):
    assert "Reunión" in client.get("/calendar/public.ics?lang=es").content.decode()
    assert client.get("/calendar/public.ics?lang=xx").status_code == 400


def test_who_has_the_public_calendar_is_answered_with_not_modified(client, published):
    etag = client.get("/calendar/public.ics")["ETag"]

    again = client.get("/calendar/public.ics", headers={"If-None-Match": etag})

    assert again.status_code == 304


def test_a_meeting_that_moves_keeps_its_name_and_its_number_grows(client, published):
    first = PublicMeeting.objects.get()
    publish_who_we_are(at=timezone.now())
    same = PublicMeeting.objects.get()

    published.meeting.starts_on = dt.date(2031, 3, 10)
    published.meeting.save()
    publish_who_we_are(at=timezone.now())
    moved = PublicMeeting.objects.get()

    assert (same.sequence, same.changed_at) == (0, first.changed_at)
    assert (moved.sequence, moved.changed_at > first.changed_at) == (1, True)
    assert uids(client.get("/calendar/public.ics")) == ["meeting-RCM-2031-RCGM-1"]


def test_who_has_a_session_that_was_withdrawn_meanwhile_is_not_told_that_nothing_changed(client, published):
    publish_meetings([a_meeting_row(symbol=f"M/{number}") for number in (1, 2)], at=NOON)
    for number in (1, 2):
        facts = {"sessions": [a_session(ref=f"S{number}")]}
        publish_programme(symbol=f"M/{number}", facts=facts, at=NOON + number * HOUR)
    before = client.get("/calendar/public.ics")

    withdraw_programme(symbol="M/1", reason={"en": "Moved."}, at=NOON + 3 * HOUR)
    after = client.get("/calendar/public.ics", headers={"If-Modified-Since": before["Last-Modified"]})

    assert "session-S1" in uids(before) and "session-S2" in uids(before)
    assert after.status_code == 200
    assert "session-S1" not in uids(after) and "session-S2" in uids(after)
