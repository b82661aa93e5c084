"""When somebody looked at the desk: what is newer is new to them."""

from django.db import models

from puebla.accounts.models import Person


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
