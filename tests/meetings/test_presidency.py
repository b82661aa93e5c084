"""The Presidency passes on, and the rights with it, at midnight of the process's zone and by nobody's act."""

import datetime as dt

import pytest
from django.utils import timezone

from puebla.core.verdicts import RefusedError
from puebla.meetings import actions
from puebla.meetings.models import Convening
from puebla.members.actions import set_presidency
from puebla.members.querysets import reach_of
from tests import factories

pytestmark = pytest.mark.django_db


def test_at_midnight_the_next_chair_convenes_and_knows_of_drafts_and_the_one_before_no_more():
    factories.process()
    before = factories.presiding_chair()
    first_day = dt.date(2031, 12, 1)
    office = factories.BodyFactory(code="PPT")
    after = factories.delegate(
        party=factories.PartyFactory(code="HND"), body=office, role=before.seats.get().role
    )
    keeper = factories.secretariat_person()
    set_presidency(body=office, party=after.seats.get().party, starts_on=first_day, by=keeper, at=timezone.now())  # fmt: skip
    draft = factories.convening(draft=True)
    midnight = timezone.make_aware(dt.datetime.combine(first_day, dt.time()))
    eve = midnight - dt.timedelta(seconds=1)

    def knows(person, at):
        reach = reach_of(person, at)
        return reach.presidency and Convening.objects.visible_to(person, reach=reach).exists()

    assert [knows(one, eve) for one in (before, after)] == [True, False]
    assert [knows(one, midnight) for one in (before, after)] == [False, True]
    with pytest.raises(RefusedError):
        actions.announce(convening=draft, by=after, at=eve)
    with pytest.raises(RefusedError):
        actions.announce(convening=draft, by=before, at=midnight)
    actions.announce(convening=draft, by=after, at=midnight)
    assert not Convening.objects.get().meeting.draft
