"""The private site's box: words, symbols, filters, pages of results, help; a constant number of questions."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from puebla.documents.models import Page
from puebla.members.models import Audience, Meeting
from tests import factories as make
from tests.documents.making import a_version

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client):
    make.process()
    person = make.secretariat_person()
    client.force_login(person)
    return person


def ask(client, q, language="en", **more):
    return client.get(f"/{language}/intranet/search/", {"q": q, **more})


def with_text(document, *pages, language="es"):
    version = a_version(document, language)
    Page.objects.bulk_create(
        Page(version=version, number=n, text=text) for n, text in enumerate(pages, start=1)
    )
    make.index(document)
    return version


def test_a_word_is_found_in_the_text_with_its_page_language_and_place(client, office):
    paper = make.DocumentFactory(titles={"es": "Acta"})
    with_text(paper, *["Otra página."] * 11, "Sobre las migraciones en la frontera.")

    page = ask(client, "migracion").text

    assert "1 document<" in page
    assert "las <mark>migraciones</mark> en la frontera" in page
    assert f'href="/en/intranet/documents/{paper.symbol}/read/es/?page=2#page-12"' in page
    assert ">ES</span>" in page


@pytest.mark.parametrize(
    "typed",
    ["RCM/2016/VM/DECL/1", "rcm 2016 vm decl 1", "RCM-2016-VM-DECL-01", "crm/2016/vm/decl/1", "RCM/2016/VM/DCL/1",
     "RCM/2016/VM/DECLL/1"],
)  # fmt: skip
def test_a_symbol_exact_or_with_a_letter_amiss_opens_its_document(client, office, typed):
    make.DocumentFactory(symbol="RCM/2016/VM/DECL/1")

    response = ask(client, typed)

    assert response.status_code == 302
    assert response["Location"] == "/en/intranet/documents/RCM/2016/VM/DECL/1/"


def test_a_figure_amiss_suggests_and_does_not_open(client, office):
    make.DocumentFactory(symbol="RCM/2016/VM/DECL/1")

    page = ask(client, "RCM/2016/VM/DECL/7")

    assert page.status_code == 200
    assert "Did you mean" in page.text
    assert "/en/intranet/documents/RCM/2016/VM/DECL/1/" in page.text


def test_where_a_letter_amiss_fits_several_they_are_suggested(client, office):
    for kind in ("DECA", "DECB"):
        make.DocumentFactory(symbol=f"RCM/2016/VM/{kind}/1")

    page = ask(client, "RCM/2016/VM/DECL/1").text

    assert all(f"/documents/RCM/2016/VM/{kind}/1/" in page for kind in ("DECA", "DECB"))


def declaration(paragraphs=""):
    body = make.BodyFactory(code="VM", function="ministers")
    meeting = Meeting.objects.create(symbol="RCM/2016/VM/1", body=body, number=21, titles={"en": "XXI Conference"},
                                     starts_on=dt.date(2016, 11, 17))  # fmt: skip
    kind = make.KindFactory(code="DECL", names={"en": "Declaration", "es": "Declaración"})
    paper = make.DocumentFactory(symbol="RCM/2016/VM/DECL/1", kind=kind, body=body, meeting=meeting)
    if paragraphs:
        with_text(paper, *paragraphs)
    return paper


@pytest.mark.parametrize(
    "typed", ["XXI Declaration", "Declaración de la XXI Conferencia", "Declaration of the 21st Conference"]
)
def test_what_people_cite_in_their_own_words_opens(client, office, typed):
    declaration()

    assert ask(client, typed)["Location"] == "/en/intranet/documents/RCM/2016/VM/DECL/1/"


def test_a_paragraph_that_is_cited_opens_on_its_page(client, office):
    declaration(["1. First.\n\n2. Second.", "12. The twelfth paragraph."])

    response = ask(client, "XXI Declaration, paragraph 12")

    assert response["Location"] == "/en/intranet/documents/RCM/2016/VM/DECL/1/read/es/#page-2"


@pytest.mark.parametrize(
    ("typed", "place"),
    [
        ("Declaración de San Pedro Sula", ""),
        ("San Pedro Sula Declaration 2016", ""),
        ("acuerdo 2 de la XXI Conferencia", "read/es/#page-1"),
        ("Declaration of San Pedro Sula, paragraph 12", "read/es/#page-2"),
    ],
)
def test_a_paper_cited_by_its_place_or_by_what_was_agreed_opens(client, office, typed, place):
    paper = declaration(["1. First.\n\n2. Second.", "12. The twelfth paragraph."])
    make.KindFactory._meta.model.objects.filter(code="DECL").update(leading=True)
    Meeting.objects.update(places={"es": "San Pedro Sula"})

    assert ask(client, typed)["Location"] == f"/en/intranet/documents/{paper.symbol}/{place}"


def test_words_that_might_be_a_citation_are_looked_for_with_the_paper_above(client, office):
    paper = declaration()
    Meeting.objects.update(places={"es": "San Pedro Sula"})

    page = ask(client, "declaration san pedro sula 2016")

    assert page.status_code == 200
    assert f"/documents/{paper.symbol}/" in page.text
    assert ask(client, "Declaration of San Salvador").status_code == 200


def test_a_paragraph_opens_in_the_readers_language(client, office):
    paper = declaration(["1. Primero.", "12. El duodécimo."])
    with_text(paper, "12. The twelfth.", language="en")
    type(paper).objects.update(filed_languages="es,en")

    assert ask(client, "XXI Declaration, paragraph 12")["Location"].endswith("/read/en/#page-1")


def test_filters_stay_in_the_address_and_narrow(client, office):
    kind = make.KindFactory(code="DECL")
    wanted, other = make.DocumentFactory(kind=kind), make.DocumentFactory()

    page = ask(client, "note", kind="DECL").text

    assert wanted.symbol in page
    assert other.symbol not in page
    assert '<option value="DECL" selected>' in page
    assert (
        ask(client, "note", year="2009", body=wanted.body.code, state="final", language="en").text.count(
            'hit"'
        )
        == 1
    )
    assert "0 documents" in ask(client, "note", year="1999").text


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"q": "OR - ( )"}, "no word to look for"),
        ({"q": "-note"}, "only says what to leave out"),
        ({"q": "note " * 1000}, "4999 characters"),
        ({"q": "note", "page": "99"}, "There is no page 99; the last one is 1."),
        ({"q": "note", "kind": "NONSENSE"}, "“NONSENSE” is not known as: kind."),
        ({"q": "note", "page": "x"}, "1 document<"),
    ],
)
def test_bad_input_gets_a_sentence(client, office, more, sentence):
    make.DocumentFactory()

    response = client.get("/en/intranet/search/", more)

    assert response.status_code == 200
    assert sentence in response.text


def test_where_nothing_is_found_the_page_helps_in_the_readers_language(client, office):
    make.DocumentFactory(titles={"es": "Repatriación de migrantes"})

    page = ask(client, "repatriasion migrantes", language="es", year="2009").text

    assert "No se encontró nada" in page
    assert "repatriación migrantes</a>" in page
    assert "Buscar lo mismo sin los filtros" in page
    assert "?q=migrantes&amp;year=2009" in page


def test_meetings_bodies_parties_and_people_are_found_beside_the_papers(client, office):
    declaration()
    make.PartyFactory(code="GTM", names={"en": "Republic of Guatemala", "es": "República de Guatemala"})
    make.delegate(full_name="Ángela Núñez")

    Meeting.objects.update(joint_with={"en": "Southern Dialogue"}, joint_code="SD", joint_symbol="SD/2016/1")

    assert "/en/intranet/meetings/RCM/2016/VM/1/" in ask(client, "southern dialogue").text
    assert (
        ask(client, "rcm 2016 vm 1").url
        == ask(client, "SD/2016/1").url
        == "/en/intranet/meetings/RCM/2016/VM/1/"
    )
    assert "/en/intranet/parties/GTM/" in ask(client, "guatemala").text
    assert "Ángela Núñez" in ask(client, "nunez").text


def test_a_meeting_of_a_sealed_room_is_found_by_those_who_sit_there_alone(client):
    make.process()
    body = make.BodyFactory(sealed=True)
    Meeting.objects.create(
        symbol="RCM/2016/X", body=body, titles={"en": "Quiet gathering"}, starts_on=dt.date(2016, 1, 1)
    )

    for person, sees in ((make.delegate(body=body), True), (make.delegate(), False)):
        client.force_login(person)

        assert ("Quiet gathering" in ask(client, "gathering").text) is sees
        assert (ask(client, "RCM/2016/X").status_code == 302) is sees


def test_a_document_is_found_anew_after_each_act(client, office):
    from puebla.documents import actions

    at = timezone.now()
    body = make.BodyFactory()
    paper = actions.file_document(by=office, at=at, room=body.room, audience=Audience.SECRETARIAT, body=body,
                                  party=make.secretariat_party(), kind=make.KindFactory(), titles={"en": "Alpaca"})  # fmt: skip
    reader = make.delegate()

    assert "1 document<" in ask(client, "alpaca").text
    actions.describe(
        document=paper, values={"titles": {"en": "Vicuña"}}, revision=paper.revision, by=office, at=at
    )
    assert "0 documents" in ask(client, "alpaca").text
    assert "1 document<" in ask(client, "vicuna").text
    client.force_login(reader)
    assert "0 documents" in ask(client, "vicuna").text
    actions.set_audience(document=paper, audience=Audience.MEMBERS, by=office, at=at)
    assert "1 document<" in ask(client, "vicuna").text


def test_a_file_is_found_by_its_words_once_it_was_read(client, office):
    from puebla.documents import actions

    at, body = timezone.now(), make.BodyFactory()
    paper = actions.file_document(by=office, at=at, room=body.room, audience=None, body=body,
                                  party=make.secretariat_party(), kind=make.KindFactory(), titles={"en": "Minutes"})  # fmt: skip
    version = actions.add_version(document=paper, language="en", source=make.a_file(b"They spoke of alpacas.\n"),
                                  name="minutes.txt", by=office, at=at)  # fmt: skip

    assert "0 documents" in ask(client, "alpaca").text
    actions.read_version(version=version, at=at)
    assert "<mark>alpacas</mark>" in ask(client, "alpaca").text


def test_suggestions_while_typing_lead_to_what_search_would_find(client, office):
    paper = make.DocumentFactory(titles={"en": "Declaration of Puebla"})

    told = client.get("/en/intranet/search/suggest/", {"q": "declar"}).json()["suggestions"]

    assert told == [
        {
            "symbol": paper.symbol,
            "title": "Declaration of Puebla",
            "url": f"/en/intranet/documents/{paper.symbol}/",
        }
    ]
    assert client.get("/en/intranet/search/suggest/", {"q": "d\x00 -"}).json() == {"suggestions": []}


def test_a_page_of_results_costs_the_same_number_of_questions_when_the_data_grow_tenfold(client, office):
    counts = []
    for size in (2, 20):
        for paper in make.DocumentFactory.create_batch(size):
            with_text(paper, "Sobre la nota.", language="en")
        ask(client, "note")
        with CaptureQueriesContext(connection) as queries:
            ask(client, "note")
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 32
