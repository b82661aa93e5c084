"""The line to the mail server: one for many messages, safe, cut and made anew; two senders, a sender killed half-way."""

import contextlib
import datetime as dt
import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from django.core.exceptions import ValidationError
from django.db import connection

from puebla.core.mail import RETRY_AFTER_MINUTES, given_up, prune, send_waiting
from puebla.core.models import OutgoingMail
from tests.core.test_mail import AT, Letterbox, a_pretenders_context, free_port, write

pytestmark = pytest.mark.django_db


class Office(Letterbox):
    """A server that counts its callers, refuses recipients by name, and hangs up when told to."""

    def __init__(self, *, refused: dict[str, str] | None = None, hangs_up_after: int = 0) -> None:
        super().__init__()
        self.calls, self.refused, self.hangs_up_after = 0, refused or {}, hangs_up_after
        self.on_letter = lambda: None

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        self.calls += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.hangs_up_after and len(self.letters) == self.hangs_up_after:
            self.hangs_up_after = 0
            server.transport.close()
            return "250 OK"
        answer = await super().handle_DATA(server, session, envelope)
        self.on_letter()
        return answer


@contextlib.contextmanager
def opened(office, *, host="127.0.0.1", **options):
    controller = Controller(office, hostname=host, port=free_port(), **options)
    controller.start()
    try:
        yield f"{host}:{controller.port}"
    finally:
        controller.stop()


def ids(office):
    return [letter["Message-ID"] for letter in office.letters]


# One line --------------------------------------------------------------------------------------------------------------


def test_many_messages_go_over_one_line(settings):
    mails = [write(to=f"a{n}@example.org") for n in range(20)]
    office = Office()

    with opened(office) as place:
        settings.MAIL_URL = f"smtp://{place}"
        sent = send_waiting(at=AT)

    assert (sent, office.calls) == (20, 1)
    assert ids(office) == [mail.message_id for mail in mails]


def test_a_line_that_breaks_in_the_middle_is_made_anew(settings):
    mails = [write(to=f"a{n}@example.org") for n in range(5)]
    office = Office(hangs_up_after=2)

    with opened(office) as place:
        settings.MAIL_URL = f"smtp://{place}"
        sent = send_waiting(at=AT)

    assert (sent, office.calls) == (5, 2)
    assert sorted(ids(office)) == sorted(mail.message_id for mail in mails)


def test_where_there_is_no_server_nobody_waits_for_it_twice_and_every_message_keeps_the_reason(settings):
    for n in range(3):
        write(to=f"a{n}@example.org")
    settings.MAIL_URL = f"smtp://127.0.0.1:{free_port()}"

    assert send_waiting(at=AT) == 0
    for mail in OutgoingMail.objects.all():
        assert mail.attempts == 1
        assert mail.next_attempt_at == AT + dt.timedelta(minutes=RETRY_AFTER_MINUTES[0])
        assert "refused" in mail.last_error.lower()


# Refusals --------------------------------------------------------------------------------------------------------------


def test_a_recipient_refused_for_good_is_not_tried_again_and_the_others_get_theirs(settings):
    gone, ana = write(to="gone@example.org"), write(to="ana@example.org")
    office = Office(refused={"gone@example.org": "550 5.1.1 no such mailbox"})

    with opened(office) as place:
        settings.MAIL_URL = f"smtp://{place}"
        sent = [send_waiting(at=AT), send_waiting(at=AT + dt.timedelta(days=1))]

    gone.refresh_from_db()
    assert sent == [1, 0]
    assert ids(office) == [ana.message_id]
    assert (gone.attempts, gone.refused_at) == (1, AT)
    assert "no such mailbox" in gone.last_error
    assert list(given_up(OutgoingMail.objects.all())) == [gone]


def test_a_recipient_refused_for_now_is_tried_again(settings):
    mail = write(to="full@example.org")
    office = Office(refused={"full@example.org": "452 4.2.2 mailbox full"})

    with opened(office) as place:
        settings.MAIL_URL = f"smtp://{place}"
        first = send_waiting(at=AT)
        office.refused = {}
        later = send_waiting(at=AT + dt.timedelta(minutes=1))

    assert (first, later) == (0, 1)
    assert ids(office) == [mail.message_id]


@pytest.mark.parametrize(("answer", "final"), [("554 5.7.1 unwanted", True), ("451 4.3.0 later", False)])
def test_a_message_refused_for_good_and_one_refused_for_now_are_told_apart(settings, answer, final):
    mail = write()
    office = Office()
    office.refusal = answer

    with opened(office) as place:
        settings.MAIL_URL = f"smtp://{place}"
        send_waiting(at=AT)

    mail.refresh_from_db()
    assert (mail.refused_at is not None) is final


def test_the_waits_between_attempts_grow(settings):
    mail = write()
    settings.MAIL_URL = f"smtp://127.0.0.1:{free_port()}"
    at, waits = AT, []

    for _attempt in RETRY_AFTER_MINUTES:
        send_waiting(at=at)
        mail.refresh_from_db()
        waits.append(mail.next_attempt_at - at)
        at = mail.next_attempt_at

    assert waits == [dt.timedelta(minutes=minutes) for minutes in RETRY_AFTER_MINUTES]
    assert waits == sorted(waits)


# Safety ----------------------------------------------------------------------------------------------------------------


def test_over_starttls_with_a_name_and_a_password_it_goes_out_when_somebody_vouches_for_the_server(
    settings, tmp_path, monkeypatch
):
    context = a_pretenders_context(tmp_path)
    # Now somebody vouches for it.
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "pretender.pem"))
    asked = []

    def authenticator(server, session, envelope, mechanism, auth):
        asked.append((auth.login, auth.password, session.ssl is not None))
        return AuthResult(success=auth.login == b"us@er")

    mail = write()
    office = Office()
    safely = {
        "tls_context": context,
        "require_starttls": True,
        "authenticator": authenticator,
        "auth_required": True,
    }
    with opened(office, host="localhost", **safely) as place:
        settings.MAIL_URL = f"smtp+tls://us%40er:p%2Fw@{place}"
        sent = send_waiting(at=AT)

    assert sent == 1
    assert ids(office) == [mail.message_id]
    assert asked == [(b"us@er", b"p/w", True)]


def test_a_server_without_starttls_gets_nothing_where_tls_was_asked_for(settings):
    mail = write()
    office = Office()

    with opened(office) as place:
        settings.MAIL_URL = f"smtp+tls://user:password@{place}"
        sent = send_waiting(at=AT)

    mail.refresh_from_db()
    assert (sent, office.letters) == (0, [])
    assert "STARTTLS" in mail.last_error


def test_a_password_that_is_refused_refuses_no_message_for_good(settings, tmp_path, monkeypatch):
    context = a_pretenders_context(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "pretender.pem"))
    mails = [write(to=f"a{n}@example.org") for n in range(2)]
    office = Office()
    refusing = {
        "tls_context": context,
        "authenticator": lambda *_all: AuthResult(success=False, handled=False),
    }

    with opened(office, host="localhost", **refusing) as place:
        settings.MAIL_URL = f"smtp+tls://user:wrong@{place}"
        send_waiting(at=AT)

    assert not given_up(OutgoingMail.objects.all()).exists()
    assert OutgoingMail.objects.filter(attempts=1, last_error__contains="535").count() == len(mails)


# Headers ---------------------------------------------------------------------------------------------------------------


def wire(settings, **values):
    mail, office = write(**values), Office()
    with opened(office) as place:
        settings.MAIL_URL = f"smtp://{place}"
        assert send_waiting(at=AT) == 1
    return mail, office.letters[0]


def test_a_message_says_who_answers_and_how_it_is_stopped(settings):
    _mail, letter = wire(
        settings, reply_to="office@example.org", stop_url="https://example.org/stop/abc.def/"
    )

    assert letter["Reply-To"] == "office@example.org"
    assert letter["List-Unsubscribe"] == "<https://example.org/stop/abc.def/>"
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert letter["Auto-Submitted"] == "auto-generated"


def test_a_message_that_is_of_no_list_offers_no_stop(settings):
    _mail, letter = wire(settings)

    assert letter["List-Unsubscribe"] is None
    assert letter["Auto-Submitted"] == "auto-generated"


def test_a_subject_in_any_letters_arrives_as_it_was_written(settings):
    subject = "Declaración de la XIV Conferencia: ¿migración ordenada? — 移民 🕊 " + "muy larga " * 12

    _mail, letter = wire(settings, subject=subject, body="Ñandú\n" + "x" * 2000, html="<p>ñ</p>")

    assert letter["Subject"] == " ".join(subject.split())
    assert "x" * 2000 in letter.get_body(("plain",)).get_content()
    assert all(part["Content-Transfer-Encoding"] == "quoted-printable" for part in letter.iter_parts())


@pytest.mark.parametrize("sign", ["\r\n", "\n", "\r", "\x00", "\x0b", "\x1f", "\x85", "\u2028", "\u2029"])
def test_no_sign_in_a_subject_makes_a_header_of_its_own(settings, sign):
    _mail, letter = wire(settings, subject=f"Hello{sign}Bcc: everybody@example.org")

    assert letter["Bcc"] is None
    assert letter["Subject"] == "Hello Bcc: everybody@example.org"


@pytest.mark.parametrize(
    "to", ["a@example.org\nBcc: b@example.org", "a@example.org, b@example.org", "nobody", ""]
)
def test_what_is_no_address_gets_no_message(to):
    with pytest.raises(ValidationError):
        write(to=to)

    assert OutgoingMail.objects.count() == 0


def test_a_domain_in_any_letters_is_reached_under_its_plain_name(settings):
    _mail, letter = wire(settings, to="ana@correo-méxico.mx")

    assert letter["To"] == "ana@xn--correo-mxico-ieb.mx"


def test_a_message_of_one_name_is_written_once():
    first = write(message_id="<day@example.org>", subject="First")

    second = write(message_id="<day@example.org>", subject="Second")

    assert first == second
    assert OutgoingMail.objects.get().subject == "First"


def test_what_was_sent_long_ago_is_dropped_and_what_waits_stays():
    write()
    OutgoingMail.objects.filter(pk=write().pk).update(sent_at=AT - dt.timedelta(days=61))
    OutgoingMail.objects.filter(pk=write().pk).update(sent_at=AT - dt.timedelta(days=59))

    assert prune(at=AT) == 1
    assert OutgoingMail.objects.count() == 2


# Processes -------------------------------------------------------------------------------------------------------------

BEGINNING = """
import datetime as dt, sys, django
from django.conf import settings
settings.DATABASES["default"]["NAME"], settings.MAIL_URL = sys.argv[1], sys.argv[2]
django.setup()
from django.db import connection
from puebla.core.mail import send_waiting
from puebla.core.models import OutgoingMail
from tests.core.test_mail import AT, write
"""
TABLE = """
with connection.schema_editor() as editor:
    editor.create_model(OutgoingMail)
"""


class Elsewhere:
    """Other processes on one database: a file on SQLite, whose locks in memory are others; the tests' own on PostgreSQL."""

    def __init__(self, folder: Path) -> None:
        self.database = str(folder / "mail.sqlite3")
        if connection.vendor == "postgresql":
            self.database = connection.settings_dict["NAME"]
        else:
            self.run(TABLE)

    def start(self, source: str, url: str = "") -> subprocess.Popen[str]:
        root = Path(__file__).parents[2]
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "puebla.config.settings.test", "PYTHONPATH": f"{root / 'src'}:{root}",
        }  # fmt: skip
        command = [sys.executable, "-c", BEGINNING + source, self.database, url]
        return subprocess.Popen(command, env=environment, cwd=root, text=True, stdout=subprocess.PIPE)

    def run(self, source: str, url: str = "") -> str:
        program = self.start(source, url)
        said, _nothing = program.communicate()
        assert program.returncode == 0
        return said.strip()


@pytest.fixture
def elsewhere(tmp_path, transactional_db):
    return Elsewhere(tmp_path)


def test_two_senders_at_once_send_every_message_once(elsewhere):
    elsewhere.run("for n in range(60): write(to=f'a{n}@example.org')")
    office = Office()

    with opened(office) as place:
        senders = [elsewhere.start("print(send_waiting(at=AT))", f"smtp://{place}") for _each in range(2)]
        sent = [int(sender.communicate()[0]) for sender in senders]

    assert sum(sent) == 60
    assert set(Counter(ids(office)).values()) == {1}
    assert len(ids(office)) == 60


def test_a_sender_killed_between_sending_and_writing_it_down_sends_the_same_message_again(elsewhere):
    elsewhere.run("write()")
    office, running = Office(), []
    office.on_letter = lambda: running and os.kill(running.pop().pid, signal.SIGKILL)

    with opened(office) as place:
        running.append(killed := elsewhere.start("send_waiting(at=AT)", f"smtp://{place}"))
        killed.communicate()
        later = "print(send_waiting(at=AT + dt.timedelta(minutes=1)))"
        sent = [elsewhere.run(later, f"smtp://{place}") for _each in range(2)]

    assert killed.returncode == -signal.SIGKILL
    assert sent == ["1", "0"]
    assert len(ids(office)) == 2
    assert len(set(ids(office))) == 1
