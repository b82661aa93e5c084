"""Chairing notes: what who chairs writes for themselves."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from puebla.accounts.models import Person
from puebla.core.models import random_ref
from puebla.meetings.models.agenda import AgendaItem
from puebla.meetings.models.convening import Convening
from puebla.meetings.models.sessions import Session
from puebla.meetings.querysets.handovers import ChairNoteQuerySet
from puebla.members.models import Party, Room


class ChairNote(models.Model):
    """A note of the chair on a meeting, a session or an item.

    Sealed to those who hold the chair's seat of that room for the party that wrote it. It stays with that party when the chair
    passes on, and the next holds it only where it is handed over expressly. No index, list, count or export knows of it.
    """

    ref = models.CharField(max_length=20, unique=True, default=random_ref, editable=False)
    convening = models.ForeignKey(Convening, models.CASCADE, related_name="chair_notes")
    session = models.ForeignKey(Session, models.PROTECT, null=True, blank=True, related_name="chair_notes")
    item = models.ForeignKey(AgendaItem, models.PROTECT, null=True, blank=True, related_name="chair_notes")
    #: The room whose chair it is: the office's own, or the sealed one of a body.
    room = models.ForeignKey(Room, models.PROTECT, related_name="chair_notes")
    party = models.ForeignKey(Party, models.PROTECT, related_name="chair_notes")
    words = models.TextField(_("note"), max_length=10_000)
    language = models.CharField(max_length=10, blank=True)
    #: To whose chair it was handed over, and when.
    offered_to = models.ForeignKey(Party, models.PROTECT, null=True, blank=True, related_name="+")
    offered_at = models.DateTimeField(null=True, blank=True)
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    revision = models.PositiveIntegerField(default=1)

    objects = ChairNoteQuerySet.as_manager()

    class Meta:
        verbose_name = _("chairing note")
        ordering = ["written_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(session=None) | Q(item=None), name="meetings_chairnote_on_one_thing"
            ),
            models.CheckConstraint(
                condition=Q(offered_to=None, offered_at=None)
                | Q(offered_to__isnull=False, offered_at__isnull=False),
                name="meetings_chairnote_offered_pair",
            ),
        ]
