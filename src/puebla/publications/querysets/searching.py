"""Search among what is public now: an embargo is tested in the question."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Self

from django.db import models

from puebla.core.search import terms
from puebla.core.search.asking import Question
from puebla.core.search.finding import Found, Reachable, find
from puebla.core.search.tables import index, mark, rung_start

INDEX = index("publications_index", entries="publications_publicindexentry", due="public_from")
#: Where entries stand that the public read when they were written, and those whose hour was to come.
READABLE_RUNG, COMING_RUNG = 80, 2
#: Decisions stand apart from papers: each question walks the range of its own.
DECIDED_RUNG = 40
DECIDED = (Reachable(start=rung_start(DECIDED_RUNG), end=rung_start(DECIDED_RUNG + 1)),)
COMING = "embargo:yes"
EVERYTHING = (
    Reachable(start=rung_start(READABLE_RUNG)),
    Reachable(terms.Term(COMING), end=rung_start(COMING_RUNG + 1), due=True),
)


class PublicIndexEntryQuerySet(models.QuerySet[Any]):
    """Entries of the public index."""

    def readable(self, *, at: dt.datetime) -> Self:
        """Entries of what the public may read at this instant."""
        return self.filter(public_from__lte=at)


def answering(
    question: Question, *, at: dt.datetime, filters: Mapping[str, str] | None = None,
    reachable: Sequence[Reachable] = EVERYTHING, **how: Any,
) -> Found:  # fmt: skip
    """The entries that answer a question, of those that are public now; `how` as for `finding.find`.

    Args:
        reachable: papers, or `DECIDED`.
    """
    marks = [terms.Term(mark(name, value)) for name, value in (filters or {}).items() if value]
    return find(INDEX, question, reachable, at=at, filters=marks, **how)
