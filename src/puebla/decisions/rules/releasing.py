"""May a decision be shown to the public, and why not."""

from django.utils.translation import gettext as _

from puebla.core.verdicts import ALLOWED, Verdict, refused
from puebla.decisions.models import Decision
from puebla.decisions.rules import NO_SUCH
from puebla.members.models import Audience, Permission
from puebla.members.querysets import Reach


def may_release(reach: Reach, decision: Decision) -> Verdict:
    """Show the public the words that were adopted, or show them anew as they stand now."""
    if not reach.covers(decision.text):
        return refused(NO_SUCH)
    if not reach.secretariat or not reach.may(Permission.RELEASE):
        return refused(_("Releasing to the public is done by the secretariat."))
    room = decision.text.room
    if room.sealed or room.cap < Audience.PUBLIC:
        return refused(_("Nothing of “%(room)s” can become public.") % {"room": room})
    if decision.state != Decision.State.ADOPTED:
        return refused(
            _("Only what was adopted becomes public. Drafts, proposals and positions stay inside.")
        )
    if not decision.text.symbol:
        return refused(_("File it first: its symbol is its address on the public site."))
    return ALLOWED


def may_withdraw(reach: Reach, decision: Decision) -> Verdict:
    """Take the words back from the public."""
    if not reach.covers(decision.text):
        return refused(NO_SUCH)
    if not reach.secretariat or not reach.may(Permission.RELEASE):
        return refused(_("Withdrawing from the public is done by the secretariat."))
    if decision.released_at is None:
        return refused(_("This decision is not on the public site."))
    return ALLOWED
