"""Questions about what is public now: an embargo is tested here, in the query."""

import datetime as dt
from bisect import bisect_right
from typing import Any, Self

from django.core.cache import caches
from django.db import connection, models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

_KEPT_FOR = 24 * 60 * 60


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

    def behind_in_search(self) -> Self:
        """Documents of which the public index knows nothing, or an older release."""
        from puebla.publications.models import PublicIndexEntry

        known = PublicIndexEntry.objects.filter(
            source=1, record=OuterRef("pk"), written_for=OuterRef("released_at")
        )
        return self.filter(~Exists(known), withdrawn_at=None)

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


class PublicDecisionQuerySet(models.QuerySet[Any]):
    """Public editions of decisions; they know no embargo."""

    def readable(self) -> Self:
        """Decisions that the public reads: released and not withdrawn."""
        return self.filter(withdrawn_at=None)

    def behind_in_search(self) -> Self:
        """Decisions of which the public index knows nothing, or an older release."""
        from puebla.publications.models import PublicIndexEntry

        known = PublicIndexEntry.objects.filter(
            source=2, record=OuterRef("pk"), written_for=OuterRef("released_at")
        )
        return self.filter(~Exists(known), withdrawn_at=None)


_EPOCH = "SELECT number, next_change_at FROM publications_epoch WHERE id = 1"


def edition(at: dt.datetime) -> str:
    """What is public at this instant, as a short text that changes with it; one tiny query.

    Made of the epoch's number, the last embargo that ended since, and the day, which the pages speak of.
    """
    with connection.cursor() as cursor:
        cursor.execute(_EPOCH)
        number, next_change = cursor.fetchone() or (0, None)
    ended = _last_ended(number, at) if next_change is not None else ""
    return f"{number} {ended} {timezone.localtime(at).date()}"


def _last_ended(number: int, at: dt.datetime) -> str:
    """The last embargo of this epoch that has ended, or nothing.

    The epoch names only the next end. Those after it are read once an epoch, so that nobody has to write when one
    passes, and a read-only portal is right as well.
    """
    from puebla.publications.models import Epoch, PublicDocument

    key = f"ends-{number}"
    ends: list[dt.datetime] | None = caches["pages"].get(key)
    if ends is None:
        first = Epoch.objects.values_list("next_change_at", flat=True).first()
        coming = PublicDocument.objects.filter(withdrawn_at=None, public_from__gte=first or at)
        ends = list(coming.order_by("public_from").values_list("public_from", flat=True).distinct())
        caches["pages"].set(key, ends, _KEPT_FOR)
    passed = bisect_right(ends, at)
    return ends[passed - 1].isoformat() if passed else ""
