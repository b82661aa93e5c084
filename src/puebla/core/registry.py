"""Doors through which a lower room reaches a higher one without importing it; filled from `apps.py`.

Each registry is a named list. Entries are kept in the order of their `rank`, so that what a page shows does not
depend on the order in which apps start.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    # Imported for its words alone: this module is read before Django's models are.
    from puebla.core.asks import AskSource
    from puebla.core.calendars import CalendarSource
    from puebla.core.channels import FeedSource, SitemapSource
    from puebla.core.handing_over import HandOverSource
    from puebla.core.news import Followable, Gathering, NewsSource, TakingPart
    from puebla.core.search.sources import Hit, Keeper, Shelf, Source

T = TypeVar("T")


@dataclass(frozen=True)
class Reference:
    """Something that cites a record.

    Attributes:
        title, url: what cites it and where; empty where the person asking may not know of it.
    """

    title: str = ""
    url: str = ""


@dataclass
class Registry(Generic[T]):
    """Named entries that higher rooms add and lower rooms read."""

    purpose: str
    _entries: dict[str, tuple[int, T]] = field(default_factory=dict)

    def add(self, name: str, entry: T, *, rank: int = 50) -> None:
        """Add or replace the entry of this name."""
        self._entries[name] = (rank, entry)

    def __iter__(self) -> Iterator[T]:
        return (entry for _rank, entry in sorted(self._entries.values(), key=lambda pair: pair[0]))

    def items(self) -> Iterator[tuple[str, T]]:
        """Names with their entries, in the same order."""
        pairs = sorted(self._entries.items(), key=lambda pair: pair[1][0])
        return ((name, entry) for name, (_rank, entry) in pairs)

    def named(self, name: str) -> T | None:
        """The entry of this name, or None."""
        found = self._entries.get(name)
        return found[1] if found else None


#: act → function of the entry's facts that gives the sentence for readers.
journal_phrases: Registry[Callable[..., str]] = Registry("sentences for acts in the journal")
#: panels of the intranet's first page: (person, what the person reaches) → {"template": ..., "context": ...} or None; what
#: is to stand before everything else says "leads".
desk_panels: Registry[Callable[..., dict[str, object] | None]] = Registry("panels of the desk")
#: entries of the intranet's menu: (person) → (label, address) or None.
menu: Registry[Callable[..., tuple[str, str] | None]] = Registry("entries of the intranet's menu")
#: checks of `puebla doctor`: () → (name, ok, sentence).
health_checks: Registry[Callable[[], tuple[str, bool, str]]] = Registry("checks of the instance's health")
#: work that `puebla tick` and the worker do when due: () → number of things done.
chores: Registry[Callable[[], int]] = Registry("chores done at every tick")
#: rooms that have something to tell; the name is kept with each notice.
news_sources: "Registry[NewsSource]" = Registry("rooms that have something to tell")
#: what a message that waits says now, by what it was written for: (reference, message, at) → its columns, or None
#: where it is no longer to go.
mail_now: Registry[Callable[..., "dict[str, str] | None"]] = Registry("messages that may have been overtaken")
#: kinds of mail that come without being followed, each ended by one click: () → what it is called.
mail_kinds: Registry[Callable[[], str]] = Registry("kinds of mail ended by one click")
#: stored private files that records of a room hold: (keys) → those of them.
kept_files: Registry[Callable[[list[str]], set[str]]] = Registry("private files that records hold")
#: what people may follow: bodies, themes, kinds, saved searches.
followables: "Registry[Followable]" = Registry("what people may follow")
#: rooms that have dates: sessions, meetings, deadlines (`core.calendars`).
calendar: "Registry[CalendarSource]" = Registry("rooms that have dates")
#: what people take part in, by the kind of mail that tells of it: (at) → each taking part (`core.news.TakingPart`).
taking_part: "Registry[Callable[[Any], Iterable[TakingPart]]]" = Registry("what people take part in")
#: what records belong to: (person, reach, references by source) → the `Gathering` of each (source, reference).
gatherings: "Registry[Callable[[Any, Any, Mapping[str, Sequence[str]]], Mapping[tuple[str, str], Gathering]]]" = Registry(
    "what records belong to"
)
#: rooms that ask something of parties (`core.asks`).
asks: "Registry[AskSource]" = Registry("rooms that ask something of parties")
#: what parties said does not apply to them: (room, keys of parties) → (reference of what is asked, party).
asks_aside: "Registry[Callable[[str, Collection[int]], Iterable[tuple[str, int]]]]" = Registry(
    "what parties set aside"
)
#: what a page about something offers its reader: (request, topic, value) → {"template": ..., "context": ...} or None.
page_offers: Registry[Callable[..., dict[str, object] | None]] = Registry("offers on a record's own page")
#: cells of the released statistics that rooms show, so that they are read again with each release: () → (dataflow, key).
cells: "Registry[Callable[[], Iterable[tuple[str, str]]]]" = Registry("cells of statistics that rooms show")
#: what an office hands over to its next holder, by room (`core.handing_over`).
handover_sections: "Registry[HandOverSource]" = Registry("sections of the hand-over file")
#: what cites a record, so that it is not removed: (person, topic, references of records) → `Reference` of each citation.
references: "Registry[Callable[[Any, str, Sequence[str]], Iterable[Reference]]]" = Registry(
    "what cites a record"
)
#: sealed rooms of no body, of which a person may know that they are there: (person, reach) → (room, what it is called).
sealed_rooms: Registry[Callable[[Any, Any], Iterable[tuple[Any, str]]]] = Registry("sealed rooms of no body")
#: where a room of no body is looked at: (room) → url name and arguments, or nothing where it is none of theirs.
room_addresses: Registry[Callable[[Any], tuple[str, ...]]] = Registry("pages of rooms of no body")
#: what a person's seats let them do now: (person) → names of `members.models.Permission`.
permissions: Registry[Callable[..., frozenset[str]]] = Registry("permissions that seats give")
#: who holds a permission now: (name of a permission) → people.
holders: Registry[Callable[[str], list[Any]]] = Registry("people who hold a permission")
#: the CMS's own names of permissions, answered from seats: (person, "app.permission") → whether.
framework_permissions: Registry[Callable[[Any, str], bool]] = Registry("permissions as the CMS calls them")
#: what the portal's menu and footer lead to beside its records: (language) → {"menu": [(label, address)], "footer": […]}.
portal_navigation: Registry[Callable[[str], dict[str, list[tuple[str, str]]]]] = Registry(
    "entries of the portal"
)
#: public pages that search engines are to know: (at) → pages.
sitemap: "Registry[SitemapSource]" = Registry("pages of the sitemap")
#: feeds of rooms above the publications, by the name in their address.
feeds: "Registry[FeedSource]" = Registry("feeds of a room's own")
#: rooms whose records stand in the index of the private site.
search_sources: "Registry[Source]" = Registry("records found by search")
#: records on whose own page a paragraph that was cited stands; the paper comes after them: (person, reach, citation) → hits.
cited_paragraphs: "Registry[Callable[[Any, Any, Any], Iterable[Hit]]]" = Registry("pages of cited paragraphs")
#: small lists looked through beside it: meetings, parties, bodies, people.
search_shelves: "Registry[Shelf]" = Registry("small lists looked through by search")
#: what keeps each search index true.
search_keepers: "Registry[Keeper]" = Registry("keepers of the search indexes")
