"""The words of notices, the same in the inbox and in the mail; and the mail itself, in its reader's language."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import formats, translation
from django.utils.crypto import salted_hmac
from django.utils.text import capfirst
from django.utils.translation import get_language_info, ngettext
from django.utils.translation import gettext as _

from puebla.accounts.models import Person
from puebla.core import registry
from puebla.core.languages import show
from puebla.core.mail import post
from puebla.core.models import Process
from puebla.core.news import Gathering, Line
from puebla.members.querysets import Reach
from puebla.notices.actions.hours import local
from puebla.notices.models import Notice
from puebla.theme.templatetags.theme import size

#: More than these are counted, not listed: the inbox has them all.
MOST_LISTED = 60
#: Of one meeting.
MOST_PARTS = 30


@dataclass(frozen=True)
class Entry:
    """A record with what happened to it: what stands in the inbox and in the mail.

    Attributes:
        parts: of what several records belong to, such as a meeting, each of these; they are told as one entry.
    """

    line: Line
    said: list[str]
    notices: list[Notice]
    parts: list["Entry"] = field(default_factory=list)

    @property
    def address(self) -> str:
        """The whole address of the record."""
        return settings.BASE_URL + self.line.address

    @property
    def listed(self) -> list["Entry"]:
        """The parts that a mail lists."""
        return self.parts[:MOST_PARTS]

    @property
    def more(self) -> int:
        """How many parts it only counts."""
        return max(0, len(self.parts) - MOST_PARTS)


def entries_of(notices: Iterable[Notice], person: Person, reach: Reach) -> list[Entry]:
    """The notices by record, in the order of the first of each; what the person may not see now is left out.

    What happened to several records of one meeting is one entry. In the language now active; a constant number of queries.
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
    entries = {
        key: Entry(lines[key], _said(lines[key], by_source[key[0]][key[1]]), by_source[key[0]][key[1]])
        for key in order
        if key in lines
    }
    return _gathered(entries, person, reach)


def _gathered(entries: dict[tuple[str, str], Entry], person: Person, reach: Reach) -> list[Entry]:
    """Entries of one meeting as one, where there are several; of sealed rooms each stays by itself, to be named by its room."""
    open_ones: dict[str, list[str]] = defaultdict(list)
    for (source, ref), entry in entries.items():
        if not entry.line.sealed:
            open_ones[source].append(ref)
    of: dict[tuple[str, str], Gathering] = {}
    for known in registry.gatherings:
        of |= known(person, reach, open_ones)
    parts: dict[str, list[Entry]] = defaultdict(list)
    for key, gathering in of.items():
        if key in entries:
            parts[gathering.key].append(entries[key])
    found: dict[str, Entry] = {}
    for key, entry in entries.items():
        belongs = of.get(key)
        if belongs is None or len(parts[belongs.key]) < 2:
            found[":".join(key)] = entry
        elif belongs.key not in found:
            found[belongs.key] = _whole(belongs, parts[belongs.key])
    return list(found.values())


def _whole(of: Gathering, parts: list[Entry]) -> Entry:
    """One entry of all that changed there, the parts in the order in which it happened."""
    notices = [one for part in parts for one in part.notices]
    parts = _by_record(parts)
    count = len(notices)
    said = ngettext("%(count)d change", "%(count)d changes", count) % {"count": count}
    line = Line(subject=of.key, symbol=of.symbol, titles=of.titles, kind=of.kind, address=of.address)
    return Entry(line, [said], notices, parts)


def _said(line: Line, notices: list[Notice]) -> list[str]:
    """What happened, oldest first, each sentence once."""
    said: dict[str, None] = {}
    for one in sorted(notices, key=lambda notice: (notice.happened_at, notice.pk)):
        source = registry.news_sources.named(one.source)
        if source is not None:
            said[source.says(one.what, one.language, one.number, line.sizes.get(one.language))] = None
    # Where the news is not of a file itself, its files are named with their sizes: a weak line wants to know before.
    files = () if any(one.number for one in notices) else files_in_words(line.sizes)
    return [*said, *([line.now] if line.now else []), *files]


def files_in_words(sizes: Mapping[str, int]) -> list[str]:
    """Every file's language and size."""
    return [f"{_language(code)} ({size(count)})" for code, count in sorted(sizes.items())]


def _language(code: str) -> str:
    try:
        return capfirst(str(get_language_info(code)["name_translated"]))
    except KeyError:
        return code


def _by_record(parts: list[Entry]) -> list[Entry]:
    """The parts, those of one and the same record in one: a paper that was filed and put under an item."""
    found: dict[str, Entry] = {}
    for part in parts:
        before = found.get(part.line.address)
        if before is None:
            found[part.line.address] = part
        else:
            notices = [*before.notices, *part.notices]
            found[part.line.address] = Entry(before.line, _said(before.line, notices), notices)
    return list(found.values())


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


def message_to(
    person: Person, notices: list[Notice], *, reach: Reach, at: dt.datetime, kind: str = ""
) -> Message | None:
    """What a message of these notices says to this person, in the language now active; None where they see none of it.

    Args:
        at: when it is or was written. kind: of mail at once from what the person takes part in; its own link ends it.
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
        "stop": stop_kind_address(person, kind) if kind
        else absolute("subscriptions:stop-person", sign("person", person.ref)),
        "at_once": bool(kind),
    }  # fmt: skip
    return Message(_subject(listed, len(rooms), at), "person", context)


def stop_kind_address(person: Person, kind: str) -> str:
    """Where one click ends mail of a kind to this person; the inbox goes on."""
    return absolute("subscriptions:stop-kind", sign("kind", f"{person.ref}:{kind}"))


def tell_person(
    person: Person, notices: list[Notice], *, reach: Reach, name: str, at: dt.datetime, kind: str = ""
) -> bool:
    """Write one message of these notices; whether there was anything to tell.

    Args:
        name: names the message among the person's: a day, or a digest of the events. kind: as for `message_to`.
    """
    with translation.override(person.language):
        message = message_to(person, notices, reach=reach, at=at, kind=kind)
        if message is not None:
            about = f"person:{person.ref}:{kind}" if kind else f"person:{person.ref}"
            post_message(
                person.email, message, at=at, message_id=message_id_of(person.ref, name), about=about
            )
    return message is not None


def _subject(listed: list[Entry], rooms: int, at: dt.datetime) -> str:
    """One record is named at once; of sealed rooms not even a number is told."""
    if len(listed) == 1 and not rooms and listed[0].line.symbol:
        said = listed[0].said[0] if listed[0].parts or listed[0].line.now else listed[0].said[-1]
        return f"{listed[0].line.symbol}: {said}"
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
