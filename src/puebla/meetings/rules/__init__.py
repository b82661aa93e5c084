"""May it be done to a meeting, its sessions and its agenda, and why not."""

import datetime as dt

from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from puebla.core.verdicts import ALLOWED, Verdict, refused
from puebla.meetings.models import AgendaItem, Convening, Session
from puebla.members.models import Body, Meeting, Party, StandingKind
from puebla.members.querysets import Reach, today
from puebla.members.rules import convenes, standing_of

NOT_YOURS = _("Meetings are prepared by the secretariat and the Presidency; ask one of them.")
STILL_A_DRAFT = _("The meeting is still a draft. Announce it first: until then nothing is sent.")
#: From which states a meeting passes into each. One that was closed by mistake is opened again.
BEFORE = {
    Convening.State.CONVENED: (Convening.State.ANNOUNCED,),
    Convening.State.IN_SESSION: (Convening.State.CONVENED, Convening.State.CLOSED),
    Convening.State.CLOSED: (Convening.State.CONVENED, Convening.State.IN_SESSION),
}


def may_prepare(reach: Reach, body: Body) -> Verdict:
    """Begin the preparation of a meeting of this body."""
    if not convenes(reach):
        return refused(NOT_YOURS)
    if body.room.sealed and body.room_id not in reach.rooms:
        return refused(_("Meetings of a sealed room are entered by those who sit in it."))
    return ALLOWED


def may_run(reach: Reach, meeting: Meeting) -> Verdict:
    """Change how a meeting is held: its notes, sessions, agenda."""
    return may_prepare(reach, meeting.body)


def may_pass_to(reach: Reach, convening: Convening, state: str) -> Verdict:
    """Convene, open or close the meeting."""
    allowed = may_run(reach, convening.meeting)
    if not allowed:
        return allowed
    if convening.meeting.draft:
        return refused(STILL_A_DRAFT)
    if convening.state not in BEFORE[Convening.State(state)]:
        return refused(
            _("A meeting that is “%(now)s” does not become “%(then)s”.")
            % {
                "now": Convening.State(convening.state).label,
                "then": Convening.State(state).label,
            }
        )
    return ALLOWED


def days_of(meeting: Meeting) -> tuple[dt.date, dt.date]:
    """The first and the last day of the meeting."""
    return meeting.starts_on, meeting.ends_on or meeting.starts_on


def session_fits(convening: Convening, on: dt.date) -> Verdict:
    """Whether a session on this day lies inside its meeting."""
    first, last = days_of(convening.meeting)
    if convening.meeting.precision != "day":
        return refused(_("The days of the meeting are not fixed yet. Set them first."))
    if not first <= on <= last:
        return refused(
            _("%(day)s is outside the meeting, which lasts from %(first)s to %(last)s. Choose another day, or move the meeting.")
            % {"day": date_format(on, "DATE_FORMAT"), "first": date_format(first, "DATE_FORMAT"), "last": date_format(last, "DATE_FORMAT")}
        )  # fmt: skip
    return ALLOWED


def may_change_session(reach: Reach, session: Session) -> Verdict:
    """Move, describe or cancel a session; a closed one is changed by those who sit in its room."""
    if session.room.sealed and session.room_id not in reach.rooms:
        return refused(_("A closed session is changed by those who sit in its room."))
    return may_run(reach, session.convening.meeting)


def may_let_in(session: Session) -> Verdict:
    """Seat somebody in a closed session, who is told of it: not before the meeting is announced. That its chair does it is
    asked where seats are given."""
    return refused(STILL_A_DRAFT) if session.convening.meeting.draft else ALLOWED


def may_change_item(reach: Reach, item: AgendaItem) -> Verdict:
    """Change an item of the agenda, or what stands under it."""
    if item.room.sealed and item.room_id not in reach.rooms:
        return refused(_("Items of a closed session are changed by those who sit in its room."))
    allowed = may_run(reach, item.convening.meeting)
    if not allowed:
        return allowed
    if item.convening.state == Convening.State.CLOSED:
        return refused(_("The meeting is closed; its agenda stays as it was."))
    if item.removed_at is not None:
        return refused(_("This item was taken off the agenda meanwhile."))
    return ALLOWED


def may_open_item(reach: Reach, item: AgendaItem, party: Party, *, at: dt.datetime) -> Verdict:
    """Let one observer or organisation of civil society take part in one item; the Presidency's exception."""
    if not reach.presidency:
        return refused(_("Only the Presidency opens an item to an observer."))
    if item.room.sealed:
        return refused(_("Nothing of a closed session is opened to observers."))
    observing = {StandingKind.OBSERVER_STATE, StandingKind.OBSERVER_ORGANISATION, StandingKind.CIVIL_SOCIETY}
    if standing_of(party, on=today(at)) not in observing:
        return refused(
            _("%(party)s is no observer today; exceptions are for observers and civil society.")
            % {"party": party}
        )
    return ALLOWED
