"""The sums between the figures of a block, as its protector knows them.

A block is what can be added up: one reporter, one year, all of its tables. Where a margin stands between two tables but was
not sent (a total and its inner cells without the rows between), it is made as an unknown, so that no relation is missed.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

from siemmes.disclosure.coverage import TOTAL, sums
from siemmes.model.structures import Structure

Key = tuple[str, ...]
#: Sums of decimals are compared up to this share of the total.
CLOSE = 1e-9


@dataclass(frozen=True, slots=True)
class Line:
    """That a figure is the sum of others, or no less.

    Attributes:
        whole, parts: places of the figures.
        rest: what the parts lack of the whole: 0 where they add up to it.
        by: the dimension along which they do.
    """

    whole: int
    parts: tuple[int, ...]
    rest: float = 0
    by: str = ""

    @property
    def exact(self) -> bool:
        """Whether the parts add up to the whole."""
        return self.rest == 0

    def places(self) -> tuple[int, ...]:
        """Every figure in it."""
        return (self.whole, *self.parts)


@dataclass
class Block:
    """Figures that are protected together.

    Attributes:
        names: what the positions of a key are: dimensions, and `WHEN` for frequency with period.
        keys, values: the figures; None where no value was sent.
        lines: the sums between them that can tell of a figure; places from `sent` on are margins that were not sent.
        every: those and the ones that only say how much a margin is that nobody sent.
    """

    name: str
    names: tuple[str, ...]
    keys: list[Key]
    values: list[float | None]
    lines: list[Line] = field(default_factory=list)
    every: list[Line] = field(default_factory=list)
    sent: int = 0


def block(
    name: str, names: tuple[str, ...], figures: Mapping[Key, float | None], about: Structure,
    lists: Mapping[str, str | None], varied: Collection[str],
) -> Block:  # fmt: skip
    """A block with its sums.

    Args:
        varied: dimensions in which the block, or the release before, has more than one code: only over those are margins made.
    """
    keys = list(figures)
    found = Block(name, names, keys, [figures[key] for key in keys], sent=len(keys))
    _margins(found, [i for i, one in enumerate(names) if one in about.parts and one in varied])
    _sums(found, about, lists)
    found.every = found.lines
    _prune(found)
    return found


def _margins(found: Block, places: Sequence[int]) -> None:
    """Add the margins over these positions that were not sent, as figures without a value."""
    known = set(found.keys)
    for key in tuple(found.keys):
        inner = [i for i in places if key[i] not in (TOTAL, "_Z")]
        for chosen in product((False, True), repeat=len(inner)):
            margin = list(key)
            for i, folded in zip(inner, chosen, strict=True):
                if folded:
                    margin[i] = TOTAL
            wider = tuple(margin)
            if wider not in known:
                known.add(wider)
                found.keys.append(wider)
                found.values.append(None)


def _sums(found: Block, about: Structure, lists: Mapping[str, str | None]) -> None:
    """The lines of every table; margins not sent get the value of the fullest line that they head."""
    places = {key: place for place, key in enumerate(found.keys)}
    possible: dict[int, list[tuple[int, tuple[int, ...]]]] = {}
    for position, name in enumerate(found.names):
        slices: dict[Key, dict[str, int]] = {}
        for key, place in places.items():
            slices.setdefault((*key[:position], *key[position + 1 :]), {})[key[position]] = place
        for codes in slices.values():
            if len(codes) > 1:
                for code, parts in sums(name, tuple(codes), lists):
                    possible.setdefault(codes[code], []).append(
                        (position, tuple(codes[one] for one in parts))
                    )
    order = sorted(possible, key=lambda place: (found.keys[place].count(TOTAL), place))
    _value_margins(found, [whole for whole in order if whole >= found.sent], possible)
    found.lines = [
        line
        for whole in order
        for position, parts in possible[whole]
        if (
            line := _line(
                found, whole, parts, found.names[position], bounded=found.names[position] in about.parts
            )
        )
    ]


def _value_margins(
    found: Block, margins: Sequence[int], possible: Mapping[int, Sequence[tuple[int, tuple[int, ...]]]]
) -> None:
    """Give margins the value of their fullest sum; one may hang on another, so that it is done until nothing moves."""
    settled = False
    while not settled:
        settled = True
        for whole in margins:
            totals = [
                total for _, parts in possible[whole] if (total := _added(found.values, parts)) is not None
            ]
            before = found.values[whole]
            if totals and (before is None or max(totals) > before):
                found.values[whole], settled = max(totals), False


def _added(values: Sequence[float | None], parts: Sequence[int]) -> float | None:
    said = [values[part] for part in parts]
    return sum(one for one in said if one is not None) if None not in said else None


def _line(found: Block, whole: int, parts: tuple[int, ...], by: str, *, bounded: bool) -> Line | None:
    """The line that holds in these figures: a sum, a bound where parts are missing, or none."""
    total = found.values[whole]
    if total is None:
        return None
    known = tuple(part for part in parts if found.values[part] is not None)
    rest = total - sum(found.values[part] or 0 for part in known)
    if abs(rest) <= CLOSE * max(1.0, abs(total)):
        return Line(whole, known, 0, by) if known else None
    return Line(whole, known, rest, by) if bounded and rest > 0 and known else None


def _prune(found: Block) -> None:
    """Take away margins that link nothing: those not sent that stand in one line only."""
    while True:
        count = [0] * len(found.keys)
        for line in found.lines:
            for place in line.places():
                count[place] += 1
        lonely = {place for place in range(found.sent, len(found.keys)) if count[place] < 2}
        kept = [line for line in found.lines if not lonely.intersection(line.places())]
        if len(kept) == len(found.lines):
            return
        found.lines = kept
