"""Seats given, confirmed, ended; people retired."""

import datetime as dt

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from puebla.accounts import actions as accounts
from puebla.accounts.models import Person
from puebla.core import journal
from puebla.core.verdicts import RefusedError, require
from puebla.members import rules
from puebla.members.actions import messages
from puebla.members.models import Body, Invitation, Party, Role, Room, Seat
from puebla.members.querysets import SeatQuerySet, today


@transaction.atomic
def seat(
    *,
    person: Person,
    party: Party,
    body: Body,
    role: Role,
    by: Person | None,
    at: dt.datetime,
    from_on: dt.date | None = None,
    until_on: dt.date | None = None,
) -> Seat:
    """Give a person a seat from a day (today by default) until a day; in a sealed room, propose it to the chair.

    Args:
        by: who gives it; None for the system itself (set-up of an instance).
    """
    if by is not None:
        require(rules.may_seat(by, party, body, role, at=at))
    if not Person.objects.select_for_update().get(pk=person.pk).is_active:
        raise RefusedError(
            _("%(name)s has retired; send a new invitation instead.") % {"name": person.full_name},
            field="person",
        )
    if by is not None and not (rules.manages_all(rules.reach_of(by, at)) or known_to(person, party)):
        raise RefusedError(_("%(name)s is not of your party.") % {"name": person.full_name}, field="person")
    given = place(
        person=person, party=party, body=body, role=role, by=by, at=at, from_on=from_on, until_on=until_on
    )
    journal.record(
        "seat.given",
        at=at,
        person=by,
        subject=given,
        room=given.room,
        party_code=party.code,
        facts=facts_of(given),
    )
    return given


def known_to(person: Person, party: Party) -> bool:
    """Whether this person sits or sat for the party, or was invited by it: only such people does it seat."""
    return Seat.objects.filter(person=person, party=party).exists()


def place(
    *,
    person: Person,
    party: Party,
    body: Body,
    role: Role,
    by: Person | None,
    at: dt.datetime,
    from_on: dt.date | None,
    until_on: dt.date | None,
) -> Seat:
    """Write the seat's row and ask the chair; the caller has asked the rule and writes the journal."""
    from_on = from_on or today(at)
    if until_on is not None and until_on < max(from_on, today(at)):
        raise RefusedError(
            _("The last day lies before the first, or is over. Choose a later one."), field="until_on"
        )
    same = Seat.objects.filter(person=person, party=party, room=body.room, role=role)
    _refuse_overlap(same, from_on=from_on, until_on=until_on)
    # Ended and given again from the same day: the row is taken up again; the journal keeps both acts.
    given = same.filter(from_on=from_on).first() or Seat(
        person=person, party=party, room=body.room, role=role, from_on=from_on
    )
    given.body, given.until_on, given.created_at, given.created_by = body, until_on, at, by
    given.confirmed_at = given.confirmed_by = given.ended_at = given.ended_by = None
    given.save()
    if given.room.sealed:
        messages.ask_chairs(given, _who_confirms(given, at=at), at=at)
    return given


def _refuse_overlap(same: SeatQuerySet, *, from_on: dt.date, until_on: dt.date | None) -> None:
    running = same.filter(ended_at=None).filter(Q(until_on=None) | Q(until_on__gte=from_on))
    if until_on is not None:
        running = running.filter(from_on__lte=until_on)
    if running.exists():
        raise RefusedError(_("This person has this seat already in those days."), field="from_on")


def _who_confirms(seat: Seat, *, at: dt.datetime) -> list[Person]:
    chairs = rules.chairs_of(seat.room, at=at)
    if not chairs and rules.Permission.CONFIRM_SEATS in seat.carries:
        chairs = rules.presidency_chairs(at=at)
    return [one for one in chairs if one.pk != seat.person_id]


def facts_of(seat: Seat) -> dict[str, object]:
    """What the journal keeps of a seat in words."""
    return {
        "person": seat.person.full_name,
        "person_ref": seat.person.ref,
        "party": seat.party.code,
        "body": seat.body.code if seat.body else "",
        "role": seat.role.code,
        "from": seat.from_on,
        "until": seat.until_on,
    }


def _locked(seat: Seat) -> Seat:
    return (
        Seat.objects.select_for_update(of=("self",))
        .select_related("person", "party", "body", "role", "room", "created_by")
        .get(pk=seat.pk)
    )


@transaction.atomic
def unseat(*, seat: Seat, by: Person, at: dt.datetime) -> Seat:
    """End a seat at once: its rights are gone with this transaction, its history stays."""
    locked = _locked(seat)
    require(rules.may_unseat(by, locked, at=at))
    _end(locked, by=by, at=at)
    journal.record(
        "seat.ended",
        at=at,
        person=by,
        subject=locked,
        room=locked.room,
        party_code=locked.party.code,
        facts=facts_of(locked),
    )
    return locked


def _end(seat: Seat, *, by: Person, at: dt.datetime) -> None:
    # `until_on` is inclusive: yesterday is what makes the rights end now. It may lie before `from_on` (see the model).
    yesterday = today(at) - dt.timedelta(days=1)
    seat.until_on = min(seat.until_on or yesterday, yesterday)
    seat.ended_at, seat.ended_by = at, by
    seat.save(update_fields=["until_on", "ended_at", "ended_by"])


@transaction.atomic
def confirm_seat(*, seat: Seat, by: Person, at: dt.datetime) -> Seat:
    """Let somebody into a sealed room, and announce it to everybody there.

    The chair of the room does it. In a sealed room that has no chair yet, the presiding party's chair confirms the first
    seat with the chair's role (`rules.may_confirm_seat`).
    """
    locked = _locked(seat)
    # Two proposals of a first chair must not both pass: the second one waits here and finds a chair.
    Room.objects.select_for_update().get(pk=locked.room_id)
    require(rules.may_confirm_seat(by, locked, at=at))
    fits = rules.seat_fits(locked.party, locked.body, locked.role, at=at) if locked.body else rules.ALLOWED
    require(fits)
    holders = holders_of(locked.room, at=at)
    locked.confirmed_at, locked.confirmed_by = at, by
    locked.save(update_fields=["confirmed_at", "confirmed_by"])
    told = {one.pk: one for one in [*holders, locked.person]}
    messages.announce_seat(locked, told.values(), at=at)
    journal.record(
        "seat.confirmed", at=at, person=by, subject=locked, room=locked.room, party_code=locked.party.code,
        facts=facts_of(locked) | {"told": sorted(one.ref for one in told.values())},
    )  # fmt: skip
    return locked


def holders_of(room: Room, *, at: dt.datetime) -> list[Person]:
    """Everybody with a seat in this room today."""
    return list(
        Person.objects.filter(
            pk__in=Seat.objects.effective(at).filter(room=room).order_by().values("person_id")
        )
    )


@transaction.atomic
def seat_chairs(*, room: Room, at: dt.datetime) -> list[Seat]:
    """Give the Presidency's chairs their seats in a sealed room of no body, confirmed from the beginning; those given now.

    The Presidency chairs the bodies (terms of reference of the Presidency), and a sealed room without a chair could let
    nobody in. The seats follow those in the Presidency's own body, and so count while their party presides: whoever is
    seated there already for the coming term gets one too, and needs nobody on the day.
    """
    Room.objects.select_for_update().get(pk=room.pk)
    offices = Seat.objects.on(today(at)).filter(
        body__function=Body.Function.PRESIDENCY, room=F("body__room"), follows=None
    )
    # Who leads there already, or was taken out of the room by hand, stays as they are.
    settled = Seat.objects.filter(room=room, follows=OuterRef("pk")).exclude(leads=False, ended_at=None)
    offices = offices.exclude(party__kind=Party.Kind.SECRETARIAT).exclude(Exists(settled))
    chairs = [
        one for one in offices.select_related("person", "party", "role").order_by("pk")
        if rules.Permission.CONFIRM_SEATS in one.carries
    ]  # fmt: skip
    return [made for one in chairs if (made := _lead_by(one, room, at=at)) is not None]


def _lead_by(office: Seat, room: Room, *, at: dt.datetime) -> Seat | None:
    """The chair's seat that follows one in the office; None where the person leads there by another that still stands.

    Who is seated in the office a second time, for a coming term, needs no second chair; what followed a seat that has ended
    follows the new one from then on. Who was let in as anybody before leads from now on.
    """
    same = Seat.objects.filter(person=office.person, party=office.party, room=room, role=office.role)
    held = same.on(today(at)).filter(ended_at=None).first()
    if held is None:
        return _sit_by(office, room, leads=True, by=None, at=at)
    followed = Seat.objects.on(today(at)).filter(pk=held.follows_id or 0, ended_at=None)
    if held.follows_id is None or (held.leads and followed.exists()):
        return None
    held.follows, held.leads = office, True
    held.save(update_fields=["follows", "leads"])
    journal.record(
        "seat.given", at=at, subject=held, room=room, party_code=held.party.code, facts=facts_of(held)
    )
    return held


def _sit_by(seat: Seat, room: Room, *, leads: bool, by: Person | None, at: dt.datetime) -> Seat:
    """A seat in a sealed room that follows another, confirmed; the journal of the room knows of it."""
    same = Seat.objects.filter(person=seat.person, party=seat.party, room=room, role=seat.role)
    _refuse_overlap(same, from_on=today(at), until_on=None)
    # Ended and given again on one day: the row is taken up again, as in `place`.
    made = same.filter(from_on=today(at)).first() or Seat(
        person=seat.person, party=seat.party, room=room, role=seat.role, from_on=today(at)
    )
    made.follows, made.leads, made.until_on, made.ended_at, made.ended_by = seat, leads, None, None, None
    made.created_at, made.created_by, made.confirmed_at, made.confirmed_by = at, by, at, by
    made.save()
    journal.record(
        "seat.confirmed" if by else "seat.given", at=at, person=by, subject=made, room=room,
        party_code=made.party.code, facts=facts_of(made),
    )  # fmt: skip
    return made


@transaction.atomic
def seat_in_room(*, room: Room, person: Person, by: Person, at: dt.datetime) -> Seat:
    """Let somebody who sits in the process into a sealed room that belongs to no body: its chair does, and all are told."""
    # Two acts on one room wait for each other, as in `confirm_seat`.
    locked = Room.objects.select_for_update().get(pk=room.pk)
    elsewhere = rules.seat_to_follow(person, at=at)
    require(rules.may_seat_in_room(by, locked, elsewhere, at=at))
    assert elsewhere is not None  # noqa: S101 - the rule has said so
    holders = holders_of(locked, at=at)
    made = _sit_by(elsewhere, locked, leads=False, by=by, at=at)
    messages.announce_seat(made, {one.pk: one for one in [*holders, person]}.values(), at=at)
    return made


@transaction.atomic
def refuse_seat(*, seat: Seat, by: Person, at: dt.datetime) -> Seat:
    """Turn down a seat proposed in a sealed room; who proposed it is told."""
    locked = _locked(seat)
    require(rules.may_confirm_seat(by, locked, at=at))
    _end(locked, by=by, at=at)
    messages.tell_refused(locked, at=at)
    journal.record(
        "seat.refused",
        at=at,
        person=by,
        subject=locked,
        room=locked.room,
        party_code=locked.party.code,
        facts=facts_of(locked),
    )
    return locked


@transaction.atomic
def retire(*, person: Person, by: Person, at: dt.datetime) -> Person:
    """Close the account and end every seat at once; entry, seats and acts stay as history.

    Invitations that the person sent, or that wait for the person, are withdrawn.
    """
    locked = Person.objects.select_for_update().get(pk=person.pk)
    require(rules.may_retire(by, locked, at=at))
    running = Seat.objects.select_for_update(of=("self",)).select_related(
        "person", "party", "body", "role", "room"
    )
    ended = [
        one
        for one in running.filter(person=locked, ended_at=None)
        if one.until_on is None or one.until_on >= today(at)
    ]
    for one in ended:
        _end(one, by=by, at=at)
        if one.room.sealed:
            # The room reads its own journal: it learns there that somebody left.
            journal.record("seat.ended", at=at, person=by, subject=one, room=one.room, facts=facts_of(one))
    accounts.end_access(person=locked, by=by, at=at)
    waiting = Invitation.objects.filter(accepted_at=None, withdrawn_at=None)
    addresses = EmailAddress.objects.filter(user=locked, verified=True).values_list(Lower("email"), flat=True)
    waiting.filter(Q(invited_by=locked) | Q(email__in=[locked.email.lower(), *addresses])).update(
        withdrawn_at=at, withdrawn_by=by
    )
    open_seats = [one.ref for one in ended if not one.room.sealed]
    journal.record(
        "person.retired",
        at=at,
        person=by,
        subject=locked,
        facts={"name": locked.full_name, "seats": open_seats},
    )
    return locked
