"""What the secretariat chose to show the public of an edition."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from puebla.accounts.models import Person
from puebla.plan.models.editions import Plan


class PlanRelease(models.Model):
    """The choice behind the public tracker of an edition; the public reads the copies in `publications`, never these rows."""

    plan = models.OneToOneField(Plan, models.CASCADE, related_name="release")
    #: References of the commitments chosen.
    commitments = models.JSONField(default=list)
    money = models.BooleanField(_("with budgets"), default=False)
    released_at = models.DateTimeField()
    released_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("public tracker")
        constraints = [
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="plan_release_withdrawn_pair",
            ),
        ]

    def __str__(self) -> str:
        return str(self.plan)
