"""Of which commitments which member states report."""

import datetime as dt
from collections.abc import Collection, Iterator
from typing import Any

from puebla.members.models import Party
from puebla.plan.models import Commitment, Involvement
from puebla.plan.models.commitments import OVER


def pairs_asked(
    commitments: Any, parties: Collection[int], *, on: dt.date
) -> Iterator[tuple[Commitment, int]]:
    """Each commitment with each of these parties that reports of it; four questions at most.

    Asked are the member states that lead a commitment or are partners in it, and all of them where it is of all; nothing of
    what is implemented or no longer pursued, and nothing before its first day.

    Args:
        commitments: a set that came through the gate.
    """
    members = set(Party.objects.members(on=on).filter(pk__in=sorted(parties)).values_list("pk", flat=True))
    if not members:
        return
    asked = commitments.exclude(status__in=OVER).exclude(from_on__gt=on)
    rows = {one.pk: one for one in asked.select_related("plan__body", "plan__room")}
    named = Involvement.objects.filter(
        commitment__in=asked.order_by().values("pk"), party__in=sorted(members)
    )
    by_name: dict[int, set[int]] = {}
    for commitment, party in named.order_by().values_list("commitment_id", "party_id"):
        by_name.setdefault(commitment, set()).add(party)
    for key, one in rows.items():
        for party in sorted(members if one.all_members else by_name.get(key, ())):
            yield one, party


def reports_of(commitment: Commitment, party: Party, *, on: dt.date) -> bool:
    """Whether this party is asked to report of this commitment."""
    one = Commitment.objects.filter(pk=commitment.pk)
    return any(True for _pair in pairs_asked(one, {party.pk}, on=on))
