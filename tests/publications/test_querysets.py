"""What is public at an instant."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from puebla.publications import actions
from puebla.publications.models import PublicDocument
from tests.publications.making import a_public_document

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2026, 5, 4, 12, tzinfo=dt.UTC)
A_MOMENT = dt.timedelta(microseconds=1)


def symbols(documents) -> set[str]:
    return {one.symbol for one in documents}


def test_an_embargo_ends_at_its_very_instant():
    document = a_public_document(public_from=NOON, at=NOON - dt.timedelta(days=1))

    before = PublicDocument.objects.readable(at=NOON - A_MOMENT)
    on_time = PublicDocument.objects.readable(at=NOON)

    assert symbols(before) == set()
    assert symbols(on_time) == {document.symbol}


def test_a_withdrawn_document_is_a_tombstone_and_no_longer_readable():
    document = a_public_document(public_from=NOON)

    actions.withdraw_document(
        symbol=document.symbol, reason={"en": "Wrong annex."}, at=NOON + dt.timedelta(hours=1)
    )

    later = NOON + dt.timedelta(hours=2)
    assert symbols(PublicDocument.objects.readable(at=later)) == set()
    assert symbols(PublicDocument.objects.tombstones(at=later)) == {document.symbol}


def test_a_document_withdrawn_before_its_embargo_ended_leaves_no_trace():
    document = a_public_document(public_from=NOON)

    actions.withdraw_document(symbol=document.symbol, reason={}, at=NOON - dt.timedelta(hours=1))

    assert not PublicDocument.objects.tombstones(at=NOON + dt.timedelta(days=1)).exists()
    assert not PublicDocument.objects.readable(at=NOON + dt.timedelta(days=1)).exists()


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"q": "migracion"}, {"A/1"}),
        ({"q": "MIGRACIÓN informe"}, {"A/1"}),
        ({"q": "informe nothing"}, set()),
        ({"q": "a/2"}, {"A/2"}),
        ({"kind": "REP"}, {"A/1"}),
        ({"kind": "unknown"}, set()),
        ({"body": "VM"}, {"A/2"}),
        ({"theme": "HR"}, {"A/2"}),
        ({"theme": "HR", "kind": "REP"}, set()),
        ({"year": "2009"}, {"A/1"}),
        ({"year": "two thousand"}, set()),
        ({"year": "²⁰⁰⁹"}, set()),
        ({"year": "20091"}, set()),
        ({"language": "en"}, {"A/1", "A/2"}),
        ({"language": "xx"}, set()),
        ({"meeting": "M/1"}, {"A/2"}),
    ],
)
def test_each_filter_narrows_and_an_unknown_value_finds_nothing(filters, found):
    a_public_document(symbol="A/1", titles={"es": "Informe sobre migración"}, kind_code="REP", year=2009)
    a_public_document(
        symbol="A/2", body_code="VM", year=2010, meeting_symbol="M/1", themes=[("HR", {"en": "Rights"})]
    )

    matching = PublicDocument.objects.matching(**filters)

    assert symbols(matching) == found


class AnyWords(TestCase):
    """Whatever is typed, the filter answers."""

    @given(st.text(max_size=60).filter(lambda text: "\x00" not in text), st.text(max_size=6))
    def test_whatever_is_typed_the_filter_answers(self, words, year):
        list(PublicDocument.objects.matching(q=words, year=year))
