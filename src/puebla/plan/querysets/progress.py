"""How far an edition, its parts and its objectives have come: the mean of their commitments, and what money is missing."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, DecimalField, F, Sum, Value, When
from django.db.models.functions import Coalesce

from puebla.plan.models.commitments import Status

_NOTHING = Value(Decimal(), DecimalField(max_digits=14, decimal_places=2))
_FUNDED = Coalesce("funded", _NOTHING)


@dataclass
class Standing:
    """How a number of commitments stand together.

    Attributes:
        states: how many have each status. money: by currency what is budgeted, what is funded and what is missing.
    """

    total: int = 0
    counted: int = 0
    points: int = 0
    states: Counter[str] = field(default_factory=Counter)
    money: dict[str, list[Decimal]] = field(default_factory=dict)

    def add(self, status: str, count: int, counted: int, points: int) -> None:
        """Take in so many commitments of one status, of which so many count, with so many per cent together."""
        self.total += count
        self.counted += counted
        self.points += points
        self.states[status] += count

    @property
    def progress(self) -> int | None:
        """The mean in per cent, each commitment counting once; None where none counts."""
        return round(self.points / self.counted) if self.counted else None

    @property
    def in_words(self) -> list[tuple[str, str, int]]:
        """How many have each status, in the order of the statuses: (status, what it is called, how many)."""
        return [(str(one.value), str(one.label), self.states[one]) for one in Status if self.states[one]]

    @property
    def amounts(self) -> list[dict[str, Any]]:
        """By currency the budget, what is funded, and what is missing: what one has too much is not another's."""
        return [
            {"currency": currency, "budget": budget, "funded": funded, "gap": gap}
            for currency, (budget, funded, gap) in sorted(self.money.items())
        ]


@dataclass(frozen=True)
class Tree:
    """How commitments stand as a whole, by edition, by part and by objective (keys of these)."""

    whole: Standing
    plans: Mapping[int, Standing]
    pillars: Mapping[int, Standing]
    objectives: Mapping[int, Standing]


def tree_of(commitments: Any) -> Tree:
    """How these commitments stand, by edition, part and objective; two questions whatever their number.

    Args:
        commitments: a set that came through the gate.
    """
    whole, plans = Standing(), defaultdict[int, Standing](Standing)
    pillars, objectives = defaultdict[int, Standing](Standing), defaultdict[int, Standing](Standing)
    rows = commitments.order_by().values_list("plan_id", "objective__pillar_id", "objective_id", "status")
    counts = rows.annotate(count=Count("pk"), counted=Count("progress"), points=Sum("progress"))
    for plan, pillar, objective, status, count, counted, points in counts:
        for one in (whole, plans[plan], pillars[pillar], objectives[objective]):
            one.add(status, count, counted, points or 0)
    sums = commitments.exclude(currency="").exclude(status=Status.DROPPED).order_by()
    by_part = sums.values_list("plan_id", "objective__pillar_id", "currency")
    missing = Case(When(budget__gt=_FUNDED, then=F("budget") - _FUNDED), default=_NOTHING)
    for plan, pillar, currency, *amounts in by_part.annotate(
        budgets=Sum("budget"), funds=Sum("funded"), gaps=Sum(missing)
    ):
        for one in (whole, plans[plan], pillars[pillar]):
            held = one.money.setdefault(currency, [Decimal(), Decimal(), Decimal()])
            for place, amount in enumerate(amounts):
                held[place] += amount or 0
    return Tree(whole, plans, pillars, objectives)


def gap_of(commitment: Any) -> Decimal | None:
    """What is still missing of a commitment's budget; None where nothing was budgeted."""
    if commitment.budget is None:
        return None
    return max(commitment.budget - (commitment.funded or Decimal()), Decimal())
