"""What paragraphs do is read from their words in both languages, and only proposed."""

import datetime as dt

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from puebla.config import editions
from puebla.decisions.actions.recognising import Known, due_in, recognise

D = dt.date


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("to report by 30 June 2027", "en", (D(2027, 6, 30), "day")),
        ("no later than June 30, 2027 to the Group", "en", (D(2027, 6, 30), "day")),
        ("before 1 July 2027", "en", (D(2027, 6, 30), "day")),
        ("by June 2027", "en", (D(2027, 6, 1), "month")),
        ("by the end of June 2027", "en", (D(2027, 6, 1), "month")),
        ("in the first quarter of 2027", "en", (D(2027, 1, 1), "quarter")),
        ("first quarter 2027", "en", (D(2027, 1, 1), "quarter")),
        ("before the second quarter of 2027", "en", (D(2027, 1, 1), "quarter")),
        ("by Q3 2027", "en", (D(2027, 7, 1), "quarter")),
        ("by the end of 2027", "en", (D(2027, 1, 1), "year")),
        ("during 2027", "en", (D(2027, 1, 1), "year")),
        ("before 2027", "en", (D(2026, 1, 1), "year")),
        ("a más tardar el 30 de junio de 2027", "es", (D(2027, 6, 30), "day")),
        ("antes del 1.º de julio de 2027", "es", (D(2027, 6, 30), "day")),
        ("a más tardar en junio de 2027", "es", (D(2027, 6, 1), "month")),
        ("antes de finales de 2027", "es", (D(2027, 1, 1), "year")),
        ("en el primer trimestre de 2027", "es", (D(2027, 1, 1), "quarter")),
        ("durante el segundo semestre de 2027", "es", (D(2027, 12, 1), "month")),
        ("hasta el 31 de marzo de 2027", "es", (D(2027, 3, 31), "day")),
        # No day can be known, or the day is no term.
        ("antes de la XII Reunión", "es", None),
        ("before the XII Conference", "en", None),
        ("the guidelines of 9 July 2009", "en", None),
        ("by 30 June", "en", None),
        ("los acuerdos del 9 de julio de 2009", "es", None),
        ("by 31 February 2027", "en", None),
        ("au plus tard le 30 juin 2027", "fr", (D(2027, 6, 30), "day")),
    ],
)
def test_terms_are_read_as_far_as_they_are_known(text, language, expected):
    assert due_in(text, language) == expected


@pytest.mark.django_db
class TestWords:
    @pytest.fixture
    def known(self):
        editions.load(editions.folder_of("rcm"), at=timezone.now())
        return Known.now(on=D(2026, 6, 1))

    def test_the_verb_whom_it_addresses_and_the_term_are_read_in_either_language(self, known):
        def read(**words):
            found = recognise(words, known)
            to = sorted(
                str(one.party and one.party.code or one.body and one.body.code or one.whom)
                for one in found.addressees
            )
            return found.verb.code if found.verb else None, to, found.due_on, found.doubts

        due = D(2027, 6, 30)
        assert read(en="To request the Technical Secretariat to report by 30 June 2027.") == (
            "request",
            ["secretariat"],
            due,
            (),
        )
        assert read(es="*Solicitar* a la Secretaría Técnica que informe a más tardar el 30 de junio de 2027.") == (
            "request", ["secretariat"], due, (),
        )  # fmt: skip
        assert read(en="Urges Costa Rica, Panama and the Presidency to meet.", es="Insta a Costa Rica y Panamá a reunirse.") == (
            "urge", ["CRI", "PAN", "presidency"], None, (),
        )  # fmt: skip
        # What stands after the act that is asked is not addressed; a name may look like an act.
        assert read(es="Solicita a la Presidencia informar al GRCM.")[1] == ["presidency"]
        assert read(es="Insta al Grupo de Trabajo de Migración Irregular y Masiva a informar a Panamá.")[
            1
        ] == ["WGIM"]
        assert read(en="The Vice-Ministers recommend that member states ratify it.")[:1] == ("recommend",)
        assert read(es="Instar a los Estados miembros a ratificarlo.") == ("urge", ["members"], None, ())
        assert read(es="Encomendar al Grupo Regional de Consulta sobre Migración que lo estudie.")[:2] == (
            "instruct",
            ["RCGM"],
        )
        # Who is named elsewhere is not addressed; what only tells addresses nobody.
        assert read(en="To take note of the report of the Secretariat and of Mexico.") == (
            "take-note",
            [],
            None,
            (),
        )
        assert read(en="To request the Secretariat to thank Mexico.")[1] == ["secretariat"]
        assert read(en="Recalling the request of Mexico to the Secretariat.")[:2] == ("recall", [])
        assert (
            read(en="Expresses concern at the deaths.", es="Expresa su preocupación por las muertes.")[0]
            == "express-concern"
        )
        assert read(en="The annex holds the list.") == (None, [], None, ())

    def test_where_the_languages_differ_that_is_told(self, known):
        found = recognise(
            {"en": "To urge Mexico to reply by 30 June 2027.", "es": "Solicitar a México que responda a más tardar el 30 de julio de 2027."},
            known,
        )  # fmt: skip

        assert found.doubts == ("verb", "due") and [one.party.code for one in found.addressees] == ["MEX"]

    @pytest.mark.parametrize(
        ("language", "words", "expected"),
        [
            ("en", "The Secretariat shall publish the handbook in 2028.", ("shall", ["secretariat"], D(2028, 1, 1), "year")),
            ("en", "Member states shall report by 30 June 2028.", ("shall", ["members"], D(2028, 6, 30), "day")),
            ("en", "Costa Rica and Panama must meet in June 2028.", ("shall", ["CRI", "PAN"], D(2028, 6, 1), "month")),
            ("en", "A report shall be submitted by the Secretariat by 2028.", ("shall", ["secretariat"], D(2028, 1, 1), "year")),
            ("en", "The Secretariat will prepare it in the first half of 2028.", ("shall", ["secretariat"], D(2028, 6, 1), "month")),
            ("en", "To decide that the Presidency shall convene it during 2028.", ("decide", ["presidency"], D(2028, 1, 1), "year")),
            ("en", "To request Mexico to host a workshop in early 2028.", ("request", ["MEX"], D(2028, 1, 1), "year")),
            ("es", "Los Estados miembros deberán informar en 2028.", ("shall", ["members"], D(2028, 1, 1), "year")),
            ("es", "La Secretaría Técnica presentará el manual en junio de 2028.", ("shall", ["secretariat"], D(2028, 6, 1), "month")),
            ("es", "Costa Rica y Panamá presentarán su informe a lo largo de 2028.", ("shall", ["CRI", "PAN"], D(2028, 1, 1), "year")),
            ("es", "El informe deberá ser presentado por la Secretaría en 2028.", ("shall", ["secretariat"], D(2028, 1, 1), "year")),
            ("en", "The Secretariat shall establish a network.", ("shall", ["secretariat"], None, "day")),
            ("es", "La Secretaría deberá apoyar a Panamá.", ("shall", ["secretariat"], None, "day")),
            ("es", "Decidir que la Presidencia deberá convocarla.", ("decide", ["presidency"], None, "day")),
            # Nobody is bound, or nothing is to come.
            ("en", "In 2019 the Conference adopted guidelines.", (None, [], None, "day")),
            ("en", "This decision shall enter into force.", (None, [], None, "day")),
            ("en", "The Conference will be held in 2028.", (None, [], None, "day")),
            ("en", "To thank Mexico for the workshop that it will host in 2028.", ("thank", [], None, "day")),
            ("en", "Recalling that the Secretariat shall report in 2028.", ("recall", [], None, "day")),
            ("en", "To request the Secretariat to publish the guidelines adopted in 2027.", ("request", ["secretariat"], None, "day")),
            ("en", "To request the Secretariat to publish its figures in 2025.", ("request", ["secretariat"], None, "day")),
            ("en", "To request the Secretariat to assist in 2028 cases.", ("request", ["secretariat"], None, "day")),
            ("en", "To request the Secretariat to work in 2028-2030.", ("request", ["secretariat"], None, "day")),
            ("es", "En 2019 la Conferencia adoptó los lineamientos.", (None, [], None, "day")),
            ("es", "El informe que presentará la Secretaría es breve.", (None, [], None, "day")),
            ("es", "La Secretaría podrá apoyar a Panamá.", (None, [], None, "day")),
            ("es", "Pidieron que las delegaciones presentaran su informe.", (None, [], None, "day")),
            ("es", "Solicitar a la Secretaría que publique los lineamientos adoptados en 2027.", ("request", ["secretariat"], None, "day")),
            ("es", "México y Canadá están en Panamá.", (None, [], None, "day")),
        ],
    )  # fmt: skip
    def test_who_shall_do_something_is_asked_and_a_bare_year_to_come_is_a_term_only_then(
        self, known, language, words, expected
    ):
        found = recognise({language: words}, known)

        to = sorted(
            str((one.party and one.party.code) or (one.body and one.body.code) or one.whom)
            for one in found.addressees
        )
        verb = found.verb.code if found.verb else None
        assert (verb, to, found.due_on, found.due_precision) == expected
        assert found.asks == (bool(to) or verb in ("shall", "request"))

    def test_an_edition_without_that_verb_takes_nobody_for_bound(self, known):
        known.duties.clear()

        assert recognise({"en": "The Secretariat shall report by 2028."}, known).verb is None


@given(st.integers(2000, 2099), st.sampled_from(("en", "es", "fr", "pt")), st.integers(2000, 2099))
def test_a_bare_year_is_a_term_only_where_somebody_is_asked_and_it_is_not_over(year, language, now):
    word = {"en": "in", "es": "en", "fr": "en", "pt": "em"}[language]
    since = D(now, 6, 1)

    assert due_in(f"x {word} {year}.", language) is None
    assert due_in(f"x {word} {year}.", language, since=since) == (
        (D(year, 1, 1), "year") if year >= now else None
    )
    # Words that set a term do so whatever the year.
    assert due_in(f"antes de fines de {year}", "es", since=since) == due_in(f"antes de fines de {year}", "es")


@given(st.text(max_size=200), st.sampled_from(("en", "es", "fr", "pt", "xx")))
def test_whatever_stands_there_is_a_term_or_none(text, language):
    found = due_in(text, language, since=D(2026, 6, 1))

    assert found is None or found[1] in ("day", "month", "quarter", "year")
