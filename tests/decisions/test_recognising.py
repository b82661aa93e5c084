"""What paragraphs do is read from their words in both languages, and only proposed."""

import datetime as dt

import pytest
from django.utils import timezone

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
