"""Linear programs that are solved many times with little changed in between.

A thin layer over HiGHS (https://highs.dev) that keeps one model and its last basis, so that the next objective starts from it.
"""

from collections.abc import Sequence
from typing import Any

import highspy
import numpy as np

#: How far a figure may lie off a bound and still count as on it.
TOLERANCE = 1e-6

#: A row of a program: its columns, their coefficients, and its two bounds.
Bounded = tuple[Sequence[int], Sequence[float], float, float]


def exchanged(rows: Sequence[Bounded], down: np.ndarray, up: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How far each column can move, at least, while only columns that stand in the very same rows move with it.

    What one gains the others lose, and every row stays as it is: no program is needed to see that. Most small tables need none
    at all then.

    Args:
        down, up: how far a column may move, down as a number below zero.

    Returns:
        The lowest and the highest step found for each column; a program may find wider ones.

    >>> low, high = exchanged([([0, 1], [1.0, 1.0], 0.0, 0.0)], np.array([-3.0, -1.0]), np.array([9.0, 9.0]))
    >>> low.tolist(), high.tolist()
    ([-3.0, -1.0], [1.0, 3.0])
    """
    found: list[list[tuple[int, float]]] = [[] for _ in down]
    for number, (places, ones, _, _) in enumerate(rows):
        for place, one in zip(places, ones, strict=True):
            found[place].append((number, one))
    alike: dict[tuple[tuple[int, float], ...], list[int]] = {}
    sign = np.ones(len(down))
    for place, stands in enumerate(found):
        if stands and down[place] < up[place]:
            sign[place] = np.sign(stands[0][1])
            alike.setdefault(tuple((row, one * sign[place]) for row, one in stands), []).append(place)
    low, high = np.zeros(len(down)), np.zeros(len(down))
    for members in alike.values():
        if len(members) > 1:
            some = np.array(members)
            turned = sign[some] < 0
            more, less = np.where(turned, -down[some], up[some]), np.where(turned, up[some], -down[some])
            rise, fall = np.minimum(more, less.sum() - less), np.minimum(less, more.sum() - more)
            high[some], low[some] = np.where(turned, fall, rise), -np.where(turned, rise, fall)
    return low, high


class Program:
    """Columns with bounds, rows with bounds, one objective at a time.

    Args:
        lower, upper: bounds of the columns.
        rows: for each, its columns, their coefficients, and its two bounds.
    """

    def __init__(
        self,
        lower: Sequence[float] | np.ndarray,
        upper: Sequence[float] | np.ndarray,
        rows: Sequence[Bounded],
    ) -> None:
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = len(lower), len(rows)
        model.col_cost_ = np.zeros(len(lower))
        model.col_lower_, model.col_upper_ = np.array(lower, float), np.array(upper, float)
        model.row_lower_ = np.array([row[2] for row in rows], float)
        model.row_upper_ = np.array([row[3] for row in rows], float)
        matrix = model.a_matrix_
        matrix.format_ = highspy.MatrixFormat.kRowwise
        matrix.start_ = np.concatenate([[0], np.cumsum([len(row[0]) for row in rows])]).astype(np.int32)
        matrix.index_ = np.array([place for row in rows for place in row[0]], np.int32)
        matrix.value_ = np.array([one for row in rows for one in row[1]], float)
        self._columns = np.arange(len(lower), dtype=np.int32)
        # The plain solver: the class that wraps it prints a banner to the output of whoever uses us.
        self._highs: Any = highspy._core._Highs()
        for option, value in (
            ("output_flag", False), ("presolve", "off"), ("threads", 1), ("solver", "simplex"),
        ):  # fmt: skip
            self._highs.setOptionValue(option, value)
        self._highs.passModel(model)
        self.solved = 0

    def bound(self, column: int, lower: float, upper: float) -> None:
        """Change the bounds of a column."""
        self._highs.changeColBounds(column, lower, upper)

    def price(self, column: int, cost: float) -> None:
        """Change the cost of a column."""
        self._highs.changeColCost(column, cost)

    def priced(self, costs: np.ndarray) -> None:
        """Change the costs of all columns."""
        self._highs.changeColsCost(len(costs), self._columns, np.asarray(costs, float))

    def least(self) -> np.ndarray | None:
        """The columns at the least cost; None where no values satisfy every row.

        Raises:
            ArithmeticError: where the solver ends without an answer.
        """
        self._highs.run()
        self.solved += 1
        status = self._highs.getModelStatus()
        if status not in (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kOptimal):
            # The basis of the last objective can be a bad place to start from; a fresh start is slower and surer.
            self._highs.clearSolver()
            self._highs.run()
            status = self._highs.getModelStatus()
        if status == highspy.HighsModelStatus.kInfeasible:
            return None
        if status != highspy.HighsModelStatus.kOptimal:
            raise ArithmeticError(f"The linear program ended with {status}.")
        return np.array(self._highs.getSolution().col_value)
