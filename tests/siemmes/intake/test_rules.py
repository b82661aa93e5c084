"""What each rule says of a file, and what it leaves alone."""

import datetime as dt
import tempfile
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siemmes.intake import judging, laying
from siemmes.intake.findings import messages, rules
from siemmes.intake.judging import validate
from siemmes.intake.laying import mixed
from siemmes.intake.rules import history
from siemmes.model.catalogue import code_list
from siemmes.model.errors import RefusedError
from siemmes.release.store import Store
from tests.siemmes.figures import SAID, TODAY, a_file, released, row


def told(folder, rows, *, flow="MIG_STOCK", sender="CRI", **options):
    """The findings about a file of rows: (message, row, value)."""
    found = validate(a_file(folder, rows), flow=flow, sender=sender, today=TODAY, said=SAID, **options)
    return [(one.message, one.row, one.value) for one in found]


def sexes(**values):
    return [row(SEX=sex, OBS_VALUE=value) for sex, value in values.items()]


def test_a_good_file_is_told_nothing(tmp_path):
    assert told(tmp_path, sexes(F=52, M=48, _T=100)) == []


@pytest.mark.parametrize(("change", "message"), [
    ({"AGE": ""}, "key_incomplete"),
    ({"OBS_VALUE": "12 thousand"}, "not_a_number"),
    ({"OBS_VALUE": "1.234,5"}, "not_a_number"),
    ({"OBS_VALUE": "1e99"}, "not_a_number"),
    ({"OBS_VALUE": "99999999999999999999"}, "not_a_number"),
    ({"OBS_VALUE": str(-(2**63))}, "not_a_number"),
    ({"SEX": "X"}, "code_unknown"),
    ({"COUNTERPART_AREA": "CRI"}, "own_counterpart"),
    ({"REF_AREA": "HND", "COUNTERPART_AREA": "NIC"}, "not_yours"),
    ({"FREQ": "M", "TIME_PERIOD": "2020-01"}, "frequency_not_taken"),
    ({"OBS_VALUE": "-5"}, "negative"),
    ({"OBS_VALUE": "5.5"}, "not_whole"),
    ({"TIME_PERIOD": "2020-21"}, "period_form"),
    ({"TIME_PERIOD": "2027"}, "period_future"),
    ({"TIME_PERIOD": "1949"}, "period_before"),
    ({"OBS_VALUE": "", "OBS_STATUS": "A"}, "missing_unsaid"),
    ({"OBS_STATUS": "O"}, "value_with_missing"),
    ({"UNIT_MEASURE": "USD"}, "unit_not_taken"),
    ({"UNIT_MULT": "3"}, "multiplier"),
    ({"COMMENT_OBS": "x" * 2001}, "text_too_long"),
    ({"OBS_VALUE": "3"}, "small_cells"),
])  # fmt: skip
def test_one_fault_in_a_row_gives_one_finding(tmp_path, change, message):
    assert [one[0] for one in told(tmp_path, [row(**change)])] == [message]


def test_a_forecast_may_lie_ahead(tmp_path):
    assert told(tmp_path, [row(TIME_PERIOD="2030", OBS_STATUS="F")]) == []


def test_a_source_that_is_no_country_reports_on_all(tmp_path):
    assert told(tmp_path, [row(), row(REF_AREA="HND")], sender="UNDESA") == []


def test_a_near_code_is_named(tmp_path):
    (found,) = validate(
        a_file(tmp_path, [row(COUNTERPART_AREA="NICA")]),
        flow="MIG_STOCK",
        sender="CRI",
        said=SAID,
        today=TODAY,
    )

    assert "NIC" in found.advice("en")
    assert "NIC" in found.advice("es")


def test_a_column_that_is_missing_is_named_and_one_that_is_strange_is_left_out(tmp_path):
    odd = {name: value for name, value in row(REMARK="x").items() if name != "AGE"}

    found = told(tmp_path, [odd])

    assert ("column_missing", 1, None) in found
    assert ("column_unknown", 1, None) in found


def test_one_code_of_unhcr_is_a_slip_and_its_meaning_is_named_and_two_are_a_column_of_them(tmp_path):
    (slip,) = validate(
        a_file(tmp_path, [row(COUNTERPART_AREA="GUA")]),
        flow="MIG_STOCK",
        sender="CRI",
        said=SAID,
        today=TODAY,
    )
    both = told(tmp_path, [row(COUNTERPART_AREA="GUA"), row(COUNTERPART_AREA="HON")])

    assert slip.message == "code_unknown"
    assert "GTM" in slip.advice("en")
    assert [one[0] for one in both] == ["codes_of_unhcr", "code_unknown", "code_unknown"]


def test_a_key_that_stands_twice_is_told_with_the_row_of_its_first(tmp_path):
    (found,) = validate(
        a_file(tmp_path, [row(OBS_VALUE=100), row(OBS_VALUE=120)]),
        flow="MIG_STOCK",
        sender="CRI",
        said=SAID,
        today=TODAY,
    )

    assert (found.message, found.row, found.facts["c"]) == ("key_twice", 3, "2")


@pytest.mark.parametrize(("parts", "message"), [
    ({"F": 60, "M": 50, "_T": 100}, "parts_over"),
    ({"F": 50, "M": 49, "_T": 100}, "parts_short"),
])  # fmt: skip
def test_parts_that_do_not_make_their_total_are_told(tmp_path, parts, message):
    assert [one[0] for one in told(tmp_path, sexes(**parts))] == [message]


def test_estimated_parts_may_differ_and_are_told_as_estimates(tmp_path):
    rows = [one | {"ESTIMATE_KIND": "MODELLED"} for one in sexes(F=60, M=50, _T=100)]

    assert [one[0] for one in told(tmp_path, rows)] == ["parts_of_estimates"]


def test_a_selection_of_parts_is_noted_once(tmp_path):
    rows = [
        row(COUNTERPART_AREA=area, TIME_PERIOD=year, OBS_VALUE=value)
        for year in (2010, 2015)
        for area, value in (("NIC", 100), ("PAN", 50), ("_T", 400))
    ]

    assert told(tmp_path, rows) == [("parts_selected", None, None)]


def test_only_ages_that_tile_are_added_up(tmp_path):
    ages = {"Y0T14": 30, "Y0T4": 10, "Y5T9": 10, "Y10T14": 10, "Y15T64": 60, "Y_GE65": 10, "_T": 100}

    assert told(tmp_path, [row(AGE=age, OBS_VALUE=value) for age, value in ages.items()]) == []


def test_months_that_do_not_make_their_year_are_told(tmp_path):
    months = [row("BORDER", FREQ="M", TIME_PERIOD=f"2020-{month:02}", OBS_VALUE=10) for month in range(1, 13)]

    found = told(tmp_path, [*months, row("BORDER", FREQ="A", OBS_VALUE=130)], flow="BORDER")

    assert [one[0] for one in found] == ["months_and_years"]


def test_a_break_of_classification_is_told_unless_it_is_marked(tmp_path):
    def years(status):
        return [
            row(SEX=sex, TIME_PERIOD=year, OBS_VALUE=value, OBS_STATUS=status if year == "2015" else "A")
            for year, values in (("2010", (50, 50, 100)), ("2015", (30, 50, 100)))
            for sex, value in zip(("F", "M", "_T"), values, strict=True)
        ]

    assert "classification_breaks" in [one[0] for one in told(tmp_path, years("A"))]
    assert "classification_breaks" not in [one[0] for one in told(tmp_path, years("B"))]


def test_a_jump_is_told_and_a_small_one_is_not(tmp_path):
    rows = [row(TIME_PERIOD=2010, OBS_VALUE=22307), row(TIME_PERIOD=2011, OBS_VALUE=109686)]
    small = [
        row(COUNTERPART_AREA="PAN", TIME_PERIOD=year, OBS_VALUE=value)
        for year, value in ((2010, 10), (2011, 400))
    ]

    assert told(tmp_path, [*rows, *small]) == [("jumps", 3, "109686")]


def test_a_jump_that_the_comment_explains_is_noted_as_such(tmp_path):
    rows = [
        row(TIME_PERIOD=2010, OBS_VALUE=22307),
        row(TIME_PERIOD=2011, OBS_VALUE=109686, COMMENT_OBS="Arrivals after the elections"),
    ]

    assert told(tmp_path, rows) == [("jump_explained", 3, "109686")]


def test_a_figure_after_none_is_told_without_a_ratio(tmp_path):
    rows = [row(TIME_PERIOD=2010, OBS_VALUE=0), row(TIME_PERIOD=2011, OBS_VALUE=5000)]

    assert told(tmp_path, rows) == [("appears", 3, "5000")]


@pytest.mark.parametrize("together", [history.TOGETHER, 7])
def test_of_many_jumps_those_that_moved_most_are_told_and_the_others_counted(tmp_path, monkeypatch, together):
    monkeypatch.setattr(history, "TOGETHER", together)
    areas = [code.id for code in code_list("CL_AREA").codes if code.notes.get("alpha2") and code.id != "CRI"][
        :70
    ]
    rows = [
        row(COUNTERPART_AREA=area, TIME_PERIOD=year, OBS_VALUE=value)
        for number, area in enumerate(areas)
        for year, value in ((2010, 1000), (2011, 10_000 + number))
    ]

    found = told(tmp_path, rows)

    jumps = [int(value) for message, _, value in found if message == "jumps"]
    assert len(jumps) == 50
    assert min(jumps) == 10_020
    assert ("jumps_more", None, None) in found
    assert len(found) == 51


def test_a_balance_is_held_against_its_own_changes_and_not_against_a_ratio(tmp_path):
    values = [1000, -3000, 2500, -1500, 1800, -2600, 900, -2000, 2200, -1200, 150_000]
    rows = [
        row("POP", INDICATOR="NETMIG", TIME_PERIOD=2000 + number, OBS_VALUE=value)
        for number, value in enumerate(values)
    ]

    assert told(tmp_path, rows, flow="POP") == [("swings", 12, "150000")]


def test_parts_that_never_make_their_total_do_not_break(tmp_path):
    rows = [
        row(COUNTERPART_AREA=area, TIME_PERIOD=year, OBS_VALUE=value)
        for year, values in ((2010, (100, 50, 400)), (2015, (150, 50, 400)))
        for area, value in zip(("NIC", "PAN", "_T"), values, strict=True)
    ]

    assert told(tmp_path, rows) == [("parts_selected", None, None)]


def test_many_estimated_parts_are_told_as_a_number(tmp_path):
    rows = [
        one | {"TIME_PERIOD": str(year), "ESTIMATE_KIND": "MODELLED"}
        for year in range(1980, 2010)
        for one in sexes(F=60, M=50, _T=100)
    ]

    (found,) = validate(a_file(tmp_path, rows), flow="MIG_STOCK", sender="CRI", today=TODAY, said=SAID)

    assert (found.message, found.column, found.facts["a"], found.facts["c"]) == (
        "parts_of_many_estimates", "SEX", "30", "1.10–1.10",
    )  # fmt: skip


def test_parts_of_two_dimensions_are_told_apart(tmp_path):
    rows = [*sexes(F=60, M=50, _T=100), row(AGE="Y0T14", OBS_VALUE=20), row(AGE="Y_GE15", OBS_VALUE=100)]

    found = validate(a_file(tmp_path, rows), flow="MIG_STOCK", sender="CRI", today=TODAY, said=SAID)

    assert [(one.column, one.facts["b"]) for one in found] == [("AGE", "20"), ("SEX", "10")]


def test_of_many_unsaid_revisions_those_that_change_most_are_told(tmp_path):
    store = Store(tmp_path / "store")
    years = range(1950, 2020)
    released(store, tmp_path, [row(TIME_PERIOD=year, OBS_VALUE=1000) for year in years])
    published = tmp_path / "store/private/MIG_STOCK/releases/MIG_STOCK-1/accepted.parquet"

    changed = [row(TIME_PERIOD=year, OBS_VALUE=1001 + year - 1950) for year in years]
    found = [one[0] for one in told(tmp_path, changed, published=published)]

    assert found.count("revised_unsaid") == 50
    assert found.count("revised_more") == 1


def test_a_country_that_a_source_no_longer_tells_of_is_named_and_its_missing_figures_are_enough(tmp_path):
    rows = [
        row(REF_AREA=area, COUNTERPART_AREA="VEN", TIME_PERIOD=year)
        for area in ("CRI", "NIC", "PAN")
        for year in range(2015, 2020)
        if (area, year) != ("NIC", 2019)
    ]
    said = row(REF_AREA="NIC", COUNTERPART_AREA="VEN", TIME_PERIOD=2019, OBS_VALUE="", OBS_STATUS="O")

    assert told(tmp_path, rows, sender="UNHCR") == [("reporters_absent", None, "NIC")]
    assert told(tmp_path, [*rows, said], sender="UNHCR") == []


@pytest.mark.parametrize(("year", "message"), [
    ("2020", None), ("2020-04-01/P1Y", "months_and_years"), ("2019", None), ("2021", "fiscal_as_calendar"),
])  # fmt: skip
def test_a_year_is_held_against_its_own_months_calendar_or_fiscal(tmp_path, year, message):
    """Twenty-four months from January 2020; a year named 2021 holds the sum of the twelve from April 2020."""
    months = [
        row("BORDER", FREQ="M", TIME_PERIOD=f"{2020 + place // 12}-{place % 12 + 1:02}", OBS_VALUE=60 + place)
        for place in range(24)
    ]
    value = {"2020": 786, "2021": sum(60 + place for place in range(3, 15))}.get(year, 1)

    found = told(
        tmp_path, [*months, row("BORDER", FREQ="A", TIME_PERIOD=year, OBS_VALUE=value)], flow="BORDER"
    )

    assert [one[0] for one in found] == ([message] if message else [])


def test_a_period_that_is_none_does_not_keep_months_and_years_from_being_compared(tmp_path):
    rows = [row("BORDER", FREQ="M", TIME_PERIOD="2020-q1"), row("BORDER", FREQ="A", TIME_PERIOD="2020")]

    assert [one[0] for one in told(tmp_path, rows, flow="BORDER")] == ["period_form"]


def test_a_column_of_more_strange_texts_than_anybody_means_is_told_row_by_row(tmp_path, monkeypatch):
    monkeypatch.setattr(laying, "MOST", 5)
    rows = [row(SEX=f"x{place}", TIME_PERIOD=1990 + place) for place in range(20)]

    assert [one[:2] for one in told(tmp_path, [*rows, row()])] == [
        ("code_unknown", place + 2) for place in range(20)
    ]


def test_padded_codes_long_forms_of_periods_and_labels_mean_what_they_mean_without(tmp_path):
    plain = sexes(F=60, M=50, _T=100)
    padded = [one | {"SEX": f" {one['SEX']} ", "TIME_PERIOD": "2020-A1"} for one in plain]

    assert told(tmp_path, padded) == told(tmp_path, plain)
    assert [one[0] for one in told(tmp_path, padded)] == ["parts_over"]


def test_a_file_larger_than_the_memory_for_it_is_judged_all_the_same(tmp_path, monkeypatch):
    monkeypatch.setattr(judging, "MEMORY", "40MB")
    areas = [code.id for code in code_list("CL_AREA").codes if code.notes.get("alpha2")]
    with duckdb.connect() as con:
        listed = ", ".join(f"'{area}'" for area in areas)
        con.execute(
            f"COPY (SELECT 'A' AS FREQ, 'NIC' AS REF_AREA, unnest([{listed}]) AS COUNTERPART_AREA, 'BIRTH' AS STOCK_BASIS, "
            f"1950 + i % 75 AS TIME_PERIOD, 5000 AS OBS_VALUE FROM range(1000) t(i)) TO '{tmp_path / 'x.csv'}' (HEADER)"
        )

    found = validate(tmp_path / "x.csv", flow="MIG_STOCK", sender="CRI", today=TODAY, said=SAID)

    assert found.rows == len(areas) * 1000
    assert found.by_message()["not_yours"] == found.rows


def many_faults():
    return [row(SEX="X", COUNTERPART_AREA=area, OBS_VALUE="-1") for area in ("NIC", "PAN", "HND", "SLV")]


def test_more_findings_than_are_kept_in_memory_are_the_same_and_can_be_read_when_their_file_is_gone(
    tmp_path, monkeypatch
):
    expected = validate(a_file(tmp_path, many_faults()), flow="MIG_STOCK", sender="CRI", today=TODAY)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(judging, "KEPT", 3)

    found = validate(tmp_path / "figures.csv", flow="MIG_STOCK", sender="CRI", today=TODAY)

    assert f"{tmp_path}/siemmes-" in Path("/proc/self/maps").read_text()  # mapped, not held
    assert [*tmp_path.iterdir()] == [tmp_path / "figures.csv"]
    assert found.table.equals(expected.table)
    assert found.by_message() == expected.by_message()
    assert found.table.num_rows > 8


def test_where_there_is_no_room_for_findings_that_is_said(tmp_path, monkeypatch):
    def full(*_arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(judging, "KEPT", 3)
    monkeypatch.setattr(pa, "OSFile", full)

    with pytest.raises(RefusedError, match="could not be judged.*No space left"):
        told(tmp_path, many_faults())


def test_where_there_is_no_room_to_judge_a_file_that_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(judging, "MEMORY", "1MB")

    with pytest.raises(RefusedError, match="could not be judged"):
        told(tmp_path, [row(TIME_PERIOD=1950 + place) for place in range(70)])


def test_cases_are_not_persons(tmp_path):
    found = told(tmp_path, [row("ASYLUM", COUNT_UNIT="C")], flow="ASYLUM")

    assert [one[0] for one in found] == ["cases_as_persons"]


def test_an_incident_that_must_not_be_added_is_told(tmp_path):
    rows = [row("MISSING", FREQ="M", TIME_PERIOD="2020-01", INCIDENT_TYPE="CUMULATIVE")]

    assert [one[0] for one in told(tmp_path, rows, flow="MISSING")] == ["not_to_be_added"]


def test_published_figures_change_with_a_reason_and_a_new_edition_or_are_asked_about(tmp_path):
    store = Store(tmp_path / "store")
    released(store, tmp_path, [row(OBS_VALUE=148064, VINTAGE=2019)])
    published = tmp_path / "store/private/MIG_STOCK/releases/MIG_STOCK-1/accepted.parquet"
    changed = [row(OBS_VALUE=168157, VINTAGE=2020)]

    assert [one[0] for one in told(tmp_path, changed, published=published)] == ["revised_unsaid"]
    assert [one[0] for one in told(tmp_path, changed, published=published, reason="Edition 2020")] == [
        "revised"
    ]


def test_what_the_other_country_says_is_told_and_nothing_is_changed(tmp_path):
    store = Store(tmp_path / "store")
    theirs = row("MIG_FLOW", REF_AREA="NIC", COUNTERPART_AREA="CRI", DIRECTION="OUT", OBS_VALUE=1000)
    released(store, tmp_path, [theirs], flow="MIG_FLOW", sender="NIC")
    published = tmp_path / "store/private/MIG_FLOW/releases/MIG_FLOW-1/accepted.parquet"

    for value, message in ((1100, None), (1500, "mirror_differs"), (3000, "mirror_far")):
        found = told(tmp_path, [row("MIG_FLOW", OBS_VALUE=value)], flow="MIG_FLOW", published=published)
        assert [one[0] for one in found] == ([message] if message else [])


def test_every_message_belongs_to_a_rule_and_is_said_in_both_languages():
    assert set(rules()) == {f"V{number}" for number in range(1, 16)}
    for name, message in messages().items():
        assert message["rule"] in rules(), name
        assert message["severity"] in {"E", "W", "I"}, name
        for code in ("en", "es"):
            assert message[code].strip(), name
            assert message["advice"][code].strip(), name


KEYS = st.lists(
    st.tuples(*[st.sampled_from(["A", "B", "_T", "AB"])] * 4), min_size=2, max_size=30, unique=True
)


@pytest.mark.parametrize(
    "coded", [(), ("a", "b", "c", "d"), ("b", "d")], ids=["texts", "codes", "some of each"]
)
@given(keys=KEYS)
@settings(max_examples=15, deadline=None)
def test_different_keys_have_different_hashes_whichever_columns_change_places(coded, keys):
    with duckdb.connect() as con:
        con.execute("CREATE TYPE code AS ENUM ('A', 'AB', 'B', '_T')")
        names = ("a", "b", "c", "d")
        kinds = {name: "code" if name in coded else "VARCHAR" for name in names}
        con.execute(f"CREATE TABLE t ({', '.join(f'{name} {kind}' for name, kind in kinds.items())})")
        con.executemany("INSERT INTO t VALUES (?, ?, ?, ?)", [list(key) for key in keys])
        hashed = mixed(names, names, dict.fromkeys(coded, "code"))
        found = con.execute(f"SELECT count(DISTINCT {hashed}) FROM t").fetchall()

    assert found == [(len(keys),)]


def test_the_day_is_given_and_not_read_from_a_clock(tmp_path):
    path = a_file(tmp_path, [row("PERMIT", TIME_PERIOD="2020")])
    before = validate(path, flow="PERMIT", sender="CRI", said=SAID, today=dt.date(2020, 6, 1))
    after = validate(path, flow="PERMIT", sender="CRI", said=SAID, today=dt.date(2021, 1, 1))

    assert [one.message for one in before] == ["period_future"]
    assert list(after) == []
