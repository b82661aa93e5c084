"""Being told: a delegate follows a theme and reads of a new paper; how a journalist does stands with the declaration."""

import datetime as dt
import re

import pytest

from tests.journeys.conftest import choose

TOMORROW = dt.date.today() + dt.timedelta(days=1)


def tell(instance, day):
    """The worker's chores of this morning."""
    instance.command("tick", "--only", "notices", "--at", f"{day}T07:30")


def letter(page, instance, recipient, subject):
    """The text of the newest caught message of this subject to somebody."""
    page.goto(f"{instance.base}/en/intranet/mail/?to={recipient}")
    page.locator("main li, main tr", has_text=subject).first.locator("a").first.click()
    return page.inner_text("main")


def link_in(text, instance, part):
    return re.search(rf"{re.escape(instance.base)}/\w\w/subscribe/{part}/[^\s]+", text)[0]


def file_note(office, instance, title, kind="Note"):
    """A note of the secretariat for all member states, or a paper of another kind, under human rights; its symbol."""
    office.goto(f"{instance.base}/en/intranet/documents/new/")
    office.fill("[name=title_en]", title)
    choose(office, "body", "Regional Consultation Group")
    choose(office, "kind", kind)
    choose(office, "audience", "All member states")
    office.get_by_label("Human rights").check()
    office.set_input_files(
        "[name=file_en]",
        {"name": "note.txt", "mimeType": "text/plain", "buffer": f"{title}\n\nText.\n".encode()},
    )
    office.locator("main form button[type=submit]").last.click()
    office.wait_for_url("**/intranet/documents/RCM/**")
    return office.locator("main .symbol").first.inner_text()


@pytest.mark.parametrize(
    ("language", "follow", "theme"), [("en", "Follow", "Human rights"), ("es", "Seguir", "Derechos humanos")]
)
def test_a_delegate_follows_a_theme_and_is_told_of_a_new_paper(visit, instance, language, follow, theme):
    delegate, office = visit("delegate.hnd", language=language), visit("secretariat")
    delegate.goto(f"{instance.base}/{language}/intranet/documents/?theme=HR")
    if delegate.locator("form.follow button[aria-pressed=true]").count():
        delegate.click("form.follow button")
    delegate.click(f"form.follow button:has-text('{follow}')")
    assert theme in delegate.inner_text(".notices")

    instance.command("tick", "--only", "notices")
    symbol = file_note(office, instance, f"A note on shelters ({language})")
    tell(instance, TOMORROW)

    delegate.goto(f"{instance.base}/{language}/intranet/notices/")
    line = delegate.locator("main li", has_text=symbol).first
    line.locator("h3 a").click()
    assert symbol in delegate.inner_text("main")
    told = letter(office, instance, "delegate.hnd@demo.invalid", symbol)
    assert f"A note on shelters ({language})" in told

    # One click in the mail, without signing in; the inbox goes on.
    stranger = visit()
    stranger.goto(link_in(told, instance, "stop/inside"))
    stranger.click("main form button")
    delegate.goto(f"{instance.base}/{language}/intranet/notices/following/")
    assert delegate.is_checked("[name=pace][value=none]")
    delegate.check("[name=pace][value=at_once]")
    delegate.click("#pace ~ form button, section[aria-labelledby=pace] form button")
