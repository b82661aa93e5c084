"""Figures in spreadsheets (XLSX, and ODS as well): the first sheet whose header names the flow's columns."""

import datetime as dt
import re
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

import duckdb
import python_calamine

from siemmes.cube.layout import quoted
from siemmes.intake.findings import Finding
from siemmes.intake.gathering import NAMING, Gatherer
from siemmes.model.errors import UnreadableError
from siemmes.model.structures import TIME, Structure

#: Rows in which a header is looked for: templates and people put titles above it.
_HEADER_WITHIN = 40
#: Bytes that a workbook may hold unpacked; a spreadsheet of a million rows has about a tenth of it.
LIMIT = 2 << 30
_CELLS = re.compile(rb'<c r="([A-Z]{1,3}\d+)"[^>]*?>\s*<f[ >/]')
_MERGED = re.compile(rb'<mergeCell ref="([A-Z]{1,3}\d+:[A-Z]{1,3}\d+)"')
_TOLD = 20


def read_workbook(
    con: duckdb.DuckDBPyConnection, path: Path, about: Structure
) -> tuple[str, list[str], list[Finding]]:
    """Read a spreadsheet into the table `raw`; its kind, its columns, and what was noticed. Rows are the sheet's own.

    Raises:
        UnreadableError: where it is broken, protected, unpacks to more than LIMIT, or no sheet names the flow's columns.
    """
    _require_size(path)
    try:
        workbook = python_calamine.CalamineWorkbook.from_path(str(path))
        name, header, first = _found(workbook, about, path.name)
        rows = workbook.get_sheet_by_name(name).iter_rows()
    except (python_calamine.CalamineError, OSError) as error:
        raise UnreadableError({
            "en": f"“{path.name}” could not be opened as a spreadsheet ({error}). Save it again as XLSX, without a password.",
            "es": f"«{path.name}» no pudo abrirse como hoja de cálculo ({error}). Guárdelo de nuevo como XLSX, sin contraseña.",
        }) from error  # fmt: skip
    gatherer = Gatherer(con, about, first_row=first + 1)
    findings = _header_findings(header, about)
    for row in _body(rows, first):
        gatherer.add({name: text for name, text in zip(header, row, strict=False) if name and text}, {})
    columns, strange = gatherer.finish(table=True)
    empty = " AND ".join(f"{quoted(name)} IS NULL" for name in columns)
    con.execute(f"DELETE FROM raw WHERE {empty or 'true'}")
    columns = [name for name in (*about.columns, *NAMING) if name in header]
    ours = {_letters(place) for place, heading in enumerate(header) if _ours(heading)}
    return "XLSX", columns, [*findings, *strange, *_told(_oddities(path), ours)]


def _told(oddities: Sequence[Finding], ours: set[str]) -> list[Finding]:
    """The first oddities of each kind that are the sender's own; formulas of our own check column are not."""
    theirs = [one for one in oddities if _column_of(one) not in ours]
    formulas = [one for one in theirs if one.message == "cell_formula"]
    merged = [one for one in theirs if one.message == "cell_merged"]
    return [*formulas[:_TOLD], *merged[:_TOLD]]


def _letters(place: int) -> str:
    """A column's letters, the first being A."""
    text, left = "", place + 1
    while left:
        left, rest = divmod(left - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


def _column_of(finding: Finding) -> str:
    return re.sub(r"[\d:].*", "", finding.value or "")


def _require_size(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(one.file_size for one in archive.infolist())
    except (zipfile.BadZipFile, OSError) as error:
        raise UnreadableError({
            "en": f"“{path.name}” is broken or was cut off; nothing was read. Send it again.",
            "es": f"«{path.name}» está dañado o incompleto; no se leyó nada. Envíelo de nuevo.",
        }) from error  # fmt: skip
    if size > LIMIT:
        raise UnreadableError({
            "en": f"“{path.name}” unpacks to {size >> 20} MiB; send so much as CSV.",
            "es": f"«{path.name}» ocupa {size >> 20} MiB descomprimido; envíe tal cantidad como CSV.",
        })  # fmt: skip


def _found(workbook: Any, about: Structure, file: str) -> tuple[str, list[str], int]:
    """The sheet that holds figures, its header, and the number of the header's row."""
    for name in workbook.sheet_names:
        for number, row in enumerate(workbook.get_sheet_by_name(name).iter_rows(), start=1):
            header = [_heading(cell) for cell in row]
            known = [one for one in header if one in about.by_id]
            if len(known) > 1 and {TIME, "OBS_VALUE"} & set(known):
                return name, header, number
            if number >= _HEADER_WITHIN:
                break
    raise UnreadableError({
        "en": f"No sheet of “{file}” names the columns of {about.id} in its first {_HEADER_WITHIN} rows. "
        f"Use the template: siemmes template {about.id}.",
        "es": f"Ninguna hoja de «{file}» nombra las columnas de {about.id} en sus primeras {_HEADER_WITHIN} filas. "
        f"Use la plantilla: siemmes template {about.id}.",
    })  # fmt: skip


def _heading(cell: Any) -> str:
    return (
        re.split(r"[:\[\n]", str(cell).strip(), maxsplit=1)[0].strip().upper()
        if cell not in (None, "")
        else ""
    )


def _header_findings(header: Sequence[str], about: Structure) -> list[Finding]:
    twice = {name for name in header if name in about.by_id and header.count(name) > 1}
    strange = [
        name for name in header if name and name not in about.by_id and name not in NAMING and not _ours(name)
    ]
    return [
        *(Finding("column_twice", column=name) for name in sorted(twice)),
        *(Finding("column_unknown", column=name, facts={"a": about.id}) for name in strange),
    ]


def _ours(name: str) -> bool:
    """Whether a column is one that the template adds for the sender's own eyes."""
    return name.startswith(("CHECK", "REVISIÓN"))


def _body(rows: Iterator[Sequence[Any]], first: int) -> Iterator[list[str]]:
    for number, row in enumerate(rows, start=1):
        if number > first:
            yield [_text(cell) for cell in row]


def _text(cell: Any) -> str:
    """A cell as its sender sees it: whole numbers without a point, the first of a month as that month."""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float):
        return str(int(cell)) if cell == int(cell) and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, dt.datetime | dt.date):
        return f"{cell:%Y-%m}" if cell.day == 1 else f"{cell:%Y-%m-%d}"
    text = "" if cell is None else str(cell).strip()
    return text.split(":", 1)[0].strip() if re.match(r"[\w@$-]+: ", text) else text


def _oddities(path: Path) -> list[Finding]:
    """Formulas and merged cells: their values are read as they were last worked out; they are told, cell by cell."""
    found: list[Finding] = []
    with zipfile.ZipFile(path) as archive:
        for one in archive.namelist():
            if one.startswith("xl/worksheets/sheet"):
                with archive.open(one) as sheet:
                    found += _cells(sheet)
    return found


def _cells(sheet: IO[bytes]) -> list[Finding]:
    """The cells with formulas and the merged ranges of a sheet, piece by piece; each once, in order."""
    formulas: dict[bytes, None] = {}
    merged: dict[bytes, None] = {}
    tail = b""
    while chunk := sheet.read(1 << 20):
        window = tail + chunk
        formulas |= dict.fromkeys(_CELLS.findall(window))
        merged |= dict.fromkeys(_MERGED.findall(window))
        tail = window[-300:]
    return [
        *(Finding("cell_formula", row=_row(one), value=one.decode()) for one in formulas),
        *(Finding("cell_merged", row=_row(one), value=one.decode()) for one in merged),
    ]


def _row(cell: bytes) -> int:
    found = re.search(rb"\d+", cell)
    return int(found[0]) if found else 0
