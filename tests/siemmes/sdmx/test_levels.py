"""Where attributes are said: once where they say the same, of each figure where they do not."""

import json

import pytest
from lxml import etree

from siemmes.sdmx.facts import Facts
from siemmes.sdmx.jsondata import write_json
from siemmes.sdmx.mldata import write_ml
from tests.siemmes.sdmx.cubes import a_cube, a_figure, answer


@pytest.fixture(scope="module")
def mixed(tmp_path_factory):
    """Two sources, of which one has a series of the other go on; a unit that changes inside a series."""
    rows = [
        a_figure(SEX="F", TIME_PERIOD="2000", SOURCE_TYPE="CENSUS", UNIT_MULT="0"),
        a_figure(SEX="F", TIME_PERIOD="2010", SOURCE_TYPE="SURVEY", UNIT_MULT="3"),
        a_figure(SEX="M", TIME_PERIOD="2000", SOURCE_TYPE="CENSUS", UNIT_MULT="3", VINTAGE="2019"),
        a_figure(SEX="M", TIME_PERIOD="2010", SOURCE_TYPE="CENSUS", UNIT_MULT="3", VINTAGE="2019"),
    ]
    cube = a_cube(rows, folder=tmp_path_factory.mktemp("mixed"))
    yield cube
    cube.close()


def test_an_attribute_is_said_where_it_says_the_same(mixed):
    levels = Facts.of(answer(mixed)).levels

    assert levels["LICENCE"] == levels["UNIT_MEASURE"] == "dataset"
    assert levels["VINTAGE"] == "series"
    assert levels["SOURCE_TYPE"] == levels["UNIT_MULT"] == "obs"
    assert "DEFINITION" not in levels


def test_a_part_of_the_figures_has_levels_of_its_own(mixed):
    levels = Facts.of(answer(mixed, where={"SEX": "M"})).levels

    assert levels["SOURCE_TYPE"] == levels["UNIT_MULT"] == levels["VINTAGE"] == "dataset"


def test_sdmx_json_lists_only_codes_that_stand_in_the_answer(mixed):
    message = json.loads(b"".join(write_json(answer(mixed, where={"SEX": "M"}, start="2010"))))
    dimensions = message["data"]["structures"][0]["dimensions"]

    assert {one["id"]: [value.get("id", value.get("value")) for value in one["values"]] for level in dimensions.values() for one in level if one["id"] in {"SEX", "TIME_PERIOD"}} == {
        "SEX": ["M"], "TIME_PERIOD": ["2010"],
    }  # fmt: skip


def test_sdmx_json_names_stand_in_both_languages_the_preferred_first(mixed):
    message = json.loads(b"".join(write_json(answer(mixed), language="es")))
    (sex,) = (one for one in message["data"]["structures"][0]["dimensions"]["series"] if one["id"] == "SEX")

    assert sex["name"] == "Sexo"
    assert list(sex["names"]) == ["es", "en"]
    assert sex["values"][0] == {"id": "F", "name": "Mujeres", "names": {"es": "Mujeres", "en": "Female"}}
    assert message["meta"]["contentLanguages"] == ["es", "en"]


def test_sdmx_ml_makes_a_data_set_for_each_set_of_its_attributes(mixed):
    root = etree.fromstring(b"".join(write_ml(answer(mixed), version="3.0")))
    found = [
        (one.get("SOURCE_TYPE"), one.get("VINTAGE"), len(list(one.iter("Obs"))))
        for one in root.iter("{*}DataSet")
    ]

    assert sorted(found, key=str) == [("CENSUS", "2019", 2), ("CENSUS", None, 1), ("SURVEY", None, 1)]


def test_sdmx_ml_begins_a_second_series_where_its_attributes_change(tmp_path):
    rows = [
        a_figure(TIME_PERIOD=year, UNIT_MULT=unit)
        for year, unit in (("2000", "0"), ("2001", "0"), ("2002", "3"))
    ]
    cube = a_cube(rows, folder=tmp_path)

    root = etree.fromstring(b"".join(write_ml(answer(cube))))

    assert [(one.get("UNIT_MULT"), len(one)) for one in root.iter("Series")] == [("0", 2), ("3", 1)]
    cube.close()
