"""At the door: people checked in, once each, and a mistake undone."""

import datetime as dt
from typing import NamedTuple

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from puebla.accounts.models import Person
from puebla.core.models import random_ref
from puebla.core.verdicts import RefusedError, require
from puebla.meetings.actions.delegations.rows import locked, step, tell_journal
from puebla.meetings.models import Attendance, Delegate, Session
from puebla.meetings.rules import delegations as rules
from puebla.members.querysets import reach_of

State = Delegate.State
#: A token is the door's own, or random: anything longer was not made here.
LONGEST_TOKEN = 40


class CheckedIn(NamedTuple):
    """The attendance, and whether it is new: the same form sent again, or somebody who is in already, counts once."""

    attendance: Attendance
    new: bool


@transaction.atomic
def check_in(
    *, delegate: Delegate, session: Session | None, token: str, by: Person, at: dt.datetime
) -> CheckedIn:
    """Check a delegate in, to the meeting (`session=None`) or to a session of it.

    Who comes to an open session without having passed the meeting's door passes it by that. Attendance of a closed session
    shows nowhere outside it: the delegate's own state stays as it is.

    Args:
        token: of the form that was sent; the same one again answers what the first did.
    """
    if not token or len(token) > LONGEST_TOKEN:
        raise RefusedError(_("This form is not complete. Open the page of the door again."))
    row = locked(delegate)
    reach = reach_of(by, at)
    require(rules.may_keep_door(reach, row.convening, session))
    sent = Attendance.objects.filter(token=token).select_related("delegate").first()
    if sent is not None:
        if (sent.delegate_id, sent.session_id) != (row.pk, session.pk if session else None):
            raise RefusedError(_("This form is not complete. Open the page of the door again."))
        return CheckedIn(sent, new=False)
    require(rules.may_check_in(reach, row, session))
    there = Attendance.objects.standing().filter(delegate=row, session=session).first()
    if there is not None:
        return CheckedIn(there, new=False)
    made = _attended(row, session, token, by=by, at=at)
    closed = session is not None and session.room.sealed
    if not closed:
        _bring_in(row, session, by=by, at=at)
    tell_journal("delegate.checked_in", row, by=by, at=at, room=session.room if session and closed else None,
                 facts={"session": session.ref if session else ""})  # fmt: skip
    return CheckedIn(made, new=True)


def _attended(
    row: Delegate, session: Session | None, token: str, *, by: Person, at: dt.datetime
) -> Attendance:
    try:
        with transaction.atomic():
            return Attendance.objects.create(delegate=row, session=session, token=token, at=at, by=by)
    except IntegrityError as error:
        # Two forms of one token for two people at once.
        raise RefusedError(_("This form is not complete. Open the page of the door again.")) from error


def _bring_in(row: Delegate, session: Session | None, *, by: Person, at: dt.datetime) -> None:
    """Through the meeting's door, and present; who had not registered is registered by that."""
    if session is not None and not Attendance.objects.standing().filter(delegate=row, session=None).exists():
        Attendance.objects.create(delegate=row, session=None, token=random_ref(), at=at, by=by)
    if row.state == State.ACCREDITED:
        step(row, State.REGISTERED, by=by, at=at)
    if row.state == State.REGISTERED:
        step(row, State.PRESENT, by=by, at=at)


@transaction.atomic
def undo_check_in(*, attendance: Attendance, reason: str, by: Person, at: dt.datetime) -> Attendance:
    """Take a mistaken check-in back, with its reason; at the meeting's door with those of its open sessions."""
    row = locked(attendance.delegate)
    kept = Attendance.objects.select_related("session__room").get(pk=attendance.pk)
    require(rules.may_keep_door(reach_of(by, at), row.convening, kept.session))
    if kept.undone_at is not None:
        return kept
    if len(reason.strip()) < 3:
        raise RefusedError(_("Write why the check-in is taken back."), field="reason")
    undone = {"undone_at": at, "undone_by": by, "undone_reason": reason.strip()[:300]}
    taken = Attendance.objects.standing().filter(delegate=row)
    closed = kept.session is not None and kept.session.room.sealed
    if kept.session is None:
        taken.exclude(session__kind=Session.Kind.CLOSED).update(**undone)
        if row.state == State.PRESENT:
            step(row, State.REGISTERED, by=by, at=at, reason=reason.strip()[:500])
    else:
        taken.filter(pk=kept.pk).update(**undone)
    tell_journal("delegate.check_in_undone", row, by=by, at=at, room=kept.session.room if kept.session and closed else None,
                 facts={"session": kept.session.ref if kept.session else ""})  # fmt: skip
    kept.refresh_from_db()
    return kept
