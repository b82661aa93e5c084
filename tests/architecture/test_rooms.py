"""The rooms of the house: one set of names inside each, and no door between them that nobody sees."""

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src" / "puebla"
APPS = (
    "portal",
    "intranet",
    "api",
    "plan",
    "statistics",
    "decisions",
    "meetings",
    "circulars",
    "texts",
    "documents",
    "notices",
    "members",
    "accounts",
    "publications",
    "theme",
)
NAMES = {
    "__init__", "models", "querysets", "rules", "actions", "forms", "views", "urls", "apps", "admin",
    "management", "templates", "static", "templatetags", "migrations",
}  # fmt: skip
#: What a framework asks for by name; each with its reason.
BESIDE = {
    ("accounts", "adapter"): "allauth asks its questions of an adapter",
    ("accounts", "sessions"): "Django asks for the sessions' module and the way to sign in by name",
    ("theme", "context"): "Django's context processor",
    ("portal", "wagtail_hooks"): "Wagtail asks for it by name",
}
#: The ground floor and the roof hold what belongs to no room; nothing comes in here without a line.
CORE = {
    "__init__", "alignment", "apps", "asks", "calendars", "channels", "citing", "files", "guards", "handing_over", "interface", "journal", "languages", "mail", "management", "memory", "migrations", "models", "news",
    "operations", "phrases", "prepared", "registry", "rows", "search", "sheets", "symbols", "tables", "ticks", "typesetting", "verdicts", "wording", "words", "workdays", "zones",
}  # fmt: skip
CONFIG = {
    "__init__", "actions", "apps", "checks", "cli", "demonstration", "editions", "formats", "founding", "locale", "management", "middleware",
    "operations", "rules", "settings", "templates", "urls", "views", "wsgi",
}  # fmt: skip
CATCH_ALLS = {"utils", "util", "helpers", "services", "selectors", "managers", "signals", "misc", "common"}


def names_in(folder):
    """Modules and folders that stand directly in this one."""
    return {path.stem for path in folder.iterdir() if path.suffix == ".py" or path.is_dir()} - {"__pycache__"}


def modules():
    return [path for path in sorted(SOURCE.rglob("*.py")) if "migrations" not in path.parts]


@pytest.mark.parametrize("app", APPS)
def test_a_room_holds_only_the_modules_every_room_may_have(app):
    beside = {name for of, name in BESIDE if of == app}

    assert names_in(SOURCE / app) - NAMES - beside == set()


@pytest.mark.parametrize(("floor", "known"), [("core", CORE), ("config", CONFIG)])
def test_ground_floor_and_roof_hold_only_what_is_listed(floor, known):
    assert names_in(SOURCE / floor) - known == set()


def test_every_folder_of_the_house_is_a_room_known_here():
    folders = {path.name for path in SOURCE.iterdir() if path.is_dir()} - {"__pycache__", "locale"}

    assert folders == {*APPS, "core", "config"}


def test_every_exception_still_stands():
    assert [one for one in BESIDE if not (SOURCE / one[0] / f"{one[1]}.py").exists()] == []


def test_no_module_is_a_catch_all():
    named = {path.relative_to(SOURCE) for path in modules() if CATCH_ALLS & {*path.parts, path.stem}}

    assert named == set()


def test_no_signal_is_sent_or_heard_inside_the_house():
    """A signal is a call that nobody sees; only `post_migrate` is heard, to install what models cannot express."""
    heard = {
        path.relative_to(SOURCE).as_posix()
        for path in modules()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom)
        and (node.module or "").startswith(
            ("django.dispatch", "django.db.models.signals", "django.core.signals")
        )
    }

    assert heard == {"core/apps.py"}
