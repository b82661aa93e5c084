"""Every way to an answer finds the same rows: plain Python, SQL, the mapped columns; and nothing that is asked becomes SQL."""

import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp, parse_one

from siemmes.cube import slices, sums
from siemmes.cube.answers import Answer
from siemmes.cube.engines import DuckDB
from siemmes.cube.questions import Condition, Question, key_of
from siemmes.cube.slices import slice_of
from siemmes.cube.sql import select
from siemmes.cube.sums import added
from siemmes.model.errors import DamagedError, QuestionError
from siemmes.model.structures import VALUE
from siemmes.sdmx.formats import FORMATS
from tests.siemmes.cube import reference
from tests.siemmes.cube.engines import found, release_of
from tests.siemmes.cube.questions import FLOW, HOSTILE, figures, filters, keys, questions
from tests.siemmes.cube.specification import drawn


@settings(max_examples=8, deadline=None)
@given(rows=figures(), asked=st.lists(questions(), min_size=12, max_size=12))
def test_duckdb_and_plain_python_agree_on_any_question(rows, asked):
    with tempfile.TemporaryDirectory() as folder:
        cube = release_of(rows, FLOW, Path(folder))
        for question in asked:
            for engine in (DuckDB(), DuckDB(mapped=False)):
                assert found(question, cube, engine) == reference.answer(question, rows)
        cube.close()


#: Questions of series and periods only, which need no SQL.
PLAIN = st.fixed_dictionaries(
    {},
    optional={
        "where": st.fixed_dictionaries({}, optional={"REF_AREA": filters("REF_AREA"), "TIME_PERIOD": filters("TIME_PERIOD")}),
        "keys": keys(), "start": st.sampled_from(["2019", "2020-01"]), "end": st.sampled_from(["2019", "2019-12"]),
        "last": st.integers(0, 2), "offset": st.integers(0, 3), "limit": st.integers(0, 8),
        "attributes": st.sampled_from([(), ("OBS_STATUS",), ("SOURCE_TYPE", "COMMENT_OBS")]),
    },
)  # fmt: skip


@settings(max_examples=8, deadline=None)
@given(
    rows=figures(),
    asked=st.lists(PLAIN, min_size=5, max_size=5),
    said=st.sampled_from(["one", 'two; "2"', None]),
)
def test_a_slice_without_sql_is_written_as_the_slice_with_it(rows, asked, said):
    with tempfile.TemporaryDirectory() as folder:
        cube = release_of([row | {"COMMENT_OBS": said} for row in rows], FLOW, Path(folder))
        for one in asked:
            question = Question(FLOW, **one).checked()
            ways = [Answer(question, cube, engine) for engine in (DuckDB(), DuckDB(mapped=False))]

            assert ways[1].slice is None
            assert ways[0].table().schema == ways[1].table().schema
            assert ways[0].table().to_pylist() == ways[1].table().to_pylist()
            assert ways[0].count() == ways[1].count() == ways[1].table().num_rows
            for form in ("csv", "json", "ml21"):
                with_sql, without = (b"".join(FORMATS[form].write(way)) for way in ways)
                assert with_sql == without
        cube.close()


def test_decimals_are_written_alike_with_and_without_sql(tmp_path):
    figures_ = [0.1, 5.0, -2.5, 1e15, 1234567890123456.0, 1e22, 1e-7, None, 0.0]
    rows = [
        {**one, "TIME_PERIOD": str(2000 + place), VALUE: figure}
        for place, figure in enumerate(figures_)
        for one in drawn("REMIT", "REF_AREA TIME_PERIOD OBS_VALUE\nSLV 2000 0\nHND 2000 0")
    ]
    cube = release_of(rows, "REMIT", tmp_path)
    ways = [Answer(Question("REMIT"), cube, engine) for engine in (DuckDB(), DuckDB(mapped=False))]

    assert ways[0].slice is not None
    assert len({b"".join(FORMATS["csv"].write(way)) for way in ways}) == 1
    assert ways[0].table().to_pylist() == ways[1].table().to_pylist()


@pytest.mark.parametrize(
    ("asked", "sliced"),
    [
        ({}, True),
        ({"where": {"REF_AREA": ["CRI", "HND"]}, "start": "2010", "limit": 3}, True),
        ({"keys": (("A", "CRI", *[""] * 7), ("A", "HND", *[""] * 7)), "first": 1}, True),
        ({"where": {"OBS_STATUS": "A"}}, False),
        ({"where": {VALUE: "150"}}, False),
        ({"order": ("-OBS_VALUE",)}, False),
        ({"group_by": ("SEX",)}, False),
    ],
    ids=str,
)
def test_what_asks_only_for_series_and_periods_needs_no_sql(asked, sliced, cube):
    answer = Answer(Question("MIG_STOCK", **asked).checked(), cube)

    assert (answer.slice is not None) is sliced


def test_a_release_that_lacks_its_mapped_columns_says_so(tmp_path):
    cube = release_of(drawn("MIG_STOCK", STOCK), "MIG_STOCK", tmp_path)
    (tmp_path / "columns" / "value.bin").unlink()

    with pytest.raises(DamagedError, match=r"columns/value\.bin"):
        found(Question("MIG_STOCK"), cube, DuckDB())


@settings(max_examples=8, deadline=None)
@given(rows=figures())
def test_sums_of_two_halves_are_the_sums_of_all(rows):
    question = Question(FLOW, group_by=("REF_AREA", "TIME_PERIOD"), totals="sum")
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patched:
        cube = release_of(rows, FLOW, Path(folder))
        patched.setattr(sums, "_ALONE", 0)
        patched.setattr(sums, "_BATCH", 2)
        patched.setattr(slices, "_HELD", 3)

        assert found(question, cube, DuckDB()) == reference.answer(question, rows)
        cube.close()


def test_sums_of_whole_figures_need_no_sql_unless_they_are_very_large(tmp_path):
    table = "REF_AREA SEX TIME_PERIOD OBS_VALUE\nCRI F 2010 {0}\nCRI M 2010 {0}\nCRI M 2020 ."
    question = Question("MIG_STOCK", group_by=("REF_AREA", "YEAR"), totals="sum")
    expected = {2**62: None, 7: 14}
    for figure, total in expected.items():
        cube = release_of(drawn("MIG_STOCK", table.format(figure)), "MIG_STOCK", tmp_path / str(figure))
        rows = slice_of(question, cube)

        assert (added(question, rows) is None) is (total is None)
        assert found(question, cube, DuckDB()) == [
            {"REF_AREA": "CRI", "YEAR": "2010", VALUE: total, "OBS_COUNT": 2, "OBS_MISSING": 0},
            {"REF_AREA": "CRI", "YEAR": "2020", VALUE: None, "OBS_COUNT": 1, "OBS_MISSING": 1},
        ]


@settings(max_examples=8, deadline=None)
@given(rows=figures(), data=st.data())
def test_a_series_without_sql_is_the_series_with_it(rows, data):
    about = Question(FLOW).structure
    ends = st.one_of(st.none(), st.integers(0, 3))
    period = st.one_of(st.none(), st.sampled_from(["2019", "2020-01", "2021"]))
    with tempfile.TemporaryDirectory() as folder:
        said = [{"COMMENT_OBS": 'said, "here"', "CONF_STATUS": "FN"[place % 2]} for place in range(len(rows))]
        cube = release_of([row | more for row, more in zip(rows, said, strict=True)], FLOW, Path(folder))
        for key in {tuple(row[name] for name in about.dimensions) for row in rows}:
            question = Question(
                FLOW, keys=(key,), first=data.draw(ends), last=data.draw(ends), start=data.draw(period), end=data.draw(period)
            )  # fmt: skip
            answer = Answer(question, cube)

            assert answer.series is not None
            assert [dict(row) for row in answer.rows()] == answer.table().to_pylist()
            # The same key twice is no longer one series' exact key.
            by_sql = Answer(replace(question, keys=(key, key)), cube, DuckDB(mapped=False))
            assert by_sql.series is None
            assert b"".join(FORMATS["csv"].write(answer)) == b"".join(FORMATS["csv"].write(by_sql))
        cube.close()


def test_a_series_whose_statuses_both_change_is_written_as_by_sql(tmp_path):
    rows = drawn("MIG_STOCK", "REF_AREA TIME_PERIOD OBS_VALUE OBS_STATUS CONF_STATUS\n" + "\n".join(
        f"CRI {2000 + place} {place} {status}" for place, status in enumerate(["A F", "E F", "A N", "E N", ". F", "A ."])
    ))  # fmt: skip
    cube = release_of(rows, "MIG_STOCK", tmp_path)
    key = tuple(rows[0][name] for name in cube.about.dimensions)
    ways = [
        Answer(Question("MIG_STOCK", keys=keys), cube, DuckDB(mapped=False)) for keys in ((key,), (key, key))
    ]

    assert [way.series is None for way in ways] == [False, True]
    assert len({b"".join(FORMATS["csv"].write(way)) for way in ways}) == 1


STOCK = """
REF_AREA COUNTERPART_AREA SEX TIME_PERIOD OBS_VALUE OBS_STATUS COMMENT_OBS
CRI      NIC              F   2010        150       A          said
CRI      NIC              M   2010        140       .          .
"""


@pytest.fixture(scope="module")
def cube(tmp_path_factory):
    return release_of(drawn("MIG_STOCK", STOCK), "MIG_STOCK", tmp_path_factory.mktemp("stock"))


@settings(max_examples=100, deadline=None)
@given(
    value=HOSTILE,
    operator=st.sampled_from(["eq", "ne", "lt", "ge", "co", "nc", "sw", "ew"]),
    name=st.sampled_from(["REF_AREA", "TIME_PERIOD", "OBS_STATUS", "COMMENT_OBS"]),
)
def test_what_is_asked_never_becomes_sql(cube, value, operator, name):
    question = Question("MIG_STOCK", {name: Condition(operator, value)}).checked()

    assert found(question, cube, DuckDB()) == reference.answer(question, drawn("MIG_STOCK", STOCK))
    text = select(question, cube.labels).sql("duckdb")
    assert len(list(parse_one(text, dialect="duckdb").find_all(exp.Table))) == 1


@settings(max_examples=50, deadline=None)
@given(key=HOSTILE)
def test_a_hostile_key_finds_nothing_or_is_refused(cube, key):
    try:
        question = Question("MIG_STOCK", keys=key_of(key, cube.about)).checked()
    except QuestionError:
        return

    assert found(question, cube, DuckDB()) == reference.answer(question, drawn("MIG_STOCK", STOCK))


@pytest.mark.parametrize(
    "asked",
    [
        {"where": {"NOBODY": "X"}},
        {"where": {"REF_AREA": Condition("like", "X")}},
        {"where": {VALUE: "many"}},
        {"where": {VALUE: "٣"}},
        {"where": {VALUE: Condition("co", "1")}},
        {"where": {"COMMENT_OBS": "a\x00b"}},
        {"where": {"COMMENT_OBS": "\ud800"}},
        {"attributes": ("REF_AREA",)},
        {"measures": ("REF_AREA",)},
        {"group_by": ("OBS_VALUE",)},
        {"group_by": ("SEX", "SEX")},
        {"group_by": ("SEX",), "first": 1},
        {"group_by": ("SEX",), "totals": "guess"},
        {"order": ("'; --",)},
        {"start": "yesterday"},
        {"limit": -1},
        {"keys": (("A",),)},
    ],
    ids=str,
)
def test_a_question_that_makes_no_sense_is_refused_in_both_languages(asked):
    with pytest.raises(QuestionError) as refused:
        Question("MIG_STOCK", **asked).checked()

    assert all(refused.value.texts[language] for language in ("en", "es"))


def test_months_are_not_added_to_their_year(tmp_path):
    rows = drawn(
        "BORDER", "REF_AREA FREQ TIME_PERIOD OBS_VALUE\nGTM A 2019 24\nGTM M 2019-01 1\nGTM M 2019-02 2"
    )
    cube = release_of(rows, "BORDER", tmp_path)

    with pytest.raises(QuestionError, match="frequencies"):
        Answer(Question("BORDER", group_by=("YEAR",)), cube)
    one = Question("BORDER", {"FREQ": "M"}, group_by=("YEAR",))
    assert found(one, cube, DuckDB()) == [{"YEAR": "2019", VALUE: 3, "OBS_COUNT": 2, "OBS_MISSING": 0}]


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("all", ()),
        ("", ()),
        ("A.CRI", (("A", "CRI", "", "", "", "", "", "", ""),)),
        ("A.CRI+HND..*.F", (("A", "CRI+HND", "", "", "F", "", "", "", ""),)),
        ("A.CRI,A.HND", (("A", "CRI", *[""] * 7), ("A", "HND", *[""] * 7))),
    ],
)
def test_a_key_in_the_grammar_of_sdmx(text, keys):
    assert key_of(text, Question("MIG_STOCK").structure) == keys


def test_a_key_of_very_many_codes_stays_one(cube):
    everything = ".".join(["+".join(f"C{n}" for n in range(300))] * 9)

    assert len(key_of(everything, cube.about)) == 1


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_writes_figures_without_their_measure(form, cube):
    answer = Answer(Question("MIG_STOCK", measures=()).checked(), cube)

    assert b"150" not in b"".join(FORMATS[form].write(answer)) or form in {"xlsx", "package", "parquet"}
    assert [VALUE in row for row in answer.table().to_pylist()] == [False, False]
