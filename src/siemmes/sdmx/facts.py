"""What a writer must know of an answer before its first row: which codes stand in it, and what is said how often."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from siemmes.cube.answers import BATCH, Answer
from siemmes.cube.layout import MAPPED, quoted, single
from siemmes.cube.questions import Question
from siemmes.cube.series import Series
from siemmes.cube.slices import Slice
from siemmes.model.errors import QuestionError
from siemmes.model.structures import TIME, VALUE


@dataclass(frozen=True)
class Facts:
    """Facts about the rows of an answer.

    Attributes:
        rows: how many there are.
        used: by coded column, the places of its labels that stand in the answer, in order.
        filled: by column other than dimensions, how many rows hold something.
    """

    answer: Answer
    rows: int
    used: dict[str, tuple[int, ...]]
    filled: dict[str, int]

    @classmethod
    def of(cls, answer: Answer) -> "Facts":
        """The facts about an answer: by one look at its rows, in the store or in the mapped columns."""
        if (series := answer.series) is not None:
            return cls(answer, len(series), *_of_series(answer, series))
        if (figures := answer.slice) is not None and not _everything(answer.question):
            return cls(answer, *_of_slice(answer, figures))
        columns = [name for name in answer.columns if name in answer.cube.labels]
        rest = [name for name in answer.columns if name not in answer.about.key]
        asked = [] if _everything(answer.question) else [_used_sql(answer, name) for name in columns]
        counted = [f"count({quoted(name)})" for name in rest]
        cursor = answer.cursor()
        rows, *found = single(
            cursor, f"SELECT {', '.join(['count(*)', *counted, *asked])} FROM ({answer.sql})"
        )
        cursor.close()
        filled = dict(zip(rest, found, strict=False))
        told = found[len(rest) :] or [None] * len(columns)
        used = {
            name: _used(answer, name, said, filled.get(name, rows))
            for name, said in zip(columns, told, strict=True)
        }
        return cls(answer, rows, used, filled)

    @property
    def attributes(self) -> tuple[str, ...]:
        """The attributes that are said at all, in the structure's order."""
        return tuple(
            name
            for name in self.answer.columns
            if name in self.answer.about.attributes and self.filled.get(name)
        )

    def constant(self, name: str) -> bool:
        """Whether a coded column says the same in every row."""
        return (
            len(self.used.get(name, ())) == 1
            and self.filled.get(name, self.rows) == self.rows
            and self.rows > 0
        )

    @cached_property
    def levels(self) -> dict[str, str]:
        """Where each attribute can be said once for all: "dataset", "series" or "obs", whatever its declared level.

        One that is declared of a dataset or a series and yet differs inside it (figures of several submissions stand in
        one series) is said of each figure.
        """
        about = self.answer.about
        found = {name: "dataset" if self.constant(name) else "obs" for name in self.attributes}
        asked = [
            name
            for name, level in found.items()
            if level == "obs" and about.by_id[name].level != "obs" and name in self.answer.cube.labels
        ]
        for name, same in zip(asked, self._same_in_series(asked), strict=True):
            found[name] = "series" if same else "obs"
        return found

    def _same_in_series(self, names: Sequence[str]) -> Sequence[bool]:
        if not names:
            return ()
        answer = self.answer
        if answer.slice is not None and not set(names) & set(MAPPED):
            return [True] * len(names)  # a slice has no series that says two things
        key = ", ".join(quoted(name) for name in answer.about.dimensions)
        same = [
            f"min(enum_code({quoted(name)})) IS NOT DISTINCT FROM max(enum_code({quoted(name)})) "
            f"AND count({quoted(name)}) IN (0, count(*)) AS same_{place}"
            for place, name in enumerate(names)
        ]
        every = ", ".join(f"coalesce(bool_and(same_{place}), true)" for place in range(len(names)))
        cursor = answer.cursor()
        found = single(
            cursor, f"SELECT {every} FROM (SELECT {', '.join(same)} FROM ({answer.sql}) GROUP BY {key})"
        )
        cursor.close()
        return found

    def at(self, level: str) -> tuple[str, ...]:
        """The attributes that are said of "dataset", "series" or "obs" here."""
        return tuple(name for name, found in self.levels.items() if found == level)


#: Labels of a column that are told by the bits of one whole number.
_BITS = 62


def _used_sql(answer: Answer, name: str) -> str:
    """Which labels of a column stand in the answer, as SQL: bits where they are few, a list where they are many."""
    length, code = len(answer.cube.labels[name]), f"enum_code({quoted(name)})"
    if length == 1:
        return "NULL"
    return f"bit_or(1::BIGINT << {code})" if length <= _BITS else f"list_sort(list(DISTINCT {code}))"


def _used(answer: Answer, name: str, told: int | list[int] | None, filled: int) -> tuple[int, ...]:
    length = len(answer.cube.labels[name])
    if not filled:
        return ()
    if told is None:
        return tuple(range(length))
    if isinstance(told, int):
        return tuple(code for code in range(length) if told >> code & 1)
    return tuple(told)


def _of_series(answer: Answer, series: Series) -> tuple[dict[str, tuple[int, ...]], dict[str, int]]:
    """The codes that stand in one series, and how many rows each column fills."""
    places, length = answer.cube.places, len(series)
    used: dict[str, tuple[int, ...]] = {}
    filled: dict[str, int] = {VALUE: sum(1 for text in series.texts() if text)}
    for name, code in zip(answer.about.dimensions, series.key, strict=True):
        used[name] = (places[name][code],) if length else ()
    used[TIME] = tuple(np.unique(series.periods).tolist())
    for name, column in series.statuses.items():
        codes = column[column < len(answer.cube.labels[name])]
        used[name], filled[name] = tuple(np.unique(codes).tolist()), len(codes)
    for name, text in (series.said or {}).items():
        filled[name] = length if text else 0
        if name in answer.cube.labels:
            used[name] = (places[name][text],) if text and length else ()
    return used, filled


def _of_slice(answer: Answer, figures: Slice) -> tuple[int, dict[str, tuple[int, ...]], dict[str, int]]:
    """How many rows a slice has, the codes that stand in it, and how many rows each column fills."""
    rows, found = figures.tally(answer.columns, BATCH)
    used = {
        name: tuple(np.flatnonzero(found[name][:-1]).tolist())
        for name in answer.columns
        if name in answer.cube.labels
    }
    filled = {name: rows - int(found[name][-1]) for name in answer.columns if name not in answer.about.key}
    return rows, used, filled


def _everything(question: Question) -> bool:
    """Whether a question takes every row of its release."""
    return not (
        question.where or question.keys or question.start or question.end or question.group_by or question.offset
        or question.first is not None or question.last is not None or question.limit is not None
    )  # fmt: skip


def require_figures(answer: Answer, form: str) -> None:
    """Refuse figures that were added up where a format carries figures with their full keys only.

    Raises:
        QuestionError: where the question adds figures up.
    """
    if answer.question.group_by:
        raise QuestionError(
            {
                "en": f"Figures that are added up have no full key, which {form} asks for. "
                "Take a format of tables for them: csv, labelled, xlsx, parquet, jsonstat.",
                "es": f"Las cifras sumadas no tienen la clave completa que exige {form}. "
                "Use para ellas un formato de tabla: csv, labelled, xlsx, parquet, jsonstat.",
            }
        )
