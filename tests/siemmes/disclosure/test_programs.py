"""What can be seen without a linear program is what a linear program sees."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from siemmes.disclosure.programs import Program, exchanged


@st.composite
def systems(draw):
    size = draw(st.integers(1, 6))
    rows = [
        ([i for i in range(size) if signs[i]], [float(one) for one in signs if one], 0.0, 0.0)
        for signs in draw(st.lists(st.lists(st.sampled_from([0, 1, 1, -1]), min_size=size, max_size=size), min_size=1, max_size=3))
        if any(signs)
    ]  # fmt: skip
    ends = st.lists(st.integers(0, 9).map(float), min_size=size, max_size=size)
    return rows, -np.array(draw(ends)), np.array(draw(ends))


def reach(rows, down, up):
    program = Program(down, up, rows)
    low, high = [], []
    for i in range(len(down)):
        for sign, into in ((1.0, low), (-1.0, high)):
            costs = np.zeros(len(down))
            costs[i] = sign
            program.priced(costs)
            step = program.least()
            assert step is not None
            into.append(step[i])
    return np.array(low), np.array(high)


@settings(max_examples=80, deadline=None)
@given(systems())
def test_an_exchange_never_reaches_farther_than_a_program_and_as_far_in_a_single_sum(made):
    rows, down, up = made

    low, high = exchanged(rows, down, up)

    least, most = reach(rows, down, up)
    assert (least - 1e-6 <= low).all()
    assert (high <= most + 1e-6).all()
    if len(rows) == 1:
        inside = list(rows[0][0])
        assert np.allclose(low[inside], least[inside])
        assert np.allclose(high[inside], most[inside])
