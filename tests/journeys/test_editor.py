"""An editor writes, previews, schedules and translates a page; somebody else approves; everybody reads it."""

import re
from contextlib import contextmanager

import pytest

from tests.journeys.test_every_page import faults_of

expect = pytest.importorskip("playwright.sync_api").expect

#: The hour of everything that is scheduled comes: it is set a minute back, as no test waits for a clock.
THE_HOUR_COMES = """
import datetime as dt
from django.utils import timezone
from wagtail.models import Revision
past = timezone.now() - dt.timedelta(minutes=1)
for revision in Revision.objects.exclude(approved_go_live_at=None):
    Revision.objects.filter(pk=revision.pk).update(
        approved_go_live_at=past, content=revision.content | {"go_live_at": past.isoformat()}
    )
"""


def cms(page, instance, path=""):
    """Open a page of the CMS."""
    page.goto(f"{instance.base}/cms/{path}")
    page.wait_for_load_state("networkidle")


def key_of(page, instance, *titles):
    """The number of the page that one reaches by these titles, from the top of the tree."""
    cms(page, instance, "pages/")
    for title in titles:
        edit = page.locator(f"main table a[title]:has-text('{title}')").last.get_attribute("href")
        key = edit.rstrip("/").split("/")[-2]
        cms(page, instance, f"pages/{key}/")
    return key


def type_paragraph(page, words):
    """Type into the first paragraph, in place of what stood there; the editor keeps it a moment later."""
    page.locator(".public-DraftEditor-content").first.click()
    page.keyboard.press("Control+A")
    page.keyboard.type(words)
    expect(page.locator("input[name=body-0-value]")).to_have_value(re.compile(re.escape(words[-20:])))


@contextmanager
def kept(page, words):
    """Go on once the editor has kept by itself what is changed here.

    It begins to look for changes some seconds after a page was opened, and keeps them a moment after the last one: both come
    at once here. What is sent before would overtake its own keeping on a slow line, and that be told of a newer version.
    """

    def keeps(answer):
        request = answer.request
        own = request.method == "POST" and request.url.endswith("/edit/")
        return own and words.encode() in (request.post_data_buffer or b"")

    page.clock.fast_forward(30_000)
    with page.expect_response(keeps, timeout=60_000) as answer:
        yield
        page.clock.fast_forward(2_000)
    assert answer.value.status == 200


def act(page, selector):
    """Choose one of the acts at the foot of an editing page."""
    page.locator("footer [data-w-dropdown-target=toggle]").first.click()
    page.locator(f"footer {selector}").first.click()
    page.wait_for_load_state("networkidle")


def submit(page):
    act(page, "button[name=action-submit]")


def approve(page):
    act(page, "button[data-workflow-action-name=approve]:not([data-workflow-action-modal-url])")


def test_a_page_is_written_previewed_scheduled_approved_translated_and_read(visit, instance):
    editor = visit("editor")
    editor.clock.install()

    # Written ...
    about = key_of(editor, instance, "English", "About the Conference")
    cms(editor, instance, f"pages/add/portal/editedpage/{about}/")
    editor.fill("#id_title", "Where we meet")
    editor.fill("#id_lede", "Every year in the country that presides.")
    editor.locator("button[title='Insert a block']").last.click()
    editor.locator(".w-combobox__option", has_text="Paragraph or list").click()
    editor.locator(".public-DraftEditor-content").last.click()
    editor.keyboard.type("The Vice-Ministers meet where the Presidency invites them.")

    expect(editor.locator("input[name=body-0-value]")).to_have_value(re.compile("invites them"))
    editor.locator("footer button.action-save").click()
    editor.wait_for_url("**/edit/")

    # ... previewed as the public would see it, and checked for barriers ...
    editor.locator("button[aria-label='Toggle preview']").click()
    for words in ("Where we meet", "where the Presidency invites them", "Members and observers"):
        # Wagtail puts a new frame in the place of the old one at every change.
        preview = editor.frame_locator("iframe[title=Preview]").last
        preview.locator("main", has_text=words).wait_for()
    editor.locator("button[aria-label='Toggle checks']").click()
    editor.locator("[data-side-panel=checks]", has_text="Issues found").wait_for()

    # ... scheduled, and submitted.
    editor.locator("button[aria-label='Toggle status']").click()
    editor.locator("button", has_text="Set schedule").first.click()
    with kept(editor, "2099-03-13 10:00"):
        editor.fill("#id_go_live_at", "2099-03-13 10:00")
        editor.press("#id_go_live_at", "Tab")
    # By keyboard: the calendar may lie over the button.
    editor.locator("#schedule-publishing-dialog button", has_text="Save schedule").press("Enter")
    editor.wait_for_load_state("networkidle")
    key = editor.url.rstrip("/").split("/")[-2]
    submit(editor)
    assert "submitted for moderation" in editor.inner_text(".messages")

    # Approved by the coordinator, whose mail told of it; not public before its hour.
    office = visit("secretariat", language="es")
    office.goto(f"{instance.base}/es/intranet/mail/")
    assert "Where we meet" in office.inner_text("main")
    cms(office, instance)
    assert "Where we meet" in office.inner_text("main")
    cms(office, instance, f"pages/{key}/edit/")
    approve(office)
    reader = visit()
    assert reader.goto(f"{instance.base}/en/about/where-we-meet/").status == 404
    instance.run(THE_HOUR_COMES)
    instance.command("tick")
    assert reader.goto(f"{instance.base}/en/about/where-we-meet/").status == 200

    # In Spanish it is shown in English and says so, until it is translated.
    reader.goto(f"{instance.base}/es/about/where-we-meet/")
    assert "todavía no está disponible en español" in reader.inner_text("main")
    assert reader.locator("[lang=en] h1").inner_text() == "Where we meet"
    cms(editor, instance, f"translation/submit/page/{key}/")
    editor.locator("label", has_text="Español").click()
    editor.locator("main form [type=submit]").click()
    editor.wait_for_load_state("networkidle")
    editor.fill("#id_title", "Dónde nos reunimos")
    editor.fill("#id_lede", "Cada año en el país que preside.")
    with kept(editor, "la Presidencia los convoca."):
        type_paragraph(editor, "Los Viceministros se reúnen donde la Presidencia los convoca.")
    spanish = editor.url.rstrip("/").split("/")[-2]
    submit(editor)
    cms(office, instance, f"pages/{spanish}/edit/")
    approve(office)

    # Read by anybody in both languages, at both widths, without a fault.
    for language, title in (("en", "Where we meet"), ("es", "Dónde nos reunimos")):
        reader.goto(f"{instance.base}/{language}/about/where-we-meet/")
        assert reader.inner_text("h1") == title
        assert reader.locator(".notice").count() == 0
        assert faults_of(reader, "where-we-meet", language, ("desktop", "phone")) == []
    turn = reader.locator("header .languages a").first
    turn.click()
    assert reader.inner_text("h1") == "Where we meet"


def test_the_pages_of_the_cms_stand_under_their_policy_and_ask_nobody_outside(visit, instance):
    """Every page that an editor meets daily, with the fixture's own check: no foreign request, no error, no breach."""
    editor, office = visit("editor"), visit("secretariat")
    about = key_of(editor, instance, "English", "About the Conference")

    for path in ("", "pages/", f"pages/{about}/edit/", f"pages/{about}/history/", "images/", "images/add/",
                 "reports/site-history/", "reports/workflow/", f"pages/{about}/usage/"):  # fmt: skip
        cms(editor, instance, path)
        assert editor.locator("h1, h2").count(), path
    for path in ("redirects/", "redirects/add/", "reports/locked/", "reports/aging-pages/"):
        cms(office, instance, path)
        assert office.locator("h1, h2").count(), path
    cms(office, instance, "redirects/add/")
    office.locator("[data-chooser-action-choose]").first.click()
    office.locator(".modal-body table").first.wait_for()


def test_the_blocks_of_a_page_stand_apart(visit, instance):
    page = visit()
    page.goto(f"{instance.base}/en/news/thirty-years/")

    heading = page.locator("article h2").first
    above = heading.evaluate("""one => one.getBoundingClientRect().top
        - one.parentElement.previousElementSibling.getBoundingClientRect().bottom""")

    assert above > 24


def test_the_cms_is_not_there_for_a_delegate(visit, instance):
    page = visit("delegate.cri")

    assert page.goto(f"{instance.base}/cms/").status == 404
    assert page.goto(f"{instance.base}/cms/login/").status == 404
