"""The public reads two languages side by side, of what was released and of nothing else."""

import datetime as dt

import pytest
from django.utils import timezone

from puebla.publications import actions
from tests.factories import process
from tests.publications.making import a_public_document, a_public_file

pytestmark = pytest.mark.django_db
ENGLISH = ["1. We met on 9 July 2009.\n\n2. We thank 1,250 persons.", "3. We ask for a report."]
SPANISH = ["1. Nos reunimos el 9 de julio de 2009.\n\n2. Agradecemos a 1.520 personas."]


@pytest.fixture(autouse=True)
def _process():
    process()


def both(**facts):
    files = [a_public_file(texts=ENGLISH), a_public_file(language="es", texts=SPANISH)]
    return a_public_document(files=files, pending=[], **facts)


def test_the_record_leads_to_both_texts_side_by_side_with_their_findings(client):
    symbol = both().symbol
    address = f"/en/documents/{symbol}/read/en/es/"

    assert address in client.get(f"/en/documents/{symbol}/").text
    page = client.get(address).text
    assert "1 missing in Spanish" in page
    assert "1 with figures or dates that differ" in page
    assert '<div lang="es">' in page


def test_one_language_alone_has_nothing_beside_it(client):
    symbol = a_public_document().symbol

    assert "/read/en/es/" not in client.get(f"/en/documents/{symbol}/").text
    assert client.get(f"/en/documents/{symbol}/read/en/es/").status_code == 404
    assert client.get(f"/en/documents/{symbol}/read/en/en/").status_code == 404


def test_an_embargo_and_a_tombstone_hold_here_too(client):
    coming = both(public_from=timezone.now() + dt.timedelta(days=1)).symbol
    gone = both().symbol
    actions.withdraw_document(symbol=gone, reason={}, at=timezone.now())

    assert client.get(f"/en/documents/{coming}/read/en/es/").status_code == 404
    assert client.get(f"/en/documents/{gone}/read/en/es/").status_code == 410
