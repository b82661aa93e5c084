"""Releases laid out straight from rows, for tests of what is written of them."""

import csv
import json
import tempfile
from collections.abc import Iterable
from pathlib import Path

import duckdb

from siemmes.cube.answers import Answer
from siemmes.cube.folder import Cube
from siemmes.cube.layout import CUBE, create_table, quoted, value_type, write_columns
from siemmes.cube.parts import MANIFEST
from siemmes.cube.questions import Question
from siemmes.model.catalogue import structure
from siemmes.model.structures import TIME, VALUE
from tests.siemmes.figures import row

#: What every row of these tests says unless it says otherwise.
SAID = {
    "CONF_STATUS": "F",
    "UNIT_MEASURE": "PS",
    "UNIT_MULT": "0",
    "DECIMALS": "0",
    "SOURCE_TYPE": "CENSUS",
    "LICENCE": "CC BY 4.0",
}


def a_cube(rows: Iterable[dict], flow: str = "MIG_STOCK", folder: Path | None = None) -> Cube:
    """A release of these rows; what a row does not say is missing."""
    path = folder or Path(tempfile.mkdtemp(prefix="siemmes-cube-"))
    about = structure(flow)
    con = duckdb.connect(str(path / CUBE))
    columns = ", ".join(
        f"{quoted(name)} {value_type(about) if name == VALUE else 'VARCHAR'}" for name in about.columns
    )
    con.execute(f"CREATE SCHEMA work; CREATE TABLE work.rows ({columns})")
    marks = ", ".join("?" for _ in about.columns)
    values = [[one.get(name) for name in about.columns] for one in rows]
    if values:
        con.executemany(f"INSERT INTO work.rows VALUES ({marks})", values)
    labels = create_table(con, "work.rows", about)
    told = write_columns(con, path, about, labels)
    con.execute("DROP SCHEMA work CASCADE")
    con.close()
    manifest = {
        "id": f"{flow}-1", "flow": flow, "number": 1, "built_at": "2026-03-02T12:00:00+00:00", "labels": labels,
        "periods": [labels[TIME][0], labels[TIME][-1]], "observations": len(values), "files": {}, **told,
    }  # fmt: skip
    (path / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    return Cube(path)


def a_figure(flow: str = "MIG_STOCK", **values: object) -> dict:
    """A row as a release holds it: numbers are numbers, and nothing is an empty text."""
    found = {**row(flow), **SAID, "OBS_VALUE": 100} | values
    return {name: value for name, value in found.items() if value is not None}


def answer(cube: Cube, **asked: object) -> Answer:
    """The answer to a question on a release."""
    return Answer(Question(cube.about.id, **asked).checked(), cube)


def cells(found: Answer) -> dict:
    """The figures of an answer by key, each with its value and what is said of it: what every format has to carry."""
    about = found.about
    return {
        tuple(one[name] for name in about.key): {
            name: text for name, text in one.items() if name not in about.key and text is not None
        }
        for one in found.rows()
    }


def text_rows(text: str) -> list[dict]:
    """Rows of delimited text by heading."""
    return list(csv.DictReader(text.splitlines(keepends=True)))
