"""May a meeting's programme be shown to the public, and why not."""

from django.utils.translation import gettext_lazy as _

from puebla.core.verdicts import ALLOWED, Verdict, refused
from puebla.meetings.models import Convening, ProgrammeRelease
from puebla.members.models import Audience, Permission
from puebla.members.querysets import Reach


def may_release(reach: Reach, convening: Convening) -> Verdict:
    """Show the public what was chosen of the meeting, or show it anew."""
    if not reach.secretariat or not reach.may(Permission.RELEASE):
        return refused(_("Releasing to the public is done by the secretariat."))
    room = convening.meeting.body.room
    if room.sealed or room.cap < Audience.PUBLIC:
        return refused(_("Nothing of “%(room)s” can become public.") % {"room": room})
    if convening.meeting.draft:
        return refused(_("The meeting is still a draft. Announce it first: the public does not know of it."))
    return ALLOWED


def may_withdraw(reach: Reach, convening: Convening) -> Verdict:
    """Take the programme back from the public."""
    if not reach.secretariat or not reach.may(Permission.RELEASE):
        return refused(_("Withdrawing from the public is done by the secretariat."))
    if not ProgrammeRelease.objects.filter(convening=convening, withdrawn_at=None).exists():
        return refused(_("The programme of this meeting is not on the public site."))
    return ALLOWED
