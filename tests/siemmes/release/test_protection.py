"""Protection as a release has it: beside the release before, in every file, and in every answer."""

import json

import pyarrow.parquet as pq
import pytest

from siemmes.cube.questions import Condition, Question
from siemmes.disclosure import protecting
from siemmes.disclosure.policy import POLICY
from siemmes.model.catalogue import structure
from siemmes.model.errors import QuestionError, RefusedError, UnreadableError
from siemmes.release.store import Store
from tests.siemmes.figures import AT, SAID, a_file, a_store, released, row, written


def figures(store, flow="MIG_STOCK", **asked):
    return {
        (one["COUNTERPART_AREA"], one["SEX"]): one["OBS_VALUE"]
        for one in store.ask(Question(flow, **asked)).rows()
    }


def by_sex(area, female, male):
    return [
        row(COUNTERPART_AREA=area, SEX=sex, OBS_VALUE=value)
        for sex, value in (("F", female), ("M", male), ("_T", female + male))
    ]


def by_area(**values):
    cells = {**values, "_T": sum(values.values())}
    return [row(COUNTERPART_AREA=area, OBS_VALUE=value) for area, value in cells.items()]


def test_a_new_part_is_not_the_difference_between_a_new_total_and_parts_that_were_shown_before(tmp_path):
    store = a_store(tmp_path, by_area(NIC=60, HND=40))
    released(store, tmp_path, by_area(NIC=60, HND=40, SLV=3))

    found = figures(store)

    assert found["SLV", "_T"] is None
    assert found["_T", "_T"] is None
    assert figures(store, as_of="MIG_STOCK-1") == {("NIC", "_T"): 60, ("HND", "_T"): 40, ("_T", "_T"): 100}


def test_a_figure_hidden_once_is_not_the_difference_between_an_old_total_and_a_part_shown_later(tmp_path):
    store = a_store(tmp_path, by_sex("NIC", 3, 7))
    assert set(figures(store).values()) == {None, 10}
    released(store, tmp_path, by_sex("NIC", 30, 7))

    found = figures(store)

    assert found["NIC", "M"] is None
    assert list(found.values()).count(None) >= 2


def test_the_figures_hidden_beside_a_small_one_are_the_same_in_the_next_release(tmp_path):
    store = a_store(tmp_path, by_area(NIC=3, HND=40, GTM=50, SLV=60))
    first = {key for key, value in figures(store).items() if value is None}
    released(store, tmp_path, by_area(NIC=3, HND=40, GTM=50, SLV=61))

    assert first <= {key for key, value in figures(store).items() if value is None}


def test_a_figure_shown_before_and_small_by_a_stricter_threshold_is_hidden_and_counted_as_known(tmp_path):
    store = a_store(tmp_path, by_sex("NIC", 8, 70))
    (tmp_path / "store" / "private" / POLICY).write_text(
        '[[threshold]]\nsender = "CRI"\nthreshold = 10\nfrom = 2026-01-01\n', encoding="utf-8"
    )
    released(store, tmp_path, by_sex("HND", 20, 70))

    kept = json.loads((tmp_path / "store/private/MIG_STOCK/releases/MIG_STOCK-2/disclosure.json").read_text())

    assert figures(store)["NIC", "F"] is None
    assert kept["known"] == 1


def test_an_embargoed_figure_is_hidden_until_it_is_sent_as_free(tmp_path):
    rows = by_sex("NIC", 500, 700)
    store = a_store(tmp_path, [rows[0] | {"CONF_STATUS": "E"}, *rows[1:]])
    assert figures(store)["NIC", "F"] is None

    released(store, tmp_path, [one | {"CONF_STATUS": "F"} for one in rows])

    assert None not in figures(store).values()


def test_a_sum_with_a_hidden_figure_in_it_is_missing_and_says_so(tmp_path):
    store = a_store(tmp_path, by_area(NIC=3, HND=40, GTM=50))

    (found,) = store.ask(
        Question("MIG_STOCK", where={"COUNTERPART_AREA": ["NIC", "HND", "GTM"]}, group_by=("SEX",))
    ).rows()

    assert (found["OBS_VALUE"], found["OBS_COUNT"]) == (None, 3)
    assert found["OBS_MISSING"] >= 2


def test_no_file_of_a_release_tells_a_hidden_figure_its_comment_or_that_a_folded_one_is_there(tmp_path):
    ones = [
        row(COUNTERPART_AREA="NIC", AGE=age, OBS_VALUE=1) for age in ("Y0T14", "Y15T24", "Y25T44", "Y_GE65")
    ]
    small = row(COUNTERPART_AREA="HND", OBS_VALUE=4, COMMENT_OBS="exactly-four-people")
    a_store(tmp_path, [*ones, row(COUNTERPART_AREA="NIC", OBS_VALUE=4), small])
    folder = tmp_path / "store/public/MIG_STOCK/MIG_STOCK-1"

    shown = pq.read_table(folder / "obs.parquet").to_pylist()
    sent = pq.read_table(folder / "provenance.parquet").to_pylist()
    manifest = json.loads((folder / "manifest.json").read_text())

    assert len(shown) == len(sent) == 2
    assert {one["OBS_VALUE"] for one in shown} == {None}
    assert manifest["disclosure"]["folded"] == 4
    assert "small" not in json.dumps(manifest["disclosure"])
    for file in folder.rglob("*"):
        assert file.is_dir() or b"exactly-four-people" not in file.read_bytes()
    reasons = pq.read_table(tmp_path / "store/private/MIG_STOCK/releases/MIG_STOCK-1/disclosure.parquet")
    assert reasons.num_rows == 6


def test_no_figure_lies_on_the_public_side_before_it_is_protected(tmp_path):
    store, seen = Store(tmp_path / "store"), {}
    store.submit(a_file(tmp_path, by_sex("NIC", 3, 70)), flow="MIG_STOCK", sender="CRI", at=AT, said=SAID)

    def look(step):
        seen[step] = [one.name for one in (tmp_path / "store/public").rglob("*") if one.is_file()]

    store.release("MIG_STOCK", at=AT, step=look)

    assert seen["gathered"] == seen["protected"] == []
    assert not list((tmp_path / "store/private").rglob("unprotected*"))


def test_a_sum_of_figures_above_a_number_is_missing_where_a_hidden_one_might_be_among_them(tmp_path):
    store = a_store(tmp_path, by_area(NIC=3, HND=40, GTM=50))
    areas = ["NIC", "HND", "GTM"]
    above = (Condition("ge", "1"),)

    (found,) = store.ask(
        Question("MIG_STOCK", where={"COUNTERPART_AREA": areas, "OBS_VALUE": [above]}, group_by=("SEX",))
    ).rows()

    assert found["OBS_VALUE"] is None
    assert found["OBS_MISSING"] >= 2


def test_a_rounded_flow_answers_every_release_with_the_same_noise(tmp_path):
    rows = [
        row("BORDER", FREQ="M", TIME_PERIOD=f"2020-{month:02}", SEX=sex, OBS_VALUE=7 + month)
        for month in range(1, 13) for sex in ("F", "M")
    ]  # fmt: skip
    store = a_store(tmp_path, rows, flow="BORDER")
    released(store, tmp_path, [row("BORDER", FREQ="M", TIME_PERIOD="2021-01", OBS_VALUE=8)], flow="BORDER")
    first, second = (
        {
            tuple(one[name] for name in structure("BORDER").key): one["OBS_VALUE"]
            for one in store.ask(Question("BORDER", end="2020", as_of=release)).rows()
        }
        for release in ("BORDER-1", "BORDER-2")
    )

    assert len(first) == 24
    assert first == second
    assert {value % 3 for value in first.values()} == {0}


def test_a_release_whose_attack_succeeds_is_refused_and_leaves_nothing(tmp_path, monkeypatch):
    store = Store(tmp_path / "store")
    store.submit(a_file(tmp_path, by_sex("NIC", 3, 70)), flow="MIG_STOCK", sender="CRI", at=AT, said=SAID)

    def carelessly(now, beside):
        return protecting.Choice(hidden={one for one in range(now.sent) if beside.figures.hidden[one]})

    monkeypatch.setattr(protecting, "protect_block", carelessly)
    with pytest.raises(RefusedError, match="CRI 2020"):
        store.release("MIG_STOCK", at=AT)

    assert store.current("MIG_STOCK") is None
    assert not list((tmp_path / "store/public/MIG_STOCK").iterdir())


def remittances():
    return [
        row("REMIT", COUNTERPART_AREA="USA", CHANNEL=channel, OBS_VALUE=value)
        for channel, value in (("BANK", 100), ("CASH", 60), ("_O", 40), ("_T", 200))
    ]


def test_contributions_sent_beside_amounts_hide_what_one_contributor_makes_up(tmp_path):
    rows, store = remittances(), Store(tmp_path / "store")
    beside = tmp_path / "given.csv"
    beside.write_text(
        written([rows[0] | {"OBS_VALUE": "90"}, rows[0] | {"OBS_VALUE": "10"}]), encoding="utf-8"
    )

    kept = store.submit(
        a_file(tmp_path, rows), flow="REMIT", sender="CRI", at=AT, said=SAID, contributions=beside
    )
    assert kept.accepted, kept
    store.release("REMIT", at=AT)

    found = {one["CHANNEL"]: one["OBS_VALUE"] for one in store.ask(Question("REMIT")).rows()}
    assert found["BANK"] is None
    assert list(found.values()).count(None) >= 2


@pytest.mark.parametrize(
    ("flow", "text", "error"),
    [("REMIT", "A,B\n1,2\n", UnreadableError), ("MIG_STOCK", "A,B\n1,2\n", QuestionError)],
)
def test_contributions_that_cannot_be_read_or_are_not_asked_for_are_refused_with_the_submission(
    tmp_path, flow, text, error
):
    store = Store(tmp_path / "store")
    beside = tmp_path / "given.csv"
    beside.write_text(text, encoding="utf-8")
    rows = remittances() if flow == "REMIT" else by_sex("NIC", 30, 40)

    with pytest.raises(error):
        store.submit(a_file(tmp_path, rows), flow=flow, sender="CRI", at=AT, said=SAID, contributions=beside)

    assert store.submissions(flow) == []
