"""A party's page, and presidencies with their ends."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from puebla.publications import actions
from tests.factories import process
from tests.publications.making import a_meeting_row, a_party_row, a_public_document

pytestmark = pytest.mark.django_db


def a_presidency(**columns):
    return {"body_code": "PPT", "starts_on": dt.date(2009, 1, 1), "precision": "month", "party_code": "CRI",
            "party_names": {"en": "Costa Rica", "es": "Costa Rica"}} | columns  # fmt: skip


def a_standing(**columns):
    return {"party_code": "CRI", "kind": "member", "kind_names": {"en": "member state", "es": "País Miembro"},
            "from_on": dt.date(1996, 3, 13), "precision": "day"} | columns  # fmt: skip


def a_party_with_a_history():
    at = timezone.now()
    process()
    actions.publish_parties(
        [a_party_row(), a_party_row(code="NET", kind="network", standing="civil_society", short_names={"en": "The network"}),
         a_party_row(code="CH-CRI", kind="chapter", parent_code="NET", standing="civil_society",
                     short_names={"en": "A chapter"}),
         a_party_row(code="GONE", standing="", standing_names={}, short_names={"en": "Former state"})], at=at)  # fmt: skip
    actions.publish_standings(
        [a_standing(kind="observer_state", kind_names={"en": "observer state"}, from_on=dt.date(1995, 1, 1),
                    until_on=dt.date(1996, 3, 12), confirmed=False, remark={"en": "No source."}), a_standing()], at=at)  # fmt: skip
    actions.publish_presidencies(
        [a_presidency(), a_presidency(starts_on=dt.date(2010, 11, 1), party_code="XXX", party_names={"en": "Elsewhere"})],
        at=at)  # fmt: skip
    actions.publish_meetings([a_meeting_row(host_code="CRI", host_names={"en": "Costa Rica"})], at=at)
    a_public_document(symbol="A/1", party_code="CRI", party_names={"en": "Costa Rica"})
    a_public_document(symbol="A/2", party_code="XXX", party_names={"en": "Elsewhere"})


def test_a_party_shows_its_standings_presidencies_meetings_and_papers(client):
    a_party_with_a_history()

    page = client.get("/en/members/CRI/").text

    assert "1 January 1995 – 12 March 1996" in page
    assert "No source." in page
    assert "To be confirmed" in page
    assert "January 2009 – November 2010" in page.replace("from ", "")
    assert "XIV Conference" in page
    assert "A/1" in page
    assert "A/2" not in page
    assert page.count('href="/feeds/party/CRI.atom?lang=en"') == 2


def test_every_mention_of_a_party_leads_to_its_page(client):
    a_party_with_a_history()

    for address in (
        "/en/",
        "/en/members/",
        "/en/presidency/",
        "/en/meetings/RCM/2009/VM/XIV/",
        "/en/documents/A/1/",
    ):
        assert 'href="/en/members/CRI/"' in client.get(address).text, address
    assert "/members/XXX/" not in client.get("/en/presidency/").text


def test_a_party_in_other_letters_leads_to_its_own_address_and_an_unknown_one_is_not_found(client):
    a_party_with_a_history()

    assert client.get("/en/members/cri/").headers["Location"] == "/en/members/CRI/"
    assert client.get("/en/members/XXX/").status_code == 404
    assert client.get("/en/members/%00/").status_code == 404


def test_chapters_stand_below_their_network_and_former_parties_apart(client):
    a_party_with_a_history()

    page = client.get("/en/members/").text

    assert page.index("The network") < page.index("A chapter")
    assert "Former state" in page.partition("Took part before")[2]
    assert "A chapter" in client.get("/en/members/NET/").text
    assert 'href="/en/members/NET/"' in client.get("/en/members/CH-CRI/").text
    assert client.get("/en/members/GONE/").status_code == 200
    assert "Former state" not in client.get("/en/").text


def test_each_presidency_lasts_until_the_next(client):
    a_party_with_a_history()

    page = client.get("/en/presidency/").text
    table = b"".join(client.get("/en/presidency/?export=csv")).decode()

    assert "January 2009 – November 2010" in page
    assert "2009-01,2010-11,CRI" in table


def test_a_party_s_page_asks_the_same_number_of_questions_however_much_it_gave(client):
    a_party_with_a_history()
    counts = []
    for more in (2, 30):
        for _n in range(more):
            a_public_document(party_code="CRI")
        with CaptureQueriesContext(connection) as queries:
            client.get("/en/members/CRI/")
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 16


def test_meetings_lead_to_the_ones_before_and_after_even_in_years_known_by_number_alone(client):
    rows = [
        a_meeting_row(symbol=f"RCM/{number}", number=number, starts_on=dt.date(2009, 1, 1), ends_on=None, precision="year",
                      titles={"en": f"Meeting {number}"})
        for number in (1, 2, 3)
    ]  # fmt: skip
    actions.publish_meetings(rows, at=timezone.now())

    page = client.get("/en/meetings/RCM/2/").text

    assert 'href="/en/meetings/RCM/1/" rel="prev"' in page
    assert 'href="/en/meetings/RCM/3/" rel="next"' in page


def test_an_unknown_body_of_meetings_is_told(client):
    actions.publish_meetings([a_meeting_row()], at=timezone.now())

    page = client.get("/en/meetings/?body=XX").text

    assert "No public meeting is of the body “XX”." in page
    assert '<a href="/en/meetings/">All meetings</a>' in page
