"""May somebody look after the machine, and why not."""

from django.utils.translation import gettext_lazy as _

from puebla.core.verdicts import ALLOWED, Verdict, refused
from puebla.members.models import Permission
from puebla.members.querysets import Reach


def may_operate(reach: Reach) -> Verdict:
    """See the state of the machine, run failed jobs again and send mail again."""
    if reach.secretariat and reach.may(Permission.OPERATE):
        return ALLOWED
    return refused(_("The machine is looked after by the secretariat's information technology."))
