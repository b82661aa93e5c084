"""What was hidden in vain is shown again, and nothing that anything else hangs on."""

from itertools import product

import numpy as np

from siemmes.disclosure.coverage import lists_of
from siemmes.disclosure.histories import Figure, linked
from siemmes.disclosure.relations import block
from siemmes.disclosure.sparing import spare
from siemmes.disclosure.trial import attacked, tried
from siemmes.model.catalogue import structure
from tests.siemmes.disclosure.protection import AGES, AREAS, NAMES, two_way

ABOUT = structure("MIG_STOCK")
SQUARE = {(AREAS[i], "_T", AGES[j]) for i, j in product(range(2), range(2))}
INNER = {(AREAS[i], "_T", AGES[j]) for i, j in product(range(3), range(3))}


def spared(hidden, needed):
    cells = two_way({(i, j): 20 + 5 * i + j for i, j in product(range(3), range(3))})
    sent = {key: Figure(value, "", 5, known=False, row=1) for key, value in cells.items()}
    now = block(
        "CRI 2020", NAMES, {key: one.value for key, one in sent.items()}, ABOUT, lists_of(ABOUT), NAMES
    )
    beside = linked(now, sent, None, {}, kind="count")
    beside.figures.hidden[[now.keys.index(cell) for cell in hidden]] = True
    shown = spare(beside.figures, beside.lines, {now.keys.index(cell) for cell in needed})
    left = {now.keys[place] for place in np.flatnonzero(beside.figures.hidden)}
    assert left | {now.keys[place] for place in shown} == hidden
    return cells, left


def test_a_figure_hidden_in_vain_is_shown_and_all_others_stay_protected():
    cells, left = spared(INNER, SQUARE)

    assert SQUARE <= left < INNER
    assert attacked(cells, {cell: None if cell in left else value for cell, value in cells.items()}).withstood


def test_no_figure_is_shown_where_each_protects_another():
    _cells, left = spared(SQUARE, {next(iter(sorted(SQUARE)))})

    assert left == SQUARE


def test_a_table_that_gives_something_away_already_is_left_as_it_is():
    alone = {(AREAS[2], "_T", AGES[2])}

    _cells, left = spared(SQUARE | alone, alone)

    assert left == SQUARE | alone


def test_fewer_figures_of_the_border_table_are_hidden_for_it(monkeypatch):
    after = tried(1)
    monkeypatch.setattr("siemmes.disclosure.folding.spare", lambda *_: set())

    before = tried(1)

    assert after.hidden < before.hidden
    assert (after.exact, after.exact_knowing, after.narrow) == (0, 0, 0)
