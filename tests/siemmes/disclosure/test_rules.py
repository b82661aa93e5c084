"""Which figures must not be shown."""

import pytest

from siemmes.disclosure.rules import dominated


@pytest.mark.parametrize(
    ("given", "n", "share", "expected"),
    [
        ([90, 5, 5], 1, 0.8, True),
        ([80, 10, 10], 1, 0.8, False),
        ([5, 45, 5, 45], 2, 0.8, True),
        ([40, 30, 30], 1, 0.8, False),
        ([100], 1, 0.8, True),
        ([], 1, 0.8, False),
        ([0, 0], 1, 0.8, False),
    ],
)
def test_an_amount_is_dominated_where_its_largest_contributors_make_up_more_than_the_share(
    given, n, share, expected
):
    assert dominated(given, n, share) is expected
