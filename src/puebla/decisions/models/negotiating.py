"""What members propose while a text is negotiated, and the positions they ask to have recorded."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from puebla.accounts.models import Person
from puebla.core.languages import TextsField
from puebla.core.models import random_ref
from puebla.decisions.models.decision import Decision
from puebla.decisions.querysets import PositionQuerySet, ProposalQuerySet
from puebla.members.models import Party, Restricted
from puebla.texts.models import Kind, Paragraph
from puebla.texts.models.wording import LONGEST


class Proposal(Restricted):
    """What a party proposes to do with one paragraph. While it stands, the words that it touches are in brackets."""

    class What(models.TextChoices):
        REPLACE = "replace", _("other words")
        ADD = "add", _("a new paragraph after it")
        DELETE = "delete", _("leave it out")
        #: Not agreed to as it stands; no other words are offered yet.
        BRACKET = "bracket", _("keep it in brackets")

    class State(models.TextChoices):
        STANDING = "standing", pgettext_lazy("proposal", "standing")
        TAKEN = "taken", pgettext_lazy("proposal", "taken into the text")
        WITHDRAWN = "withdrawn", pgettext_lazy("proposal", "withdrawn")
        SET_ASIDE = "set_aside", pgettext_lazy("proposal", "not taken")

    ref = models.CharField(max_length=20, unique=True, default=random_ref, editable=False)
    #: Of the form that was sent: the same one sent again changes nothing.
    token = models.CharField(max_length=40, unique=True, default=random_ref, editable=False)
    decision = models.ForeignKey(Decision, models.PROTECT, related_name="proposals")
    #: Of an addition the one after which it is to stand; None where it is to begin the text.
    paragraph = models.ForeignKey(Paragraph, models.PROTECT, null=True, blank=True, related_name="proposals")
    what = models.CharField(_("what is proposed"), max_length=8, choices=What, default=What.REPLACE)
    #: Of an addition: what it is in the tree.
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.PARAGRAPH)
    words = TextsField(_("words"), max_length=LONGEST, blank=True)
    #: The wording of the paragraph of which it speaks.
    on_revision = models.PositiveIntegerField(default=0)
    reason = models.CharField(_("reason"), max_length=1000, blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.STANDING)
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")

    objects = ProposalQuerySet.as_manager()

    class Meta(Restricted.Meta):
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        ordering = ["at", "pk"]
        constraints = [
            *Restricted.Meta.constraints,
            models.CheckConstraint(
                condition=Q(state="standing", ended_at=None) | (~Q(state="standing") & Q(ended_at__isnull=False)),
                name="decisions_proposal_ended",
            ),
            models.CheckConstraint(
                condition=Q(paragraph__isnull=False) | Q(what="add"), name="decisions_proposal_on_a_paragraph"
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["decision", "state"], name="decisions_proposals")]

    def __str__(self) -> str:
        return f"{self.party}: {self.get_what_display()}"


class Voice(models.Model):
    """That a party accepts a proposal, in the words it had then; who proposes accepts."""

    proposal = models.ForeignKey(Proposal, models.CASCADE, related_name="voices")
    party = models.ForeignKey(Party, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("acceptance of a proposal")
        ordering = ["at", "pk"]
        constraints = [models.UniqueConstraint(fields=["proposal", "party"], name="decisions_voice_once")]

    def __str__(self) -> str:
        return str(self.party)


class Position(Restricted):
    """What a member asks to have recorded beside a decision, and who may read it: its own choice, often the sealed room.

    An objection stands against consensus until it is lifted; a reservation and a dissociation stand beside it.
    """

    class Kind(models.TextChoices):
        OBJECTION = "objection", _("objection")
        RESERVATION = "reservation", _("reservation")
        DISSOCIATION = "dissociation", _("dissociation")

    ref = models.CharField(max_length=20, unique=True, default=random_ref, editable=False)
    token = models.CharField(max_length=40, unique=True, default=random_ref, editable=False)
    decision = models.ForeignKey(Decision, models.PROTECT, related_name="positions")
    #: None where it is of the whole.
    paragraph = models.ForeignKey(Paragraph, models.PROTECT, null=True, blank=True, related_name="positions")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    words = TextsField(_("words"), max_length=5000, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    revision = models.PositiveIntegerField(default=1)

    objects = PositionQuerySet.as_manager()

    class Meta(Restricted.Meta):
        verbose_name = _("position")
        verbose_name_plural = _("positions")
        ordering = ["at", "pk"]
        constraints = [
            *Restricted.Meta.constraints,
            models.CheckConstraint(
                condition=Q(lifted_at=None, lifted_by=None) | Q(lifted_at__isnull=False, lifted_by__isnull=False),
                name="decisions_position_lifted_pair",
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["decision", "kind"], name="decisions_positions")]

    def __str__(self) -> str:
        return f"{self.party}: {self.get_kind_display()}"

    @property
    def stands(self) -> bool:
        """Whether it was not lifted."""
        return self.lifted_at is None
