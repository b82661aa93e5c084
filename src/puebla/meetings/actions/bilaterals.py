"""Bilateral meetings: slots opened, asked for, agreed on, moved; known to the two parties, and their hours to the secretariat."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from puebla.accounts.models import Person
from puebla.core import journal
from puebla.core.languages import Texts
from puebla.core.verdicts import RefusedError, require, require_unchanged
from puebla.core.words import one_line, without_nul
from puebla.core.zones import instant_of
from puebla.meetings.actions.bilateral_mail import tell
from puebla.meetings.models import (
    Bilateral,
    BilateralHold,
    BilateralNote,
    BilateralProposal,
    BilateralRoom,
    BilateralSlot,
    Convening,
)
from puebla.meetings.models.bilaterals import STEP
from puebla.meetings.rules import bilaterals as rules
from puebla.meetings.rules import session_fits
from puebla.members.models import Party
from puebla.members.querysets import reach_of

State = Bilateral.State
#: So many slots are opened in one step at most.
MOST_OPENED = 400
LONGEST, MINUTE = 240, dt.timedelta(minutes=1)
#: Characters of what one party writes for itself.
MOST_NOTED = 10_000


def _locked(bilateral: Bilateral) -> Bilateral:
    """The row, after its meeting's, locked until the transaction ends."""
    held = Convening.objects.locked(bilateral.convening)
    row = (
        Bilateral.objects.select_for_update(of=("self",))
        .select_related("asking", "asked", "slot__room")
        .get(pk=bilateral.pk)
    )
    row.convening = held
    return row


# The secretariat's slots -----------------------------------------------------------------------------------------------


@transaction.atomic
def open_slots(
    *, convening: Convening, days: Iterable[dt.date], from_hour: dt.time, until_hour: dt.time, length: int, pause: int,
    rooms: Sequence[Texts], by: Person, at: dt.datetime,
) -> int:  # fmt: skip
    """Open slots of this length (minutes) in these rooms between these hours of the venue's clocks; how many were opened.

    A room of the same name is the same room. What stands already at that time in a room stays, and nothing is laid over it.
    """
    held = Convening.objects.locked(convening)
    require(rules.may_open(reach_of(by, at), held))
    _sound(from_hour, until_hour, length, pause, rooms)
    hours = list(_hours(sorted(set(days)), from_hour, until_hour, length, pause))
    if len(hours) * len(rooms) > MOST_OPENED:
        raise RefusedError(
            _("That would be %(count)d slots; %(most)d are opened at once at most. Open fewer days or rooms, or longer slots.")
            % {"count": len(hours) * len(rooms), "most": MOST_OPENED}, field="days",
        )  # fmt: skip
    made = 0
    for room in [_room(held, names) for names in rooms]:
        standing = list(BilateralSlot.objects.filter(room=room).values_list("starts_at", "ends_at"))
        for on, start, end in hours:
            slot = _slot(held, room, on, start, end)
            if not any(begins < slot.ends_at and ends > slot.starts_at for begins, ends in standing):
                slot.full_clean()
                slot.save()
                made += 1
    if not made:
        raise RefusedError(
            _("Slots stand at these hours in these rooms already; nothing was opened."), field="from_hour"
        )
    journal.record("bilaterals.opened", at=at, person=by, subject=held, room=held.meeting.body.room,
                   facts={"slots": made})  # fmt: skip
    return made


def _sound(from_hour: dt.time, until_hour: dt.time, length: int, pause: int, rooms: Sequence[Texts]) -> None:
    if not rooms:
        raise RefusedError(_("Name one room at least."), field="rooms")
    for field, minutes in (("from_hour", from_hour.minute), ("length", length), ("pause", pause)):
        if minutes % (STEP // MINUTE):
            raise RefusedError(_("Slots begin and last in steps of five minutes."), field=field)
    if not 0 < length <= LONGEST:
        raise RefusedError(_("A slot lasts from 5 to %(most)d minutes.") % {"most": LONGEST}, field="length")
    if until_hour <= from_hour:
        raise RefusedError(_("The hours end before they begin. Put the end later."), field="until_hour")


def _hours(
    days: Sequence[dt.date], from_hour: dt.time, until_hour: dt.time, length: int, pause: int
) -> Iterable[tuple[dt.date, dt.time, dt.time]]:
    for on in days:
        start, last = dt.datetime.combine(on, from_hour), dt.datetime.combine(on, until_hour)
        while start + MINUTE * length <= last:
            yield on, start.time(), (start + MINUTE * length).time()
            start += MINUTE * (length + pause)


def _room(held: Convening, names: Texts) -> BilateralRoom:
    names = {code: one_line(words) for code, words in names.items() if words.strip()}
    said = {words.casefold() for words in names.values()}
    for one in held.bilateral_rooms.all():
        if said & {words.casefold() for words in one.names.values()}:
            return one
    room = BilateralRoom(convening=held, names=names)
    room.full_clean()
    room.save()
    return room


def _slot(held: Convening, room: BilateralRoom, on: dt.date, start: dt.time, end: dt.time) -> BilateralSlot:
    fits = session_fits(held, on)
    if not fits:
        raise RefusedError(fits.reason, field="days")
    return BilateralSlot(
        convening=held, room=room, on=on, from_hour=start, until_hour=end, zone=held.zone,
        starts_at=instant_of(on, start, held.zone, later=False, field="from_hour"),
        ends_at=instant_of(on, end, held.zone, later=False, field="until_hour"),
    )  # fmt: skip


@transaction.atomic
def close_slot(*, slot: BilateralSlot, closed: bool, by: Person, at: dt.datetime) -> BilateralSlot:
    """Close a free slot, so that nobody takes it, or open it again."""
    held = Convening.objects.locked(slot.convening)
    require(rules.may_open(reach_of(by, at), held))
    row = BilateralSlot.objects.select_for_update().get(pk=slot.pk)
    if closed and Bilateral.objects.filter(slot=row, state=State.AGREED).exists():
        raise RefusedError(_("Two delegations meet there. Move them to another slot first."))
    if closed != (row.closed_at is not None):
        row.closed_at = at if closed else None
        row.save(update_fields=["closed_at"])
        journal.record("bilaterals.closed" if closed else "bilaterals.reopened", at=at, person=by, subject=row,
                       room=held.meeting.body.room)  # fmt: skip
    return row


@transaction.atomic
def move(
    *, bilateral: Bilateral, slot: BilateralSlot, revision: int, by: Person, at: dt.datetime
) -> Bilateral:
    """Move what was agreed to another slot; both are told, and their calendars follow."""
    row = _locked(bilateral)
    require(rules.may_open(reach_of(by, at), row.convening))
    require_unchanged(row, revision)
    if row.state != State.AGREED:
        raise RefusedError(_("It was withdrawn meanwhile; there is nothing to move."))
    if slot.pk == row.slot_id:
        raise RefusedError(_("It is held there already. Choose another slot."))
    _take(row, slot, by=None, at=at)
    row.moved_at = at
    _save(row, at=at, sequence=True)
    tell(row, "moved", to=row.parties, by=by, at=at)
    _record("bilateral.moved", row, by=by, at=at)
    return row


# The two parties -------------------------------------------------------------------------------------------------------


@transaction.atomic
def ask(
    *, convening: Convening, asking: Party, asked: Party, slots: Sequence[BilateralSlot], subject: str, language: str,
    subject_given: bool = False, by: Person, at: dt.datetime,
) -> Bilateral:  # fmt: skip
    """Ask another delegation to meet, at one of these times."""
    held = Convening.objects.locked(convening)
    require(rules.may_ask(reach_of(by, at), by, held, asking))
    require(rules.may_be_asked(held, asking, asked))
    subject = one_line(subject)
    if not subject:
        raise RefusedError(_("Write in a few words what you want to speak of."), field="subject")
    if _between(asking, asked, held).filter(state=State.ASKED).exists():
        raise RefusedError(
            _("%(one)s and %(other)s have a question open between them already. Answer or withdraw that first.")
            % {"one": asking, "other": asked}
        )  # fmt: skip
    row = Bilateral(
        convening=held, asking=asking, asked=asked, subject=subject, language=language, subject_given=subject_given,
        turn=asked, created_at=at, created_by=by, changed_at=at,
    )  # fmt: skip
    row.full_clean()
    row.save()
    _propose(row, slots, for_party=asking, by=by, at=at)
    tell(row, "asked", to=[asked], by=by, at=at)
    _record("bilateral.asked", row, by=by, at=at)
    return row


def _between(one: Party, other: Party, held: Convening) -> Any:
    pair = [one.pk, other.pk]
    return Bilateral.objects.filter(convening=held, asking__in=pair, asked__in=pair)


@transaction.atomic
def propose(
    *, bilateral: Bilateral, slots: Sequence[BilateralSlot], revision: int, by: Person, at: dt.datetime
) -> Bilateral:
    """Answer with other times: what was proposed before falls away, and the other side answers now."""
    row = _locked(bilateral)
    require(rules.may_answer(reach_of(by, at), by, row))
    require_unchanged(row, revision)
    side = next(one for one in row.parties if one.pk == row.turn_id)
    row.proposals.all().delete()
    _propose(row, slots, for_party=side, by=by, at=at)
    row.turn = row.other(side.pk)
    _save(row, at=at)
    tell(row, "proposed", to=[row.turn], by=by, at=at)
    _record("bilateral.proposed", row, by=by, at=at)
    return row


def _propose(
    row: Bilateral, slots: Sequence[BilateralSlot], *, for_party: Party, by: Person, at: dt.datetime
) -> None:
    slots = list({one.pk: one for one in slots}.values())
    if not slots:
        raise RefusedError(_("Choose one time at least that is free for both."), field="slots")
    if len(slots) > rules.MOST_PROPOSED:
        raise RefusedError(
            _("Propose %(most)d times at most.") % {"most": rules.MOST_PROPOSED}, field="slots"
        )
    reach = reach_of(by, at)
    for slot in slots:
        _of_this_meeting(row, slot)
        fits = rules.fits(slot, row.parties, at=at, known_to=(by, reach, for_party))
        if not fits:
            raise RefusedError(fits.reason, field="slots")
    BilateralProposal.objects.bulk_create([BilateralProposal(bilateral=row, slot=one) for one in slots])


def _of_this_meeting(row: Bilateral, slot: BilateralSlot) -> None:
    if slot.convening_id != row.convening_id:
        raise RefusedError(_("That slot is of another meeting."), field="slots")


@transaction.atomic
def accept(
    *, bilateral: Bilateral, slot: BilateralSlot, revision: int, by: Person, at: dt.datetime
) -> Bilateral:
    """Agree on one of the times proposed: room and parties are taken from now on."""
    row = _locked(bilateral)
    require(rules.may_answer(reach_of(by, at), by, row))
    require_unchanged(row, revision)
    if not row.proposals.filter(slot=slot).exists():
        raise RefusedError(_("That time was not proposed to you. Choose one that was, or propose another."))
    side = next(one for one in row.parties if one.pk == row.turn_id)
    _take(row, slot, by=(by, side), at=at)
    row.state, row.turn, row.agreed_at, row.reason = State.AGREED, None, at, ""
    _save(row, at=at, sequence=True)
    tell(row, "agreed", to=row.parties, by=by, at=at)
    _record("bilateral.agreed", row, by=by, at=at)
    return row


def _take(row: Bilateral, slot: BilateralSlot, *, by: tuple[Person, Party] | None, at: dt.datetime) -> None:
    """Hold the room and both parties for the slot; the database refuses what is taken, whoever was faster."""
    slot = BilateralSlot.objects.select_for_update(of=("self",)).select_related("room").get(pk=slot.pk)
    _of_this_meeting(row, slot)
    slot.convening = row.convening
    known = None if by is None else (by[0], reach_of(by[0], at), by[1])
    require(rules.fits(slot, row.parties, at=at, besides=row.pk, known_to=known))
    row.holds.all().delete()
    holds = [
        BilateralHold(bilateral=row, convening=row.convening, step_at=step, **of)
        for step in slot.steps()
        for of in ({"room": slot.room}, {"party": row.asking}, {"party": row.asked})
    ]
    try:
        with transaction.atomic():
            BilateralHold.objects.bulk_create(holds)
    except IntegrityError as error:
        raise RefusedError(rules.NOT_FREE) from error
    row.slot = slot


@transaction.atomic
def decline(*, bilateral: Bilateral, reason: str, revision: int, by: Person, at: dt.datetime) -> Bilateral:
    """Say no, with a reason or without."""
    row = _locked(bilateral)
    require(rules.may_answer(reach_of(by, at), by, row))
    require_unchanged(row, revision)
    other = row.other(row.turn_id or 0)
    _end(row, State.DECLINED, reason, at=at)
    tell(row, "declined", to=[other], by=by, at=at)
    _record("bilateral.declined", row, by=by, at=at)
    return row


@transaction.atomic
def withdraw(*, bilateral: Bilateral, reason: str, revision: int, by: Person, at: dt.datetime) -> Bilateral:
    """Take back what was asked, or call off what was agreed: the room is free again and calendars strike it out."""
    row = _locked(bilateral)
    reach = reach_of(by, at)
    require(rules.may_withdraw(reach, by, row))
    require_unchanged(row, revision)
    side = rules.own_side(reach, by, row) if row.state == State.AGREED else row.asking
    _end(row, State.WITHDRAWN, reason, at=at)
    tell(row, "withdrawn", to=[one for one in row.parties if one != side], by=by, at=at)
    _record("bilateral.withdrawn", row, by=by, at=at)
    return row


def _end(row: Bilateral, state: str, reason: str, *, at: dt.datetime) -> None:
    was_agreed = row.state == State.AGREED
    row.state, row.turn, row.reason = state, None, one_line(reason)[:300]
    _save(row, at=at, sequence=was_agreed)
    row.holds.all().delete()
    row.proposals.all().delete()


@transaction.atomic
def give_subject(*, bilateral: Bilateral, given: bool, by: Person, at: dt.datetime) -> Bilateral:
    """Let the secretariat read the subject, or no longer."""
    row = _locked(bilateral)
    require(rules.may_give_subject(reach_of(by, at), by, row))
    if row.subject_given != given:
        row.subject_given = given
        row.save(update_fields=["subject_given"])
        act = "bilateral.subject_given" if given else "bilateral.subject_kept"
        _record(act, row, by=by, at=at)
    return row


@transaction.atomic
def keep_note(
    *, bilateral: Bilateral, party: Party, text: str, revision: int, by: Person, at: dt.datetime
) -> BilateralNote:
    """Keep what this one of the two writes for itself."""
    row = _locked(bilateral)
    if party not in row.parties or party.pk not in reach_of(by, at).parties:
        raise RefusedError(_("Notes are written by the two delegations, each for itself."))
    note = BilateralNote.objects.filter(bilateral=row, party=party).first() or BilateralNote(
        bilateral=row, party=party, revision=0
    )
    require_unchanged(note, revision)
    # Browsers count a line's end as one sign and send two.
    text = without_nul(text).replace("\r\n", "\n").strip()
    if len(text) > MOST_NOTED:
        raise RefusedError(
            _("At most %(limit)d characters are kept. Shorten it.") % {"limit": MOST_NOTED}, field="text"
        )
    note.text, note.changed_at, note.changed_by = text, at, by
    note.revision += 1
    note.save()
    _record("bilateral.noted", row, by=by, at=at, party_code=party.code)
    return note


def _save(row: Bilateral, *, at: dt.datetime, sequence: bool = False) -> None:
    row.changed_at = at
    row.revision += 1
    row.sequence += 1 if sequence else 0
    row.full_clean()
    row.save()


def _record(act: str, row: Bilateral, *, by: Person, at: dt.datetime, party_code: str = "") -> None:
    """The journal's line, read on the meeting's own page by its two parties alone: the room is no one's."""
    journal.record(act, at=at, person=by, subject=row, room_ref=f"bilateral-{row.ref}", party_code=party_code)  # fmt: skip
