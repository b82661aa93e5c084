"""What a sealed room keeps to itself beside its papers: names of its people, its meetings, its numbers."""

import datetime as dt

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from puebla.core.verdicts import RefusedError
from puebla.documents import actions
from puebla.documents.models import Document, Share
from puebla.members.models import Audience, Meeting
from tests import factories as make

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def network():
    make.process()
    return make.BodyFactory(code="LOCP", sealed=True, names={"en": "The network"})


def client_of(person):
    client = Client()
    client.force_login(person)
    return client


def a_meeting(network, title="Hidden meeting in Tapachula"):
    return Meeting.objects.create(
        symbol="RCM/2010/LOCP/M", body=network, number=3, titles={"en": title}, starts_on=dt.date(2010, 5, 4)
    )


@pytest.mark.parametrize("page", ["new", "drop"])
def test_a_meeting_of_a_sealed_room_is_offered_to_those_who_sit_there_alone(network, page):
    a_meeting(network)
    outside, inside = make.secretariat_person(), make.delegate(body=network)

    pages = [client_of(person).get(reverse(f"documents:{page}")).text for person in (outside, inside)]

    assert ["Hidden meeting" in text for text in pages] == [False, True]


def test_a_meeting_of_a_sealed_room_is_not_proposed_to_an_importer_outside(network):
    from puebla.documents.actions.proposing import Known

    meeting = a_meeting(network)
    outside, inside = make.secretariat_person(), make.delegate(body=network)

    known = [Known.load(Meeting.objects.visible_to(person)).meetings for person in (outside, inside)]

    assert known == [{}, {("LOCP", 2010): [meeting.symbol]}]


def test_a_paper_of_an_open_room_names_no_meeting_and_no_body_of_a_sealed_one(network):
    person = make.delegate(body=network)
    place = make.BodyFactory()
    make.SeatFactory(person=person, party=person.seats.get().party, body=place)
    facts = {"by": person, "at": NOW, "room": place.room, "audience": Audience.MEMBERS, "kind": make.KindFactory(),
             "party": person.seats.first().party, "titles": {"en": "Note"}}  # fmt: skip

    for wrong in ({"meeting": a_meeting(network), "body": place}, {"body": network}):
        with pytest.raises(RefusedError, match="sealed room"):
            actions.file_document(**facts, **wrong)

    assert not Document.objects.exists()


def test_a_symbol_typed_in_a_sealed_room_is_its_own_so_that_nothing_outside_is_found_out(network):
    taken, person = make.DocumentFactory(symbol="RCM/2014/VM/DEC/1"), make.delegate(body=network)
    facts = {"by": person, "at": NOW, "room": network.room, "audience": Audience.ROOM, "kind": make.KindFactory(),
             "party": person.seats.get().party, "titles": {"en": "Note"}, "body": network}  # fmt: skip
    said = []

    for symbol in (taken.symbol, "RCM/2014/VM/DEC/2"):
        with pytest.raises(RefusedError) as refusal:
            actions.file_document(**facts, symbol=symbol)
        said.append(str(refusal.value))

    assert said[0] == said[1]
    assert actions.file_document(**facts, symbol="RCM/2014/LOCP/DEC/1").symbol == "RCM/2014/LOCP/DEC/1"


def test_readers_are_named_to_those_who_may_know_of_them_and_counted_for_others():
    make.process()
    observer = make.delegate("observer_state", full_name="Olga Observa")
    make.delegate(full_name="Mario Miembro")
    paper = make.DocumentFactory(audience=Audience.OBSERVERS)
    address = reverse("documents:readers", args=[paper.symbol])

    theirs = client_of(observer).get(address).text
    ours = client_of(make.secretariat_person()).get(address).text

    assert "Olga Observa" in theirs
    assert "Mario Miembro" not in theirs
    assert "1 person of whom the directory does not tell you" in theirs
    assert "Mario Miembro" in ours


def test_whoever_sits_in_a_sealed_room_only_is_named_on_no_list_outside_it(network):
    make.delegate(body=network, full_name="Lidia Enlace")
    paper = make.DocumentFactory(audience=Audience.SECRETARIAT)
    client = client_of(make.secretariat_person())

    pages = [
        client.get(reverse("documents:readers", args=[paper.symbol])).text,
        client.get(
            reverse("documents:audience", args=[paper.symbol]) + f"?audience={Audience.MEMBERS:d}"
        ).text,
    ]

    assert not any("Lidia Enlace" in page for page in pages)


def test_the_database_itself_takes_no_share_of_a_sealed_room_s_paper(network):
    paper, guest = make.DocumentFactory(body=network), make.delegate()

    with pytest.raises(DatabaseError, match="sealed"), transaction.atomic():
        Share.objects.create(document=paper, person=guest, why="x", until_at=NOW + dt.timedelta(days=1), shared_at=NOW,
                             shared_by=guest)  # fmt: skip


def test_who_changes_sides_takes_no_knowledge_of_openings_along():
    make.process()
    old, new = make.PartyFactory(), make.PartyFactory()
    colleague, mover = make.delegate(party=old), make.delegate(party=old, full_name="Mudanza Pérez")
    paper = make.DocumentFactory(audience=Audience.MEMBERS)
    actions.add_version(
        document=paper,
        language="en",
        source=make.a_file(),
        name="a.txt",
        by=make.secretariat_person(),
        at=NOW,
    )
    mover.seats.update(until_on=timezone.localdate() - dt.timedelta(days=1))
    make.SeatFactory(person=mover, party=new)
    client_of(mover).get(reverse("documents:file", args=[paper.symbol, "en"]))
    address = reverse("documents:history", args=[paper.symbol])

    before, after = (
        client_of(colleague).get(address).text,
        client_of(make.delegate(party=new)).get(address).text,
    )

    assert "Mudanza Pérez" not in before
    assert "1 opening in all" in before
    assert "Mudanza Pérez" in after
