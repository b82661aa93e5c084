"""Questions about many texts, paragraphs and comments; every one that is asked for a person starts at `visible_to`."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Exists, OuterRef

from puebla.core.words import without_nul
from puebla.members.querysets import GatedQuerySet, Reach

if TYPE_CHECKING:
    from puebla.accounts.models import Person


class TextQuerySet(GatedQuerySet):
    """Texts."""

    def at_address(self, ref: str) -> Self:
        """The text of this reference."""
        return self.filter(ref=without_nul(ref))

    def behind_in_search(self) -> Self:
        """Texts of which search knows nothing, or an older state."""
        from puebla.members.models import IndexEntry
        from puebla.texts.actions.indexing import SOURCE

        known = IndexEntry.objects.filter(source=SOURCE, record=OuterRef("pk"), revision=OuterRef("revision"))
        return self.filter(~Exists(known))


class ParagraphQuerySet(models.QuerySet["models.Model"]):
    """Paragraphs: visible exactly where their text is."""

    def visible_to(self, person: "Person | None", *, reach: Reach | None = None) -> Self:
        """Paragraphs of texts that this person may see."""
        from puebla.texts.models import Text

        return self.filter(text__in=Text.objects.visible_to(person, reach=reach))

    def living(self) -> Self:
        """Those that were not removed."""
        return self.filter(removed_at=None)


class CommentQuerySet(GatedQuerySet):
    """Comments: of texts that one sees, as far as their own audience goes."""

    def visible_to(self, person: "Person | None", *, reach: Reach | None = None) -> Self:
        """Comments that this person may know to exist."""
        from puebla.texts.models import Text

        seen = super().visible_to(person, reach=reach)
        return seen.filter(paragraph__text__in=Text.objects.visible_to(person, reach=reach).order_by())
