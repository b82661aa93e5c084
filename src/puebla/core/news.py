"""News: what happens in the rooms, and what people may follow. The words that rooms and `notices` share.

A room that has something to tell registers a `NewsSource`; whoever knows what its records may be followed by registers a
`Followable`. What happened is named without words and before anybody's gate; words are fetched for one reader, through
the gate, on the day they are read.
"""

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.utils.functional import Promise

from puebla.core.languages import Texts
from puebla.core.verdicts import Verdict

#: A topic and which one: ("body", "VM").
Followed = tuple[str, str]


@dataclass(frozen=True)
class Happening:
    """Something that happened to a record.

    Attributes:
        event: names it for ever: each person is told of it once.
        subject: the record's reference.
        what: which of the source's sentences tells of it.
        language: of the file it is about, where it is about one.
        number: of the file's version.
        to: the key of the only person it concerns; None where it concerns whoever may see the record.
        topics: told only to who follows the record by one of these; by any topic where there are none.
        unless_told_since: not told to whom something of the record was told since this instant.
        by: the reference of the person whose act it was: not told at once of what they did themselves.
    """

    event: str
    subject: str
    what: str
    at: dt.datetime
    language: str = ""
    number: int | None = None
    to: int | None = None
    topics: frozenset[str] = frozenset()
    unless_told_since: dt.datetime | None = None
    by: str = ""


@dataclass(frozen=True)
class TakingPart:
    """That somebody takes part in something, and so is told of it without following it.

    Attributes:
        person: the person's key. followed: the topic it is, and which one. since: from when on.
        now: whether it goes on at this moment, so that what concerns it is told at once.
    """

    person: int
    followed: Followed
    since: dt.datetime
    now: bool = False


class Batch(NamedTuple):
    """What happened after a mark, oldest first; the mark behind it; whether there is more behind that.

    A mark is JSON that only its source reads.
    """

    happened: list[Happening]
    mark: Any
    more: bool = False


@dataclass(frozen=True)
class Line:
    """A record as one reader may be told of it now.

    Attributes:
        address: below the site's own, in the language now active.
        room: the names of its room; of a sealed one a mail says nothing but these.
        sizes: bytes of the present file by language.
        now: how it stands now, in words: a session's day, hours and room.
    """

    subject: str
    symbol: str
    titles: Texts
    kind: Texts
    address: str
    room: Texts = field(default_factory=dict)
    sealed: bool = False
    sizes: Mapping[str, int] = field(default_factory=dict)
    now: str = ""


@dataclass(frozen=True)
class Gathering:
    """What several records belong to, such as a meeting: what changed there is told as one entry."""

    key: str
    symbol: str
    titles: Texts
    kind: Texts
    address: str


@dataclass(frozen=True)
class NewsSource:
    """A room's news.

    Attributes:
        since: (mark, at) → what happened after the mark; None asks for the mark of now, with nothing happened.
        visible: (person, reach) → the records the person may see, as a queryset with a column `ref`.
        lines: (person, reach, references) → the line of each that the person may see now, by reference.
        says: (what, language, number, size) → the sentence, in the language now active.
    """

    since: Callable[[Any, dt.datetime], Batch]
    visible: Callable[[Any, Any], Any]
    lines: Callable[[Any, Any, Collection[str]], dict[str, Line]]
    says: Callable[[str, str, int | None, int | None], str]


@dataclass(frozen=True)
class Offer:
    """One thing that may be followed: its names, its page, and whether this person may follow it."""

    names: Texts
    verdict: Verdict
    address: str = ""


@dataclass(frozen=True)
class Followable:
    """Topics that a source's records fall under.

    Attributes:
        source: name of the `NewsSource` whose records are meant.
        topics: name → what it is called; in the order in which they are offered.
        offers: (person, reach, topic, values) → what the person may know of, by value; of all of them where values is
            None, which a topic with too many answers with nothing.
        under: (person, reach, followed, references) → which of those followed each record falls under; records that the
            person may not see are not in it.
        kin: (person, reach, topic, value) → what else could be followed from there: of a document its body, its kind.
        offered: whether its topics are offered here; another offers them where they are not.
    """

    source: str
    topics: Mapping[str, str | Promise]
    offers: Callable[[Any, Any, str, Collection[str] | None], Mapping[str, Offer]]
    under: Callable[[Any, Any, Collection[Followed], Collection[str]], Mapping[str, set[Followed]]]
    kin: Callable[[Any, Any, str, str], list[Followed]] = lambda _person, _reach, _topic, _value: []
    offered: bool = True
