"""The door, the signs of life, what is not found."""

import datetime as dt
import errno

import pytest
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.test import Client
from django.utils import timezone

from puebla.core import registry
from tests.factories import process, secretariat_person

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("accepted", "cookie", "address"),
    [("es-MX,es;q=0.9,en;q=0.8", "", "/es/"), ("fr-CA, en;q=0.5", "", "/en/"), ("", "", "/en/"),
     ("*", "", "/en/"), ("en", "es", "/es/"), ("es", "klingon", "/es/")],
)  # fmt: skip
def test_the_door_leads_to_the_language_of_the_visitor(accepted, cookie, address):
    client = Client(headers={"accept-language": accepted})
    if cookie:
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = cookie

    answer = client.get("/")

    assert (answer.status_code, answer["Location"]) == (302, address)
    assert "Accept-Language" in answer["Vary"]


def test_the_sign_of_life_asks_the_database_nothing(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = client.get("/healthz")

    assert (answer.status_code, answer.content) == (200, b"ok")


def test_an_instance_in_order_is_ready(client):
    answer = client.get("/readyz")

    assert answer.status_code == 200, answer.content
    assert answer.json()["ready"] is True
    assert {"database", "migrations", "storage", "queue"} <= set(answer.json()["checks"])


def test_a_failing_check_of_a_room_makes_the_instance_not_ready_and_tells_the_world_no_reason(client):
    registry.health_checks.add("broken", lambda: ("broken", False, "The disk at /secret is full."))
    try:
        answer = client.get("/readyz")
    finally:
        del registry.health_checks._entries["broken"]

    assert answer.status_code == 503
    assert answer.json()["checks"]["broken"] is False
    assert "secret" not in answer.text


def test_work_that_nobody_takes_makes_the_instance_not_ready(client):
    from django_tasks_db.models import DBTaskResult

    task = DBTaskResult.objects.create(
        args_kwargs={"args": [], "kwargs": {}},
        task_path="puebla.documents.models.nothing",
        backend_name="queue",
    )
    fresh = client.get("/readyz")
    DBTaskResult.objects.filter(pk=task.pk).update(enqueued_at=timezone.now() - dt.timedelta(hours=1))
    stale = client.get("/readyz")

    assert fresh.json()["checks"]["queue"] is True
    assert (stale.status_code, stale.json()["checks"]["queue"]) == (503, False)


def test_a_store_that_cannot_be_written_makes_the_instance_not_ready(client, settings, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("a file where the folder should be")
    settings.STORAGES = settings.STORAGES | {
        "public": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": blocked}}
    }

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()["checks"]["storage"]) == (503, False)


def test_a_page_not_found_keeps_the_look_of_the_private_site_for_who_is_inside(client):
    process()
    client.force_login(secretariat_person())

    inside = client.get("/en/intranet/nothing/here/at-all/")
    outside = Client().get("/en/intranet/nothing/here/at-all/")

    assert inside.status_code == outside.status_code == 404
    assert "top private" in inside.text
    assert "top private" not in outside.text


@pytest.mark.parametrize(
    ("error", "status", "sentence"),
    [
        (OperationalError("database or disk is full"), 507, "El disco del servidor está lleno"),
        (OSError(errno.ENOSPC, "No space left on device"), 507, "The disk of the server is full"),
        (OperationalError("database is locked"), 503, "El sitio no responde en este momento"),
        (InterfaceError("connection is closed"), 503, "The site does not answer just now"),
        (OperationalError("no such table: a_table"), 500, "Something failed here"),
        (ValueError("a fault of ours"), 500, "Algo falló aquí"),
    ],
)
def test_a_full_disk_or_an_absent_database_is_told_as_one_and_any_other_fault_as_ours(
    error, status, sentence, monkeypatch
):
    from puebla.portal import urls

    def breaks(_request):
        try:
            raise error
        except OSError as cause:
            raise RuntimeError from cause

    monkeypatch.setattr(urls.urlpatterns[0], "callback", breaks)
    client = Client(raise_request_exception=False)

    answer = client.get("/en/")

    assert answer.status_code == status
    assert sentence in answer.text


def test_a_fault_has_a_number_that_stands_in_the_record_and_on_the_page(monkeypatch, caplog):
    from puebla.portal import urls

    def breaks(_request):
        raise ValueError("a fault of ours")

    monkeypatch.setattr(urls.urlpatterns[0], "callback", breaks)

    answer = Client(raise_request_exception=False).get("/en/")

    assert answer["X-Request-Id"] in answer.text
    assert answer["X-Request-Id"] in caplog.text
    assert answer["Cache-Control"] == "no-store"
    assert "a fault of ours" not in answer.text


def test_an_absent_database_tells_when_to_come_back(monkeypatch):
    from puebla.portal import urls

    def breaks(_request):
        raise OperationalError("could not connect to server")

    monkeypatch.setattr(urls.urlpatterns[0], "callback", breaks)

    assert Client(raise_request_exception=False).get("/en/")["Retry-After"] == "60"


@pytest.mark.parametrize("address", ["/en/documents/", "/es/", "/healthz", "/"])
def test_a_form_sent_to_a_page_that_takes_none_is_refused_in_words(client, address):
    process()

    answer = client.post(address)

    assert answer.status_code == 405
    assert "Aquí no se puede hacer eso" in answer.text
    assert answer["Allow"] == "GET, HEAD"


def test_too_many_attempts_are_told_in_the_reader_s_language(client, settings):
    process()
    settings.ACCOUNT_RATE_LIMITS = {"login": "1/m/ip", "login_failed": "1/m/ip"}
    address = "/es/accounts/login/"

    answers = [client.post(address, {"login": "a@example.org", "password": "x"}) for _again in range(3)]

    assert answers[-1].status_code == 429
    assert "Demasiados intentos" in answers[-1].text


@pytest.mark.parametrize(("address", "media_type"), [("/api/v1/no", "application/problem+json"), ("/feeds/no", "application/problem+xml"),
                                                     ("/sitemaps/x.xml", "application/problem+xml"), ("/en/no/", "text/html")])  # fmt: skip
def test_nothing_is_told_to_people_as_a_page_and_to_programs_as_a_document(client, address, media_type):
    process()

    answer = client.get(address)

    assert answer.status_code == 404
    assert answer["Content-Type"].startswith(media_type)
