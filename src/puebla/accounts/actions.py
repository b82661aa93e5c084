"""What happens to a person's account."""

import datetime as dt

from allauth.usersessions.models import UserSession
from django.db import transaction
from django.utils.translation import gettext as _

from puebla.accounts.models import Person
from puebla.core import journal
from puebla.core.verdicts import StaleError


@transaction.atomic
def describe(
    *, person: Person, values: dict[str, object], revision: int, by: Person, at: dt.datetime
) -> Person:
    """Change name, office, telephone, language; refuses when somebody saved the record in between."""
    locked = Person.objects.select_for_update().get(pk=person.pk)
    if locked.revision != revision:
        raise StaleError(
            _(
                "This entry was changed by somebody else meanwhile. Your text is kept below; compare and save again."
            )
        )
    for name in ("full_name", "job_titles", "phone", "language", "zone"):
        if name in values:
            setattr(locked, name, values[name])
    locked.revision += 1
    locked.full_clean(exclude=["password"])
    locked.save()
    journal.record("person.described", at=at, person=by, subject=locked, facts={"name": locked.full_name})
    return locked


def end_access(*, person: Person, by: Person, at: dt.datetime) -> None:
    """Close the account at once: no sign-in, no living session; the history stays. Called inside `members.retire`."""
    person.is_active, person.retired_at, person.retired_by = False, at, by
    person.revision += 1
    person.save(update_fields=["is_active", "retired_at", "retired_by", "revision"])
    for session in UserSession.objects.filter(user=person):
        session.end()


def restore_access(*, person: Person, at: dt.datetime) -> None:  # noqa: ARG001 - the caller journals with it
    """Open a retired person's account again, after a new invitation was accepted."""
    person.is_active, person.retired_at, person.retired_by = True, None, None
    person.revision += 1
    person.save(update_fields=["is_active", "retired_at", "retired_by", "revision"])
