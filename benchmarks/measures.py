"""A measured figure beside its reference and its goal; the table people read, and the list programs read."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Goal:
    """The bound a ratio (or, where there is no reference, the value itself) has to keep."""

    bound: float
    at_least: bool = True

    def holds(self, figure: float) -> bool:
        """Whether the figure keeps the bound."""
        return figure >= self.bound if self.at_least else figure <= self.bound


@dataclass(frozen=True)
class Measure:
    """One line of the result.

    Attributes:
        value: what was measured, in `unit`.
        reference: the same of what it is compared with in the same run; None where it stands alone.
        ratio: value over reference; None where it stands alone.
        goal: the bound of the ratio, or of the value where it stands alone; None where it is only reported.
        ok: whether the goal is kept; a measure without a goal is.
    """

    name: str
    value: float
    unit: str
    reference: float | None
    ratio: float | None
    goal: float | None
    ok: bool


def measure(
    name: str,
    value: float,
    unit: str,
    *,
    reference: float | None = None,
    ratio: float | None = None,
    goal: Goal | None = None,
) -> Measure:
    """Judge a figure; `ratio` is given where it is not simply value over reference (a median of paired rounds)."""
    if ratio is None and reference is not None:
        ratio = value / reference
    judged = value if ratio is None else ratio
    return Measure(
        name=name,
        value=_rounded(value),
        unit=unit,
        reference=None if reference is None else _rounded(reference),
        ratio=None if ratio is None else _rounded(ratio),
        goal=goal.bound if goal else None,
        ok=goal.holds(judged) if goal else True,
    )


def _rounded(figure: float) -> float:
    """Four significant digits: more would pretend."""
    return float(f"{figure:.4g}")


def as_json(measures: Iterable[Measure]) -> str:
    """The list that programs read."""
    return json.dumps([asdict(one) for one in measures], indent=2) + "\n"


def write(measures: Iterable[Measure], path: Path) -> None:
    """Write the list, making its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(as_json(measures))


def as_table(measures: Iterable[Measure]) -> str:
    """The table that people read."""
    head = ("measure", "value", "unit", "reference", "ratio", "goal", "")
    rows = [
        (one.name, _shown(one.value), one.unit, _shown(one.reference), _shown(one.ratio), _shown(one.goal),
         "" if one.goal is None else "ok" if one.ok else "MISSED")
        for one in measures
    ]  # fmt: skip
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in [head, *rows]
    ]
    return "\n".join(line.rstrip() for line in lines)


def _shown(figure: float | None) -> str:
    return "" if figure is None else f"{figure:g}"
