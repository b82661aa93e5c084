"""The desk."""

import datetime as dt
import html
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from puebla.core import registry
from puebla.documents.models import Document
from puebla.intranet.models import Look
from puebla.members.models import Audience
from tests.factories import (
    BodyFactory,
    DocumentFactory,
    PartyFactory,
    PersonFactory,
    RoleFactory,
    SeatFactory,
    delegate,
    process,
    secretariat_person,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _process():
    process()


def test_the_desk_asks_to_sign_in_and_comes_back(client):
    answer = client.get("/es/intranet/")

    assert answer.status_code == 302
    assert answer["Location"] == "/es/accounts/login/?next=/es/intranet/"


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_desk_speaks_the_language_of_its_address(client, language):
    client.force_login(secretariat_person())

    answer = client.get(f"/{language}/intranet/")

    assert answer.status_code == 200
    assert f'<html lang="{language}"' in answer.text


def test_the_desk_shows_what_is_open_to_the_person_and_nothing_else(client):
    DocumentFactory(titles={"en": "For members"}, audience=Audience.MEMBERS)
    DocumentFactory(titles={"en": "For the secretariat"}, audience=Audience.SECRETARIAT)
    DocumentFactory(titles={"en": "Awaited by members"}, audience=Audience.MEMBERS, state="awaited",
                    expected_on=dt.date(2027, 1, 2))  # fmt: skip
    DocumentFactory(titles={"en": "Awaited inside"}, audience=Audience.SECRETARIAT, state="awaited")
    client.force_login(delegate())

    page = client.get("/en/intranet/").text

    assert "For members" in page
    assert "Awaited by members" in page
    assert "2 January 2027" in page or "Jan. 2, 2027" in page
    assert "For the secretariat" not in page
    assert "Awaited inside" not in page


def test_pending_translations_count_only_what_is_open_to_the_person(client):
    DocumentFactory(filed_languages="en", audience=Audience.MEMBERS)
    DocumentFactory(filed_languages="en,es", audience=Audience.MEMBERS)
    DocumentFactory(filed_languages="en", audience=Audience.SECRETARIAT)
    client.force_login(delegate())

    page = client.get("/en/intranet/").text

    assert "Spanish: 1 document" in page
    assert "English: " not in page


def test_what_has_no_place_on_the_desk_is_a_link_away(client):
    person = secretariat_person()
    client.force_login(person)
    at = timezone.now()
    Look.objects.create(person=person, this_at=at, before_at=at - dt.timedelta(hours=1))
    own = DocumentFactory(
        state="awaited", party=person.seats.get().party, expected_on=dt.date(2030, 1, 1)
    ).symbol
    another = PartyFactory()
    for _n in range(45):
        DocumentFactory(
            state="awaited", expected_on=dt.date(2027, 1, 1), changed_at=at - dt.timedelta(days=3), party=another
        )  # fmt: skip
    for n in range(9):
        DocumentFactory(titles={"en": f"Filed while away {n}"}, changed_at=at - dt.timedelta(minutes=n))
    DocumentFactory(titles={"en": "Filed long ago"}, changed_at=at - dt.timedelta(days=2))

    page = client.get("/en/intranet/").text
    since = html.unescape(re.search(r'href="([^"]*\?since=[^"]*)"', page)[1])
    listed = client.get(since).text

    assert "Filed while away 8" not in page
    assert re.findall(r"Filed while away \d", listed) == [f"Filed while away {n}" for n in range(9)]
    assert "Filed long ago" not in listed
    assert own in page
    assert "/intranet/documents/?state=awaited" in page
    assert "No document matches" in client.get("/en/intranet/documents/?since=soon").text


def asks_first(sql):
    """Whether a statement is about rows of the house's ground floors; other rooms' panels have tests of their own."""
    first = re.search(r' FROM "(\w+)"', sql)
    return bool(first) and first[1].startswith(("documents_", "members_", "core_"))


def test_the_desk_asks_few_questions_however_much_there_is(client):
    person = secretariat_person()
    client.force_login(person)
    counts = []
    for more in (2, 20):
        for _n in range(more):
            DocumentFactory(filed_languages="en")
            DocumentFactory(state="awaited")
        client.get("/en/intranet/")
        with CaptureQueriesContext(connection) as queries:
            client.get("/en/intranet/")
        own = [one["sql"] for one in queries if asks_first(one["sql"])]
        counts.append(len(own))

    assert counts[0] == counts[1] <= 12


def test_a_person_without_a_seat_is_told_so_and_sees_nothing(client):
    DocumentFactory(titles={"en": "For members"}, audience=Audience.MEMBERS)
    client.force_login(PersonFactory())

    answer = client.get("/en/intranet/")

    assert answer.status_code == 200
    assert "You have no seat today" in answer.text
    assert "For members" not in answer.text


def test_a_seat_that_waits_for_its_chair_is_named(client):
    person = PersonFactory()
    body = BodyFactory(code="LON", sealed=True)
    SeatFactory(person=person, body=body, role=RoleFactory(code="liaison"), confirmed_at=None)
    client.force_login(person)

    page = client.get("/en/intranet/").text

    assert "waits for the chair to confirm it" in page
    assert "Room room-LON" in page


def test_a_seat_that_ended_is_not_on_the_desk(client):
    person = delegate()
    SeatFactory(
        person=person, body=BodyFactory(code="OLD"), until_on=timezone.localdate() - dt.timedelta(days=1)
    )
    client.force_login(person)

    assert "Body OLD" not in client.get("/en/intranet/").text


def test_other_rooms_put_their_panels_on_the_desk(client):
    registry.desk_panels.add(
        "test", lambda person, reach: {"template": "theme/pager.html", "context": {"page": None}}
    )
    registry.desk_panels.add("silent", lambda person, reach: None)
    client.force_login(secretariat_person())
    try:
        answer = client.get("/en/intranet/")
    finally:
        del registry.desk_panels._entries["test"], registry.desk_panels._entries["silent"]

    assert answer.status_code == 200


def test_what_changed_since_the_last_visit_is_marked_with_what_was_done(client):
    from puebla.documents import actions

    office, person = secretariat_person(), delegate()
    old = DocumentFactory(audience=Audience.MEMBERS, titles={"en": "Known paper"})
    client.force_login(person)
    client.get("/en/intranet/")
    Document.objects.update(changed_at=timezone.now() - dt.timedelta(hours=2))
    Look.objects.update(this_at=timezone.now() - dt.timedelta(hours=1))
    before = client.get("/en/intranet/").text
    old.refresh_from_db()
    actions.describe(
        document=old, values={"titles": {"en": "Known paper, revised"}}, revision=old.revision, by=office,
        at=timezone.now(),
    )  # fmt: skip

    page = client.get("/en/intranet/").text

    assert "Nothing has changed since" in before
    assert "New to you" in page
    assert "changed the description" in page


def test_a_reload_is_no_new_visit(client):
    client.force_login(delegate())
    client.get("/en/intranet/")
    Look.objects.update(this_at=timezone.now() - dt.timedelta(hours=2))
    client.get("/en/intranet/")
    first = Look.objects.get().before_at

    client.get("/en/intranet/")

    assert Look.objects.get().before_at == first is not None


def test_what_is_awaited_of_ones_own_party_is_told_to_it_alone(client):
    person = delegate()
    party = person.seats.get().party
    late = timezone.localdate() - dt.timedelta(days=3)
    DocumentFactory(state="awaited", party=party, titles={"en": "Our report"}, expected_on=late)
    DocumentFactory(
        state="awaited", titles={"en": "Their report"}, audience=Audience.MEMBERS, expected_on=late
    )
    client.force_login(person)

    page = client.get("/en/intranet/").text
    ours = page.partition("What waits for us")[2].partition("</section>")[0]

    assert "Our report" in ours
    assert "Late" in ours
    assert "Their report" not in ours
