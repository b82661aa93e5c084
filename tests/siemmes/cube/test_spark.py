"""A real cluster answers every drawn question, and others drawn by chance, as one machine does: equal digests."""

import random
import time

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from siemmes.cube.answers import Answer
from siemmes.cube.engines import DuckDB, Spark, chosen
from siemmes.cube.questions import Question
from siemmes.sdmx.formats import format_of
from tests.siemmes.cube.cluster import cluster, why_not, workers_of
from tests.siemmes.cube.engines import digest, found, release_of
from tests.siemmes.cube.questions import FLOW, figures, questions
from tests.siemmes.cube.specification import CASES, FLOWS, TABLES, drawn

pytestmark = [
    pytest.mark.spark,
    pytest.mark.skipif(why_not() is not None, reason=str(why_not())),
    # Pyspark leaves sockets to the garbage collector and uses what Python has put away.
    pytest.mark.filterwarnings(
        "ignore::ResourceWarning", "ignore::DeprecationWarning", "ignore::FutureWarning"
    ),
]


@pytest.fixture(scope="module")
def spark(tmp_path_factory):
    with cluster(tmp_path_factory.mktemp("cluster")) as address:
        engine = chosen(address)
        until = time.monotonic() + 60
        while workers_of(engine.session) < 2 and time.monotonic() < until:
            engine.session.range(4).count()
        yield engine
        engine.session.stop()


@pytest.fixture(scope="module")
def releases(tmp_path_factory):
    folder = tmp_path_factory.mktemp("drawn")
    return {
        name: release_of(drawn(FLOWS[name], table), FLOWS[name], folder / name, f"{name}-drawn")
        for name, table in TABLES.items()
    }


def test_the_cluster_has_a_master_and_two_workers(spark):
    assert spark.session.sparkContext.master.startswith("spark://127.0.0.1:")
    assert workers_of(spark.session) == 2


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.says)
def test_the_cluster_answers_as_drawn(case, spark, releases):
    cube = releases[case.figures]
    rows = found(case.question(), cube, spark)

    assert case.shown(rows) == case.answer()
    assert digest(rows) == digest(found(case.question(), cube, DuckDB()))


def test_the_cluster_and_one_machine_agree_on_any_question(spark, tmp_path):
    cubes = iter(range(1000))

    @seed(random.Random(20_100).randrange(2**32))
    @settings(max_examples=4, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(rows=figures(), asked=st.lists(questions(), min_size=4, max_size=4))
    def agree(rows, asked):
        name = f"chance-{next(cubes)}"
        cube = release_of(rows, FLOW, tmp_path / name, name)
        for question in asked:
            assert digest(found(question, cube, spark)) == digest(found(question, cube, DuckDB()))

    agree()


@pytest.mark.parametrize("form", ["csv", "json", "ml31", "jsonstat"])
def test_what_the_cluster_found_is_written_as_what_was_found_here(form, spark, releases):
    question = Question("MIG_STOCK", {"SEX": "_T"}).checked()
    by_cluster, here = (
        b"".join(format_of(form).write(Answer(question, releases["stock"], engine)))
        for engine in (spark, DuckDB())
    )

    assert by_cluster == here


def test_a_cluster_that_sees_other_paths_is_told_where_the_releases_lie(spark, tmp_path):
    cube = release_of(
        drawn("MIG_STOCK", TABLES["stock"]),
        "MIG_STOCK",
        tmp_path / "MIG_STOCK" / "MIG_STOCK-7",
        "elsewhere-7",
    )
    told = Spark(spark.session, files=tmp_path.as_uri())
    question = Question("MIG_STOCK", group_by=("SEX",), totals="sum").checked()

    assert digest(found(question, cube, told)) == digest(found(question, cube, DuckDB()))
