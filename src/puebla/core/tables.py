"""Lists as files: every list of the house can be had as CSV or XLSX."""

import csv
import datetime as dt
import io
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase, StreamingHttpResponse

# Signs that XML, and so a spreadsheet, cannot hold: one of them in one title would cost the reader the whole list.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
#: What one cell of a spreadsheet holds at most.
_LONGEST = 32_767


def as_table(kind: str, name: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> HttpResponseBase:
    """The rows as a download: `csv` (UTF-8 with mark, for spreadsheets) or `xlsx`; another kind is a 404."""
    if kind == "csv":
        response = StreamingHttpResponse(_csv(header, rows), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
        return response
    if kind == "xlsx":
        return _xlsx(name, header, rows)
    raise Http404


def export_of(
    request: HttpRequest, *, name: str, header: Sequence[str], rows: Iterable[Sequence[Any]]
) -> HttpResponseBase | None:
    """The list as a file when the address asks for one (`?export=csv` or `xlsx`), else None."""
    wanted = request.GET.get("export")
    return as_table(wanted, name, header, rows) if wanted in {"csv", "xlsx"} else None


def printable(text: str) -> str:
    """The text without signs that XML, and so an office file, cannot hold."""
    return _UNPRINTABLE.sub("", text)


def harmless(value: Any) -> Any:
    """A cell that a spreadsheet can hold and does not run: what looks like a formula gets an apostrophe before it."""
    if value is None:
        return ""
    if not isinstance(value, int | float | dt.date):
        value = printable(str(value))[: _LONGEST - 1]
        if value.startswith(("=", "+", "-", "@", "\t", "\r")):
            return f"'{value}"
    return value


def _csv(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(header)
    yield b"\xef\xbb\xbf" + buffer.getvalue().encode()
    for row in rows:
        buffer.seek(0)
        buffer.truncate()
        writer.writerow([harmless(cell) for cell in row])
        yield buffer.getvalue().encode()


def _xlsx(name: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> FileResponse:
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    sheet = book.create_sheet(name[:31])
    sheet.freeze_panes = "A2"
    for number in range(1, len(header) + 1):
        sheet.column_dimensions[get_column_letter(number)].width = 24
    cells = [WriteOnlyCell(sheet, value=title) for title in header]
    for cell in cells:
        cell.font = Font(bold=True)
    sheet.append(cells)
    for row in rows:
        sheet.append([harmless(cell) for cell in row])
    file = tempfile.TemporaryFile()  # noqa: SIM115 - FileResponse closes it
    book.save(file)
    file.seek(0)
    return FileResponse(
        file, as_attachment=True, filename=f"{name}.xlsx",
        content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    )  # fmt: skip
