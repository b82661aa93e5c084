"""The CMS: its acts and its door, blocks and pictures, news; written by editors, approved by others, read by everybody."""

import datetime as dt
import io
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image

from puebla.core import registry
from puebla.core.models import JournalEntry, OutgoingMail
from puebla.core.verdicts import RefusedError
from puebla.portal import actions
from puebla.portal.actions import PageText, Words
from puebla.portal.models import EditedPage, Picture
from puebla.publications.actions import publish_parties, withdraw_document
from tests import factories as make
from tests.portal.test_edited_pages import AT, both, some_pages, words_of
from tests.publications.making import a_party_row, a_public_document

pytestmark = pytest.mark.django_db


# Acts in the CMS ---------------------------------------------------------------------------------------------------


def seated(code, *permissions, **values):
    """Somebody of the secretariat whose role carries these permissions."""
    person = make.PersonFactory(**values)
    role = make.RoleFactory(code=code, permissions=list(permissions))
    make.SeatFactory(person=person, party=make.secretariat_party(), role=role)
    return person


def editor(**values):
    return seated("editor", "edit_pages", **values)


def coordinator(**values):
    return seated("coordinator", "edit_pages", "approve_pages", **values)


def page_at(path):
    return EditedPage.objects.get(url_path=path)


def form_of(page, **changes):
    """What the editing page of the CMS sends for a page without body."""
    form = {
        "title": page.title, "slug": page.slug, "lede": page.lede, "search_description": "", "go_live_at": "",
        "expire_at": "", "body-count": "0", "comments-TOTAL_FORMS": "0", "comments-INITIAL_FORMS": "0",
        "comments-MIN_NUM_FORMS": "0", "comments-MAX_NUM_FORMS": "",
    }  # fmt: skip
    return form | changes


def acts():
    return list(JournalEntry.objects.order_by("sequence").values_list("act", flat=True))


def test_an_editor_submits_and_does_not_publish(client):
    some_pages(both("about/process", en="How we work"))
    page = page_at("/en/about/process/")
    client.force_login(editor())

    client.post(f"/cms/pages/{page.pk}/edit/", form_of(page, title="Mine", **{"action-publish": "yes"}))

    assert "<h1>How we work</h1>" in client.get("/en/about/process/").text
    assert "page.published" not in acts()


def test_what_an_editor_submits_is_told_to_who_approves_and_published_by_them(client):
    some_pages(both("about/process", en="How we work"))
    page, boss = page_at("/en/about/process/"), coordinator(email="boss@example.org", language="es")
    client.force_login(editor(full_name="Clara Loza"))

    client.post(
        f"/cms/pages/{page.pk}/edit/", form_of(page, title="How we decide", **{"action-submit": "yes"})
    )
    mail = OutgoingMail.objects.get(recipient="boss@example.org")
    state = page_at("/en/about/process/").current_workflow_task_state
    client.force_login(boss)
    client.post(f"/cms/pages/workflow/action/{page.pk}/approve/{state.pk}/", {})

    assert mail.subject == "Una página espera aprobación: How we decide"
    assert "Clara Loza" in mail.body
    assert f"/cms/pages/{page.pk}/edit/" in mail.body
    assert "<h1>How we decide</h1>" in client.get("/en/about/process/").text
    assert acts()[-2:] == ["page.submitted", "page.published"]


@pytest.mark.django_db(transaction=True)
def test_what_is_sent_back_with_a_comment_is_mended_and_submitted_again(client):
    some_pages(both("about/process", en="How we work"))
    page, writes = page_at("/en/about/process/"), editor(language="es")
    boss = coordinator(email="boss@example.org")
    client.force_login(writes)
    client.post(f"/cms/pages/{page.pk}/edit/", form_of(page, title="Mine", **{"action-submit": "yes"}))
    state = page_at("/en/about/process/").current_workflow_task_state
    client.force_login(boss)
    asked = client.get(f"/cms/pages/workflow/action/{page.pk}/reject/{state.pk}/").text
    client.post(f"/cms/pages/workflow/action/{page.pk}/reject/{state.pk}/", {"comment": "Say since when."})
    public = client.get("/en/about/process/").text
    client.force_login(writes)
    shown = client.get(f"/cms/pages/{page.pk}/edit/").text

    again = client.post(
        f"/cms/pages/{page.pk}/edit/", form_of(page, title="Mine since 1996", **{"action-submit": "yes"})
    )

    assert "Comment" in asked
    assert "<h1>How we work</h1>" in public
    assert "Say since when." in shown
    assert again.status_code == 302
    assert page_at("/en/about/process/").current_workflow_task_state.status == "in_progress"
    assert OutgoingMail.objects.filter(recipient="boss@example.org").count() == 2
    assert acts().count("page.submitted") == 2


def test_an_editor_cannot_approve_their_own_page(client):
    some_pages(both("about/process", en="How we work"))
    page = page_at("/en/about/process/")
    client.force_login(editor())
    client.post(f"/cms/pages/{page.pk}/edit/", form_of(page, title="Mine", **{"action-submit": "yes"}))
    state = page_at("/en/about/process/").current_workflow_task_state

    client.post(f"/cms/pages/workflow/action/{page.pk}/approve/{state.pk}/", {})

    assert "<h1>How we work</h1>" in client.get("/en/about/process/").text


def test_a_scheduled_page_is_public_at_its_hour_and_not_before(client):
    some_pages(both("about/process", en="How we work"))
    about, hour = page_at("/en/about/"), dt.datetime(2020, 1, 1, 10, tzinfo=dt.UTC)
    page = about.add_child(
        instance=EditedPage(title="Later", slug="later", lede="x", locale=about.locale, live=False)
    )
    revision = page.save_revision()
    type(revision).objects.filter(pk=revision.pk).update(approved_go_live_at=hour)
    client.get("/en/about/later/")

    early = (actions.publish_due(hour - dt.timedelta(minutes=1)), client.get("/en/about/later/").status_code)
    due = (actions.publish_due(hour), client.get("/en/about/later/").status_code)

    assert (early, due) == ((0, 404), (1, 200))
    assert acts()[-1] == "page.published"


def test_a_page_past_its_end_is_taken_away_and_its_address_says_so(client):
    some_pages(both("about/process", en="How we work"))
    end = dt.datetime(2020, 1, 1, 10, tzinfo=dt.UTC)
    EditedPage.objects.filter(url_path="/en/about/process/").update(expire_at=end)

    before = (
        actions.publish_due(end - dt.timedelta(minutes=1)),
        client.get("/en/about/process/").status_code,
    )
    after = (actions.publish_due(end), client.get("/en/about/process/").status_code)

    assert (before, after) == ((0, 200), (1, 410))


def test_one_page_that_cannot_be_published_does_not_hold_up_the_others(client, caplog):
    some_pages(both("about/process", en="How we work"), both("about/tenets", en="Tenets"))
    hour = dt.datetime(2020, 1, 1, 10, tzinfo=dt.UTC)
    for path, title in (("/en/about/process/", None), ("/en/about/tenets/", "Tenets anew")):
        page = page_at(path)
        page.title = title or page.title
        revision = page.save_revision()
        # Content that belongs to no page any more, as an old revision after a change of kinds may have.
        broken = {} if title else {"content": revision.content | {"body": '[{"type": 5}]', "locale": 999_999}}
        type(revision).objects.filter(pk=revision.pk).update(approved_go_live_at=hour, **broken)

    with pytest.raises(Exception):  # noqa: B017, PT011 - whatever is wrong with it, the chore tells
        actions.publish_due(hour)

    assert "<h1>Tenets anew</h1>" in client.get("/en/about/tenets/").text


def test_the_tick_publishes_what_is_due():
    names = {str(getattr(chore, "name", "")) for chore in registry.chores}

    assert "pages.published" in names


def test_an_old_address_leads_to_the_new_one_after_a_change(client, django_capture_on_commit_callbacks):
    some_pages(both("about/process", en="How we work"))
    page = page_at("/en/about/process/")
    client.get("/en/about/process/")
    client.force_login(coordinator())

    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"/cms/pages/{page.pk}/edit/", form_of(page, slug="how", **{"action-publish": "yes"}))
    old, new = client.get("/en/about/process/"), client.get("/en/about/how/")

    assert (old.status_code, old["Location"]) == (301, "/en/about/how/")
    assert new.status_code == 200


def test_the_old_address_of_a_page_without_translation_leads_on_in_both_languages(
    client, django_capture_on_commit_callbacks
):
    some_pages(both("about/process", en="How we work"))
    page = page_at("/en/about/process/")
    client.force_login(coordinator())

    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"/cms/pages/{page.pk}/edit/", form_of(page, slug="how", **{"action-publish": "yes"}))

    assert client.get("/es/about/process/")["Location"] == "/es/about/how/"
    assert client.get("/es/about/how/").status_code == 200


def test_copying_a_page_asks_for_no_script_inside_the_page(client):
    some_pages(both("about/process", en="How we work"))
    client.force_login(coordinator())

    page = client.get(f"/cms/pages/{page_at('/en/about/process/').pk}/copy/").text

    assert "data-start" in page
    assert re.findall(r"<script(?![^>]*(?:src=|type=\"application/json))[^>]*>[^<]+", page) == []


def test_a_page_in_the_readers_language_is_found_under_the_others_address(client):
    some_pages(both("about/process", en="How we work", es="Cómo trabajamos"))
    page = page_at("/es/about/process/")
    page.slug = "proceso"
    page.save_revision().publish()

    answer = client.get("/es/about/process/")

    assert answer["Location"] == "/es/about/proceso/"
    assert 'href="/en/about/proceso/"' in client.get("/es/about/proceso/").text
    assert client.get("/en/about/proceso/")["Location"] == "/en/about/process/"


def test_a_page_taken_off_answers_that_it_was_here(client):
    some_pages(both("about/process", en="How we work"))
    page = page_at("/en/about/process/")
    client.get("/en/about/process/")
    client.force_login(coordinator())

    client.post(f"/cms/pages/{page.pk}/unpublish/", {})

    assert client.get("/en/about/process/").status_code == 410
    assert acts()[-1] == "page.unpublished"


def test_a_removed_page_answers_that_it_was_here_and_a_draft_leaves_nothing(client):
    some_pages(both("about/process", en="How we work"))
    about = page_at("/en/about/")
    draft = about.add_child(
        instance=EditedPage(title="Draft", slug="draft", lede="x", locale=about.locale, live=False)
    )
    page = page_at("/en/about/process/")
    client.get("/en/about/process/")
    client.force_login(coordinator())

    for one in (page, draft):
        client.post(f"/cms/pages/{one.pk}/delete/", {})

    assert not EditedPage.objects.filter(pk__in=[page.pk, draft.pk]).exists()
    assert client.get("/en/about/process/").status_code == 410
    assert client.get("/en/about/draft/").status_code == 404


def test_pages_removed_together_leave_their_addresses_too(client):
    some_pages(both("about/process", en="How we work"))
    page = page_at("/en/about/process/")
    client.force_login(coordinator())

    client.post(f"/cms/bulk/wagtailcore/page/delete/?id={page.pk}&next=/cms/", {})

    assert not EditedPage.objects.filter(pk=page.pk).exists()
    assert client.get("/en/about/process/").status_code == 410


@pytest.mark.parametrize("path", ["/en/", "/en/about/", "/en/news/"])
def test_what_the_portal_leads_to_is_neither_moved_nor_removed(client, path):
    from wagtail.models import Page

    some_pages()
    client.force_login(coordinator())
    page = Page.objects.get(url_path=path)

    client.post(f"/cms/pages/{page.pk}/delete/", {})
    client.post(f"/cms/pages/{page.pk}/move/{Page.get_first_root_node().pk}/confirm/", {"pos": "first-child"})

    assert Page.objects.get(pk=page.pk).url_path == path


def test_the_order_of_pages_changes_what_readers_see_at_once(client):
    some_pages(both("about/a", en="Alpha"), both("about/b", en="Beta"))
    before = client.get("/en/about/").text
    client.force_login(coordinator())

    client.post(f"/cms/pages/{page_at('/en/about/b/').pk}/set_position/?position=0", {})
    after = client.get("/en/about/").text

    assert before.index("Alpha") < before.index("Beta")
    assert after.index("Beta") < after.index("Alpha")


# The door ----------------------------------------------------------------------------------------------------------


def test_the_cms_side_door_lets_nobody_in_by_password(client):
    some_pages()
    person = editor(password=make.PASSWORD)

    answer = client.post("/cms/login/", {"username": person.email, "password": make.PASSWORD})

    assert answer.status_code == 302
    assert "/accounts/login/" in answer["Location"]
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(
    "path", ["users/", "users/new/", "groups/", "groups/new/", "documents/", "api-tokens/"]
)
def test_the_cms_keeps_no_people_and_no_files(client, path):
    some_pages()
    client.force_login(coordinator())

    assert client.get(f"/cms/{path}").status_code == 404


def test_ones_own_entry_is_kept_in_one_place(client):
    some_pages()
    client.force_login(editor())

    assert client.get("/cms/account/")["Location"].endswith("/accounts/profile/")


def test_answers_of_the_cms_are_kept_by_nobody_and_bear_a_policy_of_their_own(client):
    some_pages()
    client.force_login(editor())

    answer = client.get("/cms/")
    policy = answer["Content-Security-Policy"]

    assert answer["Cache-Control"] == "private, no-store"
    assert "script-src 'self';" in policy
    assert "unsafe-eval" not in policy
    assert "http" not in policy


def test_the_cms_speaks_the_persons_own_language(client):
    some_pages()
    client.force_login(editor(language="es"))

    assert '<html lang="es"' in client.get("/cms/").text


def test_a_permission_of_the_secretariat_counts_for_no_other_party(client):
    some_pages()
    person = make.PersonFactory()
    make.SeatFactory(
        person=person, role=make.RoleFactory(code="odd", permissions=["edit_pages", "approve_pages"])
    )
    client.force_login(person)

    assert client.get("/cms/").status_code == 404


def test_a_preview_is_drawn_for_editors_in_the_pages_language_and_kept_by_nobody(client):
    some_pages(both("about/process", es="Cómo trabajamos"))
    page = page_at("/es/about/process/")
    client.force_login(editor(language="en"))

    sent = client.post(f"/cms/pages/{page.pk}/edit/preview/", form_of(page, title="Cómo decidimos"))
    shown = client.get(f"/cms/pages/{page.pk}/edit/preview/")
    client.logout()

    assert sent.json()["is_valid"]
    assert '<html lang="es"' in shown.text
    assert "<h1>Cómo decidimos</h1>" in shown.text
    assert shown["Cache-Control"] == "private, no-store"
    assert shown["X-Frame-Options"] == "SAMEORIGIN"
    assert "<h1>Cómo trabajamos</h1>" in client.get("/es/about/process/").text


# Blocks ------------------------------------------------------------------------------------------------------------


def a_page_with(*blocks, language="en"):
    text = PageText("about/blocks", {language: Words("Blocks", "All of them.", list(blocks))})
    some_pages(text)


def test_a_document_by_symbol_is_linked_withdrawn_or_not_yet_public(client):
    a_public_document(symbol="RCM/2009/VM/DECL/1", titles={"en": "Declaration"})
    gone = a_public_document(symbol="RCM/2009/VM/DEC/2", titles={"en": "Decision of secrets"})
    withdraw_document(symbol=gone.symbol, reason={}, at=timezone.now())
    symbols = ["RCM/2009/VM/DECL/1", "RCM/2009/VM/DEC/2", "RCM/2009/VM/DEC/3"]
    a_page_with(*(("document", {"symbol": one, "note": ""}) for one in symbols))

    page = client.get("/en/about/blocks/").text

    assert 'href="/en/documents/RCM/2009/VM/DECL/1/"' in page
    assert "Declaration" in page
    assert "This document was withdrawn." in page
    assert "has not been released to the public yet" in page
    assert "secrets" not in page


def test_lists_of_members_are_those_published_today(client):
    publish_parties([a_party_row(short_names={"en": "Belize", "es": "Belice"})], at=AT)
    a_page_with(("members", {"standing": "member"}))

    assert "Belize" in client.get("/en/about/blocks/").text


@pytest.mark.parametrize(
    ("block", "refused"),
    [
        (("figure", {"alt": "", "credit": "Me", "caption": ""}), "alt"),
        (("figure", {"alt": "A wall", "credit": "", "caption": ""}), "credit"),
        (("quote", {"text": "We agree", "source": ""}), "source"),
        (("document", {"symbol": "two words", "note": ""}), "symbol"),
    ],
)
def test_a_block_that_lacks_what_readers_need_is_refused(block, refused):
    from django.core.exceptions import ValidationError

    kind, values = block
    child = EditedPage._meta.get_field("body").stream_block.child_blocks[kind]
    if kind == "figure":
        some_pages()
        values = values | {"picture": actions.bring_picture(title="t", name="t.png", content=a_png())}

    with pytest.raises(ValidationError) as told:
        child.clean(child.normalize(values))

    assert set(told.value.block_errors) == {refused}


def test_words_of_an_editor_are_never_read_as_markup(client):
    evil = "<script>alert(1)</script>"
    a_page_with(("heading", evil), ("quote", {"text": evil, "source": evil}), ("contact", {"name": evil}),
                ("facts", {"caption": evil, "rows": [{"name": evil, "value": evil}]}))  # fmt: skip

    page = client.get("/en/about/blocks/").text
    brochure = client.get("/en/about/brochure.pdf")

    assert "<script>alert" not in page
    assert brochure.status_code == 200


def test_the_brochure_is_downloaded_like_every_other_file(client):
    a_page_with(("paragraph", "<p>Who we are</p>"))
    whole = client.get("/en/about/brochure.pdf")
    made = whole.getvalue()

    head = client.head("/en/about/brochure.pdf")
    part = client.get("/en/about/brochure.pdf", headers={"range": "bytes=5-9"})
    beyond = client.get("/en/about/brochure.pdf", headers={"range": f"bytes={len(made)}-"})
    again = client.get("/es/about/brochure.pdf", headers={"if-none-match": whole["ETag"]})

    assert made.startswith(b"%PDF")
    assert head["Content-Length"] == str(len(made)) == whole["Content-Length"]
    assert head["Accept-Ranges"] == "bytes"
    assert (part.status_code, part.getvalue(), beyond.status_code) == (206, made[5:10], 416)
    assert again.status_code == 304


def test_hostile_typst_in_a_page_stays_words_in_the_brochure(client):
    evil = '") #read("/etc/passwd") #let x = "'
    a_page_with(("heading", evil), ("paragraph", f"<p>{evil} <b>#image(</b></p>"))

    words = words_of(client.get("/en/about/brochure.pdf").getvalue()).replace("\n", " ")

    assert '#read("/etc/passwd")' in words
    assert "#image(" in words


# Pictures ----------------------------------------------------------------------------------------------------------


def a_png(size=(4, 3)):
    stream = io.BytesIO()
    Image.new("RGB", size, "#12357f").save(stream, "PNG")
    return stream.getvalue()


def a_photograph():
    """A JPEG as a telephone writes it: with its owner, and turned."""
    stream = io.BytesIO()
    data = Image.Exif()
    data[0x013B], data[0x0112] = "Somebody of Puebla", 6
    Image.new("RGB", (40, 20), "#e0a020").save(stream, "JPEG", exif=data)
    return stream.getvalue()


def test_a_picture_keeps_nothing_that_the_camera_wrote():
    some_pages()

    kept = actions.bring_picture(title="A wall", name="wall.jpg", content=a_photograph())

    with kept.file.open("rb") as stream:
        content = stream.read()
    assert b"Somebody" not in content
    assert Image.open(io.BytesIO(content)).getexif() == {}
    assert (kept.width, kept.height) == (20, 40)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.jpg", b"<html><script>alert(1)</script></html>"),
        ("drawing.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
        ("empty.png", b""),
        ("cut.png", None),
        ("liar.jpg", "png"),
    ],
)
def test_what_is_no_picture_is_refused_with_a_sentence(name, content):
    some_pages()
    content = a_png((400, 300))[:-40] if content is None else a_png() if content == "png" else content

    with pytest.raises(RefusedError) as told:
        actions.bring_picture(title="x", name=name, content=content)

    assert len(str(told.value)) > 20
    assert not Picture.objects.exists()


def test_a_picture_of_too_many_points_is_refused_before_it_is_drawn():
    some_pages()
    stream = io.BytesIO()
    Image.new("1", (8000, 6000)).save(stream, "PNG")

    with pytest.raises(RefusedError, match="too many pixels"):
        actions.bring_picture(title="x", name="x.png", content=stream.getvalue())


def test_a_page_shows_its_picture_with_words_and_credit_under_a_public_address(client):
    some_pages()
    picture = actions.bring_picture(title="wall", name="wall.jpg", content=a_photograph())
    figure = {"picture": picture, "alt": "A yellow wall", "caption": "In Puebla", "credit": "Ana Quesada"}
    a_page_with(("figure", figure))

    page = client.get("/en/about/blocks/").text
    picture_shown = next(tag for tag in re.findall(r"<img[^>]+>", page) if 'alt="A yellow wall"' in tag)
    address = re.search(r' src="(/pictures/[^"]+)"', picture_shown)[1]
    shown = client.get(address)
    again = client.get(address, headers={"If-None-Match": shown["ETag"]})

    assert "Ana Quesada" in page
    assert shown["Content-Type"] == "image/webp"
    assert shown.content[:4] == b"RIFF"
    assert again.status_code == 304


@pytest.mark.parametrize("name", ["nothing.webp", "..%2f..%2fdemo.key", "x.html", "%00.png"])
def test_an_address_of_no_picture_is_not_found(client, name):
    assert client.get(f"/pictures/{name}").status_code == 404


# News --------------------------------------------------------------------------------------------------------------


def some_news(*texts):
    some_pages(both("news", en="News", es="Noticias"), *texts)


def news(path, day, **texts):
    return PageText(f"news/{path}", {code: Words(t, f"{t}.") for code, t in texts.items()},
                    columns={"dated_on": dt.date.fromisoformat(day), "kind": "release"})  # fmt: skip


def test_news_stand_newest_first_in_the_readers_language_where_there_is_one(client):
    some_news(
        news("old", "2026-01-01", en="Old", es="Viejo"),
        news("new", "2026-02-01", es="Nuevo"),
    )

    english, spanish = client.get("/en/news/").text, client.get("/es/news/").text

    assert english.index("Nuevo") < english.index("Old")
    assert '<h2 lang="es"><a href="/en/news/new/">Nuevo</a></h2>' in english
    assert spanish.index("Nuevo") < spanish.index("Viejo")
    assert "Press release" in client.get("/en/news/old/").text


def test_many_news_are_turned_by_pages_and_lead_to_their_feed(client):
    some_news(*(news(f"n{n}", f"2026-01-{n:02}", en=f"Piece {n}.") for n in range(1, 31)))

    first, second, beyond = (client.get(f"/en/news/?page={n}").text for n in (1, 2, 7))

    assert ("Piece 30." in first, "Piece 5." in first) == (True, False)
    assert ("Piece 30." in second, "Piece 5." in second) == (False, True)
    assert "There is no page “7”" in beyond
    assert first.count('href="/feeds/news.atom?lang=en"') == 2


def test_boxes_that_the_cms_draws_around_blocks_are_those_that_the_sheet_spaces(client):
    sheet = Path(finders.find("portal/pages.css")).read_text()
    some_pages(PageText("about/process", {"en": Words("How", "x", [("paragraph", "<p>One</p>")])}))

    page = client.get("/en/about/process/").text

    boxes = re.findall(r'class="([^"]*\bblock-paragraph)"', page)
    rules = re.findall(r'\[class([*^])="([^"]*)"\]', sheet)
    assert boxes
    assert rules
    for box in boxes:
        assert all(box.startswith(part) if how == "^" else part in box for how, part in rules)


@pytest.mark.parametrize(
    ("has", "lacks", "sentence"),
    [
        ("en", "es", "Esta página todavía no está disponible en español; se muestra en inglés."),
        ("es", "en", "This page is not available in English yet; it is shown in Spanish."),
    ],
)
def test_what_one_language_lacks_is_shown_in_the_other_and_says_so_wherever_it_is_led_to(
    client, has, lacks, sentence
):
    footer = PageText("about/privacy", {has: Words("Unica", "Lede.")}, footer=True)
    some_news(
        PageText("about/process", {has: Words("Sola", "Lede.")}),
        footer,
        news("one", "2026-01-01", **{has: "Nova"}),
    )

    addresses = [f"/{lacks}/{rest}/" for rest in ("about/process", "about/privacy", "news/one")]
    shown = [client.get(address) for address in addresses]
    listed, home = client.get(f"/{lacks}/news/").text, client.get(f"/{lacks}/").text

    for page, title in zip(shown, ("Sola", "Unica", "Nova"), strict=True):
        assert (page.status_code, page["Content-Language"]) == (200, lacks)
        assert sentence in page.text
        assert f'<div class="text" lang="{has}">' in page.text
        assert f"<h1>{title}</h1>" in page.text
        assert f'<html lang="{lacks}"' in page.text
    assert sentence not in client.get(f"/{has}/about/process/").text
    assert f'<h2 lang="{has}"><a href="/{lacks}/news/one/">Nova</a></h2>' in listed
    assert re.search(rf'<a href="/{lacks}/about/privacy/"[^>]*>Unica</a>', home)
    assert f'href="/{lacks}/news/"' in home


def test_menu_and_footer_lead_only_to_what_is_public(client):
    some_pages(
        PageText("about/privacy", {"en": Words("Privacy", "x"), "es": Words("Privacidad", "x")}, footer=True)
    )
    before = client.get("/es/").text
    page = page_at("/es/about/")

    assert '<a href="/es/about/">La Conferencia</a>' in before
    assert '<a href="/es/about/privacy/">Privacidad</a>' in before
    assert "/es/news/" not in before
    for one in (page, page_at("/en/about/")):
        one.unpublish()
    assert '/es/about/"' not in client.get("/es/").text


def test_a_list_of_news_asks_the_same_number_of_questions_however_long_it_is(client):
    counts = []
    for more in (2, 30):
        some_news(
            *(news(f"n{more}-{n}", "2026-01-01", en=f"News {n}", es=f"Noticia {n}") for n in range(more))
        )
        with CaptureQueriesContext(connection) as queries:
            client.get("/en/news/")
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 12


@pytest.mark.parametrize(
    "address", ["about/%00/", "about/" + "a/" * 300, "news/" + "x" * 900 + "/", "about/../cms/"]
)
def test_a_strange_address_is_not_found(client, address):
    some_pages()

    assert client.get(f"/en/{address}").status_code == 404
