"""May delegations meet in twos, and why not."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from puebla.accounts.models import Person
from puebla.core.verdicts import ALLOWED, Verdict, refused
from puebla.meetings.models import Bilateral, BilateralSlot, Convening, Delegate, Delegation
from puebla.meetings.querysets.bilaterals import Busy, busy, rooms_taken
from puebla.meetings.querysets.delegations import ACTIVE, invited_standings
from puebla.meetings.rules import may_run, session_fits
from puebla.meetings.rules.delegations import named_by, standing_at
from puebla.members.models import Party
from puebla.members.querysets import Reach

#: Of those who come, who speaks for a delegation.
HEADS = ("head", "alternate")
#: One asks for so many times at once at most.
MOST_PROPOSED = 6
State = Bilateral.State
NOT_FREE = _("That time is not free for both any more. Choose another one.")
OUTSIDE = _("That time lies outside the days of the meeting, which was moved. Choose another one.")


def keeps_grid(reach: Reach, convening: Convening) -> bool:
    """Whether the person opens slots and sees who meets where: for the secretariat."""
    return reach.secretariat and bool(may_run(reach, convening.meeting))


def may_open(reach: Reach, convening: Convening) -> Verdict:
    """Open slots, close them, move what was agreed."""
    if not keeps_grid(reach, convening):
        return refused(_("Rooms for bilateral meetings are kept by the secretariat; ask it."))
    return is_held(convening)


def is_held(convening: Convening) -> Verdict:
    """Bilateral meetings are arranged from the day the meeting is convened until it is closed."""
    if convening.meeting.draft or convening.state == Convening.State.ANNOUNCED:
        return refused(_("Bilateral meetings are arranged once the meeting is convened."))
    if convening.state == Convening.State.CLOSED:
        return refused(_("The meeting is closed; no bilateral meeting is arranged any more."))
    return ALLOWED


def speaks_for(reach: Reach, person: Person, convening: Convening) -> set[int]:
    """Keys of the parties for which the person arranges bilateral meetings here.

    Heads of delegation and their alternates do, and who names the delegation: its focal point; of observers whoever sits
    for them.
    """
    heading = Delegate.objects.filter(
        convening=convening, person=person, role__in=HEADS, state__in=ACTIVE
    ).values_list("delegation__party_id", flat=True)
    return ({*heading} | named_by(reach, [convening])) & reach.parties


def takes_part(convening: Convening, party: Party) -> bool:
    """Whether the party comes: invited by its standing or by name."""
    standing = standing_at(convening, party)
    if standing is None:
        return False
    return (
        standing in invited_standings(convening)
        or Delegation.objects.filter(convening=convening, party=party).exists()
    )


def may_ask(reach: Reach, person: Person, convening: Convening, asking: Party) -> Verdict:
    """Ask another delegation for a meeting, for this party."""
    if asking.pk not in speaks_for(reach, person, convening):
        return refused(
            _("Bilateral meetings of %(party)s are arranged by its head of delegation, an alternate or its focal point.")
            % {"party": asking}
        )  # fmt: skip
    held = is_held(convening)
    if not held:
        return held
    if not takes_part(convening, asking):
        return refused(_("%(party)s does not take part in this meeting.") % {"party": asking})
    return ALLOWED


def may_be_asked(convening: Convening, asking: Party, asked: Party) -> Verdict:
    """Whether this party can be asked by that one."""
    if asking.pk == asked.pk:
        return refused(_("A delegation does not meet itself. Choose another one."))
    if not takes_part(convening, asked):
        return refused(_("%(party)s does not take part in this meeting.") % {"party": asked})
    return ALLOWED


def own_side(reach: Reach, person: Person, row: Bilateral) -> Party | None:
    """The one of the two for which the person acts; where it is both, the one whose turn it is."""
    speaking = speaks_for(reach, person, row.convening)
    sides = [one for one in row.parties if one.pk in speaking]
    return next((one for one in sides if one.pk == row.turn_id), sides[0] if sides else None)


def may_answer(reach: Reach, person: Person, row: Bilateral) -> Verdict:
    """Accept, decline, or propose another time: whose turn it is does."""
    allowed = _on_a_side(reach, person, row)
    if not allowed:
        return allowed
    if row.state != State.ASKED:
        return refused(_("There is nothing left to answer: it was answered or withdrawn meanwhile."))
    if row.turn_id not in speaks_for(reach, person, row.convening):
        return refused(_("The other delegation answers now. You can withdraw what you asked."))
    return ALLOWED


def may_withdraw(reach: Reach, person: Person, row: Bilateral) -> Verdict:
    """Take back what was asked, or call off what was agreed: the party that asked, and of an agreed meeting either."""
    allowed = _on_a_side(reach, person, row)
    if not allowed:
        return allowed
    if row.state not in {State.ASKED, State.AGREED}:
        return refused(_("There is nothing left to withdraw."))
    if row.state == State.ASKED and row.asking_id not in speaks_for(reach, person, row.convening):
        return refused(_("Who asked withdraws; you decline."))
    return ALLOWED


def may_give_subject(reach: Reach, person: Person, row: Bilateral) -> Verdict:
    """Let the secretariat read the subject, or no longer: the party that wrote it."""
    if row.asking_id not in speaks_for(reach, person, row.convening):
        return refused(_("Who asked for the meeting decides whether the secretariat reads its subject."))
    return ALLOWED


def _on_a_side(reach: Reach, person: Person, row: Bilateral) -> Verdict:
    if own_side(reach, person, row) is None:
        return refused(
            _("Bilateral meetings are arranged by heads of delegation, their alternates and focal points.")
        )
    return is_held(row.convening)


def fits(
    slot: BilateralSlot, parties: Iterable[Party], *, at: dt.datetime, besides: int | None = None,
    known_to: "tuple[Person, Reach, Party | None] | None" = None,
) -> Verdict:  # fmt: skip
    """Whether the room is free in this slot and both have time; the caller holds the meeting's row.

    Args:
        besides: key of the meeting that is being moved. known_to: who acts, and for which party: they are told what keeps it.
    """
    if slot.closed_at is not None or slot.starts_at <= at:
        return refused(NOT_FREE)
    if not session_fits(slot.convening, slot.on):
        return refused(OUTSIDE)
    for party in parties:
        own = known_to[:2] if known_to is not None and known_to[2] == party else None
        found = _first(slot, party, besides, own)
        if found is not None and own is not None and found.why is not None:
            return refused(_("Your delegation is expected elsewhere at that time: %(what)s.") % {"what": _named(found)})  # fmt: skip
        if found is not None:
            return refused(NOT_FREE)
    taken = rooms_taken(slot.convening, besides=besides)
    if any((slot.room_id, step) in taken for step in slot.steps()):
        return refused(NOT_FREE)
    return ALLOWED


def _first(slot: BilateralSlot, party: Party, besides: int | None, own: Any) -> Busy | None:
    standing = standing_at(slot.convening, party) or "member"
    times = busy(slot.convening, party, standing, besides=besides, known_to=own)
    return next((one for one in times if one.meets(slot)), None)


def _named(found: Busy) -> str:
    """What keeps a party, as its own people read it."""
    if isinstance(found.why, Party):
        return str(_("bilateral meeting with %(party)s") % {"party": found.why})
    return str(found.why)
