"""What tests of releases share."""

import pytest

from siemmes.release.store import Store
from tests.siemmes.figures import AT


@pytest.fixture(scope="session")
def shipped_store(tmp_path_factory):
    """A store with the small ones of the shipped flows, each edition released; tests only read it."""
    store = Store(tmp_path_factory.mktemp("shipped") / "store")
    for flow in ("POP", "RETURN", "PERMIT"):
        store.submit_shipped(flow, release=True, at=AT)
    yield store
    store.close()
