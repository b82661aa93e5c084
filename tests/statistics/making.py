"""Small real releases, built by the engine where the secretariat looks for them."""

import datetime as dt
from contextlib import contextmanager

from django.conf import settings

from puebla.core import registry
from siemmes.release.store import Store
from tests.siemmes import figures

AT = figures.AT
LATER = AT + dt.timedelta(days=1)
#: People of Nicaragua who live in Costa Rica, as the United Nations counted them.
KEY = "A.CRI.NIC.BIRTH._T._T._T._T._T"
CELL = ("MIG_STOCK", KEY)


def row(period, value, **more):
    """A figure of that series; a missing one says why by OBS_STATUS."""
    return figures.row("MIG_STOCK", TIME_PERIOD=period, OBS_VALUE=value, **more)


def publish(tmp_path, rows, *, at=AT, public_from=None):
    """Submit these rows and publish them where the instance looks; the release's id."""
    store = Store(settings.STATISTICS_DIR)
    said = figures.SAID | {"VINTAGE": f"of {at:%d %B}", "LICENCE": "CC BY 4.0"}
    kept = store.submit(
        figures.a_file(tmp_path, rows), flow="MIG_STOCK", sender="CRI", at=at, said=said, reason="corrected"
    )
    assert kept.accepted, list(store.report(kept))
    found = store.release("MIG_STOCK", at=at, public_from=public_from, note="A count").id
    store.close()
    return found


@contextmanager
def registered(*cells):
    """While a room shows these cells and no other does."""
    kept = dict(registry.cells._entries)
    registry.cells._entries.clear()
    registry.cells.add("tests", lambda: cells)
    try:
        yield
    finally:
        registry.cells._entries.clear()
        registry.cells._entries.update(kept)
