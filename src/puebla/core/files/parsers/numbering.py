"""The numbers and letters that a word processor sets before paragraphs by itself: they stand nowhere in the words."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

#: How levels are counted, as Word and OpenDocument name it; whatever else they count by (bullets) is shown as nothing.
_FORMATS = {
    "decimal": "1", "lowerLetter": "a", "upperLetter": "A", "lowerRoman": "i", "upperRoman": "I",
    "decimalZero": "1", "1": "1", "a": "a", "A": "A", "i": "i", "I": "I",
}  # fmt: skip
_ROMAN = ((100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))
_MOST = 10_000


@dataclass(frozen=True)
class Level:
    """How one level of a list counts.

    Attributes:
        counts: "1", "a", "A", "i", "I"; empty for bullets. pattern: what is printed, "%2" where the second level's count stands.
    """

    counts: str
    pattern: str
    start: int = 1

    @classmethod
    def of(cls, name: str, pattern: str, start: str = "1") -> "Level":
        """A level as a file describes it."""
        return cls(_FORMATS.get(name, ""), pattern, int(start) if start.isdecimal() and len(start) < 5 else 1)


@dataclass
class Counter:
    """How far one list has counted."""

    levels: Mapping[int, Level]
    counts: dict[int, int] = field(default_factory=dict)

    def next(self, depth: int) -> str:
        """What is printed before the next paragraph of this depth, from 0; empty for bullets."""
        level = self.levels.get(depth)
        if level is None:
            return ""
        self.counts[depth] = min(self.counts.get(depth, level.start - 1) + 1, _MOST)
        for deeper in [one for one in self.counts if one > depth]:
            del self.counts[deeper]
        return (
            re.sub(r"%(\d)", lambda found: self._at(int(found[1]) - 1), level.pattern) if level.counts else ""
        )

    def _at(self, depth: int) -> str:
        level = self.levels.get(depth)
        return _written(self.counts.get(depth, level.start), level.counts) if level is not None else ""


def _written(number: int, counts: str) -> str:
    if counts in ("a", "A"):
        # Both count a … z, aa, bb.
        sign = chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1) if number > 0 else ""
        return sign.upper() if counts == "A" else sign
    if counts in ("i", "I"):
        sign, left = "", min(number, 399)
        for value, letters in _ROMAN:
            while left >= value:
                sign, left = sign + letters, left - value
        return sign.upper() if counts == "I" else sign
    return str(number) if counts else ""
