"""Instances on disk that are dear to make: made once for all workers of a run, then copied by whoever writes to them."""

import fcntl
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[1]
PUEBLA = [sys.executable, "-c", "from puebla.config.cli import main; main()"]


def once(factory, name: str, make: Callable[[Path], None]) -> Path:
    """The folder of this name, made by the first worker that asks; what went wrong is asked of the next one again."""
    base = factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder, made = shared / name, shared / f"{name}.made"
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            made.touch()
    return folder


def bare(**more: str) -> dict[str, str]:
    """This environment without what names settings, database or instance, and with these."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PUEBLA_", "DATABASE", "DJANGO"))}
    return kept | {"PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"} | more


def migrate(folder: Path) -> None:
    """Make the tables of `puebla.sqlite3` in this folder by every migration."""
    done = subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity", "0"], cwd=ROOT, capture_output=True, text=True,
        env=bare(DJANGO_SETTINGS_MODULE="puebla.config.settings.demo", PUEBLA_DATA_DIR=str(folder)), check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


PREPARE = """
import django; django.setup()
from puebla.config.operations.serving import prepare
prepare(lambda sentence: None)
from tests.factories import process
process()
"""


def prepare(folder: Path, migrated: Path) -> None:
    """A process without people, with styles and scripts, as `puebla serve` makes them ready."""
    shutil.copytree(migrated, folder, dirs_exist_ok=True)
    settings = bare(DJANGO_SETTINGS_MODULE="puebla.config.settings.demo", PUEBLA_DATA_DIR=str(folder))
    done = subprocess.run(
        [sys.executable, "-c", PREPARE], cwd=ROOT, env=settings, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


class Demonstration:
    """What `puebla demo` loaded into a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def said(self) -> str:
        """What the command printed as it was loaded."""
        return (self.folder / "loaded.json").read_text()

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """A command of `puebla` on it, which must change nothing: others use it too."""
        return run_demo(self.folder, *words)


def run_demo(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """A command of `puebla` on a demonstration in this folder."""
    given = bare(PUEBLA_ENV="demo", PUEBLA_DATA_DIR=str(folder), LANG="C.UTF-8")
    return subprocess.run(
        [*PUEBLA, *words], env=given, capture_output=True, text=True, timeout=600, check=False
    )


def load_demonstration(folder: Path, migrated: Path) -> None:
    """Load the demonstration where the tables stand already; what the command printed is kept beside it."""
    shutil.copytree(migrated, folder, dirs_exist_ok=True)
    loaded = run_demo(folder, "demo", "--json")
    assert loaded.returncode == 0, loaded.stderr
    (folder / "loaded.json").write_text(loaded.stdout)


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
