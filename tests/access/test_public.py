"""Every public channel, for people and for programs, gives the same set of documents and the same tombstones at any second."""

import csv
import datetime as dt
import io
import re
from unittest import mock

from django.core.cache import caches
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from lxml import etree

from puebla.api.views import feeds
from puebla.api.views.oai import protocol
from puebla.publications import actions
from puebla.publications.models import PublicDocument
from tests import factories as make
from tests.access.test_gate import build, worlds
from tests.publications.making import a_public_document

NOON = dt.datetime(2026, 5, 4, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
THEME = ("HR", {"en": "Human rights"})
#: Hours from noon: when it becomes public, and when it is withdrawn (None: never).
PAPERS = st.lists(
    st.tuples(st.integers(-3, 3), st.none() | st.integers(-3, 3), st.booleans()), min_size=1, max_size=8
)
#: The page in which each list is asked for, so that what is found has to be gathered from several.
SMALL = 3


def publish(papers):
    """The papers as public editions: `P/<n>`."""
    for number, (public_from, withdrawn, themed) in enumerate(papers):
        symbol = f"P/{number}"
        a_public_document(
            symbol=symbol,
            at=NOON - 9 * HOUR,
            public_from=NOON + public_from * HOUR,
            themes=[THEME] if themed else [],
        )
        if withdrawn is not None:
            actions.withdraw_document(symbol=symbol, reason={"en": "Wrong."}, at=NOON + withdrawn * HOUR)


def expected(papers, at):
    """What is readable at this instant, and which tombstones stand, told from the papers alone."""
    hours = (at - NOON) / HOUR
    readable = {
        f"P/{n}" for n, (begins, ends, _theme) in enumerate(papers) if ends is None and begins <= hours
    }
    gone = {
        f"P/{n}"
        for n, (begins, ends, _theme) in enumerate(papers)
        if ends is not None and begins <= ends <= hours
    }
    return readable, gone


def body_of(answer):
    return (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode()


def named(text):
    return set(re.findall(r"P/\d+", text))


def statuses(client, symbols, address):
    return {one: client.get(address.format(one)).status_code for one in symbols}


def of_feed(client, address):
    """Entries and deleted entries of all pages of a feed, by its own links."""
    entries, deleted = set(), set()
    while address:
        root = etree.fromstring(client.get(address).content)
        entries |= {
            one.text.rpartition("documents/")[2]
            for one in root.iterfind(f"{{{feeds.ATOM}}}entry/{{{feeds.ATOM}}}id")
        }
        deleted |= {
            one.get("ref").rpartition("documents/")[2]
            for one in root.iterfind(f"{{{feeds.DELETED}}}deleted-entry")
        }
        following = root.find(f"{{{feeds.ATOM}}}link[@rel='next']")
        address = following.get("href").removeprefix("http://localhost:8000") if following is not None else ""
    return entries, deleted


def of_harvest(client, verb):
    """Records and deleted records of all pages of a harvest."""
    records, deleted, query = set(), set(), {"verb": verb, "metadataPrefix": "oai_dc"}
    while query:
        root = etree.fromstring(client.get("/oai", query).content)
        for header in root.iter(f"{{{protocol.OAI}}}header"):
            into = deleted if header.get("status") == "deleted" else records
            into.add(header.findtext(f"{{{protocol.OAI}}}identifier").rpartition(":")[2])
        token = root.find(f".//{{{protocol.OAI}}}resumptionToken")
        query = {"verb": verb, "resumptionToken": token.text} if token is not None and token.text else None
    return records, deleted


def of_api(client, path):
    """Symbols of all pages of a list of the API, and the total that it says."""
    found, address = [], f"/api/v1/{path}?per_page={SMALL}"
    while address:
        part = client.get(address).json()
        found += [one["symbol"] for one in part["items"]]
        address = (part["next"] or "").removeprefix("http://localhost:8000")
    assert part["total"] == len(found) == len(set(found))
    return set(found)


def found_by(client, words):
    """What the site's search shows for these words; it counts as many."""
    page = client.get("/en/search/", {"q": words}).text
    shown = named(page.partition('<ol class="entries hits"')[2])
    total = re.search(r'role="status">(\d+) documents?', page)
    assert len(shown) == int(total[1])
    return shown


def channels(client, symbols):
    """What each channel tells: (name, readable documents) and (name, tombstones)."""
    pages, records = (
        statuses(client, symbols, address) for address in ("/en/documents/{}/", "/api/v1/documents/{}")
    )
    files, cited = (
        statuses(client, symbols, f"/es/documents/{{}}/{below}") for below in ("files/en/", "cite.bib")
    )
    with_status = lambda found, status: {one for one, told in found.items() if told == status}  # noqa: E731
    fed, unfed = of_feed(client, "/feeds/documents.atom")
    kind_fed, kind_unfed = of_feed(client, "/feeds/kind/NOTE.atom?lang=es")
    harvested, unharvested = of_harvest(client, "ListRecords")
    listed, unlisted = of_harvest(client, "ListIdentifiers")
    exported = list(
        csv.reader(io.StringIO(body_of(client.get("/en/documents/?export=csv")).removeprefix("\ufeff")))
    )
    typed = {one: client.get("/en/search/", {"q": one.lower()}).status_code for one in symbols}
    readable = {
        "search": found_by(client, "note"), "search in the text": found_by(client, '"first page"'),
        "symbol typed": with_status(typed, 302),
        "suggestion of search": named(client.get("/en/search/suggest/?q=not").text),
        "page": with_status(pages, 200), "file": with_status(files, 200), "citation": with_status(cited, 200),
        "list": named(client.get("/en/documents/").text), "export": {row[0] for row in exported[1:]},
        "feed": fed, "feed of the kind": kind_fed, "sitemap": named(client.get("/sitemap.xml").text),
        "harvest": harvested, "identifiers": listed, "api": of_api(client, "documents"), "api record": with_status(records, 200),
    }  # fmt: skip
    gone = {
        "page": with_status(pages, 410), "file": with_status(files, 410), "citation": with_status(cited, 410), "feed": unfed,
        "feed of the kind": kind_unfed, "harvest": unharvested, "identifiers": unlisted,
        "api": of_api(client, "withdrawn"), "api record": with_status(records, 410),
    }  # fmt: skip
    unknown = [with_status(found, 404) for found in (pages, records, files, cited)]
    return readable, gone, unknown


class TestPublicChannels(TestCase):
    @given(PAPERS, st.integers(-3, 3), worlds())
    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
    def test_every_public_channel_gives_the_same_set_and_the_same_tombstones_at_any_second(
        self, papers, hour, world
    ):
        caches["pages"].clear()  # each drawn world begins with the epoch of the one before
        make.process()
        _people, restricted = build(world)
        publish(papers)
        at = NOON + hour * HOUR
        readable, gone = expected(papers, at)
        symbols = {f"P/{number}" for number in range(len(papers))}
        client = Client()

        with (
            mock.patch.object(timezone, "now", lambda: at),
            mock.patch.object(feeds, "PER_PAGE", SMALL),
            mock.patch.object(protocol, "PER_PAGE", SMALL),
        ):
            told, told_gone, unknown = channels(client, symbols)
            hidden = [
                client.get(f"/api/v1/documents/{one.symbol}").status_code for one in restricted if one.symbol
            ]

        assert told == dict.fromkeys(told, readable)
        assert told_gone == dict.fromkeys(told_gone, gone)
        assert unknown == [symbols - readable - gone] * 4
        assert set(hidden) <= {404}
        assert set(PublicDocument.objects.readable(at=at).values_list("symbol", flat=True)) == readable
