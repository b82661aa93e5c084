"""Releases that were noticed in the store, the series that rooms show, and what each release says of them."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from puebla.core.languages import TextsField, show
from puebla.core.models import random_ref
from puebla.statistics.models.cells import Cell, Figure, State, fault_of


class Release(models.Model):
    """A release of a dataflow, from the hour at which it is public. What it says never changes."""

    #: As the engine numbers it (`RETURN-2`): its address for ever.
    code = models.CharField(_("release"), max_length=60, unique=True)
    dataflow = models.CharField(_("dataflow"), max_length=30, db_index=True)
    number = models.PositiveIntegerField()
    #: Of the dataflow.
    names = TextsField()
    descriptions = TextsField(max_length=1000, blank=True)
    note = models.CharField(max_length=500, blank=True)
    built_at = models.DateTimeField()
    public_from = models.DateTimeField(_("public from"))
    figures = models.PositiveBigIntegerField()
    series = models.PositiveBigIntegerField()
    #: [{"names": by language, "licence"}]: whose submissions came in with it.
    sources = models.JSONField(default=list)
    in_force = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("release of statistics")
        ordering = ["dataflow", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["dataflow"], condition=Q(in_force=True), name="statistics_one_in_force"
            ),
        ]

    def __str__(self) -> str:
        return self.code


class ReleasedSeries(models.Model):
    """A series of a dataflow that a room shows: a cell is its figure for a period."""

    ref = models.CharField(max_length=20, unique=True, default=random_ref, editable=False)
    dataflow = models.CharField(_("dataflow"), max_length=30)
    #: A code a dimension in the dataflow's order, joined by points, as SDMX writes it.
    key = models.CharField(_("key"), max_length=200)
    #: What its codes mean, totals left out.
    names = TextsField(max_length=1000, blank=True)
    #: What the release in force says.
    reading = models.ForeignKey("Reading", models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("released series")
        ordering = ["dataflow", "key"]
        constraints = [models.UniqueConstraint(fields=["dataflow", "key"], name="statistics_series_once")]

    def __str__(self) -> str:
        return f"{self.dataflow}:{self.key}"

    def cell(self, period: str = "") -> Cell:
        """The figure for a period, or the newest, with all that stands around it."""
        if self.reading is None:
            state = fault_of(self.dataflow, self.key) or State.NO_RELEASE
            return Cell(self.dataflow, self.key, state, names=self.names, ref=self.ref)
        return self.reading.cell_of(self, period)


class Reading(models.Model):
    """What one release says of one series; a release never changes, so neither does this."""

    of = models.ForeignKey(ReleasedSeries, models.CASCADE, related_name="readings")
    release = models.ForeignKey(Release, models.PROTECT, related_name="readings")
    #: In order of time: [[period, figure or null, status], ...]; none where the release lacks the series.
    figures = models.JSONField(default=list)
    unit_names = TextsField(blank=True)
    #: Of the figures, as they were submitted; None: as many as they have.
    decimals = models.PositiveSmallIntegerField(null=True, default=None)
    edition = models.CharField(max_length=200, blank=True)
    licence = models.CharField(max_length=200, blank=True)
    read_at = models.DateTimeField()

    class Meta:
        verbose_name = _("reading")
        ordering = ["of", "-release__number"]
        constraints = [models.UniqueConstraint(fields=["of", "release"], name="statistics_reading_once")]

    def __str__(self) -> str:
        return f"{self.of} ({self.release})"

    def cell_of(self, series: ReleasedSeries, period: str = "") -> Cell:
        """The figure of its series, which the caller has at hand, for a period; the newest where none is said."""
        figures = tuple(Figure(*one) for one in self.figures)
        facts: dict[str, Any] = {
            "names": series.names, "ref": series.ref, "figures": figures, "release": self.release, "period": period,
            "unit": self.unit_names, "decimals": self.decimals, "edition": self.edition, "licence": self.licence,
        }  # fmt: skip
        return Cell(series.dataflow, series.key, State.of(figures, period), **facts)

    @property
    def unit(self) -> str:
        """What its figures count, in the reader's language."""
        return str(show(self.unit_names))
