"""Questions about many rows: who sits where on a day, and the gate that everything restricted passes.

`Reach` is what a person's seats open at an instant. `GatedQuerySet.visible_to(person)` turns it into SQL; `Reach.covers`
says the same of one row in memory, for previews. A property test holds the two together.
"""

import datetime as dt
from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, Self

from django.core.exceptions import EmptyResultSet
from django.db import connections, models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from puebla.core.prepared import Prepared

if TYPE_CHECKING:
    from puebla.accounts.models import Person
    from puebla.members.models import PresidencyTerm

OWN_PARTY, SECRETARIAT, PRESIDENCY, ROOM, MEMBERS, OBSERVERS, CIVIL_SOCIETY, PUBLIC = (
    10,
    20,
    30,
    40,
    50,
    60,
    70,
    80,
)
RUNG_OF_STANDING = {
    "member": MEMBERS,
    "observer_state": OBSERVERS,
    "observer_organisation": OBSERVERS,
    "civil_society": CIVIL_SOCIETY,
    "secretariat": SECRETARIAT,
}


@dataclass(frozen=True)
class Reach:
    """What a person's seats open at an instant.

    Attributes:
        parties: keys of the parties for which the person sits.
        rooms: keys of rooms, sealed ones included, where the person is a member (observers never are).
        opened: keys of sealed rooms opened to the person by break-glass.
        rung: the lowest audience that the person reads everywhere in open rooms, whatever the room; 0 = none.
        permissions: (permission, party key, room key) of every seat.
        shared: records shared with the person by name, as (source, keys), where they were asked for already.
    """

    parties: frozenset[int] = frozenset()
    rooms: frozenset[int] = frozenset()
    opened: frozenset[int] = frozenset()
    rung: int = 0
    secretariat: bool = False
    presidency: bool = False
    permissions: frozenset[tuple[str, int, int]] = frozenset()
    at: dt.datetime | None = None
    shared: tuple[tuple[int, tuple[int, ...]], ...] | None = None

    @property
    def is_empty(self) -> bool:
        """Whether the person has no seat today: such a person sees nothing."""
        return not self.rung and not self.opened

    def may(self, permission: str) -> bool:
        """Whether any seat carries this permission."""
        return any(one == permission for one, _party, _room in self.permissions)

    def covers(self, row: Any) -> bool:
        """Whether the person may read this row, as `visible_to` would say it (shares apart)."""
        sealed = row.room_cap < MEMBERS
        held_back = row.embargo_until is not None and self.at is not None and row.embargo_until > self.at
        if sealed and row.room_id in self.opened:
            return True
        if self.is_empty or (sealed and row.room_id not in self.rooms):
            return False
        if row.party_id in self.parties:
            return True
        if self.secretariat and row.audience >= SECRETARIAT:
            return True
        if self.presidency and row.audience >= PRESIDENCY:
            return True
        if held_back:
            return False
        if row.room_id in self.rooms and row.audience >= ROOM:
            return True
        return not sealed and bool(self.rung) and row.audience >= self.rung


NOWHERE = Reach()


def today(at: dt.datetime) -> dt.date:
    """The Conference's calendar day at this instant: seats and presidencies turn over at its midnight."""
    return timezone.localtime(at).date()


def reach_of(person: "Person | None", at: dt.datetime | None = None) -> Reach:
    """What this person's seats open at this instant (now by default); nobody and retired people reach nothing."""
    if person is None or not person.pk:
        return NOWHERE
    at = at or timezone.now()
    return _gathered(_seats_of.rows(person.pk, at), _openings_of.rows(person.pk, at), at).get(
        person.pk, NOWHERE
    )


def reaches(person_ids: Iterable[int] | None = None, at: dt.datetime | None = None) -> dict[int, Reach]:
    """What each of these persons' seats open (of everybody with a seat today when None); two queries in all."""
    at = at or timezone.now()
    ids = None if person_ids is None else list(person_ids)
    return _gathered(_seats(ids, at), _openings(ids, at), at)


def read_by(row: Any, *, audience: int | None = None) -> set[int]:
    """Keys of those whose seats let them read this restricted row, or would with this audience; two queries."""
    shown = copy(row)
    shown.audience = row.audience if audience is None else audience
    return {person for person, reach in reaches().items() if reach.covers(shown)}


def _seats(person_ids: list[int] | None, at: dt.datetime) -> models.QuerySet[Any, Any]:
    from puebla.members.models import Seat

    seats = Seat.objects.effective(at).order_by()
    seats = seats if person_ids is None else seats.filter(person_id__in=person_ids)
    columns = ("person_id", "party_id", "room_id", "body__function", "role__observes", "role__permissions",
               "standing_kind", "follows_id", "leads")  # fmt: skip
    return seats.values_list(*columns)


def _openings(person_ids: list[int] | None, at: dt.datetime) -> models.QuerySet[Any, Any]:
    from puebla.members.models import BreakGlass

    openings = BreakGlass.objects.filter(confirmed_at__lte=at, until_at__gt=at, requested_by__is_active=True)
    openings = openings if person_ids is None else openings.filter(requested_by_id__in=person_ids)
    return openings.order_by().values_list("requested_by_id", "room_id")


def permissions_carried(of_role: Iterable[str], *, follows: bool, leads: bool) -> frozenset[str]:
    """What a seat lets its holder do: all that its role carries; one that follows another, to chair its room at most.

    What the seat that is followed carries, it carries itself.
    """
    if follows:
        return frozenset({"confirm_seats"} if leads else ())
    return frozenset(of_role)


def _gathered(seats: Iterable[Any], openings: Iterable[Any], at: dt.datetime) -> dict[int, Reach]:
    gathered: dict[int, _Gathering] = {}
    for person, party, room, function, observes, permissions, standing, follows, leads in seats:
        carried = permissions_carried(permissions, follows=follows is not None, leads=leads)
        gathered.setdefault(person, _Gathering()).add(party, room, function, observes, carried, standing)
    for person, room in openings:
        gathered.setdefault(person, _Gathering()).opened.add(room)
    return {person: one.reach(at) for person, one in gathered.items()}


def _seats_that_ask(person: int, at: dt.datetime) -> models.QuerySet[Any, Any]:
    """Seats whose role asks for a second factor, of persons who have set up none."""
    from puebla.members.models import Seat

    seats = Seat.objects.on(today(at)).filter(person_id=person, role__second_factor=True)
    return (
        seats.exclude(person__authenticator__type__in=["totp", "webauthn"]).order_by().values_list("pk")[:1]
    )


_seats_of = Prepared(lambda person, at: _seats([person], at))
_openings_of = Prepared(lambda person, at: _openings([person], at))
_asking_of = Prepared(_seats_that_ask)


def owes_second_factor(person: "Person", at: dt.datetime) -> bool:
    """Whether a seat of today asks this person for a second factor that they have not set up."""
    return bool(_asking_of.rows(person.pk, at))


@dataclass
class _Gathering:
    """Seats of one person on their way to a `Reach`."""

    parties: set[int] = field(default_factory=set)
    rooms: set[int] = field(default_factory=set)
    opened: set[int] = field(default_factory=set)
    rung: int = 0
    secretariat: bool = False
    presidency: bool = False
    permissions: set[tuple[str, int, int]] = field(default_factory=set)

    def add(
        self,
        party: int,
        room: int,
        function: str | None,
        observes: bool,
        permissions: Iterable[str],
        standing: str,
    ) -> None:
        self.parties.add(party)
        self.permissions.update((one, party, room) for one in permissions)
        rung = RUNG_OF_STANDING[standing]
        if standing in {"member", "secretariat"} and not observes:
            self.rooms.add(room)
            # Who only observes there does not preside.
            self.presidency = self.presidency or function == "presidency"
        if standing == "secretariat":
            # A seat of the secretariat's own party gives the secretariat's rung.
            self.secretariat = True
        self.rung = min(self.rung or PUBLIC, rung)

    def reach(self, at: dt.datetime) -> Reach:
        return Reach(
            parties=frozenset(self.parties),
            rooms=frozenset(self.rooms),
            # An opening ends with the last seat: whoever is unseated meanwhile reads nothing more.
            opened=frozenset(self.opened if self.rung else ()),
            rung=self.rung,
            secretariat=self.secretariat,
            presidency=self.presidency,
            permissions=frozenset(self.permissions),
            at=at,
        )


class GatedQuerySet(models.QuerySet[Any]):
    """Rows that lie in a room with an audience: the one gate."""

    #: The gate in disjoint pieces, and what the set was filtered by since: so that a count can be taken piece by piece.
    _pieces: tuple[Q, ...] = ()
    _before: "Self"
    _since: tuple[tuple[bool, Any, Any], ...] = ()

    def visible_to(self, person: "Person | None", *, reach: Reach | None = None) -> Self:
        """Rows that this person may know to exist.

        Page, list, search, count, suggestion, feed, pack, export, API and download all start here, so that what may not be
        opened is not counted, hinted at or suggested either. Nobody signed in sees nothing: the public reads
        `publications`.

        Args:
            reach: the person's reach, where the caller has just asked for it.
        """
        if reach is None:
            reach = reach_of(person)
        seen, shared = pieces(reach), self.shared_with(person, reach)
        if shared:
            # What is shared and seen anyway is counted once.
            seen.append(shared & ~_any_of(seen))
        gated = self.filter(_any_of(seen))
        gated._pieces, gated._since, gated._before = tuple(seen), (), self
        return gated

    def shared_with(self, person: "Person | None", reach: Reach) -> Q:  # noqa: ARG002 - for rooms that have shares
        """Rows opened to this person by name; empty unless the model has dated shares and the person has one."""
        return Q()

    def count(self) -> int:
        """How many rows; of a gated set the sum over its pieces, in one query.

        Each piece is a range of an index, so that what is hidden is not even passed over: neither time nor total tells of
        it.
        """
        query = self.query
        plain = not (
            query.combinator
            or query.is_sliced
            or query.distinct
            or query.group_by
            or query.annotations
            or query.is_empty()
        )
        if self._result_cache is not None or len(self._pieces) < 2 or not plain:
            return super().count()
        counts, values = [], []
        for condition in self._pieces:
            piece = self._before.order_by().filter(condition)
            for negate, args, kwargs in self._since:
                piece = piece._filter_or_exclude(negate, args, kwargs)
            try:
                sql, parameters = piece.values("pk").query.get_compiler(self.db).as_sql()
            except EmptyResultSet:
                continue
            counts.append(f"(SELECT COUNT(*) FROM ({sql}) AS piece)")  # noqa: S608 - written by Django
            values += parameters
        if not counts:
            return 0
        with connections[self.db].cursor() as cursor:
            cursor.execute(f"SELECT {' + '.join(counts)}", values)
            return int(cursor.fetchone()[0])

    def _filter_or_exclude(self, negate: bool, args: Any, kwargs: Any) -> Self:
        found: Self = super()._filter_or_exclude(negate, args, kwargs)  # type: ignore[misc]
        if found._pieces:
            found._since = (*found._since, (negate, args, kwargs))
        return found

    def complex_filter(self, filter_obj: Any) -> Any:
        """As Django's; the pieces do not follow it."""
        return super().complex_filter(filter_obj)._without_pieces()

    def __or__(self, other: Any) -> Any:
        return super().__or__(other)._without_pieces()

    def __and__(self, other: Any) -> Any:
        return super().__and__(other)._without_pieces()

    def _without_pieces(self) -> Self:
        self._pieces = ()
        return self

    def _clone(self) -> Self:
        clone: Self = super()._clone()  # type: ignore[misc]
        if self._pieces:
            clone._pieces, clone._since, clone._before = self._pieces, self._since, self._before
        return clone


def _any_of(conditions: Iterable[Q]) -> Q:
    """Rows under any of these; none where there is no condition."""
    found = reduce(or_, conditions, Q())
    return found or Q(pk__in=[])


def pieces(reach: Reach) -> list[Q]:
    """The gate for a reach: conditions on a restricted row, no two of which hold together; any of them opens it.

    `Reach.covers` is the same in memory. Each begins with a column that an index begins with.
    """
    found = []
    if reach.opened:
        found.append(Q(room_id__in=sorted(reach.opened), room_cap__lt=MEMBERS))
    if reach.is_empty or not reach.rung:
        return found
    parties, rooms = sorted(reach.parties), sorted(reach.rooms)
    free = Q(embargo_until=None) | Q(embargo_until__lte=reach.at)
    own = Q(party_id__in=parties)
    if reach.secretariat or reach.presidency:
        # An office reads from its rung upwards, embargo or not; only the secretariat's standing reaches as low as that.
        floor = SECRETARIAT if reach.secretariat else PRESIDENCY
        found += [
            Q(audience__gte=floor, room_cap__gte=MEMBERS),
            Q(party_id__in=parties, audience__lt=floor, room_cap__gte=MEMBERS),
        ]
        narrow = own | Q(audience__gte=floor)
    else:
        floor = reach.rung
        found += [
            Q(audience__gte=floor, room_cap__gte=MEMBERS) & free,
            Q(party_id__in=parties, audience__lt=floor, room_cap__gte=MEMBERS),
            Q(party_id__in=parties, audience__gte=floor, room_cap__gte=MEMBERS, embargo_until__gt=reach.at),
        ]
        narrow = own
    if rooms:
        if floor > ROOM:
            mine = Q(room_id__in=rooms, audience__gte=ROOM, audience__lt=floor, room_cap__gte=MEMBERS)
            found.append(mine & free & ~own)
        # Of a sealed room's papers, this is all there is.
        sealed = [room for room in rooms if room not in reach.opened]
        found.append(Q(room_id__in=sealed, room_cap__lt=MEMBERS) & (narrow | (free & Q(audience__gte=ROOM))))
    return found


class PartyQuerySet(models.QuerySet[Any]):
    """Parties by standing on a day."""

    def standing(self, kinds: Iterable[str], *, on: dt.date) -> Self:
        """Parties that have one of these standings on this day, with `standing_kind`."""
        from puebla.members.models import Standing

        current = Standing.objects.filter(party=OuterRef("pk"), from_on__lte=on).filter(
            Q(until_on=None) | Q(until_on__gte=on)
        )
        return self.annotate(
            standing_kind=models.Subquery(current.order_by("-from_on").values("kind")[:1])
        ).filter(standing_kind__in=list(kinds))

    def members(self, *, on: dt.date) -> Self:
        """Member states on this day."""
        return self.standing(["member"], on=on)

    def for_language(self, language: str) -> "list[Any]":
        """The parties sorted by short name as readers of the language expect (accents folded)."""
        from puebla.core.languages import show
        from puebla.core.words import fold

        return sorted(self, key=lambda party: fold(str(show(party.short_names, language))))


class BodyQuerySet(models.QuerySet[Any]):
    """Bodies on a day, and those a person may know of."""

    def on(self, day: dt.date) -> Self:
        """Bodies that exist on this day."""
        return self.filter(from_on__lte=day).filter(Q(until_on=None) | Q(until_on__gte=day))


class MeetingQuerySet(models.QuerySet[Any]):
    """Meetings as records."""

    def visible_to(self, person: "Person | None", *, reach: Reach | None = None) -> Self:
        """Meetings that this person may know of: those of open rooms, and of the sealed ones where the person sits.

        Drafts are known to the secretariat and the Presidency.
        """
        if reach is None:
            reach = reach_of(person)
        if reach.is_empty:
            return self.none()
        found = self.filter(
            Q(body__room__sealed=False) | Q(body__room_id__in=sorted(reach.rooms | reach.opened))
        )
        return found if reach.secretariat or reach.presidency else found.filter(draft=False)

    def upcoming(self, *, on: dt.date) -> Self:
        """Meetings that have not ended before this day, soonest first."""
        return self.filter(Q(ends_on__gte=on) | Q(ends_on=None, starts_on__gte=on)).order_by("starts_on")


class PresidencyQuerySet(models.QuerySet[Any]):
    """Terms of the presidency: only starts are stored."""

    def current(self, *, on: dt.date, body: Any = None) -> "PresidencyTerm | None":
        """The term running on this day, or None before the first."""
        terms = self.filter(starts_on__lte=on)
        if body is not None:
            terms = terms.filter(body=body)
        return terms.order_by("-starts_on").first()

    def troika(self, *, on: dt.date, body: Any = None) -> "dict[str, PresidencyTerm | None]":
        """The terms before, on and after this day: `previous`, `current`, `next`."""
        terms = self if body is None else self.filter(body=body)
        past = list(terms.filter(starts_on__lte=on).select_related("party").order_by("-starts_on")[:2])
        coming = terms.filter(starts_on__gt=on).select_related("party").order_by("starts_on").first()
        return {
            "previous": past[1] if len(past) > 1 else None,
            "current": past[0] if past else None,
            "next": coming,
        }


class CandidatureQuerySet(models.QuerySet[Any]):
    """Candidatures for an office that rotates."""

    def visible_to(self, person: "Person | None", *, reach: Reach | None = None) -> Self:
        """Those of every office, for member states and the secretariat: they were announced in their plenary."""
        if reach is None:
            reach = reach_of(person)
        return self.all() if reach.rung and reach.rung <= MEMBERS else self.none()

    def standing(self) -> Self:
        """Those that were not withdrawn."""
        return self.exclude(state="withdrawn")

    def overlapping(self, starts_on: dt.date, ends_on: dt.date) -> Self:
        """Those whose term shares a day with these days."""
        return self.filter(starts_on__lte=ends_on, ends_on__gte=starts_on)


class SeatQuerySet(models.QuerySet[Any]):
    """Seats on a day."""

    def on(self, day: dt.date) -> Self:
        """Seats whose dates include this day."""
        return self.filter(from_on__lte=day).filter(Q(until_on=None) | Q(until_on__gte=day))

    def effective(self, at: dt.datetime) -> Self:
        """Seats that give rights at this instant, with `standing_kind` of their party.

        Dated, of an active person, of a party that has a standing, in a body that exists; confirmed where the room is
        sealed; in the Presidency's body only while the party presides; and by another seat only while that one counts.
        """
        from puebla.members.models import Seat

        followed = Seat.objects.all()._counting(at).filter(pk=OuterRef("follows")).order_by()
        return self._counting(at).filter(Q(follows=None) | Exists(followed))

    def _counting(self, at: dt.datetime) -> Self:
        """Seats that would count whatever they follow."""
        from puebla.members.models import PresidencyTerm, Standing

        day = today(at)
        standing = (
            Standing.objects.filter(party=OuterRef("party"), from_on__lte=day)
            .filter(Q(until_on=None) | Q(until_on__gte=day))
            .order_by("-from_on")
            .values("kind")[:1]
        )
        presiding = (
            PresidencyTerm.objects.filter(body=OuterRef("body"), starts_on__lte=day)
            .order_by("-starts_on")
            .values("party_id")[:1]
        )
        return (
            self.on(day)
            .filter(person__is_active=True)
            .annotate(standing_kind=models.Subquery(standing))
            .filter(standing_kind__isnull=False)
            .filter(
                Q(body=None)
                | (Q(body__from_on__lte=day) & (Q(body__until_on=None) | Q(body__until_on__gte=day)))
            )
            .filter(Q(room__sealed=False) | Q(confirmed_at__lte=at))
            .filter(
                Q(body=None)
                | ~Q(body__function="presidency")
                | Q(party_id=models.Subquery(presiding))
                | Q(standing_kind="secretariat")
            )
        )

    def of_offices(self, person: "Person", at: dt.datetime) -> Self:
        """The person's seats in offices that rotate, for a member state, whether or not it presides at this instant."""
        held = self.on(today(at)).filter(person=person, person__is_active=True, ended_at=None, follows=None)
        held = held.filter(body__function="presidency", role__observes=False, room=models.F("body__room"))
        return held.exclude(party__kind="secretariat")

    def visible_to(self, person: "Person | None", *, reach: Reach | None = None) -> Self:
        """Seats that this person may know of.

        Seats of sealed rooms are known to that room, to the holder and to the holder's party. Of open rooms: members and
        the secretariat know all; observers and civil society know those of the secretariat, of the presidency and of
        their own party.
        """
        if reach is None:
            reach = reach_of(person)
        if person is None or reach.is_empty:
            return self.none()
        own = (
            Q(party_id__in=sorted(reach.parties))
            | Q(person_id=person.pk)
            | Q(room_id__in=sorted(reach.rooms))
        )
        if reach.rung <= MEMBERS:
            return self.filter(own | Q(room__sealed=False))
        return self.filter(own | Q(room__sealed=False, body__function__in=["secretariat", "presidency"]))


class InvitationQuerySet(models.QuerySet[Any]):
    """Invitations by state and by who may know of them."""

    def open(self, at: dt.datetime) -> Self:
        """Invitations whose link still works."""
        return self.filter(accepted_at=None, withdrawn_at=None, expires_at__gt=at)

    def visible_to(self, person: "Person | None", *, reach: Reach | None = None) -> Self:
        """Invitations of the person's own party; all of them for who manages everybody's people."""
        if reach is None:
            reach = reach_of(person)
        if reach.secretariat and reach.may("manage_all_people"):
            return self.all()
        parties = {party for one, party, _room in reach.permissions if one == "manage_own_people"}
        return self.filter(party_id__in=sorted(parties))
