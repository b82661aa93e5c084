"""A block beside what an earlier release showed of it.

A figure that did not change is one and the same unknown in both releases; one that changed is two. What an earlier release
showed of an unchanged figure is known for ever; what it hid must stay unknown, and so must the difference.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from siemmes.disclosure.relations import Block, Key, Line
from siemmes.disclosure.suppressing import WIDTH, Figures, costs

#: A confidential figure, and an amount, must stay unknown within this share of itself.
SHARE = 0.2
#: What hiding a figure again costs, of what it costs to hide another one: readers are spared new gaps.
AGAIN = 0.3


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of the new release.

    Attributes:
        value: None where none was sent.
        reason: why it must be hidden; empty where it need not.
        threshold: under which it is small.
        known: whether an earlier release showed this very value.
        row: its place in the table that is protected.
    """

    value: float | None
    reason: str
    threshold: float
    known: bool
    row: int


@dataclass(frozen=True, slots=True)
class Past:
    """One figure of the release before.

    Attributes:
        value: what was sent; None where nothing was.
        shown: whether it was shown.
        reason: why it had to be hidden, as it is seen now; empty where it had not.
        threshold: under which it was small.
    """

    value: float | None
    shown: bool
    reason: str = ""
    threshold: float = 0.0


def secret(was: Past, now: Figure | None) -> bool:
    """Whether a figure of the release before must still not be found out, though another stands in its place now.

    What its sender has freed since is no secret any more; what was small was somebody's, and stays one.
    """
    freed = was.reason in BY_ORDER and now is not None and not now.reason
    return bool(was.reason) and not was.shown and not freed


#: Reasons for which a figure is hidden whatever its size; its margin is a share of it.
BY_ORDER = ("confidential", "embargo", "dominance")


@dataclass
class Linked:
    """The figures of both releases with the sums of both; the new ones first, in the block's order."""

    figures: Figures
    lines: list[Line]


def linked(
    now: Block, sent: Mapping[Key, Figure], before: Block | None, past: Mapping[Key, Past], *, kind: str
) -> Linked:
    """One set of figures and sums out of a block and the same block in the release before.

    Args:
        kind: what the flow's figures are: "count", "amount" or "balance".
    """
    lines = list(now.lines)
    added: list[tuple[Key, Past | None]] = []
    values: list[float] = []
    if before is not None:
        places = {key: place for place, key in enumerate(now.keys)}
        moved: dict[int, int] = {}
        for place, (key, value) in enumerate(zip(before.keys, before.values, strict=True)):
            same = places.get(key)
            if same is not None and now.values[same] == value:
                moved[place] = same
            elif value is not None:
                moved[place] = len(now.keys) + len(added)
                added.append((key, past.get(key)))
                values.append(value)
        have = {(line.whole, frozenset(line.parts)) for line in lines}
        for line in before.lines:
            again = Line(moved[line.whole], tuple(moved[one] for one in line.parts), line.rest, line.by)
            if (again.whole, frozenset(again.parts)) not in have:
                lines.append(again)
    return Linked(_figures(now, sent, past, added, values, kind), lines)


def _figures(
    now: Block, sent: Mapping[Key, Figure], past: Mapping[Key, Past], added: Sequence[tuple[Key, Past | None]],
    old: Sequence[float], kind: str
) -> Figures:  # fmt: skip
    count = len(now.keys) + len(added)
    values = np.array([value or 0 for value in now.values] + list(old), float)
    about = Figures(
        values=values, hidden=np.zeros(count, bool), fixed=np.zeros(count, bool), free=np.zeros(count, bool),
        margin=_margins(values, kind), floor=np.zeros(count), ceiling=np.full(count, np.inf),
        bottom=np.full(count, -np.inf if kind == "balance" else 0.0), cost=costs(values),
    )  # fmt: skip
    about.floor[:] = about.bottom
    for place, key in enumerate(now.keys):
        one = sent.get(key)
        if one is None or one.value is None:
            was = past.get(key)
            _told_before(
                about, place, was if was is not None and was.value == now.values[place] else None, one
            )
            continue
        about.fixed[place] = one.known
        about.hidden[place] = bool(one.reason)
        was = past.get(key)
        if was is not None and not was.shown and was.value == one.value:
            about.cost[place] *= AGAIN
        if one.reason in BY_ORDER:
            about.margin[place] = max(about.margin[place], SHARE * abs(one.value))
        _known_by_threshold(about, place, one.value, one.threshold, one.reason)
    for place, (key, was) in enumerate(added, start=len(now.keys)):
        _told_before(about, place, was, sent.get(key))
    return about


def _told_before(about: Figures, place: int, was: Past | None, now: Figure | None) -> None:
    """What the release before told of a figure that the new one does not show: nothing, where it had none."""
    about.fixed[place] = was is not None and was.shown
    about.hidden[place] = was is not None and secret(was, now)
    about.free[place] = not (about.fixed[place] or about.hidden[place])
    if was is not None and was.value is not None:
        _known_by_threshold(about, place, was.value, was.threshold, was.reason)


def _margins(values: np.ndarray, kind: str) -> np.ndarray:
    if kind == "amount":
        return SHARE * np.abs(values)
    return np.full(len(values), WIDTH)


def _known_by_threshold(about: Figures, place: int, value: float, threshold: float, reason: str) -> None:
    """What a reader who knows the threshold takes for granted: small ones are under it, others are not."""
    if threshold <= 1 or value <= 0 or reason in BY_ORDER:
        return
    if value < threshold:
        about.floor[place], about.ceiling[place] = 1.0, threshold - 1
    else:
        about.floor[place] = threshold
