"""Questions behind the gate that many pages ask, put into SQL once for each reach instead of on every page."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.db import models

from puebla.core import registry
from puebla.core.prepared import Prepared, Value
from puebla.members.querysets import Reach, reach_of

if TYPE_CHECKING:
    from puebla.accounts.models import Person


def shared_records(person: "Person", reach: Reach) -> dict[int, list[int]]:
    """Records shared with a person by name: source → keys."""
    if reach.shared is not None:
        return {number: list(records) for number, records in reach.shared}
    found = {source.number: source.shared(person, reach) for source in registry.search_sources}
    return {number: records for number, records in found.items() if records}


def with_shares(person: "Person", reach: Reach) -> Reach:
    """The reach with what is shared with this person by name: asked once for all that a page asks."""
    if reach.shared is not None or reach.is_empty:
        return reach
    found = shared_records(person, reach).items()
    return replace(reach, shared=tuple((number, tuple(sorted(records))) for number, records in sorted(found)))


def reach_in(request: Any) -> Reach:
    """What the person of this request reaches, shares by name included: asked once for all that its page shows.

    Acts ask anew, at their own instant.
    """
    found: Reach | None = getattr(request, "reach", None)
    if found is None:
        found = request.reach = with_shares(request.person, reach_of(request.person))
    return found


class PreparedForReader:
    """A question that starts at `visible_to(person)`, written once for each person and all that their seats and shares open.

    Seats and shares are asked on every page, so what they no longer open is answered by another statement at once.

    Args:
        write: (person, reach, marks that stand for the values) → a queryset of plain values, as for `Prepared`.
        options: as for `Prepared`.
    """

    def __init__(self, write: Callable[..., models.QuerySet[Any, Any]], **options: Any) -> None:
        self._prepared = Prepared(
            lambda person, reach, at, *marks: write(person, replace(reach, at=at), *marks), **options
        )

    def rows(self, person: "Person", reach: Reach, *values: Value) -> list[Any]:
        """The rows that this person may see."""
        if reach.at is None or reach.is_empty:
            return []
        # What seats permit to do opens nothing to read.
        opened = replace(with_shares(person, reach), at=None, permissions=frozenset())
        return self._prepared.rows(reach.at, *values, shape=(person, opened))
