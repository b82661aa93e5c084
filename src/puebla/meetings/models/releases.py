"""What the secretariat chose to show the public of a meeting."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from puebla.accounts.models import Person
from puebla.meetings.models.convening import Convening


class ProgrammeRelease(models.Model):
    """The choice behind a meeting's public programme; the public reads the copy in `publications`, never these rows.

    Kept so that the secretariat is told when what it chose has changed meanwhile, or something came that it never saw.
    """

    convening = models.OneToOneField(Convening, models.CASCADE, related_name="release")
    #: References of the items and sessions chosen, and of all that there were to choose from.
    items = models.JSONField(default=list)
    sessions = models.JSONField(default=list)
    offered = models.JSONField(default=list)
    participants = models.BooleanField(_("who took part"), default=False)
    released_at = models.DateTimeField()
    released_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("public programme")
        constraints = [
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="meetings_release_withdrawn_pair",
            ),
        ]

    def __str__(self) -> str:
        return str(self.convening)
