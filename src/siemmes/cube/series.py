"""One series out of the mapped columns: figures and their words without a database between."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from siemmes.cube.layout import MISSING
from siemmes.model.structures import TIME, VALUE, Structure


@dataclass(frozen=True)
class Series:
    """The figures of one key in order of time.

    Attributes:
        labels: the sorted labels of each coded column of the release.
        periods: places among the labels of TIME_PERIOD, shape (n,).
        values: whole numbers or doubles, shape (n,); a missing one is the smallest whole number, or NaN.
        statuses: places among the labels of OBS_STATUS and CONF_STATUS, 255 for none, each of shape (n,).
        said: the other attributes, where they are the same for the whole series; None where they differ.
    """

    about: Structure
    labels: Mapping[str, list[str]]
    key: tuple[str, ...]
    periods: np.ndarray
    values: np.ndarray
    statuses: Mapping[str, np.ndarray]
    said: Mapping[str, str] | None

    def __len__(self) -> int:
        return len(self.periods)

    def cut(self, chosen: slice | np.ndarray) -> "Series":
        """The same series with these rows only."""
        return Series(
            self.about, self.labels, self.key, self.periods[chosen], self.values[chosen],
            {name: column[chosen] for name, column in self.statuses.items()}, self.said,
        )  # fmt: skip

    def texts(self) -> list[str]:
        """The figures as they are written; "" for a missing one."""
        if self.about.whole:
            return ["" if value == MISSING else str(value) for value in self.values.tolist()]
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
        front = before + ",".join(field_text(code) for code in self.key) + ","
        said = self.said or {}
        columns: list[list[str] | str] = []
        for name in self.about.attributes:
            if name in self.statuses:
                words = [field_text(text) for text in self.labels[name]]
                words += [""] * (256 - len(words))
                columns.append([words[place] for place in self.statuses[name].tolist()])
            else:
                columns.append(field_text(said.get(name, "")))
        periods = self.labels[TIME]
        moving = [[periods[place] for place in self.periods.tolist()], self.texts()]
        return _joined(front, moving, columns)


def _joined(front: str, moving: list[list[str]], columns: list[list[str] | str]) -> str:
    """The lines: texts that stay the same are joined once, those that move are zipped."""
    pattern, lists = front, []
    for column in moving:
        pattern += "{},"
        lists.append(column)
    for stay_or_move in columns:
        if isinstance(stay_or_move, str):
            pattern += stay_or_move.replace("{", "{{").replace("}", "}}") + ","
        else:
            pattern += "{},"
            lists.append(stay_or_move)
    line = pattern.removesuffix(",") + "\n"
    return "".join(map(line.format, *lists))


def field_text(text: str) -> str:
    """A text as CSV writes it (RFC 4180)."""
    if any(sign in text for sign in ',"\n\r'):
        return '"' + text.replace('"', '""') + '"'
    return text


def written(value: float) -> str:
    """A decimal figure in its shortest form that reads back to the same number; whole ones without a point."""
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)
