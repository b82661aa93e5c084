"""What a party notes about what is asked of it."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from puebla.accounts.models import Person
from puebla.core import journal
from puebla.core.asks import Ask
from puebla.core.verdicts import RefusedError, require, require_unchanged
from puebla.intranet import rules
from puebla.intranet.models import Handling
from puebla.members.models import Party, Seat
from puebla.members.querysets import reach_of, today


@transaction.atomic
def note(
    *, ask: Ask, party: Party, assigned_to: Person | None, remind_on: dt.date | None, revision: int, by: Person,
    at: dt.datetime,
) -> Handling:  # fmt: skip
    """Note who of the party handles something, and on which day they are reminded.

    Args:
        revision: of the note that the form was filled from; 0 where there was none.

    Raises:
        RefusedError: where the person does not sit for the party, or the day has passed.
        StaleError: where somebody else noted something meanwhile.
    """
    require(rules.may_note(reach_of(by, at), party))
    if assigned_to is not None and not _sits_for(assigned_to, party, at):
        raise RefusedError(
            _("%(name)s does not sit for %(party)s.") % {"name": assigned_to, "party": party},
            field="assigned_to",
        )
    row = _locked(ask, party, revision)
    if remind_on is not None and remind_on != row.remind_on and remind_on <= today(at):
        raise RefusedError(_("Choose a day that is still to come."), field="remind_on")
    if remind_on != row.remind_on:
        row.reminded_at = None
    row.assigned_to, row.remind_on = assigned_to, remind_on
    return _saved(row, "ask.noted", ask, by=by, at=at)


@transaction.atomic
def set_aside(*, ask: Ask, party: Party, reason: str, revision: int, by: Person, at: dt.datetime) -> Handling:
    """Say that something does not apply to the party, and why; it stays on the list, with the reason.

    Raises:
        RefusedError: where it is not the person's to say, it was answered, or there is no reason.
    """
    row = _locked(ask, party, revision)
    require(rules.may_set_aside(reach_of(by, at), party, ask.state(at)))
    if not reason.strip():
        raise RefusedError(_("Say in a few words why it does not apply."), field="reason")
    row.not_applicable_at, row.not_applicable_by, row.reason = at, by, reason.strip()[:500]
    return _saved(row, "ask.set_aside", ask, by=by, at=at)


@transaction.atomic
def take_up_again(*, ask: Ask, party: Party, revision: int, by: Person, at: dt.datetime) -> Handling:
    """Take back that something does not apply."""
    row = _locked(ask, party, revision)
    require(rules.may_set_aside(reach_of(by, at), party, ask.state(at)))
    row.not_applicable_at, row.not_applicable_by, row.reason = None, None, ""
    return _saved(row, "ask.taken_up", ask, by=by, at=at)


def _sits_for(person: Person, party: Party, at: dt.datetime) -> bool:
    return Seat.objects.effective(at).filter(person=person, party=party).exists()


def _locked(ask: Ask, party: Party, revision: int) -> Handling:
    """The party's note about this, held until the act is done; a new one where there was none."""
    # Two who write the first note at once wait for each other here.
    Party.objects.select_for_update().get(pk=party.pk)
    row = Handling.objects.select_for_update().filter(source=ask.source, asked=ask.ref, party=party).first()
    row = row or Handling(source=ask.source, asked=ask.ref, party=party, revision=0)
    require_unchanged(row, revision)
    return row


def _saved(row: Handling, act: str, ask: Ask, *, by: Person, at: dt.datetime) -> Handling:
    row.revision += 1
    row.changed_at, row.changed_by = at, by
    row.save()
    # Of a sealed room not even the name of what is asked stands in a journal outside it.
    journal.record(
        act,
        at=at,
        person=by,
        party_code=row.party.code,
        subject_ref="" if ask.sealed else ask.cites,
        facts={},
    )
    return row
