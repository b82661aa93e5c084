"""The gate, by drawn worlds: people, parties, seats, rooms and documents at random; SQL and memory must agree."""

import datetime as dt

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from puebla.documents.models import Document
from puebla.documents.querysets import readers_of
from puebla.members.models import Audience, PresidencyTerm
from puebla.members.querysets import reach_of, reaches
from tests import factories as make

STANDINGS = ["member", "observer_state", "observer_organisation", "civil_society"]


@st.composite
def worlds(draw):
    """A small conference: which parties, rooms, seats and documents there are."""
    parties = draw(st.lists(st.sampled_from(STANDINGS), min_size=1, max_size=4))
    rooms = draw(st.lists(st.booleans(), min_size=1, max_size=3))  # sealed?
    index = st.integers(0, 9)
    seats = draw(
        st.lists(
            st.tuples(
                index, index, st.integers(0, len(rooms) + 1), st.booleans(), st.sampled_from([-1, 0, 1]),
                st.booleans(),
            ),
            max_size=8,
        )
    )  # fmt: skip
    documents = draw(
        st.lists(
            st.tuples(st.integers(0, len(rooms) - 1), index, st.sampled_from(list(Audience)), st.booleans()),
            min_size=1, max_size=8,
        )
    )  # fmt: skip
    presiding = draw(index)
    return parties, rooms, seats, documents, presiding


def build(world):
    """Make the world in the database; returns its people and documents."""
    parties, rooms, seats, documents, presiding = world
    today = timezone.localdate()
    secretariat = make.secretariat_party()
    kinds = [make.PartyFactory(standing=standing) for standing in parties]
    bodies = [make.BodyFactory(sealed=sealed) for sealed in rooms]
    presidency = make.BodyFactory(code="PPT", function="presidency")
    office = make.BodyFactory(code="TS", function="secretariat")
    PresidencyTerm.objects.create(
        body=presidency, party=kinds[presiding % len(kinds)], starts_on=make.LONG_AGO
    )
    people = [make.PersonFactory() for _ in range(4)]
    for person, party, room, observes, when, confirmed in seats:
        body = [*bodies, presidency, office][room]
        of = secretariat if body is office else kinds[party % len(kinds)]
        make.SeatFactory(
            person=people[person % len(people)], party=of, body=body,
            role=make.RoleFactory(code=f"role-{observes}", observes=observes, permissions=["file_own"]),
            from_on=today + dt.timedelta(days=when if when == 1 else -400),
            until_on=today - dt.timedelta(days=1) if when == -1 else None,
            confirmed_at=timezone.now() if confirmed else None,
        )  # fmt: skip
    rows = []
    for room, party, audience, embargo in documents:
        body = bodies[room]
        rows.append(
            make.DocumentFactory(
                body=body, party=[*kinds, secretariat][party % (len(kinds) + 1)], audience=min(audience, body.room.cap),
                embargo_until=timezone.now() + dt.timedelta(days=3) if embargo else None,
            )
        )  # fmt: skip
    return people, rows


def may_read(person, document):
    """What DESIGN says in words, seat by seat, slowly and without any of the product's own shortcuts."""
    now, today = timezone.now(), timezone.localdate()
    sealed = document.room.sealed
    held_back = document.embargo_until is not None and document.embargo_until > now
    living = [
        seat
        for seat in person.seats.all()
        if seat.from_on <= today
        and (seat.until_on is None or seat.until_on >= today)
        and (not seat.room.sealed or seat.confirmed_at is not None)
        and (seat.body.function != "presidency" or seat.body.presidency_terms.get().party_id == seat.party_id)
    ]
    standing = {seat.pk: seat.party.standings.get().kind for seat in living}
    member_seats = [s for s in living if standing[s.pk] in {"member", "secretariat"} and not s.role.observes]
    in_room = any(seat.room_id == document.room_id for seat in member_seats)
    if sealed and not in_room:
        return False
    rungs = set()
    if any(seat.party_id == document.party_id for seat in living):
        return True
    if "secretariat" in standing.values():
        rungs.add(Audience.SECRETARIAT)
    if any(seat.body.function == "presidency" for seat in living):
        rungs.add(Audience.PRESIDENCY)
    if not held_back:
        if in_room:
            rungs.add(Audience.ROOM)
        if not sealed:
            rungs |= {
                {
                    "member": Audience.MEMBERS, "secretariat": Audience.SECRETARIAT,
                    "civil_society": Audience.CIVIL_SOCIETY,
                }.get(kind, Audience.OBSERVERS)
                for kind in standing.values()
            }  # fmt: skip
    return any(document.audience >= rung for rung in rungs)


class TestTheGate(TestCase):
    @given(worlds())
    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    def test_a_person_sees_exactly_what_their_seats_open(self, world):
        people, documents = build(world)

        for person in people:
            seen = set(Document.objects.visible_to(person).values_list("pk", flat=True))
            reach = reach_of(person)

            assert seen == {d.pk for d in documents if may_read(person, d)}
            assert seen == {d.pk for d in documents if reach.covers(d)}
            assert Document.objects.visible_to(person).count() == len(seen)

    @given(worlds())
    @settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
    def test_the_list_of_readers_names_exactly_those_who_see_it(self, world):
        people, documents = build(world)

        for document in documents:
            named = {person.pk for group in readers_of(document) for person in group.people}

            assert named == {
                p.pk for p in people if Document.objects.visible_to(p).filter(pk=document.pk).exists()
            }


@pytest.mark.django_db
def test_nobody_signed_in_sees_nothing():
    make.DocumentFactory(audience=Audience.PUBLIC)

    assert not Document.objects.visible_to(None).exists()


@pytest.mark.django_db
def test_a_person_without_a_seat_sees_nothing_even_of_what_is_public():
    make.DocumentFactory(audience=Audience.PUBLIC)

    assert not Document.objects.visible_to(make.PersonFactory()).exists()


@pytest.mark.django_db
def test_reaches_of_everybody_equal_the_reach_of_each():
    people = [make.delegate(), make.secretariat_person(), make.delegate("civil_society")]
    at = timezone.now()

    together = reaches(at=at)

    assert together == {person.pk: reach_of(person, at) for person in people}


@pytest.mark.django_db
def test_a_share_opens_one_paper_to_one_person_until_its_end():
    secretary, guest = make.secretariat_person(), make.delegate("civil_society")
    paper = make.DocumentFactory()
    now = timezone.now()
    paper.shares.create(
        person=guest, why="expert", until_at=now + dt.timedelta(days=1), shared_at=now, shared_by=secretary
    )

    assert list(Document.objects.visible_to(guest)) == [paper]

    paper.shares.update(until_at=now - dt.timedelta(seconds=1))

    assert not Document.objects.visible_to(guest).exists()


@pytest.mark.django_db
def test_even_a_share_forced_past_the_database_s_guard_opens_nothing_of_a_sealed_room():
    paper, guest = make.DocumentFactory(body=make.BodyFactory(sealed=True)), make.delegate("civil_society")
    now = timezone.now()
    with connection.cursor() as cursor:
        on = " ON documents_share" if connection.vendor == "postgresql" else ""
        cursor.execute(f"DROP TRIGGER documents_share_insert{on}")
    paper.shares.create(
        person=guest, why="expert", until_at=now + dt.timedelta(days=1), shared_at=now, shared_by=guest
    )

    assert not Document.objects.visible_to(guest).exists()
