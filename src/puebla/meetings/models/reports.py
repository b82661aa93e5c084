"""Minutes, reports and conclusions of a meeting: a text with its comments, adopted, then filed as a paper."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from puebla.accounts.models import Person
from puebla.core.zones import ZoneField
from puebla.documents.models import Document
from puebla.meetings.models.convening import Convening
from puebla.meetings.models.sessions import Session
from puebla.meetings.querysets.reports import ReportQuerySet
from puebla.texts.models import Text


class Report(models.Model):
    """What a meeting, or a session of it, leaves behind. Its words, anchors and comments are the text's; who reads them too.

    Minutes of a closed session lie in its sealed room.
    """

    class Kind(models.TextChoices):
        MINUTES = "minutes", _("minutes")
        REPORT = "report", _("report")
        CONCLUSIONS = "conclusions", _("conclusions")

    class State(models.TextChoices):
        DRAFTING = "drafting", _("being drafted")
        FOR_COMMENTS = "for_comments", _("for comments")
        ADOPTED = "adopted", _("adopted")
        FILED = "filed", _("filed")

    convening = models.ForeignKey(Convening, models.PROTECT, related_name="reports")
    session = models.ForeignKey(
        Session, models.PROTECT, null=True, blank=True, related_name="reports", verbose_name=_("session")
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.REPORT)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.DRAFTING)
    text = models.OneToOneField(Text, models.PROTECT, related_name="report")
    #: The paper: awaited from the draft on, so that its symbol is known; it gets its files when the text is adopted.
    document = models.OneToOneField(Document, models.PROTECT, null=True, blank=True, related_name="report")
    #: Until when delegations comment, as it was agreed; the instant is the text's `comments_until`.
    comments_on = models.DateField(_("comments until"), null=True, blank=True)
    comments_hour = models.TimeField(_("hour"), null=True, blank=True)
    comments_zone = ZoneField(blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    adopted_at = models.DateTimeField(null=True, blank=True)
    adopted_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    filed_at = models.DateTimeField(null=True, blank=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("report of a meeting")
        ordering = ["created_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["convening", "kind"], condition=Q(session=None), name="meetings_report_once"
            ),
            models.UniqueConstraint(
                fields=["session", "kind"],
                condition=Q(session__isnull=False),
                name="meetings_report_of_session_once",
            ),
            models.CheckConstraint(
                condition=Q(adopted_at=None, state__in=["drafting", "for_comments"])
                | Q(adopted_at__isnull=False, state__in=["adopted", "filed"]),
                name="meetings_report_adopted",
            ),
            models.CheckConstraint(
                condition=~Q(state="filed") | Q(document__isnull=False, filed_at__isnull=False),
                name="meetings_report_filed",
            ),
        ]

    def __str__(self) -> str:
        return str(self.text)

    @property
    def ref(self) -> str:
        """Its address: that of its text."""
        return str(self.text.ref)
