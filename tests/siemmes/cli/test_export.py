"""`siemmes export`: a file that is there whole, or not at all."""

import json

import pytest

from siemmes.cli import main
from siemmes.sdmx.formats import FORMATS
from tests.siemmes.figures import a_store, row


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    folder = tmp_path_factory.mktemp("exported")
    a_store(folder, [row(SEX=sex, OBS_VALUE=value) for sex, value in (("F", 52), ("M", 48), ("_T", 100))])
    return folder / "store"


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_exported_under_its_extension(store, tmp_path, monkeypatch, capsys, name):
    monkeypatch.chdir(tmp_path)

    assert main(["export", "MIG_STOCK", "--store", str(store), "--format", name, "--json"]) == 0

    told = json.loads(capsys.readouterr().out)
    written = tmp_path / ("MIG_STOCK" + FORMATS[name].extension)
    assert told == {
        "path": written.name,
        "format": name,
        "size": written.stat().st_size,
        "release": "MIG_STOCK-1",
    }
    assert [one.name for one in tmp_path.iterdir()] == [written.name]


def test_a_question_and_names_are_exported_as_asked(store, tmp_path):
    path = tmp_path / "women.csv"
    asked = ["A.CRI.NIC.BIRTH.F", "--labels", "name", "--lang", "es", "--output", str(path)]

    assert main(["export", "MIG_STOCK", *asked, "--store", str(store)]) == 0

    first, *rest = path.read_text("utf-8").splitlines()
    assert first.startswith(
        "STRUCTURE,STRUCTURE_ID,STRUCTURE_NAME,ACTION,FREQ,Frecuencia,REF_AREA,Área informante"
    )
    assert len(rest) == 1
    assert ",F,Mujeres," in rest[0]


def test_a_file_that_cannot_be_written_is_told_and_leaves_nothing(store, tmp_path, capsys):
    path = tmp_path / "nowhere" / "figures.csv"

    assert main(["export", "MIG_STOCK", "--store", str(store), "--output", str(path)]) == 1

    assert "nothing of it was kept" in capsys.readouterr().err
    assert not path.parent.exists()


def test_a_refused_question_leaves_the_file_that_was_there(store, tmp_path, capsys):
    path = tmp_path / "figures.xml"
    path.write_text("kept")
    asked = ["--by", "REF_AREA", "--format", "ml30", "--output", str(path)]

    assert main(["export", "MIG_STOCK", *asked, "--store", str(store)]) == 2

    assert "full key" in capsys.readouterr().err
    assert [one.name for one in tmp_path.iterdir()] == ["figures.xml"]
    assert path.read_text() == "kept"


@pytest.mark.parametrize("name", ["xlsx", "parquet", "package"])
def test_a_terminal_is_not_filled_with_bytes(store, monkeypatch, capsys, name):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)

    assert main(["query", "MIG_STOCK", "--store", str(store), "--format", name]) == 2

    assert "siemmes export" in capsys.readouterr().err


def test_progress_is_shown_where_somebody_looks(store, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)

    assert (
        main(["export", "MIG_STOCK", "--store", str(store), "--output", str(tmp_path / "figures.csv")]) == 0
    )

    assert (tmp_path / "figures.csv").read_text("utf-8").count("\n") == 4
