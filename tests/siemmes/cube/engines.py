"""Ways to answer the same question on the same rows, for tests that hold them against each other."""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

import duckdb

from siemmes.cube.answers import Answer
from siemmes.cube.engines import FIGURES, Engine
from siemmes.cube.folder import Cube
from siemmes.cube.layout import CUBE, write_exchange
from siemmes.cube.questions import Question
from tests.siemmes.sdmx.cubes import a_cube

Row = dict[str, object]


def release_of(rows: Iterable[Row], flow: str, folder: Path, name: str = "") -> Cube:
    """A release of these rows with everything that an engine reads.

    Args:
        name: its id, where several of one flow are asked in one session.
    """
    folder.mkdir(parents=True, exist_ok=True)
    cube = a_cube(rows, flow, folder)
    with duckdb.connect(str(folder / CUBE), read_only=True) as con:
        write_exchange(con, folder / FIGURES, cube.about)
    if name:
        cube.manifest["id"] = name
    return cube


def found(question: Question, cube: Cube, engine: Engine) -> list[Row]:
    """The rows that an engine finds, by its SQL, in their order."""
    return Answer(question, cube, engine).table().to_pylist()


def digest(rows: list[Row]) -> str:
    """A fingerprint of rows in their order; decimals to the last digit."""
    return hashlib.sha256(json.dumps(rows, ensure_ascii=True, default=str).encode()).hexdigest()
