"""Candidatures for the Presidency: announced a year before, agreed by consensus, made into a term; refused with sentences."""

import datetime as dt
from types import SimpleNamespace

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from puebla.core.verdicts import RefusedError
from puebla.members import actions
from puebla.members.models import Candidature, PresidencyTerm, Seat
from puebla.members.querysets import reach_of
from puebla.notices.actions import gather
from puebla.notices.models import Notice
from tests import factories

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(dt.datetime(2031, 6, 2, 10))
ANNOUNCED = dt.date(2031, 3, 12)
START = dt.date(2032, 7, 1)


def a_world():
    """A Presidency since May 2031 with its chair, three members, a Vice-Ministers' meeting held in March 2031."""
    factories.process()
    chair = factories.presiding_chair()
    office = factories.BodyFactory(code="PPT")
    keeper = factories.secretariat_person()
    PresidencyTerm.objects.filter(body=office).update(starts_on=dt.date(2031, 5, 1))

    ministers = factories.BodyFactory(code="VM", function="ministers")
    return SimpleNamespace(
        chair=chair, office=office, keeper=keeper, meeting=factories.MeetingFactory(body=ministers),
        parties=[factories.PartyFactory(code=code) for code in ("HND", "PAN", "DOM")],
    )  # fmt: skip


@pytest.fixture
def world():
    return a_world()


def announce(world, by=None, party=None, **values):
    values = {"starts_on": START, "announced_on": ANNOUNCED} | values
    values.setdefault("ends_on", values["starts_on"] + dt.timedelta(days=364))
    return actions.announce_candidature(
        body=world.office, party=party or world.parties[0], announced_in=world.meeting, by=by or world.keeper, at=NOW, **values,
    )  # fmt: skip


def agree(world, candidature, by=None, **values):
    values = {"agreed_in": world.meeting, "agreed_on": dt.date(2031, 3, 13)} | values
    return actions.agree_candidature(candidature=candidature, by=by or world.chair, at=NOW, **values)


def test_a_term_made_from_a_candidature_moves_the_rights_to_those_seated_for_it_on_its_first_day(world):
    focal = factories.focal_point(party=world.parties[0])
    made = agree(world, announce(world, by=focal))

    actions.seat_in_office(
        candidature=made, people=[focal], role=world.chair.seats.get().role, by=world.keeper, at=NOW
    )

    midnight = timezone.make_aware(dt.datetime.combine(START, dt.time()))
    held = [
        [reach_of(one, at).presidency for one in (world.chair, focal)]
        for at in (NOW, midnight - dt.timedelta(seconds=1), midnight)
    ]
    assert held == [[True, False], [True, False], [False, True]]
    assert Seat.objects.get(person=focal, body=world.office).until_on > made.ends_on


@pytest.mark.parametrize(("values", "field", "sentence"), [
    ({"starts_on": dt.date(2032, 2, 1)}, "starts_on", "at least a year before"),
    ({"announced_on": dt.date(2031, 4, 1)}, "announced_on", "no day of"),
    ({"announced_on": dt.date(2031, 7, 1)}, "announced_on", "still to come"),
    ({"ends_on": START + dt.timedelta(days=20)}, "starts_on", "about a year"),
    ({"starts_on": dt.date(2031, 5, 1)}, "starts_on", "has begun already"),
    ({"starts_on": dt.date(2131, 5, 1)}, "starts_on", "too far ahead"),
])  # fmt: skip
def test_what_is_no_candidature_is_refused_beside_its_field_and_nothing_is_written(
    world, values, field, sentence
):
    with pytest.raises(RefusedError, match=sentence) as refusal:
        announce(world, **values)

    assert (refusal.value.field, Candidature.objects.count()) == (field, 0)


def test_the_presidency_alone_takes_one_late_and_records_why(world):
    late = {"starts_on": dt.date(2032, 2, 1), "late_why": {"en": "The candidate before withdrew."}}

    with pytest.raises(RefusedError, match="at least a year"):
        announce(world, **late)
    with pytest.raises(RefusedError, match="Write why"):
        announce(world, by=world.chair, **late | {"late_why": {}})
    assert announce(world, by=world.chair, **late).late_why == late["late_why"]


def test_an_observer_is_no_candidate_and_a_party_enters_none_for_another(world):
    observer = factories.PartyFactory(code="COL", standing="observer_state")
    other = factories.focal_point(party=world.parties[1])

    with pytest.raises(RefusedError, match="Only member states"):
        announce(world, party=observer)
    with pytest.raises(RefusedError, match="entered by its focal point"):
        announce(world, by=other)


def test_of_several_candidates_one_is_agreed_and_the_others_hear_who_was(world):
    other, stranger = factories.focal_point(party=world.parties[0]), factories.delegate("observer_state")
    gather(NOW)
    first, second = announce(world), announce(world, party=world.parties[1])
    agree(world, second)
    gather(NOW)

    assert {one.person_id for one in Notice.objects.filter(what="agreed")} == {other.pk, world.keeper.pk}
    client = Client()
    client.force_login(other)
    assert "Consensus on the candidature is recorded" in client.get("/en/intranet/notices/").content.decode()
    assert not Notice.objects.filter(person=stranger).exists()
    with pytest.raises(RefusedError, match="PAN was agreed by consensus already"):
        agree(world, first)
    with pytest.raises(RefusedError, match="PAN was agreed by consensus"):
        actions.set_presidency(body=world.office, party=world.parties[0], starts_on=START + dt.timedelta(days=9), by=world.keeper, at=NOW)  # fmt: skip
    with transaction.atomic(), pytest.raises(IntegrityError):
        # Past every rule: the database itself keeps terms apart.
        copy = Candidature.objects.get(pk=second.pk)
        copy.pk, copy.ref, copy.party, copy.starts_on = (
            None,
            "another",
            world.parties[2],
            START + dt.timedelta(days=3),
        )
        copy.term = PresidencyTerm.objects.order_by("starts_on")[0]
        copy.save()


def test_a_consensus_withdrawn_leaves_the_term_vacant_until_another_fills_it(world):
    first, second = announce(world), announce(world, party=world.parties[1])
    agree(world, first)

    actions.withdraw_candidature(candidature=first, why={"en": "Elections at home."}, by=world.keeper, at=NOW)

    assert PresidencyTerm.objects.get(starts_on=START).party is None
    agree(world, second)
    assert PresidencyTerm.objects.get(starts_on=START).party == world.parties[1]


def test_no_year_is_left_without_a_presidency_before_a_term_is_agreed(world):
    far = announce(world, starts_on=dt.date(2034, 12, 1))

    with pytest.raises(RefusedError, match="expected to end on 1 May 2032"):
        agree(world, far)


def test_the_pages_refuse_beside_the_field_and_are_no_pages_for_observers(world):
    focal = factories.focal_point(party=world.parties[0])
    seen = announce(world)
    observer = Client()
    observer.force_login(factories.delegate("observer_state"))
    client = Client()
    client.force_login(focal)
    page = reverse("members:presidency")

    assert observer.get(reverse("members:candidature", args=[seen.ref])).status_code == 404
    assert "HND" not in observer.get(page).content.decode()
    assert seen.ref in client.get(page).content.decode()
    answer = client.post(reverse("members:candidature-agree", args=[seen.ref]), {})
    assert answer.status_code == 200
    assert Candidature.objects.get().state == "announced"


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    acts=st.lists(
        st.tuples(st.sampled_from(["announce", "agree", "withdraw"]), st.integers(0, 2), st.integers(0, 30)),
        min_size=3, max_size=9,
    )
)  # fmt: skip
def test_whatever_is_announced_agreed_and_withdrawn_there_is_one_presidency_at_every_moment(world, acts):
    with transaction.atomic():
        people = [factories.focal_point(party=one) for one in world.parties]
        for what, which, months in acts:
            party = world.parties[which]
            row = Candidature.objects.standing().filter(party=party).order_by("pk").last()
            try:
                with transaction.atomic():
                    if what == "announce":
                        announce(
                            world, party=party, starts_on=dt.date(2032, 7, 1) + dt.timedelta(days=31 * months)
                        )
                    elif row is not None and what == "agree":
                        made = agree(world, row)
                        actions.seat_in_office(
                            candidature=made, people=[people[which]], role=world.chair.seats.get().role, by=world.keeper, at=NOW
                        )  # fmt: skip
                    elif row is not None:
                        actions.withdraw_candidature(
                            candidature=row, why={"en": "So."}, by=world.keeper, at=NOW
                        )
            except RefusedError:
                pass
        agreed = list(Candidature.objects.filter(state="agreed").order_by("starts_on"))
        for day in range(0, 1900, 61):
            at = NOW + dt.timedelta(days=day)
            presiding = [one for one in (world.chair, *people) if reach_of(one, at).presidency]
            assert len({one.seats.get(body=world.office).party for one in presiding}) <= 1
        assert all(one.ends_on < after.starts_on for one, after in zip(agreed, agreed[1:], strict=False))
        transaction.set_rollback(True)
