"""Who comes: each party's delegation, its delegates from nomination to the door, and who was present."""

import secrets

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from puebla.accounts.models import Person
from puebla.core.languages import TextsField, show
from puebla.core.models import random_ref
from puebla.meetings.models.convening import Convening
from puebla.meetings.models.sessions import Session
from puebla.meetings.querysets.delegations import (
    AttendanceQuerySet,
    DelegateQuerySet,
    DelegationQuerySet,
)
from puebla.members.models import Party

#: Without signs that are taken for one another when a badge is read aloud at the door.
BADGE_SIGNS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def badge_code() -> str:
    """What a badge says of its bearer: eight random signs, to scan or to type."""
    return "".join(secrets.choice(BADGE_SIGNS) for _sign in range(8))


class Delegation(models.Model):
    """A party's people at a meeting, with its letter of credentials.

    The letter is a stored file of the party's: read by the party and by who convenes, and purged with the personal fields.
    """

    ref = models.CharField(max_length=20, unique=True, default=random_ref, editable=False)
    convening = models.ForeignKey(Convening, models.CASCADE, related_name="delegations")
    party = models.ForeignKey(Party, models.PROTECT, related_name="delegations")
    #: Of this delegation alone; without it that of its standing (`Convening.quotas`) holds.
    quota = models.PositiveSmallIntegerField(_("at most"), null=True, blank=True)
    #: Invited by name, beside those who are invited by their standing.
    invited_at = models.DateTimeField(null=True, blank=True)
    invited_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    letter_key = models.CharField(max_length=80, blank=True)
    letter_name = models.CharField(_("letter of credentials"), max_length=200, blank=True)
    letter_media_type = models.CharField(max_length=100, blank=True)
    letter_size = models.PositiveBigIntegerField(default=0)
    letter_sha256 = models.CharField(max_length=64, blank=True)
    letter_at = models.DateTimeField(_("letter received"), null=True, blank=True)
    letter_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    letter_checked_at = models.DateTimeField(_("letter checked"), null=True, blank=True)
    letter_checked_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    changed_at = models.DateTimeField()
    revision = models.PositiveIntegerField(default=1)

    objects = DelegationQuerySet.as_manager()

    class Meta:
        verbose_name = _("delegation")
        ordering = ["convening", "party__code"]
        constraints = [
            models.UniqueConstraint(fields=["convening", "party"], name="meetings_delegation_once"),
            models.CheckConstraint(
                condition=Q(letter_checked_at=None) | Q(letter_at__isnull=False),
                name="meetings_delegation_letter_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.party}, {self.convening}"


class Delegate(models.Model):
    """Somebody on the way to a meeting: nominated, accredited, registered, present; or withdrawn, or refused.

    People with an account keep their link to it; others stand here by name. What is not for the list of participants
    (address, telephone, photograph, needs) is purged some time after the meeting.
    """

    class Role(models.TextChoices):
        HEAD = "head", _("head of delegation")
        ALTERNATE = "alternate", _("alternate head")
        MEMBER = "member", _("delegate")
        ADVISER = "adviser", _("adviser")
        SPEAKER = "speaker", _("invited speaker")
        INTERPRETER = "interpreter", _("interpreter")

    class State(models.TextChoices):
        NOMINATED = "nominated", _("nominated")
        ACCREDITED = "accredited", _("accredited")
        REGISTERED = "registered", _("registered")
        PRESENT = "present", _("present")
        WITHDRAWN = "withdrawn", _("withdrawn")
        REFUSED = "refused", _("refused")

    ref = models.CharField(max_length=20, unique=True, default=random_ref, editable=False)
    badge = models.CharField(_("badge"), max_length=8, unique=True, default=badge_code, editable=False)
    delegation = models.ForeignKey(Delegation, models.CASCADE, related_name="delegates")
    convening = models.ForeignKey(Convening, models.CASCADE, related_name="delegates")
    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="delegate_at")
    full_name = models.CharField(_("full name"), max_length=150, blank=True)
    offices = TextsField(_("office held"), max_length=150, blank=True)
    role = models.CharField(_("role in the delegation"), max_length=12, choices=Role, default=Role.MEMBER)
    email = models.EmailField(_("e-mail address"), blank=True)
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    language = models.CharField(_("language"), max_length=10, default="en")
    needs = models.CharField(_("what the organisers should know"), max_length=500, blank=True)
    photo_key = models.CharField(max_length=80, blank=True)
    photo_media_type = models.CharField(max_length=40, blank=True)
    photo_size = models.PositiveIntegerField(default=0)
    photo_sha256 = models.CharField(max_length=64, blank=True)
    #: That the name may stand on copies of the list that leave the members' circle.
    consent_at = models.DateTimeField(_("name may be published"), null=True, blank=True)
    consent_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.NOMINATED)
    #: Nominated after the day asked for.
    late = models.BooleanField(_("late"), default=False)
    #: By the secretariat, of observers' and civil society's people.
    reviewed_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    nominated_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    purged_at = models.DateTimeField(null=True, blank=True)
    revision = models.PositiveIntegerField(default=1)

    objects = DelegateQuerySet.as_manager()

    class Meta:
        verbose_name = _("delegate")
        ordering = ["delegation", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["convening", "person"], name="meetings_delegate_once",
                condition=Q(state__in=["nominated", "accredited", "registered", "present"]),
            ),
            models.UniqueConstraint(
                fields=["delegation"], name="meetings_delegation_one_head",
                condition=Q(role="head", state__in=["nominated", "accredited", "registered", "present"]),
            ),
            models.CheckConstraint(
                condition=Q(consent_at=None, consent_by=None) | Q(consent_at__isnull=False, consent_by__isnull=False),
                name="meetings_delegate_consent_pair",
            ),
            models.CheckConstraint(
                condition=Q(purged_at=None) | Q(email="", phone="", needs="", photo_key=""),
                name="meetings_delegate_purged_whole",
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | ~Q(reason=""), name="meetings_delegate_refused_with_reason",
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["convening", "state"], name="meetings_delegate_state")]

    def __str__(self) -> str:
        return self.full_name or str(_("(name deleted)"))

    @property
    def office(self) -> str:
        """The office held, in the reader's language."""
        return str(show(self.offices))

    @property
    def is_active(self) -> bool:
        """Neither withdrawn nor refused."""
        return self.state not in {self.State.WITHDRAWN, self.State.REFUSED}


class DelegateStep(models.Model):
    """One step of a delegate from state to state: when, by whom, why."""

    delegate = models.ForeignKey(Delegate, models.CASCADE, related_name="steps")
    state = models.CharField(_("state"), max_length=12, choices=Delegate.State)
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(_("reason"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("step")
        ordering = ["pk"]


class Attendance(models.Model):
    """That a delegate came: to the meeting, or to one of its sessions. Consensus is of those present.

    Each form at the door carries a token of its own: the same form sent twice over a weak line counts once.
    """

    ref = models.CharField(max_length=20, unique=True, default=random_ref, editable=False)
    delegate = models.ForeignKey(Delegate, models.CASCADE, related_name="attendances")
    #: None where it is the meeting's own door.
    session = models.ForeignKey(Session, models.CASCADE, null=True, blank=True, related_name="attendances")
    token = models.CharField(max_length=40, unique=True)
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    undone_reason = models.CharField(_("reason"), max_length=300, blank=True)

    objects = AttendanceQuerySet.as_manager()

    class Meta:
        verbose_name = _("attendance")
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["delegate", "session"], name="meetings_attendance_once",
                condition=Q(undone_at=None, session__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["delegate"], name="meetings_attendance_door_once", condition=Q(undone_at=None, session=None),
            ),
            models.CheckConstraint(
                condition=Q(undone_at=None, undone_by=None)
                | (Q(undone_at__gte=F("at"), undone_by__isnull=False) & ~Q(undone_reason="")),
                name="meetings_attendance_undone_whole",
            ),
        ]  # fmt: skip
