"""Batches of any size make the same text, and none of them is more than its rows."""

import pytest

from siemmes.sdmx import parquet, weaving, workbook
from siemmes.sdmx.formats import FORMATS
from tests.siemmes.sdmx.cubes import a_cube, a_figure, answer
from tests.siemmes.sdmx.readers import READERS

WOVEN = [name for name in FORMATS if name != "parquet"]


@pytest.fixture(scope="module")
def stock(tmp_path_factory):
    rows = [
        a_figure(
            REF_AREA=area, SEX=sex, TIME_PERIOD=period, OBS_VALUE=value, COMMENT_OBS=comment,
            UNIT_MULT="3" if period == "2010" else "0", SOURCE_TYPE="SURVEY" if area == "HND" else None,
        )
        for area in ("CRI", "HND") for sex in ("F", "M", "_T")
        for period, value, comment in (("2000", 1, None), ("2005", None, 'of "two"\nlines'), ("2010", 3, "<&>"))
    ]  # fmt: skip
    cube = a_cube(rows, folder=tmp_path_factory.mktemp("stock"))
    yield cube
    cube.close()


def pieces(cube, name, **chosen):
    return list(FORMATS[name].write(answer(cube), **chosen))


@pytest.mark.parametrize("size", [1, 5])
@pytest.mark.parametrize("name", WOVEN)
def test_batches_of_any_size_make_the_same_bytes(stock, monkeypatch, name, size):
    chosen = [{}, {"flat": True}] if "flat" in FORMATS[name].options else [{}]
    whole = [b"".join(pieces(stock, name, **one)) for one in chosen]
    monkeypatch.setattr(weaving, "BATCH", size)
    monkeypatch.setattr(workbook, "_BATCH", size)

    assert [b"".join(pieces(stock, name, **one)) for one in chosen] == whole


@pytest.mark.parametrize("name", ["csv", "labelled", "json", "json21", "ml21", "generic", "ml30", "jsonstat"])
def test_figures_are_given_away_as_they_are_written(stock, monkeypatch, name):
    monkeypatch.setattr(weaving, "BATCH", 3)

    assert len(pieces(stock, name)) >= 6


@pytest.mark.parametrize("size", [1, 4])
def test_row_groups_of_any_size_hold_the_same_figures(stock, monkeypatch, size):
    wanted = READERS["parquet"](stock.about, b"".join(pieces(stock, "parquet")))
    monkeypatch.setattr(parquet, "GROUP", size)

    assert READERS["parquet"](stock.about, b"".join(pieces(stock, "parquet"))) == wanted
