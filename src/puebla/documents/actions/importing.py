"""Many files at once: matched by name and first page, proposed in a table, stored only when confirmed.

The web's drop of sixty files and `puebla import-documents FOLDER` share every step: `examine` and `guess` each file,
`judge` the whole set, `confirm` row by row. Each row is a transaction of its own and remembers its document, so that a
kill in the middle loses nothing and a second run does only what is left.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.core.files.storage import storages
from django.db import transaction
from django.utils.translation import gettext as _

from puebla.accounts.models import Person
from puebla.core import journal
from puebla.core.files.examine import clean_name, examine
from puebla.core.files.kinds import FileKind
from puebla.core.files.reading import Limits, Reading, UnreadableError, read
from puebla.core.files.store import put, remove
from puebla.core.languages import Texts
from puebla.core.models import Process, parse_imprecise
from puebla.core.verdicts import RefusedError
from puebla.documents.actions.filing import add_version, as_path, describe, file_document
from puebla.documents.actions.proposing import Known, existing_of, guess, proposal_of
from puebla.documents.models import Batch, BatchItem, Document, FileVersion, Kind, State
from puebla.members.models import Audience, Body, Meeting, Party, Room
from puebla.members.querysets import Reach, reach_of

#: Of several formats of one language, the last of these becomes the current version.
FORMAT_ORDER = ["TXT", "HTML", "ODT", "DOCX", "PPTX", "ODS", "XLSX", "PDF"]

AUDIENCE_CODES = {
    "own": Audience.OWN_PARTY,
    "secretariat": Audience.SECRETARIAT,
    "presidency": Audience.PRESIDENCY,
    "room": Audience.ROOM,
    "members": Audience.MEMBERS,
    "observers": Audience.OBSERVERS,
    "civil_society": Audience.CIVIL_SOCIETY,
    "public": Audience.PUBLIC,
}


def warning_sentences() -> dict[str, str]:
    """What each warning says, in the reader's language."""
    return {
        "wrong_language": _("The name says one language, the text another."),
        "no_language": _("The language was not recognised: choose it."),
        "missing_language": _("There is no file in another working language."),
        "duplicate": _("A file with the same content is filed already."),
        "duplicate_here": _("The same content stands twice in this table."),
        "symbol_taken": _("The symbol exists: the file becomes a new version or language of that document."),
        "another_format": _("Several formats of one language: the last becomes the current version."),
        "no_kind": _("The kind was not recognised: choose it."),
        "no_title": _("No title was found: type one."),
        "bad_symbol": _("The symbol cannot be used."),
        "bad_list": _("The list names something that does not exist here."),
    }


@transaction.atomic
def open_batch(*, defaults: dict[str, Any], by: Person, at: dt.datetime) -> Batch:
    """Start a table for files to be dropped."""
    return Batch.objects.create(created_at=at, created_by=by, defaults=defaults)


def stage(*, batch: Batch, name: str, source: Path | BinaryIO) -> BatchItem:
    """Take one dropped file aside: examined and kept under a random name, filed nowhere. A refused file keeps its reason."""
    number = batch.items.count() + 1
    item = BatchItem(batch=batch, number=number, name=clean_name(name))
    with as_path(source) as path:
        try:
            found = examine(path, name=name, limit=settings.UPLOAD_LIMIT)
        except RefusedError as error:
            item.refusal = str(error)[:400]
        else:
            stored = put(path, storage=storages["default"])
            item.key, item.size, item.sha256, item.kind = (
                stored.key,
                stored.size,
                stored.sha256,
                found.kind.name,
            )
    item.save()
    return item


def propose(*, batch: Batch, listed: dict[str, dict[str, Any]] | None = None) -> list[BatchItem]:
    """Look at names and first pages and write a proposal into every row, then judge the whole table."""
    store = storages["default"]
    items = list(batch.items.filter(refusal="").exclude(key=""))
    known = Known.load()
    languages = known_languages()
    # Each file is read in a process of its own; two at a time keep both cores of a small machine busy.
    with ThreadPoolExecutor(max_workers=2) as pool:
        found = list(
            pool.map(lambda item: opening(Path(store.path(item.key)), FileKind[item.kind], languages), items)
        )
    for item, first in zip(items, found, strict=True):
        item.first_page = "\n".join(page.text for page in first.pages[:1])[:4000]
        guessed = guess(
            name=item.name, first_page=item.first_page, language_found=first.language or "", known=known
        )
        item.proposal = proposal_of(guessed, batch.defaults) | {"warned": guessed.warnings}
        item.proposal |= {k: v for k, v in ((listed or {}).get(item.name) or {}).items() if v}
        item.save(update_fields=["first_page", "proposal"])
    return judge(batch=batch)


def opening(path: Path, kind: FileKind, languages: tuple[str, ...]) -> Reading:
    """The first page of a file and its language; nothing where it cannot be read."""
    try:
        return read(path, kind, languages=languages, limits=Limits(seconds=30, pages=1))
    except UnreadableError:
        return Reading(pages=[])


def known_languages() -> tuple[str, ...]:
    """Languages that a file may turn out to be in."""
    return tuple(Process.current().languages)


def judge(*, batch: Batch) -> list[BatchItem]:
    """Warn about what does not fit: across the table and against what its owner may see in the repository."""
    items = list(batch.items.all())
    reach = reach_of(batch.created_by)
    visible = Document.objects.visible_to(batch.created_by, reach=reach)
    languages: dict[str, set[str]] = defaultdict(set)
    for item in items:
        if item.proposal:
            languages[item.proposal["group"]].add(item.proposal["language"])
    hashes = [item.sha256 for item in items if item.sha256]
    filed = set(
        FileVersion.objects.filter(sha256__in=hashes, edition__document__in=visible).values_list(
            "sha256", flat=True
        )
    )
    kinds = set(Kind.objects.values_list("code", flat=True))
    seen: dict[str, int] = {}
    pairs: dict[tuple[str, str], int] = defaultdict(int)
    for item in items:
        if item.proposal:
            pairs[item.proposal["group"], item.proposal["language"]] += 1
    for item in items:
        if not item.proposal:
            continue
        codes = _codes_for(item, languages[item.proposal["group"]], kinds)
        if item.sha256 in filed:
            codes.append("duplicate")
        if item.sha256 in seen:
            codes.append("duplicate_here")
        seen.setdefault(item.sha256, item.number)
        if pairs[item.proposal["group"], item.proposal["language"]] > 1:
            codes.append("another_format")
        if existing_of(item.proposal["symbol"], visible) is not None:
            codes.append("symbol_taken")
        item.warnings = codes
        item.save(update_fields=["warnings"])
    return items


def _codes_for(item: BatchItem, languages: set[str], kinds: set[str]) -> list[str]:
    proposal = item.proposal
    codes = list(proposal.get("warned", []))
    if not proposal["language"]:
        codes.append("no_language")
    if set(known_languages()) - languages and proposal["language"]:
        codes.append("missing_language")
    if proposal["kind"] not in kinds:
        codes.append("no_kind")
    if not proposal["titles"]:
        codes.append("no_title")
    return codes


@transaction.atomic
def change(*, batch: Batch, rows: dict[int, dict[str, Any]]) -> list[BatchItem]:
    """Write what a person changed in the table, then judge it anew."""
    for item in batch.items.filter(number__in=list(rows)):
        values = rows[item.number]
        if "title" in values and values.get("language"):
            values["titles"] = {values["language"]: values.pop("title")} if values["title"] else {}
        item.proposal |= {
            key: value for key, value in values.items() if key in item.proposal or key == "skip"
        }
        if item.proposal.get("symbol"):
            item.proposal["symbol"] = item.proposal["symbol"].strip().upper()
            item.proposal["group"] = item.proposal["symbol"]
        if "warned" in item.proposal and "language" in values:
            # A person has looked at the language: the machine's doubt is answered.
            item.proposal["warned"] = [code for code in item.proposal["warned"] if code != "wrong_language"]
        item.save(update_fields=["proposal"])
    return judge(batch=batch)


def confirm(
    *, batch: Batch, by: Person, at: dt.datetime, on_row: Callable[[BatchItem], None] | None = None
) -> list[BatchItem]:
    """File every row of the table that is neither refused, skipped nor filed already; returns the rows with outcome.

    Rows of one group become one document. A row that the rules refuse keeps its reason; the others go on.
    """
    items = sorted(
        batch.items.filter(document=None, refusal="").exclude(key=""),
        key=lambda item: (FORMAT_ORDER.index(item.kind) if item.kind in FORMAT_ORDER else -1, item.number),
    )
    documents: dict[str, Document] = {
        item.proposal["group"]: item.document
        for item in batch.items.exclude(document=None).select_related("document")
        if item.document is not None
    }
    titles: dict[str, Texts] = defaultdict(dict)
    for item in batch.items.all():
        if item.proposal:
            titles[item.proposal["group"]] |= item.proposal.get("titles") or {}
    for item in items:
        if not item.proposal or item.proposal.get("skip"):
            continue
        try:
            group = item.proposal["group"]
            documents[group] = _file_row(item, documents.get(group), titles[group], by=by, at=at)
        except RefusedError as error:
            item.refusal = str(error)[:400]
            item.save(update_fields=["refusal"])
        if on_row is not None:
            on_row(item)
    _finish(batch, by=by, at=at)
    return list(batch.items.select_related("document"))


@transaction.atomic
def _finish(batch: Batch, *, by: Person, at: dt.datetime) -> None:
    batch.confirmed_at = at
    batch.save(update_fields=["confirmed_at"])
    filed = batch.items.exclude(document=None).count()
    journal.record("documents.imported", at=at, person=by, subject_ref=batch.ref, facts={"files": filed})


def _file_row(
    item: BatchItem, document: Document | None, titles: Texts, *, by: Person, at: dt.datetime
) -> Document:
    reach = reach_of(by, at)
    visible = Document.objects.visible_to(by, reach=reach)
    if not item.proposal["language"]:
        raise RefusedError(_("“%(name)s”: choose its language first.") % {"name": item.name})
    document = document or existing_of(item.proposal["symbol"], visible)
    store = storages["default"]
    with transaction.atomic():
        if document is None:
            document = _document_from(
                item.proposal, titles or {item.proposal["language"]: item.name}, reach, by=by, at=at
            )
        elif missing := {k: v for k, v in titles.items() if not document.titles.get(k)}:
            document = describe(
                document=document,
                values={"titles": document.titles | missing},
                revision=document.revision,
                by=by,
                at=at,
            )
        same = FileVersion.objects.filter(
            edition__document=document, edition__language=item.proposal["language"], sha256=item.sha256
        )
        if not same.exists():
            add_version(document=document, language=item.proposal["language"], source=Path(store.path(item.key)),
                        name=item.name, by=by, at=at)  # fmt: skip
        item.document = document
        key, item.key = item.key, ""
        item.save(update_fields=["document", "key"])
        transaction.on_commit(lambda: store.delete(key))
    document.refresh_from_db()
    return document


def _document_from(
    proposal: dict[str, Any], titles: Texts, reach: Reach, *, by: Person, at: dt.datetime
) -> Document:
    kind = Kind.objects.filter(code=proposal["kind"]).first()
    if kind is None:
        raise RefusedError(_("Choose the kind of document first."), field="kind")
    body = (
        Body.objects.filter(code__iexact=proposal["body"]).select_related("room").first()
        if proposal["body"]
        else None
    )
    room = body.room if body is not None else home_room(reach)
    party = home_party(reach)
    dated_on, precision = parse_imprecise(proposal["dated"]) if proposal["dated"] else (None, "day")
    audience = AUDIENCE_CODES.get(str(proposal.get("audience") or ""))
    meeting = (
        Meeting.objects.filter(symbol__iexact=proposal["meeting"]).first() if proposal["meeting"] else None
    )
    return file_document(
        by=by, at=at, room=room, audience=audience, party=party, kind=kind, titles=titles, body=body, meeting=meeting,
        dated_on=dated_on, precision=precision, state=proposal.get("state") or State.FINAL,
        original_language=proposal["language"], symbol=proposal["symbol"] or None,
    )  # fmt: skip


def home_party(reach: Reach) -> Party:
    """The party in whose name somebody files: the secretariat where they sit for it, else their first."""
    parties = Party.objects.filter(pk__in=reach.parties).order_by("pk")
    found = parties.filter(kind=Party.Kind.SECRETARIAT).first() or parties.first()
    if found is None:
        raise RefusedError(_("You have no seat today, and so no party to file for."))
    return found


def home_room(reach: Reach) -> Room:
    """The room for papers of no body: the secretariat's for the secretariat, else the person's first open room."""
    rooms = Room.objects.filter(sealed=False)
    own = rooms.filter(body__function=Body.Function.SECRETARIAT).first() if reach.secretariat else None
    found = own or rooms.filter(pk__in=reach.rooms).order_by("pk").first()
    if found is None:
        raise RefusedError(_("Choose a body: you have no room of your own to file in."), field="body")
    return found


@transaction.atomic
def discard(*, batch: Batch, at: dt.datetime) -> None:
    """Throw a table away: its staged files go, nothing was filed."""
    keys = [key for key in batch.items.values_list("key", flat=True) if key]
    batch.discarded_at = at
    batch.save(update_fields=["discarded_at"])
    batch.items.update(key="")
    transaction.on_commit(lambda: remove(keys, storage=storages["default"]))


def discard_forgotten(*, at: dt.datetime) -> int:
    """Throw away tables that nobody confirmed for a week; how many."""
    old = Batch.objects.filter(confirmed_at=None, discarded_at=None, created_at__lt=at - dt.timedelta(days=7))
    for batch in old:
        discard(batch=batch, at=at)
    return len(old)


def already_filed(hashes: Sequence[str], by: Person) -> set[str]:
    """Which of these contents are filed already, among what the importer may see."""
    visible = Document.objects.visible_to(by)
    return set(
        FileVersion.objects.filter(sha256__in=list(hashes), edition__document__in=visible).values_list(
            "sha256", flat=True
        )
    )
