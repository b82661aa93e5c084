"""Figures in SDMX-JSON 1.0, 2.0 and 2.1, by series or flat."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import msgspec

from siemmes.intake.findings import Finding
from siemmes.intake.gathering import Gatherer
from siemmes.model.errors import UnreadableError
from siemmes.model.structures import TIME, VALUE, Structure

#: Bytes of JSON that are read: the message is held in memory whole, unlike every other kind.
LIMIT = 512 << 20


def read_notation(
    con: duckdb.DuckDBPyConnection, path: Path, about: Structure
) -> tuple[str, list[str], list[Finding]]:
    """Read SDMX-JSON into the table `raw`; its kind, its columns, and what was noticed. Rows are counted by observation.

    Raises:
        UnreadableError: where it is no JSON, no SDMX-JSON data message, or larger than LIMIT.
    """
    if path.stat().st_size > LIMIT:
        raise UnreadableError({
            "en": f"“{path.name}” holds more than {LIMIT >> 20} MiB of JSON; send it as SDMX-CSV, which may be of any size.",
            "es": f"«{path.name}» tiene más de {LIMIT >> 20} MiB de JSON; envíelo como SDMX-CSV, que admite cualquier tamaño.",
        })  # fmt: skip
    try:
        message = msgspec.json.decode(path.read_bytes())
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise UnreadableError({
            "en": f"“{path.name}” is not well-formed JSON: {error}. It may have been cut off; send it again.",
            "es": f"«{path.name}» no es JSON bien formado: {error}. Puede estar incompleto; envíelo de nuevo.",
        }) from error  # fmt: skip
    gatherer = Gatherer(con, about)
    try:
        kind = _read(message, gatherer)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise UnreadableError({
            "en": f"“{path.name}” is JSON, but no SDMX-JSON data message that holds together ({type(error).__name__}: {error}).",
            "es": f"«{path.name}» es JSON, pero no un mensaje de datos SDMX-JSON coherente ({type(error).__name__}: {error}).",
        }) from error  # fmt: skip
    return kind, *gatherer.finish()


def _read(message: Mapping[str, Any], gatherer: Gatherer) -> str:
    data = message.get("data") or message
    version = (
        "1.0"
        if "structure" in data
        else "2.1"
        if "2.1" in str(message.get("meta", {}).get("schema", ""))
        else "2.0"
    )
    structures = [data["structure"]] if "structure" in data else data["structures"]
    for dataset in data["dataSets"]:
        number = dataset.get("structure", 0)
        _read_dataset(dataset, _Shape(structures[number]), gatherer)
    return f"SDMX-JSON {version}"


class _Shape:
    """The components of a message's structure, by where they are attached, with their values in order."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        dimensions, attributes = raw["dimensions"], raw.get("attributes", {})
        self.dataset = _components(dimensions.get("dataSet", []))
        self.series = _components(dimensions.get("series", []))
        self.observation = _components(dimensions.get("observation", []))
        self.dataset_attributes = _components(attributes.get("dataSet", []))
        self.series_attributes = _components(attributes.get("series", []))
        self.group_attributes = _components(attributes.get("dimensionGroup", []))
        self.observation_attributes = _components(attributes.get("observation", []))
        measures = _components(raw.get("measures", {}).get("observation", []))
        self.measures = measures or [(VALUE, [])]
        self.flow = _flow(raw)


Component = tuple[str, Sequence[str]]


def _components(raw: Sequence[Mapping[str, Any]]) -> list[Component]:
    return [
        (one["id"], [_component_value(one["id"], value) for value in one.get("values", [])]) for one in raw
    ]


def _component_value(component: str, value: Any) -> str:
    """A value of a component; version 1.0 lets no id hold the slash of a range of time, which is then an underline."""
    found = _value(value)
    return re.sub(r"_(?=P\d+[YMD]$)", "/", found) if component == TIME else found


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        found = value.get("id", value.get("value", value.get("start", "")))
        if found == "" and "name" in value:
            found = value["name"]
        return _text(found)
    return _text(value)


def _text(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return "" if value is None else str(value).lower()
    if isinstance(value, float) and value == int(value) and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, list):
        return ",".join(_text(one) for one in value)
    if isinstance(value, Mapping):
        return _text(value.get("en", next(iter(value.values()), "")))
    return str(value)


def _flow(raw: Mapping[str, Any]) -> str | None:
    for link in raw.get("links", []):
        urn = link.get("urn", "") or link.get("href", "")
        if "=" in urn and "(" in urn:
            return str(urn.rsplit("=", 1)[-1])
    return None


def _read_dataset(dataset: Mapping[str, Any], shape: _Shape, gatherer: Gatherer) -> None:
    shared = {name: values[0] for name, values in shape.dataset if values}
    shared |= dict(_coded(shape.dataset_attributes, dataset.get("attributes", [])))
    if shape.flow:
        shared["STRUCTURE_ID"] = shape.flow
    action = {"Append": "I", "Information": "I", "Merge": "M", "Replace": "R", "Delete": "D"}.get(
        dataset.get("action", "")
    )
    if action:
        shared["ACTION"] = action
    groups = dataset.get("dimensionGroupAttributes", {})
    for key, series in dataset.get("series", {}).items():
        own = (
            shared
            | dict(_key(shape.series, key))
            | dict(_coded(shape.series_attributes, series.get("attributes", [])))
        )
        _read_observations(series.get("observations", {}), shape, own, gatherer)
    if "observations" in dataset:
        for key, values in dataset["observations"].items():
            own = dict(_key(shape.observation, key))
            for pattern, said in groups.items():
                if _matches(pattern, key):
                    own |= dict(_coded(shape.group_attributes, said))
            gatherer.add(own | _observed(values, shape), shared)


def _read_observations(
    observations: Mapping[str, Sequence[Any]], shape: _Shape, shared: Mapping[str, str], gatherer: Gatherer
) -> None:
    for key, values in observations.items():
        gatherer.add(dict(_key(shape.observation, key)) | _observed(values, shape), shared)


def _observed(values: Sequence[Any], shape: _Shape) -> dict[str, str]:
    measures, said = values[: len(shape.measures)], values[len(shape.measures) :]
    own = {name: _text(value) for (name, _values), value in zip(shape.measures, measures, strict=False)}
    return own | dict(_coded(shape.observation_attributes, said))


def _key(components: Sequence[Component], key: str) -> Iterator[tuple[str, str]]:
    places = key.split(":") if key else []
    for (name, values), place in zip(components, places, strict=True):
        yield name, values[int(place)]


def _coded(components: Sequence[Component], said: Sequence[Any]) -> Iterator[tuple[str, str]]:
    """Attributes by their values' places; where there are no values to choose from, the text itself."""
    for (name, values), place in zip(components, said, strict=False):
        if place is not None:
            yield name, values[place] if isinstance(place, int) and values else _text(place)


def _matches(pattern: str, key: str) -> bool:
    return all(want in {"", have} for want, have in zip(pattern.split(":"), key.split(":"), strict=False))
