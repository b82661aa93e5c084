"""Stretches of SDMX-ML read past expat: the same figures and the same refusals as where expat reads everything."""

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siemmes.intake import markup
from siemmes.intake.stretches import stretch_of
from siemmes.model.catalogue import structure
from siemmes.model.errors import UnreadableError

BORDER = structure("BORDER")
HEAD = (
    '{declared}<m:StructureSpecificData xmlns:m="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/message" '
    'xmlns:s="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/data/structurespecific">'
    "<m:Header><m:ID>X</m:ID></m:Header>{before}<m:DataSet s:action=\"Replace\" UNIT_MULT='0'>"
)
TAIL = "</m:DataSet></m:StructureSpecificData>\n"
PLAIN = '<Series FREQ="M" SEX="F"><Obs TIME_PERIOD="2020-01" OBS_VALUE="1"/><Obs TIME_PERIOD="2020-02" OBS_VALUE="2"/></Series>'
FLAT = '<Obs FREQ="M" SEX="M" TIME_PERIOD="2020-03" OBS_VALUE="3" />'
#: What may turn up between plain series, meant well or ill.
ODD = (
    PLAIN, FLAT, "\n  ",
    '<Series FREQ="M"></Series>', '<Series FREQ="A"/>', '<Series FREQ="A" ><Obs OBS_VALUE="7"></Obs></Series>',
    '<Series SEX="M"><Obs OBS_VALUE="4" COMMENT_OBS="a &gt; b"/></Series>', '<Series SEX="F"><Obs OBS_VALUE="x>y"/></Series>',
    f"<!-- {PLAIN} -->", f"<!-- {PLAIN}", "-->", f"<![CDATA[{PLAIN}]]>", "<![CDATA[", f"<?pi {PLAIN}?>", "text",
    "<Series FREQ='M'><Obs OBS_VALUE='5'/></Series>", '<Series FREQ="M"><Obs OBS_VALUE="1" OBS_VALUE="2"/></Series>',
    '<Series FREQ="M" FREQ="A"><Obs OBS_VALUE="1"/></Series>', '<Series FREQ="M"><Series SEX="M"></Series></Series>',
    '<Obs OBS_VALUE="1"><Obs OBS_VALUE="2"/></Obs>', "</Series>", "<Series>", '<Series FREQ="M"><Obs/></Series>', "</m:DataSet>",
    "</Obs>", '<Obs OBS_VALUE="6">', '<Series FREQ="M"><Obs OBS_VALUE="1<2"/></Series>', '<Obs OBS_VALUE="\t8"/>',
    '<Obs OBS_VALUE="\x019"/>', '<Obs OBS_VALUE="&unknown;"/>', '<Obs OBS_VALUE="\ufffe"/>', '<Obs COMMENT_OBS="año"/>',
    '<Obs xmlns="" OBS_VALUE="1"/>', '<Obs xml:lang="en" OBS_VALUE="1"/>', '<Obs OBS_VALUE="1"SEX="F"/>',
    '<Obs\n  OBS_VALUE = "1"\n  STRANGE="x"\n/>', '<Group SEX="F" TITLE="t"/>', '<Obs OBS_VALUE="">', '<Obs OBS_VALUE=" 1 "/>',
    '<Value id="OBS_STATUS" value="A"/>', '<ObsValue value="9"/>', '<ObsDimension value="2021-01"/>', '<Obs strange:b="1"/>',
    '<Comp id="SEX">a<Obs OBS_VALUE="1"/> <Obs OBS_VALUE="2"/>b</Comp>', '<Group SEX="F" OBS_STATUS="P">', "</Group>",
    "<DataSet SEX='M'>", "</DataSet>", "<a>" * 38, "</a>" * 38,
)  # fmt: skip


def read(path, *, tries, chunk, monkeypatch):
    """The rows of a message as texts, with its columns and findings; or why it was refused."""
    monkeypatch.setattr(markup, "_TRIES", tries)
    monkeypatch.setattr(markup, "_CHUNK", chunk)
    with duckdb.connect() as con:
        try:
            kind, columns, findings = markup.read_markup(con, path, BORDER)
        except UnreadableError as error:
            return error.texts
        rows = con.execute("SELECT COLUMNS(*)::VARCHAR FROM raw ORDER BY raw.row").fetchall()
        return kind, columns, findings, rows


@settings(max_examples=80, deadline=None)
@given(
    pieces=st.lists(st.one_of(st.just(PLAIN * 3), st.just(FLAT * 4), st.sampled_from(ODD)), max_size=8),
    declared=st.sampled_from(
        [
            "",
            "\ufeff",
            '<?xml version="1.0" encoding="utf-8"?>',
            '<?xml version="1.0" encoding="iso-8859-1"?>',
            '<?xml version="1.0" encoding="us-ascii"?>',
            '<!DOCTYPE x [<!ATTLIST Obs OBS_STATUS CDATA "P" SEX NMTOKENS #IMPLIED>]>',
        ]
    ),
    before=st.sampled_from(["", f"<!--{PLAIN}-->", PLAIN]),
    chunk=st.sampled_from([64, 333, 1 << 20]),
    cut=st.integers(0, 40),
)
def test_stretches_are_read_as_expat_reads_them(tmp_path_factory, pieces, declared, before, chunk, cut):
    text = HEAD.format(declared=declared, before=before) + "".join(pieces) + TAIL
    path = tmp_path_factory.mktemp("ml") / "sent.xml"
    path.write_bytes(text.encode()[: -cut if cut > 20 else None])
    with pytest.MonkeyPatch.context() as patch:
        expected = read(path, tries=0, chunk=1 << 20, monkeypatch=patch)

        found = read(path, tries=3, chunk=chunk, monkeypatch=patch)

    assert found == expected


def test_most_of_a_message_is_read_as_stretches(tmp_path, monkeypatch):
    path, taken = tmp_path / "sent.xml", []
    path.write_text(HEAD.format(declared="", before="") + (PLAIN + "\n") * 500 + TAIL)
    monkeypatch.setattr(
        markup, "stretch_of", lambda text: (found := stretch_of(text), taken.append(found and found.rows))[0]
    )

    _kind, _columns, _findings, rows = read(path, tries=3, chunk=5000, monkeypatch=monkeypatch)

    assert len(rows) == 1000
    assert sum(taken) > 990


@pytest.mark.parametrize(
    "text", [one for one in ODD if one not in (PLAIN, FLAT)] + ["", PLAIN + "<", PLAIN[:-1]]
)
def test_what_is_taken_for_a_stretch_says_what_it_seems_to(text):
    found = stretch_of(text.encode())

    assert found is None or found.rows == text.count("<Obs")


def test_more_elements_and_attributes_than_can_be_counted_in_little_memory_are_left_to_expat():
    wide = "<Obs" + "".join(f' A{number}="1"' for number in range(400)) + "/>"
    narrow = '<Obs A0="1"/>'

    assert stretch_of((wide + narrow * 45_000).encode()) is None
    assert stretch_of((wide + narrow * 450).encode()).rows == 451


def test_a_fault_behind_a_stretch_is_told_with_its_true_line(tmp_path):
    path = tmp_path / "sent.xml"
    path.write_text(
        HEAD.format(declared="", before="") + (PLAIN + "\n") * 50 + "<Obs OBS_VALUE='1'>\n</Series>" + TAIL
    )

    with duckdb.connect() as con, pytest.raises(UnreadableError, match="line 52, column 3"):
        markup.read_markup(con, path, BORDER)
