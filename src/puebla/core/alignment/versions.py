"""Which paragraph of a later version of a text is which of an earlier one, where nothing but the words tells it."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

#: How much of their words two paragraphs share at least, of which one is the other worded anew.
ALIKE = 0.5
#: How far from its place such a paragraph is looked for: the work grows with the length of a text, not with its square.
NEAR = 12


def paired(before: Sequence[str], after: Sequence[str]) -> list[int | None]:
    """Of each later paragraph the place of the earlier one that it is; None where it is new.

    What stands unchanged is paired first, in order; then what stands unchanged elsewhere; then, between those, what is
    worded anew.

    >>> paired(["One went.", "Two members spoke.", "Three."], ["Two members spoke at length.", "Three.", "Four."])
    [1, 2, None]
    """
    old, new = [" ".join(one.split()) for one in before], [" ".join(one.split()) for one in after]
    found: list[int | None] = [None] * len(new)
    blocks = SequenceMatcher(None, old, new).get_matching_blocks()
    for block in blocks:
        for offset in range(block.size):
            found[block.b + offset] = block.a + offset
    _pair_moved(old, new, found)
    taken = {one for one in found if one is not None}
    bags: dict[str, Counter[str]] = {}
    for first, last, start, end in _gaps(blocks):
        left = [place for place in range(first, last) if place not in taken]
        right = [place for place in range(start, end) if found[place] is None]
        for mine, theirs in _alike(old, new, left, right, bags):
            found[theirs] = mine
    return found


def _pair_moved(old: Sequence[str], new: Sequence[str], found: list[int | None]) -> None:
    """Pair what is left and equal, wherever it stands: the first with the first."""
    taken = {one for one in found if one is not None}
    left: dict[str, list[int]] = defaultdict(list)
    for place in range(len(old) - 1, -1, -1):
        if place not in taken:
            left[old[place]].append(place)
    for place, words in enumerate(new):
        if found[place] is None and left.get(words):
            found[place] = left[words].pop()


def _gaps(blocks: Sequence[tuple[int, int, int]]) -> Iterator[tuple[int, int, int, int]]:
    """What lies between the blocks that stand unchanged: from and until in the earlier text, and in the later one."""
    at, there = 0, 0
    for block in blocks:
        first, second, size = block
        if first > at and second > there:
            yield at, first, there, second
        at, there = first + size, second + size


def _alike(
    old: Sequence[str], new: Sequence[str], left: Sequence[int], right: Sequence[int], bags: dict[str, Counter[str]],
) -> Iterator[tuple[int, int]]:  # fmt: skip
    """Pairs of one gap that share most of their words; the most alike first, each once."""
    slope = len(left) / len(right) if right else 0.0
    ranked = []
    for number, theirs in enumerate(right):
        middle = round(number * slope)
        for mine in left[max(0, middle - NEAR) : middle + NEAR + 1]:
            share = _share(_bag(old[mine], bags), _bag(new[theirs], bags))
            if share >= ALIKE:
                ranked.append((-share, abs(mine - theirs), mine, theirs))
    used: set[int] = set()
    done: set[int] = set()
    for _share_of, _off, mine, theirs in sorted(ranked):
        if mine not in used and theirs not in done:
            used.add(mine)
            done.add(theirs)
            yield mine, theirs


def _bag(words: str, bags: dict[str, Counter[str]]) -> Counter[str]:
    if words not in bags:
        bags[words] = Counter(words.casefold().split())
    return bags[words]


def _share(one: Counter[str], other: Counter[str]) -> float:
    """What part of their words both have, from 0 to 1."""
    total = one.total() + other.total()
    return 2 * (one & other).total() / total if total else 1.0
