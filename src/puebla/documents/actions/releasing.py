"""Releasing to the public, and taking back."""

import datetime as dt
from dataclasses import dataclass
from typing import Any, BinaryIO, cast

from django.core.files.storage import storages
from django.db import transaction
from django.utils.translation import gettext as _

from puebla.accounts.models import Person
from puebla.core import journal
from puebla.core.files.store import put
from puebla.core.languages import Texts, pending_languages
from puebla.core.models import Process
from puebla.core.verdicts import RefusedError, StaleError, require
from puebla.core.words import order_of
from puebla.documents import rules
from puebla.documents.actions.filing import _give_symbol, _needs_symbol, _touch, locked
from puebla.documents.actions.indexing import index_document
from puebla.documents.models import Document, FileVersion, Relation
from puebla.documents.querysets import Readers, readers_of
from puebla.members.models import Audience
from puebla.members.querysets import reach_of
from puebla.publications.actions import publish_document, relate_document, withdraw_document
from puebla.publications.models import PublicDocument, PublicFile


@dataclass(frozen=True)
class ReleasePreview:
    """What a release would do, shown before it is done.

    Attributes:
        standing: files of the public edition that stands now, which stay at their addresses.
        gains: people with a seat who do not read the paper now and will at once, whatever the hour of the release.
        related: symbols of public documents that will be shown beside it.
        revision: of the record that was looked at; a release of another one is refused.
    """

    files: list[FileVersion]
    missing_languages: list[str]
    audience_now: int
    public_from: dt.datetime
    symbol: str | None
    replaces: bool
    standing: list[PublicFile]
    gains: list[Readers]
    related: list[str]
    revision: int


def current_versions(document: Document) -> list[FileVersion]:
    """The newest version of every language, the original first."""
    newest: dict[str, FileVersion] = {}
    versions = (
        FileVersion.objects.filter(edition__document=document).select_related("edition").order_by("number")
    )
    for version in versions:
        newest[version.edition.language] = version
    return sorted(
        newest.values(), key=lambda v: (v.edition.language != document.original_language, v.edition.language)
    )


def preview(*, document: Document, at: dt.datetime, public_from: dt.datetime | None = None) -> ReleasePreview:
    """What becomes readable to everybody if this document is released now."""
    files = current_versions(document)
    languages = {version.edition.language: "x" for version in files}
    shown = {(version.edition.language, version.number) for version in files}
    standing = PublicFile.objects.filter(document__symbol=document.symbol or "")
    return ReleasePreview(
        files=files,
        missing_languages=pending_languages(languages, Process.current().languages),
        audience_now=document.audience,
        public_from=_from(document, at, public_from),
        symbol=document.symbol,
        replaces=document.is_public,
        standing=[one for one in standing if (one.language, one.number) not in shown],
        gains=_gains(document),
        related=sorted(
            {relation["symbol"] for relation in _relations(document)}
            | {symbol for symbol, _kind in _named_by(document)},
            key=order_of,
        ),
        revision=document.revision,
    )


def _gains(document: Document) -> list[Readers]:
    """Who reads the paper inside as soon as its audience is the public, and does not today."""
    today = {person.pk for group in readers_of(document) for person in group.people}
    then = readers_of(document, audience=Audience.PUBLIC)
    gained = [Readers(group.reason, [one for one in group.people if one.pk not in today]) for group in then]
    return [group for group in gained if group.people]


def _relations(document: Document) -> list[dict[str, str]]:
    """Relations to documents that are public too; of others the public edition knows nothing."""
    found = document.relations.filter(
        target__released_at__isnull=False, target__withdrawn_at=None, target__symbol__isnull=False
    )
    return [
        {"kind": relation.kind, "symbol": str(relation.target.symbol)}
        for relation in sorted(found.select_related("target"), key=_in_order)
    ]


def _in_order(relation: Relation) -> tuple[str, str]:
    return relation.kind, order_of(str(relation.target.symbol))


def _named_by(document: Document) -> list[tuple[str, str]]:
    """The public documents that name this one, each with how; they were released before it, and so without the name."""
    found = document.relations_in.filter(source__released_at__isnull=False, source__withdrawn_at=None)
    return [(str(symbol), kind) for symbol, kind in found.values_list("source__symbol", "kind")]


def _from(document: Document, at: dt.datetime, asked: dt.datetime | None) -> dt.datetime:
    """The instant from which the public reads it: as asked, and never before the embargo ends."""
    return max(filter(None, [asked or at, document.embargo_until]))


def release(
    *, document: Document, by: Person, at: dt.datetime, public_from: dt.datetime | None = None,
    revision: int | None = None,
) -> PublicDocument:  # fmt: skip
    """Copy a public edition of the document to the portal: description, newest file of every language, page texts.

    Released again, it replaces the edition before; addresses of files stay. Widens the audience to the public, for
    which a party's paper needs the party's consent.

    Args:
        revision: of the record that the person saw in the preview.

    Raises:
        StaleError: a file was added or the description changed since; nothing becomes public unseen.
    """
    require(rules.may_release(reach_of(by, at), document))
    copies = _copy_bytes(document)
    try:
        with transaction.atomic():
            return _release(
                document=document, copies=copies, by=by, at=at, public_from=public_from, revision=revision
            )
    except BaseException:
        for key in copies.values():
            storages["public"].delete(key)
        raise


def _copy_bytes(document: Document) -> dict[int, str]:
    """Put the bytes into the public store before any row names them: version key → public key of new copies."""
    standing = set(
        PublicFile.objects.filter(document__symbol=document.symbol).values_list(
            "language", "number", "sha256"
        )
    )
    copies: dict[int, str] = {}
    for version in current_versions(document):
        if (version.edition.language, version.number, version.sha256) not in standing:
            with storages["default"].open(version.key) as source:
                copies[version.pk] = put(cast(BinaryIO, source), storage=storages["public"]).key
    return copies


def _release(
    *,
    document: Document,
    copies: dict[int, str],
    by: Person,
    at: dt.datetime,
    public_from: dt.datetime | None,
    revision: int | None,
) -> PublicDocument:
    row = locked(document)
    require(rules.may_release(reach_of(by, at), row))
    if revision is not None and row.revision != revision:
        raise StaleError(_stale())
    begins = _from(row, at, public_from)
    if begins > at and PublicDocument.objects.readable(at=at).filter(symbol=row.symbol).exists():
        raise RefusedError(
            _("The public reads this paper already, and would lose it until then. Release it without an hour, or withdraw"
              " it first."),
            field="public_from",
        )  # fmt: skip
    row.audience = Audience.PUBLIC
    if _needs_symbol(row):
        _give_symbol(row, at)
    row.released_at, row.released_by = at, by
    row.withdrawn_at, row.withdrawn_by = None, None
    _touch(row, by, at)
    index_document(row, at=at)
    edition = _publish(row, copies=copies, at=at, public_from=begins)
    for symbol, kind in _named_by(row):
        relate_document(symbol=symbol, kind=kind, target=edition.symbol, at=at)
    journal.record("document.released", at=at, person=by, subject=row, room=row.room,
                   facts={"titles": row.titles, "public_from": edition.public_from,
                          "languages": row.filed_languages})  # fmt: skip
    return edition


def _stale() -> str:
    return _(
        "This paper was changed since you looked at it. See below what would become public now, then release it."
    )


def _key_of(version: FileVersion, copies: dict[int, str], standing: dict[tuple[str, int], PublicFile]) -> str:
    """Where the public copy of this version lies. The bytes were copied before the lock: a newer file has none."""
    before = standing.get((version.edition.language, version.number))
    key = copies.get(version.pk) or (before.key if before else "")
    if not key:
        raise StaleError(_stale())
    return key


def _publish(
    row: Document, *, copies: dict[int, str], at: dt.datetime, public_from: dt.datetime
) -> PublicDocument:
    versions = current_versions(row)
    standing = {(f.language, f.number): f for f in PublicFile.objects.filter(document__symbol=row.symbol)}
    files = []
    for version in versions:
        key = _key_of(version, copies, standing)
        files.append({
            "language": version.edition.language, "number": version.number, "current": True, "key": key,
            "name": version.name, "media_type": version.media_type, "label": version.kind,
            "size": version.size, "sha256": version.sha256, "page_count": version.page_count,
            "filed_at": version.filed_at, "texts": list(version.pages.values_list("text", flat=True)),
        })  # fmt: skip
    expected = {e.language: e.expected_on for e in row.editions.all()}
    have = {version.edition.language: "x" for version in versions}
    pending = [
        {"language": code, "on": day.isoformat() if (day := expected.get(code)) else None}
        for code in pending_languages(have, Process.current().languages)
    ]
    facts: dict[str, Any] = {
        "titles": row.titles, "kind_code": row.kind.code, "kind_names": row.kind.names,
        "body_code": row.body.code if row.body else "", "body_names": row.body.names if row.body else {},
        "meeting_symbol": row.meeting.symbol if row.meeting else "",
        "meeting_titles": row.meeting.titles if row.meeting else {},
        "dated_on": row.dated_on, "year": row.dated_on.year if row.dated_on else None, "precision": row.precision,
        "state": row.state, "original_language": row.original_language, "party_code": row.party.code,
        "party_names": row.party.names,
        "relations": _relations(row), "pending": pending, "public_from": public_from, "released_at": at,
    }  # fmt: skip
    assert row.symbol is not None  # noqa: S101 - `_needs_symbol` gave one
    return publish_document(
        symbol=row.symbol,
        facts=facts,
        themes=list(row.themes.values_list("code", "names")),
        files=files,
        at=at,
    )


@transaction.atomic
def withdraw(
    *, document: Document, reason: Texts, by: Person, at: dt.datetime, audience: int = Audience.MEMBERS
) -> Document:
    """Take the public edition away, leaving a tombstone with the reason; the paper itself stays in its room.

    Args:
        audience: who reads it inside from now on; said by the person who withdraws, never derived.
    """
    row = locked(document)
    require(rules.may_withdraw(reach_of(by, at), row))
    withdraw_document(symbol=row.symbol or "", reason=reason, at=at)
    row.released_at, row.released_by = None, None
    row.withdrawn_at, row.withdrawn_by = at, by
    row.audience = min(audience, row.room_cap)
    _touch(row, by, at)
    index_document(row, at=at)
    journal.record("document.withdrawn", at=at, person=by, subject=row, room=row.room,
                   facts={"reason": reason, "audience": row.audience})  # fmt: skip
    return row
