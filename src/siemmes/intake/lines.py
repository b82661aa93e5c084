"""Lines of delimited text that are nothing but codes, periods and whole numbers between separators: most of what is ever sent.

Such lines are cut at their separators, column by column and many at a time. A field of up to sixteen bytes is one or two numbers
of 64 bits; a code is found by them, and looked for only where a field differs from the one in the line before. Anything that
is not plainly a line of the table (quotation marks, a text that is no label, a line too short) makes the text no plain one:
DuckDB reads it then, and says what is wrong with it.
"""

from collections import deque
from collections.abc import Generator, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

#: Bytes that are cut at a time, and pieces in work beside the one that is handed over.
PIECE, _AHEAD = 1 << 22, 2
#: Bytes of a word, and of the longest field that is looked up.
_WORD = 8
_LONGEST = 2 * _WORD
#: Share of figures that may be written otherwise than in digits alone; those are looked at one by one.
_ODD = 8
_FEED, _RETURN, _ZERO = 10, 13, 0x3030303030303030
#: Keeps the first bytes of a word, by their number.
_FIRST = np.array([(1 << 8 * count) - 1 for count in range(_WORD + 1)], dtype=np.uint64)
#: Puts the second word of a field into the first, and spreads what comes of it; odd numbers without a pattern.
_MIX, _SPREAD = np.uint64(0x9E3779B97F4A7C15), 0xD6E8FEB86659FD93
_TRIES = 64


@dataclass(frozen=True)
class Lines:
    """A text in which separators and ends of lines are nothing else.

    Attributes:
        names: of its columns; the first line is their heading.
        end: how every line ends: a line feed, or a carriage return before it.
    """

    path: Path
    separator: str
    names: Sequence[str]
    end: bytes = b"\n"


@dataclass(frozen=True)
class Piece:
    """Lines as columns.

    Attributes:
        rows: how many they are.
        codes: by column, the place of each field among the column's labels, counted from 1; 0 for an empty field.
        figures: the whole numbers of not more than sixteen digits, NaN where there is none.
        odd: the other figures as they are written, by line; empty ones are not among them.
    """

    rows: int
    codes: Mapping[str, np.ndarray]
    figures: np.ndarray
    odd: Mapping[int, str]


class Places:
    """The places of labels, found by their bytes: a table in which no two of them share a slot."""

    def __init__(self, labels: Sequence[str]) -> None:
        texts = [b"", *(one.encode() for one in labels)]
        # A label that is longer than any field that is looked up is never found.
        kept = [place for place, text in enumerate(texts) if len(text) <= _LONGEST]
        self._words = np.zeros((2, len(texts)), dtype=np.uint64)
        self._words[:, kept] = np.array(
            [
                [int.from_bytes(texts[place][at : at + _WORD], "little") for place in kept]
                for at in (0, _WORD)
            ],
            dtype=np.uint64,
        )
        self.kind = np.min_scalar_type(len(texts) - 1)
        self._shift, self._spread, slots = self._apart(self._mixed(*self._words[:, kept]))
        self._slots = np.zeros(1 << (64 - int(self._shift)), dtype=self.kind)
        self._slots[slots] = kept

    @staticmethod
    def _mixed(first: np.ndarray, second: np.ndarray | None) -> np.ndarray:
        return first if second is None else first ^ (second * _MIX)

    @staticmethod
    def _apart(mixed: np.ndarray) -> tuple[np.uint64, np.uint64, np.ndarray]:
        """A shift and a factor under which all labels have slots of their own; a table that is too small grows."""
        bits = max(4, 2 * len(mixed).bit_length())
        while True:
            for number in range(1, 2 * _TRIES, 2):
                spread = np.uint64(_SPREAD * number & (1 << 64) - 1)
                slots = mixed * spread >> np.uint64(64 - bits)
                if len(np.unique(slots)) == len(slots):
                    return np.uint64(64 - bits), spread, slots
            bits += 1

    def of(self, first: np.ndarray, second: np.ndarray | None) -> np.ndarray | None:
        """The places of fields given by their words; None where one is no label."""
        found: np.ndarray = self._slots[self._mixed(first, second) * self._spread >> self._shift]
        right = self._words[0][found] == first
        right &= self._words[1][found] == (0 if second is None else second)
        return found if right.all() else None


def pieces(lines: Lines, places: Mapping[str, Places], value: str) -> Generator[Piece | None]:
    """The lines of a text below its heading, piece by piece; None, and nothing after it, once they are not plain.

    Args:
        places: of the columns that hold codes; others than these and `value` are not looked at.
        value: the column of figures.
    """
    cut = partial(_cut, lines=lines, places=places, value=value)
    waiting: deque[Future[Piece | None]] = deque()
    with ThreadPoolExecutor(_AHEAD, "siemmes-lines") as pool:
        for text, length in _read(lines):
            waiting.append(pool.submit(cut, text, length))
            if len(waiting) > _AHEAD:
                found = waiting.popleft().result()
                yield found
                if found is None:
                    return
        while waiting:
            found = waiting.popleft().result()
            yield found
            if found is None:
                return


def _read(lines: Lines) -> Iterator[tuple[bytearray, int]]:
    """Whole lines below the first, many at a time, with room before and after for words that reach over; their length.

    Of a line that is longer than a piece, and longer than DuckDB takes, the beginning comes, and nothing after it.
    """
    with lines.path.open("rb") as file:
        if not file.readline(PIECE).endswith(b"\n"):
            return
        left = b""
        while True:
            text = bytearray(_LONGEST + PIECE + _LONGEST)
            text[_LONGEST : _LONGEST + len(left)] = left
            more = file.readinto(memoryview(text)[_LONGEST + len(left) : -_LONGEST])
            length = _LONGEST + len(left) + more
            if not more:
                if left:
                    text[length : length + len(lines.end)] = lines.end  # the last line need not end
                    yield text, length + len(lines.end)
                return
            whole = text.rfind(b"\n", _LONGEST, length) + 1
            if whole:
                left = bytes(text[whole:length])
                yield text, whole
            elif length < _LONGEST + PIECE:
                left = bytes(text[_LONGEST:length])
            else:
                yield text, length
                return


def _cut(
    text: bytearray, length: int, *, lines: Lines, places: Mapping[str, Places], value: str
) -> Piece | None:
    """Lines as columns; None where they are not plain."""
    every = np.frombuffer(text, np.uint8)
    here = every[_LONGEST:length]
    marks = here == ord(lines.separator)
    marks |= here == _FEED
    at = np.flatnonzero(marks) + _LONGEST
    width = len(lines.names)
    if every[length - 1] != _FEED or len(at) % width or not here.all():
        return None
    ends = np.ascontiguousarray(at.reshape(-1, width).T)
    rows = ends.shape[1]
    if not (every[ends[-1]] == _FEED).all() or np.count_nonzero(here == _FEED) != rows:
        return None
    begins = np.concatenate(([_LONGEST], ends[-1][:-1] + 1))
    if lines.end != b"\n":
        ends[-1] -= 1
        if not (every[ends[-1]] == _RETURN).all():
            return None
    words = np.ndarray((len(text) - _WORD + 1,), dtype="<u8", buffer=text, strides=(1,))
    codes, figures, odd = {}, np.empty(0), {}
    for place, name in enumerate(lines.names):
        if name in places:
            found = _looked_up(words, begins, ends[place], places[name])
            if found is None:
                return None
            codes[name] = found
        elif name == value:
            figures, others = _figures(words, begins, ends[place])
            if len(others) * _ODD > rows + _ODD:
                return None
            odd = {int(row): text[begins[row] : ends[place][row]].decode() for row in others}
        begins = ends[place] + 1
    return Piece(rows, codes, figures, odd)


def _looked_up(words: np.ndarray, begins: np.ndarray, ends: np.ndarray, places: Places) -> np.ndarray | None:
    """The places of fields among the labels of their column; None where one is no label."""
    lengths = ends - begins
    longest = int(lengths.max(initial=0))
    if longest > _LONGEST:
        return None
    first = words[begins] & _FIRST[np.minimum(lengths, _WORD) if longest > _WORD else lengths]
    second = words[begins + _WORD] & _FIRST[np.maximum(lengths - _WORD, 0)] if longest > _WORD else None
    changes = first[1:] != first[:-1]
    if second is not None:
        changes |= second[1:] != second[:-1]
    at = np.concatenate(([0], np.flatnonzero(changes) + 1))
    if 2 * len(at) > len(first):
        return places.of(first, second)
    few = places.of(first[at], None if second is None else second[at])
    return None if few is None else np.repeat(few, np.diff(at, append=len(first)))


def _figures(words: np.ndarray, begins: np.ndarray, ends: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Fields as whole numbers, NaN for those that are none, and the lines of these that are not empty."""
    lengths = ends - begins
    number, plain = _digits(words[ends - _WORD], np.minimum(lengths, _WORD))
    if lengths.max(initial=0) > _WORD:
        high, also = _digits(words[ends - _LONGEST], np.clip(lengths - _WORD, 0, _WORD))
        number = number + high * np.uint64(10**_WORD)
        plain &= also & (lengths <= _LONGEST)
    plain &= lengths > 0
    found = number.astype(np.float64)
    if plain.all():
        return found, np.empty(0, np.int64)
    found[~plain] = np.nan
    return found, np.flatnonzero(~plain & (lengths > 0))


def _digits(words: np.ndarray, lengths: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The last bytes of words as a number, and whether they are digits: eight are added up in pairs, fours and eights.

    Args:
        lengths: how many bytes of each word, from 0 to 8.
    """
    zero, before = np.uint64(_ZERO), _FIRST[_WORD - lengths]
    text = (words & ~before) | (zero & before)
    beyond = (text + np.uint64(0x4646464646464646)) | (text - zero)
    plain = beyond & np.uint64(0x8080808080808080) == 0
    text = text - zero
    text = (text * np.uint64(10)) + (text >> np.uint64(8))
    low, high = np.uint64(0x000000FF000000FF), np.uint64(0x000F424000000064)
    other, last = np.uint64(0x0000271000000001), np.uint64(16)
    return ((text & low) * high + ((text >> last) & low) * other) >> np.uint64(32), plain
