"""What the private site's search answers: hits of every source inside the gate, each with its page and the words there."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.urls import reverse

from puebla.accounts.models import Person
from puebla.core import registry
from puebla.core.search import citing
from puebla.core.search.asking import Question
from puebla.core.search.showing import answers
from puebla.core.search.sources import Answer, Hit
from puebla.core.search.spelling import spelled
from puebla.members.models import IndexEntry, Meeting
from puebla.members.querysets import Reach
from puebla.members.querysets.prepared import PreparedForReader, with_shares
from puebla.members.querysets.searching import INDEX, answering

PER_PAGE = 20


class Entry(NamedTuple):
    """What a line of the results needs of an entry."""

    pk: int
    source: int
    record: int
    language: str
    holder: int | None


def _entries(person: Any, reach: Any, keys: Sequence[int]) -> QuerySet[Any, Any]:
    seen = IndexEntry.objects.visible_to(person, reach=reach).filter(pk__in=keys)
    return seen.order_by().values_list(*Entry._fields)


def _of_symbols(person: Any, reach: Any, keys: Sequence[str]) -> QuerySet[Any, Any]:
    return IndexEntry.objects.visible_to(person, reach=reach).filter(symbol_key__in=keys).order_by()


_standing = PreparedForReader(_entries)
_at_symbols = PreparedForReader(lambda *asked: _of_symbols(*asked).values_list("source", "record").distinct())
_symbols = PreparedForReader(lambda *asked: _of_symbols(*asked).values_list("symbol_key").distinct())
_meeting_symbols = PreparedForReader(
    lambda person, reach: Meeting.objects.visible_to(person, reach=reach).order_by().values_list("symbol", "joint_symbol")
)  # fmt: skip
_titles = PreparedForReader(
    lambda person, reach: (
        IndexEntry.objects.visible_to(person, reach=reach).order_by("-pk").values_list("title")[:5000]
    )
)
#: Symbols that are suggested where the one typed does not exist.
MOST_SUGGESTED, MOST_ON_A_SHELF = 5, 6


@dataclass(frozen=True)
class Searcher:
    """Who asks, with what their seats open: asked once for all that a page needs."""

    person: Person
    reach: Reach
    at: dt.datetime
    languages: Sequence[str]

    @classmethod
    def of(cls, person: Person, reach: Reach, at: dt.datetime, languages: Sequence[str]) -> "Searcher":
        """The person as a searcher."""
        return cls(person, with_shares(person, reach), at, languages)

    def entries(self) -> Any:
        """Entries that this person may know to exist."""
        return self._visible.all()

    @cached_property
    def _visible(self) -> Any:
        """The gate's conditions, written once for all that a page asks."""
        return IndexEntry.objects.visible_to(self.person, reach=self.reach)

    def answers(
        self, question: Question, *, filters: Mapping[str, str], page: int, newest: bool, language: str
    ) -> tuple[int, list[Answer]]:
        """How many records answer, and those of a page."""
        found = answering(
            question, self.reach, person=self.person, at=self.at, filters=filters,
            first=(page - 1) * PER_PAGE, count=PER_PAGE, newest=newest, prefer=self._number(language),
            most_languages=max(2, len(self.languages)),
        )  # fmt: skip
        return found.total, self.shown(question, found.keys)

    def _number(self, language: str) -> int | None:
        return list(self.languages).index(language) if language in self.languages else None

    def shown(self, question: Question, keys: Sequence[int]) -> list[Answer]:
        """Entries as lines; what the gate or its source does not show is left out."""
        entries = self._standing(keys)
        return answers(
            question, entries, hits=self.hits(entries), words=INDEX.words_of([entry.pk for entry in entries]),
            texts=self._texts, languages=self.languages,
        )  # fmt: skip

    def _standing(self, keys: Sequence[int]) -> list[Entry]:
        """Those of these entries that the gate opens, in the same order."""
        standing = {
            entry.pk: entry for entry in map(Entry._make, _standing.rows(self.person, self.reach, keys))
        }
        return [standing[key] for key in keys if key in standing]

    def hits(self, entries: Iterable[Any]) -> dict[tuple[int, int], Hit]:
        """What is shown of the records of these entries, asked of their own gate: (source, record) → hit."""
        found = {}
        for source in registry.search_sources:
            records = [entry.record for entry in entries if entry.source == source.number]
            if records:
                shown = source.shown(self.person, self.reach, records)
                found.update({(source.number, record): hit for record, hit in shown.items()})
        return found

    @staticmethod
    def _texts(wanted: Sequence[tuple[int, int, int]]) -> dict[tuple[int, int, int], str]:
        """The pages that are quoted: (source, holder, number) → text."""
        found: dict[tuple[int, int, int], str] = {}
        for source in registry.search_sources:
            pages = [(holder, number) for of, holder, number in wanted if of == source.number]
            texts = source.texts(pages) if pages else {}
            found.update({(source.number, *place): text for place, text in texts.items()})
        return found

    # Symbols and citations --------------------------------------------------------------------------------

    def at_symbol(self, typed: str, names: citing.Names) -> str | None:
        """The address of the one record whose symbol was typed; also with one letter amiss, or cited in words,
        where only one fits.
        """
        keys = citing.keys_typed(typed, names)
        for key in keys:
            if address := self._only([key]):
                return address
        if meeting := self._meeting(keys) if citing.looks_like_symbol(typed) else None:
            return meeting
        slips = [key for cost, key in self._slips(typed, names) if cost == 1]
        if len(slips) == 1:
            return self._only(slips)
        cited = self._cited(typed, names, certain=True)
        return cited[0].url if len(cited) == 1 else None

    def _meeting(self, keys: Sequence[str]) -> str | None:
        symbols = tuple(_meeting_symbols.rows(self.person, self.reach))
        found = citing.known_as(keys, symbols)
        return reverse("meetings:page", args=[found]) if found else None

    def _cited(self, typed: str, names: citing.Names, *, certain: bool = False) -> list[Hit]:
        cited = citing.citation(typed, names)
        if cited is None or (certain and not cited.certain):
            return []
        found = [
            hit
            for pages in registry.cited_paragraphs if cited.paragraph
            for hit in pages(self.person, self.reach, cited)
        ]  # fmt: skip
        known = {hit.symbol for hit in found if hit.symbol}
        papers = (
            hit for source in registry.search_sources for hit in source.cited(self.person, self.reach, cited)
        )
        return found + [hit for hit in papers if hit.symbol not in known]

    def _only(self, keys: Sequence[str]) -> str | None:
        records = list(dict.fromkeys(_at_symbols.rows(self.person, self.reach, keys)))
        if len(records) != 1:
            return None
        (source, record) = records[0]
        hits = {one.number: one for one in registry.search_sources}[source].shown(
            self.person, self.reach, [record]
        )
        return hits[record].url if record in hits else None

    def _slips(self, typed: str, names: citing.Names) -> list[tuple[int, str]]:
        """Symbols that this person may see and that differ from the one typed by a slip: (cost, key)."""
        if typed not in self._near:
            costs = citing.slips_typed(typed, names)
            seen = _symbols.rows(self.person, self.reach, list(costs)) if costs else []
            self._near[typed] = sorted((costs[key], key) for (key,) in set(seen))
        return self._near[typed]

    @cached_property
    def _near(self) -> dict[str, list[tuple[int, str]]]:
        """Symbols near those that were typed: asked once for all that a page tells of them."""
        return {}

    def suggested(self, typed: str, names: citing.Names) -> list[Hit]:
        """Records that were probably meant: cited in words, or with nearly this symbol."""
        found = self._cited(typed, names)
        keys = [key for _cost, key in self._slips(typed, names)] if not found else []
        if keys:
            near = self.entries().filter(symbol_key__in=keys[:MOST_SUGGESTED]).order_by()
            found += self.hits(near).values()
        return list({hit.url: hit for hit in found}.values())[:MOST_SUGGESTED]

    # Beside the index -----------------------------------------------------------------------------------------

    def shelves(self, question: Question) -> list[tuple[Any, list[Hit]]]:
        """What of the small lists holds every word: (what is found there, hits)."""
        if self.reach.is_empty:
            return []
        found = (
            (shelf.label, shelf.find(self.person, self.reach, question, self.at))
            for shelf in registry.search_shelves
        )
        return [(label, hits[:MOST_ON_A_SHELF]) for label, hits in found if hits]

    def spelled(self, question: Question) -> str:
        """The question with words that are found, where those typed are not; nothing where none is near."""
        return spelled(question, [title for (title,) in _titles.rows(self.person, self.reach)])

    def beginnings(self, question: Question) -> list[Hit]:
        """The few records that a question finds first, without their texts: for suggestions while typing."""
        found = answering(
            question, self.reach, person=self.person, at=self.at, count=8,
            most_languages=max(2, len(self.languages)),
        )  # fmt: skip
        entries = self._standing(found.keys)
        hits = self.hits(entries)
        return [hits[one.source, one.record] for one in entries if (one.source, one.record) in hits]
