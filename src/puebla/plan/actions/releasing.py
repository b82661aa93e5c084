"""An edition's tracker shown to the public, and taken back."""

import datetime as dt
from collections.abc import Collection

from django.db import transaction
from django.utils.translation import gettext as _

from puebla.accounts.models import Person
from puebla.core import journal
from puebla.core.languages import Texts
from puebla.core.verdicts import RefusedError, StaleError, require
from puebla.members.querysets import reach_of
from puebla.plan import rules
from puebla.plan.actions.writing import locked
from puebla.plan.models import Plan, PlanRelease
from puebla.plan.querysets.public import chosen_facts, digest_of, facts_of
from puebla.publications.actions import plans as publications
from puebla.publications.models import PublicCommitment


@transaction.atomic
def release_plan(
    *,
    plan: Plan,
    commitments: Collection[str],
    money: bool,
    seen: str,
    reason: Texts,
    by: Person,
    at: dt.datetime,
) -> PlanRelease:
    """Copy what was chosen to the public site, in place of what stood there.

    Args:
        commitments: references of those chosen. seen: the digest of what the person was shown.
        reason: why those that the public read and that are chosen no more are withdrawn; needed where there are any.

    Raises:
        StaleError: something changed since; nothing becomes public unseen.
    """
    row = locked(plan)
    reach = reach_of(by, at)
    require(rules.may_release(reach, row))
    facts = chosen_facts(row, commitments, by, reach, money=money, at=at)
    if not facts:
        raise RefusedError(_("Nothing was chosen. Choose at least one commitment, or withdraw the edition."))
    if digest_of(facts) != seen:
        raise StaleError(
            _(
                "The plan was changed since you looked at it. See below what would become public now, then release it."
            )
        )
    standing = PublicCommitment.objects.filter(plan_code=row.code, withdrawn_at=None)
    if standing.exclude(code__in=[one["code"] for one in facts]).exists() and not any(reason.values()):
        raise RefusedError(
            _("Some commitments that the public reads are chosen no more. Say why: their place shows it."),
            field="reason",
        )
    publications.publish_plan(code=row.code, facts=facts_of(row), commitments=facts, reason=reason, at=at)
    kept, _made = PlanRelease.objects.update_or_create(
        plan=row,
        defaults={
            "commitments": sorted(commitments), "money": money, "released_at": at, "released_by": by, "withdrawn_at": None,
            "withdrawn_by": None,
        },
    )  # fmt: skip
    journal.record("plan.released", at=at, person=by, subject=row, room=row.room,
                   facts={"commitments": len(facts), "money": money})  # fmt: skip
    return kept


@transaction.atomic
def withdraw_plan(*, plan: Plan, reason: Texts, by: Person, at: dt.datetime) -> None:
    """Take the edition away from the public; its places say so, and why."""
    row = locked(plan)
    require(rules.may_withdraw(reach_of(by, at), row))
    if not any(reason.values()):
        raise RefusedError(
            _("Give the reason in one language at least: the public reads it."), field="reason"
        )
    publications.withdraw_plan(code=row.code, reason=reason, at=at)
    PlanRelease.objects.filter(plan=row).update(withdrawn_at=at, withdrawn_by=by)
    journal.record("plan.withdrawn", at=at, person=by, subject=row, room=row.room, facts={"reason": reason})
