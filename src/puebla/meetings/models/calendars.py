"""The secret address at which a person's own calendar is read by other programs."""

from typing import Any, Self

from django.db import models
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_lazy as _

from puebla.accounts.models import Person
from puebla.core.models import random_ref


class CalendarAddressQuerySet(models.QuerySet[Any]):
    """Addresses of calendars."""

    def visible_to(self, person: Person | None) -> Self:
        """One's own."""
        return self.filter(person=person) if person is not None else self.none()

    def behind(self, token: str) -> "CalendarAddress | None":
        """The address that this token opens now; None for one that was renewed, ended, or whose owner has left."""
        ref = token.partition("-")[0]
        found: CalendarAddress | None = (
            self.filter(ref=ref, person__is_active=True).select_related("person").first()
        )
        return found if found is not None and constant_time_compare(found.token, token) else None


class CalendarAddress(models.Model):
    """Opens one person's calendar to a program that cannot sign in.

    The token is derived from `salt`: who reads the database cannot use it, and a new salt ends the one before.
    """

    ref = models.CharField(max_length=20, unique=True, default=random_ref, editable=False)
    person = models.OneToOneField(Person, models.CASCADE, related_name="calendar_address")
    salt = models.CharField(max_length=40)
    opened_at = models.DateTimeField()

    objects = CalendarAddressQuerySet.as_manager()

    class Meta:
        verbose_name = _("address of a calendar")

    def __str__(self) -> str:
        return self.ref

    @property
    def token(self) -> str:
        """The part of the address that nobody can guess."""
        key = salted_hmac("puebla.meetings.calendar", f"{self.ref}:{self.salt}").hexdigest()[:40]
        return f"{self.ref}-{key}"
