"""The definitions are whole: every structure has its lists, every text both languages."""

import pytest

from siemmes.model import catalogue
from siemmes.model.errors import QuestionError
from siemmes.model.structures import TIME, VALUE

FLOWS = catalogue.flows()


def test_there_are_the_twelve_flows_of_the_domain_and_migrant_labour():
    assert FLOWS == (
        "MIG_STOCK", "MIG_FLOW", "BORDER", "ENFORCE", "RETURN", "PERMIT", "ASYLUM", "REFUGEE", "TRAFFICK", "MISSING",
        "REMIT", "POP", "LABOUR",
    )  # fmt: skip


@pytest.mark.parametrize("flow", FLOWS)
def test_a_structure_begins_with_frequency_and_area_and_keeps_time_and_value_apart(flow):
    about = catalogue.structure(flow)

    assert about.dimensions[:2] == ("FREQ", "REF_AREA")
    assert about.key[-1] == TIME
    assert about.columns[len(about.key)] == VALUE


@pytest.mark.parametrize("flow", FLOWS)
def test_every_coded_component_has_its_list_and_every_default_is_in_it(flow):
    about = catalogue.structure(flow)

    for component in about.components:
        if component.list:
            assert catalogue.code_list(component.list).codes
    assert about.unit in catalogue.code_list("CL_UNIT_MEASURE").by_id
    assert str(about.multiplier) in catalogue.code_list("CL_UNIT_MULT").by_id
    assert set(about.frequencies) <= set(catalogue.code_list("CL_FREQ").ids)
    assert set(about.parts) <= set(about.dimensions)


@pytest.mark.parametrize("flow", FLOWS)
def test_a_flow_has_names_and_a_description_in_both_languages(flow):
    about = catalogue.structure(flow)

    for texts in (about.names, about.describe, *(one.names for one in about.components)):
        assert texts["en"].strip()
        assert texts["es"].strip()


@pytest.mark.parametrize("name", catalogue.code_lists())
def test_a_list_has_each_code_once_with_both_names_and_parents_that_stand(name):
    found = catalogue.code_list(name)

    assert len(found.by_id) == len(found.codes)
    assert found.names["en"]
    assert found.names["es"]
    for code in found.codes:
        assert code.names["en"].strip(), code.id
        assert code.names["es"].strip(), code.id
        assert code.parent is None or code.parent in found.by_id, code.id


def test_every_concept_says_what_it_means_in_both_languages_and_where_that_comes_from():
    for name, concept in catalogue.concepts().items():
        assert concept["names"]["en"], name
        assert concept["names"]["es"], name
        assert concept["describe"]["en"], name
        assert concept["describe"]["es"], name
        assert concept["source"], name


def test_the_eleven_members_take_part_in_every_collection():
    members = ("BLZ", "CAN", "CRI", "DOM", "GTM", "HND", "MEX", "NIC", "PAN", "SLV", "USA")

    for flow in FLOWS:
        assert catalogue.providers(flow) == members


def test_an_unknown_flow_is_refused_with_the_names_of_those_there_are():
    with pytest.raises(QuestionError, match="MIG_STOCK"):
        catalogue.structure("STOCKS")
