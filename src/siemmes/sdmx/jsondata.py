"""SDMX-JSON data messages, versions 1.0, 2.0 and 2.1: figures by series, or flat.

Every dimension is presented at the series (flat: at the observation); an attribute is presented once for the data set where
it says the same of every figure, once a series where it is the same in each, and of each figure otherwise. What is indexed is
indexed by the codes that stand in the answer, in the order of the release. Structure comes first, so that a reader can stream.

Source: Field Guide to SDMX-JSON, sdmx-twg/sdmx-json.
"""

import calendar
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from siemmes.cube.answers import Answer
from siemmes.cube.layout import literal, quoted
from siemmes.model import periods
from siemmes.model.structures import TIME, VALUE, Structure
from siemmes.sdmx.facts import Facts, require_figures
from siemmes.sdmx.naming import (
    LANGUAGES,
    ROLES,
    codes,
    compact,
    in_order,
    named,
    prepared,
    sender,
    structure_urn,
)
from siemmes.sdmx.weaving import Coded, Pattern, Piece, Told, coded, figure, in_key_order, woven

SCHEMAS = {
    "1.0": "https://raw.githubusercontent.com/sdmx-twg/sdmx-json/master/data-message/tools/schemas/1.0/sdmx-json-data-schema.json",
    "2.0": "https://raw.githubusercontent.com/sdmx-twg/sdmx-json/master/data-message/tools/schemas/2.0.0/sdmx-json-data-schema.json",
    "2.1": "https://json.sdmx.org/2.1/sdmx-json-data-schema.json",
}
#: What the data are sent for; 2.1 asks services to answer questions with "Replace".
_ACTIONS = {"1.0": "Information", "2.0": "Information", "2.1": "Replace"}


def write_json(
    answer: Answer, *, version: str = "2.0", flat: bool = False, language: str = "en"
) -> Iterator[bytes]:
    """An answer as an SDMX-JSON data message.

    Args:
        version: "1.0", "2.0" or "2.1".
        flat: observations without series around them (`dimensionAtObservation=AllDimensions`).
        language: of the names that stand first; both languages stand in the message.

    Raises:
        QuestionError: where the question adds figures up, which have no key.
    """
    require_figures(answer, "SDMX-JSON")
    message = _Message(answer, version, flat=flat, language=language)
    yield message.opening().encode()
    source = None if answer.slice is not None else in_key_order(answer)
    yield from woven(answer, message.pattern(), source=source)
    yield b"}}]}}"


class _Message:
    """One message: what stands before the figures, and how each is written."""

    def __init__(self, answer: Answer, version: str, *, flat: bool, language: str) -> None:
        self.answer, self.version, self.flat, self.language = answer, version, flat, language
        self.about: Structure = answer.about
        self.facts = Facts.of(answer)
        self.said = {level: self.facts.at(level) for level in ("dataset", "series", "obs")}
        if flat:
            self.said["obs"] = tuple(
                name for name in self.facts.attributes if name not in self.said["dataset"]
            )
            self.said["series"] = ()
        self.comments = self._listed_texts()

    def _listed_texts(self) -> dict[str, list[str]]:
        """The texts that version 1.0 must list, since it has no place for a text beside a figure."""
        if self.version != "1.0":
            return {}
        found = {}
        cursor = self.answer.cursor()
        for name in self.said["obs"]:
            if name not in self.answer.cube.labels:
                rows = cursor.execute(
                    f"SELECT DISTINCT {quoted(name)} FROM ({self.answer.sql}) WHERE {quoted(name)} IS NOT NULL ORDER BY 1"
                ).fetchall()
                found[name] = [row[0] for row in rows]
        cursor.close()
        return found

    # What stands before the figures

    def opening(self) -> str:
        """The message up to its first figure."""
        meta = {
            "schema": SCHEMAS[self.version], "id": self.answer.release, "test": False, "prepared": prepared(self.answer),
            "contentLanguages": list(in_order(dict.fromkeys(LANGUAGES, ""), self.language)), "sender": sender(),
        }  # fmt: skip
        before: dict[str, Any] = {"meta": meta}
        if self.version == "2.1":
            before = {"$schema": SCHEMAS["2.1"], "meta": {k: v for k, v in meta.items() if k != "schema"}}
        structure = self._structure()
        if self.version == "1.0":
            data = f'"structure":{compact(structure)}'
        else:
            data = f'"structures":[{compact(structure)}]'
        dataset: dict[str, Any] = {"action": _ACTIONS[self.version], "links": self._links()}
        if self.version != "1.0":
            dataset = {"structure": 0, **dataset}
        if self.said["dataset"]:
            dataset["attributes"] = [0] * len(self.said["dataset"])
        inside = compact(dataset).removesuffix("}")
        kind = "observations" if self.flat else "series"
        # The last two brackets close the figures and the data set; see `write_json`.
        return f'{compact(before).removesuffix("}")},"data":{{{data},"dataSets":[{inside},"{kind}":{{'

    def _links(self) -> list[dict[str, str]]:
        return [
            {"rel": "dataflow", "urn": self.about.urn},
            {
                "rel": "structure" if self.version == "1.0" else "datastructure",
                "urn": structure_urn(self.about),
            },
        ]

    def _structure(self) -> dict[str, Any]:
        dimensions = [self._dimension(place, name) for place, name in enumerate(self.about.dimensions)]
        time = self._dimension(len(dimensions), TIME)
        found: dict[str, Any] = {"links": self._links(), **named(self.about.names, self.language)}
        if self.version != "1.0":
            found["dataSets"] = [0]
        found["dimensions"] = {
            "dataSet": [],
            "series": [] if self.flat else dimensions,
            "observation": [*dimensions, time] if self.flat else [time],
        }
        if self.version != "1.0":
            kind = "Long" if self.about.whole else "Double"
            found["measures"] = {
                "observation": [
                    {**self._component(VALUE), "isMandatory": False, "format": {"dataType": kind}}
                ]
            }
        levels = (("dataSet", "dataset"), ("series", "series"), ("observation", "obs"))
        found["attributes"] = {
            key: [self._attribute(one) for one in self.said[level]] for key, level in levels
        }
        return found

    def _component(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = {"id": name, **named(self.about.by_id[name].names, self.language)}
        if name in ROLES:
            found["roles"] = [name]
        return found

    def _dimension(self, place: int, name: str) -> dict[str, Any]:
        found = self._component(name) | {"keyPosition": place}
        values = self._values(name)
        if not values and self.version == "2.0":
            # Its schema asks for at least one value even where there is no figure: those that there might be.
            values = self._values(name, range(len(self.answer.cube.labels[name])))
        if values or self.version == "1.0":
            found["values"] = values
        return found

    def _attribute(self, name: str) -> dict[str, Any]:
        component = self.about.by_id[name]
        found = self._component(name) | {"relationship": self._relationship(component.level)}
        if self.version != "1.0":
            found["isMandatory"] = component.mandatory
            if component.list is None:
                found["format"] = {"dataType": "String"}
        if name in self.answer.cube.labels or self.version == "1.0":
            found["values"] = self._values(name)
        return found

    def _relationship(self, level: str | None) -> dict[str, Any]:
        if level == "series":
            return {"dimensions": list(self.about.dimensions)}
        if level == "dataset":
            return {"none": {}} if self.version == "1.0" else {"dataflow": {}}
        return {"primaryMeasure": VALUE} if self.version == "1.0" else {"observation": {}}

    def _values(self, name: str, places: Iterable[int] | None = None) -> list[dict[str, Any]]:
        """The values of a component that stand in the answer, each at the place by which figures point to it."""
        if name in self.comments:
            return [{"name": text} for text in self.comments[name]]
        labels = self.answer.cube.labels[name]
        used = [labels[place] for place in (self.facts.used[name] if places is None else places)]
        if name == TIME:
            return [_period(text, self.version) for text in used]
        known = codes(self.answer, name)
        if not known:
            return [{"name": text} if self.version == "1.0" else {"value": text} for text in used]
        found = []
        for code in used:
            about = known.get(code)
            names = about.names if about else {self.language: code}
            value = {"id": code, **named(names, self.language)}
            if about and about.parent:
                value["parent"] = about.parent
            found.append(value)
        return found

    # How each figure is written

    def pattern(self) -> Pattern:
        """The pattern of series, or of flat observations."""
        row = self._figure()
        if self.flat:
            key = [*self._key((*self.about.dimensions, TIME)), '":[']
            return Pattern(row=['"', *key, *row, "]"], between=",")
        head: list[Piece] = ['"', *self._key(self.about.dimensions), '":{']
        if self.said["series"]:
            head += [
                '"attributes":[',
                *self._separated(self._places(one) for one in self.said["series"]),
                "],",
            ]
        head.append('"observations":{')
        return Pattern(
            row=['"', self._places(TIME), '":[', *row, "]"], between=",", head=head, tail="}}", apart=","
        )

    def _key(self, names: Sequence[str]) -> list[Piece]:
        return self._separated((self._places(name) for name in names), ":")

    def _separated(self, pieces: Iterable[Piece], sign: str = ",") -> list[Piece]:
        found: list[Piece] = []
        for piece in pieces:
            found += [sign, piece] if found else [piece]
        return found

    def _figure(self) -> list[Piece]:
        """A figure and what is said of it alone; missing ones hold their place."""
        found: list[Piece] = [figure(self.about, missing="null")]
        for name in self.said["obs"]:
            found.append(",")
            if name in self.comments:
                found.append(Told(_listed(name, self.comments[name])))
            elif name in self.answer.cube.labels:
                found.append(self._places(name))
            else:
                found.append(Told(f"coalesce(CAST(to_json({quoted(name)}) AS VARCHAR), 'null')"))
        return found

    def _places(self, name: str) -> Coded:
        """The place of each label among those that stand in the answer, as text."""
        place = {label: number for number, label in enumerate(self.facts.used[name])}
        texts = [str(place.get(label, "null")) for label in range(len(self.answer.cube.labels[name]))]
        return coded(name, texts, "null")


def _listed(name: str, texts: Sequence[str]) -> str:
    """The place of a free text in a list of all of them, as SQL."""
    if not texts:
        return "'null'"
    known = ", ".join(f"{literal(text)}: '{place}'" for place, text in enumerate(texts))
    return f"coalesce(MAP {{{known}}}[{quoted(name)}], 'null')"


def _period(text: str, version: str) -> dict[str, Any]:
    """A period as a value of the time dimension, with the days it covers."""
    found: dict[str, Any] = {"value": text}
    if version == "1.0":
        # Its ids may not hold the slash of a range of time; the name does.
        found = {"id": text.replace("/", "_"), "name": text}
    reach = periods.span(text)
    if reach:
        found |= {"start": _day(reach.first, last=False), "end": _day(reach.last, last=True)}
    return found


def _day(month: int, *, last: bool) -> str:
    year, number = divmod(month, 12)
    if last:
        day = calendar.monthrange(year, number + 1)[1]
        return f"{year:04d}-{number + 1:02d}-{day:02d}T23:59:59Z"
    return f"{year:04d}-{number + 1:02d}-01T00:00:00Z"
