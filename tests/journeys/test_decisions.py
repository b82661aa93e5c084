"""A recommendation drafted in brackets by three countries, recommended, forwarded, objected to behind closed doors, agreed, released."""

import re

import pytest

from tests.journeys.test_meeting import press

#: Each run speaks of a year of its own. What it files stays where other journeys walk: every text is in its own language.
WORDS = {
    "en": {"closed": "Heads of delegation, far away", "objects": "objects", "year": 2096},
    "es": {"closed": "Jefaturas de delegación, lejos", "objects": "objeta", "year": 2097},
}  # fmt: skip
TITLES = {"en": "Handbook of the year {}", "es": "Manual del año {}"}
PICTURES = {"en": "To publish a handbook with pictures.", "es": "Publicar un manual con ilustraciones."}
ONE_PAGE = {"en": "To report by 2098 in one page.", "es": "Informar antes de 2098 en una página."}
SAVE = "main form.form .actions button[type=submit]"


def act(page, value):
    """Press the button of the first proposal that stands with this act."""
    press(page, f".proposal.standing button[value={value}]")


def propose(page, decision, anchor, what, words=None):
    """Propose on the page as a person does."""
    page.goto(decision)
    press(page, f"main a[href$='/p/{anchor}/propose/']")
    page.check(f"[name=what][value={what}]")
    for code in ("en", "es"):
        page.fill(f"[name=words_{code}]", words[code] if words else "")
    press(page, SAVE)


@pytest.mark.parametrize("language", ["es", "en"])
def test_a_recommendation_becomes_a_decision_by_consensus_and_stands_on_the_members_lists(
    visit, instance, language
):
    at, words = f"{instance.base}/{language}", WORDS[language]
    office, chair = visit("assistant", language=language), visit("presidency", language=language)
    cri, hnd, mex = (visit(who, language=language) for who in ("delegate.cri", "focal.hnd", "focal.mex"))

    # Drafted from the meeting's page; three countries propose, and the words they touch stand in brackets.
    office.goto(f"{at}/intranet/meetings/?body=RCGM")
    press(office, ".meeting-lines h3 a")
    press(office, "main a[href*='/decisions/new/']")
    for code in ("en", "es"):
        office.fill(f"[name=titles_{code}]", TITLES[code].format(words["year"]))
    press(office, SAVE)
    office.fill("[name=words_en]", "To publish a handbook.\n\nTo report by 2098.\n\nTo translate it.")
    office.fill("[name=words_es]", "Publicar un manual.\n\nInformar antes de 2098.\n\nTraducirlo.")
    office.select_option("[name=function]", "operative")
    press(office, "main form button[type=submit]")
    press(office, ".who-sees a[href*='/decisions/']")
    draft = office.url
    propose(cri, draft, "1", "replace", PICTURES)
    propose(hnd, draft, "2", "bracket")
    propose(mex, draft, "3", "delete")
    chair.goto(draft)
    assert all(f"#{anchor}" in chair.locator(".notice.warning").inner_text() for anchor in "123")
    cri.goto(draft)
    act(cri, "accept")
    hnd.goto(draft)
    press(hnd, ".proposal.standing button[value=withdraw]")
    office.goto(draft)
    act(office, "take")
    act(office, "take")
    assert office.locator("tr.paragraph").count() == 2
    office.goto(draft)
    press(office, "main a[href$='/p/2/means/']")
    office.check("[name=whom][value=members]")
    office.check("[name=asks]")
    office.fill("[name=due]", "2098")
    press(office, SAVE)

    # Recommended by consensus, filed, forwarded to a closed session of the ministers.
    chair.goto(draft)
    press(chair, "main a[href$='/declare/']")
    for code in ("CRI", "HND", "MEX"):
        chair.check(f"[name=present][value={code}]")
    press(chair, SAVE)
    office.goto(draft)
    press(office, "form[action$='/file/'] button")
    recommended = office.url
    assert re.search(r"/RCM/\d{4}/RCGM/REC/\d+/$", recommended)
    ministers = f"RCM/{words['year']}/VM"
    office.goto(f"{at}/intranet/meetings/new/VM/")
    for name, value in (
        ("symbol", ministers),
        (f"titles_{language}", "VM"),
        ("starts_on", f"{words['year']}-05-04"),
    ):
        office.fill(f"[name={name}]", value)
    press(office, SAVE)
    press(office, "button[value=announce]")
    chair.goto(f"{at}/intranet/meetings/{ministers}/sessions/new/")
    chair.select_option("[name=kind]", "closed")
    for name, value in ((f"titles_{language}", words["closed"]), ("on", f"{words['year']}-05-04"), ("from_hour", "09:00"), ("until_hour", "10:00")):  # fmt: skip
        chair.fill(f"[name={name}]", value)
    press(chair, SAVE)
    press(chair, f'li.session a:has-text("{words["closed"]}")')
    room = chair.url
    for name in ("Bruno Azulejo", "Hugo Torno"):
        chair.goto(room)
        chair.select_option("select[name=person]", label=name)
        press(chair, "form:has(select[name=person]) button[type=submit]")
    office.goto(recommended)
    press(office, "main a[href$='/forward/']")
    office.select_option("[name=meeting]", ministers)
    press(office, "form.filters:has([name=meeting]) button")
    office.select_option("[name=session]", index=1)
    press(office, SAVE)
    inside = office.url
    assert hnd.goto(inside).status == 404

    # Objected to, mended, agreed with one reservation that stays in the room; a phone is enough for it.
    phone = visit("delegate.cri", size="phone", language=language)
    phone.goto(inside)
    press(phone, "main a[href$='/positions/new/']")
    phone.check("[name=kind][value=objection]")
    press(phone, SAVE)
    chair.goto(inside)
    press(chair, "main a[href$='/declare/']")
    chair.check("[name=present][value=CRI]")
    press(chair, SAVE)
    assert words["objects"] in chair.locator("main").inner_text()
    propose(phone, inside, "2", "replace", ONE_PAGE)
    office.goto(inside)
    act(office, "take")
    phone.goto(inside)
    press(phone, "form[action$='/lift/'] button")
    press(phone, "main a[href$='/positions/new/']")
    phone.check("[name=kind][value=reservation]")
    phone.select_option("[name=of]", "2")
    phone.fill(f"[name=words_{language}]", "Zanzibar.")
    press(phone, SAVE)
    chair.goto(f"{inside}")
    press(chair, "main a[href$='/declare/']")
    chair.check("[name=present][value=CRI]")
    press(chair, SAVE)
    assert "Zanzibar." in phone.reload().text()
    office.goto(inside)
    press(office, "form[action$='/file/'] button")
    decided = office.url
    assert hnd.goto(decided).status == 200
    assert ONE_PAGE[language] in hnd.locator("main").inner_text() and "Zanzibar" not in hnd.content()

    # Released: the public reads the words and nothing else; all eleven find what is asked of them, one answers from the phone.
    symbol = re.search(r"RCM/.*(?=/$)", decided)[0]
    keeper = visit("secretariat", language=language)
    keeper.goto(decided)
    press(keeper, "main a[href$='/public/']")
    press(keeper, "main form:has([name=seen]) button[type=submit]")
    anybody = visit()
    anybody.goto(f"{at}/decisions/{symbol}/")
    assert ONE_PAGE[language] in anybody.locator("main").inner_text() and "Zanzibar" not in anybody.content()
    for code in ("BLZ", "CAN", "CRI", "DOM", "GTM", "HND", "MEX", "NIC", "PAN", "SLV", "USA"):
        keeper.goto(f"{at}/intranet/asks/of/{code}/?kind=paragraph")
        assert symbol in keeper.locator("main").inner_text(), code
    phone.goto(f"{at}/intranet/asks/of/CRI/?kind=paragraph")
    press(phone, f"main tr:has-text(\"{symbol}\") a[href*='/asks/']")
    phone.check("[name=says][value=done]")
    phone.fill("[name=words]", "Twelve pages.")
    press(phone, "form[action$='/answer/'] button[type=submit]")
    phone.goto(f"{at}/intranet/decisions/")
    assert phone.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
