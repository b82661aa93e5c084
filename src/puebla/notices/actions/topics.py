"""What the public may follow: taken from what was released, and from nothing else."""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from urllib.parse import parse_qsl, urlencode

from django.db.models import Q
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from puebla.core.languages import Texts, show
from puebla.core.models import Process
from puebla.core.news import Followed
from puebla.core.search.asking import UnanswerableError, read
from puebla.core.words import fold
from puebla.publications.actions.indexing import SOURCE as INDEXED
from puebla.publications.models import PublicDocument, PublicIndexEntry, PublicParty, PublicTheme
from puebla.publications.querysets.searching import answering

#: In the order in which they are offered; a search is offered where one was made.
TOPICS: dict[str, str | Promise] = {
    "body": gettext_lazy("Bodies"),
    "theme": gettext_lazy("Themes"),
    "kind": gettext_lazy("Kinds of document"),
    "party": gettext_lazy("Who gave the document"),
}
#: What a search may ask; everything else in an address is left out.
ASKED = ("q", "kind", "body", "theme", "year", "language", "meeting", "party")
LONGEST = 300


@dataclass(frozen=True)
class Choice:
    """Something to be followed, with its names."""

    topic: str
    value: str
    names: Texts

    @property
    def code(self) -> str:
        """How a form sends it."""
        return f"{self.topic}:{self.value}"


def choices(at: dt.datetime) -> dict[str, list[Choice]]:
    """Everything that is offered, by topic, in the order of the reader's language."""
    readable = PublicDocument.objects.readable(at=at).order_by()
    bodies = readable.exclude(body_code="").values_list("body_code", "body_names").distinct()
    kinds = readable.values_list("kind_code", "kind_names").distinct()
    themes = PublicTheme.objects.filter(document__in=readable).values_list("code", "names").distinct()
    given = Q(code__in=readable.values("party_code").distinct())
    parties = PublicParty.objects.filter(given | Q(standing="member")).values_list("code", "names")
    found = {"body": bodies, "theme": themes, "kind": kinds, "party": parties}
    return {topic: _choices(topic, found[topic]) for topic in TOPICS}


def _choices(topic: str, pairs: Iterable[tuple[str, Texts]]) -> list[Choice]:
    # Names may differ by release: the last one stands for its code.
    names = dict(pairs)
    made = [Choice(topic, code, words) for code, words in names.items()]
    return sorted(made, key=lambda one: fold(str(show(one.names))))


def named(followed: Collection[Followed], at: dt.datetime) -> list[Choice]:
    """The choices of what is followed; what is offered no more keeps its code for a name."""
    offered = {(one.topic, one.value): one for group in choices(at).values() for one in group}
    order = [*TOPICS, "search"]
    known = [one for one in followed if one[0] in order]
    known.sort(key=lambda pair: (order.index(pair[0]), pair[1]))
    return [offered.get(one) or Choice(*one, {}) for one in known]


# Searches --------------------------------------------------------------------------------------------------------------


def search_of(asked: Iterable[tuple[str, str]]) -> str:
    """The search that an address holds, in one shape; empty where it asks for nothing."""
    given = {name: value.replace("\x00", "").strip()[:200] for name, value in asked if name in ASKED}
    text = urlencode([(name, given[name]) for name in ASKED if given.get(name)])
    return text if len(text) <= LONGEST else ""


@lru_cache(maxsize=512)
def filters_of(search: str) -> dict[str, str]:
    """What a search asks."""
    return {name: value for name, value in parse_qsl(search) if name in ASKED}


def search_in_words(search: str, at: dt.datetime) -> str:
    """A search as its maker would say it."""
    filters = filters_of(search)
    known = {(one.topic, one.value): str(show(one.names)) for group in choices(at).values() for one in group}
    words = [
        f"“{value}”" if name == "q" else known.get((name, value), value) for name, value in filters.items()
    ]
    return ", ".join(words)


def address_of(search: str) -> str:
    """The page of the portal that shows what the search finds today."""
    page = "portal:search" if "q" in filters_of(search) else "portal:documents"
    return f"{reverse(page)}?{search}"


# What falls under it ---------------------------------------------------------------------------------------------------


def topics_of(document: PublicDocument) -> set[Followed]:
    """What a document falls under, searches apart; its themes are at hand."""
    codes = {"body": document.body_code, "kind": document.kind_code, "party": document.party_code}
    found = {(topic, code) for topic, code in codes.items() if code}
    return found | {("theme", theme.code) for theme in document.themes.all()}


def searching(documents: Collection[PublicDocument], at: dt.datetime) -> Callable[[str], set[int]]:
    """A function from a search to those of these documents that it finds; each search is made once."""
    keys = [document.pk for document in documents]

    @cache
    def found(search: str) -> set[int]:
        filters = filters_of(search).copy()
        readable = PublicDocument.objects.readable(at=at).filter(pk__in=keys).order_by()
        typed = filters.pop("q", "")
        narrowed = set(readable.matching(**filters).values_list("pk", flat=True))
        return narrowed & _answering(typed, narrowed, at) if typed else narrowed

    return found


def _answering(typed: str, keys: Collection[int], at: dt.datetime) -> set[int]:
    """Those of the documents that the portal's search finds by these words, inside their files too."""
    entries = PublicIndexEntry.objects.readable(at=at).filter(source=INDEXED, record__in=keys).order_by()
    records = dict(entries.values_list("pk", "record"))
    try:
        question = read(typed, Process.current().languages)
    except UnanswerableError:
        return set()
    if not records:
        return set()
    hits = answering(question, at=at, count=len(records), newest=True, among=list(records))
    return {records[key] for key in hits.keys if key in records}


def told_name(one: Choice, at: dt.datetime) -> str:
    """The name of a choice on a page."""
    if one.topic == "search":
        return _("Search: %(words)s") % {"words": search_in_words(one.value, at)}
    return str(show(one.names)) or one.value


def kept(codes: Iterable[str], at: dt.datetime) -> Iterator[Followed]:
    """Of what a form sent, what is offered: "body:VM", "search:q=…"."""
    offered = {one.code for group in choices(at).values() for one in group}
    for code in dict.fromkeys(codes):
        topic, _colon, value = code.partition(":")
        if topic == "search":
            value = search_of(parse_qsl(value))
        if value and (topic == "search" or code in offered):
            yield topic, value
