"""Ending mail of one kind, and having it again; what was told stays in the inbox."""

import datetime as dt

from django.db import transaction

from puebla.accounts.models import Person
from puebla.core import journal
from puebla.notices.actions.following import correspondence_of
from puebla.notices.models import MailStop, Notice


@transaction.atomic
def stop_kind(*, person: Person, source: str, at: dt.datetime) -> bool:
    """No more mail of this kind to this person; whether there was any till now."""
    subject = correspondence_of(person, at=at)
    _stop, made = MailStop.objects.get_or_create(person=person, source=source, defaults={"stopped_at": at})
    # What waited to be told at once waits for the digest.
    Notice.objects.filter(person=person, at_once=source, mailed_at=None).update(at_once="")
    if made:
        journal.record("mail.kind_stopped", at=at, person=person, subject=subject, facts={"source": source})
    return made


@transaction.atomic
def resume_kind(*, person: Person, source: str, at: dt.datetime) -> bool:
    """Mail of this kind again; whether it had been stopped."""
    subject = correspondence_of(person, at=at)
    ended, _each = MailStop.objects.filter(person=person, source=source).delete()
    if ended:
        journal.record("mail.kind_resumed", at=at, person=person, subject=subject, facts={"source": source})
    return bool(ended)


def stopped_by(source: str) -> set[int]:
    """Keys of the people who want no mail of this kind."""
    return set(MailStop.objects.filter(source=source).order_by().values_list("person_id", flat=True))
