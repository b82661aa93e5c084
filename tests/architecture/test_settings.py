"""Every variable of the environment that the code reads stands in the manual, and the manual names no other."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MANUAL = ROOT / "docs" / "reference" / "settings.md"
NAME = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*")


def variables_in(source: str) -> Iterator[str]:
    """Names read from `os.environ` or `os.getenv`; where a name is computed, every literal that could be one."""
    tree = ast.parse(source)
    computed = False
    for node in ast.walk(tree):
        asked = _asked(node)
        if isinstance(asked, ast.Constant) and isinstance(asked.value, str):
            yield asked.value
        elif asked is not None:
            computed = True
    if computed:
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and NAME.fullmatch(node.value):
                yield node.value


def _asked(node: ast.AST) -> ast.expr | None:
    """The expression that names the variable, where this node reads one."""
    if isinstance(node, ast.Subscript) and _is_environ(node.value):
        return node.slice
    if isinstance(node, ast.Compare) and any(_is_environ(one) for one in node.comparators):
        return node.left
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
        of_environ = _is_environ(node.func.value) and node.func.attr in {"get", "setdefault", "pop"}
        if of_environ or node.func.attr == "getenv":
            return node.args[0]
    return None


def _is_environ(node: ast.expr) -> bool:
    return (isinstance(node, ast.Attribute) and node.attr == "environ") or (
        isinstance(node, ast.Name) and node.id == "environ"
    )


#: What a process of ours hands on to its own child without looking at it.
HANDED_ON = ROOT / "src" / "puebla" / "core" / "files" / "supervision.py"


def read_by_the_code() -> set[str]:
    return {
        name
        for path in (ROOT / "src").rglob("*.py")
        if path != HANDED_ON
        for name in variables_in(path.read_text(encoding="utf-8"))
    }


def named_in_the_manual() -> set[str]:
    cells = [
        line.split("|")[1]
        for line in MANUAL.read_text(encoding="utf-8").splitlines()
        if line.startswith("| `")
    ]
    return {name for cell in cells for name in re.findall(r"`([^`]+)`", cell)}


def test_every_variable_that_the_code_reads_stands_in_the_manual():
    assert read_by_the_code() - named_in_the_manual() == set()


def test_the_manual_names_no_variable_that_nobody_reads():
    assert named_in_the_manual() - read_by_the_code() == set()


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ('os.environ["A_B"]', {"A_B"}),
        ('os.environ.get("A_B", "C_D")', {"A_B"}),
        ('os.getenv("A_B")', {"A_B"}),
        ('environ.setdefault("A_B", "x")', {"A_B"}),
        ('"A_B" in os.environ', {"A_B"}),
        ('for name in ("A_B", "C_D"):\n    os.environ.get(name)', {"A_B", "C_D"}),
        ('print("A_B")', set()),
    ],
)
def test_every_way_of_reading_a_variable_is_seen(source, names):
    assert set(variables_in(source)) == names
