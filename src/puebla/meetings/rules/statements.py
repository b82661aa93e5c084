"""May it be done to statements, the list of speakers, and interpreters' links, and why not."""

import datetime as dt
from typing import Any

from django.utils.translation import gettext_lazy as _

from puebla.accounts.models import Person
from puebla.core.verdicts import ALLOWED, Verdict, refused
from puebla.documents.rules import may_file as may_file_paper
from puebla.meetings.models import (
    AgendaItem,
    Convening,
    Delegate,
    InterpretersLink,
    ItemOpening,
    Session,
    Statement,
)
from puebla.meetings.querysets.delegations import ACTIVE, STANDINGS
from puebla.meetings.rules import may_run
from puebla.meetings.rules.delegations import OBSERVING, standing_at
from puebla.members.models import Audience, Party, Permission
from puebla.members.querysets import Reach
from puebla.members.rules import chairs, permissions_for

State = Statement.State
#: Roles in a delegation that speak for it.
SPEAKING = (Delegate.Role.HEAD, Delegate.Role.ALTERNATE, Delegate.Role.MEMBER)
#: What the Presidency's exception must say for an observer to take the floor.
FLOOR = (ItemOpening.What.SPEAK, ItemOpening.What.DRAFT)
#: In these states of a meeting somebody speaks, or it is noted afterwards that they did.
HELD = frozenset({Convening.State.CONVENED, Convening.State.IN_SESSION, Convening.State.CLOSED})
NO_ITEM = _("There is no such item.")
NO_STATEMENT = _("There is no such statement.")


def speaks_for(reach: Reach, person: Person, convening: Convening, party: Party) -> bool:
    """Whether the person sends this party's statements.

    Its focal point and whoever files its papers do; of observers and civil society, who file none, whoever sits for them;
    and the head, alternates and delegates of its delegation to the meeting.
    """
    if permissions_for(reach, party) & {Permission.MANAGE_OWN_PEOPLE.value, Permission.FILE_OWN.value}:
        return True
    if party.pk in reach.parties and standing_at(convening, party) in OBSERVING:
        return True
    return Delegate.objects.filter(
        convening=convening, person=person, delegation__party=party, role__in=SPEAKING, state__in=ACTIVE
    ).exists()


def runs(reach: Reach, item: AgendaItem) -> Verdict:
    """Keep the list of speakers under this item; in a closed session who sits there."""
    if item.room.sealed and item.room_id not in reach.rooms:
        return refused(NO_ITEM)
    return may_run(reach, item.convening.meeting)


def reads_for_the_booth(reach: Reach, session: Session) -> bool:
    """Whether somebody with an account reads the interpreters' view: the secretariat; of a closed session with a seat there."""
    if session.room.sealed and session.room_id not in reach.rooms:
        return False
    return reach.secretariat and reach.covers(session)


def is_open(convening: Convening) -> Verdict:
    """Delegations ask for the floor from the announcement until the meeting is closed."""
    if convening.meeting.draft:
        return refused(_("The meeting is still a draft. The list of speakers opens once it is announced."))
    if convening.state == Convening.State.CLOSED:
        return refused(
            _("The meeting is closed, and with it the list of speakers. Send the text to the secretariat.")
        )
    return ALLOWED


def may_speak(item: AgendaItem, party: Party) -> Verdict:
    """Whether this party takes the floor under this item, whoever asks: members do; observers where the Presidency allows it."""
    standing = standing_at(item.convening, party)
    if standing is None:
        return refused(
            _("%(party)s has no standing in the process at the time of the meeting.") % {"party": party}
        )
    if standing not in OBSERVING:
        return ALLOWED
    if item.room.sealed:
        return refused(_("Observers have no seat in a closed session."))
    if item.openings.filter(party=party, what__in=FLOOR).exists():
        return ALLOWED
    return refused(
        _("Observers follow the discussion; they take the floor only where the Presidency allows it for that item.")
    )  # fmt: skip


def voices(reach: Reach, person: Person, convening: Convening) -> dict[int, bool]:
    """The own parties for which the person speaks here, and of each whether it needs the Presidency's exception for an item."""
    standing: Any = Party.objects.standing(STANDINGS, on=convening.meeting.starts_on)
    own = standing.filter(pk__in=sorted(reach.parties))
    return {
        one.pk: one.standing_kind in OBSERVING for one in own if speaks_for(reach, person, convening, one)
    }


def offers_floor(reach: Reach, item: AgendaItem, own: dict[int, bool]) -> bool:
    """Whether a page offers the floor under this item to who has these voices, or keeps the list; the form asks `may_send`."""
    if not is_open(item.convening):
        return False
    let = {one.party_id for one in item.openings.all() if one.what in FLOOR and not item.room.sealed}
    return bool(runs(reach, item)) or any(not observing or party in let for party, observing in own.items())


def may_send(reach: Reach, person: Person, item: AgendaItem, party: Party) -> Verdict:
    """Ask for the floor under this item, with the text or without; the secretariat enters what reaches it on paper."""
    knows = reach.covers(item) or item.openings.filter(party_id__in=reach.parties).exists()
    if not knows or item.removed_at is not None:
        return refused(NO_ITEM)
    found = is_open(item.convening)
    if not found:
        return found
    if not speaks_for(reach, person, item.convening, party) and not runs(reach, item):
        return refused(_("Your seat does not speak for %(party)s.") % {"party": party})
    return may_speak(item, party)


def may_write(reach: Reach, person: Person, statement: Statement) -> bool:
    """Whether the person gives the words: the party, or the secretariat on its behalf; the chair keeps the list alone."""
    if speaks_for(reach, person, statement.convening, statement.party):
        return reach.covers(statement)
    return reach.secretariat and bool(runs(reach, statement.item))


def may_revise(reach: Reach, person: Person, statement: Statement) -> Verdict:
    """Change a statement until it is delivered."""
    if not may_write(reach, person, statement):
        return refused(_("A statement is changed by the delegation that gives it."))
    if statement.state == State.DELIVERED:
        return refused(
            _("It was delivered: what was sent stays as it is. Write the text as delivered beside it.")
        )
    if statement.state == State.WITHDRAWN:
        return refused(_("It was withdrawn. Put it back first."))
    return is_open(statement.convening)


def may_word(reach: Reach, person: Person, statement: Statement) -> Verdict:
    """Write the text as delivered, where it differs from what was sent, or a language is added."""
    if not may_write(reach, person, statement):
        return refused(
            _("The text as delivered is given by the delegation that spoke, or by the secretariat.")
        )
    if statement.state != State.DELIVERED:
        return refused(_("It was not delivered yet."))
    if statement.document_id is not None:
        return refused(_("It was filed as a paper already: file another version there."))
    return ALLOWED


def may_withdraw(reach: Reach, person: Person, statement: Statement) -> Verdict:
    """Take it off the list before it is delivered: the delegation itself, or who keeps the list."""
    if not may_write(reach, person, statement) and not runs(reach, statement.item):
        return refused(_("A statement is withdrawn by the delegation that gives it."))
    if statement.state == State.DELIVERED:
        return refused(_("It was delivered; what was said is not withdrawn."))
    if statement.state == State.WITHDRAWN:
        return refused(_("It was withdrawn already."))
    return ALLOWED


def may_put_back(reach: Reach, person: Person, statement: Statement) -> Verdict:
    """Put a withdrawn one back at the end of the list: the delegation itself; who took it off the list for it, by mistake."""
    if statement.state != State.WITHDRAWN:
        return refused(_("It was not withdrawn."))
    gives = speaks_for(reach, person, statement.convening, statement.party) and reach.covers(statement)
    if not gives and not (took_off(person, statement) and runs(reach, statement.item)):
        return refused(
            _("It is put back by the delegation that gives it, or by whoever took it off the list.")
        )
    found = is_open(statement.convening)
    return found and may_speak(statement.item, statement.party)


def took_off(person: Person, statement: Statement) -> bool:
    """Whether this person withdrew it."""
    return statement.state == State.WITHDRAWN and statement.withdrawn_by_id == person.pk


def may_deliver(reach: Reach, statement: Statement) -> Verdict:
    """Note that it was delivered: who keeps the list does."""
    allowed = runs(reach, statement.item)
    if not allowed:
        return allowed
    if statement.convening.state not in HELD:
        return refused(_("Nobody has spoken yet: the meeting is not convened."))
    if statement.state == State.WITHDRAWN:
        return refused(_("It was withdrawn. Put it back first."))
    return ALLOWED


def may_undo(reach: Reach, statement: Statement) -> Verdict:
    """Take back that it was delivered, where that was a mistake."""
    allowed = runs(reach, statement.item)
    if not allowed:
        return allowed
    if statement.state != State.DELIVERED:
        return refused(_("It was not delivered yet."))
    if statement.document_id is not None:
        return refused(_("It was filed as a paper; it counts as delivered."))
    if statement.texts.filter(as_delivered=True).exists():
        return refused(_("The text as delivered was written; it counts as delivered."))
    return ALLOWED


def may_order(reach: Reach, statement: Statement) -> Verdict:
    """Move somebody in the list of those who wait."""
    allowed = runs(reach, statement.item)
    if not allowed:
        return allowed
    if statement.state != State.WAITING:
        return refused(_("Only those who wait have a place in the list."))
    return ALLOWED


def may_say_publishable(reach: Reach, person: Person, statement: Statement) -> Verdict:
    """Say, or take back, that the text may be published: the delegation that gives it, and nobody for it."""
    if not speaks_for(reach, person, statement.convening, statement.party) or not reach.covers(statement):
        return refused(_("Whether it may be published is said by the delegation that gives it."))
    if statement.room.sealed:
        return refused(_("Nothing of a closed session is published; only its released outcome is."))
    if statement.document_id is not None:
        return refused(
            _("It was filed as a paper on your word. Ask the secretariat to withdraw that from the public.")
        )
    return ALLOWED  # fmt: skip


def may_file(reach: Reach, statement: Statement) -> Verdict:
    """File it as a paper, from which it is released like any other."""
    if statement.room.sealed:
        return refused(_("Nothing of a closed session is published; only its released outcome is."))
    if not reach.secretariat:
        return refused(_("Statements are filed for release by the secretariat."))
    if statement.document_id is not None:
        return refused(_("It was filed already."))
    if statement.state != State.DELIVERED:
        return refused(_("It was not delivered yet."))
    if statement.publish_at is None:
        return refused(_("%(party)s has not said that it may be published.") % {"party": statement.party})
    if not statement.languages:
        return refused(_("No text came in."))
    if statement.room_cap < Audience.PUBLIC:
        return refused(_("Nothing of “%(room)s” can become public.") % {"room": statement.room})
    return may_file_paper(reach, statement.room, statement.party)


def parties_for(reach: Reach, person: Person, item: AgendaItem) -> list[Party]:
    """The parties for which the person may ask for the floor under this item, the own first: all that may speak for who keeps
    the list."""
    standing: Any = Party.objects.standing(STANDINGS, on=item.convening.meeting.starts_on).order_by("code")
    own = [one for one in standing.filter(pk__in=sorted(reach.parties)) if may_send(reach, person, item, one)]
    if not runs(reach, item) or not is_open(item.convening) or item.removed_at is not None:
        return own
    let = (
        set()
        if item.room.sealed
        else set(item.openings.filter(what__in=FLOOR).values_list("party", flat=True))
    )
    every = [one for one in standing if one.standing_kind not in OBSERVING or one.pk in let]
    return own + [one for one in every if one.pk not in {mine.pk for mine in own}]


# Interpreters ----------------------------------------------------------------------------------------------------------

#: So long after the session's end a link still opens: sessions run over.
RUNS_OVER = dt.timedelta(hours=4)
#: In a closed one less.
RUNS_OVER_CLOSED = dt.timedelta(hours=1)


def interpreted_until(session: Session) -> dt.datetime:
    """Until when the links of a session open."""
    return session.ends_at + (RUNS_OVER_CLOSED if session.room.sealed else RUNS_OVER)


def may_issue(reach: Reach, session: Session) -> Verdict:
    """Make a link for interpreters: the secretariat; of a closed session who sits there, or its chair."""
    if session.room.sealed and session.room_id not in reach.rooms:
        return refused(_("There is no such session."))
    if not (reach.secretariat and may_run(reach, session.convening.meeting)) and not leads(reach, session):
        return refused(_("Links for interpreters are given out by the secretariat."))
    if session.convening.meeting.draft:
        return refused(_("The meeting is still a draft. Announce it first."))
    if session.convening.state == Convening.State.CLOSED or session.cancelled_at is not None:
        return refused(_("This session is over or cancelled; nobody interprets in it."))
    return ALLOWED


def leads(reach: Reach, session: Session) -> bool:
    """Whether the person chairs the sealed room of this session."""
    return session.room.sealed and chairs(reach, session.room)


def may_confirm_link(reach: Reach, link: InterpretersLink, *, at: dt.datetime) -> Verdict:
    """Confirm a closed session's link: its chair and nobody else."""
    if link.state_at(at) != "waits":
        return refused(_("This link waits for nothing."))
    if not leads(reach, link.session):
        return refused(_("A link into a closed session is confirmed by its chair."))
    return ALLOWED


def may_end_link(reach: Reach, link: InterpretersLink) -> Verdict:
    """End a link at once: who could give it out."""
    session = link.session
    if session.room.sealed and session.room_id not in reach.rooms:
        return refused(_("There is no such session."))
    if leads(reach, session) or (reach.secretariat and may_run(reach, session.convening.meeting)):
        return ALLOWED
    return refused(_("Links for interpreters are given out by the secretariat."))
