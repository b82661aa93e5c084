"""What search knows of documents: kept true by every act that changes what can be found, and by whom."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from puebla.core.languages import Texts, show
from puebla.core.models import Process
from puebla.core.search.words import ALGORITHMS
from puebla.documents.models import Document, FileVersion, Kind, Page, Theme
from puebla.members.actions.indexing import Part, Prepared, Record, lost_records, prepare_records
from puebla.members.models import Body, Meeting, Party

#: The number of this room in the index, for ever.
SOURCE = 1
#: Documents whose texts are held in memory at once.
CHUNK = 200
#: What is asked of a document: its columns alone, since there may be thousands.
_COLUMNS = (
    "pk", "symbol", "ref", "titles", "dated_on", "state", "revision", "created_at", "room_id", "room_cap", "audience",
    "party_id", "embargo_until", "kind_id", "body_id", "meeting_id",
)  # fmt: skip
#: Languages that one document can be found in: as many as the index's keys have room for.
MOST_LANGUAGES = 15


def index_document(document: Document, *, at: dt.datetime) -> None:
    """Write what search knows of this document anew; part of the act's own transaction."""
    index_documents([document.pk], at=at)


def index_documents(keys: Sequence[int], *, at: dt.datetime) -> int:
    """Write what search knows of these documents anew; how many entries."""
    chunks = (keys[start : start + CHUNK] for start in range(0, len(keys), CHUNK))
    return sum(prepare_documents(chunk, at=at).write() for chunk in chunks)


def prepare_documents(keys: Sequence[int], *, at: dt.datetime) -> Prepared:
    """Read and fold what search is to know of these documents."""
    standing = list(Document.objects.filter(pk__in=keys).order_by("pk").values_list(*_COLUMNS, named=True))
    return prepare_records(SOURCE, keys, _records(standing), at=at)


@dataclass(frozen=True)
class _Named:
    """What documents are filed under, by key: code, and what it is called."""

    kinds: Mapping[int, tuple[str, Texts]]
    bodies: Mapping[int, tuple[str, Texts, Texts]]
    meetings: Mapping[int, tuple[str, Texts]]
    parties: Mapping[int, str]

    @classmethod
    def of(cls, documents: Sequence[Any]) -> "_Named":
        """Of these documents."""
        meetings = Meeting.objects.filter(pk__in={one.meeting_id for one in documents if one.meeting_id})
        return cls(
            {key: (code, names) for key, code, names in Kind.objects.order_by().values_list("pk", "code", "names")},
            {
                key: (code, names, short)
                for key, code, names, short in Body.objects.order_by().values_list("pk", "code", "names", "short_names")
            },
            {
                key: (symbol, titles)
                for key, symbol, titles in meetings.order_by().values_list("pk", "symbol", "titles")
            },
            dict(Party.objects.order_by().values_list("pk", "code")),
        )  # fmt: skip


def _records(documents: Sequence[Any]) -> Iterator[Record]:
    process = Process.current()
    named = _Named.of(documents)
    themes = _themes([one.pk for one in documents])
    versions = _current_versions([one.pk for one in documents])
    texts = _texts([version for _language, version in versions.values()])
    by_document: dict[int, dict[str, int]] = defaultdict(dict)
    for (document, language), (_code, version) in versions.items():
        by_document[document][language] = version
    for one in documents:
        yield _record(one, by_document[one.pk], texts, themes[one.pk], named, process.languages)


def _record(
    document: Any, versions: dict[str, int], texts: dict[int, list[str]], themes: Mapping[str, Texts], named: _Named,
    working: Sequence[str],
) -> Record:  # fmt: skip
    """A document as search knows it.

    Args:
        document: its columns. versions: language → key of the current version. texts: key of a version → its pages.
        themes: code → names of each. working: the languages of the process.
    """
    codes = list(dict.fromkeys([*working, *sorted(versions), *sorted(document.titles)]))
    found = [code for code in codes if code in versions or document.titles.get(code)][:MOST_LANGUAGES]
    parts = [
        Part(
            language=code, number=codes.index(code), title=show(document.titles, code).text,
            keywords=_keywords(document, themes, named, code), pages=texts.get(versions.get(code, 0), []),
            holder=versions.get(code),
            stems=[code] if code in working and code in ALGORITHMS else [c for c in working if c in ALGORITHMS],
        )
        for code in found
    ]  # fmt: skip
    return Record(
        source=SOURCE, key=document.pk, address=document.symbol or document.ref, symbol=document.symbol or "", lies=document,
        day=document.dated_on, revision=document.revision, created_at=document.created_at,
        filters=_filters(document, themes, named), parts=parts,
    )  # fmt: skip


def _filters(document: Any, themes: Mapping[str, Texts], named: _Named) -> dict[str, list[Any]]:
    year = document.dated_on.year if document.dated_on else None
    return {
        "kind": [named.kinds[document.kind_id][0]],
        "body": [named.bodies[document.body_id][0]] if document.body_id else [],
        "meeting": [named.meetings[document.meeting_id][0]] if document.meeting_id else [],
        "party": [named.parties[document.party_id]],
        "theme": list(themes),
        "year": [year] if year else [],
        "state": [document.state],
    }


def _keywords(document: Any, themes: Mapping[str, Texts], named: _Named, language: str) -> str:
    """What else a document is known by, in a language."""
    names: list[Texts] = [named.kinds[document.kind_id][1], *themes.values()]
    if document.body_id:
        names += named.bodies[document.body_id][1:]
    if document.meeting_id:
        names.append(named.meetings[document.meeting_id][1])
    return " ".join(show(texts, language).text for texts in names)


def _themes(documents: Sequence[int]) -> dict[int, dict[str, Texts]]:
    """The themes of each document: document → code → names."""
    rows = Document.themes.through.objects.filter(document__in=documents).order_by(
        "theme__rank", "theme__code"
    )
    found: dict[int, dict[str, Texts]] = defaultdict(dict)
    names = dict(Theme.objects.order_by().values_list("pk", "names"))
    for document, theme, code in rows.values_list("document_id", "theme_id", "theme__code"):
        found[document][code] = names[theme]
    return found


def _current_versions(documents: Sequence[int]) -> dict[tuple[int, str], tuple[str, int]]:
    """The newest version of each document in each language: (document, language) → (language, key)."""
    rows = (
        FileVersion.objects.filter(edition__document__in=documents)
        .order_by("number")
        .values_list("edition__document_id", "edition__language", "pk")
    )
    return {(document, language): (language, key) for document, language, key in rows}


def _texts(versions: Iterable[int]) -> dict[int, list[str]]:
    """The texts of these versions' pages, in order; a page without text is an empty one, so that numbers stay."""
    rows = Page.objects.filter(version__in=list(versions)).order_by("version", "number")
    found: dict[int, list[str]] = defaultdict(list)
    for version, number, text in rows.values_list("version_id", "number", "text"):
        pages = found[version]
        pages.extend([""] * (number - 1 - len(pages)))
        pages.append(text)
    return found


def behind() -> list[int]:
    """Documents of which search knows nothing, or an older state, the newest first."""
    behind = Document.objects.behind_in_search().values_list("pk", flat=True)
    return sorted({*behind, *lost_records(SOURCE)}, reverse=True)


def every() -> list[int]:
    """All documents."""
    return list(Document.objects.order_by("pk").values_list("pk", flat=True))
