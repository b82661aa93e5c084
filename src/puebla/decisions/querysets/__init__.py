"""Questions about many decisions, provisions, proposals, positions and answers; each for a person starts at `visible_to`."""

from typing import TYPE_CHECKING, Any, Self

from django.db import models

from puebla.core.words import without_nul
from puebla.members.querysets import GatedQuerySet, Reach, reach_of

if TYPE_CHECKING:
    from puebla.accounts.models import Person


class DecisionQuerySet(models.QuerySet[Any]):
    """Decisions: visible exactly where their text is."""

    def visible_to(self, person: "Person | None", *, reach: Reach | None = None) -> Self:
        """Decisions that this person may know to exist."""
        from puebla.texts.models import Text

        if reach is None:
            reach = reach_of(person)
        return self.filter(text__in=Text.objects.visible_to(person, reach=reach).order_by())

    def at_address(self, address: str) -> Self:
        """The decision of this symbol or reference; of nothing none, though many have no symbol yet."""
        wanted = without_nul(address).strip("/ ")
        if not wanted:
            return self.none()
        return self.filter(models.Q(ref=wanted) | models.Q(text__symbol=wanted.upper()))

    def adopted(self) -> Self:
        """Those on which consensus was declared."""
        return self.filter(state="adopted")


class ProvisionQuerySet(models.QuerySet[Any]):
    """Provisions: visible exactly where their paragraph's text is."""

    def visible_to(self, person: "Person | None", *, reach: Reach | None = None) -> Self:
        """Provisions of texts that this person may see."""
        from puebla.texts.models import Text

        if reach is None:
            reach = reach_of(person)
        return self.filter(paragraph__text__in=Text.objects.visible_to(person, reach=reach).order_by())


class ProposalQuerySet(GatedQuerySet):
    """Proposals, each with who reads it."""

    def standing(self) -> Self:
        """Those that are neither taken nor gone."""
        return self.filter(state="standing")


class PositionQuerySet(GatedQuerySet):
    """Positions: of decisions that one sees, as far as the member that asked for them opened them."""

    def visible_to(self, person: "Person | None", *, reach: Reach | None = None) -> Self:
        """Positions that this person may know to exist."""
        from puebla.decisions.models import Decision

        if reach is None:
            reach = reach_of(person)
        seen = super().visible_to(person, reach=reach)
        return seen.filter(decision__in=Decision.objects.visible_to(person, reach=reach).order_by())

    def standing(self) -> Self:
        """Those that were not lifted."""
        return self.filter(lifted_at=None)


class AnswerQuerySet(GatedQuerySet):
    """Answers to paragraphs, each with who reads it."""
