"""Which release is in force is seen at once, however seldom its pointer is read."""

import datetime as dt
import os

from siemmes.release.files import write_whole
from siemmes.release.published import CURRENT, pointed

NOW = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
LONG_AGO = (1_700_000_000, 1_700_000_000)


def test_a_pointer_put_in_place_of_another_is_read_even_where_both_have_one_age(tmp_path):
    for release in ("STOCK-1", "STOCK-2"):
        write_whole(tmp_path / CURRENT, f"{release}\n")
        os.utime(tmp_path / CURRENT, LONG_AGO)

        assert [pointed(tmp_path, NOW) for _ in range(2)] == [release, release]


def test_pointers_replaced_in_one_moment_are_each_read(tmp_path):
    for number in range(20):
        write_whole(tmp_path / CURRENT, f"STOCK-{number}\n")

        assert pointed(tmp_path, NOW) == f"STOCK-{number}"


def test_an_embargo_ends_while_its_pointer_stays(tmp_path):
    write_whole(tmp_path / CURRENT, f"STOCK-2\n{NOW.isoformat()}\nSTOCK-1\n")
    os.utime(tmp_path / CURRENT, LONG_AGO)

    assert pointed(tmp_path, NOW - dt.timedelta(seconds=1)) == "STOCK-1"
    assert pointed(tmp_path, NOW) == "STOCK-2"
