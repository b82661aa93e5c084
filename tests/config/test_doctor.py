"""`puebla doctor`: every ill is told in a sentence, and nothing else."""

import datetime as dt
import io
import json
from pathlib import Path

import pytest
from django.core.files.storage import storages
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from puebla.config.operations.health import look
from puebla.core import guards, journal
from puebla.core.files.store import put
from puebla.core.models import OutgoingMail
from puebla.core.operations import Found
from puebla.documents.actions.reading import read_file
from puebla.documents.models import FileVersion, LanguageEdition
from tests.factories import DocumentFactory, a_file, process

pytestmark = pytest.mark.django_db
#: Tables of the tests are made without migrations, which the doctor rightly misses.
HERE = {"migrations"}


@pytest.fixture(autouse=True)
def _process():
    process()


def wrong(*, full: bool = False) -> dict[str, str]:
    return {name: sentence for name, well, sentence in look(full=full) if not well and name not in HERE}


def a_version() -> FileVersion:
    edition = LanguageEdition.objects.create(document=DocumentFactory(), language="es")
    stored = put(a_file(), storage=storages["default"])
    return FileVersion.objects.create(
        edition=edition, number=1, key=stored.key, name="a.txt", kind="TXT", media_type="text/plain",
        size=stored.size, sha256=stored.sha256, filed_at=timezone.now(),
    )  # fmt: skip


def test_a_sound_instance_has_nothing_wrong():
    a_version()

    assert wrong() == {}
    assert wrong(full=True) == {}


def test_jobs_that_wait_too_long_are_told():
    read_file.enqueue(1)
    from django_tasks_db.models import DBTaskResult

    DBTaskResult.objects.update(enqueued_at=timezone.now() - dt.timedelta(hours=1))

    assert "puebla worker" in wrong()["queue"]


def test_mail_that_could_not_be_sent_is_told(settings):
    settings.MAIL_URL = "smtp://localhost"
    OutgoingMail.objects.create(message_id="<a>", recipient="a@b.org", subject="s", body="b",
                                created_at=timezone.now(), attempts=99, last_error="no such host")  # fmt: skip

    assert "no such host" in wrong()["mail"]


def test_production_without_a_mail_server_is_told(settings):
    settings.DEMO, settings.MAIL_URL = False, ""

    assert "PUEBLA_MAIL_URL" in wrong()["mail"]


def test_a_missing_file_is_told():
    version = a_version()

    Path(storages["default"].path(version.key)).unlink()

    assert version.key in wrong()["files"]


def test_a_damaged_file_is_told_when_everything_is_read():
    version = a_version()

    Path(storages["default"].path(version.key)).write_bytes(b"other bytes")

    assert "files" not in wrong()
    assert version.key in wrong(full=True)["files"]


def test_a_file_without_a_record_is_counted():
    put(a_file(b"orphan"), storage=storages["default"])

    told = {name: sentence for name, _well, sentence in look(full=True)}

    assert "; 0 without a record" not in told["files"]


def test_a_tampered_journal_is_told():
    with transaction.atomic():
        journal.record("thing.done", at=timezone.now())
    with connection.cursor() as cursor:
        for one in guards._guards.values():
            on = f" ON {one.table}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER IF EXISTS {one.name}{on}")
        cursor.execute("UPDATE core_journalentry SET act = 'x'")

    assert "altered" in wrong()["journal"]


def test_a_real_instance_without_a_back_up_or_with_an_old_one_is_told(settings, tmp_path):
    settings.DEMO, settings.DATA_DIR = False, tmp_path
    never = wrong()["backup"]
    (tmp_path / "backups").mkdir()
    old = {"at": (timezone.now() - dt.timedelta(days=20)).isoformat(), "file": "/safe/a.zip"}
    (tmp_path / "backups" / "last.json").write_text(json.dumps(old))

    assert "No back-up" in never
    assert "20 days" in wrong()["backup"]


def test_a_check_that_breaks_down_is_told_and_does_not_stop_the_next():
    from puebla.core import registry

    registry.health_checks.add("odd", lambda: 1 // 0)
    try:
        found = list(look(full=False))
    finally:
        registry.health_checks._entries.pop("odd")

    assert any(not well and "ZeroDivisionError" in sentence for _name, well, sentence in found)
    assert found[-1][0] == "tools"


def test_the_command_tells_machines_and_ends_with_one():
    out = io.StringIO()

    with pytest.raises(Found):
        call_command("doctor", "--json", stdout=out, stderr=io.StringIO())

    told = json.loads(out.getvalue())
    assert told["ok"] is False
    assert {one["check"] for one in told["checks"]} >= {
        "database",
        "queue",
        "mail",
        "disk",
        "files",
        "journal",
    }
