"""`puebla import-documents FOLDER`: twenty years of files in one evening."""

import argparse
import hashlib
import json
import re
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone, translation
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from puebla.accounts.models import Person
from puebla.documents.actions import importing
from puebla.documents.actions.releasing import release
from puebla.documents.models import Batch, BatchItem, FileVersion
from puebla.documents.rules import may_import
from puebla.members.querysets import reach_of

EXAMPLE = """examples:
  puebla import-documents ~/archive --dry-run
  puebla import-documents ~/archive --list archive.xlsx --body VM --audience members

The list is a spreadsheet (XLSX or ODS) whose first row names its columns: file, symbol, title en, title es, date, kind,
body, meeting, audience, language; every column but the first may be missing. What it says counts before what the files
say. Run it again after an interruption: what is filed already is left alone.
"""

COLUMNS = {"file", "symbol", "date", "kind", "body", "meeting", "audience", "language", "state"}


class Command(BaseCommand):
    """File a folder."""

    help = "File a folder of documents: symbol, language, title, date and kind are read from name and first page."

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:  # noqa: ARG002
        return super().create_parser(
            prog_name,
            "import-documents",
            epilog=EXAMPLE,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            **kwargs,
        )

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
            "--audience", default="", choices=["", *importing.AUDIENCE_CODES], help="who may read them"
        )
        parser.add_argument(
            "--release", action="store_true", help="release what is filed to the public at once"
        )
        parser.add_argument("--json", action="store_true", help="print the outcome as JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        folder: Path = options["folder"]
        if not folder.is_dir():
            raise CommandError(f"There is no folder {folder}.", returncode=2)
        translation.activate("en")
        person = _filer(options["by"])
        console = Console(stderr=options["json"])
        files = sorted(
            path for path in folder.rglob("*")
            if path.is_file() and not path.name.startswith((".", "~")) and not path.stem.lower().startswith("readme")
            and (options["listing"] is None or path.resolve() != options["listing"].resolve())
        )  # fmt: skip
        if not files:
            raise CommandError(f"There are no files in {folder}.")
        listed = read_list(options["listing"]) if options["listing"] else {}
        filed = _filed_before(files)
        batch = importing.open_batch(
            defaults={k: options[k] for k in ("kind", "body", "meeting", "language", "audience")},
            by=person, at=timezone.now(),
        )  # fmt: skip
        try:
            items = self._stage(batch, files, filed, listed, console)
            left_alone = len(files) - len(items)
            if options["dry_run"]:
                self._show(items, console, left_alone, as_json=options["json"])
                return
            items = self._confirm(batch, person, console)
            released = self._release(items, person, console) if options["release"] else 0
            self._show(items, console, left_alone, as_json=options["json"], released=released)
        finally:
            if options["dry_run"]:
                importing.discard(batch=batch, at=timezone.now())
        if any(item.refusal for item in items):
            raise SystemExit(1)

    def _stage(
        self,
        batch: Batch,
        files: list[Path],
        filed: set[str],
        listed: dict[str, dict[str, Any]],
        console: Console,
    ) -> list[BatchItem]:
        with _progress(console) as bar:
            task = bar.add_task("Looking at files", total=len(files))
            for path in files:
                if _sha256(path) not in filed:
                    importing.stage(batch=batch, name=path.name, source=path)
                bar.advance(task)
        return importing.propose(batch=batch, listed=listed)

    def _confirm(self, batch: Batch, person: Person, console: Console) -> list[BatchItem]:
        with _progress(console) as bar:
            task = bar.add_task("Filing", total=batch.items.exclude(key="").count())
            return importing.confirm(
                batch=batch, by=person, at=timezone.now(), on_row=lambda _item: bar.advance(task)
            )

    def _release(self, items: list[BatchItem], person: Person, console: Console) -> int:
        documents = {item.document.pk: item.document for item in items if item.document is not None}
        from puebla.documents.actions.reading import read_version

        with _progress(console) as bar:
            task = bar.add_task("Reading and releasing", total=len(documents))
            for document in documents.values():
                for version in FileVersion.objects.filter(edition__document=document, reading="waiting"):
                    read_version(version=version, at=timezone.now())
                release(document=document, by=person, at=timezone.now())
                bar.advance(task)
        return len(documents)

    def _show(
        self, items: list[BatchItem], console: Console, left_alone: int, *, as_json: bool, released: int = 0
    ) -> None:
        sentences = importing.warning_sentences()
        rows = [
            {
                "file": item.name, "symbol": item.document.symbol if item.document else item.proposal.get("symbol", ""),
                "language": item.proposal.get("language", ""), "titles": item.proposal.get("titles", {}),
                "date": item.proposal.get("dated", ""), "kind": item.proposal.get("kind", ""),
                "body": item.proposal.get("body", ""), "filed": item.document_id is not None,
                "warnings": item.warnings, "refusal": item.refusal,
            }
            for item in items
        ]  # fmt: skip
        if as_json:
            self.stdout.write(json.dumps({"files": rows, "left_alone": left_alone, "released": released}))
            return
        table = Table("File", "Symbol", "Language", "Title", "Date", "Kind", "Remarks")
        for row in rows:
            remarks = row["refusal"] or " ".join(sentences[code] for code in row["warnings"])
            table.add_row(row["file"], row["symbol"], row["language"], "; ".join(row["titles"].values()), row["date"],
                          row["kind"], remarks)  # fmt: skip
        console.print(table)
        count = sum(row["filed"] for row in rows)
        console.print(f"{count} filed, {left_alone} left alone (filed before), "
                      f"{sum(bool(row['refusal']) for row in rows)} refused, {released} documents released.")  # fmt: skip


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


def _filed_before(files: list[Path]) -> set[str]:
    hashes = [_sha256(path) for path in files]
    return set(FileVersion.objects.filter(sha256__in=hashes).values_list("sha256", flat=True))


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def read_list(path: Path) -> dict[str, dict[str, Any]]:
    """What a spreadsheet says of each file, by file name; raises CommandError naming the row and column at fault."""
    from python_calamine import CalamineError, load_workbook

    try:
        rows = load_workbook(str(path)).get_sheet_by_index(0).to_python()
    except (CalamineError, OSError) as error:
        raise CommandError(f"The list {path} cannot be read as a spreadsheet: {error}.") from error
    if not rows:
        raise CommandError(f"The list {path} is empty.")
    header = [str(cell).strip().lower().replace("_", " ") for cell in rows[0]]
    unknown = [
        name
        for name in header
        if name and name not in COLUMNS and not re.fullmatch(r"titles? [a-z]{2}", name)
    ]
    if unknown or "file" not in header:
        raise CommandError(
            f"The list {path}: " + (f"unknown column {', '.join(unknown)}; " if unknown else "there is no column 'file'; ")
            + f"known are {', '.join(sorted(COLUMNS))}, title en, title es.", returncode=2
        )  # fmt: skip
    listed: dict[str, dict[str, Any]] = {}
    for number, cells in enumerate(rows[1:], start=2):
        row = dict(zip(header, (_text(cell) for cell in cells), strict=False))
        if not row.get("file"):
            continue
        audience = row.get("audience", "").lower().replace(" ", "_").replace("-", "_")
        if audience and audience not in importing.AUDIENCE_CODES:
            raise CommandError(f"The list {path}, row {number}, column audience: '{row['audience']}' is not one of "
                               f"{', '.join(importing.AUDIENCE_CODES)}.")  # fmt: skip
        date = row.get("date", "")
        if date and not re.fullmatch(r"\d{4}(-\d\d(-\d\d)?)?", date):
            raise CommandError(f"The list {path}, row {number}, column date: '{date}' is not a date such as 2009,"
                               " 2009-07 or 2009-07-09.")  # fmt: skip
        titles = {name[-2:]: text for name, text in row.items() if name.startswith("title") and text}
        listed[row["file"]] = {
            "symbol": row.get("symbol", "").upper(), "dated": date, "kind": row.get("kind", "").upper(),
            "body": row.get("body", ""), "meeting": row.get("meeting", ""), "language": row.get("language", ""),
            "audience": audience, "titles": titles, "group": row.get("symbol", "").upper(),
            "state": row.get("state", "").lower(),
        }  # fmt: skip
    return listed


def _text(cell: Any) -> str:
    if hasattr(cell, "isoformat"):
        return str(cell.isoformat())[:10]
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()
