"""Outgoing mail: written in the transaction of the act, sent later, never lost and never sent for an act undone."""

import datetime as dt
import smtplib
import ssl
from collections.abc import Sequence
from email.message import EmailMessage as WireMessage
from email.utils import formatdate
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone, translation

from puebla.core.models import OutgoingMail, random_ref

#: A message that failed is tried again after these minutes; then it stays, failed, on the technology page.
RETRY_AFTER_MINUTES = [1, 5, 30, 120, 720, 1440]


def post(
    *, to: str, subject: str, body: str, at: dt.datetime, language: str = "", html: str = ""
) -> OutgoingMail:
    """Write a message into the outbox; call it inside the act's transaction."""
    return OutgoingMail.objects.create(
        message_id=f"<{random_ref()}@{urlsplit(settings.BASE_URL).hostname}>",
        recipient=to,
        subject=" ".join(subject.split())[:300],
        body=body,
        html=html,
        language=language or translation.get_language() or "",
        created_at=at,
    )


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


def given_up(messages: QuerySet[OutgoingMail]) -> QuerySet[OutgoingMail]:
    """Those of the messages that were tried often enough and are not tried again."""
    return messages.filter(sent_at=None, attempts__gt=len(RETRY_AFTER_MINUTES))


def send_waiting(*, at: dt.datetime, limit: int = 100) -> int:
    """Send what waits over SMTP; how many went out. Without `PUEBLA_MAIL_URL` everything stays, to be shown."""
    if not settings.MAIL_URL:
        return 0
    waiting = OutgoingMail.objects.filter(sent_at=None, attempts__lte=len(RETRY_AFTER_MINUTES)).filter(
        Q(next_attempt_at=None) | Q(next_attempt_at__lte=at)
    )
    sent = 0
    for mail_id in list(waiting.order_by("pk").values_list("pk", flat=True)[:limit]):
        mail = _taken(mail_id, at)
        if mail is None:
            continue
        # Outside any transaction: a slow server must not hold SQLite's only writer's place.
        try:
            _deliver(mail)
        except Exception as error:  # noqa: BLE001 - one odd message must not stop those behind it
            OutgoingMail.objects.filter(pk=mail_id).update(last_error=str(error)[:300])
        else:
            OutgoingMail.objects.filter(pk=mail_id).update(sent_at=at, last_error="", next_attempt_at=None)
            sent += 1
    return sent


@transaction.atomic
def _taken(mail_id: int, at: dt.datetime) -> OutgoingMail | None:
    """Count the attempt before it is made, so that two senders do not make it twice; None where another has it."""
    mail = OutgoingMail.objects.select_for_update().get(pk=mail_id)
    if mail.sent_at is not None or (mail.next_attempt_at is not None and mail.next_attempt_at > at):
        return None
    wait = RETRY_AFTER_MINUTES[min(mail.attempts, len(RETRY_AFTER_MINUTES) - 1)]
    mail.attempts += 1
    mail.next_attempt_at = at + dt.timedelta(minutes=wait)
    mail.save(update_fields=["attempts", "next_attempt_at"])
    return mail


def _connected(host: str, port: int, *, secure: bool) -> smtplib.SMTP:
    # A password is given only to a server whose certificate holds: Python's own default looks at none.
    if secure:
        return smtplib.SMTP_SSL(host, port, timeout=30, context=ssl.create_default_context())
    return smtplib.SMTP(host, port, timeout=30)


def _deliver(mail: OutgoingMail) -> None:
    parts = urlsplit(settings.MAIL_URL)
    wire = WireMessage()
    wire["From"] = settings.DEFAULT_FROM_EMAIL
    wire["To"] = mail.recipient
    wire["Subject"] = mail.subject
    wire["Message-ID"] = mail.message_id
    wire["Date"] = formatdate(mail.created_at.timestamp(), localtime=False)
    wire.set_content(mail.body)
    if mail.html:
        wire.add_alternative(mail.html, subtype="html")
    if mail.language:
        # Last: setting the content takes every header of content away.
        wire["Content-Language"] = mail.language
    secure = parts.scheme == "smtps"
    host, port = parts.hostname or "localhost", parts.port or (465 if secure else 25)
    with _connected(host, port, secure=secure) as server:
        if parts.scheme == "smtp+tls":
            server.starttls(context=ssl.create_default_context())
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        server.send_message(wire)
