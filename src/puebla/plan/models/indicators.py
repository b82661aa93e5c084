"""Indicators: one cell of a dataflow that tells how a commitment fares, with what was last read there."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from puebla.accounts.models import Person
from puebla.core.languages import TextsField, show
from puebla.core.models import random_ref
from puebla.plan.models.commitments import Commitment
from puebla.plan.querysets import IndicatorQuerySet


class Indicator(models.Model):
    """A figure that a commitment is measured by: the series of one key of a dataflow, and what was last read of it.

    Read by `actions.indicators.keep_reading`, which whoever knows releases calls; nothing is typed here but which cell.
    """

    class Direction(models.TextChoices):
        """Which way is the good one."""

        UP = "up", _("more is better")
        DOWN = "down", _("less is better")
        NONE = "none", _("neither")

    ref = models.CharField(max_length=20, unique=True, default=random_ref, editable=False)
    commitment = models.ForeignKey(Commitment, models.PROTECT, related_name="indicators")
    names = TextsField(_("indicator"))
    #: "REMIT", and the key of one series in it: "A.SLV.IN".
    dataflow = models.CharField(_("dataflow"), max_length=60)
    key = models.CharField(_("key of the series"), max_length=200)
    unit_names = TextsField(_("unit"), max_length=80, blank=True)
    direction = models.CharField(_("direction"), max_length=5, choices=Direction, default=Direction.NONE)
    target = models.DecimalField(_("target"), max_digits=24, decimal_places=6, null=True, blank=True)
    target_period = models.CharField(_("target for"), max_length=20, blank=True)
    #: What was last read: value, its period, from which release, and when.
    value = models.DecimalField(_("value"), max_digits=24, decimal_places=6, null=True, blank=True)
    period = models.CharField(_("period"), max_length=20, blank=True)
    release = models.CharField(_("release"), max_length=120, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
    #: The last periods before it, oldest first: [["2019", "12.5"], …]; for trend and spark line.
    series = models.JSONField(default=list, blank=True)
    #: Why nothing could be read, as a code that the reader of releases gives ("absent", "suppressed").
    missing = models.CharField(max_length=30, blank=True)
    rank = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    revision = models.PositiveIntegerField(default=1)

    objects = IndicatorQuerySet.as_manager()

    class Meta:
        verbose_name = _("indicator")
        ordering = ["commitment", "rank", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(value=None) | (Q(read_at__isnull=False) & ~Q(period="") & ~Q(release="")),
                name="plan_indicator_read_whole",
            ),
            models.UniqueConstraint(fields=["commitment", "dataflow", "key"], name="plan_indicator_once"),
        ]
        indexes = [models.Index(fields=["dataflow"], name="plan_indicator_dataflow")]

    def __str__(self) -> str:
        return str(show(self.names))


class Reading(models.Model):
    """What an indicator showed in one release; kept, so that a figure once cited can be found again."""

    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="readings")
    release = models.CharField(max_length=120)
    period = models.CharField(max_length=20)
    value = models.DecimalField(max_digits=24, decimal_places=6)
    read_at = models.DateTimeField()

    class Meta:
        verbose_name = _("reading of an indicator")
        ordering = ["indicator", "-read_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["indicator", "release", "period"], name="plan_reading_once")
        ]
