"""Keeping the public index true: in the transaction of each release and withdrawal."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from puebla.core.languages import show
from puebla.core.models import Process
from puebla.core.search.citing import key_of
from puebla.core.search.tables import Place, Row, mark, write_entries
from puebla.core.search.words import ALGORITHMS
from puebla.core.wording import unmarked
from puebla.publications.models import (
    PublicDecision,
    PublicDocument,
    PublicFile,
    PublicIndexEntry,
    PublicPage,
    PublicParagraph,
)
from puebla.publications.querysets.searching import (
    COMING,
    COMING_RUNG,
    DECIDED_RUNG,
    INDEX,
    READABLE_RUNG,
)

#: The numbers of documents and of decisions in the index, for ever.
SOURCE, DECISIONS = 1, 2
#: Documents whose texts are held in memory at once, and languages that one can be found in.
CHUNK, MOST_LANGUAGES = 200, 15


def index_documents(keys: Sequence[int], *, at: dt.datetime) -> int:
    """Write what the public may find of these documents anew, or nothing of those withdrawn; how many entries."""
    chunks = (keys[start : start + CHUNK] for start in range(0, len(keys), CHUNK))
    return sum(prepare_documents(chunk, at=at).write() for chunk in chunks)


@dataclass(frozen=True)
class Prepared:
    """What the public may find of some documents: read and folded, not yet written."""

    keys: Sequence[int]
    entries: Sequence[PublicIndexEntry]
    rows: Sequence[Any]
    source: int = SOURCE

    @transaction.atomic
    def write(self) -> int:
        """Write it in place of what was known; how many entries."""
        _forget(self.keys, self.source)
        write_entries(PublicIndexEntry, self.entries)
        INDEX.write_folded(self.rows)
        return len(self.entries)


def prepare_documents(keys: Sequence[int], *, at: dt.datetime) -> Prepared:
    """Read and fold what the public may find of these documents."""
    documents = (
        PublicDocument.objects.filter(pk__in=keys, withdrawn_at=None)
        .order_by("pk")
        .prefetch_related("themes")
    )
    files = _current_files(keys)
    texts = _texts([pk for _number, pk in files.values()])
    process = Process.objects.first()
    working = process.languages if process else []
    found = [pair for document in documents for pair in _of(document, files, texts, working, at)]
    return Prepared(
        list(keys), [entry for entry, _row in found], INDEX.folded([row for _entry, row in found])
    )


def _of(
    document: PublicDocument, files: dict[tuple[int, str], tuple[int, int]], texts: dict[int, list[str]],
    working: Sequence[str], at: dt.datetime,
) -> Iterator[tuple[PublicIndexEntry, Row]]:  # fmt: skip
    """A document as the public finds it, language by language."""
    own = {language: pk for (key, language), (_number, pk) in files.items() if key == document.pk}
    codes = list(dict.fromkeys([*working, *sorted(own), *sorted(document.titles)]))
    coming = document.public_from > at
    day = document.dated_on.toordinal() if document.dated_on else 0
    found = [code for code in codes if code in own or document.titles.get(code)]
    for code in found[:MOST_LANGUAGES]:
        title = show(document.titles, code).text
        rung = COMING_RUNG if coming else READABLE_RUNG
        key = Place(rung, day, SOURCE, document.pk, codes.index(code)).key
        entry = PublicIndexEntry(
            id=key, source=SOURCE, record=document.pk, language=code, holder=own.get(code), address=document.symbol,
            symbol_key=key_of(document.symbol)[:60], title=title[:300], public_from=document.public_from,
            written_for=document.released_at,
        )  # fmt: skip
        marks = [*_marks(document), mark("language", code), *([COMING] if coming else [])]
        stems = [code] if code in working and code in ALGORITHMS else [c for c in working if c in ALGORITHMS]
        yield entry, Row(
            key=key, marks=marks, title=f"{title} {document.symbol}", keywords=_keywords(document, code),
            pages=texts.get(own.get(code, 0), []), languages=stems,
        )  # fmt: skip


def _marks(document: PublicDocument) -> list[str]:
    values: dict[str, list[Any]] = {
        "kind": [document.kind_code], "body": [document.body_code], "meeting": [document.meeting_symbol],
        "year": [document.year], "theme": [theme.code for theme in document.themes.all()],
    }  # fmt: skip
    return [mark(name, value) for name, found in values.items() for value in found if value]


def _keywords(document: PublicDocument, language: str) -> str:
    """What else a document is known by, in a language."""
    named = [document.kind_names, document.body_names, document.meeting_titles]
    named += [theme.names for theme in document.themes.all()]
    return " ".join(show(texts, language).text for texts in named)


# Decisions ---------------------------------------------------------------------------------------------------------


def index_decisions(keys: Sequence[int], *, at: dt.datetime) -> int:
    """Write what the public may find of these decisions anew, or nothing of those withdrawn; how many entries."""
    return prepare_decisions(keys, at=at).write()


def prepare_decisions(keys: Sequence[int], *, at: dt.datetime) -> Prepared:  # noqa: ARG001 - as keepers call it
    """Read and fold what the public may find of these decisions: each paragraph is a page, numbered by its position."""
    decisions = PublicDecision.objects.readable().filter(pk__in=keys).order_by("pk")
    words: dict[int, dict[int, Any]] = defaultdict(dict)
    rows = PublicParagraph.objects.filter(decision__in=keys).order_by("decision", "position")
    for key, place, said in rows.values_list("decision_id", "position", "words"):
        words[key][place] = said
    process = Process.objects.first()
    working = process.languages if process else []
    found = [pair for one in decisions for pair in _decided(one, words[one.pk], working)]
    entries = [entry for entry, _row in found]
    return Prepared(list(keys), entries, INDEX.folded([row for _entry, row in found]), DECISIONS)


def _decided(
    decision: PublicDecision, words: dict[int, Any], working: Sequence[str]
) -> Iterator[tuple[PublicIndexEntry, Row]]:
    """A decision as the public finds it, language by language; no symbol: that leads to its page by itself."""
    last = max(words, default=0)
    codes = list(dict.fromkeys([*working, *decision.languages]))
    for code in [one for one in codes if one in decision.languages][:MOST_LANGUAGES]:
        title = show(decision.titles, code).text
        key = Place(
            DECIDED_RUNG, decision.adopted_on.toordinal(), DECISIONS, decision.pk, codes.index(code)
        ).key
        entry = PublicIndexEntry(
            id=key, source=DECISIONS, record=decision.pk, language=code, holder=decision.pk, address=decision.symbol,
            title=title[:300], public_from=decision.public_from, written_for=decision.released_at,
        )  # fmt: skip
        marks = [mark(name, value) for name, value in (("body", decision.body_code), ("year", decision.year))]
        stems = [code] if code in working and code in ALGORITHMS else [c for c in working if c in ALGORITHMS]
        yield entry, Row(
            key=key, marks=[*marks, mark("language", code)], title=f"{title} {decision.symbol}",
            pages=[unmarked(words.get(place, {}).get(code, "")) for place in range(1, last + 1)], languages=stems,
        )  # fmt: skip


def decisions_behind() -> list[int]:
    """Decisions of which the public index knows nothing, or an older release."""
    behind = PublicDecision.objects.behind_in_search().values_list("pk", flat=True)
    known = INDEX.keys()
    entries = PublicIndexEntry.objects.filter(source=DECISIONS).order_by().values_list("pk", "record")
    return sorted({*behind, *(record for key, record in entries if key not in known)}, reverse=True)


def every_decision() -> list[int]:
    """All decisions that are not withdrawn."""
    return list(PublicDecision.objects.readable().order_by("pk").values_list("pk", flat=True))


def forget_decisions() -> None:
    """Forget them before they are written anew; documents stay."""
    _forget(
        list(PublicIndexEntry.objects.filter(source=DECISIONS).order_by().values_list("record", flat=True)),
        DECISIONS,
    )


def _forget(keys: Sequence[int], source: int = SOURCE) -> None:
    standing = PublicIndexEntry.objects.filter(source=source, record__in=keys).order_by()
    INDEX.erase(list(standing.values_list("pk", flat=True)))
    standing.delete()


def _current_files(keys: Sequence[int]) -> dict[tuple[int, str], tuple[int, int]]:
    """The current file of each document in each language: (document, language) → (number, key)."""
    rows = PublicFile.objects.filter(document__in=keys, current=True).order_by()
    return {
        (document, language): (number, pk)
        for document, language, number, pk in rows.values_list("document_id", "language", "number", "pk")
    }


def _texts(files: Sequence[int]) -> dict[int, list[str]]:
    """The texts of these files' pages, in order; a page without text is an empty one, so that numbers stay."""
    rows = PublicPage.objects.filter(file__in=files).order_by("file", "number")
    found: dict[int, list[str]] = defaultdict(list)
    for file, number, text in rows.values_list("file_id", "number", "text"):
        pages = found[file]
        pages.extend([""] * (number - 1 - len(pages)))
        pages.append(text)
    return found


# For who makes it anew -------------------------------------------------------------------------------------


def behind() -> list[int]:
    """Documents of which the public index knows nothing, or an older release."""
    behind = PublicDocument.objects.behind_in_search().values_list("pk", flat=True)
    known = INDEX.keys()
    entries = PublicIndexEntry.objects.filter(source=SOURCE).order_by().values_list("pk", "record")
    return sorted({*behind, *(record for key, record in entries if key not in known)}, reverse=True)


def every() -> list[int]:
    """All documents that are not withdrawn."""
    return list(PublicDocument.objects.filter(withdrawn_at=None).order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def begin_anew() -> None:
    """Forget everything before it is written anew."""
    INDEX.clear()
    PublicIndexEntry.objects.all().delete()


def odd_entries() -> int:
    """How many entries have no words, and words no entry."""
    return len(INDEX.keys() ^ set(PublicIndexEntry.objects.order_by().values_list("pk", flat=True)))
