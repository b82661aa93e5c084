"""What a person follows, how often they are written to, and what they have read."""

import datetime as dt
from collections.abc import Iterable

from django.db import transaction

from puebla.accounts.models import Person
from puebla.core import journal
from puebla.core.verdicts import require
from puebla.members.querysets import reach_of
from puebla.notices import rules
from puebla.notices.actions.gathering import begin_marks
from puebla.notices.actions.hours import day_of, digest_is_due
from puebla.notices.models import Correspondence, Follow, Notice, Pace


@transaction.atomic
def follow(*, topic: str, value: str, by: Person, at: dt.datetime) -> Follow:
    """Be told from now on of what is new there; following it already is no mistake."""
    correspondence = correspondence_of(by, at=at)
    followed = Follow.objects.filter(person=by)
    standing = followed.filter(topic=topic, value=value).first()
    if standing is not None:
        return standing
    offer = rules.offer_of(by, reach_of(by, at), topic, value)
    require(rules.may_follow(offer, followed=followed.count()))
    begin_marks(at)
    made = Follow.objects.create(person=by, topic=topic, value=value, created_at=at)
    # The topic alone: what somebody is curious about is nobody's business.
    journal.record("follow.started", at=at, person=by, subject=correspondence, facts={"topic": topic})
    return made


@transaction.atomic
def unfollow(*, topic: str, value: str, by: Person, at: dt.datetime) -> bool:
    """Be told no more; whether it was followed. What was told stays in the inbox."""
    correspondence = correspondence_of(by, at=at)
    ended, _each = Follow.objects.filter(person=by, topic=topic, value=value).delete()
    if ended:
        journal.record("follow.stopped", at=at, person=by, subject=correspondence, facts={"topic": topic})
    return bool(ended)


@transaction.atomic
def set_pace(*, pace: str, by: Person, at: dt.datetime) -> Correspondence:
    """Choose how often mail comes."""
    row = correspondence_of(by, at=at)
    if row.pace == pace:
        return row
    row.pace = Pace(pace)
    row.save(update_fields=["pace"])
    if row.pace == Pace.NONE:
        Notice.objects.filter(person=by, mailed_at=None).update(mailed_at=at)
    journal.record("mail.pace_set", at=at, person=by, subject=row, facts={"pace": pace})
    return row


def stop_mail(*, person: Person, at: dt.datetime) -> Correspondence:
    """End all mail of what the person follows, as the link in every one of these mails does; the inbox goes on."""
    return set_pace(pace=Pace.NONE, by=person, at=at)


def correspondence_of(person: Person, *, at: dt.datetime) -> Correspondence:
    """The person's row, locked; made with the first thing followed. Its first digest comes at the next hour of digests."""
    began = day_of(at) if digest_is_due(at) else None
    Correspondence.objects.get_or_create(person=person, defaults={"digested_on": began})
    return Correspondence.objects.select_for_update().get(person=person)


# The inbox -------------------------------------------------------------------------------------------------------------


def read_record(*, source: str, subject: str, by: Person, at: dt.datetime) -> None:
    """Mark all that was told of a record as read."""
    Notice.objects.filter(person=by, source=source, subject=subject, read_at=None).update(read_at=at)


def read_told(*, notices: Iterable[Notice], by: Person, at: dt.datetime) -> None:
    """Mark these of one's notices as read."""
    keys = [one.pk for one in notices]
    Notice.objects.filter(person=by, pk__in=keys, read_at=None).update(read_at=at)


def read_all(*, by: Person, at: dt.datetime) -> int:
    """Mark all of one's notices as read that may be seen; how many were not."""
    seen = Notice.objects.visible_to(by, reach=reach_of(by, at)).filter(read_at=None)
    return Notice.objects.filter(pk__in=list(seen.values_list("pk", flat=True))).update(read_at=at)
