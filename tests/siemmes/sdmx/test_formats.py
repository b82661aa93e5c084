"""Every format carries the same figures and says the same of them."""

import shutil

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from siemmes.model.errors import QuestionError
from siemmes.sdmx.formats import ALIASES, FORMATS, format_of
from tests.siemmes.sdmx.cubes import a_cube, a_figure, answer, cells
from tests.siemmes.sdmx.readers import READERS, read_csv_both

#: Texts as people write them and as they should not: quotes, lines, marks of other languages; no sign that XML cannot hold.
TEXTS = st.text(
    st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff") | st.sampled_from(list('\n\t",;<>&\'{}|')),
    min_size=1, max_size=12,
)  # fmt: skip
KEYS = st.fixed_dictionaries(
    {
        "REF_AREA": st.sampled_from(["CRI", "HND"]),
        "SEX": st.sampled_from(["F", "M", "_T"]),
        "AGE": st.sampled_from(["_T", "Y0T4"]),
        "TIME_PERIOD": st.sampled_from(["2000", "2010", "1990-01-01/P5Y"]),
    }
)
SAYINGS = st.fixed_dictionaries(
    {
        "OBS_VALUE": st.none() | st.integers(0, 2**62),
        "OBS_STATUS": st.none() | st.sampled_from(["A", "E", "M"]),
        "COMMENT_OBS": st.none() | TEXTS,
        "UNIT_MULT": st.sampled_from(["0", "0", "3"]),
        "UNIT_MEASURE": st.sampled_from(["PS", "PS", None]),
        "SOURCE_TYPE": st.sampled_from(["CENSUS", "SURVEY"]),
        "VINTAGE": st.none() | st.sampled_from(["2019", 'the "first", 1 < 2 & more\nthan one']),
    }
)
DRAWN = st.dictionaries(KEYS.map(lambda one: tuple(sorted(one.items()))), SAYINGS, max_size=12)


def carried(found, name, **chosen):
    form = format_of(name)
    return READERS[form.id](found.about, b"".join(form.write(found, **chosen)))


@settings(
    max_examples=8,
    phases=[Phase.explicit, Phase.generate],
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(DRAWN)
def test_every_format_carries_the_same_figures_and_attributes(drawn):
    cube = a_cube(a_figure(**dict(key), **said) for key, said in drawn.items())
    try:
        found = answer(cube)
        wanted = cells(found)

        for name in FORMATS:
            assert carried(found, name) == wanted, name
        for name in ("json", "json1", "json21", "ml21", "generic", "ml30", "ml31"):
            assert carried(found, name, flat=True) == wanted, f"{name}, flat"
        for name in ("csv", "csv21"):
            assert carried(found, name, labels="name", language="es") == wanted, f"{name}, with names"
        for name in ("csv", "csv1", "csv21"):
            both = b"".join(format_of(name).write(found, labels="both"))
            assert read_csv_both(cube.about, both) == wanted, f"{name}, both"
    finally:
        cube.close()
        shutil.rmtree(cube.path)


@pytest.fixture(scope="module")
def amounts(tmp_path_factory):
    values = [0.1, 12.0, 1e-7, 123456789.123, 1e17, None]
    rows = [
        a_figure("REMIT", OBS_VALUE=value, TIME_PERIOD=str(2000 + number), UNIT_MEASURE="USD", UNIT_MULT="6")
        for number, value in enumerate(values)
    ]
    cube = a_cube(rows, "REMIT", tmp_path_factory.mktemp("amounts"))
    yield cube
    cube.close()


@pytest.mark.parametrize("name", FORMATS)
def test_decimal_figures_come_back_as_they_were(amounts, name):
    found = answer(amounts)

    assert carried(found, name) == cells(found)


@pytest.fixture(scope="module")
def stock(tmp_path_factory):
    rows = [
        a_figure(SEX=sex, TIME_PERIOD=period, REF_AREA=area, OBS_VALUE=place)
        for place, (area, sex, period) in enumerate(
            (area, sex, period) for area in ("CRI", "HND") for sex in ("F", "M", "_T") for period in ("2000", "2010", "2020")
        )
    ]  # fmt: skip
    cube = a_cube(rows, folder=tmp_path_factory.mktemp("stock"))
    yield cube
    cube.close()


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize(
    "asked",
    [
        {"where": {"REF_AREA": "HND", "SEX": ["F", "_T"]}},
        {"last": 1},
        {"order": ("-OBS_VALUE",), "limit": 5},
        {"start": "2010", "attributes": ("OBS_STATUS", "LICENCE")},
        {"attributes": ()},
        {"where": {"SEX": "U"}},
    ],
    ids=["filtered", "last", "sorted page", "some attributes", "no attributes", "nothing"],
)
def test_every_format_carries_what_a_question_asks_for(stock, name, asked):
    found = answer(stock, **asked)

    assert carried(found, name) == cells(found)


@pytest.mark.parametrize("name", [name for name, form in FORMATS.items() if not form.sums])
def test_a_format_of_full_keys_refuses_figures_that_are_added_up(stock, name):
    with pytest.raises(QuestionError, match="csv, labelled, xlsx"):
        list(format_of(name).write(answer(stock, group_by=("REF_AREA",))))


@pytest.mark.parametrize("name", [name for name, form in FORMATS.items() if form.sums])
def test_a_table_takes_figures_that_are_added_up(stock, name):
    found = answer(stock, group_by=("REF_AREA", "YEAR"))

    assert b"".join(format_of(name).write(found))
    assert found.count() == 6


def test_the_same_answer_is_the_same_bytes(stock):
    for form in FORMATS.values():
        assert b"".join(form.write(answer(stock))) == b"".join(form.write(answer(stock))), form.id


def test_a_writer_that_is_left_early_lets_go_of_the_store(stock):
    for form in FORMATS.values():
        pieces = form.write(answer(stock))
        next(pieces)
        pieces.close()

    assert answer(stock).count() == 18


def test_an_unknown_format_is_answered_with_those_there_are():
    with pytest.raises(QuestionError, match="csv1.*jsonstat.*xlsx"):
        format_of("pdf")


def test_every_other_name_of_a_format_means_one_that_there_is():
    assert not set(ALIASES) & set(FORMATS)
    assert {format_of(name).id for name in ALIASES} <= set(FORMATS)


def test_media_types_tell_formats_apart():
    proper = [form.media[0] for form in FORMATS.values()]

    assert len(set(proper)) == len(proper)
