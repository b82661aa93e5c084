"""Writing and withdrawing what the public reads of how a meeting is held. Callers hold a transaction and write the journal."""

import datetime as dt
from typing import Any

from django.db import transaction

from puebla.core.languages import Texts
from puebla.publications.actions import turn_epoch
from puebla.publications.models import PublicProgramme

#: What a release writes, and a withdrawal empties.
NOTHING: dict[str, Any] = {
    "manner": "", "zone": "", "venues": {}, "co_hosts": [], "items": [], "sessions": [], "participants": None, "reports": [],
}  # fmt: skip


@transaction.atomic
def publish_programme(*, symbol: str, facts: dict[str, Any], at: dt.datetime) -> PublicProgramme:
    """Write what the public reads of a meeting's programme, whole, in place of what stood before.

    Args:
        facts: the columns named in `NOTHING`.
    """
    values = (
        NOTHING | facts | {"released_at": at, "changed_at": at, "withdrawn_at": None, "withdrawn_reason": {}}
    )
    made, _new = PublicProgramme.objects.update_or_create(symbol=symbol, defaults=values)
    turn_epoch(at=at)
    return made


@transaction.atomic
def withdraw_programme(*, symbol: str, reason: Texts, at: dt.datetime) -> None:
    """Empty it, and leave that it was withdrawn and why."""
    values = NOTHING | {"changed_at": at, "withdrawn_at": at, "withdrawn_reason": reason}
    PublicProgramme.objects.filter(symbol=symbol).update(**values)
    turn_epoch(at=at)


@transaction.atomic
def forget_participant(*, symbol: str, ref: str, at: dt.datetime) -> None:
    """Take one name from what the public reads of who took part; whoever is named may ask for it at any time."""
    row = PublicProgramme.objects.select_for_update().filter(symbol=symbol).first()
    if row is None or not any(one["ref"] == ref for one in _people(row)):
        return
    for section in row.participants or []:
        for party in section["parties"]:
            party["people"] = [one for one in party["people"] if one["ref"] != ref]
    row.changed_at = at
    row.save(update_fields=["participants", "changed_at"])
    turn_epoch(at=at)


def _people(row: PublicProgramme) -> list[dict[str, Any]]:
    sections = row.participants or []
    return [one for section in sections for party in section["parties"] for one in party["people"]]
