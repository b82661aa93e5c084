"""SDMX-CSV as its field guides say."""

import csv
import io

import pytest

from siemmes.sdmx.delimited import write_csv, write_labelled
from tests.siemmes.sdmx.cubes import a_cube, a_figure, answer


@pytest.fixture(scope="module")
def stock(tmp_path_factory):
    rows = [
        a_figure(SEX=sex, COMMENT_OBS=comment) for sex, comment in (("F", 'said "no", twice'), ("M", None))
    ]
    cube = a_cube(rows, folder=tmp_path_factory.mktemp("stock"))
    yield cube
    cube.close()


def lines(pieces):
    return b"".join(pieces).decode().split("\n")


def table(pieces):
    return list(csv.reader(io.StringIO(b"".join(pieces).decode())))


@pytest.mark.parametrize(
    ("version", "before", "values"),
    [
        ("1.0", "DATAFLOW,FREQ", "RCM:MIG_STOCK(1.0.0),A,"),
        ("2.0", "STRUCTURE,STRUCTURE_ID,ACTION,FREQ", "dataflow,RCM:MIG_STOCK(1.0.0),I,A,"),
        ("2.1", "STRUCTURE,STRUCTURE_ID,ACTION,FREQ", "dataflow,RCM:MIG_STOCK(1.0.0),I,A,"),
    ],
)
def test_each_version_names_the_flow_in_its_own_columns(stock, version, before, values):
    heading, first, *_rest = lines(write_csv(answer(stock), version=version))

    assert heading.startswith(before)
    assert first.startswith(values)


def test_columns_stand_in_the_structures_order_and_empty_ones_stay(stock):
    heading, *rows = table(write_csv(answer(stock), version="1.0"))

    assert heading == ["DATAFLOW", *stock.about.columns]
    assert [row[heading.index("VINTAGE")] for row in rows] == ["", ""]


def test_fields_are_quoted_where_they_must_be_and_nowhere_else(stock):
    _heading, first, second, end = lines(write_csv(answer(stock)))

    assert first.count('"') == 6
    assert '"said ""no"", twice"' in first
    assert '"' not in second
    assert end == ""


def test_both_puts_the_name_behind_the_code_and_the_flow(stock):
    heading, first, *_rest = table(write_csv(answer(stock), labels="both", language="es"))
    found = dict(zip(heading, first, strict=True))

    assert found["STRUCTURE_ID"] == "RCM:MIG_STOCK(1.0.0): Población migrante residente"
    assert found["SEX: Sexo"] == "F: Mujeres"
    assert found["OBS_VALUE: Valor"] == "100"
    assert found["TIME_PERIOD: Período"] == "2020"


@pytest.mark.parametrize("labels", ["both", "name"])
def test_version_1_leaves_the_heading_of_the_figure_bare(stock, labels):
    heading, first, *_rest = table(write_csv(answer(stock), version="1.0", labels=labels))

    assert heading[0] == "DATAFLOW"
    assert first[0] == "RCM:MIG_STOCK(1.0.0): Migrant stock"
    assert "OBS_VALUE" in heading
    assert "SEX: Sex" in heading


def test_name_puts_a_column_beside_each_component_and_the_flow(stock):
    heading, first, *_rest = table(write_csv(answer(stock), labels="name"))

    assert heading[:6] == ["STRUCTURE", "STRUCTURE_ID", "STRUCTURE_NAME", "ACTION", "FREQ", "Frequency"]
    assert first[2] == "Migrant stock"
    assert first[heading.index("SEX") + 1] == "Female"
    assert len(heading) == 4 + 2 * len(stock.about.columns)
    assert first[heading.index("OBS_VALUE") + 1] == ""


def test_a_plain_table_names_codes_and_leaves_the_rest_alone(stock):
    heading, first, *_rest = table(write_labelled(answer(stock), language="es"))

    assert heading[:4] == ["FREQ", "Frecuencia", "REF_AREA", "Área informante"]
    assert first[heading.index("SEX") + 1] == "Mujeres"
    assert heading[heading.index("OBS_VALUE") + 1] == "OBS_STATUS"


def test_a_plain_table_can_begin_with_the_mark_that_spreadsheets_look_for(stock):
    assert b"".join(write_labelled(answer(stock), mark=True)).startswith(b"\xef\xbb\xbfFREQ,")


def test_one_series_is_byte_for_byte_what_the_query_gives(stock):
    key = (("A", "CRI", "NIC", "BIRTH", "F", "_T", "_T", "_T", "_T"),)
    found = answer(stock, keys=key)

    assert found.series is not None or stock.series(key[0]) is not None
    assert b"".join(write_csv(found)) == b"".join(write_csv(answer(stock, where={"SEX": "F"})))
