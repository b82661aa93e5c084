"""Words and symbols as people type and count them."""

import re

from hypothesis import given
from hypothesis import strategies as st

from puebla.core.words import order_of

SYMBOLS = st.lists(
    st.text("ACDE", min_size=1, max_size=3) | st.integers(0, 120).map(str), min_size=1, max_size=6
).map("/".join)


def counted(symbol):
    """The parts of a symbol, numbers by their value and before words."""
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in re.split("/", symbol)]


@given(st.lists(SYMBOLS, max_size=12))
def test_symbols_stand_in_the_order_in_which_people_count(symbols):
    assert sorted(symbols, key=order_of) == sorted(symbols, key=counted)


@given(st.text("A019./-", max_size=60), st.text("A019./-", max_size=60))
def test_two_symbols_never_have_one_place_and_every_place_has_room(one, other):
    assert (order_of(one) == order_of(other)) == (one == other)
    assert len(order_of(one)) <= 220
    assert re.fullmatch("[0-9a-z]*", order_of(one))
