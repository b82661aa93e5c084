"""May it be done to a delegation and its delegates, and why not."""

import datetime as dt
from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from puebla.accounts.models import Person
from puebla.core.verdicts import ALLOWED, Verdict, refused
from puebla.core.words import fold
from puebla.meetings.models import Convening, Delegate, Delegation, Session
from puebla.meetings.querysets.delegations import ACTIVE, LISTED, invited_standings
from puebla.meetings.rules import may_run
from puebla.members.models import Audience, Party, Permission, Seat, StandingKind
from puebla.members.querysets import Reach
from puebla.members.rules import manages_all, permissions_for, standing_of

State = Delegate.State
OBSERVING = frozenset({
    StandingKind.OBSERVER_STATE.value, StandingKind.OBSERVER_ORGANISATION.value, StandingKind.CIVIL_SOCIETY.value
})  # fmt: skip
#: From which states a delegate passes into each. Nobody comes to the door who was not accredited after the last refusal.
BEFORE: dict[str, tuple[str, ...]] = {
    State.NOMINATED: (State.WITHDRAWN, State.REFUSED),
    State.ACCREDITED: (State.NOMINATED,),
    State.REGISTERED: (State.ACCREDITED,),
    State.PRESENT: (State.ACCREDITED, State.REGISTERED),
    State.WITHDRAWN: (State.NOMINATED, State.ACCREDITED, State.REGISTERED),
    State.REFUSED: (State.NOMINATED, State.ACCREDITED, State.REGISTERED),
}


def passes(delegate: Delegate, state: str) -> Verdict:
    """Whether this step is one that exists."""
    if delegate.state in BEFORE[state]:
        return ALLOWED
    return refused(
        _("%(name)s is “%(now)s”; from there nobody becomes “%(then)s”.")
        % {"name": delegate, "now": State(delegate.state).label, "then": State(state).label}
    )


def is_closed(convening: Convening) -> Verdict:
    """Nothing changes after the end."""
    if convening.state == Convening.State.CLOSED:
        return refused(_("The meeting is closed; who came stays as it was."))
    return ALLOWED


def standing_at(convening: Convening, party: Party) -> str | None:
    """How the party takes part on the meeting's first day."""
    return standing_of(party, on=convening.meeting.starts_on)


# The party -------------------------------------------------------------------------------------------------------------


def nominates_for(reach: Reach, convening: Convening, party: Party, standing: str | None) -> bool:
    """Whether the person names this party's people.

    Its focal point does; of observers and civil society whoever sits for them, since the secretariat reviews whom they name;
    in a sealed body who sits there for the party, since nobody else may know of its meetings. The secretariat enters what
    reaches it on paper.
    """
    if Permission.MANAGE_OWN_PEOPLE in permissions_for(reach, party):
        return True
    if standing in OBSERVING and party.pk in reach.parties:
        return True
    room = convening.meeting.body.room
    if room.sealed and any(of == party.pk and at == room.pk for _one, of, at in reach.permissions):
        return True
    return manages_all(reach)


def named_by(reach: Reach, convenings: Iterable[Convening]) -> set[int]:
    """The parties whose people the person names for any of these meetings, the secretariat's help on paper apart."""
    focal = {party for one, party, _room in reach.permissions if one == Permission.MANAGE_OWN_PEOPLE}
    observing = set(reach.parties) if not focal and reach.rung > Audience.MEMBERS else set()
    sealed = {one.meeting.body.room_id for one in convenings if one.meeting.body.room.sealed}
    return focal | observing | {party for _one, party, room in reach.permissions if room in sealed}


def may_nominate(reach: Reach, convening: Convening, party: Party, delegation: Delegation | None) -> Verdict:
    """Name people of this party for the meeting."""
    standing = standing_at(convening, party)
    if not nominates_for(reach, convening, party, standing):
        return refused(_("People of %(party)s are nominated by its own focal point.") % {"party": party})
    if convening.meeting.draft:
        return refused(_("The meeting is still a draft. People are nominated once it is announced."))
    if convening.state == Convening.State.CLOSED:
        return refused(_("The meeting is closed; nobody is nominated any more."))
    if standing is None:
        return refused(
            _("%(party)s has no standing in the process at the time of the meeting.") % {"party": party}
        )
    if delegation is None and standing not in invited_standings(convening):
        return refused(_("%(party)s is not invited to this meeting. Ask the secretariat.") % {"party": party})
    return ALLOWED


def is_of_party(person: Person, party: Party, *, at: dt.datetime) -> Verdict:
    """Somebody with an account is nominated by the party for which they sit."""
    if Seat.objects.effective(at).filter(person=person, party=party).exists():
        return ALLOWED
    return refused(
        _("%(name)s does not sit for %(party)s; each party nominates its own people.")
        % {"name": person.full_name, "party": party}
    )


def quota_of(convening: Convening, delegation: Delegation, standing: str | None) -> int | None:
    """How many this delegation may be; None without a limit."""
    if delegation.quota is not None:
        return delegation.quota
    quota = convening.quotas.get(standing or "")
    return int(quota) if quota is not None else None


def has_room(convening: Convening, delegation: Delegation, standing: str | None) -> Verdict:
    """Whether one more fits into the delegation's quota; the caller holds the delegation's row."""
    quota = quota_of(convening, delegation, standing)
    active = delegation.delegates.filter(state__in=ACTIVE).count()
    if quota is None or active < quota:
        return ALLOWED
    return refused(
        ngettext(
            "A delegation of %(party)s may be %(quota)d person at this meeting, and %(active)d is named already. Withdraw"
            " somebody first, or ask the secretariat for one more place.",
            "A delegation of %(party)s may be %(quota)d persons at this meeting, and %(active)d are named already. Withdraw"
            " somebody first, or ask the secretariat for one more place.",
            quota,
        )
        % {"party": delegation.party, "quota": quota, "active": active}
    )


def may_lead(delegation: Delegation, role: str, *, besides: int | None = None) -> Verdict:
    """A delegation has one head."""
    if role != Delegate.Role.HEAD:
        return ALLOWED
    heads = delegation.delegates.filter(role=role, state__in=ACTIVE)
    head = next((one for one in heads if one.pk != besides), None)
    if head is None:
        return ALLOWED
    return refused(
        _("%(name)s heads this delegation already. Give them another role first.") % {"name": head}
    )


def is_same_person(delegate: Delegate, name: str) -> Verdict:
    """A name that was accredited is corrected, not put on somebody else: one word of it stays."""
    if (
        delegate.state not in LISTED
        or not name
        or set(fold(name).split()) & set(fold(delegate.full_name).split())
    ):
        return ALLOWED
    return refused(
        _(
            "%(name)s was accredited, and this is another name. Withdraw %(name)s and nominate who comes instead."
        )
        % {"name": delegate}
    )


def keeps(reach: Reach, person: Person, delegate: Delegate) -> bool:
    """Whether the person sees and changes what is personal: the delegate, who nominates for the party, who convenes."""
    return (delegate.person_id is not None and delegate.person_id == person.pk) or gives_role(reach, delegate)


def gives_role(reach: Reach, delegate: Delegate) -> bool:
    """Whether the person says which role a delegate has, and with it who speaks for the party: never the delegate alone."""
    convening, party = delegate.convening, delegate.delegation.party
    if may_run(reach, convening.meeting):
        return True
    return nominates_for(reach, convening, party, standing_at(convening, party))


def may_describe(reach: Reach, person: Person, delegate: Delegate) -> Verdict:
    """Change what is known of a delegate."""
    if not keeps(reach, person, delegate):
        return refused(_("What is known of a delegate is changed by themselves and their focal point."))
    if delegate.purged_at is not None:
        return refused(_("The personal data of this delegate were deleted after the meeting."))
    if not delegate.is_active:
        return refused(_("%(name)s does not come to this meeting.") % {"name": delegate})
    return is_closed(delegate.convening)


def may_consent(reach: Reach, person: Person, delegate: Delegate) -> Verdict:
    """Say, or take back, that the name may be published; also after the meeting."""
    if not keeps(reach, person, delegate):
        return refused(_("What is known of a delegate is changed by themselves and their focal point."))
    return ALLOWED


def may_register(reach: Reach, person: Person, delegate: Delegate) -> Verdict:
    """Register somebody who was accredited: themselves, their focal point, or who convenes."""
    if not keeps(reach, person, delegate):
        return refused(_("A delegate is registered by themselves or by their focal point."))
    return is_closed(delegate.convening) and passes(delegate, State.REGISTERED)


def may_withdraw(reach: Reach, person: Person, delegate: Delegate) -> Verdict:
    """Say that a delegate does not come."""
    if not keeps(reach, person, delegate):
        return refused(_("A delegate is withdrawn by themselves or by their focal point."))
    if delegate.state == State.PRESENT:
        return refused(
            _("%(name)s is present. Undo the check-in first where it was a mistake.") % {"name": delegate}
        )
    return is_closed(delegate.convening) and passes(delegate, State.WITHDRAWN)


# Who convenes ----------------------------------------------------------------------------------------------------------


def may_invite(reach: Reach, convening: Convening) -> Verdict:
    """Invite a party by name, or change its quota."""
    return may_run(reach, convening.meeting) and is_closed(convening)


def may_review(reach: Reach, delegate: Delegate) -> Verdict:
    """Review somebody whom an observer or an organisation of civil society named."""
    if not reach.secretariat or not may_run(reach, delegate.convening.meeting):
        return refused(_("Observers' and civil society's people are reviewed by the secretariat."))
    if standing_at(delegate.convening, delegate.delegation.party) not in OBSERVING:
        return refused(_("Member states' people need no review."))
    if delegate.state != State.NOMINATED or delegate.reviewed_at is not None:
        return refused(_("There is nothing left to review."))
    return is_closed(delegate.convening)


def may_accredit(reach: Reach, delegate: Delegate) -> Verdict:
    """Accredit a delegate: who convenes does; of observers and civil society after the secretariat's review."""
    convening, party = delegate.convening, delegate.delegation.party
    if not may_run(reach, convening.meeting):
        return refused(_("Delegates are accredited by the secretariat and the Presidency."))
    found = is_closed(convening) and passes(delegate, State.ACCREDITED)
    if not found:
        return found
    if delegate.reviewed_at is None and standing_at(convening, party) in OBSERVING:
        return refused(_("The secretariat has not reviewed this nomination yet."))
    return ALLOWED


def may_refuse(reach: Reach, delegate: Delegate) -> Verdict:
    """Refuse a delegate, or take an accreditation back."""
    if not may_run(reach, delegate.convening.meeting):
        return refused(_("Delegates are accredited by the secretariat and the Presidency."))
    return is_closed(delegate.convening) and passes(delegate, State.REFUSED)


def may_check_letter(reach: Reach, delegation: Delegation) -> Verdict:
    """Say that the letter of credentials is in order."""
    if not may_run(reach, delegation.convening.meeting):
        return refused(_("Credentials are checked by the secretariat and the Presidency."))
    if delegation.letter_at is None:
        return refused(_("There is no letter yet."))
    return ALLOWED


# The door --------------------------------------------------------------------------------------------------------------


def may_keep_door(reach: Reach, convening: Convening, session: Session | None = None) -> Verdict:
    """Check people in: who convenes does; into a closed session who convenes and sits in its room."""
    allowed = may_run(reach, convening.meeting)
    if not allowed:
        return allowed
    if session is not None and session.room.sealed and session.room_id not in reach.rooms:
        return refused(_("There is no such session."))
    if convening.state not in {Convening.State.CONVENED, Convening.State.IN_SESSION}:
        return refused(_("People are checked in once the meeting is convened, until it is closed."))
    if session is not None and session.cancelled_at is not None:
        return refused(_("This session was cancelled."))
    return ALLOWED


def may_check_in(reach: Reach, delegate: Delegate, session: Session | None) -> Verdict:
    """Check this delegate in."""
    allowed = may_keep_door(reach, delegate.convening, session)
    if not allowed:
        return allowed
    if session is not None and session.convening_id != delegate.convening_id:
        return refused(_("There is no such session."))
    if delegate.state not in {State.ACCREDITED, State.REGISTERED, State.PRESENT}:
        return refused(
            _("%(name)s is “%(state)s” and not accredited: ask the secretariat before you let them in.")
            % {"name": delegate, "state": State(delegate.state).label}
        )
    standing = standing_at(delegate.convening, delegate.delegation.party)
    if session is not None and session.room.sealed and standing in OBSERVING:
        return refused(_("Observers have no seat in a closed session."))
    return ALLOWED
