"""What is personal is forgotten some time after the meeting; the list of participants stays."""

import datetime as dt
from collections.abc import Iterator

from django.core.files.storage import storages
from django.db import transaction
from django.db.models import Q

from puebla.core import journal
from puebla.core.files.store import remove
from puebla.core.models import JournalEntry, OutgoingMail
from puebla.meetings.models import Attendance, Convening, Delegate, DelegateStep, Delegation, Pack
from puebla.meetings.querysets.delegations import LISTED
from puebla.members.querysets import today

WHY = "personal data of delegates, kept as long as the meeting said"


def due(at: dt.datetime) -> Iterator[Convening]:
    """Meetings over for as long as they said, of which something personal is still kept."""
    letters = Delegation.objects.exclude(letter_key="").order_by().values("convening")
    people = Delegate.objects.filter(purged_at=None).order_by().values("convening")
    left = Convening.objects.filter(Q(pk__in=letters) | Q(pk__in=people))
    for one in left.select_related("meeting__body__room"):
        last = one.meeting.ends_on or one.meeting.starts_on
        if today(at) > last + dt.timedelta(days=one.keep_days):
            yield one


def purge(at: dt.datetime) -> int:
    """Purge every meeting that is due; how many delegates."""
    return sum(_purge_meeting(one, at=at) for one in list(due(at)))


@transaction.atomic
def _purge_meeting(convening: Convening, *, at: dt.datetime) -> int:
    """One meeting's: all of it or nothing; files go after the commit."""
    letters = list(Delegation.objects.select_for_update().filter(convening=convening).exclude(letter_key=""))
    rows = list(Delegate.objects.select_for_update().filter(convening=convening, purged_at=None))
    keys = [one.letter_key for one in letters] + [one.photo_key for one in rows if one.photo_key]
    for letter in letters:
        letter.letter_key, letter.letter_name, letter.letter_sha256, letter.letter_size = "", "", "", 0
        letter.letter_media_type = ""
        letter.save()
    for row in rows:
        _forget(row, at=at)
    # Badges that were printed hold names and photographs.
    printed = Pack.objects.filter(convening=convening, form=Pack.Form.BADGES)
    keys += [key for key in printed.values_list("key", flat=True) if key]
    printed.delete()
    refs = [one.ref for one in rows]
    OutgoingMail.objects.filter(about__in=[f"delegate:{ref}" for ref in refs]).delete()
    erased = list(
        JournalEntry.objects.filter(subject_ref__in=refs).order_by("pk").values_list("pk", flat=True)
    )
    transaction.on_commit(lambda: remove(keys, storage=storages["default"]))
    if erased:
        journal.erase(erased, at=at, why=WHY)
    if rows or letters:
        journal.record("delegates.purged", at=at, subject=convening, room=convening.meeting.body.room,
                       facts={"delegates": len(rows), "letters": len(letters)})  # fmt: skip
    return len(rows)


def _forget(row: Delegate, *, at: dt.datetime) -> None:
    row.email = row.phone = row.needs = row.photo_key = row.photo_sha256 = row.photo_media_type = ""
    row.photo_size, row.purged_at = 0, at
    DelegateStep.objects.filter(delegate=row).exclude(reason="").update(reason="")
    Attendance.objects.filter(delegate=row).exclude(undone_reason="").update(undone_reason="—")
    if row.state not in LISTED:
        # Who does not stand on the list is not remembered by name.
        row.full_name, row.offices, row.person = "", {}, None
        row.consent_at = row.consent_by = None
    if row.reason:
        row.reason = "—"
    row.save()
