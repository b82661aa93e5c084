"""The figures in force before protection, gathered from what was sent."""

from contextlib import closing

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siemmes.model.catalogue import structure
from siemmes.model.structures import VALUE
from siemmes.release.gathering import gather, keep
from tests.siemmes.figures import row

STOCK = structure("MIG_STOCK")
KEYS = [(area, sex) for area in ("NIC", "GTM", "HND") for sex in ("F", "M", "_T")]


def rows_file(path, rows, submission):
    """Rows as a submission keeps them."""
    columns = {
        name: pa.array([one.get(name) for one in rows], pa.string())
        for name in (*STOCK.columns, "ACTION")
        if name != VALUE
    }
    columns["row"] = pa.array(range(2, 2 + len(rows)), pa.int64())
    columns[VALUE] = pa.array([one[VALUE] for one in rows], pa.int64())
    columns["SUBMISSION"] = pa.array([submission] * len(rows), pa.string())
    pq.write_table(pa.table(columns), path)
    return submission, path


def sent(key, value, action="I", **said):
    area, sex = key
    return row(COUNTERPART_AREA=area, SEX=sex, **said) | {VALUE: value, "ACTION": action}


def gathered(files, before=None, target=None):
    """What is in force: value and submission by key, in the order of the rows; and the labels that gathering told."""
    with closing(duckdb.connect()) as con:
        con.execute("CREATE SCHEMA work")
        labels = gather(con, STOCK, before, files).labels
        found = con.sql("SELECT * FROM work.accepted").to_arrow_table().to_pylist()
        if target is not None:
            keep(con.cursor(), target, before, files)
    return found, labels


def by_key(rows):
    return {(one["COUNTERPART_AREA"], one["SEX"]): (one[VALUE], one["SUBMISSION"]) for one in rows}


SUBMISSION = st.dictionaries(
    st.sampled_from(KEYS), st.tuples(st.integers(0, 99), st.sampled_from("ID")), min_size=1
)


@settings(max_examples=25, deadline=None)
@given(submissions=st.lists(SUBMISSION, min_size=1, max_size=4))
def test_of_each_key_the_last_row_holds_and_a_deletion_takes_it_away(tmp_path_factory, submissions):
    folder, expected = tmp_path_factory.mktemp("sent"), {}
    files = []
    for number, said in enumerate(submissions):
        rows = [sent(key, value, action) for key, (value, action) in said.items()]
        files.append(rows_file(folder / f"{number}.parquet", rows, f"S-{number}"))
        expected |= {
            key: (value, f"S-{number}") if action == "I" else None for key, (value, action) in said.items()
        }

    found, labels = gathered(files, target=folder / "kept.parquet")

    assert by_key(found) == {key: one for key, one in expected.items() if one}
    keys = [tuple(one[name] for name in STOCK.key) for one in found]
    assert keys == sorted(keys)
    kept = pq.read_table(folder / "kept.parquet").to_pylist()
    assert by_key(kept) == by_key(found)
    if labels is not None:
        for name in STOCK.columns:
            if name in labels:
                assert labels[name] == sorted({one[name] for one in found if one[name] is not None})


def test_the_figures_of_the_release_before_stand_where_nobody_sent_new_ones(tmp_path):
    first = [rows_file(tmp_path / "1", [sent(KEYS[0], 1), sent(KEYS[1], 2, VINTAGE="2019")], "S-1")]
    gathered(first, target=tmp_path / "kept")

    found, labels = gathered([rows_file(tmp_path / "2", [sent(KEYS[1], 5)], "S-2")], before=tmp_path / "kept")

    assert by_key(found) == {KEYS[0]: (1, "S-1"), KEYS[1]: (5, "S-2")}
    assert labels is None  # the vintage of the row that was replaced stands no more


@pytest.mark.parametrize("column", ["VINTAGE", "COMMENT_OBS"])
def test_what_only_some_rows_say_stays_with_them(tmp_path, column):
    rows = [sent(KEYS[0], 1, **{column: "x'y"}), sent(KEYS[1], 2)]

    found, _labels = gathered([rows_file(tmp_path / "1", rows, "S-1")])

    assert {(one["SEX"], one[column] or None) for one in found} == {("F", "x'y"), ("M", None)}
