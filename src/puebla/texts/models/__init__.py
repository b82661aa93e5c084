"""Texts: what minutes, reports, recommendations, decisions and declarations are made of.

A text is a tree of paragraphs with every language side by side. Rooms above give it a meaning; here it lives once: who
reads it, its paragraphs with their anchors, every earlier wording, comments, and what was frozen.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from puebla.accounts.models import Person
from puebla.core.languages import TextsField, show
from puebla.core.models import DatePrecision, random_ref
from puebla.members.models import Restricted
from puebla.texts.models.wording import LONGEST
from puebla.texts.querysets import CommentQuerySet, ParagraphQuerySet, TextQuerySet


class Text(Restricted):
    """A text, open while it is worked on, then frozen for ever with the digest of its words."""

    class State(models.TextChoices):
        """Whether it can still change."""

        OPEN = "open", _("open")
        FROZEN = "frozen", _("frozen")

    ref = models.CharField(max_length=20, unique=True, default=random_ref, editable=False)
    #: Of the paper that it is, where that has one: printed on what is exported.
    symbol = models.CharField(_("symbol"), max_length=60, blank=True)
    titles = TextsField(_("titles"))
    original_language = models.CharField(_("original language"), max_length=10, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    #: Until when delegations comment on it; a room above sets it.
    comments_until = models.DateTimeField(_("comments until"), null=True, blank=True)
    #: Since when it is decided upon as it stands: a room above holds its words meanwhile, and lets go of them.
    held_at = models.DateTimeField(null=True, blank=True)
    frozen_at = models.DateTimeField(null=True, blank=True)
    frozen_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    #: The day of adoption, as far as it is known: of what was adopted long ago another one than that of the freezing.
    adopted_on = models.DateField(null=True, blank=True)
    adopted_precision = models.CharField(max_length=5, choices=DatePrecision, default=DatePrecision.DAY)
    #: The languages frozen, and the SHA-256 of the canonical form of all paragraphs in them.
    frozen_languages = models.JSONField(default=list, blank=True)
    frozen_hash = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    #: Grows with every act on the text or a paragraph of it: what search knows is behind where it knows an older one.
    revision = models.PositiveIntegerField(default=1)

    objects = TextQuerySet.as_manager()

    class Meta(Restricted.Meta):
        verbose_name = _("text")
        verbose_name_plural = _("texts")
        ordering = ["-changed_at", "-id"]
        constraints = [
            *Restricted.Meta.constraints,
            models.CheckConstraint(
                condition=Q(state="open", frozen_at=None, frozen_hash="")
                | (Q(state="frozen", frozen_at__isnull=False) & ~Q(frozen_hash="")),
                name="texts_text_frozen_whole",
            ),
        ]
        indexes = [
            models.Index(
                fields=["audience", "room", "party", "room_cap", "embargo_until"], name="texts_gate"
            ),
            models.Index(
                fields=["-changed_at", "-id", "audience", "room", "party", "room_cap", "embargo_until"],
                name="texts_by_change",
            ),
        ]

    def __str__(self) -> str:
        return str(show(self.titles)) or self.symbol or self.ref

    @property
    def is_held(self) -> bool:
        """Whether it is decided upon as it stands, and so does not change meanwhile."""
        return self.held_at is not None

    @property
    def is_frozen(self) -> bool:
        """Whether nothing in it changes any more."""
        return self.state == self.State.FROZEN


class Kind(models.TextChoices):
    """What a paragraph is in the tree."""

    HEADING = "heading", _("heading")
    PARAGRAPH = "paragraph", _("paragraph")
    ITEM = "item", _("item")


class Function(models.TextChoices):
    """What a paragraph does: those before the numbers recall and consider, the others act or tell."""

    OPERATIVE = "operative", _("operative")
    PREAMBULAR = "preambular", _("preambular")
    INFORMATIONAL = "informational", _("informational")


class Paragraph(models.Model):
    """A heading, a paragraph or an item; removed ones keep their row, so that their anchor still says what was there."""

    text = models.ForeignKey(Text, models.PROTECT, related_name="paragraphs")
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    #: Where it stands among those below the same parent, compared as text (`tree.between`).
    place = models.CharField(max_length=500)
    #: In which order they came to the text, from 1: its page in the index of search, never given twice.
    serial = models.PositiveIntegerField()
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.PARAGRAPH)
    function = models.CharField(
        _("function"), max_length=15, choices=Function, default=Function.INFORMATIONAL
    )
    #: "12", "12.b", "12A", "s1", "p2": given once, and never to another.
    anchor = models.CharField(_("anchor"), max_length=60)
    words = TextsField(_("words"), max_length=LONGEST, blank=True)
    #: Figures and dates that stand in one language alone: by language, as they are read; written with the words.
    differences = models.JSONField(default=dict, blank=True)
    revision = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")

    objects = ParagraphQuerySet.as_manager()

    class Meta:
        verbose_name = _("paragraph")
        verbose_name_plural = _("paragraphs")
        ordering = ["text", "serial"]
        constraints = [
            models.UniqueConstraint(fields=["text", "anchor"], name="texts_anchor_once"),
            models.UniqueConstraint(fields=["text", "serial"], name="texts_serial_once"),
            models.CheckConstraint(
                condition=Q(removed_at=None, removed_by=None)
                | Q(removed_at__isnull=False, removed_by__isnull=False),
                name="texts_removed_pair",
            ),
            models.CheckConstraint(condition=~Q(parent=models.F("id")), name="texts_not_below_itself"),
        ]

    def __str__(self) -> str:
        return self.anchor


class ParagraphVersion(models.Model):
    """How a paragraph stood after an act, or what somebody wrote while another saved; append-only."""

    class What(models.TextChoices):
        """What was done."""

        ADDED = "added", _("added")
        WORDED = "worded", _("worded anew")
        MOVED = "moved", _("moved")
        REMOVED = "removed", _("removed")
        RESTORED = "restored", _("brought back")
        #: Kept beside the text: its writer had begun from an older wording.
        ASIDE = "aside", _("kept beside the text")
        FROZEN = "frozen", _("frozen")

    paragraph = models.ForeignKey(Paragraph, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("version"))
    #: The paragraph's revision of which it tells; of words kept beside the text, the one they began from.
    revision = models.PositiveIntegerField()
    what = models.CharField(max_length=10, choices=What)
    words = TextsField(_("words"), max_length=LONGEST, blank=True)
    kind = models.CharField(max_length=10, choices=Kind)
    function = models.CharField(max_length=15, choices=Function)
    parent = models.ForeignKey(Paragraph, models.PROTECT, null=True, related_name="+")
    place = models.CharField(max_length=500)
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("version of a paragraph")
        ordering = ["paragraph", "number"]
        constraints = [
            models.UniqueConstraint(fields=["paragraph", "number"], name="texts_version_once"),
        ]


class Comment(Restricted):
    """What a party says of a paragraph while comments are open; it chooses who reads it."""

    class State(models.TextChoices):
        """What became of it."""

        OPEN = "open", _("open")
        ANSWERED = "answered", _("answered")
        CLOSED = "closed", pgettext_lazy("comment", "closed")

    ref = models.CharField(max_length=20, unique=True, default=random_ref, editable=False)
    paragraph = models.ForeignKey(Paragraph, models.PROTECT, related_name="comments")
    #: The wording that it speaks of.
    on_revision = models.PositiveIntegerField()
    language = models.CharField(_("language"), max_length=10)
    words = models.TextField(_("comment"), max_length=5000)
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    answer = models.TextField(_("answer"), max_length=5000, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")

    objects = CommentQuerySet.as_manager()

    class Meta(Restricted.Meta):
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        ordering = ["at", "pk"]
        constraints = [
            *Restricted.Meta.constraints,
            models.CheckConstraint(
                condition=Q(answered_at=None, answered_by=None)
                | Q(answered_at__isnull=False, answered_by__isnull=False),
                name="texts_comment_answered_pair",
            ),
        ]

    @property
    def mark(self) -> str:
        """Changes with every answer: who answers says what they had seen."""
        return self.answered_at.isoformat() if self.answered_at else ""
