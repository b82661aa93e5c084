"""The drawn questions on plain Python and on DuckDB; a cluster answers them in `test_spark`."""

import pytest

from siemmes.cube.engines import DuckDB
from tests.siemmes.cube import reference
from tests.siemmes.cube.engines import found, release_of
from tests.siemmes.cube.specification import CASES, FLOWS, TABLES, drawn


@pytest.fixture(scope="module")
def releases(tmp_path_factory):
    folder = tmp_path_factory.mktemp("drawn")
    return {
        name: release_of(drawn(FLOWS[name], table), FLOWS[name], folder / name)
        for name, table in TABLES.items()
    }


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.says)
def test_plain_python_answers_as_drawn(case):
    assert case.shown(reference.answer(case.question(), case.rows())) == case.answer()


@pytest.mark.parametrize("mapped", [True, False], ids=["mapped", "sql"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.says)
def test_duckdb_answers_as_drawn(case, mapped, releases):
    rows = found(case.question(), releases[case.figures], DuckDB(mapped=mapped))

    assert case.shown(rows) == case.answer()
    assert rows == reference.answer(case.question(), case.rows())
