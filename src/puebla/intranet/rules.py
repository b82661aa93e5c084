"""May a party's list of what is asked be seen, and noted on, and why not."""

from django.utils.translation import gettext_lazy as _

from puebla.core.asks import WAITING, State
from puebla.core.verdicts import ALLOWED, Verdict, refused
from puebla.members.models import Party, Permission
from puebla.members.querysets import MEMBERS, Reach


def may_see_all(reach: Reach) -> Verdict:
    """See the lists of all parties: the secretariat and the Presidency, so that they can help; nobody else compares."""
    if reach.secretariat or reach.presidency:
        return ALLOWED
    return refused(_("What is asked of other parties is seen by the secretariat and the Presidency."))


def may_see(reach: Reach, party: Party) -> Verdict:
    """See what is asked of this party."""
    return ALLOWED if party.pk in reach.parties else may_see_all(reach)


def may_note(reach: Reach, party: Party) -> Verdict:
    """Note who handles something, and when to be reminded: whoever sits for the party."""
    if party.pk in reach.parties:
        return ALLOWED
    return refused(_("People of %(party)s alone note who handles what is asked of it.") % {"party": party})


def may_set_aside(reach: Reach, party: Party, state: State) -> Verdict:
    """Say that something does not apply: for a state its focal point or who writes for it, for others whoever sits for them."""
    noted = may_note(reach, party)
    if not noted:
        return noted
    speaks = any(
        of == party.pk and one in {Permission.MANAGE_OWN_PEOPLE, Permission.FILE_OWN}
        for one, of, _room in reach.permissions
    )
    if not speaks and reach.rung <= MEMBERS:
        return refused(_("The focal point of %(party)s says what does not apply to it.") % {"party": party})
    if state not in WAITING and state != State.NOT_APPLICABLE:
        return refused(_("It was answered, or is over: there is nothing left to set aside."))
    return ALLOWED
