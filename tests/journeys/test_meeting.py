"""A meeting made from the one before: convened, told of in a circular, replied to, named for, accredited, kept at the door."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from tests.journeys.conftest import choose

WORDS = {
    "en": {"title": "RCGM of the far year", "item": "Any other business", "room": "Small room"},
    "es": {"title": "GRCM del año lejano", "item": "Otros asuntos", "room": "Salón pequeño"},
}


def press(page, selector):
    """Press a button and wait for the page that follows."""
    with page.expect_navigation():
        page.locator(selector).first.click()


@pytest.mark.parametrize("language", ["es", "en"])
def test_a_meeting_is_made_from_the_last_one_convened_told_of_named_for_accredited_and_kept_at_the_door(
    visit, instance, language
):
    at, words = f"{instance.base}/{language}", WORDS[language]
    year = {"es": 2098, "en": 2099}[language]
    office = visit("assistant", language=language)

    # Made from the one that is convened now: a draft that nobody else knows of.
    office.goto(f"{at}/intranet/meetings/?body=RCGM")
    press(office, ".meeting-lines h3 a")
    press(office, "main a[href$='/copy/']")
    office.fill("[name=symbol]", f"RCM/{year}/RCGM-1")
    office.fill(f"[name=titles_{language}]", words["title"])
    office.fill("[name=starts_on]", f"{year}-03-10")
    office.fill("[name=ends_on]", f"{year}-03-12")
    press(office, "main form .actions button[type=submit]")
    here = f"{at}/intranet/meetings/RCM/{year}/RCGM-1/"
    assert office.url == here
    assert office.locator("ol.agenda > li").count() >= 8
    delegate = visit("delegate.cri", size="phone", language=language)
    assert delegate.goto(here).status == 404

    # Announced and convened; an item is added and put first with the keyboard.
    press(office, "button[value=announce]")
    press(office, "button[value=convened]")
    press(office, "main a[href$='/agenda/new/']")
    office.fill(f"[name=titles_{language}]", words["item"])
    press(office, "main form .actions button[type=submit]")
    last = office.locator("ol.agenda > li").last
    assert words["item"] in last.inner_text()
    before = last.locator(".label").inner_text()
    last.locator("button[value=up]").focus()
    with office.expect_navigation():
        office.keyboard.press("Enter")
    moved = office.locator("ol.agenda > li", has_text=words["item"])
    assert moved.locator(".label").inner_text() != before

    # A closed session: whoever adds it sees its hours from then on, and nothing else.
    office.goto(f"{here}sessions/new/")
    office.select_option("[name=kind]", "closed")
    office.fill(f"[name=titles_{language}]", words["room"])
    office.fill("[name=on]", f"{year}-03-11")
    office.fill("[name=from_hour]", "18:05")
    office.fill("[name=until_hour]", "19:00")
    press(office, "main form .actions button[type=submit]")
    assert office.locator("li.session.line", has_text="18:05").count() == 1
    assert words["room"] not in office.locator("li.session.line", has_text="18:05").inner_text()
    chair = visit("presidency", language=language)
    chair.goto(here)
    assert chair.locator("li.session", has_text="18:05").locator("a", has_text=words["room"]).count() == 1

    # The circular goes out after exactly who gets it was looked at; a delegation replies from a telephone.
    office.goto(f"{at}/intranet/circulars/new/?kind=invitation&body=RCGM")
    for code in ("en", "es"):
        office.fill(f"[name=titles_{code}]", f"{words['title']} {code}")
        office.fill(f"[name=texts_{code}]", "RCM")
    office.fill("[name=reply_on]", f"{year}-02-01")
    press(office, "main form button[type=submit]:not([name=more])")
    office.check("[name=bodies][value=RCGM]")
    press(office, "main form button[type=submit]")
    press(office, "main a[href$='/send/']")
    press(office, "main form button[type=submit]")
    assert "RCM/" in office.locator("main").inner_text()
    circular = office.url
    delegate.goto(circular)
    assert f"{words['title']} {language}" in delegate.locator("main").inner_text()
    for replying in (delegate, visit("focal.hnd", language=language), chair):
        replying.goto(circular)
        press(replying, "main a[href*='/reply/']")
        replying.locator("main input[type=radio]").first.check()
        press(replying, "main button[name=send]")
    office.goto(circular)
    press(office, "main a[href$='/replies/'], main a[href$='/board/']")
    assert office.locator("main tbody .tag.success").count() == 3

    # The focal point names somebody, the Presidency accredits them, and the door lets them in.
    focal = visit("focal.cri", language=language)
    focal.goto(f"{here}delegations/CRI/nominate/")
    choose(focal, "person", focal.locator("[name=person] option").nth(1).inner_text())
    focal.select_option("[name=role]", "head")
    press(focal, "main form .actions button[type=submit]")
    chair.goto(f"{here}accreditation/")
    press(chair, "button[value=accredit]")
    phone = visit("assistant", size="phone", language=language)
    phone.goto(f"{here}door/?q=costa")
    press(phone, "main form[action$='/check-in/'] button[type=submit]")
    assert phone.locator("main").inner_text().count("Costa Rica") >= 1
    focal.goto(f"{here}participants/")
    assert "Costa Rica" in focal.locator("main").inner_text()

    # A delegation sends its statement from a telephone; it is on the list of speakers, and others read it once it is delivered.
    delegate.goto(f"{here}statements/")
    press(delegate, "main .ask a")
    delegate.fill(f"[name=words_{language}]", words["title"])
    press(delegate, "main form.words .actions button[type=submit]")
    statement = delegate.url
    other = visit("delegate.hnd", language=language)
    assert other.goto(statement).status == 404
    phone.goto(f"{here}speakers/")
    assert "Costa Rica" in phone.locator("ol.queue").inner_text()
    press(phone, "ol.queue button[value=deliver]")
    assert other.goto(statement).status == 200
    assert words["title"] in other.locator(".statement-sides").inner_text()

    # On the day itself a telephone shows today first, and a bilateral meeting is asked for from there.
    this = dt.datetime.now(ZoneInfo("America/Guatemala")).date()
    move_to(office, at, f"RCM/{year}/RCGM-1", this)
    press(office, "main li.session h4 a[href*='/sessions/']")
    press(office, "main a[href$='/edit/']")
    office.fill("[name=on]", this.isoformat())
    press(office, "main form .actions button[type=submit]")
    session = office.locator("h1").inner_text()
    office.goto(here)
    press(office, "button[value=in_session]")
    delegate.goto(f"{at}/intranet/")
    today = delegate.locator("section.today", has=delegate.locator(f"a[href*='/RCM/{year}/RCGM-1/']"))
    assert delegate.locator("section.today").first.bounding_box()["y"] < 500
    # From its end on, whatever the hour is now, it stands folded among what was earlier that day.
    assert session in today.text_content()
    office.goto(f"{here}bilaterals/grid/")
    office.locator("[name=days]").last.check()
    office.fill("[name=from_hour]", "18:00")
    office.fill("[name=until_hour]", "19:00")
    office.fill("[name=rooms_en]", "Patio")
    press(office, "main form button[type=submit]")
    focal.goto(f"{here}bilaterals/ask/?with=HND")
    focal.fill("[name=subject]", "Visas")
    focal.locator("[name=slots]").first.check()
    press(focal, "main form[method=post] button[type=submit]")
    assert focal.locator("main .tag.asked").count() == 1
    move_to(office, at, f"RCM/{year}/RCGM-1", dt.date(year, 3, 10))


def move_to(office, at, symbol, day):
    """Give the meeting three days from this one."""
    office.goto(f"{at}/intranet/records/{symbol}/edit/")
    office.fill("[name=starts_on]", day.isoformat())
    office.fill("[name=ends_on]", (day + dt.timedelta(days=2)).isoformat())
    press(office, "main form button[type=submit]")
    office.goto(f"{at}/intranet/meetings/{symbol}/")


@pytest.mark.parametrize(("language", "kind"), [("en", "minutes"), ("es", "conclusions")])
def test_what_is_drafted_from_the_agenda_is_commented_on_adopted_filed_and_released(
    visit, instance, language, kind
):
    at = f"{instance.base}/{language}"
    office = visit("assistant", language=language)
    office.goto(f"{at}/intranet/meetings/?body=RCGM")
    press(office, ".meeting-lines h3 a")

    press(office, "main a[href$='/reports/new/']")
    choice = office.locator(f"[name=kind][value={kind}]")
    choice.check() if choice.count() else office.select_option("[name=kind]", kind)
    press(office, "main form .actions button[type=submit]")
    text = office.url
    press(office, "main a[href$='/comments/']")
    press(office, "main form .actions button[type=submit]")

    # A delegation comments on a paragraph; the time ends; the chair's office answers and adopts.
    delegate = visit("delegate.cri", size="phone", language=language)
    delegate.goto(text)
    press(delegate, "main a[href*='/p/'][href$='/']")
    delegate.fill("main textarea[name=words]", "Costa Rica.")
    press(delegate, "main form[action$='/comment/'] button[type=submit]")
    assert "Costa Rica." in delegate.locator("#comments").inner_text()
    office.goto(text)
    press(office, "main form[action$='/end/'] button")
    press(office, "main a[href$='/adopt/']")
    press(office, "main form .actions button[type=submit]")
    paper = office.locator("main a.symbol[href*='/intranet/documents/']").first.get_attribute("href")

    # Adopted is not public; released is, for everybody and without signing in.
    public = visit(None, language=language)
    outside = instance.base + paper.replace("/intranet", "")
    assert public.goto(outside).status == 404
    releasing = visit("secretariat", language=language)
    releasing.goto(f"{instance.base}{paper}release/")
    press(releasing, "main form button[type=submit]")
    assert public.goto(outside).status == 200
