"""Who takes part: parties and their standing, bodies and their rooms, seats, presidencies, meetings as records.

All of it is dated data. A *seat* (person, party, body, role, from, until) gives rights; a person has none.
"""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.crypto import salted_hmac
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from puebla.accounts.models import Person
from puebla.core.languages import TextsField, show
from puebla.core.models import DatePrecision, random_ref
from puebla.core.symbols import SymbolOrderField
from puebla.core.zones import ZoneField
from puebla.members.querysets import (
    BodyQuerySet,
    CandidatureQuerySet,
    InvitationQuerySet,
    MeetingQuerySet,
    PartyQuerySet,
    PresidencyQuerySet,
    SeatQuerySet,
    permissions_carried,
)
from puebla.members.querysets.searching import IndexEntryQuerySet, SavedSearchQuerySet


class Audience(models.IntegerChoices):
    """The ladder of who may read; every rung includes those before it (in a sealed room: only its own seats)."""

    OWN_PARTY = 10, _("own party")
    SECRETARIAT = 20, _("secretariat")
    PRESIDENCY = 30, _("presidency")
    ROOM = 40, _("members of the room")
    MEMBERS = 50, _("all member states")
    OBSERVERS = 60, _("observers")
    CIVIL_SOCIETY = 70, _("accredited civil society")
    PUBLIC = 80, _("public")


class StandingKind(models.TextChoices):
    """How a party takes part."""

    MEMBER = "member", _("member state")
    OBSERVER_STATE = "observer_state", _("observer state")
    OBSERVER_ORGANISATION = "observer_organisation", _("observer organisation")
    CIVIL_SOCIETY = "civil_society", _("civil society")
    SECRETARIAT = "secretariat", _("technical secretariat")


class Permission(models.TextChoices):
    """What a role lets its holder do; `Role.permissions` lists them."""

    FILE = "file", _("file and describe papers of the secretariat")
    FILE_OWN = "file_own", _("file papers of the own party")
    RELEASE = "release", _("release to the public and withdraw")
    MANAGE_OWN_PEOPLE = "manage_own_people", _("invite, seat and retire people of the own party")
    MANAGE_ALL_PEOPLE = "manage_all_people", _("invite, seat and retire people of every party")
    CONFIRM_SEATS = "confirm_seats", _("confirm seats in the sealed room chaired")
    EDIT_LISTS = "edit_lists", _("edit parties, bodies, kinds, themes, presidencies")
    CONVENE = "convene", _("prepare, convene and run meetings")
    SEND_CIRCULARS = "send_circulars", _("prepare and send circulars")
    READ_JOURNAL = "read_journal", _("read the journal")
    OPERATE = "operate", _("see the state of the machine")
    EDIT_PAGES = "edit_pages", _("write pages and news of the public site and submit them")
    APPROVE_PAGES = "approve_pages", _("approve, publish and take away pages and news of the public site")


class Party(models.Model):
    """A state, an organisation, a network or its national chapter; the Technical Secretariat is one too."""

    class Kind(models.TextChoices):
        STATE = "state", _("state")
        ORGANISATION = "organisation", _("organisation")
        NETWORK = "network", _("civil-society network")
        CHAPTER = "chapter", _("national chapter")
        SECRETARIAT = "secretariat", _("secretariat")

    code = models.SlugField(_("code"), max_length=20, unique=True, help_text="CRI, UNHCR, RNCOM-GTM")
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    names = TextsField(_("names"))
    short_names = TextsField(_("short names"), max_length=80)
    iso2 = models.CharField(_("ISO 3166 alpha-2"), max_length=2, blank=True)
    iso3 = models.CharField(_("ISO 3166 alpha-3"), max_length=3, blank=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="chapters")
    website = models.URLField(_("website"), blank=True)
    #: Of its capital: hours by which something is due are shown by its clocks. Empty: those of the process.
    zone = ZoneField(verbose_name=_("time zone of the capital"), blank=True, default="")
    revision = models.PositiveIntegerField(default=1)

    objects = PartyQuerySet.as_manager()

    class Meta:
        verbose_name = _("party")
        verbose_name_plural = _("parties")
        ordering = ["code"]

    def __str__(self) -> str:
        return str(show(self.short_names)) or self.code

    def clean(self) -> None:
        """Its codes are those of one real country, which no other state has; it is no part of itself."""
        self.iso2, self.iso3 = self.iso2.upper(), self.iso3.upper()
        faults: dict[str, str | Promise] = {}
        for field, kind in (("iso2", "alpha_2"), ("iso3", "alpha_3")):
            code = getattr(self, field)
            if code and _country(kind, code) is None:
                faults[field] = _("No country has the ISO 3166 code %(code)s.") % {"code": code}
        if (
            not faults
            and self.iso2
            and self.iso3
            and _country("alpha_2", self.iso2) != _country("alpha_3", self.iso3)
        ):
            faults["iso3"] = _("%(iso2)s and %(iso3)s are codes of two different countries.") % {
                "iso2": self.iso2,
                "iso3": self.iso3,
            }
        same = Party.objects.filter(kind=self.kind, iso3=self.iso3).exclude(pk=self.pk)
        if self.kind == self.Kind.STATE and self.iso3 and not faults and same.exists():
            faults["iso3"] = _("Another state in the list has the code %(code)s.") % {"code": self.iso3}
        if self.parent is not None and (self.parent == self or self.parent.parent == self):
            faults["parent"] = _("A party is no part of itself, nor of its own chapter.")
        if faults:
            raise ValidationError(dict(faults))


def _country(kind: str, code: str) -> str | None:
    """The country with this code of ISO 3166, by its number; None where there is none."""
    import pycountry

    return next((one.numeric for one in pycountry.countries if getattr(one, kind) == code), None)


class Standing(models.Model):
    """How a party took part, from a day until a day."""

    party = models.ForeignKey(Party, models.CASCADE, related_name="standings")
    kind = models.CharField(_("standing"), max_length=30, choices=StandingKind)
    from_on = models.DateField(_("from"))
    from_precision = models.CharField(max_length=5, choices=DatePrecision, default=DatePrecision.DAY)
    until_on = models.DateField(_("until"), null=True, blank=True)
    confirmed = models.BooleanField(_("confirmed by a source"), default=True)
    note = TextsField(_("note"), blank=True)

    class Meta:
        verbose_name = _("standing")
        ordering = ["party", "from_on"]
        constraints = [
            models.UniqueConstraint(fields=["party", "from_on"], name="members_standing_once_a_day"),
            models.UniqueConstraint(
                fields=["party"], condition=Q(until_on=None), name="members_standing_one_open"
            ),
            models.CheckConstraint(
                condition=Q(until_on=None) | Q(until_on__gte=F("from_on")), name="members_standing_in_order"
            ),
        ]


class Room(models.Model):
    """Where papers lie. Its cap and seal are fixed for ever: rows copy the cap, and the database holds them to it."""

    ref = models.CharField(max_length=20, unique=True, default=random_ref, editable=False)
    code = models.SlugField(_("code"), max_length=30, unique=True)
    names = TextsField(_("names"))
    cap = models.PositiveSmallIntegerField(_("widest audience"), choices=Audience, default=Audience.PUBLIC)
    sealed = models.BooleanField(_("sealed"), default=False)

    class Meta:
        verbose_name = _("room")
        constraints = [
            # So a row's copied cap also tells whether its room is sealed.
            models.CheckConstraint(
                condition=Q(sealed=True, cap=Audience.ROOM) | Q(sealed=False, cap__gte=Audience.MEMBERS),
                name="members_room_sealed_is_capped",
            ),
        ]

    def __str__(self) -> str:
        return str(show(self.names)) or self.code


class Body(models.Model):
    """A body of the process: the Vice-Ministers, the consultation group, a network, an office; dated."""

    class Function(models.TextChoices):
        MINISTERS = "ministers", _("ministers' meeting")
        CONSULTATION = "consultation", _("consultation group")
        PRESIDENCY = "presidency", _("presidency")
        SECRETARIAT = "secretariat", _("secretariat")
        NETWORK = "network", _("network of liaison officers")
        WORKING_GROUP = "working_group", _("working group")
        OTHER = "other", _("other")

    code = models.SlugField(_("code"), max_length=20, unique=True)
    function = models.CharField(_("function"), max_length=20, choices=Function, default=Function.OTHER)
    names = TextsField(_("names"))
    short_names = TextsField(_("short names"), max_length=80)
    descriptions = TextsField(_("descriptions"), max_length=2000, blank=True)
    room = models.OneToOneField(Room, models.PROTECT, related_name="body")
    from_on = models.DateField(_("from"))
    from_precision = models.CharField(max_length=5, choices=DatePrecision, default=DatePrecision.YEAR)
    until_on = models.DateField(_("until"), null=True, blank=True)
    rank = models.PositiveSmallIntegerField(default=50)
    revision = models.PositiveIntegerField(default=1)

    objects = BodyQuerySet.as_manager()

    class Meta:
        verbose_name = _("body")
        verbose_name_plural = _("bodies")
        ordering = ["rank", "code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until_on=None) | Q(until_on__gte=F("from_on")), name="members_body_in_order"
            ),
        ]

    def __str__(self) -> str:
        return str(show(self.names)) or self.code


class Role(models.Model):
    """What somebody is in a body: data, with the permissions it carries."""

    code = models.SlugField(_("code"), max_length=30, unique=True)
    names = TextsField(_("names"), max_length=80)
    descriptions = TextsField(_("descriptions"), max_length=500, blank=True)
    permissions = models.JSONField(_("permissions"), default=list)
    #: An observer's seat never counts as a room member's.
    observes = models.BooleanField(_("observes only"), default=False)
    #: Who holds it opens the private site only with a passkey, a key or an app set up (`querysets.owes_second_factor`).
    second_factor = models.BooleanField(_("asks for a second factor"), default=False)
    rank = models.PositiveSmallIntegerField(default=50)

    class Meta:
        verbose_name = _("role")
        ordering = ["rank", "code"]

    def __str__(self) -> str:
        return str(show(self.names)) or self.code


class Seat(models.Model):
    """A person's place: of a party, in a body (or another room), in a role, from a day until a day inclusive.

    In a sealed room it gives nothing until the chair has confirmed it.
    """

    ref = models.CharField(max_length=20, unique=True, default=random_ref, editable=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="seats")
    party = models.ForeignKey(Party, models.PROTECT, related_name="seats")
    body = models.ForeignKey(Body, models.PROTECT, related_name="seats", null=True, blank=True)
    room = models.ForeignKey(Room, models.PROTECT, related_name="seats")
    role = models.ForeignKey(Role, models.PROTECT, related_name="seats")
    #: In a closed session one sits because of a seat elsewhere, and as long as that one counts; such a seat opens its room
    #: and carries no permission, but that of its chair (`leads`).
    follows = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="followers")
    leads = models.BooleanField(_("chairs this sealed room"), default=False)
    from_on = models.DateField(_("from"))
    until_on = models.DateField(_("until"), null=True, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")

    objects = SeatQuerySet.as_manager()

    class Meta:
        verbose_name = _("seat")
        ordering = ["role__rank", "person__full_name", "pk"]
        constraints = [
            # A seat ended before it began (unseated on the day it was to start later) has until before from.
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None) | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="members_seat_ended_pair",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | Q(confirmed_at__isnull=False),
                name="members_seat_confirmed_pair",
            ),
            models.UniqueConstraint(
                fields=["person", "party", "room", "role", "from_on"], name="members_seat_once"
            ),
            models.CheckConstraint(
                condition=Q(leads=False) | Q(follows__isnull=False), name="members_seat_leads_by_another"
            ),
            models.CheckConstraint(condition=~Q(follows=F("pk")), name="members_seat_follows_another"),
        ]
        indexes = [models.Index(fields=["person", "from_on", "until_on"], name="members_seat_of_person")]

    def __str__(self) -> str:
        return f"{self.person}, {self.role}, {self.party}"

    @property
    def carries(self) -> frozenset[str]:
        """What the seat lets its holder do."""
        return permissions_carried(
            self.role.permissions, follows=self.follows_id is not None, leads=self.leads
        )


class PresidencyTerm(models.Model):
    """The start of a presidency; it lasts until the next one starts. A vacancy is a term without a party."""

    body = models.ForeignKey(Body, models.PROTECT, related_name="presidency_terms")
    party = models.ForeignKey(Party, models.PROTECT, null=True, blank=True, related_name="presidency_terms")
    starts_on = models.DateField(_("starts on"))
    precision = models.CharField(max_length=5, choices=DatePrecision, default=DatePrecision.DAY)
    confirmed = models.BooleanField(_("confirmed by a source"), default=True)
    remark = TextsField(_("remark"), max_length=500, blank=True)

    objects = PresidencyQuerySet.as_manager()

    class Meta:
        verbose_name = _("presidency")
        ordering = ["starts_on"]
        constraints = [
            models.UniqueConstraint(fields=["body", "starts_on"], name="members_presidency_one_start"),
        ]

    def __str__(self) -> str:
        return f"{self.party or _('vacant')} ({self.starts_on})"


class Meeting(models.Model):
    """A meeting of a body as a plain dated, numbered record: "XIV Conference, Guatemala City, July 2009"."""

    symbol = models.CharField(_("symbol"), max_length=60, unique=True)
    symbol_order = SymbolOrderField()
    body = models.ForeignKey(Body, models.PROTECT, related_name="meetings")
    number = models.PositiveSmallIntegerField(_("number"), null=True, blank=True)
    titles = TextsField(_("titles"))
    places = TextsField(_("places"), max_length=120, blank=True)
    themes_text = TextsField(_("theme of the meeting"), blank=True)
    #: Another process with which the meeting is held together: its name, its short name as a code, its own symbol of it.
    joint_with = TextsField(_("held jointly with"), max_length=200, blank=True)
    joint_code = models.CharField(_("short name of that process"), max_length=20, blank=True)
    joint_symbol = models.CharField(_("symbol there"), max_length=60, blank=True)
    host = models.ForeignKey(Party, models.PROTECT, null=True, blank=True, related_name="hosted_meetings")
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on"), null=True, blank=True)
    precision = models.CharField(max_length=5, choices=DatePrecision, default=DatePrecision.DAY)
    confirmed = models.BooleanField(_("confirmed by a source"), default=True)
    remark = TextsField(_("remark"), max_length=500, blank=True)
    #: In preparation: known to the secretariat and the Presidency alone, and nothing of it is sent or shown to the public.
    draft = models.BooleanField(_("draft"), default=False)
    revision = models.PositiveIntegerField(default=1)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        verbose_name = _("meeting")
        ordering = ["-starts_on", "symbol_order"]
        constraints = [
            models.UniqueConstraint(
                fields=["body", "number"],
                condition=Q(number__isnull=False),
                name="members_meeting_number_once",
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="members_meeting_in_order"
            ),
        ]

    def __str__(self) -> str:
        return str(show(self.titles)) or self.symbol


class Candidature(models.Model):
    """A member state offers to hold a rotating office for a term: announced in plenary, agreed by consensus, or withdrawn.

    Consensus is recorded, never counted: there is no vote, and it binds nobody. The term is made from it.
    """

    class State(models.TextChoices):
        ANNOUNCED = "announced", _("announced")
        AGREED = "agreed", _("agreed by consensus")
        WITHDRAWN = "withdrawn", _("withdrawn")

    ref = models.CharField(max_length=20, unique=True, default=random_ref, editable=False)
    body = models.ForeignKey(Body, models.PROTECT, related_name="candidatures", verbose_name=_("office"))
    party = models.ForeignKey(Party, models.PROTECT, related_name="candidatures", verbose_name=_("party"))
    starts_on = models.DateField(_("term begins on"))
    #: The last day as planned; the term itself lasts until the next one begins.
    ends_on = models.DateField(_("term ends on"))
    announced_in = models.ForeignKey(
        Meeting, models.PROTECT, related_name="candidatures_announced", verbose_name=_("announced in plenary of")
    )  # fmt: skip
    announced_on = models.DateField(_("announced on"))
    note = TextsField(_("note"), max_length=1000, blank=True)
    #: Why the Presidency took it though less than a year was left.
    late_why = TextsField(_("why it is taken late"), max_length=500, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.ANNOUNCED)
    agreed_in = models.ForeignKey(
        Meeting, models.PROTECT, null=True, blank=True, related_name="candidatures_agreed",
        verbose_name=_("consensus reached in"),
    )  # fmt: skip
    agreed_on = models.DateField(_("consensus reached on"), null=True, blank=True)
    agreed_note = TextsField(_("note on the consensus"), max_length=1000, blank=True)
    agreed_at = models.DateTimeField(null=True, blank=True)
    agreed_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    term = models.OneToOneField(
        PresidencyTerm, models.PROTECT, null=True, blank=True, related_name="candidature", verbose_name=_("term")
    )  # fmt: skip
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    withdrawn_why = TextsField(_("why it was withdrawn"), max_length=500, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    objects = CandidatureQuerySet.as_manager()

    class Meta:
        verbose_name = _("candidature")
        ordering = ["starts_on", "announced_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gt=F("starts_on")) & Q(announced_on__lt=F("starts_on")),
                name="members_candidature_in_order",
            ),
            models.CheckConstraint(
                condition=Q(state="announced", agreed_at=None, agreed_on=None, agreed_in=None, term=None)
                | Q(state="agreed", agreed_at__isnull=False, agreed_on__isnull=False, agreed_in__isnull=False, term__isnull=False)
                | Q(state="withdrawn", term=None),
                name="members_candidature_agreed_whole",
            ),
            models.CheckConstraint(
                condition=Q(state="withdrawn", withdrawn_at__isnull=False)
                | (~Q(state="withdrawn") & Q(withdrawn_at=None)),
                name="members_candidature_withdrawn",
            ),
            models.UniqueConstraint(
                fields=["body", "party", "starts_on"], condition=~Q(state="withdrawn"), name="members_candidature_once"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.party} ({self.starts_on} – {self.ends_on})"


class Invitation(models.Model):
    """A party's focal point or the secretariat asks somebody in; the link works once, until it expires."""

    ref = models.CharField(max_length=20, unique=True, default=random_ref, editable=False)
    email = models.EmailField(_("e-mail address"))
    full_name = models.CharField(_("full name"), max_length=150)
    language = models.CharField(_("language"), max_length=10, default="en")
    party = models.ForeignKey(Party, models.PROTECT, related_name="invitations")
    body = models.ForeignKey(Body, models.PROTECT, related_name="invitations")
    role = models.ForeignKey(Role, models.PROTECT, related_name="invitations")
    until_on = models.DateField(_("seat until"), null=True, blank=True)
    #: SHA-256 of the token in the link: who reads the database cannot use it.
    token_digest = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(Person, models.PROTECT, related_name="+", null=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="invitations")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(accepted_at=None, accepted_by=None)
                | Q(accepted_at__isnull=False, accepted_by__isnull=False),
                name="members_invitation_accepted_pair",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at=None) | Q(withdrawn_at=None), name="members_invitation_one_end"
            ),
        ]

    def is_open(self, at: dt.datetime) -> bool:
        """Whether the link still works at this instant."""
        return self.accepted_at is None and self.withdrawn_at is None and at < self.expires_at


class ObserverApplication(models.Model):
    """A state or organisation asks to observe; received, reviewed, decided."""

    class State(models.TextChoices):
        RECEIVED = "received", _("received")
        UNDER_REVIEW = "under_review", _("under review")
        ADMITTED = "admitted", _("admitted")
        DECLINED = "declined", _("declined")
        WITHDRAWN = "withdrawn", _("withdrawn")

    ref = models.CharField(max_length=20, unique=True, default=random_ref, editable=False)
    names = TextsField(_("name"))
    short_name = models.CharField(_("short name or abbreviation"), max_length=40)
    kind = models.CharField(
        _("standing asked for"),
        max_length=30,
        choices=[
            (StandingKind.OBSERVER_STATE.value, StandingKind.OBSERVER_STATE.label),
            (StandingKind.OBSERVER_ORGANISATION.value, StandingKind.OBSERVER_ORGANISATION.label),
            (StandingKind.CIVIL_SOCIETY.value, StandingKind.CIVIL_SOCIETY.label),
        ],
    )
    contact_name = models.CharField(_("contact person"), max_length=150)
    contact_email = models.EmailField(_("e-mail address"))
    reasons = models.TextField(_("reasons and relevant work"), max_length=5000)
    #: The language in which the applicant wrote, and is answered.
    language = models.CharField(_("language"), max_length=10, blank=True)
    received_at = models.DateTimeField()
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.RECEIVED)
    review = models.TextField(_("review by the secretariat"), max_length=5000, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    decision_note = models.TextField(_("decision"), max_length=2000, blank=True)
    party = models.OneToOneField(Party, models.PROTECT, null=True, blank=True, related_name="application")
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("application for observer standing")
        ordering = ["-received_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_at=None, decided_by=None)
                | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="members_application_decided_pair",
            ),
        ]

    def __str__(self) -> str:
        return self.short_name


class BreakGlass(models.Model):
    """An opening of a sealed room to somebody without a seat: two named persons, a reason, the room is told."""

    ref = models.CharField(max_length=20, unique=True, default=random_ref, editable=False)
    room = models.ForeignKey(Room, models.PROTECT, related_name="openings")
    reason = models.TextField(_("reason"), max_length=2000)
    requested_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    until_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(requested_by=F("confirmed_by")), name="members_breakglass_two_persons"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None, confirmed_at=None, until_at=None)
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False, until_at__isnull=False),
                name="members_breakglass_confirmed_whole",
            ),
        ]


class Restricted(models.Model):
    """A record that lies in a room with an audience: what everything restricted inherits.

    `room_cap` is the room's own, copied; the database keeps `audience` at or below it, and a trigger keeps the copy true
    (`members.apps`). `party` gave the record and keeps it.
    """

    room = models.ForeignKey(Room, models.PROTECT, related_name="%(class)ss", verbose_name=_("room"))
    room_cap = models.PositiveSmallIntegerField(editable=False)
    audience = models.PositiveSmallIntegerField(_("audience"), choices=Audience, default=Audience.OWN_PARTY)
    party = models.ForeignKey(Party, models.PROTECT, related_name="%(class)ss", verbose_name=_("given by"))
    embargo_until = models.DateTimeField(_("embargo until"), null=True, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(audience__lte=F("room_cap")), name="%(app_label)s_%(class)s_under_cap"
            ),
        ]


class IndexEntry(Restricted):
    """What search knows of a restricted record in one language; its words stand in the index under the same key.

    Written by the room that owns the record, in the transaction of each act (`members.actions.indexing.Prepared`); all of it can
    be made anew (`puebla reindex`). The key says where the entry stands in the index (`core.search.tables.Place`).
    """

    id = models.BigIntegerField(primary_key=True)
    #: Number of the source (`registry.search_sources`) and the record's key there.
    source = models.PositiveSmallIntegerField()
    record = models.BigIntegerField()
    language = models.CharField(max_length=10)
    #: Of the text's pages, where there is one: the source finds them by it.
    holder = models.BigIntegerField(null=True)
    address = models.CharField(max_length=60)
    #: Letters and figures of the symbol (`core.search.citing.key_of`).
    symbol_key = models.CharField(max_length=60, blank=True)
    title = models.CharField(max_length=300, blank=True)
    #: The record's own number of saves when this was written: an older one is behind.
    revision = models.PositiveIntegerField(default=0)
    #: Whether its text is among what is known: a file is read some time after it was filed.
    has_text = models.BooleanField(default=False)
    #: When those who may find it first could: with this audience, this file, its text.
    appeared_at = models.DateTimeField()

    objects = IndexEntryQuerySet.as_manager()

    class Meta(Restricted.Meta):
        verbose_name = _("entry of the search index")
        ordering = ["-id"]
        constraints = [
            *Restricted.Meta.constraints,
            models.UniqueConstraint(fields=["source", "record", "language"], name="members_indexentry_once"),
        ]
        indexes = [
            models.Index(fields=["symbol_key", "audience", "room", "party"], name="members_index_symbol"),
            models.Index(fields=["-appeared_at"], name="members_index_appeared"),
            models.Index(
                fields=["embargo_until"], condition=Q(embargo_until__isnull=False), name="members_index_due"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.address} ({self.language})"


class SavedSearch(models.Model):
    """A question somebody keeps by name, to ask it again, follow it as a feed, or be told of what is new.

    The feed's address holds a key derived from `feed_salt`: who reads the database cannot follow it, and a new salt ends it.
    """

    ref = models.CharField(max_length=20, unique=True, default=random_ref, editable=False)
    person = models.ForeignKey(Person, models.CASCADE, related_name="saved_searches")
    name = models.CharField(_("name"), max_length=100)
    q = models.CharField(_("words"), max_length=400)
    filters = models.JSONField(default=dict, blank=True)
    language = models.CharField(max_length=10, default="en")
    created_at = models.DateTimeField()
    #: What was new until then has been looked at.
    seen_at = models.DateTimeField()
    #: Empty while there is no feed.
    feed_salt = models.CharField(max_length=40, blank=True)

    objects = SavedSearchQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved search")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["person", "name"], name="members_savedsearch_name_once"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def feed_key(self) -> str:
        """The last part of the feed's address; empty while there is none."""
        if not self.feed_salt:
            return ""
        return salted_hmac("puebla.members.saved-search", f"{self.ref}:{self.feed_salt}").hexdigest()[:40]
