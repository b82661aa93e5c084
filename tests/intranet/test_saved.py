"""Kept searches: one's own, with what is new, as a feed that can be ended, and in the digest."""

import datetime as dt
import re

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis.extra.django import TestCase
from lxml import etree

from puebla.documents import actions as documents
from puebla.documents.models import Document
from puebla.members import actions
from puebla.members.models import Audience, SavedSearch
from puebla.members.querysets.searching import new_since
from puebla.notices.actions import follow, gather
from puebla.notices.models import Notice
from tests import factories as make
from tests.access.test_gate import build, worlds

ATOM = {"a": "http://www.w3.org/2005/Atom"}


def kept(person, q="note", **values):
    return actions.save_search(
        by=person, at=values.pop("at", timezone.now()), name=values.pop("name", "Mine"), q=q,
        filters=values.pop("filters", {}), language="en",
    )  # fmt: skip


def signed_in(person):
    client = Client()
    client.force_login(person)
    return client


def links_in(feed):
    found = etree.fromstring(feed).xpath("a:entry/a:link/@href", namespaces=ATOM)
    return {one[1] for address in found if (one := re.search(r"/documents/(.+)/$", address))}


@pytest.mark.django_db
def test_a_search_is_kept_under_a_name_and_asked_again():
    make.process()
    person = make.delegate()
    client = signed_in(person)

    client.post("/en/intranet/search/save/?q=consular&kind=DECL", {"name": "  Consular   matters "})

    saved = SavedSearch.objects.get()
    assert (saved.person, saved.name, saved.q, saved.filters) == (
        person,
        "Consular matters",
        "consular",
        {"kind": "DECL"},
    )
    assert "?q=consular&amp;kind=DECL" in client.get("/en/intranet/search/saved/").text


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "named"),
    [("en", "Small note, GONE, 2009, Draft"), ("es", "Nota breve, GONE, 2009, Borrador")],
)
def test_its_filters_are_named_in_the_reader_s_words(language, named):
    make.process()
    make.KindFactory(code="NOTE7", names={"en": "Small note", "es": "Nota breve"})
    person = make.delegate()
    saved = kept(person, filters={"kind": "NOTE7", "year": "2009", "state": "draft", "body": "GONE"})
    client = signed_in(person)

    listed = client.get(f"/{language}/intranet/search/saved/").text
    page = client.get(f"/{language}/intranet/search/saved/{saved.ref}/").text

    assert named in listed
    assert named.replace(", ", " · ") in page


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("q", "name", "sentence"),
    [("consular", "", "Give the search a name"), ("consular", "x" * 101, "101 characters"), ("-", "Mine", "no word to look for"),
     ("consular", "Taken", "already")],
)  # fmt: skip
def test_what_cannot_be_kept_gets_a_sentence_and_nothing_is_written(q, name, sentence):
    make.process()
    person = make.delegate()
    kept(person, name="Taken")
    client = signed_in(person)

    page = client.post(f"/en/intranet/search/save/?q={q}", {"name": name}, follow=True)

    assert sentence in page.text
    assert SavedSearch.objects.count() == 1


@pytest.mark.django_db
def test_nobody_else_sees_or_changes_it():
    make.process()
    saved = kept(make.delegate())
    client = signed_in(make.delegate())

    assert client.get(f"/en/intranet/search/saved/{saved.ref}/").status_code == 404
    assert client.post(f"/en/intranet/search/saved/{saved.ref}/act/", {"act": "forget"}).status_code == 404
    assert "Mine" not in client.get("/en/intranet/search/saved/").text.partition("<main")[2]


@pytest.mark.django_db
def test_its_page_shows_what_appeared_since_it_was_seen():
    make.process()
    person, office = make.delegate(), make.secretariat_person()
    long_ago = timezone.now() - dt.timedelta(days=9)
    old = make.DocumentFactory(audience=Audience.MEMBERS, created_at=long_ago)
    widened = make.DocumentFactory(audience=Audience.SECRETARIAT, created_at=long_ago)
    saved = kept(person, at=long_ago + dt.timedelta(days=1))
    client = signed_in(person)
    documents.set_audience(document=widened, audience=Audience.MEMBERS, by=office, at=timezone.now())

    page = client.get(f"/en/intranet/search/saved/{saved.ref}/").text

    assert widened.symbol in page
    assert old.symbol not in page

    client.post(f"/en/intranet/search/saved/{saved.ref}/act/", {"act": "seen"})

    assert "Nothing new." in client.get(f"/en/intranet/search/saved/{saved.ref}/").text


@pytest.mark.django_db
def test_an_embargo_that_ended_is_news():
    make.process()
    person, now = make.delegate(), timezone.now()
    paper = make.DocumentFactory(audience=Audience.MEMBERS, embargo_until=now + dt.timedelta(hours=1))
    saved = kept(person)

    assert new_since(saved, now, at=now) == []
    assert [one.record for one in new_since(saved, now, at=now + dt.timedelta(hours=2))] == [paper.pk]


@pytest.mark.django_db
def test_a_feed_is_read_by_its_secret_address_until_it_is_ended_or_its_owner_leaves(client):
    make.process()
    person = make.delegate()
    paper = make.DocumentFactory(audience=Audience.MEMBERS, titles={"en": "A note & more"})
    make.DocumentFactory()
    saved = kept(person)
    assert client.get(f"/feeds/saved/{saved.ref}/x.atom").status_code == 404
    first = actions.open_feed(saved=saved, by=person, at=timezone.now()).feed_key
    address = f"/feeds/saved/{saved.ref}/{first}.atom"

    feed = client.get(address)

    assert feed.status_code == 200
    assert feed["Cache-Control"] == "private, no-store"
    assert links_in(feed.content) == {paper.symbol}
    assert (
        etree.fromstring(feed.content).xpath("string(a:entry/a:title)", namespaces=ATOM)
        == f"{paper.symbol} A note & more"
    )

    second = actions.open_feed(saved=saved, by=person, at=timezone.now()).feed_key

    assert client.get(address).status_code == 404
    assert client.get(f"/feeds/saved/{saved.ref}/{second}.atom").status_code == 200

    person.is_active = False
    person.save(update_fields=["is_active"])

    assert client.get(f"/feeds/saved/{saved.ref}/{second}.atom").status_code == 404


@pytest.mark.django_db
def test_the_address_of_a_feed_does_not_stand_in_the_database(client):
    make.process()
    person = make.delegate()
    saved = actions.open_feed(saved=kept(person), by=person, at=timezone.now())

    assert saved.feed_key not in str(SavedSearch.objects.values().get())


@pytest.mark.django_db
def test_a_feed_says_of_a_sealed_paper_that_there_is_one_and_no_word_more(client):
    make.process()
    body = make.BodyFactory(sealed=True)
    person = make.delegate(body=body)
    paper = make.DocumentFactory(body=body, audience=Audience.ROOM, titles={"en": "Secret note"})
    saved = actions.open_feed(saved=kept(person), by=person, at=timezone.now())

    feed = client.get(f"/feeds/saved/{saved.ref}/{saved.feed_key}.atom").text

    assert feed.count("<entry>") == 1
    assert "Secret" not in feed
    assert paper.symbol not in feed


@pytest.mark.django_db
def test_a_name_pasted_with_signs_that_xml_cannot_hold_costs_nobody_the_feed(client):
    make.process()
    person = make.delegate()
    saved = actions.open_feed(saved=kept(person, name="Mine\x0band\x01yours"), by=person, at=timezone.now())

    feed = client.get(f"/feeds/saved/{saved.ref}/{saved.feed_key}.atom")

    assert "Mine and yours" in feed.text


@pytest.mark.django_db
def test_a_kept_search_that_is_followed_tells_of_a_file_once_it_was_read():
    make.process()
    person, office, at = make.delegate(), make.secretariat_person(), timezone.now()
    saved = kept(person, q="alpaca")
    follow(topic="search", value=saved.ref, by=person, at=at)
    body = make.BodyFactory()
    paper = documents.file_document(by=office, at=at, room=body.room, audience=Audience.MEMBERS, body=body,
                                    party=make.secretariat_party(), kind=make.KindFactory(), titles={"en": "Minutes"})  # fmt: skip
    version = documents.add_version(document=paper, language="en", source=make.a_file(b"They spoke of alpacas.\n"),
                                    name="minutes.txt", by=office, at=at)  # fmt: skip
    gather(at + dt.timedelta(minutes=1))
    assert not Notice.objects.exists()

    documents.read_version(version=version, at=at + dt.timedelta(minutes=2))
    gather(at + dt.timedelta(minutes=3))
    gather(at + dt.timedelta(minutes=4))

    assert list(Notice.objects.values_list("person", "subject")) == [(person.pk, paper.ref)]


class TestFeeds(TestCase):
    @given(worlds())
    @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
    def test_feed_page_and_suggestions_tell_exactly_what_its_owner_sees(self, world):
        make.process()
        people, documents = build(world)

        for person in [one for one in people if one.is_active]:
            saved = actions.open_feed(saved=kept(person), by=person, at=timezone.now())
            feed = Client().get(f"/feeds/saved/{saved.ref}/{saved.feed_key}.atom").content

            client = signed_in(person)
            SavedSearch.objects.filter(pk=saved.pk).update(seen_at=timezone.now() - dt.timedelta(days=3000))
            page = client.get(f"/en/intranet/search/saved/{saved.ref}/").text
            told = client.get("/en/intranet/search/suggest/?q=note").json()["suggestions"]

            papers = Document.objects.visible_to(person)
            seen = set(papers.values_list("symbol", flat=True))
            assert links_in(feed) == set(papers.filter(room__sealed=False).values_list("symbol", flat=True))
            assert feed.count(b"<entry>") == len(seen)
            assert {d.symbol for d in documents if re.search(rf"{re.escape(d.symbol)}(?!\d)", page)} == seen
            assert {one["symbol"] for one in told} == seen
