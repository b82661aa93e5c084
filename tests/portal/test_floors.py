"""The portal reads what was released to it, and nothing else can reach it by a mistaken import."""

import ast
from pathlib import Path

import puebla.portal

ALLOWED = {"portal", "publications", "core", "theme"}
FORBIDDEN_ATTRIBUTES = {"person", "session", "user", "_messages", "COOKIES"}
MODULES = sorted(Path(puebla.portal.__file__).parent.rglob("*.py"))
#: What the editors' pages below /cms/ ask; no reader's page passes it.
EDITORS = {"wagtail_hooks.py"}


def test_the_portal_imports_only_publications_core_and_theme():
    rooms = set()
    for module in MODULES:
        for node in ast.walk(ast.parse(module.read_text())):
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            rooms |= {name.split(".")[1] for name in names if name.startswith("puebla.")}

    assert rooms <= ALLOWED


def test_no_view_of_the_portal_looks_at_who_asks():
    looked_at = {
        node.attr
        for module in MODULES
        if module.name not in EDITORS
        for node in ast.walk(ast.parse(module.read_text()))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "request"
    }

    assert not looked_at & FORBIDDEN_ATTRIBUTES
