"""What convening adds to a meeting's plain record."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from puebla.accounts.models import Person
from puebla.core.languages import TextsField
from puebla.core.zones import ZoneField
from puebla.documents.models import Document
from puebla.meetings.querysets import ConveningQuerySet
from puebla.members.models import Audience, Meeting, Party


class Convening(models.Model):
    """How a meeting is prepared and held: its state, place, hours, notes, quotas. The record itself is `Meeting`.

    While the record is a draft (`Meeting.draft`) only secretariat and Presidency know of it, and nothing is sent.
    """

    class State(models.TextChoices):
        ANNOUNCED = "announced", _("announced")
        CONVENED = "convened", _("convened")
        IN_SESSION = "in_session", _("in session")
        CLOSED = "closed", _("closed")

    class Manner(models.TextChoices):
        IN_PERSON = "in_person", _("in person")
        HYBRID = "hybrid", _("in person and remotely")
        REMOTE = "remote", _("remotely")

    meeting = models.OneToOneField(
        Meeting, models.CASCADE, related_name="convening", verbose_name=_("meeting")
    )
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.ANNOUNCED)
    manner = models.CharField(_("held"), max_length=12, choices=Manner, default=Manner.IN_PERSON)
    zone = ZoneField()
    venues = TextsField(_("venue"), max_length=300, blank=True)
    link = models.URLField(_("link for those who take part remotely"), max_length=500, blank=True)
    #: Hosts beside the one of the record.
    co_hosts = models.ManyToManyField(
        Party, related_name="co_hosted", blank=True, verbose_name=_("hosted together with")
    )
    notes = TextsField(_("practical notes"), max_length=20_000, blank=True)
    #: What items and sessions are proposed to open to.
    open_to = models.PositiveSmallIntegerField(
        _("open to"), choices=[(one.value, one.label) for one in Audience if Audience.ROOM <= one < Audience.PUBLIC],
        default=Audience.OBSERVERS,
    )  # fmt: skip
    #: How many each delegation may be, by standing ("member": 6); without a figure there is no limit.
    quotas = models.JSONField(_("quotas"), default=dict, blank=True)
    nominate_by = models.DateField(_("nominations by"), null=True, blank=True)
    #: So long after the end addresses, telephones and photographs of delegates are kept.
    keep_days = models.PositiveSmallIntegerField(_("personal data are kept for (days)"), default=90)
    copied_from = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="copies")
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    convened_at = models.DateTimeField(null=True, blank=True)
    convened_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    opened_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    revision = models.PositiveIntegerField(default=1)

    objects = ConveningQuerySet.as_manager()

    class Meta:
        verbose_name = _("convening")
        ordering = ["meeting__starts_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(convened_at=None) | Q(state__in=["convened", "in_session", "closed"]),
                name="meetings_convening_convened",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None) | Q(opened_at=None) | Q(closed_at__gte=F("opened_at")),
                name="meetings_convening_in_order",
            ),
        ]

    def __str__(self) -> str:
        return str(self.meeting)

    @property
    def symbol(self) -> str:
        """The meeting's symbol, which is its address."""
        return str(self.meeting.symbol)


class Look(models.Model):
    """When somebody looked at a meeting's page: what is newer is marked for them; a reload within half an hour is one look."""

    convening = models.ForeignKey(Convening, models.CASCADE, related_name="looks")
    person = models.ForeignKey(Person, models.CASCADE, related_name="meeting_looks")
    this_at = models.DateTimeField()
    before_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["convening", "person"], name="meetings_look_once"),
            models.CheckConstraint(
                condition=Q(before_at=None) | Q(before_at__lt=F("this_at")), name="meetings_look_in_order"
            ),
        ]


class PaperLook(models.Model):
    """When somebody looked at what had changed in one paper of a meeting: until it changes again it is marked no more."""

    convening = models.ForeignKey(Convening, models.CASCADE, related_name="paper_looks")
    person = models.ForeignKey(Person, models.CASCADE, related_name="paper_looks")
    document = models.ForeignKey(Document, models.CASCADE, related_name="looks")
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["convening", "person", "document"], name="meetings_paper_look_once"
            ),
        ]
