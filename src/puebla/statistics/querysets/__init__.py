"""What pages ask of the released statistics: the database alone, in a constant number of questions."""

from collections.abc import Iterable

from django.db.models import Q

from puebla.core.languages import show
from puebla.statistics.models import Cell, ReleasedSeries, State

#: (dataflow, key): a series' address in SIEMMES.
Address = tuple[str, str]


def dataflow_choices() -> list[tuple[str, str]]:
    """Every dataflow that the engine knows, by its id and as the reader calls it."""
    from siemmes.model.catalogue import flows, structure

    return [(flow, f"{show(structure(flow).names)} ({flow})") for flow in flows()]


def cells_at(addresses: Iterable[Address]) -> dict[Address, Cell]:
    """The newest released figure of each of these series; what was not read yet says so. One question to the database."""
    wanted = list(dict.fromkeys(addresses))
    if not wanted:
        return {}
    either = Q()
    for dataflow in dict.fromkeys(flow for flow, _key in wanted):
        either |= Q(dataflow=dataflow, key__in=[key for flow, key in wanted if flow == dataflow])
    found = ReleasedSeries.objects.filter(either).select_related("reading__release")
    known = {(one.dataflow, one.key): one.cell() for one in found}
    return {one: known.get(one) or Cell(*one, State.WAITING) for one in wanted}


def cell_at(dataflow: str, key: str) -> Cell:
    """The newest released figure of one series."""
    return cells_at([(dataflow, key)])[dataflow, key]
