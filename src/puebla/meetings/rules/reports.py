"""May it be done to minutes and reports, and why not."""

import datetime as dt

from django.utils.translation import gettext_lazy as _

from puebla.core.prepared import Prepared, PreparedRecords
from puebla.core.verdicts import ALLOWED, Verdict, refused
from puebla.documents.rules import may_file as may_file_paper
from puebla.meetings import rules
from puebla.meetings.models import Convening, Report, Session
from puebla.members.models import Party, Permission, Room
from puebla.members.querysets import Reach
from puebla.texts import rules as texts


def party_for(reach: Reach) -> Party | None:
    """In whose name the person drafts: the secretariat's, else the own party's; None where the seats include neither."""
    if reach.secretariat and reach.may(Permission.FILE):
        own = {key for (key,) in _secretariat.rows()}
    else:
        own = {of for one, of, _room in reach.permissions if one == Permission.FILE_OWN}
    party: Party | None = _parties.get(min(own)) if own else None
    return party


# Asked on many pages: whether to offer that a text is begun.
_parties = PreparedRecords(Party)
_secretariat = Prepared(
    lambda: Party.objects.filter(kind=Party.Kind.SECRETARIAT).order_by("pk").values_list("pk")[:1]
)


def room_of(convening: Convening, session: Session | None) -> Room:
    """Where the text lies: in the session's room, which is sealed where that is closed; else in the body's."""
    return session.room if session is not None else convening.meeting.body.room


def may_draft(reach: Reach, convening: Convening, session: Session | None = None) -> Verdict:
    """Begin the minutes or the report of a meeting, or of one of its sessions."""
    if session is not None and session.room.sealed and session.room_id not in reach.rooms:
        return refused(_("Minutes of a closed session are written by those who sit in it."))
    allowed = rules.may_run(reach, convening.meeting)
    if not allowed:
        return allowed
    if convening.meeting.draft:
        return refused(_("The meeting is still a draft. Announce it first."))
    party = party_for(reach)
    if party is None:
        return refused(_("Your seat does not include writing texts; ask the secretariat."))
    return texts.may_open(reach, room_of(convening, session), party)


def may_ask_for_comments(reach: Reach, report: Report) -> Verdict:
    """Send the draft to delegations for comments, or set another date."""
    return texts.may_edit(reach, report.text)


def may_adopt(reach: Reach, report: Report, *, at: dt.datetime) -> Verdict:
    """Adopt it: whoever runs the meeting says so; not while delegations still comment."""
    edited = texts.may_edit(reach, report.text)
    if not edited:
        return edited
    allowed = rules.may_run(reach, report.convening.meeting)
    if not allowed:
        return allowed
    until = report.text.comments_until
    if report.state == Report.State.FOR_COMMENTS and until is not None and at <= until:
        return refused(
            _("Delegations comment until %(when)s. Adopt it after that, or end the time for comments first.")
            % {"when": texts.when(until)}
        )
    return ALLOWED


def may_file(reach: Reach, report: Report) -> Verdict:
    """File the adopted text as a paper in its languages."""
    kept = texts.may_keep(reach, report.text)
    if not kept:
        return kept
    if report.state != Report.State.ADOPTED:
        return refused(_("Only an adopted text is filed, and once."))
    return may_file_paper(reach, report.text.room, report.text.party)
