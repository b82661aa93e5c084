"""Lists to take away: CSV and XLSX."""

import csv
import io
from collections.abc import Iterable, Sequence

from django.http import HttpRequest, HttpResponse
from openpyxl import Workbook

#: A cell that starts with one of these would be run as a formula by a spreadsheet.
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def export_of(
    request: HttpRequest, *, name: str, header: Sequence[str], rows: Iterable[Sequence[object]]
) -> HttpResponse | None:
    """The list as a file when the address asks for one (`?export=csv`), else None."""
    wanted = request.GET.get("export")
    if wanted == "csv":
        return _attached(_csv(header, rows), "text/csv; charset=utf-8", f"{name}.csv")
    if wanted == "xlsx":
        return _attached(_xlsx(header, rows), XLSX, f"{name}.xlsx")
    return None


def _attached(content: bytes, media_type: str, name: str) -> HttpResponse:
    return HttpResponse(
        content, content_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def harmless(value: object) -> str:
    """The cell's text, which no spreadsheet runs."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA_SIGNS) else text


def _csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(header)
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    # The mark at the start lets office software read the accents.
    return ("\ufeff" + stream.getvalue()).encode()


def _xlsx(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(list(header))
    for row in rows:
        sheet.append([harmless(cell) for cell in row])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
