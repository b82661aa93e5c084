"""May it be done to people, seats, bodies, presidencies, and why not.

Rights come from seats: `reach_of(person)` gathers them. Every rule takes `at`, and `reach` where the caller has asked for
it already.
"""

import datetime as dt

from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from puebla.accounts.models import Person
from puebla.core.calendars import first_day, last_day
from puebla.core.verdicts import ALLOWED, Verdict, refused
from puebla.members.models import (
    Body,
    BreakGlass,
    Candidature,
    Invitation,
    Meeting,
    ObserverApplication,
    Party,
    Permission,
    PresidencyTerm,
    Role,
    Room,
    Seat,
    Standing,
    StandingKind,
)
from puebla.members.querysets import Reach, reach_of, today

#: What only the secretariat's roles, or the Presidency's, may carry.
SECRETARIAT_PERMISSIONS = frozenset(
    one.value
    for one in (
        Permission.FILE,
        Permission.RELEASE,
        Permission.MANAGE_ALL_PEOPLE,
        Permission.EDIT_LISTS,
        Permission.CONVENE,
        Permission.SEND_CIRCULARS,
        Permission.READ_JOURNAL,
        Permission.OPERATE,
        Permission.EDIT_PAGES,
        Permission.APPROVE_PAGES,
    )
)
#: What somebody who manages everybody's people may hand out without holding it: the ordinary work of a delegation.
ORDINARY_PERMISSIONS = frozenset(
    one.value for one in (Permission.FILE_OWN, Permission.MANAGE_OWN_PEOPLE, Permission.CONFIRM_SEATS)
)
LISTS_ARE_THE_SECRETARIATS = _(
    "The lists of parties, bodies and presidencies are kept by the secretariat; ask it."
)


def permissions_for(reach: Reach, party: Party) -> frozenset[str]:
    """What the seats held for this party let the person do."""
    return frozenset(one for one, of, _room in reach.permissions if of == party.pk)


def permissions_of(person: Person, *, at: dt.datetime) -> frozenset[str]:
    """Every permission that the person's seats carry; the secretariat's own count for the secretariat's seats alone."""
    reach = reach_of(person, at)
    names = frozenset(one for one, _party, _room in reach.permissions)
    return names if reach.secretariat else names - SECRETARIAT_PERMISSIONS


def holders_of(permission: str, *, at: dt.datetime) -> list[Person]:
    """The people whose seats carry this permission, each once."""
    seats = Seat.objects.effective(at).select_related("person", "role").order_by("person_id")
    people = {one.person_id: one.person for one in seats if permission in one.carries}
    return [person for person in people.values() if permission in permissions_of(person, at=at)]


def manages_all(reach: Reach) -> bool:
    """Whether a seat of the secretariat's own party manages everybody's people."""
    return reach.secretariat and reach.may(Permission.MANAGE_ALL_PEOPLE)


def manages(reach: Reach, party: Party) -> bool:
    """Whether the person manages this party's people."""
    return manages_all(reach) or Permission.MANAGE_OWN_PEOPLE in permissions_for(reach, party)


def managed_parties(reach: Reach, *, at: dt.datetime) -> list[Party]:
    """The parties whose people this person manages, those with a standing today."""
    if not (manages_all(reach) or reach.may(Permission.MANAGE_OWN_PEOPLE)):
        return []
    parties = Party.objects.standing(StandingKind.values, on=today(at))
    if not manages_all(reach):
        own = {of for one, of, _room in reach.permissions if one == Permission.MANAGE_OWN_PEOPLE}
        parties = parties.filter(pk__in=own)
    return list(parties.order_by("code"))


def edits_lists(reach: Reach) -> bool:
    """Whether the person keeps the lists."""
    return reach.secretariat and reach.may(Permission.EDIT_LISTS)


# Seats ---------------------------------------------------------------------------------------------------------------


def may_invite(
    person: Person, party: Party, body: Body, role: Role, *, at: dt.datetime, reach: Reach | None = None
) -> Verdict:
    """Ask somebody in, to sit for this party in this body in this role."""
    return may_seat(person, party, body, role, at=at, reach=reach)


def may_seat(
    person: Person, party: Party, body: Body, role: Role, *, at: dt.datetime, reach: Reach | None = None
) -> Verdict:
    """Give a seat. In a sealed room it is a proposal until its chair confirms it."""
    reach = reach or reach_of(person, at)
    if not manages(reach, party):
        return refused(
            _("People of %(party)s are managed by its own focal point and by the secretariat.")
            % {"party": party}
        )
    fits = seat_fits(party, body, role, at=at)
    if not fits:
        return fits
    return _may_hand_out(reach, party, role)


def seat_fits(party: Party, body: Body, role: Role, *, at: dt.datetime) -> Verdict:
    """Whether the house has such a place at all, whoever asks."""
    day = today(at)
    if body.until_on is not None and body.until_on < day:
        return refused(_("%(body)s has ended; nobody is seated there any more.") % {"body": body})
    standing = standing_of(party, on=day)
    if standing is None:
        return refused(_("%(party)s has no standing in the process today.") % {"party": party})
    if body.function == Body.Function.SECRETARIAT and standing != StandingKind.SECRETARIAT:
        return refused(_("Only the secretariat's own staff sits in %(body)s.") % {"body": body})
    carried = SECRETARIAT_PERMISSIONS & frozenset(role.permissions)
    if carried and standing != StandingKind.SECRETARIAT and body.function != Body.Function.PRESIDENCY:
        return refused(_("“%(role)s” is a role of the secretariat; choose another.") % {"role": role})
    if body.room.sealed and (
        role.observes or standing not in {StandingKind.MEMBER, StandingKind.SECRETARIAT}
    ):
        return refused(_("Observers have no seat in %(body)s: its room is sealed.") % {"body": body})
    if body.function == Body.Function.PRESIDENCY and standing != StandingKind.SECRETARIAT:
        return _presides_or_will(party, body, on=day)
    return ALLOWED


def _presides_or_will(party: Party, body: Body, *, on: dt.date) -> Verdict:
    troika = PresidencyTerm.objects.troika(on=on, body=body)
    if any(term is not None and term.party_id == party.pk for term in (troika["current"], troika["next"])):
        return ALLOWED
    return refused(_("%(party)s neither presides nor is next to preside.") % {"party": party})


def _may_hand_out(reach: Reach, party: Party, role: Role) -> Verdict:
    """Nobody gives what they do not have."""
    own = in_their_gift(reach) if manages_all(reach) else permissions_for(reach, party)
    missing = sorted(frozenset(role.permissions) - own)
    if not missing:
        return ALLOWED
    return refused(
        _("“%(role)s” may do more than you may yourself (%(what)s); ask the secretariat.")
        % {"role": role, "what": ", ".join(str(Permission(one).label) for one in missing)}
    )


def in_their_gift(reach: Reach) -> frozenset[str]:
    """What somebody who manages everybody's people may give and take: their own, and a delegation's ordinary work."""
    return frozenset(one for one, _party, _room in reach.permissions) | ORDINARY_PERMISSIONS


def may_unseat(person: Person, seat: Seat, *, at: dt.datetime, reach: Reach | None = None) -> Verdict:
    """End a seat at once."""
    reach = reach or reach_of(person, at)
    if seat.ended_at is not None or (seat.until_on is not None and seat.until_on < today(at)):
        return refused(_("This seat has ended already."))
    if seat.person_id == person.pk:
        return refused(
            _("Nobody ends their own seat; ask another focal point of your party or the secretariat.")
        )
    if Permission.MANAGE_OWN_PEOPLE in permissions_for(reach, seat.party):
        return _not_above(reach, seat) and _somebody_stays([seat], at=at)
    if seat.room.sealed:
        if chairs(reach, seat.room):
            return ALLOWED
        return refused(_("Seats in a sealed room are ended by the holder's party or by the room's chair."))
    if manages_all(reach):
        return _not_above(reach, seat) and _somebody_stays([seat], at=at)
    return refused(
        _("People of %(party)s are managed by its own focal point and by the secretariat.")
        % {"party": seat.party}
    )


def _not_above(reach: Reach, seat: Seat) -> Verdict:
    """Nobody takes what they could not give: neither a focal point nor an assistant removes the coordinator."""
    carried = seat.carries
    presides = seat.body is not None and seat.body.function == Body.Function.PRESIDENCY
    if SECRETARIAT_PERMISSIONS & carried and not manages_all(reach) and not presides:
        return refused(_("This seat carries rights of the secretariat; the secretariat ends it."))
    if manages_all(reach) and carried - in_their_gift(reach):
        return refused(
            _("“%(role)s” may do more than you may yourself; who may do as much ends this seat.")
            % {"role": seat.role}
        )
    return ALLOWED


#: Who carries these for the secretariat can let everybody else in again.
KEEPING_THE_HOUSE = frozenset({Permission.MANAGE_ALL_PEOPLE.value, Permission.EDIT_LISTS.value})


def _somebody_stays(ending: list[Seat], *, at: dt.datetime) -> Verdict:
    """The house never ends without anybody who can let people in: one such seat without a last day remains."""
    keep = [one for one in ending if one.carries >= KEEPING_THE_HOUSE]
    if not keep:
        return ALLOWED
    others = Seat.objects.effective(at).filter(until_on=None, party__kind=Party.Kind.SECRETARIAT)
    others = others.exclude(pk__in=[one.pk for one in ending]).select_related("role")
    if any(one.carries >= KEEPING_THE_HOUSE for one in others):
        return ALLOWED
    return refused(
        _(
            "Nobody else would keep the people and the lists for good. Give somebody such a seat without a last day first."
        )
    )


def chairs(reach: Reach, room: Room) -> bool:
    """Whether a seat in this very room confirms seats."""
    return any(one == Permission.CONFIRM_SEATS and of == room.pk for one, _party, of in reach.permissions)


def may_confirm_seat(person: Person, seat: Seat, *, at: dt.datetime, reach: Reach | None = None) -> Verdict:
    """Confirm or refuse a seat proposed in a sealed room: its chair and nobody else, administrators included.

    A sealed room that has no chair yet cannot wait for one: there the chair of the presiding party confirms the first
    seat that carries the chair's role, and that seat alone.
    """
    reach = reach or reach_of(person, at)
    if not seat.room.sealed:
        return refused(_("Seats in this room need no confirmation."))
    if seat.confirmed_at is not None:
        return refused(_("This seat was confirmed already."))
    if seat.ended_at is not None:
        return refused(_("This proposal was taken back."))
    if seat.person_id == person.pk:
        return refused(_("Nobody confirms their own seat."))
    if chairs(reach, seat.room):
        return ALLOWED
    if (
        Permission.CONFIRM_SEATS in seat.carries
        and chairs_the_presidency(reach, at=at)
        and not chairs_of(seat.room, at=at)
    ):
        return ALLOWED
    return refused(_("Only the chair of this sealed room confirms seats in it."))


def seat_to_follow(person: Person, *, at: dt.datetime) -> Seat | None:
    """The seat of today by which somebody is let into a closed session: of a member, or of the secretariat, not observing."""
    seats = Seat.objects.effective(at).filter(person=person, role__observes=False, follows=None)
    seats = seats.filter(room__sealed=False)
    allowed = [StandingKind.MEMBER.value, StandingKind.SECRETARIAT.value]
    return (
        seats.filter(Q(standing_kind__in=allowed))
        .select_related("party", "role")
        .order_by("role__rank", "pk")
        .first()
    )


def may_seat_in_room(person: Person, room: Room, seat: Seat | None, *, at: dt.datetime) -> Verdict:
    """Let somebody into a sealed room of no body: its chair does, and only who sits for a member or the secretariat."""
    if not room.sealed or Body.objects.filter(room=room).exists():
        return refused(_("Seats of a body are given in that body."))
    if not chairs(reach_of(person, at), room):
        return refused(_("Only the chair of this sealed room lets people in."))
    if seat is None:
        return refused(
            _("Observers have no seat in a closed session, nor has anybody without a seat in the process.")
        )
    return ALLOWED


def chairs_of(room: Room, *, at: dt.datetime) -> list[Person]:
    """Who may confirm seats in this room today."""
    seats = Seat.objects.effective(at).filter(room=room).select_related("person", "role")
    return [one.person for one in seats if Permission.CONFIRM_SEATS in one.carries]


def presidency_chairs(*, at: dt.datetime) -> list[Person]:
    """Who chairs for the party that presides today."""
    seats = Seat.objects.effective(at).filter(body__function=Body.Function.PRESIDENCY)
    seats = seats.exclude(party__kind=Party.Kind.SECRETARIAT).select_related("person", "role")
    return [one.person for one in seats if Permission.CONFIRM_SEATS in one.carries]


def term_chaired(reach: Reach, *, at: dt.datetime) -> PresidencyTerm | None:
    """The running term, with its party and its office's room, in which the person sits as chair; None where in none."""
    if not reach.presidency or not reach.may(Permission.CONFIRM_SEATS):
        return None
    terms = PresidencyTerm.objects.select_related("party", "body__room")
    for body in Body.objects.filter(function=Body.Function.PRESIDENCY):
        term = terms.current(on=today(at), body=body)
        if term is not None and (Permission.CONFIRM_SEATS, term.party_id, body.room_id) in reach.permissions:
            return term
    return None


def chairs_the_presidency(reach: Reach, *, at: dt.datetime) -> bool:
    """Whether the person sits as chair for the party that presides today."""
    return term_chaired(reach, at=at) is not None


def may_retire(person: Person, other: Person, *, at: dt.datetime, reach: Reach | None = None) -> Verdict:
    """Close somebody's account and end all their seats at once."""
    reach = reach or reach_of(person, at)
    if other.pk == person.pk:
        return refused(
            _("Nobody retires themselves; ask another focal point of your party or the secretariat.")
        )
    if not other.is_active:
        return refused(_("%(name)s has retired already.") % {"name": other.full_name})
    seats = list(Seat.objects.filter(person=other).select_related("party", "role", "room"))
    if not any(manages(reach, one.party) for one in seats) and not manages_all(reach):
        return refused(_("%(name)s is not of your party.") % {"name": other.full_name})
    running = [
        one for one in seats if one.ended_at is None and (one.until_on is None or one.until_on >= today(at))
    ]
    if any(not manages(reach, one.party) for one in running):
        return refused(
            _(
                "%(name)s also sits for another party. End the seats of your own; the secretariat retires people."
            )
            % {"name": other.full_name}
        )
    for one in running:
        verdict = _not_above(reach, one)
        if not verdict:
            return verdict
    return _somebody_stays(running, at=at)


def may_manage_invitation(
    person: Person, invitation: Invitation, *, at: dt.datetime, reach: Reach | None = None
) -> Verdict:
    """Withdraw an invitation or send it again."""
    reach = reach or reach_of(person, at)
    if not manages(reach, invitation.party):
        return refused(
            _("Only who manages the people of %(party)s may do this.") % {"party": invitation.party}
        )
    if invitation.accepted_at is not None:
        return refused(_("This invitation was accepted already."))
    if invitation.withdrawn_at is not None:
        return refused(_("This invitation was withdrawn already."))
    return ALLOWED


# Lists ---------------------------------------------------------------------------------------------------------------


def _keeps_lists(person: Person, at: dt.datetime, reach: Reach | None) -> Verdict:
    return ALLOWED if edits_lists(reach or reach_of(person, at)) else refused(LISTS_ARE_THE_SECRETARIATS)


def may_edit_party(person: Person, *, at: dt.datetime, reach: Reach | None = None) -> Verdict:
    """Enter a party, describe it, change its standing."""
    return _keeps_lists(person, at, reach)


#: How a party of each kind may take part.
STANDINGS_OF = {
    Party.Kind.STATE: {StandingKind.MEMBER, StandingKind.OBSERVER_STATE},
    Party.Kind.ORGANISATION: {StandingKind.OBSERVER_ORGANISATION, StandingKind.CIVIL_SOCIETY},
    Party.Kind.NETWORK: {StandingKind.CIVIL_SOCIETY},
    Party.Kind.CHAPTER: {StandingKind.CIVIL_SOCIETY},
    Party.Kind.SECRETARIAT: {StandingKind.SECRETARIAT},
}


def standing_fits(kind: str, standing: str | None) -> Verdict:
    """Whether a party of this kind takes part in this way; None, that it takes part no longer.

    The secretariat's standing opens the whole house, so no other party can have it; and the secretariat cannot lose it,
    for nobody would be left to give it back.
    """
    if kind == Party.Kind.SECRETARIAT and standing is None:
        return refused(
            _("The secretariat's own standing does not end: nobody could enter the house any more.")
        )
    if standing is None or standing in STANDINGS_OF[Party.Kind(kind)]:
        return ALLOWED
    return refused(
        _("A party of the kind “%(kind)s” does not take part as “%(standing)s”.")
        % {"kind": Party.Kind(kind).label, "standing": StandingKind(standing).label}
    )


OFFICES = frozenset({Body.Function.PRESIDENCY.value, Body.Function.SECRETARIAT.value})


def body_stays_itself(
    body: Body, *, function: str, from_on: dt.date, until_on: dt.date | None, at: dt.datetime
) -> Verdict:
    """Offices keep their function, since rights hang on it; the secretariat's body, where everybody sits who keeps the
    house, exists today and has no end."""
    if function != body.function and {function, body.function} & OFFICES:
        return refused(
            _("An office keeps its function, and no other body becomes an office: rights hang on it.")
        )
    if body.function == Body.Function.SECRETARIAT and (until_on is not None or from_on > today(at)):
        return refused(_("The secretariat's own body does not end: nobody could enter the house any more."))
    return ALLOWED


def may_edit_body(person: Person, *, at: dt.datetime, reach: Reach | None = None) -> Verdict:
    """Enter a body or describe it; its room's cap and seal stay for ever."""
    return _keeps_lists(person, at, reach)


def may_record_meeting(
    person: Person, meeting: Meeting | None = None, *, at: dt.datetime, reach: Reach | None = None
) -> Verdict:
    """Enter a meeting of a body or describe it; one of a sealed room only with a seat there."""
    reach = reach or reach_of(person, at)
    if meeting is not None and meeting.body.room.sealed and meeting.body.room_id not in reach.rooms:
        return refused(_("Meetings of a sealed room are entered by those who sit in it."))
    if convenes(reach):
        return ALLOWED
    return _keeps_lists(person, at, reach)


def convenes(reach: Reach) -> bool:
    """Whether the person prepares and runs meetings: for the secretariat, or for the party that presides."""
    return (reach.secretariat or reach.presidency) and reach.may(Permission.CONVENE)


def may_edit_role(person: Person, role: Role, *, at: dt.datetime, reach: Reach | None = None) -> Verdict:
    """Change what a role is called and carries; nobody adds what they do not have to a role of their own."""
    reach = reach or reach_of(person, at)
    if not (edits_lists(reach) and manages_all(reach)):
        return refused(_("Roles are changed by the coordinator of the secretariat."))
    if Seat.objects.effective(at).filter(person=person, role=role).exists():
        return refused(_("You hold this role yourself; somebody else has to change it."))
    if frozenset(role.permissions) - in_their_gift(reach):
        return refused(
            _("“%(role)s” may do more than you may yourself; who may do as much changes it.") % {"role": role}
        )
    return ALLOWED


def may_set_presidency(person: Person, *, at: dt.datetime, reach: Reach | None = None) -> Verdict:
    """Record who presides from a day."""
    return _keeps_lists(person, at, reach)


def may_preside(party: Party, *, on: dt.date) -> Verdict:
    """Whether this party can preside from this day."""
    if standing_of(party, on=on) == StandingKind.MEMBER:
        return ALLOWED
    return refused(_("Only a member state presides; %(party)s is not one on that day.") % {"party": party})


def standing_of(party: Party, *, on: dt.date) -> str | None:
    """How the party takes part on this day; None when it does not."""
    current = Standing.objects.filter(party=party, from_on__lte=on).filter(
        Q(until_on=None) | Q(until_on__gte=on)
    )
    return current.order_by("-from_on").values_list("kind", flat=True).first()


# Candidatures --------------------------------------------------------------------------------------------------------

#: So many months before a term begins its candidature is announced (criteria of the Presidency).
MONTHS_AHEAD = 12
#: How long a term may be planned, and how far ahead.
SHORTEST_TERM, LONGEST_TERM, FARTHEST = dt.timedelta(days=180), dt.timedelta(days=740), 6
#: Bodies in whose meetings consensus on one is reached.
CONSENSUS_IN = frozenset({Body.Function.MINISTERS, Body.Function.CONSULTATION})
#: More than this between the planned end of one term and the beginning of the next leaves the office open.
WIDEST_GAP = dt.timedelta(days=183)


def year_after(day: dt.date) -> dt.date:
    """The same day a year later; of a leap day the first of March."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return dt.date(day.year + 1, 3, 1)


def records_for_all(reach: Reach, *, at: dt.datetime) -> bool:
    """Whether the person enters and records candidatures of whatever party: for the secretariat, or as who presides."""
    return edits_lists(reach) or chairs_the_presidency(reach, at=at)


def may_announce(person: Person, party: Party, *, at: dt.datetime, reach: Reach | None = None) -> Verdict:
    """Enter a party's candidature: its own focal point, the secretariat, the chair of the Presidency."""
    reach = reach or reach_of(person, at)
    if standing_of(party, on=today(at)) != StandingKind.MEMBER:
        return refused(
            _("Only member states are candidates for the Presidency; %(party)s is not one.")
            % {"party": party}
        )
    if Permission.MANAGE_OWN_PEOPLE in permissions_for(reach, party) or records_for_all(reach, at=at):
        return ALLOWED
    return refused(
        _("A candidature of %(party)s is entered by its focal point, the secretariat or the Presidency.")
        % {"party": party}
    )


def announced_in_fits(meeting: Meeting, on: dt.date, *, at: dt.datetime) -> Verdict:
    """Whether something can have been announced in plenary of this meeting on this day."""
    if meeting.body.function != Body.Function.MINISTERS or meeting.draft:
        return refused(
            _("Candidatures are announced in plenary of the highest body; choose one of its meetings.")
        )
    return held_on(meeting, on, at=at)


def agreed_in_fits(candidature: Candidature, meeting: Meeting, on: dt.date, *, at: dt.datetime) -> Verdict:
    """Whether consensus on it can have been reached in this meeting on this day: of whoever decides, once it was announced."""
    if meeting.draft or meeting.body.function not in CONSENSUS_IN:
        return refused(
            _("Consensus is reached by the highest body or by the consultation group; choose a meeting of one of them.")
        )  # fmt: skip
    if on < candidature.announced_on:
        return refused(_("The candidature was announced after that day."))
    return held_on(meeting, on, at=at)


def held_on(meeting: Meeting, on: dt.date, *, at: dt.datetime) -> Verdict:
    """Whether this is a day of the meeting, as far as its dates are known, and no day to come."""
    if on > today(at):
        return refused(
            _("%(day)s is still to come. Record it once it has happened.")
            % {"day": date_format(on, "DATE_FORMAT")}
        )
    first = first_day(meeting.starts_on, meeting.precision)
    last = last_day(meeting.ends_on or meeting.starts_on, meeting.precision)
    if first <= on <= last:
        return ALLOWED
    return refused(
        _("%(day)s is no day of %(meeting)s, which lasted from %(first)s to %(last)s.")
        % {"day": date_format(on, "DATE_FORMAT"), "meeting": meeting.symbol, "first": date_format(first, "DATE_FORMAT"), "last": date_format(last, "DATE_FORMAT")}
    )  # fmt: skip


def term_fits(body: Body, party: Party, starts_on: dt.date, ends_on: dt.date, *, at: dt.datetime) -> Verdict:
    """Whether a term of these days can be a candidate's: long enough, not begun, of a member, of nobody else."""
    if body.function != Body.Function.PRESIDENCY:
        return refused(_("%(body)s is not an office that rotates.") % {"body": body})
    if not SHORTEST_TERM <= ends_on - starts_on <= LONGEST_TERM:
        return refused(
            _("A term lasts about a year: between six months and two years. Correct its last day.")
        )
    if starts_on <= today(at):
        return refused(
            _("A term that begins on %(day)s has begun already. Past presidencies are kept in the list of presidencies.")
            % {"day": date_format(starts_on, "DATE_FORMAT")}
        )  # fmt: skip
    if starts_on.year > today(at).year + FARTHEST:
        return refused(_("%(year)s is too far ahead; check the year.") % {"year": starts_on.year})
    member = may_preside(party, on=starts_on)
    return member and nobody_else_holds(body, starts_on, ends_on)


def nobody_else_holds(body: Body, starts_on: dt.date, ends_on: dt.date) -> Verdict:
    """Whether the days of a term are free: of a consensus, and of an entry in the list of presidencies."""
    agreed = body.candidatures.filter(state=Candidature.State.AGREED).overlapping(starts_on, ends_on).first()
    if agreed is not None:
        return refused(
            _("%(party)s was agreed by consensus already, from %(first)s to %(last)s. Terms do not overlap.")
            % {"party": agreed.party, "first": date_format(agreed.starts_on, "DATE_FORMAT"), "last": date_format(agreed.ends_on, "DATE_FORMAT")}
        )  # fmt: skip
    within = body.presidency_terms.filter(starts_on__gte=starts_on, starts_on__lte=ends_on)
    # A vacancy from the very day is what the term fills.
    inside = within.exclude(party=None, starts_on=starts_on).order_by("starts_on").first()
    if inside is not None:
        return refused(
            _("In the list of presidencies an entry begins on %(day)s (%(who)s), inside this term. Terms do not overlap.")
            % {"day": date_format(inside.starts_on, "DATE_FORMAT"), "who": inside.party or _("vacant")}
        )  # fmt: skip
    return ALLOWED


def in_time(announced_on: dt.date, starts_on: dt.date) -> bool:
    """Whether a candidature is announced at least a year before its term."""
    return year_after(announced_on) <= starts_on


def may_take_late(
    reach: Reach, announced_on: dt.date, starts_on: dt.date, why: object, *, at: dt.datetime
) -> Verdict:
    """Take a candidature though less than a year is left: only where the Presidency itself records why."""
    if in_time(announced_on, starts_on):
        return ALLOWED
    if not chairs_the_presidency(reach, at=at):
        return refused(
            _("Candidatures are announced at least a year before the term; this one would have to begin on %(day)s or later. The Presidency may take it late, and records why.")
            % {"day": date_format(year_after(announced_on), "DATE_FORMAT")}
        )  # fmt: skip
    if not why:
        return refused(
            _("Less than a year is left before the term. Write why the Presidency takes it all the same.")
        )
    return ALLOWED


def may_agree(
    person: Person, candidature: Candidature, *, at: dt.datetime, reach: Reach | None = None
) -> Verdict:
    """Record that a candidature has found consensus, and let the term be made from it."""
    reach = reach or reach_of(person, at)
    if not records_for_all(reach, at=at):
        return refused(_("Consensus is recorded by the chair of the Presidency or by the secretariat."))
    if candidature.state == Candidature.State.AGREED:
        return refused(_("Consensus on this candidature is recorded already."))
    if candidature.state == Candidature.State.WITHDRAWN:
        return refused(_("This candidature was withdrawn."))
    fits = term_fits(candidature.body, candidature.party, candidature.starts_on, candidature.ends_on, at=at)
    return fits and leaves_no_gap(candidature.body, candidature.starts_on, at=at)


def leaves_no_gap(body: Body, starts_on: dt.date, *, at: dt.datetime) -> Verdict:
    """Whether the term before is expected to last until about this one: no year stays without a Presidency agreed."""
    before = body.presidency_terms.filter(starts_on__lt=starts_on).order_by("-starts_on").first()
    if before is None:
        return ALLOWED
    agreed = Candidature.objects.filter(term=before).first()
    ends_on = agreed.ends_on if agreed else max(year_after(before.starts_on), today(at))
    if starts_on - ends_on <= WIDEST_GAP:
        return ALLOWED
    return refused(
        _("The Presidency before (%(who)s) is expected to end on %(day)s, long before this term. Record first who presides then, or that the office is vacant.")
        % {"who": before.party or _("vacant"), "day": date_format(ends_on, "DATE_FORMAT")}
    )  # fmt: skip


def may_withdraw_candidature(
    person: Person, candidature: Candidature, *, at: dt.datetime, reach: Reach | None = None
) -> Verdict:
    """Take a candidature back, an agreed one too while its term has not begun."""
    reach = reach or reach_of(person, at)
    own = Permission.MANAGE_OWN_PEOPLE in permissions_for(reach, candidature.party)
    if not (own or records_for_all(reach, at=at)):
        return refused(
            _("A candidature is withdrawn by its own party, or by the secretariat or the Presidency for it.")
        )
    if candidature.state == Candidature.State.WITHDRAWN:
        return refused(_("This candidature was withdrawn."))
    if candidature.term is not None and candidature.term.starts_on <= today(at):
        return refused(_("The term has begun; what follows it is recorded in the list of presidencies."))
    return ALLOWED


def may_seat_in_office(
    person: Person, candidature: Candidature, *, at: dt.datetime, reach: Reach | None = None
) -> Verdict:
    """Seat who will hold the office for a candidate that was agreed; the seat sleeps until the term begins."""
    reach = reach or reach_of(person, at)
    if candidature.state != Candidature.State.AGREED:
        return refused(_("Who will preside is seated once consensus is recorded."))
    if not manages_all(reach):
        return refused(_("The secretariat seats who will preside; send it the names."))
    return _presides_or_will(candidature.party, candidature.body, on=today(at))


# Applications ----------------------------------------------------------------------------------------------------------

OPEN_APPLICATIONS = frozenset(
    {ObserverApplication.State.RECEIVED.value, ObserverApplication.State.UNDER_REVIEW.value}
)


def may_see_applications(person: Person, *, at: dt.datetime, reach: Reach | None = None) -> Verdict:
    """Read applications for observer standing: the secretariat, the Presidency and the member states."""
    reach = reach or reach_of(person, at)
    members = Party.objects.members(on=today(at)).filter(pk__in=sorted(reach.parties))
    if reach.secretariat or reach.presidency or members.exists():
        return ALLOWED
    return refused(_("Applications are read by the member states and the secretariat."))


def may_review_application(
    person: Person, application: ObserverApplication, *, at: dt.datetime, reach: Reach | None = None
) -> Verdict:
    """Write the secretariat's review."""
    if application.state not in OPEN_APPLICATIONS:
        return refused(_("This application was decided already."))
    if not edits_lists(reach or reach_of(person, at)):
        return refused(_("Applications are reviewed by the secretariat."))
    return ALLOWED


def may_decide_application(
    person: Person, application: ObserverApplication, *, at: dt.datetime, reach: Reach | None = None
) -> Verdict:
    """Record what the member states decided; a review comes first."""
    reach = reach or reach_of(person, at)
    if application.state not in OPEN_APPLICATIONS:
        return refused(_("This application was decided already."))
    if not (edits_lists(reach) or chairs_the_presidency(reach, at=at)):
        return refused(_("The decision is recorded by the secretariat or by the chair of the Presidency."))
    if not application.review.strip():
        return refused(_("The secretariat's review comes first."))
    return ALLOWED


# Break-glass -----------------------------------------------------------------------------------------------------------

OPENING_WAITS = dt.timedelta(hours=24)


def may_open_rooms(reach: Reach, *, at: dt.datetime) -> bool:
    """Whether the person is one of those from whom two may open a sealed room."""
    return manages_all(reach) or chairs_the_presidency(reach, at=at)


def may_break_glass(person: Person, room: Room, *, at: dt.datetime, reach: Reach | None = None) -> Verdict:
    """Ask for a sealed room to be opened to oneself; a second person has to confirm, and the room is told."""
    reach = reach or reach_of(person, at)
    if not may_open_rooms(reach, at=at):
        return refused(
            _("Only who manages everybody's people and the chair of the Presidency may ask for this.")
        )
    if not room.sealed:
        return refused(_("This room is not sealed; nothing has to be opened."))
    if room.pk in reach.rooms or room.pk in reach.opened:
        return refused(_("This room is open to you already."))
    return ALLOWED


def may_confirm_opening(
    person: Person, opening: BreakGlass, *, at: dt.datetime, reach: Reach | None = None
) -> Verdict:
    """Confirm as the second named person."""
    reach = reach or reach_of(person, at)
    if opening.confirmed_at is not None:
        return refused(_("This opening was confirmed already."))
    if opening.requested_by_id == person.pk:
        return refused(_("A second person has to confirm; you asked for it yourself."))
    if not may_open_rooms(reach, at=at):
        return refused(
            _("Only who manages everybody's people and the chair of the Presidency may confirm this.")
        )
    if at >= opening.requested_at + OPENING_WAITS:
        return refused(_("This request is older than 24 hours; it has to be made again."))
    if not may_open_rooms(reach_of(opening.requested_by, at), at=at):
        return refused(_("Who asked for this no longer may."))
    return ALLOWED


def still_open(invitation: Invitation, *, at: dt.datetime) -> Verdict:
    """Whether the link of this invitation still works, and what to do when it does not."""
    if invitation.accepted_at is not None:
        return refused(_("This invitation was used already. Sign in with your address and password."))
    if invitation.withdrawn_at is not None:
        return refused(
            _("This invitation was withdrawn. Ask the focal point of %(party)s.")
            % {"party": invitation.party}
        )
    if at >= invitation.expires_at:
        return refused(
            _("This invitation has expired. Ask the focal point of %(party)s to send it again.")
            % {"party": invitation.party}
        )
    if invitation.until_on is not None and invitation.until_on < today(at):
        return refused(
            _("The seat that was offered has ended. Ask the focal point of %(party)s.")
            % {"party": invitation.party}
        )
    fits = seat_fits(invitation.party, invitation.body, invitation.role, at=at)
    inviter = invitation.invited_by
    if not fits or inviter is None:
        return fits
    if not may_invite(inviter, invitation.party, invitation.body, invitation.role, at=at):
        # A focal point who was replaced must not let people in afterwards.
        return refused(
            _("%(inviter)s, who invited you, no longer manages the people of %(party)s. Ask its focal point to send the"
              " invitation again.") % {"inviter": inviter.full_name, "party": invitation.party}
        )  # fmt: skip
    return ALLOWED
