"""Questions about many documents; every one that is asked for a person starts at `visible_to`."""

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from puebla.core.words import fold
from puebla.members.querysets import GatedQuerySet, Reach

if TYPE_CHECKING:
    from puebla.accounts.models import Person


class DocumentQuerySet(GatedQuerySet):
    """Documents."""

    def shared_with(self, person: "Person | None", reach: Reach) -> Q:
        """Documents of open rooms shared with this person by name, until a day; retired people keep no share."""
        from puebla.documents.models import Share

        if person is None or reach.is_empty:
            return Q(pk__in=[])
        living = Share.objects.filter(
            person_id=person.pk, until_at__gt=reach.at or timezone.now(), ended_at=None
        )
        # The few keys are fetched first: a literal list lets the database keep one plan for everybody.
        keys = list(living.values_list("document_id", flat=True))
        return Q(pk__in=keys, room_cap__gte=50)

    def at_address(self, address: str) -> Self:
        """The document of this symbol or reference."""
        return self.filter(Q(symbol__iexact=address) | Q(ref=address))

    def matching(
        self, *, q: str = "", kind: str = "", body: str = "", theme: str = "", year: str = "", language: str = "",
        state: str = "", meeting: str = "", party: str = "", audience: str = "",
    ) -> Self:  # fmt: skip
        """Documents that match every filter given; an unknown value matches nothing."""
        found = self
        for word in fold(q).split()[:12]:
            found = found.filter(words__contains=word)
        for column, value in {
            "kind__code": kind, "body__code": body, "state": state, "meeting__symbol": meeting, "party__code": party,
        }.items():  # fmt: skip
            if value:
                found = found.filter(**{column: value})
        if theme:
            found = found.filter(themes__code=theme)
        if year:
            found = found.filter(dated_on__year=int(year)) if year.isdecimal() and len(year) == 4 else found.none()
        if audience:
            found = found.filter(audience=int(audience)) if audience.isdecimal() else found.none()
        if language.startswith("-"):
            found = found.exclude(filed_languages__contains=language[1:])
        elif language:
            found = found.filter(filed_languages__contains=language)
        return found


class FileVersionQuerySet(models.QuerySet[Any]):
    """File versions: visible exactly where their document is."""

    def visible_to(self, person: "Person | None") -> Self:
        """Versions of documents that this person may see; the same query as the documents' own."""
        from puebla.documents.models import Document

        return self.filter(edition__document__in=Document.objects.visible_to(person))
