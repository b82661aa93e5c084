"""Feeds: read here by a foreign reader of feeds, and held to what their standards ask."""

import datetime as dt

import feedparser
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from lxml import etree

from puebla.api.views import feeds
from puebla.core import registry
from puebla.core.channels import FeedEntry, FeedSource
from puebla.publications import actions
from tests.factories import process
from tests.publications.making import a_meeting_row, a_party_row, a_public_document, a_public_file

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2026, 5, 4, 12, tzinfo=dt.UTC)
NAMES = {"a": feeds.ATOM, "at": feeds.DELETED, "dc": feeds.DC}
THEME = ("HR", {"en": "Human rights", "es": "Derechos humanos"})


@pytest.fixture(autouse=True)
def _process():
    process()


def read(client, address, **headers):
    answer = client.get(address, headers=headers)
    assert answer.status_code == 200, answer.text
    found = feedparser.parse(answer.content)
    assert not found.bozo, found.bozo_exception
    return found


def ids(client, address):
    return [entry.id.rpartition(":documents/")[2] for entry in read(client, address).entries]


def tree(client, address):
    return etree.fromstring(client.get(address).content)


def test_a_foreign_reader_finds_title_address_files_and_date(client):
    a_public_document(
        symbol="A/1", titles={"en": "Report", "es": "Informe"}, at=NOON, themes=[THEME],
        files=[a_public_file(b"12345"), a_public_file(language="es")],
    )  # fmt: skip

    feed = read(client, "/feeds/documents.atom")
    entry = feed.entries[0]

    assert feed.version == "atom10"
    assert feed.feed.title == "Documents · Regional Conference on Migration"
    assert (entry.title, entry.title_detail.language) == ("Report", "en")
    assert entry.link == "http://localhost:8000/en/documents/A/1/"
    assert entry.updated == entry.published == "2026-05-04T12:00:00Z"
    assert [(one.type, one.length, one.href) for one in entry.enclosures] == [
        ("application/pdf", "5", "http://localhost:8000/en/documents/A/1/files/en/1/"),
        ("application/pdf", "24", "http://localhost:8000/en/documents/A/1/files/es/1/"),
    ]
    assert {(tag.term, tag.label) for tag in entry.tags} >= {("NOTE", "Note"), ("HR", "Human rights")}


def test_both_titles_stand_in_an_entry_each_with_its_language(client):
    a_public_document(symbol="A/1", titles={"en": "Report", "es": "Informe"})

    entry = tree(client, "/feeds/documents.atom?lang=es").find("a:entry", NAMES)

    assert entry.find("a:title", NAMES).text == "Informe"
    assert {(one.get(feeds.XML_LANG), one.text) for one in entry.findall("dc:title", NAMES)} == {
        ("en", "Report"),
        ("es", "Informe"),
    }


def test_a_title_that_is_pending_in_the_feed_s_language_stands_in_the_one_that_exists(client):
    a_public_document(symbol="A/1", titles={"es": "Informe"})

    title = tree(client, "/feeds/documents.atom?lang=en").find("a:entry/a:title", NAMES)

    assert (title.text, title.get(feeds.XML_LANG)) == ("Informe", "es")


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("/feeds/documents.atom", ["A/2", "A/1"]),
        ("/feeds/kind/DECL.atom", ["A/2"]),
        ("/feeds/kind/NOTE.atom", ["A/1"]),
        ("/feeds/body/VM.atom", ["A/2"]),
        ("/feeds/theme/HR.atom", ["A/1"]),
        ("/feeds/party/MEX.atom", ["A/2"]),
        ("/feeds/documents.atom?kind=DECL&lang=es", ["A/2"]),
        ("/feeds/documents.atom?q=nota", ["A/1"]),
        ("/feeds/documents.atom?kind=DECL&theme=HR", []),
    ],
)
def test_a_feed_tells_what_is_its_own_the_newest_first(client, address, found):
    a_public_document(symbol="A/1", titles={"es": "Nota"}, themes=[THEME], at=NOON)
    a_public_document(
        symbol="A/2", titles={"en": "XIV"}, kind_code="DECL", kind_names={"en": "Declaration"}, body_code="VM",
        party_code="MEX", party_names={"en": "Mexico"}, at=NOON + dt.timedelta(hours=1),
    )  # fmt: skip

    assert ids(client, address) == found


def test_a_body_that_only_met_and_a_party_without_papers_have_an_empty_feed(client):
    actions.publish_meetings([a_meeting_row(body_code="VM")], at=NOON)
    actions.publish_parties([a_party_row(code="CRI")], at=NOON)

    assert ids(client, "/feeds/body/VM.atom") == ids(client, "/feeds/party/CRI.atom") == []


@pytest.mark.parametrize("address", ["/feeds/body/LOCP.atom", "/feeds/kind/zz.atom", "/feeds/news-of-nobody.atom",
                                     "/feeds/nothing", "/feeds/theme/%00.atom"])  # fmt: skip
def test_what_the_public_does_not_know_has_no_feed(client, address):
    """A sealed room's body and a mere invention answer alike."""
    from tests.factories import BodyFactory

    BodyFactory(code="LOCP")

    answer = client.get(address)

    assert answer.status_code == 404
    assert answer["Content-Type"].startswith("application/problem+xml")
    assert etree.fromstring(answer.content).findtext("{*}status") == "404"


def test_the_identity_of_an_entry_outlives_a_new_version_and_a_new_title(client):
    a_public_document(symbol="A/1", at=NOON)
    before = read(client, "/feeds/documents.atom").entries[0]

    a_public_document(symbol="A/1", titles={"en": "Corrected"}, at=NOON + dt.timedelta(hours=1))
    after = read(client, "/feeds/documents.atom?lang=es").entries[0]

    assert before.id == after.id == "tag:localhost,2026:documents/A/1"
    assert before.updated < after.updated


def test_a_withdrawn_document_is_told_as_deleted_with_its_reason_in_every_feed_of_its_own(client):
    a_public_document(symbol="A/1", themes=[THEME], titles={"en": "Secret"}, party_code="CRI",
                      party_names={"en": "Secret"}, meeting_symbol="M/1", meeting_titles={"en": "Secret"}, at=NOON)  # fmt: skip
    actions.withdraw_document(
        symbol="A/1", reason={"en": "Wrong annex.", "es": "Anexo erróneo."}, at=NOON + dt.timedelta(hours=1)
    )

    for address in (
        "documents.atom?", "kind/NOTE.atom?", "body/RCGM.atom?", "theme/HR.atom?", "party/CRI.atom?",
        "documents.atom?meeting=M/1&",
    ):  # fmt: skip
        root = tree(client, f"/feeds/{address}lang=es")
        gone = root.find("at:deleted-entry", NAMES)

        assert gone.get("ref") == "tag:localhost,2026:documents/A/1"
        assert gone.get("when") == "2026-05-04T13:00:00Z"
        assert gone.findtext("at:comment", namespaces=NAMES) == "Anexo erróneo."
        assert root.find("a:entry", NAMES) is None
        assert b"Secret" not in etree.tostring(root)


def test_an_embargoed_document_comes_into_the_feed_at_its_very_second(client, monkeypatch):
    now = timezone.now()
    a_public_document(symbol="A/1", at=now, public_from=now + dt.timedelta(hours=1))
    before = ids(client, "/feeds/documents.atom")

    monkeypatch.setattr(timezone, "now", lambda: now + dt.timedelta(hours=1))

    assert before == []
    assert ids(client, "/feeds/documents.atom") == ["A/1"]


def test_a_reader_walks_through_all_pages_of_a_feed_by_its_links(client):
    for number in range(60):
        a_public_document(symbol=f"A/{number}", at=NOON + dt.timedelta(minutes=number))
    address, seen, pages = "/feeds/kind/NOTE.atom?lang=es", [], 0
    while address:
        feed = read(client, address)
        seen += [entry.id for entry in feed.entries]
        pages += 1
        links = {one.rel: one.href for one in feed.feed.links}
        address = links.get("next", "").removeprefix("http://localhost:8000")

    assert pages == 3
    assert len(seen) == len(set(seen)) == 60
    assert links["previous"].endswith("?lang=es&page=2")
    assert links["first"] == "http://localhost:8000/feeds/kind/NOTE.atom?lang=es"


@pytest.mark.parametrize(
    ("query", "status", "field", "said"),
    [
        ("page=2", 404, "page", "page 2"), ("page=0", 400, "page", "whole number"), ("page=x", 400, "page", "whole number"),
        ("page=", 400, "page", "whole number"), ("page=9999999999", 400, "page", "whole number"),
        ("lang=fr", 400, "lang", "Known are: en, es"), ("colour=red", 400, "colour", "colour"),
        ("q=%00", 400, "q", "NUL"), (f"q={'a' * 5000}", 400, "q", "at most 300 characters"),
    ],
)  # fmt: skip
def test_a_wrong_question_gets_a_sentence_that_names_its_place(client, query, status, field, said):
    answer = client.get(f"/feeds/documents.atom?{query}")
    problem = etree.fromstring(answer.content)

    assert answer.status_code == status
    assert problem.findtext("{*}field") == field
    assert said in problem.findtext("{*}detail")
    assert problem.findtext("{*}request_id") == answer["X-Request-Id"]


def test_a_program_that_reads_spanish_is_told_in_spanish(client):
    asked = client.get("/feeds/documents.atom?page=7&lang=es")
    accepted = client.get("/feeds/kind/zz.atom", headers={"Accept-Language": "es-CR, en;q=0.5"})

    assert "No hay" in asked.text
    assert accepted["Content-Language"] == "es"


def test_a_feed_is_answered_from_the_store_until_something_changes(client, django_assert_num_queries):
    a_public_document(symbol="A/1", at=NOON)
    first = client.get("/feeds/documents.atom")

    with django_assert_num_queries(1):
        again = client.get("/feeds/documents.atom")
    same = client.get("/feeds/documents.atom", headers={"If-None-Match": first["ETag"]})
    dated = client.get("/feeds/documents.atom", headers={"If-Modified-Since": first["Last-Modified"]})
    a_public_document(symbol="A/2")
    changed = client.get("/feeds/documents.atom", headers={"If-None-Match": first["ETag"]})

    assert again.content == first.content
    assert first["Last-Modified"] == "Mon, 04 May 2026 12:00:00 GMT"
    assert (same.status_code, dated.status_code, changed.status_code) == (304, 304, 200)
    assert same["Access-Control-Allow-Origin"] == "*"
    assert not first.cookies
    assert first["Vary"] == "Accept-Encoding"


def test_a_feed_costs_the_same_number_of_queries_at_two_sizes(client):
    counts = []
    for size in (2, 20):
        for _number in range(size):
            a_public_document(themes=[THEME])
        with CaptureQueriesContext(connection) as queries:
            client.get("/feeds/theme/HR.atom")
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 12


def test_signs_that_xml_cannot_hold_do_not_break_a_feed(client):
    a_public_document(symbol="A/1", titles={"en": "A \x0b<b>&\ufffe title"})

    assert read(client, "/feeds/documents.atom").entries[0].title_detail.value == "A <b>& title"


def test_a_room_above_may_bring_a_feed_of_its_own(client, monkeypatch):
    entry = FeedEntry("news/1", {"en": "Opening"}, {"en": "http://localhost:8000/en/news/1/"}, NOON, NOON)
    source = FeedSource("News", "portal:home", lambda _at, first, last: ([entry][first:last], 1))
    monkeypatch.setattr(registry.feeds, "_entries", {"news": (50, source)})

    assert read(client, "/feeds/news.atom").entries[0].title == "Opening"


@pytest.mark.parametrize(
    ("address", "feed"), [("/en/", "lang=en"), ("/es/documents/?kind=NOTE", "lang=es&amp;kind=NOTE")]
)
def test_pages_lead_to_the_feed_of_what_they_show(client, address, feed):
    a_public_document()

    page = client.get(address).text

    assert (
        f'type="application/atom+xml" title="Document{"s" if "en" in feed else "os"}" href="/feeds/documents.atom?{feed}"'
        in page
    )
