"""`python -m benchmarks`: measure, print the ratios, write them where programs read them."""

import argparse
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from benchmarks import (
    circulars,
    decisions,
    files,
    indexing,
    instance,
    measures,
    meetings,
    plan,
    statistics,
    web,
)

OUTPUT = Path(__file__).resolve().parent.parent / "var" / "bench.json"
SIZES = [1_000_000, 10_000_000]
OF_THE_SECRETARIAT = [
    *web.PAGE_GOALS, web.MEMORY, web.HIDDEN, web.HIDDEN_IN_SEARCH, web.HIDDEN_IN_MEETING, web.START, indexing.PAGES_PER_S,
    files.EXTRACT, files.IMPORT, circulars.SEND, circulars.MESSAGES_PER_S, circulars.QUERIES, decisions.IMPORT, *meetings.PACKS,
    plan.XLSX, plan.XLSX_MEMORY,
]  # fmt: skip
NAMES = [*OF_THE_SECRETARIAT, *statistics.names(SIZES)]


@dataclass(frozen=True)
class Effort:
    """How long each thing is measured; more settles the medians."""

    rounds: int = 7
    seconds: float = 1.5
    pairs: int = 300
    starts: int = 5
    pages: int = 200
    files: int = 60
    indexed: int = 1_000
    recipients: int = circulars.PEOPLE
    packed: int = meetings.FILES


QUICK = Effort(
    rounds=1, seconds=0.2, pairs=6, starts=1, pages=20, files=4, indexed=50, recipients=20, packed=6
)


def main(arguments: list[str] | None = None) -> int:
    """Run; 0 when everything asked for was measured (kept or missed), 1 when something could not be."""
    options = _parser().parse_args(arguments)
    sizes = options.observations or ([100_000] if options.quick else SIZES[:1])
    known = [*OF_THE_SECRETARIAT, *statistics.names(sizes)]
    wanted = set(options.only or known)
    effort = QUICK if options.quick else Effort()
    started = time.monotonic()
    found, failed = [], 0
    with ExitStack() as stack:
        chains: list[Iterator[Step]] = []
        if wanted & {*OF_THE_SECRETARIAT}:
            env = stack.enter_context(instance.temporary())
            chains.append(_steps(wanted, effort, options, env))
        if wanted - {*OF_THE_SECRETARIAT}:
            chains.append(statistics.steps(wanted, sizes, rounds=effort.rounds, say=_say))
        for step in chain.from_iterable(chains):
            try:
                for one in step():
                    _say(
                        f"  {one.name}: {one.value:g} {one.unit}"
                        + (f", ratio {one.ratio:g}" if one.ratio else "")
                    )
                    found.append(one)
            except Exception:
                traceback.print_exc()
                failed += 1
    found.sort(key=lambda one: known.index(one.name))
    measures.write(found, options.output)
    print(measures.as_table(found))
    _say(f"Measured in {time.monotonic() - started:.0f} s; written to {_short(options.output)}.")
    return 1 if failed else 0


Step = Callable[[], Iterator[measures.Measure]]


def _steps(
    wanted: set[str], effort: Effort, options: argparse.Namespace, env: dict[str, str]
) -> Iterator[Step]:
    """What is to be done, dearest preparation last; the store is filled only where it is asked of."""
    sizes = instance.Sizes(
        options.documents, options.people, options.rooms, options.publications, options.hidden
    )
    stood = instance.prepared(env, sizes, _say, options.tables)
    if files.EXTRACT in wanted:
        _say("Reading a long PDF …")
        yield lambda: iter([files.extraction(pages=effort.pages, rounds=max(1, effort.starts - 2))])
    if web.START in wanted:
        _say("Starting the web server …")
        yield lambda: iter([web.cold_start(stood, rounds=effort.starts)])
    if wanted & {*web.PAGE_GOALS, web.MEMORY}:
        _say("Asking for pages …")
        yield lambda: web.page_measures(stood, wanted, rounds=effort.rounds, seconds=effort.seconds)
    for name in (web.HIDDEN, web.HIDDEN_IN_SEARCH, web.HIDDEN_IN_MEETING):
        if name in wanted:
            _say(f"Asking beside {sizes.hidden:,} hidden documents …")
            yield lambda name=name: iter([web.hidden_rows(stood, name, pairs=effort.pairs)])
    if files.IMPORT in wanted:
        _say(f"Taking in {effort.files} files …")
        yield lambda: iter([files.importing(stood, files=effort.files)])
    if wanted & {circulars.SEND, circulars.MESSAGES_PER_S, circulars.QUERIES}:
        _say(f"Sending a circular to {effort.recipients} people …")
        yield lambda: iter(circulars.sending(stood, wanted, people=effort.recipients))
    if decisions.IMPORT in wanted:
        _say("Bringing in a text …")
        yield lambda: iter([decisions.importing()])
    if wanted & {*meetings.PACKS}:
        _say(f"Packing {effort.packed} files …")
        rounds = max(1, effort.rounds // 2)
        yield lambda: meetings.packing(wanted, files=effort.packed, rounds=rounds)
    if wanted & {plan.XLSX, plan.XLSX_MEMORY}:
        _say(f"Writing the matrix of {plan.COMMITMENTS:,} commitments …")
        yield lambda: plan.exporting(stood, wanted)
    if indexing.PAGES_PER_S in wanted:
        # Last, since it empties the index of this run's copy first.
        _say(f"Indexing {effort.indexed:,} documents …")
        yield lambda: iter([indexing.pages_per_s(stood, documents=effort.indexed)])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Measure the secretariat and the statistics engine."
    )
    parser.add_argument("--only", nargs="+", metavar="NAME", choices=NAMES, help=f"of: {', '.join(NAMES)}")
    parser.add_argument("--documents", type=int, default=20_000)
    parser.add_argument("--people", type=int, default=500)
    parser.add_argument("--rooms", type=int, default=100)
    parser.add_argument("--publications", type=int, default=5_000)
    parser.add_argument(
        "--observations", type=int, nargs="+", metavar="N",
        help="sizes of the synthetic cube (1000000; with --quick 100000); for both of the goals: 1000000 10000000",
    )  # fmt: skip
    parser.add_argument("--hidden", type=int, default=10_000, help="hidden rows added for their measure")
    parser.add_argument(
        "--quick", action="store_true", help="a short look: figures unsettled, nothing to be quoted"
    )
    parser.add_argument(
        "--tables", type=Path, metavar="FILE",
        help="an SQLite database that every migration has made, to be copied instead of made",
    )  # fmt: skip
    parser.add_argument("--output", type=Path, default=OUTPUT, help="where the list is written")
    return parser


def _say(sentence: str) -> None:
    """Progress, apart from the table."""
    print(sentence, file=sys.stderr, flush=True)


def _short(path: Path) -> str:
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


if __name__ == "__main__":
    sys.exit(main())
