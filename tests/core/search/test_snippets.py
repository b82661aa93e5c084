"""The page shown is the one that answers best; its words are cut from the text itself and marked."""

from hypothesis import given
from hypothesis import strategies as st

from puebla.core.search.asking import UnanswerableError, read
from puebla.core.search.snippets import HEAD, Looking, Spot, cut
from puebla.core.search.tables import PAGE_END
from puebla.core.search.words import words_in

LANGUAGES = ("en", "es")


def looking(typed, language="es"):
    return Looking(read(typed, LANGUAGES), [language])


def words(*pages):
    return " " + f" {PAGE_END} ".join(" ".join(words_in(page)) for page in pages) + " "


def test_the_page_with_most_of_what_is_looked_for_is_shown():
    pages = words("Título", "Sobre el retorno.", "La protección consular en el retorno.", "Nada")

    spot = looking("protección retorno").spot(pages)

    assert spot.page == 2


def test_a_running_head_is_passed_over():
    head = "Conferencia Regional sobre Migración Proceso Puebla RCM 2016 VM DECL 1 una cabecera larga"
    page = f"{head} y después se habla de la migración laboral."
    assert len(head) > HEAD

    spot = looking("migracion").spot(words("Título", page))
    shown = cut(page, looking("migracion"), spot)

    assert "la <mark>migración</mark> laboral" in shown


def test_words_are_marked_as_they_stand_in_the_text_whatever_their_form():
    text = "Las DEPORTACIONES y la deportación <de> personas."

    shown = cut(text, looking("deportacion"), Spot(1, 1))

    assert shown == "Las <mark>DEPORTACIONES</mark> y la <mark>deportación</mark> &lt;de&gt; personas."


def test_a_phrase_is_found_where_its_words_stand_together():
    pages = words("T", "consular, y otra protección", "la protección consular")

    assert looking('"protección consular"').spot(pages).page == 2


def test_a_stem_that_changes_its_end_is_found():
    assert looking("policies", "en").spot(words("T", "One policy for all")) == Spot(1, 1)
    assert looking("residencia", "es").spot(words("T", "Quien es residente")) == Spot(1, 2)


def test_a_record_without_the_words_in_its_text_has_no_place():
    assert looking("retorno").spot(words("Retorno", "Otra cosa")) is None


@given(st.text(max_size=300), st.text(max_size=40))
def test_a_snippet_never_breaks_and_never_lets_a_sign_of_the_page_through(text, typed):
    try:
        look = looking(typed)
    except UnanswerableError:
        return
    spot = look.spot(words("T", text))

    shown = cut(text, look, spot)

    assert "<" not in shown.replace("<mark>", "").replace("</mark>", "")
    if spot is not None:
        assert "<mark>" in shown
