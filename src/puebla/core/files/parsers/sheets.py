"""Spreadsheets: a page a sheet, cells parted by tabs."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence

from python_calamine import CalamineError, PasswordError, load_workbook

from . import MAX_TEXT, Job, UnparsableError
from .paragraphs import normalised


def parse(job: Job) -> None:
    """Read the sheets in order; sheets without cells (charts) are empty pages."""
    try:
        workbook = load_workbook(str(job.path))
        for name in workbook.sheet_names[: job.max_pages + 1]:
            rows = workbook.get_sheet_by_name(name).iter_rows()
            job.pages.append(_page(name, rows))
    except PasswordError as error:
        raise UnparsableError("password") from error
    except CalamineError as error:
        raise UnparsableError("broken") from error


def _page(name: str, rows: Iterable[Sequence[object]]) -> str:
    lines = [name, ""]
    length = 0
    for line in _lines(rows):
        length += len(line)
        if length > MAX_TEXT:
            break
        lines.append(line)
    return "\n".join(lines).rstrip()


def _lines(rows: Iterable[Sequence[object]]) -> Iterator[str]:
    for row in rows:
        line = "\t".join(map(_cell, row)).rstrip("\t")
        if line.strip():
            yield line


def _cell(value: object) -> str:
    """The value as it is read, not as a machine keeps it: whole numbers without a point, dates without a midnight."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(sep=" ")
    return " ".join(normalised(str(value)).split())
