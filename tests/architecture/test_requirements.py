"""What is installed: fixed, hashed, from no address, and each direct choice explained."""

import ast
import re
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DIRECT = sorted((ROOT / "requirements").glob("*.in"))
COMPILED = sorted((ROOT / "requirements").glob("*.txt"))


def normal(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def direct():
    """The names that stand in requirements/*.in."""
    lines = [line.split("#")[0].strip() for path in DIRECT for line in path.read_text().splitlines()]
    return {normal(re.split(r"[\[=<>~! ;]", line)[0]) for line in lines if line and not line.startswith("-")}


def explained():
    """The names that have a row in the manual, with their reason."""
    page = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    return {
        normal(name): reason.strip() for name, reason in re.findall(r"^\| `([^`]+)` \| ([^|]+)\|", page, re.M)
    }


def test_every_direct_requirement_has_its_reason():
    assert sorted(name for name in direct() if len(explained().get(name, "")) < 20) == []


def test_no_reason_is_given_for_what_is_not_required():
    assert sorted(set(explained()) - direct()) == []


@pytest.mark.parametrize("path", COMPILED, ids=lambda path: path.name)
def test_every_package_is_fixed_and_hashed(path):
    packages = re.split(r"\n(?=[a-zA-Z0-9])", path.read_text())
    named = [one for one in packages if re.match(r"[a-zA-Z0-9]", one)]

    assert named
    assert [
        one.split()[0] for one in named if "==" not in one.split()[0] or "--hash=sha256:" not in one
    ] == []


@pytest.mark.parametrize("path", [*COMPILED, *DIRECT], ids=lambda path: path.name)
def test_no_address_stands_in_requirements(path):
    assert re.findall(r"https?://\S+|--(?:extra-)?index-url\s\S+|--find-links\s\S+", path.read_text()) == []


@pytest.mark.parametrize("path", DIRECT, ids=lambda path: path.name)
def test_what_is_asked_for_is_in_what_is_compiled(path):
    compiled = {
        normal(one) for one in re.findall(r"^([A-Za-z0-9._-]+)==", path.with_suffix(".txt").read_text(), re.M)
    }
    asked = [line.split("#")[0].strip() for line in path.read_text().splitlines()]
    names = {normal(re.split(r"[\[=<>~! ;]", one)[0]) for one in asked if one and not one.startswith("-")}

    assert names - compiled == set()


def imported():
    """Packages of others that our own modules import, wherever in them; what `make spark` adds is told apart by its own list."""
    found = set()
    for path in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {one.name.split(".")[0] for one in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.split(".")[0])
    return found - set(sys.stdlib_module_names) - {"puebla", "siemmes", "pyspark"}


def test_what_the_program_imports_is_installed_without_the_tests():
    installed = {
        normal(one)
        for one in re.findall(
            r"^([A-Za-z0-9._-]+)==", (ROOT / "requirements" / "secretariat.txt").read_text(), re.M
        )
    }
    brought_by = packages_distributions()

    missing = [
        one for one in imported() if not {normal(name) for name in brought_by.get(one, [])} & installed
    ]

    assert missing == []


def test_the_installers_lock_is_not_kept_because_it_records_addresses():
    ignored = (ROOT / ".gitignore").read_text().splitlines()
    kept = subprocess.run(
        ["git", "ls-files", "uv.lock"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout

    assert "uv.lock" in ignored
    assert kept == ""
