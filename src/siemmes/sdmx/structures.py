"""Structure messages: SDMX-ML 2.1, 3.0 and 3.1, SDMX-JSON 2.0 and 2.1.

pysdmx writes the message; what it leaves out is then added to its tree: the second language, parents of codes, addresses; and
what the schemas refuse is taken out (`docs/decisions`). Nothing is indented, so that a message stays small.
"""

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

from lxml import etree
from pysdmx.io import write_sdmx
from pysdmx.io.format import Format as Kind
from pysdmx.model import HierarchyAssociation, Organisation
from pysdmx.model.message import Header

from siemmes.model.artefacts import Artefacts, Note, artefacts, urn
from siemmes.model.catalogue import agency
from siemmes.model.errors import QuestionError
from siemmes.sdmx.formats import STRUCTURE_FORMS
from siemmes.sdmx.mldata import VERSIONS
from siemmes.sdmx.naming import LANGUAGES, SENDER, compact, in_order

_KINDS = {
    "ml21": Kind.STRUCTURE_SDMX_ML_2_1, "ml30": Kind.STRUCTURE_SDMX_ML_3_0, "ml31": Kind.STRUCTURE_SDMX_ML_3_1,
    "json20": Kind.STRUCTURE_SDMX_JSON_2_0_0, "json21": Kind.STRUCTURE_SDMX_JSON_2_1_0,
}  # fmt: skip
_ML = {"ml21": "2.1", "ml30": "3.0", "ml31": "3.1"}
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
#: The collections of a message of SDMX-ML 2.1, in the order that its schema asks for.
_ORDER = (
    "OrganisationSchemes", "Dataflows", "CategorySchemes", "Categorisations", "Codelists", "HierarchicalCodelists",
    "Concepts", "DataStructures", "Constraints", "ProvisionAgreements",
)  # fmt: skip
#: What 2.1 calls classes that have another name since.
_OLDER = {"HierarchicalCodelist": "Hierarchy", "ContentConstraint": "DataConstraint"}
#: In SDMX-JSON: the class of a collection's artefacts, and the key and class of the items in each.
_COLLECTIONS = {
    "agencySchemes": ("base.AgencyScheme", "agencies", "base.Agency"),
    "dataProviderSchemes": ("base.DataProviderScheme", "dataProviders", "base.DataProvider"),
    "categorySchemes": ("categoryscheme.CategoryScheme", "categories", "categoryscheme.Category"),
    "codelists": ("codelist.Codelist", "codes", "codelist.Code"),
    "conceptSchemes": ("conceptscheme.ConceptScheme", "concepts", "conceptscheme.Concept"),
    "categorisations": ("categoryscheme.Categorisation", "", ""),
    "dataConstraints": ("registry.DataConstraint", "", ""),
    "dataflows": ("datastructure.Dataflow", "", ""),
    "dataStructures": ("datastructure.DataStructure", "", ""),
    "hierarchies": ("codelist.Hierarchy", "", ""),
    "hierarchyAssociations": ("codelist.HierarchyAssociation", "", ""),
    "provisionAgreements": ("registry.ProvisionAgreement", "", ""),
}


def write_structures(*flows: str, form: str = "ml31", at: dt.datetime | None = None) -> bytes:
    """A structure message of these dataflows, or of all, with everything that they refer to.

    Args:
        form: "ml21", "ml30", "ml31", "json20" or "json21".
        at: when it is prepared; now, where it is not said.

    Raises:
        QuestionError: where there is no such flow or form.
    """
    return write_artefacts(
        artefacts(*flows), form=form, at=at, id_="_".join((agency(), *(flows or ("STRUCTURES",))))
    )


def write_artefacts(
    found: Artefacts, *, form: str = "ml31", at: dt.datetime | None = None, id_: str = "STRUCTURES"
) -> bytes:
    """A structure message of these artefacts.

    Args:
        form, at: as of `write_structures`.
        id_: of the message.

    Raises:
        QuestionError: where there is no such form.
    """
    if form not in STRUCTURE_FORMS:
        known = ", ".join(STRUCTURE_FORMS)
        raise QuestionError(
            {
                "en": f"There is no form “{form}” of structure messages. Forms: {known}.",
                "es": f"No existe la forma «{form}» de los mensajes de estructura. Formas: {known}.",
            }
        )
    items = list(found.items)
    if form == "ml21":  # SDMX 2.1 has no associations of hierarchies
        items = [one for one in items if not isinstance(one, HierarchyAssociation)]
    text = write_sdmx(items, _KINDS[form], header=_header(id_, at), prettyprint=False) or ""
    return _in_xml(text, found, _ML[form]) if form in _ML else _in_json(text, found)


def _header(id_: str, at: dt.datetime | None) -> Header:
    prepared = (at or dt.datetime.now(dt.UTC)).replace(microsecond=0)
    return Header(id=id_, prepared=prepared, sender=Organisation(id=agency(), name=SENDER["en"]))


# SDMX-ML


def _in_xml(text: str, found: Artefacts, version: str) -> bytes:
    root = etree.fromstring(text.encode(), etree.XMLParser(remove_blank_text=True, resolve_entities=False))
    common = f"{{{VERSIONS[version].common}}}"
    for element in root.iter(etree.Element):
        note = found.notes.get(element.get("urn", ""))
        if note is not None:
            _complete(element, note, common, version)
    _without_measures(root)
    if version == "2.1":
        _in_order(root)
        _older_addresses(root)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _in_order(root: Any) -> None:
    """Put the collections into the order of the schema of 2.1, which pysdmx does not keep."""
    structures = root.find("{*}Structures")
    structures[:] = sorted(structures, key=lambda one: _ORDER.index(etree.QName(one).localname))


def _older_addresses(root: Any) -> None:
    """Address what 2.1 calls otherwise by the name that it has there; say what a reference to an agreement refers to."""
    for reference in root.iterfind(".//{*}ProvisionAgreement/Ref"):
        reference.set("package", "registry")
        reference.set("class", "ProvisionAgreement")
    for tag, newer in _OLDER.items():
        for element in root.iter("{*}" + tag):
            element.set("urn", element.get("urn", "").replace(f".{newer}=", f".{tag}="))


def _complete(element: Any, note: Note, common: str, version: str) -> None:
    """Add to an element what its note holds beside the English name."""
    for tag, texts in (("Name", note.names), ("Description", note.describe)):
        if texts:
            _translate(element, common + tag, texts)
    annotations = element.findall(f"{common}Annotations/{common}Annotation")
    for annotation, (_kind, texts) in zip(annotations, note.annotations, strict=True):
        _translate(annotation, f"{common}AnnotationText", texts)
    if note.parent:
        _set_parent(element, note.parent, version)


def _translate(element: Any, tag: str, texts: Mapping[str, str]) -> None:
    """Put the other languages of a text behind the English one."""
    known = element.findall(tag)
    for language in LANGUAGES:
        if known and texts.get(language) and all(one.get(_LANG) != language for one in known):
            made = etree.Element(tag, {_LANG: language})
            made.text = texts[language]
            known[-1].addnext(made)
            known.append(made)


def _set_parent(element: Any, parent: str, version: str) -> None:
    """Say which code a code belongs to: the last thing that is said of it."""
    made = etree.SubElement(element, element.tag.replace("}Code", "}Parent"))
    if version == "2.1":
        etree.SubElement(made, "Ref", {"id": parent})
    else:
        made.text = parent


def _without_measures(root: Any) -> None:
    """Take out the relations of attributes to the only measure, which say nothing and which some readers do not know."""
    for relation in list(root.iter("{*}MeasureRelationship")):
        relation.getparent().remove(relation)


# SDMX-JSON


def _in_json(text: str, found: Artefacts) -> bytes:
    message = json.loads(text)
    message["meta"]["contentLanguages"] = list(LANGUAGES)
    for name, (kind, key, inner) in _COLLECTIONS.items():
        for one in message["data"].get(name, ()):
            address = urn(kind, one["id"], version=one["version"], agency=one["agencyID"])
            _complete_json(one, found.notes[address], address)
            for item in one.get(key, ()):
                own = urn(inner, one["id"], version=one["version"], agency=one["agencyID"], item=item["id"])
                _complete_json(item, found.notes[own], own)
    for one in message["data"].get("dataStructures", ()):
        _without_nothing(one["dataStructureComponents"])
    return compact(message).encode()


def _complete_json(one: dict[str, Any], note: Note, address: str) -> None:
    """Add to an object what its note holds beside the English name, and its address."""
    one["name"] = note.names["en"]
    one["names"] = in_order(note.names, "en")
    if note.describe.get("en"):
        one["description"], one["descriptions"] = note.describe["en"], dict(note.describe)
    for annotation, (_kind, texts) in zip(one.get("annotations", ()), note.annotations, strict=True):
        if "en" in texts:
            annotation["texts"] = dict(texts)
    if note.parent:
        one["parent"] = note.parent
    one.pop("urn", None)
    one["links"] = [{"rel": "self", "urn": address}]


def _without_nothing(components: dict[str, Any]) -> None:
    """Take out the empty list of groups, and the relation of attributes to the only measure."""
    if not components.get("groups"):
        components.pop("groups", None)
    for attribute in components.get("attributeList", {}).get("attributes", ()):
        attribute.pop("measureRelationship", None)
