"""The agenda: numbered, moved, opened to an observer, revised."""

import datetime as dt

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from puebla.core.models import JournalPayload
from puebla.core.verdicts import RefusedError
from puebla.meetings import actions
from puebla.meetings.models import AgendaItem
from puebla.meetings.querysets import agenda_changes, rows_for
from puebla.members.models import Audience
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


def labels(convening):
    return [
        (one.label, one.titles["en"])
        for one in AgendaItem.objects.filter(convening=convening, removed_at=None).order_by("path")
    ]


def test_items_are_numbered_with_figures_letters_and_roman_figures(keeper, at):
    convening = factories.convening()
    first = actions.add_item(convening=convening, titles={"en": "One"}, by=keeper, at=at)
    below = actions.add_item(convening=convening, titles={"en": "Below"}, parent=first, by=keeper, at=at)
    actions.add_item(convening=convening, titles={"en": "Deep"}, parent=below, by=keeper, at=at)
    actions.add_item(convening=convening, titles={"en": "Two"}, by=keeper, at=at)

    assert labels(convening) == [("1", "One"), ("1.a", "Below"), ("1.a.i", "Deep"), ("2", "Two")]


def test_an_item_is_moved_before_another_and_both_keep_their_own(keeper, at):
    convening = factories.convening()
    one, two, three = (
        actions.add_item(convening=convening, titles={"en": name}, by=keeper, at=at)
        for name in ("One", "Two", "Three")
    )

    actions.move_item(item=three, before=one, by=keeper, at=at)
    actions.move_item(item=two, before=None, parent=one, by=keeper, at=at)

    assert labels(convening) == [("1", "Three"), ("2", "One"), ("2.a", "Two")]
    with pytest.raises(RefusedError, match="below itself"):
        actions.move_item(item=one, before=None, parent=two, by=keeper, at=at)
    # What stands below an item goes with it, and not too deep either.
    actions.move_item(item=one, before=None, parent=three, by=keeper, at=at)
    four = actions.add_item(convening=convening, titles={"en": "Four"}, by=keeper, at=at)
    with pytest.raises(RefusedError, match="three steps deep"):
        actions.move_item(item=three, before=None, parent=four, by=keeper, at=at)


def test_nothing_is_put_below_an_item_that_somebody_took_off_meanwhile_nor_changed_of_it(keeper, at):
    convening = factories.convening()
    gone, other = (
        actions.add_item(convening=convening, titles={"en": name}, by=keeper, at=at)
        for name in ("Gone", "Other")
    )
    actions.remove_item(item=gone, by=keeper, at=at)

    for act in (
        lambda: actions.move_item(item=other, before=None, parent=gone, by=keeper, at=at),
        lambda: actions.add_item(convening=convening, titles={"en": "No"}, parent=gone, by=keeper, at=at),
        lambda: actions.describe_item(item=gone, values={}, revision=1, by=keeper, at=at),
    ):
        with pytest.raises(RefusedError, match="taken off the agenda meanwhile"):
            act()
    assert labels(convening) == [("1", "Other")]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=st.lists(st.tuples(st.integers(0, 5), st.integers(-1, 5), st.integers(-1, 5)), max_size=8))
def test_no_sequence_of_moves_loses_or_doubles_an_item(keeper, moves):
    at = timezone.now()
    convening = factories.convening()
    items = [actions.add_item(convening=convening, titles={"en": str(n)}, by=keeper, at=at) for n in range(6)]
    for moved, before, parent in moves:
        try:
            actions.move_item(
                item=items[moved], before=items[before] if before >= 0 else None, by=keeper, at=at,
                parent=items[parent] if parent >= 0 and before < 0 else None,
            )  # fmt: skip
        except RefusedError:
            continue

    found = labels(convening)
    assert sorted(name for _label, name in found) == ["0", "1", "2", "3", "4", "5"]
    assert len({label for label, _name in found}) == 6
    assert max(label.count(".") for label, _name in found) < 3


def test_an_observer_sees_an_item_of_the_members_only_where_the_presidency_opens_it(keeper, at):
    chair = factories.presiding_chair()
    observer = factories.delegate("observer_organisation")
    convening = factories.convening()
    item = actions.add_item(
        convening=convening, titles={"en": "Members only"}, audience=Audience.MEMBERS, by=keeper, at=at
    )
    party = observer.seats.get().party
    assert not AgendaItem.objects.visible_to(observer).exists()

    actions.open_item(item=item, party=party, what="attend", by=chair, at=at)

    assert AgendaItem.objects.visible_to(observer).get() == item
    actions.open_item(item=item, party=party, what="draft", by=chair, at=at)
    assert item.openings.get().what == "draft"
    with pytest.raises(RefusedError, match="Only the Presidency"):
        actions.open_item(item=item, party=party, what="attend", by=keeper, at=at)


def test_a_revision_shows_what_changed_since_and_only_what_the_reader_may_know(keeper, at):
    observer = factories.delegate("observer_state")
    convening = factories.convening()
    kept = actions.add_item(convening=convening, titles={"en": "Kept"}, by=keeper, at=at)
    secret = actions.add_item(
        convening=convening, titles={"en": "Secret"}, audience=Audience.MEMBERS, by=keeper, at=at
    )
    actions.revise_agenda(convening=convening, by=keeper, at=at)

    actions.describe_item(item=kept, values={"titles": {"en": "Renamed"}}, revision=1, by=keeper, at=at)
    actions.remove_item(item=secret, by=keeper, at=at)

    def changes(person):
        items = AgendaItem.objects.visible_to(person).filter(convening=convening)
        return [one["what"] for one in agenda_changes(convening, list(items), reach_of(person, at))]

    assert changes(keeper) == ["renamed", "removed"]
    assert changes(observer) == ["renamed"]
    # Who takes part from now on is journalled.
    actions.describe_item(item=kept, values={"audience": Audience.MEMBERS}, revision=2, by=keeper, at=at)
    told = JournalPayload.objects.order_by("pk").last().facts
    assert told == {"changed": ["audience"], "audience": [Audience.OBSERVERS, Audience.MEMBERS]}


def test_items_of_a_closed_session_stand_among_themselves_and_tell_nothing_by_their_numbers(keeper, at):
    chair = factories.presiding_chair()
    convening = factories.convening()
    session = actions.hold_session(
        convening=convening, by=chair, at=at, kind="closed", on=convening.meeting.starts_on, from_hour=dt.time(15),
        until_hour=dt.time(17),
    )  # fmt: skip
    first = actions.add_item(convening=convening, titles={"en": "Open"}, by=keeper, at=at)
    inside = actions.add_item(convening=convening, titles={"en": "Inside"}, session=session, by=chair, at=at)
    actions.add_item(convening=convening, titles={"en": "Open too"}, by=keeper, at=at)

    assert labels(convening) == [("1", "Open"), ("C1", "Inside"), ("2", "Open too")]
    plenary = actions.hold_session(
        convening=convening, by=keeper, at=at, kind="plenary", on=convening.meeting.starts_on, from_hour=dt.time(9),
        until_hour=dt.time(11),
    )  # fmt: skip
    for below, where in ((first, session), (inside, plenary)):
        with pytest.raises(RefusedError, match="among themselves"):
            actions.add_item(
                convening=convening, titles={"en": "No"}, parent=below, session=where, by=chair, at=at
            )


def test_that_a_closed_session_s_agenda_changed_is_told_to_nobody_outside_it(keeper, at):
    chair = factories.presiding_chair()
    convening = factories.convening()
    session = actions.hold_session(
        convening=convening, by=chair, at=at, kind="closed", on=convening.meeting.starts_on, from_hour=dt.time(15),
        until_hour=dt.time(17),
    )  # fmt: skip
    actions.add_item(convening=convening, titles={"en": "Open"}, by=keeper, at=at)
    actions.revise_agenda(convening=convening, by=keeper, at=at)
    actions.add_item(convening=convening, titles={"en": "Inside"}, session=session, by=chair, at=at)

    # Not even its own chair makes a revision of it: everybody would be told that there is one.
    for person in (keeper, chair):
        with pytest.raises(RefusedError, match="Nothing of the agenda changed"):
            actions.revise_agenda(convening=convening, by=person, at=at)
    actions.add_item(convening=convening, titles={"en": "Open too"}, by=keeper, at=at)
    kept = actions.revise_agenda(convening=convening, by=keeper, at=at)
    assert [row["titles"]["en"] for row in rows_for(reach_of(chair, at), kept.rows)] == [
        "Open",
        "Inside",
        "Open too",
    ]
    assert [row["titles"]["en"] for row in rows_for(reach_of(keeper, at), kept.rows)] == ["Open", "Open too"]
