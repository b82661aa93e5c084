"""Documents: what is filed, described, controlled and found.

A document has language editions; an edition keeps every version of its file behind one address; a version's text is kept
by page. Room and audience decide who sees it; its state says how far it has come; the two never move each other.
"""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from puebla.accounts.models import Person
from puebla.core.languages import TextsField, show
from puebla.core.models import DatePrecision, random_ref
from puebla.documents.querysets import DocumentQuerySet, FileVersionQuerySet
from puebla.members.models import Body, Meeting, Party, Restricted


class Kind(models.Model):
    """A kind of document: agenda, declaration, report; data that the secretariat edits."""

    code = models.SlugField(_("code"), max_length=20, unique=True, help_text="AG, DECL, REP")
    names = TextsField(_("names"), max_length=80)
    plural_names = TextsField(_("names in the plural"), max_length=80, blank=True)
    rank = models.PositiveSmallIntegerField(default=50)
    retired = models.BooleanField(_("no longer offered"), default=False)
    #: Whose newest public paper stands on the first page, such as the declaration.
    leading = models.BooleanField(_("leads the first page"), default=False)
    #: Words by which a file's name or first page gives its kind away, in any language.
    clues = models.JSONField(_("clues"), default=list, blank=True)
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("kind of document")
        ordering = ["rank", "code"]

    def __str__(self) -> str:
        return str(show(self.names)) or self.code


class Theme(models.Model):
    """A theme of the plan of action; dated, since editions of the plan differ."""

    code = models.SlugField(_("code"), max_length=20, unique=True)
    names = TextsField(_("names"))
    from_on = models.DateField(_("from"), null=True, blank=True)
    until_on = models.DateField(_("until"), null=True, blank=True)
    rank = models.PositiveSmallIntegerField(default=50)
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("theme")
        ordering = ["rank", "code"]

    def __str__(self) -> str:
        return str(show(self.names)) or self.code


class State(models.TextChoices):
    """How far a document has come; says nothing of who sees it."""

    AWAITED = "awaited", _("awaited")
    DRAFT = "draft", _("draft")
    PROVISIONAL = "provisional", _("provisional")
    FINAL = "final", _("final")
    ADOPTED = "adopted", _("adopted")
    WITHDRAWN = "withdrawn", _("withdrawn")


class Document(Restricted):
    """A paper of the Conference.

    `ref` is its address until it has a symbol; a symbol, once given, is its address for ever. A party's own paper has none
    until others may see it, so that gaps in the numbers tell nothing.
    """

    ref = models.CharField(max_length=20, unique=True, default=random_ref, editable=False)
    symbol = models.CharField(_("symbol"), max_length=60, unique=True, null=True, blank=True)
    titles = TextsField(_("titles"))
    kind = models.ForeignKey(Kind, models.PROTECT, related_name="documents", verbose_name=_("kind"))
    body = models.ForeignKey(
        Body, models.PROTECT, related_name="documents", null=True, blank=True, verbose_name=_("body")
    )
    meeting = models.ForeignKey(
        Meeting, models.PROTECT, related_name="documents", null=True, blank=True, verbose_name=_("meeting")
    )
    dated_on = models.DateField(_("date"), null=True, blank=True)
    precision = models.CharField(max_length=5, choices=DatePrecision, default=DatePrecision.DAY)
    themes = models.ManyToManyField(Theme, related_name="documents", blank=True, verbose_name=_("themes"))
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.DRAFT)
    expected_on = models.DateField(_("expected on"), null=True, blank=True)
    original_language = models.CharField(_("original language"), max_length=10, blank=True)
    #: Folded symbol, reference and titles: what the list's word filter looks into.
    words = models.TextField(blank=True, editable=False)
    #: Languages that have a file, first the original: "es,en"; kept by the actions, so that a list needs no join.
    filed_languages = models.CharField(max_length=60, blank=True, editable=False)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    released_at = models.DateTimeField(_("released at"), null=True, blank=True)
    released_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    withdrawn_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    revision = models.PositiveIntegerField(default=1)

    objects = DocumentQuerySet.as_manager()

    class Meta(Restricted.Meta):
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = [F("dated_on").desc(nulls_last=True), "-id"]
        constraints = [
            *Restricted.Meta.constraints,
            models.CheckConstraint(condition=~Q(symbol=""), name="documents_symbol_not_blank"),
            models.CheckConstraint(
                condition=Q(released_at=None, released_by=None)
                | Q(released_at__isnull=False, released_by__isnull=False),
                name="documents_released_pair",
            ),
            models.CheckConstraint(
                condition=Q(released_at=None) | Q(audience=80, symbol__isnull=False),
                name="documents_released_is_public",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="documents_withdrawn_pair",
            ),
        ]
        indexes = [
            # The columns of the gate stand in every index that a list walks: a row that is hidden is passed over in the
            # index, and one piece of a count is one range of it.
            models.Index(
                fields=["-dated_on", "-id", "audience", "room", "party", "room_cap", "embargo_until"],
                name="documents_by_date",
            ),
            models.Index(
                fields=["audience", "room", "party", "room_cap", "embargo_until"], name="documents_gate"
            ),
            models.Index(
                fields=["party", "audience", "room_cap", "embargo_until", "room"], name="documents_of_party"
            ),
            models.Index(
                fields=["room", "audience", "party", "room_cap", "embargo_until"], name="documents_of_room"
            ),
            models.Index(
                fields=[
                    "-changed_at",
                    "-id",
                    "audience",
                    "room",
                    "party",
                    "room_cap",
                    "embargo_until",
                    "state",
                ],
                name="documents_by_change",
            ),
            # What is awaited, and what waits for a language: asked by every desk.
            models.Index(
                fields=["state", "filed_languages", "audience", "room", "party", "room_cap", "embargo_until"],
                name="documents_by_state",
            ),
            # Asked at every round of the worker: which embargoes ended meanwhile.
            models.Index(
                fields=["embargo_until"], condition=Q(embargo_until__isnull=False), name="documents_embargoes"
            ),
        ]

    def __str__(self) -> str:
        return self.symbol or str(show(self.titles))

    @property
    def address(self) -> str:
        """The last part of its address: the symbol, or the random reference while it has none."""
        return self.symbol or self.ref

    @property
    def is_public(self) -> bool:
        """Whether a public edition stands on the portal (an embargo may still hide it)."""
        return self.released_at is not None and self.withdrawn_at is None


class RelationKind(models.TextChoices):
    """How one document stands to another."""

    SUPERSEDES = "supersedes", _("supersedes")
    TRANSLATES = "translates", _("translates")
    ANSWERS = "answers", _("answers")
    ANNEX_OF = "annex_of", _("is an annex of")


class Relation(models.Model):
    """A directed link between two documents; shown only to who may see both."""

    source = models.ForeignKey(Document, models.CASCADE, related_name="relations")
    target = models.ForeignKey(Document, models.CASCADE, related_name="relations_in")
    kind = models.CharField(_("relation"), max_length=20, choices=RelationKind)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "target", "kind"], name="documents_relation_once"),
            models.CheckConstraint(condition=~Q(source=F("target")), name="documents_relation_to_another"),
        ]


class LanguageEdition(models.Model):
    """A document in one language: pending until it has a file."""

    document = models.ForeignKey(Document, models.CASCADE, related_name="editions")
    language = models.CharField(_("language"), max_length=10)
    expected_on = models.DateField(_("expected on"), null=True, blank=True)

    class Meta:
        verbose_name = _("language edition")
        ordering = ["language"]
        constraints = [
            models.UniqueConstraint(fields=["document", "language"], name="documents_edition_once"),
        ]
        indexes = [
            models.Index(
                fields=["document"], condition=Q(expected_on__isnull=False), name="documents_edition_expected"
            ),
        ]


class FileVersion(models.Model):
    """One file as it was filed: its bytes never change; a newer version stands beside it."""

    class Reading(models.TextChoices):
        """How far the worker has come with the text."""

        WAITING = "waiting", _("waiting to be read")
        DONE = "done", _("read")
        EMPTY = "empty", _("no text found")
        FAILED = "failed", _("could not be read")

    ref = models.CharField(max_length=20, unique=True, default=random_ref, editable=False)
    edition = models.ForeignKey(LanguageEdition, models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField(_("version"))
    key = models.CharField(max_length=80, unique=True)
    name = models.CharField(_("file name"), max_length=200)
    kind = models.CharField(_("format"), max_length=10)
    media_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField(_("size"))
    sha256 = models.CharField(max_length=64, db_index=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    filed_at = models.DateTimeField()
    filed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    reading = models.CharField(max_length=10, choices=Reading, default=Reading.WAITING)
    reading_error = models.CharField(max_length=300, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
    language_found = models.CharField(max_length=10, blank=True)
    page_count = models.PositiveIntegerField(null=True, blank=True)
    html = models.TextField(blank=True, help_text="sanitised body of an HTML file")
    thumbnail_key = models.CharField(max_length=80, blank=True)

    objects = FileVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("file version")
        ordering = ["-number"]
        # Asked at every round of the worker: which texts can be found now.
        indexes = [models.Index(fields=["read_at"], name="documents_version_read")]
        constraints = [
            models.UniqueConstraint(fields=["edition", "number"], name="documents_version_once"),
            models.CheckConstraint(condition=Q(size__gt=0), name="documents_version_not_empty"),
        ]


class Page(models.Model):
    """The text and the picture of one page of a file version."""

    version = models.ForeignKey(FileVersion, models.CASCADE, related_name="pages")
    number = models.PositiveIntegerField()
    text = models.TextField(blank=True)
    ocr = models.BooleanField(_("text recognised from a picture"), default=False)
    picture_key = models.CharField(max_length=80, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["version", "number"], name="documents_page_once")]


class Share(models.Model):
    """A dated exception for one person: who, why, until; listed on the document. Never in a sealed room."""

    ref = models.CharField(max_length=20, unique=True, default=random_ref, editable=False)
    document = models.ForeignKey(Document, models.CASCADE, related_name="shares")
    person = models.ForeignKey(Person, models.CASCADE, related_name="shares")
    why = models.CharField(_("why"), max_length=300)
    until_at = models.DateTimeField(_("until"))
    shared_at = models.DateTimeField()
    shared_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-shared_at"]


class Consent(models.Model):
    """A party's recorded word that its paper may be read more widely, up to an audience."""

    document = models.ForeignKey(Document, models.CASCADE, related_name="consents")
    audience = models.PositiveSmallIntegerField()
    given_at = models.DateTimeField()
    given_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    party = models.ForeignKey(Party, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-given_at"]


class SymbolSequence(models.Model):
    """The last number given under a prefix: locked while a symbol is made, so that none is given twice."""

    prefix = models.CharField(max_length=60, unique=True)
    last = models.PositiveIntegerField(default=0)


class Batch(models.Model):
    """Files dropped together and not yet filed: a table proposes, a person confirms, and only then anything is stored."""

    ref = models.CharField(max_length=20, unique=True, default=random_ref, editable=False)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(Person, models.PROTECT, related_name="batches")
    #: What every file gets unless its own name or first page says otherwise: body, meeting, kind, audience codes.
    defaults = models.JSONField(default=dict)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    discarded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]


class BatchItem(models.Model):
    """One dropped file with what is proposed for it; `outcome` says what became of it."""

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="items")
    number = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=200)
    #: The folder in which an import found it; files of different folders are never languages of one document.
    folder = models.CharField(max_length=500, blank=True)
    key = models.CharField(max_length=80, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    kind = models.CharField(max_length=10, blank=True)
    #: Why the file was not filed. Without a key it cannot be taken at all; with one the row can be mended and filed.
    refusal = models.CharField(max_length=400, blank=True)
    first_page = models.TextField(blank=True)
    #: {"symbol", "language", "titles", "dated", "kind", "body", "meeting", "audience"}
    proposal = models.JSONField(default=dict)
    #: [{"code": "duplicate", "sentence": ...}, ...]
    warnings = models.JSONField(default=list)
    document = models.ForeignKey(Document, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="documents_batch_item_once")]
