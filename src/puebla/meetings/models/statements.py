"""Statements: who asks for the floor under an item, what is said there, and how interpreters read it ahead."""

import datetime as dt

from django.db import models
from django.db.models import Q
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from puebla.accounts.models import Person
from puebla.core.languages import TextsField, pending_languages
from puebla.core.models import Process, random_ref
from puebla.documents.models import Document
from puebla.meetings.models.agenda import AgendaItem
from puebla.meetings.models.convening import Convening
from puebla.meetings.models.sessions import Session
from puebla.meetings.querysets.statements import InterpretersLinkQuerySet, StatementQuerySet
from puebla.members.models import Restricted

#: Signs of a statement in one language: an hour's speech has half as many.
LONGEST_STATEMENT = 100_000


class Statement(Restricted):
    """A delegation's place in the list of speakers of an item, and what it says there.

    It begins as a wish to speak, with its text or without. Until it is delivered its party, the secretariat and the
    interpreters read the text; afterwards whoever takes part in the item. A paper it becomes only when it is released
    (decision 0038).
    """

    class Kind(models.TextChoices):
        STATEMENT = "statement", _("statement")
        REPLY = "reply", _("right of reply")
        ORDER = "order", _("point of order")

    class State(models.TextChoices):
        WAITING = "waiting", _("not delivered yet")
        DELIVERED = "delivered", _("delivered")
        WITHDRAWN = "withdrawn", pgettext_lazy("statement", "withdrawn")

    ref = models.CharField(max_length=20, unique=True, default=random_ref, editable=False)
    #: Of the form that was sent: the same one sent again changes nothing.
    token = models.CharField(max_length=40, unique=True, default=random_ref, editable=False)
    convening = models.ForeignKey(Convening, models.PROTECT, related_name="statements")
    item = models.ForeignKey(AgendaItem, models.PROTECT, related_name="statements")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.STATEMENT)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    #: Among those under the item, from 1.
    position = models.PositiveSmallIntegerField(_("position"))
    speaker = models.CharField(_("speaker"), max_length=150, blank=True)
    #: For the booth and the chair.
    said_as = models.CharField(_("how the name is said"), max_length=150, blank=True)
    offices = TextsField(_("office held"), max_length=150, blank=True)
    language = models.CharField(_("language spoken"), max_length=10, blank=True)
    #: Languages of the texts that came in, sent or as delivered, the one spoken first: lists tell of texts without reading
    #: them.
    languages = models.CharField(max_length=100, blank=True)
    publish_at = models.DateTimeField(_("may be published"), null=True, blank=True)
    publish_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    #: When the first text came in; empty while there is only the wish to speak.
    sent_at = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True, blank=True)
    delivered_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    document = models.OneToOneField(Document, models.PROTECT, null=True, blank=True, related_name="statement")
    revision = models.PositiveIntegerField(default=1)

    objects = StatementQuerySet.as_manager()

    class Meta(Restricted.Meta):
        verbose_name = _("statement")
        ordering = ["item", "position", "pk"]
        constraints = [
            *Restricted.Meta.constraints,
            models.CheckConstraint(
                condition=Q(state="delivered", delivered_at__isnull=False) | (~Q(state="delivered") & Q(delivered_at=None)),
                name="meetings_statement_delivered",
            ),
            models.CheckConstraint(
                condition=Q(publish_at=None, publish_by=None) | Q(publish_at__isnull=False, publish_by__isnull=False),
                name="meetings_statement_publish_pair",
            ),
            # Nobody but the party and the secretariat reads what was not delivered.
            models.CheckConstraint(
                condition=Q(state="delivered") | Q(audience__lte=20), name="meetings_statement_kept_until_delivered",
            ),
            models.UniqueConstraint(
                fields=["item", "party", "kind"], condition=Q(state="waiting"), name="meetings_statement_waits_once",
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["convening", "state"], name="meetings_statement_state")]

    def __str__(self) -> str:
        return f"{self.party}: {self.item}"

    @property
    def filed_languages(self) -> list[str]:
        """Languages of the texts that came in, the one spoken first."""
        return [one for one in self.languages.split(",") if one]

    @cached_property
    def pending(self) -> list[str]:
        """Working languages in which no text came in; none while there is only the wish to speak."""
        have = dict.fromkeys(self.filed_languages, "x")
        return pending_languages(have, Process.current().languages) if have else []


class StatementText(models.Model):
    """The words of a statement in one language: as it was sent, or as it was delivered where that differs.

    Typed or pasted, it is plain paragraphs parted by blank lines; of a file the words are kept beside it where it has any.
    """

    statement = models.ForeignKey(Statement, models.CASCADE, related_name="texts")
    language = models.CharField(_("language"), max_length=10)
    as_delivered = models.BooleanField(_("as delivered"), default=False)
    words = models.TextField(_("text"), blank=True)
    file_key = models.CharField(max_length=80, blank=True)
    file_name = models.CharField(_("file"), max_length=200, blank=True)
    file_media_type = models.CharField(max_length=100, blank=True)
    file_kind = models.CharField(max_length=10, blank=True)
    file_size = models.PositiveIntegerField(default=0)
    file_sha256 = models.CharField(max_length=64, blank=True)
    given_at = models.DateTimeField()
    given_by = models.ForeignKey(Person, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("text of a statement")
        ordering = ["statement", "as_delivered", "language"]
        constraints = [
            models.UniqueConstraint(
                fields=["statement", "language", "as_delivered"], name="meetings_statement_text_once"
            ),
            models.CheckConstraint(
                condition=~Q(words="") | ~Q(file_key=""), name="meetings_statement_text_says_something"
            ),
        ]

    @property
    def paragraphs(self) -> list[str]:
        """The words, paragraph by paragraph."""
        return [one for one in self.words.split("\n\n") if one.strip()]


class InterpretersLink(models.Model):
    """Opens the interpreters' view of one session, for a time, to people without an account.

    The token is derived from `salt`: who reads the database cannot use it. Of a closed session there is none before the
    chair of its room has confirmed it (decision 0038).
    """

    ref = models.CharField(max_length=20, unique=True, default=random_ref, editable=False)
    session = models.ForeignKey(Session, models.CASCADE, related_name="interpreters_links")
    label = models.CharField(_("for whom"), max_length=120)
    salt = models.CharField(max_length=40)
    until_at = models.DateTimeField(_("until"))
    issued_at = models.DateTimeField()
    issued_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    used_at = models.DateTimeField(null=True, blank=True)

    objects = InterpretersLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("interpreters' link")
        ordering = ["session", "-issued_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(until_at__gt=models.F("issued_at")), name="meetings_link_ends_later"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.label

    @property
    def token(self) -> str:
        """The part of the address that nobody can guess."""
        key = salted_hmac("puebla.meetings.interpreters", f"{self.ref}:{self.salt}").hexdigest()[:40]
        return f"{self.ref}-{key}"

    def opens(self, token: str) -> bool:
        """Whether this token is the link's."""
        return constant_time_compare(self.token, token)

    def state_at(self, at: dt.datetime) -> str:
        """What it is now: "waits" for the chair, "open", "ended", "over"."""
        if self.ended_at is not None:
            return "ended"
        if self.until_at <= at:
            return "over"
        return "open" if self.confirmed_at is not None else "waits"
