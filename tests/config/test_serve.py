"""`puebla serve`: ready, announced, supervised, and ended cleanly; refused where it would be wrong."""

import contextlib
import os
import re
import select
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from urllib.parse import quote

import pytest

from puebla.config.operations import serving
from puebla.core.verdicts import RefusedError
from tests import instances

ROOT = Path(__file__).parents[2]


def environment(data: Path, **more: str) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "src"), "PUEBLA_ENV": "demo", "LANG": "C",
        "PUEBLA_DATA_DIR": str(data), **more,
    }  # fmt: skip


def puebla(*arguments: str, data: Path, **more: str) -> subprocess.Popen[str]:
    program = [sys.executable, "-c", "from puebla.config.cli import main; main()", *arguments]
    return subprocess.Popen(program, env=environment(data, **more), text=True, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE)  # fmt: skip


@pytest.fixture(scope="module")
def instance(tmp_path_factory, prepared) -> Path:
    """An instance with tables and a process, in files."""
    return shutil.copytree(prepared, tmp_path_factory.mktemp("instance") / "data")


def look_again(until: float) -> None:
    """Give other processes a turn; give up at the deadline, which only a fault reaches."""
    assert time.monotonic() < until
    select.select([], [], [], 0.05)


def announced(server: subprocess.Popen[str], *, within: float = 60) -> str:
    """The address as it is announced."""
    ready, _w, _x = select.select([server.stdout], [], [], within)
    line = server.stdout.readline() if ready else ""
    found = re.search(r"http://localhost:\d+", line)
    assert found, (line, server.poll(), server.stderr.read() if server.poll() is not None else "")
    return found[0]


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def gone(pids: list[int], *, within: float = 20) -> bool:
    until = time.monotonic() + within
    while any(Path(f"/proc/{pid}").exists() for pid in pids):
        if time.monotonic() > until:
            return False
        select.select([], [], [], 0.05)
    return True


def test_it_announces_its_address_when_it_answers_and_ends_with_control_c(instance):
    server = puebla("serve", "--port", "0", "--workers", "1", data=instance)

    address = announced(server)
    with urllib.request.urlopen(f"{address}/healthz") as answer:
        said = answer.status
    family = [*children_of(server.pid)]
    family += [grandchild for child in family for grandchild in children_of(child)]
    server.send_signal(signal.SIGINT)
    _out, errors = server.communicate(timeout=30)

    assert said == 200
    assert server.returncode == 0, errors
    assert "Traceback" not in errors
    assert gone(family)


def test_a_question_of_five_thousand_signs_gets_a_sentence_in_the_reader_s_language(instance):
    server = puebla("serve", "--port", "0", "--workers", "1", "--no-worker", data=instance)
    address = announced(server)

    said = {}
    for language, sign in (("en", "a"), ("es", "ñ"), ("es", "𝄞")):
        with urllib.request.urlopen(f"{address}/{language}/search/?q={quote(sign * 5000)}") as answer:
            said[sign] = answer.read().decode()
    server.terminate()
    server.communicate(timeout=30)

    assert "Your question has 5000 characters" in said["a"]
    assert "Su consulta tiene 5000 caracteres" in said["ñ"]
    assert "Su consulta tiene 5000 caracteres" in said["𝄞"]


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks at processes through /proc")
def test_a_worker_that_is_killed_is_started_again(instance):
    server = puebla("serve", "--port", "0", "--workers", "1", data=instance)
    announced(server)
    until = time.monotonic() + 40
    while len(children_of(server.pid)) < 2:
        look_again(until)
    _web, worker = sorted(children_of(server.pid))

    os.kill(worker, signal.SIGKILL)
    # The first line may tell of styles and scripts made ready.
    told = next(line for line in server.stderr if "started again" in line)
    while worker in children_of(server.pid) or len(children_of(server.pid)) < 2:
        look_again(until)
    server.terminate()
    server.communicate(timeout=30)

    assert "started again" in told
    assert server.returncode == 0


def test_when_it_is_killed_itself_nothing_stays_behind(instance):
    server = puebla("serve", "--port", "0", "--workers", "1", data=instance)
    announced(server)
    family = [*children_of(server.pid)]
    family += [grandchild for child in family for grandchild in children_of(child)]

    server.kill()
    server.communicate()

    assert gone(family)


def test_a_port_in_use_is_told_with_another_one_to_try(instance):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        server = puebla("serve", "--port", str(port), data=instance)
        _out, errors = server.communicate(timeout=60)

    assert server.returncode == 1
    assert f"Port {port} is in use" in errors
    assert "Traceback" not in errors


@pytest.mark.parametrize(
    "wrong", [["--port", "http"], ["--port", "70000"], ["--workers", "0"], ["--nonsense"]]
)
def test_wrong_use_ends_with_two(tmp_path, wrong):
    server = puebla("serve", *wrong, data=tmp_path)
    _out, errors = server.communicate(timeout=60)

    assert server.returncode == 2
    assert "usage: puebla serve" in errors


def test_an_address_that_is_not_this_machines_is_refused():
    with pytest.raises(RefusedError, match="cannot be listened on"):
        serving.bound("203.0.113.7", 0)


@pytest.mark.django_db
def test_an_instance_without_anything_loaded_is_refused():
    with pytest.raises(RefusedError, match="puebla demo"):
        serving.require_fit()


@pytest.mark.django_db
def test_production_with_a_demonstration_account_is_refused(settings):
    from tests.factories import PersonFactory, process

    process()
    PersonFactory(email="secretariat@demo.invalid")
    settings.DEMO = False

    with pytest.raises(RefusedError, match="secretariat@demo"):
        serving.require_fit()


def test_the_help_shows_an_example(tmp_path):
    server = puebla("serve", "--help", data=tmp_path)
    out, _errors = server.communicate(timeout=60)

    assert server.returncode == 0
    assert "puebla serve --port 8000" in out
    assert "--no-prepare" not in out


def test_static_files_are_collected_again_only_when_one_changed(tmp_path, settings):
    before = serving.static_fingerprint()

    assert serving.static_fingerprint() == before
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": "another"}}
    assert serving.static_fingerprint() != before


# An instance that is there already ---------------------------------------------------------------------------------


def guards_in(folder):
    with contextlib.closing(sqlite3.connect(folder / "puebla.sqlite3")) as database:
        rows = database.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    return {name for name, sql in rows if f"'{name}: " in sql}


def made_ready(folder):
    """As `puebla serve` makes it ready when it starts."""
    code = (
        "import django; django.setup()\nfrom puebla.config.operations.serving import prepare; prepare(print)"
    )
    return _python(folder, "-c", code)


def _python(folder, *words):
    settings = instances.bare(
        DJANGO_SETTINGS_MODULE="puebla.config.settings.demo", PUEBLA_DATA_DIR=str(folder)
    )
    return subprocess.run(
        [sys.executable, *words],
        cwd=instances.ROOT,
        env=settings,
        capture_output=True,
        text=True,
        check=False,
    )


def test_an_older_instance_gets_its_new_columns_though_guards_read_its_tables(instance):
    """SQLite makes a table anew for a column; texts are read by the guards of their paragraphs."""
    every = guards_in(instance)
    older = _python(instance, "manage.py", "migrate", "texts", "0003")
    assert older.returncode == 0, older.stderr

    newer = made_ready(instance)

    assert newer.returncode == 0 and "tables" in newer.stdout, newer.stderr
    assert every and guards_in(instance) == every


def test_guards_that_a_stop_amid_migrations_left_out_stand_after_the_next_start(instance):
    every = guards_in(instance)
    with contextlib.closing(sqlite3.connect(instance / "puebla.sqlite3")) as database:
        database.execute("DROP TRIGGER texts_text_frozen")

    assert made_ready(instance).returncode == 0
    assert guards_in(instance) == every
