"""Silence procedures: a text is adopted at an hour unless a member breaks the silence before; and the rules of each body on it."""

import datetime as dt

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from puebla.accounts.models import Person
from puebla.core.languages import TextsField
from puebla.core.models import random_ref
from puebla.core.zones import ZoneField
from puebla.decisions.models.decision import Decision
from puebla.decisions.querysets.silence import ReceiptQuerySet, RuleQuerySet, SilenceQuerySet
from puebla.members.models import Body, Party, Restricted


class SilenceRule(models.Model):
    """What a body's rules say of adopting a text by silence, from a day until a day; without one there is no such way."""

    class Opens(models.TextChoices):
        PRESIDENCY = "presidency", _("who chairs for the Presidency")
        SECRETARIAT = "secretariat", _("the secretariat")
        EITHER = "either", _("the Presidency or the secretariat")

    ref = models.CharField(max_length=20, unique=True, default=random_ref, editable=False)
    body = models.ForeignKey(Body, models.PROTECT, related_name="silence_rules", verbose_name=_("body"))
    from_on = models.DateField(_("from"))
    until_on = models.DateField(_("until"), null=True, blank=True)
    opens = models.CharField(_("who opens it"), max_length=12, choices=Opens, default=Opens.EITHER)
    #: Working days that every member state must have, by its own calendar.
    min_days = models.PositiveSmallIntegerField(_("working days at least"), default=5)
    #: How often the time may be extended, and the working days from then on; 0 for a single procedure.
    extensions = models.PositiveSmallIntegerField(_("extensions allowed"), default=0)
    extended_days = models.PositiveSmallIntegerField(_("working days of an extension at least"), default=0)
    #: Hours before the end at which who has not answered is reminded.
    reminders = models.JSONField(_("reminders"), default=list, blank=True)
    #: Where the body agreed to it, in each language.
    sources = TextsField(_("agreed in"), max_length=300, blank=True)
    #: As long as it is not, nobody opens a procedure by it.
    confirmed = models.BooleanField(_("confirmed by a source"), default=True)
    revision = models.PositiveIntegerField(default=1)

    objects = RuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("rule on silence procedures")
        verbose_name_plural = _("rules on silence procedures")
        ordering = ["body__rank", "-from_on"]
        constraints = [
            models.UniqueConstraint(fields=["body", "from_on"], name="decisions_silence_rule_once"),
            models.CheckConstraint(
                condition=Q(until_on=None) | Q(until_on__gte=F("from_on")), name="decisions_silence_rule_in_order"
            ),
            models.CheckConstraint(condition=Q(min_days__gte=1), name="decisions_silence_rule_days"),
            models.CheckConstraint(
                condition=Q(extensions=0) | Q(extended_days__gte=1), name="decisions_silence_rule_extended"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.body}: {self.from_on}"


class SilenceProcedure(models.Model):
    """One running over a decision's text: who is asked, by whose clocks it closes, how it ended.

    How it ends is a function of instants: what was said until the closing instant, and nothing else. Writing the end down
    (`actions.silence.settle`) may come later, and is done by whoever looks first.
    """

    class State(models.TextChoices):
        RUNNING = "running", pgettext_lazy("silence", "running")
        ADOPTED = "adopted", pgettext_lazy("silence", "adopted")
        BROKEN = "broken", pgettext_lazy("silence", "silence broken")
        #: Taken back by who opened it, or stopped because the text is not what it was.
        STOPPED = "stopped", pgettext_lazy("silence", "stopped")

    ref = models.CharField(max_length=20, unique=True, default=random_ref, editable=False)
    token = models.CharField(max_length=40, unique=True, default=random_ref, editable=False)
    decision = models.ForeignKey(Decision, models.PROTECT, related_name="silences")
    rule = models.ForeignKey(SilenceRule, models.PROTECT, related_name="procedures")
    languages = models.JSONField(_("languages"))
    #: SHA-256 of the canonical form of the words, in these languages.
    digest = models.CharField(max_length=64)
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    #: As it was agreed, on the wall of a place; the instant is computed from it.
    closes_on = models.DateField(_("closes on"))
    closes_hour = models.TimeField(_("hour"))
    zone = ZoneField()
    #: Which of two such hours, on the day clocks are put back.
    later = models.BooleanField(null=True, blank=True)
    #: Until this very instant, inclusive, an answer is in time.
    closes_at = models.DateTimeField()
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.RUNNING)
    #: The instant at which it ended: the closing one, or that of the answer that broke it.
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    #: When that was written down.
    settled_at = models.DateTimeField(null=True, blank=True)
    stopped_why = TextsField(_("why it was stopped"), max_length=500, blank=True)
    #: The digest found where the words were changed past the acts.
    found_digest = models.CharField(max_length=64, blank=True)
    #: Since when the end waits for a person, because the clock is in doubt; and who vouched for it.
    held_at = models.DateTimeField(null=True, blank=True)
    vouched_at = models.DateTimeField(null=True, blank=True)
    vouched_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    #: Which reminders went, each by its hours before which end.
    reminded = models.JSONField(default=list, blank=True)
    #: What the second clock said when the end was written down (`ClockSpan`).
    witness = models.JSONField(default=dict, blank=True)
    #: The newest stretch of clocks when it was opened; None where none was read.
    span_from = models.PositiveBigIntegerField(null=True, blank=True)
    #: The journal's head with the entry of the adoption.
    journal_sequence = models.PositiveBigIntegerField(null=True, blank=True)
    journal_digest = models.CharField(max_length=64, blank=True)
    revision = models.PositiveIntegerField(default=1)

    objects = SilenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("silence procedure")
        verbose_name_plural = _("silence procedures")
        ordering = ["-opened_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["decision"], condition=Q(state="running"), name="decisions_silence_one_running"
            ),
            models.CheckConstraint(
                condition=Q(state="running", ended_at=None, settled_at=None)
                | (~Q(state="running") & Q(ended_at__isnull=False, settled_at__isnull=False)),
                name="decisions_silence_ended_whole",
            ),
            models.CheckConstraint(condition=Q(closes_at__gt=F("opened_at")), name="decisions_silence_in_order"),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["closes_at"], condition=Q(state="running"), name="decisions_silence_running")
        ]

    def __str__(self) -> str:
        return str(self.decision)

    @property
    def is_running(self) -> bool:
        """Whether its end was not written down yet."""
        return self.state == self.State.RUNNING

    def is_open(self, at: dt.datetime) -> bool:
        """Whether an answer of this instant is in time; at the closing instant itself it is."""
        return self.is_running and at <= self.closes_at


class SilenceParty(models.Model):
    """A member state that is asked, with the clocks and the calendar of its capital as they were then."""

    procedure = models.ForeignKey(SilenceProcedure, models.PROTECT, related_name="asked")
    party = models.ForeignKey(Party, models.PROTECT, related_name="+")
    zone = ZoneField()
    #: Whose public holidays count (ISO 3166, two letters); empty where none are known and weekends alone count.
    calendar = models.CharField(max_length=2, blank=True)

    class Meta:
        verbose_name = _("party asked in a silence procedure")
        ordering = ["party__code"]
        constraints = [
            models.UniqueConstraint(fields=["procedure", "party"], name="decisions_silence_party_once")
        ]

    def __str__(self) -> str:
        return str(self.party)


class SilenceExtension(models.Model):
    """That the time was extended: from which hour to which, and why; append-only."""

    procedure = models.ForeignKey(SilenceProcedure, models.PROTECT, related_name="extended")
    before_at = models.DateTimeField()
    closes_on = models.DateField()
    closes_hour = models.TimeField()
    zone = ZoneField()
    closes_at = models.DateTimeField()
    reasons = TextsField(_("reason"), max_length=500, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("extension of a silence procedure")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.before_at} → {self.closes_at}"


class SilenceReceipt(Restricted):
    """What came from a party: that it opened the procedure, has no objection, asks for more time, breaks the silence.

    Append-only, and all of it is kept with its instant. That a party opened it is told to that party alone, in a sealed room to
    the room; others see how many did.
    """

    class Kind(models.TextChoices):
        OPENED = "opened", pgettext_lazy("silence", "opened")
        NO_OBJECTION = "no_objection", _("no objection")
        ASKS_EXTENSION = "asks_extension", _("asks for an extension")
        BREAKS = "breaks", _("breaks the silence")

    ref = models.CharField(max_length=20, unique=True, default=random_ref, editable=False)
    token = models.CharField(max_length=40, unique=True, default=random_ref, editable=False)
    procedure = models.ForeignKey(SilenceProcedure, models.PROTECT, related_name="receipts")
    kind = models.CharField(_("answer"), max_length=15, choices=Kind)
    words = models.TextField(_("words"), max_length=5000, blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    #: Came after the hour by a clock that is in doubt: a person says on which side it falls.
    doubtful = models.BooleanField(default=False)
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")

    objects = ReceiptQuerySet.as_manager()

    class Meta(Restricted.Meta):
        verbose_name = _("receipt in a silence procedure")
        verbose_name_plural = _("receipts in silence procedures")
        ordering = ["at", "pk"]
        constraints = [
            *Restricted.Meta.constraints,
            models.UniqueConstraint(
                fields=["procedure", "party"], condition=Q(kind="opened"), name="decisions_silence_opened_once"
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["procedure", "party", "kind"], name="decisions_silence_receipts")]

    def __str__(self) -> str:
        return f"{self.party}: {self.get_kind_display()}"


class ClockSpan(models.Model):
    """A stretch of time over which the clock on the wall and the one that cannot be set went the same way.

    A stretch ends where the machine is started anew, or the wall's clock leaps; what lies between two is vouched for by nobody.
    """

    boot = models.CharField(max_length=80)
    first_at = models.DateTimeField()
    first_micros = models.BigIntegerField()
    last_at = models.DateTimeField()
    last_micros = models.BigIntegerField()
    #: By how much the wall's clock leapt since the stretch before it, in microseconds; 0 for the first of a start.
    leapt = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("stretch of a clock")
        ordering = ["pk"]
        indexes = [models.Index(fields=["boot", "-id"], name="decisions_clock")]

    def __str__(self) -> str:
        return f"{self.first_at} – {self.last_at}"
