"""The real figures that are shipped: whole, described, accepted, and equal to what was published."""

import gzip
import json

import pytest

from siemmes.cli import main
from siemmes.cube.questions import Question
from siemmes.model.errors import QuestionError
from siemmes.release.content import FOLDER, selected, shipped
from siemmes.release.store import Store
from tests.siemmes.content import SHARED, as_shipped, one, rows_of, sent
from tests.siemmes.figures import AT
from tools.content import text_of

NAMES = [one.id for one in shipped()]
at_hand = pytest.mark.skipif(
    not SHARED.is_dir(),
    reason=f"The public files are not at {SHARED}; set SIEMMES_SHARED_DATA to where they are.",
)


def figure(store, flow, **where):
    """The one published figure."""
    ((row,),) = [store.ask(Question(flow, where)).rows()]
    return row["OBS_VALUE"]


def test_every_file_is_described_and_every_description_has_its_file():
    assert sorted(path.name for path in FOLDER.glob("*.csv.gz")) == sorted(one.file for one in shipped())


def test_all_of_it_is_under_eight_megabytes():
    assert sum(one.path.stat().st_size for one in shipped()) < 8_000_000


@pytest.mark.parametrize("name", NAMES)
def test_a_file_names_its_source_licence_edition_and_both_names(name):
    about = one(name)

    assert about.source
    assert about.period
    assert about.names["en"]
    assert about.names["es"]
    for attribute in ("LICENCE", "VINTAGE", "SOURCE_TYPE"):
        assert about.said[attribute]


@pytest.mark.parametrize("name", NAMES)
def test_a_file_is_accepted_and_its_findings_are_few_enough_to_be_read(name):
    report = as_shipped(name)

    assert report.accepted
    assert report.table.num_rows <= 60


@at_hand
@pytest.mark.parametrize("name", NAMES)
def test_a_file_is_what_the_public_files_give(name):
    with gzip.open(one(name).path, "rt", encoding="utf-8", newline="") as file:
        assert file.read() == text_of(one(name), SHARED)


def test_what_is_shipped_is_had_by_file_by_flow_or_all_and_nothing_else():
    assert [one.id for one in selected("population")] == ["population"]
    assert {one.flow for one in selected("PERMIT")} == {"PERMIT"}
    assert selected("all") == shipped()
    with pytest.raises(QuestionError, match="un-stock-2020"):
        selected("stock")


def test_what_is_in_the_store_already_is_not_sent_again(shipped_store):
    before = shipped_store.submissions("POP")

    shipped_store.submit_shipped("POP", release=True)

    assert shipped_store.submissions("POP") == before
    assert [one.id for one in shipped_store.releases("POP")] == ["POP-1"]


def test_the_command_line_submits_and_releases_what_is_shipped(tmp_path, capsys):
    command = [
        "submit",
        "--shipped",
        "dhs-naturalisations-2004",
        "--release",
        "--store",
        str(tmp_path),
        "--json",
    ]

    assert main(command) == 0
    told = json.loads(capsys.readouterr().out)

    assert [(one["sender"], one["rows"]) for one in told["submissions"]] == [("USGOV", 4)]
    assert [one["id"] for one in told["releases"]] == ["PERMIT-1"]


@pytest.mark.parametrize("command", [
    ["submit"],
    ["submit", "figures.csv", "--shipped", "all"],
    ["submit", "figures.csv", "--flow", "POP", "--sender", "WB", "--release"],
    ["submit", "--shipped", "everything"],
])  # fmt: skip
def test_a_file_and_what_is_shipped_are_not_asked_for_at_once(tmp_path, command):
    assert main([*command, "--store", str(tmp_path)]) == 2
    assert not list(tmp_path.iterdir())


def test_a_release_says_where_its_figures_come_from(shipped_store):
    about = json.loads((shipped_store.releases("POP")[-1].path / "metadata.json").read_text("utf-8"))

    licences = {row["LICENCE"] for row in about["sources"]}
    assert licences == {"ODC-PDDL 1.0", "CC BY 3.0 IGO", "CC BY 4.0"}


@pytest.mark.parametrize(("flow", "where", "published"), [
    ("RETURN", {"RETURN_TYPE": "RETURN_NOORDER", "COUNTERPART_AREA": "_T", "TIME_PERIOD": "2008-10-01/P1Y"}, 582_624),
    ("PERMIT", {"PERMIT_TYPE": "NATURAL", "COUNTERPART_AREA": "_T", "TIME_PERIOD": "2003-10-01/P1Y"}, 537_151),
    ("POP", {"INDICATOR": "POP", "REF_AREA": "ARG", "TIME_PERIOD": "1960"}, 20_386_045),
])  # fmt: skip
def test_published_figures_are_those_of_the_release(shipped_store, flow, where, published):
    assert figure(shipped_store, flow, **where) == published


@pytest.mark.parametrize(("area", "origin", "published"), [
    ("USA", "MEX", 10_853_105), ("USA", "SLV", 1_410_659), ("CRI", "NIC", 350_854),
])  # fmt: skip
def test_published_stocks_of_2020_are_those_of_the_release(stocks, area, origin, published):
    where = {"REF_AREA": area, "COUNTERPART_AREA": origin, "SEX": "_T", "TIME_PERIOD": "2020"}
    assert figure(stocks, "MIG_STOCK", **where) == published


@pytest.fixture(scope="module")
def stocks(tmp_path_factory):
    """A store with both editions of three columns of the stock."""
    folder = tmp_path_factory.mktemp("stocks")
    pairs = {("USA", "MEX"), ("USA", "SLV"), ("CRI", "NIC")}
    made = Store(folder / "store")
    for name in ("un-stock-2019", "un-stock-2020"):
        rows = rows_of(name, lambda row: (row["REF_AREA"], row["COUNTERPART_AREA"]) in pairs)
        sent(made, name, folder, rows)
        made.release("MIG_STOCK", at=AT, note=name)
    yield made
    made.close()


def test_an_edition_is_compared_with_the_one_before_with_its_reason(stocks):
    found = stocks.compare("MIG_STOCK", "MIG_STOCK-1", "MIG_STOCK-2").table.to_pylist()
    (nicaraguans,) = [
        one for one in found
        if (one["REF_AREA"], one["SEX"], one["TIME_PERIOD"], one["kind"]) == ("CRI", "_T", "2005", "changed")
    ]  # fmt: skip

    assert (nicaraguans["before"], nicaraguans["after"]) == (148_064, 268_157)
    assert nicaraguans["reason"] == one("un-stock-2020").reason


@pytest.mark.parametrize(("first", "last", "nationwide", "south_west"), [
    ("2019-10", "2020-09", 646_822, 458_088), ("2020-10", "2021-09", 1_956_519, 1_734_686),
    ("2021-10", "2022-09", 2_766_582, 2_378_944), ("2022-10", "2023-09", 3_201_144, 2_475_669),
])  # fmt: skip
def test_encounters_add_up_to_the_published_totals_of_fiscal_years(first, last, nationwide, south_west):
    rows = rows_of("cbp-encounters", lambda row: first <= row["TIME_PERIOD"] <= last)

    assert sum(int(row["OBS_VALUE"]) for row in rows) == nationwide
    assert (
        sum(int(row["OBS_VALUE"]) for row in rows if row["BORDER_SECTOR"].startswith("US_SWB_")) == south_west
    )


@pytest.mark.parametrize(("year", "published"), [(2000, 1_676_438), (2019, 859_501), (2020, 405_036)])
def test_the_border_patrol_adds_up_to_the_published_totals(year, published):
    def in_year(row):
        return f"{year - 1}-10" <= row["TIME_PERIOD"] <= f"{year}-09" and row["BORDER_SECTOR"] == "US_BP"

    assert sum(int(row["OBS_VALUE"]) for row in rows_of("border-patrol", in_year)) == published


def test_claims_in_mexico_in_2023_are_those_published():
    rows = rows_of("unhcr-applications", lambda row: (row["REF_AREA"], row["TIME_PERIOD"]) == ("MEX", "2023"))

    assert sum(int(row["OBS_VALUE"]) for row in rows if row["COUNT_UNIT"] == "P") == 140_979
