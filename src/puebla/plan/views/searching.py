"""Commitments as search shows them on the private site."""

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from puebla.core.languages import show
from puebla.core.search.sources import Hit
from puebla.plan.models import Commitment
from puebla.plan.models.commitments import Status
from puebla.plan.querysets.searching import SOURCE, texts_of

COLUMNS = ("pk", "code", "titles", "status", "plan__code", "plan__titles")


class CommitmentSource:
    """Commitments, as search asks them."""

    name = "plan"
    number = SOURCE

    def shown(self, person: Any, reach: Any, records: Sequence[int]) -> dict[int, Hit]:
        """The commitments among these that the person sees."""
        seen = Commitment.objects.visible_to(person, reach=reach).filter(pk__in=list(records)).order_by()
        return {row.pk: hit_of(row) for row in seen.values_list(*COLUMNS, named=True)}

    def texts(self, pages: Sequence[tuple[int, int]]) -> dict[tuple[int, int], str]:
        """What commitments say beside their titles: (commitment and language, 1)."""
        return texts_of(pages)

    def shared(self, person: Any, reach: Any) -> list[int]:  # noqa: ARG002 - commitments are not shared by name
        """None."""
        return []

    def cited(self, person: Any, reach: Any, citation: Any) -> list[Hit]:  # noqa: ARG002 - papers are cited, not commitments
        """None."""
        return []


def hit_of(row: Any) -> Hit:
    """A commitment's line among what was found."""
    title = show(row.titles)
    return Hit(
        url=reverse("plan:commitment", args=[row.plan__code, row.code]), title=f"{row.code} {title.text}",
        title_language=title.language, title_pending=title.pending, label=_("Commitment"),
        facts=(str(show(row.plan__titles)), capfirst(str(Status(row.status).label))),
    )  # fmt: skip
