"""Questions about many reports."""

from typing import TYPE_CHECKING, Any, Self

from django.db import models

from puebla.members.querysets import Reach, reach_of

if TYPE_CHECKING:
    from puebla.accounts.models import Person


class ReportQuerySet(models.QuerySet[Any]):
    """Minutes and reports: visible exactly where their text is, of meetings that one may know of."""

    def visible_to(self, person: "Person | None", *, reach: Reach | None = None) -> Self:
        """Reports that this person may know to exist."""
        from puebla.members.models import Meeting
        from puebla.texts.models import Text

        if reach is None:
            reach = reach_of(person)
        return self.filter(
            text__in=Text.objects.visible_to(person, reach=reach).order_by(),
            convening__meeting__in=Meeting.objects.visible_to(person, reach=reach).order_by(),
        )
