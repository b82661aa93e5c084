"""The secret address of one's own calendar: opened, renewed, ended."""

import datetime as dt

from django.db import transaction
from django.utils.crypto import get_random_string

from puebla.accounts.models import Person
from puebla.core import journal
from puebla.meetings.models import CalendarAddress


@transaction.atomic
def open_calendar(*, by: Person, at: dt.datetime) -> CalendarAddress:
    """Give one's calendar a new secret address; the one before ends at once."""
    address, _made = CalendarAddress.objects.update_or_create(
        person=by, defaults={"salt": get_random_string(40), "opened_at": at}
    )
    journal.record("calendar.opened", at=at, person=by, subject_ref=address.ref)
    return address


@transaction.atomic
def close_calendar(*, by: Person, at: dt.datetime) -> None:
    """End the address of one's calendar: it is nobody's from now on."""
    address = CalendarAddress.objects.select_for_update().filter(person=by).first()
    if address is not None:
        address.delete()
        journal.record("calendar.closed", at=at, person=by, subject_ref=address.ref)
