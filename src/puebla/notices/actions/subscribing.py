"""Subscriptions of the public: asked for, confirmed by the address itself, changed and stopped by whoever holds its link."""

import datetime as dt
from collections.abc import Collection

from django.db import transaction
from django.utils import formats, translation
from django.utils.translation import gettext as _

from puebla.core import journal
from puebla.core.models import OutgoingMail
from puebla.core.news import Followed
from puebla.core.verdicts import RefusedError
from puebla.notices.actions import topics as offered
from puebla.notices.actions.hours import day_of, digest_is_due, local
from puebla.notices.actions.messages import Message, absolute, post_message, process_name, sign
from puebla.notices.models import SubscribedTopic, Subscription, SubscriptionRequest, ToldRelease
from puebla.notices.querysets import TO_CONFIRM, SubscriptionRequestQuerySet

#: More letters than these to one address, while none of them is answered, would be a nuisance to it.
MOST_UNANSWERED = 3
#: Releases told so long ago cannot come up again.
REMEMBERED = dt.timedelta(days=90)


@transaction.atomic
def ask(*, email: str, language: str, topics: Collection[Followed], at: dt.datetime) -> None:
    """Write to the address whether it wants this. Whoever asks learns nothing of the address, whatever is known of it."""
    email = email.lower()
    if SubscriptionRequest.objects.open(at).filter(email=email).count() >= MOST_UNANSWERED:
        return
    asked = SubscriptionRequest.objects.create(
        email=email, language=language, topics=[list(one) for one in topics], created_at=at
    )
    with translation.override(language):
        until = local(at + TO_CONFIRM)
        context = {
            # Never a stranger's own words: a search is told as a search.
            "topics": [
                _("a search") if one.topic == "search" else offered.told_name(one, at)
                for one in offered.named({(topic, value) for topic, value in topics}, at)
            ],
            "until": f"{formats.date_format(until, 'DATETIME_FORMAT')} ({until.tzname()})",
            "confirm": absolute("subscriptions:confirm", sign("confirm", asked.ref)),
        }
        subject = _("%(process)s: please confirm your subscription") % {"process": process_name()}
        message = Message(subject, "confirm", context)
        post_message(email, message, at=at, about=f"request:{asked.ref}")


@transaction.atomic
def confirm(*, ref: str, at: dt.datetime) -> Subscription:
    """The address itself says yes: from now on it is told."""
    asked = SubscriptionRequest.objects.select_for_update().open(at).filter(ref=ref).first()
    if asked is None:
        raise RefusedError(_("This link worked for 48 hours and is over. Ask for the subscription again."))
    began = day_of(at) if digest_is_due(at) else None
    row, _made = Subscription.objects.get_or_create(
        email=asked.email,
        defaults={"language": asked.language, "confirmed_at": at, "digested_on": began},
    )
    if row.language != asked.language:
        row.language = asked.language
        row.save(update_fields=["language"])
    add(subscription=row, topics=[(topic, value) for topic, value in asked.topics], at=at)
    _forget(SubscriptionRequest.objects.filter(pk=asked.pk))
    journal.record("subscription.confirmed", at=at, subject_ref=row.ref)
    return row


@transaction.atomic
def add(*, subscription: Subscription, topics: Collection[Followed], at: dt.datetime) -> None:
    """Tell this address of more."""
    for topic, value in topics:
        SubscribedTopic.objects.get_or_create(
            subscription=subscription, topic=topic, value=value, defaults={"created_at": at}
        )


@transaction.atomic
def drop(*, subscription: Subscription, topic: str, value: str, at: dt.datetime) -> bool:
    """Tell this address of one thing less; whether anything is left. With the last one the address goes."""
    subscription.topics.filter(topic=topic, value=value).delete()
    if subscription.topics.exists():
        return True
    stop(ref=subscription.ref, at=at)
    return False


def set_language(*, subscription: Subscription, language: str) -> None:
    """Write in this language from now on."""
    subscription.language = language
    subscription.save(update_fields=["language"])


@transaction.atomic
def stop(*, ref: str, at: dt.datetime) -> bool:
    """Stop a subscription and forget the address, everywhere it stands; whether there was one."""
    row = Subscription.objects.select_for_update().filter(ref=ref).first()
    if row is None:
        return False
    _forget(SubscriptionRequest.objects.filter(email=row.email))
    OutgoingMail.objects.filter(about=f"subscription:{ref}").delete()
    row.delete()
    journal.record("subscription.stopped", at=at, subject_ref=ref)
    return True


def forget_unconfirmed(at: dt.datetime) -> int:
    """Forget the addresses that did not confirm within two days, their messages too; how many."""
    count = _forget(SubscriptionRequest.objects.lapsed(at))
    ToldRelease.objects.filter(told_at__lt=at - REMEMBERED).delete()
    return count


@transaction.atomic
def _forget(requests: SubscriptionRequestQuerySet) -> int:
    rows = list(requests.values_list("pk", "ref"))
    OutgoingMail.objects.filter(about__in=[f"request:{ref}" for _pk, ref in rows]).delete()
    return SubscriptionRequest.objects.filter(pk__in=[pk for pk, _ref in rows]).delete()[0]
