"""What the commands that judge, keep and publish say, and what they end with."""

import json
import subprocess
import sys

import pytest

from siemmes.cli import main
from siemmes.cli.progress import stepping
from siemmes.intake.judging import STEPS, validate
from siemmes.release import building
from tests.siemmes.figures import SAID, TODAY, a_file, a_store, row

SENT = ["--flow", "MIG_STOCK", "--sender", "CRI", "--say", "SOURCE_TYPE=CENSUS"]


def run(capsys, *words):
    code = main([str(word) for word in words])
    told = capsys.readouterr()
    return code, told.out, told.err


@pytest.mark.parametrize(("language", "words"), [("en", "is not in the list"), ("es", "no está en la lista")])
def test_a_refused_submission_tells_its_findings_and_ends_with_one(tmp_path, capsys, language, words):
    path = a_file(tmp_path, [row(SEX="X")])

    code, out, _err = run(capsys, "submit", path, *SENT, "--store", tmp_path / "store", "--lang", language)

    assert code == 1
    assert words in out
    assert "MIG_STOCK-CRI-00001" in out


def test_a_submission_in_json_holds_what_was_found(tmp_path, capsys):
    path = a_file(tmp_path, [row(OBS_VALUE=3)])

    code, out, _err = run(capsys, "submit", path, *SENT, "--store", tmp_path / "store", "--json")

    told = json.loads(out)
    assert code == 0
    assert [one["message"] for one in told["findings"]] == ["small_cells"]


def test_a_release_kept_back_until_an_hour_says_so_and_answers_nobody(tmp_path, capsys):
    store = tmp_path / "store"
    run(capsys, "submit", a_file(tmp_path, [row()]), *SENT, "--store", store)

    code, out, _err = run(
        capsys,
        "release",
        "MIG_STOCK",
        "--store",
        store,
        "--public-from",
        "2999-01-01T10:00-06:00",
        "--lang",
        "es",
    )

    assert code == 0
    assert "entrará en vigor el 2999-01-01T10:00:00-06:00" in out
    assert run(capsys, "query", "MIG_STOCK", "--store", store)[0] == 2


def test_a_release_whose_hour_has_come_is_said_to_be_in_force(tmp_path, capsys):
    store = tmp_path / "store"
    run(capsys, "submit", a_file(tmp_path, [row()]), *SENT, "--store", store)

    code, out, _err = run(
        capsys, "release", "MIG_STOCK", "--store", store, "--public-from", "2000-01-01T10:00-06:00"
    )

    assert code == 0
    assert "MIG_STOCK-1 is in force" in out
    assert run(capsys, "query", "MIG_STOCK", "--store", store)[0] == 0


@pytest.mark.parametrize("words", [
    ["validate", "x.csv", *SENT, "--today", "yesterday"],
    ["release", "MIG_STOCK", "--public-from", "soon"],
])  # fmt: skip
def test_a_day_that_is_none_is_wrong_use_and_says_how_to_write_it(tmp_path, capsys, words):
    store = ["--store", tmp_path / "store"] if words[0] == "release" else []

    code, _out, err = run(capsys, *words, *store, "--lang", "es")

    assert code == 2
    assert "2026-03-01" in err
    assert "escríbalo" in err


def test_judging_and_building_have_as_many_steps_as_their_bars(tmp_path):
    judged, built = [], []
    validate(
        a_file(tmp_path, [row()]), flow="MIG_STOCK", sender="CRI", said=SAID, today=TODAY, step=judged.append
    )
    store = a_store(tmp_path, [row()])
    store.submit(a_file(tmp_path, [row(OBS_VALUE=150)]), flow="MIG_STOCK", sender="CRI", said=SAID)
    store.release("MIG_STOCK", step=built.append)

    assert len(judged) == STEPS
    assert tuple(built) == building.STEPS


def test_a_bar_is_shown_where_somebody_looks_and_nowhere_else(monkeypatch, capsys):
    with stepping("figures.csv", 2) as step:
        step("read")
    assert capsys.readouterr().err == ""

    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    with stepping("figures.csv", 2) as step:
        step("read")
        step("laid out")
    assert "figures.csv" in capsys.readouterr().err


def test_a_command_that_lists_releases_imports_nothing_that_reads_figures(tmp_path, capsys):
    store = tmp_path / "store"
    run(capsys, "submit", a_file(tmp_path, [row()]), *SENT, "--store", store)
    run(capsys, "release", "MIG_STOCK", "--store", store)
    asked = (
        "import sys; from siemmes.cli import main; main(sys.argv[1:]); "
        "print(sorted({'duckdb', 'numpy', 'pyarrow', 'pysdmx', 'sqlglot', 'lxml'} & set(sys.modules)))"
    )

    ran = subprocess.run(
        [sys.executable, "-c", asked, "releases", "--store", str(store)], capture_output=True, text=True, check=True
    )  # fmt: skip

    listed, imported = ran.stdout.splitlines()
    assert listed.split()[:2] == ["*", "MIG_STOCK-1"]
    assert imported == "[]"
