"""Structure messages: valid, closed in themselves, in both languages, and read by others."""

import datetime as dt
import json
import re
import subprocess
import sys

import pytest
from lxml import etree
from pysdmx.io import read_sdmx
from pysdmx.model import (
    Codelist,
    ConceptScheme,
    DataConstraint,
    Dataflow,
    DataStructureDefinition,
    Hierarchy,
    ProvisionAgreement,
)

from siemmes.model import catalogue
from siemmes.model.artefacts import artefacts, urn
from siemmes.model.errors import QuestionError
from siemmes.sdmx.formats import STRUCTURE_FORMS
from siemmes.sdmx.structures import write_artefacts, write_structures
from tests.siemmes.sdmx.schemas import message_schema, require_json, require_xml

AT = dt.datetime(2026, 3, 2, 12, 0, tzinfo=dt.UTC)
ML = {"ml21": "2.1", "ml30": "3.0", "ml31": "3.1"}
JSON = {"json20": "2.0", "json21": "2.1"}
NAME = "{*}Name[@{http://www.w3.org/XML/1998/namespace}lang='%s']"


@pytest.fixture(scope="module")
def messages():
    return {form: write_structures(form=form, at=AT) for form in STRUCTURE_FORMS}


@pytest.mark.parametrize("form", ML)
def test_a_message_of_sdmx_ml_meets_the_official_schema(messages, form):
    require_xml(message_schema(ML[form]), messages[form])


@pytest.mark.parametrize("form", JSON)
def test_a_message_of_sdmx_json_meets_the_official_schema(messages, form):
    require_json("structure", JSON[form], messages[form])


@pytest.mark.parametrize("flow", ["TRAFFICK", "POP"])
@pytest.mark.parametrize("form", STRUCTURE_FORMS)
def test_one_flows_message_is_valid_and_holds_no_other_flow(form, flow):
    message = write_structures(flow, form=form, at=AT)

    if form in ML:
        require_xml(message_schema(ML[form]), message)
    else:
        require_json("structure", JSON[form], message)
    assert flow.encode() in message
    assert b"REMIT" not in message


@pytest.mark.parametrize("form", ["ml30", "ml31", "json20", "json21"])
@pytest.mark.parametrize("flows", [(), ("TRAFFICK",)], ids=["all", "one"])
def test_whatever_is_referred_to_stands_in_the_message(messages, form, flows):
    text = (write_structures(*flows, form=form) if flows else messages[form]).decode()
    dimensions = {
        urn("datastructure.Dimension", flow, item=name)
        for flow in flows or catalogue.flows()
        for name in catalogue.structure(flow).dimensions
    }
    if form in ML:
        defined = set(re.findall(r' urn="([^"]+)"', text))
        used = set(re.findall(r">(urn:sdmx:[^<]+)<", text))
    else:
        defined = set(re.findall(r'"rel":"self","urn":"([^"]+)"', text))
        used = set(re.findall(r'"(urn:sdmx:[^"]+)"', text)) - defined

    assert used
    assert used <= defined | dimensions


def test_whatever_version_2_1_refers_to_stands_in_the_message(messages):
    root = etree.fromstring(messages["ml21"])
    defined = {
        (one.get("agencyID"), one.get("id"), one.get("version", "1.0"))
        for one in root.iter("{*}*")
        if one.get("agencyID") and one.tag != "Ref"
    }
    items = {one.get("urn").rsplit("=", 1)[1] for one in root.iter() if one.get("urn")}
    used = [one for one in root.iter("Ref") if one.get("agencyID")]

    assert used
    for one in used:
        parent, version = one.get("maintainableParentID"), one.get("maintainableParentVersion", "1.0")
        if parent:
            assert f"{one.get('agencyID')}:{parent}({version}).{one.get('id')}" in items, dict(one.attrib)
        else:
            assert (one.get("agencyID"), one.get("id"), one.get("version", "1.0")) in defined, dict(
                one.attrib
            )


def test_every_name_in_sdmx_ml_stands_in_both_languages(messages):
    for form in ML:
        for element in etree.fromstring(messages[form]).iter(
            "{*}Code", "{*}Concept", "{*}Dataflow", "{*}ProvisionAgreement"
        ):
            if element.get("urn"):
                english, spanish = (element.find(NAME % language) for language in ("en", "es"))
                assert english is not None and spanish is not None, element.get("urn")


@pytest.mark.parametrize("form", STRUCTURE_FORMS)
def test_codes_keep_their_parents_and_their_other_codes(messages, form):
    code, parent = next(
        (one, one.parent)
        for name in catalogue.code_lists()
        for one in catalogue.code_list(name).codes
        if one.parent
    )
    area = catalogue.code_list("CL_AREA").by_id["CRI"]
    if form in ML:
        root = etree.fromstring(messages[form])
        found = next(
            one
            for one in root.iter("{*}Code")
            if one.get("id") == code.id and one.find("{*}Parent") is not None
        )
        said = found.find("{*}Parent")
        country = next(
            one for one in root.iter("{*}Code") if one.get("urn", "").endswith("CL_AREA(1.0.0).CRI")
        )
        titles = {
            one.findtext("{*}AnnotationType"): one.findtext("{*}AnnotationTitle")
            for one in country.iter("{*}Annotation")
        }
        assert (said.text or said.find("Ref").get("id")) == parent
    else:
        lists = json.loads(messages[form])["data"]["codelists"]
        every = {(one["id"], item["id"]): item for one in lists for item in one["codes"]}
        assert any(key[1] == code.id and item.get("parent") == parent for key, item in every.items())
        country = every["CL_AREA", "CRI"]
        assert country["names"] == {"en": area.names["en"], "es": area.names["es"]}
        titles = {one["type"]: one["title"] for one in country["annotations"]}
    assert titles["ALPHA2"] == "CR"
    assert titles["M49"] == "188"


@pytest.mark.parametrize("form", STRUCTURE_FORMS)
def test_pysdmx_reads_the_message_back(messages, form):
    found = read_sdmx(messages[form].decode(), validate=False).structures
    kinds = {kind: [one for one in found if isinstance(one, kind)] for kind in (
        Codelist, ConceptScheme, DataStructureDefinition, Dataflow, DataConstraint, Hierarchy, ProvisionAgreement,
    )}  # fmt: skip

    assert {one.id for one in kinds[Dataflow]} == set(catalogue.flows())
    assert {one.id for one in kinds[Codelist]} == set(catalogue.code_lists())
    assert len(kinds[DataConstraint]) == len(kinds[ProvisionAgreement]) == len(catalogue.participation())
    assert len(kinds[Hierarchy]) == len(catalogue.hierarchies())
    for one in kinds[DataStructureDefinition]:
        about = catalogue.structure(one.id)
        assert [component.id for component in one.components.dimensions] == list(about.key)
        assert {component.id for component in one.components.attributes} == set(about.attributes)
    (scheme,) = kinds[ConceptScheme]
    assert scheme["REF_AREA"].name == "Reporting area"


@pytest.fixture(scope="module")
def read_by_sdmx1(tmp_path_factory):
    """What sdmx1 reads of the definitions in each form, in a process of its own: it takes seconds to start."""
    folder = tmp_path_factory.mktemp("sdmx1")
    paths = {form: folder / f"{form}.xml" for form in ("ml21", "ml30")}
    # It knows neither schemes of providers nor associations of hierarchies in 3.0.
    for form, path in paths.items():
        path.write_bytes(write_artefacts(artefacts().definitions(), form=form, at=AT))
    program = (
        "import sys, json, sdmx\n"
        "for path in sys.argv[1:]:\n"
        "    found = sdmx.read_sdmx(path); dsd = found.structure['MIG_STOCK']\n"
        "    print(json.dumps({'flows': sorted(found.dataflow), 'key': [one.id for one in dsd.dimensions.components], "
        "'lists': len(found.codelist), 'name': found.codelist['CL_SEX']['F'].name.localizations}))"
    )
    ran = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program, *map(str, paths.values())],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return dict(zip(paths, map(json.loads, ran.stdout.splitlines()), strict=True))


@pytest.mark.parametrize("form", ["ml21", "ml30"])
def test_sdmx1_reads_the_definitions(read_by_sdmx1, form):
    told = read_by_sdmx1[form]

    assert set(told["flows"]) - {"(missing id)"} == set(catalogue.flows())
    assert told["key"] == list(catalogue.structure("MIG_STOCK").key)
    assert told["lists"] == len(catalogue.code_lists())
    assert told["name"] == {"en": "Female", "es": "Mujeres"}


def test_a_country_may_report_its_own_area_only(messages):
    root = etree.fromstring(messages["ml31"])
    for one in root.iter("{*}DataConstraint"):
        country = one.get("id").removesuffix("_CELLS").rsplit("_", 1)[1]
        assert [value.text for value in one.iter("{*}Value")] == [country]
        assert one.find(".//{*}ProvisionAgreement").text.endswith(f"_{country}(1.0.0)")


def test_an_unknown_form_or_flow_is_answered_with_those_there_are():
    with pytest.raises(QuestionError, match="ml21"):
        write_structures(form="ml99")
    with pytest.raises(QuestionError, match="MIG_STOCK"):
        write_structures("NOTHING")
