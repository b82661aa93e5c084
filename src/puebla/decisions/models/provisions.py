"""What a paragraph of a decision does: its verb, whom it addresses, until when, where it stands; and what it says of others."""

import datetime as dt

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from puebla.accounts.models import Person
from puebla.core.languages import TextsField, show
from puebla.decisions.querysets import ProvisionQuerySet
from puebla.documents.models import Theme
from puebla.members.models import Body, Party
from puebla.texts.models import Function, Paragraph


class Verb(models.Model):
    """A verb with which paragraphs open: what it is called, how it is recognised, and whether it asks for something."""

    code = models.SlugField(_("code"), max_length=30, unique=True)
    #: In the infinitive: "to request".
    names = TextsField(_("names"), max_length=60)
    #: By language, forms by which the beginning of a paragraph gives it away: ["requests", "request"].
    forms = models.JSONField(_("forms"), default=dict, blank=True)
    function = models.CharField(_("function"), max_length=15, choices=Function, default=Function.OPERATIVE)
    #: Whether who is addressed is expected to do something about it.
    asks = models.BooleanField(_("asks for something"), default=False)
    rank = models.PositiveSmallIntegerField(default=50)

    class Meta:
        verbose_name = _("verb")
        verbose_name_plural = _("verbs")
        ordering = ["rank", "code"]

    def __str__(self) -> str:
        return str(show(self.names)) or self.code


class Status(models.TextChoices):
    """Where what a paragraph says stands, through the years."""

    ACTIVE = "active", pgettext_lazy("paragraph", "active")
    IMPLEMENTED = "implemented", pgettext_lazy("paragraph", "implemented")
    SUPERSEDED = "superseded", pgettext_lazy("paragraph", "superseded")
    ELAPSED = "elapsed", pgettext_lazy("paragraph", "elapsed")
    RETIRED = "retired", pgettext_lazy("paragraph", "retired")
    NEEDS_FUNDING = "needs_funding", pgettext_lazy("paragraph", "needs funding")


#: What still asks something of whom it addresses.
IN_FORCE = (Status.ACTIVE, Status.NEEDS_FUNDING)


class Provision(models.Model):
    """What is known of one paragraph of a decision beside its words."""

    class Precision(models.TextChoices):
        DAY = "day", _("day")
        MONTH = "month", _("month")
        QUARTER = "quarter", _("quarter")
        YEAR = "year", _("year")

    paragraph = models.OneToOneField(Paragraph, models.PROTECT, related_name="provision")
    verb = models.ForeignKey(
        Verb, models.PROTECT, null=True, blank=True, related_name="provisions", verbose_name=_("verb")
    )
    #: The first day of the period that `due_precision` names.
    due_on = models.DateField(_("due"), null=True, blank=True)
    due_precision = models.CharField(max_length=7, choices=Precision, default=Precision.DAY)
    #: Whether who is addressed answers for it in "Asked of us".
    asks = models.BooleanField(_("asks for something"), default=False)
    themes = models.ManyToManyField(Theme, related_name="provisions", blank=True, verbose_name=_("themes"))
    status = models.CharField(_("status"), max_length=15, choices=Status, default=Status.ACTIVE)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    revision = models.PositiveIntegerField(default=1)

    objects = ProvisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("provision")
        verbose_name_plural = _("provisions")
        ordering = ["paragraph__text", "paragraph__serial"]
        indexes = [
            models.Index(fields=["status", "due_on"], name="decisions_by_status"),
            models.Index(fields=["due_on"], condition=Q(asks=True), name="decisions_asking"),
            # What is asked of a party: a few of all paragraphs there ever were.
            models.Index(fields=["status"], condition=Q(asks=True), name="decisions_asking_status"),
            models.Index(fields=["changed_at"], condition=Q(asks=True), name="decisions_asking_changed"),
        ]

    def __str__(self) -> str:
        return f"{self.paragraph.text}#{self.paragraph.anchor}"

    @property
    def due(self) -> "tuple[dt.date, str] | None":
        """The day and how far it is known."""
        return (self.due_on, self.due_precision) if self.due_on else None


class Addressee(models.Model):
    """Whom a paragraph addresses: a party, a body, or everybody of a kind."""

    class Whom(models.TextChoices):
        PARTY = "party", _("a party")
        MEMBERS = "members", _("all member states")
        SECRETARIAT = "secretariat", _("the secretariat")
        PRESIDENCY = "presidency", _("the Presidency")
        BODY = "body", _("a body")
        PARTNERS = "partners", _("partners")

    provision = models.ForeignKey(Provision, models.CASCADE, related_name="addressees")
    whom = models.CharField(_("whom"), max_length=12, choices=Whom)
    party = models.ForeignKey(Party, models.PROTECT, null=True, blank=True, related_name="addressed")
    body = models.ForeignKey(Body, models.PROTECT, null=True, blank=True, related_name="addressed")
    #: Of partners that are no party here: what they are called.
    names = TextsField(_("names"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("addressee")
        ordering = ["provision", "whom", "party__code", "body__code", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(whom="party", party__isnull=False, body=None)
                | Q(whom="body", body__isnull=False, party=None)
                | (~Q(whom__in=["party", "body"]) & Q(party=None, body=None)),
                name="decisions_addressee_named",
            ),
            models.UniqueConstraint(
                fields=["provision", "party"], condition=Q(party__isnull=False), name="decisions_addressee_party_once"
            ),
            models.UniqueConstraint(
                fields=["provision", "body"], condition=Q(body__isnull=False), name="decisions_addressee_body_once"
            ),
            models.UniqueConstraint(
                fields=["provision", "whom"], condition=Q(party=None, body=None), name="decisions_addressee_whom_once"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return str(self.party or self.body or str(show(self.names)) or self.get_whom_display())


class ProvisionStatus(models.Model):
    """That a provision came to a status on a day, and why; append-only."""

    provision = models.ForeignKey(Provision, models.CASCADE, related_name="statuses")
    status = models.CharField(_("status"), max_length=15, choices=Status)
    on = models.DateField(_("since"))
    notes = TextsField(_("reason"), max_length=1000, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("status of a provision")
        ordering = ["provision", "on", "pk"]

    def __str__(self) -> str:
        return str(self.get_status_display())


class Link(models.Model):
    """What one paragraph says of another: it recalls it, amends it, carries it out; or was forwarded from it."""

    class Kind(models.TextChoices):
        RECALLS = "recalls", pgettext_lazy("paragraph", "recalls")
        AMENDS = "amends", pgettext_lazy("paragraph", "amends")
        IMPLEMENTS = "implements", pgettext_lazy("paragraph", "implements")
        SUPERSEDES = "supersedes", pgettext_lazy("paragraph", "supersedes")
        #: Written by forwarding: the recommendation's own paragraph.
        FORWARDS = "forwards", pgettext_lazy("paragraph", "was forwarded from")

    source = models.ForeignKey(Paragraph, models.PROTECT, related_name="links")
    target = models.ForeignKey(Paragraph, models.PROTECT, related_name="links_in")
    kind = models.CharField(_("relation"), max_length=12, choices=Kind)
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("link between paragraphs")
        ordering = ["source", "kind", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["source", "target", "kind"], name="decisions_link_once"),
            models.CheckConstraint(condition=~Q(source=F("target")), name="decisions_link_to_another"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.get_kind_display()} {self.target}"
