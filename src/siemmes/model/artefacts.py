"""The structures as SDMX artefacts: pysdmx objects of the information model 3.1, from which structure messages are made.

pysdmx holds one language of a name. The objects carry English; what else there is (Spanish, descriptions, the code that a code
belongs to, from when until when) is kept beside them by URN as a `Note`, and `siemmes.sdmx.structures` adds it to the message.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from pysdmx.model import (
    Agency,
    AgencyScheme,
    Annotation,
    Categorisation,
    Category,
    CategoryScheme,
    Code,
    Codelist,
    Component,
    Components,
    Concept,
    ConceptScheme,
    ConstraintAttachment,
    CubeKeyValue,
    CubeRegion,
    CubeValue,
    DataConstraint,
    Dataflow,
    DataProvider,
    DataProviderScheme,
    DataStructureDefinition,
    DataType,
    HierarchicalCode,
    Hierarchy,
    HierarchyAssociation,
    ItemReference,
    ProvisionAgreement,
    Role,
)
from pysdmx.model.__base import MaintainableArtefact

from siemmes.model import catalogue
from siemmes.model.structures import TIME, VALUE, Structure, Texts
from siemmes.model.structures import Component as Column

_URN = "urn:sdmx:org.sdmx.infomodel."
AREAS = "CL_AREA"
CONCEPTS = "CS_MIGRATION"
CATEGORIES = "CAT_MIGRATION"
PROVIDERS = "DATA_PROVIDERS"
AGENCIES = "AGENCIES"
#: The version that schemes of organisations and categorisations have for ever (SDMX 3.1).
FIXED = "1.0"
#: The agency that all agencies belong to.
TOP = "SDMX"
AGENCY_NAMES = {"en": "Regional Conference on Migration", "es": "Conferencia Regional sobre Migración"}


@dataclass(frozen=True)
class Note:
    """What an artefact says beside its English name.

    Attributes:
        names, describe: by language.
        parent: the id of the item it belongs to, in its own list.
        annotations: further facts: type, and text by language ("" for text that is of no language).
    """

    names: Texts
    describe: Texts = field(default_factory=dict)
    parent: str | None = None
    annotations: tuple[tuple[str, Texts], ...] = ()


@dataclass(frozen=True)
class Artefacts:
    """Artefacts that belong together: whatever one refers to is among them, unless they were cut.

    Attributes:
        items: the maintainable artefacts, those first that others refer to.
        notes: by URN of an artefact or of an item in it.
    """

    items: tuple[Any, ...]
    notes: Mapping[str, Note]

    def of(self, *kinds: type) -> "Artefacts":
        """Those of these classes only."""
        return Artefacts(tuple(one for one in self.items if isinstance(one, kinds)), self.notes)

    def definitions(self) -> "Artefacts":
        """What figures are read by: no providers, agreements, constraints, nor associations of hierarchies."""
        left = (DataProviderScheme, ProvisionAgreement, DataConstraint, HierarchyAssociation)
        return Artefacts(tuple(one for one in self.items if not isinstance(one, left)), self.notes)


def urn(kind: str, id_: str, *, version: str | None = None, agency: str | None = None, item: str = "") -> str:
    """The address of an artefact, or of an item in it.

    Args:
        kind: package and class: "codelist.Codelist", "codelist.Code".
    """
    inside = f".{item}" if item else ""
    return f"{_URN}{kind}={agency or catalogue.agency()}:{id_}({version or catalogue.version()}){inside}"


def artefacts(*flows: str) -> Artefacts:
    """The artefacts of these dataflows, or of all, with everything that they refer to.

    Raises:
        QuestionError: where there is no such flow.
    """
    wanted = [catalogue.structure(flow) for flow in flows or catalogue.flows()]
    made = _Made()
    lists = sorted({one.list for about in wanted for one in about.components if one.list} | {AREAS})
    concepts = {one.id: one for about in wanted for one in about.components}
    items: list[Any] = [_agencies(made), _providers(made, wanted), _concepts(made, list(concepts.values()))]
    items += [_code_list(made, name) for name in lists]
    items += [_structure(made, about) for about in wanted]
    items += [_flow(made, about) for about in wanted]
    items += _hierarchies(made, wanted)
    items += _categories(made, wanted)
    for about in wanted:
        items += _agreements(made, about)
    return Artefacts(tuple(items), made.notes)


class _Made:
    """Notes as they are gathered."""

    def __init__(self) -> None:
        self.notes: dict[str, Note] = {}

    def note(self, address: str, names: Texts, describe: Texts | None = None, **more: Any) -> dict[str, Any]:
        """Keep a note; what pysdmx holds of it by itself."""
        self.notes[address] = Note(names, describe or {}, **more)
        return {
            "name": names["en"], "description": (describe or {}).get("en"), "urn": address,
            "annotations": tuple(_annotation(kind, texts) for kind, texts in more.get("annotations", ())),
        }  # fmt: skip


def _annotation(kind: str, texts: Texts) -> Annotation:
    """A fact of no language is a title, one in words is a text."""
    return Annotation(type=kind, title=texts[""]) if "" in texts else Annotation(type=kind, text=texts["en"])


def _kept(**more: Any) -> dict[str, Any]:
    return {"agency": catalogue.agency(), "version": catalogue.version(), **more}


# Agencies and providers


def _agencies(made: _Made) -> AgencyScheme:
    address = urn("base.AgencyScheme", AGENCIES, agency=TOP, version=FIXED)
    own = urn("base.Agency", AGENCIES, agency=TOP, version=FIXED, item=catalogue.agency())
    agency = Agency(id=catalogue.agency(), **made.note(own, AGENCY_NAMES))
    names = {"en": "Agencies", "es": "Organismos"}
    return AgencyScheme(id=AGENCIES, agency=TOP, version=FIXED, items=[agency], **made.note(address, names))


def _providers(made: _Made, wanted: Sequence[Structure]) -> DataProviderScheme:
    """The countries that submit, and the bodies whose figures enter through the same door."""
    areas = catalogue.code_list(AREAS).by_id
    ids = sorted({one["provider"] for about in wanted for one in _participation(about.id)})
    every: dict[str, Texts] = {id_: areas[id_].names for id_ in ids}
    every |= {one["id"]: one["names"] for one in catalogue.sources()}
    items = [DataProvider(id=id_, **made.note(_provider(id_), names)) for id_, names in every.items()]
    address = urn("base.DataProviderScheme", PROVIDERS, version=FIXED)
    names = {"en": "Providers of data", "es": "Proveedores de datos"}
    return DataProviderScheme(
        id=PROVIDERS, agency=catalogue.agency(), version=FIXED, items=items, **made.note(address, names)
    )


def _provider(id_: str) -> str:
    return urn("base.DataProvider", PROVIDERS, version=FIXED, item=id_)


@cache
def _participation(flow: str) -> tuple[dict[str, Any], ...]:
    return tuple(one for one in catalogue.participation() if one["id"] == flow)


# Concepts and codes


def _concepts(made: _Made, columns: Sequence[Column]) -> ConceptScheme:
    """The concepts of these columns; those of attributes are texts, since sdmx1 looks for it here."""
    items = []
    for column in columns:
        id_, about = column.id, catalogue.concepts()[column.id]
        address = urn("conceptscheme.Concept", CONCEPTS, item=id_)
        source = (("SOURCE", {"en": about["source"]}),) if about.get("source") else ()
        more: dict[str, Any] = made.note(address, about["names"], about["describe"], annotations=source)
        if column.role == "attribute":
            more["dtype"] = DataType.STRING
        items.append(Concept(id=id_, **more))
    names = {"en": "Concepts of migration statistics", "es": "Conceptos de las estadísticas de migración"}
    address = urn("conceptscheme.ConceptScheme", CONCEPTS)
    return ConceptScheme(id=CONCEPTS, items=items, **_kept(), **made.note(address, names))


def _code_list(made: _Made, name: str) -> Codelist:
    about = catalogue.code_list(name)
    items = [
        Code(
            id=code.id,
            **made.note(
                urn("codelist.Code", name, item=code.id), code.names, code.describe, parent=code.parent,
                annotations=tuple((kind.upper(), {"": text}) for kind, text in code.notes.items()),
            ),
        )
        for code in about.codes
    ]  # fmt: skip
    source = (("SOURCE", {"en": about.source}),) if about.source else ()
    noted = made.note(urn("codelist.Codelist", name), about.names, about.describe, annotations=source)
    return Codelist(id=name, items=items, **_kept(), **noted)


# Structures and flows


def _structure(made: _Made, about: Structure) -> DataStructureDefinition:
    components = Components([_component(about, one) for one in about.components])
    noted = made.note(
        urn("datastructure.DataStructure", about.id, version=about.version), about.names, about.describe
    )
    return DataStructureDefinition(
        id=about.id, components=components, agency=about.agency, version=about.version, **noted
    )


def _component(about: Structure, one: Column) -> Component:
    concept = ItemReference("Concept", catalogue.agency(), CONCEPTS, catalogue.version(), one.id)
    more: dict[str, Any] = {}
    if one.list:
        more["local_enum_ref"] = urn("codelist.Codelist", one.list)
    elif one.id == TIME:
        more["local_dtype"] = DataType.PERIOD
    elif one.id == VALUE:
        more["local_dtype"] = DataType.LONG if about.whole else DataType.DOUBLE
    else:
        more["local_dtype"] = DataType.STRING
    roles = {"measure": Role.MEASURE, "attribute": Role.ATTRIBUTE}
    if one.role == "attribute":
        levels = {"obs": "O", "dataset": "D", "series": ",".join(about.dimensions)}
        more["attachment_level"] = levels[one.level or "obs"]
    return Component(one.id, one.mandatory, roles.get(one.role, Role.DIMENSION), concept, **more)


def _flow(made: _Made, about: Structure) -> Dataflow:
    noted = made.note(about.urn, about.names, about.describe)
    structure = urn("datastructure.DataStructure", about.id, version=about.version)
    return Dataflow(id=about.id, structure=structure, agency=about.agency, version=about.version, **noted)


# Groupings of areas


def _hierarchies(made: _Made, wanted: Sequence[Structure]) -> Iterator[Any]:
    """The regional groupings, each associated with the areas of every flow."""
    for one in catalogue.hierarchies():
        address = urn("codelist.Hierarchy", one["id"])
        noted = made.note(address, one["names"], one.get("describe", {}))
        yield Hierarchy(id=one["id"], codes=_groups(one), is_partial=False, **_kept(), **noted)
        for about in wanted:
            for dimension in about.dimensions:
                if about.by_id[dimension].list == AREAS:
                    yield _association(made, one, about, dimension)


def _association(
    made: _Made, one: Mapping[str, Any], about: Structure, dimension: str
) -> HierarchyAssociation:
    id_ = f"{one['id']}_{about.id}_{dimension}"
    column = about.by_id[dimension].names
    names = {
        language: f"{one['names'][language]}: {about.names[language]}, {column[language]}"
        for language in ("en", "es")
    }
    noted = made.note(urn("codelist.HierarchyAssociation", id_), names)
    return HierarchyAssociation(
        id=id_, hierarchy=urn("codelist.Hierarchy", one["id"]),
        component_ref=urn("datastructure.Dimension", about.id, version=about.version, item=dimension),
        context_ref=about.urn, **_kept(), **noted,
    )  # fmt: skip


def _groups(one: Mapping[str, Any]) -> list[HierarchicalCode]:
    """The groups of a hierarchy, those of lower levels inside those that they belong to, countries inside the lowest."""
    groups = [*one.get("groups", ()), *(group for level in one.get("level", ()) for group in level["groups"])]
    inside: dict[str | None, list[Mapping[str, Any]]] = {}
    for group in groups:
        inside.setdefault(group.get("parent"), []).append(group)
    taken: set[str] = set()
    return [_group(group, inside, taken) for group in inside[None]]


def _group(
    group: Mapping[str, Any], inside: Mapping[str | None, list[Mapping[str, Any]]], taken: set[str]
) -> HierarchicalCode:
    """A group with what it holds; groups may overlap, so that a place in the hierarchy has an id of its own."""
    lower = inside.get(group["id"], [])
    below = {member for one in lower for member in one["members"]}
    codes = [_group(one, inside, taken) for one in lower]
    for member in group["members"]:
        if member not in below:
            place = f"{group['id']}_{member}" if member in taken else member
            taken.add(member)
            codes.append(_member(member, place, group))
    return HierarchicalCode(
        id=group["id"],
        name=group["names"]["en"],
        codes=codes,
        urn=urn("codelist.Code", AREAS, item=group["id"]),
    )


def _member(code: str, place: str, group: Mapping[str, Any]) -> HierarchicalCode:
    return HierarchicalCode(
        id=place, name=catalogue.code_list(AREAS).by_id[code].names["en"], urn=urn("codelist.Code", AREAS, item=code),
        rel_valid_from=_instant(group.get("from")), rel_valid_to=_last(group.get("until")),
    )  # fmt: skip


def _instant(day: dt.date | None) -> dt.datetime | None:
    return dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC) if day else None


def _last(until: dt.date | None) -> dt.datetime | None:
    """The last instant before a day that is exclusive."""
    day = _instant(until)
    return day - dt.timedelta(seconds=1) if day else None


# Categories


def _categories(made: _Made, wanted: Sequence[Structure]) -> Iterator[Any]:
    used = {about.category for about in wanted}
    items = [
        Category(id=id_, **made.note(urn("categoryscheme.Category", CATEGORIES, item=id_), names))
        for id_, names in catalogue.categories()
        if id_ in used
    ]
    names = {"en": "Subjects", "es": "Temas"}
    noted = made.note(urn("categoryscheme.CategoryScheme", CATEGORIES), names)
    yield CategoryScheme(id=CATEGORIES, items=items, **_kept(), **noted)
    for about in wanted:
        id_ = f"{about.id}_{about.category}"
        noted = made.note(urn("categoryscheme.Categorisation", id_, version=FIXED), about.names)
        target = urn("categoryscheme.Category", CATEGORIES, item=about.category)
        yield Categorisation(
            id=id_, source=about.urn, target=target, agency=catalogue.agency(), version=FIXED, **noted
        )


# Who may report what


def _agreements(made: _Made, about: Structure) -> Iterator[MaintainableArtefact]:
    """For each country of a collection its provision agreement, and the cells that it may report: its own area only."""
    areas = catalogue.code_list(AREAS).by_id
    for one in _participation(about.id):
        country = one["provider"]
        id_ = f"{about.id}_{country}"
        names = {
            "en": f"{about.names['en']}: {areas[country].names['en']}",
            "es": f"{about.names['es']}: {areas[country].names['es']}",
        }
        dated = [("FROM", {"": str(one["from"])})]
        dated += [("UNTIL", {"": str(one["until"])})] if one.get("until") else []
        dated += [("EVIDENCE", {"": one["evidence"]}), ("NOTE", one["note"])]
        address = urn("registry.ProvisionAgreement", id_)
        noted = made.note(address, names, annotations=tuple(dated))
        yield ProvisionAgreement(id=id_, dataflow=about.urn, provider=_provider(country), **_kept(), **noted)
        yield _constraint(made, id_, address, country, names)


def _constraint(made: _Made, id_: str, agreement: str, country: str, names: Texts) -> DataConstraint:
    noted = made.note(urn("registry.DataConstraint", f"{id_}_CELLS"), names)
    region = CubeRegion([CubeKeyValue("REF_AREA", [CubeValue(country)])])
    attachment = ConstraintAttachment(None, provision_agreements=[agreement])
    return DataConstraint(
        id=f"{id_}_CELLS", constraint_attachment=attachment, cube_regions=[region], **_kept(), **noted
    )
