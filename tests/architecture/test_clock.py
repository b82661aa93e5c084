"""The clock is read at the house's edge and handed down as `at`, so that an act has one instant and a test chooses it."""

import ast
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2] / "src" / "puebla"
#: Calls that read the clock, by their last two names.
CLOCKS = {
    ("timezone", "now"), ("timezone", "localdate"), ("timezone", "localtime"), ("datetime", "now"),
    ("datetime", "today"), ("datetime", "utcnow"), ("date", "today"), ("time", "time"),
}  # fmt: skip
#: Places further in that read it, by module and function.
REASONS = {
    ("members/querysets/__init__.py", "reach_of"): "the instant of the question unless one is handed down",
    ("accounts/sessions.py", "_get_session_from_db"): "Django asks for a session as it is now",
    ("config/middleware.py", "middleware"): "a cached page must not outlive an embargo's end",
    ("config/operations/health.py", "check_statistics"): "`puebla doctor` and /readyz ask now",
    ("config/operations/health.py", "check_backup"): "`puebla doctor` and /readyz ask now",
    ("config/actions.py", "examine"): "a job of the queue: its edge",
    ("config/operations/working.py", "run"): "the worker's own sign of life",
    ("core/ticks.py", "tick_at"): "whether an instant that was handed down is the one that is now",
    ("core/mail.py", "send_messages"): "Django's own messages bring no instant",
    ("core/operations.py", "__call__"): "chores are called by the worker: their edge",
    ("core/operations.py", "check_queue"): "`puebla doctor` and /readyz ask now",
    ("core/search/building.py", "write_behind"): "a job of the queue: its edge",
    ("documents/actions/reading.py", "read_file"): "a job of the queue: its edge",
    ("meetings/actions/packs.py", "make_pack"): "a job of the queue: its edge",
    ("statistics/actions/reading.py", "read_now"): "a job of the queue: its edge",
    ("members/apps.py", "permissions_now"): "the CMS asks now",
    ("members/apps.py", "holders_now"): "the CMS asks now",
    ("portal/actions/pages.py", "_now"): "Wagtail's own acts bring no instant",
    ("portal/querysets/__init__.py", "reference_to"): "a block of a page is drawn now",
    ("members/querysets/__init__.py", "reaches"): "the default of `at`: a question asked now",
    ("documents/querysets.py", "shared_keys"): "the default of `at`: a question asked now",
    ("documents/querysets.py", "readers_of"): "a question asked now",
    ("documents/querysets.py", "named_for"): "a question asked now",
    ("documents/querysets.py", "why_i_see"): "a question asked now",
    ("theme/templatetags/theme.py", "clock"): "the difference to UTC on the day a page is read",
}


def is_edge(place):
    """Views, forms and commands translate the world's request: they may look at the clock."""
    inside = place.split("/")
    return "management" in inside or any(
        name in {"views", "views.py", "forms", "forms.py"} for name in inside
    )


def reads_clock(node):
    """Whether this call reads the clock; `timezone.localtime(at)` converts what it was given."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
        return False
    of = node.func.value
    owner = of.id if isinstance(of, ast.Name) else of.attr if isinstance(of, ast.Attribute) else ""
    if (owner, node.func.attr) not in CLOCKS:
        return False
    return node.func.attr not in {"localdate", "localtime"} or not node.args


def readings():
    """Every (module, function) away from the edge in which the clock is read."""
    for path in sorted(SOURCE.rglob("*.py")):
        place = path.relative_to(SOURCE).as_posix()
        if is_edge(place) or "migrations" in path.parts:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
        for node in ast.walk(tree):
            if reads_clock(node):
                inner = node
                while not isinstance(inner, ast.FunctionDef | ast.Module):
                    inner = parents[inner]
                yield place, getattr(inner, "name", "")


def test_the_clock_is_read_at_the_edge_or_with_a_reason_listed():
    assert sorted(set(readings()) - set(REASONS)) == []


def test_no_reason_outlives_its_reading():
    assert sorted(set(REASONS) - set(readings())) == []


def test_rules_and_models_never_read_the_clock():
    names = {place for place, _function in readings()}

    assert {place for place in names if place.rsplit("/", 1)[-1] in {"rules.py", "models.py"}} == set()
