"""What a room that has something to find offers: `registry.search_sources` for the private site, whose rooms stand above it."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.utils.safestring import SafeString


@dataclass(frozen=True)
class Hit:
    """A record as it is shown among what was found; plain values, all of them shown.

    Attributes:
        label: what sort of thing it is, where that is not plain.
        languages: (code, address) of each language it can be read in.
        facts: short words beside the title: kind, date, state.
        read: the address of a page of its text in a language.
    """

    url: str
    title: str
    title_language: str = ""
    title_pending: bool = False
    symbol: str = ""
    label: str = ""
    facts: tuple[str, ...] = ()
    languages: tuple[tuple[str, str], ...] = ()
    read: Callable[[str, int], str] | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Answer:
    """One line of the results: the hit, the language it was found in, the page and the words there."""

    hit: Hit
    language: str
    page: int
    page_url: str
    snippet: SafeString


class Source(Protocol):
    """A room with records in the index of the private site."""

    name: str
    #: Its number in the index's keys, for ever.
    number: int

    def shown(self, person: Any, reach: Any, records: Sequence[int]) -> dict[int, Hit]:
        """Those of the records that the person may see, ready to be shown: asked of the gate once more."""

    def texts(self, pages: Sequence[tuple[int, int]]) -> dict[tuple[int, int], str]:
        """The text of each of these pages: (holder, number)."""

    def shared(self, person: Any, reach: Any) -> list[int]:
        """Records opened to this person by name."""

    def cited(self, person: Any, reach: Any, citation: Any) -> list[Hit]:
        """Records that a citation means, of those the person may see."""


class Prepared(Protocol):
    """Entries of an index that are ready to be written."""

    def write(self) -> int:
        """Write them in place of what was known of these records; how many."""
        ...


class Prepare(Protocol):
    """Makes some records ready for their index."""

    def __call__(self, keys: Sequence[int], *, at: dt.datetime) -> Prepared: ...


@dataclass(frozen=True)
class Keeper:
    """What keeps an index true beyond the acts themselves: for `puebla reindex`, the chore, the doctor.

    Args:
        behind: keys of records of which the index knows nothing, or an older state.
        every: keys of all that belong into it, in order.
        prepare: (keys, at=) → what is to be written of these records, read and folded; what of the database it reads is
            all that it depends on.
        clear: forget everything, before all of it is made anew.
        odd: how many entries and rows of the index have lost each other; where several share a table, one of them counts.
    """

    name: str
    behind: Callable[[], Sequence[int]]
    every: Callable[[], Sequence[int]]
    prepare: Prepare
    clear: Callable[[], None]
    odd: Callable[[], int] = lambda: 0


@dataclass(frozen=True)
class Shelf:
    """Something small that is looked through as a whole: meetings, parties, bodies, people.

    Args:
        label: what is found there.
        find: (person, reach, question, at) → hits that hold every word, of what the person may know of.
    """

    name: str
    label: Any
    find: Callable[[Any, Any, Any, dt.datetime], list[Hit]]
