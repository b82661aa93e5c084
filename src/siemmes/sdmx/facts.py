"""What a writer must know of an answer before its first row: which codes stand in it, and what is said how often."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from siemmes.cube.answers import Answer
from siemmes.cube.layout import quoted, single
from siemmes.cube.questions import Question
from siemmes.model.errors import QuestionError


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
        """The facts about an answer, by one look at its rows."""
        columns = [name for name in answer.columns if name in answer.cube.labels]
        rest = [name for name in answer.columns if name not in answer.about.key]
        counted = [f"count({quoted(name)})" for name in rest]
        whole = _everything(answer.question)
        listed = [] if whole else [f"list_sort(list(DISTINCT enum_code({quoted(name)})))" for name in columns]
        cursor = answer.cube.cursor()
        found = single(cursor, f"SELECT {', '.join(['count(*)', *counted, *listed])} FROM ({answer.sql})")
        cursor.close()
        filled = dict(zip(rest, found[1 : 1 + len(rest)], strict=True))
        if whole:
            used = {name: tuple(range(len(answer.cube.labels[name]))) for name in columns}
            used |= {name: () for name in columns if filled.get(name) == 0 or not found[0]}
        else:
            lists = found[1 + len(rest) :]
            used = {name: tuple(one or ()) for name, one in zip(columns, lists, strict=True)}
        return cls(answer, found[0], used, filled)

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
        key = ", ".join(quoted(name) for name in answer.about.dimensions)
        same = [
            f"min(enum_code({quoted(name)})) IS NOT DISTINCT FROM max(enum_code({quoted(name)})) "
            f"AND count({quoted(name)}) IN (0, count(*)) AS same_{place}"
            for place, name in enumerate(names)
        ]
        every = ", ".join(f"coalesce(bool_and(same_{place}), true)" for place in range(len(names)))
        cursor = answer.cube.cursor()
        found = single(
            cursor, f"SELECT {every} FROM (SELECT {', '.join(same)} FROM ({answer.sql}) GROUP BY {key})"
        )
        cursor.close()
        return found

    def at(self, level: str) -> tuple[str, ...]:
        """The attributes that are said of "dataset", "series" or "obs" here."""
        return tuple(name for name, found in self.levels.items() if found == level)


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
