"""The structures, code lists and hierarchies that the process keeps, read from the definitions beside this file.

Each is read when first asked for, so that a command that needs one flow does not pay for the others.
"""

import csv
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from siemmes.model.errors import QuestionError
from siemmes.model.structures import TIME, VALUE, Code, CodeList, Component, Protection, Structure

DEFINITIONS = Path(__file__).parent / "definitions"
#: Columns of a code list's file that are not facts beside the code.
_TEXTS = ("name_en", "name_es", "description_en", "description_es")


@cache
def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((DEFINITIONS / name).read_text("utf-8"))


def agency() -> str:
    """The id of the agency that maintains everything here."""
    return str(_read("structures.toml")["agency"])


def version() -> str:
    """The version of the structures and lists."""
    return str(_read("structures.toml")["version"])


def flows() -> tuple[str, ...]:
    """The ids of the dataflows, in the catalogue's order."""
    return tuple(one["id"] for one in _read("structures.toml")["flow"])


def categories() -> tuple[tuple[str, Mapping[str, str]], ...]:
    """The categories that the flows are filed under: id and names."""
    return tuple((one["id"], one["names"]) for one in _read("structures.toml")["category"])


def concepts() -> Mapping[str, Mapping[str, Any]]:
    """The concepts by id: names, describe, source."""
    return _read("concepts.toml")


def hierarchies() -> list[dict[str, Any]]:
    """The regional groupings over CL_AREA."""
    return list(_read("hierarchies.toml")["hierarchy"])


def participation() -> list[dict[str, Any]]:
    """Who takes part in which collection, from when until when."""
    return list(_read("participation.toml")["collection"])


def sources() -> list[dict[str, Any]]:
    """Bodies that submit figures on countries: id, names, licence and how to cite."""
    return list(_read("sources.toml")["source"])


@cache
def source_ids() -> tuple[str, ...]:
    """The ids of those bodies."""
    return tuple(one["id"] for one in sources())


def providers(flow: str, *, on: str | None = None) -> tuple[str, ...]:
    """The countries that may submit to a flow, in alphabetical order.

    Args:
        on: a date (YYYY-MM-DD); None for those of whom no end is known.
    """
    found = {
        one["provider"]
        for one in participation()
        if one["id"] == flow and _holds(str(one["from"]), str(one.get("until", "")), on)
    }
    return tuple(sorted(found))


def _holds(since: str, until: str, on: str | None) -> bool:
    if on is None:
        return not until
    return since <= on and (not until or on < until)


@cache
def structure(flow: str) -> Structure:
    """The data structure of a dataflow.

    Raises:
        QuestionError: where there is no such flow; the text names those that there are.
    """
    found = next((one for one in _read("structures.toml")["flow"] if one["id"] == flow), None)
    if found is None:
        known = ", ".join(flows())
        raise QuestionError(
            {
                "en": f"There is no dataflow “{flow}”. The dataflows are: {known}.",
                "es": f"No existe el flujo de datos «{flow}». Los flujos de datos son: {known}.",
            }
        )
    return _structure(found)


def _structure(raw: Mapping[str, Any]) -> Structure:
    public, mirror = raw["public"], raw.get("mirror")
    dominance = public.get("dominance")
    return Structure(
        id=raw["id"],
        agency=agency(),
        version=raw.get("version", version()),
        names=raw["names"],
        describe=raw["describe"],
        category=raw["category"],
        components=tuple(_components(raw)),
        value=raw["value"],
        unit=raw["unit"],
        multiplier=raw.get("multiplier", 0),
        units=tuple(raw.get("units", ())),
        frequencies=tuple(raw["frequencies"]),
        since=raw["since"],
        parts=tuple(raw["parts"]),
        mirror=(mirror["dimension"], mirror["pairs"]) if mirror else None,
        negative={name: tuple(codes) for name, codes in raw.get("negative", {}).items()},
        reflexive=tuple(raw.get("reflexive", ())),
        protection=Protection(
            method=public["method"],
            threshold=public["threshold"],
            dominance=(dominance["n"], dominance["k"]) if dominance else None,
        ),
    )


def _components(raw: Mapping[str, Any]) -> Iterator[Component]:
    lists = raw.get("lists", {})
    yield Component("FREQ", "dimension", _names("FREQ"), list="CL_FREQ")
    yield Component("REF_AREA", "dimension", _names("REF_AREA"), list="CL_AREA")
    for name in raw["dimensions"]:
        yield Component(name, "dimension", _names(name), list=lists.get(name, f"CL_{name}"))
    yield Component(TIME, "time", _names(TIME))
    yield Component(VALUE, "measure", _names(VALUE), mandatory=False)
    for one in (*_read("structures.toml")["attribute"], *raw.get("attributes", ())):
        yield Component(
            one["id"],
            "attribute",
            _names(one["id"]),
            one.get("list"),
            one["level"],
            one.get("mandatory", False),
        )


def _names(concept: str) -> Mapping[str, str]:
    return concepts()[concept]["names"]


def code_lists() -> tuple[str, ...]:
    """The ids of the code lists that the structures use, in alphabetical order."""
    used = {one.list for flow in flows() for one in structure(flow).components if one.list}
    return tuple(sorted(used))


@cache
def code_list(name: str) -> CodeList:
    """A code list with its codes in their own order.

    Raises:
        QuestionError: where there is no such list.
    """
    about = _read("codelists.toml").get(name)
    if about is None:
        raise QuestionError(
            {"en": f"There is no code list “{name}”.", "es": f"No existe la lista de códigos «{name}»."}
        )
    with (DEFINITIONS / "codelists" / f"{name}.csv").open("r", encoding="utf-8") as file:
        codes = tuple(_code(row) for row in csv.DictReader(file))
    return CodeList(
        name, version(), about["names"], about.get("describe", {}), about.get("source", ""), codes
    )


def _code(row: Mapping[str, str]) -> Code:
    beside = {key: value for key, value in row.items() if value and key not in {"id", "parent", *_TEXTS}}
    return Code(
        id=row["id"],
        names={"en": row["name_en"], "es": row["name_es"]},
        parent=row["parent"] or None,
        describe={code: text for code in ("en", "es") if (text := row.get(f"description_{code}", ""))},
        notes=beside,
    )
