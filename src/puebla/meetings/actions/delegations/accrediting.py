"""Who convenes invites, checks letters, reviews, accredits, refuses."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from puebla.accounts.models import Person
from puebla.core.verdicts import RefusedError, require
from puebla.meetings.actions.convening import describe
from puebla.meetings.actions.delegation_mail import ask_for_nominations, tell_accredited, tell_refused
from puebla.meetings.actions.delegations.rows import (
    delegation_of,
    locked,
    locked_delegation,
    step,
    tell_journal,
)
from puebla.meetings.models import Convening, Delegate, Delegation
from puebla.meetings.rules import delegations as rules
from puebla.members.models import Party
from puebla.members.querysets import reach_of

MOST_DAYS = 3650


def set_quotas(
    *, convening: Convening, quotas: dict[str, int | None], nominate_by: dt.date | None, keep_days: int, revision: int,
    by: Person, at: dt.datetime,
) -> Convening:  # fmt: skip
    """Say how many each delegation may be, by standing, until when they are named, how long personal data are kept."""
    if not 1 <= keep_days <= MOST_DAYS:
        raise RefusedError(_("Keep personal data for 1 to 3650 days after the meeting."), field="keep_days")
    figures = {kind: count for kind, count in quotas.items() if count is not None}
    values = {"quotas": figures, "nominate_by": nominate_by, "keep_days": keep_days}
    return describe(convening=convening, values=values, revision=revision, by=by, at=at)


@transaction.atomic
def invite_party(
    *, convening: Convening, party: Party, by: Person, at: dt.datetime, quota: int | None = None
) -> Delegation:
    """Invite a party by name, beside those invited by their standing, or give a delegation a quota of its own."""
    convening = Convening.objects.select_related("meeting__body__room").get(pk=convening.pk)
    require(rules.may_invite(reach_of(by, at), convening))
    if rules.standing_at(convening, party) is None:
        raise RefusedError(
            _("%(party)s has no standing in the process at the time of the meeting.") % {"party": party},
            field="party",
        )
    row = delegation_of(convening, party, at=at)
    new = row.invited_at is None
    row.quota, row.changed_at = quota, at
    row.revision += 1
    if new:
        row.invited_at, row.invited_by = at, by
    row.save()
    if new and not convening.meeting.draft and convening.state != Convening.State.ANNOUNCED:
        ask_for_nominations(convening, at=at, parties=[party])
    tell_journal("delegation.invited", row, by=by, at=at, facts={"quota": quota})
    return row


@transaction.atomic
def check_letter(*, delegation: Delegation, in_order: bool, by: Person, at: dt.datetime) -> Delegation:
    """Keep that the letter of credentials is in order, or that it is not after all."""
    row = locked_delegation(delegation)
    require(rules.may_check_letter(reach_of(by, at), row))
    if in_order != (row.letter_checked_at is not None):
        row.letter_checked_at, row.letter_checked_by = (at, by) if in_order else (None, None)
        row.changed_at = at
        row.revision += 1
        row.save()
        tell_journal("delegation.letter_checked", row, by=by, at=at, facts={"in_order": in_order})
    return row


@transaction.atomic
def review(*, delegate: Delegate, by: Person, at: dt.datetime) -> Delegate:
    """The secretariat has looked at somebody whom an observer or civil society named: may be accredited."""
    row = locked(delegate)
    require(rules.may_review(reach_of(by, at), row))
    row.reviewed_at, row.reviewed_by, row.changed_at = at, by, at
    row.save(update_fields=["reviewed_at", "reviewed_by", "changed_at"])
    tell_journal("delegate.reviewed", row, by=by, at=at)
    return row


@transaction.atomic
def accredit(*, delegate: Delegate, by: Person, at: dt.datetime) -> Delegate:
    """Accredit a delegate, who is told, and whose focal point registers them."""
    row = locked(delegate)
    require(rules.may_accredit(reach_of(by, at), row))
    step(row, Delegate.State.ACCREDITED, by=by, at=at)
    tell_accredited(row, at=at)
    tell_journal("delegate.accredited", row, by=by, at=at)
    return row


@transaction.atomic
def refuse(*, delegate: Delegate, reason: str, by: Person, at: dt.datetime) -> Delegate:
    """Refuse a delegate, or take an accreditation back; the reason is read by the delegate and their party."""
    row = locked(delegate)
    require(rules.may_refuse(reach_of(by, at), row))
    if len(reason.strip()) < 5:
        raise RefusedError(_("Write the reason: the delegation will read it."), field="reason")
    was = row.state
    step(row, Delegate.State.REFUSED, by=by, at=at, reason=reason.strip()[:500])
    tell_refused(row, at=at)
    tell_journal("delegate.refused", row, by=by, at=at, facts={"before": was})
    return row
