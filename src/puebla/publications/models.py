"""The public copies: one family of tables for parties, presidencies, meetings, documents and their files.

Rows are written at release and read by the public site, which reads nothing else. They hold plain values and no foreign
key into the private rooms, so that a fault in an intranet query can never publish, and so that the portal can run
elsewhere. A withdrawn document stays as a tombstone.
"""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Greatest
from django.utils.translation import gettext_lazy as _

from puebla.core.languages import TextsField, show
from puebla.core.models import DatePrecision, random_ref, write_imprecise
from puebla.core.symbols import SymbolOrderField
from puebla.core.wording import LONGEST
from puebla.publications.querysets import PublicDecisionQuerySet, PublicDocumentQuerySet
from puebla.publications.querysets.searching import PublicIndexEntryQuerySet


class Epoch(models.Model):
    """A number that grows with every change of what is public: part of the key of every cached page."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    number = models.PositiveBigIntegerField(default=1)
    #: The next embargo that ends: a cached page must not outlive it.
    next_change_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="publications_epoch_is_one")]


class PublicParty(models.Model):
    """A party as the public sees it today."""

    code = models.CharField(max_length=20, unique=True)
    #: What takes part in this way: a state, an organisation, a network of civil society, one of its chapters.
    kind = models.CharField(max_length=20, blank=True)
    parent_code = models.CharField(max_length=20, blank=True)
    #: How it takes part today; empty where it no longer does.
    standing = models.CharField(max_length=30, blank=True)
    standing_names = TextsField(blank=True)
    names = TextsField()
    short_names = TextsField()
    iso3 = models.CharField(max_length=3, blank=True)
    website = models.URLField(blank=True)
    since_on = models.DateField(null=True)
    since_precision = models.CharField(max_length=5, choices=DatePrecision, default=DatePrecision.YEAR)
    confirmed = models.BooleanField(default=True)
    remark = TextsField(max_length=500, blank=True)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return str(show(self.short_names))


class PublicStanding(models.Model):
    """How a party took part, from a day until a day."""

    party_code = models.CharField(max_length=20, db_index=True)
    kind = models.CharField(max_length=30)
    kind_names = TextsField()
    from_on = models.DateField()
    precision = models.CharField(max_length=5, choices=DatePrecision, default=DatePrecision.YEAR)
    until_on = models.DateField(null=True)
    confirmed = models.BooleanField(default=True)
    remark = TextsField(max_length=500, blank=True)

    class Meta:
        ordering = ["from_on", "pk"]

    def __str__(self) -> str:
        return f"{self.party_code}: {show(self.kind_names)}"


class PublicBody(models.Model):
    """A body as the public sees it: what meets, presides or serves, under the process's own names."""

    code = models.CharField(max_length=20, unique=True)
    function = models.CharField(max_length=20)
    names = TextsField()
    short_names = TextsField()
    descriptions = TextsField(max_length=2000, blank=True)
    from_on = models.DateField()
    precision = models.CharField(max_length=5, choices=DatePrecision, default=DatePrecision.YEAR)
    until_on = models.DateField(null=True)
    rank = models.PositiveSmallIntegerField(default=50)

    class Meta:
        ordering = ["rank", "code"]

    def __str__(self) -> str:
        return str(show(self.names)) or self.code


class PublicMainTheme(models.Model):
    """A theme that the process works on, whether or not a document of it is public; dated."""

    code = models.CharField(max_length=20, unique=True)
    names = TextsField()
    from_on = models.DateField(null=True)
    until_on = models.DateField(null=True)
    rank = models.PositiveSmallIntegerField(default=50)

    class Meta:
        ordering = ["rank", "code"]

    def __str__(self) -> str:
        return str(show(self.names)) or self.code


class PublicKind(models.Model):
    """A kind of document under the process's own names; the newest paper of a leading kind stands on the first page."""

    code = models.CharField(max_length=20, unique=True)
    names = TextsField()
    plural_names = TextsField(blank=True)
    leading = models.BooleanField(default=False)
    rank = models.PositiveSmallIntegerField(default=50)

    class Meta:
        ordering = ["rank", "code"]

    def __str__(self) -> str:
        return str(show(self.names)) or self.code


class PublicPresidency(models.Model):
    """A presidency as the public sees it."""

    body_code = models.CharField(max_length=20)
    starts_on = models.DateField()
    precision = models.CharField(max_length=5, choices=DatePrecision)
    party_code = models.CharField(max_length=20, blank=True)
    party_names = TextsField(blank=True)
    confirmed = models.BooleanField(default=True)
    remark = TextsField(max_length=500, blank=True)

    class Meta:
        ordering = ["-starts_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["body_code", "starts_on"], name="publications_presidency_one_start"
            )
        ]

    def __str__(self) -> str:
        return str(show(self.party_names))


class PublicMeeting(models.Model):
    """A meeting as the public sees it."""

    symbol = models.CharField(max_length=60, unique=True)
    symbol_order = SymbolOrderField()
    body_code = models.CharField(max_length=20, db_index=True)
    body_names = TextsField()
    number = models.PositiveSmallIntegerField(null=True)
    titles = TextsField()
    places = TextsField(blank=True)
    host_code = models.CharField(max_length=20, blank=True, db_index=True)
    host_names = TextsField(blank=True)
    themes_text = TextsField(blank=True)
    #: The other process of a meeting that is held jointly, and the symbol that it gave.
    joint_with = TextsField(blank=True)
    joint_code = models.CharField(max_length=20, blank=True, db_index=True)
    joint_symbol = models.CharField(max_length=60, blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    precision = models.CharField(max_length=5, choices=DatePrecision)
    confirmed = models.BooleanField(default=True)
    remark = TextsField(max_length=500, blank=True)
    #: When it last changed for the public, and how often it has: calendars are told.
    changed_at = models.DateTimeField(null=True)
    sequence = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-starts_on", "symbol_order"]

    def __str__(self) -> str:
        return str(show(self.titles))

    @property
    def written_date(self) -> str:
        """The first day as far as it is known: `2009`, `2009-07` or `2009-07-09`."""
        return write_imprecise(self.starts_on, self.precision)


class PublicProgramme(models.Model):
    """What was released of how a meeting is held: its agenda, public sessions, who took part; withdrawn, its tombstone.

    Nothing else of the meeting is here: an item, a session or a name that was not released does not stand in these columns.
    """

    #: Of the meeting (`PublicMeeting`), whose row is written anew with every change of the lists.
    symbol = models.CharField(max_length=60, unique=True)
    manner = models.CharField(max_length=12, blank=True)
    zone = models.CharField(max_length=60, blank=True)
    venues = TextsField(blank=True)
    #: [{"code", "names"}]: who hosts beside the one of the record.
    co_hosts = models.JSONField(default=list)
    #: In order: [{"ref", "label", "depth", "titles", "papers": [symbols]}].
    items = models.JSONField(default=list)
    #: [{"ref", "kind_names", "titles", "places", "on", "starts_at", "ends_at", "zone", "cancelled", "items": [labels],
    #: "sequence", "changed_at"}].
    sessions = models.JSONField(default=list)
    #: By standing: [{"names", "parties": [{"code", "names", "people": [{"ref", "name", "role_names"}]}]}]; None: not released.
    participants = models.JSONField(null=True, default=None)
    #: Symbols of its minutes and reports.
    reports = models.JSONField(default=list)
    released_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_reason = TextsField(max_length=500, blank=True)

    class Meta:
        ordering = ["symbol"]

    def __str__(self) -> str:
        return self.symbol


class PublicDocument(models.Model):
    """The public edition of a document; with `withdrawn_at`, its tombstone."""

    symbol = models.CharField(_("symbol"), max_length=60, unique=True)
    symbol_order = SymbolOrderField(db_index=True)
    titles = TextsField(_("titles"))
    kind_code = models.CharField(max_length=20, db_index=True)
    kind_names = TextsField()
    body_code = models.CharField(max_length=20, blank=True, db_index=True)
    body_names = TextsField(blank=True)
    meeting_symbol = models.CharField(max_length=60, blank=True, db_index=True)
    meeting_titles = TextsField(blank=True)
    dated_on = models.DateField(null=True)
    year = models.PositiveSmallIntegerField(null=True, db_index=True)
    precision = models.CharField(max_length=5, choices=DatePrecision, default=DatePrecision.DAY)
    state = models.CharField(max_length=20)
    original_language = models.CharField(max_length=10, blank=True)
    party_code = models.CharField(max_length=20, blank=True, db_index=True)
    party_names = TextsField(blank=True)
    #: [{"kind": "supersedes", "symbol": ..., "titles": {...}}, ...], public targets only when shown.
    relations = models.JSONField(default=list)
    #: [{"language": "es", "on": "2026-12-01" or None}, ...]: editions that are still pending.
    pending = models.JSONField(default=list)
    words = models.TextField(blank=True, help_text="folded symbol and titles, for finding")
    public_from = models.DateTimeField(_("public from"))
    released_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_reason = TextsField(max_length=500, blank=True)
    #: Since when the public sees it as it stands: what feeds and harvesters go by. Never asked of a clock.
    changed_at = models.GeneratedField(
        expression=Coalesce("withdrawn_at", Greatest("released_at", "public_from")),
        output_field=models.DateTimeField(),
        db_persist=True,
    )

    objects = PublicDocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("public document")
        ordering = [F("dated_on").desc(nulls_last=True), "symbol_order"]
        indexes = [
            models.Index(fields=["-dated_on", "symbol_order"], name="publications_by_day"),
            models.Index(fields=["changed_at", "id"], name="publications_by_change"),
        ]

    def __str__(self) -> str:
        return self.symbol

    @property
    def written_date(self) -> str:
        """The date as far as it is known: `2009`, `2009-07` or `2009-07-09`."""
        return write_imprecise(self.dated_on, self.precision)


class PublicTheme(models.Model):
    """A theme of a public document."""

    document = models.ForeignKey(PublicDocument, models.CASCADE, related_name="themes")
    code = models.CharField(max_length=20, db_index=True)
    names = TextsField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["document", "code"], name="publications_theme_once")]


class PublicFile(models.Model):
    """A released file version, in the public store; the address is symbol, language and version."""

    document = models.ForeignKey(PublicDocument, models.CASCADE, related_name="files")
    language = models.CharField(max_length=10)
    number = models.PositiveSmallIntegerField()
    current = models.BooleanField(default=True)
    ref = models.CharField(max_length=20, unique=True, default=random_ref)
    key = models.CharField(max_length=80)
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100)
    label = models.CharField(max_length=20)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    page_count = models.PositiveIntegerField(null=True)
    filed_at = models.DateTimeField()

    class Meta:
        ordering = ["language", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["document", "language", "number"], name="publications_file_version_once"
            ),
            models.UniqueConstraint(
                fields=["document", "language"],
                condition=Q(current=True),
                name="publications_file_one_current",
            ),
        ]


class PublicDecision(models.Model):
    """The public edition of what was agreed by consensus: its words and what they do; with `withdrawn_at`, its tombstone.

    No position, no proposal and nobody's name is here: there are no columns for them.
    """

    symbol = models.CharField(_("symbol"), max_length=60, unique=True)
    symbol_order = SymbolOrderField(db_index=True)
    titles = TextsField(_("titles"))
    kind = models.CharField(max_length=15)
    scope = models.CharField(max_length=15, blank=True)
    joint_with = TextsField(blank=True)
    body_code = models.CharField(max_length=20, db_index=True)
    body_names = TextsField(blank=True)
    meeting_symbol = models.CharField(max_length=60, blank=True, db_index=True)
    meeting_titles = TextsField(blank=True)
    #: Symbol of the public recommendation that became this.
    origin = models.CharField(max_length=60, blank=True)
    adopted_on = models.DateField()
    precision = models.CharField(max_length=5, choices=DatePrecision, default=DatePrecision.DAY)
    year = models.PositiveSmallIntegerField(db_index=True)
    #: The languages adopted, and the SHA-256 of the canonical form of the words in them.
    languages = models.JSONField(default=list)
    sha256 = models.CharField(max_length=64, blank=True)
    #: Of everything that stands here, so that a change inside is seen.
    digest = models.CharField(max_length=64, blank=True)
    #: When it became public first, and when its edition was written last.
    public_from = models.DateTimeField()
    released_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_reason = TextsField(max_length=500, blank=True)
    changed_at = models.GeneratedField(
        expression=Coalesce("withdrawn_at", "released_at"),
        output_field=models.DateTimeField(),
        db_persist=True,
    )

    objects = PublicDecisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("public decision")
        ordering = ["-adopted_on", "symbol_order"]
        indexes = [models.Index(fields=["changed_at", "id"], name="publications_dec_by_change")]

    def __str__(self) -> str:
        return self.symbol

    @property
    def written_date(self) -> str:
        """The day of adoption as far as it is known: `2009`, `2009-07` or `2009-07-09`."""
        return write_imprecise(self.adopted_on, self.precision)


class PublicParagraph(models.Model):
    """A paragraph of a public decision, in the order in which it is read."""

    decision = models.ForeignKey(PublicDecision, models.CASCADE, related_name="paragraphs")
    position = models.PositiveIntegerField()
    anchor = models.CharField(max_length=60)
    #: How it is cited, "12(b)"; what is set before its words, "(b)"; how far it lies below the root; steps it is set in.
    number = models.CharField(max_length=60, blank=True)
    label = models.CharField(max_length=20, blank=True)
    depth = models.PositiveSmallIntegerField(default=0)
    indent = models.PositiveSmallIntegerField(default=0)
    kind = models.CharField(max_length=10)
    function = models.CharField(max_length=15)
    words = TextsField(max_length=LONGEST, blank=True)
    verb_code = models.CharField(max_length=30, blank=True, db_index=True)
    verb_names = TextsField(max_length=60, blank=True)
    #: The first day of the period that `due_precision` names.
    due_on = models.DateField(null=True, blank=True)
    due_precision = models.CharField(max_length=7, default="day")
    status = models.CharField(max_length=15, blank=True, db_index=True)
    status_on = models.DateField(null=True, blank=True)
    #: [{"whom", "code", "names"}]
    addressees = models.JSONField(default=list)
    #: [{"code", "names"}]
    themes = models.JSONField(default=list)

    class Meta:
        ordering = ["decision", "position"]
        constraints = [
            models.UniqueConstraint(fields=["decision", "anchor"], name="publications_paragraph_once"),
            models.UniqueConstraint(fields=["decision", "position"], name="publications_paragraph_place"),
        ]

    def __str__(self) -> str:
        return f"{self.decision.symbol}#{self.anchor}"

    @property
    def written_due(self) -> str:
        """The due date as programs sort it: 2027-06-30, 2027-06, 2027-Q2, 2027."""
        if self.due_on is None:
            return ""
        if self.due_precision == "quarter":
            return f"{self.due_on.year}-Q{(self.due_on.month + 2) // 3}"
        return write_imprecise(self.due_on, self.due_precision)


class PublicMark(models.Model):
    """A theme or an addressee of a public paragraph, by its code: what lists and feeds are narrowed by."""

    paragraph = models.ForeignKey(PublicParagraph, models.CASCADE, related_name="marks")
    name = models.CharField(max_length=10)
    code = models.CharField(max_length=20)

    class Meta:
        indexes = [models.Index(fields=["name", "code"], name="publications_marks")]
        constraints = [
            models.UniqueConstraint(fields=["paragraph", "name", "code"], name="publications_mark_once")
        ]


class PublicLink(models.Model):
    """What a public paragraph says of another public one; by symbol and anchor, so that either may be released anew."""

    symbol = models.CharField(max_length=60)
    anchor = models.CharField(max_length=60)
    kind = models.CharField(max_length=12)
    to_symbol = models.CharField(max_length=60)
    to_anchor = models.CharField(max_length=60)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["symbol", "anchor", "kind", "to_symbol", "to_anchor"], name="publications_link_once"
            )
        ]
        indexes = [models.Index(fields=["to_symbol", "to_anchor"], name="publications_links_to")]

    def __str__(self) -> str:
        return f"{self.symbol}#{self.anchor} {self.kind} {self.to_symbol}#{self.to_anchor}"


class PublicPlan(models.Model):
    """The public tracker of an edition of the Plan of Action; with `withdrawn_at`, its tombstone."""

    code = models.CharField(max_length=20, unique=True)
    titles = TextsField()
    summaries = TextsField(max_length=3000, blank=True)
    pillar_names = TextsField(max_length=40)
    objective_names = TextsField(max_length=40)
    body_names = TextsField(blank=True)
    state_names = TextsField(blank=True)
    from_on = models.DateField()
    from_precision = models.CharField(max_length=5, choices=DatePrecision, default=DatePrecision.YEAR)
    until_on = models.DateField(null=True)
    until_precision = models.CharField(max_length=5, choices=DatePrecision, default=DatePrecision.YEAR)
    released_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_reason = TextsField(max_length=500, blank=True)

    class Meta:
        ordering = ["-from_on", "code"]

    def __str__(self) -> str:
        return str(show(self.titles)) or self.code


class PublicCommitment(models.Model):
    """A commitment as it was released; with `withdrawn_at`, its tombstone. Nothing that was not released has a column here."""

    plan_code = models.CharField(max_length=20)
    code = models.CharField(max_length=20)
    code_order = models.CharField(max_length=60)
    titles = TextsField(max_length=500)
    texts = TextsField(max_length=5000, blank=True)
    pillar_code = models.CharField(max_length=20, blank=True)
    pillar_number = models.PositiveSmallIntegerField(default=0)
    pillar_names = TextsField(blank=True)
    objective_number = models.PositiveSmallIntegerField(default=0)
    objective_names = TextsField(blank=True)
    #: [{"code", "names", "part"}]: who leads and who are partners; a body, all members.
    actors = models.JSONField(default=list)
    from_on = models.DateField(null=True)
    from_precision = models.CharField(max_length=5, choices=DatePrecision, default=DatePrecision.YEAR)
    until_on = models.DateField(null=True)
    until_precision = models.CharField(max_length=5, choices=DatePrecision, default=DatePrecision.YEAR)
    status = models.CharField(max_length=15, blank=True)
    status_names = TextsField(blank=True)
    progress = models.PositiveSmallIntegerField(null=True)
    #: How the mandate is cited, and the symbol of the public paper that it stands in.
    mandate = models.CharField(max_length=200, blank=True)
    mandate_symbol = models.CharField(max_length=60, blank=True)
    next_steps = TextsField(max_length=1000, blank=True)
    #: [{"framework", "framework_names", "code", "names"}].
    goals = models.JSONField(default=list)
    #: [{"titles", "state_names", "due"}].
    actions = models.JSONField(default=list)
    #: [{"party", "party_names", "year", "half", "done_names", "words", "sent_on"}], of parties that let them be published.
    reports = models.JSONField(default=list)
    #: {"budget", "funded", "currency"}, in figures as text; empty where money was not released.
    money = models.JSONField(default=dict)
    digest = models.CharField(max_length=64, blank=True)
    released_at = models.DateTimeField()
    changed_at = models.DateTimeField(db_index=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_reason = TextsField(max_length=500, blank=True)

    class Meta:
        ordering = ["plan_code", "code_order"]
        constraints = [
            models.UniqueConstraint(fields=["plan_code", "code"], name="publications_commitment_once"),
        ]

    def __str__(self) -> str:
        return f"{self.plan_code}/{self.code}"


class PublicHead(models.Model):
    """The end of the journal's chain as it stood on a day, shown to the world so that nobody can rewrite what came before."""

    on = models.DateField(unique=True)
    sequence = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=64)

    class Meta:
        ordering = ["-on"]

    def __str__(self) -> str:
        return f"{self.sequence} {self.digest}"


class PublicPage(models.Model):
    """The text of a page of a released file: light reading on a weak line."""

    file = models.ForeignKey(PublicFile, models.CASCADE, related_name="pages")
    number = models.PositiveIntegerField()
    text = models.TextField(blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["file", "number"], name="publications_page_once")]


class PublicIndexEntry(models.Model):
    """What the public may find of a released record in one language; its words stand in the index under the same key.

    All of it can be made anew (`puebla reindex`). The key says where the entry stands (`core.search.tables.Place`).
    """

    id = models.BigIntegerField(primary_key=True)
    source = models.PositiveSmallIntegerField()
    record = models.BigIntegerField()
    language = models.CharField(max_length=10)
    #: The file whose pages are quoted.
    holder = models.BigIntegerField(null=True)
    address = models.CharField(max_length=60)
    #: Letters and figures of the symbol (`core.search.citing.key_of`).
    symbol_key = models.CharField(max_length=60, blank=True, db_index=True)
    title = models.CharField(max_length=300, blank=True)
    public_from = models.DateTimeField()
    #: The release of which this is a copy: an older one is behind.
    written_for = models.DateTimeField()

    objects = PublicIndexEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("entry of the search index")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "record", "language"], name="publications_indexentry_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.address} ({self.language})"
