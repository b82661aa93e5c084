"""What is typed is read without fail: words, phrases, exclusions, beginnings; what cannot be asked gets a sentence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from puebla.core.search.asking import LONGEST, Part, UnanswerableError, beginning_of, read
from puebla.core.search.terms import Level, as_fts5, as_tsquery

LANGUAGES = ("en", "es")


def parts(typed):
    return [clause[0] for clause in read(typed, LANGUAGES).clauses]


def test_words_stand_alone():
    assert parts("Migrantes RETORNADOS") == [Part(("migrantes",)), Part(("retornados",))]


@pytest.mark.parametrize(
    "typed", ['"derechos humanos"', "“derechos humanos”", "«derechos humanos»", '"derechos humanos']
)
def test_what_stands_in_quotation_marks_of_any_kind_is_a_phrase(typed):
    assert parts(typed) == [Part(("derechos", "humanos"), quoted=True)]


def test_a_symbol_keeps_its_parts_in_order():
    assert parts("RCM/2016/VM") == [Part(("rcm", "2016", "vm"), quoted=True)]
    assert parts("co-operation") == [Part(("co", "operation"))]


@pytest.mark.parametrize("typed", ["return -children", "return NOT children", "return −children"])
def test_an_exclusion_is_kept_apart(typed):
    question = read(typed, LANGUAGES)

    assert [clause[0].words for clause in question.clauses] == [("return",)]
    assert [part.words for part in question.excluded] == [("children",)]


def test_a_hyphen_inside_excludes_nothing():
    assert read("2009-2016", LANGUAGES).excluded == ()


def test_or_joins_the_words_around_it():
    clauses = read("return OR retorno children", LANGUAGES).clauses

    assert [[part.words[0] for part in clause] for clause in clauses] == [["return", "retorno"], ["children"]]


@pytest.mark.parametrize("typed", ["", "   ", "-", '""', "OR", "AND NOT", "* - ( ) : ^", "“”", "/ / /"])
def test_operators_alone_get_a_sentence(typed):
    with pytest.raises(UnanswerableError, match="no word to look for"):
        read(typed, LANGUAGES)


def test_exclusions_alone_get_a_sentence():
    with pytest.raises(UnanswerableError, match="only says what to leave out"):
        read("-return -children", LANGUAGES)


def test_five_thousand_characters_get_a_sentence_with_their_number():
    with pytest.raises(UnanswerableError, match="5000 characters"):
        read("return " * 714 + "or", LANGUAGES)


def test_too_many_words_get_a_sentence():
    with pytest.raises(UnanswerableError, match="words"):
        read("a " * (LONGEST // 2), LANGUAGES)


def test_articles_are_looked_for_only_where_nothing_else_is_asked_and_in_a_phrase():
    asked = as_fts5(read("la protección de los migrantes", LANGUAGES).asked(Level.ANYWHERE))
    alone = as_fts5(read("de los", LANGUAGES).asked(Level.ANYWHERE))
    phrase = as_fts5(read('"derechos de los"', LANGUAGES).asked(Level.ANYWHERE))

    assert '"los"' not in asked and '"de"' not in asked and '"migrantes"' in asked
    assert '"los"' in alone and '"de"' in alone
    assert '"derechos de los"' in phrase


def test_what_is_still_being_typed_may_go_on():
    assert beginning_of("Decl", LANGUAGES).clauses == ((Part(("decl",), beginning=True),),)
    assert beginning_of(" ", LANGUAGES) is None


@given(st.text(max_size=LONGEST))
def test_anything_typed_is_read_or_gets_a_sentence_and_can_be_asked_of_both_engines(typed):
    try:
        question = read(typed, LANGUAGES)
    except UnanswerableError as error:
        assert str(error)
        return

    assert question.words
    for level in Level:
        asked = question.asked(level)
        assert as_fts5(asked).count('"') % 2 == 0
        assert as_tsquery(asked).count("'") % 2 == 0
