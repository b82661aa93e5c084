"""The tree of a text: sections, paragraphs, items; their order, the numbers shown, and the anchors that never change.

What is shown is computed: paragraphs are numbered through the text, items are lettered below theirs. An anchor is given
once, when a paragraph is added, and stays its address wherever it is moved to, and after it was removed.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

HEADING, PARAGRAPH, ITEM = "heading", "paragraph", "item"
PREAMBULAR = "preambular"
#: How deep items lie below a paragraph: (a), then (i).
DEEPEST_ITEM = 2


# Order -------------------------------------------------------------------------------------------------------------

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
#: Figures of a place that count upwards where texts grow: at their end.
_WIDTH = 4


def between(low: str, high: str) -> str:
    """A place between two others, so that nothing else has to move; an empty one is the beginning, or the end.

    Places are compared as text. None ends with "0", so that there is always room below.
    """
    if not high:
        return _next(low)
    place = ""
    for position in range(max(len(low), len(high)) + 1):
        a = _DIGITS.index(low[position]) if position < len(low) else 0
        b = _DIGITS.index(high[position]) if position < len(high) else 0
        if b - a > 1:
            return place + _DIGITS[(a + b) // 2]
        place += _DIGITS[a]
        if a != b:
            # No digit between: one more below the lower one, where the upper one sets no bound any more.
            return place + _above(low[position + 1 :])
    raise ValueError(f"no place between {low!r} and {high!r}")


def _above(low: str) -> str:
    """Somewhere above, as short as can be."""
    for position, digit in enumerate(low):
        middle = (_DIGITS.index(digit) + len(_DIGITS)) // 2
        if middle > _DIGITS.index(digit):
            return low[:position] + _DIGITS[middle]
    return low + _DIGITS[len(_DIGITS) // 2]


def _next(low: str) -> str:
    """A place at the end: counted, so that the places of a long text stay short."""
    count = int(low[:_WIDTH].ljust(_WIDTH, "0"), 36) + 1
    if count >= 36**_WIDTH:
        return low + _DIGITS[len(_DIGITS) // 2]
    figures = ""
    for _ in range(_WIDTH):
        count, rest = divmod(count, 36)
        figures = _DIGITS[rest] + figures
    return figures + _DIGITS[len(_DIGITS) // 2]


# Numbers -----------------------------------------------------------------------------------------------------------


@dataclass
class Node:
    """A paragraph in its place.

    Attributes:
        number: how it is cited: "12", "12(b)", "12(b)(ii)"; empty for a heading and what stands before the numbers.
        label: what is set before its words: "12.", "(b)".
        depth: how far it lies below the root.
        rank: the place of it among those of its kind under its parent, from 1; of paragraphs, in the whole text.
    """

    paragraph: Any
    number: str
    label: str
    depth: int
    rank: int
    parent: "Node | None" = field(default=None, repr=False)
    children: "list[Node]" = field(default_factory=list, repr=False)


def in_order(paragraphs: Iterable[Any]) -> list[Node]:
    """The paragraphs as they are read, each after the one it belongs to, with the numbers shown."""
    below: dict[int | None, list[Any]] = {}
    for one in paragraphs:
        below.setdefault(one.parent_id, []).append(one)
    for siblings in below.values():
        siblings.sort(key=lambda one: (one.place, one.serial))
    count = _Count()
    return list(_walk(below, None, count))


@dataclass
class _Count:
    """How many were met so far in the whole text."""

    numbered: int = 0


def _walk(below: dict[int | None, list[Any]], parent: Node | None, count: _Count) -> Iterator[Node]:
    items = unnumbered = 0
    for one in below.get(parent.paragraph.pk if parent else None, ()):
        depth = parent.depth + 1 if parent else 0
        if one.kind == ITEM and parent is not None:
            items += 1
            node = _item(one, parent, items, depth)
        elif is_numbered(one):
            count.numbered += 1
            node = Node(one, str(count.numbered), f"{count.numbered}.", depth, count.numbered, parent)
        else:
            unnumbered += 1
            node = Node(one, "", "", depth, unnumbered, parent)
        if parent is not None:
            parent.children.append(node)
        yield node
        yield from _walk(below, node, count)


def is_numbered(one: Any) -> bool:
    """Whether it takes part in the numbers of the text: recitals before the first of them do not."""
    return bool(one.kind == PARAGRAPH and one.function != PREAMBULAR)


def _item(one: Any, parent: Node, rank: int, depth: int) -> Node:
    sign = letters(rank) if parent.paragraph.kind != ITEM else roman(rank)
    return Node(one, f"{parent.number}({sign})", f"({sign})", depth, rank, parent)


def letters(rank: int) -> str:
    """The letter of an item: a … z, aa, ab …

    >>> [letters(n) for n in (1, 26, 27, 703)]
    ['a', 'z', 'aa', 'aaa']
    """
    written = ""
    while rank > 0:
        rank, rest = divmod(rank - 1, 26)
        written = chr(ord("a") + rest) + written
    return written


def rank_of(sign: str) -> int:
    """What a letter counts; the other way round of `letters`."""
    rank = 0
    for one in sign:
        rank = rank * 26 + ord(one) - ord("a") + 1
    return rank


_ROMAN = ((100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))


def roman(rank: int) -> str:
    """The small Roman number of an item below an item."""
    written = ""
    for value, sign in _ROMAN:
        times, rank = divmod(rank, value)
        written += sign * times
    return written


# Anchors -----------------------------------------------------------------------------------------------------------

_ANCHOR = re.compile(r"(?P<base>.*?)(?P<suffix>[A-Z]*)")


def anchor_for(node: Node, before: str, taken: Collection[str]) -> str:
    """The anchor of a paragraph that has just got its place: its number where that is free, and it is kept for ever.

    Where the number belongs to another already, it is named after the one before it, as law books do: 12A, 12B.

    Args:
        before: the anchor of the one before it of the same kind; empty where it is the first.
        taken: every anchor that this text ever gave.
    """
    one = node.paragraph
    if one.kind == HEADING or not node.number:
        sign = "s" if one.kind == HEADING else "p"
        return f"{sign}{max((_counted(anchor, sign) for anchor in taken), default=0) + 1}"
    prefix = f"{node.parent.paragraph.anchor}." if one.kind == ITEM and node.parent else ""
    wanted = prefix + node.label.strip("().")
    if wanted not in taken:
        return wanted
    found = _ANCHOR.fullmatch(before)
    base = found["base"] if found and before else f"{prefix}0"
    return next(name for name in (f"{base}{suffix}" for suffix in _suffixes()) if name not in taken)


def _counted(anchor: str, sign: str) -> int:
    rest = anchor.removeprefix(sign)
    return int(rest) if anchor.startswith(sign) and rest.isdecimal() else 0


def _suffixes() -> Iterator[str]:
    rank = 1
    while True:
        yield letters(rank).upper()
        rank += 1


# Places ------------------------------------------------------------------------------------------------------------


def may_hold(parent: Node | None, kind: str) -> bool:
    """Whether something of this kind may stand directly below: items below paragraphs and items, all else below sections."""
    if kind != ITEM:
        return parent is None or parent.paragraph.kind == HEADING
    if parent is None or parent.paragraph.kind == HEADING:
        return False
    return parent.paragraph.kind == PARAGRAPH or item_depth(parent) < DEEPEST_ITEM


def item_depth(node: Node) -> int:
    """How deep an item lies below its paragraph, from 1; 0 for what is none."""
    depth = 0
    at: Node | None = node
    while at is not None and at.paragraph.kind == ITEM:
        depth, at = depth + 1, at.parent
    return depth


def height_of(node: Node) -> int:
    """How many levels of items lie below."""
    return 1 + max(map(height_of, node.children)) if node.children else 0


def parent_after(node: Node | None, kind: str) -> Node | None:
    """Below what something of this kind stands that is put after this one, as a reader sees it.

    After a heading a paragraph is the first of its section, after an item it follows the item's paragraph; a heading stands
    beside the one whose section it is put into.
    """
    if node is None:
        return None
    if kind == ITEM:
        return node if node.paragraph.kind == PARAGRAPH else node.parent
    at: Node | None = node
    while at is not None and at.paragraph.kind != HEADING:
        at = at.parent
    if kind == HEADING:
        return at.parent if at is not None else None
    return at


def place_after(
    node: Node | None, kind: str, living: Sequence[Node], moved: int | None = None
) -> tuple[Node | None, str]:
    """Parent and place of something of this kind put after this one.

    Args:
        living: the whole text in order. moved: key of the paragraph that moves, which makes room for itself.
    """
    parent = parent_after(node, kind)
    siblings = [one for one in living if one.parent is parent and one.paragraph.pk != moved]
    at = node
    while at is not None and at.parent is not parent:
        at = at.parent
    if kind == HEADING and at is None:
        # The first section stands after what stands in none.
        loose = [one for one in siblings if one.paragraph.kind != HEADING]
        at = loose[-1] if loose else None
    if at is None or at is parent:
        return parent, between("", siblings[0].paragraph.place if siblings else "")
    index = next(n for n, one in enumerate(siblings) if one is at)
    low = at.paragraph.place
    after = next((one.paragraph.place for one in siblings[index + 1 :] if one.paragraph.place > low), "")
    return parent, between(low, after)


def following(node: Node | None, living: Sequence[Node]) -> list[Node]:
    """What a new heading takes over that is put after this one: all that follows in the same section."""
    section = parent_after(node, PARAGRAPH)
    at = node
    while at is not None and at.parent is not section:
        at = at.parent
    below = [one for one in living if one.parent is section and one.paragraph.kind != HEADING]
    index = next((number for number, one in enumerate(below) if one is at), -1)
    return below[index + 1 :]


def targets(living: Sequence[Node], kind: str, moved: Node | None = None) -> list[Node | None]:
    """After what something of this kind may be put, in reading order; None is the beginning."""
    height = height_of(moved) if moved is not None and kind == ITEM else 0
    found: list[Node | None] = [] if kind == ITEM else [None]
    for node in living:
        if moved is not None and is_within(node, moved):
            continue
        if kind == HEADING and node.paragraph.kind != HEADING:
            continue
        if kind != ITEM and node.paragraph.kind == ITEM:
            continue
        parent = parent_after(node, kind)
        deep = item_depth(parent) + 1 + height if kind == ITEM and parent is not None else 0
        if may_hold(parent, kind) and deep <= DEEPEST_ITEM:
            found.append(node)
    return found


def is_within(node: Node, other: Node) -> bool:
    """Whether it is the other, or lies below it."""
    at: Node | None = node
    while at is not None:
        if at is other:
            return True
        at = at.parent
    return False


def standing_after(node: Node, living: Sequence[Node]) -> Node | None:
    """After which of the possible ones it stands now."""
    index = next(n for n, one in enumerate(living) if one is node)
    before = {id(one) for one in living[:index]}
    kind = node.paragraph.kind
    possible = [
        one
        for one in targets(living, kind, node)
        if one is not None and id(one) in before and parent_after(one, kind) is node.parent
    ]
    return possible[-1] if possible else None
