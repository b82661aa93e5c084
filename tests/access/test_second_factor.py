"""A role that asks for a second factor shuts every private address until one is set up."""

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse

from puebla.members.models import Role
from tests import factories as f

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _process(db):
    f.process()


def asked(**values):
    """Somebody of the secretariat whose role asks for a second factor, in a browser."""
    person = f.secretariat_person(**values)
    Role.objects.filter(code="coordinator").update(second_factor=True)
    client = Client()
    client.force_login(person)
    return person, client


def private_addresses():
    document = f.DocumentFactory()
    names = ["intranet:desk", "members:directory", "members:bodies", "members:delegation", "members:roles"]
    return [
        *map(reverse, names),
        f"{reverse('members:directory')}?export=csv",
        f"/en/intranet/documents/{document.symbol}/",
        "/en/intranet/documents/",
        "/es/intranet/documents/?export=xlsx",
        "/en/intranet/anything/that/may/come/",
    ]


def test_every_private_address_leads_to_setting_it_up_and_then_opens():
    person, client = asked()
    addresses = private_addresses()

    before = [client.get(one) for one in addresses]
    posted = client.post(reverse("members:invite"), {"email": "a@example.org"})
    Authenticator.objects.create(user=person, type="webauthn", data={})
    after = [client.get(one).status_code for one in addresses[:-1]]

    assert {one.status_code for one in [*before, posted]} == {302}
    assert all(one["Location"].endswith("/accounts/2fa/") for one in [*before, posted])
    assert set(after) == {200}


def test_recovery_codes_alone_are_no_second_factor():
    person, client = asked()
    Authenticator.objects.create(user=person, type="recovery_codes", data={})

    assert client.get(reverse("intranet:desk")).status_code == 302


def test_ones_own_account_stays_open_so_that_it_can_be_set_up():
    _person, client = asked()

    for name in ("profile", "mfa_index", "usersessions_list", "account_logout"):
        assert client.get(reverse(name)).status_code == 200
    page = client.get(client.get(reverse("intranet:desk"))["Location"]).content.decode()
    assert "asks for a second factor" in page


def test_whoever_is_not_asked_and_whose_seat_is_over_goes_on():
    person, client = asked()
    other = Client()
    other.force_login(f.delegate())

    assert other.get(reverse("intranet:desk")).status_code == 200
    person.seats.update(until_on=f.LONG_AGO)
    assert client.get(reverse("intranet:desk")).status_code == 200


def test_one_more_question_is_asked_of_the_database(django_assert_num_queries):
    from django.utils import timezone

    from puebla.members.querysets import owes_second_factor

    person, _client = asked()

    with django_assert_num_queries(1):
        assert owes_second_factor(person, timezone.now())
