"""Two states of a text compared by anchor: what came, went, moved and was worded anew."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from puebla.core.alignment.merging import Change, changes
from puebla.texts.models import ParagraphVersion, tree

What = ParagraphVersion.What


@dataclass(frozen=True)
class Standing:
    """A paragraph as it stood at a moment, in the shape that the tree reads."""

    pk: int
    parent_id: int | None
    place: str
    serial: int
    kind: str
    function: str
    anchor: str
    words: Mapping[str, str]


@dataclass(frozen=True)
class Compared:
    """A paragraph in which something changed.

    Attributes:
        what: added, removed, worded, moved. before, after: its numbers. changes: by language.
    """

    anchor: str
    what: str
    before: str
    after: str
    changes: Mapping[str, list[Change]]


def state_at(versions: Iterable[ParagraphVersion], at: dt.datetime | None) -> list[tree.Node]:
    """The text as it stood at an instant, or as it stands now.

    Args:
        versions: in the order in which they were written.
    """
    last: dict[int, ParagraphVersion] = {}
    for version in versions:
        if at is None or version.at <= at:
            last[version.paragraph_id] = version
    return tree.in_order(
        Standing(
            one.paragraph_id, one.parent_id, one.place, one.paragraph.serial, one.kind, one.function, one.paragraph.anchor,
            one.words,
        )
        for one in last.values()
        if one.what != What.REMOVED
    )  # fmt: skip


def compare_states(
    before: Sequence[tree.Node], after: Sequence[tree.Node], languages: Sequence[str]
) -> list[Compared]:
    """What changed, in the order of the later state; what went stands after what it followed."""
    old = {node.paragraph.pk: node for node in before}
    new = {node.paragraph.pk: node for node in after}
    moved = {pk for pk in new if pk in old and _left(old[pk], new[pk])}
    for parent in {node.paragraph.parent_id for node in after}:
        stayed = [pk for pk in old if pk in new and pk not in moved and old[pk].paragraph.parent_id == parent]
        known = set(stayed)
        moved |= _out_of_order(stayed, [pk for pk in new if pk in known])
    found: list[Compared] = []
    for key in _interleaved(list(old), list(new)):
        was, now = old.get(key), new.get(key)
        words = _changes(was, now, languages)
        what = (
            "added"
            if was is None
            else "removed"
            if now is None
            else "worded"
            if words
            else "moved"
            if key in moved
            else ""
        )
        if what:
            node = now or was
            assert node is not None  # noqa: S101 - every key is of one of both
            found.append(
                Compared(
                    node.paragraph.anchor, what, was.number if was else "", now.number if now else "", words
                )
            )
    return found


def _left(was: tree.Node, now: tree.Node) -> bool:
    """Whether it lies below another."""
    return bool(was.paragraph.parent_id != now.paragraph.parent_id)


def _out_of_order(before: Sequence[int], after: Sequence[int]) -> set[int]:
    """What has to be taken out so that the rest stands in one order: as little as can be."""
    from difflib import SequenceMatcher

    kept = {
        before[block.a + offset]
        for block in SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
        for offset in range(block.size)
    }
    return set(after) - kept


def _interleaved(old: Sequence[int], new: Sequence[int]) -> list[int]:
    """The later order, with each that went after the one it followed."""
    result = list(new)
    standing = set(new)
    for index, key in enumerate(old):
        if key not in standing:
            before = old[index - 1] if index else None
            result.insert(result.index(before) + 1 if before is not None else 0, key)
            standing.add(key)
    return result


def _changes(
    was: tree.Node | None, now: tree.Node | None, languages: Sequence[str]
) -> dict[str, list[Change]]:
    first = was.paragraph.words if was else {}
    second = now.paragraph.words if now else {}
    return {
        code: changes(first.get(code, ""), second.get(code, ""))
        for code in languages
        if first.get(code, "") != second.get(code, "")
    }


def moments(versions: Sequence[ParagraphVersion]) -> list[dt.datetime]:
    """Moments worth comparing with, the latest first: the end of each spell of work, an hour's quiet apart."""
    found: list[dt.datetime] = []
    for version in versions:
        if found and version.at - found[-1] < dt.timedelta(hours=1):
            found[-1] = version.at
        else:
            found.append(version.at)
    return found[::-1][:60][1:]
