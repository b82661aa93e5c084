"""What a page costs: its rate beside the yardstick's, the effect of hidden rows, the worker's memory, a cold start."""

import compileall
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from itertools import cycle, islice
from pathlib import Path
from urllib.parse import quote

from benchmarks import decisions
from benchmarks.calendars import calendar_of
from benchmarks.instance import Instance
from benchmarks.load import Busy, Target, Tour, checked, paired_rates, paired_sums
from benchmarks.measures import Goal, Measure, measure
from benchmarks.meetings import HIDDEN as HIDDEN_PAPERS
from benchmarks.meetings import PAPERS, page_of_a_meeting, papers_shown
from benchmarks.plan import page_of_the_matrix
from benchmarks.questions import QUESTIONS, address, different, narrowings
from benchmarks.servers import PAGES, ROOT, YARDSTICK, command, free_port, serving, stop, wait_for

LIST, SEARCH, PUBLIC_SEARCH = "/en/intranet/documents/", "/en/intranet/search/", "/en/search/"
#: How many narrowed lists of the public documents visitors go through again and again.
NARROWED = 200
#: name → least share of the yardstick; 0 where it is told without a goal
PAGE_GOALS = {
    "web.documents.list.signed_in": 0.02,
    "web.documents.record.signed_in": 0.02,
    "web.desk": 0.01,
    "web.meeting.page.signed_in": 0.02,
    "web.search.signed_in": 0.01,
    "web.search.anonymous": 0.02,
    "web.facets.anonymous": 0.05,
    "web.facets.uncached": 0.0,
    "web.portal.home.anonymous": 0.25,
    "web.portal.documents.anonymous": 0.25,
    "web.portal.record.anonymous": 0.25,
    "feeds.atom": 0.05,
    "calendar.ics": 0.01,
    "oai.page": 0.05,
    "sitemap": 0.05,
    # What fills the store with thirty years of decisions and the plan comes last: the others ask of papers alone.
    decisions.ASKS: 0.02,
    decisions.ASKS_BUSY: 0.0,
    "web.plan.matrix": 0.01,
    decisions.TREE: 0.01,
    decisions.SEARCH: 0.01,
}
MEMORY, HIDDEN, START = "web.worker.rss_mb", "web.documents.hidden_rows", "web.cold_start"
HIDDEN_IN_SEARCH, HIDDEN_IN_MEETING = "web.search.hidden_rows", "web.meeting.page.hidden_rows"
ACCEPTED = {"Accept-Encoding": "gzip, deflate, br"}


def page_measures(instance: Instance, wanted: set[str], *, rounds: int, seconds: float) -> Iterator[Measure]:
    """Each page's rate as a share of the yardstick's in the same minute; then the worker's memory."""
    with serving(PAGES, instance.env) as pages, serving(YARDSTICK, instance.env) as bare:
        yardstick = Target(bare.port, "/")
        for name, goal in PAGE_GOALS.items():
            if name not in wanted:
                continue
            target = _page(instance, name, pages.port)
            for one in target.targets[:20]:
                checked(one)
            rate, of, share = paired_rates(target, yardstick, rounds=rounds, seconds=seconds)
            yield measure(
                name, rate, "requests/s", reference=of, ratio=share, goal=Goal(goal) if goal else None
            )
        if MEMORY in wanted:
            for name in PAGE_GOALS:
                targets = cycle(_page(instance, name, pages.port).targets)
                for target in islice(targets, 20):
                    checked(target)
            yield measure(MEMORY, pages.worker_memory_mb(), "MB", goal=Goal(200, at_least=False))


def _page(instance: Instance, name: str, port: int) -> Tour:
    """What is asked for under this name; more than one address where one answer would tell little.

    `web.facets.anonymous` goes through two hundred narrowed lists in turn, as visitors do: each is made once and then answered
    from the store until something public changes; `web.facets.uncached` never asks for the same list twice.
    """
    actors = instance.actors
    if name == "calendar.ics":
        return Tour([Target(port, calendar_of(actors.coordinator_id), headers=ACCEPTED)])
    if name == "web.meeting.page.signed_in":
        path = page_of_a_meeting(actors.delegate_id)
        shown = papers_shown(checked(Target(port, path, cookie=actors.delegate)))
        if shown != PAPERS - HIDDEN_PAPERS:
            raise AssertionError(f"The meeting's page shows {shown} papers to its reader.")
        return Tour([Target(port, path, cookie=actors.delegate, headers=ACCEPTED)])
    if name == decisions.TREE:
        target = Target(port, decisions.path_of_a_decision(), cookie=actors.delegate, headers=ACCEPTED)
        shown = decisions.shown(checked(Target(port, target.path, cookie=actors.delegate)))
        if shown < decisions.PARAGRAPHS:
            raise AssertionError(f"The decision's page shows {shown} paragraphs to its reader.")
        return Tour([target])
    if name in (decisions.ASKS, decisions.ASKS_BUSY):
        page_of_the_matrix()
        target = Target(
            port, decisions.path_of_asks(actors.delegate_id), cookie=actors.delegate, headers=ACCEPTED
        )
        asked = decisions.asked(checked(Target(port, target.path, cookie=actors.delegate)))
        if asked < decisions.PARAGRAPHS:
            raise AssertionError(f"Of the party of its reader {asked} things are asked.")
        if name == decisions.ASKS_BUSY:
            return Busy([target], write=lambda: decisions.work_on(actors.delegate_id))
        return Tour([target])
    if name == decisions.SEARCH:
        return Tour([Target(port, decisions.path_of_a_search(), cookie=actors.delegate, headers=ACCEPTED)])
    if name == "web.plan.matrix":
        return Tour([Target(port, page_of_the_matrix(), cookie=actors.coordinator, headers=ACCEPTED)])
    narrowed = narrowings(instance.public_codes(), 20_000) if name.startswith("web.facets.") else []
    asked = {
        "web.documents.list.signed_in": [(LIST, actors.coordinator)],
        "web.documents.record.signed_in": [(f"{LIST}{quote(actors.record)}/", actors.coordinator)],
        "web.desk": [("/en/intranet/", actors.coordinator), ("/en/intranet/", actors.delegate)],
        "web.search.signed_in": [
            (address(SEARCH, one), who) for one in QUESTIONS for who in (actors.coordinator, actors.delegate)
        ],
        # The site remembers its answers: so that answering is measured, nothing is asked twice.
        "web.search.anonymous": [(address(PUBLIC_SEARCH, one), "") for one in different(20_000)],
        "web.facets.anonymous": [(address("/en/documents/", one), "") for one in narrowed[:NARROWED]],
        "web.facets.uncached": [(address("/en/documents/", one), "") for one in narrowed[NARROWED:]],
        "web.portal.home.anonymous": [("/en/", "")],
        "web.portal.documents.anonymous": [("/en/documents/", "")],
        "web.portal.record.anonymous": [(f"/en/documents/{quote(actors.public)}/", "")],
        "feeds.atom": [("/feeds/documents.atom?lang=es", "")],
        "oai.page": [("/oai?verb=ListRecords&metadataPrefix=oai_dc", "")],
        "sitemap": [("/sitemap.xml", "")],
    }[name]
    return Tour([Target(port, path, cookie=cookie, headers=ACCEPTED) for path, cookie in asked])


def hidden_rows(instance: Instance, name: str, *, pairs: int) -> Measure:
    """What a delegate asks of a store with thousands of hidden rows beside the same store without them."""
    env, there = instance.with_hidden_rows()
    here = instance.actors
    paths = [LIST] if name == HIDDEN else [address(SEARCH, one) for one in QUESTIONS]
    if name == HIDDEN_IN_MEETING:
        paths = [page_of_a_meeting(here.delegate_id)]
        with instance.over_hidden_rows():
            page_of_a_meeting(there.delegate_id, more_hidden=instance.sizes.hidden)
    with serving(PAGES, instance.env) as plain, serving(PAGES, env) as hidden:
        asked = [
            (Target(hidden.port, path, cookie=there.delegate, headers=ACCEPTED),
             Target(plain.port, path, cookie=here.delegate, headers=ACCEPTED))
            for path in paths
        ]  # fmt: skip
        for with_them, without in asked:
            if _total(checked(without)) != _total(checked(with_them)):
                raise AssertionError(f"The hidden rows are not hidden: {without.path} counts differently.")
        took, reference, ratio = paired_sums(asked, times=max(2, pairs // len(paths)))
    return measure(
        name, took * 1000, "ms", reference=reference * 1000, ratio=ratio, goal=Goal(1.10, at_least=False)
    )


def _total(page: bytes) -> bytes | int:
    """The sentence of the page that counts; of a meeting's page, its papers."""
    return papers_shown(page) or page.partition(b'role="status">')[2].partition(b"\n")[0]


def cold_start(instance: Instance, *, rounds: int) -> Measure:
    """From the start of the server's process to its first page, over the time of `django.setup()` alone."""
    for folder in (ROOT / "src" / "puebla", ROOT / "benchmarks"):
        compileall.compile_dir(folder, quiet=2)
    pairs = [(_first_page(instance.env), _setup(instance.env)) for _again in range(rounds)]
    return measure(
        START,
        statistics.median(start for start, _setup in pairs),
        "s",
        reference=statistics.median(setup for _start, setup in pairs),
        ratio=statistics.median(start / setup for start, setup in pairs),
        goal=Goal(2, at_least=False),
    )


def _first_page(env: Mapping[str, str]) -> float:
    port = free_port()
    started = time.perf_counter()
    process = subprocess.Popen(command(PAGES, port), env=dict(env), cwd=ROOT, start_new_session=True)
    try:
        return wait_for(Target(port, "/en/"), process) - started
    finally:
        stop(process)


def _setup(env: Mapping[str, str]) -> float:
    started = time.perf_counter()
    subprocess.run(
        [sys.executable, "-c", "import django; django.setup()"],
        env=dict(env) | {"DJANGO_SETTINGS_MODULE": "puebla.config.settings.production"},
        cwd=Path(ROOT), check=True,
    )  # fmt: skip
    return time.perf_counter() - started
