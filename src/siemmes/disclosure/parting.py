"""Which figures of a block can tell anything of each other: a block falls into parts that no sum leads between.

Along a dimension whose codes lie apart, and whose total nobody sent, figures add up only to margins that stand nowhere; and any
sum of such margins is the sum of the same sums in each layer, so that it tells nothing that the layers do not tell. Each layer is
then a part of its own, and may fall apart further. (Where figures are missing inside, sums of layers can also agree by chance; nobody
can know that they do.) Most figures stand in parts that hold nothing to hide and are not looked at.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np
import pyarrow as pa

from siemmes.disclosure.coverage import BESIDE, TOTAL, WHEN, Atoms, covers, families

#: Of the numbers that stand for codes when the figures beside a figure are looked up; one that is drawn twice joins more parts.
_SEED = 20030102


def parts_of(
    blocks: np.ndarray,
    names: Sequence[str],
    columns: Sequence[pa.DictionaryArray],
    added: frozenset[str],
    lists: Mapping[str, str | None],
    beside: Sequence[np.ndarray],
) -> np.ndarray:
    """The part that each figure stands in, from 0.

    Args:
        blocks: the block of each figure.
        names, columns: the dimensions of a key and each figure's code in them.
        added: the dimensions whose codes add up to a total that need not be there.
        lists: the code list of each dimension.
        beside: by dimension, figures whose layers must stay together all the same (see `small_beside_empty`).
    """
    said = tuple(sorted(lists.items()))
    part = _numbered(blocks)
    count = 0
    while part.max(initial=-1) + 1 != count:
        count = int(part.max(initial=-1)) + 1
        for name, column, together in zip(names, columns, beside, strict=True):
            kept = np.zeros(int(part.max(initial=-1)) + 1, bool)
            kept[part[together]] = True
            layer = _layers(part, column, name, said, kept, added=name in added)
            part = _numbered(part.astype(np.int64) * (int(layer.max(initial=0)) + 1) + layer)
    return part


def small_beside_empty(
    blocks: np.ndarray,
    names: Sequence[str],
    columns: Sequence[pa.DictionaryArray],
    small: np.ndarray,
    empty: np.ndarray,
) -> list[np.ndarray]:
    """By dimension, the small groups that stand beside a zero there, and those zeros; periods are no such dimension."""
    random = np.random.default_rng(_SEED)
    drawn = [
        random.integers(0, 2**63, max(1, len(column.dictionary)), dtype=np.uint64)[column.indices.to_numpy()]
        for column in columns
    ]
    whole = sum(drawn, blocks.astype(np.uint64))
    found = []
    for name, own in zip(names, drawn, strict=True):
        rest = whole - own
        both = np.intersect1d(rest[small], rest[empty]) if name != WHEN else rest[:0]
        found.append((small | empty) & np.isin(rest, both))
    return found


def _numbered(values: np.ndarray) -> np.ndarray:
    return np.unique(values, return_inverse=True)[1].reshape(-1)


def _layers(
    part: np.ndarray, column: pa.DictionaryArray, name: str, lists: tuple[tuple[str, str | None], ...], kept: np.ndarray,
    *, added: bool
) -> np.ndarray:  # fmt: skip
    """The layer of each figure within its part, along one dimension."""
    labels = column.dictionary.to_pylist()
    width = max(1, len(labels))
    pairs, place = np.unique(part.astype(np.int64) * width + column.indices.to_numpy(), return_inverse=True)
    owner, code = pairs // width, pairs % width
    starts = np.flatnonzero(np.diff(owner, prepend=-1))
    ends = np.append(starts[1:], len(pairs))
    several = (ends - starts > 1) & ~kept[owner[starts]]
    layer = np.zeros(len(pairs), np.int64)
    for start, end in zip(starts[several], ends[several], strict=True):
        layer[start:end] = layers(name, tuple(labels[one] for one in code[start:end]), lists, added=added)
    return layer[place.reshape(-1)]


@lru_cache(maxsize=8192)
def layers(
    dimension: str, codes: tuple[str, ...], lists: tuple[tuple[str, str | None], ...], *, added: bool
) -> tuple[int, ...]:
    """For each code, a number that it shares with those that it can stand in a sum with.

    >>> lists = (("SEX", "CL_SEX"),)
    >>> layers("SEX", ("F", "M"), lists, added=True)
    (0, 1)
    >>> layers("SEX", ("F", "M", "_T", "_Z"), lists, added=True)
    (0, 0, 0, 3)
    """
    said = dict(lists)
    sets = {code: atoms for code in codes if (atoms := covers(dimension, code, said)) is not None}
    if added and TOTAL not in codes and _lie_apart(sets):
        return tuple(range(len(codes)))
    whole = added or TOTAL in codes
    found: list[int] = []
    for place, code in enumerate(codes):
        if code == BESIDE or (code not in sets and code != TOTAL):
            found.append(place)
            continue
        touched = {
            found[other]
            for other, one in enumerate(codes[:place])
            if one != BESIDE and (whole or (one in sets and sets[one] & sets[code]))
        }
        found = [min(touched) if number in touched else number for number in found]
        found.append(min(touched, default=place))
    return tuple(found)


def _lie_apart(sets: Mapping[str, Atoms]) -> bool:
    """Whether codes share nothing and belong to one breakdown."""
    apart = len(frozenset().union(*sets.values())) == sum(len(one) for one in sets.values())
    return apart and len(list(families(sets))) == 1
