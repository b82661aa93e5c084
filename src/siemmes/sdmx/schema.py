"""The XML schema of a dataflow's structure-specific data sets, made from its structure.

A structure-specific message is valid when its envelope meets SDMX's own schema and its data sets meet this one, which restricts
SDMX's abstract types to the dimensions, attributes and codes of the flow.

Source: SDMX 2.1 and 3.0, section 3A, structure-specific schemas; technical notes.
"""

from siemmes.model.catalogue import code_list
from siemmes.model.structures import TIME, VALUE, Component, Structure
from siemmes.sdmx.mldata import ALL, VERSIONS, escaped, namespace

#: Where SDMX keeps its schemas.
OFFICIAL = {"2.1": "https://registry.sdmx.org/schemas/v2_1", "3.0": "https://registry.sdmx.org/schemas/v3_0",
            "3.1": "https://registry.sdmx.org/schemas/v3_1"}  # fmt: skip


def schema(about: Structure, *, version: str = "2.1", flat: bool = False, base: str | None = None) -> str:
    """The schema of a flow's data sets.

    Args:
        version: of SDMX-ML: "2.1", "3.0" or "3.1".
        flat: of observations without series around them.
        base: where SDMX's own schemas lie; its registry, where it is not said.
    """
    names, place = VERSIONS[version], base or OFFICIAL[version]
    observation = ALL if flat else TIME
    lists = {one.list: one for one in about.components if one.list}
    series = "" if flat else _series(about)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns="{namespace(about, observation)}" '
        f'xmlns:common="{names.common}" xmlns:data="{names.data}" targetNamespace="{namespace(about, observation)}" '
        'elementFormDefault="qualified" attributeFormDefault="unqualified">'
        f'<xs:import namespace="{names.common}" schemaLocation="{place}/SDMXCommon.xsd"/>'
        f'<xs:import namespace="{names.data}" schemaLocation="{place}/SDMXDataStructureSpecific.xsd"/>'
        f"{''.join(_codes(one) for one in lists)}{_dataset(about, flat=flat)}{series}{_observation(about, flat=flat)}"
        "</xs:schema>\n"
    )


def _codes(name: str) -> str:
    """A code list as a type."""
    values = "".join(f'<xs:enumeration value="{escaped(code)}"/>' for code in code_list(name).ids)
    return f'<xs:simpleType name="{name}"><xs:restriction base="xs:string">{values}</xs:restriction></xs:simpleType>'


def _restricted(name: str, content: str, attributes: str) -> str:
    return (
        f'<xs:complexType name="{name}"><xs:complexContent><xs:restriction base="data:{name}"><xs:sequence>'
        f'<xs:element ref="common:Annotations" minOccurs="0"/>{content}</xs:sequence>{attributes}</xs:restriction>'
        "</xs:complexContent></xs:complexType>"
    )


def _element(name: str) -> str:
    return f'<xs:element name="{name}" type="{name}Type" form="unqualified" minOccurs="0" maxOccurs="unbounded"/>'


def _dataset(about: Structure, *, flat: bool) -> str:
    attributes = "".join(_attribute(about, name, "optional") for name in about.attributes_at("dataset"))
    return _restricted("DataSetType", _element("Obs" if flat else "Series"), attributes)


def _series(about: Structure) -> str:
    key = "".join(_attribute(about, name, "required") for name in about.dimensions)
    said = "".join(_attribute(about, name, "optional") for name in about.attributes_at("series"))
    return _restricted(
        "SeriesType", _element("Obs"), f'{key}{said}<xs:attribute name="{TIME}" use="prohibited"/>'
    )


def _observation(about: Structure, *, flat: bool) -> str:
    key = "".join(_attribute(about, name, "required") for name in about.dimensions) if flat else ""
    levels = ("series", "obs") if flat else ("obs",)
    said = "".join(
        _attribute(about, name, "optional") for level in levels for name in about.attributes_at(level)
    )
    period = f'<xs:attribute name="{TIME}" type="common:ObservationalTimePeriodType" use="required"/>'
    value = f'<xs:attribute name="{VALUE}" type="xs:{"long" if about.whole else "double"}" use="optional"/>'
    return _restricted(
        "ObsType", "", f'{key}{period}{value}{said}<xs:attribute name="type" use="prohibited"/>'
    )


def _attribute(about: Structure, name: str, use: str) -> str:
    component: Component = about.by_id[name]
    return f'<xs:attribute name="{name}" type="{component.list or "xs:string"}" use="{use}"/>'
