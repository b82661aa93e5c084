"""Which figures to hide beside those that must be: complementary suppression.

A hidden figure is protected where another table, with the same published figures, holds another value in its place. Such a
table differs from the true one by a step along which every sum stays as it is; the least costly step whose figures are not all
hidden yet says which to hide next. (Fischetti and Salazar, *Management Science* 47 (2001) 1008-1027, solve the whole choice
at once; here it is taken figure by figure, each from the basis of the one before.)

Two readers are held off: one who knows nothing but that figures are not negative, from whom every hidden figure stays unknown
within its margin; and one who knows which figures are small, and the threshold, who still finds two whole values for each.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from siemmes.disclosure.programs import TOLERANCE, Program, exchanged
from siemmes.disclosure.relations import Line

#: How wide the interval stays in which a hidden count can lie for a reader who knows no threshold.
WIDTH = 3.0
#: Steps are looked for up to so many times the margin that is asked.
REACH = 1000.0
#: Rounds in which many figures are moved at once before each is tried by itself.
ROUNDS = 4
#: A zero is hidden only where nothing else helps; moving what is hidden already costs next to nothing.
ZERO_COST = 40.0
HIDDEN_COST = 1e-3
#: Groups of fewer sums than this go into one program, up to about so many.
FEW, MANY = 30, 600
#: Of the directions that are tried first.
SEED = 20030101


@dataclass
class Figures:
    """What the choice is made on; one entry a figure.

    Attributes:
        values: the true figures.
        hidden: that are not shown, and must not be found.
        fixed: that everybody knows whatever is done (shown by an earlier release with this value).
        free: that nobody showed and nobody asks for (margins that were not sent).
        margin: how far apart the values must lie that a reader without the threshold can think of.
        floor, ceiling: what a reader with the threshold knows of a figure, once it is hidden.
        bottom: what everybody knows: 0, or minus infinity where figures may be negative.
        cost: what hiding it would lose.
    """

    values: np.ndarray
    hidden: np.ndarray
    fixed: np.ndarray
    free: np.ndarray
    margin: np.ndarray
    floor: np.ndarray
    ceiling: np.ndarray
    bottom: np.ndarray
    cost: np.ndarray

    def open(self) -> np.ndarray:
        """The figures that a reader does not see and that are to stay unknown."""
        return self.hidden & ~self.fixed & ~self.free


@dataclass(frozen=True, slots=True)
class Reader:
    """What somebody takes for granted: lowest and highest of each figure, and how far apart two values must lie."""

    lower: np.ndarray
    upper: np.ndarray
    apart: np.ndarray
    knowing: bool


def readers(about: Figures) -> tuple[Reader, ...]:
    """The reader who knows the threshold and which figures are small, where there is one; and who knows neither."""
    top = np.full(len(about.values), np.inf)
    plain = Reader(about.bottom, top, about.margin, knowing=False)
    if np.isinf(about.ceiling).all() and not (about.floor > about.bottom)[about.hidden].any():
        return (plain,)
    knowing = Reader(about.floor, about.ceiling, np.minimum(1.0, about.margin), knowing=True)
    return (knowing, plain)


def costs(values: np.ndarray) -> np.ndarray:
    """What hiding each figure loses: all about the same, larger ones a little more, zeros only where nothing else helps."""
    return 1 + 0.1 * np.log2(1 + np.abs(values)) + np.where(values == 0, ZERO_COST, 0.0)


@dataclass
class Left:
    """Figures that no choice protects: from a reader who knows the threshold, from anybody."""

    knowing: set[int] = field(default_factory=set)
    plain: set[int] = field(default_factory=set)


def complement(about: Figures, lines: Sequence[Line]) -> Left:
    """Hide further figures until every hidden one is protected; what is left are those that cannot be.

    The same figures give the same choice.

    Args:
        about: the figures; `hidden` is written to.
        lines: the sums between them that hold.
    """
    left = Left()
    for places, inside in groups_of(len(about.values), lines, np.flatnonzero(about.open())):
        _Component(about, places, inside).protect(left)
    return left


def groups_of(count: int, lines: Sequence[Line], among: Iterable[int]) -> list[tuple[list[int], list[Line]]]:
    """Figures that sums link with each other, with those sums, of the groups that hold one of these and a sum."""
    parent = list(range(count))

    def root(place: int) -> int:
        while parent[place] != place:
            parent[place] = parent[parent[place]]
            place = parent[place]
        return place

    for line in lines:
        head = root(line.whole)
        for part in line.parts:
            parent[root(part)] = head
    groups: dict[int, tuple[list[int], list[Line]]] = {root(int(place)): ([], []) for place in among}
    for place in range(count):
        if (head := root(place)) in groups:
            groups[head][0].append(place)
    for line in lines:
        if (head := root(line.whole)) in groups:
            groups[head][1].append(line)
    return _together([group for group in groups.values() if group[1]])


def _together(groups: Iterable[tuple[list[int], list[Line]]]) -> list[tuple[list[int], list[Line]]]:
    """Small groups put together, so that one program serves many."""
    found: list[tuple[list[int], list[Line]]] = []
    places: list[int] = []
    lines: list[Line] = []
    for group in groups:
        if len(group[1]) >= FEW:
            found.append(group)
            continue
        places, lines = places + group[0], lines + group[1]
        if len(lines) >= MANY:
            found.append((places, lines))
            places, lines = [], []
    return [*found, (places, lines)] if lines else found


def rows_of(
    lines: Iterable[Line], local: Mapping[int, int]
) -> list[tuple[list[int], list[float], float, float]]:
    """Sums as rows of a program of steps; figures without a place there do not move."""
    found = []
    for line in lines:
        kept = [
            (local[one], sign)
            for one, sign in ((line.whole, 1.0), *((part, -1.0) for part in line.parts))
            if one in local
        ]
        ends = (0.0, 0.0) if line.exact else (-line.rest, np.inf)
        found.append(([place for place, _ in kept], [sign for _, sign in kept], *ends))
    return found


class _Component:
    """One group of figures linked by sums. Arrays here have one entry for each of its figures."""

    def __init__(self, about: Figures, places: Sequence[int], lines: Sequence[Line]) -> None:
        self.about, self.index, self.size = about, np.array(places), len(places)
        local = {place: number for number, place in enumerate(places)}
        self.rows = rows_of(lines, local)

    def protect(self, left: Left) -> None:
        """Hide until both readers are held off; figures hidden for one must be safe from the other too."""
        while True:
            before = int(self.about.hidden[self.index].sum())
            for reader in readers(self.about):
                given_up = left.knowing if reader.knowing else left.plain
                found = _Steps(self, reader).protect(given_up)
                given_up.update(int(self.index[one]) for one in found)
            if int(self.about.hidden[self.index].sum()) == before:
                return


class _Steps:
    """The steps away from the true figures that one reader can think of, and how far they move each figure."""

    def __init__(self, group: _Component, reader: Reader) -> None:
        about, index = group.about, group.index
        self.group, self.about, self.index, self.size = group, about, index, group.size
        self.either_way = reader.knowing
        self.apart = reader.apart[index]
        reach = REACH * max(1.0, float(self.apart.max(initial=1.0)))
        self.down = np.clip(reader.lower[index] - about.values[index], -reach, 0.0)
        self.up = np.clip(reader.upper[index] - about.values[index], 0.0, reach)
        known = about.fixed[index]
        self.down[known] = self.up[known] = 0.0
        self.low, self.high = np.zeros(self.size), np.zeros(self.size)

    def protect(self, given_up: set[int]) -> list[int]:
        wanted = [
            int(i) for i in np.flatnonzero(self.about.open()[self.index]) if self.index[i] not in given_up
        ]
        self._move_many(wanted)
        return self._move_each([i for i in wanted if self._narrow(i)])

    def _narrow(self, i: int) -> bool:
        # A second whole number is possible when the true one can move by one, not when it can by half to each side.
        reach = max(self.high[i], -self.low[i]) if self.either_way else self.high[i] - self.low[i]
        return bool(reach < self.apart[i] - TOLERANCE)

    def _saw(self, step: np.ndarray) -> None:
        np.minimum(self.low, step, out=self.low)
        np.maximum(self.high, step, out=self.high)

    def _unseen(self) -> np.ndarray:
        return (self.about.hidden | self.about.free)[self.index]

    def _move_many(self, wanted: Sequence[int]) -> None:
        """Move figures within what is hidden already: by exchange, then many at once."""
        unseen, target = self._unseen(), np.zeros(self.size, bool)
        for reached in exchanged(
            self.group.rows, np.where(unseen, self.down, 0.0), np.where(unseen, self.up, 0.0)
        ):
            self._saw(reached)
        if not any(self._narrow(i) for i in wanted):
            return
        target[list(wanted)] = True
        down = np.where(unseen, np.where(target, np.maximum(self.down, -self.apart), self.down), 0.0)
        up = np.where(unseen, np.where(target, np.minimum(self.up, self.apart), self.up), 0.0)
        program, random = Program(down, up, self.group.rows), np.random.default_rng(SEED)
        for _ in range(ROUNDS):
            narrow = [i for i in wanted if self._narrow(i)]
            if not narrow:
                return
            direction = np.zeros(self.size)
            direction[narrow] = random.uniform(-1.0, 1.0, len(narrow))
            for costs in (direction, -direction):
                program.priced(costs)
                step = program.least()
                if step is not None:
                    self._saw(step)

    def _move_each(self, narrow: Sequence[int]) -> list[int]:
        """Find the least costly step for each of these, and hide what it moves; those for which there is none."""
        if not narrow:
            return []
        price = np.where(self._unseen(), HIDDEN_COST, self.about.cost[self.index])
        rows = [
            ([*places, *(self.size + one for one in places)], [*ones, *(-one for one in ones)], low, high)
            for places, ones, low, high in self.group.rows
        ]
        program = Program(np.zeros(2 * self.size), np.concatenate([self.up, -self.down]), rows)
        program.priced(np.concatenate([price, price]))
        left = []
        for i in narrow:
            if not self._narrow(i):
                continue
            step = self._cheapest(program, i)
            if step is None:
                left.append(int(i))
            else:
                self._saw(step)
                self._hide(program, np.flatnonzero(np.abs(step) > TOLERANCE))
        return left

    def _cheapest(self, program: Program, i: int) -> np.ndarray | None:
        apart = float(self.apart[i])
        ways = ((apart, 0.0), (0.0, apart)) if self.either_way else ((apart, 0.0),)
        found: list[tuple[float, np.ndarray]] = []
        for up, down in ways:
            if up > self.up[i] + TOLERANCE or down > -self.down[i] + TOLERANCE:
                continue
            program.bound(i, up, up)
            program.bound(self.size + i, down, down)
            moved = program.least()
            if moved is not None:
                step = moved[: self.size] - moved[self.size :]
                newly = (np.abs(step) > TOLERANCE) & ~self._unseen()
                found.append((float(self.about.cost[self.index][newly].sum()), step))
        program.bound(i, 0.0, float(self.up[i]))
        program.bound(self.size + i, 0.0, float(-self.down[i]))
        return min(found, key=lambda one: one[0])[1] if found else None

    def _hide(self, program: Program, places: np.ndarray) -> None:
        for i in places[~self._unseen()[places]]:
            self.about.hidden[self.index[i]] = True
            program.price(int(i), HIDDEN_COST)
            program.price(self.size + int(i), HIDDEN_COST)
