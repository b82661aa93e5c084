"""Files of every kind come to the same rows; what cannot be read says why; what is hostile does no harm."""

import datetime as dt
import gzip
import json
import zipfile

import duckdb
import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from siemmes.intake import gathering
from siemmes.intake import markup as markup_
from siemmes.intake.judging import validate
from siemmes.intake.reading import read
from siemmes.intake.templates import HEADER, write_template
from siemmes.model.catalogue import structure
from siemmes.model.errors import SiemmesError, UnreadableError
from tests.siemmes.figures import SAID, TODAY, a_file, row, written

STOCK = structure("MIG_STOCK")
KEY = {name: row()[name] for name in STOCK.dimensions}
EXPECTED = [
    {**KEY, "TIME_PERIOD": "2015", "OBS_VALUE": "90"},
    {**KEY, "TIME_PERIOD": "2020", "OBS_VALUE": "100"},
]


def rows_of(path, about=STOCK, **options):
    """The rows that a file comes to: what stands in each."""
    with duckdb.connect() as con, read(con, path, about, **options) as reading:
        names = ["row", *reading.columns]
        found = reading.ask(
            f"SELECT {', '.join(chr(34) + name + chr(34) for name in names)} FROM raw ORDER BY row"
        ).fetchall()
    return [
        {name: value for name, value in zip(names, one, strict=True) if value is not None} for one in found
    ]


def figures(path, about=STOCK):
    wanted = {*about.key, "OBS_VALUE"}
    return [{name: value for name, value in one.items() if name in wanted} for one in rows_of(path, about)]


def key_as_attributes():
    return " ".join(f'{name}="{value}"' for name, value in KEY.items())


def values_of(facts):
    return "".join(f'<g:Value id="{name}" value="{value}"/>' for name, value in facts.items())


def markup(body, *, version="2_1", root="StructureSpecificData", header=""):
    space = f"http://www.sdmx.org/resources/sdmxml/schemas/v{version}"
    return (
        f'<m:{root} xmlns:m="{space}/message" xmlns:g="{space}/data/generic" xmlns:s="{space}/data/structurespecific" '
        f'xmlns:c="{space}/common"><m:Header><m:ID>x</m:ID>{header}</m:Header>{body}</m:{root}>'
    )


SPECIFIC = (
    f'<m:DataSet s:action="Append" SOURCE_TYPE="CENSUS"><Series {key_as_attributes()} UNIT_MEASURE="PS">'
    '<Obs TIME_PERIOD="2015" OBS_VALUE="90" OBS_STATUS="A"/><Obs TIME_PERIOD="2020" OBS_VALUE="100"/></Series></m:DataSet>'
)
FLAT = (
    f'<m:DataSet><Obs {key_as_attributes()} TIME_PERIOD="2015" OBS_VALUE="90"/>'
    f'<Obs {key_as_attributes()} TIME_PERIOD="2020" OBS_VALUE="100"/></m:DataSet>'
)
GENERIC = (
    f"<m:DataSet><g:Series><g:SeriesKey>{values_of(KEY)}</g:SeriesKey>"
    f"<g:Attributes>{values_of({'UNIT_MEASURE': 'PS'})}</g:Attributes>"
    '<g:Obs><g:ObsDimension value="2015"/><g:ObsValue value="90"/>'
    f"<g:Attributes>{values_of({'OBS_STATUS': 'A'})}</g:Attributes></g:Obs>"
    '<g:Obs><g:ObsDimension value="2020"/><g:ObsValue value="100"/></g:Obs></g:Series></m:DataSet>'
)
GENERIC_FLAT = "<m:DataSet>" + "".join(
    f"<g:Obs><g:ObsKey>{values_of(KEY | {'TIME_PERIOD': period})}</g:ObsKey><g:ObsValue value='{value}'/></g:Obs>"
    for period, value in (("2015", "90"), ("2020", "100"))
) + "</m:DataSet>"  # fmt: skip


@pytest.mark.parametrize(("body", "options"), [
    (SPECIFIC, {}), (FLAT, {}), (SPECIFIC, {"version": "3_0"}), (SPECIFIC, {"version": "3_1"}),
    (GENERIC, {"root": "GenericData"}), (GENERIC_FLAT, {"root": "GenericData"}),
], ids=["specific", "flat", "3.0", "3.1", "generic", "generic flat"])  # fmt: skip
def test_every_form_of_markup_comes_to_the_same_rows(tmp_path, body, options):
    path = tmp_path / "figures.xml"
    path.write_text(markup(body, **options))

    assert figures(path) == EXPECTED


def test_markup_says_of_rows_what_is_said_of_their_series_their_data_set_and_their_group(tmp_path):
    group = '<Group REF_AREA="CRI" COMMENT_OBS="a group"/>'
    path = tmp_path / "figures.xml"
    path.write_text(markup(SPECIFIC.replace("<Series", group + "<Series", 1)))

    first = rows_of(path)[0]

    assert (first["SOURCE_TYPE"], first["UNIT_MEASURE"], first["COMMENT_OBS"], first["ACTION"]) == (
        "CENSUS",
        "PS",
        "a group",
        "I",
    )


@pytest.mark.parametrize("header", [
    '<m:Structure structureID="S"><c:StructureUsage><Ref agencyID="RCM" id="BORDER" version="1.0.0" class="Dataflow"/></c:StructureUsage></m:Structure>',
    '<m:Structure structureID="S"><c:Structure>urn:sdmx:org.sdmx.infomodel.datastructure.Dataflow=RCM:BORDER(1.0.0)</c:Structure></m:Structure>',
])  # fmt: skip
def test_markup_of_another_flow_is_told_row_by_row(tmp_path, header):
    path = tmp_path / "figures.xml"
    path.write_text(markup(FLAT, header=header))

    found = validate(path, flow="MIG_STOCK", sender="CRI", said=SAID, today=TODAY)

    assert found.by_message()["other_flow"] == 2


@pytest.mark.parametrize(("body", "options"), [
    (SPECIFIC, {}), (FLAT, {}), (GENERIC, {"root": "GenericData"}), (GENERIC_FLAT, {"root": "GenericData"}),
], ids=["specific", "flat", "generic", "generic flat"])  # fmt: skip
@pytest.mark.parametrize("chunk", [7, 61, 500])
def test_however_markup_is_cut_into_pieces_it_comes_to_the_same_rows(
    tmp_path, monkeypatch, body, options, chunk
):
    many = "".join(
        body.replace("2015", str(year)).replace("2020", str(year + 1)) for year in range(1950, 1970, 2)
    )
    path = tmp_path / "figures.xml"
    path.write_text(markup(many, **options))
    whole = rows_of(path)
    monkeypatch.setattr(markup_, "_CHUNK", chunk)
    monkeypatch.setattr(markup_, "BATCH", 2)
    in_memory = rows_of(path)
    monkeypatch.setattr(gathering, "KEPT", 2)

    assert rows_of(path) == in_memory == whole
    assert [one["TIME_PERIOD"] for one in whole] == [str(year) for year in range(1950, 1970)]


@pytest.mark.parametrize(
    "body", ['<Obs TIME_PERIOD="2020" OBS_VALUE="1"/>', "<m:DataSet>" + "<Series/>" * 9 + "</m:DataSet>"]
)
def test_markup_without_a_data_set_or_without_figures_is_judged_like_any_other(tmp_path, body):
    path = tmp_path / "figures.xml"
    path.write_text(markup(body))

    assert not validate(path, flow="MIG_STOCK", sender="CRI", said=SAID, today=TODAY).accepted


LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(("text", "reason"), [
    (LAUGHS + markup(SPECIFIC.replace('"90"', '"&b;"')), "entities"),
    (OUTSIDE + markup(SPECIFIC), "entities"),
    (markup(SPECIFIC)[:-60], "not well-formed"),
    ("<html><body>Not found</body></html>", "no SDMX-ML"),
    (markup("<a>" * 100 + "</a>" * 100), "too deep"),
])  # fmt: skip
def test_markup_that_is_hostile_or_broken_is_refused_with_the_reason(tmp_path, text, reason):
    path = tmp_path / "figures.xml"
    path.write_text(text)

    with pytest.raises(UnreadableError, match=reason):
        rows_of(path)


def components(facts):
    return [{"id": name, "values": [{"id": value, "name": value}]} for name, value in facts.items()]


def a_notation(*, version, flat=False):
    periods = {
        "id": "TIME_PERIOD",
        "values": [{"id": "2015"}, {"id": "2020"}]
        if version == "1.0"
        else [{"value": "2015"}, {"value": "2020"}],
    }
    series = components(KEY)
    shape = {
        "dimensions": {"dataSet": [], "series": [] if flat else series, "observation": [*(series if flat else []), periods]},
        "attributes": {"dataSet": components({"SOURCE_TYPE": "CENSUS"}), "series": [], "observation": components({"OBS_STATUS": "A"})},
    }  # fmt: skip
    if version != "1.0":
        shape["measures"] = {"observation": [{"id": "OBS_VALUE"}]}
    zeros = ":".join("0" for _ in KEY)
    dataset = {"attributes": [0]}
    if flat:
        dataset["observations"] = {f"{zeros}:0": [90, 0], f"{zeros}:1": [100]}
    else:
        dataset["series"] = {zeros: {"observations": {"0": [90, 0], "1": [100, None]}}}
    data = {"dataSets": [dataset]} | ({"structure": shape} if version == "1.0" else {"structures": [shape]})
    return {"meta": {"schema": f"https://example.org/{version}"}, "data": data}


@pytest.mark.parametrize("version", ["1.0", "2.0", "2.1"])
@pytest.mark.parametrize("flat", [False, True], ids=["series", "flat"])
def test_every_form_of_notation_comes_to_the_same_rows(tmp_path, version, flat):
    path = tmp_path / "figures.json"
    path.write_text(json.dumps(a_notation(version=version, flat=flat)))

    assert figures(path) == EXPECTED
    assert [one.get("OBS_STATUS") for one in rows_of(path)] == ["A", None]
    assert {one["SOURCE_TYPE"] for one in rows_of(path)} == {"CENSUS"}


@pytest.mark.parametrize(
    "text",
    [
        '{"data": ',
        '{"data": {}}',
        '{"dataSets": [{"series": {"0:9": {}}}], "structure": {"dimensions": {}}}',
        "{" * 5000,
    ],
)
def test_notation_that_does_not_hold_together_is_refused(tmp_path, text):
    path = tmp_path / "figures.json"
    path.write_text(text)

    with pytest.raises(UnreadableError):
        rows_of(path)


def a_workbook(path, rows, *, titles=0):
    book = openpyxl.Workbook()
    sheet = book.active
    for _ in range(titles):
        sheet.append([None, "Title"])
    sheet.append(list(rows[0]))
    for one in rows:
        sheet.append(list(one.values()))
    book.save(path)
    return path


def test_a_spreadsheet_is_read_wherever_its_header_stands_with_its_own_rows(tmp_path):
    rows = [row(TIME_PERIOD=2015, OBS_VALUE=90), row(TIME_PERIOD=2020, OBS_VALUE=100)]
    typed = [
        one | {"OBS_VALUE": float(one["OBS_VALUE"]), "TIME_PERIOD": int(one["TIME_PERIOD"])} for one in rows
    ]
    for titles in (0, 2):
        path = a_workbook(tmp_path / f"{titles}.xlsx", typed, titles=titles)
        assert figures(path) == EXPECTED
        assert [one["row"] for one in rows_of(path)] == [titles + 2, titles + 3]


def test_a_month_that_a_spreadsheet_holds_as_a_date_is_that_month(tmp_path):
    path = a_workbook(tmp_path / "x.xlsx", [row("BORDER", FREQ="M") | {"TIME_PERIOD": dt.date(2020, 4, 1)}])

    assert rows_of(path, structure("BORDER"))[0]["TIME_PERIOD"] == "2020-04"


def test_formulas_and_merged_cells_of_a_spreadsheet_are_told(tmp_path):
    path = a_workbook(tmp_path / "x.xlsx", [row(), row(TIME_PERIOD=2015)])
    book = openpyxl.load_workbook(path)
    book.active["A3"] = '="A"'
    book.active.merge_cells("B2:B3")
    book.save(path)

    found = validate(path, flow="MIG_STOCK", sender="CRI", said=SAID, today=TODAY).by_message()

    assert found["cell_formula"] == 1
    assert found["cell_merged"] == 1


@pytest.mark.parametrize("flow", ["MIG_STOCK", "REMIT"])
def test_a_filled_template_is_read_and_its_own_check_column_is_not(tmp_path, flow):
    about = structure(flow)
    path = tmp_path / "template.xlsx"
    write_template(about, path, sender="CRI")
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    given = row(flow)
    for column, name in enumerate(about.columns, start=1):
        sheet.cell(HEADER + 1, column).value = given.get(name)
    book.save(path)

    found = validate(path, flow=flow, sender="CRI", said=SAID, today=TODAY)

    assert found.by_message() == {}
    assert found.rows == 1


def test_wrappings_are_taken_off(tmp_path):
    text = written([row()])
    with gzip.open(tmp_path / "a.csv.gz", "wt") as file:
        file.write(text)
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("folder/figures.csv", text)

    assert figures(tmp_path / "a.csv.gz") == figures(tmp_path / "b.zip") == figures(a_file(tmp_path, [row()]))


def test_ten_gigabytes_of_zeros_in_a_wrapping_are_not_unpacked(tmp_path):
    path = tmp_path / "zeros.csv.gz"
    block = gzip.compress(b"0" * (1 << 20))
    path.write_bytes(block * 64)

    with pytest.raises(UnreadableError, match="more than 16 MiB"):
        rows_of(path, limit=16 << 20)


def test_a_wrapping_with_two_files_or_a_password_or_an_end_missing_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as archive:
        archive.writestr("a.csv", "x")
        archive.writestr("b.csv", "x")
    whole = gzip.compress(written([row()] * 100).encode())
    (tmp_path / "cut.csv.gz").write_bytes(whole[: len(whole) // 2])

    with pytest.raises(UnreadableError, match="2 files"):
        rows_of(tmp_path / "two.zip")
    with pytest.raises(UnreadableError, match="cut off"):
        rows_of(tmp_path / "cut.csv.gz")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_delimiter_and_encoding_are_found(tmp_path, delimiter, encoding):
    comment = "Revisión según el Instituto de Estadística: año, población y señas"
    path = tmp_path / "x.csv"
    path.write_bytes(written([row(COMMENT_OBS=comment)] * 20, delimiter=delimiter).encode(encoding))

    assert {one["COMMENT_OBS"] for one in rows_of(path)} == {comment}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_may_end_as_on_any_machine(tmp_path, end):
    path = tmp_path / "x.csv"
    path.write_bytes(
        written([row(), row(COMMENT_OBS="two\nlines", TIME_PERIOD=2015)]).replace("\n", end).encode()
    )

    assert [(one["row"], one["TIME_PERIOD"]) for one in rows_of(path)] == [(2, "2020"), (3, "2015")]


def test_lines_that_end_in_several_ways_are_read_all_the_same(tmp_path):
    first, *others = written([row(TIME_PERIOD=year) for year in range(2010, 2016)]).splitlines()
    path = tmp_path / "x.csv"
    path.write_bytes(
        (
            first + "\r\n" + "".join(one + end for one, end in zip(others, ["\n", "\r\n"] * 3, strict=True))
        ).encode()
    )

    assert [one["TIME_PERIOD"] for one in rows_of(path)] == [str(year) for year in range(2010, 2016)]


def test_a_decimal_comma_is_read_where_no_figure_has_a_point(tmp_path):
    rows = [row("REMIT", OBS_VALUE="1234,5"), row("REMIT", OBS_VALUE="7", TIME_PERIOD=2019)]

    found = rows_of(a_file(tmp_path, rows, delimiter=";"), structure("REMIT"))

    assert [one["OBS_VALUE"] for one in found] == ["1234.5", "7"]


@pytest.mark.parametrize(
    "content", [b"", b"   \n", b"\x00\x01\x02\x03" * 100, b"hello, world\n1,2\n", b"%PDF-1.4\n%\xe2\xe3"]
)
def test_what_is_no_file_of_figures_says_so(tmp_path, content):
    path = tmp_path / "x.bin"
    path.write_bytes(content)

    with pytest.raises(UnreadableError) as refused:
        rows_of(path)
    assert refused.value.text("es") != refused.value.text("en")


def test_broken_rows_are_told_by_their_line_and_the_others_are_read(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text(written([row(), row(TIME_PERIOD=2015)]) + "only,three,columns\n")

    found = validate(path, flow="MIG_STOCK", sender="CRI", said=SAID, today=TODAY)

    assert [(one.message, one.row) for one in found] == [("row_broken", 4)]
    assert found.rows == 2


def test_rows_after_a_broken_one_keep_the_numbers_that_they_have_in_the_file(tmp_path):
    header, *rows = written(
        [row(TIME_PERIOD=2000 + place, SEX="_T" if place % 2 else "X") for place in range(6)]
    ).splitlines()
    path = tmp_path / "x.csv"
    path.write_text("\n".join([header, "broken", *rows[:3], "broken", "broken", *rows[3:]]) + "\n")

    found = validate(path, flow="MIG_STOCK", sender="CRI", said=SAID, today=TODAY)

    assert [(one.message, one.row) for one in found] == [
        ("row_broken", 2), ("code_unknown", 3), ("code_unknown", 5), ("row_broken", 6), ("row_broken", 7), ("code_unknown", 9),
    ]  # fmt: skip


@given(st.binary(max_size=400))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_bytes_come_the_answer_is_rows_or_a_reason(tmp_path, content):
    path = tmp_path / "x"
    path.write_bytes(content)

    try:
        rows_of(path)
    except SiemmesError as refused:
        assert refused.text("en")
        assert refused.text("es")


@given(st.lists(st.fixed_dictionaries({"COMMENT_OBS": st.text(
    st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=20).filter(lambda text: text == text.strip())
}), min_size=1, max_size=5))  # fmt: skip
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_of_a_comment_comes_back_as_it_was_sent(tmp_path, comments):
    rows = [row(TIME_PERIOD=2000 + place, **one) for place, one in enumerate(comments)]

    found = rows_of(a_file(tmp_path, rows))

    assert [one.get("COMMENT_OBS") for one in found] == [one["COMMENT_OBS"] for one in comments]
