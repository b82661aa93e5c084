"""The statistics engine beside what its users could take instead, everything in one run on one machine."""

import csv
import datetime as dt
import io
import json
import statistics as stats
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any, cast

import duckdb

from benchmarks import peers, synthetic
from benchmarks.measures import Goal, Measure, measure
from siemmes.cube.layout import CUBE
from siemmes.cube.questions import Question
from siemmes.disclosure import trial
from siemmes.disclosure.coverage import TOTAL
from siemmes.intake.judging import validate
from siemmes.intake.markup import read_markup
from siemmes.intake.rules.alone import codes_known, signs
from siemmes.model.catalogue import structure
from siemmes.release.store import Store
from siemmes.sdmx.formats import format_of

MILLION = 1_000_000
TODAY = dt.date(2026, 3, 2)
SERIES, SERIES_DUCKDB, SLICE = "siemmes.series", "siemmes.series.duckdb", "siemmes.slice"
COUNTRY_YEAR, ALL = "siemmes.aggregate.country_year", "siemmes.aggregate.all"
CSV, JSON, CSV_PYSDMX, ML = (
    "siemmes.export.csv",
    "siemmes.export.json",
    "siemmes.export.csv.pysdmx",
    "siemmes.export.ml",
)
READ_ML, VALIDATE, VALIDATE_VTL = "siemmes.read.ml", "siemmes.validate", "siemmes.validate.vtlengine"
VALIDATE_ALIKE, VALIDATE_MEMORY = "siemmes.validate.vtlengine.alike", "siemmes.validate.memory"
RELEASE, RELEASE_HELD = "siemmes.release", "siemmes.release.held_back"
BYTES, BYTES_MAPPED = "siemmes.store.bytes_per_obs", "siemmes.store.bytes_per_obs.mapped"
SWAP, SWAP_WRONG = "siemmes.swap", "siemmes.swap.wrong_answers"
DISCLOSURE = ("siemmes.disclosure.exact", "siemmes.disclosure.exact_knowing", "siemmes.disclosure.narrow",
              "siemmes.disclosure.share", "siemmes.disclosure.seconds")  # fmt: skip
#: The share of cells that the modular method of pytauargus hides, and what comes with it; then its optimal method.
PEER_TAU = tuple(
    f"siemmes.disclosure.pytauargus{method}{name}"
    for method in ("", ".opt")
    for name in ("", ".exact", ".exact_knowing", ".narrow", ".seconds")
)
START, START_RELEASES, MEMORY = "siemmes.start", "siemmes.start.releases", "siemmes.memory"
OF_THE_CUBE = [
    SERIES, SERIES_DUCKDB, SLICE, COUNTRY_YEAR, ALL, CSV, JSON, CSV_PYSDMX, ML, READ_ML, VALIDATE, VALIDATE_VTL, VALIDATE_ALIKE, VALIDATE_MEMORY, RELEASE,
    BYTES, BYTES_MAPPED, MEMORY,
]  # fmt: skip
NAMES = [*OF_THE_CUBE, RELEASE_HELD, SWAP, SWAP_WRONG, *DISCLOSURE, *PEER_TAU, START, START_RELEASES]
#: Rows of the cube that has confidential series in it; a tenth of them for a short look.
HELD = MILLION
#: Rows that pysdmx is given: a million of them take it minutes.
FEW = 50_000


def names(sizes: list[int]) -> list[str]:
    """The names of the measures: the first size has the plain ones."""
    return [*NAMES, *(f"{name}.{_size(size)}" for size in sizes[1:] for name in OF_THE_CUBE)]


def _size(observations: int) -> str:
    return f"{observations // MILLION}M" if observations % MILLION == 0 else f"{observations // 1000}k"


Step = Callable[[], Iterator[Measure]]


def steps(wanted: set[str], sizes: list[int], *, rounds: int, say: Callable[[str], None]) -> Iterator[Step]:
    """What is to be done for the measures that are wanted, size by size; one that fails leaves the others standing."""
    for place, size in enumerate(sizes):
        suffix = f".{_size(size)}" if place else ""
        here = {name for name in OF_THE_CUBE if name + suffix in wanted}
        if here:
            with Bench(size, rounds, say) as bench:
                for these, step in bench.steps():
                    if these & here:
                        yield partial(_chosen, step, here, suffix)
    if RELEASE_HELD in wanted:
        say("Building a release with confidential figures in it …")
        yield lambda: iter([held_back(HELD if rounds > 1 else HELD // 10)])
    if wanted & {SWAP, SWAP_WRONG}:
        say("Swapping releases under readers …")
        yield partial(_chosen, partial(swapped, few=rounds == 1), wanted)
    if wanted & {*DISCLOSURE, *PEER_TAU}:
        say("Protecting the border table …")
        yield partial(_chosen, protected, wanted)
    for name, arguments in ((START, ["--help"]), (START_RELEASES, ["releases", "--store", "/nonexistent"])):
        if name in wanted:
            yield partial(_start_of, name, arguments, rounds)


def _chosen(step: Step, wanted: set[str], suffix: str = "") -> Iterator[Measure]:
    for one in step():
        if one.name in wanted:
            yield replace(one, name=one.name + suffix)


def timed(act: Callable[[], Any], rounds: int) -> float:
    """The median of the seconds that something takes."""
    found = []
    for _ in range(rounds):
        start = time.perf_counter()
        act()
        found.append(time.perf_counter() - start)
    return stats.median(found)


def in_turns(
    one: Callable[[], Any], other: Callable[[], Any], rounds: int, *, each: int = 1
) -> tuple[float, float]:
    """The medians of two acts done in turns, so that what else the machine does falls on both.

    Args:
        each: how often one is done before the other's turn: what takes less than a millisecond is else measured in caches
            that the other has just emptied.
    """
    both: tuple[list[float], list[float]] = ([], [])
    for _ in range(max(1, rounds // each)):
        for act, found in zip((one, other), both, strict=True):
            for _again in range(each):
                start = time.perf_counter()
                act()
                found.append(time.perf_counter() - start)
    return stats.median(both[0]), stats.median(both[1])


def absent(name: str, value: float, unit: str, peer: str, why: object) -> Measure:
    """A measure whose peer is not there: it is reported and judged by nothing."""
    print(f"  {peer} is absent: {why}", file=sys.stderr, flush=True)
    return measure(name, value, f"{unit} ({peer} absent)")


def _quicker(name: str, ours: float, theirs: float, goal: float) -> Measure:
    """Acts a second beside the reference's."""
    return measure(name, 1 / ours, "1/s", reference=1 / theirs, goal=Goal(goal))


@dataclass
class Bench:
    """The cube of one size, published, beside its peers."""

    observations: int
    rounds: int
    say: Callable[[str], None]
    _stack: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> "Bench":
        self.folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="siemmes-bench-")))
        self.source = self.folder / "cube.csv"
        self.say(f"Drawing {self.observations:,} observations …")
        self.observations = synthetic.write(self.source, self.observations)
        self.many, self.few = max(20, self.rounds * 40), max(1, min(3, self.rounds))
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @cached_property
    def store(self) -> Store:
        """A store with the cube as its release."""
        self.say("Building the release …")
        store = Store(self.folder / "store")
        self.path = self._released(store)
        self._stack.callback(store.close)
        return store

    def _released(self, store: Store) -> Path:
        """Bring the file into a store and publish it; the release's folder."""
        kept = store.submit(self.source, flow=synthetic.FLOW, sender=synthetic.SENDER, said=synthetic.SAID)
        if not kept.accepted:
            raise AssertionError(f"The synthetic cube was refused: {dict(kept.counts)}")
        return store.release(synthetic.FLOW).path

    @cached_property
    def duck(self) -> Any:
        """DuckDB on the store's own file: the same rows, the same order, asked by SQL."""
        assert self.store
        return self._stack.enter_context(closing(duckdb.connect(str(self.path / CUBE), read_only=True)))

    @cached_property
    def postgres(self) -> Any:
        """PostgreSQL with the cube and its two indexes; None where it is absent."""
        self.say("Loading PostgreSQL …")
        try:
            con = self._stack.enter_context(peers.postgresql())
        except peers.AbsentError as error:
            self.say(f"  PostgreSQL is absent: {error}")
            return None
        self._loaded(con, "obs")
        con.execute("VACUUM ANALYZE obs")
        return con

    def _loaded(self, con: Any, table: str) -> None:
        """Copy the file into a new table of PostgreSQL and index it."""
        columns = ", ".join(
            f'"{name}" {"bigint" if name == "OBS_VALUE" else "text"}' for name in synthetic.COLUMNS
        )
        con.execute(f"CREATE TABLE {table} ({columns})")
        with (
            self.source.open("rb") as file,
            con.cursor().copy(f"COPY {table} FROM STDIN (FORMAT csv, HEADER)") as copy,
        ):
            while chunk := file.read(1 << 20):
                copy.write(chunk)
        key = ", ".join(f'"{name}"' for name in synthetic.KEY)
        con.execute(f"CREATE UNIQUE INDEX ON {table} ({key})")
        con.execute(f'CREATE INDEX ON {table} ("REF_AREA", "TIME_PERIOD")')

    def steps(self) -> list[tuple[set[str], Step]]:
        """What is measured on this cube, each with the names of what it gives."""
        return [
            ({VALIDATE, VALIDATE_VTL, VALIDATE_ALIKE, VALIDATE_MEMORY}, self.validating),
            ({RELEASE, BYTES, BYTES_MAPPED}, self.releasing),
            ({SERIES, SERIES_DUCKDB}, self.one_series),
            ({SLICE}, self.slicing),
            ({COUNTRY_YEAR, ALL}, self.adding_up),
            ({CSV, JSON}, self.exporting),
            ({CSV_PYSDMX, ML, READ_ML}, self.beside_pysdmx),
            ({MEMORY}, self.remembering),
        ]

    # Intake

    def validating(self) -> Iterator[Measure]:
        """All rules on the file, beside DuckDB's own read of it; two rules of vtlengine beside all of ours, and beside the same
        two: no figure is negative, and codes are known. Every side reads the file and all of its columns."""
        self.say("Judging the file …")
        judge = partial(
            validate, self.source, flow=synthetic.FLOW, sender=synthetic.SENDER, said=synthetic.SAID, today=TODAY
        )  # fmt: skip

        def ours() -> None:
            judge()

        def theirs() -> None:
            with duckdb.connect() as con:
                con.execute(f"CREATE TABLE read AS SELECT * FROM read_csv('{self.source}')").fetchall()

        took, reading = in_turns(ours, theirs, self.few)
        yield measure(VALIDATE, took, "s", reference=reading, goal=Goal(5, at_least=False))
        yield measure(VALIDATE_MEMORY, self._peak_of_judging(), "MB", goal=Goal(800, at_least=False))
        alike = timed(lambda: judge(rules=(signs, codes_known)), self.few)
        try:
            seconds = peers.asked("vtlengine", peers.VTLENGINE, str(self.source), ",".join(synthetic.COLUMNS))
        except peers.AbsentError as error:
            for name, ours_took in ((VALIDATE_VTL, took), (VALIDATE_ALIKE, alike)):
                yield absent(name, 1 / ours_took, "1/s", "vtlengine", error)
        else:
            yield _quicker(VALIDATE_VTL, took, seconds, 5)
            yield _quicker(VALIDATE_ALIKE, alike, seconds, 5)

    def _peak_of_judging(self) -> float:
        """The peak memory of a process that judges the file, in MB."""
        script = (
            "import sys; from benchmarks.memory import peak_mb; from siemmes.cli import main\n"
            "code = main(['validate', sys.argv[1], '--flow', sys.argv[2], '--sender', sys.argv[3], '--say', sys.argv[4], '--quiet'])\n"
            "print(code, peak_mb())"
        )
        (said,) = (f"{name}={value}" for name, value in synthetic.SAID.items())
        run = subprocess.run(
            [sys.executable, "-c", script, str(self.source), synthetic.FLOW, synthetic.SENDER, said],
            cwd=peers.ROOT, capture_output=True, text=True, check=True,
        )  # fmt: skip
        code, peak = run.stdout.splitlines()[-1].split()
        if code != "0":
            raise AssertionError(f"The synthetic cube was refused: {run.stdout}")
        return float(peak)

    def releasing(self) -> Iterator[Measure]:
        """From a CSV file to a published release, judged and protected, beside COPY and indexes; and what it takes on disk.

        Both sides have done it once before, so that no start is counted: neither the server's, its connection and its first
        files, nor our reading of libraries and code lists.
        """
        assert self.store
        turns = self.few if self.observations < 5 * MILLION else 1
        beside = self.postgres is not None
        ours, theirs = zip(*(self._again(beside=beside) for _ in range(turns)), strict=True)
        if beside:
            yield _quicker(RELEASE, stats.median(ours), stats.median(theirs), 3)
        else:
            yield absent(RELEASE, 1 / stats.median(ours), "1/s", "PostgreSQL", "see above")
        mapped = sum(one.stat().st_size for one in (self.path / "columns").iterdir())
        yield measure(
            BYTES,
            (self.path / CUBE).stat().st_size / self.observations,
            "bytes",
            goal=Goal(10, at_least=False),
        )
        yield measure(BYTES_MAPPED, mapped / self.observations, "bytes", goal=Goal(12, at_least=False))

    def _again(self, *, beside: bool) -> tuple[float, float]:
        """The seconds of one release into a new store, and of one load into a new table; what was made is taken away after."""
        with (
            tempfile.TemporaryDirectory(dir=self.folder) as name,
            closing(Store(Path(name) / "store")) as store,
        ):
            ours = timed(partial(self._released, store), 1)
        if not beside:
            return ours, 0.0
        theirs = timed(partial(self._loaded, self.postgres, "again"), 1)
        self.postgres.execute("DROP TABLE again")
        return ours, theirs

    # Questions

    def _keys(self) -> Iterator[dict[str, str]]:
        count = self.observations // synthetic.MONTHS
        return (synthetic.key_of(number * 7919 % count) for number in range(10**9))

    def one_series(self) -> Iterator[Measure]:
        """One series in process as CSV, each time another."""
        self.say("Asking for single series …")
        ours, by_sql, by_server = self._keys(), self._keys(), self._keys()

        def answered() -> None:
            with self.store.asked(Question(synthetic.FLOW, next(ours))) as answer:
                found = b"".join(format_of("csv").write(answer))
            if found.count(b"\n") != synthetic.MONTHS + 1:
                raise AssertionError("A series lacks figures.")

        condition = " AND ".join(f'"{name}" = ${place}' for place, name in enumerate(synthetic.KEY[:9], 1))
        text = f'SELECT * FROM obs WHERE {condition} ORDER BY "TIME_PERIOD"'

        def duck() -> None:
            key = next(by_sql)
            rows = self.duck.execute(text, [key[name] for name in synthetic.KEY[:9]]).fetchall()
            _as_csv(rows)

        took, slow = in_turns(answered, duck, self.many, each=10)
        yield _quicker(SERIES_DUCKDB, took, slow, 10)
        if self.postgres is None:
            yield absent(SERIES, 1 / took, "1/s", "PostgreSQL", "see above")
            return
        marked = " AND ".join(f'"{name}" = %s' for name in synthetic.KEY[:9])
        query = f'SELECT * FROM obs WHERE {marked} ORDER BY "TIME_PERIOD"'

        def server() -> None:
            key = next(by_server)
            _as_csv(
                self.postgres.execute(
                    query, [key[name] for name in synthetic.KEY[:9]], prepare=True
                ).fetchall()
            )

        took, slow = in_turns(answered, server, self.many, each=10)
        yield _quicker(SERIES, took, slow, 5)

    def _copied(self, query: str) -> bytes:
        """What PostgreSQL's COPY gives for a query, the quickest way to CSV that it has."""
        with self.postgres.cursor().copy(f"COPY ({query}) TO STDOUT (FORMAT csv)") as copy:
            return b"".join(bytes(chunk) for chunk in copy)

    def slicing(self) -> Iterator[Measure]:
        """The rows of one country and year as CSV."""
        self.say("Asking for a country's year …")
        question = Question(synthetic.FLOW, {"REF_AREA": "GTM"}, start="2015", end="2015")

        def ours() -> bytes:
            with self.store.asked(question) as answer:
                return b"".join(format_of("csv").write(answer))

        key = ", ".join(f'"{name}"' for name in synthetic.KEY)
        where = "\"REF_AREA\" = 'GTM' AND \"TIME_PERIOD\" BETWEEN '2015-01' AND '2015-12'"
        query = f"SELECT * FROM obs WHERE {where} ORDER BY {key}"
        yield self._beside(SLICE, ours, lambda: self._copied(query), 3)

    def adding_up(self) -> Iterator[Measure]:
        """Sums of one country and year by sex and age, and of everything by country, year and sex."""
        self.say("Adding up …")
        large = self.observations >= 5 * MILLION
        where = {"REF_AREA": "GTM", "TRANSPORT": "AIR"}
        for name, question, query, goal in (
            (
                COUNTRY_YEAR,
                Question(
                    synthetic.FLOW, where, start="2015", end="2015", group_by=("SEX", "AGE"), totals="sum"
                ),
                (
                    'SELECT "SEX", "AGE", sum("OBS_VALUE"), count(*) FROM obs WHERE "REF_AREA" = \'GTM\' AND "TRANSPORT" = \'AIR\' '
                    "AND \"TIME_PERIOD\" BETWEEN '2015-01' AND '2015-12' GROUP BY 1, 2 ORDER BY 1, 2"
                ),
                3 if large else 1,
            ),
            (
                ALL,
                Question(synthetic.FLOW, group_by=("REF_AREA", "YEAR", "SEX"), totals="sum"),
                (
                    'SELECT "REF_AREA", left("TIME_PERIOD", 4), "SEX", sum("OBS_VALUE"), count(*) FROM obs GROUP BY 1, 2, 3 '
                    "ORDER BY 1, 2, 3"
                ),
                20 if large else None,
            ),
        ):

            def ours(question: Question = question) -> Any:
                with self.store.asked(question) as answer:
                    return answer.table()

            def theirs(query: str = query) -> Any:
                return self.postgres.execute(query).fetchall()

            yield self._beside(name, ours, theirs, goal)

    def _beside(
        self, name: str, ours: Callable[[], Any], theirs: Callable[[], Any], goal: float | None
    ) -> Measure:
        ours()
        if self.postgres is None:
            return absent(name, 1 / timed(ours, self.few), "1/s", "PostgreSQL", "see above")
        # What takes milliseconds is asked many times, so that no single moment of a busy machine decides.
        turns = self.many if timed(theirs, 1) < 0.1 else max(3, self.rounds)
        took, slow = in_turns(ours, theirs, turns)
        if goal is None:
            return measure(name, 1 / took, "1/s", reference=1 / slow)
        return _quicker(name, took, slow, goal)

    # Writers

    def _export(self, form: str, question: Question | None = None) -> float:
        """Write everything into a file; the seconds."""
        target = self.folder / "exported"
        with self.store.asked(question or Question(synthetic.FLOW)) as answer, target.open("wb") as file:
            start = time.perf_counter()
            for chunk in format_of(form).write(answer):
                file.write(chunk)
        return time.perf_counter() - start

    def exporting(self) -> Iterator[Measure]:
        """Everything as SDMX-CSV and SDMX-JSON, beside DuckDB's COPY of the same columns to a file."""
        self.say("Writing everything …")
        assert self.store
        columns = ", ".join(f'"{name}"' for name in structure(synthetic.FLOW).columns)
        naming = "'dataflow' AS \"STRUCTURE\", 'RCM:BORDER(1.0.0)' AS \"STRUCTURE_ID\", 'I' AS \"ACTION\""
        copy = f"COPY (SELECT {naming}, {columns} FROM obs) TO '{self.folder / 'copied.csv'}' (FORMAT csv, HEADER)"

        def theirs() -> None:
            self.duck.execute(copy).fetchall()

        for name, form, goal in ((CSV, "csv", 1.4), (JSON, "json", 2.5)):
            took, copying = in_turns(lambda form=form: self._export(form), theirs, self.few)
            yield measure(name, took, "s", reference=copying, goal=Goal(goal, at_least=False))

    def beside_pysdmx(self) -> Iterator[Measure]:
        """Some of the rows written and read by pysdmx, and the same rows by us."""
        self.say("Writing and reading beside pysdmx …")
        with self.store.asked(Question(synthetic.FLOW, limit=FEW)) as answer:
            rows = answer.table().num_rows
        question = Question(synthetic.FLOW, limit=rows)
        source, names_ = self.folder / "few.csv", [*synthetic.COLUMNS]
        listed = ", ".join(f'"{name}"' for name in names_)
        self.duck.execute(
            f"COPY (SELECT {listed} FROM obs LIMIT {rows}) TO '{source}' (FORMAT csv, HEADER)"
        ).fetchall()
        ours = {
            word: stats.median(self._export(form, question) for _ in range(15))
            for word, form in (("csv", "csv"), ("ml", "ml21"))
        }
        ours["read"] = timed(self._read_ml, 3)
        try:
            theirs = peers.asked(
                "pysdmx", peers.PYSDMX, str(source), str(self.folder / "pysdmx"), ",".join(names_), "BORDER"
            )
        except peers.AbsentError as error:
            for name, word in ((CSV_PYSDMX, "csv"), (ML, "ml"), (READ_ML, "read")):
                yield absent(name, rows / ours[word], "rows/s", "pysdmx", error)
            return
        for name, word, goal in ((CSV_PYSDMX, "csv", 20), (ML, "ml", 10), (READ_ML, "read", 10)):
            yield measure(name, rows / ours[word], "rows/s", reference=rows / theirs[word], goal=Goal(goal))

    def _read_ml(self) -> None:
        """Read what was exported last, which is SDMX-ML 2.1, into a table."""
        with duckdb.connect() as con:
            read_markup(con, self.folder / "exported", structure(synthetic.FLOW))

    def remembering(self) -> Iterator[Measure]:
        """The peak memory of a process that writes everything as CSV."""
        assert self.store
        script = (
            "import sys; from benchmarks.memory import peak_mb; from siemmes.release.store import Store\n"
            "from siemmes.cube.questions import Question; from siemmes.sdmx.formats import format_of\n"
            "with Store(sys.argv[1]).asked(Question(sys.argv[2])) as answer:\n"
            "    for chunk in format_of('csv').write(answer): pass\n"
            "print(peak_mb())"
        )
        run = subprocess.run(
            [sys.executable, "-c", script, str(self.folder / "store"), synthetic.FLOW],
            cwd=peers.ROOT, capture_output=True, text=True, check=True,
        )  # fmt: skip
        yield measure(MEMORY, float(run.stdout), "MB", goal=Goal(400, at_least=False))


def _as_csv(rows: list[tuple[Any, ...]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


def held_back(observations: int) -> Measure:
    """From a CSV file with confidential series to a published release: others are hidden beside them, and the attack is run."""
    with tempfile.TemporaryDirectory(prefix="siemmes-bench-") as name:
        source = Path(name) / "cube.csv"
        written = synthetic.write(source, observations, held_back=True)
        store = Store(Path(name) / "store")
        start = time.perf_counter()
        store.submit(source, flow=synthetic.FLOW, sender=synthetic.SENDER, said=synthetic.SAID)
        store.release(synthetic.FLOW)
        return measure(RELEASE_HELD, time.perf_counter() - start, f"s for {written:,} rows")


# Swap

_WRITER = """
import sys; from siemmes.release.store import Store
store = Store(sys.argv[1])
for number in range(2, 2 + int(sys.argv[2])):
    kept = store.submit(f"{sys.argv[3]}/{number}.csv", flow="REFUGEE", sender="UNHCR", said={"SOURCE_TYPE": "BORDER_REG"}, reason="bench")
    assert kept.accepted, kept.counts
    store.release("REFUGEE")
"""


def swapped(*, few: bool) -> Iterator[Measure]:
    """Releases published by another process under four readers, each of whom checks that one release answered all."""
    with tempfile.TemporaryDirectory(prefix="siemmes-swap-") as name:
        folder, swaps = Path(name), 2 if few else 8
        for number in range(1, swaps + 2):
            _figures(folder / f"{number}.csv", number)
        store = Store(folder / "store")
        kept = store.submit(
            folder / "1.csv", flow="REFUGEE", sender="UNHCR", said={"SOURCE_TYPE": "BORDER_REG"}
        )
        if not kept.accepted:
            raise AssertionError(f"The figures for swapping were refused: {dict(kept.counts)}")
        store.release("REFUGEE")
        quiet, _seen, wrong = _read_while(store, lambda: time.sleep(1 if few else 5))
        command = [sys.executable, "-c", _WRITER, str(folder / "store"), str(swaps), str(folder)]
        busy, seen, more = _read_while(store, lambda: subprocess.run(command, check=True))
        if store.current("REFUGEE") != f"REFUGEE-{swaps + 1}" or len(seen) < 2:
            raise AssertionError("The readers saw no swap.")
        store.close()
    yield measure(
        SWAP, 1000 * _p99(busy), "ms p99", reference=1000 * _p99(quiet), goal=Goal(3, at_least=False)
    )
    yield measure(SWAP_WRONG, wrong + more, "answers", goal=Goal(0, at_least=False))


def _figures(path: Path, number: int) -> None:
    """A thousand figures that all say which release they belong to."""
    from tests.siemmes.figures import row, written

    areas = synthetic.counterparts()[:-1]
    rows = [
        row("REFUGEE", REF_AREA="CRI", COUNTERPART_AREA=area, TIME_PERIOD=str(year), OBS_VALUE=1000 * number)
        for area in areas if area != "CRI" for year in range(2016, 2020)
    ]  # fmt: skip
    path.write_text(written(rows), encoding="utf-8")


def _read_while(store: Store, act: Callable[[], Any]) -> tuple[list[float], set[str], int]:
    """The seconds of each answer while something is done, the releases that answered, and how many answers were wrong."""
    stop, seconds, seen, wrong = threading.Event(), [], set(), []
    question = Question("REFUGEE")

    def reads() -> None:
        while not stop.is_set():
            start = time.perf_counter()
            try:
                with store.asked(question) as answer:
                    values = {
                        value for value in answer.table().column("OBS_VALUE").to_pylist() if value is not None
                    }
                    expected = {1000 * int(answer.release.rpartition("-")[2])}
                    seen.add(answer.release)
            except Exception as error:
                wrong.append(repr(error))
                continue
            seconds.append(time.perf_counter() - start)
            if values != expected:
                wrong.append(f"{answer.release}: {values}")

    readers = [threading.Thread(target=reads) for _ in range(4)]
    for one in readers:
        one.start()
    try:
        act()
    finally:
        stop.set()
        for one in readers:
            one.join()
    if wrong:
        print(f"  a wrong answer: {wrong[0]}", file=sys.stderr)
    return seconds, seen, len(wrong)


def _p99(seconds: list[float]) -> float:
    return sorted(seconds)[int(len(seconds) * 0.99)]


# Disclosure and start


def protected() -> Iterator[Measure]:
    """The border table protected and attacked, beside the method that hides two in every line."""
    trial.tried()  # the first one reads code lists, which is not protection
    ours = trial.tried()
    cells = trial.border_table()
    start = time.perf_counter()
    shown = trial.two_per_line(cells)
    seconds = time.perf_counter() - start
    beside = trial.attacked(cells, shown)
    none = Goal(0, at_least=False)
    exact, knowing, narrow, share, took = DISCLOSURE
    for name, value, theirs in (
        (exact, ours.exact, len(beside.exact)),
        (knowing, ours.exact_knowing, len(beside.exact_knowing)),
        (narrow, ours.narrow, len(beside.narrow)),
    ):
        yield Measure(name, value, "cells", theirs, None, 0, none.holds(value))
    yield measure(
        share, ours.share, "of cells", reference=sum(one is None for one in shown.values()) / len(shown)
    )
    yield measure(took, ours.seconds, "s", reference=seconds)
    for place, method in ((0, "MOD(1)"), (5, "OPT(1,2)")):
        yield from _beside_pytauargus(ours, cells, method, PEER_TAU[place : place + 5])


def _beside_pytauargus(
    ours: trial.Trial, cells: Mapping[trial.Cell, int], method: str, named: Sequence[str]
) -> Iterator[Measure]:
    """Our share, figures given away and seconds beside those of one method of pytauargus on the same table and attack."""
    values = (ours.share, ours.exact, ours.exact_knowing, ours.narrow, ours.seconds)
    units = ("of cells", "cells", "cells", "cells", "s")
    try:
        shown, seconds = _by_pytauargus(cells, method)
    except peers.AbsentError as error:
        for name, value, unit in zip(named, values, units, strict=True):
            yield absent(name, value, unit, "pytauargus", error)
        return
    beside = trial.attacked(cells, shown)
    share = sum(one is None for one in shown.values()) / len(shown)
    theirs = (share, len(beside.exact), len(beside.exact_knowing), len(beside.narrow), seconds)
    for name, value, unit, reference in zip(named, values, units, theirs, strict=True):
        yield Measure(name, value, unit, reference, value / reference if reference else None, None, ok=True)


def _by_pytauargus(
    cells: Mapping[trial.Cell, int], method: str
) -> tuple[dict[trial.Cell, int | None], float]:
    """What pytauargus shows of the table, and the seconds it took.

    Raises:
        AbsentError: where it is not there, fails, or answers with another table.
    """
    nations = {one for members in trial.REGIONS.values() for one in members}
    inner = [
        [*cell, count] for cell, count in cells.items()
        if cell[0] in nations and TOTAL not in cell and count
    ]  # fmt: skip
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump({"cells": inner, "regions": trial.REGIONS}, file)
        file.flush()
        found = peers.asked("pytauargus", peers.PYTAUARGUS, file.name, method, seconds=300)
    shown: dict[trial.Cell, int | None] = {}
    for area, sex, age, value, state in found["cells"]:
        cell = tuple(TOTAL if one.strip() == "Total" else one.strip() for one in (area, sex, age))
        shown[cast("trial.Cell", cell)] = None if state in ("U", "M") else int(value)
    if any(cell not in shown or shown[cell] not in (None, count) for cell, count in cells.items()):
        raise peers.AbsentError("its table is not the one it was given")
    return shown, found["seconds"]


def _start_of(name: str, arguments: list[str], rounds: int) -> Iterator[Measure]:
    """A command's answer beside `import duckdb` in a bare interpreter, in turns."""
    ours = [sys.executable, "-c", f"from siemmes.cli import main; main({arguments!r})"]
    theirs = [sys.executable, "-c", "import duckdb"]
    took, reference = in_turns(
        lambda: subprocess.run(ours, check=True, capture_output=True),
        lambda: subprocess.run(theirs, check=True, capture_output=True), max(3, 2 * rounds + 1),
    )  # fmt: skip
    yield measure(name, 1000 * took, "ms", reference=1000 * reference, goal=Goal(1.5, at_least=False))
