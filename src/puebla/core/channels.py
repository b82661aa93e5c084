"""What a room hands to the doors for machines: pages for the sitemap, entries for feeds.

The doors know no room above the publications; a room that has pages of its own adds a source to the registries
`sitemap` and `feeds` in `core.registry`.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from puebla.core.languages import Texts

#: Languages of a page by code, each with the path of that page in it.
Paths = dict[str, str]


@dataclass(frozen=True)
class SitemapPage:
    """One public page in all its languages.

    Attributes:
        changed_at: when it last changed; None where nobody keeps that.
    """

    paths: Paths
    changed_at: dt.datetime | None = None


@dataclass(frozen=True)
class Enclosure:
    """A file that comes with an entry."""

    address: str
    media_type: str
    size: int
    language: str = ""


@dataclass(frozen=True)
class FeedEntry:
    """One thing that a feed tells.

    Attributes:
        ref: of this thing for ever, unique below `kind` of the feed: it becomes its `tag:` address.
        addresses: of its page, by language.
        deleted_at: when it was withdrawn; then its titles are empty and `summaries` says why.
        categories: (scheme, code, names).
    """

    ref: str
    titles: Texts
    addresses: Texts
    published_at: dt.datetime
    changed_at: dt.datetime
    summaries: Texts = field(default_factory=dict)
    enclosures: Sequence[Enclosure] = ()
    categories: Sequence[tuple[str, str, Texts]] = ()
    deleted_at: dt.datetime | None = None


@dataclass(frozen=True)
class FeedSource:
    """A feed of a room's own, at `/feeds/<name>.atom`.

    Attributes:
        title: of the feed, lazily translated.
        page: the address name of its page for people.
        entries: (at, first, last) → those entries, the newest first, and how many there are.
    """

    title: object
    page: str
    entries: Callable[[dt.datetime, int, int], tuple[Sequence[FeedEntry], int]]


#: at → the pages of a room.
SitemapSource = Callable[[dt.datetime], Iterable[SitemapPage]]
