"""Every message meets its official schema."""

import pytest

from siemmes.model import catalogue
from siemmes.sdmx.formats import format_of
from tests.siemmes.sdmx.cubes import a_cube, a_figure, answer, cells
from tests.siemmes.sdmx.readers import read_json, read_ml
from tests.siemmes.sdmx.schemas import flow_schema, message_schema, require_json, require_xml

ASKED = [{}, {"where": {"SEX": "F"}, "last": 1}, {"where": {"SEX": "U"}}, {"attributes": ()}]
NAMED = ["everything", "a part", "nothing", "no attributes"]


@pytest.fixture(scope="module")
def figures(tmp_path_factory):
    rows = [
        a_figure(
            SEX=sex, TIME_PERIOD=period, SOURCE_TYPE=source, OBS_VALUE=value, COMMENT_OBS=comment,
            VINTAGE="2019 & <2020>", UNIT_MULT=multiplier,
        )
        for sex, source in (("F", "CENSUS"), ("M", "SURVEY"), ("_T", None))
        for period, value, comment, multiplier in (
            ("2000", 12, None, "0"), ("2010-01-01/P5Y", None, 'a "note" & <more>\nof it', "0"), ("2020", 0, "ñandú", "3"),
        )
    ]  # fmt: skip
    cube = a_cube(rows, folder=tmp_path_factory.mktemp("figures"))
    yield cube
    cube.close()


def written(cube, name, asked, **chosen):
    return b"".join(format_of(name).write(answer(cube, **asked), **chosen))


@pytest.mark.parametrize("asked", ASKED, ids=NAMED)
@pytest.mark.parametrize("flat", [False, True], ids=["series", "flat"])
@pytest.mark.parametrize(("name", "version"), [("json1", "1.0"), ("json", "2.0"), ("json21", "2.1")])
def test_an_sdmx_json_message_meets_its_schema(figures, name, version, flat, asked):
    require_json("data", version, written(figures, name, asked, flat=flat))


@pytest.mark.parametrize("asked", ASKED, ids=NAMED)
@pytest.mark.parametrize("flat", [False, True], ids=["series", "flat"])
@pytest.mark.parametrize(("name", "version"), [("ml21", "2.1"), ("ml30", "3.0"), ("ml31", "3.1")])
def test_a_structure_specific_message_meets_its_schema_and_the_flows_own(figures, name, version, flat, asked):
    require_xml(flow_schema("MIG_STOCK", version, flat=flat), written(figures, name, asked, flat=flat))


@pytest.mark.parametrize("asked", ASKED, ids=NAMED)
@pytest.mark.parametrize("flat", [False, True], ids=["series", "flat"])
def test_a_generic_message_meets_its_schema(figures, flat, asked):
    require_xml(message_schema("2.1"), written(figures, "generic", asked, flat=flat))


def test_the_flows_own_schema_refuses_a_code_outside_its_list(figures):
    message = written(figures, "ml21", {}).replace(b'SEX="F"', b'SEX="X"')

    with pytest.raises(Exception, match="SEX"):
        require_xml(flow_schema("MIG_STOCK", "2.1", flat=False), message)


@pytest.mark.parametrize("flow", catalogue.flows())
def test_a_message_of_every_flow_is_valid_and_carries_its_figures(flow, tmp_path):
    about = catalogue.structure(flow)
    rows = []
    for number in range(5):
        lists = {
            one.id: catalogue.code_list(one.list).ids
            for one in about.components
            if one.list and one.role == "dimension"
        }
        codes = {name: ids[number * 7 % len(ids)] for name, ids in lists.items()}
        value = number if about.whole else number + 0.25
        rows.append(a_figure(flow, **codes, TIME_PERIOD=str(2000 + number), OBS_VALUE=value))
    cube = a_cube(rows, flow, tmp_path)

    ml, js = (written(cube, name, {}) for name in ("ml31", "json21"))
    wanted = cells(answer(cube))
    cube.close()

    require_xml(flow_schema(flow, "3.1", flat=False), ml)
    require_json("data", "2.1", js)
    assert read_ml(about, ml) == read_json(about, js) == wanted
    assert len(wanted) == 5
