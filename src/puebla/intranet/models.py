"""The private site's own memory: when somebody looked at the desk, and what a party noted about what is asked of it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from puebla.accounts.models import Person
from puebla.members.models import Party


class Look(models.Model):
    """A person's latest visit to the desk and the one before it; a reload within half an hour is the same visit."""

    person = models.OneToOneField(Person, models.CASCADE, related_name="desk_look")
    this_at = models.DateTimeField()
    before_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(before_at=None) | models.Q(before_at__lt=models.F("this_at")),
                name="intranet_look_in_order",
            ),
        ]


class Handling(models.Model):
    """What a party noted about one thing asked of it; what is asked, and whether it was answered, stands with what asks it.

    The note is the party's own; the secretariat and the Presidency learn of it only that the thing does not apply, and why.
    """

    source = models.CharField(max_length=30)
    #: Names the thing within its source for ever.
    asked = models.CharField(max_length=120)
    party = models.ForeignKey(Party, models.PROTECT, related_name="+")
    assigned_to = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("who has it")
    )
    remind_on = models.DateField(_("reminder on"), null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)
    not_applicable_at = models.DateTimeField(null=True, blank=True)
    not_applicable_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("note about what is asked")
        constraints = [
            models.UniqueConstraint(fields=["source", "asked", "party"], name="intranet_handling_once"),
            models.CheckConstraint(
                condition=models.Q(not_applicable_at=None, not_applicable_by=None, reason="")
                | (
                    models.Q(not_applicable_at__isnull=False, not_applicable_by__isnull=False)
                    & ~models.Q(reason="")
                ),
                name="intranet_handling_reason",
            ),
        ]
        indexes = [
            models.Index(
                fields=["remind_on"], name="intranet_handling_due",
                condition=models.Q(remind_on__isnull=False, reminded_at=None),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.source}:{self.asked}"
