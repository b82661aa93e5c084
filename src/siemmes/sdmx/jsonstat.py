"""JSON-stat 2.0: an answer as one cube, for web developers and the clients of Nordic, Irish and European offices.

The format has a value and one status for each cell. Values are written sparsely, by the place of their cell; OBS_STATUS is the
status; every other attribute stands in `extension.attributes`, once where it says the same of all cells.

Source: json-stat.org/format (version 2.0).
"""

from collections.abc import Iterator, Sequence
from typing import Any

from siemmes.cube.answers import Answer
from siemmes.cube.layout import quoted
from siemmes.model.structures import TIME, said
from siemmes.sdmx.facts import Facts
from siemmes.sdmx.naming import SENDER, codes, compact, prepared
from siemmes.sdmx.weaving import Coded, Pattern, Piece, Told, coded, figure, woven

STATUS = "OBS_STATUS"


def write_jsonstat(answer: Answer, *, language: str = "en") -> Iterator[bytes]:
    """An answer as a JSON-stat data set, with names in one language."""
    facts = Facts.of(answer)
    axes = [
        _Axis(answer, facts, name)
        for name in answer.columns
        if name in answer.about.key or name in answer.question.group_by
    ]
    place = Told(_place(axes))
    yield compact(_opening(answer, axes, language)).removesuffix("}").encode()
    yield b',"value":{'
    yield from _cells(answer, place, figure(answer.about, missing="null"))
    yield b"}"
    if STATUS in facts.attributes:
        yield b',"status":'
        yield from _attribute(answer, facts, place, STATUS)
    yield b',"extension":{"release":' + compact(answer.release).encode() + b',"attributes":{'
    rest = [name for name in facts.attributes if name != STATUS]
    for number, name in enumerate(rest):
        label = said(answer.about.by_id[name].names, language)
        yield f'{"," if number else ""}"{name}":{{"label":{compact(label)},"value":'.encode()
        yield from _attribute(answer, facts, place, name)
        yield b"}"
    yield b"}}}"


class _Axis:
    """A dimension of the cube: the values that stand in the answer, in order, and an SQL expression of their places."""

    def __init__(self, answer: Answer, facts: Facts, name: str) -> None:
        self.name = name
        column = quoted(name)
        if name in answer.cube.labels:
            labels, used = answer.cube.labels[name], facts.used[name]
            self.values = [labels[code] for code in used]
            places: dict[int, int] = {code: place for place, code in enumerate(used)}
            if len(used) == len(labels):
                self.sql = f"enum_code({column})"
            else:
                listed = ", ".join(str(places.get(code, "NULL")) for code in range(len(labels)))
                self.sql = f"[{listed}][enum_code({column}) + 1]"
        else:
            cursor = answer.cursor()
            found = cursor.execute(f"SELECT DISTINCT {column} FROM ({answer.sql}) ORDER BY 1").fetchall()
            cursor.close()
            self.values = [str(row[0]) for row in found]
            listed = ", ".join(f"'{value}'" for value in self.values)
            self.sql = f"list_position([{listed}]::VARCHAR[], {column}::VARCHAR) - 1"

    def told(self, answer: Answer, language: str) -> dict[str, Any]:
        """The dimension as JSON-stat describes it."""
        component = answer.about.by_id.get(self.name)
        known = codes(answer, self.name)
        labels = {
            value: said(known[value].names, language) if value in known else value for value in self.values
        }
        return {
            "label": said(component.names, language) if component else self.name,
            "category": {"index": self.values, "label": labels},
        }


def _place(axes: Sequence[_Axis]) -> str:
    """The place of a row's cell, as SQL: the last dimension turns quickest."""
    found = "0::HUGEINT"
    for axis in axes:
        found = f"({found}) * {max(1, len(axis.values))} + ({axis.sql})"
    return f"CAST({found} AS VARCHAR)"


def _opening(answer: Answer, axes: Sequence[_Axis], language: str) -> dict[str, Any]:
    about = answer.about
    geographic = [
        axis.name for axis in axes if axis.name in about.by_id and about.by_id[axis.name].list == "CL_AREA"
    ]
    roles = {"time": [axis.name for axis in axes if axis.name in {TIME, "YEAR"}], "geo": geographic}
    return {
        "version": "2.0", "class": "dataset", "label": said(about.names, language), "source": said(SENDER, language),
        "updated": prepared(answer), "id": [axis.name for axis in axes], "size": [len(axis.values) for axis in axes],
        "role": {role: names for role, names in roles.items() if names},
        "dimension": {axis.name: axis.told(answer, language) for axis in axes},
    }  # fmt: skip


def _cells(answer: Answer, place: Told, content: Piece, where: str = "") -> Iterator[bytes]:
    pattern = Pattern(row=['"', place, '":', content], between=",")
    yield from woven(answer, pattern, where=where)


def _attribute(answer: Answer, facts: Facts, place: Told, name: str) -> Iterator[bytes]:
    """What an attribute says: one text for all cells, or one by cell."""
    labels = answer.cube.labels.get(name)
    if labels is not None and facts.constant(name):
        yield compact(labels[facts.used[name][0]]).encode()
        return
    content: Coded | Told = (
        Told(f"CAST(to_json({quoted(name)}) AS VARCHAR)")
        if labels is None
        else coded(name, [compact(label) for label in labels])
    )
    yield b"{"
    yield from _cells(answer, place, content, f"{quoted(name)} IS NOT NULL")
    yield b"}"
