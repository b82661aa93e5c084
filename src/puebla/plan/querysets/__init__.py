"""Questions about many editions, commitments and reports; every one that is asked for a person starts at `visible_to`."""

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Exists, OuterRef

from puebla.core.words import fold, without_nul
from puebla.members.querysets import GatedQuerySet, Reach

if TYPE_CHECKING:
    from puebla.accounts.models import Person


class PlanQuerySet(GatedQuerySet):
    """Editions of the Plan of Action."""

    def at_address(self, code: str) -> Self:
        """The edition of this code."""
        return self.filter(code=without_nul(code))

    def in_force(self) -> Self:
        """Those on which countries report."""
        return self.filter(state="in_force")


class _OfPlan(models.QuerySet[Any]):
    """Rows that are visible exactly where their edition is."""

    to_plan = "plan"

    def visible_to(self, person: "Person | None", *, reach: Reach | None = None) -> Self:
        """Those of editions that this person may see."""
        from puebla.plan.models import Plan

        seen = Plan.objects.visible_to(person, reach=reach).order_by()
        return self.filter(**{f"{self.to_plan}__in": seen})


class PillarQuerySet(_OfPlan):
    """Parts of editions."""


class ObjectiveQuerySet(_OfPlan):
    """Objectives."""

    to_plan = "pillar__plan"


class CommitmentQuerySet(_OfPlan):
    """Commitments."""

    def at_address(self, plan: str, code: str) -> Self:
        """The commitment of this number in this edition."""
        return self.filter(plan__code=without_nul(plan), code=without_nul(code))

    def matching(
        self, *, q: str = "", pillar: str = "", status: str = "", party: str = "", goal: str = "", body: str = "",
    ) -> Self:  # fmt: skip
        """Commitments that match every filter given; an unknown value matches nothing."""
        found = self
        for word in fold(q).split()[:12]:
            found = found.filter(words__contains=word)
        for column, value in {
            "objective__pillar__code": pillar, "status": status, "body__code": body,
        }.items():  # fmt: skip
            if value:
                found = found.filter(**{column: value})
        if goal:
            framework, _colon, code = goal.partition(":")
            found = found.filter(goals__framework__code=framework, goals__code=code)
        if party:
            found = found.of_party(party)
        return found

    def behind_in_search(self) -> Self:
        """Commitments of which search knows nothing, an older state, or that others could find than see them."""
        from puebla.members.models import IndexEntry
        from puebla.plan.querysets.searching import SOURCE

        known = IndexEntry.objects.filter(
            source=SOURCE, record=OuterRef("pk"), revision=OuterRef("revision"), audience=OuterRef("plan__audience")
        )  # fmt: skip
        return self.filter(~Exists(known))

    def of_party(self, code: str) -> Self:
        """Those in which a party has a part by name."""
        return self.filter(
            pk__in=self.model._default_manager.filter(involvements__party__code=code).values("pk")
        )


class ReportQuerySet(GatedQuerySet):
    """Reports; a draft is its party's own. Of editions that one sees, as far as their own audience goes."""

    def visible_to(self, person: "Person | None", *, reach: Reach | None = None) -> Any:
        """Reports that this person may know to exist."""
        from puebla.plan.models import Plan

        seen = super().visible_to(person, reach=reach)
        return seen.filter(commitment__plan__in=Plan.objects.visible_to(person, reach=reach).order_by())

    def standing(self) -> Self:
        """Those that count: sent and not replaced."""
        return self.filter(state="sent")


class IndicatorQuerySet(_OfPlan):
    """Indicators."""

    to_plan = "commitment__plan"

    def alive(self) -> Self:
        """Those of editions that are not closed: what a new release may move."""
        return self.exclude(commitment__plan__state="closed")
