"""Writing and withdrawing the public tracker of a plan. Callers hold a transaction and write the journal."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from puebla.core.languages import Texts
from puebla.publications.actions import turn_epoch
from puebla.publications.models import PublicCommitment, PublicPlan

#: What stays of a commitment that was withdrawn: its number, when, and why.
NOTHING: dict[str, Any] = {
    "titles": {}, "texts": {}, "pillar_names": {}, "objective_names": {}, "actors": [], "from_on": None, "until_on": None,
    "status": "", "status_names": {}, "progress": None, "mandate": "", "mandate_symbol": "", "next_steps": {}, "goals": [],
    "actions": [], "reports": [], "money": {}, "digest": "",
}  # fmt: skip


@transaction.atomic
def publish_plan(
    *,
    code: str,
    facts: Mapping[str, Any],
    commitments: Sequence[Mapping[str, Any]],
    reason: Texts,
    at: dt.datetime,
) -> None:
    """Write what the public reads of an edition, whole; commitments that are chosen no more leave their tombstone.

    Args:
        facts: columns of `PublicPlan`. commitments: columns of `PublicCommitment`, each with its `digest`.
        reason: why those that are chosen no more were withdrawn.
    """
    PublicPlan.objects.update_or_create(
        code=code, defaults={**facts, "released_at": at, "withdrawn_at": None, "withdrawn_reason": {}}
    )
    standing = {one.code: one for one in PublicCommitment.objects.select_for_update().filter(plan_code=code)}
    chosen = {str(one["code"]) for one in commitments}
    _take_back([one for one in standing.values() if one.code not in chosen], reason, at)
    for one in commitments:
        row = standing.get(str(one["code"]))
        # What reads as it did keeps its instant: feeds tell of changes alone.
        if row is None or row.withdrawn_at is not None or row.digest != one["digest"]:
            values = {**one, "changed_at": at, "withdrawn_at": None, "withdrawn_reason": {}}
            first = {} if row is not None and row.withdrawn_at is None else {"released_at": at}
            PublicCommitment.objects.update_or_create(
                plan_code=code,
                code=one["code"],
                defaults=values | first,
                create_defaults=values | {"released_at": at},
            )
    turn_epoch(at=at)


@transaction.atomic
def withdraw_plan(*, code: str, reason: Texts, at: dt.datetime) -> None:
    """Empty the tracker of an edition, and leave that it was withdrawn and why."""
    PublicPlan.objects.filter(code=code).update(summaries={}, withdrawn_at=at, withdrawn_reason=reason)
    _take_back(list(PublicCommitment.objects.select_for_update().filter(plan_code=code)), reason, at)
    turn_epoch(at=at)


def _take_back(rows: Sequence[PublicCommitment], reason: Texts, at: dt.datetime) -> None:
    keys = [one.pk for one in rows if one.withdrawn_at is None]
    gone = NOTHING | {"withdrawn_at": at, "withdrawn_reason": reason, "changed_at": at}
    PublicCommitment.objects.filter(pk__in=keys).update(**gone)
