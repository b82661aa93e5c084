"""Names and addresses that messages carry: of flows, components, codes and senders, in every language there is."""

import json
from collections.abc import Mapping
from typing import Any

from siemmes.cube.answers import Answer
from siemmes.model.catalogue import agency, code_list
from siemmes.model.structures import Code, Structure, said

#: The languages in which everything here has a name.
LANGUAGES = ("en", "es")
#: The agency, as messages name their sender.
SENDER = {"en": "Regional Conference on Migration", "es": "Conferencia Regional sobre Migración"}
#: Concepts of the SDMX cross-domain list that tell a reader's program what a component is for.
ROLES = (
    "FREQ",
    "REF_AREA",
    "TIME_PERIOD",
    "OBS_STATUS",
    "CONF_STATUS",
    "UNIT_MEASURE",
    "UNIT_MULT",
    "DECIMALS",
)


def structure_urn(about: Structure) -> str:
    """The address of the data structure definition, which bears the id of its dataflow."""
    return (
        f"urn:sdmx:org.sdmx.infomodel.datastructure.DataStructure={about.agency}:{about.id}({about.version})"
    )


def short(about: Structure) -> str:
    """A dataflow as SDMX-CSV names it: `RCM:MIG_STOCK(1.0.0)`."""
    return f"{about.agency}:{about.id}({about.version})"


def in_order(names: Mapping[str, str], language: str) -> dict[str, str]:
    """Names with the preferred language first."""
    first = {language: names[language]} if language in names else {}
    return {**first, **names}


def named(names: Mapping[str, str], language: str) -> dict[str, Any]:
    """A name as SDMX-JSON writes it: the best match, and every language."""
    return {"name": said(names, language), "names": in_order(names, language)}


def codes(answer: Answer, name: str) -> Mapping[str, Code]:
    """The codes of the list that a column takes its values from; none for periods and texts."""
    component = answer.about.by_id.get(name)
    if component is None or component.list is None:
        return {}
    return code_list(component.list).by_id


def code_names(answer: Answer, name: str, language: str) -> list[str]:
    """The name of each label of a coded column, in the release's order; "" for what has none."""
    known = codes(answer, name)
    return [said(known[one].names, language) if one in known else "" for one in answer.cube.labels[name]]


def compact(value: Any) -> str:
    """A value as compact JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def prepared(answer: Answer) -> str:
    """When the figures were built, as an instant with its zone: the same release makes the same message."""
    built: str = answer.cube.manifest["built_at"]
    return built.replace("+00:00", "Z")


def sender() -> dict[str, Any]:
    """The sender of a message, for SDMX-JSON."""
    return {"id": agency(), **named(SENDER, "en")}
