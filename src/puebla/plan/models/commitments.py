"""Commitments: who does what, from when until when, how far it has come, what it costs, and what ordered it."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from puebla.accounts.models import Person
from puebla.core.languages import TextsField, show
from puebla.core.models import DatePrecision, random_ref
from puebla.members.models import Body, Party
from puebla.plan.models.editions import Objective, Plan
from puebla.plan.querysets import CommitmentQuerySet
from puebla.texts.models import Paragraph


class Framework(models.Model):
    """A list of goals of others that commitments are tagged with: the Global Compact's objectives, the SDG targets."""

    code = models.SlugField(_("code"), max_length=20, unique=True)
    names = TextsField(_("name"))
    rank = models.PositiveSmallIntegerField(default=50)

    class Meta:
        verbose_name = _("list of goals")
        ordering = ["rank", "code"]

    def __str__(self) -> str:
        return str(show(self.names)) or self.code


class Goal(models.Model):
    """One of them: objective 8, target 10.7."""

    framework = models.ForeignKey(Framework, models.PROTECT, related_name="goals")
    code = models.CharField(_("code"), max_length=20)
    names = TextsField(_("name"), max_length=500)
    rank = models.PositiveSmallIntegerField(default=50)

    class Meta:
        verbose_name = _("goal")
        ordering = ["framework__rank", "rank", "code"]
        constraints = [models.UniqueConstraint(fields=["framework", "code"], name="plan_goal_once")]

    def __str__(self) -> str:
        return f"{self.code} {show(self.names)}"


class Status(models.TextChoices):
    """How far a commitment has come."""

    PLANNED = "planned", pgettext_lazy("commitment", "planned")
    UNDER_WAY = "under_way", pgettext_lazy("commitment", "under way")
    NEEDS_FUNDING = "needs_funding", pgettext_lazy("commitment", "needs funding")
    ON_HOLD = "on_hold", pgettext_lazy("commitment", "on hold")
    DONE = "done", pgettext_lazy("commitment", "implemented")
    DROPPED = "dropped", pgettext_lazy("commitment", "no longer pursued")


#: Those of which nothing more is reported.
OVER = frozenset({Status.DONE, Status.DROPPED})


class Commitment(models.Model):
    """What parties committed themselves to; binding by honour. Visible where its edition is."""

    ref = models.CharField(max_length=20, unique=True, default=random_ref, editable=False)
    plan = models.ForeignKey(Plan, models.PROTECT, related_name="commitments")
    objective = models.ForeignKey(
        Objective, models.PROTECT, related_name="commitments", verbose_name=_("objective")
    )
    #: "1.2.3": part, objective and place in it on the day it was entered; its address for ever.
    code = models.CharField(_("number"), max_length=20)
    #: Letters that are compared as text in the order of the numbers.
    code_order = models.CharField(max_length=60, editable=False)
    titles = TextsField(_("commitment"), max_length=500)
    texts = TextsField(_("description"), max_length=5000, blank=True)
    parties = models.ManyToManyField(Party, through="Involvement", related_name="commitments")
    #: Of every member state, whoever is one.
    all_members = models.BooleanField(_("of all member states"), default=False)
    #: A network, a working group, the secretariat's office that carries it.
    body = models.ForeignKey(
        Body, models.PROTECT, null=True, blank=True, related_name="commitments", verbose_name=_("body that carries it")
    )  # fmt: skip
    from_on = models.DateField(_("from"), null=True, blank=True)
    from_precision = models.CharField(max_length=5, choices=DatePrecision, default=DatePrecision.YEAR)
    until_on = models.DateField(_("until"), null=True, blank=True)
    until_precision = models.CharField(max_length=5, choices=DatePrecision, default=DatePrecision.YEAR)
    #: Since when reports on it are asked: when its edition came into force, or it was entered into one that was. None of
    #: what was entered before this was kept: then since it was entered.
    asked_from = models.DateField(_("reports are asked since"), null=True, blank=True, editable=False)
    status = models.CharField(_("status"), max_length=15, choices=Status, default=Status.PLANNED)
    #: Since when nothing more is reported of it; none where something is, or nothing ever was: it was over before its edition came into force.
    over_at = models.DateTimeField(null=True, blank=True, editable=False)
    #: In per cent, by the stated rule (`rules.progress_of`); None where it does not count.
    progress = models.PositiveSmallIntegerField(_("progress"), null=True, blank=True)
    budget = models.DecimalField(_("budget"), max_digits=14, decimal_places=2, null=True, blank=True)
    funded = models.DecimalField(_("funded"), max_digits=14, decimal_places=2, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    #: The paragraph that ordered it; where that stands in no text here, how it is cited.
    paragraph = models.ForeignKey(
        Paragraph, models.PROTECT, null=True, blank=True, related_name="commitments", verbose_name=_("ordered by")
    )  # fmt: skip
    cites = models.CharField(_("mandate as it is cited"), max_length=200, blank=True)
    next_steps = TextsField(_("next step"), max_length=1000, blank=True)
    goals = models.ManyToManyField(Goal, related_name="commitments", blank=True, verbose_name=_("goals"))
    #: Folded number, titles and mandate: what the word filter looks into.
    words = models.TextField(blank=True, editable=False)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    revision = models.PositiveIntegerField(default=1)

    objects = CommitmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("commitment")
        ordering = ["plan", "code_order"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "code"], name="plan_commitment_code_once"),
            models.CheckConstraint(
                condition=Q(from_on=None) | Q(until_on=None) | Q(until_on__gte=F("from_on")),
                name="plan_commitment_in_order",
            ),
            models.CheckConstraint(
                condition=(Q(budget=None) | (Q(budget__gte=0) & ~Q(currency="")))
                & (Q(funded=None) | (Q(funded__gte=0) & ~Q(currency=""))),
                name="plan_commitment_money_whole",
            ),
            models.CheckConstraint(
                condition=Q(over_at=None) | Q(status__in=sorted(OVER)), name="plan_commitment_over_when"
            ),
            models.CheckConstraint(
                condition=Q(progress=None) | Q(progress__lte=100), name="plan_commitment_progress"
            ),
        ]
        indexes = [
            models.Index(fields=["plan", "code_order"], name="plan_by_number"),
            models.Index(fields=["objective", "status", "progress"], name="plan_by_objective"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {show(self.titles)}"


class Involvement(models.Model):
    """A party's part in a commitment."""

    class Part(models.TextChoices):
        """What the party does in it."""

        LEAD = "lead", _("lead")
        PARTNER = "partner", _("partner")

    commitment = models.ForeignKey(Commitment, models.CASCADE, related_name="involvements")
    party = models.ForeignKey(Party, models.PROTECT, related_name="+")
    part = models.CharField(_("part"), max_length=10, choices=Part, default=Part.LEAD)

    class Meta:
        verbose_name = _("part in a commitment")
        ordering = ["commitment", "part", "party__code"]
        constraints = [
            models.UniqueConstraint(fields=["commitment", "party"], name="plan_involvement_once"),
        ]
        indexes = [models.Index(fields=["party", "commitment"], name="plan_involvement_party")]


class Action(models.Model):
    """A step of a commitment, which somebody takes by a day."""

    class State(models.TextChoices):
        """How far it has come."""

        PLANNED = "planned", pgettext_lazy("action of the plan", "planned")
        UNDER_WAY = "under_way", pgettext_lazy("action of the plan", "under way")
        DONE = "done", pgettext_lazy("action of the plan", "done")
        DROPPED = "dropped", pgettext_lazy("action of the plan", "dropped")

    ref = models.CharField(max_length=20, unique=True, default=random_ref, editable=False)
    commitment = models.ForeignKey(Commitment, models.PROTECT, related_name="actions")
    titles = TextsField(_("action"), max_length=500)
    party = models.ForeignKey(
        Party, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("who takes it")
    )
    due_on = models.DateField(_("by"), null=True, blank=True)
    due_precision = models.CharField(max_length=5, choices=DatePrecision, default=DatePrecision.DAY)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PLANNED)
    rank = models.PositiveSmallIntegerField(default=0)
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("action of the plan")
        ordering = ["commitment", "rank", "pk"]

    def __str__(self) -> str:
        return str(show(self.titles))


class Mark(models.Model):
    """How a commitment stood from an instant on; append-only: years are compared by it."""

    commitment = models.ForeignKey(Commitment, models.PROTECT, related_name="marks")
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    status = models.CharField(_("status"), max_length=15, choices=Status)
    progress = models.PositiveSmallIntegerField(_("progress"), null=True)
    budget = models.DecimalField(_("budget"), max_digits=14, decimal_places=2, null=True)
    funded = models.DecimalField(_("funded"), max_digits=14, decimal_places=2, null=True)
    #: When it was entered from the record, of a day on which the plan was not kept here; None of what was kept at each change.
    entered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("how a commitment stood")
        ordering = ["commitment", "at", "pk"]
        indexes = [models.Index(fields=["commitment", "-at", "-id"], name="plan_mark_latest")]
