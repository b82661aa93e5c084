"""Figures that were hidden beside others are shown again where everything stays protected without them.

Figures are hidden one after the other, so that an early one may have become needless. Each is tried once, the largest loss
first: it is shown, and every hidden figure whose step away from its value led over it must find another step.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from siemmes.disclosure.programs import TOLERANCE, Program
from siemmes.disclosure.relations import Line
from siemmes.disclosure.suppressing import REACH, Figures, Reader, groups_of, readers, rows_of

#: Groups of sums over more hidden figures than this are left as they are: each trial costs some programs.
MANY = 600

#: What moving a figure is worth, of what it costs to move others for it.
WORTH = 1e4


def spare(about: Figures, lines: Sequence[Line], needed: Collection[int]) -> set[int]:
    """Show figures again; the places of those.

    Args:
        about: the figures; `hidden` is written to.
        lines: the sums between them that hold.
        needed: figures that must stay hidden.
    """
    shown: set[int] = set()
    hidden, moving = about.open(), (about.hidden | about.free) & ~about.fixed
    for places, inside in groups_of(len(about.values), lines, np.flatnonzero(hidden)):
        unseen = [place for place in places if about.hidden[place] or about.free[place]]
        pairs = _pairs(inside, moving)
        spared = [
            place for place in places
            if hidden[place] and place not in needed and not any(hidden[other] for other in pairs.get(place, ()))
        ]  # fmt: skip
        if spared and len(unseen) <= MANY:
            shown |= _Group(about, unseen, inside).spare(spared)
    return shown


def _pairs(lines: Iterable[Line], moving: np.ndarray) -> dict[int, list[int]]:
    """Figures that only one other moves with in some sum, and those others: whoever saw the one would know the other."""
    found: dict[int, list[int]] = {}
    for line in lines:
        both = {place for place in line.places() if moving[place]}
        if line.exact and len(both) == 2:
            for place in both:
                found.setdefault(place, []).extend(both - {place})
    return found


@dataclass
class _Steps:
    """For one reader: a program of steps over unseen figures alone, and for each hidden one a step that protects it.

    Attributes:
        over: the figures that each hidden figure's step leads over.
    """

    reader: Reader
    index: np.ndarray
    up: np.ndarray
    down: np.ndarray
    program: Program
    over: dict[int, frozenset[int]] = field(default_factory=dict)

    def step(self, i: int) -> frozenset[int] | None:
        """The figures that steps away from this one lead over; None where they do not lead far enough."""
        apart, size, reached, over = (
            float(self.reader.apart[self.index[i]]),
            len(self.index),
            0.0,
            frozenset[int](),
        )
        for own, other, far in ((i, size + i, self.up[i]), (size + i, i, self.down[i])):
            self.program.bound(own, 0.0, min(float(far), apart - (0.0 if self.reader.knowing else reached)))
            self.program.bound(other, 0.0, 0.0)
            self.program.price(own, -WORTH)
            moved = self.program.least()
            self.program.price(own, 1.0)
            self.fix(i, shown=False)
            if moved is None:
                continue
            found = frozenset(np.flatnonzero(np.abs(moved[:size] - moved[size:]) > TOLERANCE).tolist())
            if self.reader.knowing:
                # A second whole number is possible when the true one can move by one, not when it can by half to each side.
                reached, over = max(reached, float(moved[own])), found
            else:
                reached, over = reached + float(moved[own]), over | found
            if reached >= apart - TOLERANCE:
                return over
        return None

    def fix(self, i: int, *, shown: bool) -> None:
        """Let a figure move, or not since it is shown."""
        self.program.bound(i, 0.0, 0.0 if shown else float(self.up[i]))
        self.program.bound(len(self.index) + i, 0.0, 0.0 if shown else float(self.down[i]))


class _Group:
    """The unseen figures of one group of sums; numbers here are places among them."""

    def __init__(self, about: Figures, unseen: Sequence[int], lines: Iterable[Line]) -> None:
        self.about, self.index = about, np.array(unseen)
        self.local = {place: number for number, place in enumerate(unseen)}
        rows = [row for row in rows_of(lines, self.local) if row[0]]
        self.steps = [self._steps(reader, rows) for reader in readers(about)]

    def _steps(self, reader: Reader, rows: Sequence[tuple[list[int], list[float], float, float]]) -> _Steps:
        index, size = self.index, len(self.index)
        reach = REACH * max(1.0, float(reader.apart[index].max(initial=1.0)))
        known = self.about.fixed[index]
        down = np.where(known, 0.0, np.clip(self.about.values[index] - reader.lower[index], 0.0, reach))
        up = np.where(known, 0.0, np.clip(reader.upper[index] - self.about.values[index], 0.0, reach))
        both = [
            ([*places, *(size + one for one in places)], [*ones, *(-one for one in ones)], low, high)
            for places, ones, low, high in rows
        ]
        program = Program(np.zeros(2 * size), np.concatenate([up, down]), both)
        program.priced(np.ones(2 * size))
        return _Steps(reader, index, up, down, program)

    def spare(self, places: Iterable[int]) -> set[int]:
        """Try to show each of these again; those that are."""
        left = {number for place, number in self.local.items() if self.about.open()[place]}
        for steps in self.steps:
            for i in left:
                over = steps.step(i)
                if over is None:
                    return set()
                steps.over[i] = over
        order = sorted(places, key=lambda place: (-self.about.cost[place], place))
        shown = {place for place in order if self._try(self.local[place], left)}
        self.about.hidden[list(shown)] = False
        return shown

    def _try(self, i: int, left: set[int]) -> bool:
        fresh: list[tuple[_Steps, int, frozenset[int]]] = []
        for steps in self.steps:
            steps.fix(i, shown=True)
        for steps in self.steps:
            for one in [one for one in left if one != i and i in steps.over[one]]:
                over = steps.step(one)
                if over is None:
                    for other in self.steps:
                        other.fix(i, shown=False)
                    return False
                fresh.append((steps, one, over))
        for steps, one, over in fresh:
            steps.over[one] = over
        left.discard(i)
        return True
