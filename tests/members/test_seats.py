"""Seats are given, confirmed, ended; people retire: rights move at once and history stays."""

import datetime as dt

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client
from django.utils import timezone

from puebla.accounts.models import Person
from puebla.core.models import JournalEntry, OutgoingMail
from puebla.core.verdicts import RefusedError
from puebla.members import actions
from puebla.members.models import Invitation, PresidencyTerm, Seat
from puebla.members.querysets import reach_of
from tests import factories as f

pytestmark = pytest.mark.django_db

AT = dt.datetime(2026, 11, 23, 18, tzinfo=dt.UTC)
TODAY = dt.date(2026, 11, 23)


@pytest.fixture(autouse=True)
def _process():
    f.process()


def party_of(person):
    return person.seats.first().party


def a_delegate_role():
    return f.RoleFactory(code="delegate", permissions=["file_own"])


def a_chair(body, **values):
    return f.delegate(
        body=body, role=f.RoleFactory(code="chair", permissions=["confirm_seats", "file_own"]), **values
    )


def acts():
    return list(JournalEntry.objects.order_by("sequence").values_list("act", flat=True))


def test_a_focal_point_seats_a_delegate_and_rights_begin():
    focal = f.focal_point()
    delegate = f.delegate(party=party_of(focal))
    body = f.BodyFactory()

    seat = actions.seat(
        person=delegate, party=party_of(focal), body=body, role=a_delegate_role(), by=focal, at=AT
    )

    assert body.room_id in reach_of(delegate, AT).rooms
    assert (seat.from_on, seat.until_on) == (TODAY, None)
    assert acts() == ["seat.given"]


def test_a_focal_point_cannot_seat_somebody_of_another_party_for_its_own():
    focal, stranger = f.focal_point(), f.delegate()

    with pytest.raises(RefusedError, match="not of your party"):
        actions.seat(
            person=stranger,
            party=party_of(focal),
            body=f.BodyFactory(),
            role=a_delegate_role(),
            by=focal,
            at=AT,
        )

    assert acts() == []


def test_unseating_takes_the_rights_in_the_same_moment():
    focal = f.focal_point()
    delegate = f.delegate(party=party_of(focal))
    seat = delegate.seats.get()

    actions.unseat(seat=seat, by=focal, at=AT)

    seat.refresh_from_db()
    assert reach_of(delegate, AT).is_empty
    assert (seat.until_on, seat.ended_by) == (TODAY - dt.timedelta(days=1), focal)
    assert acts() == ["seat.ended"]


def test_a_seat_that_was_to_begin_later_can_be_ended_before():
    focal = f.focal_point()
    delegate = f.delegate(party=party_of(focal))
    later = actions.seat(
        person=delegate, party=party_of(focal), body=f.BodyFactory(), role=a_delegate_role(), by=focal, at=AT,
        from_on=TODAY + dt.timedelta(days=30),
    )  # fmt: skip

    actions.unseat(seat=later, by=focal, at=AT)

    assert not Seat.objects.on(TODAY + dt.timedelta(days=31)).filter(pk=later.pk).exists()


def test_a_seat_ended_today_can_be_given_again_today():
    focal = f.focal_point()
    delegate = f.delegate(party=party_of(focal))
    body, role = f.BodyFactory(), a_delegate_role()
    give = {"person": delegate, "party": party_of(focal), "body": body, "role": role, "by": focal, "at": AT}
    actions.unseat(seat=actions.seat(**give), by=focal, at=AT)

    actions.seat(**give)

    assert body.room_id in reach_of(delegate, AT).rooms
    assert acts() == ["seat.given", "seat.ended", "seat.given"]


def test_the_same_seat_is_not_given_twice():
    focal = f.focal_point()
    delegate = f.delegate(party=party_of(focal))
    held = delegate.seats.get()

    with pytest.raises(RefusedError, match="already"):
        actions.seat(person=delegate, party=held.party, body=held.body, role=held.role, by=focal, at=AT)


def test_a_seat_cannot_end_before_it_begins():
    focal = f.focal_point()
    delegate = f.delegate(party=party_of(focal))

    with pytest.raises(RefusedError) as refusal:
        actions.seat(
            person=delegate, party=party_of(focal), body=f.BodyFactory(), role=a_delegate_role(), by=focal, at=AT,
            until_on=TODAY - dt.timedelta(days=1),
        )  # fmt: skip

    assert refusal.value.field == "until_on"


def test_a_seat_in_a_sealed_room_gives_nothing_until_the_chair_confirms_it():
    sealed = f.BodyFactory(function="network", sealed=True)
    chair, member, focal = a_chair(sealed), f.delegate(body=sealed), f.focal_point()
    delegate = f.delegate(party=party_of(focal))

    seat = actions.seat(
        person=delegate, party=party_of(focal), body=sealed, role=a_delegate_role(), by=focal, at=AT
    )
    before = sealed.room_id in reach_of(delegate, AT).rooms
    asked = list(OutgoingMail.objects.values_list("recipient", flat=True))
    actions.confirm_seat(seat=seat, by=chair, at=AT)

    assert before is False
    assert asked == [chair.email]
    assert sealed.room_id in reach_of(delegate, AT).rooms
    announced = set(
        OutgoingMail.objects.exclude(subject__contains="confirmation").values_list("recipient", flat=True)
    )
    assert announced == {chair.email, member.email, delegate.email}


def test_the_announcement_lies_in_the_room_and_the_mail_names_nobody_else():
    sealed = f.BodyFactory(function="network", sealed=True)
    chair, focal = a_chair(sealed), f.focal_point()
    delegate = f.delegate(party=party_of(focal), full_name="Zoila Reyes")
    seat = actions.seat(
        person=delegate, party=party_of(focal), body=sealed, role=a_delegate_role(), by=focal, at=AT
    )

    actions.confirm_seat(seat=seat, by=chair, at=AT)

    entries = JournalEntry.objects.filter(act="seat.confirmed", room_ref=sealed.room.ref)
    assert entries.count() == 1
    assert not OutgoingMail.objects.exclude(recipient=delegate.email).filter(body__contains="Zoila").exists()


def test_a_refused_seat_gives_nothing_and_who_proposed_it_is_told():
    sealed = f.BodyFactory(function="network", sealed=True)
    chair, focal = a_chair(sealed), f.focal_point()
    delegate = f.delegate(party=party_of(focal))
    seat = actions.seat(
        person=delegate, party=party_of(focal), body=sealed, role=a_delegate_role(), by=focal, at=AT
    )

    actions.refuse_seat(seat=seat, by=chair, at=AT)

    assert sealed.room_id not in reach_of(delegate, AT).rooms
    assert OutgoingMail.objects.filter(recipient=focal.email, subject__contains="not confirmed").count() == 1
    with pytest.raises(RefusedError):
        actions.confirm_seat(seat=seat, by=chair, at=AT)


def test_the_secretariat_confirms_nothing_in_a_sealed_room():
    sealed = f.BodyFactory(function="network", sealed=True)
    a_chair(sealed)
    seat = f.SeatFactory(body=sealed, confirmed_at=None)

    with pytest.raises(RefusedError, match="Only the chair"):
        actions.confirm_seat(seat=seat, by=f.secretariat_person(), at=AT)


def test_the_first_chair_of_a_sealed_room_is_confirmed_by_the_presiding_party_and_the_second_is_not():
    party = f.PartyFactory()
    office = f.BodyFactory(code="PPT", function="presidency")
    PresidencyTerm.objects.create(body=office, party=party, starts_on=f.LONG_AGO)
    presidency = a_chair(office, party=party)
    sealed = f.BodyFactory(function="network", sealed=True)
    first, second = (
        f.SeatFactory(body=sealed, role=f.RoleFactory(code="chair"), confirmed_at=None) for _ in range(2)
    )

    actions.confirm_seat(seat=first, by=presidency, at=AT)

    with pytest.raises(RefusedError):
        actions.confirm_seat(seat=second, by=presidency, at=AT)
    actions.confirm_seat(seat=second, by=first.person, at=AT)


def test_rights_of_the_presidency_move_at_midnight_of_the_conference():
    old, new = f.PartyFactory(), f.PartyFactory()
    office = f.BodyFactory(code="PPT", function="presidency")
    PresidencyTerm.objects.create(body=office, party=old, starts_on=f.LONG_AGO)
    leaving, coming = f.delegate(body=office, party=old), f.delegate(body=office, party=new)
    actions.set_presidency(
        body=office, party=new, starts_on=dt.date(2027, 1, 1), by=f.secretariat_person(), at=AT
    )
    zone = timezone.get_default_timezone()
    before = dt.datetime(2026, 12, 31, 23, 59, 59, tzinfo=zone)
    after = dt.datetime(2027, 1, 1, tzinfo=zone)

    answers = [(reach_of(leaving, at).presidency, reach_of(coming, at).presidency) for at in (before, after)]

    assert answers == [(True, False), (False, True)]


def test_a_retired_person_loses_access_at_once_and_keeps_the_history():
    focal = f.focal_point()
    delegate = f.delegate(party=party_of(focal), password=f.PASSWORD)
    client = Client()
    client.force_login(delegate)
    UserSession.objects.create(
        user=delegate, session_key=client.session.session_key, ip="127.0.0.1", user_agent="test"
    )

    actions.retire(person=delegate, by=focal, at=AT)

    delegate.refresh_from_db()
    assert not delegate.is_active
    assert reach_of(delegate, AT).is_empty
    assert not UserSession.objects.filter(user=delegate).exists()
    assert client.get("/en/intranet/delegation/").status_code == 302
    assert client.login(email=delegate.email, password=f.PASSWORD) is False
    assert delegate.seats.filter(ended_by=focal).count() == 1
    assert JournalEntry.objects.filter(act="person.retired", subject_ref=delegate.ref).count() == 1


def test_invitations_of_a_retired_person_stop_working():
    secretariat, focal = f.secretariat_person(), f.focal_point()
    invitation = actions.invite(
        email="new@example.org", full_name="New", party=party_of(focal), body=f.BodyFactory(), role=a_delegate_role(),
        language="en", by=focal, at=AT,
    )  # fmt: skip

    actions.retire(person=focal, by=secretariat, at=AT)

    assert Invitation.objects.get(pk=invitation.pk).withdrawn_by == secretariat


def test_a_seat_lapses_by_date_without_anybody_doing_anything():
    focal = f.focal_point()
    delegate = f.delegate(party=party_of(focal))
    body = f.BodyFactory()
    actions.seat(
        person=delegate,
        party=party_of(focal),
        body=body,
        role=a_delegate_role(),
        by=focal,
        at=AT,
        until_on=TODAY,
    )
    zone = timezone.get_default_timezone()

    last = dt.datetime(2026, 11, 23, 23, 59, tzinfo=zone)
    next_day = dt.datetime(2026, 11, 24, 0, 0, tzinfo=zone)

    assert body.room_id in reach_of(delegate, last).rooms
    assert body.room_id not in reach_of(delegate, next_day).rooms


def test_an_opening_of_a_sealed_room_tells_everybody_there_and_ends_by_itself():
    first, second = f.secretariat_person(), f.secretariat_person()
    sealed = f.BodyFactory(function="network", sealed=True)
    holder = f.delegate(body=sealed)
    reason = "A court asks for the file of a missing person."

    opening = actions.request_opening(room=sealed.room, reason=reason, by=first, at=AT)
    alone = reach_of(first, AT).opened
    actions.confirm_opening(opening=opening, by=second, at=AT)

    assert alone == frozenset()
    assert reach_of(first, AT).opened == {sealed.room_id}
    assert reach_of(second, AT).opened == frozenset()
    assert reach_of(first, AT + dt.timedelta(hours=24)).opened == frozenset()
    told = set(OutgoingMail.objects.values_list("recipient", flat=True))
    assert told == {holder.email, first.email}
    assert OutgoingMail.objects.get(recipient=holder.email).body.count(second.full_name) == 1
    assert JournalEntry.objects.filter(room_ref=sealed.room.ref).count() == 2


def test_an_opening_needs_a_reason_in_a_sentence():
    sealed = f.BodyFactory(function="network", sealed=True)

    with pytest.raises(RefusedError) as refusal:
        actions.request_opening(room=sealed.room, reason="because", by=f.secretariat_person(), at=AT)

    assert refusal.value.field == "reason"


def test_nobody_is_seated_who_has_retired():
    secretariat = f.secretariat_person()
    gone = f.delegate()
    held = gone.seats.get()
    actions.retire(person=gone, by=secretariat, at=AT)

    with pytest.raises(RefusedError, match="retired"):
        actions.seat(
            person=Person.objects.get(pk=gone.pk), party=held.party, body=f.BodyFactory(), role=a_delegate_role(),
            by=secretariat, at=AT,
        )  # fmt: skip
