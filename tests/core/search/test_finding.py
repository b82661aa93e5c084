"""One question, one answer, on SQLite and PostgreSQL alike: matching, phrases, exclusion, order."""

import datetime as dt

import pytest
from django.db import connection
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from puebla.core.search import building, terms
from puebla.core.search.asking import read
from puebla.core.search.building import catch_up, check_search
from puebla.core.search.finding import Reachable, find
from puebla.core.search.tables import Place, Row, index, install_indexes, mark, record_of, rung_start
from puebla.core.search.words import forms, words_in
from tests import factories as make

TABLE = index("members_index", entries="members_indexentry", due="embargo_until")
LANGUAGES = ("en", "es")
EVERYTHING = [Reachable(start=0)]
DAY = dt.date(2009, 7, 9).toordinal()


def keep(number, text, *, title="", language="es", rung=50, day=DAY, marks=(), keywords=""):
    pages = [text] if isinstance(text, str) else text
    key = Place(rung, day, 1, number, LANGUAGES.index(language)).key
    row = Row(key, [*marks, mark("language", language)], title, keywords, pages, [language])
    assert TABLE.write([row]) == 1
    return key


def ask(typed, reachable=EVERYTHING, **how):
    found = find(TABLE, read(typed, LANGUAGES), reachable, at=timezone.now(), **how)
    assert len(found.keys) <= found.total
    return [record_of(key) & 0xFFFFFFF for key in found.keys]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "written", "typed"),
    [
        ("es", "la migración", ["migracion", "migración", "migraciones", "MIGRACIONES"]),
        ("es", "los migrantes", ["migrante", "migrantes"]),
        ("es", "la niñez y los niños", ["nino", "niños", "ninez", "niñez"]),
        ("es", "deportaciones", ["deportacion", "deportación"]),
        ("en", "they were trafficked", ["trafficking", "trafficked"]),
        ("en", "policies", ["policy"]),
    ],
)
def test_words_meet_on_this_engine(language, written, typed):
    keep(1, written, language=language)
    keep(2, "otra cosa, something else", language=language)

    assert [ask(one) for one in typed] == [[1]] * len(typed)


@pytest.mark.django_db
def test_a_text_of_unknown_language_is_found_in_every_language_of_the_process():
    key = Place(50, DAY, 1, 9, 0).key
    TABLE.write([Row(key, [], "", "", ["migraciones trafficked"], LANGUAGES)])

    assert ask("migración") == ask("trafficking") == [9]


@pytest.mark.django_db
def test_a_phrase_means_these_very_words_in_a_row():
    keep(1, "la protección consular de migrantes")
    keep(2, "consular es la protección")
    keep(3, "las protecciones consulares")

    assert ask('"proteccion consular"') == [1]
    assert sorted(ask("protección consular")) == [1, 2, 3]


@pytest.mark.django_db
def test_a_phrase_is_found_across_the_end_of_a_page_and_in_a_title():
    keep(1, ["acaba en derechos", "humanos que siguen"])
    keep(2, "nada", title="Los derechos humanos")

    assert sorted(ask('"derechos humanos"')) == [1, 2]


@pytest.mark.django_db
def test_a_phrase_late_in_a_very_long_text_is_found():
    keep(
        1, ["palabra derechos humanos otra " * 400, "relleno " * 20_000, "una frase muy particular al final"]
    )

    assert ask('"frase muy particular"') == ask("particular") == [1]


@pytest.mark.django_db
def test_a_phrase_is_found_in_a_text_of_more_different_words_than_an_index_keeps():
    keep(1, [" ".join(f"w{number:06}" for number in range(45_000)), "una frase muy particular"])
    keep(2, "una particular frase muy")

    assert ask('"frase muy particular"') == ask('"una frase"') == [1]
    assert ask('"particular frase"') == [2]


@pytest.mark.django_db
def test_a_phrase_of_three_words_is_more_than_its_pairs():
    keep(1, "uno dos, y dos tres")
    keep(2, "uno dos tres")

    assert ask('"uno dos tres"') == [2]
    assert sorted(ask('"dos tres"')) == [1, 2]
    assert ask('dos -"uno dos tres"') == [1]


@pytest.mark.django_db
def test_what_is_excluded_is_not_found():
    keep(1, "retorno de niños")
    keep(2, "retorno de adultos")

    assert ask("retorno -niño") == [2]
    assert ask('retorno -"de adultos"') == [1]


@pytest.mark.django_db
def test_what_one_language_holds_excludes_the_record_in_all_of_them():
    keep(1, "protection of migrant children", language="en")
    keep(1, "protección de niñas migrantes", language="es")
    keep(2, "protection of migrant workers", language="en")
    keep(2, "protección de trabajadoras migrantes", language="es")

    assert ask("migrant -children") == ask('migrant -"migrant children"') == [2]
    assert ask("migrant -children", filters=[terms.Term(mark("language", "es"))], count=5) == [2, 1]


@pytest.mark.django_db
def test_either_of_two_words_and_a_beginning():
    keep(1, "frontera")
    keep(2, "aduana")
    keep(3, "puente")

    assert sorted(ask("frontera OR aduana")) == [1, 2]
    assert ask("fron*") == [1]


@pytest.mark.django_db
def test_a_record_is_one_hit_in_the_language_preferred():
    english, spanish = (
        keep(1, "consular matters", language="en"),
        keep(1, "asuntos consulares", language="es"),
    )
    question = read("consular", LANGUAGES)

    for prefer, key in ((0, english), (1, spanish)):
        found = find(TABLE, question, EVERYTHING, at=timezone.now(), prefer=prefer)

        assert (found.total, found.keys) == (1, [key])


@pytest.mark.django_db
def test_titles_come_first_then_what_a_text_is_about_then_words_in_a_row_then_the_newest():
    filler = "palabra distinta " * 200
    keep(1, f"{filler} retorno {filler} asistido", day=DAY)
    keep(2, f"{filler} retorno {filler} asistido", day=DAY + 1)
    keep(3, f"{filler} retorno asistido {filler}", day=DAY - 10)
    keep(4, "retorno asistido de migrantes", day=DAY - 20)
    keep(5, filler, title="Retorno asistido", day=DAY - 30)

    assert ask("retorno asistido") == [5, 4, 3, 2, 1]
    assert ask("retorno asistido", newest=True) == [2, 1, 3, 4, 5]


@pytest.mark.django_db
def test_filters_and_ranges_narrow():
    keep(1, "retorno", marks=[mark("kind", "DECL")])
    keep(2, "retorno", marks=[mark("kind", "DECL"), "room:7"], rung=20)
    keep(3, "retorno")

    assert ask("retorno", filters=[terms.Term(mark("kind", "decl"))]) == [2, 1]
    assert ask("retorno", [Reachable(start=rung_start(50))], filters=[terms.Term("kind:decl")]) == [1]
    assert ask("retorno", [Reachable(terms.Term("room:7"), end=rung_start(50))]) == [2]
    assert ask("retorno", []) == []


@pytest.mark.django_db
def test_pages_of_results_follow_each_other_without_gap():
    for number in range(1, 31):
        keep(number, "retorno", day=DAY + number)

    pages = [ask("retorno", first=first, count=10) for first in (0, 10, 20, 30)]

    assert [one for page in pages for one in page] == list(range(30, 0, -1))
    assert pages[3] == []


@pytest.mark.django_db
def test_what_is_forgotten_is_not_found_and_what_is_written_again_is_found_once():
    key = keep(1, "retorno")
    TABLE.write([Row(key, [], "frontera")])

    assert (ask("retorno"), ask("frontera")) == ([], [1])

    TABLE.erase([key])

    assert ask("frontera") == []


@pytest.mark.django_db
def test_words_without_entries_are_cleared_when_the_tables_are_made():
    keep(1, "retorno")

    install_indexes()

    assert ask("retorno") == []


WORDS = ["migración", "migraciones", "retorno", "consular", "niñez", "frontera", "tráfico"]


class TestBothEngines(TestCase):
    @given(
        st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=6), min_size=1, max_size=6),
        st.lists(st.sampled_from(WORDS), min_size=1, max_size=3),
        st.booleans(),
        st.booleans(),
    )
    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    def test_an_answer_is_what_reading_every_text_would_give(self, texts, asked, quoted, exclude):
        TABLE.clear()
        for number, text in enumerate(texts, start=1):
            keep(number, " ".join(text))
        typed = f'"{" ".join(asked)}"' if quoted else " ".join(asked)
        typed += " -frontera" if exclude else ""

        expected = {
            n for n, text in enumerate(texts, start=1) if by_hand(text, asked, quoted=quoted, exclude=exclude)
        }

        assert set(ask(typed, count=50)) == expected


def by_hand(text, asked, *, quoted, exclude):
    own = words_in(" ".join(text))
    if exclude and "frontera" in own:
        return False
    if quoted:
        return f" {' '.join(words_in(' '.join(asked)))} " in f" {' '.join(own)} "
    stemmed = {form for word in own for form in forms(word, ["es"])}
    return all(stemmed & set(forms(word, LANGUAGES)) for word in words_in(" ".join(asked)))


@pytest.mark.django_db
def test_an_index_of_an_older_form_is_made_anew_and_written_again_by_the_chore():
    paper = make.DocumentFactory(titles={"en": "Alpaca matters"})
    make_of_old()

    install_indexes()

    assert ask("alpaca") == []
    assert catch_up(timezone.now()) == 1
    assert ask('"alpaca matters"') == [paper.pk]
    assert catch_up(timezone.now()) == 0


@pytest.mark.django_db
@pytest.mark.parametrize("fault", ["of old", "gone", "odd"])
def test_the_chore_by_itself_mends_an_index_that_is_old_missing_or_holds_words_of_nothing(fault):
    paper = make.DocumentFactory(titles={"en": "Alpaca matters"})
    if fault == "of old":
        make_of_old()
    elif fault == "gone":
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE members_index")
    else:
        TABLE.write([Row(key=99, marks=[], title="alpaca")])

    catch_up(timezone.now())

    assert ask('"alpaca matters"') == [paper.pk]
    assert check_search()[1]


@pytest.mark.django_db
def test_much_that_is_behind_is_written_by_one_job(monkeypatch):
    monkeypatch.setattr(building, "AT_ONCE", 1)
    for title in ("Alpaca matters", "Alpaca wool", "Alpaca tracks"):
        make.DocumentFactory(titles={"en": title})
    TABLE.clear()

    catch_up(timezone.now())
    catch_up(timezone.now())
    (job,) = DBTaskResult.objects.all()
    job.task.call()

    assert len(ask("alpaca")) == 3
    assert check_search()[1]


def make_of_old():
    """The table as the first release made it."""
    columns = {
        "sqlite": "CREATE VIRTUAL TABLE members_index USING fts5(marks, title, keywords, body, words UNINDEXED)",
        "postgresql": "CREATE TABLE members_index (id bigint PRIMARY KEY, terms tsvector NOT NULL, words text NOT NULL)",
    }
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE members_index")
        cursor.execute(columns[connection.vendor])
