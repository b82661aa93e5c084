"""What protection shows and hides, and that nothing of it can be found out again."""

from itertools import product

import duckdb
import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siemmes.disclosure import protecting
from siemmes.disclosure.protecting import LARGE, Earlier, protect
from siemmes.disclosure.trial import as_rows, tried
from siemmes.model.catalogue import structure
from siemmes.model.errors import RefusedError
from tests.siemmes.disclosure.protection import (
    AGES,
    AREAS,
    a_table,
    protected,
    rows_of,
    tables_up_to,
    two_way,
)
from tests.siemmes.figures import row

HIGHEST = 9


def hidden(shown):
    return {cell for cell, value in shown.items() if value is None}


@pytest.mark.parametrize("seed", [26, 27])
def test_the_border_table_gives_nothing_away_and_shows_more_than_half_of_itself(seed):
    found = tried(seed)

    assert (found.cells, found.exact, found.exact_knowing, found.narrow) == (666, 0, 0, 0)
    assert found.small >= 195
    assert found.small < found.hidden
    assert found.share <= 0.45


def test_hidden_figures_look_alike_whatever_the_reason():
    cells = two_way({(0, 0): 3, (0, 1): 30, (1, 0): 40, (1, 1): 50})
    rows = rows_of(cells, COMMENT_OBS="3 persons")
    rows[-1] |= {"CONF_STATUS": "N"}

    shown, report, found = protected(rows)

    said = {
        (one["OBS_STATUS"], one["CONF_STATUS"], one["COMMENT_OBS"])
        for one in found
        if one["OBS_VALUE"] is None
    }
    assert said == {("Q", "C", None)}
    assert report.hidden == len(hidden(shown)) >= 4
    assert {one["CONF_STATUS"] for one in found if one["OBS_VALUE"] is not None} == {"F"}


@pytest.mark.parametrize("status", ["C", "N", "E", "D", "S", "A", "O", "T", "G", "M"])
def test_confidential_and_embargoed_figures_never_leave_and_cannot_be_computed(status):
    cells = {("NIC", "F", "_T"): 600, ("NIC", "M", "_T"): 400, ("NIC", "_T", "_T"): 1000}
    rows = rows_of(cells)
    rows[0] |= {"CONF_STATUS": status}

    shown, _report, _rows = protected(rows)

    assert ("NIC", "F", "_T") in hidden(shown)
    assert len(hidden(shown)) >= 2


def test_a_true_zero_is_shown_and_never_a_hiding_place_where_another_figure_will_do():
    cells = two_way({(0, 0): 3, (0, 1): 0, (0, 2): 20, (1, 0): 40, (1, 1): 50, (1, 2): 7})

    shown, _report, _rows = protected(rows_of(cells))

    assert shown[AREAS[0], "_T", AGES[1]] == 0
    assert shown[AREAS[0], "_T", AGES[0]] is None


def test_a_small_group_that_is_all_in_one_cell_is_not_shown_as_such():
    cells = {("NIC", "F", "_T"): 7, ("NIC", "M", "_T"): 0, ("NIC", "_T", "_T"): 7}
    large = {("HND", "F", "_T"): 70, ("HND", "M", "_T"): 0, ("HND", "_T", "_T"): 70}

    shown, _report, _rows = protected(rows_of(cells | large))

    assert shown[("NIC", "F", "_T")] is shown[("NIC", "M", "_T")] is None
    assert {shown[cell] for cell in large} == {70, 0}


def test_a_small_group_in_one_cell_is_not_shown_either_where_its_total_was_not_sent():
    cells = {("NIC", "F", "_T"): 7, ("NIC", "M", "_T"): 0, ("HND", "F", "_T"): 17, ("HND", "M", "_T"): 19}

    shown, report, _rows = protected(rows_of(cells))

    assert hidden(shown) == {("NIC", "F", "_T"), ("NIC", "M", "_T")}
    assert report.private()["reasons"] == {"group": 2}


def test_whatever_is_shown_is_the_figure_that_was_sent_totals_of_hidden_parts_too():
    cells = two_way({(i, j): 2 + 9 * i * j for i, j in product(range(4), range(4))})

    shown, _report, _rows = protected(rows_of(cells))

    assert {cell: value for cell, value in shown.items() if value is not None}.items() <= cells.items()
    assert shown["_T", "_T", "_T"] == cells["_T", "_T", "_T"]
    assert len(hidden(shown)) >= 7


def test_four_cells_of_one_leave_the_table_since_their_hidden_total_would_tell_them():
    cells = two_way({(0, 0): 1, (0, 1): 1, (0, 2): 1, (0, 3): 1, **{(1, j): 30 + j for j in range(4)}})

    shown, report, _rows = protected(rows_of(cells))

    assert shown[AREAS[0], "_T", "_T"] is None
    assert not any((AREAS[0], "_T", age) in shown for age in AGES[:4])
    assert report.folded == 4
    assert set(report.reasons.column("FOLDED_BY").to_pylist()) >= {"AGE"}


def test_a_sum_between_months_and_their_year_is_attacked_too():
    months = [
        row("RETURN", FREQ="M", TIME_PERIOD=f"2020-{number:02}", OBS_VALUE=40 + number)
        for number in range(1, 13)
    ]
    months[4]["OBS_VALUE"] = "2"
    year = row("RETURN", FREQ="A", TIME_PERIOD="2020", OBS_VALUE=sum(int(one["OBS_VALUE"]) for one in months))

    _shown, report, rows = protected([*months, year], "RETURN")

    assert report.hidden == 2
    assert sum(one["OBS_VALUE"] is None and one["FREQ"] == "M" for one in rows) in (1, 2)


def test_the_public_report_counts_and_the_private_one_names_reasons():
    cells = two_way({(0, 0): 3, (0, 1): 30, (1, 0): 40, (1, 1): 50})

    _shown, report, _rows = protected(rows_of(cells))

    assert report.public() == {
        "method": "suppression", "cells": 9, "hidden": 4, "folded": 0, "attacked": 4, "recovered": 0, "narrow": 0,
        "contradictions": 0,
    }  # fmt: skip
    assert report.private()["reasons"] == {"small": 1, "complement": 3}
    named = {(one["COUNTERPART_AREA"], one["AGE"]): one["HIDDEN_FOR"] for one in report.reasons.to_pylist()}
    assert named[AREAS[0], AGES[0]] == "small"


def test_the_stricter_threshold_holds_and_a_countrys_own_binds_whoever_sends_its_figures():
    cells = two_way({(0, 0): 8, (0, 1): 30, (1, 0): 40, (1, 1): 50})
    sent = rows_of(cells, SUBMISSION="MIG_STOCK-UNDESA-00001")

    assert hidden(protected(sent)[0]) == set()
    for own in ({"CRI": 10}, {"UNDESA": 10}, {"CRI": 2, "UNDESA": 10}):
        assert (AREAS[0], "_T", AGES[0]) in hidden(protected(sent, own=own)[0])
    assert hidden(protected(sent, own={"CRI": 2, "HND": 10})[0]) == set()


def test_a_flow_without_small_figures_is_copied_as_it_is():
    cells = two_way({(i, j): 10 + i + j for i, j in product(range(3), range(3))})

    shown, report, _rows = protected(rows_of(cells))

    assert shown == cells
    assert (report.hidden, report.folded, report.attacked) == (0, 0, 0)


def test_a_block_that_is_too_large_is_rounded_and_nothing_of_it_suppressed():
    rows = large_block()
    assert len(rows) > LARGE

    _shown, report, found = protected(rows, secret=b"s" * 32)

    assert report.method == "rounding"
    assert {one["OBS_VALUE"] % 3 for one in found} == {0}
    assert report.public()["additive"] is False


def large_block():
    return [
        row(COUNTERPART_AREA=f"A{area}", AGE=f"Y{age}", EDUCATION=education, OBS_VALUE=1 + (age + area) % 7)
        for area in range(60)
        for age in range(50)
        for education in ("ED0", "ED1")
    ]


def test_a_confidential_figure_of_a_rounded_flow_is_hidden_with_another_beside_it_and_the_rest_rounded():
    rows = [
        row("BORDER", FREQ="M", TIME_PERIOD="2020-01", SEX=sex, OBS_VALUE=value)
        for sex, value in (("F", 601), ("M", 400), ("_T", 1001))
    ]
    rows[0] |= {"CONF_STATUS": "C"}

    _shown, report, found = protected(rows, "BORDER", secret=b"s" * 32)

    values = [one["OBS_VALUE"] for one in found]
    assert report.method == "rounding"
    assert found[0]["OBS_STATUS"] == "Q"
    assert values.count(None) == 2
    assert all(one is None or one % 3 == 0 for one in values)


@pytest.mark.parametrize(("before", "expected"), [("rounding", "rounding"), ("suppression", None)])
def test_a_flow_is_never_protected_one_way_and_then_the_other(tmp_path, before, expected):
    nothing = Earlier(tmp_path / "shown.parquet", tmp_path / "sent.parquet", before)
    rows = large_block() if expected is None else rows_of(two_way({(0, 0): 30, (0, 1): 31}))
    for file in (nothing.shown, nothing.sent):
        pq.write_table(as_rows({}), file)

    if expected is None:
        with pytest.raises(RefusedError, match="never rounded after"):
            protected(rows, earlier=[nothing])
    else:
        assert protected(rows, earlier=[nothing], secret=b"s" * 32)[1].method == expected


def test_an_amount_that_one_contributor_makes_up_is_hidden_and_its_total_does_not_tell_it():
    rows = [
        row("REMIT", COUNTERPART_AREA="USA", CHANNEL=channel, OBS_VALUE=value, SUBMISSION="REMIT-CRI-00001")
        for channel, value in (("BANK", 100.0), ("CASH", 60.0), ("_O", 40.0), ("_T", 200.0))
    ]
    given_by = [{**rows[0], "OBS_VALUE": one} for one in ("90", "10")] + [{**rows[1], "OBS_VALUE": "20"}] * 3
    with duckdb.connect() as con:
        a_table(con, rows, "REMIT")
        a_table(con, given_by, "REMIT", "given")

        report = protect(con, "accepted", structure("REMIT"), into="shown", contributions="given")

        found = dict(con.execute('SELECT "CHANNEL", OBS_VALUE FROM shown').fetchall())
    assert found["BANK"] is None
    assert list(found.values()).count(None) >= 2
    assert report.private()["reasons"]["dominance"] == 1


@st.composite
def tables(draw):
    """Small tables of two areas by three ages, some of their margins not sent."""
    inner = {(i, j): draw(st.sampled_from([0, 1, 1, 2, 3, 4, 5])) for i in range(2) for j in range(3)}
    cells = two_way(inner)
    margins = [cell for cell in cells if "_T" in (cell[0], cell[2])]
    unsent = draw(st.sets(st.sampled_from(sorted(margins)), max_size=3))
    return cells, {cell: value for cell, value in cells.items() if cell not in unsent}


@settings(max_examples=15, deadline=None)
@given(tables())
def test_no_hidden_figure_has_one_value_in_all_tables_that_show_the_same(made):
    """Counting through, by a reader who knows nothing, and by one who knows which figures are small."""
    cells, sent = made

    shown, _report, _rows = protected(rows_of(sent))

    for knowing in (False, True):
        possible = every_table(cells, shown, knowing=knowing)
        for cell in hidden(shown):
            assert len(np.unique(possible[cell])) > 1, (cell, knowing, cells, shown)


def every_table(cells, shown, *, knowing):
    full, places = tables_up_to(HIGHEST - 1)
    fits = np.ones(full.shape[2], bool)
    for cell, value in shown.items():
        here = full[places[cell]]
        if value is not None:
            fits &= here == value
        elif knowing and 0 < cells[cell] < 5:
            fits &= (here > 0) & (here < 5)
        elif knowing and cells[cell] >= 5:
            fits &= here >= 5
    return {cell: full[places[cell]][fits] for cell in shown}


def test_a_release_that_fails_the_attack_is_refused_by_the_name_of_its_block(monkeypatch):
    def only_the_small_ones(now, beside):
        return protecting.Choice(hidden={place for place in range(now.sent) if beside.figures.hidden[place]})

    monkeypatch.setattr(protecting, "protect_block", only_the_small_ones)

    with pytest.raises(RefusedError, match="CRI 2020") as refused:
        protected(rows_of(two_way({(0, 0): 3, (0, 1): 30, (1, 0): 40, (1, 1): 50})))

    assert "CRI 2020" in refused.value.text("es")
