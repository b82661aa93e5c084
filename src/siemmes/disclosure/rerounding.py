"""Rounded figures that a sum would give away go to the other of their two multiples.

Chance rounds every figure by itself. Now and then it takes all parts of a sum as far down as they go and their total as far up,
or the other way round: women 0, men 0, together 6 can only be two and two. Of such a sum one figure, its total first, is
rounded the other way, so that no sum by itself says what any of its figures is. It may say that some are likelier than others.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from siemmes.disclosure.attacking import coverings
from siemmes.disclosure.coverage import BESIDE, TOTAL
from siemmes.disclosure.parting import layers

#: How often sums are looked through again after figures were rounded the other way.
ROUNDS = 12
#: Of the numbers that stand for codes when the figures of one line are looked up.
_SEED = 20030103


@dataclass(frozen=True)
class Sums:
    """Sums of as many parts each, by the places of their figures: `whole` has one entry a sum, `parts` one row."""

    whole: np.ndarray
    parts: np.ndarray


def adding_up(
    names: Sequence[str],
    columns: Sequence[pa.DictionaryArray],
    along: Collection[str],
    values: np.ndarray,
    lists: Mapping[str, str | None],
) -> list[Sums]:
    """The sums that hold in the true figures, along one dimension each.

    Args:
        names, columns: the dimensions, and each figure's code in them.
        along: those dimensions along which figures may add up.
        values: the true figures; NaN where none is known.
    """
    random = np.random.default_rng(_SEED)
    drawn = [
        random.integers(0, 2**63, max(1, len(column.dictionary)), dtype=np.uint64)[column.indices.to_numpy()]
        for column in columns
    ]
    whole = sum(drawn, np.zeros(len(values), np.uint64))
    found = []
    for name, column, own in zip(names, columns, drawn, strict=True):
        if name not in along:
            continue
        labels = column.dictionary.to_pylist()
        for places, codes in _slices(whole - own, column.indices.to_numpy()):
            for head, parts in coverings(name, lists.get(name), tuple(labels[one] for one in codes)):
                at = {labels[one]: number for number, one in enumerate(codes)}
                heads, members = places[:, at[head]], places[:, [at[one] for one in parts]]
                holds = values[heads] == values[members].sum(axis=1)
                if holds.any():
                    found.append(Sums(heads[holds], members[holds]))
    return found


def _slices(rest: np.ndarray, codes: np.ndarray) -> Iterator[tuple[np.ndarray, tuple[int, ...]]]:
    """Figures that differ in one dimension alone: lines with the same codes together, as places by code."""
    order = np.lexsort((codes, rest))
    starts = np.flatnonzero(np.diff(rest[order], prepend=~rest[order[:1]] if len(order) else 0))
    lengths = np.diff(np.append(starts, len(order)))
    for length in np.unique(lengths[lengths > 1]):
        lines = order[starts[lengths == length][:, None] + np.arange(length)]
        kinds, kind = np.unique(codes[lines], axis=0, return_inverse=True)
        for number, one in enumerate(kinds):
            yield lines[kind.reshape(-1) == number], tuple(one.tolist())


def may_add_up(dimension: str, codes: Sequence[str], lists: Mapping[str, str | None], *, added: bool) -> bool:
    """Whether some of these codes can stand in one sum.

    Args:
        added: whether they add up to a total that need not be there.
    """
    if TOTAL in codes:
        return len({*codes} - {BESIDE}) > 1
    found = layers(dimension, tuple(sorted(codes)), tuple(sorted(lists.items())), added=added)
    return len(set(found)) < len(codes)


def other_way(
    sums: Sequence[Sums], values: np.ndarray, shown: np.ndarray, settled: np.ndarray, base: int, bottom: float
) -> tuple[np.ndarray, int]:
    """The figures as they are shown once no sum gives one away, and how many sums still do.

    Sums of which an earlier release showed every figure so are not counted: what they tell is told.

    Args:
        shown: the rounded figures; NaN for one that is not shown.
        settled: figures that an earlier release showed so, with the same value, and zeros.
        bottom: what a figure cannot be less than.
    """
    now, fixed = shown.copy(), settled | (values % base == 0) | np.isnan(shown)
    for _ in range(ROUNDS):
        moved = False
        for members in list(_telling(sums, now, base, bottom)):
            if not _tells(members, now, base, bottom):
                continue  # a figure that it shares with another sum has moved by now
            one = next((one for one in members if not fixed[one]), None)
            if one is not None:
                low = values[one] - values[one] % base
                now[one], fixed[one], moved = 2 * low + base - now[one], True, True
        if not moved:
            break
    return now, sum(not settled[members].all() for members in _telling(sums, now, base, bottom))


def _telling(sums: Sequence[Sums], shown: np.ndarray, base: int, bottom: float) -> Iterator[list[int]]:
    """The sums that leave one possibility: their figures, the total first, then the largest part."""
    far = base - 1
    for one in sums:
        low, high = np.maximum(shown[one.parts] - far, bottom), shown[one.parts] + far
        above = high.sum(axis=1) - np.maximum(shown[one.whole] - far, bottom)
        below = shown[one.whole] + far - low.sum(axis=1)
        for number in np.flatnonzero((above < 1) | (below < 1)):
            parts = one.parts[number]
            yield [int(one.whole[number]), *parts[np.argsort(-shown[parts], kind="stable")].tolist()]


def _tells(members: Sequence[int], shown: np.ndarray, base: int, bottom: float) -> bool:
    one = Sums(np.array(members[:1]), np.array([members[1:]]))
    return any(True for _ in _telling([one], shown, base, bottom))
