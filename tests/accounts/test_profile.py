"""One's own entry, and the door of every private page."""

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from puebla.accounts.forms import international_number
from puebla.accounts.models import Person
from puebla.accounts.rules import may_describe
from puebla.core.models import JournalEntry
from tests import factories as f

pytestmark = pytest.mark.django_db

ENTRY = {
    "full_name": "Ana Mora",
    "job_titles_en": "Director",
    "job_titles_es": "Directora",
    "phone": "",
    "language": "es",
}


@pytest.fixture(autouse=True)
def _process(db):
    f.process()


def client_of(person):
    client = Client()
    client.force_login(person)
    return client


def test_a_person_changes_the_own_entry():
    person = f.delegate()

    answer = client_of(person).post(
        reverse("profile"), ENTRY | {"phone": "+50622223333", "revision": str(person.revision)}
    )

    person.refresh_from_db()
    assert answer.status_code == 302
    assert person.job_titles == {"en": "Director", "es": "Directora"}
    assert person.phone == "+506 2222 3333"
    assert person.language == "es"
    assert JournalEntry.objects.get().act == "person.described"


def test_a_person_chooses_by_whose_clocks_hours_are_shown_and_only_among_real_ones():
    person = f.delegate()
    client = client_of(person)
    before = client.get(reverse("profile")).content.decode()

    client.post(reverse("profile"), ENTRY | {"zone": "America/Tegucigalpa", "revision": "1"})
    refused = client.post(reverse("profile"), ENTRY | {"zone": "Nowhere/Town", "revision": "2"})

    assert '<optgroup label="The Americas">' in before
    assert '<option value="America/Guatemala">Guatemala (UTC−6)</option>' in before
    assert Person.objects.get(pk=person.pk).zone == "America/Tegucigalpa"
    assert refused.status_code == 200


def test_a_stale_entry_is_told_and_keeps_what_was_typed():
    person = f.delegate()
    client = client_of(person)
    client.post(reverse("profile"), ENTRY | {"revision": "1"})

    shown = client.post(
        reverse("profile"), ENTRY | {"full_name": "Typed Meanwhile", "revision": "1"}
    ).content.decode()

    assert "somebody else" in shown
    assert "Typed Meanwhile" in shown
    assert Person.objects.get(pk=person.pk).full_name == "Ana Mora"


def test_the_profile_is_closed_to_whoever_has_not_signed_in():
    answer = Client().get(reverse("profile"))

    assert answer["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize("text", ["12", "telephone", "2222 3333", "+", "+999 1"])
def test_a_number_that_cannot_be_dialled_from_abroad_is_refused(text):
    with pytest.raises(ValidationError):
        international_number(text)


@pytest.mark.parametrize(
    ("text", "kept"),
    [("+506 22223333", "+506 2222 3333"), ("+52 55 5555 5555", "+52 55 5555 5555"), ("  ", "")],
)
def test_a_number_is_kept_as_it_is_dialled_from_abroad(text, kept):
    assert international_number(text) == kept


def test_everybody_keeps_their_own_entry_only():
    one, other = f.PersonFactory(), f.PersonFactory()

    assert may_describe(one, one)
    assert not may_describe(one, other)


@pytest.mark.parametrize("language", ["en", "es"])
def test_nobody_can_register_by_themselves(language):
    answer = Client().get(f"/{language}/accounts/signup/")

    assert b"password1" not in answer.content
    assert not Person.objects.exists()


def test_a_person_signs_in_with_address_and_password_and_a_retired_one_does_not():
    f.delegate(email="in@example.org", password=f.PASSWORD)
    gone = f.delegate(email="out@example.org", password=f.PASSWORD)
    Person.objects.filter(pk=gone.pk).update(is_active=False)
    clients = {name: Client() for name in ("in", "out")}

    for name, client in clients.items():
        client.post(reverse("account_login"), {"login": f"{name}@example.org", "password": f.PASSWORD})

    assert "_auth_user_id" in clients["in"].session
    assert "_auth_user_id" not in clients["out"].session
