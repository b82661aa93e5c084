"""Rows of the real figures that are shipped, for tests that take some of them or damage them on purpose."""

import csv
import gzip
import os
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from siemmes.intake.findings import Report
from siemmes.intake.judging import validate
from siemmes.release.content import Shipped, selected
from siemmes.release.store import Store
from tests.siemmes.figures import AT, a_file

#: The public files that the shipped ones were made from, where they are at hand.
SHARED = Path(os.environ.get("SIEMMES_SHARED_DATA", Path(__file__).parents[3] / "shared" / "data"))

Row = dict[str, str]


def one(name: str) -> Shipped:
    """A shipped file's description."""
    (found,) = selected(name)
    return found


def rows_of(name: str, wanted: Callable[[Row], bool] = lambda _row: True) -> list[Row]:
    """The rows of a shipped file that are wanted, as they stand in it and with what is said once."""
    shipped = one(name)
    with gzip.open(shipped.path, "rt", encoding="utf-8", newline="") as file:
        rows = (dict(shipped.said) | found for found in csv.DictReader(file))
        return [row for row in rows if row.pop("DATAFLOW") and wanted(row)]


def judged(name: str, folder: Path, rows: list[Row], **options: object) -> Report:
    """What the rules say of rows that are sent instead of a shipped file."""
    shipped = one(name)
    return validate(
        a_file(folder, rows), flow=shipped.flow, sender=shipped.sender, today=AT.date(), said=shipped.said, **options
    )  # fmt: skip


@cache
def as_shipped(name: str, **options: object) -> Report:
    """What the rules say of a shipped file."""
    shipped = one(name)
    return validate(
        shipped.path, flow=shipped.flow, sender=shipped.sender, today=AT.date(), said=shipped.said, **options
    )


def sent(store: Store, name: str, folder: Path, rows: list[Row]) -> None:
    """Submit rows of a shipped file with all that is said of it."""
    shipped = one(name)
    kept = store.submit(
        a_file(folder, rows), flow=shipped.flow, sender=shipped.sender, at=AT, said=shipped.said, reason=shipped.reason
    )  # fmt: skip
    assert kept.accepted, kept.counts


def said(report: Report, message: str) -> list[Mapping[str, object]]:
    """The findings of one kind: row, value and facts."""
    return [
        {"row": one.row, "value": one.value, "column": one.column, **one.facts}
        for one in report
        if one.message == message
    ]
