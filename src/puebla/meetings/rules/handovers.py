"""May it be done to a hand-over file or to chairing notes, and why not."""

import datetime as dt
from collections.abc import Collection

from django.utils.translation import gettext_lazy as _

from puebla.accounts.models import Person
from puebla.core.verdicts import ALLOWED, Verdict, refused
from puebla.meetings.models import (
    AgendaItem,
    ChairNote,
    Convening,
    HandOver,
    HandOverPoint,
    HandOverSignature,
    Session,
)
from puebla.meetings.querysets.handovers import focal_parties, offices_of
from puebla.members.models import Audience, Party, Room
from puebla.members.querysets import Reach, reach_of, today
from puebla.members.rules import chairs, term_chaired

Side = HandOverSignature.Side
FROZEN = _("The file is complete and frozen; it stays as it was signed.")


def has_passed(handover: HandOver, *, at: dt.datetime) -> bool:
    """Whether the day has come: the rights are the incoming Presidency's, and the file says how things stood."""
    return handover.term.starts_on <= today(at)


def sides_of(person: Person, handover: HandOver, *, at: dt.datetime) -> list[Side]:
    """For which side the person signs: for the party for which they sit in the office, before or after the day.

    From the day on the outgoing party's focal point signs for it too: whose only seat was the Presidency's reads no more.
    """
    reach = reach_of(person, at)
    mine = offices_of(person, reach)
    if has_passed(handover, at=at):
        mine |= focal_parties(reach) & {handover.outgoing_id}
    parties = ((Side.OUTGOING, handover.outgoing_id), (Side.INCOMING, handover.incoming_id))
    return [side for side, party in parties if party in mine]


def taken_alone(point: HandOverPoint, *, at: dt.datetime) -> bool:
    """Whether the incoming Presidency takes a point over without the other's signature: what that can read no more."""
    return has_passed(point.handover, at=at) and point.audience < Audience.MEMBERS


def may_sign(point: HandOverPoint, side: str, *, sides: Collection[str], at: dt.datetime) -> Verdict:
    """Sign a point for one side.

    Args:
        sides: those for which the person signs in this file (`sides_of`): asked once for all its points.
    """
    if point.handover.completed_at is not None and point.room_cap >= Audience.MEMBERS:
        return refused(FROZEN)
    if side not in sides:
        return refused(
            _(
                "A point is signed by who sits in the Presidency for the outgoing or the incoming party; from the day on by the outgoing party's focal point too."
            )
        )
    if point.gone_at is not None:
        return refused(_("This point is no longer open; it stays as it was signed."))
    given = {one.side for one in point.signatures.all() if one.digest == point.digest}
    if side in given:
        return refused(_("This side has signed the point already."))
    if side == Side.INCOMING and Side.OUTGOING not in given and not taken_alone(point, at=at):
        return refused(_("The outgoing Presidency signs first: by that it hands the point over."))
    return ALLOWED


def may_mend(person: Person, reach: Reach, handover: HandOver, *, at: dt.datetime) -> Verdict:
    """Add a point by hand, or a note to one: the outgoing Presidency until its day, and the secretariat."""
    if handover.completed_at is not None:
        return refused(FROZEN)
    if reach.secretariat:
        return ALLOWED
    if Side.OUTGOING in sides_of(person, handover, at=at):
        if not has_passed(handover, at=at):
            return ALLOWED
        return refused(_("The day has come: the words stay as you left them. Sign with a remark instead."))
    return refused(
        _("Points are written by the outgoing Presidency and by the secretariat; sign with a remark instead.")
    )


def may_complete(person: Person, reach: Reach, handover: HandOver, *, at: dt.datetime) -> Verdict:
    """Close the file and freeze it, once both sides have signed every open point."""
    if handover.completed_at is not None:
        return refused(FROZEN)
    if not (reach.secretariat or sides_of(person, handover, at=at)):
        return refused(_("The file is closed by the two Presidencies or by the secretariat."))
    open_points = handover.points.open()
    if not open_points.exists():
        return refused(_("The file has no point yet."))
    lacking = open_points.not_handed_over(passed=has_passed(handover, at=at))
    if lacking.exists() or open_points.unsigned(Side.INCOMING).exists():
        return refused(_("Not every point is signed by both sides as it reads now."))
    return ALLOWED


# Chairing notes ----------------------------------------------------------------------------------------------------------


def chair_of(reach: Reach, convening: Convening, *, at: dt.datetime) -> tuple[Party, Room] | None:
    """For which party, and of which room, the person chairs this meeting at this instant; None where they do not."""
    room = convening.meeting.body.room
    if room.sealed:
        found = [of for one, of, where in reach.permissions if one == "confirm_seats" and where == room.pk]
        return (Party.objects.get(pk=found[0]), room) if found and chairs(reach, room) else None
    term = term_chaired(reach, at=at)
    return (term.party, term.body.room) if term is not None and term.party is not None else None


def sits_in(reach: Reach, room: Room) -> bool:
    """Whether the person sits where something of a meeting lies: of a closed session nobody else writes."""
    return not room.sealed or room.pk in reach.rooms


def may_note(
    reach: Reach, convening: Convening, *, at: dt.datetime, session: Session | None = None, item: AgendaItem | None = None
) -> Verdict:  # fmt: skip
    """Write a chairing note on a meeting, a session or an item: who chairs it, and nobody else."""
    room = item.room if item is not None else session.room if session is not None else None
    if room is not None and not sits_in(reach, room):
        return refused(_("Notes on a closed session are written by its chair."))
    if chair_of(reach, convening, at=at) is None:
        return refused(_("Chairing notes are written by who chairs the meeting."))
    return ALLOWED


def may_change_note(person: Person, note: ChairNote, *, at: dt.datetime) -> Verdict:
    """Change one's own party's note; those handed over by another are read only."""
    mine = (
        ChairNote.objects.visible_to(person, reach=reach_of(person, at))
        .filter(pk=note.pk)
        .exclude(offered_to__in=offices_of(person, reach_of(person, at)))
    )
    return ALLOWED if mine.exists() else refused(_("A note that was handed over stays as it is."))
