"""The hand-over file of the Presidency: its points, and who signed each for whom."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from puebla.accounts.models import Person
from puebla.core.languages import TextsField, show
from puebla.core.models import random_ref
from puebla.meetings.querysets.handovers import HandOverPointQuerySet, HandOverQuerySet
from puebla.members.models import Party, PresidencyTerm, Restricted


class HandOver(models.Model):
    """What one Presidency hands to the next: made by the system, signed point by point, frozen with its digest."""

    ref = models.CharField(max_length=20, unique=True, default=random_ref, editable=False)
    #: The term that begins with it.
    term = models.ForeignKey(PresidencyTerm, models.PROTECT, related_name="handovers")
    outgoing = models.ForeignKey(Party, models.PROTECT, related_name="handovers_given")
    incoming = models.ForeignKey(Party, models.PROTECT, related_name="handovers_taken")
    made_at = models.DateTimeField()
    refreshed_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True, blank=True)
    completed_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    #: SHA-256 of its open points with their signatures, as they stood when it was frozen.
    sha256 = models.CharField(max_length=64, blank=True)

    objects = HandOverQuerySet.as_manager()

    class Meta:
        verbose_name = _("hand-over file")
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["term", "outgoing", "incoming"], name="meetings_handover_once"),
            models.CheckConstraint(
                condition=Q(completed_at=None, sha256="")
                | (Q(completed_at__isnull=False, completed_by__isnull=False) & ~Q(sha256="")),
                name="meetings_handover_frozen_whole",
            ),
            models.CheckConstraint(
                condition=~Q(outgoing=models.F("incoming")), name="meetings_handover_to_another"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.outgoing} → {self.incoming}"


class HandOverPoint(Restricted):
    """One point of the file. It lies behind the gate of its record, whose columns it copies; words as they were last written."""

    ref = models.CharField(max_length=20, unique=True, default=random_ref, editable=False)
    handover = models.ForeignKey(HandOver, models.CASCADE, related_name="points")
    section = models.CharField(max_length=20)
    key = models.CharField(max_length=60)
    titles = TextsField(_("what it is"), max_length=400)
    states = TextsField(_("how it stands"), max_length=1000, blank=True)
    notes = TextsField(_("note"), max_length=2000, blank=True)
    route = models.JSONField(default=list, blank=True)
    due_on = models.DateField(null=True, blank=True)
    #: Who added it by hand; None for what the system found.
    added_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    changed_at = models.DateTimeField()
    #: No longer open: it stays as it was signed.
    gone_at = models.DateTimeField(null=True, blank=True)
    #: Of its words; what is signed is signed with it.
    digest = models.CharField(max_length=64)

    #: Written by `querysets.handovers.points_for`: side → the signature in force; whether all were given to other words.
    given: "dict[str, HandOverSignature]"
    mended: bool

    objects = HandOverPointQuerySet.as_manager()

    class Meta(Restricted.Meta):
        verbose_name = _("point of a hand-over file")
        ordering = ["handover", "section", models.F("due_on").asc(nulls_last=True), "key"]
        constraints = [
            *Restricted.Meta.constraints,
            models.UniqueConstraint(fields=["handover", "section", "key"], name="meetings_point_once"),
        ]

    def __str__(self) -> str:
        return str(show(self.titles))


class HandOverSignature(models.Model):
    """That somebody signed a point for a side, as it read then; append-only."""

    class Side(models.TextChoices):
        OUTGOING = "outgoing", _("outgoing Presidency")
        INCOMING = "incoming", _("incoming Presidency")

    point = models.ForeignKey(HandOverPoint, models.CASCADE, related_name="signatures")
    side = models.CharField(max_length=8, choices=Side)
    party = models.ForeignKey(Party, models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    digest = models.CharField(max_length=64)
    remark = models.TextField(_("remark"), max_length=1000, blank=True)
    #: In which language the remark is written.
    language = models.CharField(max_length=10, blank=True)

    class Meta:
        verbose_name = _("signature of a hand-over point")
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["point", "side", "digest"], name="meetings_signature_once")
        ]
