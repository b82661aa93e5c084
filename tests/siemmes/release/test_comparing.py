"""Two releases beside each other: what changed, by whom, and why."""

import datetime as dt

import pytest

from siemmes.cube.questions import Question
from siemmes.model.errors import QuestionError
from siemmes.release.store import Store
from tests.siemmes.figures import AT, SAID, a_file, a_store, row

FIRST = [
    row(COUNTERPART_AREA=area, OBS_VALUE=value) for area, value in (("NIC", 100), ("PAN", 200), ("HND", 300))
]


def sent(store, folder, rows, **options):
    kept = store.submit(a_file(folder, rows), flow="MIG_STOCK", sender="CRI", at=AT, said=SAID, **options)
    assert kept.accepted
    return kept


def test_each_difference_is_told_with_its_kind_its_submission_and_its_reason(tmp_path):
    store = a_store(tmp_path, FIRST)
    gone = {"STRUCTURE": "dataflow", "STRUCTURE_ID": "RCM:MIG_STOCK(1.0.0)"}
    kept = sent(store, tmp_path, [
        gone | row(COUNTERPART_AREA="NIC", OBS_VALUE=150) | {"ACTION": "I"},
        gone | row(COUNTERPART_AREA="PAN") | {"ACTION": "D"},
        gone | row(COUNTERPART_AREA="SLV", OBS_VALUE=50) | {"ACTION": "I"},
        gone | row(COUNTERPART_AREA="HND", OBS_VALUE=300, OBS_STATUS="P") | {"ACTION": "I"},
    ], reason="Recount of 2021")  # fmt: skip
    store.release("MIG_STOCK", at=AT)

    found = store.compare("MIG_STOCK", "MIG_STOCK-1")

    told = {
        one["COUNTERPART_AREA"]: (one["kind"], one["before"], one["after"]) for one in found.table.to_pylist()
    }
    assert told == {
        "NIC": ("changed", 100, 150), "PAN": ("removed", 200, None), "SLV": ("added", None, 50), "HND": ("restated", 300, 300),
    }  # fmt: skip
    reasons = {one["COUNTERPART_AREA"]: (one["submission"], one["reason"]) for one in found.table.to_pylist()}
    assert reasons["NIC"] == (kept.id, "Recount of 2021")
    assert reasons["PAN"] == (None, None)
    assert found.same == 0


def test_a_release_under_embargo_is_not_there_before_its_hour(tmp_path):
    now = [AT]
    store = Store(tmp_path / "store", clock=lambda: now[0])
    sent(store, tmp_path, FIRST)
    store.release("MIG_STOCK")
    sent(store, tmp_path, [row(COUNTERPART_AREA="NIC", OBS_VALUE=150)])
    store.release("MIG_STOCK", public_from=AT + dt.timedelta(hours=2))
    question = Question("MIG_STOCK", {"COUNTERPART_AREA": "NIC"})

    assert [one["OBS_VALUE"] for one in store.ask(question).rows()] == [100]
    with pytest.raises(QuestionError) as refused:
        store.compare("MIG_STOCK", "MIG_STOCK-1", "MIG_STOCK-2")
    assert "Releases: MIG_STOCK-1." in str(refused.value)

    now[0] = AT + dt.timedelta(hours=2)
    assert [one["OBS_VALUE"] for one in store.ask(question).rows()] == [150]


def test_a_release_built_during_an_embargo_starts_from_the_figures_under_it(tmp_path):
    now = [AT]
    store = Store(tmp_path / "store", clock=lambda: now[0])
    sent(store, tmp_path, FIRST)
    store.release("MIG_STOCK", public_from=AT + dt.timedelta(hours=2))
    sent(store, tmp_path, [row(COUNTERPART_AREA="SLV", OBS_VALUE=50)])
    store.release("MIG_STOCK", public_from=AT + dt.timedelta(hours=3))

    assert store.current("MIG_STOCK") is None
    now[0] = AT + dt.timedelta(hours=3)
    assert len(store.ask(Question("MIG_STOCK")).rows()) == 4


def test_figures_are_had_as_they_were_at_an_instant(tmp_path):
    now = [AT]
    store = Store(tmp_path / "store", clock=lambda: now[0])
    sent(store, tmp_path, FIRST)
    store.release("MIG_STOCK")
    now[0] = AT + dt.timedelta(days=30)
    sent(store, tmp_path, [row(COUNTERPART_AREA="NIC", OBS_VALUE=150)])
    store.release("MIG_STOCK")

    def nicaraguans(as_of):
        asked = Question("MIG_STOCK", {"COUNTERPART_AREA": "NIC"}, as_of=as_of)
        return [one["OBS_VALUE"] for one in store.ask(asked).rows()]

    assert nicaraguans("2026-03-10") == [100]
    assert nicaraguans("2026-04-10") == [150]
    with pytest.raises(QuestionError, match="no release"):
        nicaraguans("2026-01-01")
