"""The public's box: words, symbols, filters, pages of results, help; no trace of what is not public."""

import datetime as dt
import re

import pytest
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from puebla.members.models import Audience
from puebla.publications import actions
from puebla.publications.models import PublicMeeting, PublicParty
from tests import factories as make
from tests.publications.making import a_meeting_row, a_party_row, a_public_document, a_public_file

pytestmark = pytest.mark.django_db

HOUR = dt.timedelta(hours=1)


@pytest.fixture(autouse=True)
def process():
    return make.process()


def ask(client, q, language="en", **more):
    return client.get(f"/{language}/search/", {"q": q, **more})


def told(client, q):
    return client.get("/en/search/suggest/", {"q": q}).json()["suggestions"]


def with_text(*pages, language="es", **facts):
    return a_public_document(files=[a_public_file(language=language, texts=list(pages))], **facts)


def test_a_word_is_found_in_the_text_with_its_page_language_and_place(client):
    paper = with_text(*["Otra página."] * 21, "Sobre las migraciones en la frontera.")

    page = ask(client, "migracion").text

    assert "1 document<" in page
    assert "las <mark>migraciones</mark> en la frontera" in page
    assert f'href="/en/documents/{paper.symbol}/read/es/?page=2#page-22">Page 22</a>' in page
    assert ">ES</span>" in page


def test_the_page_that_is_quoted_opens_and_holds_the_words(client):
    with_text("Uno.", "Dos.", "La trata de personas.")
    address = re.search(r'href="([^"]+)#page-3"', ask(client, '"trata de personas"').text)[1]

    page = client.get(address).text

    assert 'id="page-3"' in page
    assert "La trata de personas." in page.partition('id="page-3"')[2]


def test_a_phrase_an_exclusion_and_an_inflected_word_answer_as_they_should(client):
    first = with_text("La protección consular de migrantes.", symbol="P/1")
    second = with_text("Protección que un agente consular brinda a la migrante.", symbol="P/2")

    def found(q):
        return set(re.findall(r'class="symbol">(P/\d)', ask(client, q).text))

    assert found('"proteccion consular"') == {first.symbol}
    assert found("protección consular") == found("migrante") == found("migrantes") == {"P/1", "P/2"}
    assert found("consular -agente") == {first.symbol}
    assert found('consular -"proteccion consular"') == {second.symbol}


@pytest.mark.parametrize(
    "typed",
    ["RCM/2016/VM/DECL/1", "rcm 2016 vm decl 1", "RCM-2016-VM-DECL-01", "crm/2016/vm/decl/1", "RCM/2016/VM/DCL/1",
     "RCM/2016/VM/DECLL/1"],
)  # fmt: skip
def test_a_symbol_exact_or_with_a_letter_amiss_opens_its_document(client, typed):
    a_public_document(symbol="RCM/2016/VM/DECL/1")

    response = ask(client, typed)

    assert response.status_code == 302
    assert response["Location"] == "/en/documents/RCM/2016/VM/DECL/1/"


def test_a_figure_amiss_suggests_and_does_not_open(client):
    a_public_document(symbol="RCM/2016/VM/DECL/1")

    page = ask(client, "RCM/2016/VM/DECL/7")

    assert page.status_code == 200
    assert "Did you mean" in page.text
    assert "/en/documents/RCM/2016/VM/DECL/1/" in page.text


def declaration(**facts):
    PublicMeeting.objects.create(
        **a_meeting_row(symbol="RCM/2016/VM/XXI", number=21, titles={"en": "XXI Conference"})
    )
    return a_public_document(
        symbol="RCM/2016/VM/DECL/1", kind_code="DECL", kind_names={"en": "Declaration", "es": "Declaración"},
        body_code="VM", meeting_symbol="RCM/2016/VM/XXI", **facts,
    )  # fmt: skip


@pytest.mark.parametrize("typed", ["XXI Declaration", "Declaración XXI", "declaration of the 21st"])
def test_what_people_cite_in_their_own_words_opens(client, typed):
    declaration()

    assert ask(client, typed)["Location"] == "/en/documents/RCM/2016/VM/DECL/1/"


def test_a_paragraph_that_is_cited_opens_on_its_page(client):
    declaration(files=[a_public_file(texts=["1. First.\n\n2. Second.", "12. The twelfth paragraph."])])

    response = ask(client, "XXI Declaration, paragraph 12")

    assert response["Location"] == "/en/documents/RCM/2016/VM/DECL/1/read/en/#page-2"


def test_filters_stay_in_the_address_and_narrow(client):
    wanted = a_public_document(
        kind_code="DECL", kind_names={"en": "Declaration"}, themes=[("HR", {"en": "Human rights"})]
    )
    other = a_public_document()

    page = ask(client, "note", kind="DECL").text

    assert wanted.symbol in page
    assert other.symbol not in page
    assert '<option value="DECL" selected>' in page
    assert "1 document ·" in ask(client, "note", year="2009", body="RCGM", theme="HR", language="en").text


@pytest.mark.parametrize(
    ("language", "more", "sentence"),
    [
        ("en", {"q": "OR - ( )"}, "no word to look for"),
        ("es", {"q": '" " -'}, "no contiene ninguna palabra"),
        ("en", {"q": "-note"}, "only says what to leave out"),
        ("en", {"q": "note " * 1000}, "4999 characters"),
        ("es", {"q": "x" * 5000}, "5000 caracteres"),
        ("en", {"q": "note", "page": "99"}, "There is no page 99; the last one is 1."),
        ("en", {"q": "note", "page": "0"}, "1 document<"),
        ("en", {"q": "note", "page": "x"}, "1 document<"),
        ("en", {"q": "note", "kind": "NONSENSE"}, "“NONSENSE” is not known as: kind."),
        ("es", {"q": "nota", "year": "2009 OR 1=1"}, "“2009 OR 1=1”"),
        ("en", {"q": "note", "colour": "red"}, "1 document<"),
        ("en", {"q": "no\x00te"}, "1 document<"),
        ("en", {"q": '"note AND (kind:note OR *'}, "0 documents"),
    ],
)
def test_bad_input_gets_a_sentence(client, language, more, sentence):
    a_public_document()

    response = client.get(f"/{language}/search/", more)

    assert response.status_code == 200
    assert sentence in response.text


def test_pages_of_results_follow_each_other_and_count_all(client):
    for number in range(25):
        a_public_document(symbol=f"P/{number}", dated_on=dt.date(2000 + number, 1, 1))

    pages = [ask(client, "note", page=str(number)).text for number in (1, 2, 3)]

    shown = [re.findall(r'class="symbol">(P/\d+)', page) for page in pages]
    assert shown[:2] == [[f"P/{n}" for n in range(24, 4, -1)], [f"P/{n}" for n in range(4, -1, -1)]]
    assert all("25 documents" in page for page in pages)
    assert 'start="21"' in pages[1]
    assert shown[2] == []
    assert "There is no page 3; the last one is 2." in pages[2]


def test_where_nothing_is_found_the_page_helps_in_the_readers_language(client):
    a_public_document(titles={"es": "Repatriación de migrantes"})

    page = ask(client, "repatriasion migrantes", language="es", year="2009").text

    assert "No se encontró nada" in page
    assert "repatriación migrantes</a>" in page
    assert "Buscar lo mismo sin los filtros" in page
    assert "?q=migrantes&amp;year=2009" in page


def test_meetings_and_parties_are_found_beside_the_papers(client):
    joint = {"joint_with": {"es": "Diálogo del Sur"}, "joint_code": "SD", "joint_symbol": "SD/2009/JM"}
    PublicMeeting.objects.create(**a_meeting_row(**joint))
    PublicParty.objects.create(**a_party_row())

    # By the other process of a joint meeting too, and its symbol opens it.
    assert "/en/meetings/RCM/2009/VM/XIV/" in ask(client, "diálogo sur").text
    assert ask(client, "sd/2009/jm").url == "/en/meetings/RCM/2009/VM/XIV/"

    assert "/en/meetings/RCM/2009/VM/XIV/" in ask(client, "conferencia").text
    assert (
        '<a href="/en/members/">Costa Rica</a>'
        in ask(client, '"costa rica"').text.partition('role="status"')[2]
    )


# What is not public ------------------------------------------------------------------------------------------------


def answers(client, words, symbol):
    """All that the public can ask about a paper, the paper's own words and symbol taken out of what comes back."""
    asked = [ask(client, words), ask(client, f'"{words}"'), ask(client, f"{words}x"), ask(client, symbol),
             ask(client, symbol[:-1] + "8"), client.get("/en/search/suggest/", {"q": words[:5]}),
             client.get("/en/search/suggest/", {"q": symbol}), client.get("/en/documents/", {"q": words})]  # fmt: skip
    return [(one.status_code, re.sub(r'ETag|"[0-9a-f]{24}"', "", one.text)) for one in asked]


def restricted():
    paper = make.DocumentFactory(
        symbol="RCM/2019/VM/DECL/7", titles={"en": "Alpaca matters", "es": "Asuntos de alpacas"},
        audience=Audience.PUBLIC,
    )  # fmt: skip
    from puebla.documents.models import Page
    from tests.documents.making import a_version

    Page.objects.create(version=a_version(paper, "en"), number=1, text="Alpaca matters and more.")
    make.index(paper)


def under_embargo():
    a_public_document(symbol="RCM/2019/VM/DECL/7", titles={"en": "Alpaca matters", "es": "Asuntos de alpacas"},
                      files=[a_public_file(texts=["Alpaca matters."])], public_from=timezone.now() + HOUR)  # fmt: skip


def withdrawn():
    a_public_document(symbol="RCM/2019/VM/DECL/7", titles={"en": "Alpaca matters", "es": "Asuntos de alpacas"},
                      files=[a_public_file(texts=["Alpaca matters."])])  # fmt: skip
    actions.withdraw_document(symbol="RCM/2019/VM/DECL/7", reason={"en": "Wrong."}, at=timezone.now())


@pytest.mark.parametrize("hidden", [restricted, under_embargo, withdrawn])
def test_what_is_not_released_not_yet_or_no_longer_public_leaves_no_trace_in_any_answer(client, hidden):
    a_public_document(symbol="P/1")
    before = answers(client, "alpaca matters", "RCM/2019/VM/DECL/7")

    hidden()
    caches["pages"].clear()
    after = answers(client, "alpaca matters", "RCM/2019/VM/DECL/7")

    assert [status for status, _text in after] == [200] * 8
    assert after == before


def test_an_embargo_that_ends_lets_its_paper_be_found_without_any_job(client, monkeypatch):
    under_embargo()
    later = timezone.now() + 2 * HOUR

    assert "0 documents" in ask(client, "alpaca").text
    assert told(client, "alpac") == []

    monkeypatch.setattr(timezone, "now", lambda: later)

    assert "1 document<" in ask(client, "alpaca").text
    assert [one["symbol"] for one in told(client, "alpac")] == ["RCM/2019/VM/DECL/7"]


def test_what_is_withdrawn_is_gone_from_the_next_answer_on(client):
    paper = with_text("Sobre las alpacas.")

    assert "1 document<" in ask(client, "alpaca").text

    actions.withdraw_document(symbol=paper.symbol, reason={"en": "Wrong."}, at=timezone.now())

    assert "0 documents" in ask(client, "alpaca").text
    assert ask(client, paper.symbol).status_code == 200


def test_suggestions_while_typing_lead_to_what_search_would_find(client):
    paper = a_public_document(titles={"en": "Declaration of Puebla"})

    assert told(client, "declar") == [
        {"symbol": paper.symbol, "title": "Declaration of Puebla", "url": f"/en/documents/{paper.symbol}/"}
    ]
    assert told(client, "d\x00 -") == told(client, "") == told(client, "x" * 5000) == []


def test_a_page_of_results_costs_the_same_number_of_questions_when_the_data_grow_tenfold(client):
    counts = []
    for size in (2, 20):
        for _number in range(size):
            with_text("Sobre la nota.")
        client.get("/en/documents/")  # what is public changed: the facets are made anew, once
        with CaptureQueriesContext(connection) as queries:
            ask(client, "nota")
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 24
