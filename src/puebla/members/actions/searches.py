"""Questions that people keep; what they ask is theirs alone, so the journal holds that it was done, and no word of it."""

import datetime as dt
from collections.abc import Mapping

from django.db import IntegrityError, transaction
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _

from puebla.accounts.models import Person
from puebla.core import journal
from puebla.core.models import Process
from puebla.core.search.asking import UnanswerableError, read
from puebla.core.verdicts import RefusedError
from puebla.core.words import one_line
from puebla.members.models import SavedSearch

#: Searches that one person may keep, and letters of a name.
MOST, LONGEST_NAME = 50, 100


@transaction.atomic
def save_search(
    *, by: Person, at: dt.datetime, name: str, q: str, filters: Mapping[str, str], language: str
) -> SavedSearch:
    """Keep a question under a name.

    Raises:
        RefusedError: the name is missing or taken, the question cannot be asked, or too many are kept already.
    """
    name = one_line(name)
    if not name:
        raise RefusedError(_("Give the search a name, so that you find it again."), field="name")
    if len(name) > LONGEST_NAME:
        raise RefusedError(
            _("The name has %(length)d characters; at most %(limit)d are kept. Shorten it.")
            % {"length": len(name), "limit": LONGEST_NAME},
            field="name",
        )
    try:
        read(q, Process.current().languages)
    except UnanswerableError as error:
        raise RefusedError(str(error), field="q") from error
    # The person's row is locked: two tabs count and write one after the other.
    Person.objects.select_for_update().get(pk=by.pk)
    if SavedSearch.objects.filter(person=by).count() >= MOST:
        raise RefusedError(_("You have %(most)d saved searches already; delete one first.") % {"most": MOST})
    saved = SavedSearch(
        person=by, name=name, q=q, filters=dict(filters), language=language, created_at=at, seen_at=at
    )
    try:
        with transaction.atomic():
            saved.save()
    except IntegrityError as error:
        raise RefusedError(
            _("You have a search named “%(name)s” already; choose another name.") % {"name": name},
            field="name",
        ) from error
    journal.record("search.saved", at=at, person=by, subject_ref=saved.ref)
    return saved


@transaction.atomic
def forget_search(*, saved: SavedSearch, by: Person, at: dt.datetime) -> None:
    """Throw a kept question away, and its feed with it."""
    row = _own(saved, by)
    journal.record("search.forgotten", at=at, person=by, subject_ref=row.ref)
    row.delete()


@transaction.atomic
def open_feed(*, saved: SavedSearch, by: Person, at: dt.datetime) -> SavedSearch:
    """Give the question a feed under a new address; the one before ends."""
    row = _own(saved, by)
    row.feed_salt = get_random_string(40)
    row.save(update_fields=["feed_salt"])
    journal.record("search.feed_opened", at=at, person=by, subject_ref=row.ref)
    return row


@transaction.atomic
def close_feed(*, saved: SavedSearch, by: Person, at: dt.datetime) -> SavedSearch:
    """End the feed: its address is nobody's from now on."""
    row = _own(saved, by)
    row.feed_salt = ""
    row.save(update_fields=["feed_salt"])
    journal.record("search.feed_closed", at=at, person=by, subject_ref=row.ref)
    return row


@transaction.atomic
def looked_at(*, saved: SavedSearch, by: Person, at: dt.datetime) -> None:
    """Say that what was new until now has been seen."""
    row = _own(saved, by)
    row.seen_at = at
    row.save(update_fields=["seen_at"])


def _own(saved: SavedSearch, by: Person) -> SavedSearch:
    found = SavedSearch.objects.visible_to(by).select_for_update().filter(pk=saved.pk).first()
    if found is None:
        raise RefusedError(_("There is no such search."))
    return found
