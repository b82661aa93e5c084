"""Every component and the pages of signing in, in a real browser: nothing for axe, no sideways scroll, no console error."""

import contextlib
import copy
import os
import shutil
from pathlib import Path

import pytest

from tests import factories

CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed: apt-get install chromium"),
    pytest.mark.django_db(transaction=True),
]
PUBLIC = [
    "/style/",
    "/style/?wrong=1",
    "/missing/",
    "/accounts/login/",
    "/accounts/login/code/",
    "/accounts/password/reset/",
]
PRIVATE = ["/intranet/style/", "/accounts/2fa/", "/accounts/sessions/", "/accounts/password/change/", "/accounts/logout/",
           "/accounts/2fa/totp/activate/", "/accounts/2fa/webauthn/add/", "/accounts/2fa/webauthn/"]  # fmt: skip


@pytest.fixture
def browser(settings, monkeypatch):
    from playwright.sync_api import sync_playwright

    settings.ROOT_URLCONF = "tests.theme.localised"
    templates = copy.deepcopy(settings.TEMPLATES)
    templates[0]["OPTIONS"]["loaders"][0][1].append(
        ("django.template.loaders.filesystem.Loader", [str(Path(__file__).parent / "templates")])
    )
    settings.TEMPLATES = templates
    # The browser's driver keeps an event loop running in this thread.
    monkeypatch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


def faults(page, address):
    """What is wrong with the page at this address: console, width, axe."""
    from axe_playwright_python.sync_playwright import Axe

    said = []
    listen = lambda message: said.append(message.text) if message.type in {"error", "warning"} else None  # noqa: E731
    page.on("console", listen)
    page.goto(address)
    with contextlib.suppress(Exception):
        page.remove_listener("console", listen)
    if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
        said.append("scrolls sideways")
    found = Axe().run(page).response["violations"]
    said += [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in found]
    return [one for one in said if "404 (Not Found)" not in one or "missing" not in address]


# Each language at one width: words are longest in Spanish, room is shortest on phones.
@pytest.mark.parametrize(("language", "width"), [("en", 1280), ("es", 390)])
def test_no_page_has_a_fault(browser, live_server, language, width):
    factories.process(contact_email="ts@example.org", secretariat_address={"en": "San José"})
    factories.PersonFactory(email="ana@example.org", full_name="Ana Quesada", password=factories.PASSWORD)
    page = browser.new_page(viewport={"width": width, "height": 900})

    found = {address: faults(page, f"{live_server}/{language}{address}") for address in PUBLIC}
    page.goto(f"{live_server}/en/accounts/login/")
    page.fill("[name=login]", "ana@example.org")
    page.fill("[name=password]", factories.PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_load_state()
    found["confirming"] = faults(page, f"{live_server}/{language}/accounts/2fa/totp/activate/")
    page.fill("[name=password]", factories.PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_load_state()
    found |= {address: faults(page, f"{live_server}/{language}{address}") for address in PRIVATE}

    assert {address: said for address, said in found.items() if said} == {}


def test_the_menu_on_phones_opens_without_scripts(browser, live_server):
    page = browser.new_context(viewport={"width": 390, "height": 800}, java_script_enabled=False).new_page()
    page.goto(f"{live_server}/en/style/")

    page.click("summary:visible >> nth=0")

    assert page.locator(".menu-panel a", has_text="Documents").first.is_visible()
