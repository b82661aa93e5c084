"""The thin line: submit, release, ask; and what is refused on the way."""

import pytest

from siemmes.cube.questions import Question
from siemmes.model.errors import QuestionError, RefusedError
from siemmes.release.store import Store
from tests.siemmes.figures import AT, SAID, a_file, a_store, released, row

SEXES = [row(SEX=sex, OBS_VALUE=value) for sex, value in (("F", 52), ("M", 48), ("_T", 100))]


def values(store, **asked):
    return [one["OBS_VALUE"] for one in store.ask(Question("MIG_STOCK", **asked)).rows()]


def test_what_was_submitted_is_answered_after_the_release_and_not_before(tmp_path):
    store = Store(tmp_path / "store")
    store.submit(a_file(tmp_path, SEXES), flow="MIG_STOCK", sender="CRI", at=AT, said=SAID)

    with pytest.raises(QuestionError, match="no release"):
        values(store)
    store.release("MIG_STOCK", at=AT)

    assert values(store) == [52, 48, 100]


def test_a_refused_submission_is_kept_with_its_findings_and_never_released(tmp_path):
    store = Store(tmp_path / "store")
    kept = store.submit(a_file(tmp_path, [row(SEX="X")]), flow="MIG_STOCK", sender="CRI", at=AT, said=SAID)

    assert not kept.accepted
    assert [one.id for one in store.submissions("MIG_STOCK")] == [kept.id]
    with pytest.raises(RefusedError, match="Nothing was accepted"):
        store.release("MIG_STOCK", at=AT)


def test_a_later_submission_replaces_its_own_keys_and_leaves_the_others(tmp_path):
    store = a_store(tmp_path, SEXES)
    released(store, tmp_path, [row(SEX="F", OBS_VALUE=60), row(SEX="_T", OBS_VALUE=108)])

    assert values(store) == [60, 48, 108]
    assert values(store, as_of="MIG_STOCK-1") == [52, 48, 100]


def test_a_key_sent_with_the_action_delete_is_gone_from_the_next_release(tmp_path):
    store = a_store(tmp_path, SEXES)
    released(
        store,
        tmp_path,
        [{"STRUCTURE": "dataflow", "STRUCTURE_ID": "RCM:MIG_STOCK(1.0.0)", "ACTION": "D", **row(SEX="F")}],
    )

    assert values(store) == [48, 100]


def test_going_back_lets_the_older_release_answer_and_deletes_nothing(tmp_path):
    store = a_store(tmp_path, SEXES)
    released(store, tmp_path, [row(SEX="F", OBS_VALUE=60)])

    store.roll_back("MIG_STOCK", "MIG_STOCK-1")

    assert values(store) == [52, 48, 100]
    assert [one.id for one in store.releases("MIG_STOCK")] == ["MIG_STOCK-1", "MIG_STOCK-2"]


@pytest.mark.parametrize("release", ["MIG_STOCK-9", "../../private", ".", ""])
def test_a_release_that_is_not_there_is_refused_by_name(tmp_path, release):
    store = a_store(tmp_path, SEXES)

    with pytest.raises(QuestionError):
        store.roll_back("MIG_STOCK", release or "-")


def test_every_file_of_a_release_is_what_its_manifest_says(tmp_path):
    store = a_store(tmp_path, SEXES)

    with store.cube("MIG_STOCK") as cube:
        cube.verify()


def test_one_series_without_sql_is_the_same_as_by_sql(tmp_path):
    rows = [row(TIME_PERIOD=year, OBS_VALUE=1000 + year) for year in range(1990, 2021, 5)]
    store = a_store(tmp_path, [*rows, row(SEX="F", OBS_VALUE=50)])
    key = tuple(rows[0][name] for name in Question("MIG_STOCK").structure.dimensions)
    question = Question("MIG_STOCK", keys=(key,), start="1995", end="2015", last=3)

    with store.asked(question) as answer:
        assert answer.series is not None
        assert list(answer.rows()) == answer.table().to_pylist()
        assert [one["TIME_PERIOD"] for one in answer.rows()] == ["2005", "2010", "2015"]
