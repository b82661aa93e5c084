"""Questions about many notices: what one person may still read of what they were told."""

import datetime as dt
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from puebla.core import registry
from puebla.members.querysets import Reach, reach_of

if TYPE_CHECKING:
    from puebla.accounts.models import Person

#: How long a link of confirmation works, and how long an address that was never confirmed is kept.
TO_CONFIRM = dt.timedelta(hours=48)


class NoticeQuerySet(models.QuerySet[Any]):
    """Notices."""

    def visible_to(self, person: "Person | None", *, reach: Reach | None = None) -> Self:
        """The person's own notices of what they may see today: a seat that ended, a paper closed, takes its notices along."""
        if reach is None:
            reach = reach_of(person)
        if person is None or reach.is_empty:
            return self.none()
        seen = Q(pk__in=[])
        for name, source in registry.news_sources.items():
            records = source.visible(person, reach).order_by().filter(ref=OuterRef("subject"))
            seen |= Q(source=name) & Q(Exists(records))
        return self.filter(seen, person=person)


class SubscriptionRequestQuerySet(models.QuerySet[Any]):
    """Subscriptions that wait for confirmation."""

    def open(self, at: dt.datetime) -> Self:
        """Those whose link still works."""
        return self.filter(created_at__gt=at - TO_CONFIRM)

    def lapsed(self, at: dt.datetime) -> Self:
        """Those to be forgotten."""
        return self.filter(created_at__lte=at - TO_CONFIRM)
