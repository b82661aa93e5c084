"""`make check`: every check that needs no test to run, two at a time, each with its own time; under a minute."""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

BIN = Path(sys.executable).parent
TEMPLATES = [str(path) for path in sorted(Path("src").glob("**/templates"))]
CHECKS: list[tuple[str, list[str]]] = [
    ("types", [str(BIN / "mypy")]),
    ("lint", [str(BIN / "ruff"), "check", "."]),
    ("format", [str(BIN / "ruff"), "format", "--check", "."]),
    ("floors", [str(BIN / "lint-imports"), "--no-logo"]),
    ("templates", [str(BIN / "djlint"), "--lint", "--quiet", *TEMPLATES]),
    ("translations", [sys.executable, "-m", "tools.translations", "check"]),
    ("migrations", [sys.executable, "manage.py", "makemigrations", "--check", "--dry-run"]),
    ("system", [sys.executable, "manage.py", "check", "--fail-level", "WARNING"]),
    ("licences", [sys.executable, "-m", "tools.licences"]),
]


def run(check: tuple[str, list[str]]) -> tuple[str, int, float, str]:
    """One check: its name, exit code, seconds and what it printed."""
    name, command = check
    started = time.monotonic()
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "puebla.config.settings.test"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    return name, done.returncode, time.monotonic() - started, done.stdout + done.stderr


def main() -> int:
    """Run all checks; 0 when all are well."""
    started = time.monotonic()
    failed = []
    with ThreadPoolExecutor(max_workers=2) as pool:
        for name, code, seconds, output in pool.map(run, CHECKS):
            print(f"{'ok    ' if code == 0 else 'FAILED'} {name:<13} {seconds:5.1f} s", flush=True)
            if code:
                failed.append(name)
                print(output)
    print(f"{len(CHECKS) - len(failed)} passed, {len(failed)} failed in {time.monotonic() - started:.0f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
