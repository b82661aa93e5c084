"""Every channel gives one person one set of documents: list, page, count, suggestion, zip, export, download, reading."""

import csv
import io
import re
import zipfile

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis.extra.django import TestCase

from puebla.core.models import JournalEntry
from puebla.documents import actions
from puebla.documents.models import Document, LanguageEdition
from puebla.members.models import Audience
from tests import factories as make
from tests.access.test_gate import build, worlds

BODY = b"A text that somebody wrote.\n"


def with_files(documents):
    """Give every document an English file, past the rules: the world is drawn, its writers need no rights."""
    from django.core.files.storage import storages

    from puebla.core.files.store import put
    from puebla.documents.models import FileVersion, Page

    for document in documents:
        stored = put(io.BytesIO(BODY), storage=storages["default"])
        edition = LanguageEdition.objects.create(document=document, language="en")
        version = FileVersion.objects.create(
            edition=edition, number=1, key=stored.key, name=f"secret name {document.pk}.txt", kind="TXT",
            media_type="text/plain", size=stored.size, sha256=stored.sha256, filed_at=timezone.now(), reading="done",
        )  # fmt: skip
        Page.objects.create(version=version, number=1, text="A text that somebody wrote.")
        Document.objects.filter(pk=document.pk).update(filed_languages="en")


def client_of(person):
    client = Client()
    client.force_login(person)
    return client


def body_of(response):
    return b"".join(response.streaming_content) if response.streaming else response.content


def symbols_in(text, documents):
    return {d.pk for d in documents if re.search(rf"{re.escape(d.symbol)}(?!\d)", text)}


def channels(person, documents):
    """What each channel tells this person: the set of documents it names or opens."""
    client = client_of(person)
    at = lambda name, *args: reverse(f"documents:{name}", args=args)  # noqa: E731
    address = {d.pk: d.symbol for d in documents}
    listed = client.get(at("list")).content.decode()
    opened = lambda name, *rest: {  # noqa: E731
        d.pk for d in documents if client.get(at(name, address[d.pk], *rest)).status_code == 200
    }
    exported = list(
        csv.reader(io.StringIO(body_of(client.get(at("list") + "?export=csv")).decode("utf-8-sig")))
    )
    packed = zipfile.ZipFile(io.BytesIO(body_of(client.get(at("pack")))))
    files = [name for name in packed.namelist() if name != "index.html"]
    return {
        "list": symbols_in(listed, documents),
        "search": symbols_in(client.get(at("list") + "?q=note").content.decode(), documents),
        "record": opened("record"),
        "download": opened("file", "en"),
        "version": opened("version", "en", 1),
        "reading": opened("read", "en"),
        "readers": opened("readers"),
        "history": opened("history"),
        "suggestion": symbols_in(client.get(at("suggest") + "?q=note").content.decode(), documents),
        "export": {d.pk for d in documents if d.symbol in {row[0] for row in exported[1:]}},
        "zip": {
            d.pk for d in documents if any(f"_{d.symbol.replace('/', '-')}_en" in name for name in files)
        },
        "zip index": symbols_in(packed.read("index.html").decode(), documents),
    }, int(re.search(r"(\d+) documents?", listed)[1])


class TestChannels(TestCase):
    @given(worlds())
    @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
    def test_every_channel_returns_the_same_set_and_the_same_count(self, world):
        make.process()
        people, documents = build(world)
        with_files(documents)

        for person in people[:2]:
            expected = set(Document.objects.visible_to(person).values_list("pk", flat=True))
            told, count = channels(person, documents)

            assert told == dict.fromkeys(told, expected)
            assert count == len(expected)


@pytest.mark.django_db
def test_signed_out_every_channel_leads_to_the_door(client):
    make.process()
    document = make.DocumentFactory(audience=Audience.PUBLIC)

    for name, args in (("list", []), ("record", [document.symbol]), ("file", [document.symbol, "en"]), ("pack", []),
                       ("suggest", [])):  # fmt: skip
        response = client.get(reverse(f"documents:{name}", args=args))

        assert response.status_code == 302
        assert "/accounts/login/" in response["Location"]


@pytest.mark.django_db
def test_hidden_and_absent_answer_alike(django_assert_num_queries):
    make.process()
    person, hidden = make.delegate(), make.DocumentFactory()
    client = client_of(person)

    there = client.get(reverse("documents:record", args=[hidden.symbol]))
    absent = client.get(reverse("documents:record", args=["RCM/1900/X/NOTE/9"]))

    assert there.status_code == absent.status_code == 404

    def strip(response, symbol):
        return re.sub(rb"[A-Za-z0-9/_-]{20,}", b"", response.content.replace(symbol.encode(), b""))

    assert strip(there, hidden.symbol) == strip(absent, "RCM/1900/X/NOTE/9")


@pytest.mark.django_db
def test_no_row_no_file():
    make.process()
    office = make.secretariat_person()
    document = make.DocumentFactory()
    actions.add_version(
        document=document, language="en", source=make.a_file(), name="a.txt", by=office, at=timezone.now()
    )

    client_of(office).get(reverse("documents:file", args=[document.symbol, "en"]))

    entry = JournalEntry.objects.get(act="document.opened")
    assert (entry.person_ref, entry.subject_ref) == (office.ref, document.ref)


@pytest.mark.django_db
def test_rights_move_with_the_seat_on_the_very_next_request():
    make.process()
    body = make.BodyFactory()
    person = make.delegate(body=body)
    document = make.DocumentFactory(body=body, audience=Audience.ROOM)
    client, address = client_of(person), reverse("documents:record", args=[document.symbol])

    assert client.get(address).status_code == 200

    person.seats.update(until_on=timezone.localdate() - timezone.timedelta(days=1))

    assert client.get(address).status_code == 404


@pytest.mark.django_db
def test_the_list_costs_the_same_number_of_queries_when_the_data_grow_tenfold():
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    make.process()
    person = make.secretariat_person()
    client = client_of(person)
    counts = []
    for size in (2, 20):
        make.DocumentFactory.create_batch(size)
        client.get(reverse("documents:list"))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(reverse("documents:list"))
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 20
