"""Local hours and the instants they are, with the real zones of the members."""

import datetime as dt

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from puebla.core.verdicts import RefusedError
from puebla.core.zones import instant_of, instants_of, local, place_of

MEMBERS = ("America/Belize", "America/Toronto", "America/Costa_Rica", "America/Santo_Domingo", "America/El_Salvador",
           "America/New_York", "America/Guatemala", "America/Tegucigalpa", "America/Mexico_City", "America/Managua",
           "America/Panama")  # fmt: skip


def test_an_hour_over_which_clocks_are_put_forward_is_refused_with_a_sentence():
    with pytest.raises(RefusedError, match="does not exist"):
        instant_of(dt.date(2026, 3, 8), dt.time(2, 30), "America/New_York")


def test_an_hour_that_comes_twice_is_refused_until_it_is_said_which():
    with pytest.raises(RefusedError, match="comes twice"):
        instant_of(dt.date(2026, 11, 1), dt.time(1, 30), "America/New_York")

    first, second = (
        instant_of(dt.date(2026, 11, 1), dt.time(1, 30), "America/New_York", later=later)
        for later in (False, True)
    )
    assert second - first == dt.timedelta(hours=1)


@pytest.mark.parametrize("name", ["Atlantis/Puebla", "Factory", "localtime"])
def test_a_zone_that_nobody_knows_or_that_names_no_clocks_is_refused_with_a_sentence(name):
    with pytest.raises(RefusedError, match="no time zone"):
        instant_of(dt.date(2026, 11, 1), dt.time(1, 30), name)


def test_a_zones_place_is_named_in_the_readers_language():
    named = {}
    for language in ("en", "es", "xx"):
        with override(language):
            named[language] = [
                place_of(one) for one in ("America/Mexico_City", "America/Panama", "America/Costa_Rica")
            ]

    assert named["en"] == named["xx"] == ["Mexico City", "Panama", "Costa Rica"]
    assert named["es"] == ["Ciudad de México", "Panamá", "Costa Rica"]


@given(
    on=st.dates(dt.date(1990, 1, 1), dt.date(2037, 12, 31)), hour=st.times(), name=st.sampled_from(MEMBERS)
)
def test_every_instant_shows_the_hour_it_was_made_of(on, hour, name):
    found = instants_of(on, hour, name)

    assert len(found) <= 2
    assert all(
        local(one, name).replace(tzinfo=None, fold=0) == dt.datetime.combine(on, hour.replace(fold=0))
        for one in found
    )
