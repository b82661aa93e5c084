"""The main jobs, walked through in a browser from beginning to end."""

import base64
import hashlib
import hmac
import re
import struct
import time

import pytest

from tests.journeys.conftest import choose


def one_time_code(secret):
    """The six digits of RFC 6238 for this moment, as a telephone shows them."""
    counter = struct.pack(">Q", int(time.time()) // 30)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    offset = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[offset : offset + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


def link_in_mail(page, instance, recipient):
    """The first link of the newest caught message to this person."""
    page.goto(f"{instance.base}/en/intranet/mail/")
    page.locator("main li, main tr", has_text=recipient).first.locator("a").first.click()
    return re.search(
        rf"{re.escape(instance.base)}/\w\w/accounts/\S+?/(?=[\s\"<.]|$)", page.inner_text("main")
    )[0]


def thirty_documents(year):
    """Sixty files: thirty declarations, each in English and Spanish, named as a secretariat names them."""
    files = []
    for n in range(1, 31):
        for code, text in (
            (
                "en",
                f"Declaration on subject {n}\n\nThe Vice-Ministers considered subject {n} and agreed to continue their work.",
            ),
            (
                "es",
                f"Declaración sobre el asunto {n}\n\nLos Viceministros examinaron el asunto {n} y acordaron seguir trabajando.",
            ),
        ):
            files.append(
                {
                    "name": f"RCM-{year}-VM-DECL-{n}_{code}.txt",
                    "mimeType": "text/plain",
                    "buffer": text.encode(),
                }
            )
    return files


def test_from_an_invitation_to_a_tombstone(visit, instance):
    email = "new.assistant@example.org"
    office = visit("secretariat")

    # Invited by the secretariat ...
    office.goto(f"{instance.base}/en/intranet/delegation/invite/")
    office.fill("[name=email]", email)
    office.fill("[name=full_name]", "Nueva Asistente")
    choose(office, "party", "Technical Secretariat")
    choose(office, "body", "Technical Secretariat")
    choose(office, "role", "Assistant")
    office.click("main form button[type=submit]")
    link = link_in_mail(office, instance, email)

    # ... she accepts, adds a second factor ...
    page = visit()
    page.goto(link)
    for name in page.locator("main form input[type=password]").all():
        name.fill("a long enough phrase")
    page.click("main form button[type=submit]")
    page.goto(f"{instance.base}/en/accounts/2fa/totp/activate/")
    if "reauthenticate" in page.url:
        page.fill("[name=password]", "a long enough phrase")
        page.click("main form button[type=submit]")
    secret = page.locator("main").inner_html()
    secret = re.search(r"[A-Z2-7]{32}", secret)[0]
    page.fill("[name=code]", one_time_code(secret))
    page.click("main form button[type=submit]")

    # ... and signs in with it.
    page = visit()
    page.goto(f"{instance.base}/en/accounts/login/")
    page.fill("[name=login]", email)
    page.fill("[name=password]", "a long enough phrase")
    page.click("main form button[type=submit]")
    assert "/intranet/" not in page.url
    page.fill("[name=code]", one_time_code(secret))
    page.click("main form button[type=submit]")
    page.wait_for_url("**/intranet/**")

    # Sixty files at once: a table first, then filed.
    page.goto(f"{instance.base}/en/intranet/documents/drop/")
    page.set_input_files("input[type=file]", thirty_documents(2025))
    page.click("main form button[type=submit]")
    page.wait_for_url("**/drop/*/")
    assert "30 documents" in page.inner_text("main")
    page.click("button[name=confirm]")
    assert "60 of 60 files are filed" in page.inner_text("body")
    instance.settle()

    # Described ...
    page.goto(f"{instance.base}/en/intranet/documents/RCM/2025/VM/DECL/7/edit/")
    page.fill("[name=title_en]", "Declaration on safe roads")
    page.fill("[name=title_es]", "Declaración sobre caminos seguros")
    page.fill("[name=dated]", "2025-11")
    page.select_option("[name=state]", "adopted")
    page.click("main form button[type=submit]")
    assert "July" not in page.inner_text("main")
    assert "November 2025" in page.inner_text("main")

    # ... and released, after seeing what becomes readable to whom.
    page.click("text=Release to the public")
    assert "everybody in the world" in page.inner_text("main")
    page.click("main form button[type=submit]")

    # Anybody reads it, in both languages.
    public = visit()
    for language, title, sentence in (
        ("en", "Declaration on safe roads", "considered subject 7"),
        ("es", "Declaración sobre caminos seguros", "examinaron el asunto 7"),
    ):
        public.goto(f"{instance.base}/{language}/documents/?q=2025+decl+7")
        public.goto(f"{instance.base}/{language}/documents/RCM/2025/VM/DECL/7/")
        assert title in public.inner_text("h1")
        public.goto(f"{instance.base}/{language}/documents/RCM/2025/VM/DECL/7/read/{language}/")
        assert sentence in public.inner_text("main")

    # Withdrawn: gone everywhere, with a tombstone at its address.
    page.goto(f"{instance.base}/en/intranet/documents/RCM/2025/VM/DECL/7/withdraw/")
    page.fill("[name=reason_en]", "Released by mistake.")
    page.fill("[name=reason_es]", "Publicada por error.")
    page.click("main form button[type=submit]")
    gone = public.goto(f"{instance.base}/es/documents/RCM/2025/VM/DECL/7/")
    assert gone.status == 410
    assert "Publicada por error." in public.inner_text("main")
    for address in ("documents/?q=caminos", "", "meetings/RCM/2025/VM/"):
        public.goto(f"{instance.base}/es/{address}")
        assert "caminos seguros" not in public.inner_text("main")
    file = public.request.get(f"{instance.base}/es/documents/RCM/2025/VM/DECL/7/files/es/")
    assert file.status == 410

    # Programs are told the same at their doors: gone, since when, and why.
    feed = public.request.get(f"{instance.base}/feeds/kind/DECL.atom?lang=es").text()
    assert re.search(r"<at:deleted-entry ref=\"[^\"]*RCM/2025/VM/DECL/7\"", feed)
    assert "Publicada por error." in feed
    assert "caminos seguros" not in feed
    harvest = public.request.get(
        f"{instance.base}/oai?verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:localhost:RCM/2025/VM/DECL/7"
    ).text()
    assert re.search(r'<header status="deleted">\s*<identifier>[^<]*RCM/2025/VM/DECL/7<', harvest)
    assert "<metadata>" not in harvest
    record = public.request.get(f"{instance.base}/api/v1/documents/RCM/2025/VM/DECL/7")
    assert record.status == 410
    assert "Publicada por error." in record.text()


def test_a_focal_point_seats_and_unseats_a_delegate_and_rights_move(visit, instance):
    focal, delegate = visit("focal.cri"), visit("delegate.cri")
    paper = f"{instance.base}/en/intranet/documents/RCM/2023/WGBM/REP/1/"
    assert delegate.goto(paper).status == 200

    # Every seat of the delegate is ended, one after another.
    for _ in range(6):
        focal.goto(f"{instance.base}/en/intranet/delegation/")
        entry = focal.locator("main").locator("li, tr", has_text="Hugo Torno").filter(has_text="End seat")
        if not entry.count():
            break
        entry.first.locator("a", has_text="End seat").first.click()
        focal.click("main form button[type=submit]")

    assert delegate.goto(paper).status == 404

    # Seated again: readable again, on the next request.
    focal.goto(f"{instance.base}/en/intranet/delegation/")
    focal.locator("main").locator("li, tr", has_text="Hugo Torno").locator(
        "a", has_text="Give a seat"
    ).first.click()
    choose(focal, "body", "Consultation")
    choose(focal, "role", "Delegate")
    focal.click("main form button[type=submit]")

    assert delegate.goto(paper).status == 200


def test_a_focal_point_finds_no_way_to_another_party(visit, instance):
    focal = visit("focal.cri")

    focal.goto(f"{instance.base}/en/intranet/delegation/invite/")

    parties = (
        focal.locator("[name=party] option").all_inner_texts()
        if focal.locator("[name=party]").count()
        else []
    )
    assert not any("Honduras" in party for party in parties)
    assert focal.goto(f"{instance.base}/en/intranet/documents/RCM/2026/VM/ST/2/").status == 404


@pytest.mark.parametrize("account", ["secretariat", "technology", "presidency"])
def test_a_sealed_room_has_no_door_for_administrators(visit, instance, account):
    page = visit(account)

    assert page.goto(f"{instance.base}/en/intranet/documents/RCM/2018/LOST/WP/1/").status == 404

    page.goto(f"{instance.base}/en/intranet/documents/?q=LOST")
    assert "RCM/2018/LOST" not in page.inner_text("main")


def test_a_liaison_officer_reads_in_the_sealed_room_on_a_phone(visit, instance):
    page = visit("liaison.gtm", size="phone")

    page.goto(f"{instance.base}/es/intranet/documents/RCM/2018/LOST/WP/1/read/es/")

    assert page.locator("main").inner_text().count("\n") > 10
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_delegate_on_a_phone_finds_a_document_by_its_symbol_and_by_a_slightly_wrong_one(
    visit, instance, language
):
    page = visit("delegate.hnd", size="phone", language=language)
    record = f"{instance.base}/{language}/intranet/documents/RCM/2009/VM/DECL/1/"

    for typed in ("rcm 2009 vm decl 1", "RCM/2009/VM/DELC/1"):
        page.goto(f"{instance.base}/{language}/intranet/")
        page.locator("[name=q]").first.tap()
        page.keyboard.type(typed)
        with page.expect_navigation():
            page.locator("[role=search] button").first.tap()
        if page.url != record:
            page.locator(".hit a[href$='/RCM/2009/VM/DECL/1/']").first.tap()
        page.wait_for_url(record)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
