"""Signing in with a passkey, in a browser with an authenticator of its own."""

import pytest

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.mark.parametrize(("language", "account"), [("en", "observer.unhcr"), ("es", "civil")])
def test_a_passkey_is_added_and_signs_in_alone_and_the_password_alone_no_longer_does(
    visit, instance, language, account
):
    page = visit(account, language=language)
    client = page.context.new_cdp_session(page)
    client.send("WebAuthn.enable")
    device = client.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})["authenticatorId"]
    at = f"{instance.base}/{language}"

    # Added, after the password was typed again ...
    page.goto(f"{at}/accounts/2fa/")
    page.locator("main a[href$='/webauthn/add/']").click()
    page.fill("[name=password]", "puebla-demo")
    page.click("main form button[type=submit]")
    page.fill("[name=name]", "Journey key")
    page.click("#mfa_webauthn_add")
    page.wait_for_url("**/recovery-codes/**")
    credentials = client.send("WebAuthn.getCredentials", {"authenticatorId": device})["credentials"]
    assert [one["isResidentCredential"] for one in credentials] == [True]

    # ... signed out ...
    page.goto(f"{at}/accounts/logout/")
    page.click("main form button[type=submit]")
    page.goto(f"{at}/intranet/")
    assert "/accounts/login/" in page.url

    # ... and in again by the key alone, back to the page asked for.
    page.click("#passkey_login")
    page.wait_for_url(f"{at}/intranet/")

    # The password alone opens nothing any more; the key is the second factor after it.
    page.context.clear_cookies()
    page.goto(f"{at}/accounts/login/")
    page.fill("[name=login]", f"{account}@demo.invalid")
    page.fill("[name=password]", "puebla-demo")
    page.click("main form button[type=submit]")
    assert "/2fa/authenticate/" in page.url
    assert "/2fa/authenticate/" in page.goto(f"{at}/intranet/").url
    page.click("#mfa_webauthn_authenticate")
    page.wait_for_url("**/intranet/**")

    # Removed again: the account is as before.
    page.goto(f"{at}/accounts/2fa/webauthn/")
    page.locator("main a[href$='/remove/']").click()
    page.fill("[name=password]", "puebla-demo")
    page.click("main form button[type=submit]")
    page.wait_for_url("**/remove/")
    page.click("main form button[type=submit]")
    page.wait_for_url("**/2fa/webauthn/")
    assert page.locator("main a[href$='/remove/']").count() == 0
