"""XLSX: sheets that say how they go on, and names in both languages."""

import io
import zipfile

import openpyxl
import pytest

from siemmes.sdmx.workbook import LIMIT, write_xlsx
from tests.siemmes.sdmx.cubes import a_cube, a_figure, answer


@pytest.fixture(scope="module")
def stock(tmp_path_factory):
    rows = [
        a_figure(SEX=sex, TIME_PERIOD=period, OBS_VALUE=value, COMMENT_OBS=comment)
        for sex in ("F", "M") for period, value, comment in (("2000", 1, "=1+1"), ("2010", None, None), ("2020", 3, " ñ\n"))
    ]  # fmt: skip
    cube = a_cube(rows, folder=tmp_path_factory.mktemp("stock"))
    yield cube
    cube.close()


def opened(cube, **options):
    return openpyxl.load_workbook(io.BytesIO(b"".join(write_xlsx(answer(cube), **options))))


def test_codes_are_followed_by_their_names_in_english_and_spanish(stock):
    headings, first, *_rest = opened(stock)["Data"].iter_rows(values_only=True)
    found = dict(zip(headings, first, strict=True))

    assert (found["SEX"], found["Sex (en)"], found["Sexo (es)"]) == ("F", "Female", "Mujeres")
    assert found["OBS_VALUE"] == 1


def test_figures_are_numbers_and_a_text_that_looks_like_a_formula_is_a_text(stock):
    sheet = opened(stock)["Data"]
    headings = [cell.value for cell in sheet[1]]
    value, comment = headings.index("OBS_VALUE"), headings.index("COMMENT_OBS")

    assert [row[value].data_type for row in sheet.iter_rows(min_row=2, max_row=4)] == ["n", "n", "n"]
    assert [row[value].value for row in sheet.iter_rows(min_row=2, max_row=4)] == [1, None, 3]
    assert [row[comment].value for row in sheet.iter_rows(min_row=2, max_row=4)] == ["=1+1", None, " ñ\n"]


def test_an_answer_longer_than_a_sheet_goes_on_in_further_ones_and_says_so(stock):
    book = opened(stock, limit=4)
    said = " ".join(str(cell) for row in book["About"].iter_rows(values_only=True) for cell in row)

    assert book.sheetnames == ["Data", "Data 2", "About"]
    assert [book[name].max_row - 1 for name in ("Data", "Data 2")] == [4, 2]
    assert book["Data"]["A1"].value == book["Data 2"]["A1"].value == "FREQ"
    assert "6 figures in 2 sheets" in said
    assert "6 cifras en 2 hojas" in said


def test_a_sheet_takes_as_many_rows_as_the_format_has_below_the_heading(stock):
    assert LIMIT + 1 == 2**20
    assert opened(stock).sheetnames == ["Data", "About"]


def test_the_archive_tells_sizes_before_files_as_office_programs_want_it(stock):
    with zipfile.ZipFile(io.BytesIO(b"".join(write_xlsx(answer(stock))))) as archive:
        for one in archive.infolist():
            assert not one.flag_bits & 0x08, "sizes after the file"
            assert one.extract_version < 45, "ZIP64"
