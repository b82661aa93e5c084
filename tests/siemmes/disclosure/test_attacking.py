"""The attack: it must find what can be found, or its silence is worth nothing."""

from itertools import product
from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siemmes.disclosure.attacking import Demand, Table, attack
from siemmes.disclosure.coverage import lists_of
from siemmes.disclosure.trial import attacked, border_table, two_per_line
from siemmes.model.catalogue import structure
from tests.siemmes.disclosure.protection import AGES, AREAS, as_table, tables_up_to, two_way

LISTS = lists_of(structure("MIG_STOCK"))
HIGHEST = 7


def outcome(cells, hidden, **demand):
    demands = {("now", cell): Demand(3.0, **demand) for cell in hidden}
    return attack(as_table(cells, hidden), None, (), demands, LISTS)


def at(i, j):
    return (AREAS[i], "_T", AGES[j])


def test_hiding_small_figures_alone_gives_many_of_them_away():
    cells = border_table(0)
    shown = {cell: None if 0 < count < 5 else count for cell, count in cells.items()}

    found = attacked(cells, shown)

    assert len(cells) == 666
    assert found.tried == sum(one is None for one in shown.values()) >= 190
    assert len(found.exact) > 50
    assert len(found.exact_knowing) > len(found.exact)
    assert len(found.narrow) >= len(found.exact)


def test_two_hidden_in_every_line_of_the_border_table_still_leaves_narrow_intervals():
    cells = border_table(26)

    found = attacked(cells, two_per_line(cells))

    assert found.narrow
    assert found.exact_knowing


def test_two_suppressions_in_every_line_can_still_give_one_away():
    """Two squares of four hidden cells, and one between them: what goes into the first square and not out is that one."""
    cells = two_way({(i, j): 10 + 3 * i + j for i in range(4) for j in range(4)})
    squares = {at(i, j) for i, j in [*product((0, 1), (0, 1)), *product((2, 3), (2, 3))]}
    hidden = {*squares, at(1, 2)}
    for line in ([at(i, j) for j in range(4)] for i in range(4)):
        assert len(hidden.intersection(line)) >= 2

    found = outcome(cells, hidden)

    assert found.exact == {("now", at(1, 2))}
    assert not outcome(cells, squares).exact


def test_a_margin_that_nobody_published_hides_nothing():
    cells = two_way({(0, 0): 3, (0, 1): 9, (1, 0): 7, (1, 1): 8})
    sent = {cell: value for cell, value in cells.items() if (cell[0] == "_T") == (cell[2] == "_T")}

    found = outcome(sent, {at(0, 0)})

    assert found.exact == {("now", at(0, 0))}


def test_months_give_away_a_hidden_one_through_their_quarter():
    names = ("FREQ+TIME_PERIOD",)
    truth = {("Q 2020-Q1",): 30.0, ("M 2020-01",): 3.0, ("M 2020-02",): 12.0, ("M 2020-03",): 15.0}
    table = Table(names, frozenset(), {**truth, ("M 2020-01",): None}, truth)

    found = attack(table, None, (), {("now", ("M 2020-01",)): Demand(3.0)}, LISTS)

    assert found.exact == {("now", ("M 2020-01",))}


def test_who_knows_the_threshold_finds_what_others_do_not():
    cells = two_way({(0, 0): 4, (1, 0): 4})
    hidden = {at(0, 0), at(1, 0), (AREAS[0], "_T", "_T"), (AREAS[1], "_T", "_T")}

    assert not outcome(cells, hidden).exact
    assert outcome(cells, hidden, low=1, high=4).exact_knowing == {("now", cell) for cell in hidden}


def test_parts_that_are_more_than_their_total_are_told_and_do_not_stop_the_attack():
    cells = two_way({(0, 0): 3, (0, 1): 9, (1, 0): 7, (1, 1): 8}) | {
        ("PAN", "_T", "_T"): 10,
        ("PAN", "F", "_T"): 11,
        ("PAN", "M", "_T"): 9,
    }

    found = outcome(cells, {at(0, 0)})

    assert found.contradictions > 0
    assert found.exact == {("now", at(0, 0))}


@pytest.mark.parametrize(("old", "seen"), [(7, True), (8, False)])
def test_what_an_earlier_release_showed_is_known_where_the_figure_did_not_change(old, seen):
    truth = {("NIC", "_T", "_T"): 10.0, ("NIC", "F", "_T"): 3.0, ("NIC", "M", "_T"): 7.0}
    was = {("NIC", "_T", "_T"): 3.0 + old, ("NIC", "F", "_T"): 3.0, ("NIC", "M", "_T"): float(old)}
    names, added = ("COUNTERPART_AREA", "SEX", "AGE"), frozenset(range(3))
    now = Table(names, added, {**truth, ("NIC", "F", "_T"): None, ("NIC", "M", "_T"): None}, truth)
    before = Table(names, added, {**was, ("NIC", "F", "_T"): None, ("NIC", "_T", "_T"): None}, was)
    known = [("NIC", "M", "_T")] if seen else []

    found = attack(now, before, known, {("now", ("NIC", "F", "_T")): Demand(3.0)}, LISTS)

    assert bool(found.exact) is seen


@st.composite
def suppressed_tables(draw):
    inner = {(i, j): draw(st.integers(0, 4)) for i in range(2) for j in range(3)}
    cells = two_way(inner)
    hidden = draw(st.sets(st.sampled_from(sorted(cells)), min_size=1, max_size=8))
    return cells, hidden


@settings(max_examples=40, deadline=None)
@given(suppressed_tables())
def test_every_figure_that_counting_through_finds_is_found_by_the_attack_and_no_other(made):
    """All tables of small whole numbers are tried against what is shown; two-way tables have no gap to fractions."""
    cells, hidden = made
    possible = every_table(cells, hidden)

    found = outcome(cells, hidden).exact

    for cell in hidden:
        values = np.unique(possible[cell])
        if len(values) == 1:
            assert ("now", cell) in found
        elif values[-1] < HIGHEST:
            assert ("now", cell) not in found


def every_table(cells, hidden):
    full, places = tables_up_to(HIGHEST)
    fits = np.ones(full.shape[2], bool)
    for cell, value in cells.items():
        if cell not in hidden:
            fits &= full[places[cell]] == value
    return {cell: full[places[cell]][fits] for cell in hidden}


def test_a_demand_says_nothing_of_an_upper_end_where_none_is_known():
    assert Demand(3.0).high == inf
