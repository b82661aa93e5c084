"""Rounding with noise that is fixed by where a figure stands."""

import hashlib
import hmac
from contextlib import closing

import duckdb
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from siemmes.disclosure.rounding import rounded
from siemmes.model.catalogue import structure
from tests.siemmes.disclosure.protection import a_table
from tests.siemmes.figures import row

SECRET, OTHER = b"a" * 32, b"b" * 32
BORDER = structure("BORDER")


def rounding_of(rows, secret=SECRET):
    with closing(duckdb.connect()) as con:
        a_table(con, rows, "BORDER")
        rounded(con, "accepted", BORDER, secret, into="shown")
        found = con.sql("SELECT * FROM shown").to_arrow_table().to_pylist()
    return {tuple(one[name] for name in BORDER.key): one["OBS_VALUE"] for one in found}


def many(values, **said):
    return [
        row(
            "BORDER",
            BORDER_POINT=f"P{number // 12}",
            FREQ="M",
            TIME_PERIOD=f"2020-{number % 12 + 1:02}",
            OBS_VALUE=value,
            **said,
        )
        for number, value in enumerate(values)
    ]


def test_every_figure_goes_to_one_of_the_two_multiples_beside_it_and_zero_and_multiples_stay():
    values = [*range(200), 1_000_001]

    found = list(rounding_of(many(values)).values())

    assert all(one % 3 == 0 for one in found)
    assert all(abs(one - value) <= 2 for one, value in zip(found, values, strict=True))
    assert all(one == value for one, value in zip(found, values, strict=True) if value % 3 == 0)


def test_the_same_cell_is_rounded_alike_in_every_table_and_release_and_otherwise_with_another_secret():
    rows = many([1 + number % 2 for number in range(600)])
    whole = rounding_of(rows)

    part = rounding_of(rows[300:400])

    assert part == {key: whole[key] for key in part}
    assert rounding_of(rows) == whole
    assert rounding_of(rows, OTHER) != whole


def test_rounding_changes_nothing_on_average():
    values = np.array([1, 2] * 6000)

    noise = np.array(list(rounding_of(many(values.tolist())).values())) - values

    for left in (1, 2):
        there = noise[values % 3 == left]
        assert abs(there.mean()) < 4 * np.sqrt(2 / len(there))


def test_noise_is_hmac_sha256_of_the_series_and_its_year_two_bytes_a_period():
    rows = many([1] * 24)
    spot = "|".join(("BORDER", *(rows[14][name] for name in BORDER.dimensions), "2020"))
    digest = hmac.new(SECRET, spot.encode(), hashlib.sha256).digest()
    number = int.from_bytes(digest[4:6], "big")

    found = list(rounding_of(rows).values())[14]

    assert rows[14]["TIME_PERIOD"] == "2020-03"
    assert found == (3 if number * 3 < 1 << 16 else 0)


@settings(max_examples=10, deadline=None)
@given(st.lists(st.one_of(st.none(), st.integers(0, 10**12)), min_size=1, max_size=40))
def test_missing_figures_stay_missing_and_large_ones_whole(values):
    found = list(rounding_of(many(["" if value is None else value for value in values])).values())

    for one, value in zip(found, values, strict=True):
        assert (one is None) == (value is None)
        assert value is None or (one % 3 == 0 and abs(one - value) <= 2)
