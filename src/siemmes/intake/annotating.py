"""The sender's own file given back with what was found in it, row by row."""

import csv
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import openpyxl
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

from siemmes.intake.findings import Finding, Report
from siemmes.model.errors import UnreadableError

#: Headings of the columns that are added.
COLUMNS = ("FINDING", "FINDING_TEXT")
_FILLS = {"E": "FFFBE0DC", "W": "FFFFF3D1", "I": "FFE3ECF8"}
_HEADER_WITHIN = 40
#: The row of a text's header. What is said of it stands with what is said of the whole file.
_HEADER = 1


def annotate(path: Path, report: Report, target: Path, *, language: str = "en") -> None:
    """Write a copy of a CSV or XLSX file with its findings.

    A CSV gets two columns more: the gravest severity with the rules, and the sentences; what is said of the whole file or of its
    header stands below. In an XLSX the cells are coloured
    and bear the sentences as comments; findings about the whole file stand on a sheet of their own.

    Raises:
        UnreadableError: where the file is of another kind; its findings are had as a table or JSON.
    """
    with path.open("rb") as file:
        start = file.read(4)
    if start == b"PK\x03\x04":
        _annotate_workbook(path, report, target, language)
    elif start[:1] in {b"<", b"{"} or start[:2] == b"\x1f\x8b":
        raise UnreadableError(
            {
                "en": f"“{path.name}” is neither CSV nor XLSX, so that no copy with notes can be made; use --json.",
                "es": f"«{path.name}» no es CSV ni XLSX, por lo que no puede anotarse una copia; use --json.",
            }
        )
    else:
        _annotate_text(path, report, target, language)


def _by_row(report: Report) -> Iterator[tuple[int, list[Finding]]]:
    """The findings of each row that has any, in the order of the file; those about the whole file or its header come first."""
    for row, findings in groupby(report, key=lambda one: one.row or _HEADER):
        yield row, list(findings)


def _annotate_text(path: Path, report: Report, target: Path, language: str) -> None:
    found = _by_row(report)
    nothing: tuple[int, list[Finding]] = (0, [])
    at, findings = next(found, nothing)
    general: list[Finding] = []
    if at == _HEADER:
        general, (at, findings) = findings, next(found, nothing)
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as source:
        dialect = csv.Sniffer().sniff(source.readline(), delimiters=",;\t|")
        source.seek(0)
        with target.open("w", encoding="utf-8-sig", newline="") as out:
            writer = csv.writer(out, delimiter=dialect.delimiter)
            for number, row in enumerate(csv.reader(source, delimiter=dialect.delimiter), start=1):
                if number == _HEADER:
                    writer.writerow([*row, *COLUMNS])
                else:
                    writer.writerow([*row, *_told(findings if number == at else [], language)])
                while at and at <= number:
                    at, findings = next(found, nothing)
            for one in general:
                writer.writerow([f"{one.severity} {one.rule}: {one.text(language)} {one.advice(language)}"])


def _told(findings: list[Finding], language: str) -> tuple[str, str]:
    if not findings:
        return "", ""
    kinds = " ".join(dict.fromkeys(f"{one.severity} {one.rule}" for one in findings))
    return kinds, " ".join(f"{one.text(language)} {one.advice(language)}" for one in findings)


def _annotate_workbook(path: Path, report: Report, target: Path, language: str) -> None:
    book = openpyxl.load_workbook(path)
    sheet, header, places = _figures(book)
    general = book.create_sheet("Findings" if language == "en" else "Hallazgos", 0)
    for number, findings in _by_row(report):
        for one in findings:
            general.append(
                [
                    one.severity,
                    one.rule,
                    one.row,
                    one.column,
                    one.value,
                    one.text(language),
                    one.advice(language),
                ]
            )
            if number > header:
                cell = sheet.cell(number, places.get(one.column or "", 1))
                cell.fill = PatternFill("solid", fgColor=_FILLS[one.severity])
                said = f"{one.severity} {one.rule}: {one.text(language)} {one.advice(language)}"
                cell.comment = Comment(
                    f"{cell.comment.text}\n{said}" if cell.comment else said, "SIEMMES", width=400, height=120
                )
    for column, width in zip("ABCDEFG", (8, 8, 8, 20, 20, 70, 70), strict=True):
        general.column_dimensions[column].width = width
    book.save(target)


def _figures(book: openpyxl.Workbook) -> tuple[openpyxl.worksheet.worksheet.Worksheet, int, dict[str, int]]:
    """The sheet with figures, the row of its header, and the place of each of its columns."""
    for sheet in book.worksheets:
        for number, row in enumerate(sheet.iter_rows(max_row=_HEADER_WITHIN, values_only=True), start=1):
            places = {
                str(cell).split(":")[0].strip().upper(): place
                for place, cell in enumerate(row, start=1)
                if cell
            }
            if "OBS_VALUE" in places or "TIME_PERIOD" in places:
                return sheet, number, places
    return book.worksheets[0], 1, {}
