"""Sessions: the hours of a meeting, each in a room that decides who takes part."""

import datetime as dt

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from puebla.core.languages import TextsField, show
from puebla.core.models import random_ref
from puebla.core.zones import ZoneField, local
from puebla.meetings.models.convening import Convening
from puebla.meetings.querysets import SessionQuerySet
from puebla.members.models import Restricted


class Session(Restricted):
    """Some hours of a meeting. Who may take part is who may read it: its room and audience.

    A closed session lies in a sealed room of its own. Others see at most a line without content: that there is one and
    when (`shown_as_line`), for the programme of a day has no secret hours; its title, place, items, papers, notes and
    attendance stay inside.
    """

    class Kind(models.TextChoices):
        PLENARY = "plenary", _("plenary")
        CLOSED = "closed", _("closed session")
        DRAFTING = "drafting", _("drafting committee")
        WORKSHOP = "workshop", _("workshop")
        SOCIAL = "social", _("social event")
        OTHER = "other", _("session")

    ref = models.CharField(max_length=20, unique=True, default=random_ref, editable=False)
    convening = models.ForeignKey(Convening, models.CASCADE, related_name="sessions")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.PLENARY)
    titles = TextsField(_("title"), max_length=200, blank=True)
    places = TextsField(_("room"), max_length=120, blank=True)
    link = models.URLField(_("link"), max_length=500, blank=True)
    #: What was agreed: the day and hours on the wall of the venue. The instants follow from them.
    on = models.DateField(_("day"))
    from_hour = models.TimeField(_("from"))
    until_hour = models.TimeField(_("until"))
    #: Ends after midnight of its day.
    past_midnight = models.BooleanField(_("ends on the next day"), default=False)
    zone = ZoneField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    shown_as_line = models.BooleanField(
        _("others see that there is a closed session, and when"), default=True
    )
    cancelled_at = models.DateTimeField(null=True, blank=True)
    #: Grows with every change of what a calendar shows (RFC 5545, SEQUENCE).
    sequence = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField()
    revision = models.PositiveIntegerField(default=1)

    objects = SessionQuerySet.as_manager()

    class Meta(Restricted.Meta):
        verbose_name = _("session")
        ordering = ["starts_at", "pk"]
        constraints = [
            *Restricted.Meta.constraints,
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="meetings_session_in_order"),
            # A closed session is one in a sealed room, and only that.
            models.CheckConstraint(
                condition=Q(kind="closed", room_cap__lt=50) | ~Q(kind="closed"),
                name="meetings_session_closed_is_sealed",
            ),
        ]
        indexes = [models.Index(fields=["starts_at", "ends_at"], name="meetings_session_hours")]

    def __str__(self) -> str:
        return str(show(self.titles)) or str(self.get_kind_display())

    @property
    def starts_there(self) -> dt.datetime:
        """When it begins as clocks at the venue show it."""
        return local(self.starts_at, self.zone)

    @property
    def ends_there(self) -> dt.datetime:
        """When it ends as clocks at the venue show it."""
        return local(self.ends_at, self.zone)
