"""Questions that are put into SQL once and then asked with other values."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.translation import get_language, override

from puebla.accounts.models import Person
from puebla.core.prepared import Prepared, PreparedRecords
from puebla.documents.models import Document
from puebla.members.querysets import reach_of, today
from puebla.members.querysets.prepared import PreparedForReader
from tests import factories as make

pytestmark = pytest.mark.django_db


def test_other_values_get_their_own_answer_in_one_statement_with_columns_as_fields_give_them():
    papers = [make.DocumentFactory(titles={"en": f"Paper {n}"}) for n in range(3)]
    named = Prepared(lambda keys: Document.objects.filter(pk__in=keys).order_by("pk").values_list("titles"))
    first = named.rows([papers[0].pk])

    with CaptureQueriesContext(connection) as asked:
        second = named.rows([papers[2].pk])

    assert (first, second) == ([({"en": "Paper 0"},)], [({"en": "Paper 2"},)])
    assert len(asked) == 1


def test_more_keys_than_a_statement_has_room_for_are_all_answered():
    people = [make.PersonFactory() for _n in range(3)]
    keys = [*range(-300, 0), *(one.pk for one in people)]
    known = Prepared(lambda some: Person.objects.filter(pk__in=some).values_list("pk"))

    assert {key for (key,) in known.rows(keys)} == {one.pk for one in people}
    assert known.rows([]) == []


def test_a_column_of_small_numbers_is_asked_too_and_no_constant_is_taken_for_a_value():
    paper = make.DocumentFactory(audience=50)
    Document.objects.filter(pk=paper.pk).update(revision=10_000)
    of_both = Prepared(
        lambda audience, least: (
            Document.objects.filter(audience=audience, revision__gte=least)
            .exclude(revision__in=[10_001, 20_001])
            .values_list("pk")
        )
    )

    assert of_both.rows(50, 9_999) == of_both.rows(50, 10_000) == [(paper.pk,)]
    assert of_both.rows(60, 10_000) == of_both.rows(50, 10_001) == []


def test_an_instant_and_its_day_are_those_of_the_question():
    paper = make.DocumentFactory(dated_on=dt.date(2020, 5, 4), precision="day")
    until = Prepared(
        lambda at: Document.objects.filter(dated_on__lte=today(at), created_at__lte=at).values_list("pk")
    )
    now = timezone.now()

    assert until.rows(now) == [(paper.pk,)]
    assert until.rows(now.replace(year=2019)) == []


def test_a_record_comes_with_what_it_leads_to_and_asks_for_nothing_more():
    paper, alone = make.DocumentFactory(body=make.BodyFactory()), make.DocumentFactory(body=None)
    records = PreparedRecords(Document, ["room", "party", "body__room"])
    assert records.get(paper.pk) == paper

    with CaptureQueriesContext(connection) as asked:
        found, other = records.get(paper.pk), records.get(alone.pk)
        assert (found.titles, found.created_at) == (paper.titles, paper.created_at)
        assert (found.party, found.body.room.names) == (paper.party, paper.body.room.names)
        assert other.body is None and other.room == alone.room

    assert len(asked) == 2 and records.get(0) is None


def test_a_statement_that_another_thread_forgets_at_the_worst_moment_is_no_error():
    class Forgetting:
        """A shape; the fifth time that it is looked up, all statements have just been forgotten."""

        looked = 0

        def __hash__(self):
            self.looked += 1
            if self.looked == 5:
                asked._statements.clear()
            return 1

    asked, shape = Prepared(lambda _shape: Person.objects.values_list("pk")), Forgetting()

    assert [asked.rows(shape=(shape,)) for _time in range(4)] == [[]] * 4
    assert shape.looked >= 5


def test_what_a_reader_may_no_longer_see_is_not_answered_by_the_statement_of_before():
    now, office = timezone.now(), make.secretariat_person()
    paper, guest = make.DocumentFactory(audience=20), make.delegate()
    share = paper.shares.create(
        person=guest, why="expert", until_at=now + dt.timedelta(days=1), shared_at=now, shared_by=office
    )
    seen = PreparedForReader(
        lambda person, reach, keys: (
            Document.objects.visible_to(person, reach=reach).filter(pk__in=keys).values_list("pk")
        )
    )
    later = now + dt.timedelta(days=2)

    assert seen.rows(guest, reach_of(guest, now), [paper.pk]) == [(paper.pk,)]
    assert seen.rows(guest, reach_of(guest, later), [paper.pk]) == []
    share.ended_at = now
    share.save()
    assert seen.rows(guest, reach_of(guest, now), [paper.pk]) == []
    guest.seats.update(until_on=now.date() - dt.timedelta(days=1))
    assert seen.rows(guest, reach_of(guest, now), [paper.pk]) == []


def test_what_is_made_of_a_row_is_made_once_in_each_language_and_anew_when_the_row_reads_otherwise():
    paper = make.DocumentFactory(titles={"en": "Draft"})
    made = []

    def entry(row):
        made.append((get_language(), row["titles"]["en"]))
        return row

    asked = Prepared(
        lambda keys: Document.objects.filter(pk__in=keys).values("titles", "created_at"), make=entry, kept=10
    )

    first, again = asked.rows([paper.pk]), asked.rows([paper.pk])
    with override("es"):
        asked.rows([paper.pk])
    Document.objects.filter(pk=paper.pk).update(titles={"en": "Final"})
    asked.rows([paper.pk])

    assert first == again == [{"titles": {"en": "Draft"}, "created_at": paper.created_at}]
    assert made == [("en", "Draft"), ("es", "Draft"), ("en", "Final")]
