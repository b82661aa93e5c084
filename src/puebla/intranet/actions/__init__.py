"""What is done on the private site's own pages: looking at the desk, noting what becomes of what is asked."""

import datetime as dt

from django.db import transaction

from puebla.accounts.models import Person
from puebla.intranet.models import Look

#: A reload, or a step back from a paper, is no new visit: what was new stays marked as new.
SAME_VISIT = dt.timedelta(minutes=30)


def look(*, by: Person, at: dt.datetime) -> dt.datetime | None:
    """Note that the person looks at the desk; since when things are new to them, None at the first visit."""
    known = Look.objects.filter(person=by).first()
    if known is not None and at - known.this_at < SAME_VISIT:
        return known.before_at
    with transaction.atomic():
        found, created = Look.objects.select_for_update().get_or_create(person=by, defaults={"this_at": at})
        if not created and at - found.this_at >= SAME_VISIT:
            found.before_at, found.this_at = found.this_at, at
            found.save(update_fields=["before_at", "this_at"])
    return found.before_at
