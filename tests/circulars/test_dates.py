"""Reply-by dates in the calendars of those who read the circular."""

import datetime as dt

import pytest

from puebla.circulars import actions
from puebla.core.calendars import as_icalendar, gathered
from puebla.members.querysets import reach_of
from tests import factories as make
from tests.circulars import making

pytestmark = pytest.mark.django_db
SPAN = (dt.datetime(2026, 5, 1, tzinfo=dt.UTC), dt.datetime(2026, 7, 1, tzinfo=dt.UTC))


def deadlines(person):
    found = gathered(person, reach_of(person), *SPAN)
    return [(one.starts_at or one.on, one.sequence) for one in found if one.kind == "reply_by"]


def test_a_reply_by_hour_stands_in_the_calendars_of_its_readers_once_it_is_sent_and_moves_when_extended():
    by = making.secretary()
    reader, other = make.delegate(body=making.group()), make.delegate("observer_state")
    circular = making.draft(by)
    assert deadlines(by) == []

    circular = making.send(circular, by)
    ((first, number),) = deadlines(reader)
    actions.extend(
        circular=circular, on=dt.date(2026, 6, 8), time=dt.time(17), zone="America/Guatemala", precision="minute",
        reasons={"en": "More time was asked for."}, by=by, at=making.AT,
    )  # fmt: skip
    ((second, next_number),) = deadlines(reader)

    assert first == dt.datetime(2026, 6, 1, 23, tzinfo=dt.UTC)
    assert second - first == dt.timedelta(days=7)
    assert next_number > number
    assert deadlines(other) == []


def test_a_reply_by_day_takes_the_day_and_no_hour():
    by = making.secretary()
    make.delegate(body=making.group())

    making.sent(by, reply_precision="day", reply_time=None)

    assert [when for when, _number in deadlines(by)] == [dt.date(2026, 6, 1)]


def test_a_feed_tells_neither_title_nor_number_nor_body_of_a_sealed_rooms_circular():
    network = make.BodyFactory(code="NETWORK", sealed=True)
    by, reader = making.secretary(), make.delegate(body=network)
    make.SeatFactory(person=by, party=by.seats.get().party, body=network)
    circular = making.sent(by, body=network)

    (entry,) = [one for one in gathered(reader, reach_of(reader), *SPAN) if one.kind == "reply_by"]
    feed = as_icalendar([entry], name="Mine", zone="UTC", at=making.AT).decode().replace("\r\n ", "")

    assert not [told for told in ("NETWORK", "CIRC/1", "Invitation") if told in feed]
    assert f"/circulars/{circular.ref}/" in feed
