"""What the environment says is checked at the start: a slip is named, and nothing unsafe is taken."""

import os
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from puebla.config.settings import base

RANDOM = "kq3Yw0e8Zr-5tUo1Pf7sDh2Gj9LxVbNm_4cAQ6iE"


@pytest.mark.parametrize(
    "key",
    ["", RANDOM[:31], "a" * 64, "changeme" * 8, "0123456789" * 5, "django-insecure-" + RANDOM,
     "only-for-tests-and-never-elsewhere-0123456789"],
)  # fmt: skip
def test_a_key_that_can_be_guessed_is_weak(key):
    assert base.is_weak(key)


@pytest.mark.parametrize("key", [RANDOM, "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822c"])
def test_a_random_key_is_taken(key):
    assert not base.is_weak(key)


@pytest.mark.parametrize("address", ["mysql://user:secret@host/name", "host/name", "postgresql://host:port/name"])  # fmt: skip
def test_a_database_of_another_sort_is_refused_without_telling_its_password(address, tmp_path):
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL must begin with") as stopped:
        base.database_from(address, tmp_path)

    assert "secret" not in str(stopped.value)


@pytest.mark.parametrize(
    "text", ["example.org", "ftp://example.org", "https://", "https://example.org/puebla"]
)
def test_a_site_address_that_is_none_is_refused(text):
    with pytest.raises(ImproperlyConfigured, match="PUEBLA_BASE_URL"):
        base.base_url_from(text)


@pytest.mark.parametrize("text", ["mail.example.org", "imap://mail.example.org", "smtp://"])
def test_a_mail_server_that_is_none_is_refused(text):
    with pytest.raises(ImproperlyConfigured, match="PUEBLA_MAIL_URL"):
        base.mail_url_from(text)


@pytest.mark.parametrize("text", ["abc", "0", "-5", "1.5"])
def test_an_upload_limit_that_is_no_number_is_refused(text):
    with pytest.raises(ImproperlyConfigured, match=f"PUEBLA_UPLOAD_LIMIT_MB is '{text}'"):
        base.whole_megabytes("PUEBLA_UPLOAD_LIMIT_MB", text)


@pytest.mark.parametrize(
    ("mail_url", "base_url", "sender"),
    [
        ("", "http://localhost:8000", "secretariat@localhost"),
        ("smtp://host", "https://www.example.org", "secretariat@example.org"),
        ("smtp://host?from=ts%40example.org", "https://www.example.net", "ts@example.org"),
    ],
)
def test_mail_comes_from_the_sites_own_host_or_who_is_named(mail_url, base_url, sender):
    assert base.sender_from(mail_url, base_url) == sender


def ask(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PUEBLA_", "DJANGO", "DATABASE"))}  # fmt: skip
    return subprocess.run(
        [sys.executable, "-c", code], env=kept | {"PYTHONPATH": "src"} | environment,
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def test_the_demonstration_catches_its_mail_whatever_server_is_named(tmp_path):
    told = ask(
        "from puebla.config.settings import demo; print(repr(demo.MAIL_URL))",
        PUEBLA_MAIL_URL="smtp://mail.example.org", PUEBLA_DATA_DIR=str(tmp_path),
    )  # fmt: skip

    assert told.stdout == "''\n", told.stderr


@pytest.mark.parametrize(
    ("environment", "code", "sentence"),
    [
        ({"PUEBLA_ENV": "staging"}, 2, "PUEBLA_ENV is 'staging'"),
        ({"PUEBLA_SECRET_KEY": "a" * 50}, 1, "PUEBLA_SECRET_KEY must be set"),
        (
            {"PUEBLA_SECRET_KEY": RANDOM, "PUEBLA_UPLOAD_LIMIT_MB": "much"},
            1,
            "PUEBLA_UPLOAD_LIMIT_MB is 'much'",
        ),
    ],
)
def test_a_slip_stops_every_command_with_one_sentence(tmp_path, environment, code, sentence):
    told = ask(
        "import sys; sys.argv = ['puebla', 'doctor']; from puebla.config.cli import main; main()",
        **environment, PUEBLA_DATA_DIR=str(tmp_path),
    )  # fmt: skip

    assert told.returncode == code
    assert told.stderr.startswith("puebla: ")
    assert sentence in told.stderr
    assert len(told.stderr.splitlines()) == 1


@pytest.mark.parametrize("command", ["init", "user", "import-documents"])
def test_help_is_given_to_who_has_no_key_yet(tmp_path, command):
    told = ask(
        f"import sys; sys.argv = ['puebla', '{command}', '--help']; from puebla.config.cli import main; main()",
        PUEBLA_DATA_DIR=str(tmp_path),
    )  # fmt: skip

    assert told.returncode == 0, told.stderr
    assert "example:" in told.stdout
    assert "--pythonpath" not in told.stdout


def test_an_import_into_nothing_is_refused_with_the_way_to_begin(tmp_path):
    told = ask(
        f"import sys; sys.argv = ['puebla', 'import-documents', {str(tmp_path)!r}];"
        " from puebla.config.cli import main; main()",
        PUEBLA_SECRET_KEY=RANDOM, PUEBLA_DATA_DIR=str(tmp_path / "data"),
    )  # fmt: skip

    assert told.returncode == 1
    assert "Make it first: puebla init" in told.stderr
    assert "Traceback" not in told.stderr
