"""The page of the journal's heads."""

import datetime as dt

import pytest

from puebla.core.management.commands.journal import heads_in
from puebla.publications.models import PublicHead

pytestmark = pytest.mark.django_db


def test_the_heads_are_shown_to_everybody_and_their_file_is_one_that_verify_reads(client):
    PublicHead.objects.create(on=dt.date(2026, 5, 4), sequence=17, digest="c" * 64)

    page = client.get("/es/journal/")
    table = b"".join(client.get("/en/journal/?export=csv").streaming_content).decode()

    assert "c" * 64 in page.text
    assert list(heads_in(table)) == [(17, "c" * 64)]


def test_before_the_first_head_the_page_says_so(client):
    assert "No head has been published yet" in client.get("/en/journal/").text
