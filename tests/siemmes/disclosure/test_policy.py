"""What a store keeps for protection: senders' own thresholds and the secret of the noise."""

import datetime as dt

import pytest

from siemmes.disclosure.policy import POLICY, SECRET, noise_key, thresholds
from siemmes.model.errors import RefusedError

DAY = dt.date(2026, 3, 2)
TEXT = """
[[threshold]]
sender = "CRI"
threshold = 10
from = 2026-01-01
until = 2027-01-01

[[threshold]]
sender = "CRI"
flow = "TRAFFICK"
threshold = 20

[[threshold]]
sender = "UNHCR"
flow = "REFUGEE"
threshold = 7
"""


def test_a_store_without_a_policy_has_no_thresholds_of_senders(tmp_path):
    assert thresholds(tmp_path, "MIG_STOCK", DAY) == {}


@pytest.mark.parametrize(
    ("flow", "day", "expected"),
    [
        ("MIG_STOCK", DAY, {"CRI": 10}),
        ("TRAFFICK", DAY, {"CRI": 20}),
        ("REFUGEE", DAY, {"CRI": 10, "UNHCR": 7}),
        ("MIG_STOCK", dt.date(2025, 12, 31), {}),
        ("MIG_STOCK", dt.date(2027, 1, 1), {}),
    ],
)
def test_thresholds_hold_for_their_flow_from_their_first_day_to_their_last(tmp_path, flow, day, expected):
    (tmp_path / POLICY).write_text(TEXT, encoding="utf-8")

    assert thresholds(tmp_path, flow, day) == expected


@pytest.mark.parametrize(
    "text", ["[[threshold]", '[[threshold]]\nsender = "CRI"', '[[threshold]]\nsender = "CRI"\nthreshold = "5"',
             '[[threshold]]\nsender = "CRI"\nthreshold = 5\nflows = "X"', '[[threshold]]\nsender = "CRI"\nthreshold = 5\nfrom = "soon"']
)  # fmt: skip
def test_a_policy_that_cannot_be_understood_stops_the_release(tmp_path, text):
    (tmp_path / POLICY).write_text(text, encoding="utf-8")

    with pytest.raises(RefusedError, match="policy.toml"):
        thresholds(tmp_path, "MIG_STOCK", DAY)


def test_the_secret_is_made_once_and_only_its_owner_reads_it(tmp_path):
    first = noise_key(tmp_path / "private")

    assert len(first) == 32
    assert noise_key(tmp_path / "private") == first
    assert (tmp_path / "private" / SECRET).stat().st_mode & 0o077 == 0
    assert noise_key(tmp_path / "other") != first


def test_a_damaged_secret_is_refused_and_never_replaced(tmp_path):
    (tmp_path / SECRET).write_text("short", encoding="ascii")

    with pytest.raises(RefusedError, match="backup"):
        noise_key(tmp_path)

    assert (tmp_path / SECRET).read_text("ascii") == "short"
