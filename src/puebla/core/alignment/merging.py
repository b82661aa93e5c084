"""Two people changed one text: both kept, joined by words where they do not touch, set side by side where they do.

The way of diff3: what stands unchanged in both divides the text into stretches; in each, who changed it alone is followed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher


@dataclass(frozen=True)
class Change:
    """A stretch of words that both share, that is new, or that is gone: `same`, `new`, `gone`."""

    kind: str
    words: str


@dataclass(frozen=True)
class Merge:
    """What two people made of one text.

    Attributes:
        base: from what both began. theirs: what stands now. yours: what was written meanwhile.
        proposal: both together; where they touch the same words, theirs and yours each in square brackets, as drafts
            mark what is not settled.
        overlaps: in how many places that was so.
    """

    base: str
    theirs: str
    yours: str
    proposal: str
    overlaps: int


def merged(base: str, theirs: str, yours: str) -> Merge:
    """Both changes in one text; no word that either wrote is left out.

    >>> merged("by 1 May in San José", "by 30 May in San José", "by 1 May in Panama").proposal
    'by 30 May in Panama'
    """
    stretches = list(_stretches(base.split(), theirs.split(), yours.split()))
    words: list[str] = []
    overlaps = 0
    for was, one, other in stretches:
        if was == one or one == other:
            words += other
        elif was == other:
            words += one
        else:
            overlaps += 1
            words += [f"[{' '.join(side)}]" for side in (one, other) if side]
    return Merge(base, theirs, yours, " ".join(words), overlaps)


def _stretches(
    base: Sequence[str], one: Sequence[str], other: Sequence[str]
) -> Iterator[tuple[list[str], list[str], list[str]]]:
    """The three texts cut at what all have in common, in order: nothing is left out of any."""
    at = (0, 0, 0)
    for start, in_one, in_other, length in _shared(base, one, other):
        yield list(base[at[0] : start]), list(one[at[1] : in_one]), list(other[at[2] : in_other])
        common = list(base[start : start + length])
        yield common, common, common
        at = (start + length, in_one + length, in_other + length)


def _shared(
    base: Sequence[str], one: Sequence[str], other: Sequence[str]
) -> Iterator[tuple[int, int, int, int]]:
    """Stretches of the base that stand unchanged in both; at last an empty one at the end of all."""
    left, right = (
        SequenceMatcher(None, base, side, autojunk=False).get_matching_blocks() for side in (one, other)
    )
    i = j = 0
    while i < len(left) and j < len(right):
        a, b = left[i], right[j]
        start, end = max(a.a, b.a), min(a.a + a.size, b.a + b.size)
        if end > start:
            yield start, a.b + start - a.a, b.b + start - b.a, end - start
        if a.a + a.size < b.a + b.size:
            i += 1
        else:
            j += 1
    yield len(base), len(one), len(other), 0


def changes(before: str, after: str) -> list[Change]:
    """What became of a text, by words.

    >>> [(one.kind, one.words) for one in changes("by 1 May", "by 30 May")]
    [('same', 'by'), ('gone', '1'), ('new', '30'), ('same', 'May')]
    """
    old, new = before.split(), after.split()
    found: list[Change] = []
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append(Change("same", " ".join(old[a:b])))
            continue
        if b > a:
            found.append(Change("gone", " ".join(old[a:b])))
        if d > c:
            found.append(Change("new", " ".join(new[c:d])))
    return found
