"""What a party says of a paragraph that asks something of it; short, append-only, the newest counts."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from puebla.accounts.models import Person
from puebla.core.models import random_ref
from puebla.decisions.models.provisions import Provision
from puebla.decisions.querysets import AnswerQuerySet
from puebla.members.models import Restricted


class ProvisionAnswer(Restricted):
    """What a party did about a provision; the secretariat and the Presidency read it, others where the party opens it."""

    class Says(models.TextChoices):
        UNDER_WAY = "under_way", pgettext_lazy("answer", "under way")
        DONE = "done", pgettext_lazy("answer", "done")

    ref = models.CharField(max_length=20, unique=True, default=random_ref, editable=False)
    #: Of the form that was sent: the same one sent again changes nothing.
    token = models.CharField(max_length=40, unique=True, default=random_ref, editable=False)
    provision = models.ForeignKey(Provision, models.PROTECT, related_name="answers")
    says = models.CharField(_("state"), max_length=10, choices=Says, default=Says.DONE)
    words = models.TextField(_("what was done"), max_length=5000)
    language = models.CharField(_("language"), max_length=10)
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")

    objects = AnswerQuerySet.as_manager()

    class Meta(Restricted.Meta):
        verbose_name = _("answer to a paragraph")
        verbose_name_plural = _("answers to paragraphs")
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["provision", "party", "-at"], name="decisions_answers")]

    def __str__(self) -> str:
        return f"{self.party}: {self.get_says_display()}"
