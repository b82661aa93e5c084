"""The gate, by drawn worlds: people, parties, seats, rooms and documents at random; SQL and memory must agree."""

import datetime as dt

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from puebla.documents.models import Document, Relation
from puebla.documents.querysets import readers_of
from puebla.members.models import Audience, BreakGlass, PresidencyTerm
from puebla.members.querysets import reach_of, reaches
from tests import factories as make

STANDINGS = ["member", "observer_state", "observer_organisation", "civil_society"]


@st.composite
def worlds(draw):
    """A small conference: which parties, terms, rooms, people, seats, documents, shares and openings there are."""
    index = st.integers(0, 9)
    parties = draw(st.lists(st.tuples(st.sampled_from(STANDINGS), st.integers(0, 5)), min_size=1, max_size=4))
    rooms = draw(st.lists(st.booleans(), min_size=1, max_size=3))  # sealed?
    seats = st.tuples(
        index,
        index,
        st.integers(0, len(rooms) + 1),
        st.booleans(),
        st.sampled_from([-1, 0, 0, 0, 1]),
        st.booleans(),
    )
    papers = st.tuples(
        st.integers(0, len(rooms) - 1),
        index,
        st.sampled_from(list(Audience)),
        st.sampled_from([None, None, -1, 3]),
    )
    return {
        # A standing that ended yesterday: one in six.
        "parties": [(kind, mark == 0) for kind, mark in parties],
        "rooms": rooms,
        # Days from today on which somebody's presidency begins; None is a vacancy.
        "terms": draw(st.dictionaries(st.sampled_from([-800, -30, 0, 1]), st.none() | index, max_size=3)),
        "retired": draw(st.sets(st.integers(0, 3), max_size=1)),
        "seats": draw(st.lists(seats, max_size=8)),
        "documents": draw(st.lists(papers, min_size=1, max_size=8)),
        "shares": draw(
            st.lists(st.tuples(index, index, st.sampled_from(["runs", "over", "ended"])), max_size=3)
        ),
        "openings": draw(
            st.lists(st.tuples(index, index, st.sampled_from(["stands", "asked", "over"])), max_size=2)
        ),
        "relations": draw(st.lists(st.tuples(index, index), max_size=4)),
    }


def build(world):
    """Make the world in the database; returns its people and documents."""
    today, now = timezone.localdate(), timezone.now()
    secretariat = make.secretariat_party()
    kinds = [make.PartyFactory(standing=standing) for standing, _ended in world["parties"]]
    for party, (_standing, ended) in zip(kinds, world["parties"], strict=True):
        if ended:
            party.standings.update(until_on=today - dt.timedelta(days=1))
    bodies = [make.BodyFactory(sealed=sealed) for sealed in world["rooms"]]
    presidency = make.BodyFactory(code="PPT", function="presidency")
    office = make.BodyFactory(code="TS", function="secretariat")
    for days, party in world["terms"].items():
        PresidencyTerm.objects.create(
            body=presidency, starts_on=today + dt.timedelta(days=days),
            party=None if party is None else kinds[party % len(kinds)],
        )  # fmt: skip
    people = [make.PersonFactory(is_active=number not in world["retired"]) for number in range(4)]
    for person, party, room, observes, when, confirmed in world["seats"]:
        body = [*bodies, presidency, office][room]
        of = secretariat if body is office else kinds[party % len(kinds)]
        make.SeatFactory(
            person=people[person % len(people)], party=of, body=body,
            role=make.RoleFactory(code=f"role-{observes}", observes=observes, permissions=["file_own"]),
            from_on=today + dt.timedelta(days=when if when == 1 else -400),
            until_on=today - dt.timedelta(days=1) if when == -1 else None,
            confirmed_at=now if confirmed else None,
        )  # fmt: skip
    rows = []
    for room, party, audience, embargo in world["documents"]:
        body = bodies[room]
        rows.append(
            make.DocumentFactory(
                body=body, party=[*kinds, secretariat][party % (len(kinds) + 1)], audience=min(audience, body.room.cap),
                embargo_until=None if embargo is None else now + dt.timedelta(days=embargo),
            )
        )  # fmt: skip
    _exceptions(world, people, bodies, rows, now)
    return people, rows


def _exceptions(world, people, bodies, rows, now):
    """Shares, openings by two persons, and links between papers."""
    hour, witness = dt.timedelta(hours=1), make.PersonFactory()
    for document, person, state in world["shares"]:
        paper = rows[document % len(rows)]
        if not paper.room.sealed:
            paper.shares.create(
                person=people[person % 4], why="expert", shared_at=now, shared_by=witness,
                until_at=now - hour if state == "over" else now + hour, ended_at=now if state == "ended" else None,
            )  # fmt: skip
    for room, person, state in world["openings"]:
        body = bodies[room % len(bodies)]
        if body.room.sealed:
            whole = {"confirmed_by": witness, "confirmed_at": now - 2 * hour,
                     "until_at": now + (hour if state == "stands" else -hour)}  # fmt: skip
            BreakGlass.objects.create(
                room=body.room, reason="An inquiry", requested_by=people[person % 4], requested_at=now - 3 * hour,
                **({} if state == "asked" else whole),
            )  # fmt: skip
    for one, other in world["relations"]:
        source, target = rows[one % len(rows)], rows[other % len(rows)]
        if source != target:
            Relation.objects.get_or_create(source=source, target=target, kind="answers")


def may_read(person, document):
    """What DESIGN says in words, seat by seat, slowly and without any of the product's own shortcuts."""
    now = timezone.now()
    if not person.is_active:
        return False
    living = [seat for seat in person.seats.all() if gives_rights(seat)]
    if not living:
        return False
    if document.room.sealed and any(
        one.requested_by_id == person.pk and one.confirmed_at and one.until_at > now
        for one in document.room.openings.all()
    ):
        return True
    shared = any(
        one.person_id == person.pk and one.ended_at is None and one.until_at > now
        for one in document.shares.all()
    )
    return shared or opened_by_seats(living, document, now)


def gives_rights(seat):
    """Whether this seat of an active person gives anything today."""
    today = timezone.localdate()
    dated = seat.from_on <= today and (seat.until_on is None or seat.until_on >= today)
    if not dated or (seat.room.sealed and seat.confirmed_at is None) or standing_of(seat) is None:
        return False
    if seat.body.function != "presidency":
        return True
    begun = [term for term in seat.body.presidency_terms.all() if term.starts_on <= today]
    return bool(begun) and max(begun, key=lambda term: term.starts_on).party_id == seat.party_id


def standing_of(seat):
    today = timezone.localdate()
    running = [one for one in seat.party.standings.all() if one.until_on is None or one.until_on >= today]
    return running[0].kind if running else None


def opened_by_seats(living, document, now):
    """Whether these seats open the paper by themselves."""
    sealed = document.room.sealed
    held_back = document.embargo_until is not None and document.embargo_until > now
    member_seats = [
        seat for seat in living if standing_of(seat) in {"member", "secretariat"} and not seat.role.observes
    ]
    in_room = any(seat.room_id == document.room_id for seat in member_seats)
    if sealed and not in_room:
        return False
    if any(seat.party_id == document.party_id for seat in living):
        return True
    rungs = set()
    if any(standing_of(seat) == "secretariat" for seat in living):
        rungs.add(Audience.SECRETARIAT)
    if any(seat.body.function == "presidency" for seat in member_seats):
        rungs.add(Audience.PRESIDENCY)
    if not held_back:
        if in_room:
            rungs.add(Audience.ROOM)
        if not sealed:
            rungs |= {
                {
                    "member": Audience.MEMBERS, "secretariat": Audience.SECRETARIAT,
                    "civil_society": Audience.CIVIL_SOCIETY,
                }.get(standing_of(seat), Audience.OBSERVERS)
                for seat in living
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
            shared = {
                share.document_id
                for share in person.shares.filter(ended_at=None, until_at__gt=timezone.now())
                if not reach.is_empty
            }
            assert seen == {d.pk for d in documents if reach.covers(d)} | shared
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
def test_a_share_of_who_has_lost_the_last_seat_names_no_reader_though_a_sealed_room_was_opened_to_them():
    secretary, guest = make.secretariat_person(), make.PersonFactory()
    paper, now = make.DocumentFactory(), timezone.now()
    paper.shares.create(
        person=guest, why="expert", until_at=now + dt.timedelta(days=1), shared_at=now, shared_by=secretary
    )
    BreakGlass.objects.create(
        room=make.BodyFactory(sealed=True).room, reason="An inquiry", requested_by=guest, requested_at=now,
        confirmed_by=secretary, confirmed_at=now, until_at=now + dt.timedelta(hours=1),
    )  # fmt: skip

    assert not Document.objects.visible_to(guest).exists()
    assert guest not in [person for group in readers_of(paper) for person in group.people]


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
