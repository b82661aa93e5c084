"""Two releases beside each other: nothing hidden in either is the difference between them."""

from contextlib import closing
from itertools import product

import duckdb
import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from siemmes.disclosure.histories import Figure, Past, secret
from siemmes.disclosure.protecting import Earlier, protect
from siemmes.model.catalogue import structure
from siemmes.model.errors import RefusedError
from tests.siemmes.disclosure.protection import AGES, AREAS, NAMES, a_table, rows_of, two_way

HIGHEST = 9
SQUARE = list(product(range(2), range(2)))


def two_releases(folder, first, second):
    """What is shown of two tables, the second one protected beside the first."""
    about = structure("MIG_STOCK")
    with closing(duckdb.connect()) as con:
        shown, earlier = [], []
        for number, cells in enumerate((first, second)):
            a_table(con, rows_of(cells), "MIG_STOCK", f"sent{number}")
            report = protect(con, f"sent{number}", about, into=f"shown{number}", earlier=earlier)
            for name in ("sent", "shown"):
                con.execute(
                    f"COPY {name}{number} TO '{folder / f'{name}{number}.parquet'}' (FORMAT parquet)"
                ).fetchall()
            earlier = [
                *earlier,
                Earlier(folder / f"shown{number}.parquet", folder / f"sent{number}.parquet", report.method),
            ]
            rows = con.sql(f"SELECT * FROM shown{number}").to_arrow_table().to_pylist()
            shown.append({tuple(one[name] for name in NAMES): one["OBS_VALUE"] for one in rows})
    return shown


def table_of(grid):
    full = np.concatenate([grid, grid.sum(1, keepdims=True)], 1)
    full = np.concatenate([full, full.sum(0, keepdims=True)], 0)
    return {
        (area, "_T", age): full[i, j]
        for i, area in enumerate((*AREAS[:2], "_T"))
        for j, age in enumerate((*AGES[:2], "_T"))
    }  # fmt: skip


def every_pair(changed, shown):
    """All pairs of tables that agree with what both releases show, and with each other where nothing changed."""
    numbers = np.indices((HIGHEST,) * (4 + len(changed)), dtype=np.int16).reshape(4 + len(changed), -1)
    before = numbers[:4].reshape(2, 2, -1)
    after = before.copy()
    for place, value in zip(changed, numbers[4:], strict=True):
        after[place] = value
    pairs = [table_of(before), table_of(after)]
    fits = np.ones(numbers.shape[1], bool)
    for possible, said in zip(pairs, shown, strict=True):
        for cell, value in said.items():
            if value is not None:
                fits &= possible[cell] == value
    return [{cell: values[fits] for cell, values in possible.items()} for possible in pairs]


@st.composite
def revisions(draw):
    first = {place: draw(st.sampled_from([1, 2, 3, 5, 4, 0])) for place in SQUARE}
    changed = sorted(draw(st.sets(st.sampled_from(SQUARE), min_size=1, max_size=2)))
    second = {**first, **{place: draw(st.integers(0, 5)) for place in changed}}
    return first, second, [place for place in changed if first[place] != second[place]]


@settings(max_examples=12, deadline=None)
@given(made=revisions())
def test_no_figure_hidden_in_either_release_has_one_value_in_all_pairs_of_tables_that_show_the_same(
    tmp_path_factory, made
):
    first, second, changed = made
    tables = [two_way(first), two_way(second)]

    try:
        shown = two_releases(tmp_path_factory.mktemp("two"), *tables)
    except RefusedError:
        # What cannot be protected is not published: seldom, and only where every figure of a tiny table is small.
        assume(False)

    possible = every_pair(changed, shown)
    for number, said in enumerate(shown):
        other = tables[1 - number]
        secrets = {
            cell for cell, value in said.items() if value is None and (number == 1 or 0 < tables[0][cell] < 5)
        }
        for cell in secrets:
            told = tables[number][cell] == other[cell] and shown[1 - number].get(cell) is not None
            assert told or len(np.unique(possible[number][cell])) > 1, (number, cell, tables, shown)


def test_a_total_that_is_not_sent_again_still_tells_what_its_release_showed(tmp_path):
    parts = {("NIC", "F", "_T"): 3, ("NIC", "M", "_T"): 70}

    first, second = two_releases(tmp_path, parts | {("NIC", "_T", "_T"): 73}, parts)

    assert first["NIC", "_T", "_T"] == 73
    assert set(second.values()) == {None}


def test_what_a_sender_has_freed_is_no_secret_any_more_and_what_was_small_stays_one():
    free = Figure(500.0, "", 5, known=False, row=1)

    assert not secret(Past(400.0, shown=False, reason="embargo", threshold=5), free)
    assert secret(Past(400.0, shown=False, reason="embargo", threshold=5), None)
    assert secret(Past(3.0, shown=False, reason="small", threshold=5), free)
    assert not secret(Past(30.0, shown=False, reason="", threshold=5), free)
