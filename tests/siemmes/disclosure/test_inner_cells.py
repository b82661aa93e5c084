"""An oracle that knows nothing of sums between published figures: it tries the people in the innermost cells themselves."""

import random
from itertools import product

import numpy as np
import pytest

from siemmes.disclosure.programs import Program
from tests.siemmes.disclosure.protection import protected, rows_of

REGIONS = {"G_CAM": ("NIC", "HND", "GTM"), "G_SAM": ("COL", "PER")}
SEXES, AGES = ("F", "M"), ("Y0T14", "Y15T64", "Y_GE65")
LEAVES = list(product((one for members in REGIONS.values() for one in members), SEXES, AGES))


def drawn(seed):
    """A table with regions and totals out of its innermost cells, some of its margins not sent."""
    rnd = random.Random(seed)
    scale, unsent = rnd.choice([1, 2, 4, 8, 20]), rnd.choice([0, 0.2, 0.5, 0.9])
    cells, inside = {}, {}
    for place, (area, sex, age) in enumerate(LEAVES):
        people = int(rnd.expovariate(1 / scale))
        regions = [region for region, members in REGIONS.items() if area in members]
        for cell in product((area, *regions, "_T"), (sex, "_T"), (age, "_T")):
            cells[cell] = cells.get(cell, 0) + people
            inside.setdefault(cell, []).append(place)
    sent = {cell: value for cell, value in cells.items() if len(inside[cell]) == 1 or rnd.random() >= unsent}
    return sent, inside


def known_of(cell, value, shown, *, knowing):
    if shown.get(cell) is not None:
        return shown[cell], shown[cell]
    if knowing and cell in shown and value:
        return (1, 4) if value < 5 else (5, np.inf)
    return 0, np.inf


@pytest.mark.parametrize("knowing", [False, True])
@pytest.mark.parametrize("seed", range(8))
def test_people_can_be_put_into_the_innermost_cells_in_other_ways_for_every_hidden_figure(seed, knowing):
    sent, inside = drawn(seed)

    shown, report, _rows = protected(rows_of(sent))

    rows = [
        (inside[cell], [1.0] * len(inside[cell]), *known_of(cell, value, shown, knowing=knowing))
        for cell, value in sent.items()
    ]
    program = Program([0.0] * len(LEAVES), [1e5] * len(LEAVES), rows)
    hidden = [cell for cell, value in sent.items() if shown.get(cell) is None and (value or cell in shown)]
    assert report.given == 0
    for cell in hidden:
        direction = np.zeros(len(LEAVES))
        direction[inside[cell]] = 1.0
        low, high = (direction @ least(program, sign * direction) for sign in (1.0, -1.0))
        assert np.floor(high + 1e-6) > np.ceil(low - 1e-6), (cell, low, high)
        assert knowing or high - low >= 3 - 1e-6, (cell, low, high)


def least(program, costs):
    program.priced(costs)
    found = program.least()
    assert found is not None
    return found
