"""Who comes, asked of many rows: what somebody may know of delegations, the list of participants, who is present."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q

from puebla.members.querysets import CIVIL_SOCIETY, MEMBERS, OBSERVERS, Reach, reach_of
from puebla.members.querysets.prepared import PreparedForReader

if TYPE_CHECKING:
    from puebla.accounts.models import Person

#: Those who count against a quota.
ACTIVE = ("nominated", "accredited", "registered", "present")
#: Those who stand on the list of participants; of a closed meeting, who was present.
LISTED = ("accredited", "registered", "present")
#: In this order people of a delegation are listed.
ROLES = ("head", "alternate", "member", "adviser", "speaker", "interpreter")
#: Who is there without speaking for the party.
NOT_COUNTED = ("speaker", "interpreter")
#: In this order the list is divided.
STANDINGS = ("member", "observer_state", "observer_organisation", "civil_society", "secretariat")


def _known(person: "Person | None", reach: Reach, to: str, *, own: Q | None = None) -> Q:
    """Of meetings that the person may know of: their own parties', what is `own` besides, and all for who convenes there."""
    from puebla.members.models import Meeting

    mine = Q(**{f"{to}party_id__in": sorted(reach.parties)}) | (own or Q())
    if (reach.secretariat or reach.presidency) and reach.may("convene"):
        mine |= Q(convening__meeting__body__room__sealed=False) | Q(
            convening__meeting__body__room_id__in=sorted(reach.rooms)
        )
    return mine & Q(convening__meeting__in=Meeting.objects.visible_to(person, reach=reach))


class DelegationQuerySet(models.QuerySet[Any]):
    """Delegations."""

    def visible_to(self, person: "Person | None", *, reach: Reach | None = None) -> Self:
        """Of the person's own parties; all of a meeting for who convenes it."""
        if reach is None:
            reach = reach_of(person)
        return self.none() if reach.is_empty else self.filter(_known(person, reach, ""))


class DelegateQuerySet(models.QuerySet[Any]):
    """Delegates."""

    def visible_to(self, person: "Person | None", *, reach: Reach | None = None) -> Self:
        """With their state: of the person's own parties, the person's own, and all of a meeting for who convenes it."""
        if reach is None:
            reach = reach_of(person)
        if person is None or reach.is_empty:
            return self.none()
        return self.filter(_known(person, reach, "delegation__", own=Q(person=person)))

    def listed_for(self, person: "Person | None", *, reach: Reach | None = None) -> Self:
        """Those whose name this person finds on the list of participants.

        Members and the secretariat read every name; observers and civil society those who let theirs be published, and their
        own party's.
        """
        from puebla.members.models import Meeting

        if reach is None:
            reach = reach_of(person)
        if reach.is_empty:
            return self.none()
        found = self.on_the_list().filter(
            convening__meeting__in=Meeting.objects.visible_to(person, reach=reach)
        )
        if reach.rung and reach.rung <= MEMBERS:
            return found
        return found.filter(Q(consent_at__isnull=False) | Q(delegation__party_id__in=sorted(reach.parties)))

    def on_the_list(self) -> Self:
        """Accredited and not withdrawn; where the meeting is closed and the door was kept, those who came."""
        came = self.model._default_manager.filter(convening=OuterRef("convening"), state="present")
        return self.filter(state__in=LISTED).exclude(
            Exists(came), ~Q(state="present"), convening__state="closed"
        )

    def active(self) -> Self:
        """Neither withdrawn nor refused."""
        return self.filter(state__in=ACTIVE)

    def in_order(self) -> Self:
        """Heads first, then as they were nominated."""
        rank = models.Case(
            *(models.When(role=role, then=place) for place, role in enumerate(ROLES)), default=9
        )
        return self.annotate(rank=rank).order_by("rank", "pk")


class AttendanceQuerySet(models.QuerySet[Any]):
    """Who came."""

    def visible_to(self, person: "Person | None", *, reach: Reach | None = None) -> Self:
        """Of delegates that the person may know of, and of a session only where they see it whole."""
        from puebla.meetings.models import Delegate, Session

        if reach is None:
            reach = reach_of(person)
        seen = self.filter(delegate__in=Delegate.objects.visible_to(person, reach=reach))
        return seen.filter(Q(session=None) | Q(session__in=Session.objects.visible_to(person, reach=reach)))

    def standing(self) -> Self:
        """Not undone."""
        return self.filter(undone_at=None)


def present_members(session: Any) -> Any:
    """The member parties with somebody present in this session, who speaks for them: those whose consensus it is."""
    from puebla.meetings.models import Attendance
    from puebla.members.models import Party

    there = (
        Attendance.objects.standing()
        .filter(session=session, delegate__delegation__party=OuterRef("pk"))
        .exclude(delegate__role__in=NOT_COUNTED)
    )
    return Party.objects.members(on=session.on).filter(Exists(there))


@dataclass(frozen=True)
class Quorum:
    """Who is present in a session, as its readers see it.

    Attributes:
        members: member parties present, in the order of the reader's language.
        of: how many members there are.
        others: observers and others present.
        people: how many persons.
    """

    members: list[Any]
    of: int
    others: list[Any]
    people: int


def quorum(session: Any) -> Quorum:
    """Who is present in this session; the caller has let the reader through the session's gate."""
    from puebla.meetings.models import Attendance
    from puebla.members.models import Party

    there = Attendance.objects.standing().filter(session=session)
    members = present_members(session).for_language(_language())
    others = Party.objects.filter(
        pk__in=there.order_by().values("delegate__delegation__party_id")
    ).exclude(pk__in=[one.pk for one in members])  # fmt: skip
    return Quorum(
        members=members, of=Party.objects.members(on=session.on).count(), others=others.for_language(_language()),
        people=there.count(),
    )  # fmt: skip


def _language() -> str:
    from django.utils.translation import get_language

    return (get_language() or "en")[:2]


@dataclass
class Section:
    """One part of the list of participants: a standing, its parties in order, each with its people."""

    standing: str
    parties: list[tuple[Any, list[Any]]] = field(default_factory=list)


@dataclass(frozen=True)
class Participants:
    """The list of participants as one reader may have it.

    Attributes:
        left_out: how many stand on the list whose names are not on this copy.
    """

    sections: list[Section]
    count: int
    left_out: int

    @property
    def standings(self) -> list[str]:
        """The parts that are there."""
        return [one.standing for one in self.sections]


def participants(
    convening: Any, person: "Person | None", reach: Reach, *, language: str | None = None
) -> Participants:
    """The list in the order of the language: members by country, observers, civil society, secretariat; three questions.

    Args:
        language: that of the reader where it is not said.
    """
    from puebla.meetings.models import Delegate

    of = Delegate.objects.filter(convening=convening)
    rows = list(
        of.listed_for(person, reach=reach)
        .in_order()
        .select_related("delegation")
        .only("ref", "full_name", "offices", "role", "state", "delegation__party_id")
    )
    by_party: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        by_party[row.delegation.party_id].append(row)
    sections = {name: Section(name) for name in STANDINGS}
    for party in parties_of(convening, by_party, language=language):
        sections[party.standing_kind].parties.append((party, by_party[party.pk]))
    total = len(rows) if reach.rung and reach.rung <= MEMBERS else of.on_the_list().count()
    return Participants(
        [one for one in sections.values() if one.parties], len(rows), max(total - len(rows), 0)
    )


def counted(convening: Any, person: "Person", reach: Reach) -> dict[str, int]:
    """Of those whom the person finds on the list: how many `people`, of how many `parties`, how many are `there`."""
    nobody = {"people": 0, "parties": 0, "there": 0}
    return next(iter(_counts.rows(person, reach, convening.pk)), nobody)


def _counted(person: "Person", reach: Reach, convening: int) -> models.QuerySet[Any, Any]:
    from puebla.meetings.models import Delegate

    of = Delegate.objects.filter(convening=convening).listed_for(person, reach=reach).order_by()
    return of.values("convening").annotate(
        people=Count("pk"), parties=Count("delegation__party", distinct=True), there=Count("pk", filter=Q(state="present"))
    )  # fmt: skip


_counts = PreparedForReader(_counted, make=dict, kept=200)


def parties_of(convening: Any, keys: Iterable[int], *, language: str | None = None) -> list[Any]:
    """These parties in the order of the language, with the standing they have at the meeting."""
    from puebla.members.models import Party

    found = Party.objects.standing(STANDINGS, on=convening.meeting.starts_on).filter(pk__in=list(keys))
    return found.for_language(language or _language())


@dataclass(frozen=True)
class DelegationLine:
    """A party invited to a meeting, and how far its delegation is.

    Attributes:
        counts: how many delegates by state.
        missing: what is not there yet: "people", "head", "letter", "check" (the letter is not checked).
    """

    party: Any
    standing: str
    delegation: Any
    counts: dict[str, int]
    heads: list[str]
    quota: int | None
    missing: list[str]

    @property
    def active(self) -> int:
        """How many count."""
        return sum(self.counts.get(state, 0) for state in ACTIVE)


def invited_standings(convening: Any) -> list[str]:
    """Whose parties are invited without being named: members and the secretariat, and whom the meeting is open to."""
    found = ["member", "secretariat"]
    if convening.open_to >= OBSERVERS:
        found += ["observer_state", "observer_organisation"]
    if convening.open_to >= CIVIL_SOCIETY:
        found.append("civil_society")
    return found


def overview(convening: Any) -> list[DelegationLine]:
    """Every party that is invited or has a delegation, in order of standing and name; for who convenes. Four questions."""
    from puebla.meetings.models import Delegate, Delegation

    held = {one.party_id: one for one in Delegation.objects.filter(convening=convening)}
    counts: dict[int, dict[str, int]] = defaultdict(dict)
    counted = Delegate.objects.filter(convening=convening).order_by().values_list("delegation_id", "state")
    for delegation, state, count in counted.annotate(n=Count("pk")):
        counts[delegation][state] = count
    heads: dict[int, list[str]] = defaultdict(list)
    leading = Delegate.objects.filter(convening=convening, role="head").active()
    for delegation, name in leading.values_list("delegation_id", "full_name"):
        heads[delegation].append(name)
    from puebla.members.models import Party

    parties = Party.objects.standing(STANDINGS, on=convening.meeting.starts_on)
    parties = parties.filter(Q(standing_kind__in=invited_standings(convening)) | Q(pk__in=list(held)))
    ordered = sorted(
        parties.for_language(_language()), key=lambda party: STANDINGS.index(party.standing_kind)
    )
    return [_line(convening, party, held.get(party.pk), counts, heads) for party in ordered]


def _line(
    convening: Any, party: Any, held: Any, counts: dict[int, dict[str, int]], heads: dict[int, list[str]]
) -> DelegationLine:
    by_state = counts.get(held.pk, {}) if held else {}
    leading = heads.get(held.pk, []) if held else []
    people = any(by_state.get(state) for state in ACTIVE)
    missing = [] if people else ["people"]
    if party.standing_kind == "member":
        missing += [] if leading else ["head"]
        missing += [] if held and held.letter_at else ["letter"]
    if held and held.letter_at and not held.letter_checked_at:
        missing.append("check")
    quota = held.quota if held and held.quota is not None else convening.quotas.get(party.standing_kind)
    return DelegationLine(party, party.standing_kind, held, by_state, leading, quota, missing)


def queue(convening: Any, person: "Person | None", reach: Reach) -> Any:
    """Whoever waits for accreditation, first come first, with what decides it."""
    from puebla.meetings.models import Delegate

    seen = Delegate.objects.visible_to(person, reach=reach)
    return (
        seen.filter(convening=convening, state="nominated")
        .select_related("delegation__party", "person")
        .order_by("nominated_at", "pk")
        .annotate(letter_at=F("delegation__letter_at"))
    )
