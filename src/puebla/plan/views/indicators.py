"""Indicators as pages show them: the cell of the released statistics, and whether it moves the way that is sought."""

from collections.abc import Iterable
from typing import Any

from puebla.plan.models import Indicator
from puebla.statistics.models import Cell, Trend
from puebla.statistics.querysets import cells_at


def shown_indicators(indicators: Iterable[Indicator]) -> list[dict[str, Any]]:
    """Indicators with what the release in force says of their cells; one question, whatever their number."""
    listed = list(indicators)
    cells = cells_at((one.dataflow, one.key) for one in listed)
    return [
        {"indicator": one, "cell": (cell := cells[one.dataflow, one.key]), "good": is_good(one, cell)}
        for one in listed
    ]


def is_good(indicator: Indicator, cell: Cell) -> bool | None:
    """Whether it moves the way that is sought; None where it does not move, or neither way is better."""
    sought = {
        Indicator.Direction.UP: Trend.RISING,
        Indicator.Direction.DOWN: Trend.FALLING,
    }.get(Indicator.Direction(indicator.direction))
    if sought is None or cell.trend not in {Trend.RISING, Trend.FALLING}:
        return None
    return cell.trend == sought
