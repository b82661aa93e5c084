"""One series out of the mapped columns: figures and their words without a database between."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import msgspec
import numpy as np

from siemmes.cube.layout import MISSING
from siemmes.model.structures import TIME, VALUE, Structure

#: A missing figure as it would be written if it were one.
_MISSING = str(MISSING)


@dataclass(frozen=True)
class Series:
    """The figures of one key in order of time.

    Attributes:
        labels: the sorted labels of each coded column of the release.
        periods: places among the labels of TIME_PERIOD, shape (n,).
        values: whole numbers or doubles, shape (n,); a missing one is the smallest whole number, or NaN.
        statuses: places among the labels of OBS_STATUS and CONF_STATUS, 255 for none, each of shape (n,).
        said: the other attributes, where they are the same for the whole series; None where they differ.
        fields: what is written of the attributes by a row's statuses, kept for all series that say the same.
    """

    about: Structure
    labels: Mapping[str, list[str]]
    key: tuple[str, ...]
    periods: np.ndarray
    values: np.ndarray
    statuses: Mapping[str, np.ndarray]
    said: Mapping[str, str] | None
    fields: dict[tuple[int, ...], str] = field(default_factory=dict, repr=False, compare=False)

    def __len__(self) -> int:
        return len(self.periods)

    def cut(self, chosen: slice | np.ndarray) -> "Series":
        """The same series with these rows only."""
        return Series(
            self.about, self.labels, self.key, self.periods[chosen], self.values[chosen],
            {name: column[chosen] for name, column in self.statuses.items()}, self.said, self.fields,
        )  # fmt: skip

    def texts(self) -> list[str]:
        """The figures as they are written; "" for a missing one."""
        if self.about.whole:
            # As JSON, since that writes numbers many times quicker than str does one by one.
            line = msgspec.json.encode(self.values.tolist())[1:-1].decode()
            found = line.split(",") if line else []
            return ["" if text == _MISSING else text for text in found] if _MISSING in line else found
        return ["" if value != value else written(value) for value in self.values.tolist()]

    def rows(self) -> Iterator[dict[str, str | int | float | None]]:
        """Each figure with its key and attributes, by the structure's columns."""
        key = dict(zip(self.about.dimensions, self.key, strict=True))
        said = {name: text or None for name, text in (self.said or {}).items()}
        periods = self.labels[TIME]
        for number, value in enumerate(self.values.tolist()):
            missing = value == MISSING if self.about.whole else value != value
            row: dict[str, str | int | float | None] = {**key, TIME: periods[self.periods[number]]}
            row[VALUE] = None if missing else value
            row.update(said)
            for name, column in self.statuses.items():
                place = int(column[number])
                row[name] = self.labels[name][place] if place < len(self.labels[name]) else None
            yield row

    def csv(self, *, before: str = "") -> str:
        """The rows as CSV in the structure's order of columns, without a header.

        Args:
            before: text set before each row, its comma included (`dataflow,RCM:BORDER(1.0.0),I,`).
        """
        if not len(self):
            return ""
        front = before + ",".join(field_text(code) for code in self.key) + ","
        labels = self.labels[TIME]
        # What ends a row holds the beginning of the next one: a row is three texts, and none is put together by itself.
        parts = [""] * (3 * len(self))
        parts[0::3] = [labels[place] for place in self.periods.tolist()]
        parts[1::3] = [f",{text}" for text in self.texts()]
        parts[2::3] = self._ends("\n" + front)
        return front + "".join(parts)[: -len(front)]

    def _ends(self, after: str) -> list[str]:
        """Of each row the attributes, and what comes after them; put together once for all rows that say the same."""
        columns = [one.tobytes() for one in self.statuses.values()]
        moving = [place for place, one in enumerate(columns) if one.count(one[:1]) < len(one)]
        same = [one[0] for one in columns]
        if not moving:
            return [self._attributes(tuple(same)) + after] * len(self)
        if len(moving) == 1:
            place, ends = moving[0], {}
            for code in set(columns[place]):
                same[place] = code
                ends[code] = self._attributes(tuple(same)) + after
            return [ends[code] for code in columns[place]]
        rows = [*zip(*columns, strict=True)]
        every = {codes: self._attributes(codes) + after for codes in set(rows)}
        return [every[codes] for codes in rows]

    def _attributes(self, codes: tuple[int, ...]) -> str:
        """The attributes of the rows that have these statuses, as fields, each behind its comma."""
        if codes not in self.fields:
            self.fields[codes] = self._written(codes)
        return self.fields[codes]

    def _written(self, codes: tuple[int, ...]) -> str:
        texts = dict(self.said or {})
        for name, place in zip(self.statuses, codes, strict=True):
            texts[name] = self.labels[name][place] if place < len(self.labels[name]) else ""
        return "".join("," + field_text(texts.get(name, "")) for name in self.about.attributes)


def field_text(text: str) -> str:
    """A text as CSV writes it (RFC 4180)."""
    if "," in text or '"' in text or "\n" in text or "\r" in text:
        return '"' + text.replace('"', '""') + '"'
    return text


def written(value: float) -> str:
    """A decimal figure in its shortest form that reads back to the same number; whole ones without a point."""
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)
