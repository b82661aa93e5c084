"""What a circular's recipients are told: in the inbox, and by mail as far as its audience lets words travel.

A message says its words anew when it goes out (`mail_now`): what was closed to its reader meanwhile leaves no trace in it.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.template.loader import render_to_string
from django.utils import formats, translation
from django.utils.translation import gettext as _

from puebla.accounts.models import Person
from puebla.circulars import rules
from puebla.circulars.models import Circular, Precision, Recipient, Reply, State
from puebla.core import zones
from puebla.core.languages import show
from puebla.core.mail import letter, post_all
from puebla.core.models import OutgoingMail, Process
from puebla.core.rows import write_rows
from puebla.documents.models import Document
from puebla.documents.querysets import sizes_of
from puebla.members.models import Audience
from puebla.members.querysets import MEMBERS, Reach, reach_of, reaches
from puebla.notices.actions import stopped_by
from puebla.notices.actions.messages import (
    absolute,
    contact_of,
    files_in_words,
    message_id_of,
    stop_kind_address,
)
from puebla.notices.models import Notice
from puebla.theme.templatetags.theme import size

#: The name of this room's notices.
SOURCE = "circulars"
#: What may be told of a circular to its recipients.
SENT, REMINDED, EXTENDED, CANCELLED, LANGUAGE = "sent", "reminded", "extended", "cancelled", "language"


@dataclass(frozen=True)
class Told:
    """Something that recipients are told.

    Attributes:
        what: which of the sentences. event: names it among the circular's: each person is told once.
    """

    what: str
    event: str
    at: dt.datetime


def words_travel(circular: Circular) -> bool:
    """Whether a mail carries the text: only where all member states read it at least; else it holds a link."""
    return circular.room_cap >= MEMBERS and circular.audience >= Audience.MEMBERS


def tell(
    circular: Circular,
    recipients: Sequence[Recipient],
    told: Told,
    *,
    reaches: dict[int, Reach] | None = None,
) -> None:
    """Tell these recipients: a notice and a message each, in a constant number of questions.

    Args:
        recipients: with their person. reaches: what each reads, where the caller knows it.
    """
    stopped = stopped_by(SOURCE)
    people = {one.person_id: one.person for one in recipients if one.person.is_active}
    write_rows(
        [
            Notice(person_id=key, source=SOURCE, event=f"{circular.ref}:{told.event}", subject=circular.ref,
                   what=told.what, happened_at=told.at, made_at=told.at, mailed_at=told.at)
            for key in people
        ],
        once=True,
    )  # fmt: skip
    writer = Writer(circular)
    post_all(
        [
            writer.letter(one, told, reaches=reaches)
            for one in {one.person_id: one for one in recipients if one.person_id in people}.values()
            if one.person_id not in stopped
        ]
    )


class Writer:
    """Writes the messages of one circular: what is the same for all is fetched once."""

    def __init__(self, circular: Circular) -> None:
        self.circular = circular
        self.process = Process.objects.first()
        self.papers = list(circular.papers.select_related("room"))
        self.sizes = sizes_of([one.pk for one in self.papers]) if self.papers else {}
        self.files = list(circular.files.all())

    def letter(
        self, recipient: Recipient, told: Told, *, reaches: dict[int, Reach] | None = None
    ) -> OutgoingMail:
        """The message to this recipient, in their language."""
        person = recipient.person
        with translation.override(person.language):
            reach = reaches.get(person.pk) if reaches is not None else None
            words = self.words(person, told.what, reach=reach or Reach())
            return letter(
                to=person.email, **words, at=told.at, language=self.language_for(person, told.what),
                message_id=message_id_of(self.circular.ref, person.ref, told.event),
                reply_to=contact_of(self.process), stop_url=stop_address(person),
                about=f"circular:{recipient.ref}:{told.what}",
            )  # fmt: skip

    def language_for(self, person: Person, what: str) -> str:
        """The language that a message's subject is in: the reader's own, or that of a title which is pending in it."""
        if what != SENT or self.circular.room_cap < MEMBERS:
            return person.language
        return show(self.circular.titles, person.language).language

    def words(self, person: Person, what: str, *, reach: Reach) -> dict[str, str]:
        """Subject and both shapes of a message, in the language now active."""
        circular = self.circular
        sealed = circular.room_cap < MEMBERS
        title = show(circular.titles)
        context: dict[str, Any] = {
            "name": person.full_name, "circular": circular, "sealed": sealed, "what": what, "said": SAYS[what](),
            "room": circular.room, "process": self.process, "contact": contact_of(self.process),
            "address": absolute("notices:inbox") if sealed else absolute("circulars:record", circular.address),
            "stop": stop_address(person),
        }  # fmt: skip
        if sealed:
            # Of a sealed room not even a number is told.
            subject = _("A circular in “%(room)s”") % {"room": show(circular.room.names)}
        else:
            subject = f"{circular.symbol}: {title}" if what == SENT else f"{circular.symbol}: {SAYS[what]()}"
            text = show(circular.texts)
            context |= {
                "title": title, "kind": circular.get_kind_display(), "reply_by": reply_by_in_words(circular),
                "text": text if words_travel(circular) and what in {SENT, LANGUAGE} else None,
                "papers": [self._paper(one) for one in self.papers if one.room_cap >= MEMBERS and reach.covers(one)],
                "files": [f"{one.name} ({size(one.size)})" for one in self.files],
                "reply_address": absolute("circulars:reply", circular.address) if circular.asks_reply else "",
                "why": show(circular.ended_why) if what == CANCELLED else None,
            }  # fmt: skip
        return {
            "subject": subject,
            "body": render_to_string("circulars/mail/circular.txt", context),
            "html": render_to_string("circulars/mail/circular.html", context | {"subject": subject}),
        }

    def _paper(self, paper: Document) -> dict[str, Any]:
        """A paper as a mail names it: symbol, title, size of each language, address."""
        return {
            "symbol": paper.symbol or "", "titles": paper.titles, "sizes": files_in_words(self.sizes.get(paper.pk, {})),
            "address": absolute("documents:record", paper.address),
        }  # fmt: skip


SAYS = {
    SENT: lambda: _("A circular was sent to you"),
    REMINDED: lambda: _("A reply is awaited"),
    EXTENDED: lambda: _("There is more time to reply"),
    CANCELLED: lambda: _("The circular was cancelled"),
    LANGUAGE: lambda: _("The circular now stands in a further language"),
    "replied": lambda: _("A reply came in"),
    "withdrawn": lambda: _("A reply was withdrawn"),
}


def says(what: str, _language: str, _number: int | None, _size: int | None) -> str:
    """What happened, in a few words."""
    known = SAYS.get(what)
    return known() if known else what


def stop_address(person: Person) -> str:
    """Where one click ends mail of circulars to this person; the inbox goes on."""
    return stop_kind_address(person, SOURCE)


def mail_now(ref: str, mail: OutgoingMail, at: dt.datetime) -> dict[str, str] | None:  # noqa: ARG001 - as every kind is asked
    """What a message that waited says now; None where it is not to go any more."""
    recipient_ref, _colon, what = ref.partition(":")
    found = Recipient.objects.filter(ref=recipient_ref).select_related("person", "circular__room").first()
    if found is None or not found.person.is_active or found.person_id in stopped_by(SOURCE):
        return None
    circular, reach = found.circular, reach_of(found.person, at)
    if not Circular.objects.visible_to(found.person, reach=reach).filter(pk=circular.pk).exists():
        return None
    if what == REMINDED and not _still_missing(found):
        return None
    if what != CANCELLED and circular.state == State.CANCELLED:
        return None
    # The reader's own language: the message's is that of its subject, which may be pending in theirs.
    with translation.override(found.person.language):
        return Writer(circular).words(found.person, what, reach=reach)


def _still_missing(recipient: Recipient) -> bool:
    if recipient.circular.state != State.SENT:
        return False
    return (
        not Reply.objects.standing().filter(circular=recipient.circular_id, party=recipient.party_id).exists()
    )


def reply_by_in_words(circular: Circular) -> str:
    """The reply-by date as it was given: day, hour and whose time it is; empty where no reply is asked for."""
    if circular.reply_by_at is None:
        return ""
    local = circular.reply_by_at.astimezone(ZoneInfo(circular.reply_zone))
    place = place_of(circular.reply_zone, circular.reply_by_at)
    day = formats.date_format(local.date(), "DATE_FORMAT")
    if circular.reply_precision == Precision.DAY:
        return _("%(day)s, end of the day (%(place)s)") % {"day": day, "place": place}
    hour = formats.time_format(local.time(), "H:i")
    return _("%(day)s, %(hour)s (%(place)s)") % {"day": day, "hour": hour, "place": place}


def place_of(zone: str, at: dt.datetime) -> str:
    """A time zone as people say it, with its difference at that instant: "Guatemala, UTC−6"."""
    return f"{zones.place_of(zone)}, {zones.difference(at, zone)}"


def _who_keeps(circular: Circular, people: set[int] | None, at: dt.datetime) -> set[int]:
    return {key for key, reach in reaches(people, at).items() if rules.keeps(reach, circular)}


def tell_the_secretariat(circular: Circular, what: str, event: str, at: dt.datetime) -> None:
    """Who sent it finds in the inbox that a reply came or went, their digest says it too; once they left, whoever looks after it."""
    senders = {key for key in (circular.sent_by_id, circular.created_by_id) if key is not None}
    write_rows(
        [
            Notice(person_id=key, source=SOURCE, event=f"{circular.ref}:{event}", subject=circular.ref, what=what,
                   happened_at=at, made_at=at)
            for key in sorted(_who_keeps(circular, senders, at) or _who_keeps(circular, None, at))
        ],
        once=True,
    )  # fmt: skip
