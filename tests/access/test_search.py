"""Search inside the gate: exactly what one sees and what answers, in total, order and suggestion; blind to hidden rows."""

import datetime as dt
import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from puebla.core.search.asking import read
from puebla.documents.models import Document, Page
from puebla.intranet.querysets.searching import Searcher
from puebla.members.models import Audience, IndexEntry
from puebla.members.querysets import reach_of
from puebla.members.querysets.searching import answering
from tests import factories as make
from tests.access.test_gate import build, worlds

LANGUAGES = ("en", "es")
SUBJECTS = ["migration", "consular", "return", "children"]


def searcher(person, at=None):
    at = at or timezone.now()
    return Searcher.of(person, reach_of(person, at), at, LANGUAGES)


def found(person, typed, at=None, **how):
    """Keys of the documents that search gives, in their order, and how many it says there are."""
    at = at or timezone.now()
    answer = answering(read(typed, LANGUAGES), reach_of(person, at), person=person, at=at, count=100, **how)
    records = dict(IndexEntry.objects.filter(pk__in=answer.keys).values_list("pk", "record"))
    return [records[key] for key in answer.keys], answer.total


class TestSearchInsideTheGate(TestCase):
    @given(worlds(), st.lists(st.sampled_from(SUBJECTS), min_size=8, max_size=8))
    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    def test_a_person_finds_exactly_what_they_see_and_what_answers(self, world, subjects):
        make.process()
        people, documents = build(world)
        for document, subject in zip(documents, subjects, strict=False):
            document.titles = {"en": f"Paper on {subject}", "es": "Documento"}
            document.save()
        make.index(*documents)

        for person in people:
            seen = set(Document.objects.visible_to(person).values_list("pk", flat=True))
            for subject in SUBJECTS:
                answers = {d.pk for d, one in zip(documents, subjects, strict=False) if one == subject}
                keys, total = found(person, subject)

                assert set(keys) == seen & answers
                assert len(keys) == total == len(seen & answers)
                told = {hit.symbol for hit in searcher(person).beginnings(read(f"{subject[:4]}*", LANGUAGES))}
                assert told == {d.symbol for d in documents if d.pk in seen & answers}

    @given(worlds())
    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
    def test_the_index_says_of_every_entry_what_the_gate_says(self, world):
        make.process()
        people, _documents = build(world)

        for person in people:
            seen = set(IndexEntry.objects.visible_to(person).values_list("record", flat=True))
            keys, _total = found(person, "note OR nota")

            assert set(keys) == seen == set(Document.objects.visible_to(person).values_list("pk", flat=True))


@pytest.mark.django_db
@pytest.mark.parametrize("embargoed", [False, True])
def test_the_order_and_the_total_do_not_change_when_hidden_papers_are_added(embargoed):
    make.process()
    person = make.delegate()
    papers = [
        make.DocumentFactory(
            audience=Audience.MEMBERS, dated_on=dt.date(2000 + n, 1, 1), titles={"en": title}, symbol=f"RCM/20{n:02}/A/NOTE/1"
        )
        for n, title in enumerate(["Return of migrants", "Notes on return", "Other matters", "Return", "Borders"])
    ]  # fmt: skip
    with_text(papers[2], "Migrants who return are heard. " * 3)
    with_text(
        papers[4], "Nothing but one return among many other words of a long text. " + "Other words. " * 200
    )
    before = found(person, "return")
    late = timezone.now() + dt.timedelta(days=1)

    for n in range(30):
        hidden = make.DocumentFactory(
            audience=Audience.MEMBERS if embargoed else Audience.SECRETARIAT, titles={"en": "Return return return"},
            embargo_until=late if embargoed else None, symbol=f"RCM/2021/H/NOTE/{n}",
        )  # fmt: skip
        with_text(hidden, "return " * 50)

    assert found(person, "return") == before
    assert before[1] == 5


def with_text(document, text, language="en"):
    """Give a document a file with this text on one page, past the rules."""
    from tests.documents.making import a_version

    version = a_version(document, language)
    Page.objects.create(version=version, number=1, text=text)
    make.index(document)


@pytest.mark.django_db
def test_an_embargo_that_ends_lets_its_paper_be_found_without_any_job():
    make.process()
    person, now = make.delegate(), timezone.now()
    paper = make.DocumentFactory(audience=Audience.MEMBERS, embargo_until=now + dt.timedelta(hours=1))

    assert found(person, "note", now) == ([], 0)
    assert found(person, "note", now + dt.timedelta(hours=2)) == ([paper.pk], 1)


@pytest.mark.django_db
def test_a_share_is_found_by_its_holder_until_its_end():
    make.process()
    guest, office, now = make.delegate("civil_society"), make.secretariat_person(), timezone.now()
    paper = make.DocumentFactory()
    paper.shares.create(
        person=guest, why="expert", until_at=now + dt.timedelta(days=1), shared_at=now, shared_by=office
    )

    assert found(guest, "note", now)[0] == [paper.pk]
    assert found(guest, "note", now + dt.timedelta(days=2)) == ([], 0)


@pytest.mark.django_db
def test_where_the_index_is_old_the_gate_of_the_papers_decides():
    make.process()
    person = make.delegate()
    paper = make.DocumentFactory(audience=Audience.MEMBERS)
    Document.objects.filter(pk=paper.pk).update(audience=Audience.SECRETARIAT)
    client = Client()
    client.force_login(person)

    page = client.get(reverse("intranet:search"), {"q": "note"}).text
    told = client.get(reverse("intranet:search-suggest"), {"q": "note"}).json()
    typed = client.get(reverse("intranet:search"), {"q": paper.symbol})

    assert paper.symbol not in page.partition("<main")[2]
    assert told == {"suggestions": []}
    assert typed.status_code == 200


@pytest.mark.django_db
def test_a_hidden_symbol_and_an_absent_one_are_answered_alike():
    make.process()
    client = Client()
    client.force_login(make.delegate())
    make.DocumentFactory(symbol="RCM/1999/AAA/NOTE/1")

    def answer(symbol):
        page = client.get(reverse("intranet:search"), {"q": symbol}).text
        return re.sub(r'value="[A-Za-z0-9]{64}"', "", page).replace("AAA", "BBB").replace("aaa", "bbb")

    assert answer("RCM/1999/AAA/NOTE/1") == answer("RCM/1999/BBB/NOTE/1")


@pytest.mark.django_db
def test_the_spelling_that_is_offered_knows_only_what_one_sees():
    make.process()
    make.DocumentFactory(titles={"en": "Repatriation"})
    person = make.delegate()

    assert searcher(person).spelled(read("repatriatoin", LANGUAGES)) == ""

    make.DocumentFactory(titles={"en": "Repatriation"}, audience=Audience.MEMBERS)

    assert searcher(person).spelled(read("repatriatoin", LANGUAGES)) == "repatriation"


@pytest.mark.django_db
def test_nobody_and_a_person_without_a_seat_find_nothing(client):
    make.process()
    make.DocumentFactory(audience=Audience.PUBLIC)

    assert client.get(reverse("intranet:search"), {"q": "note"}).status_code == 302
    assert found(make.PersonFactory(), "note") == ([], 0)
