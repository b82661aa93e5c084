"""What a file's name and first page give away."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from puebla.documents.actions.proposing import Known, date_in, guess, split_language, symbol_in, title_in

KNOWN = Known(
    process="RCM",
    bodies={"VM": "VM", "RCGM": "RCGM"},
    kinds={"DEC": ["decision"], "AG": ["agenda", "orden del dia"], "DECL": ["declaration", "declaracion"]},
    meetings={("VM", 2009): ["RCM/2009/VM"], ("RCGM", 2014): ["RCM/2014/RCGM-1", "RCM/2014/RCGM-2"]},
    open_bodies=frozenset({"VM", "RCGM"}),
)


@pytest.mark.parametrize(
    ("stem", "expected"),
    [
        ("udhr_es", ("udhr", "es")),
        ("RCM-2009-VM-DEC-1 (EN)", ("RCM-2009-VM-DEC-1", "en")),
        ("Declaración final - español", ("Declaración final", "es")),
        ("agenda.eng", ("agenda", "en")),
        ("agenda_v2", ("agenda", "")),
        ("agenda_es_v2", ("agenda", "es")),
        ("ACTA v2 (EN)", ("ACTA", "en")),
        ("oraciones_en_es_fr", ("oraciones_en_es_fr", "")),
        ("es", ("es", "")),
        ("lunes", ("lunes", "")),
    ],
)
def test_a_language_mark_is_split_from_the_name(stem, expected):
    assert split_language(stem) == expected


@pytest.mark.parametrize(
    ("text", "symbol"),
    [
        ("RCM-2009-VM-DEC-1", "RCM/2009/VM/DEC/1"),
        ("rcm_2014_rcgm_ag_2", "RCM/2014/RCGM/AG/2"),
        ("see RCM/2009/VM/DEC/12 of July", "RCM/2009/VM/DEC/12"),
        ("RCM meeting of the group", ""),
        ("nothing here", ""),
    ],
)
def test_a_symbol_is_found_whatever_parts_it(text, symbol):
    assert symbol_in(text, KNOWN) == symbol


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("guatemala, 9 de julio de 2009", "2009-07-09"),
        ("july 9, 2009", "2009-07-09"),
        ("reunion de junio de 2011", "2011-06"),
        ("2014-06-26", "2014-06-26"),
        ("31 february 2009", "2009-02"),
        ("the year 2009", ""),
    ],
)
def test_a_date_is_read_in_both_languages(text, date):
    assert date_in(text) == date


def test_name_counts_before_page_and_a_contradiction_is_remarked():
    guessed = guess(
        name="RCM-2009-VM-DECL-1_en.pdf",
        first_page="Declaración de Guatemala\n",
        language_found="es",
        known=KNOWN,
    )

    assert (guessed.symbol, guessed.language, guessed.kind, guessed.body) == (
        "RCM/2009/VM/DECL/1",
        "en",
        "DECL",
        "VM",
    )
    assert guessed.meeting == "RCM/2009/VM"
    assert guessed.warnings == ["wrong_language"]


def test_a_meeting_is_guessed_only_when_the_year_has_one():
    guessed = guess(name="RCM-2014-RCGM-AG-1.pdf", first_page="", language_found="", known=KNOWN)

    assert guessed.meeting == ""


def test_the_kind_is_read_from_the_title_when_there_is_no_symbol():
    guessed = guess(
        name="punto 3.docx",
        first_page="Orden del día de la reunión\n\n1. Apertura",
        language_found="es",
        known=KNOWN,
    )

    assert (guessed.kind, guessed.title) == ("AG", "Orden del día de la reunión")


def test_the_title_is_not_the_symbol_nor_a_date():
    page = "RCM/2009/VM/DEC/1\n9 July 2009\nDecision on the return of migrants by land\nText"

    assert title_in(page, "RCM/2009/VM/DEC/1") == "Decision on the return of migrants by land"


@given(st.text(max_size=60), st.text(max_size=400))
def test_no_name_and_no_page_upset_it(name, page):
    guessed = guess(name=name + ".pdf", first_page=page, language_found="", known=KNOWN)

    assert guessed.group is not None
    assert len(guessed.title) <= 300


def test_a_name_without_a_symbol_still_tells_year_and_body():
    guessed = guess(name="Informe RCGM 2012 (español).pdf", first_page="", language_found="", known=KNOWN)

    assert (guessed.dated, guessed.body, guessed.language) == ("2012", "RCGM", "es")


def test_an_older_date_cited_on_the_first_page_does_not_move_the_paper_to_another_year():
    page = "Declaration\n\nRecalling what was adopted on 9 July 2009, the Vice-Ministers agree.\n"

    guessed = guess(name="RCM_2016_VM_DECL_1_ES.docx", first_page=page, language_found="es", known=KNOWN)

    assert (guessed.symbol, guessed.dated) == ("RCM/2016/VM/DECL/1", "2016")


def test_the_head_of_a_table_of_figures_is_no_title():
    assert (
        title_in("un_document_id,en,es,fr\n12,Words of a sentence here\n", "")
        == "12,Words of a sentence here"
    )


def test_a_running_head_made_of_the_process_and_the_symbol_is_no_title():
    names = ("conferencia regional sobre migracion", "proceso puebla")
    page = (
        "Conferencia Regional sobre Migración · Proceso Puebla RCM/2016/VM/DECL/1\n\n"
        "Declaración de la XXI Conferencia Regional sobre Migración\n\n18 de noviembre de 2016"
    )

    assert (
        title_in(page, "RCM/2016/VM/DECL/1", names)
        == "Declaración de la XXI Conferencia Regional sobre Migración"
    )
