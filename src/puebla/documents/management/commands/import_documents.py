"""`puebla import-documents FOLDER`: twenty years of files in one evening."""

import hashlib
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone, translation
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from puebla.accounts.models import Person
from puebla.core.files.reading import Readers
from puebla.core.operations import OperatorCommand
from puebla.core.verdicts import RefusedError
from puebla.documents.actions import importing, read_version, release
from puebla.documents.actions.listing import ListError, Listing, rows_of
from puebla.documents.actions.proposing import folder_of, group_of
from puebla.documents.models import Batch, BatchItem, Document, FileVersion, Kind
from puebla.documents.rules import may_import
from puebla.members.models import Body, Meeting
from puebla.members.querysets import reach_of

EXAMPLE = """example:
  puebla import-documents ~/archive --dry-run
  puebla import-documents ~/archive --list archive.xlsx --body VM --audience members

The list is a spreadsheet (XLSX or ODS) whose first row names its columns: file, symbol, title en, title es, date, kind,
body, meeting, audience, language, state; every column but the first may be missing. A file is named as it is, or by its
path within the folder. What the list says counts before what the files say; whatever is wrong in it is told by row and
column, and then nothing is filed.

Run it again after an interruption: what is filed already is left alone. Files of one folder whose names differ only in
their language become one document. What could not be filed waits in its table on the site (File many at once).
"""


class Command(OperatorCommand):
    """File a folder."""

    help = "File a folder of documents: symbol, language, title, date and kind are read from name and first page."

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        return super().create_parser(prog_name, subcommand, epilog=EXAMPLE, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="folder with files; folders inside it are walked too")
        parser.add_argument(
            "--list", type=Path, dest="listing", help="spreadsheet that says what the files are"
        )
        parser.add_argument("--dry-run", action="store_true", help="show the table and file nothing")
        parser.add_argument(
            "--by", help="e-mail of the person in whose name to file (default: the coordinator)"
        )
        parser.add_argument("--kind", default="", help="kind of files that do not say theirs")
        parser.add_argument("--body", default="", help="body of files that do not say theirs")
        parser.add_argument(
            "--meeting", default="", help="symbol of the meeting of files that do not say theirs"
        )
        parser.add_argument("--language", default="", help="language of files in which none is recognised")
        parser.add_argument(
            "--audience", default="", choices=list(importing.AUDIENCE_CODES), help="who may read them"
        )
        parser.add_argument(
            "--release", action="store_true", help="release what is filed to the public at once"
        )
        parser.add_argument("--json", action="store_true", help="print the outcome as JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        folder: Path = options["folder"]
        listing: Path | None = options["listing"]
        if not folder.is_dir():
            raise CommandError(f"There is no folder {folder}.", returncode=2)
        if listing is not None and not listing.is_file():
            raise CommandError(f"There is no list {listing}.", returncode=2)
        translation.activate("en")
        person = _filer(options["by"])
        defaults = {k: options[k] for k in ("kind", "body", "meeting", "language", "audience")}
        _check_defaults(defaults, person)
        console = Console(stderr=options["json"])
        files = _files_in(folder, but=listing)
        if not files:
            raise CommandError(f"There are no files in {folder}.")
        listed = self._listed(listing, files, person, as_json=options["json"]) if listing else {}
        place = str(folder.resolve())
        _discard_cut_off(place, person)
        batch = importing.open_batch(defaults=defaults | {"folder": place}, by=person, at=timezone.now())
        try:
            taken = self._take(batch, files, listed, person, console)
            items, left_alone = taken, len(files) - len(taken)
            released, unreleased = 0, list[str]()
            if not options["dry_run"]:
                items = self._confirm(batch, person, console)
                if options["release"]:
                    released, unreleased = self._release(items, person, console)
            self._show(
                items, console, left_alone, as_json=options["json"], released=released, unreleased=unreleased
            )
        finally:
            if options["dry_run"] or not batch.items.exists():
                importing.discard(batch=batch, at=timezone.now())
        if unreleased or any(_why_not(item) for item in items):
            raise SystemExit(1)

    def _listed(
        self, listing: Path, files: dict[str, Path], person: Person, *, as_json: bool
    ) -> dict[str, dict[str, Any]]:
        """What the list says by path; ends the command where anything in it is wrong, before anything is filed."""
        try:
            read = Listing(rows_of(listing), files=files, reach=reach_of(person))
        except ListError as error:
            raise CommandError(f"The list {listing}: {error}") from error
        if read.findings:
            if as_json:
                self.stdout.write(json.dumps({"findings": [
                    vars(one) | {"sentence": str(one)} for one in read.findings
                ], "files": [], "left_alone": 0, "released": 0}))  # fmt: skip
            faults = [f"The list {listing}, {one}" for one in read.findings]
            raise CommandError(
                "\n".join([*faults, "Nothing was filed. Mend the list and run the command again."])
            )
        return read.values

    def _take(
        self, batch: Batch, files: dict[str, Path], listed: dict[str, dict[str, Any]], person: Person,
        console: Console,
    ) -> list[BatchItem]:  # fmt: skip
        """Take aside and look at what is not filed yet; the same content twice is taken once."""
        hashes = {path: _sha256(file) for path, file in files.items()}
        done = _filed(hashes.values(), person)
        groups = {group_of(path): done[sha256] for path, sha256 in hashes.items() if sha256 in done}
        seen = set(done)
        rows: dict[int, dict[str, Any]] = {}
        with _progress(console) as bar, Readers() as readers:
            task = bar.add_task("Looking at files", total=2 * len(files))
            for path, file in files.items():
                if hashes[path] not in seen:
                    seen.add(hashes[path])
                    item = importing.stage(
                        batch=batch, name=file.name, source=file, folder=folder_of(path), readers=readers
                    )
                    rows[item.number] = listed.get(path, {})
                    bar.advance(task)
                else:
                    bar.advance(task, 2)
            return importing.propose(
                batch=batch, listed=rows, filed=groups, on_row=lambda _item: bar.advance(task)
            )

    def _confirm(self, batch: Batch, person: Person, console: Console) -> list[BatchItem]:
        with _progress(console) as bar:
            task = bar.add_task("Filing", total=batch.items.exclude(key="").count())
            return importing.confirm(
                batch=batch, by=person, at=timezone.now(), on_row=lambda _item: bar.advance(task)
            )

    def _release(self, items: list[BatchItem], person: Person, console: Console) -> tuple[int, list[str]]:
        """Read and release what was filed: how many, and the sentences of those that may not be released."""
        documents = {item.document.pk: item.document for item in items if item.document is not None}
        refused: list[str] = []
        with _progress(console) as bar:
            task = bar.add_task("Reading and releasing", total=len(documents))
            for document in documents.values():
                for version in FileVersion.objects.filter(edition__document=document, reading="waiting"):
                    read_version(version=version, at=timezone.now())
                try:
                    release(document=document, by=person, at=timezone.now())
                except RefusedError as error:
                    refused.append(f"{document}: {error}")
                bar.advance(task)
        return len(documents) - len(refused), refused

    def _show(
        self, items: list[BatchItem], console: Console, left_alone: int, *, as_json: bool, released: int,
        unreleased: list[str],
    ) -> None:  # fmt: skip
        rows = [_row_of(item) for item in items]
        if as_json:
            self.stdout.write(json.dumps(
                {"files": rows, "left_alone": left_alone, "released": released, "not_released": unreleased, "findings": []}
            ))  # fmt: skip
            return
        _print_table(rows, console)
        for sentence in unreleased:
            console.print(f"Not released: {sentence}", highlight=False, markup=False)
        count = sum(row["filed"] for row in rows)
        console.print(f"{count} filed, {left_alone} left alone (filed before), "
                      f"{sum(bool(row['refusal']) for row in rows)} refused, {released} documents released.")  # fmt: skip


def _row_of(item: BatchItem) -> dict[str, Any]:
    said = item.proposal
    return {
        "file": f"{item.folder}/{item.name}".lstrip("/"),
        "symbol": (item.document.symbol if item.document else said.get("symbol")) or "",
        "language": said.get("language", ""), "titles": said.get("titles", {}), "date": said.get("dated", ""),
        "kind": said.get("kind", ""), "body": said.get("body", ""), "filed": item.document_id is not None,
        "warnings": item.warnings, "refusal": _why_not(item),
    }  # fmt: skip


def _why_not(item: BatchItem) -> str:
    """Why this row was not, or will not be, filed; empty where it was or will."""
    if item.refusal or item.document_id is not None:
        return item.refusal
    sentences = importing.warning_sentences()
    return " ".join(sentences[code] for code in item.warnings if code in importing.BLOCKING)


def _print_table(rows: list[dict[str, Any]], console: Console) -> None:
    """One line a file; remarks are numbers, told once below: a folder of a thousand files has a dozen of them."""
    sentences = importing.warning_sentences()
    told: dict[str, int] = {}
    table = Table("File", "Symbol", "Language", "Title", "Date", "Kind", "Remarks")
    for row in rows:
        remarks = (
            [row["refusal"]]
            if row["refusal"] and not row["warnings"]
            else [sentences[c] for c in row["warnings"]]
        )
        if (
            row["refusal"]
            and row["refusal"] not in remarks
            and not set(row["warnings"]) & set(importing.BLOCKING)
        ):
            remarks.append(row["refusal"])
        numbers = ", ".join(str(told.setdefault(one, len(told) + 1)) for one in remarks)
        table.add_row(*(Text(cell) for cell in (
            row["file"], row["symbol"], row["language"], "; ".join(row["titles"].values()), row["date"], row["kind"],
            numbers,
        )))  # fmt: skip
    console.print(table)
    for sentence, number in told.items():
        console.print(f"{number}: {sentence}", highlight=False, markup=False)
    if any(set(row["warnings"]) & set(importing.BLOCKING) for row in rows):
        console.print("What a file does not say can be said for all with --kind, --body, --meeting, --language, or for"
                      " each with --list.", markup=False)  # fmt: skip


def _progress(console: Console) -> Progress:
    return Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
                    console=console)  # fmt: skip


def _filer(email: str | None) -> Person:
    if email:
        person = Person.objects.filter(email__iexact=email, is_active=True).first()
        if person is None:
            raise CommandError(f"There is no active person {email}. See: puebla user list", returncode=2)
        candidates = [person]
    else:
        candidates = list(Person.objects.filter(is_active=True, seats__role__code="coordinator").distinct())
    for person in candidates:
        if may_import(reach_of(person)):
            return person
    raise CommandError("Nobody may file: name a person with --by E-MAIL whose seat includes filing papers.")


def _check_defaults(defaults: dict[str, str], person: Person) -> None:
    """Wrong options end the command at once; codes are brought into their own spelling.

    Meetings are those that the person knows of: a console keeps what it shows, and so do logs.
    """
    known = {
        "kind": Kind.objects.values_list("code", flat=True), "body": Body.objects.values_list("code", flat=True),
        "meeting": Meeting.objects.visible_to(person).values_list("symbol", flat=True),
    }  # fmt: skip
    for name, codes in known.items():
        spelled = {code.upper(): code for code in codes}
        if defaults[name] and defaults[name].upper() not in spelled:
            some = ", ".join(list(spelled.values())[:20])
            raise CommandError(
                f"--{name} {defaults[name]}: there is none of that name. Known are: {some}.", returncode=2
            )
        defaults[name] = spelled.get(defaults[name].upper(), "")
    if defaults["language"] and not re.fullmatch(r"[a-z]{2,3}", defaults["language"]):
        raise CommandError(f"--language {defaults['language']}: write a code such as en or es.", returncode=2)


def _files_in(folder: Path, *, but: Path | None) -> dict[str, Path]:
    """The files of a folder and of those in it, by their paths within it; hidden and half-written ones are left out."""
    found = {
        path.relative_to(folder).as_posix(): path
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and not any(part.startswith((".", "~")) for part in path.relative_to(folder).parts)
        and not path.stem.lower().startswith("readme")
        and path.name.lower() not in {"thumbs.db", "desktop.ini"}
    }
    return {name: path for name, path in found.items() if but is None or path.resolve() != but.resolve()}


def _discard_cut_off(place: str, person: Person) -> None:
    """Throw away what an earlier run over this folder took aside and, being killed, never filed."""
    for batch in Batch.objects.filter(
        created_by=person, confirmed_at=None, discarded_at=None, defaults__folder=place
    ):
        importing.discard(batch=batch, at=timezone.now())


def _filed(hashes: Iterable[str], person: Person) -> dict[str, str]:
    """Which of these contents are filed already, among what the person may see: reference of the document by content."""
    visible = Document.objects.visible_to(person)
    rows = FileVersion.objects.filter(sha256__in=list(hashes), edition__document__in=visible)
    return dict(rows.values_list("sha256", "edition__document__ref"))


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
