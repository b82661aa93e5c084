"""Counts behind filters agree with the database, whatever is asked."""

import datetime as dt

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from puebla.portal.forms import DocumentFilters
from puebla.portal.querysets.facets import ORDERS, facets
from puebla.publications import actions
from puebla.publications.models import PublicDocument
from tests.publications.making import a_public_document, a_public_file

pytestmark = pytest.mark.django_db

DOCUMENTS = [
    ("A/1", "REP", "VM", 2009, ["HR"], ["en"], "MEX", dt.date(2009, 7, 9)),
    ("A/2", "REP", "RCGM", 2010, ["HR", "DEV"], ["en", "es"], "MEX", dt.date(2010, 1, 1)),
    ("A/3", "NOTE", "VM", 2010, [], ["es"], "CRI", dt.date(2010, 1, 1)),
    ("A/4", "NOTE", "", None, ["DEV"], [], "", None),
    ("A/5", "DECL", "VM", 2009, ["HR"], ["en", "es"], "CRI", dt.date(2009, 7, 9)),
]


def some_documents():
    for symbol, kind, body, year, themes, languages, party, dated_on in DOCUMENTS:
        a_public_document(
            symbol=symbol, kind_code=kind, body_code=body, year=year, party_code=party, dated_on=dated_on,
            themes=[(code, {"en": code}) for code in themes],
            files=[a_public_file(language=code) for code in languages],
        )  # fmt: skip


def either(*values):
    return st.sampled_from(["", "unknown", *values])


@given(
    filters=st.builds(
        DocumentFilters, kind=either("REP", "NOTE", "DECL"), body=either("VM", "RCGM"), theme=either("HR", "DEV"),
        year=either("2009", "2010"), language=either("en", "es"), party=either("MEX", "CRI"),
    ),
    sort=st.sampled_from(sorted(ORDERS)),
)  # fmt: skip
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_bits_find_what_the_database_finds_in_its_order(filters, sort):
    if not PublicDocument.objects.exists():
        some_documents()
    at = timezone.now()
    readable = PublicDocument.objects.readable(at=at)

    found = facets(at).matching(filters.chosen)

    wanted = list(filters.apply(readable).order_by(*ORDERS[sort]).values_list("pk", flat=True))
    assert found.keys(sort, 0, 100) == wanted
    assert len(found) == len(wanted)


def test_a_withdrawn_document_leaves_every_count_at_once():
    some_documents()
    before = facets(timezone.now())
    actions.withdraw_document(symbol="A/5", reason={"en": "An error."}, at=timezone.now())

    after = facets(timezone.now())

    assert "DECL" in before.bits["kind"]
    assert "DECL" not in after.bits["kind"]
    assert len(after.keys) == len(before.keys) - 1


def test_a_name_is_never_taken_from_a_paper_that_is_not_public_yet():
    a_public_document(kind_code="REP", kind_names={"en": "Report"})
    tomorrow = timezone.now() + dt.timedelta(days=1)
    a_public_document(kind_code="REP", kind_names={"en": "Secret name"}, public_from=tomorrow)

    assert facets(timezone.now()).label("kind", "REP") == "Report"
