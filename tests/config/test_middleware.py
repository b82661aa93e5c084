"""The store of public pages, the headers, and who is signed in."""

import datetime as dt
import gzip

import brotli
import pytest
from django.core.cache import caches
from django.test import Client
from django.utils import timezone

from puebla.config.middleware import edition, public_language
from puebla.publications import actions
from tests.factories import PersonFactory, process, secretariat_person
from tests.publications.making import a_public_document, a_public_file

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("path", "language"),
    [
        ("/en/", "en"), ("/es/documents/A/1/", "es"), ("/en/nothing", "en"), ("/en", None), ("/", None),
        ("/en/intranet/", None), ("/en/intranet", None), ("/es/accounts/login/", None), ("/fr/", None),
        ("/static/x.css", None), ("/en/intranets/", "en"), ("//en/", None),
    ],
)  # fmt: skip
def test_an_address_is_public_below_its_language_and_outside_the_private_rooms(path, language):
    assert public_language(path) == language


@pytest.mark.parametrize("address", ["/en/", "/en/documents/", "/en/nowhere/", "/", "/en/accounts/login/"])
def test_another_sites_name_is_refused_everywhere(client, settings, address):
    process()
    settings.ALLOWED_HOSTS = ["www.example.org"]

    assert client.get(address, headers={"host": "evil.test"}).status_code == 400
    assert client.get(address, headers={"host": "www.example.org"}).status_code != 400


@pytest.mark.parametrize("address", ["/healthz", "/readyz"])
def test_a_watchman_may_ask_by_the_machines_own_address(client, settings, address):
    process()
    settings.ALLOWED_HOSTS = ["www.example.org"]

    assert client.get(address, headers={"host": "127.0.0.1:8000"}).status_code == 200


def test_a_page_from_the_store_costs_one_query(client, django_assert_num_queries):
    a_public_document()
    for address in ("/en/", "/es/documents/"):
        client.get(address)

    with django_assert_num_queries(1):
        home = client.get("/en/")
    with django_assert_num_queries(1):
        documents = client.get("/es/documents/")

    assert home.status_code == documents.status_code == 200


def test_a_public_page_touches_no_session_even_of_who_is_signed_in(client, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    person = secretariat_person(full_name="Ana Ureña")
    client.force_login(person)

    with CaptureQueriesContext(connection) as queries:
        answer = client.get("/en/documents/")

    assert not any("session" in one["sql"] or "accounts_person" in one["sql"] for one in queries)
    assert "Ana Ureña" not in answer.text
    assert not answer.cookies
    assert answer["Vary"] == "Accept-Encoding"
    assert answer["Cache-Control"] == "public, max-age=0, must-revalidate"


def test_what_is_released_shows_at_once_and_what_is_withdrawn_is_gone_at_once(client):
    before = client.get("/en/documents/").text

    document = a_public_document(titles={"en": "Terms of the working group"})
    released = client.get("/en/documents/").text
    actions.withdraw_document(symbol=document.symbol, reason={}, at=timezone.now())
    withdrawn = client.get("/en/documents/").text

    assert "Terms of the working group" not in before
    assert "Terms of the working group" in released
    assert "Terms of the working group" not in withdrawn


def test_the_edition_changes_at_the_end_of_each_embargo_without_a_write():
    noon = dt.datetime(2026, 5, 4, 18, tzinfo=dt.UTC)
    hours = [noon + dt.timedelta(hours=n) for n in range(4)]
    a_public_document(at=noon, public_from=hours[1])
    a_public_document(at=noon, public_from=hours[2])

    seen = [edition(at) for at in hours]
    just_before = edition(hours[1] - dt.timedelta(microseconds=1))

    assert len(set(seen[:3])) == 3
    assert seen[3] == seen[2]
    assert just_before == seen[0]


def test_the_edition_changes_with_the_conference_s_own_day():
    evening = dt.datetime(2026, 5, 5, 5, 59, tzinfo=dt.UTC)

    assert edition(evening) != edition(evening + dt.timedelta(minutes=1))


def test_an_embargoed_document_comes_out_of_the_store_when_its_hour_strikes(client, monkeypatch):
    now = timezone.now()
    a_public_document(
        symbol="A/1", titles={"en": "Held back"}, at=now, public_from=now + dt.timedelta(hours=1)
    )
    before = client.get("/en/documents/").text

    monkeypatch.setattr(timezone, "now", lambda: now + dt.timedelta(hours=1))
    after = client.get("/en/documents/").text

    assert "Held back" not in before
    assert "Held back" in after


def test_a_reader_who_has_the_page_gets_304_until_it_changes(client):
    a_public_document()
    first = client.get("/en/")

    same = client.get("/en/", headers={"If-None-Match": f'"other", W/{first["ETag"]}'})
    a_public_document()
    changed = client.get("/en/", headers={"If-None-Match": first["ETag"]})

    assert same.status_code == 304
    assert same.content == b""
    assert same["ETag"] == first["ETag"]
    assert changed.status_code == 200


def test_the_etag_differs_by_encoding_and_the_bytes_unpack_to_the_same_page(client):
    a_public_document()

    plain = client.get("/en/documents/")
    zipped = client.get("/en/documents/", headers={"Accept-Encoding": "gzip, deflate"})
    broth = client.get("/en/documents/", headers={"Accept-Encoding": "gzip, deflate, br"})
    refused = client.get("/en/documents/", headers={"Accept-Encoding": "br;q=0, gzip;q=0"})

    assert gzip.decompress(zipped.content) == plain.content
    assert brotli.decompress(broth.content) == plain.content
    assert "Content-Encoding" not in refused
    assert len({plain["ETag"], zipped["ETag"], broth["ETag"]}) == 3
    assert int(zipped["Content-Length"]) == len(zipped.content)


@pytest.mark.parametrize(
    ("accepted", "encoding", "unpack"),
    [("gzip, br", "br", brotli.decompress), ("gzip", "gzip", gzip.decompress)],
)
def test_a_page_of_one_reader_is_sent_compressed_and_no_two_of_a_length(client, accepted, encoding, unpack):
    client.force_login(PersonFactory())

    plain = client.get("/en/accounts/sessions/")
    packed = [client.get("/en/accounts/sessions/", headers={"Accept-Encoding": accepted}) for _ in range(8)]

    assert "Content-Encoding" not in plain
    assert "Accept-Encoding" in plain["Vary"]
    assert {one["Content-Encoding"] for one in packed} == {encoding}
    assert all(int(one["Content-Length"]) == len(one.content) < len(plain.content) / 2 for one in packed)
    assert "</html>" in unpack(packed[0].content).decode()
    assert len({len(one.content) for one in packed}) > 1


def test_head_has_the_headers_and_no_body(client):
    whole = client.get("/en/")

    head = client.head("/en/")

    assert head.content == b""
    assert (head["ETag"], head["Content-Length"]) == (whole["ETag"], whole["Content-Length"])


def test_writing_to_a_public_address_is_refused(client):
    answer = client.post("/en/documents/", {"q": "x"})

    assert answer.status_code == 405
    assert not answer.cookies


def test_pages_not_found_are_not_kept(client):
    client.get("/en/documents/NO/SUCH/1/")

    assert not caches["pages"]._cache


def test_an_html_file_asked_by_head_is_not_taken_for_a_page(client):
    a_public_document(symbol="A/1", files=[a_public_file(b"<p>x</p>", media_type="text/html", label="HTML")])

    client.head("/en/documents/A/1/files/en/")
    whole = client.get("/en/documents/A/1/files/en/")

    assert b"".join(whole.streaming_content) == b"<p>x</p>"
    assert not caches["pages"]._cache


def test_a_forgotten_slash_is_added_with_its_question(client):
    answer = client.get("/en/documents?year=2009")

    assert (answer.status_code, answer["Location"]) == (301, "/en/documents/?year=2009")


@pytest.mark.parametrize(
    "address", ["/en/", "/en/accounts/login/", "/en/nothing/", "/healthz", "/en/intranet/"]
)
def test_every_answer_carries_the_safe_headers(client, address):
    answer = client.get(address)

    assert answer["Content-Security-Policy"].startswith("default-src 'none'")
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer["Permissions-Policy"]


def test_a_file_keeps_its_own_stricter_policy(client):
    a_public_document(symbol="A/1")

    answer = client.get("/en/documents/A/1/files/en/")

    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_private_pages_are_kept_by_nobody(client):
    process()
    client.force_login(secretariat_person())

    assert client.get("/en/intranet/")["Cache-Control"] == "private, no-store"
    assert "no-store" in Client().get("/en/accounts/login/")["Cache-Control"]


def test_a_retired_person_with_a_session_is_nobody(client):
    person = PersonFactory()
    client.force_login(person)
    person.is_active = False
    person.save(update_fields=["is_active"])

    answer = client.get("/en/intranet/")

    assert answer.status_code == 302
    assert "/accounts/login/" in answer["Location"]


def test_the_portal_answers_whatever_the_host_is_called(client):
    a = Client(headers={"host": "one.example"}).get("/en/documents/")
    b = Client(headers={"host": "two.example"}).get("/en/documents/")

    assert a.content == b.content
    assert b"one.example" not in a.content
