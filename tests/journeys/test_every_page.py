"""The bars of quality on every page, in both languages and at both widths."""

import pytest
from axe_playwright_python.sync_playwright import Axe

PUBLIC = ["/", "/documents/", "/documents/?q=zzz", "/documents/RCM/2009/VM/DECL/1/", "/documents/RCM/1996/VM/DECL/1/",
          "/documents/RCM/2009/VM/DECL/1/read/es/", "/meetings/", "/meetings/RCM/2009/VM/", "/members/", "/presidency/", "/journal/",
          "/documents/RCM/1900/X/NOTE/1/", "/accounts/login/", "/accounts/apply/", "/accounts/password/reset/",
          "/intranet/mail/"]  # fmt: skip
PRIVATE = ["/intranet/", "/intranet/documents/", "/intranet/documents/RCM/2009/VM/NOTE/1/", "/intranet/documents/new/",
           "/intranet/documents/drop/", "/intranet/documents/RCM/2009/VM/NOTE/1/edit/",
           "/intranet/documents/RCM/2009/VM/NOTE/1/upload/", "/intranet/documents/RCM/2009/VM/NOTE/1/audience/",
           "/intranet/documents/RCM/2009/VM/NOTE/1/release/", "/intranet/documents/RCM/2009/VM/NOTE/1/readers/",
           "/intranet/documents/RCM/2009/VM/NOTE/1/history/", "/intranet/documents/RCM/2009/VM/NOTE/1/relations/",
           "/intranet/documents/RCM/2009/VM/NOTE/1/share/", "/intranet/documents/RCM/2009/VM/DECL/1/withdraw/",
           "/intranet/documents/RCM/2009/VM/DECL/1/read/en/", "/intranet/people/", "/intranet/bodies/",
           "/intranet/bodies/LOST/", "/intranet/parties/", "/intranet/parties/CRI/", "/intranet/delegation/",
           "/intranet/presidency/", "/intranet/applications/", "/intranet/access/", "/accounts/2fa/",
           "/accounts/sessions/", "/accounts/password/change/", "/accounts/profile/"]  # fmt: skip


def faults_of(page, address):
    """What is wrong with the page now shown: axe's violations, sideways scroll, no heading."""
    found = []
    for violation in Axe().run(page).response["violations"]:
        places = "; ".join(node["html"][:120] for node in violation["nodes"][:3])
        found.append(f"{address}: axe {violation['id']}: {places}")
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if wide > 0:
        found.append(f"{address}: scrolls sideways by {wide}px")
    if page.locator("h1").count() != 1:
        found.append(f"{address}: {page.locator('h1').count()} main headings")
    return found


@pytest.mark.parametrize("size", ["desktop", "phone"])
@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize(
    ("account", "addresses"), [(None, PUBLIC), ("secretariat", PRIVATE)], ids=["public", "private"]
)
def test_every_page_passes_axe_and_fits_the_window(visit, instance, account, addresses, language, size):
    page = visit(account, size=size, language=language)
    found = []

    for address in addresses:
        answer = page.goto(f"{instance.base}/{language}{address}")
        if answer.status >= 500 or (answer.status == 404 and "1900" not in address):
            found.append(f"{address}: {answer.status}")
            continue
        assert page.locator("html").get_attribute("lang") == language
        found += faults_of(page, address)

    assert found == []


def test_the_first_page_weighs_at_most_100_kilobytes(visit, instance):
    page = visit()
    sizes = []
    page.context.route("**/*", lambda route: route.continue_())
    client = page.context.new_cdp_session(page)
    client.send("Network.enable")
    client.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))

    page.goto(f"{instance.base}/en/", wait_until="networkidle")

    assert 0 < sum(sizes) <= 100_000


def test_pages_are_whole_without_scripts_and_without_web_fonts(visit, instance):
    page = visit(scripts=False)
    page.route("**/*.woff2", lambda route: route.fulfill(status=404))

    page.goto(f"{instance.base}/es/documents/")
    page.select_option("select[name=kind]", "DECL")
    page.click("form button[type=submit]")

    assert "kind=DECL" in page.url
    assert page.locator("table tbody tr").count() > 3
