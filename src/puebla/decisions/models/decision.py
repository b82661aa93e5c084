"""Recommendations, conclusions, decisions and declarations: a text on its way to consensus."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from puebla.accounts.models import Person
from puebla.core.languages import TextsField
from puebla.core.models import DatePrecision, random_ref
from puebla.decisions.querysets import DecisionQuerySet
from puebla.documents.models import Document
from puebla.documents.models import State as DocumentState
from puebla.meetings.models import AgendaItem, Convening, Session
from puebla.members.models import Body, Meeting, Party
from puebla.texts.models import Text


class Decision(models.Model):
    """What a body agrees by consensus. Its words and anchors are the text's; who reads them too.

    While it is negotiated it lies where the negotiation does: a draft of a closed session in that session's sealed room. What
    was agreed there comes out as a text of its own in the body's room, with the same anchors and the same digest, and the
    draft with its brackets stays inside (`drafted`).
    """

    class Kind(models.TextChoices):
        RECOMMENDATION = "recommendation", _("recommendation")
        CONCLUSIONS = "conclusions", _("conclusions")
        DECISION = "decision", _("decision")
        DECLARATION = "declaration", _("declaration")

    class Scope(models.TextChoices):
        """What occasion a declaration is of."""

        ANNUAL = "annual", _("annual")
        EXTRAORDINARY = "extraordinary", _("extraordinary")
        JOINT = "joint", _("joint with another process")

    class State(models.TextChoices):
        DRAFTING = "drafting", _("being negotiated")
        ADOPTED = "adopted", pgettext_lazy("decision", "adopted")
        #: The body did not reach consensus, or who began it took it back.
        LAID_ASIDE = "laid_aside", pgettext_lazy("decision", "laid aside")

    class Way(models.TextChoices):
        """How consensus was found."""

        SESSION = "session", _("in session")
        SILENCE = "silence", _("by silence procedure")
        #: Before this house kept decisions: the secretariat entered it from the record.
        RECORD = "record", _("entered from the record")

    ref = models.CharField(max_length=20, unique=True, default=random_ref, editable=False)
    kind = models.CharField(_("kind"), max_length=15, choices=Kind, default=Kind.DECISION)
    scope = models.CharField(_("occasion"), max_length=15, choices=Scope, default=Scope.ANNUAL)
    #: The other process of a joint one, in each language.
    joint_with = TextsField(_("joint with"), max_length=200, blank=True)
    text = models.OneToOneField(Text, models.PROTECT, related_name="decision")
    #: The draft that stays in the sealed room in which it was agreed.
    drafted = models.OneToOneField(
        Text, models.PROTECT, null=True, blank=True, related_name="decision_drafted"
    )
    body = models.ForeignKey(Body, models.PROTECT, related_name="decisions", verbose_name=_("body"))
    convening = models.ForeignKey(
        Convening, models.PROTECT, null=True, blank=True, related_name="decisions", verbose_name=_("meeting")
    )
    #: The same meeting as a plain record: those of earlier years were never prepared here.
    meeting = models.ForeignKey(
        Meeting, models.PROTECT, null=True, blank=True, related_name="decisions", verbose_name=_("meeting")
    )
    item = models.ForeignKey(
        AgendaItem,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="decisions",
        verbose_name=_("agenda item"),
    )
    session = models.ForeignKey(
        Session, models.SET_NULL, null=True, blank=True, related_name="decisions", verbose_name=_("session")
    )
    #: The recommendation that was forwarded and became this.
    origin = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="followed_by",
        verbose_name=_("forwarded from"),
    )
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.DRAFTING)
    #: The paper as which it is filed when it is adopted; its symbol is the decision's address.
    document = models.OneToOneField(Document, models.PROTECT, null=True, blank=True, related_name="decision")
    adopted_on = models.DateField(_("adopted on"), null=True, blank=True)
    adopted_precision = models.CharField(max_length=5, choices=DatePrecision, default=DatePrecision.DAY)
    adopted_at = models.DateTimeField(null=True, blank=True)
    adopted_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    way = models.CharField(_("found"), max_length=10, choices=Way, blank=True)
    #: Member states present as the chair declared consensus.
    present = models.ManyToManyField(
        Party, related_name="decisions_joined", blank=True, verbose_name=_("present")
    )
    #: SHA-256 of the canonical form as it was adopted; the text shows whether it still is the same.
    adopted_hash = models.CharField(max_length=64, blank=True)
    laid_aside_at = models.DateTimeField(null=True, blank=True)
    laid_aside_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    released_at = models.DateTimeField(null=True, blank=True)
    released_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    changed_at = models.DateTimeField()
    revision = models.PositiveIntegerField(default=1)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ["-adopted_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=(Q(state="adopted", adopted_on__isnull=False, adopted_at__isnull=False) & ~Q(adopted_hash="") & ~Q(way=""))
                | (~Q(state="adopted") & Q(adopted_on=None, adopted_at=None, adopted_hash="", way="")),
                name="decisions_adopted_whole",
            ),
            models.CheckConstraint(
                condition=Q(state="laid_aside", laid_aside_at__isnull=False) | (~Q(state="laid_aside") & Q(laid_aside_at=None)),
                name="decisions_laid_aside",
            ),
            models.CheckConstraint(
                condition=Q(released_at=None) | Q(state="adopted"), name="decisions_released_when_adopted"
            ),
            models.CheckConstraint(condition=~Q(origin=models.F("id")), name="decisions_not_its_own_origin"),
            models.UniqueConstraint(
                fields=["origin", "convening"], condition=Q(origin__isnull=False) & ~Q(state="laid_aside"),
                name="decisions_forwarded_once",
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["body", "-adopted_on"], name="decisions_by_body")]

    def __str__(self) -> str:
        return str(self.text)

    @property
    def address(self) -> str:
        """Its symbol where it has one, else its reference: what stands in its address."""
        return self.text.symbol or self.ref

    @property
    def is_adopted(self) -> bool:
        """Whether consensus was declared."""
        return self.state == self.State.ADOPTED

    @property
    def filed(self) -> bool:
        """Whether its paper stands in the state in which it was adopted."""
        return self.document is not None and self.document.state == DocumentState.ADOPTED
