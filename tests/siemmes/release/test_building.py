"""A build that is cut short anywhere leaves the old release serving and the new one absent or whole."""

import concurrent.futures
import gzip
import json
import shutil
import subprocess
import sys
import textwrap

import duckdb
import pyarrow.parquet as pq
import pytest

from siemmes.cube.layout import CUBE
from siemmes.cube.questions import Question
from siemmes.model.errors import RefusedError
from siemmes.release.files import held
from siemmes.release.store import Store
from siemmes.sdmx.formats import format_of
from tests.siemmes.figures import AT, SAID, a_file, a_store, released, row

STEPS = (
    "gathered", "protected", "laid out", "written", "rendered", "manifest", "synced", "kept", "renamed", "published",
)  # fmt: skip
KILLED = 9


def value(store):
    return [one["OBS_VALUE"] for one in store.ask(Question("MIG_STOCK")).rows()]


def two_sent(folder):
    """A store with a release that says 100, and a submission of 150 that waits."""
    store = a_store(folder, [row(OBS_VALUE=100)])
    store.submit(a_file(folder, [row(OBS_VALUE=150)]), flow="MIG_STOCK", sender="CRI", at=AT, said=SAID)
    return store


def test_a_build_tells_its_steps_in_this_order(tmp_path):
    told = []
    two_sent(tmp_path).release("MIG_STOCK", at=AT, step=told.append)

    assert tuple(told) == STEPS


def built_elsewhere(store, body):
    """Run a build in a process of its own."""
    code = f"""
    import os, resource, sys
    from siemmes.release.store import Store
    store = Store({str(store.path)!r})
    {body}
    """
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    """A store killed at each step of a build: one process reads all libraries in, and forks a child for each step before it has
    opened a database."""
    folder = tmp_path_factory.mktemp("killed")
    (folder / "first").mkdir()
    first = two_sent(folder / "first").path
    for number, _step in enumerate(STEPS):
        shutil.copytree(first, folder / str(number))
    code = f"""
    import os, sys
    from pathlib import Path
    import siemmes.disclosure.protecting, siemmes.release.building, siemmes.sdmx.rendering
    from siemmes.release.store import Store
    for number, step in enumerate({STEPS!r}):
        child = os.fork()
        if not child:
            store = Store(Path({str(folder)!r}) / str(number))
            store.release("MIG_STOCK", step=lambda name: os._exit({KILLED}) if name == step else None)
            os._exit(0)
        if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != {KILLED}:
            sys.exit(step)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return {step: folder / str(number) for number, step in enumerate(STEPS)}


@pytest.mark.parametrize("step", STEPS)
def test_a_kill_at_any_step_loses_nothing_and_publishes_nothing_by_half(killed, step):
    store = Store(killed[step])

    assert value(store) == ([150] if step == "published" else [100])
    for release in store.releases("MIG_STOCK"):
        with store.cube("MIG_STOCK", release.id) as cube:
            cube.verify()
    if step != "published":
        store.release("MIG_STOCK", at=AT)
    assert value(store) == [150]
    assert [one.name for one in store.path.rglob(".building-*")] == []


def test_a_disk_that_fills_up_is_told_and_leaves_the_old_release(tmp_path):
    store = two_sent(tmp_path)

    done = built_elsewhere(store, textwrap.dedent("""
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
    from siemmes.model.errors import RefusedError
    try:
        store.release('MIG_STOCK')
    except RefusedError as error:
        sys.exit(f'{error.text("es")}')
    """).replace("\n", "\n    "))  # fmt: skip

    assert "no pudo escribirse" in done.stderr
    assert value(store) == [100]
    assert [one.id for one in store.releases("MIG_STOCK")] == ["MIG_STOCK-1"]
    assert [one.name for one in store.path.rglob(".building-*")] == []


@pytest.mark.parametrize("comment", ["", 'said of "one", and\nno other'])
def test_the_extract_is_what_the_release_answers_though_it_is_rendered_before_the_store_is_whole(
    tmp_path, comment
):
    rows = [row("BORDER", SEX=sex, OBS_VALUE=value) for sex, value in (("F", 40), ("M", 61), ("_T", 101))]
    rows[1]["COMMENT_OBS"] = comment
    store = Store(tmp_path / "store")
    assert store.submit(a_file(tmp_path, rows), flow="BORDER", sender="CRI", at=AT, said=SAID).accepted
    release = store.release("BORDER", at=AT)

    [extract] = (release.path / "rendered").iterdir()

    with store.asked(Question("BORDER")) as answer:
        assert gzip.decompress(extract.read_bytes()) == b"".join(format_of("csv").write(answer))
        assert [one.get("COMMENT_OBS") for one in answer.rows()] == [None, comment or None, None]


def test_two_releases_at_once_are_not_begun(tmp_path):
    store = two_sent(tmp_path)

    with (
        held(store.path / "private" / "MIG_STOCK", ("x", "x")),
        pytest.raises(RefusedError, match="under way"),
    ):
        store.release("MIG_STOCK", at=AT)


def test_readers_see_one_whole_release_while_others_are_published(tmp_path):
    """Every figure of a release says the same number; an answer that mixes two releases would hold two."""
    areas = ("NIC", "PAN", "HND", "SLV", "GTM")

    def figures(number):
        return [row(COUNTERPART_AREA=area, OBS_VALUE=number) for area in areas]

    store = a_store(tmp_path, figures(1000))
    done, seen = [], set()

    def read():
        found = set()
        while not done:
            values = value(store)
            assert len(values) == len(areas)
            found.add(tuple(set(values)))
        return found

    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        readers = [pool.submit(read) for _ in range(3)]
        try:
            for number in range(1001, 1005):
                store.submit(
                    a_file(tmp_path, figures(number)), flow="MIG_STOCK", sender="CRI", at=AT, said=SAID
                )
                store.release("MIG_STOCK", at=AT)
        finally:
            done.append(True)
        for reader in readers:
            seen |= reader.result()

    assert all(len(one) == 1 for one in seen)
    assert value(store) == [1004] * len(areas)


def test_a_release_says_what_it_holds_and_where_it_comes_from(tmp_path):
    rows = [
        row(OBS_VALUE=100, VINTAGE=2020),
        row(TIME_PERIOD=2010, OBS_VALUE=90, OBS_STATUS="B", VINTAGE=2020),
    ]
    store = a_store(tmp_path, rows)

    with store.cube("MIG_STOCK") as cube:
        available = json.loads((cube.path / "availability.json").read_text())
        metadata = json.loads((cube.path / "metadata.json").read_text())

    assert available["dimensions"]["TIME_PERIOD"] == {"2010": 1, "2020": 1}
    assert (available["observations"], available["series"]) == (2, 1)
    assert metadata["sources"][0]["VINTAGE"] == "2020"
    assert metadata["breaks"] == [{"REF_AREA": "CRI", "TIME_PERIOD": "2010", "figures": 1}]


ORDERS = {
    "rounded as it was sent": ("BORDER", {}, {}),
    "rounded beside what is confidential": ("BORDER", {"CONF_STATUS": "C"}, {}),
    "suppressed": ("MIG_STOCK", {"OBS_VALUE": 2}, {}),
    "rounded over what was published": ("BORDER", {}, {"OBS_VALUE": 700}),
}


@pytest.mark.parametrize("case", ORDERS)
def test_store_exchange_provenance_and_availability_tell_of_the_same_rows_in_key_order(tmp_path, case):
    flow, said, then = ORDERS[case]
    keys = [
        {"COUNTERPART_AREA": area, "TIME_PERIOD": year}
        for year in ("2019", "2018", "2017")
        for area in ("NIC", "GTM", "PAN", "HND", "SLV")
    ]
    rows = [row(flow, OBS_VALUE=1000 + 3 * number, **key) for number, key in enumerate(keys)]
    rows[4] |= {name: str(value) for name, value in said.items()}
    store = a_store(tmp_path, rows, flow=flow)
    if then:
        released(
            store,
            tmp_path,
            [row(flow, **keys[7]) | {name: str(value) for name, value in then.items()}],
            flow=flow,
        )

    with store.cube(flow) as cube:
        path, names, about = cube.path, list(cube.about.columns), cube.about
    with duckdb.connect(str(path / CUBE), read_only=True) as con:
        stored = con.sql("SELECT COLUMNS(*)::VARCHAR FROM obs").fetchall()
    exchanged = [
        tuple(None if one[name] is None else str(one[name]) for name in names)
        for one in pq.read_table(path / "obs.parquet").to_pylist()
    ]
    provenance = pq.read_table(path / "provenance.parquet").to_pylist()
    available = json.loads((path / "availability.json").read_text())

    found = [dict(zip(names, one, strict=True)) for one in stored]
    assert stored == exchanged
    assert len(found) == len(keys)
    assert [one["TIME_PERIOD"] for one in found] == ["2017", "2018", "2019"] * 5
    assert [one["COUNTERPART_AREA"] for one in found] == sorted(key["COUNTERPART_AREA"] for key in keys)
    assert [[one[name] for name in about.key] for one in provenance] == [
        [one[name] for name in about.key] for one in found
    ]
    assert {one["SUBMISSION"] for one in provenance} == {
        f"{flow}-CRI-{number:05d}" for number in (1, 2)[: 1 + bool(then)]
    }
    assert available["dimensions"]["COUNTERPART_AREA"] == dict.fromkeys(
        ("GTM", "HND", "NIC", "PAN", "SLV"), 3
    )
    assert (available["observations"], available["series"]) == (15, 5)
