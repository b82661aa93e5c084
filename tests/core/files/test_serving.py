import io
from datetime import UTC, datetime

import pytest
from django.core.files.storage import InMemoryStorage
from django.http import Http404
from django.test import RequestFactory
from django.utils.http import http_date
from hypothesis import given, settings
from hypothesis import strategies as st

from puebla.core.files.serving import serve
from puebla.core.files.store import put

# Closing an answer ends a request, at which Django looks after its connections.
pytestmark = pytest.mark.django_db

CONTENT = bytes(range(256)) * 700
MODIFIED = datetime(2009, 7, 9, 10, tzinfo=UTC)
STORAGE = InMemoryStorage()
STORED = put(io.BytesIO(CONTENT), storage=STORAGE)
ETAG = f'"{STORED.sha256}"'


def answer(method: str = "GET", address: str = "/", *, headers: dict[str, str] | None = None, **options):
    settled = {
        "storage": STORAGE,
        "key": STORED.key,
        "size": STORED.size,
        "sha256": STORED.sha256,
        "media_type": "application/pdf",
        "name": "Agenda.pdf",
        "last_modified": MODIFIED,
    } | options
    return serve(RequestFactory().generic(method, address, headers=headers or {}), **settled)


def body_of(response) -> bytes:
    body = b"".join(response) if response.streaming else response.content
    response.close()
    return body


def test_the_whole_file_comes_with_headers_that_keep_it_harmless_and_private():
    response = answer()

    assert response.status_code == 200
    assert body_of(response) == CONTENT
    assert response["Content-Length"] == str(len(CONTENT))
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == 'inline; filename="Agenda.pdf"'
    assert response["ETag"] == ETAG
    assert response["Last-Modified"] == "Thu, 09 Jul 2009 10:00:00 GMT"
    assert response["Accept-Ranges"] == "bytes"
    assert response["Cache-Control"] == "private, no-cache"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_a_public_file_may_be_kept_by_shared_caches_that_ask_again():
    assert answer(public=True)["Cache-Control"] == "public, no-cache"


@pytest.mark.parametrize("media_type", ["text/html", "text/plain", "image/svg+xml", "application/msword"])
def test_what_a_browser_might_run_is_always_downloaded(media_type):
    response = answer(media_type=media_type)

    assert response["Content-Disposition"].startswith("attachment")
    assert response["Content-Type"] == media_type


def test_who_asks_for_a_download_gets_one():
    assert answer(address="/?download")["Content-Disposition"] == 'attachment; filename="Agenda.pdf"'


def test_a_name_in_any_alphabet_is_sent_as_utf8():
    response = answer(name='Declaración "final".pdf', inline=False)

    assert (
        response["Content-Disposition"] == "attachment; filename*=utf-8''Declaraci%C3%B3n%20%22final%22.pdf"
    )


def test_head_gives_the_headers_without_the_bytes():
    response = answer("HEAD")

    assert response.status_code == 200
    assert response["Content-Length"] == str(len(CONTENT))
    assert body_of(response) == b""


def test_other_methods_are_not_allowed():
    assert answer("POST").status_code == 405


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(
    "headers",
    [
        {"If-None-Match": ETAG},
        {"If-None-Match": f'"other", W/{ETAG}'},
        {"If-None-Match": "*"},
        {"If-Modified-Since": http_date(MODIFIED.timestamp())},
    ],
)
def test_who_has_the_file_is_not_sent_it_again(method, headers):
    response = answer(method, headers=headers)

    assert response.status_code == 304
    assert response["ETag"] == ETAG
    assert response["Cache-Control"] == "private, no-cache"
    assert body_of(response) == b""


@pytest.mark.parametrize(
    "headers",
    [
        {"If-None-Match": '"other"'},
        {"If-Modified-Since": http_date(MODIFIED.timestamp() - 10)},
        {"If-None-Match": '"other"', "If-Modified-Since": http_date(MODIFIED.timestamp())},
    ],
)
def test_who_has_another_file_is_sent_this_one(headers):
    assert answer(headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("wanted", "start", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=10-19", 10, 20),
        ("bytes=170000-", 170_000, len(CONTENT)),
        ("bytes=-100", len(CONTENT) - 100, len(CONTENT)),
        ("bytes=-9999999", 0, len(CONTENT)),
        ("bytes=5-9999999", 5, len(CONTENT)),
    ],
)
def test_a_part_is_sent_alone(wanted, start, end):
    response = answer(headers={"Range": wanted})

    assert response.status_code == 206
    assert response["Content-Range"] == f"bytes {start}-{end - 1}/{len(CONTENT)}"
    assert response["Content-Length"] == str(end - start)
    assert body_of(response) == CONTENT[start:end]


@settings(deadline=None)
@given(start=st.integers(0, len(CONTENT) - 1), length=st.integers(1, len(CONTENT)))
def test_any_part_equals_the_slice(start, length):
    response = answer(headers={"Range": f"bytes={start}-{start + length - 1}"})

    assert response.status_code == 206
    assert body_of(response) == CONTENT[start : start + length]


@settings(deadline=None)
@given(st.text(alphabet="bytes=0123456789-, \t;abc", max_size=40))
def test_any_nonsense_for_a_range_is_answered(wanted):
    response = answer(headers={"Range": wanted})

    assert response.status_code in (200, 206, 416)
    body_of(response)


@pytest.mark.parametrize("wanted", ["bytes=0-1,5-9", "items=0-5", "bytes=9-2", "bytes=-", "bytes=x-y", ""])
def test_several_parts_and_bad_grammar_get_the_whole(wanted):
    response = answer(headers={"Range": wanted})

    assert response.status_code == 200
    assert body_of(response) == CONTENT


@pytest.mark.parametrize("wanted", [f"bytes={len(CONTENT)}-", "bytes=99999999-", "bytes=-0"])
def test_a_part_beyond_the_end_cannot_be_had(wanted):
    response = answer(headers={"Range": wanted})

    assert response.status_code == 416
    assert response["Content-Range"] == f"bytes */{len(CONTENT)}"


@pytest.mark.parametrize(
    ("condition", "status"),
    [
        (ETAG, 206),
        (http_date(MODIFIED.timestamp()), 206),
        ('"other"', 200),
        (f"W/{ETAG}", 200),
        (http_date(MODIFIED.timestamp() + 5), 200),
        ("nonsense", 200),
    ],
)
def test_a_download_is_taken_up_again_only_of_the_same_bytes(condition, status):
    response = answer(headers={"Range": "bytes=5-9", "If-Range": condition})

    assert response.status_code == status
    response.close()


def test_a_lost_file_is_absent_and_noted_for_the_operator(caplog):
    with pytest.raises(Http404):
        answer(key="ab/cd/" + "0" * 32)

    assert "missing" in caplog.text
