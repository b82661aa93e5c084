"""Two languages side by side: behind the gate, journalled, with its findings."""

import pytest
from django.urls import reverse
from django.utils import timezone

from puebla.core.models import JournalEntry
from puebla.documents import actions
from puebla.documents.models import FileVersion
from puebla.members.models import Audience
from tests import factories as make

pytestmark = pytest.mark.django_db
ENGLISH = (
    b"Declaration\n\n1. We met on 9 July 2009.\n\n2. We thank 1,250 persons.\n\n3. We ask for a report.\n"
)
SPANISH = (
    "Declaración\n\n1. Nos reunimos el 19 de julio de 2009.\n\n2. Agradecemos a 1.250 personas.\n".encode()
)


def filed(office, **texts):
    document = make.DocumentFactory(audience=Audience.MEMBERS)
    for language, text in texts.items():
        version = actions.add_version(
            document=document, language=language, source=make.a_file(text), name=f"{language}.txt", by=office,
            at=timezone.now(),
        )  # fmt: skip
        actions.read_version(version=version, at=timezone.now())
    document.refresh_from_db()
    return document


def page_of(client, document, query="", language="en"):
    from django.utils import translation

    with translation.override(language):
        address = reverse("documents:side-by-side", args=[document.address])
    return client.get(address + query)


@pytest.fixture
def office(client):
    make.process()
    person = make.secretariat_person()
    client.force_login(person)
    return person


def test_what_is_missing_and_what_differs_is_counted_and_marked(client, office):
    document = filed(office, en=ENGLISH, es=SPANISH)

    page = page_of(client, document).text

    assert "1 missing in Spanish" in page
    assert "1 with figures or dates that differ" in page
    assert "2009-07-09" in page
    assert "2009-07-19" in page
    assert page.count('class="found"') == 2
    assert '<div lang="es">' in page


def test_only_the_findings_are_shown_when_asked_for_and_keep_their_numbers(client, office):
    document = filed(office, en=ENGLISH, es=SPANISH)

    page = page_of(client, document, "?show=findings").text

    assert page.count("<tr id=") == 2
    assert 'id="p-2"' in page
    assert 'id="p-4"' in page


def test_the_record_leads_there_when_there_are_two_languages(client, office):
    both, one = filed(office, en=ENGLISH, es=SPANISH), filed(office, en=ENGLISH)

    assert "side-by-side/" in client.get(f"/en/intranet/documents/{both.address}/").text
    assert "side-by-side/" not in client.get(f"/en/intranet/documents/{one.address}/").text


@pytest.mark.parametrize(
    ("language", "sentence"), [("en", "nothing to set beside it"), ("es", "nada que poner")]
)
def test_a_paper_in_one_language_says_that_there_is_nothing_beside_it(client, office, language, sentence):
    assert sentence in page_of(client, filed(office, en=ENGLISH), language=language).text


def test_a_paper_without_any_file_says_so_too(client, office):
    assert page_of(client, make.DocumentFactory(audience=Audience.MEMBERS)).status_code == 200


def test_a_file_that_is_still_being_read_is_named(client, office):
    document = filed(office, en=ENGLISH, es=SPANISH)
    FileVersion.objects.filter(edition__language="es").update(reading="waiting")

    assert "“es.txt” is being read" in page_of(client, document).text


def test_unknown_languages_and_pages_past_the_end_fall_back_on_what_there_is(client, office):
    document = filed(office, en=ENGLISH, es=SPANISH)

    page = page_of(client, document, "?left=xx&right=en&page=99").text

    assert '<div lang="en">' in page
    assert '<div lang="es">' in page


def test_reading_is_journalled_for_both_files_and_hidden_papers_do_not_exist(client, office):
    document = filed(office, en=ENGLISH, es=SPANISH)
    page_of(client, document)
    outsider = make.SeatFactory(party=make.PartyFactory(standing="observer_state")).person
    client.force_login(outsider)

    assert JournalEntry.objects.filter(act="document.opened").count() == 2
    assert page_of(client, document).status_code == 404
