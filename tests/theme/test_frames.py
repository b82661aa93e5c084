"""The frames of both sites: what they need, what they never ask for."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.test import RequestFactory

from puebla.theme import context
from tests import factories

STATIC = Path(context.__file__).parent / "static" / "theme"
TEMPLATES = Path(context.__file__).parent / "templates"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_addresses(settings):
    settings.ROOT_URLCONF = "tests.theme.localised"


def page(template: str, path: str = "/en/missing/", person: object = None, **values: object) -> str:
    request = RequestFactory().get(path)
    request.person = person
    return render_to_string(template, values, request)


def test_the_public_frame_names_the_process_and_both_languages():
    factories.process(secretariat_address={"en": "San José"}, contact_email="ts@example.org")

    text = page("theme/portal.html", "/en/documents/?q=x", member_names=["Belize", "Canada"])

    assert "Regional Conference on Migration" in text
    assert 'hreflang="es" href="http://localhost:8000/es/documents/?q=x"' in text
    assert "mailto:ts@example.org" in text
    assert "<span>Belize</span>" in text


def test_the_frame_stands_before_there_is_a_process():
    assert "Puebla" in page("theme/portal.html")


def test_a_room_that_is_not_there_gives_no_entry():
    assert "Presidency" not in page("theme/portal.html")


def test_the_public_frame_does_not_know_who_reads_it(django_assert_num_queries):
    factories.process()
    person = factories.PersonFactory(full_name="Ana Quesada")

    with django_assert_num_queries(2):  # the process, and which edited pages menu and footer lead to
        text = page("theme/portal.html", person=person)

    assert "Ana Quesada" not in text
    assert text == page("theme/portal.html")


def test_asking_for_the_site_costs_no_query(django_assert_num_queries):
    request = RequestFactory().get("/en/")

    with django_assert_num_queries(0):
        context.site(request)


def test_the_private_frame_signs_out_by_post():
    person = factories.PersonFactory(full_name="Ana Quesada")

    text = page("theme/intranet.html", person=person)

    assert "Ana Quesada" in text
    assert re.search(r'<form method="post" action="[^"]*logout/">', text)
    assert "noindex" in text


def test_a_page_about_another_person_still_greets_its_reader():
    ana, luis = (
        factories.PersonFactory(full_name="Ana Quesada"),
        factories.PersonFactory(full_name="Luis Mora"),
    )
    request = RequestFactory().get("/en/intranet/")
    request.person = ana

    text = render_to_string(
        "theme/intranet.html", {"person": luis, "languages": [("en", "English")]}, request
    )

    assert "<summary>Ana Quesada</summary>" in text
    assert 'hreflang="es"' in text


def test_the_registry_adds_to_the_menu_and_no_room_is_listed_twice():
    from puebla.core.registry import menu

    menu.add("test-own", lambda person: ("Caught mail", "intranet:caught-mail"))
    menu.add("test-twice", lambda person: ("Papers", "documents:list"))
    menu.add("test-gone", lambda person: ("Nowhere", "nowhere:at-all"))
    menu.add("test-not-mine", lambda person: None)

    entries = list(context.site(RequestFactory().get("/en/"))["intranet_menu"])
    request = RequestFactory().get("/en/intranet/mail/")
    request.person = factories.PersonFactory()
    mine = list(context.site(request)["intranet_menu"])

    for name in ("test-own", "test-twice", "test-gone", "test-not-mine"):
        menu._entries.pop(name)
    assert entries == []
    assert [one["label"] for one in mine if one["current"]] == ["Caught mail"]
    assert "Papers" not in [one["label"] for one in mine]
    assert "Nowhere" not in [one["label"] for one in mine]


def test_a_page_below_two_entries_of_the_menu_is_marked_under_the_nearer_one():
    from puebla.core.registry import menu

    menu.add("test-meetings", lambda person: ("Meetings", "/en/intranet/m/"))
    menu.add("test-calendar", lambda person: ("Calendar", "/en/intranet/m/calendar/"))
    request = RequestFactory().get("/en/intranet/m/calendar/")
    request.person = factories.PersonFactory()
    here = [one["label"] for one in context.site(request)["intranet_menu"] if one["current"]]
    for name in ("test-meetings", "test-calendar"):
        menu._entries.pop(name)

    assert here == ["Calendar"]


def test_a_demonstration_says_so(settings):
    assert "Demonstration" in page("theme/portal.html")

    settings.DEMO = False
    assert "Demonstration" not in page("theme/portal.html")


def test_fonts_are_named_only_when_they_exist(monkeypatch):
    monkeypatch.setattr(context, "fonts_exist", lambda: False)
    assert "woff2" not in page("theme/portal.html")

    monkeypatch.setattr(context, "fonts_exist", lambda: True)
    assert page("theme/portal.html").count('rel="preload"') == 2


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "410", "500"])
def test_every_page_of_error_says_what_to_do_next(name):
    text = page(f"{name}.html")

    assert "<h1>" in text
    assert 'class="button' in text


GRAVE = ["400", "405", "500", "503", "507"]


@pytest.mark.parametrize("name", GRAVE)
def test_the_gravest_pages_ask_nothing_and_speak_both_languages(name, django_assert_num_queries):
    with django_assert_num_queries(0):
        text = render_to_string(f"{name}.html")

    english, spanish = re.findall(r'<section lang="(\w+)"><h1>([^<]+)</h1>\s*<p>[^<]+</p>', text)
    assert (english[0], spanish[0]) == ("en", "es")
    assert f"<title>{english[1]} · {spanish[1]}</title>" in text
    assert english[1] != spanish[1]


def test_the_gravest_pages_bear_the_names_of_the_process(settings):
    settings.PROCESS_NAMES = {"fr": "Dialogue <des> fleuves", "pt": "Diálogo"}

    text = render_to_string("500.html")

    assert '<b lang="fr">Dialogue &lt;des&gt; fleuves</b> · <b lang="pt">Diálogo</b>' in text
    assert "Puebla" not in text


def test_no_template_breaks_the_content_policy():
    broken = re.compile(
        r"\sstyle=|<style|\son[a-z]+=|<script(?![^>]*(?:src=|application/json))", re.IGNORECASE
    )

    found = [path.name for path in TEMPLATES.rglob("*.html") if broken.search(path.read_text())]

    assert found == []
    assert "'unsafe" not in settings.CONTENT_SECURITY_POLICY


def test_the_stylesheet_stays_small_and_fetches_nothing_from_elsewhere():
    sheet = (STATIC / "puebla.css").read_text()

    assert len(sheet.encode()) <= 40_000
    assert re.findall(r"url\(([^)]*)\)", sheet) == ["frieze.svg"]


def test_the_frieze_has_eleven_tiles_none_twice():
    tiles = re.findall(r"<g [^>]*>(.*?)</g>\n", (STATIC / "frieze.svg").read_text())

    assert len(set(tiles)) == 11
