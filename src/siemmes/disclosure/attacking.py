"""An attack on what is published: what can somebody find out about the figures that are not shown?

It shares nothing with the choice of what to hide but the meaning of codes: it reads the table as the public does, finds the
sums between its figures by itself, and asks linear programs for the lowest and the highest value that each hidden figure can
have. It knows more than a reader does, to be on the safe side: which of the possible sums hold in the true figures, and, on its
second try, the threshold and which figures are under it.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import combinations
from math import ceil, floor, inf

import numpy as np

from siemmes.disclosure.coverage import TOTAL, covers, families
from siemmes.disclosure.programs import TOLERANCE, Program, exchanged

Key = tuple[str, ...]
#: A figure of the table that is to be published ("now"), or of the release before it ("before").
Name = tuple[str, Key]
#: Sums of decimals are compared up to this share of the total.
CLOSE = 1e-9
#: Ways of adding up one total that are followed, and steps away from the true figures that are tried.
WAYS, REACH, ROUNDS, SEED = 12, 1e4, 3, 1
#: Groups of fewer sums than this go into one program, up to so many.
FEW, MANY = 30, 600


@dataclass
class Table:
    """A table as it is published, with what the attacker of ourselves knows beside.

    Attributes:
        names: what the positions of a key are.
        added: positions whose codes add up to the total where the table says nothing else.
        shown: the figures; None for those not shown.
        truth: the true figures; those that neither table nor sender holds are absent.
    """

    names: tuple[str, ...]
    added: frozenset[int]
    shown: Mapping[Key, float | None]
    truth: Mapping[Key, float]


@dataclass(frozen=True, slots=True)
class Interval:
    """The lowest and the highest value that a hidden figure can have."""

    low: float
    high: float

    @property
    def width(self) -> float:
        """How far they lie apart."""
        return self.high - self.low

    @property
    def whole(self) -> float:
        """How many whole numbers lie in it."""
        return floor(self.high + TOLERANCE) - ceil(self.low - TOLERANCE) + 1 if self.width < inf else inf


@dataclass
class Outcome:
    """What an attack found out, by key.

    Attributes:
        tried: hidden figures that were attacked.
        exact: those of which one value is possible, without and with knowledge of the threshold.
        narrow: those whose interval is narrower than it may be, without it.
        contradictions: lines of the published table that its own figures contradict.
        programs: linear programs that were solved.
    """

    tried: int = 0
    exact: set[Name] = field(default_factory=set)
    exact_knowing: set[Name] = field(default_factory=set)
    narrow: set[Name] = field(default_factory=set)
    contradictions: int = 0
    programs: int = 0

    @property
    def withstood(self) -> bool:
        """Whether nothing was found."""
        return not (self.exact or self.exact_knowing or self.narrow)


@dataclass(frozen=True, slots=True)
class Row:
    """A sum: its unknowns with their signs, and what its parts lack of the whole (0 where they add up)."""

    places: tuple[int, ...]
    signs: tuple[float, ...]
    rest: float

    def without(self, given: Collection[int]) -> "Row":
        """The sum once these are known."""
        kept = [(one, sign) for one, sign in zip(self.places, self.signs, strict=True) if one not in given]
        return Row(tuple(one for one, _ in kept), tuple(sign for _, sign in kept), self.rest)


@dataclass
class System:
    """Unknowns and the sums that link them.

    Attributes:
        names: what each unknown is: a key in the new table or the one before, or a margin that nobody published.
        base: a value of each with which every sum holds.
        contradictions: totals that are less than their own parts, all of them shown.
    """

    names: list[Name] = field(default_factory=list)
    base: list[float] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    contradictions: int = 0
    places: dict[Name, int] = field(default_factory=dict)

    def place(self, name: Name, value: float) -> int:
        """The place of an unknown; a new one is added with its value."""
        if name not in self.places:
            self.places[name] = len(self.names)
            self.names.append(name)
            self.base.append(value)
        return self.places[name]


@dataclass(frozen=True, slots=True)
class Demand:
    """What must hold for a hidden figure, and what the reader who knows the threshold knows of it."""

    apart: float
    low: float = 0.0
    high: float = inf


def attack(
    now: Table,
    before: Table | None,
    known: Collection[Key],
    demands: Mapping[Name, Demand],
    lists: Mapping[str, str | None],
    *,
    negative: bool = False,
) -> Outcome:
    """Attack every hidden figure for which something is demanded.

    Args:
        now, before: the table that is to be published, and the release before it.
        known: keys of which some earlier release showed the true figure.
        demands: by hidden figure, of the new table or of the one before.
        lists: the code list of each dimension.
        negative: whether figures may be below zero.
    """
    found = system(now, before, known, lists)
    outcome = Outcome(contradictions=found.contradictions)
    targets = {place for place, name in enumerate(found.names) if name in demands}
    outcome.tried = len(demands)
    given = _single_unknowns(found)
    for place in given & targets:
        outcome.exact.add(found.names[place])
        outcome.exact_knowing.add(found.names[place])
        outcome.narrow.add(found.names[place])
    for rows in _linked_rows(found, given, targets):
        places = sorted({place for row in rows for place in row.places})
        if len(places) > 0:
            _try(found, rows, places, targets, demands, outcome, negative=negative)
    return outcome


def system(
    now: Table, before: Table | None, known: Collection[Key], lists: Mapping[str, str | None]
) -> System:
    """The unknowns of a published table and of the one before it, with the sums between them."""
    found = System()
    told = set(known)
    keys = [*now.truth, *(before.truth if before else ())]
    varied = {place for place in now.added if len({key[place] for key in keys}) > 1}
    current: dict[Key, float] = {}
    for age, table in (("now", now), ("before", before)):
        if table is None:
            continue
        truth = dict(table.truth)
        slices = _slices(truth, len(table.names))
        _add_margins(table, varied, truth, slices, lists)
        current = truth if age == "now" else current
        changed = {key for key, value in truth.items() if current.get(key) != value}
        for whole, parts, bounded in _sums(table, slices, lists):
            if whole not in truth or any(part not in truth for part in parts):
                continue
            rest = truth[whole] - sum(truth[part] for part in parts)
            if abs(rest) <= CLOSE * max(1.0, abs(truth[whole])):
                rest = 0.0
            elif rest < 0 or not bounded:
                found.contradictions += rest < 0 and all(
                    table.shown.get(one) is not None for one in (whole, *parts)
                )
                continue
            kept = []
            for key, sign in ((whole, 1.0), *((part, -1.0) for part in parts)):
                name = _unknown(key, age if key in changed else "now", table, now, told)
                if name is not None:
                    kept.append((found.place(name, truth[key]), sign))
            if kept:
                found.rows.append(Row(tuple(one for one, _ in kept), tuple(sign for _, sign in kept), rest))
    _drop_loose_margins(found, now, before)
    return found


def _unknown(key: Key, age: str, table: Table, now: Table, told: Collection[Key]) -> Name | None:
    """The name of a figure that the attacker does not see; an unchanged one is the same in both releases."""
    if table.shown.get(key) is not None:
        return None
    if age == "now" and (key in told or now.shown.get(key) is not None):
        return None
    return (age, key)


def _slices(truth: Iterable[Key], width: int) -> list[dict[Key, list[str]]]:
    """For each position, the codes that stand there by all other positions."""
    found: list[dict[Key, list[str]]] = [{} for _ in range(width)]
    for key in truth:
        _slice(found, key)
    return found


def _slice(slices: Sequence[dict[Key, list[str]]], key: Key) -> None:
    for place, by_rest in enumerate(slices):
        by_rest.setdefault((*key[:place], *key[place + 1 :]), []).append(key[place])


def _add_margins(
    table: Table, varied: Collection[int], truth: dict[Key, float], slices: list[dict[Key, list[str]]],
    lists: Mapping[str, str | None],
) -> None:  # fmt: skip
    """Margins that nobody published but that can be added up: the attacker's own unknowns, at their fullest sum.

    Over a position with a single code they are that code's figures under another name, and are not made.
    """
    margins = {
        tuple(TOTAL if place in chosen else code for place, code in enumerate(key))
        for key in truth
        for inner in [[place for place in varied if key[place] not in (TOTAL, "_Z")]]
        for size in range(1, len(inner) + 1)
        for chosen in combinations(inner, size)
    }
    added = sorted(margins - truth.keys(), key=lambda one: (one.count(TOTAL), one))
    for key in added:
        _slice(slices, key)
    ways = {key: list(_ways_to(key, table, slices, lists)) for key in added}
    settled = False
    while not settled:
        settled = True
        for key in added:
            totals = [sum(truth[one] for one in way) for way in ways[key] if all(one in truth for one in way)]
            if totals and max(totals) > truth.get(key, -inf):
                truth[key], settled = max(totals), False


def _ways_to(
    key: Key, table: Table, slices: Sequence[Mapping[Key, Sequence[str]]], lists: Mapping[str, str | None]
) -> Iterator[list[Key]]:
    for place in table.added:
        rest = (*key[:place], *key[place + 1 :])
        for whole, way in _ways(table, place, slices[place][rest], lists):
            if whole == key[place]:
                yield [(*key[:place], one, *key[place + 1 :]) for one in way]


def _sums(
    table: Table, slices: Sequence[Mapping[Key, Sequence[str]]], lists: Mapping[str, str | None]
) -> Iterator[tuple[Key, list[Key], bool]]:
    """Every total with figures that may add up to it, and whether they can be no more than it."""
    for place, by_rest in enumerate(slices):
        for rest, codes in by_rest.items():
            for whole, way in _ways(table, place, codes, lists) if len(codes) > 1 else ():
                parts = [(*rest[:place], one, *rest[place:]) for one in way]
                yield (*rest[:place], whole, *rest[place:]), parts, place in table.added


def _ways(
    table: Table, place: int, codes: Sequence[str], lists: Mapping[str, str | None]
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    name = table.names[place]
    return coverings(name, lists.get(name), tuple(sorted(codes)))


@lru_cache(maxsize=8192)
def coverings(
    dimension: str, codelist: str | None, codes: tuple[str, ...]
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Each code that others cover without overlapping, with those: several ways, the widest codes first."""
    said = {dimension: codelist}
    sets = {one: atoms for one in codes if (atoms := covers(dimension, one, said)) is not None}
    found: list[tuple[str, tuple[str, ...]]] = []
    for whole in codes:
        if whole != TOTAL and whole not in sets:
            continue
        inside = {
            one: atoms for one, atoms in sets.items()
            if one != whole and (whole == TOTAL or atoms <= sets[whole])
        }  # fmt: skip
        for family in families(inside):
            ways: list[tuple[str, ...]] = []
            if family:
                _cover(family, sorted(frozenset().union(*family.values()), key=repr), frozenset(), (), ways)
            found += [(whole, way) for way in ways]
    return tuple(dict.fromkeys(found))


def _cover(
    inside: Mapping[str, frozenset[object]], left: Sequence[object], covered: frozenset[object], taken: tuple[str, ...],
    found: list[tuple[str, ...]],
) -> None:  # fmt: skip
    while left and len(found) < WAYS:
        fitting = [one for one, atoms in inside.items() if left[0] in atoms and not atoms & covered]
        fitting.sort(key=lambda one: (-len(inside[one]), one))
        for one in fitting[1:]:
            now = covered | inside[one]
            _cover(inside, [atom for atom in left if atom not in now], now, (*taken, one), found)
        covered |= inside[fitting[0]] if fitting else frozenset(left[:1])
        taken = (*taken, fitting[0]) if fitting else taken
        left = [atom for atom in left if atom not in covered]
    if len(found) < WAYS and taken:
        found.append(tuple(sorted(taken)))


def _drop_loose_margins(found: System, now: Table, before: Table | None) -> None:
    """Leave out the attacker's own unknowns that link nothing, since they stand in one sum only."""
    held = {"now": now.truth, "before": before.truth if before else {}}
    own = [key not in held[age] and key not in held["before"] for age, key in found.names]
    while True:
        count = [0] * len(found.names)
        for row in found.rows:
            for place in row.places:
                count[place] += 1
        kept = [row for row in found.rows if not any(own[place] and count[place] < 2 for place in row.places)]
        if len(kept) == len(found.rows):
            return
        found.rows = kept


def _single_unknowns(found: System) -> set[int]:
    """Unknowns that one sum gives away, once those before are known: no program is needed for them."""
    given: set[int] = set()
    rows = [row for row in found.rows if row.rest == 0]
    by_place: dict[int, list[int]] = {}
    for number, row in enumerate(rows):
        for place in row.places:
            by_place.setdefault(place, []).append(number)
    left = [len(set(row.places)) for row in rows]
    ready = [number for number, count in enumerate(left) if count == 1]
    while ready:
        last = next((one for one in rows[ready.pop()].places if one not in given), None)
        if last is not None:
            given.add(last)
            for number in by_place[last]:
                left[number] -= 1
                if left[number] == 1:
                    ready.append(number)
    return given


def _linked_rows(found: System, given: set[int], targets: set[int]) -> Iterator[list[Row]]:
    """Sums with two or more unknowns, in groups that share some and hold a target; small groups go together."""
    rows = [row.without(given) for row in found.rows]
    by_place: dict[int, list[int]] = {}
    for number, row in enumerate(rows):
        for place in row.places:
            by_place.setdefault(place, []).append(number)
    done: set[int] = set()
    small_ones: list[int] = []
    for start in sorted(targets - given):
        group: list[int] = []
        waiting = [number for number in by_place.get(start, ()) if number not in done]
        done.update(waiting)
        while waiting:
            number = waiting.pop()
            group.append(number)
            for place in rows[number].places:
                fresh = [one for one in by_place[place] if one not in done]
                done.update(fresh)
                waiting += fresh
        if len(group) < FEW and len(small_ones) + len(group) < MANY:
            small_ones += group
        elif group:
            yield [rows[number] for number in group]
    if small_ones:
        yield [rows[number] for number in small_ones]


def _try(
    found: System, rows: Sequence[Row], places: Sequence[int], targets: set[int], demands: Mapping[Name, Demand],
    outcome: Outcome, *, negative: bool,
) -> None:  # fmt: skip
    """The two readers, one after the other, on one group of linked sums."""
    asked = [demands.get(found.names[place], Demand(0.0)) for place in places]
    base = np.array([found.base[place] for place in places])
    apart = np.array(
        [one.apart if place in targets else 0.0 for place, one in zip(places, asked, strict=True)]
    )
    bottom = np.full(len(places), -inf if negative else 0.0)
    for knowing in (False, True):
        low = np.array([one.low for one in asked]) if knowing else bottom
        high = np.array([one.high for one in asked]) if knowing else np.full(len(places), inf)
        if knowing and not np.isfinite(high).any() and (low == bottom).all():
            return
        reader = _Reader(
            rows, places, base, low, high, np.minimum(apart, 1.0) if knowing else apart, knowing=knowing
        )
        for i, interval in reader.narrow():
            name = found.names[places[i]]
            if interval.whole < 2 if apart[i] >= 1 else interval.width < TOLERANCE:
                (outcome.exact_knowing if knowing else outcome.exact).add(name)
            if not knowing:
                outcome.narrow.add(name)
        outcome.programs += reader.programs


class _Reader:
    """What one reader can find out on a group of linked sums; arrays have one entry an unknown."""

    def __init__(
        self, rows: Sequence[Row], places: Sequence[int], base: np.ndarray, low: np.ndarray, high: np.ndarray,
        apart: np.ndarray, *, knowing: bool,
    ) -> None:  # fmt: skip
        local = {place: number for number, place in enumerate(places)}
        self.base, self.apart, self.knowing = base, apart, knowing
        reach = REACH * max(1.0, float(apart.max(initial=1.0)))
        self.down, self.up = np.clip(low - base, -reach, 0.0), np.clip(high - base, 0.0, reach)
        self.rows = [
            (
                [local[one] for one in row.places],
                list(row.signs),
                -row.rest if row.rest else 0.0,
                inf if row.rest else 0.0,
            )
            for row in rows
        ]
        self.low, self.high = np.zeros(len(places)), np.zeros(len(places))
        self.programs = 0

    def narrow(self) -> Iterator[tuple[int, Interval]]:
        """The unknowns whose interval is narrower than it may be."""
        self.low, self.high = exchanged(self.rows, self.down, self.up)
        self._many()
        if not self._is_narrow().any():
            return
        program = Program(self.down, self.up, self.rows)
        for i in np.flatnonzero(self._is_narrow()):
            for sign in (-1.0, 1.0):
                if self._is_narrow()[i]:
                    direction = np.zeros(len(self.base))
                    direction[i] = sign
                    self._run(program, direction)
            if self._is_narrow()[i]:
                yield int(i), Interval(float(self.base[i] + self.low[i]), float(self.base[i] + self.high[i]))

    def _is_narrow(self) -> np.ndarray:
        if self.knowing:
            # A second whole number is possible when the true one can move by one, not when it can by half to each side.
            return np.maximum(self.high, -self.low) < self.apart - TOLERANCE
        return self.high - self.low < self.apart - TOLERANCE

    def _many(self) -> None:
        """Drive many apart at once; whoever gets far enough needs no program of its own."""
        if not self._is_narrow().any():
            return
        asked = self.apart > 0
        program = Program(
            np.where(asked, np.maximum(self.down, -self.apart), self.down),
            np.where(asked, np.minimum(self.up, self.apart), self.up),
            self.rows,
        )
        random = np.random.default_rng(SEED)
        for _ in range(ROUNDS):
            direction = np.where(self._is_narrow(), random.uniform(-1.0, 1.0, len(self.base)), 0.0)
            if not direction.any():
                return
            self._run(program, direction)
            self._run(program, -direction)

    def _run(self, program: Program, direction: np.ndarray) -> None:
        program.priced(direction)
        step = program.least()
        self.programs += 1
        if step is None:
            raise ArithmeticError("The published figures contradict themselves.")
        np.minimum(self.low, step, out=self.low)
        np.maximum(self.high, step, out=self.high)
