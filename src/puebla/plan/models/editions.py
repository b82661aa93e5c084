"""An edition of the Plan of Action, its parts (themes, pillars) and their objectives."""

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from puebla.accounts.models import Person
from puebla.core.languages import TextsField, show
from puebla.core.models import DatePrecision
from puebla.documents.models import Theme
from puebla.members.models import Body, Restricted
from puebla.plan.querysets import ObjectiveQuerySet, PillarQuerySet, PlanQuerySet


class Plan(Restricted):
    """An edition of the Plan of Action: in force from a day, reviewed by a body, before whose meetings countries report."""

    class State(models.TextChoices):
        """How far the edition has come; says nothing of who sees it."""

        DRAFT = "draft", pgettext_lazy("edition of the plan", "draft")
        IN_FORCE = "in_force", pgettext_lazy("edition of the plan", "in force")
        CLOSED = "closed", pgettext_lazy("edition of the plan", "closed")

    code = models.SlugField(_("code"), max_length=20, unique=True, help_text="2010")
    titles = TextsField(_("title"))
    summaries = TextsField(_("summary"), max_length=3000, blank=True)
    #: What this edition calls its parts and what lies in them: "theme" and "sub-topic", "pillar" and "objective".
    pillar_names = TextsField(_("what a part is called"), max_length=40)
    objective_names = TextsField(_("what an objective is called"), max_length=40)
    body = models.ForeignKey(
        Body, models.PROTECT, related_name="plans", verbose_name=_("body that reviews it")
    )
    from_on = models.DateField(_("from"))
    from_precision = models.CharField(max_length=5, choices=DatePrecision, default=DatePrecision.YEAR)
    until_on = models.DateField(_("until"), null=True, blank=True)
    until_precision = models.CharField(max_length=5, choices=DatePrecision, default=DatePrecision.YEAR)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    #: Since when countries report on it here: nothing is asked of a half-year that was over before.
    in_force_on = models.DateField(_("reports are asked since"), null=True, blank=True)
    #: Since when nothing more is reported on it; none where something is, or nothing ever was.
    over_at = models.DateTimeField(null=True, blank=True, editable=False)
    #: So many days before the meeting of that body reports are due.
    report_days = models.PositiveSmallIntegerField(
        _("reports are due, days before the meeting"), default=15, validators=[MaxValueValidator(120)]
    )
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    revision = models.PositiveIntegerField(default=1)

    objects = PlanQuerySet.as_manager()

    class Meta(Restricted.Meta):
        verbose_name = _("edition of the Plan of Action")
        ordering = ["-from_on", "code"]
        constraints = [
            *Restricted.Meta.constraints,
            models.CheckConstraint(
                condition=Q(until_on=None) | Q(until_on__gte=F("from_on")), name="plan_plan_in_order"
            ),
            models.CheckConstraint(
                condition=~Q(state="in_force") | Q(over_at=None), name="plan_plan_over_when"
            ),
        ]

    def __str__(self) -> str:
        return str(show(self.titles)) or self.code

    @property
    def is_in_force(self) -> bool:
        """Whether countries report on it."""
        return self.state == self.State.IN_FORCE


class Pillar(models.Model):
    """A part of an edition: a theme of 2010, a pillar of a later one."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="pillars")
    code = models.SlugField(_("code"), max_length=20)
    names = TextsField(_("name"))
    #: The theme of the lists that it is, where it is one: documents on it are found by that.
    theme = models.ForeignKey(
        Theme, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("theme")
    )
    number = models.PositiveSmallIntegerField(_("number"))
    revision = models.PositiveIntegerField(default=1)

    objects = PillarQuerySet.as_manager()

    class Meta:
        verbose_name = _("part of the plan")
        ordering = ["plan", "number"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "code"], name="plan_pillar_code_once"),
            models.UniqueConstraint(fields=["plan", "number"], name="plan_pillar_number_once"),
        ]

    def __str__(self) -> str:
        return str(show(self.names)) or self.code


class Objective(models.Model):
    """What commitments serve: an objective of a part, a sub-topic of a theme."""

    pillar = models.ForeignKey(Pillar, models.PROTECT, related_name="objectives")
    names = TextsField(_("name"))
    number = models.PositiveSmallIntegerField(_("number"))
    revision = models.PositiveIntegerField(default=1)

    objects = ObjectiveQuerySet.as_manager()

    class Meta:
        verbose_name = _("objective")
        ordering = ["pillar__number", "number"]
        constraints = [
            models.UniqueConstraint(fields=["pillar", "number"], name="plan_objective_number_once"),
        ]

    def __str__(self) -> str:
        return str(show(self.names))
