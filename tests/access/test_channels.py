"""Every channel gives one person one set of documents: list, page, count, suggestion, zip, export, download, reading."""

import csv
import hashlib
import io
import re
import zipfile

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis.extra.django import TestCase
from openpyxl import load_workbook

from puebla.core.models import JournalEntry
from puebla.documents import actions
from puebla.documents.actions.importing import already_filed
from puebla.documents.models import Document, LanguageEdition
from puebla.documents.urls import urlpatterns
from puebla.members.models import Audience
from tests import factories as make
from tests.access.test_gate import build, worlds

PICTURE = b"RIFF....WEBP"


def body_of_file(document):
    """What the document's file says: each has its own, so that a duplicate can be looked for."""
    return f"A text that somebody wrote, number {document.pk}.\n".encode()


def with_files(documents):
    """Give every document two English versions with text and pictures, past the rules: its writers need no rights."""
    from django.core.files.storage import storages

    from puebla.core.files.store import put
    from puebla.documents.models import FileVersion, Page

    store = storages["default"]
    for document in documents:
        edition = LanguageEdition.objects.create(document=document, language="en")
        for number in (1, 2):
            stored = put(io.BytesIO(body_of_file(document) * number), storage=store)
            version = FileVersion.objects.create(
                edition=edition, number=number, key=stored.key, name=f"secret name {document.pk}.txt", kind="TXT",
                media_type="text/plain", size=stored.size, sha256=stored.sha256, filed_at=timezone.now(), reading="done",
                thumbnail_key=put(io.BytesIO(PICTURE), storage=store).key,
            )  # fmt: skip
            Page.objects.create(version=version, number=1, text="A text that somebody wrote.",
                                picture_key=put(io.BytesIO(PICTURE), storage=store).key)  # fmt: skip
        Document.objects.filter(pk=document.pk).update(filed_languages="en")
    make.index(*documents)


def client_of(person):
    client = Client()
    client.force_login(person)
    return client


def body_of(response):
    return b"".join(response.streaming_content) if response.streaming else response.content


def symbols_in(text, documents):
    return {d.pk for d in documents if re.search(rf"{re.escape(d.symbol)}(?!\d)", text)}


#: Addresses below a document, with what follows its symbol; each opens for those who see it and for nobody else.
BELOW = {
    "record": (), "readers": (), "history": (), "file": ("en",), "version": ("en", 1), "read": ("en",),
    "read-version": ("en", 1), "upload": (), "edit": (), "audience": (), "consent": (), "share": (), "relations": (),
    "release": (), "withdraw": (), "side-by-side": (), "changes": ("en", 2),
}  # fmt: skip
PICTURES = {"thumbnail": ("en", 2, 0), "page picture": ("en", 1, 1)}


def channels(client, documents):
    """What each channel tells: the set of documents it names or opens."""
    at = lambda name, *args: reverse(f"documents:{name}", args=args)  # noqa: E731
    opened = lambda name, *rest: {  # noqa: E731
        d.pk for d in documents if client.get(at(name, d.symbol, *rest)).status_code == 200
    }
    exported = list(
        csv.reader(io.StringIO(body_of(client.get(at("list") + "?export=csv")).decode("utf-8-sig")))
    )
    sheet = load_workbook(io.BytesIO(body_of(client.get(at("list") + "?export=xlsx")))).active
    packed = zipfile.ZipFile(io.BytesIO(body_of(client.get(at("pack")))))
    ticked = zipfile.ZipFile(
        io.BytesIO(body_of(client.get(at("pack"), {"symbol": [d.symbol for d in documents]})))
    )
    names = lambda pack: {  # noqa: E731
        d.pk
        for d in documents
        if any(f"_{d.symbol.replace('/', '-')}_en" in name for name in pack.namelist())
    }
    return {
        "list": symbols_in(client.get(at("list")).text, documents),
        "search": symbols_in(client.get(at("list") + "?q=note").text, documents),
        "symbol typed": {
            d.pk for d in documents if client.get(at("list"), {"q": d.symbol}).status_code == 302
        },
        "suggestion": symbols_in(client.get(at("suggest") + "?q=note").text, documents),
        "found": found_by(client, documents, "note"),
        "found in the text": found_by(client, documents, "somebody"),
        "found by symbol": {
            d.pk
            for d in documents
            if client.get(reverse("intranet:search"), {"q": d.symbol.lower().replace("/", " ")}).status_code
            == 302
        },
        "suggestion of search": symbols_in(
            client.get(reverse("intranet:search-suggest") + "?q=not").text, documents
        ),
        "csv": {d.pk for d in documents if d.symbol in {row[0] for row in exported[1:]}},
        "xlsx": {d.pk for d in documents if d.symbol in {row[0].value for row in sheet.iter_rows(min_row=2)}},
        "zip": names(packed),
        "zip of what was ticked": names(ticked),
        "zip index": symbols_in(packed.read("index.html").decode(), documents),
        **{name: opened(name, *rest) for name, rest in BELOW.items()},
        **{name: opened("picture", *rest) for name, rest in PICTURES.items()},
    }


def found_by(client, documents, words):
    """The documents that search shows for these words; it counts as many."""
    page = client.get(reverse("intranet:search"), {"q": words}).text
    shown = symbols_in(page.partition('<ol class="entries hits"')[2], documents)
    total = re.search(r'role="status">(\d+) documents?', page)
    assert len(shown) == (int(total[1]) if total else 0)
    return shown


def counted(client, **filters):
    """The total that the list says under these filters."""
    page = client.get(reverse("documents:list"), filters).text
    found = re.search(r"(\d+) documents?", page)
    return int(found[1]) if found else 0


def hints(client, documents, expected):
    """Pages that name documents beside the list: each may name some of what is seen, nothing else."""
    pages = {f"record of {d.symbol}": reverse("documents:record", args=[d.symbol]) for d in documents}
    pages |= {"desk": reverse("intranet:desk"), "directory": reverse("members:directory"),
              "bodies": reverse("members:bodies"), "new": reverse("documents:new"), "drop": reverse("documents:drop"),
              "delegation": reverse("members:delegation")}  # fmt: skip
    said = {}
    for name, address in pages.items():
        own = {d.pk for d in documents if name == f"record of {d.symbol}"}
        # The address asked for stands on every page, even where nothing is found.
        said[name] = symbols_in(client.get(address, follow=True).text, documents) - own - expected
    return said


class TestChannels(TestCase):
    @given(worlds())
    @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
    def test_every_channel_returns_the_same_set_and_the_same_count(self, world):
        make.process()
        people, documents = build(world)
        with_files(documents)

        for person in [one for one in people if one.is_active][:2]:
            expected = set(Document.objects.visible_to(person).values_list("pk", flat=True))
            client = client_of(person)
            told = channels(client, documents)

            assert told == dict.fromkeys(told, expected)
            assert counted(client) == len(expected)
            for audience in {d.audience for d in documents}:
                seen = [d for d in documents if d.pk in expected and d.audience == audience]
                assert counted(client, audience=audience) == len(seen)
            assert not any(hints(client, documents, expected).values())
            assert duplicates(person, documents) == expected

    @given(worlds())
    @settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
    def test_a_retired_person_and_the_public_get_nothing_of_all_this(self, world):
        make.process()
        people, documents = build(world)
        with_files(documents)
        gone = people[0]
        gone.is_active = False
        gone.save(update_fields=["is_active"])
        addresses = [reverse("documents:record", args=[d.symbol]) for d in documents]
        addresses += [
            f"/en/documents/{d.symbol}/{below}" for d in documents for below in ("", "files/en/", "read/en/")
        ]

        for client in (client_of(gone), Client()):
            for address in [
                *addresses,
                "/en/",
                "/en/documents/",
                "/en/documents/?export=csv",
                "/en/meetings/",
            ]:
                response = client.get(address)
                answer = body_of(response).decode()

                assert response.status_code in {200, 302, 404}
                # The address asked for stands on the page that does not find it.
                assert address in addresses or not symbols_in(answer, documents)
                assert "Note number" not in answer


def duplicates(person, documents):
    """Documents of whose content a drop of files would be told that it is filed already."""
    hashes = {hashlib.sha256(body_of_file(d)).hexdigest(): d.pk for d in documents}
    return {hashes[one] for one in already_filed(list(hashes), person)}


def test_no_address_below_a_document_is_left_out():
    below = {one.name for one in urlpatterns if "<path:address>" in str(one.pattern)}

    # A share has an address of its own, which nobody is shown who does not see the document.
    assert below == {*BELOW, "picture", "end-share"}


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
