"""Words meet across accents, numbers and persons, in both languages, whoever typed them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from puebla.core.search.words import forms, places_in, stem, words_in


@pytest.mark.parametrize(
    ("language", "family"),
    [
        ("es", ["migracion", "migración", "migraciones", "MIGRACIÓN"]),
        ("es", ["migrante", "migrantes"]),
        ("es", ["deportacion", "deportación", "deportaciones"]),
        ("es", ["repatriacion", "repatriaciones"]),
        ("es", ["niño", "niños", "nino"]),
        ("en", ["trafficked", "trafficking"]),
        ("en", ["migration", "migrations"]),
        ("en", ["policy", "policies"]),
    ],
)
def test_words_of_a_family_meet(language, family):
    met = {stem(word, language) for typed in family for word in words_in(typed)}

    assert len(met) == 1


def test_trade_and_trafficking_stay_apart():
    assert stem("traffic", "en") != stem("trafficking", "en")


def test_a_word_broken_at_the_end_of_a_line_is_one():
    assert words_in("la migra-\nción y la protec\u00ad\nción") == ["la", "migracion", "y", "la", "proteccion"]


def test_a_symbol_is_its_parts():
    assert words_in("RCM/2016/VM/DECL/1") == ["rcm", "2016", "vm", "decl", "1"]


def test_of_an_unknown_language_the_word_itself_is_kept():
    assert stem("migrasyon", "ht") == "migrasyon"
    assert forms("migrations", ["en", "es"]) == ("migrations", "migrat")


@given(st.text(max_size=200) | st.text(alphabet="abZñ1 \n\t-\u00ad\u2010_.", max_size=60))
def test_words_and_places_tell_the_same(text):
    places = list(places_in(text))

    assert [word for word, _start, _end in places] == words_in(text)
    assert all(word.isalnum() for word in words_in(text))
    assert all(text[start:end] for _word, start, end in places)


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyzáéíóúñü", min_size=1, max_size=30))
def test_accents_never_keep_words_apart(word):
    import unicodedata

    plain = "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))

    for language in ("en", "es"):
        assert [stem(one, language) for one in words_in(word)] == [
            stem(one, language) for one in words_in(plain)
        ]
