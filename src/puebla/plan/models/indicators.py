"""Indicators: one cell of the released statistics that tells how a commitment fares."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from puebla.accounts.models import Person
from puebla.core.languages import TextsField, show
from puebla.core.models import random_ref
from puebla.plan.models.commitments import Commitment
from puebla.plan.querysets import IndicatorQuerySet


class Indicator(models.Model):
    """A figure that a commitment is measured by: the series of one key of a dataflow.

    Nothing is typed here but which cell: its figure, unit, trend and release are what `statistics` last read there.
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
    direction = models.CharField(_("direction"), max_length=5, choices=Direction, default=Direction.NONE)
    target = models.DecimalField(_("target"), max_digits=24, decimal_places=6, null=True, blank=True)
    target_period = models.CharField(_("target for"), max_length=20, blank=True)
    rank = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    revision = models.PositiveIntegerField(default=1)

    objects = IndicatorQuerySet.as_manager()

    class Meta:
        verbose_name = _("indicator")
        ordering = ["commitment", "rank", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["commitment", "dataflow", "key"], name="plan_indicator_once"),
        ]
        indexes = [models.Index(fields=["dataflow"], name="plan_indicator_dataflow")]

    def __str__(self) -> str:
        return str(show(self.names))
