"""Pages of a text: side by side, each paragraph saved by itself, merges shown, files; constant queries."""

import datetime as dt
import io
import json

import docx
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from puebla.members.models import Audience
from puebla.texts import actions
from puebla.texts.actions.exporting import as_pdf, sheet_of
from puebla.texts.forms import paragraphs_of
from puebla.texts.models import Comment, Paragraph, Text
from tests import factories as make
from tests.texts.making import AT, a_text, add, living

pytestmark = pytest.mark.django_db


@pytest.fixture
def secretary():
    return make.secretariat_person()


def client_of(person):
    client = Client()
    client.force_login(person)
    return client


def here(text, name="text", *more):
    return reverse(f"texts:{name}", args=[text.ref, *more])


def a_report(by, audience=Audience.MEMBERS):
    """A heading, two paragraphs, an item: one pending in Spanish, one with another day."""
    text = a_text(by=by, audience=audience)
    heading = add(text, {"en": "Opening", "es": "Apertura"}, by=by, kind="heading")
    first = add(
        text, {"en": "They *met* on 3 May.", "es": "Se *reunieron* el 4 de mayo."}, by=by, after=heading
    )
    add(text, "in San José;", by=by, after=first, kind="item")
    return text, first


def test_both_languages_stand_side_by_side_with_what_is_pending_and_what_differs(secretary):
    text, _first = a_report(secretary)

    page = client_of(secretary).get(here(text)).content.decode()

    assert "They <em>met</em> on 3 May." in page
    assert "Only here: 4 May" in page
    assert "1 pending in a language" in page
    assert 'id="1.a"' in page
    narrowed = client_of(secretary).get(here(text), {"show": "pending"}).content.decode()
    assert "San José" in narrowed
    assert "They" not in narrowed


def test_a_paragraph_saves_by_itself_and_leads_on_to_the_next_that_is_pending(secretary):
    text, first = a_report(secretary)
    typed = {"words_en": "They met on 4 May.", "words_es": "Se reunieron el 4 de mayo.", "revision": 1,
             "function": "informational", "then": "pending"}  # fmt: skip

    answer = client_of(secretary).post(here(text, "paragraph", "1"), typed)

    assert answer["Location"] == here(text, "paragraph", "1.a")
    first.refresh_from_db()
    assert first.words["en"] == "They met on 4 May."
    assert first.differences == {}


def test_who_saves_second_sees_what_it_was_theirs_yours_and_both_together(secretary):
    text, first = a_report(secretary)
    actions.word_paragraph(
        paragraph=first, words={"en": "They *met* on 3 May in Panama."}, revision=1, by=secretary, at=AT
    )
    mine = {"words_en": "All *met* on 3 May.", "words_es": first.words["es"], "revision": 1}

    page = client_of(secretary).post(here(text, "paragraph", "1"), mine)

    assert page.status_code == 200
    form = page.context["form"]
    assert form["words_en"].value() == "All *met* on 3 May in Panama."
    assert form["words_es"].value() == first.words["es"]
    assert form["revision"].value() == "2"
    assert "Somebody else saved this paragraph meanwhile" in page.content.decode()
    saved = client_of(secretary).post(
        here(text, "paragraph", "1"),
        {"words_en": form["words_en"].value(), "words_es": form["words_es"].value(), "revision": 2},
    )
    assert saved.status_code == 302
    first.refresh_from_db()
    assert first.words["en"] == "All *met* on 3 May in Panama."


def test_what_was_pasted_beyond_a_paragraph_that_somebody_else_saved_is_kept_with_the_merge(secretary):
    text, first = a_report(secretary)
    actions.word_paragraph(
        paragraph=first, words={"en": "They *met* on 3 May in Panama."}, revision=1, by=secretary, at=AT
    )
    mine = {"words_en": "All *met* on 3 May.\n\nThey left.", "words_es": first.words["es"], "revision": 1}

    form = client_of(secretary).post(here(text, "paragraph", "1"), mine).context["form"]

    assert form["words_en"].value() == "All *met* on 3 May in Panama.\n\nThey left."
    assert first.versions.get(what="aside").words["en"] == "All *met* on 3 May.\n\nThey left."


def test_words_for_a_paragraph_that_was_removed_or_frozen_meanwhile_stand_on_the_page(secretary):
    text, first = a_report(secretary)
    other = add(text, {"en": "They closed.", "es": "Clausuraron."}, by=secretary, after=first)
    actions.remove_paragraph(paragraph=first, by=secretary, at=AT)

    gone = client_of(secretary).post(
        here(text, "paragraph", "1"), {"words_en": "Hours of work", "revision": 1}
    )
    actions.freeze_text(text=text, languages=["en", "es"], by=secretary, at=AT)
    frozen = client_of(secretary).post(
        here(text, "paragraph", other.anchor), {"words_en": "Hours of work", "revision": 1}
    )

    for page, sentence in ((gone, "removed meanwhile"), (frozen, "adopted and is frozen")):
        assert "Hours of work" in page.content.decode()
        assert sentence in page.content.decode()


def test_pasted_word_text_with_scripts_becomes_plain_paragraphs(secretary):
    text = a_text(by=secretary)
    pasted = (
        "<!--[if gte mso 9]><xml></xml><![endif]--><p class=MsoNormal><i>Takes note</i> of it.<o:p></o:p></p>"
        "<script>alert(1)</script><p onclick='x()'>Thanks <b>Mexico</b>.</p>"
    )

    client_of(secretary).post(
        here(text, "add"), {"words_en": pasted, "words_es": "Toma nota.\n\nAgradece.", "kind": "paragraph"}
    )

    assert [node.paragraph.words for node in living(text)] == [
        {"en": "*Takes note* of it.", "es": "Toma nota."},
        {"en": "Thanks *Mexico*.", "es": "Agradece."},
    ]
    page = client_of(secretary).get(here(text)).content.decode()
    assert "alert(1)" not in page


def test_a_blank_line_typed_beside_a_single_mark_parts_paragraphs_still():
    typed = "Chair,\r\n\r\nwe <b>thank</b> you.\n \nAnd <script>x()</script>so\non. <p>It is\n\nso.</p>"

    assert paragraphs_of(typed) == ["Chair,", "we *thank* you.", "And so on.", "It is so."]


def test_a_paragraph_moves_is_removed_and_comes_back_by_buttons(secretary):
    text, first = a_report(secretary)
    add(text, "They closed.", by=secretary, after=first)
    client = client_of(secretary)

    client.post(here(text, "move", "2"), {"after": "s1"})
    assert [node.paragraph.anchor for node in living(text)] == ["s1", "2", "1", "1.a"]
    client.post(here(text, "remove", "1"))
    page = client.get(here(text)).content.decode()
    assert '<li id="1.a">' in page
    client.post(here(text, "restore", "1"))
    assert [node.paragraph.anchor for node in living(text)] == ["s1", "2", "1"]


def test_an_answer_that_is_refused_is_lost_no_more_than_one_that_stands_already(secretary):
    text, first = a_report(secretary)
    delegate = make.delegate()
    party = delegate.seats.get().party
    actions.ask_for_comments(text=text, until=timezone.now() + dt.timedelta(days=1), by=secretary, at=AT)
    made = actions.comment(
        paragraph=first, party=party, words="Please add.", language="en", audience=None, by=delegate, at=AT
    )
    page, client = here(text, "answer", made.ref), client_of(secretary)
    client.post(page, {"answer": "Of a colleague.", "seen": ""})

    second = client.post(page, {"answer": "Mine.", "seen": ""})
    long = client.post(page, {"answer": f"{'x' * 5000} more", "seen": ""})
    full = client.post(page, {"answer": "\r\n".join(["x" * 99] * 50), "seen": Comment.objects.get().mark})

    assert (second.status_code, long.status_code, full.status_code) == (200, 200, 302)
    assert "answered this comment meanwhile" in second.text
    assert "Of a colleague." in second.text and ">\nMine.</textarea>" in second.text
    assert 'name="seen" value="20' in second.text, "what is sent now answers what stands"
    assert "xx more</textarea>" in long.text
    assert Comment.objects.get().answer.startswith("xx")
    assert "xx</textarea>" in client.get(page).text, (
        "where the page of a refusal is read in the other language"
    )


def test_a_delegation_comments_and_the_secretariat_answers(secretary):
    text, _first = a_report(secretary)
    now = timezone.now()
    actions.ask_for_comments(text=text, until=now + dt.timedelta(days=1), by=secretary, at=now)
    delegate = make.delegate()
    typed = {"words": "It was the 4th.", "language": "en", "party": delegate.seats.get().party.code}

    assert client_of(delegate).post(here(text, "comment", "1"), typed).status_code == 302
    made = Comment.objects.get()
    client_of(secretary).post(here(text, "answer", made.ref), {"answer": "Indeed."})

    assert "Indeed." in client_of(delegate).get(here(text, "paragraph", "1")).content.decode()
    assert "1 comment" in client_of(delegate).get(here(text)).content.decode()


def test_a_late_comment_is_refused_with_its_date_and_stands_on_the_page_to_be_copied(secretary):
    text, _first = a_report(secretary)
    Text.objects.filter(pk=text.pk).update(comments_until=dt.datetime(2026, 3, 1, 18, tzinfo=dt.UTC))
    delegate = make.delegate()
    typed = {"words": "It was the 4th.", "language": "en", "party": delegate.seats.get().party.code}

    page = client_of(delegate).post(here(text, "comment", "1"), typed).content.decode()

    assert "until 1 March 2026" in page
    assert "It was the 4th." in page
    assert not Comment.objects.exists()


def test_what_changed_since_a_moment_is_told_by_paragraph_and_word(secretary):
    text, first = a_report(secretary)
    later = AT + dt.timedelta(hours=5)
    actions.word_paragraph(
        paragraph=first, words={"en": "They *met* on 4 May."}, revision=1, by=secretary, at=later
    )
    add(text, "They closed.", by=secretary, after=first, at=later)
    actions.move_paragraph(paragraph=first, after=None, by=secretary, at=later + dt.timedelta(hours=2))

    found = client_of(secretary).get(here(text, "changes"), {"since": AT.isoformat()}).context["found"]

    assert [(one["anchor"], one["what"]) for one in found] == [("1", "worded"), ("2", "added")]
    since_then = (
        client_of(secretary).get(here(text, "changes"), {"since": later.isoformat()}).context["found"]
    )
    assert [(one["anchor"], one["what"]) for one in since_then] == [("1", "moved")]


# Files -------------------------------------------------------------------------------------------------------------


def test_a_text_is_exported_with_title_symbol_and_numbers(secretary):
    text, _first = a_report(secretary)
    Text.objects.filter(pk=text.pk).update(symbol="RCM/2026/RCGM/REP/1")
    client = client_of(secretary)

    one = client.get(here(text, "export", "es", "docx"))
    both = client.get(here(text, "export", "en-es", "docx"))

    words = "\n".join(line.text for line in docx.Document(io.BytesIO(one.content)).paragraphs)
    assert "RCM/2026/RCGM/REP/1" in words
    assert "1.\tSe reunieron el 4 de mayo." in words
    assert "(a)\t[pendiente en" in words
    assert 'filename="RCM-2026-RCGM-REP-1.es.docx"' in one["Content-Disposition"]
    table = docx.Document(io.BytesIO(both.content)).tables[0]
    assert [cell.text for cell in table.rows[3].cells] == [
        "1.\tThey met on 3 May.",
        "1.\tSe reunieron el 4 de mayo.",
    ]
    assert client.get(here(text, "export", "xx", "docx")).status_code == 404


def test_a_pdf_says_the_words_of_the_text(secretary):
    import pypdfium2

    text, _first = a_report(secretary)
    paragraphs = list(Paragraph.objects.filter(text=text))

    for languages in (["en"], ["en", "es"]):
        made = as_pdf(sheet_of(text, paragraphs, languages, at=AT, symbol='A/"\\#1'))
        page = pypdfium2.PdfDocument(made)[0].get_textpage().get_text_bounded()
        assert "They met on 3 May." in page
        assert 'A/"\\#1' in page


def test_json_holds_what_the_digest_of_a_frozen_text_is_made_of(secretary):
    text = a_text(by=secretary)
    add(text, {"en": "One.", "es": "Uno."}, by=secretary)
    actions.freeze_text(text=text, languages=["en", "es"], by=secretary, at=AT)

    found = json.loads(client_of(secretary).get(here(text, "export", "en", "json")).content)

    import hashlib

    rows = [
        {key: one[key] for key in ("anchor", "number", "kind", "function", "depth", "words")}
        for one in found["paragraphs"]
    ]
    whole = {"titles": found["titles"], "languages": ["en", "es"], "paragraphs": rows}
    plain = json.dumps(whole, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    assert hashlib.sha256(plain).hexdigest() == found["frozen"]["sha256"]


def test_words_that_are_not_those_adopted_are_said_to_be_so(secretary):
    text = a_text(by=secretary)
    one = add(text, {"en": "One.", "es": "Uno."}, by=secretary)
    frozen = actions.freeze_text(text=text, languages=["en", "es"], by=secretary, at=AT)
    assert "not the ones that were adopted" not in client_of(secretary).get(here(text)).content.decode()

    # As whoever runs the database could: its guards lifted, the words exchanged.
    with connection.cursor() as cursor:
        on = " ON texts_paragraph" if connection.vendor == "postgresql" else ""
        cursor.execute(f"DROP TRIGGER texts_paragraph_frozen{on}")
    Paragraph.objects.filter(pk=one.pk).update(words={"en": "Two.", "es": "Uno."})

    assert frozen.frozen_hash in (page := client_of(secretary).get(here(text)).content.decode())
    assert "not the ones that were adopted" in page


# Search, number of questions -----------------------------------------------------------------------------------------


def test_a_moment_that_no_calendar_here_has_is_none_and_a_paper_is_of_the_day_that_it_is_here(secretary):
    text, first = a_report(secretary)
    page = client_of(secretary).get(here(text, "changes"), {"since": "0001-01-01T00:00:00+14:00"})

    printed = sheet_of(text, [first], ["en"], at=dt.datetime(2026, 5, 5, 3, tzinfo=dt.UTC))

    assert page.status_code == 200
    assert printed.on == dt.date(2026, 5, 4)


def test_search_leads_to_the_paragraph_whatever_its_number_is_now(secretary):
    text, first = a_report(secretary)
    add(text, "Nothing else.", by=secretary)

    page = client_of(secretary).get(reverse("intranet:search"), {"q": "reunieron"}).content.decode()

    place = here(text, "at", first.serial)
    assert place in page
    assert client_of(secretary).get(place)["Location"] == f"{here(text)}#1"


def test_the_page_costs_as_many_questions_with_forty_paragraphs_as_with_two(secretary):
    text, first = a_report(secretary)
    client = client_of(secretary)
    client.get(here(text))

    def questions():
        with CaptureQueriesContext(
            connection,
        ) as asked:
            client.get(here(text))
            client.get(here(text, "changes"))
            client.get(reverse("texts:list"))
        return len(asked)

    few = questions()
    blocks = [{"en": f"Number {n}.", "es": f"Número {n}."} for n in range(40)]
    actions.add_paragraphs(text=text, after=first, kind="paragraph", blocks=blocks, by=secretary, at=AT)
    a_text(by=secretary)

    assert questions() == few


def test_the_desk_of_a_delegation_shows_drafts_that_wait_for_its_comments(secretary):
    text, _first = a_report(secretary)
    delegate, desk = make.delegate(), reverse("intranet:desk")
    assert "Drafts that wait" not in client_of(delegate).get(desk).content.decode()

    now = timezone.now()
    actions.ask_for_comments(text=text, until=now + dt.timedelta(days=1), by=secretary, at=now)

    assert here(text) in client_of(delegate).get(desk).content.decode()
    assert "Drafts that wait" not in client_of(make.delegate("observer_state")).get(desk).content.decode()


def test_a_hit_of_search_quotes_the_language_it_was_found_in():
    from puebla.texts.actions.indexing import holder_of
    from puebla.texts.views.searching import TextSource
    from tests import factories
    from tests.texts import making

    factories.process()
    by = factories.secretariat_person()
    text = making.a_text(by=by)
    one = making.add(text, {"en": "Bridges stay open.", "es": "Los puentes siguen abiertos."}, by=by)
    places = [(holder_of(text.pk, number), one.serial) for number in (0, 1)]

    # Of an entry that was written before languages were told apart nothing is quoted.
    found = TextSource().texts([*places, (text.pk, one.serial)])
    assert [found[place] for place in places] == ["Bridges stay open.", "Los puentes siguen abiertos."]
    assert len(found) == 2
