"""Rounding with noise that is fixed by where a figure stands."""

import hashlib
import hmac
from contextlib import closing
from itertools import product

import duckdb
import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siemmes.disclosure import rounding
from siemmes.disclosure.coverage import lists_of, sums
from siemmes.disclosure.programs import Program
from siemmes.disclosure.rounding import rounded
from siemmes.disclosure.trial import as_rows, border_table
from siemmes.model.catalogue import structure
from siemmes.model.errors import RefusedError
from tests.siemmes.disclosure.protection import NAMES, a_table
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


STOCK = structure("MIG_STOCK")
AREAS, SEXES, AGES = ("NIC", "HND", "COL"), ("F", "M"), ("Y0T14", "Y15T64", "Y_GE65", "_U")


def rounded_cells(table, secret, **before):
    with closing(duckdb.connect()) as con:
        con.register("drawn", table)
        con.execute("CREATE TABLE accepted AS SELECT * FROM drawn").fetchall()
        rounded(con, "accepted", STOCK, secret, into="shown", **before)
        listed = ", ".join(f'"{name}"' for name in NAMES)
        return {
            tuple(one): value
            for *one, value in con.execute(f"SELECT {listed}, OBS_VALUE FROM shown").fetchall()
        }


def lines_of(cells):
    """Every total with its parts, along each dimension."""
    for place, name in enumerate(NAMES):
        slices = {}
        for cell in cells:
            slices.setdefault((*cell[:place], *cell[place + 1 :]), []).append(cell[place])
        for rest, codes in slices.items():
            for whole, parts in sums(name, codes, lists_of(STOCK)):
                yield tuple((*rest[:place], code, *rest[place:]) for code in (whole, *parts))


def told(cells, shown):
    """The figures of which one value alone lies within rounding's reach in all sums together."""
    keys = list(shown)
    at = {key: place for place, key in enumerate(keys)}
    middle = np.array([shown[key] for key in keys], float)
    rows = [
        ([at[one] for one in line], [1.0, *[-1.0] * (len(line) - 1)], 0.0, 0.0) for line in lines_of(cells)
    ]
    program, random = Program(np.maximum(middle - 2, 0), middle + 2, rows), np.random.default_rng(1)
    low, high = np.full(len(keys), np.inf), np.full(len(keys), -np.inf)

    def drive(costs):
        program.priced(costs)
        found = program.least()
        assert found is not None
        np.minimum(low, np.ceil(found - 1e-6), out=low)
        np.maximum(high, np.floor(found + 1e-6), out=high)

    for _ in range(6):
        direction = np.where(high - low < 1, random.uniform(-1, 1, len(keys)), 0.0)
        drive(direction)
        drive(-direction)
    for one in np.flatnonzero(high - low < 1):
        for sign in (1.0, -1.0):
            direction = np.zeros(len(keys))
            direction[one] = sign
            drive(direction)
    return {keys[one] for one in np.flatnonzero(high - low < 1)}


def by_chance_alone(monkeypatch):
    monkeypatch.setattr(rounding, "_adding_up_along", lambda *_: [])


def test_chance_alone_gives_figures_of_the_border_table_away_and_what_is_published_gives_none(monkeypatch):
    cells, secret = border_table(0), bytes(32)

    assert told(cells, rounded_cells(as_rows(cells), secret)) == set()

    by_chance_alone(monkeypatch)
    assert any(0 < cells[cell] < 5 for cell in told(cells, rounded_cells(as_rows(cells), secret)))


def test_a_sum_that_tells_its_figures_is_refused_where_no_figure_of_it_can_be_rounded_otherwise(monkeypatch):
    monkeypatch.setattr("siemmes.disclosure.rerounding.ROUNDS", 0)

    with pytest.raises(RefusedError, match="one possibility") as refused:
        rounded_cells(as_rows(border_table(0)), bytes(32))

    assert "una sola posibilidad" in refused.value.text("es")


@st.composite
def small_tables(draw):
    """Tables by area, sex and age with their totals, some of them not sent."""
    found = {}
    for leaf in product(AREAS[: draw(st.integers(1, 3))], SEXES, AGES[: draw(st.integers(1, 4))]):
        value = draw(st.integers(0, 7))
        for cell in product(*((code, "_T") for code in leaf)):
            found[cell] = found.get(cell, 0) + value
    unsent = draw(st.sets(st.sampled_from(sorted(found)), max_size=4))
    return {cell: value for cell, value in found.items() if cell not in unsent or len(found) < 9}


def reach(shown):
    return range(max(0, shown - 2), shown + 3)


@settings(max_examples=25, deadline=None)
@given(small_tables(), st.integers(0, 255))
def test_no_sum_by_itself_tells_a_figure_and_rounding_stays_within_two(cells, seed):
    shown = rounded_cells(as_rows(cells), bytes([seed]) * 32)

    assert all(shown[cell] % 3 == 0 and abs(shown[cell] - value) <= 2 for cell, value in cells.items())
    assert all(shown[cell] == value for cell, value in cells.items() if value % 3 == 0)
    for whole, *parts in lines_of(cells):
        if cells[whole] == sum(cells[one] for one in parts):
            least, most = (sum(end(reach(shown[one])) for one in parts) for end in (min, max))
            for part in parts:
                rest = (least - min(reach(shown[part])), most - max(reach(shown[part])))
                fitting = [
                    value for value in reach(shown[part])
                    if min(reach(shown[whole])) <= value + rest[1] and value + rest[0] <= max(reach(shown[whole]))
                ]  # fmt: skip
                assert len(fitting) > 1, (whole, part, cells, shown)


def test_a_figure_that_a_revision_leaves_alone_is_shown_as_before_though_its_sums_are_other_ones(
    tmp_path, monkeypatch
):
    cells, secret = border_table(0), bytes(32)
    first = rounded_cells(as_rows(cells), secret)
    with monkeypatch.context() as patched:
        by_chance_alone(patched)
        chance = rounded_cells(as_rows(cells), secret)
    turned = {cell for cell, value in first.items() if value != chance[cell]}
    revised = {cell: value if cell in turned else value + 1 for cell, value in cells.items()}
    pq.write_table(as_rows(cells), tmp_path / "sent.parquet")
    pq.write_table(as_rows(first), tmp_path / "shown.parquet")

    second = rounded_cells(
        as_rows(revised), secret, before=(tmp_path / "shown.parquet", tmp_path / "sent.parquet")
    )

    assert turned
    assert {cell: second[cell] for cell in turned} == {cell: first[cell] for cell in turned}


def test_a_flow_whose_codes_cannot_add_up_is_not_searched_for_sums(monkeypatch):
    monkeypatch.setattr(rounding, "adding_up", lambda *_: pytest.fail("searched"))

    found = rounding_of(many([1, 2, 4, 5]))

    assert len(found) == 4
