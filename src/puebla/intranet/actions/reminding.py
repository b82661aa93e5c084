"""The reminders that people chose for what they handle; of a sealed room they name nothing."""

import datetime as dt

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from puebla.accounts.models import Person
from puebla.core.asks import WAITING, Ask, Question, ask_named
from puebla.core.mail import letter, post_all
from puebla.core.models import OutgoingMail
from puebla.core.operations import one_by_one
from puebla.intranet.models import Handling
from puebla.members.querysets import reach_of, today
from puebla.notices.actions import stopped_by
from puebla.notices.actions.hours import digest_is_due
from puebla.notices.actions.messages import absolute, message_id_of, stop_kind_address

#: The name of this kind of mail, which one click ends.
SOURCE = "asks"


def remind(*, at: dt.datetime) -> int:
    """In the morning remind whoever is due, once; how many were. What was answered or set aside meanwhile reminds nobody."""
    if not digest_is_due(at):
        return 0
    due = Handling.objects.filter(remind_on__lte=today(at), reminded_at=None).order_by("pk")
    return one_by_one(due.values_list("pk", flat=True), lambda key: _remind_of(key, at))


@transaction.atomic
def _remind_of(key: int, at: dt.datetime) -> int:
    row = Handling.objects.select_for_update().filter(pk=key, reminded_at=None).first()
    if row is None:
        return 0
    row.reminded_at = at
    row.save(update_fields=["reminded_at"])
    person = row.assigned_to or row.changed_by
    words = _words(row, person, at)
    if words is None:
        return 0
    post_all(
        [
            letter(
                to=person.email, **words, at=at, language=person.language, stop_url=stop_kind_address(person, SOURCE),
                message_id=message_id_of("ask", row.source, row.asked, row.party.code, str(row.remind_on), person.ref),
                about=f"ask:{row.pk}",
            )
        ]
    )  # fmt: skip
    return 1


def mail_now(ref: str, mail: OutgoingMail, at: dt.datetime) -> dict[str, str] | None:
    """What a reminder that waited says now; None where it is needed no more, or somebody else has the thing meanwhile."""
    row = Handling.objects.filter(pk=int(ref)).first() if ref.isdecimal() else None
    person = (row.assigned_to or row.changed_by) if row else None
    return _words(row, person, at) if row and person and person.email == mail.recipient else None


def _words(row: Handling, person: Person, at: dt.datetime) -> dict[str, str] | None:
    """Subject and body in the person's language; None where nothing waits, or not for somebody who may know of it."""
    if not person.is_active or person.pk in stopped_by(SOURCE) or row.not_applicable_at is not None:
        return None
    reach = reach_of(person, at)
    if row.party_id not in reach.parties:
        return None
    with translation.override(person.language):
        ask = ask_named(Question(person, reach, frozenset({row.party_id}), at), row.source, row.asked)
        return _written(row, ask, person) if ask is not None and ask.state(at) in WAITING else None


def _written(row: Handling, ask: Ask, person: Person) -> dict[str, str]:
    named = _("something in a sealed room") if ask.sealed else " ".join(filter(None, [ask.cites, ask.title]))
    facts = {
        "name": person.full_name, "what": ask.kind_name, "title": named, "due": ask.due.in_words() if ask.due else "—",
        "address": absolute("intranet:ask", row.party.code, row.source, row.asked), "stop": stop_kind_address(person, SOURCE),
    }  # fmt: skip
    body = _(
        "%(name)s,\n\nyou wished to be reminded: %(what)s, %(title)s. Due: %(due)s.\n%(address)s\n\n"
        "No more reminders of this kind, with one click:\n%(stop)s\n"
    )
    return {"subject": _("Reminder: %(what)s, %(title)s") % facts, "body": body % facts}
