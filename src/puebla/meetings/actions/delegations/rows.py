"""What all acts on delegations share: rows locked, steps kept, the journal's line."""

import datetime as dt
from typing import Any

from puebla.accounts.models import Person
from puebla.core import journal
from puebla.meetings.models import Convening, Delegate, DelegateStep, Delegation
from puebla.meetings.querysets.delegations import LISTED
from puebla.members.models import Party, Room
from puebla.publications.actions.programmes import forget_participant


def locked(delegate: Delegate) -> Delegate:
    """The delegate's row and that of the delegation, locked in this order until the transaction ends.

    The delegation first: whoever counts its people, or looks for its head, waits for the other.
    """
    Delegation.objects.select_for_update().get(pk=delegate.delegation_id)
    return (
        Delegate.objects.select_for_update(of=("self",))
        .select_related("convening__meeting__body__room", "delegation__party", "person")
        .get(pk=delegate.pk)
    )


def locked_delegation(delegation: Delegation) -> Delegation:
    """The delegation's row, locked until the transaction ends."""
    return (
        Delegation.objects.select_for_update(of=("self",))
        .select_related("convening__meeting__body__room", "party")
        .get(pk=delegation.pk)
    )


def delegation_of(convening: Convening, party: Party, *, at: dt.datetime) -> Delegation:
    """The party's delegation at the meeting, made where it is the first that is heard of it; locked."""
    row, _made = Delegation.objects.get_or_create(
        convening=convening, party=party, defaults={"changed_at": at}
    )
    return locked_delegation(row)


def step(
    delegate: Delegate, state: str, *, by: Person | None, at: dt.datetime, reason: str = "",
    fields: tuple[str, ...] = (),
) -> None:  # fmt: skip
    """Bring the delegate into this state and keep that it was done; the rule has been asked."""
    delegate.state, delegate.reason, delegate.changed_at = state, reason, at
    delegate.revision += 1
    delegate.save(update_fields=["state", "reason", "changed_at", "revision", *fields])
    DelegateStep.objects.create(delegate=delegate, state=state, at=at, by=by, reason=reason)
    if state not in LISTED or delegate.consent_at is None:
        take_from_public(delegate, at=at)


def take_from_public(delegate: Delegate, *, at: dt.datetime) -> None:
    """Take the name from the public programme at once: it may be published only while its bearer agrees and takes part."""
    forget_participant(symbol=delegate.convening.symbol, ref=delegate.ref, at=at)


def tell_journal(
    act: str, row: Delegate | Delegation, *, by: Person | None, at: dt.datetime, room: Room | None = None,
    facts: dict[str, Any] | None = None,
) -> None:  # fmt: skip
    """The journal's line: without names, which stand in the record and are purged there.

    Args:
        room: where it is another than the meeting's own: of a closed session.
    """
    delegation = row.delegation if isinstance(row, Delegate) else row
    facts = {"meeting": row.convening.symbol, **(facts or {})}
    journal.record(act, at=at, person=by, subject=row, room=room or row.convening.meeting.body.room,
                   party_code=delegation.party.code, facts=facts)  # fmt: skip
