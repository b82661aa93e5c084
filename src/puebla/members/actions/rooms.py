"""Break-glass: a sealed room opened for a day to somebody without a seat, by two named persons, before everybody there."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from puebla.accounts.models import Person
from puebla.core import journal
from puebla.core.verdicts import RefusedError, require
from puebla.members import rules
from puebla.members.actions import messages
from puebla.members.actions.seats import holders_of
from puebla.members.models import BreakGlass, Room

OPEN_FOR = dt.timedelta(hours=24)


@transaction.atomic
def request_opening(*, room: Room, reason: str, by: Person, at: dt.datetime) -> BreakGlass:
    """Ask, as the first of two persons, for a sealed room to be opened to oneself."""
    require(rules.may_break_glass(by, room, at=at))
    if len(reason.strip()) < 20:
        raise RefusedError(
            _("Write the reason in a sentence: everybody in the room will read it."), field="reason"
        )
    opening = BreakGlass(room=room, reason=reason.strip(), requested_by=by, requested_at=at)
    opening.full_clean()
    opening.save()
    journal.record(
        "opening.requested", at=at, person=by, subject=opening, room=room, facts={"reason": opening.reason}
    )
    return opening


@transaction.atomic
def confirm_opening(*, opening: BreakGlass, by: Person, at: dt.datetime) -> BreakGlass:
    """Confirm as the second person: the room is open to the first for 24 hours, and everybody in it is told at once."""
    locked = (
        BreakGlass.objects.select_for_update(of=("self",))
        .select_related("room", "requested_by")
        .get(pk=opening.pk)
    )
    require(rules.may_confirm_opening(by, locked, at=at))
    locked.confirmed_by, locked.confirmed_at, locked.until_at = by, at, at + OPEN_FOR
    locked.save(update_fields=["confirmed_by", "confirmed_at", "until_at"])
    told = {one.pk: one for one in [*holders_of(locked.room, at=at), locked.requested_by]}
    messages.tell_opened(locked, told.values(), at=at)
    facts = {
        "reason": locked.reason,
        "first": locked.requested_by.full_name,
        "second": by.full_name,
        "until": locked.until_at,
        "told": sorted(one.ref for one in told.values()),
    }
    journal.record("opening.confirmed", at=at, person=by, subject=locked, room=locked.room, facts=facts)
    return locked
