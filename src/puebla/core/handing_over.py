"""What the holder of an office hands to the next: each room tells what of its records is open.

A room adds a `HandOverSource` to the registry `handover_sections`; the hand-over file asks all of them. A point carries the
gate of its record (room, audience, party), so that whoever may not know of the record meets no point of it either.
"""

import datetime as dt
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy

from puebla.core.languages import Texts

#: What each section of the file is called, in its order; rooms add theirs.
SECTIONS: dict[str, Any] = {
    "meetings": gettext_lazy("Meetings ahead and calendar"),
    "items": gettext_lazy("Open items of agendas"),
    "deadlines": gettext_lazy("Deadlines"),
    "papers": gettext_lazy("Documents in draft and awaited"),
    "circulars": gettext_lazy("Circulars that await replies"),
    "reports": gettext_lazy("Minutes and reports not adopted yet"),
    "chairs": gettext_lazy("Closed sessions without a chair"),
    "candidatures": gettext_lazy("Candidatures"),
    "applications": gettext_lazy("Applications for observer standing"),
    "contacts": gettext_lazy("Contacts"),
    "other": gettext_lazy("What else is handed over"),
}


@dataclass(frozen=True)
class Point:
    """One thing that is open, as the file says it.

    Attributes:
        key: names its record for ever within the section.
        titles, states: what it is and how it stands, in every language that is known.
        route: name and arguments of its page.
        room, room_cap, audience, party, embargo_until: the gate of its record.
        due_on: by when, where there is such a day; the file is ordered by it.
    """

    key: str
    titles: Texts
    states: Texts
    route: tuple[str, ...]
    room: int
    room_cap: int
    audience: int
    party: int
    embargo_until: dt.datetime | None = None
    due_on: dt.date | None = None


@dataclass(frozen=True)
class HandOverSource:
    """What one room puts into a section.

    Attributes:
        section: one of `SECTIONS`.
        gather: (body that is handed over, at) → its open points, before anybody's gate.
        visible: (person, reach, keys) → those of the keys whose record the person may know of now.
    """

    section: str
    gather: Callable[[Any, dt.datetime], Iterable[Point]]
    visible: Callable[[Any, Any, Collection[str]], set[str]]


def known_by(records: Any, column: str = "ref") -> Callable[[Any, Any, Collection[str]], set[str]]:
    """Of the keys those whose record the person may know of now: what `HandOverSource.visible` asks of records behind a gate.

    Args:
        records: their manager; it knows `visible_to`. column: in which a record's key stands.
    """

    def seen(person: Any, reach: Any, keys: Collection[str]) -> set[str]:
        found = records.visible_to(person, reach=reach).filter(**{f"{column}__in": keys})
        return set(found.order_by().values_list(column, flat=True))

    return seen
