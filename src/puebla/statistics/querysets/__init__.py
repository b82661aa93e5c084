"""What pages ask of the released statistics: the database alone, in a constant number of questions."""

from collections.abc import Iterable

from django.db.models import Q

from puebla.statistics.models import Cell, Release, ReleasedSeries, State

#: (dataflow, key): a series' address in SIEMMES.
Address = tuple[str, str]


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


def cells_in(release: Release) -> list[Cell]:
    """What a release says of the series that are or were shown, in the order of their keys. One question."""
    found = release.readings.select_related("of").order_by("of__key")
    return [one.cell_of(one.of) for one in found]
