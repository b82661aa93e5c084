"""Delegations: from nomination to the door, and what is forgotten afterwards."""

import pytest
from django.utils import timezone

from puebla.core.models import JournalEntry
from puebla.meetings.actions import delegations as actions
from puebla.meetings.querysets.delegations import participants
from puebla.members.querysets import reach_of
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def at():
    return timezone.now()


@pytest.fixture
def keeper():
    factories.process()
    return factories.secretariat_person()


def convened(**values):
    return factories.convening(**({"state": "convened"} | values))


def named(convening, focal, at, name="Ana Rivas", **values):
    party = values.pop("party", None) or focal.seats.get().party
    return actions.nominate(convening=convening, party=party, full_name=name, by=focal, at=at, **values)


def accredited(convening, focal, keeper, at, name="Ana Rivas", **values):
    return actions.accredit(delegate=named(convening, focal, at, name, **values), by=keeper, at=at)


def test_a_delegate_goes_from_nomination_to_the_door_and_stands_on_the_list(keeper, at):
    focal, convening = factories.focal_point(), convened()
    party = focal.seats.get().party

    delegate = actions.nominate(convening=convening, party=party, person=focal, role="head", by=focal, at=at)
    actions.accredit(delegate=delegate, by=keeper, at=at)
    actions.register(
        delegate=delegate, values={"phone": "+502 2410 1000"}, consents=True, revision=2, by=focal, at=at
    )
    done = actions.check_in(delegate=delegate, session=None, token="t1", by=keeper, at=at)

    found = participants(convening, keeper, reach_of(keeper, at))
    assert done.new
    assert [(one.standing, [(p.code, [str(d) for d in people]) for p, people in one.parties]) for one in found.sections] == [
        ("member", [(party.code, [focal.full_name])])
    ]  # fmt: skip
    delegate.refresh_from_db()
    assert [one.state for one in delegate.steps.all()] == ["nominated", "accredited", "registered", "present"]
    assert JournalEntry.objects.filter(
        act="delegate.checked_in", subject_ref=delegate.ref, party_code=party.code
    ).exists()
