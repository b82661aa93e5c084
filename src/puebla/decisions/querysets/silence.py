"""Questions about silence procedures, the rules on them, and what parties said; each for a person starts at `visible_to`."""

import datetime as dt
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q

from puebla.members.querysets import MEMBERS, GatedQuerySet, Reach, reach_of

if TYPE_CHECKING:
    from puebla.accounts.models import Person


class RuleQuerySet(models.QuerySet[Any]):
    """Rules of bodies on silence procedures: public to all who sit anywhere."""

    def in_force(self, body: Any, *, on: dt.date) -> Any:
        """The rule of this body on a day that somebody confirmed; None where there is none."""
        dated = self.filter(body=body, confirmed=True, from_on__lte=on)
        return dated.filter(Q(until_on=None) | Q(until_on__gte=on)).order_by("-from_on").first()

    def beside(self, rule: Any) -> Self:
        """Other rules of the same body that hold on a day of this one's."""
        others = self.filter(body=rule.body_id).exclude(pk=rule.pk)
        others = others.filter(Q(until_on=None) | Q(until_on__gte=rule.from_on))
        return others if rule.until_on is None else others.filter(from_on__lte=rule.until_on)


class SilenceQuerySet(models.QuerySet[Any]):
    """Silence procedures: seen by member states, the secretariat and the Presidency, where they see the text."""

    def visible_to(self, person: "Person | None", *, reach: Reach | None = None) -> Self:
        """Procedures that this person may know to exist; observers see only how they ended (`outcomes_for`)."""
        if reach is None:
            reach = reach_of(person)
        seen = self.outcomes_for(person, reach=reach)
        # Whoever sits for no member and not for the secretariat meets the same question, and nothing fits it.
        return seen.filter(pk__gt=0 if 0 < reach.rung <= MEMBERS else models.BigIntegerField.MAX_BIGINT)

    def outcomes_for(self, person: "Person | None", *, reach: Reach | None = None) -> Self:
        """Procedures on texts that this person sees, of which the end alone is told."""
        from puebla.decisions.models import Decision

        if reach is None:
            reach = reach_of(person)
        return self.filter(decision__in=Decision.objects.visible_to(person, reach=reach).order_by())

    def running(self) -> Self:
        """Those whose end was not written down yet."""
        return self.filter(state="running")


class ReceiptQuerySet(GatedQuerySet):
    """What parties said, each with who reads it."""

    def visible_to(self, person: "Person | None", *, reach: Reach | None = None) -> Self:
        """Receipts of procedures that this person may know of, as far as each party opened them."""
        from puebla.decisions.models import SilenceProcedure

        if reach is None:
            reach = reach_of(person)
        seen = super().visible_to(person, reach=reach)
        return seen.filter(procedure__in=SilenceProcedure.objects.visible_to(person, reach=reach).order_by())

    def answers(self) -> Self:
        """What parties said, without who opened it."""
        return self.exclude(kind="opened")

    def where_they_stand(self) -> Self:
        """Answers by which a party has decided: who asks for more time has not."""
        return self.answers().exclude(kind="asks_extension")
