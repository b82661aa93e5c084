"""What decisions tell to who follows their body: through the gate, of a closed session to its room alone."""

import pytest

from puebla.decisions import actions
from puebla.decisions.views import news
from puebla.members.querysets import reach_of
from tests.decisions import making
from tests.decisions.making import declared, drafted, forwarded, proposed

pytestmark = pytest.mark.django_db


def told(world, person, mark):
    """What this follower of both bodies is told of what happened since."""
    reach = reach_of(person, world.at)
    followed = {("body", "RCGM"), ("body", "VM")}
    happened = news.SOURCE.since(mark, world.at).happened
    lines = news.SOURCE.lines(person, reach, {one.subject for one in happened})
    under = news.FOLLOWABLE.under(person, reach, followed, set(lines))
    return [(one.what, lines[one.subject].sealed) for one in happened if under.get(one.subject)]


def test_who_follows_a_body_is_told_and_of_a_closed_session_only_who_sits_there():
    world = making.world()
    mark = news.SOURCE.since(None, world.at).mark
    recommended = drafted(world)
    proposed(world, recommended)
    actions.take(proposal=recommended.proposals.get(), by=world.keeper, at=world.at)
    draft = forwarded(world, declared(world, recommended, languages=["en", "es"]))
    proposed(world, draft, "HND")

    open_ones = [("begun", False), ("proposed", False), ("adopted", False)]
    assert told(world, world.outsider, mark) == open_ones
    assert told(world, world.people["CRI"], mark) == [*open_ones, ("received", True), ("proposed", True)]
    assert told(world, world.observer, mark) == []
