"""One form from what is known: a delegate who was accredited is registered."""

import datetime as dt
from typing import Any

from django.db import transaction

from puebla.accounts.models import Person
from puebla.core.verdicts import require, require_unchanged
from puebla.meetings.actions.delegations.nominating import write
from puebla.meetings.actions.delegations.rows import locked, step, tell_journal
from puebla.meetings.models import Delegate
from puebla.meetings.rules import delegations as rules
from puebla.members.querysets import reach_of


@transaction.atomic
def register(
    *, delegate: Delegate, values: dict[str, Any], consents: bool, revision: int, by: Person, at: dt.datetime
) -> Delegate:
    """Register: what is known was looked through and completed, and whether the name may be published was said.

    Args:
        values: those of `nominating.FIELDS` that were said; the role stays the delegation's matter.
    """
    row = locked(delegate)
    require(rules.may_register(reach_of(by, at), by, row))
    require_unchanged(row, revision)
    write(row, {name: value for name, value in values.items() if name != "role"}, at=at)
    row.consent_at, row.consent_by = (at, by) if consents else (None, None)
    step(row, Delegate.State.REGISTERED, by=by, at=at, fields=("consent_at", "consent_by"))
    tell_journal("delegate.registered", row, by=by, at=at, facts={"consents": consents})
    return row
