"""SIEMMES: the statistics engine of a consultative process on migration.

Countries and international sources submit; the engine judges, protects, publishes numbered releases and answers questions
on them. A plain library and a command line; it knows no web framework.

    import siemmes
    store = siemmes.Store("var/siemmes")
    report = siemmes.validate("stock.csv", flow="MIG_STOCK", sender="CRI")
    store.submit("stock.csv", flow="MIG_STOCK", sender="CRI")
    release = store.release("MIG_STOCK")
    table = store.ask(siemmes.Question("MIG_STOCK", {"REF_AREA": "CRI"})).table()
"""

from importlib import import_module
from typing import Any

#: What a notebook needs, and where it lives; imported on first use, so that a command line starts at once.
_PUBLIC = {
    "Question": "siemmes.cube.questions",
    "Store": "siemmes.release.store",
    "validate": "siemmes.intake.judging",
    "structure": "siemmes.model.catalogue",
    "code_list": "siemmes.model.catalogue",
    "SiemmesError": "siemmes.model.errors",
}

__all__ = list(_PUBLIC)


def __getattr__(name: str) -> Any:
    if name in _PUBLIC:
        return getattr(import_module(_PUBLIC[name]), name)
    raise AttributeError(f"module 'siemmes' has no attribute {name!r}")
