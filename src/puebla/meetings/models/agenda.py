"""The agenda: a tree of items with their papers, and its revisions."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from puebla.accounts.models import Person
from puebla.core.languages import TextsField, show
from puebla.core.models import random_ref
from puebla.documents.models import Document
from puebla.meetings.models.convening import Convening
from puebla.meetings.models.sessions import Session
from puebla.meetings.querysets import AgendaItemQuerySet
from puebla.members.models import Party, Restricted


class AgendaItem(Restricted):
    """One item of a meeting's agenda, perhaps below another.

    Who may know of it is who may take part in it. Items of a closed session lie in its sealed room and are numbered there
    (`C1`), so that the others' numbers tell nothing.
    """

    ref = models.CharField(max_length=20, unique=True, default=random_ref, editable=False)
    convening = models.ForeignKey(Convening, models.CASCADE, related_name="items")
    parent = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="children")
    #: Among those below the same parent, from 1.
    position = models.PositiveSmallIntegerField(_("position"))
    #: "3", "3.a", "C1" and the key of order, written with every change of the agenda: a page asks for what it shows alone.
    label = models.CharField(_("number"), max_length=20, default="", editable=False)
    path = models.CharField(max_length=20, default="", editable=False)
    titles = TextsField(_("title"), max_length=300)
    notes = TextsField(_("annotation"), max_length=5000, blank=True)
    session = models.ForeignKey(
        Session, models.SET_NULL, null=True, blank=True, related_name="items", verbose_name=_("session")
    )
    papers = models.ManyToManyField(Document, through="ItemPaper", related_name="agenda_items")
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)
    revision = models.PositiveIntegerField(default=1)

    objects = AgendaItemQuerySet.as_manager()

    class Meta(Restricted.Meta):
        verbose_name = _("item of the agenda")
        ordering = ["convening", "path", "pk"]
        constraints = [
            *Restricted.Meta.constraints,
            models.CheckConstraint(condition=~Q(parent=F("pk")), name="meetings_item_not_its_own_parent"),
        ]

    def __str__(self) -> str:
        return str(show(self.titles))

    @property
    def depth(self) -> int:
        """How many steps below the first."""
        return max(len(self.path) // 4 - 1, 0)


class ItemPaper(models.Model):
    """A paper under an item; shown to who may see both."""

    item = models.ForeignKey(AgendaItem, models.CASCADE, related_name="item_papers")
    document = models.ForeignKey(Document, models.CASCADE, related_name="item_papers")
    position = models.PositiveSmallIntegerField(default=1)

    class Meta:
        verbose_name = _("paper of an item")
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["item", "document"], name="meetings_item_paper_once")]


class ItemOpening(models.Model):
    """The Presidency's exception for one observer or organisation of civil society: one item, one party.

    Observers follow the open discussions; they neither propose items nor draft unless the Presidency allows it for that
    item (criteria of 1999). Never in a sealed room.
    """

    class What(models.TextChoices):
        ATTEND = "attend", _("takes part in this item")
        SPEAK = "speak", _("takes part and may take the floor")
        DRAFT = "draft", _("takes part, may take the floor, draft and propose")

    item = models.ForeignKey(AgendaItem, models.CASCADE, related_name="openings")
    party = models.ForeignKey(Party, models.PROTECT, related_name="item_openings")
    what = models.CharField(_("what"), max_length=10, choices=What, default=What.ATTEND)
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(Person, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("exception for an observer")
        ordering = ["party__code"]
        constraints = [models.UniqueConstraint(fields=["item", "party"], name="meetings_item_opening_once")]


class AgendaRevision(models.Model):
    """The agenda as it stood at a moment, so that a later reader is shown what changed; each row keeps room and audience."""

    convening = models.ForeignKey(Convening, models.CASCADE, related_name="agenda_revisions")
    number = models.PositiveSmallIntegerField(_("number"))
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    note = TextsField(_("what changed, in words"), max_length=500, blank=True)
    #: Items in order: ref, label, depth, titles, and room, cap, audience, party as they were.
    rows = models.JSONField(default=list)

    class Meta:
        verbose_name = _("revision of the agenda")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["convening", "number"], name="meetings_agenda_revision_once")
        ]
