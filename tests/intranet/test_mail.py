"""Mail of the demonstration."""

import pytest
from django.utils import timezone

from puebla.core.mail import post
from puebla.core.models import OutgoingMail
from puebla.intranet.views.mail import ref_of
from tests.factories import process, secretariat_person

pytestmark = pytest.mark.django_db


def a_message(**values: str) -> OutgoingMail:
    said = {
        "to": "ana@example.org",
        "subject": "Invitation",
        "body": "Open http://localhost:8000/en/x/y/ <b>now</b>.",
    }
    return post(**(said | values), at=timezone.now())


def test_caught_mail_is_shown_to_anyone_in_the_demonstration_with_its_links_to_follow(client):
    message = a_message()

    listed = client.get("/en/intranet/mail/").text
    shown = client.get(f"/en/intranet/mail/{ref_of(message)}/").text

    assert f"/en/intranet/mail/{ref_of(message)}/" in listed
    assert 'href="http://localhost:8000/en/x/y/"' in shown
    assert "<b>now</b>" not in shown


def test_caught_mail_is_shown_to_who_has_signed_in_in_the_private_look(client):
    process()
    a_message()
    client.force_login(secretariat_person())

    assert "top private" in client.get("/es/intranet/mail/").text


def test_mail_of_a_real_instance_is_shown_to_nobody(client, settings):
    message = a_message()
    settings.DEMO = False

    client.force_login(secretariat_person())

    assert client.get("/en/intranet/mail/").status_code == 404
    assert client.get(f"/en/intranet/mail/{ref_of(message)}/").status_code == 404


def test_mail_is_narrowed_to_a_reader(client):
    a_message(to="ana@example.org", subject="For Ana")
    a_message(to="luis@example.org", subject="For Luis")

    page = client.get("/en/intranet/mail/?to=luis").text

    assert "For Luis" in page
    assert "For Ana" not in page


def test_an_unknown_message_is_not_found(client):
    a_message()

    assert client.get("/en/intranet/mail/0000/").status_code == 404
