"""The process itself, the journal, and mail waiting to go out."""

import datetime as dt
import re
import uuid
from typing import Any

from django.db import DEFAULT_DB_ALIAS, models
from django.utils.translation import gettext_lazy as _

from puebla.core.languages import TextsField
from puebla.core.prepared import Prepared


class Process(models.Model):
    """The consultative process that this instance serves: one row, loaded from an edition's data."""

    code = models.CharField(_("code"), max_length=20, unique=True, help_text="RCM")
    names = TextsField(_("names"))
    short_names = TextsField(_("short names"))
    taglines = TextsField(_("taglines"), blank=True)
    #: The sentence that the first page opens with.
    headlines = TextsField(_("headlines"), blank=True)
    #: What the process says of the nature of what it decides: whether it binds, and how.
    nature = TextsField(_("nature of its decisions"), max_length=600, blank=True)
    edition = models.CharField(_("edition"), max_length=60)
    languages = models.JSONField(_("working languages"), default=list, help_text='["en", "es"]')
    time_zone = models.CharField(_("time zone"), max_length=60, default="America/Costa_Rica")
    symbol_pattern = models.CharField(
        _("symbol pattern"), max_length=120, default="{process}/{year}/{body}/{kind}/{number}"
    )
    founded_on = models.DateField(_("founded on"), null=True, blank=True)
    contact_email = models.EmailField(_("contact address"), blank=True)
    secretariat_address = TextsField(_("address of the secretariat"), blank=True)
    singleton = models.BooleanField(default=True, unique=True, editable=False)

    class Meta:
        verbose_name = _("process")
        constraints = [
            models.CheckConstraint(condition=models.Q(singleton=True), name="core_process_is_one"),
        ]

    def __str__(self) -> str:
        return self.code

    @classmethod
    def current(cls) -> "Process":
        """The process of this instance; raises `Process.DoesNotExist` before `puebla init` or `puebla demo`."""
        found = cls.known()
        if found is None:
            raise cls.DoesNotExist
        return found

    @classmethod
    def known(cls) -> "Process | None":
        """The same; None before there is one. Each page asks for it, once or twice."""
        for row in _process.rows():
            return cls.from_db(DEFAULT_DB_ALIAS, [field.attname for field in cls._meta.concrete_fields], row)
        return None


def _stored_process() -> models.QuerySet[Any, Any]:
    columns = [field.attname for field in Process._meta.concrete_fields]
    return Process.objects.order_by("pk").values_list(*columns)[:1]


_process = Prepared(_stored_process)


class Catalogue(models.Model):
    """Words of the pages in a language, as an edition brings them: the text of a gettext catalogue (`.po`)."""

    language = models.CharField(max_length=10, unique=True)
    text = models.TextField()

    class Meta:
        ordering = ["language"]

    def __str__(self) -> str:
        return self.language


class JournalHead(models.Model):
    """The end of the chain: locked last in every transaction that writes, so that two writers cannot fork it."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    sequence = models.PositiveBigIntegerField(default=0)
    digest = models.CharField(max_length=64, default="")

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="core_journalhead_is_one")]


class JournalEntry(models.Model):
    """One act: who did what to what, when. Append-only, chained by SHA-256, without foreign keys.

    `digest` covers `previous`, the entry's own facts and `payload_digest`. The payload (names, sealed facts) lies
    apart, salted, and can be erased without breaking the chain.
    """

    sequence = models.PositiveBigIntegerField(primary_key=True)
    at = models.DateTimeField(_("at"))
    act = models.CharField(_("act"), max_length=60, db_index=True)
    person_ref = models.CharField(_("person"), max_length=40, blank=True, db_index=True)
    party_code = models.CharField(_("party"), max_length=200, blank=True)
    subject_kind = models.CharField(max_length=40, blank=True)
    subject_ref = models.CharField(max_length=80, blank=True, db_index=True)
    room_ref = models.CharField(max_length=40, blank=True)
    #: For acts that count once only (an opening by person, file and hour); NULL where an act may be repeated.
    once_key = models.CharField(max_length=120, null=True, unique=True)
    payload_digest = models.CharField(max_length=64, blank=True)
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("journal entry")
        ordering = ["-sequence"]

    def __str__(self) -> str:
        return f"{self.sequence} {self.act} {self.subject_ref}"


class JournalPayload(models.Model):
    """The words of an entry, erasable: only their salted digest is in the chain."""

    sequence = models.PositiveBigIntegerField(primary_key=True)
    salt = models.CharField(max_length=32)
    facts = models.JSONField(default=dict)
    erased_at = models.DateTimeField(null=True, blank=True)


class PublishedHead(models.Model):
    """A head of the chain that was shown to the outside on a day, so that a rewritten chain is found out."""

    on = models.DateField(unique=True)
    sequence = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=64)

    class Meta:
        ordering = ["-on"]


class OutgoingMail(models.Model):
    """A message written in the transaction of its act and sent later: at least once, with a stable Message-ID."""

    message_id = models.CharField(max_length=120, unique=True)
    recipient = models.EmailField()
    subject = models.CharField(max_length=300)
    body = models.TextField()
    html = models.TextField(blank=True)
    language = models.CharField(max_length=10, blank=True)
    #: A human's address for answers.
    reply_to = models.EmailField(blank=True)
    #: Where one POST ends mail of this sort (RFC 8058).
    stop_url = models.URLField(max_length=500, blank=True)
    #: What it was written for, so that it can be taken away with that: "subscription:…".
    about = models.CharField(max_length=60, blank=True, db_index=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True, db_index=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=300, blank=True)
    #: When a server refused it for good.
    refused_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("outgoing message")
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.recipient}: {self.subject}"


def random_ref() -> str:
    """An address for a record that has no symbol: random, so that it tells nothing and cannot be walked."""
    return uuid.uuid4().hex[:20]


class DatePrecision(models.TextChoices):
    """How much of a date is known."""

    DAY = "day", _("day")
    MONTH = "month", _("month")
    YEAR = "year", _("year")


def write_imprecise(day: dt.date | None, precision: str) -> str:
    """A date as far as it is known: `2009`, `2009-07` or `2009-07-09`; nothing where there is none.

    >>> write_imprecise(dt.date(2009, 7, 1), "month")
    '2009-07'
    """
    return day.isoformat()[: {"year": 4, "month": 7}.get(precision, 10)] if day else ""


def parse_imprecise(text: str) -> tuple[dt.date, DatePrecision]:
    """A date with its precision from `2009`, `2009-07` or `2009-07-09`; raises ValueError otherwise.

    A year has four figures: “13” typed in haste is no year, and would stand in a symbol for ever.
    """
    if not re.fullmatch(r"[0-9]{4}(-[0-9]{1,2}){0,2}", text):
        raise ValueError(text)
    parts = [int(part) for part in text.split("-")]
    if len(parts) == 1:
        return dt.date(parts[0], 1, 1), DatePrecision.YEAR
    if len(parts) == 2:
        return dt.date(parts[0], parts[1], 1), DatePrecision.MONTH
    return dt.date(*parts), DatePrecision.DAY
