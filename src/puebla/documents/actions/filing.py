"""Filing a document, its files and its description."""

import contextlib
import datetime as dt
import hashlib
import io
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.storage import storages
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from puebla.accounts.models import Person
from puebla.core import journal
from puebla.core.files.examine import Examined, examine
from puebla.core.files.store import put, telling_of_a_full_disk
from puebla.core.languages import Texts
from puebla.core.models import DatePrecision
from puebla.core.verdicts import RefusedError, StaleError, require
from puebla.core.words import fold, one_line
from puebla.documents import rules
from puebla.documents.actions.indexing import index_document
from puebla.documents.actions.symbols import checked, next_symbol, year_of
from puebla.documents.models import (
    Consent,
    Document,
    FileVersion,
    Kind,
    LanguageEdition,
    Relation,
    Share,
    State,
    Theme,
)
from puebla.members.actions.openings import file_opened
from puebla.members.models import Audience, Body, Meeting, Party, Room
from puebla.members.querysets import Reach, reach_of
from puebla.publications.actions import hold_back
from puebla.publications.models import PublicDocument, PublicFile
from puebla.texts.actions.exporting import as_pdf, sheet_of
from puebla.texts.models import Paragraph, Text

#: What `describe` may change.
DESCRIBED = ("titles", "kind", "body", "meeting", "dated_on", "precision", "state", "original_language", "expected_on",
             "embargo_until")  # fmt: skip


def words_of(document: Document) -> str:
    """Folded symbol and titles, for the list's word filter."""
    return fold(" ".join(filter(None, [document.symbol, document.ref, *document.titles.values()])))


def _needs_symbol(document: Document) -> bool:
    """A party's own paper gets its symbol when others may see it, so that gaps in the numbers tell nothing."""
    return document.symbol is None and (
        document.audience > Audience.OWN_PARTY or document.party.kind == Party.Kind.SECRETARIAT
    )


def _give_symbol(document: Document, at: dt.datetime) -> None:
    document.symbol = next_symbol(
        room=document.room,
        body=document.body,
        kind_code=document.kind.code,
        year=year_of(document, at),
    )


def _save(document: Document) -> None:
    document.titles = {code: one_line(words) for code, words in document.titles.items()}
    document.words = words_of(document)
    try:
        document.clean_fields(exclude=["room", "party", "created_by", "changed_by"])
    except ValidationError as error:
        field, sentences = next(iter(error.message_dict.items()))
        raise RefusedError(" ".join(sentences), field=field) from error
    if not any(document.titles.values()):
        raise RefusedError(_("A title in at least one language is needed."), field="titles")
    try:
        with transaction.atomic():
            document.save()
    except IntegrityError as error:
        raise RefusedError(
            _(
                "The database refused this: the symbol is taken, or the audience is wider than the room allows."
            )
        ) from error


@transaction.atomic
def file_document(
    *,
    by: Person,
    at: dt.datetime,
    room: Room,
    audience: int | None,
    party: Party,
    kind: Kind,
    titles: Texts,
    body: Body | None = None,
    meeting: Meeting | None = None,
    dated_on: dt.date | None = None,
    precision: str = DatePrecision.DAY,
    state: str = State.DRAFT,
    themes: tuple[Theme, ...] | list[Theme] = (),
    original_language: str = "",
    symbol: str | None = None,
    embargo_until: dt.datetime | None = None,
    expected_on: dt.date | None = None,
) -> Document:
    """Open a document's record; its files follow with `add_version`.

    Args:
        audience: None for the default: own party for a party's paper, secretariat for the secretariat's own.
        symbol: given by hand by the secretariat; generated from the pattern otherwise.

    Raises:
        RefusedError: where the rules refuse, the symbol is taken or ill-formed, or a field is wrong (`field` names it).
    """
    reach = reach_of(by, at)
    require(rules.may_file(reach, room, party))
    of_secretariat = party.kind == Party.Kind.SECRETARIAT
    on_behalf = not of_secretariat and party.pk not in reach.parties
    if on_behalf and (audience or 0) > Audience.SECRETARIAT:
        raise RefusedError(
            _("%(party)s gave this paper: file it for the secretariat first; it opens wider once %(party)s has recorded"
              " its consent.") % {"party": party},
            field="audience",
        )  # fmt: skip
    document = Document(
        titles=titles, kind=kind, body=body, meeting=meeting, dated_on=dated_on, precision=precision, state=state,
        original_language=original_language, expected_on=expected_on, embargo_until=embargo_until,
        room=room, room_cap=room.cap, party=party,
        audience=audience or (Audience.SECRETARIAT if of_secretariat or on_behalf else Audience.OWN_PARTY),
        created_at=at, created_by=by, changed_at=at, changed_by=by,
    )  # fmt: skip
    _keep_to_its_room(document)
    if document.audience > room.cap:
        require(rules.may_set_audience(reach, document, document.audience))
        raise RefusedError(
            _("“%(room)s” never opens wider than “%(cap)s”.")
            % {"room": room, "cap": Audience(room.cap).label},
            field="audience",
        )
    if symbol:
        if not reach.secretariat and not room.sealed:
            raise RefusedError(
                _("Symbols are given by the secretariat; leave the field empty."), field="symbol"
            )
        document.symbol = checked(symbol, room=room)
    elif _needs_symbol(document):
        _give_symbol(document, at)
    _save(document)
    document.themes.set(themes)
    index_document(document, at=at)
    journal.record("document.filed", at=at, person=by, subject=document, room=room, party_code=party.code,
                   facts={"titles": titles, "audience": document.audience})  # fmt: skip
    return document


def _keep_to_its_room(row: Document) -> None:
    """A sealed room's body and meetings are named in that room alone: its numbers and dates tell nothing elsewhere."""
    if row.body is not None and row.body.room_id != row.room_id and (row.room.sealed or row.body.room.sealed):
        raise RefusedError(_("A paper of a sealed room belongs to that room's body."), field="body")
    if row.meeting is not None and row.meeting.body.room_id != row.room_id and row.meeting.body.room.sealed:
        raise RefusedError(
            _("This meeting is known in its sealed room alone; choose another, or file the paper there."), field="meeting"
        )  # fmt: skip


def locked(document: Document) -> Document:
    """The document's row, locked until the transaction ends."""
    return (
        Document.objects.select_for_update(of=("self",))
        .select_related("room", "party", "kind", "body")
        .get(pk=document.pk)
    )


@transaction.atomic
def describe(
    *, document: Document, values: dict[str, Any], revision: int, by: Person, at: dt.datetime,
    themes: list[Theme] | None = None, symbol: str | None = None,
) -> Document:  # fmt: skip
    """Change the description; audience and room are not among it.

    Raises:
        StaleError: somebody saved it since `revision` was read; nothing is written.
    """
    row = locked(document)
    reach = reach_of(by, at)
    require(rules.may_describe(reach, row))
    if row.revision != revision:
        raise StaleError(
            _("%(who)s changed this document meanwhile. Your text is kept below: compare it with the present one, then"
              " save again.") % {"who": row.changed_by or _("Somebody")}
        )  # fmt: skip
    before = {name: str(getattr(row, name)) for name in DESCRIBED}
    if "embargo_until" in values and not _same_minute(values["embargo_until"], row.embargo_until):
        _move_embargo(row, values["embargo_until"], reach=reach, at=at)
    for name in DESCRIBED:
        if name in values and name != "embargo_until":
            setattr(row, name, values[name])
    _keep_to_its_room(row)
    if symbol and row.symbol is None and reach.secretariat:
        row.symbol = checked(symbol, room=row.room)
    _touch(row, by, at)
    if themes is not None:
        row.themes.set(themes)
    index_document(row, at=at)
    changed = {n: [before[n], str(getattr(row, n))] for n in DESCRIBED if before[n] != str(getattr(row, n))}
    journal.record(
        "document.described", at=at, person=by, subject=row, room=row.room, facts={"changed": changed}
    )
    return row


def _same_minute(one: dt.datetime | None, other: dt.datetime | None) -> bool:
    """Whether two instants are one to a form, which shows no seconds."""
    if one is None or other is None:
        return one is other
    return one.replace(second=0, microsecond=0) == other.replace(second=0, microsecond=0)


def _move_embargo(row: Document, until: dt.datetime | None, *, reach: Reach, at: dt.datetime) -> None:
    """Move the embargo of the paper, and of its public edition where that still waits for its hour."""
    require(rules.may_move_embargo(reach, row, until, at=at))
    if row.is_public and until is not None:
        hold_back(symbol=row.symbol or "", until=until, at=at)
    row.embargo_until = until


def _touch(row: Document, by: Person, at: dt.datetime) -> None:
    row.changed_at, row.changed_by = at, by
    row.revision += 1
    _save(row)


@transaction.atomic
def set_audience(
    *, document: Document, audience: int, by: Person, at: dt.datetime, revision: int | None = None
) -> Document:
    """Change who may read it: an act of its own; nothing else moves with it.

    Args:
        revision: of the record whose readers the person was shown.

    Raises:
        StaleError: the record was changed since; nobody gains sight of what was not looked at.
    """
    row = locked(document)
    reach = reach_of(by, at)
    require(rules.may_set_audience(reach, row, audience))
    if revision is not None and row.revision != revision:
        raise StaleError(
            _(
                "This paper was changed since you looked at it. See below who would read it now, then change the audience."
            )
        )
    before = row.audience
    if audience > before and row.party_id in reach.parties and row.party.kind != Party.Kind.SECRETARIAT:
        Consent.objects.create(document=row, audience=audience, given_at=at, given_by=by, party=row.party)
    row.audience = audience
    if _needs_symbol(row):
        _give_symbol(row, at)
    _touch(row, by, at)
    index_document(row, at=at)
    journal.record("document.audience_changed", at=at, person=by, subject=row, room=row.room,
                   facts={"from": before, "to": audience})  # fmt: skip
    return row


@transaction.atomic
def consent(*, document: Document, audience: int, by: Person, at: dt.datetime) -> Consent:
    """Record the giving party's word that the paper may be read up to this audience."""
    row = locked(document)
    require(rules.may_consent(reach_of(by, at), row))
    given = Consent.objects.create(document=row, audience=audience, given_at=at, given_by=by, party=row.party)
    journal.record("document.consent_given", at=at, person=by, subject=row, room=row.room,
                   party_code=row.party.code, facts={"audience": audience})  # fmt: skip
    return given


@transaction.atomic
def carry_consent(
    *, document: Document, audience: int, given_at: dt.datetime, given_by: Person, by: Person, at: dt.datetime
) -> Consent:
    """Keep with the paper a word that its party gave before there was one: with the statement that was filed as it."""
    row = locked(document)
    require(rules.may_describe(reach_of(by, at), row))
    kept = Consent.objects.create(
        document=row, audience=audience, given_at=given_at, given_by=given_by, party=row.party
    )
    journal.record("document.consent_carried", at=at, person=by, subject=row, room=row.room, party_code=row.party.code,
                   facts={"audience": audience, "given_by": given_by.ref, "given_at": given_at})  # fmt: skip
    return kept


@transaction.atomic
def share(
    *, document: Document, person: Person, why: str, until_at: dt.datetime, by: Person, at: dt.datetime
) -> Share:
    """Open the document to one person until an instant; listed on the document and over by itself."""
    row = locked(document)
    require(rules.may_share(reach_of(by, at), row))
    if until_at <= at:
        raise RefusedError(_("The last day of a share lies in the future."), field="until_at")
    made = Share.objects.create(
        document=row, person=person, why=why, until_at=until_at, shared_at=at, shared_by=by
    )
    journal.record("document.shared", at=at, person=by, subject=row, room=row.room,
                   facts={"with": person.full_name, "why": why, "until": until_at})  # fmt: skip
    return made


@transaction.atomic
def end_share(*, share: Share, by: Person, at: dt.datetime) -> None:
    """End a share before its day."""
    row = locked(share.document)
    require(rules.may_share(reach_of(by, at), row))
    Share.objects.filter(pk=share.pk, ended_at=None).update(ended_at=at)
    journal.record("document.share_ended", at=at, person=by, subject=row, room=row.room)


@transaction.atomic
def relate(*, source: Document, target: Document, kind: str, by: Person, at: dt.datetime) -> Relation:
    """Say how one document stands to another; the writer must see both."""
    row = locked(source)
    reach = reach_of(by, at)
    require(rules.may_describe(reach, row))
    if not Document.objects.visible_to(by, reach=reach).filter(pk=target.pk).exists():
        raise RefusedError(_("There is no document of that symbol."), field="target")
    if row.pk == target.pk:
        raise RefusedError(_("A document has no relation to itself."), field="target")
    relation, made = Relation.objects.get_or_create(source=row, target=target, kind=kind)
    if made:
        journal.record("document.related", at=at, person=by, subject=row, room=row.room,
                       facts={"kind": kind, "target": target.address})  # fmt: skip
    return relation


@transaction.atomic
def unrelate(*, relation: Relation, by: Person, at: dt.datetime) -> None:
    """Take a relation away."""
    row = locked(relation.source)
    require(rules.may_describe(reach_of(by, at), row))
    relation.delete()
    journal.record("document.unrelated", at=at, person=by, subject=row, room=row.room)


@transaction.atomic
def await_language(
    *, document: Document, language: str, expected_on: dt.date | None, by: Person, at: dt.datetime
) -> LanguageEdition:
    """Announce that an edition in this language will come, perhaps by a day."""
    row = locked(document)
    require(rules.may_describe(reach_of(by, at), row))
    edition, _made = LanguageEdition.objects.update_or_create(
        document=row, language=language, defaults={"expected_on": expected_on}
    )
    journal.record("document.language_awaited", at=at, person=by, subject=row, room=row.room,
                   facts={"language": language, "expected_on": expected_on})  # fmt: skip
    return edition


def file_with_versions(
    *, files: Sequence[tuple[str, Any]], by: Person, at: dt.datetime, room: Room, party: Party,
    **description: Any,
) -> Document:  # fmt: skip
    """File a document with a file for each language: all of it or nothing.

    Every file is examined and stored before the transaction begins: the record's line of the journal is written in it
    early, and would keep everybody else's acts waiting while bytes are looked at.

    Args:
        files: each with its language; an upload with a name. description: as for `file_document`.

    Raises:
        RefusedError: as `file_document` does; `field` is `file_<language>` where a file is refused.
    """
    require(rules.may_file(reach_of(by, at), room, party))
    stored: list[tuple[str, Examined, str]] = []
    try:
        for language, source in files:
            with _naming(f"file_{language}"), as_path(source) as path:
                examined = examine(path, name=source.name, limit=settings.UPLOAD_LIMIT)
                stored.append((language, examined, put(path, storage=storages["default"]).key))
        with transaction.atomic():
            document = file_document(by=by, at=at, room=room, party=party, **description)
            for language, examined, key in stored:
                with _naming(f"file_{language}"):
                    adopt_version(
                        document=document, language=language, examined=examined, key=key, by=by, at=at
                    )
    except BaseException:
        for _language, _examined, key in stored:
            storages["default"].delete(key)
        raise
    document.refresh_from_db()
    return document


@contextlib.contextmanager
def _naming(field: str) -> Iterator[None]:
    """A refusal names this field of the form."""
    try:
        yield
    except RefusedError as error:
        raise RefusedError(error.reason, field=field) from error


def add_version(
    *, document: Document, language: str, source: Path | BinaryIO, name: str, by: Person, at: dt.datetime,
    note: str = "",
) -> FileVersion:  # fmt: skip
    """File a new version of the document in this language; the versions before it stay.

    The bytes are examined, written, synced and renamed first; only then does the row appear, so that a kill leaves
    either nothing that shows or the whole.

    Raises:
        RefusedError: where the rules or the file itself refuse; nothing is stored.
    """
    require(rules.may_describe(reach_of(by, at), document))
    with as_path(source) as path:
        examined = examine(path, name=name, limit=settings.UPLOAD_LIMIT)
        stored = put(path, storage=storages["default"])
    try:
        return adopt_version(
            document=document, language=language, examined=examined, key=stored.key, by=by, at=at, note=note
        )
    except BaseException:
        storages["default"].delete(stored.key)
        raise


def file_frozen(*, document: Document, text: Text, by: Person, at: dt.datetime) -> None:
    """File a frozen text as its paper: a PDF in each language in which it was frozen.

    Cut off in the middle, it is done again: a file of the same bytes that stands there already is not filed twice.
    """
    paragraphs = list(Paragraph.objects.filter(text=text).select_related("parent"))
    for code in text.frozen_languages:
        content = as_pdf(sheet_of(text, paragraphs, [code], at=at, symbol=document.symbol or ""))
        same = document.editions.filter(language=code, versions__sha256=hashlib.sha256(content).hexdigest())
        if not same.exists():
            name = f"{(document.symbol or document.ref).replace('/', '-')}.{code}.pdf"
            add_version(document=document, language=code, source=io.BytesIO(content), name=name, by=by, at=at)


@transaction.atomic
def adopt_version(
    *,
    document: Document,
    language: str,
    examined: Examined,
    key: str,
    by: Person,
    at: dt.datetime,
    note: str = "",
) -> FileVersion:
    """File bytes that were examined and stored already; the version keeps the key they lie under.

    Raises:
        RefusedError: where the rules refuse, or the present version has the same content.
    """
    from puebla.documents.actions.reading import read_later

    row = locked(document)
    require(rules.may_describe(reach_of(by, at), row))
    edition, _made = LanguageEdition.objects.get_or_create(document=row, language=language)
    last = edition.versions.order_by("-number").first()
    if last is not None and last.sha256 == examined.sha256:
        raise RefusedError(
            _("“%(name)s” is the present version already (same content). Nothing was changed.")
            % {"name": examined.name}
        )
    version = FileVersion.objects.create(
        edition=edition, number=last.number + 1 if last else 1, key=key, name=examined.name, kind=examined.kind.name,
        media_type=examined.media_type, size=examined.size, sha256=examined.sha256, note=note[:300], filed_at=at,
        filed_by=by, page_count=examined.page_count,
    )  # fmt: skip
    row.original_language = row.original_language or language
    row.filed_languages = ",".join(
        sorted(
            row.editions.filter(versions__isnull=False).values_list("language", flat=True).distinct(),
            key=lambda code: (code != row.original_language, code),
        )
    )
    if row.state == State.AWAITED:
        row.state = State.DRAFT
    _touch(row, by, at)
    index_document(row, at=at)
    journal.record("document.version_filed", at=at, person=by, subject=row, room=row.room,
                   facts={"language": language, "number": version.number, "name": version.name,
                          "sha256": version.sha256, "size": version.size})  # fmt: skip
    read_later(version)
    return version


@contextlib.contextmanager
def as_path(source: Path | BinaryIO) -> Any:
    """The source as a path on disk: itself, Django's temporary upload, or a temporary copy."""
    if isinstance(source, Path):
        yield source
        return
    temporary = getattr(source, "temporary_file_path", None)
    if temporary is not None:
        yield Path(temporary())
        return
    with tempfile.NamedTemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR) as copy:
        with telling_of_a_full_disk():
            while chunk := source.read(1 << 20):
                copy.write(chunk)
            copy.flush()
        yield Path(copy.name)


def _public_reads(version: FileVersion, document: Document, at: dt.datetime) -> bool:
    copies = PublicFile.objects.filter(document__in=PublicDocument.objects.readable(at=at))
    return copies.filter(
        document__symbol=document.symbol, language=version.edition.language, number=version.number
    ).exists()


def opened(*, version: FileVersion, document: Document, by: Person, at: dt.datetime) -> None:
    """Journal that a file is opened, where it is restricted.

    What the public reads is not restricted: this very version, released, its hour come. Others of the same paper are.
    """
    if document.is_public and _public_reads(version, document, at):
        return
    file_opened(
        "document.opened", file_ref=version.ref, subject=document, by=by, at=at,
        facts={"language": version.edition.language, "number": version.number},
    )  # fmt: skip
