"""Meetings prepared, announced, convened, copied."""

import datetime as dt

import pytest
from django.utils import timezone

from puebla.core.models import JournalEntry, OutgoingMail, Process
from puebla.core.verdicts import RefusedError
from puebla.meetings import actions
from puebla.meetings.actions.convening import hold
from puebla.meetings.actions.delegations import nominate
from puebla.meetings.actions.sessions import seat_coming_chairs
from puebla.meetings.models import AgendaItem, Convening, Session
from puebla.members import actions as members
from puebla.members.models import Meeting, Room, Seat
from puebla.members.querysets import MeetingQuerySet, reach_of, today
from puebla.members.rules import chairs_of
from puebla.publications.models import PublicMeeting
from tests import factories

pytestmark = pytest.mark.django_db
RECORD = {
    "titles": {"en": "RCGM, second meeting", "es": "GRCM, segunda reunión"}, "places": {}, "number": None, "themes_text": {},
    "host": None, "starts_on": dt.date(2031, 6, 3), "ends_on": dt.date(2031, 6, 4), "precision": "day",
}  # fmt: skip


@pytest.fixture
def at():
    return timezone.now()


@pytest.fixture
def keeper():
    factories.process()
    return factories.secretariat_person()


def prepared(keeper, at, **values):
    return actions.prepare(
        body=factories.BodyFactory(code="RCGM", function="consultation"), symbol="RCM/2031/RCGM-1", record=RECORD | values,
        values={"zone": "America/Guatemala"}, by=keeper, at=at,
    )  # fmt: skip


def test_a_draft_is_known_to_secretariat_and_presidency_alone(keeper, at):
    chair = factories.presiding_chair()
    delegate = factories.delegate(body=factories.BodyFactory(code="RCGM", function="consultation"))

    made = prepared(keeper, at)

    assert Convening.objects.visible_to(keeper).get() == made
    assert Convening.objects.visible_to(chair).get() == made
    assert not Convening.objects.visible_to(delegate).exists()
    assert not Meeting.objects.visible_to(delegate).exists()
    assert not PublicMeeting.objects.exists()


def test_of_two_who_begin_to_prepare_a_meeting_at_once_the_second_is_told(keeper, at, monkeypatch):
    meeting = factories.MeetingFactory(body=factories.BodyFactory(code="RCGM", function="consultation"))

    def other_first(rows, **options):
        monkeypatch.undo()
        hold(meeting=meeting, values={"zone": "America/Guatemala"}, by=keeper, at=at)
        return rows.select_for_update(**options)

    monkeypatch.setattr(MeetingQuerySet, "select_for_update", other_first)
    with pytest.raises(RefusedError, match="already"):
        hold(meeting=meeting, values={"zone": "America/Guatemala"}, by=keeper, at=at)


def test_an_announced_meeting_is_known_to_all_and_to_the_public(keeper, at):
    delegate = factories.delegate(body=factories.BodyFactory(code="RCGM", function="consultation"))
    made = prepared(keeper, at)

    actions.announce(convening=made, by=keeper, at=at)

    assert Convening.objects.visible_to(delegate).exists()
    assert PublicMeeting.objects.get().symbol == "RCM/2031/RCGM-1"


def test_a_draft_is_not_convened_before_it_is_announced(keeper, at):
    made = prepared(keeper, at)

    with pytest.raises(RefusedError, match="still a draft"):
        actions.pass_to(convening=made, state="convened", by=keeper, at=at)


def test_a_meeting_that_was_closed_by_mistake_is_opened_again_and_goes_on(keeper, at):
    made = factories.convening(state="convened")
    focal = factories.focal_point()
    actions.pass_to(convening=made, state="closed", by=keeper, at=at)

    again = actions.pass_to(convening=made, state="in_session", by=keeper, at=at)

    assert (again.state, again.opened_at, again.closed_at) == ("in_session", at, None)
    party = focal.seats.get().party
    assert nominate(convening=made, party=party, full_name="Ana Rivas", by=focal, at=at).state == "nominated"


def test_a_delegate_prepares_no_meeting(keeper, at):
    delegate = factories.delegate()

    with pytest.raises(RefusedError):
        prepared(delegate, at)
    assert not Meeting.objects.exists()


def test_a_presidency_that_has_passed_on_convenes_nothing(keeper, at):
    chair = factories.presiding_chair()
    made = prepared(keeper, at)
    actions.announce(convening=made, by=keeper, at=at)
    factories.members.PresidencyTerm.objects.create(
        body=factories.BodyFactory(code="PPT"), party=factories.PartyFactory(code="HND"), starts_on=today(at)
    )

    with pytest.raises(RefusedError):
        actions.pass_to(convening=made, state="convened", by=chair, at=at)


def test_a_copy_takes_agenda_and_sessions_to_the_same_days_and_hours(keeper, at):
    source = prepared(keeper, at)
    plenary = actions.hold_session(
        convening=source, by=keeper, at=at, kind="plenary", titles={"en": "Opening"}, on=dt.date(2031, 6, 4),
        from_hour=dt.time(9), until_hour=dt.time(11),
    )  # fmt: skip
    first = actions.add_item(convening=source, titles={"en": "Adoption"}, session=plenary, by=keeper, at=at)
    actions.add_item(convening=source, titles={"en": "Below it"}, parent=first, by=keeper, at=at)

    made = actions.copy(
        convening=source, symbol="RCM/2032/RCGM-1", by=keeper, at=at,
        record=RECORD | {"starts_on": dt.date(2032, 5, 31), "ends_on": dt.date(2032, 6, 1)},
    )  # fmt: skip

    session = Session.objects.get(convening=made)
    assert (session.on, session.from_hour, session.starts_there.hour) == (dt.date(2032, 6, 1), dt.time(9), 9)
    assert [(one.label, one.session_id) for one in AgendaItem.objects.filter(convening=made).order_by("path")] == [
        ("1", session.pk), ("1.a", session.pk)
    ]  # fmt: skip
    assert made.meeting.draft
    assert made.copied_from == source


def test_a_closed_session_is_sealed_from_who_made_it_and_sits_nowhere_in_it(keeper, at):
    chair = factories.presiding_chair()
    made = prepared(keeper, at)

    session = actions.hold_session(
        convening=made, by=keeper, at=at, kind="closed", titles={"en": "Heads only"}, on=dt.date(2031, 6, 3),
        from_hour=dt.time(15), until_hour=dt.time(17),
    )  # fmt: skip

    assert Session.objects.visible_to(chair).get() == session
    assert not Session.objects.visible_to(keeper).exists()
    assert Session.objects.seen_as_lines(keeper).get() == session
    assert not Session.objects.seen_as_lines(chair).exists()
    assert Seat.objects.get(room=session.room).person == chair
    assert JournalEntry.objects.filter(act="session.held", room_ref=session.room.ref).exists()


def test_the_chair_lets_a_delegate_into_a_closed_session_and_no_observer(keeper, at):
    chair, delegate = factories.presiding_chair(), factories.delegate()
    observer = factories.delegate("observer_state")
    made = prepared(keeper, at)
    session = actions.hold_session(
        convening=made, by=chair, at=at, kind="closed", on=dt.date(2031, 6, 3), from_hour=dt.time(15), until_hour=dt.time(17),
    )  # fmt: skip
    with pytest.raises(RefusedError, match="until then nothing is sent"):
        actions.seat_in_session(session=session, person=delegate, by=chair, at=at)
    assert not OutgoingMail.objects.exists()
    actions.announce(convening=made, by=keeper, at=at)

    actions.seat_in_session(session=session, person=delegate, by=chair, at=at)

    assert session.room_id in reach_of(delegate, at).rooms
    with pytest.raises(RefusedError, match="Observers have no seat"):
        actions.seat_in_session(session=session, person=observer, by=chair, at=at)
    with pytest.raises(RefusedError, match="Only the chair"):
        actions.seat_in_session(session=session, person=keeper, by=keeper, at=at)


def test_a_session_outside_its_meeting_is_refused_with_its_days(keeper, at):
    with pytest.raises(RefusedError, match="^5 June 2031 is outside .* from 3 June 2031 to 4 June 2031"):
        actions.hold_session(
            convening=prepared(keeper, at), by=keeper, at=at, kind="plenary", on=dt.date(2031, 6, 5), from_hour=dt.time(9),
            until_hour=dt.time(10),
        )  # fmt: skip


@pytest.fixture
def closed(keeper, at):
    """A closed session of an announced meeting, with the chair of the Presidency in it."""
    factories.presiding_chair()
    made = prepared(keeper, at)
    actions.announce(convening=made, by=keeper, at=at)
    return actions.hold_session(
        convening=made, by=keeper, at=at, kind="closed", on=dt.date(2031, 6, 3), from_hour=dt.time(15), until_hour=dt.time(17),
    )  # fmt: skip


def test_the_room_of_a_closed_session_is_named_in_the_languages_of_the_process(keeper, at):
    factories.presiding_chair()
    Process.objects.update(languages=["fr", "es"])
    session = actions.hold_session(
        convening=factories.convening(), by=keeper, at=at, kind="closed", on=dt.date(2031, 3, 11), from_hour=dt.time(15),
        until_hour=dt.time(17),
    )  # fmt: skip

    assert set(session.room.names) == {"fr", "es"}
    assert session.room.names["es"].startswith("Sesión cerrada, ")


def chair_of(session):
    return Seat.objects.get(room=session.room, leads=True).person


def test_a_seat_in_a_closed_session_ends_with_the_seat_that_it_follows_and_carries_nothing(closed, at):
    focal = factories.focal_point()
    seat = focal.seats.get()
    actions.seat_in_session(session=closed, person=focal, by=chair_of(closed), at=at)
    assert closed.room_id in reach_of(focal, at).rooms
    assert {room for _one, _party, room in reach_of(focal, at).permissions} == {seat.room_id}

    members.unseat(seat=seat, by=factories.secretariat_person(), at=at)

    assert reach_of(focal, at).is_empty


def test_whoever_chairs_elsewhere_is_let_into_a_closed_session_as_anybody_and_lets_nobody_in(closed, at):
    role = factories.RoleFactory(code="chair", permissions=["confirm_seats", "file_own"])
    leader = factories.delegate(role=role)
    actions.seat_in_session(session=closed, person=leader, by=chair_of(closed), at=at)

    with pytest.raises(RefusedError, match="Only the chair"):
        actions.seat_in_session(session=closed, person=factories.delegate(), by=leader, at=at)


def test_the_chair_of_a_closed_session_passes_on_with_the_presidency_by_itself(closed, at):
    before, tomorrow = chair_of(closed), at + dt.timedelta(days=1)
    next_party = factories.PartyFactory(code="HND")
    members.set_presidency(
        body=factories.BodyFactory(code="PPT"),
        party=next_party,
        starts_on=today(tomorrow),
        by=factories.secretariat_person(),
        at=at,
    )
    coming = factories.delegate(
        party=next_party,
        body=factories.BodyFactory(code="PPT"),
        role=factories.RoleFactory(code="presidency"),
    )
    assert seat_coming_chairs(at=at) == 1
    assert seat_coming_chairs(at=at) == 0
    assert not Session.objects.visible_to(coming, reach=reach_of(coming, at)).exists()

    assert Session.objects.visible_to(coming, reach=reach_of(coming, tomorrow)).get() == closed
    assert not Session.objects.visible_to(before, reach=reach_of(before, tomorrow)).exists()
    assert chairs_of(closed.room, at=tomorrow) == [coming]


def test_who_is_seated_in_the_office_again_keeps_one_chair_and_leads_by_the_seat_that_stands(closed, at):
    chair, month = chair_of(closed), dt.timedelta(days=31)
    first = chair.seats.get(body__function="presidency")
    again = factories.SeatFactory(
        person=chair,
        party=first.party,
        body=first.body,
        role=first.role,
        from_on=today(at + dt.timedelta(days=1)),
    )
    type(first).objects.filter(pk=first.pk).update(until_on=today(at + month))

    for day in (dt.timedelta(), dt.timedelta(days=2), 2 * month):
        seat_coming_chairs(at=at + day)
        assert chairs_of(closed.room, at=at + day) == [chair]
    assert closed.room.seats.get(person=chair).follows == again


def test_who_presides_too_and_was_let_in_as_anybody_leads_and_whom_the_chair_took_out_stays_out(closed, at):
    first = chair_of(closed).seats.get(body__function="presidency")
    second = factories.delegate(party=first.party, body=first.body, role=first.role)
    actions.seat_in_session(session=closed, person=second, by=first.person, at=at)

    assert seat_coming_chairs(at=at) == 1
    assert second in chairs_of(closed.room, at=at)

    members.unseat(seat=closed.room.seats.get(person=second), by=first.person, at=at)
    assert seat_coming_chairs(at=at) == 0
    assert chairs_of(closed.room, at=at) == [first.person]


def test_a_closed_session_without_anybody_who_chairs_is_refused_and_nothing_is_left(keeper, at):
    with pytest.raises(RefusedError, match="Nobody sits as chair"):
        actions.hold_session(
            convening=prepared(keeper, at), by=keeper, at=at, kind="closed", on=dt.date(2031, 6, 3), from_hour=dt.time(15),
            until_hour=dt.time(17),
        )  # fmt: skip

    assert not Session.objects.exists()
    assert not Room.objects.filter(code__startswith="closed-").exists()
