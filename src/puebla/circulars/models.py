"""Circulars: numbered letters to parties, who got them, and the replies gathered under them.

A draft is read by the secretariat and the Presidency. Sending gives the number, opens the circular as wide as it says, and
freezes who got it. A reply is its party's own until it is sent; then the secretariat and the Presidency read it too, and
the other readers of the circular only where the circular says so.
"""

import datetime as dt

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from puebla.accounts.models import Person
from puebla.circulars.querysets import CircularQuerySet, ReplyQuerySet
from puebla.core.languages import TextsField, show
from puebla.core.models import random_ref
from puebla.documents.models import Document
from puebla.members.models import Audience, Body, Meeting, Party, Restricted


class Kind(models.TextChoices):
    """What a circular asks for."""

    INVITATION = "invitation", _("invitation")
    COMMENTS = "comments", _("call for comments")
    NOMINATIONS = "nominations", _("call for nominations")
    INFORMATION = "information", _("information")


class State(models.TextChoices):
    """How far a circular has come; says nothing of who sees it."""

    DRAFT = "draft", pgettext_lazy("circular", "draft")
    SENT = "sent", pgettext_lazy("circular", "sent")
    CLOSED = "closed", pgettext_lazy("circular", "closed")
    CANCELLED = "cancelled", pgettext_lazy("circular", "cancelled")


class Precision(models.TextChoices):
    """Until when on its day a reply is in time."""

    DAY = "day", _("until the end of the day")
    MINUTE = "minute", _("until the hour given")


class Answering(models.TextChoices):
    """Who replies for a party."""

    ANYBODY = "anybody", _("anybody who sits for the party")
    FOCAL_POINT = "focal_point", _("the party's focal point")


class FieldKind(models.TextChoices):
    """What a field of a reply form takes."""

    TEXT = "text", _("text")
    CHOICE = "choice", _("one choice")
    NOMINATION = "nomination", _("nomination of persons")
    FILE = "file", _("file")
    AGENDA = "agenda", _("proposal of agenda items")
    DRAFTING = "drafting", _("text of a recommendation or commitment")


#: So many days persons nominated are kept where nobody said otherwise, and at most.
KEEP_DAYS, MOST_KEEP_DAYS = 365, 3650
#: What observers do only where the Presidency allows it (criteria of 1999).
RESERVED_TO_MEMBERS = frozenset({FieldKind.AGENDA, FieldKind.DRAFTING})
#: Audiences a circular may be opened to; the narrowest means those whom it is addressed to.
OPENINGS = (Audience.PRESIDENCY, Audience.ROOM, Audience.MEMBERS, Audience.OBSERVERS, Audience.CIVIL_SOCIETY)


class Circular(Restricted):
    """A letter of the secretariat to parties.

    `ref` is its address until it has a symbol. `reply_form` is the form by which parties reply, in order:
    `{"code", "kind", "labels", "required", "options": [{"code", "names"}], "most"}`; frozen once it is sent.
    """

    ref = models.CharField(max_length=20, unique=True, default=random_ref, editable=False)
    symbol = models.CharField(_("symbol"), max_length=60, unique=True, null=True, blank=True)
    year = models.PositiveSmallIntegerField(_("year"), null=True, blank=True)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    titles = TextsField(_("titles"))
    texts = TextsField(_("texts"), max_length=20_000, blank=True)
    body = models.ForeignKey(
        Body, models.PROTECT, related_name="circulars", null=True, blank=True, verbose_name=_("body")
    )
    meeting = models.ForeignKey(
        Meeting, models.PROTECT, related_name="circulars", null=True, blank=True, verbose_name=_("meeting")
    )
    papers = models.ManyToManyField(Document, related_name="circulars", blank=True, verbose_name=_("papers"))
    #: {"bodies": [code], "standings": [kind], "parties": [code], "roles": [code], "seats": [ref]}
    addressed = models.JSONField(_("addressed to"), default=dict, blank=True)
    #: The audience that it gets on the day it is sent.
    opens_to = models.PositiveSmallIntegerField(
        _("readers once sent"), choices=Audience, default=Audience.PRESIDENCY
    )
    reply_form = models.JSONField(_("reply form"), default=list, blank=True)
    answering = models.CharField(
        _("who replies"), max_length=20, choices=Answering, default=Answering.ANYBODY
    )
    replies_shared = models.BooleanField(_("replies are read by all readers of the circular"), default=False)
    #: Local time and zone as they were given, with the instant they meant on the day they were given.
    reply_on = models.DateField(_("reply by"), null=True, blank=True)
    reply_time = models.TimeField(_("hour"), null=True, blank=True)
    reply_zone = models.CharField(_("time zone"), max_length=60, blank=True)
    reply_precision = models.CharField(_("in time"), max_length=10, choices=Precision, default=Precision.DAY)
    reply_by_at = models.DateTimeField(null=True, blank=True)
    #: Days before the reply-by date on which parties that have not replied are reminded.
    remind_days = models.JSONField(_("reminders, days before"), default=list, blank=True)
    #: So long after the reply-by date, the meeting and the nomination itself persons nominated are known by name.
    keep_days = models.PositiveSmallIntegerField(
        _("personal data are kept for (days)"), default=KEEP_DAYS,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_KEEP_DAYS)],
    )  # fmt: skip
    #: The Presidency lets observers propose and draft here.
    observers_allowed_at = models.DateTimeField(null=True, blank=True)
    observers_allowed_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.DRAFT)
    sent_at = models.DateTimeField(pgettext_lazy("circular", "sent"), null=True, blank=True)
    sent_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    ended_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    #: Why it was cancelled.
    ended_why = TextsField(_("why"), max_length=500, blank=True)
    #: Folded symbol, reference and titles: what the list's word filter looks into.
    words = models.TextField(blank=True, editable=False)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    revision = models.PositiveIntegerField(default=1)

    objects = CircularQuerySet.as_manager()

    class Meta(Restricted.Meta):
        verbose_name = _("circular")
        verbose_name_plural = _("circulars")
        ordering = ["-sent_at", "-id"]
        constraints = [
            *Restricted.Meta.constraints,
            models.CheckConstraint(
                condition=Q(state="draft", sent_at=None, symbol=None)
                | Q(state="cancelled", sent_at=None, symbol=None)
                | Q(sent_at__isnull=False, sent_by__isnull=False, symbol__isnull=False, year__isnull=False),
                name="circulars_sent_whole",
            ),
            models.CheckConstraint(
                condition=Q(opens_to__lte=models.F("room_cap")), name="circulars_opens_under_cap"
            ),
            models.CheckConstraint(
                condition=Q(reply_on=None, reply_by_at=None)
                | (Q(reply_on__isnull=False, reply_by_at__isnull=False) & ~Q(reply_zone="")),
                name="circulars_reply_by_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "reply_by_at"], name="circulars_by_reply_date"),
            models.Index(fields=["audience", "room", "party", "room_cap"], name="circulars_gate"),
        ]

    def __str__(self) -> str:
        return self.symbol or str(show(self.titles))

    @property
    def address(self) -> str:
        """The last part of its address: the symbol, or the random reference while it has none."""
        return self.symbol or self.ref

    @property
    def asks_reply(self) -> bool:
        """Whether parties are to reply."""
        return self.reply_by_at is not None and bool(self.reply_form)

    @property
    def nominations(self) -> list[str]:
        """Codes of the fields that ask for persons."""
        return [one["code"] for one in self.reply_form if one["kind"] == FieldKind.NOMINATION]

    @property
    def is_addressed_only(self) -> bool:
        """Whether, in an open room, only the parties it is addressed to read it beside secretariat and Presidency."""
        return self.opens_to == Audience.PRESIDENCY and self.room_cap >= Audience.MEMBERS

    def is_late(self, at: dt.datetime) -> bool:
        """Whether a reply sent at this instant is late; at the very instant it is in time."""
        return self.reply_by_at is not None and at > self.reply_by_at


class Recipient(models.Model):
    """A person to whom a circular was sent, for the party they sat for on that day; never changed afterwards."""

    ref = models.CharField(max_length=20, unique=True, default=random_ref, editable=False)
    circular = models.ForeignKey(Circular, models.CASCADE, related_name="recipients")
    party = models.ForeignKey(Party, models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    #: How the party took part on that day.
    standing = models.CharField(max_length=30)
    #: The address that a server refused, and since when the party's focal point was asked about it.
    refused_address = models.CharField(max_length=254, blank=True)
    asked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("recipient")
        ordering = ["party", "person"]
        constraints = [
            models.UniqueConstraint(fields=["circular", "person", "party"], name="circulars_recipient_once"),
        ]
        indexes = [models.Index(fields=["party", "circular"], name="circulars_recipient_party")]

    def __str__(self) -> str:
        return f"{self.person} ({self.party})"


class Reply(Restricted):
    """What a party replies: a draft of its own, then sent, perhaps replaced by a later one or withdrawn."""

    class State(models.TextChoices):
        """How far a reply has come."""

        DRAFT = "draft", pgettext_lazy("circular", "draft")
        SENT = "sent", pgettext_lazy("circular", "sent")
        REPLACED = "replaced", pgettext_lazy("circular", "replaced")
        WITHDRAWN = "withdrawn", pgettext_lazy("circular", "withdrawn")

    ref = models.CharField(max_length=20, unique=True, default=random_ref, editable=False)
    circular = models.ForeignKey(Circular, models.CASCADE, related_name="replies")
    number = models.PositiveSmallIntegerField(_("number"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.DRAFT)
    #: By code of the field: a text, a choice's code, or a list of persons. Files stand beside it.
    answers = models.JSONField(default=dict, blank=True)
    #: One form sent twice counts once.
    token = models.CharField(max_length=40, null=True, blank=True)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(pgettext_lazy("circular", "sent"), null=True, blank=True)
    sent_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    #: After the date that stood when it was sent.
    late = models.BooleanField(_("late"), default=False)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    #: Since when the persons nominated in it are counted, and known no more.
    purged_at = models.DateTimeField(null=True, blank=True)
    revision = models.PositiveIntegerField(default=1)

    objects = ReplyQuerySet.as_manager()

    class Meta(Restricted.Meta):
        verbose_name = _("reply")
        verbose_name_plural = _("replies")
        ordering = ["-number", "-id"]
        constraints = [
            *Restricted.Meta.constraints,
            models.UniqueConstraint(
                fields=["circular", "party"], condition=Q(state="draft"), name="circulars_reply_one_draft"
            ),
            models.UniqueConstraint(
                fields=["circular", "party"], condition=Q(state="sent"), name="circulars_reply_one_standing"
            ),
            models.UniqueConstraint(
                fields=["circular", "party", "number"], name="circulars_reply_number_once"
            ),
            models.UniqueConstraint(fields=["circular", "party", "token"], name="circulars_reply_token_once"),
            models.CheckConstraint(
                condition=Q(state="draft", sent_at=None, number=None)
                | (~Q(state="draft") & Q(sent_at__isnull=False, sent_by__isnull=False, number__isnull=False)),
                name="circulars_reply_sent_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.party} {self.number or ''}".strip()


class StoredFile(models.Model):
    """What is kept of the bytes of a file that was examined; they never change."""

    ref = models.CharField(max_length=20, unique=True, default=random_ref, editable=False)
    key = models.CharField(max_length=80)
    name = models.CharField(_("file name"), max_length=200)
    kind = models.CharField(_("format"), max_length=10)
    media_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField(_("size"))
    sha256 = models.CharField(max_length=64)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


class ReplyFile(StoredFile):
    """A file that a party replied with; a reply that replaces another may keep it."""

    reply = models.ForeignKey(Reply, models.CASCADE, related_name="files")
    field = models.CharField(max_length=20)
    filed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("file of a reply")
        ordering = ["field", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["reply", "field"], name="circulars_file_once_a_field"),
        ]
        indexes = [models.Index(fields=["key"], name="circulars_file_key")]


class CircularFile(StoredFile):
    """A file that goes with a circular: read by its readers, frozen with it."""

    circular = models.ForeignKey(Circular, models.CASCADE, related_name="files")
    filed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("file of a circular")
        ordering = ["pk"]
        indexes = [models.Index(fields=["key"], name="circulars_own_file_key")]


class HeldFile(StoredFile):
    """A file that came with a form and is not filed yet: a form that is refused loses none; forgotten after a day."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    #: Of a reply, the field that it answers.
    field = models.CharField(max_length=20, blank=True)
    held_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("file kept for a form")
        ordering = ["pk"]
        indexes = [models.Index(fields=["key"], name="circulars_held_file_key")]


class Extension(models.Model):
    """A later reply-by date, with its reason; the dates before stay known."""

    circular = models.ForeignKey(Circular, models.CASCADE, related_name="extensions")
    before_at = models.DateTimeField()
    until_at = models.DateTimeField()
    reasons = TextsField(_("reason"), max_length=500)
    extended_at = models.DateTimeField()
    extended_by = models.ForeignKey(Person, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("extension")
        ordering = ["extended_at", "pk"]


class Reminder(models.Model):
    """That the parties which had not replied were reminded, once for each day set and each date; or by hand."""

    circular = models.ForeignKey(Circular, models.CASCADE, related_name="reminders")
    #: Of the date that stood; None where somebody reminded by hand.
    days = models.PositiveSmallIntegerField(null=True, blank=True)
    reply_by_at = models.DateTimeField()
    reminded_at = models.DateTimeField()
    reminded_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    parties = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("reminder")
        ordering = ["reminded_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["circular", "days", "reply_by_at"], name="circulars_reminder_once"
            ),
        ]


class Opening(models.Model):
    """That a circular was opened on the site by somebody of this party: once, for that party and the secretariat."""

    circular = models.ForeignKey(Circular, models.CASCADE, related_name="openings")
    party = models.ForeignKey(Party, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()

    class Meta:
        verbose_name = _("opening of a circular")
        constraints = [
            models.UniqueConstraint(fields=["circular", "party"], name="circulars_opening_once"),
        ]
