"""Bilateral meetings: hours and rooms that the secretariat opens, and what two parties agree on in them."""

import datetime as dt

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from puebla.accounts.models import Person
from puebla.core.languages import TextsField, show
from puebla.core.models import random_ref
from puebla.core.zones import ZoneField, local
from puebla.meetings.models.convening import Convening
from puebla.meetings.querysets.bilaterals import BilateralQuerySet, BilateralSlotQuerySet
from puebla.members.models import Party

#: Hours are held in steps of so many minutes: every slot begins and ends on one.
STEP = dt.timedelta(minutes=5)


class BilateralRoom(models.Model):
    """A room of the venue in which delegations meet in twos."""

    ref = models.CharField(max_length=20, unique=True, default=random_ref, editable=False)
    convening = models.ForeignKey(Convening, models.CASCADE, related_name="bilateral_rooms")
    names = TextsField(_("room"), max_length=120)

    class Meta:
        verbose_name = _("room for bilateral meetings")
        ordering = ["pk"]

    def __str__(self) -> str:
        return str(show(self.names))


class BilateralSlot(models.Model):
    """Some minutes of a room that two delegations can take; by the clocks of the venue."""

    ref = models.CharField(max_length=20, unique=True, default=random_ref, editable=False)
    convening = models.ForeignKey(Convening, models.CASCADE, related_name="bilateral_slots")
    room = models.ForeignKey(BilateralRoom, models.CASCADE, related_name="slots")
    on = models.DateField(_("day"))
    from_hour = models.TimeField(_("from"))
    until_hour = models.TimeField(_("until"))
    zone = ZoneField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = BilateralSlotQuerySet.as_manager()

    class Meta:
        verbose_name = _("slot")
        ordering = ["starts_at", "room"]
        constraints = [
            models.UniqueConstraint(fields=["room", "starts_at"], name="meetings_bilateral_slot_once"),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="meetings_bilateral_slot_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.on.isoformat()} {self.from_hour:%H:%M}"

    @property
    def starts_there(self) -> dt.datetime:
        """When it begins as clocks at the venue show it."""
        return local(self.starts_at, self.zone)

    def steps(self) -> list[dt.datetime]:
        """The beginnings of the steps that it lasts."""
        count = -((self.starts_at - self.ends_at) // STEP)
        return [self.starts_at + STEP * number for number in range(count)]


class Bilateral(models.Model):
    """Two parties meet, or one asks the other to: known to these two alone.

    The secretariat, which has to find rooms, learns of one that is agreed who meets whom, when and where; the subject only
    where the party that asked gives it (`subject_given`).
    """

    class State(models.TextChoices):
        ASKED = "asked", _("asked")
        AGREED = "agreed", _("agreed")
        DECLINED = "declined", pgettext_lazy("bilateral", "declined")
        WITHDRAWN = "withdrawn", pgettext_lazy("bilateral", "withdrawn")

    ref = models.CharField(max_length=20, unique=True, default=random_ref, editable=False)
    convening = models.ForeignKey(Convening, models.CASCADE, related_name="bilaterals")
    asking = models.ForeignKey(Party, models.PROTECT, related_name="bilaterals_asked_for")
    asked = models.ForeignKey(Party, models.PROTECT, related_name="bilaterals_asked_of")
    subject = models.CharField(_("subject"), max_length=300)
    language = models.CharField(_("language"), max_length=10)
    subject_given = models.BooleanField(_("the secretariat may read the subject"), default=False)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.ASKED)
    #: Who has to answer what was proposed last; None once there is nothing to answer.
    turn = models.ForeignKey(Party, models.PROTECT, null=True, blank=True, related_name="+")
    #: What was agreed; it stays when the meeting is withdrawn, so that calendars strike it out.
    slot = models.ForeignKey(BilateralSlot, models.PROTECT, null=True, blank=True, related_name="bilaterals")
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()
    agreed_at = models.DateTimeField(null=True, blank=True)
    moved_at = models.DateTimeField(null=True, blank=True)
    #: Grows with every change of what a calendar shows (RFC 5545, SEQUENCE).
    sequence = models.PositiveIntegerField(default=0)
    revision = models.PositiveIntegerField(default=1)

    objects = BilateralQuerySet.as_manager()

    class Meta:
        verbose_name = _("bilateral meeting")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(asking=F("asked")), name="meetings_bilateral_of_two"),
            models.CheckConstraint(
                condition=~Q(state="agreed") | Q(slot__isnull=False, agreed_at__isnull=False),
                name="meetings_bilateral_agreed_whole",
            ),
            models.CheckConstraint(
                condition=Q(state="asked", turn__isnull=False) | (~Q(state="asked") & Q(turn=None)),
                name="meetings_bilateral_turn",
            ),
        ]

    def __str__(self) -> str:
        return self.ref

    @property
    def parties(self) -> tuple[Party, Party]:
        """Who asked, and who was asked."""
        return self.asking, self.asked

    def other(self, party_id: int) -> Party:
        """Whom this one of the two meets."""
        return self.asked if party_id == self.asking_id else self.asking


class BilateralProposal(models.Model):
    """A slot that stands to be accepted."""

    bilateral = models.ForeignKey(Bilateral, models.CASCADE, related_name="proposals")
    slot = models.ForeignKey(BilateralSlot, models.CASCADE, related_name="proposals")

    class Meta:
        verbose_name = _("proposed slot")
        ordering = ["slot__starts_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["bilateral", "slot"], name="meetings_bilateral_proposal_once"),
        ]


class BilateralHold(models.Model):
    """That a room, or a party, is taken for one step of an agreed meeting.

    The database keeps each step once for a room and once for a party, so that nobody is in two places at once and no room
    is given twice, whoever writes at the same time.
    """

    bilateral = models.ForeignKey(Bilateral, models.CASCADE, related_name="holds")
    convening = models.ForeignKey(Convening, models.CASCADE, related_name="+")
    room = models.ForeignKey(BilateralRoom, models.CASCADE, null=True, blank=True, related_name="+")
    party = models.ForeignKey(Party, models.PROTECT, null=True, blank=True, related_name="+")
    step_at = models.DateTimeField()

    class Meta:
        verbose_name = _("hold")
        constraints = [
            models.UniqueConstraint(
                fields=["room", "step_at"], condition=Q(room__isnull=False), name="meetings_bilateral_room_once",
            ),
            models.UniqueConstraint(
                fields=["convening", "party", "step_at"], condition=Q(party__isnull=False),
                name="meetings_bilateral_party_once",
            ),
            models.CheckConstraint(
                condition=Q(room=None, party__isnull=False) | Q(room__isnull=False, party=None),
                name="meetings_bilateral_hold_of_one",
            ),
        ]  # fmt: skip


class BilateralNote(models.Model):
    """What one of the two writes for itself: the other does not read it, nor does anybody else."""

    bilateral = models.ForeignKey(Bilateral, models.CASCADE, related_name="notes")
    party = models.ForeignKey(Party, models.PROTECT, related_name="+")
    text = models.TextField(_("notes"), max_length=10_000, blank=True)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("notes of one party")
        constraints = [
            models.UniqueConstraint(fields=["bilateral", "party"], name="meetings_bilateral_note_once"),
        ]
