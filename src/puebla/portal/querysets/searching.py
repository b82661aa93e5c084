"""What the public's search answers: released documents with the words found, and meetings, parties and pages by name."""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import quote

from django.db.models import F, QuerySet
from django.db.models.fields.tuple_lookups import TupleIn
from django.urls import reverse
from django.utils.html import strip_tags
from wagtail import models as cms

from puebla.core.languages import Texts, show
from puebla.core.models import Process
from puebla.core.prepared import Prepared
from puebla.core.search import citing
from puebla.core.search.asking import Question
from puebla.core.search.showing import answers
from puebla.core.search.sources import Answer, Hit
from puebla.core.search.spelling import holding, spelled
from puebla.core.words import fold
from puebla.portal.querysets import decisions
from puebla.publications.models import (
    PublicDocument,
    PublicFile,
    PublicIndexEntry,
    PublicKind,
    PublicMeeting,
    PublicPage,
    PublicParty,
)
from puebla.publications.querysets.searching import INDEX, answering
from puebla.theme.templatetags.theme import imprecise

PER_PAGE = 20
PAGES_PER_READING = 20
MOST_SUGGESTED = 5
Wanted = Sequence[tuple[int, int, int]]


class Entry(NamedTuple):
    """What a line of the results needs of an entry."""

    pk: int
    source: int
    record: int
    language: str
    holder: int | None


class Paper(NamedTuple):
    """What a line of the results needs of a public edition."""

    pk: int
    symbol: str
    titles: Texts
    kind_names: Texts
    dated_on: dt.date | None
    precision: str


def _open_entries(at: dt.datetime, **conditions: Any) -> QuerySet[Any, Any]:
    return PublicIndexEntry.objects.readable(at=at).filter(**conditions).order_by()


def _pages_at(files: Sequence[int], numbers: Sequence[int]) -> QuerySet[Any, Any]:
    places = TupleIn((F("file_id"), F("number")), list(zip(files, numbers, strict=True)))
    return PublicPage.objects.filter(places).order_by().values_list("file_id", "number", "text")


def _open_papers(keys: Sequence[int], at: dt.datetime) -> QuerySet[Any, Any]:
    return PublicDocument.objects.readable(at=at).filter(pk__in=keys).order_by().values_list(*Paper._fields)


def _current_files(keys: Sequence[int]) -> QuerySet[Any, Any]:
    files = PublicFile.objects.filter(document__in=keys, current=True).order_by("language")
    return files.values_list("document_id", "language")


_entries = Prepared(lambda keys, at: _open_entries(at, pk__in=keys).values_list(*Entry._fields))
_of_symbols = Prepared(lambda keys, at: _open_entries(at, symbol_key__in=keys).values_list(*Entry._fields))
_symbols = Prepared(
    lambda keys, at: _open_entries(at, symbol_key__in=keys).values_list("symbol_key").distinct()
)
_addresses = Prepared(lambda key, at: _open_entries(at, symbol_key=key).values_list("address").distinct()[:2])
_titles = Prepared(lambda at: _open_entries(at).order_by("-pk").values_list("title")[:5000])
_readable = Prepared(_open_papers, raw=True)
_files, _quoted = Prepared(_current_files), Prepared(_pages_at)
_meeting_symbols = Prepared(lambda: PublicMeeting.objects.order_by().values_list("symbol", "joint_symbol"))


@dataclass(frozen=True)
class PublicSearcher:
    """The public, asking at an instant."""

    at: dt.datetime
    languages: Sequence[str]
    language: str

    def entries(self) -> Any:
        """Entries of what is public now."""
        return PublicIndexEntry.objects.readable(at=self.at)

    def answers(
        self, question: Question, *, filters: Mapping[str, str], page: int, newest: bool
    ) -> tuple[int, list[Answer]]:
        """How many documents answer, and those of a page."""
        found = answering(
            question, at=self.at, filters=filters, first=(page - 1) * PER_PAGE, count=PER_PAGE, newest=newest,
            prefer=self._number(), most_languages=max(2, len(self.languages)),
        )  # fmt: skip
        entries = self._standing(found.keys)
        shown = answers(
            question, entries, hits=self._hits(entries), words=INDEX.words_of([entry.pk for entry in entries]),
            texts=_texts, languages=self.languages,
        )  # fmt: skip
        return found.total, shown

    def beginnings(self, question: Question) -> list[Hit]:
        """The few documents that a question finds first: for suggestions while typing."""
        found = answering(question, at=self.at, count=8, most_languages=max(2, len(self.languages)))
        return list(self._hits(self._standing(found.keys)).values())

    def _number(self) -> int | None:
        return list(self.languages).index(self.language) if self.language in self.languages else None

    def _standing(self, keys: Sequence[int]) -> list[Entry]:
        standing = {entry.pk: entry for entry in map(Entry._make, _entries.rows(keys, self.at))}
        return [standing[key] for key in keys if key in standing]

    def _hits(self, entries: Sequence[Entry]) -> dict[tuple[int, int], Hit]:
        records = [entry.record for entry in entries]
        documents = {row[0]: row for row in _readable.rows(records, self.at)}
        spoken: dict[int, list[str]] = {}
        for key, language in _files.rows(list(documents)):
            spoken.setdefault(key, []).append(language)
        return {
            (entry.source, entry.record): _hit_as_kept(
                documents[entry.record], tuple(spoken.get(entry.record, ())), self.language
            )
            for entry in entries
            if entry.record in documents
        }

    # Symbols and citations --------------------------------------------------------------------------------

    def at_symbol(self, typed: str, names: citing.Names) -> str | None:
        """The address of the one record whose symbol was typed; also with one letter amiss, or cited in words."""
        if decided := decisions.at_symbol(typed):
            return decided
        keys = citing.keys_typed(typed, names)
        for key in keys:
            found = _addresses.rows(key, self.at)
            if len(found) == 1:
                return reverse("portal:document", args=found[0])
        if meeting := self._meeting(keys):
            return meeting
        slips = [key for cost, key in self._slips(typed, names) if cost == 1]
        near = self._at_keys(slips)
        if len(near) == 1:
            return near[0].url
        cited = self._cited(typed, names, certain=True)
        return cited[0].url if len(cited) == 1 else None

    @staticmethod
    def _meeting(keys: Sequence[str]) -> str | None:
        found = citing.known_as(keys, tuple(_meeting_symbols.rows())) if keys else None
        return reverse("portal:meeting", args=[found]) if found else None

    def suggested(self, typed: str, names: citing.Names) -> list[Hit]:
        """Documents that were probably meant: cited in words, or with nearly this symbol."""
        found = self._cited(typed, names) or self._at_keys([key for _cost, key in self._slips(typed, names)])
        return found[:MOST_SUGGESTED]

    def _cited(self, typed: str, names: citing.Names, *, certain: bool = False) -> list[Hit]:
        cited = citing.citation(typed, names)
        if cited is None or (certain and not cited.certain):
            return []
        meetings = PublicMeeting.objects.filter(body_code__in=cited.bodies).order_by()
        if cited.words:
            held = meetings.values_list("symbol", "places", "starts_on__year")
            symbols = [symbol for symbol, places, year in held if cited.is_held_in(places.values(), year)]
        else:
            symbols = list(meetings.filter(number=cited.number).values_list("symbol", flat=True))
        documents = PublicDocument.objects.readable(at=self.at).filter(
            kind_code__iexact=cited.kind, meeting_symbol__in=symbols
        )
        found = decisions.cited(cited, symbols)
        known = {hit.symbol for hit in found}
        rows = [(one, one.titles) for one in documents[:50] if cited.fits(one.symbol)]
        chosen = [one for one in citing.likeliest(cited, rows) if one.symbol not in known]
        return found + [
            _at_paragraph(one, hit_of(one, []), cited.paragraph, self.language) for one in chosen[:5]
        ]

    def _slips(self, typed: str, names: citing.Names) -> list[tuple[int, str]]:
        """Symbols that differ from the one typed by a slip: (cost, key)."""
        costs = citing.slips_typed(typed, names)
        known = _symbols.rows(list(costs), self.at) if costs else []
        return sorted((costs[key], key) for (key,) in set(known))

    def _at_keys(self, keys: Sequence[str]) -> list[Hit]:
        near = [Entry._make(row) for row in _of_symbols.rows(list(keys)[:MOST_SUGGESTED], self.at)]
        return list({hit.url: hit for hit in self._hits(near).values()}.values())

    # Beside the index -----------------------------------------------------------------------------------------

    def shelves(self, question: Question) -> list[tuple[str, list[Hit]]]:
        """Meetings, parties and edited pages that hold every word: (sort, hits)."""
        found = [("meetings", _meetings(question)), ("parties", _parties(question))]
        found.append(("pages", _pages(question, self.language)))
        found.append(("paragraphs", decisions.shelf(question, self.languages, self.at)))
        return [(sort, hits[:6]) for sort, hits in found if hits]

    def spelled(self, question: Question) -> str:
        """The question with words that are found, where those typed are not; nothing where none is near."""
        return spelled(question, [title for (title,) in _titles.rows(self.at)])


def names() -> citing.Names:
    """What the process, its bodies and kinds of papers are called, as the public copies say it."""
    process = Process.objects.first()
    parts = {fold(name): process.code for name in process.short_names.values()} if process else {}
    bodies: dict[str, str] = {}
    meeting = dict(PublicMeeting.objects.order_by().values_list("body_code", "body_names").distinct())
    for code, called in meeting.items():
        bodies.update({fold(name): code for name in called.values()} | {fold(code): code})
    numbered = (
        PublicMeeting.objects.exclude(number=None).order_by("-number").values_list("body_code", flat=True)
    )
    listed = list(
        PublicKind.objects.order_by("-leading", "rank", "code").values_list("code", "names", "leading")
    )
    leading = next((code for code, _names, leads in listed if leads), "")
    # A decision may be public whose paper is not: its kind is known all the same.
    kinds = {fold(name): code for code, called, _leads in listed for name in called.values()}
    for code, called in (
        PublicDocument.objects.exclude(kind_names={})
        .order_by()
        .values_list("kind_code", "kind_names")
        .distinct()
    ):
        kinds.update({fold(name): code for name in called.values()})
    first = numbered.first()
    return citing.Names(parts, kinds, bodies, (first,) if first else (), leading)


@lru_cache(maxsize=2048)
def _hit_as_kept(row: tuple[Any, ...], languages: tuple[str, ...], _reading: str) -> Hit:
    """The line of a public edition as the database keeps it: made once while it stays what it is."""
    kept = Paper._make(row)
    day = dt.date.fromisoformat(kept.dated_on) if isinstance(kept.dated_on, str) else kept.dated_on
    texts = {name: json.loads(getattr(kept, name)) for name in ("titles", "kind_names")}
    return hit_of(kept._replace(dated_on=day, **texts), languages)


def hit_of(document: Any, languages: Sequence[str]) -> Hit:
    """The line of a public edition, or of a `Paper`, among what was found."""
    url = f"{reverse('portal:documents')}{quote(document.symbol, safe='/')}/"
    title = show(document.titles)
    facts = (show(document.kind_names).text, imprecise(document.dated_on, document.precision))
    return Hit(
        url=url, title=title.text, title_language=title.language, title_pending=title.pending, symbol=document.symbol,
        facts=tuple(filter(None, facts)), languages=tuple((code, f"{url}files/{code}/") for code in languages),
        read=lambda language, page: _reading_url(url, language, page),
    )  # fmt: skip


def _reading_url(url: str, language: str, page: int) -> str:
    place = (page - 1) // PAGES_PER_READING + 1
    return f"{url}read/{language}/{f'?page={place}' if place > 1 else ''}#page-{page}"


def _at_paragraph(document: PublicDocument, hit: Hit, paragraph: int | None, reading: str) -> Hit:
    """The hit, leading to where a numbered paragraph begins."""
    if paragraph is None or hit.read is None:
        return hit
    pages = PublicPage.objects.filter(file__document=document, file__current=True).order_by(
        "file__language", "number"
    )
    spoken = dict.fromkeys(pages.values_list("file__language", flat=True))
    for language in sorted(spoken, key=lambda code: code != reading):
        texts = pages.filter(file__language=language).values_list("number", "text")
        if (found := citing.paragraph_page(paragraph, texts)) is not None:
            return Hit(
                hit.read(language, found), hit.title, hit.title_language, hit.title_pending, hit.symbol
            )
    return hit


def _texts(wanted: Wanted) -> dict[tuple[int, int, int], str]:
    """The pages that are quoted."""
    rows = _quoted.rows([file for _source, file, _number in wanted], [number for *_both, number in wanted])
    texts = {(file, number): text for file, number, text in rows}
    return {place: texts[place[1:]] for place in wanted if place[1:] in texts}


_public_meetings = Prepared(
    lambda: PublicMeeting.objects.values_list(
        "symbol",
        "titles",
        "places",
        "body_names",
        "starts_on__year",
        "joint_code",
        "joint_with",
        "joint_symbol",
    ),
    raw=True,
)
_public_parties = Prepared(
    lambda: PublicParty.objects.values_list("code", "names", "short_names", "standing_names"), raw=True
)


def _meetings(question: Question) -> list[Hit]:
    return [
        Hit(url=reverse("portal:meeting", args=[symbol]), title=_shown(titles), facts=(str(year),))
        for symbol, titles, _places, _bodies, year, *_joint in holding(
            question, _public_meetings.rows(), columns=8
        )
    ]


def _parties(question: Question) -> list[Hit]:
    address = reverse("portal:members")
    return [
        Hit(url=address, title=_shown(short), facts=(_shown(standing),))
        for _code, _names, short, standing in holding(question, _public_parties.rows(), columns=3)
    ]


def _shown(kept: str) -> str:
    """Texts by language, as the database keeps them, in the reader's."""
    return show(json.loads(kept)).text


def _pages(question: Question, language: str) -> list[Hit]:
    """Edited pages, each once: found in the reader's language or in another, and led to in the reader's."""
    rows = [(_text_of(pk, changed), *others) for pk, changed, *others in _live.rows()]
    titles = {key: title for _text, title, _path, key, spoken in rows if spoken == language}
    found: dict[Any, Hit] = {}
    for _text, title, path, key, _spoken in holding(question, rows, columns=1):
        if key not in found:
            url = f"/{language}/{path.split('/', 2)[2]}"
            found[key] = Hit(url=url, title=titles.get(key, title))
    return list(found.values())


def _live_pages() -> QuerySet[Any, Any]:
    pages = cms.Page.objects.live().filter(depth__gte=3).order_by("path")
    return pages.values_list(
        "pk", "last_published_at", "title", "url_path", "translation_key", "locale__language_code"
    )


_live = Prepared(_live_pages, raw=True)


@lru_cache(maxsize=1024)
def _text_of(pk: int, changed: object) -> str:  # noqa: ARG001 - part of what is remembered
    """The words of an edited page: read once for each time it is published."""
    page = cms.Page.objects.get(pk=pk).specific
    body = getattr(page, "body", None)
    texts = body.stream_block.get_searchable_content(body) if body is not None else []
    return strip_tags(" ".join([page.title, getattr(page, "lede", ""), *map(str, texts)]))
