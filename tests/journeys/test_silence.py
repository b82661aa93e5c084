"""Two texts put to the members by silence procedure: one adopted after more time was given, one broken from a phone."""

import datetime as dt

import pytest

from tests.journeys.test_decisions import SAVE
from tests.journeys.test_meeting import press

TITLES = {"en": "A list of shelters, {} ({})", "es": "Lista de albergues, {} ({})"}
WORDS = {"en": "To keep a list of shelters, renewed {} times a year.", "es": "Mantener una lista de albergues, renovada {} veces al año."}  # fmt: skip
SAYS = {
    "en": {"more": "Our ministry needs a week.", "no": "Our law names another keeper."},
    "es": {
        "more": "Nuestro ministerio necesita una semana.",
        "no": "Nuestra ley designa a otro responsable.",
    },
}
#: Both clocks go on until the hour has passed, and somebody looks.
THE_HOUR_COMES = """
import datetime as dt
from django.utils import timezone
from puebla.core.ticks import Tick, tick
from puebla.decisions.actions import settling
from puebla.decisions.models import SilenceProcedure
from puebla.decisions.rules.silence import MARGIN
row, now, found = SilenceProcedure.objects.get(ref="{ref}"), timezone.now(), tick()
at = row.closes_at + MARGIN
later = Tick(found.boot, found.micros + (at - now) // dt.timedelta(microseconds=1))
settling.keep_watch(at=now, tick=found)
settling.settle(procedure=row, at=at, tick=later)
"""


def put_to_the_members(office, at, number, language):
    """A text is begun, written and opened; the address of its procedure."""
    office.goto(f"{at}/intranet/decisions/new/")
    office.select_option("[name=kind]", "recommendation")
    office.select_option("[name=body]", "RCGM")
    for code in ("en", "es"):
        office.fill(f"[name=titles_{code}]", TITLES[code].format(number, language))
    press(office, SAVE)
    for code in ("en", "es"):
        office.fill(f"[name=words_{code}]", WORDS[code].format(number))
    office.select_option("[name=function]", "operative")
    press(office, "main form button[type=submit]")
    press(office, ".who-sees a[href*='/decisions/']")
    press(office, "a[href$='/silence/']")
    office.fill("[name=closes_on]", (dt.datetime.now(tz=dt.UTC) + dt.timedelta(days=40)).date().isoformat())
    press(office, SAVE)
    assert "/intranet/decisions/silence/" in office.url
    return office.url


def answer(page, procedure, kind, words=""):
    """A member answers on the procedure's page."""
    page.goto(procedure)
    page.check(f"[name=kind][value={kind}]")
    page.fill("[name=words]", words)
    press(page, "form[action$='/answer/'] button[type=submit]")


@pytest.mark.parametrize("language", ["es", "en"])
def test_silence_is_asked_extended_and_ends_in_adoption_or_is_broken_at_once(visit, instance, language):
    at, says = f"{instance.base}/{language}", SAYS[language]
    keeper, cri, mex = (visit(who, language=language) for who in ("secretariat", "delegate.cri", "focal.mex"))
    hnd, observer = (
        visit("focal.hnd", size="phone", language=language),
        visit("observer.col", language=language),
    )

    # One asks for more time, and all get it; whoever says nothing has agreed when the hour has passed.
    asked = put_to_the_members(keeper, at, 2, language)
    answer(cri, asked, "no_objection")
    answer(mex, asked, "asks_extension", says["more"])
    keeper.goto(asked)
    assert says["more"] in keeper.locator("main").inner_text()
    capitals = keeper.locator("section:has(#h-capitals) tbody tr")
    assert capitals.count() == 11
    before = capitals.first.inner_text()
    press(keeper, "main a[href$='/extend/']")
    keeper.fill("[name=closes_on]", (dt.datetime.now(tz=dt.UTC) + dt.timedelta(days=60)).date().isoformat())
    press(keeper, SAVE)
    assert capitals.first.inner_text() != before
    assert observer.goto(asked).status == 404
    instance.run(THE_HOUR_COMES.format(ref=asked.rstrip("/").rpartition("/")[2]))
    mex.goto(asked)
    assert mex.locator("form[action$='/answer/']").count() == 0
    certificate = mex.locator("a[href$='/certificate.pdf']").get_attribute("href")
    assert mex.request.get(f"{instance.base}{certificate}").body().startswith(b"%PDF")

    # Another is broken from a phone: it stops at once, and everybody is told.
    asked = put_to_the_members(keeper, at, 3, language)
    answer(hnd, asked, "breaks", says["no"])
    assert hnd.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    cri.goto(asked)
    assert (
        says["no"] in cri.locator("main").inner_text()
        and cri.locator("form[action$='/answer/']").count() == 0
    )
    cri.goto(f"{at}/intranet/notices/")
    assert TITLES[language].format(3, language) in cri.locator("main").inner_text()
