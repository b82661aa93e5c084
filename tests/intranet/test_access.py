"""The printed matrix says what the gate does."""

import pytest

from puebla.documents.models import Document
from puebla.intranet.views.access import matrix
from puebla.members.models import Audience
from tests.factories import BodyFactory, DocumentFactory, PartyFactory, delegate, process, secretariat_person

pytestmark = pytest.mark.django_db


def held_by(*, sealed: bool) -> list[Audience]:
    return [one for one in Audience if one <= Audience.ROOM or not sealed]


def the_gate_says(person, *, sealed: bool) -> list[bool]:
    seen = set(Document.objects.visible_to(person).values_list("audience", flat=True))
    return [audience in seen for audience in held_by(sealed=sealed)]


def the_page_says(reader: str, *, sealed: bool) -> list[bool]:
    return [reads for _audience, reads in dict(matrix(sealed=sealed))[reader]]


@pytest.mark.parametrize("sealed", [False, True])
def test_the_printed_matrix_agrees_with_the_gate(sealed):
    giver, body = PartyFactory(), BodyFactory(sealed=sealed)
    for audience in held_by(sealed=sealed):
        DocumentFactory(audience=audience, party=giver, body=body)

    readers = {
        "the giving party, seated in the room": delegate(party=giver, body=body),
        "the giving party, seated elsewhere": delegate(party=giver),
        "secretariat, seated elsewhere": secretariat_person(),
        "another member state, seated in the room": delegate(body=body),
        "another member state, seated elsewhere": delegate(),
        "observer": delegate("observer_state"),
        "accredited civil society": delegate("civil_society"),
    }

    assert {name: the_gate_says(one, sealed=sealed) for name, one in readers.items()} == {
        name: the_page_says(name, sealed=sealed) for name in readers
    }


def test_in_a_sealed_room_only_its_own_seats_read():
    read = {str(reader): [reads for _a, reads in cells] for reader, cells in matrix(sealed=True)}

    assert all(not any(cells) for reader, cells in read.items() if "in the room" not in reader)
    assert read["another member state, seated in the room"] == [False, False, False, True]


@pytest.mark.parametrize("language", ["en", "es"])
def test_who_sees_what_is_a_page_for_who_has_signed_in(client, language):
    process()
    outside = client.get(f"/{language}/intranet/access/")
    client.force_login(delegate())

    inside = client.get(f"/{language}/intranet/access/")

    assert outside.status_code == 302
    assert inside.status_code == 200
    assert inside.text.count("<table") == 2
