"""Questions about what is public now: an embargo is tested here, in the query."""

import datetime as dt
from typing import Any, Self

from django.db import models
from django.db.models import Q


class PublicDocumentQuerySet(models.QuerySet[Any]):
    """Public editions."""

    def readable(self, *, at: dt.datetime) -> Self:
        """Documents that the public may read at this instant: released, not withdrawn, embargo over."""
        return self.filter(withdrawn_at=None, public_from__lte=at)

    def tombstones(self, *, at: dt.datetime) -> Self:
        """Documents that the public once could read and that were withdrawn."""
        return self.filter(withdrawn_at__lte=at, public_from__lte=models.F("withdrawn_at"))

    def known(self, *, at: dt.datetime) -> Self:
        """Everything that has a public address at this instant: what is readable, and the tombstones."""
        return self.readable(at=at) | self.tombstones(at=at)

    def matching(
        self, *, q: str = "", kind: str = "", body: str = "", theme: str = "", year: str = "", language: str = "",
        meeting: str = "", party: str = "",
    ) -> Self:  # fmt: skip
        """Documents that match every filter given; an unknown value matches nothing."""
        from puebla.core.words import fold

        found = self
        for word in fold(q).split()[:12]:
            found = found.filter(words__contains=word)
        if kind:
            found = found.filter(kind_code=kind)
        if body:
            found = found.filter(body_code=body)
        if meeting:
            found = found.filter(meeting_symbol=meeting)
        if party:
            found = found.filter(party_code=party)
        if theme:
            found = found.filter(themes__code=theme)
        if year:
            found = found.filter(year=int(year)) if year.isdecimal() and len(year) == 4 else found.none()
        if language:
            found = found.filter(Q(files__language=language, files__current=True))
        return found
