"""What was gathered before, as long as nothing was written since."""

import pytest
from django.db import connection, transaction

from puebla.accounts.models import Person
from puebla.core.memory import Kept, Remembered
from tests import factories as make


@pytest.mark.django_db(transaction=True)
def test_what_is_remembered_is_gathered_anew_once_anything_was_written_and_never_inside_a_transaction():
    made = []
    remembered = Remembered(most=2)

    def people():
        return remembered.get("people", lambda: made.append(1) or Person.objects.count())

    def gathered(times):
        # A PostgreSQL server tells that somebody wrote, be it to another database of it: then once more is no fault.
        return len(made) == times if connection.vendor == "sqlite" else len(made) >= times

    assert (people(), people()) == (0, 0) and gathered(1)
    person = make.PersonFactory()
    assert (people(), people()) == (1, 1) and gathered(2)
    Person.objects.filter(pk=person.pk).update(full_name="Another name")
    assert people() == 1 and gathered(3)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        make.PersonFactory()
        assert people() == 2
        raise ZeroDivisionError
    assert people() == 1


def test_what_is_kept_is_made_once_for_each_key_and_those_made_last_stay():
    made = []
    kept = Kept(most=2)

    found = [kept.get(key, lambda key=key: made.append(key) or [key]) for key in (1, 2, 1, 3, 3, 1)]

    assert found == [[1], [2], [1], [3], [3], [1]]
    assert made == [1, 2, 3, 1]
    assert kept.known(2) is None and kept.known(1) is found[-1]


@pytest.mark.django_db(transaction=True)
def test_so_many_are_remembered_and_no_more():
    made = []
    remembered = Remembered(most=2)
    for key in (1, 2, 3, 3, 1):
        remembered.get(key, lambda key=key: made.append(key))

    assert len(remembered._kept._kept) == 2
    if connection.vendor == "sqlite":
        assert made == [1, 2, 3, 1]


@pytest.mark.django_db(transaction=True)
def test_what_another_thread_forgets_at_the_worst_moment_is_no_error():
    class Forgotten:
        """A key; the third time that it is looked up, everything has just been forgotten."""

        looked = 3

        def __hash__(self):
            self.looked += 1
            if self.looked == 3:
                remembered._kept._kept.clear()
            return 1

    remembered, key = Remembered(most=2), Forgotten()
    for one in (key, "another"):
        remembered.get(one, lambda: 1)
    make.PersonFactory()
    key.looked = 0

    assert remembered.get(key, lambda: 2) == 2 and key.looked >= 3
