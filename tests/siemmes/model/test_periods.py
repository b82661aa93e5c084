"""Periods: their canonical form, the months they cover, and what lies within what."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siemmes.model import periods

YEARS = st.integers(1900, 2100)
PERIODS = st.one_of(
    YEARS.map(str),
    st.builds("{}-S{}".format, YEARS, st.integers(1, 2)),
    st.builds("{}-Q{}".format, YEARS, st.integers(1, 4)),
    st.builds("{}-{:02}".format, YEARS, st.integers(1, 12)),
    YEARS.map("{}-01-01/P5Y".format),
)


@pytest.mark.parametrize(("text", "canonical"), [
    ("2009", "2009"), (" 2009-A1 ", "2009"), ("2009-M04", "2009-04"), ("2009-Q1", "2009-Q1"), ("next year", "next year"),
])  # fmt: skip
def test_other_ways_of_writing_a_period_come_to_one(text, canonical):
    assert periods.canonical(text) == canonical


@pytest.mark.parametrize(("period", "months"), [
    ("2009", 12), ("2009-S2", 6), ("2009-Q3", 3), ("2009-12", 1), ("1990-01-01/P5Y", 60),
    ("2003-10-01/P1Y", 12),
])  # fmt: skip
def test_a_period_covers_its_months(period, months):
    reach = periods.span(period)

    assert reach.last - reach.first + 1 == months


@pytest.mark.parametrize(
    "text", ["", "2009-13", "2009-Q5", "2009-S3", "20091", "2009-1", "2009/2010", "Q1-2009"]
)
def test_what_is_no_period_covers_nothing_and_lies_nowhere(text):
    assert periods.span(text) is None
    assert not periods.within(text)


@given(PERIODS)
def test_every_period_lies_within_itself_and_within_the_year_it_begins_in_if_it_ends_there(period):
    reach = periods.span(period)
    year = period[:4]

    assert periods.within(period, start=period, end=period)
    assert periods.within(period, start=year, end=year) == (reach.last // 12 == int(year))


@given(PERIODS, PERIODS, PERIODS)
def test_narrower_bounds_never_let_more_in(period, start, end):
    if periods.within(period, start=start, end=end):
        assert periods.within(period, start=start)
        assert periods.within(period, end=end)
