"""Outgoing mail: written with the act, sent once over SMTP, tried again later, never for an act undone."""

import contextlib
import datetime as dt
import socket
import ssl
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.core.mail import EmailMultiAlternatives
from django.db import transaction

from puebla.core import registry
from puebla.core.mail import RETRY_AFTER_MINUTES, post, send_waiting
from puebla.core.models import OutgoingMail

AT = dt.datetime(2026, 3, 4, 5, 6, 7, tzinfo=dt.UTC)

pytestmark = pytest.mark.django_db


class Letterbox:
    """What a server got; it refuses as long as `refusal` is set."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.refusal = ""

    async def handle_DATA(self, server, session, envelope) -> str:
        if self.refusal:
            return self.refusal
        self.letters.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"


@contextlib.contextmanager
def server() -> Iterator[tuple[Letterbox, str]]:
    """A mail server on a free port of this machine."""
    letterbox = Letterbox()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(letterbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield letterbox, f"smtp://127.0.0.1:{port}"
    finally:
        controller.stop()


def write(**values) -> OutgoingMail:
    return post(**({"to": "ana@example.org", "subject": "Reunión", "body": "¡Hola!", "at": AT} | values))


def test_a_message_goes_out_once_with_its_own_identity(settings):
    mail = write()

    with server() as (letterbox, settings.MAIL_URL):
        sent = [send_waiting(at=AT), send_waiting(at=AT)]

    assert sent == [1, 0]
    (letter,) = letterbox.letters
    assert letter["Message-ID"] == mail.message_id
    assert letter["Subject"] == "Reunión"
    # What was written plain alone has a light second shape of the same words.
    plain, html = (letter.get_body((kind,)).get_content().strip() for kind in ("plain", "html"))
    assert plain == "¡Hola!"
    assert "<p>¡Hola!</p>" in html


def test_a_message_says_its_language(settings):
    write(language="es")

    with server() as (letterbox, settings.MAIL_URL):
        send_waiting(at=AT)

    assert letterbox.letters[0]["Content-Language"] == "es"


def test_both_shapes_of_a_message_go_out(settings):
    write(html="<p>¡Hola!</p>")

    with server() as (letterbox, settings.MAIL_URL):
        send_waiting(at=AT)

    kinds = [part.get_content_type() for part in letterbox.letters[0].walk()]
    assert kinds == ["multipart/alternative", "text/plain", "text/html"]


def test_a_message_whose_words_cannot_be_found_now_is_tried_again_and_stops_none_behind_it(
    settings, monkeypatch
):
    def broken(_ref, _mail, _at):
        raise LookupError("no such paper")

    monkeypatch.setitem(registry.mail_now._entries, "broken", (50, broken))
    odd, plain = write(about="broken:1"), write(to="bo@example.org")

    with server() as (letterbox, settings.MAIL_URL):
        sent = [send_waiting(at=AT), send_waiting(at=AT)]

    odd.refresh_from_db()
    assert sent == [1, 0]
    assert [letter["Message-ID"] for letter in letterbox.letters] == [plain.message_id]
    assert (odd.attempts, odd.sent_at) == (1, None)
    assert "no such paper" in odd.last_error


def test_a_refused_message_is_tried_again_later_under_the_same_identity(settings):
    mail = write()

    with server() as (letterbox, settings.MAIL_URL):
        letterbox.refusal = "451 greylisted, come again"
        first = send_waiting(at=AT)
        letterbox.refusal = ""
        at_once = send_waiting(at=AT)
        later = send_waiting(at=AT + dt.timedelta(minutes=RETRY_AFTER_MINUTES[0]))

    assert (first, at_once, later) == (0, 0, 1)
    assert [letter["Message-ID"] for letter in letterbox.letters] == [mail.message_id]


def test_the_error_of_an_absent_server_is_kept_and_the_message_given_up_after_all_tries(settings):
    mail = write()
    settings.MAIL_URL = "smtp://127.0.0.1:1"
    at = AT

    for minutes in [*RETRY_AFTER_MINUTES, 10_000, 10_000]:
        send_waiting(at=at)
        at += dt.timedelta(minutes=minutes)

    mail.refresh_from_db()
    assert mail.sent_at is None
    assert mail.attempts == len(RETRY_AFTER_MINUTES) + 1
    assert "refused" in mail.last_error.lower()


@pytest.mark.parametrize("scheme", ["smtps", "smtp+tls"])
def test_a_server_whose_certificate_nobody_vouches_for_gets_neither_password_nor_message(
    settings, tmp_path, scheme
):
    mail = write()
    letterbox = Letterbox()
    pretender = a_pretenders_context(tmp_path)
    over_tls = {"ssl_context": pretender} if scheme == "smtps" else {"tls_context": pretender}
    controller = Controller(letterbox, hostname="localhost", port=free_port(), **over_tls)
    controller.start()
    settings.MAIL_URL = f"{scheme}://user:password@localhost:{controller.port}"

    try:
        sent = send_waiting(at=AT)
    finally:
        controller.stop()

    mail.refresh_from_db()
    assert (sent, letterbox.letters) == (0, [])
    assert "CERTIFICATE_VERIFY_FAILED" in mail.last_error


def a_pretenders_context(folder: Path) -> ssl.SSLContext:
    """TLS with a certificate that the server signed for itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, AT, AT + dt.timedelta(days=36500))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "pretender.pem"
    file.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + made.public_bytes(Encoding.PEM)
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file)
    return context


def test_one_message_that_fails_does_not_stop_the_others(settings):
    write(to="nobody@example.org")
    write(to="ana@example.org")

    class Picky(Letterbox):
        async def handle_RCPT(self, server, session, envelope, address, options) -> str:
            if address.startswith("nobody"):
                return "550 no such mailbox"
            envelope.rcpt_tos.append(address)
            return "250 OK"

    letterbox = Picky()
    controller = Controller(letterbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    settings.MAIL_URL = f"smtp://127.0.0.1:{controller.port}"
    sent = send_waiting(at=AT)
    controller.stop()

    assert sent == 1
    assert [letter["To"] for letter in letterbox.letters] == ["ana@example.org"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_nothing_is_sent_for_an_act_undone(settings):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        write()
        1 / 0

    with server() as (letterbox, settings.MAIL_URL):
        send_waiting(at=AT)

    assert letterbox.letters == []
    assert OutgoingMail.objects.count() == 0


def test_without_a_server_everything_waits_to_be_shown(settings):
    settings.MAIL_URL = ""
    write()

    assert send_waiting(at=AT) == 0
    assert OutgoingMail.objects.filter(sent_at=None, attempts=0).count() == 1


def test_djangos_own_messages_take_the_same_way_out(settings):
    settings.EMAIL_BACKEND = "puebla.core.mail.OutboxBackend"
    message = EmailMultiAlternatives("Your\ncode".replace("\n", " "), "123456", to=["ana@example.org"])
    message.attach_alternative("<p>123456</p>", "text/html")

    message.send()

    kept = OutgoingMail.objects.get()
    assert (kept.subject, kept.body, kept.html) == ("Your code", "123456", "<p>123456</p>")


def test_a_subject_cannot_smuggle_a_header_in(settings):
    write(subject="Hello\r\nBcc: everybody@example.org")

    with server() as (letterbox, settings.MAIL_URL):
        send_waiting(at=AT)

    assert letterbox.letters[0]["Bcc"] is None
