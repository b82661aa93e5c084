"""The letter of credentials and the photograph for the badge: stored privately, purged after the meeting."""

import datetime as dt
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.core.files.storage import storages
from django.db import transaction
from django.utils.translation import gettext as _

from puebla.accounts.models import Person
from puebla.core.files.examine import Examined, examine
from puebla.core.files.kinds import FileKind
from puebla.core.files.portraits import MEDIA_TYPE, portrait
from puebla.core.files.store import StoredFile, put, remove
from puebla.core.verdicts import RefusedError, require
from puebla.documents.actions.filing import as_path
from puebla.meetings.actions.delegations.rows import delegation_of, locked, tell_journal
from puebla.meetings.models import Convening, Delegate, Delegation
from puebla.meetings.rules import delegations as rules
from puebla.members.models import Party
from puebla.members.querysets import reach_of

#: A page or two, however it was photographed.
MOST_OF_A_LETTER = 25 << 20
#: As a scan, as a picture of it, or as it was written.
LETTERS = frozenset({FileKind.PDF, FileKind.JPEG, FileKind.PNG, FileKind.TIFF, FileKind.DOCX, FileKind.ODT})


def set_letter(
    *, convening: Convening, party: Party, source: Path | BinaryIO, name: str, by: Person, at: dt.datetime
) -> Delegation:
    """Hand in the party's letter of credentials, or another in its place; it is to be checked anew.

    Raises:
        RefusedError: where the rules or the file refuse; nothing is stored.
    """
    held = Delegation.objects.filter(convening=convening, party=party).first()
    require(rules.may_nominate(reach_of(by, at), convening, party, held))
    with as_path(source) as path:
        examined = examine(path, name=name, limit=min(MOST_OF_A_LETTER, settings.UPLOAD_LIMIT))
        if examined.kind not in LETTERS:
            raise RefusedError(
                _("A letter of credentials is a PDF, a picture or a text document. Save it as one of these."),
                field="letter",
            )
        stored = put(path, storage=storages["default"])
    try:
        return _keep_letter(convening, party, examined, stored, by=by, at=at)
    except BaseException:
        storages["default"].delete(stored.key)
        raise


@transaction.atomic
def _keep_letter(
    convening: Convening, party: Party, examined: Examined, stored: StoredFile, *, by: Person, at: dt.datetime
) -> Delegation:
    row = delegation_of(convening, party, at=at)
    require(rules.may_nominate(reach_of(by, at), row.convening, party, row))
    old = row.letter_key
    row.letter_key, row.letter_size, row.letter_sha256 = stored.key, stored.size, stored.sha256
    row.letter_name, row.letter_media_type = examined.name, examined.media_type
    row.letter_at, row.letter_by, row.letter_checked_at, row.letter_checked_by = at, by, None, None
    row.changed_at = at
    row.revision += 1
    row.save()
    _forget_after_commit(old)
    tell_journal("delegation.letter_received", row, by=by, at=at)
    return row


def set_photo(
    *, delegate: Delegate, source: Path | BinaryIO, name: str, by: Person, at: dt.datetime
) -> Delegate:
    """Keep a photograph for the badge: drawn anew, small, without what the camera wrote into it.

    Raises:
        RefusedError: where the rules or the file refuse; the one before stays.
    """
    require(rules.may_describe(reach_of(by, at), by, delegate))
    try:
        with as_path(source) as path, portrait(path, name=name) as drawn:
            stored = put(drawn, storage=storages["default"])
    except RefusedError as error:
        raise RefusedError(error.reason, field="photo") from error
    try:
        return _keep_photo(delegate, stored, by=by, at=at)
    except BaseException:
        storages["default"].delete(stored.key)
        raise


@transaction.atomic
def _keep_photo(delegate: Delegate, stored: StoredFile, *, by: Person, at: dt.datetime) -> Delegate:
    row = locked(delegate)
    require(rules.may_describe(reach_of(by, at), by, row))
    old = row.photo_key
    row.photo_key, row.photo_size, row.photo_sha256 = stored.key, stored.size, stored.sha256
    row.photo_media_type, row.changed_at = MEDIA_TYPE, at
    row.save()
    _forget_after_commit(old)
    tell_journal("delegate.photographed", row, by=by, at=at)
    return row


def _forget_after_commit(key: str) -> None:
    if key:
        transaction.on_commit(lambda: remove([key], storage=storages["default"]))
