"""Outgoing mail: written in the transaction of the act, sent later, never lost and never sent for an act undone."""

import contextlib
import datetime as dt
import logging
import smtplib
import ssl
from collections.abc import Sequence
from email import policy
from email.message import EmailMessage as WireMessage
from email.utils import formatdate
from types import TracebackType
from typing import Self
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q, QuerySet
from django.template.loader import render_to_string
from django.utils import timezone, translation

from puebla.core import registry
from puebla.core.models import OutgoingMail, random_ref
from puebla.core.rows import write_rows
from puebla.core.words import one_line

logger = logging.getLogger("puebla.mail")

#: A message that failed is tried again after these minutes; then it stays, failed, on the technology page.
RETRY_AFTER_MINUTES = [1, 5, 30, 120, 720, 1440]
TIMEOUT = 30
#: Sent messages are kept so long, for whoever asks whether one left.
KEPT = dt.timedelta(days=60)


def post(
    *, to: str, subject: str, body: str, at: dt.datetime, language: str = "", html: str = "", message_id: str = "",
    reply_to: str = "", stop_url: str = "", about: str = "",
) -> OutgoingMail:  # fmt: skip
    """Write a message into the outbox; call it inside the act's transaction.

    Args:
        html: its second shape; woven from the body where there is none.
        message_id: of a message that may be written again after a cut: one of this name stands already then, and stays.
        stop_url: where one POST, without signing in, ends mail of this sort.
        about: what it was written for, to be taken away with it.
    """
    validate_email(to)
    standing = OutgoingMail.objects.filter(message_id=message_id).first() if message_id else None
    return standing or OutgoingMail.objects.create(
        message_id=message_id or f"<{random_ref()}@{urlsplit(settings.BASE_URL).hostname}>",
        recipient=to,
        **in_columns(subject, body, html),
        language=language or translation.get_language() or "",
        reply_to=reply_to,
        stop_url=stop_url,
        about=about,
        created_at=at,
    )


def letter(
    *, to: str, subject: str, body: str, at: dt.datetime, message_id: str, language: str = "", html: str = "",
    reply_to: str = "", stop_url: str = "", about: str = "",
) -> OutgoingMail:  # fmt: skip
    """A message that is not written yet; as `post`, for `post_all`. Its name must be the same whenever it is made."""
    return OutgoingMail(
        message_id=message_id, recipient=to, **in_columns(subject, body, html), language=language, reply_to=reply_to,
        stop_url=stop_url, about=about, created_at=at,
    )  # fmt: skip


def post_all(letters: Sequence[OutgoingMail]) -> None:
    """Write many messages into the outbox at once, inside the act's transaction; one that stands there already stays."""
    write_rows(letters, once=True)


def in_columns(subject: str, body: str, html: str = "") -> dict[str, str]:
    """The words of a message as they are kept; what has no second shape gets a light one of the same words."""
    subject, body = one_line(subject)[:300], body.replace("\x00", "")
    return {
        "subject": subject, "body": body, "html": html.replace("\x00", "") or woven(subject, body),
    }  # fmt: skip


def woven(subject: str, body: str) -> str:
    """Plain words as light HTML, for readers whose programs open that first: paragraphs, and addresses as links."""
    return render_to_string("theme/mail.html", {"subject": subject, "body": body.strip()})


class OutboxBackend(BaseEmailBackend):
    """Django's own messages (sign-in codes, password resets) take the same way out as ours."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write every message into the outbox; how many were written."""
        count = 0
        for message in email_messages:
            html = next(
                (str(c) for c, kind in getattr(message, "alternatives", []) if kind == "text/html"), ""
            )
            for recipient in message.recipients():
                post(
                    to=recipient,
                    subject=str(message.subject),
                    body=str(message.body),
                    html=html,
                    at=timezone.now(),
                )
                count += 1
        return count


# Sending ---------------------------------------------------------------------------------------------------------------


def given_up(messages: QuerySet[OutgoingMail]) -> QuerySet[OutgoingMail]:
    """Those of the messages that are not tried again: refused for good, or tried often enough."""
    return messages.filter(sent_at=None).filter(
        Q(attempts__gt=len(RETRY_AFTER_MINUTES)) | Q(refused_at__isnull=False)
    )


def due(at: dt.datetime) -> QuerySet[OutgoingMail]:
    """Messages whose turn it is."""
    waiting = OutgoingMail.objects.filter(
        sent_at=None, refused_at=None, attempts__lte=len(RETRY_AFTER_MINUTES)
    )
    return waiting.filter(Q(next_attempt_at=None) | Q(next_attempt_at__lte=at))


def send_waiting(*, at: dt.datetime, limit: int = 100) -> int:
    """Send what waits over SMTP; how many went out. Without `PUEBLA_MAIL_URL` everything stays, to be shown."""
    if not settings.MAIL_URL:
        return 0
    sent = 0
    with Line(settings.MAIL_URL) as line:
        for mail_id in list(due(at).order_by("pk").values_list("pk", flat=True)[:limit]):
            mail = _taken(mail_id, at)
            if mail is None:
                continue
            # Outside any transaction: a slow server must not hold SQLite's only writer's place.
            outcome = _attempt(line, mail, at)
            OutgoingMail.objects.filter(pk=mail_id).update(**outcome)
            sent += "sent_at" in outcome
    return sent


def prune(*, at: dt.datetime) -> int:
    """Drop what was sent long ago; how many."""
    return OutgoingMail.objects.filter(sent_at__lt=at - KEPT).delete()[0]


@transaction.atomic
def _taken(mail_id: int, at: dt.datetime) -> OutgoingMail | None:
    """Count the attempt before it is made, so that two senders do not make it twice; None where another has it."""
    mail = OutgoingMail.objects.select_for_update().filter(pk=mail_id).first()
    if mail is None or mail.sent_at is not None or mail.refused_at is not None:
        return None
    if mail.next_attempt_at is not None and mail.next_attempt_at > at:
        return None
    wait = RETRY_AFTER_MINUTES[min(mail.attempts, len(RETRY_AFTER_MINUTES) - 1)]
    mail.attempts += 1
    mail.next_attempt_at = at + dt.timedelta(minutes=wait)
    try:
        with transaction.atomic():
            still_goes = _brought_up_to_date(mail, at)
    except Exception as error:  # one whose words cannot be found must not stop those behind it
        logger.exception("What message %s says now cannot be found.", mail.message_id)
        mail.last_error = one_line(repr(error))[:300]
        mail.save(update_fields=["attempts", "next_attempt_at", "last_error"])
        return None
    if not still_goes:
        mail.delete()
        return None
    mail.save(update_fields=["attempts", "next_attempt_at", "subject", "body", "html"])
    return mail


def _brought_up_to_date(mail: OutgoingMail, at: dt.datetime) -> bool:
    """Let it say what its reader may know now; whether it is still to go.

    A server may have been away for two days, and meanwhile a seat have ended or a paper been closed.
    """
    sort, _colon, ref = mail.about.partition(":")
    now = registry.mail_now.named(sort)
    if now is None:
        return True
    says = now(ref, mail, at)
    for column, text in in_columns(**says).items() if says else ():
        setattr(mail, column, text)
    return says is not None


def _attempt(line: "Line", mail: OutgoingMail, at: dt.datetime) -> dict[str, object]:
    """Try one message; what is to be written of it."""
    try:
        line.send(mail)
    except Exception as error:  # noqa: BLE001 - one odd message must not stop those behind it
        outcome: dict[str, object] = {"last_error": one_line(str(error))[:300]}
        if _is_final(error):
            outcome["refused_at"] = at
        return outcome
    return {"sent_at": at, "last_error": "", "next_attempt_at": None}


def _is_final(error: Exception) -> bool:
    """Whether the server refused the recipient or the message itself for good; a refused sender or sign-in is ours to mend."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(500 <= code < 600 for code, _text in error.recipients.values())
    if isinstance(error, smtplib.SMTPDataError):
        return 500 <= error.smtp_code < 600
    return False


class Line:
    """One connection to the mail server for many messages: made for the first, made anew once where it broke.

    Where no connection can be made, the messages of this round all fail with that error, without each waiting for it.
    """

    def __init__(self, url: str) -> None:
        self._parts = urlsplit(url)
        self._server: smtplib.SMTP | None = None
        self._dead: Exception | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        if self._server is not None:
            with contextlib.suppress(smtplib.SMTPException, OSError):
                self._server.quit()

    def send(self, mail: OutgoingMail) -> None:
        """Hand one message over."""
        wire, standing = wire_of(mail), self._server is not None
        try:
            self._connected().send_message(wire)
        except smtplib.SMTPServerDisconnected:
            self._server = None
            if not standing:
                raise
            # Servers close a line that carried enough messages; a new one carries this.
            self._connected().send_message(wire)
        except (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused):
            self._start_afresh()
            raise
        except OSError:
            self._server = None
            raise

    def _start_afresh(self) -> None:
        if self._server is not None:
            try:
                self._server.rset()
            except (smtplib.SMTPException, OSError):
                self._server = None

    def _connected(self) -> smtplib.SMTP:
        if self._dead is not None:
            raise self._dead
        if self._server is None:
            try:
                self._server = self._connect()
            except (smtplib.SMTPException, OSError) as error:
                logger.warning("The mail server cannot be used: %s", one_line(str(error)))
                self._dead = error
                raise
        return self._server

    def _connect(self) -> smtplib.SMTP:
        parts, trusted = self._parts, ssl.create_default_context()
        secure = parts.scheme == "smtps"
        host, port = parts.hostname or "localhost", parts.port or (465 if secure else 25)
        server = (
            smtplib.SMTP_SSL(host, port, timeout=TIMEOUT, context=trusted)
            if secure
            else smtplib.SMTP(host, port, timeout=TIMEOUT)
        )
        try:
            if parts.scheme == "smtp+tls":
                server.starttls(context=trusted)
            if parts.username:
                server.login(unquote(parts.username), unquote(parts.password or ""))
        except BaseException:
            server.close()
            raise
        return server


def ascii_of(address: str) -> str:
    """The address with its domain as every server takes it."""
    name, sign, domain = address.rpartition("@")
    return f"{name}{sign}{domain.encode('idna').decode()}"


def wire_of(mail: OutgoingMail) -> WireMessage:
    """The message as it goes over the line."""
    wire = WireMessage(policy=policy.SMTP)
    wire["From"] = settings.DEFAULT_FROM_EMAIL
    wire["To"] = ascii_of(mail.recipient)
    wire["Subject"] = mail.subject
    wire["Message-ID"] = mail.message_id
    wire["Date"] = formatdate(mail.created_at.timestamp(), localtime=False)
    # No machine shall answer a machine (RFC 3834).
    wire["Auto-Submitted"] = "auto-generated"
    if mail.reply_to:
        wire["Reply-To"] = mail.reply_to
    if mail.stop_url:
        wire["List-Unsubscribe"] = f"<{mail.stop_url}>"
        wire["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    # Quoted-printable passes every server, also those that know seven bits only.
    wire.set_content(mail.body, cte="quoted-printable")
    if mail.html:
        wire.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    if mail.language:
        # Last: setting the content takes every header of content away.
        wire["Content-Language"] = mail.language
    return wire
