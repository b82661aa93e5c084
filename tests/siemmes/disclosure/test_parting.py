"""Parts of a block: what stands in one tells nothing of another, so that each may be attacked by itself."""

from itertools import product

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siemmes.disclosure.attacking import Demand, Table, attack
from siemmes.disclosure.coverage import WHEN, lists_of
from siemmes.disclosure.parting import layers, parts_of, small_beside_empty
from siemmes.model.catalogue import structure

NAMES = ("COUNTERPART_AREA", "SEX", "AGE", WHEN)
ADDED = frozenset(NAMES[:3])
LISTS = lists_of(structure("BORDER"))
SAID = tuple(sorted(LISTS.items()))
AREAS, SEXES, AGES = ("NIC", "HND", "COL"), ("F", "M", "_U"), ("Y0T14", "Y15T64")
MONTHS = ("M 2020-01", "M 2020-02", "M 2020-03")


def parted(keys, beside=None):
    columns = [
        pa.array([key[place] for key in keys], pa.string()).dictionary_encode() for place in range(len(NAMES))
    ]
    blocks = np.zeros(len(keys), np.int64)
    together = beside(blocks, columns) if beside else [np.zeros(len(keys), bool)] * len(NAMES)
    return parts_of(blocks, NAMES, columns, ADDED, LISTS, together).tolist()


@pytest.mark.parametrize(
    ("dimension", "codes", "added", "expected"),
    [
        ("SEX", ("F", "M"), True, (0, 1)),
        ("SEX", ("F", "M", "_T"), True, (0, 0, 0)),
        ("SEX", ("F", "_T", "_Z"), True, (0, 0, 2)),
        ("AGE", ("Y0T4", "Y5T9", "Y0T9"), True, (0, 0, 0)),
        ("AGE", ("Y0T4", "Y5T9", "Y10T14"), True, (0, 1, 2)),
        ("COUNTERPART_AREA", ("COL", "G_CAM", "NIC"), False, (0, 1, 1)),
        (WHEN, (*MONTHS, "Q 2020-Q1", "M 2020-04"), False, (0, 0, 0, 0, 4)),
    ],
)
def test_codes_stand_in_one_layer_where_they_can_stand_in_one_sum(dimension, codes, added, expected):
    assert layers(dimension, codes, SAID, added=added) == expected


def test_two_breakdowns_of_a_total_that_nobody_sent_stay_together():
    said = (("ARRIVAL_PERIOD", "CL_ARRIVAL_PERIOD"),)

    assert layers("ARRIVAL_PERIOD", ("P_LT1980", "P1980T1989"), said, added=True) == (0, 1)
    assert len(set(layers("ARRIVAL_PERIOD", ("P_LT1980", "D_LT1"), said, added=True))) == 1


def test_figures_without_any_total_stand_by_themselves_and_a_total_of_one_month_binds_that_month_alone():
    keys = list(product(AREAS, SEXES, AGES, MONTHS))
    assert len(set(parted(keys))) == len(keys)

    found = dict(zip([*keys, ("_T", "F", AGES[0], MONTHS[1])], parted([*keys, ("_T", "F", AGES[0], MONTHS[1])]), strict=True))  # fmt: skip

    together = [key for key, part in found.items() if part == found["_T", "F", AGES[0], MONTHS[1]]]
    assert sorted(together) == sorted((area, "F", AGES[0], MONTHS[1]) for area in (*AREAS, "_T"))


def test_a_small_group_beside_an_empty_cell_keeps_its_layers_together():
    keys = [("NIC", "F", "_T", MONTHS[0]), ("NIC", "M", "_T", MONTHS[0]), ("HND", "F", "_T", MONTHS[0])]
    small, empty = np.array([True, False, False]), np.array([False, True, False])

    found = parted(keys, lambda blocks, columns: small_beside_empty(blocks, NAMES, columns, small, empty))

    assert found[0] == found[1] != found[2]


@st.composite
def layered(draw):
    """Tables with some of their totals, in up to two months, and what of them is hidden."""
    truth = {}
    months = MONTHS[: draw(st.integers(1, 2))]
    totals = {place for place in range(3) if draw(st.booleans())}
    for leaf in product(AREAS[:2], SEXES[:2], AGES, months):
        value = draw(st.integers(0, 6))
        for key in product(
            *((code, "_T") if place in totals else (code,) for place, code in enumerate(leaf))
        ):
            truth[key] = truth.get(key, 0.0) + value
    unsent = draw(st.one_of(st.just(set()), st.sets(st.sampled_from(sorted(truth)), max_size=4)))
    sent = {key: value for key, value in truth.items() if key not in unsent}
    return sent, draw(st.sets(st.sampled_from(sorted(sent)), min_size=1, max_size=10)), not unsent


@settings(max_examples=60, deadline=None)
@given(layered())
def test_an_attack_on_the_parts_finds_what_an_attack_on_the_whole_finds(made):
    truth, hidden, complete = made
    keys = list(truth)
    parts = dict(zip(keys, parted(keys), strict=True))

    def found(some):
        table = Table(NAMES, frozenset(range(3)), {key: None if key in hidden else truth[key] for key in some}, {key: truth[key] for key in some})  # fmt: skip
        demands = {("now", key): Demand(3.0, 1.0 if 0 < truth[key] < 5 else 0.0, 4.0 if 0 < truth[key] < 5 else np.inf) for key in some if key in hidden}  # fmt: skip
        out = attack(table, None, (), demands, LISTS)
        return out.exact, out.exact_knowing, out.narrow

    whole = found(keys)
    each = [found([key for key in keys if parts[key] == part]) for part in sorted(set(parts.values()))]

    together = [set().union(*(one[place] for one in each)) for place in range(3)]
    for parted_ones, whole_ones in zip(together, whole, strict=True):
        # Where inner figures are missing, an attack on the whole also takes for a sum what adds up by chance without them.
        assert parted_ones == whole_ones if complete else parted_ones <= whole_ones
