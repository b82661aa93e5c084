"""What a party reports of a commitment, half-year by half-year: a draft of its own, then sent and frozen."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from puebla.accounts.models import Person
from puebla.circulars.models import StoredFile
from puebla.core.languages import TextsField
from puebla.core.models import random_ref
from puebla.members.models import Audience, Restricted
from puebla.plan.models.commitments import Commitment
from puebla.plan.querysets import ReportQuerySet
from puebla.plan.querysets.rounds import name_of

#: Who may read a report once it is sent; its party chooses. The widest lets the secretariat release it too.
OPENINGS = (Audience.PRESIDENCY, Audience.MEMBERS, Audience.OBSERVERS, Audience.PUBLIC)


class Report(Restricted):
    """What a party says of a commitment for one half-year; a later one for the same half-year replaces it."""

    class State(models.TextChoices):
        """How far a report has come."""

        DRAFT = "draft", pgettext_lazy("report on a commitment", "draft")
        SENT = "sent", pgettext_lazy("report on a commitment", "sent")
        REPLACED = "replaced", pgettext_lazy("report on a commitment", "replaced")

    class Done(models.TextChoices):
        """How far the party has come, in its own judgement."""

        NOT_BEGUN = "not_begun", pgettext_lazy("report on a commitment", "not begun")
        UNDER_WAY = "under_way", pgettext_lazy("report on a commitment", "under way")
        DONE = "done", pgettext_lazy("report on a commitment", "done")
        NOT_APPLICABLE = "not_applicable", pgettext_lazy("report on a commitment", "does not apply to us")

    ref = models.CharField(max_length=20, unique=True, default=random_ref, editable=False)
    commitment = models.ForeignKey(Commitment, models.PROTECT, related_name="reports")
    year = models.PositiveSmallIntegerField(_("year"))
    half = models.PositiveSmallIntegerField(_("half-year"))
    #: Counts the reports sent for one half-year.
    number = models.PositiveSmallIntegerField(_("number"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    done = models.CharField(_("how far you have come"), max_length=15, choices=Done, blank=True)
    words = TextsField(_("what was done"), max_length=5000, blank=True)
    next_steps = TextsField(_("next step"), max_length=1000, blank=True)
    #: Addresses or symbols of what bears it out.
    evidence = models.CharField(_("evidence"), max_length=500, blank=True)
    #: Who reads it once it is sent.
    opens_to = models.PositiveSmallIntegerField(_("who reads it"), choices=Audience, default=Audience.MEMBERS)
    #: One form sent twice counts once.
    token = models.CharField(max_length=40, null=True, blank=True)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    sent_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    #: When the secretariat (`sent_by`) entered it from the record, of the time before the plan was kept here.
    entered_at = models.DateTimeField(null=True, blank=True)
    revision = models.PositiveIntegerField(default=1)

    objects = ReportQuerySet.as_manager()

    class Meta(Restricted.Meta):
        verbose_name = _("report on a commitment")
        ordering = ["-year", "-half", "-number", "-id"]
        constraints = [
            *Restricted.Meta.constraints,
            models.UniqueConstraint(
                fields=["commitment", "party", "year", "half"], condition=Q(state="draft"), name="plan_report_one_draft"
            ),
            models.UniqueConstraint(
                fields=["commitment", "party", "year", "half"], condition=Q(state="sent"), name="plan_report_one_standing"
            ),
            models.UniqueConstraint(
                fields=["commitment", "party", "year", "half", "number"], name="plan_report_number_once"
            ),
            models.UniqueConstraint(fields=["commitment", "party", "token"], name="plan_report_token_once"),
            models.CheckConstraint(condition=Q(half__in=[1, 2]), name="plan_report_half"),
            models.CheckConstraint(
                condition=Q(state="draft", sent_at=None, number=None)
                | (~Q(state="draft") & Q(sent_at__isnull=False, sent_by__isnull=False, number__isnull=False)),
                name="plan_report_sent_whole",
            ),
            models.CheckConstraint(condition=Q(opens_to__lte=models.F("room_cap")), name="plan_report_opens_under_cap"),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["commitment", "state", "year", "half"], name="plan_report_by_commitment"),
            models.Index(fields=["party", "state", "year", "half"], name="plan_report_by_party"),
        ]

    def __str__(self) -> str:
        return f"{self.party} {self.year}/{self.half}"

    @property
    def half_name(self) -> str:
        """The half-year that it tells of, in words."""
        return name_of(self.year, self.half)


class ReportFile(StoredFile):
    """A file that goes with a report; a report that replaces another may keep it."""

    report = models.ForeignKey(Report, models.CASCADE, related_name="files")
    filed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("file of a report")
        ordering = ["pk"]
        indexes = [models.Index(fields=["key"], name="plan_report_file_key")]
