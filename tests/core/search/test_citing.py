"""Symbols as people type them, and their own ways of citing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from puebla.core.search.citing import (
    Citation,
    Names,
    citation,
    key_of,
    keys_typed,
    looks_like_symbol,
    paragraph_page,
    slips_of,
)

NAMES = Names(
    parts={"crm": "RCM", "rcm": "RCM", "grcm": "RCGM"},
    kinds={"declaration": "DECL", "declaracion": "DECL", "declaraciones": "DECL", "report": "REP", "informe": "REP"},
    bodies={"grcm": "RCGM", "grupo regional de consulta": "RCGM", "vice-ministers": "VM"},
    conferences=("VM",),
    leading="DECL",
)  # fmt: skip
SYMBOL = "RCM/2016/VM/DECL/1"


@pytest.mark.parametrize(
    "typed",
    ["RCM/2016/VM/DECL/1", "rcm 2016 vm decl 1", "RCM/2016/VM/DECL/01", "rcm.2016.vm.decl.1", "RCM-2016-VM-DECL-1",
     " RCM / 2016 / VM / DECL / 1 ", "rcm2016vmdecl1", "CRM/2016/VM/DECL/1"],
)  # fmt: skip
def test_a_symbol_is_known_however_it_is_typed(typed):
    assert key_of(SYMBOL) in keys_typed(typed, NAMES)


@pytest.mark.parametrize(
    "typed", ["RCM/2016/VM/DCL/1", "RCM/2016/VM/DECLL/1", "RMC/2016/VM/DECL/1", "RCM/2016/VN/DECL/1"]
)
def test_a_letter_amiss_is_near(typed):
    assert slips_of(key_of(typed))[key_of(SYMBOL)] == 1


def test_a_figure_amiss_is_another_paper_and_further_away():
    assert slips_of(key_of("RCM/2016/VM/DECL/2"))[key_of(SYMBOL)] == 2


def test_two_slips_are_too_many():
    assert key_of(SYMBOL) not in slips_of(key_of("RCM/2015/VN/DECL/1"))


@pytest.mark.parametrize("typed", ["migration in 2016", "guidelines", "protección consular", "a b c"])
def test_words_are_no_symbol(typed):
    assert not looks_like_symbol(typed)


@pytest.mark.parametrize(
    ("typed", "cited"),
    [
        ("XXI Declaration, paragraph 12", Citation("DECL", 21, ("VM",), 12)),
        ("Declaración de la XXI Conferencia", Citation("DECL", 21, ("VM",))),
        ("Declaration of the 21st Conference", Citation("DECL", 21, ("VM",))),
        ("párrafo 3 de la declaración de la XIV Conferencia", Citation("DECL", 14, ("VM",), 3)),
        ("Informe del GRCM, 5.ª reunión", Citation("REP", 5, ("RCGM",))),
        ("acuerdo 3 de la XXI reunión", Citation("DECL", 21, ("VM",), 3)),
        ("report 2 of the XIV Conference", Citation("REP", 14, ("VM",), item=2)),
        ("informe n.º 2 de la 14.ª reunión", Citation("REP", 14, ("VM",), item=2)),
        ("Declaración de Managua", Citation("DECL", None, ("VM",), words=("managua",))),
        ("Managua Declaration 2014", Citation("DECL", None, ("VM",), words=("managua", "2014"))),
        (
            "párrafo 3 de la Declaración de San Salvador",
            Citation("DECL", None, ("VM",), 3, words=("san", "salvador")),
        ),
        ("informe 2 de Managua 2014", Citation("REP", None, ("VM",), item=2, words=("managua", "2014"))),
        ("declaration guatemala", Citation("DECL", None, ("VM",), words=("guatemala",), certain=False)),
        ("the report that the secretariat of the network wrote about unaccompanied children last year", None),
        ("paragraph 3", None),
        ("declaration", None),
        ("Declaration 2016", None),
        ("XXI Conference", None),
    ],
)
def test_people_cite_in_their_own_words(typed, cited):
    assert citation(typed, NAMES) == cited


def test_a_numbered_paragraph_is_found_on_its_page():
    pages = [(1, "1. First.\n2. Second."), (2, "12. Twelfth.\n13. Next"), (3, "112. Not this")]

    assert paragraph_page(12, pages) == 2
    assert paragraph_page(99, pages) is None


@given(st.text(max_size=200))
def test_anything_can_be_asked_for(typed):
    keys_typed(typed, NAMES)
    citation(typed, NAMES)
    looks_like_symbol(typed)


@given(st.text(alphabet="abc123", min_size=3, max_size=12), st.integers(0, 11), st.sampled_from("xyz9"))
def test_one_slip_of_any_kind_is_found_and_none_is_nothing(key, place, sign):
    place = min(place, len(key) - 1)
    exchanged = key[:place] + sign + key[place + 1 :]

    turned = key[:place] + key[place : place + 2][::-1] + key[place + 2 :]
    near = slips_of(key)

    assert near[key] == 0
    assert {
        key[:place] + sign + key[place:],
        key[:place] + key[place + 1 :],
        exchanged,
        turned,
    } <= near.keys()


@pytest.mark.parametrize(
    ("typed", "number", "item", "numbered"),
    [
        ("XXI Declaration, paragraph 12", 21, None, "12"),
        ("Declaración XXI, párrafo 12.b", 21, None, "12(b)"),
        ("XXI Declaration, paragraph 12 (b)(ii)", 21, None, "12(b)(ii)"),
        ("Declaración XXI, párrafo 12, inciso b)", 21, None, "12(b)"),
        ("XXI Declaration, para 12 b)", 21, None, "12(b)"),
        ("XXI Declaration, para. 12 (i)", 21, None, "12(i)"),
        ("paragraph 12 of the XXI Declaration", 21, None, "12"),
        ("XXI Declaration", 21, None, ""),
    ],
)
def test_the_letter_of_an_item_is_read_with_its_paragraph_and_never_as_a_number(
    typed, number, item, numbered
):
    found = citation(typed, NAMES)

    assert found is not None and (found.number, found.item, found.numbered) == (number, item, numbered)


@given(st.text(max_size=80))
def test_whatever_is_typed_is_a_citation_or_none(typed):
    found = citation(f"XXI Declaration, paragraph 12{typed}", NAMES)

    assert found is None or all(mark.isalpha() and len(mark) < 6 for mark in found.marks[:2])
