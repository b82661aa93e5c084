"""The real defects of public figures: each is found by a rule, and the shipped files say how it was resolved."""

import csv

from siemmes.intake.judging import validate
from siemmes.model.catalogue import code_list
from siemmes.release.content import Shipped
from siemmes.release.store import Store
from tests.siemmes.content import as_shipped, judged, one, rows_of, said
from tests.siemmes.figures import AT
from tests.siemmes.release.test_content import SHARED, at_hand
from tools.content import text_of


def without(rows, *names):
    """Rows without some columns."""
    return [{name: value for name, value in row.items() if name not in names} for row in rows]


def test_v3_naturalisations_of_2004_stand_twice_and_the_second_set_is_a_submission_of_its_own(tmp_path):
    both = rows_of("dhs-permits") + without(rows_of("dhs-naturalisations-2004"), "VINTAGE")

    found = said(judged("dhs-permits", tmp_path, both), "key_twice")

    assert len(found) == 4
    assert {one["b"] for one in found} == {"2"}
    assert not said(as_shipped("dhs-permits"), "key_twice")


def test_v3_both_vintages_of_2004_can_be_read_and_the_change_has_its_reason(shipped_store):
    found = shipped_store.compare("PERMIT", "PERMIT-1").table.to_pylist()

    assert {(row["COUNTERPART_AREA"], row["before"], row["after"]) for row in found} == {
        ("R_ASIA", 218_974, 224_072), ("R_EUROPE", 89_014, 83_961),
        ("R_NORTH_AMERICA", 151_047, 151_008), ("R_SOUTH_AMERICA", 38_676, 38_670),
    }  # fmt: skip
    assert {row["reason"] for row in found} == {one("dhs-naturalisations-2004").reason}


def test_v8_removals_break_in_1999_and_are_marked(tmp_path):
    unmarked = [row | {"OBS_STATUS": "", "COMMENT_OBS": ""} for row in rows_of("dhs-returns")]

    found = said(judged("dhs-returns", tmp_path, unmarked), "classification_breaks")

    assert {one["value"] for one in found} == {"1998-10-01/P1Y"}
    assert {one["c"] for one in found} == {"_T"}
    assert not said(as_shipped("dhs-returns"), "classification_breaks")
    assert {row["TIME_PERIOD"] for row in rows_of("dhs-returns") if row["OBS_STATUS"] == "B"} == {
        "1998-10-01/P1Y"
    }


def test_v14_the_edition_of_2020_changes_3698_of_28283_figures_and_says_why(tmp_path):
    store = Store(tmp_path / "store")
    before = store.submit_shipped("un-stock-2019", at=AT)[0]
    published = tmp_path / f"store/private/MIG_STOCK/submissions/{before.id}/rows.parquet"

    told = as_shipped("un-stock-2020", published=published, reason="Edition of 2020")
    unsaid = as_shipped("un-stock-2020", published=published)

    assert [one["a"] for one in said(told, "revised")] == ["3698"]
    assert len(said(unsaid, "revised_unsaid")) + int(said(unsaid, "revised_more")[0]["a"]) == 3698
    assert not said(told, "revised_unsaid")
    keys = [{figure_key(row) for row in rows_of(name)} for name in ("un-stock-2019", "un-stock-2020")]
    assert len(keys[0] & keys[1]) == 28_283


def figure_key(row):
    return tuple(row[name] for name in ("FREQ", "REF_AREA", "COUNTERPART_AREA", "SEX", "TIME_PERIOD"))


def test_v11_cases_are_not_persons(tmp_path):
    rows = rows_of("unhcr-applications", lambda row: row["REF_AREA"] == "USA")
    cases = [row for row in rows if row["COUNT_UNIT"] == "C"]

    found = judged("unhcr-applications", tmp_path, [row | {"UNIT_MEASURE": "PS"} for row in rows])

    assert cases
    assert len(said(found, "cases_as_persons")) == len(cases)
    assert not said(as_shipped("unhcr-applications"), "cases_as_persons")


def fiscal_years(write):
    """The Border Patrol's months, and its totals of fiscal years under periods of the test's own."""
    rows = rows_of("border-patrol", lambda row: row["BORDER_SECTOR"] == "US_BP")
    for year in range(2000, 2021):
        months = [row for row in rows if f"{year - 1}-10" <= row["TIME_PERIOD"] <= f"{year}-09"]
        total = sum(int(row["OBS_VALUE"]) for row in months)
        yield from months
        yield months[0] | {"FREQ": "A", "TIME_PERIOD": write(year), "OBS_VALUE": str(total)}


def test_v5_a_fiscal_year_sent_as_a_calendar_year_is_refused_and_as_a_range_accepted(tmp_path):
    as_years = judged("border-patrol", tmp_path, list(fiscal_years(str)))
    as_ranges = judged("border-patrol", tmp_path, list(fiscal_years(lambda year: f"{year - 1}-10-01/P1Y")))

    found = said(as_years, "fiscal_as_calendar")
    assert {one["value"]: one["a"] for one in found} == {
        str(year): f"{year - 1}-10-01/P1Y" for year in range(2000, 2021)
    }
    assert set(as_ranges.by_message()) <= {"jumps", "jumps_more", "moves_oddly"}


def test_v5_what_a_fiscal_year_is_written_as_is_advised(tmp_path):
    rows = [row | {"TIME_PERIOD": "FY2004"} for row in rows_of("dhs-naturalisations-2004")]

    (found, *_) = judged("dhs-naturalisations-2004", tmp_path, rows)

    assert (found.message, found.facts["b"]) == ("period_form", "2003-10-01/P1Y")


def test_v2_the_codes_of_unhcr_are_not_those_of_iso(tmp_path):
    theirs = {code.id: code.notes.get("unhcr", code.id) for code in code_list("CL_AREA").codes}
    rows = rows_of("unhcr-applications", lambda row: row["REF_AREA"] == "CAN")
    raw = [row | {"COUNTERPART_AREA": theirs[row["COUNTERPART_AREA"]]} for row in rows]

    report = judged("unhcr-applications", tmp_path, raw)
    (found,) = said(report, "codes_of_unhcr")

    assert found["column"] == "COUNTERPART_AREA"
    assert "COS = CRI" in found["a"]
    assert "ARE" in {
        row["COUNTERPART_AREA"] for row in raw
    }  # Egypt's applicants, who would have been Emiratis
    assert not report.accepted
    assert any("CRI" in one.advice("en") for one in report if one.value == "COS")


def test_v2_a_country_is_not_its_own_counterpart(tmp_path):
    """Of Canada's own applicants in Canada: 46 on appeal in 2007."""
    rows = rows_of("unhcr-applications", lambda row: row["REF_AREA"] in {"CAN", "MEX"})
    own = [row | {"COUNTERPART_AREA": row["REF_AREA"]} for row in rows if row["COUNTERPART_AREA"] == "USA"]

    found = judged("unhcr-applications", tmp_path, own)

    assert {one["value"] for one in said(found, "own_counterpart")} == {"CAN", "MEX"}
    (told,) = [row for row in rows if "CAN itself" in row["COMMENT_OBS"]]
    assert told["COUNTERPART_AREA"] == "_U"
    assert not said(as_shipped("unhcr-applications"), "own_counterpart")


def test_v4_only_a_balance_may_be_negative(tmp_path):
    balances = rows_of("net-migration")
    negative = [row for row in balances if row["OBS_VALUE"].startswith("-")]

    found = judged("net-migration", tmp_path, [row | {"INDICATOR": "POP"} for row in balances])

    assert negative
    assert len(said(found, "negative")) == len(negative)
    assert not said(as_shipped("net-migration"), "negative")
    assert not said(as_shipped("net-migration-model"), "negative")


def test_v6_men_and_women_make_up_the_stock_exactly_and_the_estimated_flows_not_at_all():
    for name in ("un-stock-2019", "un-stock-2020", "un-stock-2019-ages"):
        assert not {"parts_over", "parts_short", "parts_of_estimates", "parts_of_many_estimates"} & set(
            as_shipped(name).by_message()
        )
    flows = {one["column"]: one for one in said(as_shipped("flow-estimates"), "parts_of_many_estimates")}

    assert set(flows) == {"SEX", "MOVE_TYPE"}
    assert int(flows["SEX"]["a"]) > 9000
    assert as_shipped("flow-estimates").accepted


def test_v6_naturalisations_before_2004_are_up_to_one_per_cent_short():
    found = said(as_shipped("dhs-permits"), "parts_short")

    assert len(found) == 13
    assert all(0 < int(one["b"]) <= 0.01 * int(one["value"]) for one in found)


def test_v6_sectors_of_the_border_patrol_and_ports_of_entry_add_up_exactly(tmp_path):
    rows = rows_of("border-patrol")
    first = next(row for row in rows if row["BORDER_SECTOR"] == "US_BP_TUCSON")
    changed = [row | {"OBS_VALUE": str(int(row["OBS_VALUE"]) + 1)} if row is first else row for row in rows]

    for name in ("border-patrol", "bts-land-entries"):
        assert not {"parts_over", "parts_short"} & set(as_shipped(name).by_message())
    (found,) = said(judged("border-patrol", tmp_path, changed), "parts_over")
    assert found["b"] == "1"


def test_v12_nicaragua_has_no_figures_as_a_country_of_asylum_in_2025(tmp_path):
    reported = [row for row in rows_of("unhcr-population") if row["OBS_VALUE"]]

    (found,) = said(judged("unhcr-population", tmp_path, reported), "reporters_absent")

    assert "NIC" in found["value"]
    assert found["a"] == "2025"
    assert not said(as_shipped("unhcr-population"), "reporters_absent")
    missing = rows_of("unhcr-population", lambda row: not row["OBS_VALUE"])
    assert {row["REF_AREA"] for row in missing} == {"MLT", "NIC"}
    assert {row["OBS_STATUS"] for row in missing} == {"O"}


def test_v9_claims_in_costa_rica_jump_and_the_comment_explains_it(tmp_path):
    rows = rows_of(
        "unhcr-applications", lambda row: (row["REF_AREA"], row["COUNTERPART_AREA"]) == ("CRI", "NIC")
    )

    def about_2021(report, message):
        return [one for one in said(report, message) if one["c"] == "2021"]

    unexplained = judged("unhcr-applications", tmp_path, without(rows, "COMMENT_OBS"))
    explained = judged("unhcr-applications", tmp_path, rows)

    assert [one["value"] for one in about_2021(unexplained, "jumps")] == ["101962"]
    assert not about_2021(explained, "jumps")
    assert [one["value"] for one in about_2021(explained, "jump_explained")] == ["101962"]


def test_v9_all_claims_in_costa_rica_rose_from_22307_to_109686():
    sums = dict.fromkeys(("2020", "2021"), 0)
    for row in rows_of(
        "unhcr-applications", lambda row: row["REF_AREA"] == "CRI" and row["TIME_PERIOD"] in sums
    ):
        sums[row["TIME_PERIOD"]] += int(row["OBS_VALUE"])

    assert sums == {"2020": 22_307, "2021": 109_686}


def unshipped(name, flow, sender, folder, **attributes):
    """What the rules say of public figures whose terms do not let us ship them."""
    about = Shipped(name, "", flow, sender, {}, "", "", attributes)
    path = folder / f"{name}.csv"
    path.write_text(text_of(about, SHARED), encoding="utf-8")
    return validate(path, flow=flow, sender=sender, said=attributes, today=AT.date()), path


@at_hand
def test_v15_cumulative_and_split_incidents_are_not_to_be_added(tmp_path):
    all_ = dict.fromkeys(("SEX", "AGE"), "_T")
    report, _ = unshipped(
        "missing-migrants", "MISSING", "IOM", tmp_path, FREQ="M", REF_AREA="M49_019", SOURCE_TYPE="INCIDENT", **all_
    )  # fmt: skip

    assert {one["value"] for one in said(report, "not_to_be_added")} == {"CUMULATIVE", "SPLIT", "MIXED"}
    assert len(said(report, "negative")) == 1  # incident 304: one dead more than dead and missing together
    assert said(report, "small_cells")


@at_hand
def test_remittances_of_2024_are_those_published(tmp_path):
    report, path = unshipped(
        "remittances", "REMIT", "WB", tmp_path, FREQ="A", COUNTERPART_AREA="_T", DIRECTION="RECEIVED", CHANNEL="_T",
        UNIT_MULT="0", SOURCE_TYPE="COMPILED",
    )  # fmt: skip
    with path.open(encoding="utf-8", newline="") as file:
        sums = {
            row["REF_AREA"]: int(row["OBS_VALUE"]) / 1e9
            for row in csv.DictReader(file)
            if row["TIME_PERIOD"] == "2024"
        }

    assert report.accepted
    assert [round(sums[area], 1) for area in ("MEX", "GTM", "DOM", "HND", "SLV")] == [
        67.6,
        21.6,
        11.2,
        9.5,
        8.5,
    ]
