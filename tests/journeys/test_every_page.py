"""The bars of quality on every page, in both languages and at both widths."""

import contextlib

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import Resolver404, get_resolver, resolve
from django.urls.resolvers import LocalePrefixPattern

from tests.journeys.conftest import WIDTHS

RUN_AXE = """contrast => axe.run(document, {
  resultTypes: ["violations"], rules: {"color-contrast": {enabled: contrast}}
}).then(found => found.violations.map(
  one => `axe ${one.id}: ${one.nodes.slice(0, 3).map(node => node.html.slice(0, 120)).join("; ")}`))"""

AXE = Axe().axe_script
NOTE = "/intranet/documents/RCM/2009/VM/NOTE/1/"
DECLARATION = "/intranet/documents/RCM/2009/VM/DECL/1/"
#: Axe's rules do not depend on words: each width is asked in one language. Contrast is two thirds of its time: it is looked at
#: in one of the two, which changes from page to page.
AXE_AT = {"en": "desktop", "es": "phone"}
INVITATION = ("circulars:record", "/intranet/circulars/?kind=invitation")
BOARD = ("circulars:board", INVITATION)
DRAFT = ("circulars:record", "/intranet/circulars/?state=draft")
CIRCULARS = ["/intranet/circulars/", "/intranet/circulars/?q=zzz", "/intranet/circulars/new/",
             "/intranet/circulars/new/?kind=invitation&body=RCGM", INVITATION, BOARD, ("circulars:party", BOARD),
             *((f"circulars:{name}", INVITATION) for name in ("sent-to", "history", "extend", "remind", "close", "cancel")),
             *((f"circulars:{name}", DRAFT) for name in ("edit", "recipients", "send")),
             ("circulars:language", ("circulars:record", "/intranet/circulars/?kind=nominations"))]  # fmt: skip
#: The meeting that is convened when the demonstration is loaded; its address holds the year.
MEETING = ("meetings:page", "/intranet/meetings/?body=RCGM")
SESSION, DELEGATE, OWN = (
    ("meetings:session", MEETING),
    ("meetings:delegate", MEETING),
    ("meetings:delegation", ("meetings:delegate", MEETING)),
)
STATEMENTS = ("meetings:statements", MEETING)
SPOKEN = ("meetings:statement", STATEMENTS)
GRID = ("meetings:bilateral-grid", ("meetings:bilaterals", MEETING))
MEETINGS = ["/intranet/meetings/", "/intranet/meetings/calendar/", "/intranet/meetings/new/RCGM/", "/intranet/meetings/RCM/2009/VM/",
            "/intranet/meetings/RCM/2009/VM/hold/", MEETING, SESSION, DELEGATE, OWN,
            *((f"meetings:{name}", MEETING) for name in ("agenda", "item", "item-new", "session-new", "edit", "copy", "packs", "public",
                                                         "participants", "delegations", "accreditation", "door", "bilaterals")),
            GRID, ("meetings:bilateral-move", GRID),
            ("meetings:session-edit", SESSION), ("meetings:agenda-revision", ("meetings:agenda", MEETING)),
            ("meetings:delegate-edit", DELEGATE), ("meetings:delegate-register", DELEGATE), ("meetings:nominate", OWN),
            *((f"meetings:{name}", ("meetings:delegations", MEETING)) for name in ("quotas", "all-badges")),
            STATEMENTS, SPOKEN, ("meetings:statement-edit", SPOKEN), ("meetings:statement-new", STATEMENTS),
            ("meetings:speakers", STATEMENTS), ("meetings:booth", SESSION), ("meetings:interpreters-links", SESSION)]  # fmt: skip
PLAN = "/intranet/plan/2010/"
PLANS = ["/intranet/plan/", "/intranet/plan/new/", PLAN, f"{PLAN}?q=zzz", f"{PLAN}matrix/", f"{PLAN}compare/", f"{PLAN}1.1.1/",
         *(f"{PLAN}{name}/" for name in ("edit", "audience", "history", "public", "structure", "structure/new", "structure/HR",
                                         "structure/HR/new", "structure/HR/1", "add", "1.1.1/edit", "1.1.1/history",
                                         "1.1.1/history/standing", "1.1.1/history/report",
                                         "1.1.1/reports/GTM", "1.1.1/actions/new", "1.1.1/indicators/new")),
         ("plan:action", f"{PLAN}1.1.1/"), ("plan:indicator", f"{PLAN}1.4.1/")]  # fmt: skip
DECISION = ("decisions:decision", "/intranet/decisions/?state=drafting")
#: One that another body can still decide on.
ADOPTED = "/intranet/decisions/RCM/2019/RCGM/CONC/1/"
SILENCES = "/intranet/decisions/silence/"
SILENCE = ("decisions:silence", SILENCES)
#: What is asked of a party stands on pages of its own.
REPLYING = [f"{PLAN}1.2.1/report/", ("intranet:ask", "/intranet/asks/of/HND/"), INVITATION, ("circulars:reply", INVITATION), ("meetings:bilateral", ("meetings:bilaterals", MEETING)),
            ("meetings:bilateral-ask", ("meetings:bilaterals", MEETING)),
            *((f"decisions:{name}", DECISION) for name in ("propose-first", "propose", "position"))]  # fmt: skip
#: A decision that the public reads; what is done with it on the private site.
DECIDED = "/decisions/RCM/2016/VM/DEC/1/"
MADE = "/intranet/decisions/RCM/2016/VM/DEC/1/"
#: Addresses, and pages whose address only another page knows: (its name, where the first link to it stands).
PUBLIC = ["/", "/decisions/", "/decisions/?q=zzz", "/decisions/?theme=HR", DECIDED, ("portal:decision-paragraph", "/decisions/?theme=HR"),
          "/documents/", "/documents/?q=zzz", "/documents/?meeting=RCM/2009/VM", "/documents/RCM/2009/VM/DECL/1/",
          "/documents/RCM/1996/VM/DECL/1/", "/documents/RCM/2018/TS/INF/1/", "/documents/RCM/2009/VM/DECL/1/read/es/",
          "/documents/RCM/2009/VM/DECL/1/read/en/es/", "/search/", "/search/?q=migration", "/search/?q=zzz",
          f"/search/?q={'ñ' * 1300}", "/meetings/", "/meetings/?body=VM", "/meetings/RCM/2009/VM/", "/members/",
          "/members/CRI/", "/plan/2010/", "/plan/2010/1.1.1/", "/presidency/", "/journal/", "/statistics/", "/statistics/RETURN/", "/statistics/RETURN/RETURN-1/", "/about/", "/about/background/", "/about/members/",
          "/about/plan-of-action/", "/about/terms/", "/about/1900/", "/news/", "/news/thirty-years/",
          "/news/guidelines-to-read/", "/documents/RCM/1900/X/NOTE/1/",
          "/accounts/login/", "/accounts/login/code/", "/accounts/apply/", "/accounts/password/reset/",
          "/accounts/password/reset/done/", "/accounts/invitation/1900/", "/intranet/mail/",
          ("intranet:caught-message", "/intranet/mail/"), "/subscribe/", "/subscribe/?q=migration&kind=DECL",
          "/subscribe/asked/", "/subscribe/confirm/1900/", "/subscribe/manage/1900/", "/subscribe/stop/1900/", "/subscribe/stop/kind/1900/",
          "/subscribe/stop/inside/1900/"]  # fmt: skip
#: A report on which delegations comment: the calendar says until when.
TEXT = ("texts:text", "/intranet/meetings/calendar/?view=list")
PRIVATE = [*PLANS, SILENCES, SILENCE, f"{SILENCES}rules/new/", ("decisions:silence-rule", SILENCES), ("decisions:silence-extend", SILENCE),
           ("decisions:silence-stop", SILENCE), ("decisions:silence-open", DECISION), "/intranet/decisions/", "/intranet/decisions/?state=laid_aside", "/intranet/decisions/new/", DECISION, ("decisions:means", DECISION),
           ("decisions:status", ADOPTED), ("decisions:forward", ADOPTED), "/intranet/decisions/?theme=HR", "/intranet/decisions/?q=zzz", ("decisions:before", MADE), ("decisions:public", MADE),
           ("decisions:meanings", MADE), "/intranet/texts/", "/intranet/texts/new/", TEXT,
           *((name, TEXT) for name in ("texts:paragraph", "texts:add", "texts:import", "texts:changes", "texts:history", "texts:title",
                                       "texts:audience", "meetings:report-comments")),
           "/intranet/", "/intranet/documents/", "/intranet/documents/?q=zzz", NOTE, DECLARATION,
           "/intranet/documents/new/", "/intranet/documents/drop/", "/intranet/documents/languages/",
           "/intranet/documents/lists/", "/intranet/documents/lists/kinds/new/", "/intranet/documents/lists/kinds/DECL/",
           "/intranet/documents/lists/themes/new/", "/intranet/documents/lists/themes/HR/",
           "/intranet/documents/lists/pattern/", "/intranet/documents/lists/contact/",
           *(f"{NOTE}{act}/" for act in ("edit", "upload", "audience", "consent", "release", "readers", "history",
                                         "relations", "share")),
           f"{DECLARATION}withdraw/", f"{DECLARATION}read/en/", f"{DECLARATION}read/en/1/", f"{DECLARATION}side-by-side/",
           "/intranet/documents/RCM/1996/VM/DECL/1/read/es/", "/intranet/search/", "/intranet/search/?q=migration",
           "/intranet/search/?q=zzz", "/intranet/search/saved/", "/intranet/journal/",
           "/intranet/meetings/calendar/", "/intranet/meetings/calendar/?view=list", "/intranet/notices/", "/intranet/notices/?show=unread", "/intranet/notices/following/",
           "/intranet/documents/?theme=HR", "/intranet/people/", "/intranet/people/?q=zzz",
           ("members:person", "/intranet/people/"), ("members:retire", "/intranet/delegation/"),
           "/intranet/bodies/", "/intranet/bodies/VM/", "/intranet/bodies/LOST/", "/intranet/bodies/new/",
           "/intranet/bodies/VM/edit/", "/intranet/bodies/VM/meetings/new/", "/intranet/records/RCM/2009/VM/edit/",
           "/intranet/parties/", "/intranet/parties/CRI/", "/intranet/parties/new/", "/intranet/parties/CRI/edit/",
           "/intranet/parties/CRI/standing/", "/intranet/roles/", "/intranet/roles/delegate/", "/intranet/delegation/",
           "/intranet/delegation/invite/?party=TS", ("members:seat", "/intranet/delegation/"),
           ("members:unseat", "/intranet/delegation/"), "/intranet/confirmations/", "/intranet/openings/",
           "/intranet/presidency/", "/intranet/presidency/set/", "/intranet/presidency/candidatures/new/",
           ("members:candidature", "/intranet/presidency/"), ("members:presidency-correct", "/intranet/presidency/"),
           "/intranet/applications/", ("members:application", "/intranet/applications/"), "/intranet/access/",
           "/intranet/asks/all/", "/intranet/asks/of/CRI/",
           "/intranet/1900/", "/accounts/2fa/", "/accounts/2fa/webauthn/", "/accounts/2fa/totp/activate/",
           "/accounts/sessions/", "/accounts/password/change/", "/accounts/email/", "/accounts/profile/",
           "/accounts/logout/"]  # fmt: skip
TECHNICAL = ["/intranet/technology/", "/intranet/journal/"]
CHAIRS = ["/intranet/confirmations/"]
HANDOVER, NOTES = ("meetings:handover", "/intranet/presidency/"), ("meetings:chair", MEETING)
PRESIDING = ["/intranet/meetings/presidency/", HANDOVER, ("meetings:handover-point", HANDOVER),
             ("meetings:handover-point-new", HANDOVER), ("decisions:declare", DECISION), NOTES, ("meetings:chair-note", NOTES)]  # fmt: skip
#: No pages of their own: files, answers for programs, buttons; what stands while something runs, or in another journey.
ELSEWHERE = {
    "plan:file", "plan:public-withdraw", "portal:decision-export", "portal:decision-canonical", "portal:decision-cite-bib", "portal:decision-cite-ris",
    "portal:decision-cite-json", "decisions:link", "decisions:unlink", "decisions:public-withdraw",
    "documents:suggest", "intranet:search-suggest", "portal:search-suggest", "documents:pack", "documents:file",
    "documents:version", "documents:picture", "portal:file", "portal:file-version", "portal:cite-bib", "portal:cite-ris",
    "portal:cite-json", "portal:brochure", "members:vcard", "mfa_download_recovery_codes", "mfa_login_webauthn",
    "intranet:asks", "intranet:save-search", "intranet:saved-search-act", "members:confirm", "members:refuse", "notices:read-all", "notices:open", "notices:follow",
    "notices:unfollow", "notices:choose", "documents:end-share", "members:invitation-send", "members:application-review",
    "members:candidature-agree", "members:candidature-withdraw", "members:candidature-seat",
    "members:application-decide", "account_signup", "account_inactive", "account_email_verification_sent",
    "account_set_password", "account_confirm_email", "account_reset_password_from_key",
    "account_reset_password_from_key_done", "account_confirm_login_code", "account_reauthenticate",
    "texts:at", "texts:export", "texts:move", "texts:remove", "texts:restore", "texts:answer", "meetings:report-end",
    "meetings:report-file", "notices:stop", "circulars:file", "circulars:attachment", "circulars:withdraw", "circulars:returned",
    # These stand only for a while, and a test leads there.
    "meetings:pack", "meetings:badges", "meetings:take-badges", "meetings:letter", "meetings:delegate-badge", "meetings:delegate-photo",
    "meetings:delegate-act", "meetings:check-in", "meetings:check-in-undo", "meetings:calendar-address", "meetings:state",
    "meetings:session-cancel", "meetings:agenda-revise", "meetings:item-move", "meetings:item-papers", "meetings:item-open",
    "meetings:item-remove", "meetings:invite", "meetings:statement-act", "meetings:statement-file", "meetings:interpreters",
    "meetings:interpreters-enter", "meetings:interpreters-file", "meetings:interpreters-link", "meetings:bilateral-close", "meetings:today", "meetings:public-withdraw", "documents:changes",
    "decisions:silence-answer", "decisions:silence-vouch", "decisions:silence-certificate",
    # Leads on to the edition in force where there is one alone.
    "portal:plans",
    "decisions:enter", "decisions:aside", "decisions:file", "decisions:proposal", "decisions:lift", "decisions:answer",
    "meetings:item-remove", "meetings:invite", "meetings:handover-sign", "meetings:handover-complete",
    "meetings:handover-note", "meetings:handover-file",
    "circulars:observers", "texts:comment", "meetings:report-adopt", "meetings:report-new", "documents:batch", "intranet:saved-search", "members:invitation-withdraw", "members:opening-confirm", "mfa_authenticate", "mfa_reauthenticate",
    "mfa_deactivate_totp", "mfa_view_recovery_codes", "mfa_generate_recovery_codes", "mfa_add_webauthn",
    "mfa_reauthenticate_webauthn", "mfa_remove_webauthn", "mfa_edit_webauthn",
}  # fmt: skip
#: What people with other seats meet on the same pages; for them one width and language is enough.
OTHERS = ["/intranet/", "/intranet/documents/", DECLARATION, "/intranet/people/", "/intranet/bodies/",
          "/intranet/bodies/LOST/", "/intranet/delegation/", "/intranet/parties/"]  # fmt: skip

#: Faults that a page can tell of itself, asked at once: each a short sentence.
ASK = """language => {
  const found = [], all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (wide > 0) found.push(`scrolls sideways by ${wide}px`);
  if (all("h1").length !== 1) found.push(`${all("h1").length} main headings`);
  if (document.documentElement.lang !== language) found.push(`is in ${document.documentElement.lang}`);
  const ids = all("[id]").map(one => one.id);
  for (const id of new Set(ids.filter((id, at) => ids.indexOf(id) !== at))) found.push(`id ${id} twice`);
  for (const one of all("[style], main script:not([src]):not([type='application/ld+json'])"))
    found.push(`inline: ${one.outerHTML.slice(0, 80)}`);
  const turns = all("link[rel=alternate][hreflang]").map(one => one.hreflang).sort().join();
  if (turns !== "en,es") found.push(`leads to the languages ${turns}`);
  for (const one of all("a[href^='#']"))
    if (!document.getElementById(one.hash.slice(1))) found.push(`leads nowhere: ${one.outerHTML.slice(0, 80)}`);
  for (const one of all("[aria-describedby], [aria-labelledby]"))
    for (const id of (one.getAttribute("aria-describedby") || one.getAttribute("aria-labelledby")).split(" "))
      if (!document.getElementById(id)) found.push(`described by nothing: #${id}`);
  for (const one of all("main :is(a.button, button, summary, .menu a, input:not([type=hidden]), select)")) {
    const box = one.getBoundingClientRect();
    if (box.width && (box.width < 24 || box.height < 24)) found.push(`too small to touch: ${one.outerHTML.slice(0, 80)}`);
  }
  // Words of the other language stand in an element that says so; names of files have no language.
  const strange = {en: /\\b(de la|de los|del|reunión|para la|y el)\\b/i, es: /\\b(of the|the|and|with|for)\\b/}[language];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    const holder = node.parentElement;
    if (strange.test(node.data) && holder.closest("[lang]").lang === language && !holder.closest("script, option, [hreflang]"))
      found.push(`not ${language}: ${node.data.trim().slice(0, 80)}`);
  }
  return found;
}"""


def faults_of(page, address, language, sizes, *, contrast=True):
    """What is wrong with the page now shown, at each of these widths: axe's violations, and what the page tells of itself."""
    found = []
    for size in sizes:
        page.set_viewport_size(WIDTHS[size])
        faults = page.evaluate(ASK, language)
        if len(sizes) == 1 or size == AXE_AT[language]:
            page.evaluate(AXE)
            faults += page.evaluate(RUN_AXE, contrast)
        found += [f"{address} ({size}): {fault}" for fault in faults]
    return found


def linked(page, instance, language, name, where, known):
    """The address of the first page of this name that a page leads to, without its language.

    Args:
        where: the address of that page, or its own name and where it is linked.
        known: where pages looked at lead to; more is added.
    """
    if not isinstance(where, str):
        where = linked(page, instance, language, *where, known)
    if where not in known:
        page.goto(f"{instance.base}/{language}{where}")
        known[where] = led_to(page, language)
    if name not in known[where]:
        raise AssertionError(f"{where} leads to no {name}")
    return known[where][name]


def led_to(page, language):
    """The first address of each view that the page now shown leads to."""
    found = {}
    for address in page.locator("main a").evaluate_all("all => all.map(one => one.pathname)"):
        if address.startswith(f"/{language}/"):
            plain = address.removeprefix(f"/{language}")
            found.setdefault(view_of(plain), plain)
    return found


def view_of(address):
    """The name of the view behind an address; of an address that none has, nothing."""
    with contextlib.suppress(Resolver404):
        return resolve(f"/en{address.partition('?')[0]}").view_name
    return ""


def walked(page, instance, addresses, language, sizes=("desktop", "phone")):
    """The faults of these pages, and two addresses under one title."""
    found, titles, known = [], {}, {}
    # Where links are looked for later on.
    wanted = {one[1] for one in addresses if not isinstance(one, str)}
    for number, one in enumerate(addresses):
        address = one if isinstance(one, str) else linked(page, instance, language, *one, known)
        answer = page.goto(f"{instance.base}/{language}{address}")
        if answer.status >= 500 or (answer.status == 404 and "1900" not in address):
            found.append(f"{address}: {answer.status}")
            continue
        plain = address.partition("?")[0]
        if "1900" not in address and (other := titles.setdefault(page.title(), plain)) != plain:
            found.append(f"{address}: has the title of {other}: {page.title()}")
        if one in wanted:
            known.setdefault(address, led_to(page, language))
        odd = bool(number % 2)
        found += faults_of(page, address, language, sizes, contrast=odd == (language == "en"))
    return found


def names_below(resolver, before=""):
    """The names of all views that have an address in a language."""
    for one in resolver.url_patterns:
        if hasattr(one, "url_patterns"):
            yield from names_below(one, before + (f"{one.namespace}:" if one.namespace else ""))
        elif one.name:
            yield before + one.name


def test_every_page_of_both_sites_is_among_those_looked_at():
    looked_at = {
        view_of(one) if isinstance(one, str) else one[0]
        for one in (*PUBLIC, *PRIVATE, *CIRCULARS, *MEETINGS, *TECHNICAL, *CHAIRS, *PRESIDING, *REPLYING)
    }
    sites = next(one for one in get_resolver().url_patterns if isinstance(one.pattern, LocalePrefixPattern))

    assert set(names_below(sites)) - looked_at == ELSEWHERE


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize(
    ("account", "addresses"),
    [
        (None, PUBLIC),
        ("secretariat", PRIVATE),
        ("secretariat", CIRCULARS),
        ("secretariat", MEETINGS),
        ("technology", TECHNICAL),
        ("chair.lost", CHAIRS),
        ("presidency", PRESIDING),
        ("focal.hnd", REPLYING),
    ],
    ids=["public", "private", "circulars", "meetings", "technical", "chairs", "presiding", "replying"],
)
def test_every_page_passes_axe_and_fits_the_window(visit, instance, account, addresses, language):
    page = visit(account, language=language)

    assert walked(page, instance, addresses, language) == []


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_saved_search_passes_too(visit, instance, language):
    page = visit("delegate.hnd", language=language)
    page.goto(
        f"{instance.base}/{language}/intranet/search/?q={'migration' if language == 'en' else 'retorno'}"
    )

    page.click("main details:has(#keep-name) summary")
    page.click("main details:has(#keep-name) button")
    page.wait_for_url("**/search/saved/*/")

    assert faults_of(page, "saved search", language, ["desktop", "phone"]) == []


@pytest.mark.parametrize(
    ("account", "language", "size"),
    [
        ("focal.cri", "es", "desktop"),
        ("delegate.cri", "en", "phone"),
        ("observer.col", "es", "phone"),
        ("liaison.gtm", "en", "desktop"),
    ],
)
def test_pages_stay_whole_whatever_the_seat(visit, instance, account, language, size):
    page = visit(account, size=size, language=language)

    assert walked(page, instance, OTHERS, language, [size]) == []


# Keyboard ------------------------------------------------------------------------------------------------------------


def focused(page, what):
    return page.evaluate(f"document.activeElement.{what}")


def test_the_first_key_leads_past_the_menu(visit, instance):
    page = visit(size="phone")
    page.goto(f"{instance.base}/en/documents/")

    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    assert focused(page, "id") == "main"


def test_the_menu_of_a_phone_opens_and_closes_by_keyboard(visit, instance):
    page = visit(size="phone")
    page.goto(f"{instance.base}/en/")
    menu = page.locator("details.menu.phone")

    menu.locator("summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    first = focused(page, "innerText")
    page.keyboard.press("Escape")

    assert first == "Documents"
    assert menu.get_attribute("open") is None
    assert focused(page, "tagName") == "SUMMARY"


def test_every_stop_of_the_tab_key_is_seen_and_marked(visit, instance):
    page = visit("secretariat")
    page.goto(f"{instance.base}/en{NOTE}")
    seen = []

    for _stop in range(25):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("""() => {
            const one = document.activeElement, box = one.getBoundingClientRect(), style = getComputedStyle(one);
            return box.width > 0 && box.height > 0 && box.right > 0 && style.outlineStyle !== "none" ? "" : one.outerHTML.slice(0, 90);
        }"""))  # fmt: skip

    assert [one for one in seen if one] == []


def test_filters_are_used_by_keyboard_alone(visit, instance):
    page = visit("secretariat")
    page.goto(f"{instance.base}/en/intranet/documents/")

    page.locator("#f-q").focus()
    page.keyboard.type("declaration")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=declaration**")

    assert page.locator("table tbody tr").count() > 0


@pytest.mark.parametrize(("language", "other"), [("en", "es"), ("es", "en")])
def test_the_public_site_is_searched_narrowed_and_turned_by_keyboard_alone(visit, instance, language, other):
    page = visit(language=language)
    page.goto(f"{instance.base}/{language}/")

    # Searched ...
    to(page, "[name=q]")
    page.keyboard.type("“plan de acción”" if language == "es" else "“plan of action”")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/**")
    to(page, ".hit h2 a")
    page.keyboard.press("Enter")
    page.wait_for_url("**/documents/**")

    # ... turned, on the same record ...
    here = page.url
    to(page, f"header a[hreflang={other}]")
    page.keyboard.press("Enter")
    page.wait_for_url(here.replace(f"/{language}/", f"/{other}/"))

    # ... and the list narrowed by a facet.
    page.goto(f"{instance.base}/{language}/documents/")
    to(page, "a[href*='kind=DECL'], select[name=kind]")
    if focused(page, "tagName") == "SELECT":
        page.keyboard.type("Declara")
        page.keyboard.press("Tab")
        to(page, "main form button[type=submit]")
    page.keyboard.press("Enter")
    page.wait_for_url("**kind=DECL**")
    assert page.locator("table tbody tr").count() > 3


def test_a_paper_is_filed_by_keyboard_alone(visit, instance):
    page = visit("secretariat", language="es")
    # Whoever asks for the chooser only as the key is pressed may be told too late by the browser.
    page.on("filechooser", lambda _chooser: None)
    page.goto(f"{instance.base}/es/intranet/documents/new/")

    to(page, "[name=title_es]")
    page.keyboard.type("Nota sin ratón")
    for name, begins in (("kind", "Nota"), ("body", "Secretar")):
        to(page, f"[name={name}]")
        page.keyboard.type(begins)
    to(page, "[name=file_es]")
    with page.expect_file_chooser() as asked:
        page.keyboard.press("Space")
    asked.value.set_files({"name": "nota.txt", "mimeType": "text/plain", "buffer": b"Una nota."})
    to(page, "main form button[type=submit]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/intranet/documents/RCM/**")

    assert page.inner_text("h1") == "Nota sin ratón"


def to(page, selector):
    """Press the Tab key until the first of these has the focus."""
    page.locator(selector).first.wait_for()
    for _stop in range(120):
        page.keyboard.press("Tab")
        if page.evaluate("chosen => document.activeElement.matches(chosen)", selector):
            return
    raise AssertionError(f"the Tab key does not lead to {selector}")


# Forms ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("account", "address"), [(None, "/accounts/apply/"), ("secretariat", "/intranet/documents/new/")]
)
@pytest.mark.parametrize("language", ["en", "es"])
def test_a_refused_form_leads_the_reader_to_each_field(visit, instance, account, address, language):
    page = visit(account, size="phone", language=language)
    page.goto(f"{instance.base}/{language}{address}")
    page.evaluate("document.querySelectorAll('[required]').forEach(one => one.removeAttribute('required'))")

    page.locator("main form.form button[type=submit]").last.click()
    page.wait_for_load_state()
    links = page.locator(".error-summary a")
    wrong = page.locator("[aria-invalid=true]").evaluate_all("all => all.map(one => '#' + one.id)")

    assert "error-summary" in focused(page, "className")
    assert links.evaluate_all("all => all.map(one => one.getAttribute('href'))") == wrong
    assert faults_of(page, address, language, ["phone", "desktop"]) == []
    links.first.click()
    assert f"#{focused(page, 'id')}" == wrong[0]


def test_the_table_of_dropped_files_is_whole_at_both_widths(visit, instance):
    page = visit("secretariat", language="es")
    page.goto(f"{instance.base}/es/intranet/documents/drop/")
    papers = [
        {
            "name": f"CRM-2019-nota-{n}.txt",
            "mimeType": "text/plain",
            "buffer": f"Nota {n} de la reunión".encode(),
        }
        for n in range(12)
    ]
    papers.append({"name": "vacío.pdf", "mimeType": "application/pdf", "buffer": b""})

    page.set_input_files("input[type=file]", papers)
    page.locator("main form.form button[type=submit]").last.click()
    page.wait_for_url("**/drop/*/")

    assert page.locator("table.batch tbody tr").count() == 13
    assert faults_of(page, "batch", "es", ["desktop", "phone"]) == []
    page.click("button[name=discard]")


# Weight, steadiness, paper -------------------------------------------------------------------------------------------


#: Layout shifts that no touch of the reader's explains, added up; told once the faces are there and all is painted.
SHIFTS = """window.shifts = 0; new PerformanceObserver(list => list.getEntries().forEach(
  one => { if (!one.hadRecentInput) window.shifts += one.value; })).observe({type: "layout-shift", buffered: true});"""
SETTLED = """document.fonts.ready.then(() => new Promise(painted => requestAnimationFrame(
  () => requestAnimationFrame(() => setTimeout(painted))))).then(() => window.shifts)"""


def loaded(page, address):
    """Load a page with nothing kept from before; kilobytes that came, and how far things moved."""
    sizes = []
    client = page.context.new_cdp_session(page)
    client.send("Network.enable")
    client.send("Network.setCacheDisabled", {"cacheDisabled": True})
    client.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(address)
    moved = page.evaluate(SETTLED)
    client.detach()
    return sum(sizes) / 1000, moved


def heavy_or_moving(found):
    """Pages of more than 100 kB, or on which things move by more than a twentieth of the window."""
    return {
        page: (weight, moved)
        for page, (weight, moved) in found.items()
        if not 0 < weight <= 100 or moved > 0.05
    }


def test_every_public_page_is_light_and_stands_still(visit, instance):
    page, found = visit(size="phone"), {}
    page.add_init_script(SHIFTS)

    for address in ("/", "/documents/", "/documents/RCM/2009/VM/DECL/1/", "/documents/RCM/2009/VM/DECL/1/read/en/es/",
                    "/search/?q=migration", "/meetings/", "/members/", "/presidency/", "/about/", "/news/",
                    "/news/thirty-years/"):  # fmt: skip
        found[address] = loaded(page, f"{instance.base}/en{address}")

    assert heavy_or_moving(found) == {}


def test_a_page_of_the_desk_is_light_and_stands_still(visit, instance):
    page, found = visit("secretariat", size="phone"), {}
    page.add_init_script(SHIFTS)

    for address in ("/intranet/", "/intranet/documents/", f"{DECLARATION}side-by-side/", "/intranet/search/?q=migration",
                    "/intranet/notices/"):  # fmt: skip
        found[address] = loaded(page, f"{instance.base}/en{address}")

    assert heavy_or_moving(found) == {}


def test_paper_carries_the_list_and_nothing_to_press(visit, instance):
    page = visit("secretariat")
    page.goto(f"{instance.base}/en/intranet/documents/")

    page.emulate_media(media="print")

    assert page.locator("table tbody tr").first.is_visible()
    assert page.locator("main button:visible, nav:visible, .filters:visible").count() == 0


def test_pages_are_whole_without_scripts_and_without_web_fonts(visit, instance):
    page = visit(scripts=False)
    page.route("**/*.woff2", lambda route: route.fulfill(status=404))

    page.goto(f"{instance.base}/es/")
    page.fill("main [name=q]", "“plan de acción”")
    page.click("main [role=search] button")
    page.click(".hit .meta a >> nth=0")
    assert "plan de acción" in page.inner_text("main").lower()
    page.goto(f"{instance.base}/es/documents/RCM/2009/VM/DECL/1/read/en/es/")
    assert page.locator("table.sides tbody tr").count() > 5
    page.goto(f"{instance.base}/es/about/background/")
    assert len(page.inner_text("main")) > 500
    page.goto(f"{instance.base}/es/documents/")
    page.select_option("select[name=kind]", "DECL")
    page.click("main form button[type=submit]")
    page.wait_for_load_state()

    assert "kind=DECL" in page.url
    assert page.locator("table tbody tr").count() > 3


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_pages_fit_in_the_faces_of_the_system(visit, instance, size):
    page = visit(size=size, language="es")
    page.route("**/*.woff2", lambda route: route.fulfill(status=200, body=b""))
    wide = {}

    for address in ("/", "/documents/", "/meetings/", "/members/", "/accounts/login/"):
        page.goto(f"{instance.base}/es{address}")
        wide[address] = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )

    assert set(wide.values()) == {0}, wide
