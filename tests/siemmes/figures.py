"""Figures that tests make: rows of a flow, files of them, stores that hold them."""

import csv
import datetime as dt
import io
from pathlib import Path

from siemmes.model.catalogue import code_list, structure
from siemmes.release.store import Store

AT = dt.datetime(2026, 3, 2, 12, 0, tzinfo=dt.UTC)
TODAY = AT.date()
#: Attributes that a submission of these tests says once.
SAID = {"SOURCE_TYPE": "CENSUS"}


def row(flow: str = "MIG_STOCK", **values: object) -> dict[str, str]:
    """A row of a flow: totals everywhere, Costa Rica reporting on Nicaragua for 2020, whatever else is said."""
    about = structure(flow)
    lists = {name: code_list(about.by_id[name].list) for name in about.dimensions}
    found = {name: "_T" if "_T" in known.by_id else known.ids[0] for name, known in lists.items()}
    found |= {
        "FREQ": "A",
        "REF_AREA": "CRI",
        "TIME_PERIOD": "2020",
        "OBS_VALUE": "100",
        "OBS_STATUS": "A",
    }
    if "COUNTERPART_AREA" in found:
        found["COUNTERPART_AREA"] = "NIC"
    if "STOCK_BASIS" in found:
        found["STOCK_BASIS"] = "BIRTH"
    if "DIRECTION" in found:
        found["DIRECTION"] = {"MIG_FLOW": "IN", "BORDER": "ENTRY", "REMIT": "RECEIVED"}[flow]
    return found | {name: str(value) for name, value in values.items()}


def written(rows: list[dict[str, str]], *, delimiter: str = ",") -> str:
    """Rows as delimited text."""
    names = list(dict.fromkeys(name for one in rows for name in one))
    out = io.StringIO()
    writer = csv.DictWriter(out, names, delimiter=delimiter, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def a_file(folder: Path, rows: list[dict[str, str]], name: str = "figures.csv", **options: str) -> Path:
    """A file of rows."""
    path = folder / name
    path.write_text(written(rows, **options), encoding="utf-8")
    return path


def a_store(
    folder: Path, rows: list[dict[str, str]], *, flow: str = "MIG_STOCK", sender: str = "CRI"
) -> Store:
    """A store with one release of these rows."""
    store = Store(folder / "store")
    released(store, folder, rows, flow=flow, sender=sender)
    return store


def released(
    store: Store, folder: Path, rows: list[dict[str, str]], *, flow: str = "MIG_STOCK", sender: str = "CRI"
) -> str:
    """Submit rows and publish them; the release's id."""
    kept = store.submit(a_file(folder, rows), flow=flow, sender=sender, at=AT, said=SAID)
    assert kept.accepted
    return store.release(flow, at=AT).id
