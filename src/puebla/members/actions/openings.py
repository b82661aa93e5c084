"""Openings of restricted files, as the journal keeps them."""

import datetime as dt
from typing import Any

from puebla.accounts.models import Person
from puebla.core import journal
from puebla.members.models import Restricted


def file_opened(
    act: str, *, file_ref: str, subject: Restricted, facts: dict[str, Any], by: Person, at: dt.datetime
) -> None:
    """Journal that a restricted file is opened: one row per person, file and hour, read by the person's parties; no row, no file."""
    hour = at.astimezone(dt.UTC).strftime("%Y%m%d%H")
    sitting_for = {seat.party.code for seat in by.seats.effective(at).select_related("party")}
    journal.record_once(
        act, once_key=f"open:{by.ref}:{file_ref}:{hour}", at=at, person=by, subject=subject, room=subject.room,
        party_code=",".join(sorted(sitting_for)), facts=facts,
    )  # fmt: skip
