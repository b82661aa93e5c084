"""Migrations: none is missing, and all of them together make tables that the guards then keep."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
#: Runs in a process of its own: the tables of this one were made without migrations.
TRY_THE_GUARD = """
import django; django.setup()
from django.db import DatabaseError, transaction
from django.utils import timezone
from tests import factories as make

body = make.BodyFactory(code="NET", sealed=True)
open_body = make.BodyFactory(code="OPEN")
paper = make.DocumentFactory(body=body, audience=40)
def refused(act):
    try:
        with transaction.atomic():
            act()
    except DatabaseError as error:
        return str(error)
    return "nothing was refused"
print(refused(lambda: make.DocumentFactory(body=body, room_cap=80, audience=80)))
print(refused(lambda: type(paper).objects.filter(pk=paper.pk).update(room_cap=80, audience=80)))
print(refused(lambda: type(paper).objects.filter(pk=paper.pk).update(audience=80)))
print(refused(lambda: type(body.room).objects.filter(pk=body.room.pk).update(sealed=False, cap=80)))
"""


def run(*command, environment=None):
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "puebla.config.settings.test"} | (environment or {}),
    )


def test_no_migration_is_missing():
    done = run("manage.py", "makemigrations", "--check", "--dry-run")

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.migrations
def test_all_migrations_run_and_the_guards_hold_afterwards(tmp_path, migrated):
    data = shutil.copytree(migrated, tmp_path / "data")
    fresh = {
        "DJANGO_SETTINGS_MODULE": "puebla.config.settings.demo",
        "PUEBLA_DATA_DIR": str(data),
        "DATABASE_URL": "",
        "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'src'}",
    }
    tried = run("-c", TRY_THE_GUARD, environment=fresh)

    assert tried.returncode == 0, tried.stderr
    insert, update, audience, room = tried.stdout.splitlines()
    assert "room_cap is not the cap of the room" in insert
    assert "room_cap is not the cap of the room" in update
    assert "under_cap" in audience
    assert "a room keeps its cap and seal" in room
