"""Signing in: one's sessions, one of them ended, codes that work once, no way in without an invitation."""

import datetime as dt
import re
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from puebla.accounts.models import Person
from tests import factories as f

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _process(db):
    f.process()


def a_browser(person, agent="Firefox"):
    """A browser in which this person signed in with the password, on the page for it."""
    client = Client(headers={"user-agent": agent})
    answer = client.post(reverse("account_login"), {"login": person.email, "password": f.PASSWORD})
    assert answer.status_code == 302
    return client


def is_in(client):
    return client.get(reverse("intranet:desk")).status_code == 200


def test_one_session_is_ended_and_the_others_stay():
    person = f.delegate(password=f.PASSWORD)
    here, lost, office = a_browser(person), a_browser(person, "Lost telephone"), a_browser(person, "Office")
    page = here.get(reverse("usersessions_list")).content.decode()
    entry = next(one for one in page.split("<li>") if "Lost telephone" in one)

    here.post(reverse("usersessions_list"), {"session": re.search(r'name="session" value="(\w+)"', entry)[1]})

    assert [is_in(one) for one in (here, lost, office)] == [True, False, True]


def test_every_other_session_is_ended_at_once():
    person = f.delegate(password=f.PASSWORD)
    here, there = a_browser(person), a_browser(person)

    here.post(reverse("usersessions_list"))

    assert [is_in(one) for one in (here, there)] == [True, False]


def test_nobody_ends_or_reads_another_persons_session():
    mine, other = f.delegate(password=f.PASSWORD), f.delegate(password=f.PASSWORD)
    theirs = a_browser(other, "Their browser")
    a_browser(other)
    page = theirs.get(reverse("usersessions_list")).content.decode()
    mark = re.search(r'name="session" value="(\w+)"', page)[1]
    client = a_browser(mine)

    client.post(reverse("usersessions_list"), {"session": mark})

    assert "Their browser" not in client.get(reverse("usersessions_list")).content.decode()
    assert len(re.findall("<li>\n<h2>", theirs.get(reverse("usersessions_list")).content.decode())) == 2


def test_the_key_of_a_session_is_not_on_the_page():
    person = f.delegate(password=f.PASSWORD)
    here, there = a_browser(person), a_browser(person)

    page = here.get(reverse("usersessions_list")).content.decode()

    assert there.session.session_key not in page


def test_a_new_session_begins_at_sign_in():
    person = f.delegate(password=f.PASSWORD)
    client = Client()
    client.get(reverse("account_login"))
    client.session.save()
    before = client.cookies["sessionid"].value if "sessionid" in client.cookies else None

    client.post(reverse("account_login"), {"login": person.email, "password": f.PASSWORD})

    assert client.cookies["sessionid"].value != before


def test_a_code_by_mail_works_once(mailoutbox):
    person = f.delegate()
    first, second = Client(), Client()
    for client in (first, second):
        client.post(reverse("account_request_login_code"), {"email": person.email})
    code = re.search(r"\b[A-Z0-9]{4}-[A-Z0-9]{4}\b", mailoutbox[0].body)[0]

    first.post(reverse("account_confirm_login_code"), {"code": code})
    second.post(reverse("account_confirm_login_code"), {"code": code})

    assert [is_in(one) for one in (first, second)] == [True, False]


@pytest.mark.parametrize("there", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_signing_in_leads_nowhere_else(there):
    person = f.delegate(password=f.PASSWORD)

    answer = Client().post(
        reverse("account_login"), {"login": person.email, "password": f.PASSWORD, "next": there}
    )

    assert answer["Location"] == reverse("intranet:desk")


def test_nobody_registers_by_posting():
    answer = Client().post(
        reverse("account_signup"), {"email": "stranger@example.org", "password1": f.PASSWORD}
    )

    assert "invitation" in answer.content.decode()
    assert not Person.objects.exists()


@pytest.mark.parametrize(
    "address", ["signup/passkey/", "2fa/webauthn/signup/", "social/signup/", "3rdparty/"]
)
def test_there_is_no_other_page_to_register_on(address):
    assert Client().post(f"/en/accounts/{address}", {"email": "stranger@example.org"}).status_code == 404


@pytest.mark.parametrize(
    ("language", "sentence"), [("en", "Too many failed"), ("es", "Demasiados intentos fallidos")]
)
def test_too_many_wrong_passwords_are_refused_with_a_sentence(language, sentence):
    person = f.delegate(password=f.PASSWORD)
    client = Client()
    for _attempt in range(6):
        client.post(f"/{language}/accounts/login/", {"login": person.email, "password": "wrong"})

    answer = client.post(f"/{language}/accounts/login/", {"login": person.email, "password": f.PASSWORD})

    assert sentence in answer.content.decode()
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(
    ("language", "name"), [("en", "Regional Conference"), ("es", "Conferencia Regional")]
)
def test_mail_about_the_account_speaks_in_the_name_of_the_process_and_offers_no_registration(
    mailoutbox, language, name
):
    person = f.delegate()
    for address in (person.email, "stranger@example.org"):
        Client().post(f"/{language}/accounts/login/code/", {"email": address})
        Client().post(f"/{language}/accounts/password/reset/", {"email": address})

    assert len(mailoutbox) == 4
    assert all(name in mail.body and "testserver!" not in mail.body for mail in mailoutbox)
    assert not any("signup" in mail.body for mail in mailoutbox)


def test_a_session_that_has_ended_is_not_gone_on_with_under_its_name():
    person = f.delegate(password=f.PASSWORD)
    client = a_browser(person)
    key = client.session.session_key
    Session.objects.filter(session_key=key).update(expire_date=timezone.now() - dt.timedelta(seconds=1))

    assert not is_in(client)
    client.post(reverse("account_login"), {"login": person.email, "password": f.PASSWORD})

    assert is_in(client) and client.session.session_key != key


def test_who_was_retired_or_got_another_password_is_out_at_once():
    retired, changed = f.delegate(password=f.PASSWORD), f.delegate(password=f.PASSWORD)
    clients = a_browser(retired), a_browser(changed)
    Person.objects.filter(pk=retired.pk).update(is_active=False)
    changed.set_password("another password altogether")
    changed.save()

    assert not any(map(is_in, clients))


def test_who_is_signed_in_is_asked_in_two_questions(django_assert_num_queries):
    person = f.delegate(password=f.PASSWORD)
    client = a_browser(person)
    store = import_module(settings.SESSION_ENGINE).SessionStore

    with django_assert_num_queries(2):
        session = store(client.session.session_key)
        assert get_user(SimpleNamespace(session=session)) == person
