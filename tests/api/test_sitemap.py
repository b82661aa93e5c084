"""The sitemap and the file for robots."""

import datetime as dt
from urllib.robotparser import RobotFileParser

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from lxml import etree

from puebla.api.views import sitemap
from puebla.publications import actions
from tests.factories import process
from tests.publications.making import a_meeting_row, a_public_document

pytestmark = pytest.mark.django_db
NAMES = {"s": sitemap.SITEMAP, "x": sitemap.XHTML}


@pytest.fixture(autouse=True)
def _process():
    process()


def tree(client, address="/sitemap.xml"):
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return etree.fromstring(answer.content)


def addresses(root):
    return [one.text.removeprefix("http://localhost:8000") for one in root.iterfind(".//s:loc", NAMES)]


def test_every_public_page_stands_in_it_in_every_language_and_is_there(client):
    a_public_document(symbol="A/1")
    actions.publish_meetings([a_meeting_row(symbol="M/1")], at=timezone.now())

    found = addresses(tree(client))

    assert {"/en/", "/es/", "/en/documents/A/1/", "/es/documents/A/1/", "/en/meetings/M/1/"} <= set(found)
    assert {client.get(address).status_code for address in found} == {200}


def test_each_address_names_all_its_languages_itself_included_and_a_default(client):
    a_public_document(symbol="A/1", at=dt.datetime(2026, 5, 4, tzinfo=dt.UTC))

    url = next(
        one
        for one in tree(client).iterfind("s:url", NAMES)
        if "/es/documents/A/1/" in one.findtext("s:loc", namespaces=NAMES)
    )

    assert {(link.get("hreflang"), link.get("href")) for link in url.iterfind("x:link", NAMES)} == {
        ("en", "http://localhost:8000/en/documents/A/1/"),
        ("es", "http://localhost:8000/es/documents/A/1/"),
        ("x-default", "http://localhost:8000/en/documents/A/1/"),
    }
    assert url.findtext("s:lastmod", namespaces=NAMES) == "2026-05-04T00:00:00+00:00"


def test_a_large_sitemap_comes_in_parts_that_hold_everything_once(client, monkeypatch):
    monkeypatch.setattr(sitemap, "PER_PART", 10)
    for number in range(12):
        a_public_document(symbol=f"A/{number}")

    root = tree(client)
    parts = addresses(root)
    found = [address for part in parts for address in addresses(tree(client, part))]

    assert root.tag.endswith("sitemapindex")
    assert len(parts) > 2
    assert len(found) == len(set(found))
    assert {f"/en/documents/A/{number}/" for number in range(12)} <= set(found)
    assert client.get(f"/sitemaps/{len(parts) + 1}.xml").status_code == 404


def test_what_is_withdrawn_or_held_back_is_not_in_it(client):
    now = timezone.now()
    a_public_document(symbol="A/1")
    actions.withdraw_document(symbol="A/1", reason={}, at=now)
    a_public_document(symbol="A/2", at=now, public_from=now + dt.timedelta(hours=1))

    assert not [one for one in addresses(tree(client)) if "/documents/A/" in one]


def test_it_costs_the_same_number_of_queries_at_two_sizes(client):
    counts = []
    for size in (2, 20):
        for _number in range(size):
            a_public_document()
        with CaptureQueriesContext(connection) as queries:
            client.get("/sitemap.xml")
        counts.append(len(queries))

    families = (
        "pages",
        "parties",
        "meetings",
        "programmes",
        "documents",
        "decisions",
        "plans",
        "commitments",
    )
    # One for each family of what is public, and one for the epoch.
    assert counts[0] == counts[1] <= len(families) + 1


def test_robots_are_kept_from_private_rooms_and_shown_the_sitemap(client):
    answer = client.get("/robots.txt")
    robots = RobotFileParser()
    robots.parse(answer.text.splitlines())

    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert robots.site_maps() == ["http://localhost:8000/sitemap.xml"]
    assert not any(
        robots.can_fetch("anybot", address)
        for address in (
            "/en/intranet/",
            "/es/accounts/login/",
            "/cms/",
            "/en/subscribe/x/",
            "/api/v1/private/documents",
        )
    )
    assert all(
        robots.can_fetch("anybot", address)
        for address in ("/en/", "/es/documents/A/1/", "/feeds/documents.atom")
    )
    assert "Disallow: /*?export=" in answer.text
