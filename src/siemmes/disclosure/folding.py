"""A block protected: figures hidden until none can be found, and categories folded away where hiding is not enough.

Four people in four cells of one each under a hidden total of four: who knows the threshold knows them all, however much is
hidden. Then the cells leave the table altogether, and only their total stays, hidden; nothing says any more that there are
four of them. The same is done where earlier releases have shown too much.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from siemmes.disclosure.coverage import TOTAL
from siemmes.disclosure.histories import Linked
from siemmes.disclosure.relations import Block, Line
from siemmes.disclosure.sparing import spare
from siemmes.disclosure.suppressing import Figures, Left, complement

#: A table has no more levels than this to be folded one by one.
LEVELS = 24


@dataclass
class Choice:
    """What became of a block's figures, by place.

    Attributes:
        hidden: not shown.
        folded: gone from the table, by the dimension along which they were folded into their total.
        open: of those, the ones that earlier releases give away whatever is done now.
    """

    hidden: set[int] = field(default_factory=set)
    folded: dict[int, str] = field(default_factory=dict)
    open: set[int] = field(default_factory=set)


def protect_block(now: Block, beside: Linked) -> Choice:
    """Hide and fold until every figure of the block is protected; then show again what was hidden in vain."""
    about, choice = beside.figures, Choice()
    first = set(np.flatnonzero(about.hidden).tolist())
    for _ in range(LEVELS):
        left = complement(about, beside.lines)
        if not _fold(now, beside, left, choice):
            break
    spare(about, beside.lines, first.union(choice.folded))
    choice.hidden = {place for place in range(now.sent) if about.hidden[place] and place not in choice.folded}
    return choice


def _fold(now: Block, beside: Linked, left: Left, choice: Choice) -> bool:
    """Fold what is left; whether anything was.

    The parts of a sum go first. Where they are gone already and it does not help, since the release before had them, their
    totals go as well; then whatever is hidden around, then whatever is shown there.
    """
    about = beside.figures
    done = False
    for lost, places in ((False, left.knowing - left.plain), (True, left.plain)):
        lines = _innermost(now, beside.lines, places)
        parts = [(part, line.by) for line in lines for part in line.parts]
        fresh = [one for one in parts if _can_fold(now, about, one[0], choice)]
        if not fresh:
            heads = [(line.whole, line.by) for line in beside.lines if places.intersection(line.parts)]
            fresh = [one for one in heads if _can_fold(now, about, one[0], choice)]
        if not fresh and places:
            around = [one for one in _around(beside.lines, places) if _can_fold(now, about, one[0], choice)]
            fresh = [one for one in around if about.hidden[one[0]]] or around
        for place, by in fresh:
            choice.folded[place] = by
            about.hidden[place] = True
            about.floor[place], about.ceiling[place] = about.bottom[place], float("inf")
        done = done or bool(fresh)
        for place in places if lost else ():
            if place in choice.folded and place not in choice.open:
                about.free[place] = True
                choice.open.add(place)
                done = True
    return done


def _around(lines: Sequence[Line], places: Iterable[int]) -> list[tuple[int, str]]:
    """The figures of the sums that these are in, and of the sums that share a figure with those."""
    near = set(places)
    for _ in range(2):
        near |= {place for line in lines if near.intersection(line.places()) for place in line.places()}
    by = {place: line.by for line in lines for place in line.places()}
    return [(place, by[place]) for place in sorted(near) if place in by]


def _can_fold(now: Block, about: Figures, place: int, choice: Choice) -> bool:
    return place < now.sent and not about.fixed[place] and place not in choice.folded


def _innermost(now: Block, lines: Sequence[Line], places: Iterable[int]) -> list[Line]:
    """For each of the innermost figures among these, the sum that it is part of: one whose total is among them, if any."""
    among = {place for place in places if place < now.sent}
    heads = {line.whole for line in lines if any(part in among for part in line.parts)}
    inner = {place for place in among if place not in heads} or among
    found: dict[tuple[int, tuple[int, ...]], Line] = {}
    for place in sorted(inner, key=lambda one: (now.keys[one].count(TOTAL), one)):
        within = [line for line in lines if place in line.parts]
        if within:
            line = min(
                within, key=lambda one: (one.whole not in among, not one.exact, len(one.parts), one.whole)
            )
            found[line.whole, line.parts] = line
    return list(found.values())
