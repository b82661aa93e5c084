"""Documents as search shows them on the private site."""

import datetime as dt
import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import quote

from django.db.models import F, QuerySet
from django.db.models.fields.tuple_lookups import TupleIn
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import get_language

from puebla.core.languages import Texts, show
from puebla.core.models import Process
from puebla.core.prepared import Prepared
from puebla.core.search import citing
from puebla.core.search.citing import Citation, paragraph_page
from puebla.core.search.sources import Hit
from puebla.core.words import fold
from puebla.documents.actions.indexing import SOURCE
from puebla.documents.models import Document, Kind, Page, State
from puebla.documents.querysets import shared_keys
from puebla.members.models import Body, Meeting
from puebla.members.querysets.prepared import PreparedForReader
from puebla.theme.templatetags.theme import imprecise


class _Row(NamedTuple):
    """What a hit shows of a document."""

    pk: int
    symbol: str | None
    ref: str
    titles: Texts
    dated_on: dt.date | None
    precision: str
    state: str
    filed_languages: str
    kind__names: Texts


def names(process: Process) -> citing.Names:
    """What the process, its bodies and kinds of papers are called, in every language."""
    parts = {fold(name): process.code for name in process.short_names.values()}
    bodies: dict[str, str] = {}
    conferences = []
    for code, function, long, short in Body.objects.values_list("code", "function", "names", "short_names"):
        bodies.update({fold(name): code for name in [*long.values(), *short.values()]})
        parts.update({fold(name): code for name in short.values()})
        if function == Body.Function.MINISTERS:
            conferences.append(code)
    kinds = {}
    leading = ""
    for code, one, many, leads in Kind.objects.values_list("code", "names", "plural_names", "leading"):
        leading = code if leads else leading
        kinds.update({fold(name): code for name in [*one.values(), *many.values()]})
    return citing.Names(parts, kinds, bodies, tuple(conferences), leading)


#: Pages on one page of reading.
PAGES_PER_READING = 10


def _visible(person: Any, reach: Any, keys: Sequence[int]) -> QuerySet[Any, Any]:
    seen = Document.objects.visible_to(person, reach=reach).filter(pk__in=keys)
    return seen.order_by().values_list(*_Row._fields)


def _pages(versions: Sequence[int], numbers: Sequence[int]) -> QuerySet[Any, Any]:
    wanted = TupleIn((F("version_id"), F("number")), list(zip(versions, numbers, strict=True)))
    return Page.objects.filter(wanted).order_by().values_list("version_id", "number", "text")


_shown, _quoted = PreparedForReader(_visible, raw=True), Prepared(_pages)


class DocumentSource:
    """The repository, as search asks it."""

    name = "documents"
    number = SOURCE

    def shown(self, person: Any, reach: Any, records: Sequence[int]) -> dict[int, Hit]:
        """The documents among these that the person sees."""
        rows = _shown.rows(person, reach, list(records))
        return {row[0]: _hit_as_kept(row, get_language() or "") for row in rows}

    def texts(self, pages: Sequence[tuple[int, int]]) -> dict[tuple[int, int], str]:
        """The text of pages: (version, number)."""
        rows = _quoted.rows([version for version, _number in pages], [number for _version, number in pages])
        return {(version, number): text for version, number, text in rows}

    def shared(self, person: Any, reach: Any) -> list[int]:
        """Documents shared with this person by name."""
        return shared_keys(person, reach)

    def cited(self, person: Any, reach: Any, citation: Citation) -> list[Hit]:
        """The documents that a citation means: of that kind, of the meeting with that number or held there."""
        meetings = Meeting.objects.visible_to(person, reach=reach).filter(body__code__in=citation.bodies)
        if citation.words:
            held = meetings.order_by().values_list("pk", "places", "starts_on__year")
            keys = [key for key, places, year in held if citation.is_held_in(places.values(), year)]
        else:
            keys = list(meetings.filter(number=citation.number).order_by().values_list("pk", flat=True))
        if not keys:
            return []
        seen = Document.objects.visible_to(person, reach=reach).filter(
            kind__code__iexact=citation.kind, meeting__in=keys
        )
        rows = [row for row in seen.values_list(*_Row._fields, named=True)[:50] if citation.fits(row.symbol)]
        chosen = citing.likeliest(citation, [(row, row.titles) for row in rows])
        return [hit_of(row, paragraph=citation.paragraph) for row in chosen[:5]]


@lru_cache(maxsize=2048)
def _hit_as_kept(row: tuple[Any, ...], _language: str) -> Hit:
    """The line of a row as the database keeps it: made once while it stays what it is."""
    kept = _Row._make(row)
    day = dt.date.fromisoformat(kept.dated_on) if isinstance(kept.dated_on, str) else kept.dated_on
    texts = {name: json.loads(getattr(kept, name)) for name in ("titles", "kind__names")}
    return hit_of(kept._replace(dated_on=day, **texts))


def hit_of(row: Any, *, paragraph: int | None = None) -> Hit:
    """A document's line among what was found."""

    address = row.symbol or row.ref
    url = f"{reverse('documents:list')}{quote(address, safe='/')}/"
    title = show(row.titles)
    facts = (
        show(row.kind__names).text,
        imprecise(row.dated_on, row.precision),
        capfirst(str(State(row.state).label)),
    )
    filed = row.filed_languages.split(",") if row.filed_languages else []
    if paragraph is not None and filed:
        own_first = sorted(filed, key=lambda code: code != get_language())
        places = (_paragraph_url(row.pk, url, language, paragraph) for language in own_first)
        url = next(filter(None, places), url)
    return Hit(
        url=url, title=title.text, title_language=title.language, title_pending=title.pending, symbol=row.symbol or "",
        facts=tuple(filter(None, facts)), languages=tuple((code, f"{url}files/{code}/") for code in filed),
        read=lambda language, page: _reading_url(url, language, page),
    )  # fmt: skip


def _reading_url(url: str, language: str, page: int) -> str:
    place = (page - 1) // PAGES_PER_READING + 1
    return f"{url}read/{language}/{f'?page={place}' if place > 1 else ''}#page-{page}"


def _paragraph_url(document: int, url: str, language: str, paragraph: int) -> str:
    """Where a numbered paragraph begins; nothing where its number stands nowhere."""
    pages = Page.objects.filter(version__edition__document=document, version__edition__language=language)
    newest = pages.order_by("-version__number").values_list("version__number", flat=True).first() or 0
    found = paragraph_page(
        paragraph, pages.filter(version__number=newest).order_by("number").values_list("number", "text")
    )
    return _reading_url(url, language, found) if found else ""
