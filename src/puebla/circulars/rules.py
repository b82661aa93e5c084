"""May it be done to a circular or a reply, and why not."""

import datetime as dt
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from puebla.circulars.models import RESERVED_TO_MEMBERS, Answering, State
from puebla.core.verdicts import ALLOWED, Verdict, refused
from puebla.members.models import Party, Permission, Room, StandingKind
from puebla.members.querysets import Reach

if TYPE_CHECKING:
    from puebla.circulars.models import Circular, Reply

NOT_YOURS = _("Circulars are prepared and sent by the secretariat and the Presidency.")
NO_SUCH = _("There is no such circular.")
OBSERVERS = _(
    "Observers follow the open discussions: they neither propose agenda items nor draft, unless the Presidency allows it"
    " for this circular (criteria of 1999)."
)


def may_prepare(reach: Reach, room: Room) -> Verdict:
    """Write a circular in this room; in a sealed one only with a seat in it."""
    if not (reach.secretariat or reach.presidency) or not reach.may(Permission.SEND_CIRCULARS):
        return refused(NOT_YOURS)
    if room.sealed and room.pk not in reach.rooms:
        return refused(_("Only who holds a seat in this sealed room writes to it."))
    return ALLOWED


def prepares(reach: Reach) -> bool:
    """Whether this person prepares circulars at all."""
    return (reach.secretariat or reach.presidency) and reach.may(Permission.SEND_CIRCULARS)


def keeps(reach: Reach, circular: "Circular") -> bool:
    """Whether this person looks after this circular."""
    return bool(_may_handle(reach, circular))


def may_describe(reach: Reach, circular: "Circular") -> Verdict:
    """Change a draft."""
    prepared = _may_handle(reach, circular)
    if not prepared:
        return prepared
    if circular.state != State.DRAFT:
        return refused(_("What was sent is not changed any more. Extend the date, or send a new circular."))
    return ALLOWED


def may_add_language(reach: Reach, circular: "Circular") -> Verdict:
    """Add the text in a language that was pending when the circular was sent."""
    prepared = _may_handle(reach, circular)
    if not prepared:
        return prepared
    if circular.state not in {State.SENT, State.CLOSED}:
        return refused(_("Write the text in the draft itself."))
    return ALLOWED


def may_send(reach: Reach, circular: "Circular", *, at: dt.datetime) -> Verdict:
    """Send it: it has words, somebody to go to, and a date that is still to come where it asks for a reply."""
    described = may_describe(reach, circular)
    if not described:
        return described
    if not any(circular.titles.values()) or not any(circular.texts.values()):
        return refused(_("Write a title and a text in one language at least."))
    if circular.reply_form and circular.reply_by_at is None:
        return refused(_("It asks for a reply: set the date by which it is to come."))
    if circular.reply_by_at is not None and not circular.reply_form:
        return refused(
            _(
                "It has a reply-by date but asks nothing: add a field to the reply form, or take the date away."
            )
        )
    if circular.reply_by_at is not None and circular.reply_by_at <= at:
        return refused(_("The reply-by date is over already. Set a later one."))
    return ALLOWED


def may_close(reach: Reach, circular: "Circular") -> Verdict:
    """Take no more replies."""
    return _may_in(reach, circular, {State.SENT}, _("Only a circular that was sent and is open is closed."))


def may_cancel(reach: Reach, circular: "Circular") -> Verdict:
    """Cancel a draft, or tell the recipients that what was sent counts no more."""
    return _may_in(reach, circular, {State.DRAFT, State.SENT}, _("It is closed or cancelled already."))


def may_report_returned(reach: Reach, circular: "Circular") -> Verdict:
    """Say that mail to somebody who got it came back."""
    sent = {State.SENT, State.CLOSED, State.CANCELLED}
    return _may_in(reach, circular, sent, _("Mail of a draft has not gone out."))


def may_extend(reach: Reach, circular: "Circular") -> Verdict:
    """Give more time; a closed circular takes replies again."""
    verdict = _may_in(
        reach, circular, {State.SENT, State.CLOSED}, _("Only a circular that was sent is extended.")
    )
    if verdict and not circular.asks_reply:
        return refused(_("It asks for no reply: there is nothing to extend."))
    return verdict


def may_remind(
    reach: Reach, circular: "Circular", *, at: dt.datetime, last: dt.datetime | None = None
) -> Verdict:
    """Remind by hand the parties that have not replied; once an hour at most."""
    verdict = _may_in(
        reach, circular, {State.SENT}, _("Only a circular that was sent and is open is reminded of.")
    )
    if verdict and not circular.asks_reply:
        return refused(_("It asks for no reply: there is nothing to remind of."))
    if verdict and last is not None and at - last < dt.timedelta(hours=1):
        return refused(_("A reminder went out less than an hour ago."))
    return verdict


def may_allow_observers(reach: Reach, circular: "Circular") -> Verdict:
    """Let observers propose and draft in the replies to this circular: the Presidency alone."""
    if not reach.presidency or not reach.covers(circular):
        return refused(_("Only the Presidency allows observers to propose agenda items or to draft."))
    if not is_reserved(circular):
        return refused(_("Nothing in its reply form is reserved to members."))
    if circular.observers_allowed_at is not None:
        return refused(_("The Presidency has allowed it already."))
    return ALLOWED


def may_see_openings(reach: Reach, circular: "Circular") -> bool:
    """Whether all parties' openings are seen: by the secretariat alone; a party sees its own."""
    return reach.secretariat and reach.covers(circular)


def may_see_board(reach: Reach, circular: "Circular") -> Verdict:
    """See which parties have not replied: the secretariat and the Presidency."""
    if (reach.secretariat or reach.presidency) and reach.covers(circular):
        return ALLOWED
    return refused(_("Which parties have not replied is seen by the secretariat and the Presidency."))


def is_reserved(circular: "Circular") -> bool:
    """Whether its form asks for what observers may not give by themselves."""
    return any(one["kind"] in RESERVED_TO_MEMBERS for one in circular.reply_form)


def is_kept_for_members(circular: "Circular") -> bool:
    """Whether nothing is awaited of observers, since the Presidency did not allow them what is reserved to members."""
    return is_reserved(circular) and circular.observers_allowed_at is None


def may_reply(
    reach: Reach, circular: "Circular", party: Party, *, addressed: bool, standing: str | None
) -> Verdict:
    """Reply for this party, or go on with its draft.

    Args:
        addressed: whether it was sent to the party. standing: how the party takes part today; None where it does not.
    """
    if party.pk not in reach.parties or standing is None:
        return refused(_("You reply for a party for which you sit."))
    if not addressed:
        return refused(_("This circular was not sent to %(party)s.") % {"party": party})
    if not circular.asks_reply:
        return refused(_("This circular asks for no reply."))
    if circular.state == State.CLOSED:
        return refused(
            _(
                "The secretariat has closed this circular; your draft stays. Ask it to take your reply all the same."
            )
        )
    if circular.state != State.SENT:
        return refused(_("This circular was cancelled; no reply is needed."))
    if is_kept_for_members(circular) and standing != StandingKind.MEMBER:
        return refused(OBSERVERS)
    if circular.answering == Answering.FOCAL_POINT and not speaks_for(reach, party):
        return refused(_("The focal point of %(party)s replies to this circular.") % {"party": party})
    return ALLOWED


def speaks_for(reach: Reach, party: Party) -> bool:
    """Whether this person is the party's focal point: who manages its people."""
    return any(one == Permission.MANAGE_OWN_PEOPLE and of == party.pk for one, of, _room in reach.permissions)


def may_withdraw(reach: Reach, circular: "Circular", reply: "Reply", *, at: dt.datetime) -> Verdict:
    """Take a reply back: its party, until the date."""
    if reply.party_id not in reach.parties:
        return refused(_("Only the party that replied withdraws its reply."))
    if reply.state != "sent":
        return refused(_("This reply does not stand any more."))
    if circular.state != State.SENT or circular.is_late(at):
        return refused(_("The date is over: send a new reply instead, it is kept and marked late."))
    if circular.answering == Answering.FOCAL_POINT and not speaks_for(reach, reply.party):
        return refused(_("The focal point of %(party)s replies to this circular.") % {"party": reply.party})
    return ALLOWED


def _may_handle(reach: Reach, circular: "Circular") -> Verdict:
    """Prepare what the person sees."""
    if not reach.covers(circular):
        return refused(NO_SUCH)
    return may_prepare(reach, circular.room)


def _may_in(reach: Reach, circular: "Circular", states: set[State], sentence: object) -> Verdict:
    handled = _may_handle(reach, circular)
    if handled and circular.state not in states:
        return refused(sentence)  # type: ignore[arg-type]
    return handled
