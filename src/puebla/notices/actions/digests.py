"""Mail of what a person follows: one digest a day, or a message at once; written once, whatever is cut short."""

import datetime as dt
import hashlib

from django.db import transaction
from django.db.models import Q
from django.utils import translation

from puebla.accounts.models import Person
from puebla.core.models import OutgoingMail
from puebla.core.operations import one_by_one
from puebla.members.querysets import reach_of
from puebla.notices.actions.hours import day_of, digest_is_due
from puebla.notices.actions.messages import message_to, tell_person
from puebla.notices.actions.stopping import stopped_by
from puebla.notices.models import Correspondence, Notice, Pace
from puebla.notices.querysets import NoticeQuerySet


def send_digests(at: dt.datetime) -> int:
    """From the hour of digests on, write today's to everybody to whom it was not written yet; how many were written.

    A day on which there is nothing to tell is decided on all the same, so that what comes later waits for tomorrow.
    """
    if not digest_is_due(at):
        return 0
    day = day_of(at)
    rows = Correspondence.objects.filter(pace=Pace.DAILY, person__is_active=True)
    due = rows.exclude(digested_on__gte=day).values_list("person_id", flat=True)
    return one_by_one(list(due), lambda key: _send_digest(key, day, at))


@transaction.atomic
def _send_digest(person_id: int, day: dt.date, at: dt.datetime) -> bool:
    row = Correspondence.objects.select_for_update().select_related("person").get(person=person_id)
    if row.pace != Pace.DAILY or (row.digested_on is not None and row.digested_on >= day):
        return False
    row.digested_on = day
    row.save(update_fields=["digested_on"])
    waiting = Notice.objects.filter(person=row.person, mailed_at=None)
    return _write(row.person, waiting, f"{day:%Y%m%d}", at)


def send_at_once(at: dt.datetime) -> int:
    """Write to everybody who wants to be told at once and was not yet, and of what somebody takes part in that goes on now.

    How many messages.
    """
    waiting = Notice.objects.filter(mailed_at=None, person__is_active=True).filter(
        Q(person__correspondence__pace=Pace.AT_ONCE)
        | Q(person__correspondence__pace=Pace.DAILY) & ~Q(at_once="")
    )
    keys = waiting.order_by().values_list("person_id", flat=True).distinct()
    return one_by_one(list(keys), lambda key: _send_at_once(key, at))


@transaction.atomic
def _send_at_once(person_id: int, at: dt.datetime) -> bool:
    row = Correspondence.objects.select_for_update().select_related("person").get(person=person_id)
    waiting = Notice.objects.filter(person=row.person, mailed_at=None)
    if row.pace == Pace.DAILY:
        kinds = waiting.exclude(at_once="").order_by("at_once").values_list("at_once", flat=True).distinct()
        # A kind a message: each has its own link that ends it.
        written = [
            _write_now(row.person, waiting.filter(at_once=kind), at, kind=kind) for kind in list(kinds)
        ]
        return any(written)
    return row.pace == Pace.AT_ONCE and _write_now(row.person, waiting, at)


def _write_now(person: Person, waiting: NoticeQuerySet, at: dt.datetime, *, kind: str = "") -> bool:
    name = "\n".join(waiting.order_by("event").values_list("event", flat=True))
    named = hashlib.sha256(name.encode()).hexdigest()[:16]
    return bool(name) and _write(person, waiting, named, at, kind=kind)


def _write(person: Person, waiting: NoticeQuerySet, name: str, at: dt.datetime, *, kind: str = "") -> bool:
    """One message of all that waits and may be seen now; what may not be seen any more is told to nobody."""
    reach = reach_of(person, at)
    notices = list(waiting.visible_to(person, reach=reach))
    waiting.update(mailed_at=at)
    return bool(notices) and tell_person(person, notices, reach=reach, name=name, at=at, kind=kind)


def mail_now(ref: str, mail: OutgoingMail, at: dt.datetime) -> dict[str, str] | None:
    """What a message that waited tells now: what was closed meanwhile leaves no trace in it.

    None where nothing is left, or its reader has no seat any more, is not in service, or stopped their mail.
    """
    ref, _colon, kind = ref.partition(":")
    row = (
        Correspondence.objects.select_related("person")
        .filter(person__ref=ref, person__is_active=True)
        .first()
    )
    if row is None or row.pace == Pace.NONE or (kind and row.person_id in stopped_by(kind)):
        return None
    reach = reach_of(row.person, at)
    told = Notice.objects.filter(mailed_at=mail.created_at)
    # At one moment there may be a digest, and beside it a message of what goes on now.
    told = told.filter(at_once=kind) if kind else told
    with translation.override(mail.language):
        seen = list(told.visible_to(row.person, reach=reach))
        message = message_to(row.person, seen, reach=reach, at=mail.created_at, kind=kind)
        return message.words() if message is not None else None
