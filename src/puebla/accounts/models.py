"""A person: somebody who was invited. Persons have no rights of their own; their seats have."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from puebla.core import registry
from puebla.core.languages import TextsField
from puebla.core.models import random_ref
from puebla.core.zones import ZoneField


class PersonManager(BaseUserManager["Person"]):
    """Makes persons; Django's and allauth's doors come through here."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "Person":
        """Make a person with this address; without a password they sign in by code."""
        person = self.model(email=self.normalize_email(email).lower(), **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person

    def with_address(self, email: str) -> "models.QuerySet[Person]":
        """Whoever this address leads to: it names the account, or is a further one that its holder has confirmed."""
        confirmed = self.filter(emailaddress__email__iexact=email, emailaddress__verified=True)
        return self.filter(models.Q(email__iexact=email) | models.Q(pk__in=confirmed.order_by().values("pk")))

    def get_by_natural_key(self, username: str | None) -> "Person":
        return self.get(email__iexact=username)


class Person(AbstractBaseUser):
    """Somebody of a party or of the secretariat, named by e-mail address."""

    ref = models.CharField(max_length=20, unique=True, default=random_ref, editable=False)
    email = models.EmailField(_("e-mail address"), unique=True)
    full_name = models.CharField(_("full name"), max_length=150)
    job_titles = TextsField(_("office held"), max_length=150, blank=True)
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    language = models.CharField(_("language of correspondence"), max_length=10, default="en")
    #: By whose clocks the person reads hours; empty: the process's.
    zone = ZoneField(blank=True, default="")
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    retired_at = models.DateTimeField(_("retired at"), null=True, blank=True)
    retired_by = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")
    revision = models.PositiveIntegerField(default=1)
    #: Always empty, and held so by the database (`accounts.apps`): the CMS asks for the groups of everybody it knows,
    #: and a group would be a right of the person's own.
    groups = models.ManyToManyField(
        "auth.Group", blank=True, related_name="user_set", related_query_name="user"
    )
    #: Nobody stands above the rules.
    is_superuser = False

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["full_name"]

    objects = PersonManager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["full_name", "pk"]
        constraints = [
            models.UniqueConstraint(Lower("email"), name="accounts_person_email_once"),
            models.CheckConstraint(
                condition=models.Q(retired_at=None, retired_by=None)
                | models.Q(retired_at__isnull=False, retired_by__isnull=False, is_active=False),
                name="accounts_person_retired_pair",
            ),
        ]

    def __str__(self) -> str:
        return self.full_name or self.email

    def get_full_name(self) -> str:
        """For allauth's templates and the CMS."""
        return self.full_name

    def has_perm(self, name: str, _record: object = None) -> bool:
        """Whether a seat held now gives the permission that the CMS calls by this name, as `app.permission`."""
        return self.is_active and any(gives(self, name) for gives in registry.framework_permissions)

    def has_perms(self, names: Iterable[str], _record: object = None) -> bool:
        """Whether seats give all of these."""
        return all(self.has_perm(name) for name in names)
