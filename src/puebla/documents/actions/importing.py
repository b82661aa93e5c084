"""Many files at once: matched by name and first page, proposed in a table, stored only when confirmed.

The web's drop of sixty files and `puebla import-documents FOLDER` share every step: `stage` and `propose` each file,
`judge` the whole set, `confirm` row by row. Each row is a transaction of its own and remembers its document, so that a
kill in the middle loses nothing and a second run does only what is left. A row that is refused stays in the table with
its reason, to be mended and confirmed again.
"""

import datetime as dt
import re
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.core.files.storage import storages
from django.db import transaction
from django.db.models import Max, Q
from django.utils.translation import gettext as _

from puebla.accounts.models import Person
from puebla.core import journal
from puebla.core.files.examine import Examined, clean_name, examine, name_for
from puebla.core.files.kinds import FileKind
from puebla.core.files.reading import Limits, Readers, Reading, UnreadableError, read
from puebla.core.files.store import local_copy, put, remove
from puebla.core.languages import Texts
from puebla.core.models import Process, parse_imprecise
from puebla.core.verdicts import RefusedError
from puebla.documents.actions.filing import adopt_version, as_path, describe, file_document
from puebla.documents.actions.proposing import Known, existing_of, group_of, guess, proposal_of
from puebla.documents.actions.symbols import checked
from puebla.documents.models import Batch, BatchItem, Document, FileVersion, Kind, State
from puebla.documents.querysets import DocumentQuerySet
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


#: Seconds in which first pages are recognised while somebody waits for the table; scans beyond are looked into later.
RECOGNISING = 40
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_LONGEST_TITLE = 300

#: Remarks without whose cure a row cannot be filed.
BLOCKING = (
    "no_language",
    "no_kind",
    "bad_date",
    "bad_symbol",
    "bad_body",
    "bad_meeting",
    "bad_audience",
    "long_title",
)


def warning_sentences() -> dict[str, str]:
    """What each remark says, in the reader's language."""
    return {
        "wrong_language": _("The name says one language, the text another."),
        "no_language": _("The language was not recognised: choose it."),
        "missing_language": _("There is no file in another working language."),
        "duplicate": _("A file with the same content is filed already."),
        "duplicate_here": _("The same content stands twice in this table."),
        "symbol_taken": _("The symbol exists: the file becomes a new version or language of that document."),
        "joined": _("The file becomes a new version or language of a document that is filed already."),
        "another_format": _("Several formats of one language: the last becomes the current version."),
        "no_kind": _("The kind was not recognised: choose it."),
        "no_title": _("No title was found: type one."),
        "no_date": _("No date was found: the symbol will carry this year."),
        "bad_symbol": _(
            "The symbol cannot be used. Write it as in ABC/2009/WG1/DEC/1, or leave it empty: it is generated."
        ),
        "bad_date": _("This is not a date. Write 2009, 2009-07 or 2009-07-09."),
        "bad_body": _("There is no such body, or you cannot file in its room: choose another."),
        "bad_meeting": _("There is no such meeting: choose another or none."),
        "bad_audience": _("There is no such audience: choose another."),
        "long_title": _("The title has more than 300 characters: shorten it."),
    }


@transaction.atomic
def open_batch(*, defaults: dict[str, Any], by: Person, at: dt.datetime) -> Batch:
    """Start a table for files to be dropped."""
    return Batch.objects.create(created_at=at, created_by=by, defaults=defaults)


def stage(
    *, batch: Batch, name: str, source: Path | BinaryIO, folder: str = "", readers: Readers | None = None
) -> BatchItem:
    """Take one dropped file aside: examined and kept under a random name, filed nowhere. A refused file keeps its reason."""
    number = (batch.items.aggregate(last=Max("number"))["last"] or 0) + 1
    item = BatchItem(batch=batch, number=number, name=clean_name(name), folder=folder[:500])
    store = storages["default"]
    try:
        with as_path(source) as path:
            found = examine(path, name=name, limit=settings.UPLOAD_LIMIT, readers=readers)
            stored = put(path, storage=store)
    except RefusedError as error:
        item.refusal = str(error)[:400]
    else:
        item.key, item.size, item.sha256, item.kind = stored.key, stored.size, stored.sha256, found.kind.name
    try:
        item.save()
    except BaseException:
        remove(filter(None, [item.key]), storage=store)
        raise
    return item


def propose(
    *, batch: Batch, listed: Mapping[int, dict[str, Any]] | None = None, filed: Mapping[str, str] | None = None,
    on_row: Callable[[BatchItem], None] | None = None,
) -> list[BatchItem]:  # fmt: skip
    """Look at names and first pages and write a proposal into every row that has none, then judge the whole table.

    Args:
        listed: what a list says of a row, by its number; it counts before what the file says.
        filed: references of documents that hold files of a group already, by the group.
    """
    items = [item for item in batch.items.exclude(key="") if not item.proposal]
    known = Known.load(Meeting.objects.visible_to(batch.created_by))
    for item, first in zip(items, _openings(items), strict=True):
        item.first_page = "\n".join(page.text for page in first.pages[:1])[:4000]
        guessed = guess(
            name=item.name, first_page=item.first_page, language_found=first.language or "", known=known
        )
        item.proposal = proposal_of(guessed, batch.defaults) | {"warned": guessed.warnings}
        item.proposal["own_group"] = group_of(f"{item.folder}/{item.name}")
        item.proposal["document"] = (filed or {}).get(item.proposal["own_group"], "")
        _say_over(item.proposal, (listed or {}).get(item.number, {}))
        item.save(update_fields=["first_page", "proposal"])
        if on_row is not None:
            on_row(item)
    return judge(batch=batch)


def _say_over(proposal: dict[str, Any], listed: dict[str, Any]) -> None:
    """Write what a list says over what was guessed; its titles stand beside each other, by language."""
    proposal |= {name: value for name, value in listed.items() if value}
    if listed.get("language"):
        proposal["warned"] = []
    proposal["titles"] = {code or proposal["language"]: words for code, words in proposal["titles"].items()}
    proposal["group"] = proposal["symbol"] or proposal["own_group"]


def _openings(items: list[BatchItem]) -> Iterator[Reading]:
    """First pages, two files at a time to keep both cores of a small machine busy."""
    languages = known_languages()
    until = time.monotonic() + RECOGNISING

    def opening(item: BatchItem) -> Reading:
        with tempfile.TemporaryDirectory(prefix="puebla-opening-") as folder:
            path = local_copy(item.key, storage=storages["default"], folder=Path(folder))
            try:
                return read(
                    path, FileKind[item.kind], languages=languages, limits=Limits(seconds=30, pages=1),
                    recognise=time.monotonic() < until, readers=readers,
                )  # fmt: skip
            except UnreadableError:
                return Reading(pages=[])

    with Readers() as readers, ThreadPoolExecutor(max_workers=2) as pool:
        yield from pool.map(opening, items)


def known_languages() -> tuple[str, ...]:
    """Languages that a file may turn out to be in."""
    return tuple(Process.current().languages)


def judge(*, batch: Batch) -> list[BatchItem]:
    """Remark what does not fit: across the table and against what its owner may see in the repository."""
    items = list(batch.items.all())
    rows = [item for item in items if item.proposal and item.key]
    table = _Table(batch, rows)
    for item in rows:
        item.warnings = [code for code, holds in table.remarks(item) if holds]
        item.save(update_fields=["warnings"])
    return items


class _Standing:
    """The documents, among those the importer may see, to which rows would add; asked for once for a whole table."""

    def __init__(self, rows: Iterable[BatchItem], visible: DocumentQuerySet) -> None:
        said = [row.proposal for row in rows if row.proposal]
        symbols = [one["symbol"].upper() for one in said if one["symbol"]]
        refs = [one["document"] for one in said if one.get("document")]
        found = visible.filter(Q(symbol__in=symbols) | Q(ref__in=refs)) if symbols or refs else visible.none()
        self._found = {name: one for one in found for name in (one.symbol, one.ref)}

    def of(self, row: BatchItem) -> Document | None:
        """The document of this row's symbol; without a symbol, the one its folder has filed already."""
        return self._found.get(row.proposal["symbol"].upper() or row.proposal.get("document") or None)


class _Table:
    """What the rows of a table are held against, fetched once for all of them."""

    def __init__(self, batch: Batch, rows: list[BatchItem]) -> None:
        self.reach = reach_of(batch.created_by)
        self.visible = Document.objects.visible_to(batch.created_by, reach=self.reach)
        self.kinds = set(Kind.objects.values_list("code", flat=True))
        self.rooms = {body.code.upper(): body.room for body in Body.objects.select_related("room")}
        meetings = Meeting.objects.visible_to(batch.created_by, reach=self.reach)
        self.meetings = {symbol.upper() for symbol in meetings.values_list("symbol", flat=True)}
        self.working = set(known_languages())
        self.filed = already_filed([item.sha256 for item in rows], batch.created_by)
        self.standing = _Standing(rows, self.visible)
        self.first: dict[str, int] = {}
        self.spoken: dict[str, list[str]] = defaultdict(list)
        for item in rows:
            self.first.setdefault(item.sha256, item.number)
            self.spoken[item.proposal["group"]].append(item.proposal["language"])

    def remarks(self, item: BatchItem) -> Iterator[tuple[str, bool]]:
        """Every remark and whether it holds for this row."""
        proposal = item.proposal
        language, titles = proposal["language"], proposal.get("titles") or {}
        spoken = self.spoken[proposal["group"]]
        standing = self.standing.of(item)
        taken = standing if proposal["symbol"] else None
        joined = standing if taken is None else None
        there = set(standing.filed_languages.split(",")) if standing else set()
        yield "wrong_language", "wrong_language" in proposal.get("warned", [])
        yield "no_language", not _LANGUAGE.fullmatch(language)
        yield "missing_language", bool(language and self.working - set(spoken) - there)
        yield "no_kind", proposal["kind"] not in self.kinds
        yield "no_title", not any(titles.values())
        yield "long_title", any(len(title) > _LONGEST_TITLE for title in titles.values())
        yield "bad_date", not _is_date(proposal["dated"])
        yield "no_date", not (proposal["dated"] or proposal["symbol"] or joined)
        yield "bad_symbol", not self._may_stand(proposal)
        yield "bad_body", bool(proposal["body"]) and not self._may_file_in(proposal["body"])
        yield "bad_meeting", bool(proposal["meeting"]) and proposal["meeting"].upper() not in self.meetings
        yield "bad_audience", bool(proposal["audience"]) and proposal["audience"] not in AUDIENCE_CODES
        yield "duplicate", item.sha256 in self.filed
        yield "duplicate_here", self.first[item.sha256] != item.number
        yield "another_format", spoken.count(language) > 1
        yield "symbol_taken", taken is not None
        yield "joined", joined is not None

    def _may_file_in(self, body: str) -> bool:
        room = self.rooms.get(body.upper())
        return room is not None and (not room.sealed or room.pk in self.reach.rooms)

    def _may_stand(self, proposal: dict[str, Any]) -> bool:
        if not proposal["symbol"]:
            return True
        room = self.rooms.get(proposal["body"].upper())
        try:
            checked(proposal["symbol"], room=room or home_room(self.reach), free=False)
        except RefusedError:
            return False
        return True


def documents_meant(items: Iterable[BatchItem], by: Person) -> dict[int, Document]:
    """The documents that stand already and that rows, not yet filed, would add to; by the rows' numbers."""
    waiting = [item for item in items if item.key and {"symbol_taken", "joined"} & set(item.warnings)]
    standing = _Standing(waiting, Document.objects.visible_to(by))
    return {item.number: found for item in waiting if (found := standing.of(item)) is not None}


def _is_date(text: str) -> bool:
    try:
        return not text or bool(parse_imprecise(text))
    except ValueError:
        return False


@transaction.atomic
def change(*, batch: Batch, rows: dict[int, dict[str, Any]]) -> list[BatchItem]:
    """Write what a person changed in the table, then judge it anew. Rows that are filed stay as they are."""
    Batch.objects.select_for_update().get(pk=batch.pk)
    table = {item.number: item for item in batch.items.all() if item.proposal}
    changed = [item for number, item in table.items() if number in rows and item.key and not item.document_id]
    for item in changed:
        item.proposal, item.refusal = _typed(item.proposal, rows[item.number]), ""
    for item in changed:
        _put_together(item, table)
        item.save(update_fields=["proposal", "refusal"])
    return judge(batch=batch)


def _put_together(item: BatchItem, table: dict[int, BatchItem]) -> None:
    """A row that a person put with another one shares its document, and so its symbol."""
    number = str(item.proposal.get("with") or "")
    beside = table.get(int(number)) if number.isdecimal() else None
    if beside is not None and beside is not item:
        item.proposal |= {name: beside.proposal[name] for name in ("group", "symbol")}


def _typed(proposal: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    """The proposal with what was typed over it; a title typed before a language is chosen waits for it."""
    changed = proposal | {
        key: value for key, value in values.items() if key in proposal or key in ("skip", "with")
    }
    if "title" in values:
        changed["titles"] = {changed["language"]: values["title"]} if values["title"] else {}
    changed["symbol"] = changed["symbol"].strip().upper()
    changed["group"] = changed["symbol"] or changed["own_group"]
    if "language" in values:
        # A person has looked at the language: the machine's doubt is answered.
        changed["warned"] = [code for code in changed.get("warned", []) if code != "wrong_language"]
    return changed


def confirm(
    *, batch: Batch, by: Person, at: dt.datetime, on_row: Callable[[BatchItem], None] | None = None
) -> list[BatchItem]:
    """File every row of the table that is neither refused, skipped nor filed already; returns the rows with outcome.

    Rows of one group become one document. A row that cannot be filed keeps its reason and can be mended; the others go
    on. Confirmed twice at once, every row is filed once: each is taken under the table's lock.
    """
    rows = sorted(
        batch.items.filter(document=None).exclude(key=""),
        key=lambda item: (FORMAT_ORDER.index(item.kind) if item.kind in FORMAT_ORDER else -1, item.number),
    )
    titles: dict[str, Texts] = defaultdict(dict)
    for item in batch.items.all():
        if item.proposal and not item.proposal.get("skip"):
            titles[item.proposal["group"]] |= item.proposal.get("titles") or {}
    filed = 0
    for item in rows:
        if item.proposal and not item.proposal.get("skip"):
            try:
                filed += _file_row(item, titles[item.proposal["group"]], by=by, at=at)
            except RefusedError as error:
                item.refusal = str(error)[:400]
                item.save(update_fields=["refusal"])
        if on_row is not None:
            on_row(item)
    _finish(batch, filed=filed, by=by, at=at)
    return list(batch.items.select_related("document"))


@transaction.atomic
def _finish(batch: Batch, *, filed: int, by: Person, at: dt.datetime) -> None:
    """Close the table unless a row waits to be mended; what was skipped is thrown away with the closing."""
    row = Batch.objects.select_for_update().get(pk=batch.pk)
    left = list(row.items.filter(document=None).exclude(key=""))
    if row.confirmed_at is None and all(item.proposal.get("skip") for item in left):
        row.confirmed_at = at
        row.save(update_fields=["confirmed_at"])
        keys = [item.key for item in left]
        row.items.filter(key__in=keys).update(key="")
        transaction.on_commit(lambda: remove(keys, storage=storages["default"]))
    if filed:
        journal.record("documents.imported", at=at, person=by, subject_ref=batch.ref, facts={"files": filed})
    batch.refresh_from_db()


@transaction.atomic
def _file_row(item: BatchItem, titles: Texts, *, by: Person, at: dt.datetime) -> bool:
    """File one row; False where somebody filed or threw it away meanwhile."""
    batch = Batch.objects.select_for_update().get(pk=item.batch_id)
    row = batch.items.filter(pk=item.pk, document=None).exclude(key="").first()
    if row is None or batch.discarded_at is not None:
        return False
    proposal = row.proposal
    if reasons := [code for code in BLOCKING if code in row.warnings]:
        sentences = warning_sentences()
        raise RefusedError(" ".join(sentences[code] for code in reasons))
    reach = reach_of(by, at)
    language = proposal["language"]
    titles = {code: words for code, words in titles.items() if code and words}
    document = _document_of(row, Document.objects.visible_to(by, reach=reach))
    if document is None:
        document = _document_from(proposal, titles or {language: row.name}, reach, by=by, at=at)
    elif missing := {code: words for code, words in titles.items() if not document.titles.get(code)}:
        document = describe(
            document=document, values={"titles": document.titles | missing}, revision=document.revision, by=by, at=at
        )  # fmt: skip
    _keep_file(row, document, by=by, at=at)
    item.document, item.key, item.refusal = document, "", ""
    item.save(update_fields=["document", "key", "refusal"])
    return True


def _document_of(row: BatchItem, visible: Any) -> Document | None:
    """The document that a row belongs to, if it stands already: of its group, of its symbol, or of its folder before."""
    beside = row.batch.items.filter(proposal__group=row.proposal["group"]).exclude(document=None)
    found: Document | None = visible.filter(pk__in=beside.values("document")).first()
    if found is None and row.proposal["symbol"]:
        found = existing_of(row.proposal["symbol"], visible)
    elif found is None and row.proposal.get("document"):
        found = visible.filter(ref=row.proposal["document"]).first()
    return found


def _keep_file(row: BatchItem, document: Document, *, by: Person, at: dt.datetime) -> None:
    """Make the staged bytes a version, under the key they have; content that stands there already is filed once."""
    store, key, language = storages["default"], row.key, row.proposal["language"]
    same = FileVersion.objects.filter(
        edition__document=document, edition__language=language, sha256=row.sha256
    )
    if same.exists():
        transaction.on_commit(lambda: store.delete(key))
        return
    if not store.exists(key):
        raise RefusedError(_("The file is no longer here; nothing of it was filed. Send it again."))
    kind = FileKind[row.kind]
    examined = Examined(name=name_for(row.name, kind), kind=kind, media_type=kind.media_type, size=row.size,
                        sha256=row.sha256, page_count=None)  # fmt: skip
    adopt_version(document=document, language=language, examined=examined, key=key, by=by, at=at)


def _document_from(
    proposal: dict[str, Any], titles: Texts, reach: Reach, *, by: Person, at: dt.datetime
) -> Document:
    body = (
        Body.objects.filter(code__iexact=proposal["body"]).select_related("room").first()
        if proposal["body"]
        else None
    )
    dated_on, precision = parse_imprecise(proposal["dated"]) if proposal["dated"] else (None, "day")
    meetings = Meeting.objects.visible_to(by, reach=reach)
    meeting = meetings.filter(symbol__iexact=proposal["meeting"]).first() if proposal["meeting"] else None
    return file_document(
        by=by, at=at, room=body.room if body is not None else home_room(reach),
        audience=AUDIENCE_CODES.get(str(proposal.get("audience") or "")), party=home_party(reach),
        kind=Kind.objects.get(code=proposal["kind"]), titles=titles, body=body, meeting=meeting, dated_on=dated_on,
        precision=precision, state=proposal.get("state") or State.FINAL,
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
    """Throw a table away: its staged files go; rows that are filed stay filed."""
    batch = Batch.objects.select_for_update().get(pk=batch.pk)
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


def already_filed(hashes: Iterable[str], by: Person) -> set[str]:
    """Which of these contents are filed already, among what the importer may see."""
    visible = Document.objects.visible_to(by)
    return set(
        FileVersion.objects.filter(sha256__in=list(hashes), edition__document__in=visible).values_list(
            "sha256", flat=True
        )
    )
