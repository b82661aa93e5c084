"""The Presidency passes on: handed over and signed on both sides, and on the day the rights go with it by themselves."""

import datetime as dt

import pytest

#: Of each language another section of the one file, so that both runs find something to sign.
SECTION = {"en": "items", "es": "papers"}


def begins_on(page, address, day):
    """The secretariat corrects the first day of the term; what day it was before."""
    page.goto(address)
    before = page.input_value("[name=starts_on]")
    page.fill("[name=starts_on]", day)
    with page.expect_navigation():
        page.locator("main form .actions button[type=submit]").click()
    return before


@pytest.mark.parametrize("language", ["es", "en"])
def test_the_presidency_passes_on_and_the_rights_with_it(visit, instance, language):
    at = f"{instance.base}/{language}/intranet"
    chair, incoming = (
        visit("presidency", language=language),
        visit("delegate.hnd", size="phone", language=language),
    )
    desk = f"{at}/meetings/presidency/"
    section = f"#s-{SECTION[language]}"

    # The outgoing chair finds the hand-over on its desk and signs a section; only then can the incoming one.
    assert chair.goto(desk).status == 200
    with chair.expect_navigation():
        chair.locator("main a[href*='/meetings/handover/']").first.click()
    file = chair.url.partition("#")[0]
    incoming.goto(file)
    assert incoming.locator(f"{section} button[value=incoming]").count() == 0
    with chair.expect_navigation():
        chair.locator(f"{section} > form.actions button[value=outgoing]").click()
    incoming.goto(file)
    assert incoming.goto(desk).status == 404
    incoming.goto(file)
    with incoming.expect_navigation():
        incoming.locator(f"{section} > form.actions button[value=incoming]").click()
    assert "Irene Mosaico" in incoming.locator(section).inner_text()

    # The day comes: who presides next has the desk from then on, and who did before has it no more.
    keeper = visit("secretariat", language=language)
    keeper.goto(f"{at}/presidency/")
    correct = (
        keeper.locator("tr", has_text="Honduras")
        .first.locator("a[href*='/presidency/PPT/']")
        .get_attribute("href")
    )
    today = dt.datetime.now(tz=dt.UTC).date() - dt.timedelta(days=1)
    planned = begins_on(keeper, f"{instance.base}{correct}", today.isoformat())
    try:
        assert incoming.goto(desk).status == 200
        assert chair.goto(desk).status == 404
        assert chair.goto(file).status == 404
    finally:
        office = correct.rstrip("/").rpartition("/")[0]
        begins_on(keeper, f"{instance.base}{office}/{today.isoformat()}/", planned)
    assert chair.goto(desk).status == 200
    assert incoming.goto(desk).status == 404
