"""The sender's own file given back with its findings."""

import csv
import json

import openpyxl
import pytest

from siemmes.cli import main
from siemmes.intake.annotating import annotate
from siemmes.intake.judging import validate
from siemmes.model.errors import UnreadableError
from tests.siemmes.figures import SAID, TODAY, a_file, row


def judged(path):
    return validate(path, flow="MIG_STOCK", sender="CRI", said=SAID, today=TODAY)


@pytest.mark.parametrize(("language", "words"), [("en", "not in the list"), ("es", "no está en la lista")])
def test_a_text_comes_back_with_its_findings_beside_their_rows(tmp_path, language, words):
    path = a_file(tmp_path, [row(), row(SEX="X", TIME_PERIOD=2015)], delimiter=";")
    copy = tmp_path / "copy.csv"

    annotate(path, judged(path), copy, language=language)

    with copy.open(encoding="utf-8-sig", newline="") as file:
        first, second = csv.DictReader(file, delimiter=";")
    assert first["FINDING"] == ""
    assert second["FINDING"] == "E V2"
    assert words in second["FINDING_TEXT"]


def test_what_is_said_of_the_header_stands_below_and_rows_have_their_own(tmp_path):
    rows = [
        row(TIME_PERIOD=2000 + n, SEX="X" if n % 3 == 1 else "F", OBS_VALUE=-1 if n == 4 else 100)
        for n in range(8)
    ]
    path = a_file(tmp_path, [{name: text for name, text in one.items() if name != "AGE"} for one in rows])

    annotate(path, judged(path), tmp_path / "copy.csv")

    with (tmp_path / "copy.csv").open(encoding="utf-8-sig", newline="") as file:
        header, *told = csv.reader(file)
    at = header.index("FINDING")
    assert [one[at] for one in told[:8]] == ["", "E V2", "", "", "E V2 E V4", "", "", "E V2"]
    assert any(one[0].startswith("E V1: ") and "AGE" in one[0] for one in told[8:])


def test_a_spreadsheet_comes_back_with_coloured_cells_and_comments(tmp_path):
    path = tmp_path / "x.xlsx"
    book = openpyxl.Workbook()
    given = [row(), row(SEX="X", TIME_PERIOD=2015)]
    book.active.append(list(given[0]))
    for one in given:
        book.active.append(list(one.values()))
    book.save(path)

    annotate(path, judged(path), tmp_path / "copy.xlsx")

    copy = openpyxl.load_workbook(tmp_path / "copy.xlsx")
    cell = copy.worksheets[1].cell(3, list(given[0]).index("SEX") + 1)
    assert "“X” is not in the list" in cell.comment.text
    assert cell.fill.fgColor.rgb == "FFFBE0DC"
    assert copy.worksheets[0]["B1"].value == "V2"


def test_other_kinds_are_not_annotated_and_say_what_to_do(tmp_path):
    path = tmp_path / "x.json"
    path.write_text(json.dumps({}))

    with pytest.raises(UnreadableError, match="--json"):
        annotate(path, judged(a_file(tmp_path, [row()])), tmp_path / "copy")


def test_the_command_writes_the_copy_and_ends_with_one_where_something_refuses(tmp_path, capsys):
    path = a_file(tmp_path, [row(SEX="X")])
    said = [
        "--flow",
        "MIG_STOCK",
        "--sender",
        "CRI",
        "--say",
        "SOURCE_TYPE=CENSUS",
        "--today",
        TODAY.isoformat(),
    ]

    code = main(["validate", str(path), *said, "--annotate", str(tmp_path / "copy.csv"), "--json"])

    assert code == 1
    assert json.loads(capsys.readouterr().out)["counts"] == {"E": 1, "W": 0, "I": 0}
    assert (tmp_path / "copy.csv").exists()
