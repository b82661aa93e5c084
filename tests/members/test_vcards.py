"""A card is a vCard 4.0 that programs read back, whatever a name contains."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from puebla.accounts.models import Person
from puebla.members.views.vcards import vcard
from tests import factories as f

AT = dt.datetime(2026, 11, 23, 18, tzinfo=dt.UTC)


def read(card: str) -> list[tuple[str, str]]:
    """Property and value, unfolded and unescaped, as a program reads them."""
    lines = card.replace("\r\n ", "").split("\r\n")
    pairs = [line.split(":", 1) for line in lines if line]
    signs = {"\\n": "\n", "\\,": ",", "\\;": ";", "\\\\": "\\"}
    found = []
    for name, value in pairs:
        text, index = "", 0
        while index < len(value):
            two = value[index : index + 2]
            text += signs.get(two, value[index])
            index += 2 if two in signs else 1
        found.append((name, text))
    return found


@pytest.mark.django_db
def test_a_card_says_name_office_party_address_and_telephone():
    person = f.delegate(
        full_name="Ana Mora Solís",
        phone="+506 2222 3333",
        job_titles={"en": "Director, Migration", "es": "Directora, Migración"},
    )

    fields = dict(read(vcard(person, list(person.seats.all()), url="http://x.example/p/1/", at=AT)))

    assert fields["VERSION"] == "4.0"
    assert fields["FN"] == "Ana Mora Solís"
    assert fields["N"] == "Solís;Ana Mora;;;"
    assert fields["TITLE;ALTID=1;LANGUAGE=en"] == "Director, Migration"
    assert fields["TITLE;ALTID=1;LANGUAGE=es"] == "Directora, Migración"
    assert fields["UID"].startswith("urn:uuid:")
    assert fields["TEL;VALUE=uri;TYPE=work"] == "tel:+506-2222-3333"
    assert fields["ORG"] == person.seats.get().party.names["en"]
    assert fields["REV"] == "20261123T180000Z"


@given(st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=150))
def test_any_name_comes_back_whole_and_no_line_is_too_long(name):
    person = Person(email="a@example.org", full_name=name)

    card = vcard(person, [], url="http://x.example/", at=AT)

    assert dict(read(card))["FN"] == name
    assert all(len(line.encode()) <= 75 for line in card.split("\r\n"))
    assert card.startswith("BEGIN:VCARD\r\nVERSION:4.0\r\n")
    assert card.endswith("END:VCARD\r\n")
