"""Two languages of one text side by side: nothing is lost, what is missing is seen, figures and dates are compared."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from puebla.core.alignment import aligned, paragraphs
from puebla.core.alignment.figures import figures

ENGLISH = """Declaration of the fourteenth meeting

1. We met in Guatemala City on 9 July 2009 and thanked the host for its welcome.

2. We take note that 1,250 persons returned by land, 30 per cent more than in the year before.

3. We ask the Technical Secretariat to report by 15 January 2010 under RCM/2009/VM/DEC/1.

4. We thank Canada."""
SPANISH = """Declaración de la decimocuarta reunión

1. Nos reunimos en la Ciudad de Guatemala el 9 de julio de 2009 y agradecimos al país sede su acogida.

2. Tomamos nota de que 1.250 personas regresaron por vía terrestre, 30 por ciento más que el año anterior.

3. Solicitamos a la Secretaría Técnica que informe a más tardar el 15 de enero de 2010, según RCM/2009/VM/DEC/1.

4. Agradecemos a Canadá."""


def pairs_of(english: str, spanish: str):
    sides = (
        paragraphs([(1, english)], "en"),
        paragraphs([(1, spanish)], "es"),
    )
    return aligned(*sides, languages=("en", "es"))


def test_a_faithful_translation_stands_paragraph_beside_paragraph_without_a_finding():
    found = pairs_of(ENGLISH, SPANISH)

    assert [(len(one.left), len(one.right)) for one in found] == [(1, 1)] * 5
    assert not any(one.missing or one.differs for one in found)


@pytest.mark.parametrize("lost", range(5))
def test_a_paragraph_that_is_missing_is_found_where_it_is_missing(lost):
    kept = SPANISH.split("\n\n")
    del kept[lost]

    found = pairs_of(ENGLISH, "\n\n".join(kept))

    assert [one.missing for one in found] == ["right" if n == lost else "" for n in range(5)]


@pytest.mark.parametrize(
    ("wrong", "only_left", "only_right"),
    [
        (("1.250", "1.520"), ("1250",), ("1520",)),
        (("9 de julio", "19 de julio"), ("2009-07-09",), ("2009-07-19",)),
        (("15 de enero de 2010", "15 de enero de 2011"), ("2010-01-15",), ("2011-01-15",)),
        (("DEC/1", "DEC/2"), ("RCM/2009/VM/DEC/1",), ("RCM/2009/VM/DEC/2",)),
        (("30 por ciento", "una parte"), ("30",), ()),
        (("30 por ciento", "universidad 3 por ciento"), ("30",), ("3",)),
        (("3. Solicitamos", "4. Solicitamos"), ("3.",), ("4.",)),
    ],
)
def test_a_figure_a_date_or_a_symbol_that_differs_is_named_on_both_sides(wrong, only_left, only_right):
    found = [one for one in pairs_of(ENGLISH, SPANISH.replace(*wrong)) if one.differs]

    assert [(one.only_left, one.only_right) for one in found] == [(only_left, only_right)]


@pytest.mark.parametrize(
    ("english", "spanish", "only"),
    [
        ("the 21st meeting", "la XXII reunión", (("21º",), ("22º",))),
        ("chapter IV", "capítulo VI", (("4º",), ("6º",))),
        ("sixteen persons", "6 personas", ((), ("6",))),
        ("1 person", "la universidad", (("1",), ())),
        ("2.5 million", "2.500 millones", (("2500000",), ("2500000000",))),
        ("on 3 May 2010", "el 3 de mayo de 2011", (("2010-05-03",), ("2011-05-03",))),
    ],
)
def test_a_number_is_not_taken_for_another_that_looks_like_it(english, spanish, only):
    (pair,) = pairs_of(english, spanish)

    assert (pair.only_left, pair.only_right) == only


@pytest.mark.parametrize(
    ("english", "spanish"),
    [
        ("within ten days of 1,000 cases", "en un plazo de 10 días, de mil casos"),
        ("at 2:30 p.m. on July 9, 2009", "a las 14:30 del 9 de julio de 2009"),
        ("the 21st Conference of July 2009", "la XXI Conferencia de julio de 2009"),
        ("about 3.5 million", "unos 3,5 millones"),
        ("paragraph 12 of chapter IV", "el párrafo 12 del capítulo 4"),
        ("before 28 February 2020", "antes del 28 de febrero"),
        ("1 234 567 persons", "1.234.567 personas"),
        ("US$ 1,234.50 in all", "1234,50 dólares en total"),
        ("2 million of US$1.2 billion", "2.000.000 de 1.200 millones de dólares"),
        ("45,000 and twenty-five", "45 mil y 25"),
        ("21 persons, 35 persons, 200 persons", "veintiuna, treinta y cinco y doscientas personas"),
        ("on the 3rd of May 2010, on May 4th, 2010", "el 3 de mayo de 2010 y el 4 de mayo de 2010"),
        ("the first of May 2010", "el primero de mayo de 2010"),
        ("the first of May 2010", "el 1.º de mayo de 2010"),
        ("March 13-14, 1996", "13 y 14 de marzo de 1996"),
        ("Sept. 3, 2010 and 3 September 2011", "3 de sept. de 2010 y 3 de setiembre de 2011"),
        ("2010-05-03, 12/13/2010, 03/05/2011", "3 de mayo de 2010, 13/12/2010, 3 de mayo de 2011"),
        ("from 9 a.m. to 2.30 p.m.", "empieza a las 9, acaba a las 14:30 horas"),
        ("from 3 p.m. on", "a partir de las 15:00 horas"),
        ("the 2nd and the 21st meeting", "la II y la vigésima primera reunión"),
        ("chapter 2 of the 21st meeting", "el capítulo II de la vigésima primera reunión"),
        ("IV. Persons", "4. Personas"),
    ],
)
def test_what_each_language_writes_in_its_own_way_is_no_difference(english, spanish):
    (pair,) = pairs_of(english, spanish)

    assert (pair.only_left, pair.only_right) == ((), ())


def test_a_paragraph_that_one_language_splits_stands_beside_its_halves():
    spanish = SPANISH.replace(" y agradecimos al", ".\n\nAgradecimos al")

    found = pairs_of(ENGLISH, spanish)

    assert [(len(one.left), len(one.right)) for one in found] == [(1, 1), (1, 2), (1, 1), (1, 1), (1, 1)]


def test_running_heads_and_page_numbers_are_no_paragraphs_and_a_page_end_breaks_none():
    pages = [
        (1, "Conference · RCM/2009/VM/DECL/1\n\n1. We ask the Secretariat to\n\nDemonstration, Page 1 of 2"),
        (
            2,
            "Conference · RCM/2009/VM/DECL/1\n\nreport in time.\n\n2. We close.\n\nDemonstration, Page 2 of 2",
        ),
    ]

    found = paragraphs(pages, "en")

    assert [(one.page, one.label, one.text) for one in found] == [
        (1, "1", "1. We ask the Secretariat to report in time."),
        (2, "2", "2. We close."),
    ]


@settings(deadline=None)
@given(
    st.lists(st.text(alphabet="abc 1.(", min_size=1, max_size=30), max_size=12),
    st.lists(st.text(alphabet="abc 1.(", min_size=1, max_size=30), max_size=12),
)
def test_every_paragraph_of_both_sides_stands_once_and_in_order(left, right):
    sides = paragraphs([(1, "\n\n".join(left))], "en"), paragraphs([(1, "\n\n".join(right))], "es")

    found = aligned(*sides)

    assert [one for pair in found for one in pair.left] == sides[0]
    assert [one for pair in found for one in pair.right] == sides[1]


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_text_has_figures_without_a_fault(text):
    for language in ("en", "es", "xx"):
        found = figures(text, language)
        assert all(any(sign.isdigit() for sign in one) or "/" in one for one in found)
        assert all(times > 0 for times in found.values())


def test_a_long_text_with_a_chapter_less_finds_its_way_back():
    english = "\n\n".join(f"{n}. Paragraph on subject {n * 37}." for n in range(1, 201))
    spanish = "\n\n".join(f"{n}. Párrafo sobre el tema {n * 37}." for n in range(1, 201) if not 80 <= n < 100)

    found = pairs_of(english, spanish)

    assert [one.left[0].label for one in found if one.missing] == [str(n) for n in range(80, 100)]


@pytest.mark.parametrize("lost", range(3))
def test_a_paragraph_missing_in_a_text_of_few_is_found_and_no_two_are_taken_for_one(lost):
    spanish = [
        "Los Viceministros de los países, reunidos en sesión plenaria, examinaron el retorno ordenado de migrantes.",
        (
            "Acordaron avisar a los consulados antes de cada retorno, con la lista de quienes viajan y la hora en que llegan a"
            " la frontera, para que alguien los reciba y los acompañe hasta su comunidad."
        ),
        "Pidieron un informe anual.",
    ]
    english = [
        "The Vice-Ministers of the countries, meeting in plenary session, considered the orderly return of migrants.",
        (
            "They agreed to tell the consulates before each return, with the list of those who travel and the hour at which"
            " they reach the border, so that somebody receives them and goes with them to their community."
        ),
        "They asked for a yearly report.",
    ]
    del english[lost]

    found = pairs_of("\n\n".join(english), "\n\n".join(spanish))

    assert [one.missing for one in found] == ["left" if n == lost else "" for n in range(3)]
