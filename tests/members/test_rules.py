"""Who may invite, seat, unseat, confirm, retire; who keeps the lists."""

import datetime as dt

import pytest

from puebla.members import actions, rules
from puebla.members.models import BreakGlass, Invitation, ObserverApplication, PresidencyTerm, Seat
from puebla.members.querysets import reach_of
from tests import factories as f

pytestmark = pytest.mark.django_db

AT = dt.datetime(2026, 11, 23, 18, tzinfo=dt.UTC)


def party_of(person):
    return person.seats.first().party


def a_delegate_role():
    return f.RoleFactory(code="delegate", permissions=["file_own"])


def a_chair(room_body, *, party=None):
    """Somebody who chairs this sealed body."""
    return f.delegate(
        body=room_body,
        party=party,
        role=f.RoleFactory(code="chair", permissions=["confirm_seats", "file_own"]),
    )


def presiding(party=None):
    """The office of the presidency, held by this party since long ago."""
    body = f.BodyFactory(code="PPT", function="presidency")
    PresidencyTerm.objects.create(body=body, party=party or f.PartyFactory(), starts_on=f.LONG_AGO)
    return body


def test_a_focal_point_invites_for_its_own_party():
    focal = f.focal_point()

    verdict = rules.may_invite(focal, party_of(focal), f.BodyFactory(), a_delegate_role(), at=AT)

    assert verdict


def test_a_focal_point_does_not_touch_another_party():
    focal, other = f.focal_point(), f.delegate()

    assert not rules.may_invite(focal, party_of(other), f.BodyFactory(), a_delegate_role(), at=AT)
    assert not rules.may_unseat(focal, other.seats.get(), at=AT)
    assert not rules.may_retire(focal, other, at=AT)


@pytest.mark.parametrize("permission", sorted(rules.SECRETARIAT_PERMISSIONS | {"confirm_seats"}))
def test_a_focal_point_gives_nobody_more_than_it_has(permission):
    focal = f.focal_point()
    role = f.RoleFactory(permissions=[permission])

    verdict = rules.may_seat(focal, party_of(focal), f.BodyFactory(), role, at=AT)

    assert not verdict
    assert str(verdict.reason)


def test_a_focal_point_may_appoint_a_second_focal_point():
    focal = f.focal_point()
    role = f.RoleFactory(code="focal_point")

    assert rules.may_invite(focal, party_of(focal), f.BodyFactory(), role, at=AT)


def test_a_focal_point_seats_nobody_in_the_secretariat():
    focal = f.focal_point()
    body = f.BodyFactory(code="TS", function="secretariat")

    assert not rules.may_seat(focal, party_of(focal), body, a_delegate_role(), at=AT)


def test_a_delegate_manages_nobody():
    delegate = f.delegate()

    assert not rules.may_invite(delegate, party_of(delegate), f.BodyFactory(), a_delegate_role(), at=AT)
    assert rules.managed_parties(rules.reach_of(delegate, AT), at=AT) == []


def test_the_presidency_is_seated_only_by_the_party_that_presides_or_will():
    focal, coming, other = f.focal_point(), f.focal_point(), f.focal_point()
    body = presiding(party_of(focal))
    PresidencyTerm.objects.create(body=body, party=party_of(coming), starts_on=dt.date(2027, 1, 1))

    answers = [
        bool(rules.may_seat(one, party_of(one), body, a_delegate_role(), at=AT))
        for one in (focal, coming, other)
    ]

    assert answers == [True, True, False]


def test_the_secretariat_manages_every_party_but_ends_no_seat_in_a_sealed_room():
    secretariat, sealed = f.secretariat_person(), f.BodyFactory(function="network", sealed=True)
    inside, outside = f.delegate(body=sealed), f.delegate()

    assert rules.may_unseat(secretariat, outside.seats.get(), at=AT)
    assert not rules.may_unseat(secretariat, inside.seats.get(), at=AT)


def test_a_party_ends_its_own_seat_in_a_sealed_room_and_so_does_the_chair():
    sealed = f.BodyFactory(function="network", sealed=True)
    focal, chair = f.focal_point(), a_chair(sealed)
    inside = f.delegate(party=party_of(focal), body=sealed)

    assert rules.may_unseat(focal, inside.seats.get(), at=AT)
    assert rules.may_unseat(chair, inside.seats.get(), at=AT)


def test_nobody_ends_their_own_seat_or_retires_themselves():
    focal = f.focal_point()

    assert not rules.may_unseat(focal, focal.seats.get(), at=AT)
    assert not rules.may_retire(focal, focal, at=AT)


def test_only_the_chair_of_the_sealed_room_confirms_and_never_an_administrator():
    sealed = f.BodyFactory(function="network", sealed=True)
    chair, elsewhere = a_chair(sealed), a_chair(f.BodyFactory(function="network", sealed=True))
    member, secretariat = f.delegate(body=sealed), f.secretariat_person()
    seat = f.SeatFactory(body=sealed, confirmed_at=None)

    answers = [
        bool(rules.may_confirm_seat(one, seat, at=AT)) for one in (chair, elsewhere, member, secretariat)
    ]

    assert answers == [True, False, False, False]


def test_a_chair_does_not_confirm_their_own_further_seat():
    sealed = f.BodyFactory(function="network", sealed=True)
    chair = a_chair(sealed)
    seat = f.SeatFactory(
        person=chair, party=party_of(chair), body=sealed, role=a_delegate_role(), confirmed_at=None
    )

    assert not rules.may_confirm_seat(chair, seat, at=AT)


def test_a_sealed_room_without_chair_gets_its_first_from_the_presidency_and_only_that():
    party = f.PartyFactory()
    presidency = a_chair(presiding(party), party=party)
    sealed = f.BodyFactory(function="network", sealed=True)
    first = f.SeatFactory(body=sealed, role=f.RoleFactory(code="chair"), confirmed_at=None)
    plain = f.SeatFactory(body=sealed, role=a_delegate_role(), confirmed_at=None)

    before = [bool(rules.may_confirm_seat(presidency, one, at=AT)) for one in (first, plain)]
    a_chair(sealed)
    after = bool(rules.may_confirm_seat(presidency, first, at=AT))

    assert before == [True, False]
    assert after is False


def test_a_party_that_no_longer_presides_confirms_nothing():
    party = f.PartyFactory()
    office = presiding(party)
    chair = a_chair(office, party=party)
    first = f.SeatFactory(
        body=f.BodyFactory(function="network", sealed=True),
        role=f.RoleFactory(code="chair"),
        confirmed_at=None,
    )
    PresidencyTerm.objects.create(body=office, party=f.PartyFactory(), starts_on=dt.date(2026, 11, 1))

    assert not rules.may_confirm_seat(chair, first, at=AT)


def test_observers_have_no_seat_in_a_sealed_room():
    secretariat, party = f.secretariat_person(), f.PartyFactory(standing="observer_organisation")

    assert not rules.may_seat(secretariat, party, f.BodyFactory(sealed=True), a_delegate_role(), at=AT)


def test_somebody_of_two_parties_is_retired_by_neither():
    first, second = f.focal_point(), f.focal_point()
    both = f.delegate(party=party_of(first))
    f.SeatFactory(person=both, party=party_of(second))

    assert not rules.may_retire(first, both, at=AT)
    assert rules.may_retire(f.secretariat_person(), both, at=AT)


def test_a_focal_point_does_not_end_a_seat_that_carries_rights_of_the_secretariat():
    focal = f.focal_point()
    other = f.delegate(party=party_of(focal), role=f.RoleFactory(permissions=["edit_lists"]))

    assert not rules.may_unseat(focal, other.seats.get(), at=AT)
    assert not rules.may_retire(focal, other, at=AT)


def test_permissions_of_a_role_held_for_a_state_keep_no_lists():
    borrowed = f.delegate(role=f.RoleFactory(permissions=["edit_lists", "manage_all_people"]))

    assert not rules.may_edit_party(borrowed, at=AT)
    assert not rules.may_retire(borrowed, f.delegate(), at=AT)


def test_lists_are_kept_by_the_secretariat():
    secretariat, focal = f.secretariat_person(), f.focal_point()

    for rule in (rules.may_edit_party, rules.may_edit_body, rules.may_set_presidency):
        assert rule(secretariat, at=AT)
        assert not rule(focal, at=AT)


def test_a_decision_on_an_application_waits_for_the_review():
    secretariat = f.secretariat_person()
    application = ObserverApplication(short_name="X", state="received")

    assert not rules.may_decide_application(secretariat, application, at=AT)
    application.review = "In order."
    assert rules.may_decide_application(secretariat, application, at=AT)


def test_observers_do_not_read_applications():
    assert rules.may_see_applications(f.delegate(), at=AT)
    assert not rules.may_see_applications(f.delegate("observer_state"), at=AT)


def test_two_different_persons_open_a_sealed_room():
    first, second, delegate = f.secretariat_person(), f.secretariat_person(), f.delegate()
    room = f.BodyFactory(sealed=True).room
    opening = BreakGlass(room=room, reason="x", requested_by=first, requested_at=AT)

    assert rules.may_break_glass(first, room, at=AT)
    assert not rules.may_break_glass(delegate, room, at=AT)
    assert not rules.may_confirm_opening(first, opening, at=AT)
    assert not rules.may_confirm_opening(delegate, opening, at=AT)
    assert rules.may_confirm_opening(second, opening, at=AT)
    assert not rules.may_confirm_opening(second, opening, at=AT + dt.timedelta(hours=24))


def test_no_rule_lets_somebody_without_a_seat_do_anything():
    nobody, someone = f.PersonFactory(), f.delegate()
    seat = someone.seats.get()
    sealed = f.SeatFactory(body=f.BodyFactory(sealed=True), confirmed_at=None)

    answers = [
        rules.may_invite(nobody, seat.party, seat.body, seat.role, at=AT),
        rules.may_unseat(nobody, seat, at=AT),
        rules.may_confirm_seat(nobody, sealed, at=AT),
        rules.may_retire(nobody, someone, at=AT),
        rules.may_edit_party(nobody, at=AT),
        rules.may_break_glass(nobody, sealed.room, at=AT),
        rules.may_see_applications(nobody, at=AT),
    ]

    assert not any(answers)
    assert all(str(one.reason) for one in answers)


def test_a_party_without_standing_seats_nobody():
    secretariat, gone = f.secretariat_person(), f.PartyFactory(standing="none")

    assert not rules.may_seat(secretariat, gone, f.BodyFactory(), a_delegate_role(), at=AT)


def test_a_body_that_has_ended_seats_nobody():
    focal = f.focal_point()
    body = f.BodyFactory(until_on=dt.date(2019, 12, 31))

    assert not rules.may_seat(focal, party_of(focal), body, a_delegate_role(), at=AT)
    assert Seat.objects.filter(body=body).count() == 0


# Nobody locks the house out --------------------------------------------------------------------------------------------


def an_assistant():
    """Somebody of the secretariat who manages everybody's people but does not read the journal or the machine."""
    return f.delegate(
        party=f.secretariat_party(),
        body=f.BodyFactory(code="TS", function="secretariat"),
        role=f.RoleFactory(code="assistant", permissions=["file", "manage_all_people", "edit_lists"]),
    )


def test_an_assistant_does_not_remove_the_coordinator():
    coordinator, assistant = f.secretariat_person(), an_assistant()

    unseat = rules.may_unseat(assistant, coordinator.seats.get(), at=AT)
    retire = rules.may_retire(assistant, coordinator, at=AT)

    assert "more than you may yourself" in str(unseat.reason)
    assert "more than you may yourself" in str(retire.reason)
    assert rules.may_retire(coordinator, assistant, at=AT)


def test_an_assistant_does_not_change_what_the_coordinators_role_carries():
    coordinator, assistant = f.secretariat_person(), an_assistant()
    another = f.PersonFactory()
    f.SeatFactory(person=another, party=f.secretariat_party(), body=f.BodyFactory(code="TS"),
                  role=f.RoleFactory(code="technology", permissions=["operate"]))  # fmt: skip

    assert not rules.may_edit_role(assistant, coordinator.seats.get().role, at=AT)
    assert not rules.may_edit_role(assistant, another.seats.get().role, at=AT)
    assert rules.may_edit_role(coordinator, another.seats.get().role, at=AT)


def test_the_last_seat_that_keeps_the_house_for_good_is_not_ended():
    leaving, staying = f.secretariat_person(), f.secretariat_person()
    leaving.seats.update(until_on=dt.date(2026, 12, 31))

    ended = rules.may_unseat(leaving, staying.seats.get(), at=AT)
    retired = rules.may_retire(leaving, staying, at=AT)

    assert "Nobody else would keep" in str(ended.reason)
    assert "Nobody else would keep" in str(retired.reason)
    f.secretariat_person()
    assert rules.may_unseat(leaving, staying.seats.get(), at=AT)
    assert rules.may_retire(leaving, staying, at=AT)


def test_a_right_over_everybody_held_for_a_presiding_party_shows_no_invitations_of_others():
    presidency = f.delegate(body=presiding(), role=f.RoleFactory(permissions=["manage_all_people"]))
    PresidencyTerm.objects.update(party=party_of(presidency))
    focal = f.focal_point()
    actions.invite(email="new@example.org", full_name="New", party=party_of(focal), body=f.BodyFactory(),
                   role=a_delegate_role(), language="en", by=focal, at=AT)  # fmt: skip

    assert not Invitation.objects.visible_to(presidency, reach=reach_of(presidency, AT)).exists()
