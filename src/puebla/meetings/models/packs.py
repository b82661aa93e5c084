"""Packs: a meeting's papers as one file to take along, made ahead by the worker."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from puebla.core.models import random_ref
from puebla.meetings.models.convening import Convening

#: What readers take along.
OF_PAPERS = ("zip", "bound")


class Pack(models.Model):
    """The papers of a meeting in one language, as one exact set of files: readers who may see the same share it.

    It is found by the digest of what the reader may see at the moment of asking, and by nothing else: whoever may see
    one paper less has another digest, and so another pack.
    """

    class Form(models.TextChoices):
        ZIP = "zip", _("all files with an index that opens from disk (ZIP)")
        BOUND = "bound", _("one PDF with bookmarks")
        #: Not of papers: for who convenes alone, and gone with what is personal of the delegates.
        BADGES = "badges", _("badges, four to a sheet (PDF)")

    class State(models.TextChoices):
        WAITING = "waiting", _("being made")
        MADE = "made", _("ready")
        FAILED = "failed", _("could not be made")

    ref = models.CharField(max_length=20, unique=True, default=random_ref, editable=False)
    convening = models.ForeignKey(Convening, models.CASCADE, related_name="packs")
    language = models.CharField(max_length=10)
    form = models.CharField(max_length=8, choices=Form, default=Form.ZIP)
    #: SHA-256 over items, titles and files in order: what is in it.
    digest = models.CharField(max_length=64)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    error = models.CharField(max_length=300, blank=True)
    key = models.CharField(max_length=80, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    #: What goes in, as the first reader with this digest saw it: items and files by key.
    contents = models.JSONField(default=list)
    asked_at = models.DateTimeField()
    made_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("pack")
        ordering = ["-asked_at"]
        constraints = [
            models.UniqueConstraint(fields=["digest", "form", "language"], name="meetings_pack_once"),
            models.CheckConstraint(
                condition=~Q(state="made") | ~Q(key=""), name="meetings_pack_made_is_kept"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.convening} {self.language}"
