"""What the commands share: an instance that stands, and the clock of the process it serves."""

import datetime as dt

import pytest
from django.utils import timezone

from puebla.core.operations import one_by_one, require_instance, sentence_of
from puebla.core.verdicts import RefusedError
from tests.factories import process


@pytest.fixture
def _own_clock(settings):
    """The clock is put back afterwards."""
    settings.TIME_ZONE = "America/Costa_Rica"
    timezone.get_default_timezone.cache_clear()
    yield
    settings.TIME_ZONE = "America/Costa_Rica"
    timezone.get_default_timezone.cache_clear()


@pytest.mark.django_db
@pytest.mark.usefixtures("_own_clock")
def test_hours_are_told_where_the_process_is_at_home():
    process(time_zone="America/Argentina/Buenos_Aires")

    require_instance()

    noon = dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC)
    assert timezone.localtime(noon).hour == 9


@pytest.mark.django_db
def test_an_instance_without_a_process_is_refused():
    with pytest.raises(RefusedError, match="Nothing is loaded yet"):
        require_instance()


def test_findings_keep_their_lines():
    assert sentence_of(RefusedError("row 1:  odd\nrow 2: odd")) == "row 1: odd\nrow 2: odd"


def test_of_many_things_one_that_fails_stops_none_behind_it_and_is_told_at_the_end():
    done = []

    def act(number):
        done.append(60 // number)
        return 1

    with pytest.raises(ZeroDivisionError):
        one_by_one([1, 0, 2], act)
    assert done == [60, 30]
    assert one_by_one([3, 4], act) == 2
