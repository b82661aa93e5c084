"""The board of languages: what waits, by when, and who may ask for it."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from puebla.core.models import JournalEntry
from puebla.documents.models import LanguageEdition
from puebla.members.models import Audience
from tests import factories as make

pytestmark = pytest.mark.django_db
BOARD = "/en/intranet/documents/languages/"


def paper(**values):
    facts = {"audience": Audience.MEMBERS, "filed_languages": "es", "original_language": "es",
             "titles": {"en": "A note", "es": "Una nota"}}  # fmt: skip
    return make.DocumentFactory(**(facts | values))


@pytest.fixture
def office(client):
    make.process()
    person = make.secretariat_person()
    client.force_login(person)
    return person


def test_what_waits_for_a_language_stands_on_the_board_and_what_is_whole_does_not(client, office):
    waits, whole = paper(), paper(filed_languages="es,en")
    untitled = paper(filed_languages="es,en", titles={"es": "Solo en español"})

    page = client.get(BOARD).text

    assert "2 papers wait for a language" in page
    assert waits.address in page
    assert untitled.address in page
    assert whole.address not in page


def test_the_board_narrows_to_one_language(client, office):
    paper()
    other = paper(filed_languages="en", original_language="en")

    page = client.get(f"{BOARD}?language=es").text

    assert "1 paper waits for a language" in page
    assert other.address in page


def test_a_language_is_asked_for_by_a_day_and_told_late_after_it(client, office):
    document = paper()
    day = timezone.localdate() - dt.timedelta(days=1)

    client.post(BOARD, {"document": document.address, "language": "en", "expected_on": day.isoformat()})

    assert LanguageEdition.objects.get(document=document, language="en").expected_on == day
    assert JournalEntry.objects.filter(act="document.language_awaited").count() == 1
    assert "Late" in client.get(BOARD).text


@pytest.mark.parametrize("fields", [{"language": "xx"}, {"language": "en", "expected_on": "soon"}])
def test_a_language_or_a_day_that_is_none_is_told_and_nothing_is_written(client, office, fields):
    page = client.post(BOARD, {"document": paper().address, **fields}, follow=True)

    assert page.status_code == 200
    assert not LanguageEdition.objects.exists()


def test_who_may_not_describe_a_paper_reads_the_board_and_asks_for_nothing(client):
    make.process()
    document = paper(party=make.PartyFactory())
    client.force_login(make.SeatFactory(role=make.RoleFactory(code="reader", permissions=[])).person)

    assert "Ask for it" not in client.get(BOARD).text
    client.post(BOARD, {"document": document.address, "language": "en"})
    assert not LanguageEdition.objects.exists()


def test_the_board_shows_and_exports_only_what_the_reader_sees(client):
    make.process()
    hidden = paper(audience=Audience.SECRETARIAT, party=make.secretariat_party())
    client.force_login(make.SeatFactory(role=make.RoleFactory(code="reader", permissions=[])).person)

    assert hidden.address not in client.get(BOARD).text
    exported = b"".join(client.get(f"{BOARD}?export=csv").streaming_content).decode()
    assert hidden.address not in exported
    assert client.post(BOARD, {"document": hidden.address, "language": "en"}).status_code == 404


def test_the_board_asks_the_same_number_of_questions_however_long_it_is(client, office):
    counts = []
    for more in (2, 20):
        for _n in range(more):
            paper()
        client.get(BOARD)
        with CaptureQueriesContext(connection) as queries:
            client.get(BOARD)
        counts.append(len(queries))

    assert counts[0] == counts[1]
