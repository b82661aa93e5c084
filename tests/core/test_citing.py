"""Citations: what a reader copies, and what foreign programs make of our BibTeX, RIS and CSL-JSON."""

import datetime as dt
from itertools import accumulate

import bibtexparser
import pytest
import rispy
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from puebla.core.citing import Reference, as_bibtex, as_csl, as_ris, full_line, short_line

SIGNS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60).filter(
    lambda text: text.split()
)


def a_reference(**facts):
    return Reference(**({
        "authors": {"en": "Regional Conference on Migration", "es": "Conferencia Regional sobre Migración"},
        "short_authors": {"en": "RCM", "es": "CRM"}, "titles": {"en": "Joint Communiqué", "es": "Comunicado Conjunto"},
        "symbol": "RCM/2009/VM/DECL/1", "kinds": {"en": "Declaration", "es": "Declaración"},
        "meetings": {"en": "XIV Conference", "es": "XIV Conferencia"}, "address": "https://example.org/en/documents/RCM/2009/VM/DECL/1/",
        "dated_on": dt.date(2009, 7, 9), "precision": "day", "original": "es",
        "themes": [{"en": "Human rights", "es": "Derechos humanos"}],
    } | facts))  # fmt: skip


def test_each_language_cites_in_its_own_manner():
    with override("en"):
        english = [str(short_line(a_reference())), str(full_line(a_reference(), date="9 July 2009"))]
    with override("es"):
        spanish = [str(short_line(a_reference())), str(full_line(a_reference(), date="9 de julio de 2009"))]

    assert english == [
        "RCM, “Joint Communiqué” (RCM/2009/VM/DECL/1, 2009)",
        (
            "Regional Conference on Migration, Joint Communiqué, RCM/2009/VM/DECL/1, 9 July 2009, XIV Conference."
            " Available at: https://example.org/en/documents/RCM/2009/VM/DECL/1/"
        ),
    ]
    assert spanish == [
        "CRM, «Comunicado Conjunto» (RCM/2009/VM/DECL/1, 2009)",
        (
            "Conferencia Regional sobre Migración, Comunicado Conjunto, RCM/2009/VM/DECL/1, 9 de julio de 2009, XIV Conferencia."
            " Disponible en: https://example.org/en/documents/RCM/2009/VM/DECL/1/"
        ),
    ]


def test_what_is_not_known_leaves_no_empty_place():
    bare = a_reference(authors={}, short_authors={}, meetings={}, dated_on=None, titles={"es": "Nota"})

    with override("en"):
        assert str(short_line(bare)) == "“Nota” (RCM/2009/VM/DECL/1)"
        assert str(full_line(bare, date="")).startswith("Nota, RCM/2009/VM/DECL/1. Available at: ")
        assert full_line(bare, date="").title_language == "es"


@pytest.mark.parametrize(
    ("precision", "parts"), [("day", [2009, 7, 9]), ("month", [2009, 7]), ("year", [2009])]
)
def test_a_date_is_given_as_far_as_it_is_known(precision, parts):
    reference = a_reference(precision=precision)

    assert as_csl(reference, "en")[0]["issued"] == {"date-parts": [parts]}
    assert ("day = 9" in as_bibtex(reference, "en")) == (len(parts) == 3)
    assert "DA  - 2009/" + "/".join(
        [*(f"{one:02}" for one in parts[1:]), *[""] * (4 - len(parts))]
    ) in as_ris(reference, "en")


def test_a_foreign_program_reads_our_bibtex():
    found = bibtexparser.parse_string(as_bibtex(a_reference(), "es"))
    entry = found.entries[0]

    assert not found.failed_blocks
    assert (entry.entry_type, entry.key) == ("techreport", "RCM-2009-VM-DECL-1")
    assert entry["author"] == "{Conferencia Regional sobre Migración}"
    assert entry["title"] == "{Comunicado Conjunto}"
    assert (entry["number"], entry["year"], entry["langid"]) == ("RCM/2009/VM/DECL/1", "2009", "spanish")


def test_a_foreign_program_reads_our_ris():
    entry = rispy.loads(as_ris(a_reference(), "es"))[0]

    assert entry["type_of_reference"] == "RPRT"
    assert entry["title"] == "Comunicado Conjunto"
    assert entry["translated_title"] == "Joint Communiqué"
    assert entry["year"] == "2009"
    assert entry["urls"] == ["https://example.org/en/documents/RCM/2009/VM/DECL/1/"]


@given(title=SIGNS, name=SIGNS)
def test_no_sign_in_a_title_or_a_name_breaks_any_form(title, name):
    reference = a_reference(titles={"en": title, "es": title}, authors={"en": name})

    bibtex = bibtexparser.parse_string(as_bibtex(reference, "en"))
    ris = as_ris(reference, "en")

    assert len(bibtex.entries) == 1
    assert not bibtex.failed_blocks
    # BibTeX counts braces whatever stands before them.
    depths = list(accumulate({"{": 1, "}": -1}.get(sign, 0) for sign in as_bibtex(reference, "en").strip()))
    assert depths[-1] == 0
    assert min(depths[depths.index(1) : -1]) > 0
    assert len(rispy.loads(ris)) == 1
    assert ris.count("\r\n") == len(ris.splitlines())


def test_signs_of_tex_are_escaped_where_they_would_mean_something():
    written = as_bibtex(a_reference(titles={"en": r"50 % & {more} $_# ~^ \end"}), "en")

    assert (
        r"50 \% \& \textbraceleft{}more\textbraceright{} \$\_\# \textasciitilde{}\textasciicircum{} \textbackslash{}end"
        in written
    )
