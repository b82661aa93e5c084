"""Stretches of SDMX-ML that are nothing but series and observations with their attributes: most of what is ever sent.

Such a stretch is cut at its quotation marks. What stands between two values is one of a few texts that come again and again;
each is looked at once, and what they say together is worked out for all at once. Anything that is not plainly well-formed
and plainly meant (a comment, an entity, another element, an attribute given twice) makes it no stretch: expat reads it then.
"""

import re
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

#: Different texts between values that a stretch may have; a structure has some thirty attributes.
_MOST = 512
#: Elements times attributes up to which it is counted what each says: a plain stretch has some hundred thousand.
_COUNTED = 1 << 24
_SPACE, _NAME = rb"[ \t\r\n]", rb"[A-Za-z_][A-Za-z0-9_.\-]*"
_EQUALS = rb"%b*=%b*" % (_SPACE, _SPACE)
#: Between two values of one element, and between the last of one and the first of another.
_MORE = re.compile(rb'"%b+(%b)%b' % (_SPACE, _NAME, _EQUALS))
_ENDS = rb'"%b*(/?>)((?:%b*</(?:Series|Obs)%b*>)*)%b*' % (_SPACE, _SPACE, _SPACE, _SPACE)
_BEGINS = rb"<(Series|Obs)%b+(%b)%b" % (_SPACE, _NAME, _EQUALS)
_FIRST, _NEXT, _LAST = re.compile(_SPACE + b"*" + _BEGINS), re.compile(_ENDS + _BEGINS), re.compile(_ENDS)
#: How an element may be closed, by what is closed after its attributes.
_CLOSED = {b"": 0, b"Series": 1, b"Obs": 2, b"ObsSeries": 3}
#: An entity, and two code points that no XML may hold.
_NEVER = ("&", "\ufffe", "\uffff")


@dataclass
class Stretch:
    """What a stretch says.

    Attributes:
        rows: the number of its observations.
        own: what observations say themselves, by attribute; one value each.
        series: what each series says.
        places: of each observation, which series it is in, counted from 1; 0 for none.
    """

    rows: int
    own: dict[str, pa.Array]
    series: list[dict[str, str]]
    places: np.ndarray


@dataclass
class _Marks:
    """What the different texts between values mean, by number.

    Attributes:
        names: attributes, in the order in which they turned up; `name` has the place of one among them.
        begins: whether an element begins; `series` which.
        ends: whether one ends, or its attributes do; `empty` and `closed` how.
    """

    names: list[str] = field(default_factory=list)
    name: list[int] = field(default_factory=list)
    begins: list[bool] = field(default_factory=list)
    series: list[bool] = field(default_factory=list)
    ends: list[bool] = field(default_factory=list)
    empty: list[bool] = field(default_factory=list)
    closed: list[int] = field(default_factory=list)

    def add(self, text: bytes) -> bool:
        """Take the next one; False where it means nothing that can stand in a stretch."""
        if found := _MORE.fullmatch(text):
            return self._put(found[1])
        if found := _NEXT.fullmatch(text):
            return self._put(found[4], tag=found[3], end=found[1], closed=found[2])
        if found := _FIRST.fullmatch(text):
            return self._put(found[2], tag=found[1])
        if found := _LAST.fullmatch(text):
            return self._put(b"", end=found[1], closed=found[2])
        return False

    def _put(self, name: bytes, *, tag: bytes = b"", end: bytes = b"", closed: bytes = b"") -> bool:
        closes = _CLOSED.get(b"".join(re.findall(rb"</(Series|Obs)", closed)))
        if closes is None or name.lower() == b"xmlns":
            return False
        attribute = name.decode()
        if attribute and attribute not in self.names:
            self.names.append(attribute)
        self.name.append(self.names.index(attribute) if attribute else -1)
        self.begins.append(bool(tag))
        self.series.append(tag == b"Series")
        self.ends.append(bool(end))
        self.empty.append(end == b"/>")
        self.closed.append(closes)
        return True


def stretch_of(text: bytes) -> Stretch | None:
    """What a piece of a message says that begins and ends between the elements of a data set; None where that is not plain."""
    quotes = np.flatnonzero(np.frombuffer(text, np.uint8) == ord('"'))
    if len(quotes) % 2 or not len(quotes):
        return None
    offsets = np.concatenate(([0], quotes, [len(text)])).astype(np.int32)
    pieces = pa.Array.from_buffers(
        pa.binary(), len(offsets) - 1, [None, pa.py_buffer(offsets.tobytes()), pa.py_buffer(text)]
    )
    places = np.arange(0, len(pieces), 2, dtype=np.int32)
    between = pieces.take(pa.array(places)).dictionary_encode()
    codes, texts = between.indices.to_numpy(), between.dictionary.to_pylist()
    marks = _Marks()
    if len(texts) > _MOST or not all(marks.add(one) for one in texts):
        return None
    if not _plain(text, texts, np.bincount(codes)):
        return None
    try:
        values = pc.binary_slice(pieces.take(pa.array(places[:-1] + 1)), 1, len(text)).cast(pa.string())
    except pa.ArrowInvalid:
        return None
    return _told(marks, codes, values)


def _plain(text: bytes, between: list[bytes], counts: np.ndarray) -> bool:
    """Whether values hold nothing that no value may, or that means something else: tags, entities, breaks of lines."""

    def stand(what: bytes) -> int:
        return sum(len(re.findall(what, one)) * int(n) for one, n in zip(between, counts, strict=True))

    low = int(np.count_nonzero(np.frombuffer(text, np.uint8) < ord(" ")))
    if text.count(b"<") != stand(b"<") or low != stand(rb"[\x00-\x1f]"):
        return False
    return b"&" not in text if text.isascii() else not any(one.encode() in text for one in _NEVER)


def _told(marks: _Marks, codes: np.ndarray, values: pa.Array) -> Stretch | None:
    begins = np.array(marks.begins)[codes]
    ends = np.array(marks.ends)[codes]
    if not begins[0] or ends[0] or begins[-1] or not ends[-1] or not (begins[1:-1] == ends[1:-1]).all():
        return None
    series = np.array(marks.series)[codes[begins]]
    within = _within(series, np.array(marks.empty)[codes[ends]], np.array(marks.closed)[codes[ends]])
    if within is None or len(series) * len(marks.names) > _COUNTED:
        return None
    element = np.cumsum(begins[:-1]) - 1
    name = np.array(marks.name, dtype=np.int16)[codes[:-1]]
    if np.bincount(element * len(marks.names) + name).max() > 1:
        return None  # an attribute given twice
    number = np.cumsum(series)
    of_series = series[element]
    at = np.flatnonzero(of_series)
    said: list[dict[str, str]] = [{} for _ in range(int(number[-1]))]
    told = zip(
        number[element[at]].tolist(), name[at].tolist(), values.take(pa.array(at)).to_pylist(), strict=True
    )
    for one, attribute, value in told:
        said[one - 1][marks.names[attribute]] = value
    at = np.flatnonzero(~of_series)
    name, row = name[at], (np.cumsum(~series) - 1)[element[at]]
    own = {}
    count = int(np.count_nonzero(~series))
    for place in np.flatnonzero(np.bincount(name)).tolist():
        here = name == place
        own[marks.names[place]] = _column(values, at[here], row[here], count)
    return Stretch(count, own, said, np.where(within, number, 0)[~series].astype(np.int32))


def _within(series: np.ndarray, empty: np.ndarray, closed: np.ndarray) -> np.ndarray | None:
    """Of each element, whether it stands in a series; None where elements do not lie in each other as they should."""
    right = np.where(
        series, np.where(empty, closed == 0, closed < _CLOSED[b"Obs"]), (closed >= _CLOSED[b"Obs"]) != empty
    )
    moves = (series & ~empty).astype(np.int8) - (closed % 2).astype(np.int8)
    after = np.cumsum(moves)
    before = after - moves
    if not right.all() or (before < 0).any() or (before + series > 1).any() or after[-1] != 0:
        return None
    return before > 0


def _column(values: pa.Array, at: np.ndarray, rows: np.ndarray, count: int) -> pa.Array:
    """Values laid at their rows; null where a row has none."""
    if len(at) == count:
        return values.take(pa.array(at))
    taken = np.full(count, -1)
    taken[rows] = at
    return values.take(pa.array(taken, mask=taken < 0))
