"""Edited pages: written in the CMS, read in both languages, closed to everybody whose seat does not open it."""

import datetime as dt
import re

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from puebla.portal import actions
from puebla.portal.actions import PageText, Words
from puebla.portal.models import EditedPage
from puebla.publications.actions import publish_parties
from puebla.publications.models import Epoch, PublicMeeting
from tests import factories as make
from tests.publications.making import a_party_row

pytestmark = pytest.mark.django_db
AT = dt.datetime(2026, 3, 13, 12, tzinfo=dt.UTC)


def both(path, **texts):
    """A page in both languages: `both("about/process", en=..., es=...)`."""
    return PageText(path, {code: Words(title, f"{title}.") for code, title in texts.items()})


def some_pages(*texts):
    """The trees with about and these pages."""
    make.process()
    pages = [both("about", en="About us", es="Acerca de"), *texts]
    return actions.write_pages(pages, languages=["en", "es"], at=AT)


def test_a_page_is_read_in_both_languages_and_the_switch_stays_on_it(client):
    some_pages(both("about/process", en="How we work", es="Cómo trabajamos"))

    english, spanish = client.get("/en/about/process/"), client.get("/es/about/process/")

    assert "<h1>How we work</h1>" in english.text
    assert "<h1>Cómo trabajamos</h1>" in spanish.text
    assert 'href="/es/about/process/" lang="es"' in english.text


def test_a_page_below_another_has_a_title_that_no_list_of_the_portal_has(client):
    some_pages(both("about/members", en="Members and observers", es="Miembros y observadores"))

    edited, listed = (
        re.search("<title>(.*?)</title>", client.get(f"/en/{address}/").text)
        for address in ("about/members", "members")
    )

    assert edited is not None
    assert listed is not None
    assert edited[1].startswith("Members and observers · About us")
    assert edited[1] != listed[1]


def test_a_page_without_its_translation_is_shown_in_the_other_language_and_says_so(client):
    some_pages(both("about/process", en="How we work"))

    page = client.get("/es/about/process/").text

    assert '<html lang="es"' in page
    assert "Esta página todavía no está disponible en español; se muestra en inglés." in page
    assert '<div class="text" lang="en">' in page
    assert "<h1>How we work</h1>" in page


def test_first_texts_are_written_once_and_never_over_an_editors(client):
    text = both("about/process", en="How we work", es="Cómo trabajamos")
    some_pages(text)
    page = EditedPage.objects.get(url_path="/en/about/process/")
    page.title = "How we really work"
    page.save_revision().publish()

    written = some_pages(text)

    assert written == 0
    assert "How we really work" in client.get("/en/about/process/").text


def test_publishing_turns_the_epoch_so_that_stored_pages_change_at_once(client):
    some_pages(both("about/process", en="How we work"))
    before = client.get("/en/about/process/").text
    page = EditedPage.objects.get(url_path="/en/about/process/")
    epoch = Epoch.objects.get().number

    page.title = "How we decide"
    draft = page.save_revision()
    kept = (Epoch.objects.get().number, client.get("/en/about/process/").text)
    draft.publish()

    assert kept == (epoch, before)
    assert "<h1>How we decide</h1>" in client.get("/en/about/process/").text


@pytest.mark.parametrize("path", ["", "pages/", "login/", "password_reset/", "images/", "users/", "logout/"])
def test_nobody_who_is_not_signed_in_enters_the_cms(client, path):
    answer = client.get(f"/cms/{path}")

    assert answer.status_code == 302
    assert answer["Location"].startswith("/en/accounts/login/?next=/cms/")


@pytest.mark.parametrize("path", ["", "pages/", "images/", "users/", "reports/site-history/", "redirects/"])
def test_for_a_delegate_the_cms_does_not_exist(client, path):
    some_pages()
    client.force_login(make.delegate())

    assert client.get(f"/cms/{path}").status_code == 404


def test_an_editors_access_ends_with_the_seat(client):
    some_pages()
    editor = make.PersonFactory()
    role = make.RoleFactory(code="editor", permissions=["edit_pages"])
    seat = make.SeatFactory(person=editor, party=make.secretariat_party(), role=role)
    client.force_login(editor)
    opened = client.get("/cms/").status_code

    seat.until_on = timezone.localdate() - dt.timedelta(days=1)
    seat.save()

    assert (opened, client.get("/cms/").status_code) == (200, 404)


def test_the_database_puts_nobody_into_a_group():
    from django.contrib.auth.models import Group

    person, group = make.PersonFactory(), Group.objects.create(name="Editors")

    with pytest.raises(DatabaseError, match="rights come from seats"), transaction.atomic():
        person.groups.add(group)


def test_the_brochure_is_one_tagged_pdf_and_the_same_data_give_the_same_bytes(client):
    some_pages(both("about/process", en="How we work", es="Cómo trabajamos"))

    english, spanish = client.get("/en/about/brochure.pdf"), client.get("/es/about/brochure.pdf")

    assert english.status_code == 200
    assert english["Content-Type"] == "application/pdf"
    made = english.getvalue()
    assert made == spanish.getvalue() == actions.brochure(at=timezone.now())
    assert b"/StructTreeRoot" in made
    assert {"How we work", "Cómo trabajamos"} <= set(words_of(made).splitlines())


def test_a_changed_page_makes_another_brochure(client):
    some_pages(both("about/process", en="How we work"))
    before = client.get("/en/about/brochure.pdf").getvalue()
    page = EditedPage.objects.get(url_path="/en/about/process/")
    page.title = "How we decide"
    page.save_revision().publish()

    after = client.get("/en/about/brochure.pdf").getvalue()

    assert before != after
    assert "How we decide" in words_of(after)


def test_a_meeting_in_the_brochure_says_its_number_and_place_once(client):
    some_pages()
    meeting = {
        "body_code": "VM",
        "body_names": {"en": "Meeting"},
        "starts_on": dt.date(2009, 7, 9),
        "confirmed": True,
    }
    for symbol, number, titles, places in (
        ("RCM/2009/VM", 14, {"en": "XIV Conference, Guatemala 2009"}, {"en": "Guatemala"}),
        ("RCM/1996/VM", 1, {"en": "In all rooms"}, {"en": "Puebla"}),
    ):
        PublicMeeting.objects.create(symbol=symbol, number=number, titles=titles, places=places, **meeting)

    words = words_of(client.get("/en/about/brochure.pdf").getvalue())

    assert "XIV Conference, Guatemala 2009" in words
    assert words.count("Guatemala") == words.count("XIV") == 2  # once in each language
    assert "I · In all rooms · Puebla" in words


def test_organisations_are_listed_by_their_full_names_and_states_by_their_short_ones(client):
    parties = [
        a_party_row(code=code, standing=standing, names={"en": name}, short_names={"en": short})
        for code, standing, name, short in (
            ("A", "observer_organisation", "World Fund", "AAA"), ("B", "observer_organisation", "Agency", "ZZZ"),
            ("C", "observer_state", "Republic of Belize", "Belize"), ("D", "observer_state", "Confederation", "Chile"),
        )
    ]  # fmt: skip
    publish_parties(parties, at=AT)
    blocks = [("members", {"standing": one}) for one in ("observer_organisation", "observer_state")]
    some_pages(PageText("about/who", {"en": Words("Who", "x", blocks)}))

    page = client.get("/en/about/who/").text

    assert page.index("Agency (ZZZ)") < page.index("World Fund (AAA)")
    assert page.index("<li>Belize</li>") < page.index("<li>Chile</li>")


def test_an_instance_without_pages_has_no_brochure_and_no_entry_for_it(client):
    make.process()

    assert client.get("/en/about/brochure.pdf").status_code == 404
    assert client.get("/en/about/").status_code == 404
    assert "/en/about/" not in client.get("/en/").text


def words_of(pdf):
    import pypdfium2

    document = pypdfium2.PdfDocument(pdf)
    return "\n".join(document[n].get_textpage().get_text_bounded() for n in range(len(document))).replace(
        "\r", ""
    )


# What is handed to the doors for machines --------------------------------------------------------------------------


def a_piece_of_news(*, at=AT, live=True, **titles):
    """A piece of news in each of these languages, translations of one another."""
    from django.utils.text import slugify
    from wagtail import models as cms

    from puebla.portal.models import NewsIndex, NewsItem

    key = None
    for code, title in titles.items():
        locale = cms.Locale.objects.get(language_code=code)
        index = NewsIndex.objects.get(locale=locale)
        item = NewsItem(title=title, slug=slugify(title), locale=locale, dated_on=at.date(), lede=f"{title}.", live=live,
                        first_published_at=at, last_published_at=at)  # fmt: skip
        if key:
            item.translation_key = key
        index.add_child(instance=item)
        key = item.translation_key
    return key


def test_public_pages_stand_in_the_sitemap_with_their_own_translations_and_no_others(client):
    some_pages(both("about/process", en="How we work", es="Cómo trabajamos"), both("about/plan", en="Plan"))
    EditedPage.objects.get(url_path="/en/about/").unpublish()

    found = client.get("/sitemap.xml").text

    assert found.count("<loc>http://localhost:8000/es/about/process/</loc>") == 1
    assert 'hreflang="es" href="http://localhost:8000/es/about/process/"' in found
    assert "<loc>http://localhost:8000/en/about/plan/</loc>" in found
    assert "/es/about/plan/" not in found
    assert "<loc>http://localhost:8000/en/about/</loc>" not in found


def test_news_are_a_feed_each_piece_once_with_all_its_titles(client):
    import feedparser

    some_pages()
    a_piece_of_news(en="Opening of the plenary", es="Apertura de la plenaria")
    a_piece_of_news(es="Taller", at=AT + dt.timedelta(days=1))
    a_piece_of_news(en="Not yet", live=False)

    feed = feedparser.parse(client.get("/feeds/news.atom?lang=es").content)

    assert not feed.bozo
    assert [(one.title, one.link) for one in feed.entries] == [
        ("Taller", "http://localhost:8000/es/news/taller/"),
        ("Apertura de la plenaria", "http://localhost:8000/es/news/apertura-de-la-plenaria/"),
    ]
