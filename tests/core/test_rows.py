"""Many rows in one question to the database."""

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from puebla.core.rows import write_rows
from puebla.documents.models import SymbolSequence

pytestmark = pytest.mark.django_db


def rows(*names, last=1):
    return [SymbolSequence(prefix=name, last=last) for name in names]


def test_rows_are_written_with_every_value_in_one_question_and_none_in_none():
    with CaptureQueriesContext(connection) as asked:
        write_rows(rows("a", "b", "c", last=7))
        write_rows([])

    assert len(asked) == 1
    assert dict(SymbolSequence.objects.values_list("prefix", "last")) == {"a": 7, "b": 7, "c": 7}


def test_a_row_that_stands_already_stays_as_it_is_only_where_that_is_asked():
    write_rows(rows("a", last=7))

    write_rows(rows("a", "b", last=9), once=True)

    assert dict(SymbolSequence.objects.values_list("prefix", "last")) == {"a": 7, "b": 9}
    with pytest.raises(IntegrityError):
        write_rows(rows("c", "a"))
