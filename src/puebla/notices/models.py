"""What people follow and what they were told; what the public subscribed to and was told.

A notice holds no words: what it says is fetched through the gate on the day it is read. The public's rows hold an address
and nothing else of a person, and go when the subscription stops.
"""

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from puebla.accounts.models import Person
from puebla.core.models import random_ref
from puebla.notices.querysets import NoticeQuerySet, SubscriptionRequestQuerySet


class Pace(models.TextChoices):
    """How often somebody gets mail of what they follow; the inbox fills in every case."""

    DAILY = "daily", _("once a day")
    AT_ONCE = "at_once", _("at once")
    NONE = "none", _("no mail, the inbox only")


class Correspondence(models.Model):
    """How a person is written to; made with the first thing followed."""

    person = models.OneToOneField(Person, models.CASCADE, related_name="correspondence")
    pace = models.CharField(_("mail"), max_length=10, choices=Pace, default=Pace.DAILY)
    #: The last day of the process whose digest was decided on, sent or empty.
    digested_on = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name = _("correspondence")


class MailStop(models.Model):
    """A person wants no mail of one kind, such as circulars; the inbox goes on."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="mail_stops")
    source = models.CharField(max_length=30)
    stopped_at = models.DateTimeField()

    class Meta:
        verbose_name = _("kind of mail stopped")
        ordering = ["source"]
        constraints = [
            models.UniqueConstraint(fields=["person", "source"], name="notices_mail_stop_once"),
        ]


class Follow(models.Model):
    """A person follows something: a topic (body, theme, kind) and which one, by its code."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="follows")
    topic = models.CharField(max_length=20)
    value = models.CharField(max_length=200)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("thing followed")
        ordering = ["topic", "created_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["person", "topic", "value"], name="notices_follow_once"),
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.value}"


class Mark(models.Model):
    """How far a source's news were gathered; the source alone reads the mark."""

    source = models.CharField(max_length=30, unique=True)
    mark = models.JSONField(null=True)


class Notice(models.Model):
    """One thing that one person is told, exactly once: nothing but references."""

    ref = models.CharField(max_length=20, unique=True, default=random_ref, editable=False)
    person = models.ForeignKey(Person, models.CASCADE, related_name="notices")
    source = models.CharField(max_length=30)
    event = models.CharField(max_length=160)
    subject = models.CharField(max_length=80)
    what = models.CharField(max_length=40)
    language = models.CharField(max_length=10, blank=True)
    number = models.PositiveIntegerField(null=True, blank=True)
    happened_at = models.DateTimeField()
    made_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)
    #: When a mail told of it, or when it was decided that none does.
    mailed_at = models.DateTimeField(null=True, blank=True)
    #: The kind of mail that tells of it at once, whatever the person's pace: of what they take part in while it goes on.
    at_once = models.CharField(max_length=30, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice")
        ordering = ["-happened_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["person", "source", "event"], name="notices_notice_once"),
        ]
        indexes = [
            models.Index(fields=["person", "-happened_at", "-id"], name="notices_of_person"),
            models.Index(
                fields=["person"], condition=models.Q(mailed_at=None), name="notices_waiting_for_mail"
            ),
        ]


# The public ------------------------------------------------------------------------------------------------------------


class SubscriptionRequest(models.Model):
    """Somebody typed an address; until its holder confirms, this is all there is, and for two days only."""

    ref = models.CharField(max_length=20, unique=True, default=random_ref, editable=False)
    email = models.EmailField(_("e-mail address"))
    language = models.CharField(_("language"), max_length=10)
    #: [["body", "VM"], ...]
    topics = models.JSONField(default=list)
    created_at = models.DateTimeField(db_index=True)

    objects = SubscriptionRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("subscription to be confirmed")
        indexes = [models.Index(Lower("email"), name="notices_request_of_address")]


class Subscription(models.Model):
    """An address whose holder asked for the daily digest of what is released, and confirmed it."""

    ref = models.CharField(max_length=20, unique=True, default=random_ref, editable=False)
    email = models.EmailField(_("e-mail address"))
    language = models.CharField(_("language"), max_length=10)
    confirmed_at = models.DateTimeField()
    digested_on = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name = _("subscription")
        constraints = [models.UniqueConstraint(Lower("email"), name="notices_subscription_once")]


class SubscribedTopic(models.Model):
    """One thing that a subscription is about."""

    subscription = models.ForeignKey(Subscription, models.CASCADE, related_name="topics")
    topic = models.CharField(max_length=20)
    value = models.CharField(max_length=300)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("topic of a subscription")
        ordering = ["topic", "value"]
        constraints = [
            models.UniqueConstraint(
                fields=["subscription", "topic", "value"], name="notices_subscribed_topic_once"
            ),
        ]


class ToldRelease(models.Model):
    """A release that a subscription was told of: once each."""

    subscription = models.ForeignKey(Subscription, models.CASCADE, related_name="told")
    #: Symbol and instant of the release.
    event = models.CharField(max_length=110)
    told_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subscription", "event"], name="notices_release_told_once"),
        ]
