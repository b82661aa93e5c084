"""The words of notices, the same in the inbox and in the mail; and the mail itself, in its reader's language."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import formats, translation
from django.utils.crypto import salted_hmac
from django.utils.text import capfirst
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from puebla.accounts.models import Person
from puebla.core import registry
from puebla.core.languages import show
from puebla.core.mail import post
from puebla.core.models import Process
from puebla.core.news import Line
from puebla.members.querysets import Reach
from puebla.notices.actions.hours import local
from puebla.notices.models import Notice
from puebla.theme.templatetags.theme import size

#: More than these are counted, not listed: the inbox has them all.
MOST_LISTED = 60


@dataclass(frozen=True)
class Entry:
    """A record with what happened to it: what stands in the inbox and in the mail."""

    line: Line
    said: list[str]
    notices: list[Notice]

    @property
    def address(self) -> str:
        """The whole address of the record."""
        return settings.BASE_URL + self.line.address


def entries_of(notices: Iterable[Notice], person: Person, reach: Reach) -> list[Entry]:
    """The notices by record, in the order of the first of each; what the person may not see now is left out.

    In the language now active; a constant number of queries.
    """
    by_source: dict[str, dict[str, list[Notice]]] = defaultdict(lambda: defaultdict(list))
    order: dict[tuple[str, str], None] = {}
    for one in notices:
        by_source[one.source][one.subject].append(one)
        order[one.source, one.subject] = None
    lines: dict[tuple[str, str], Line] = {}
    for name, subjects in by_source.items():
        source = registry.news_sources.named(name)
        found = source.lines(person, reach, list(subjects)) if source else {}
        lines |= {(name, ref): line for ref, line in found.items()}
    return [
        Entry(lines[key], _said(lines[key], by_source[key[0]][key[1]]), by_source[key[0]][key[1]])
        for key in order
        if key in lines
    ]


def _said(line: Line, notices: list[Notice]) -> list[str]:
    """What happened, oldest first, each sentence once."""
    said: dict[str, None] = {}
    for one in sorted(notices, key=lambda notice: (notice.happened_at, notice.pk)):
        source = registry.news_sources.named(one.source)
        if source is not None:
            said[source.says(one.what, one.language, one.number, line.sizes.get(one.language))] = None
    # Where the news is not of a file itself, its files are named with their sizes: a weak line wants to know before.
    return [*said, *(() if any(one.number for one in notices) else files_in_words(line.sizes))]


def files_in_words(sizes: Mapping[str, int]) -> list[str]:
    """Every file's language and size."""
    return [f"{_language(code)} ({size(count)})" for code, count in sorted(sizes.items())]


def _language(code: str) -> str:
    try:
        return capfirst(str(get_language_info(code)["name_translated"]))
    except KeyError:
        return code


# Signed links ----------------------------------------------------------------------------------------------------------


def _signer(purpose: str) -> Signer:
    return Signer(salt=f"puebla.notices.{purpose}", sep=".")


def sign(purpose: str, ref: str) -> str:
    """A token that opens one thing for whoever holds it: it is in a mail and in no other place."""
    return _signer(purpose).sign(ref)


def unsign(purpose: str, token: str) -> str | None:
    """What the token was made for; None where it was not made here for this purpose."""
    try:
        return str(_signer(purpose).unsign(token))
    except BadSignature:
        return None


def absolute(name: str, *args: str) -> str:
    """The whole address of a page, in the language now active."""
    return settings.BASE_URL + reverse(name, args=args)


def message_id_of(*names: str) -> str:
    """The Message-ID of what these names name: the same whenever it is made, and telling nothing."""
    digest = salted_hmac("puebla.notices.message", "\n".join(names), algorithm="sha256").hexdigest()
    return f"<{digest[:40]}@{urlsplit(settings.BASE_URL).hostname}>"


# Mail ------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Message:
    """A message before it is posted: what its templates are given."""

    subject: str
    template: str
    context: dict[str, Any]

    def words(self) -> dict[str, str]:
        """Its subject and both its shapes, in the language now active; answers go to people of the secretariat."""
        process = Process.objects.first()
        whole = self.context | {"process": process, "contact": contact_of(process), "subject": self.subject}
        return {
            "subject": self.subject,
            "body": render_to_string(f"notices/mail/{self.template}.txt", whole),
            "html": render_to_string(f"notices/mail/{self.template}.html", whole),
        }


def contact_of(process: Process | None) -> str:
    """Where answers go."""
    return process.contact_email if process else ""


def message_to(person: Person, notices: list[Notice], *, reach: Reach, at: dt.datetime) -> Message | None:
    """What a message of these notices says to this person, in the language now active; None where they see none of it.

    Args:
        at: when it is or was written.
    """
    entries = entries_of(sorted(notices, key=lambda one: (one.happened_at, one.pk)), person, reach)
    if not entries:
        return None
    listed = [one for one in entries if not one.line.sealed]
    rooms = {str(show(one.line.room)): one.line.room for one in entries if one.line.sealed}
    context = {
        "name": person.full_name,
        "entries": listed[:MOST_LISTED],
        "more": max(0, len(listed) - MOST_LISTED),
        "rooms": list(rooms.values()),
        "inbox": absolute("notices:inbox"),
        "following": absolute("notices:following"),
        "stop": absolute("subscriptions:stop-person", sign("person", person.ref)),
    }
    return Message(_subject(listed, len(rooms), at), "person", context)


def tell_person(person: Person, notices: list[Notice], *, reach: Reach, name: str, at: dt.datetime) -> bool:
    """Write one message of these notices; whether there was anything to tell.

    Args:
        name: names the message among the person's: a day, or a digest of the events.
    """
    with translation.override(person.language):
        message = message_to(person, notices, reach=reach, at=at)
        if message is not None:
            named = message_id_of(person.ref, name)
            post_message(person.email, message, at=at, message_id=named, about=f"person:{person.ref}")
    return message is not None


def _subject(listed: list[Entry], rooms: int, at: dt.datetime) -> str:
    """One document is named at once; of sealed rooms not even a number is told."""
    if len(listed) == 1 and not rooms and listed[0].line.symbol:
        return f"{listed[0].line.symbol}: {listed[0].said[-1]}"
    day = formats.date_format(local(at), "DATE_FORMAT")
    return _("%(process)s: what is new, %(day)s") % {"process": process_name(), "day": day}


def process_name() -> str:
    """The short name of the process, in the language now active."""
    process = Process.objects.first()
    return str(show(process.short_names)) if process else "Puebla"


def post_message(
    to: str, message: Message, *, at: dt.datetime, message_id: str = "", about: str = ""
) -> None:
    """Write a message in both its shapes, in the language now active."""
    post(
        to=to,
        **message.words(),
        at=at,
        language=translation.get_language() or "",
        message_id=message_id,
        reply_to=contact_of(Process.objects.first()),
        stop_url=message.context.get("stop", ""),
        about=about,
    )
