"""The list of documents, its exports and packs, and suggestions while typing: one query behind all of them."""

import datetime as dt
import io
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from html import escape
from typing import Any, BinaryIO, NamedTuple
from urllib.parse import quote

from django.core.files.storage import storages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from puebla.accounts.views import PersonRequest, signed_in
from puebla.core.files.packing import zip_stream
from puebla.core.languages import show
from puebla.core.models import Process
from puebla.core.tables import as_table
from puebla.core.words import without_nul
from puebla.documents.actions import opened
from puebla.documents.actions.releasing import current_versions
from puebla.documents.forms import language_name
from puebla.documents.models import Document, FileVersion, Kind, State, Theme
from puebla.documents.querysets import DocumentQuerySet
from puebla.members.models import Audience, Body

FILTERS = ("q", "kind", "body", "theme", "year", "language", "state", "meeting", "party", "audience", "since")
#: What a line of the list needs of a document.
COLUMNS = ("symbol", "ref", "titles", "dated_on", "precision", "state", "audience", "filed_languages", "released_at",
           "withdrawn_at", "kind__names")  # fmt: skip
FOLLOWED = {"kind", "body", "theme", "party", "meeting"}
PER_PAGE = 25
#: A pack is streamed, but somebody has to download it: more files than this are asked for in parts.
PACK_LIMIT = 500


def filters_of(request: PersonRequest) -> dict[str, str]:
    """The filters in the address, cut to a sane length."""
    return {name: without_nul(request.GET.get(name, "")).strip()[:200] for name in FILTERS}


def found_by(request: PersonRequest) -> DocumentQuerySet:
    """The documents that the person sees and that match the filters of the address."""
    return Document.objects.visible_to(request.person).matching(**filters_of(request))


@signed_in
def document_list(request: PersonRequest) -> HttpResponseBase:
    """The repository's list; a symbol typed exactly opens its document; `?export=csv` or `xlsx` gives the whole list."""
    filters = filters_of(request)
    if filters["q"]:
        exact = (
            Document.objects.visible_to(request.person)
            .at_address(filters["q"])
            .values_list("symbol", "ref")
            .first()
        )
        if exact is not None:
            return redirect("documents:record", exact[0] or exact[1])
    found = found_by(request)
    if kind := request.GET.get("export"):
        return as_table(kind, "documents", _export_header(), _export_rows(found))
    # Plain values: half of the time of rows went into making records of which a line shows little.
    page = Paginator(found.values_list(*COLUMNS, named=True), PER_PAGE).get_page(request.GET.get("page"))
    process = Process.current()
    languages = {code: language_name(code) for code in process.languages}
    active = {name: value for name, value in filters.items() if value}
    context = {
        "process": process,
        "page": page,
        "rows": rows_of(page, list(languages)),
        "filters": filters,
        "active": active,
        # The list of one kind, body, theme, party or meeting is its page: there it can be followed.
        "narrowed_to": next(iter(active.items())) if len(active) == 1 and set(active) <= FOLLOWED else None,
        "options": options_of(filters, languages),
    }
    return render(request, "documents/list.html", context)


def rows_of(documents: Iterable[Any], languages: list[str]) -> list[SafeString]:
    """The list's line for each document (its `COLUMNS`), ready to print."""
    folder, reading = reverse("documents:list"), get_language() or ""
    working = tuple(languages)
    return [row_of(facts_of(document, folder, working), reading) for document in documents]


class RowFacts(NamedTuple):
    """All that a line of the list shows of a document, and nothing else."""

    url: str
    address: str
    symbol: str
    title: str
    title_language: str
    title_pending: bool
    kind: str
    dated_on: dt.date | None
    precision: str
    filed: tuple[tuple[str, str, str], ...]
    missing: tuple[str, ...]
    state_code: str
    audience_code: int
    released: bool


def facts_of(document: Any, folder: str, languages: tuple[str, ...]) -> RowFacts:
    """What the line shows of this document."""
    filed = document.filed_languages.split(",") if document.filed_languages else []
    address = document.symbol or document.ref
    url = f"{folder}{quote(address, safe='/')}/"
    title = show(document.titles)
    return RowFacts(
        url=url, address=address, symbol=document.symbol or "", title=title.text,
        title_language=title.language, title_pending=title.pending, kind=show(document.kind__names).text,
        dated_on=document.dated_on, precision=document.precision,
        filed=tuple((code, code.upper(), f"{url}files/{code}/") for code in in_order(filed, languages)),
        missing=tuple(code.upper() for code in languages if code not in filed),
        state_code=document.state, audience_code=document.audience,
        released=document.released_at is not None and document.withdrawn_at is None,
    )  # fmt: skip


def in_order(filed: list[str], languages: tuple[str, ...]) -> list[str]:
    """Languages of a paper as the process lists its own, so that they stand in one column from line to line."""
    return [code for code in languages if code in filed] + [code for code in filed if code not in languages]


@lru_cache(maxsize=4096)
def row_of(row: RowFacts, language: str) -> SafeString:  # noqa: ARG001 - part of what is remembered
    """One line. It depends on nothing but what it shows, so it is written once and remembered: lines are half of a page."""
    words = {
        "select": _("Select %(symbol)s") % {"symbol": row.address},
        "state": capfirst(str(State(row.state_code).label)),
        "audience": capfirst(str(Audience(row.audience_code).label)),
    }
    return mark_safe(render_to_string("documents/row.html", {"row": row._asdict() | words}))  # noqa: S308 - a template's


def options_of(filters: dict[str, str], languages: dict[str, str]) -> dict[str, SafeString]:
    """The choices of every filter, as the options of its list."""
    kinds = Kind.objects.values_list("code", "names")
    themes = Theme.objects.values_list("code", "names")
    bodies = Body.objects.values_list("code", "short_names")
    years = [(str(year), str(year)) for year in range(timezone.now().year, 1995, -1)]
    spoken = []
    for code, name in languages.items():
        spoken += [(code, name), (f"-{code}", _("%(name)s missing") % {"name": name})]
    return {
        "kind": options([(code, show(names).text or code) for code, names in kinds], filters["kind"]),
        "body": options([(code, show(names).text) for code, names in bodies], filters["body"]),
        "theme": options([(code, show(names).text or code) for code, names in themes], filters["theme"]),
        "year": options(years, filters["year"]),
        "state": options([(str(value), str(label)) for value, label in State.choices], filters["state"]),
        "language": options(spoken, filters["language"]),
        "audience": options([(str(value), str(label)) for value, label in Audience.choices], filters["audience"]),
    }  # fmt: skip


def options(choices: Iterable[tuple[str, str]], chosen: str) -> SafeString:
    """The options of a list of choices."""
    return _options(tuple(choices), chosen)


@lru_cache(maxsize=512)
def _options(choices: tuple[tuple[str, str], ...], chosen: str) -> SafeString:
    """There are hundreds on the page, so they are written here and not in a loop there, and remembered."""
    lines = [
        f'<option value="{escape(value)}"{" selected" if value == chosen else ""}>{escape(capfirst(label))}</option>'
        for value, label in choices
    ]
    return mark_safe("".join(lines))  # noqa: S308 - every value was escaped above


def _export_header() -> list[str]:
    return [_("Symbol"), _("Title (English)"), _("Title (Spanish)"), _("Kind"), _("Body"), _("Meeting"), _("Date"),
            _("State"), _("Audience"), _("Languages"), _("Given by"), _("Address")]  # fmt: skip


def _export_rows(found: DocumentQuerySet) -> Iterator[list[Any]]:
    from django.conf import settings

    language = get_language() or "en"
    columns = found.select_related("kind", "body", "meeting", "party").iterator(chunk_size=500)
    for document in columns:
        yield [
            document.symbol or document.ref, document.titles.get("en", ""), document.titles.get("es", ""),
            show(document.kind.names).text, document.body.code if document.body else "",
            document.meeting.symbol if document.meeting else "", date_text(document.dated_on, document.precision),
            document.get_state_display(), document.get_audience_display(), document.filed_languages,
            document.party.code, f"{settings.BASE_URL}/{language}/intranet/documents/{document.address}/",
        ]  # fmt: skip


def date_text(day: dt.date | None, precision: str) -> str:
    """A date cut to what is known: 2009, 2009-07 or 2009-07-09."""
    from puebla.documents.forms import imprecise_text

    return imprecise_text(day, precision)


@signed_in
def suggest(request: PersonRequest) -> HttpResponseBase:
    """Up to eight documents for what is being typed; only what the list would show."""
    q = without_nul(request.GET.get("q", "")).strip()[:100]
    found = Document.objects.visible_to(request.person).matching(q=q)[:8] if len(q) > 1 else []
    return JsonResponse({"suggestions": [{"symbol": d.address, "title": show(d.titles).text} for d in found]})


@signed_in
def pack(request: PersonRequest) -> HttpResponseBase:
    """A ZIP of the list as filtered, or of the symbols ticked: ordered names and an index that opens from disk."""
    found = found_by(request)
    ticked = [without_nul(symbol) for symbol in request.GET.getlist("symbol")]
    if ticked:
        found = Document.objects.visible_to(request.person).filter(Q(symbol__in=ticked) | Q(ref__in=ticked))
    language = request.GET.get("pack_language", "")
    documents = list(found.select_related("kind", "room")[: PACK_LIMIT + 1])
    if len(documents) > PACK_LIMIT:
        return HttpResponse(
            _("More than %(limit)d documents match. Narrow the filters and ask again.") % {"limit": PACK_LIMIT},
            status=413, content_type="text/plain; charset=utf-8",
        )  # fmt: skip
    rows = []
    entries: list[tuple[str, Callable[[], BinaryIO]]] = []
    at = timezone.now()
    for number, document in enumerate(documents, start=1):
        versions = [v for v in current_versions(document) if not language or v.edition.language == language]
        names = []
        for version in versions:
            # No row, no file: the pack is built only after every opening stands in the journal.
            opened(version=version, document=document, by=request.person, at=at)
            name = pack_name(number, document, version)
            names.append((name, version))
            entries.append((name, _opener(version.key)))
        rows.append({"document": document, "title": show(document.titles), "files": names})
    index = render_to_string(
        "documents/pack_index.html", {"rows": rows, "at": at, "process": Process.current()}
    )
    entries.insert(0, ("index.html", lambda: io.BytesIO(index.encode())))
    response = StreamingHttpResponse(
        zip_stream(entries, at=timezone.localtime(at)), content_type="application/zip"
    )
    response["Content-Disposition"] = f'attachment; filename="{_pack_title()}-{at:%Y-%m-%d}.zip"'
    return response


def _pack_title() -> str:
    return f"{Process.current().code}-{_('documents')}"


def _opener(key: str) -> Callable[[], BinaryIO]:
    return lambda: storages["default"].open(key)  # type: ignore[return-value]


def pack_name(number: int, document: Document, version: FileVersion) -> str:
    """The name of a file in a pack: numbered in the list's order, then symbol, language and the right ending."""
    from puebla.core.files.kinds import FileKind

    symbol = document.address.replace("/", "-")
    return f"{number:03d}_{symbol}_{version.edition.language}.{FileKind[version.kind].extension.lstrip('.')}"
