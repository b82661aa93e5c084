"""A block protected: figures hidden until none can be found, and categories folded away where hiding is not enough.

Four people in four cells of one each under a hidden total of four: who knows the threshold knows them all, however much is
hidden. Then the cells leave the table altogether, and only their total stays, hidden; nothing says any more that there are
four of them. The same is done where earlier releases have shown too much.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from siemmes.disclosure.coverage import TOTAL
from siemmes.disclosure.histories import Linked
from siemmes.disclosure.relations import Block, Line
from siemmes.disclosure.suppressing import Left, complement

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
    """Hide and fold until every figure of the block is protected."""
    about, choice = beside.figures, Choice()
    for _ in range(LEVELS):
        left = complement(about, beside.lines)
        if not _fold(now, beside, left, choice):
            break
    choice.hidden = {place for place in range(now.sent) if about.hidden[place] and place not in choice.folded}
    return choice


def _fold(now: Block, beside: Linked, left: Left, choice: Choice) -> bool:
    """Fold what is left; whether anything was."""
    about = beside.figures
    done = False
    for lost, places in ((False, left.knowing - left.plain), (True, left.plain)):
        for line in _innermost(now, beside.lines, places):
            for part in (one for one in line.parts if one < now.sent and not about.fixed[one]):
                done = done or part not in choice.folded or (lost and not about.free[part])
                choice.folded[part] = line.by
                about.hidden[part] = True
                about.floor[part], about.ceiling[part] = about.bottom[part], float("inf")
                if lost and part in places:
                    about.free[part] = True
                    choice.open.add(part)
    return done


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
