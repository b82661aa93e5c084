"""Documents as the public finds, reads and takes them."""

import datetime as dt
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.files.storage import storages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import get_language, get_language_info, gettext_lazy
from django.utils.translation import gettext as _

from puebla.core.citing import Reference, as_bibtex, as_csl, as_ris, full_line, short_line
from puebla.core.files.serving import serve
from puebla.core.languages import show
from puebla.core.models import Process
from puebla.core.search.facets import Choice, Facets, Found, options
from puebla.core.tables import as_table
from puebla.core.words import can_be_symbol
from puebla.portal import querysets
from puebla.portal.forms import DocumentFilters, sorting, turned_to
from puebla.portal.querysets.facets import ORDERS
from puebla.portal.querysets.facets import facets as all_facets
from puebla.publications.models import PublicDocument, PublicFile
from puebla.publications.querysets import PublicDocumentQuerySet
from puebla.publications.views import address, linked_document, reference_of
from puebla.theme.templatetags.theme import imprecise

PER_PAGE = 25
PAGES_PER_READING = 20
#: Papers of the same meeting named on a record.
BESIDE = 8

#: The words for what the copies hold as codes; the rooms that own the codes are not open to the portal.
STATES = {
    "draft": gettext_lazy("draft"),
    "provisional": gettext_lazy("provisional"),
    "final": gettext_lazy("final"),
    "adopted": gettext_lazy("adopted"),
}
RELATIONS = {
    "supersedes": gettext_lazy("Supersedes"),
    "translates": gettext_lazy("Translates"),
    "answers": gettext_lazy("Answers"),
    "annex_of": gettext_lazy("Annex of"),
    "supersedes_of_this": gettext_lazy("Superseded by"),
    "translates_of_this": gettext_lazy("Translated in"),
    "answers_of_this": gettext_lazy("Answered by"),
    "annex_of_of_this": gettext_lazy("Annex"),
}


# The list ----------------------------------------------------------------------------------------------------------


#: What the filters are called.
CALLED = {
    "q": gettext_lazy("Words"),
    "kind": gettext_lazy("Kind"),
    "body": gettext_lazy("Body"),
    "meeting": gettext_lazy("Meeting"),
    "theme": gettext_lazy("Theme"),
    "year": gettext_lazy("Year"),
    "language": gettext_lazy("Language"),
    "party": gettext_lazy("Given by"),
}
#: Filters that the form offers, with the words for "any".
OFFERED = {
    "meeting": gettext_lazy("All meetings"),
    "kind": gettext_lazy("All kinds"),
    "body": gettext_lazy("All bodies"),
    "theme": gettext_lazy("All themes"),
    "year": gettext_lazy("Any year"),
    "language": gettext_lazy("Any language"),
}
SORTS = {
    "newest": gettext_lazy("Newest first"),
    "oldest": gettext_lazy("Oldest first"),
    "symbol": gettext_lazy("By symbol"),
}


#: What is said of a value that no public document has, each filter in its own sentence.
UNKNOWN = {
    "kind": gettext_lazy("No public document is of the kind “%(value)s”."),
    "body": gettext_lazy("No public document belongs to the body “%(value)s”."),
    "meeting": gettext_lazy("No public document belongs to the meeting “%(value)s”."),
    "theme": gettext_lazy("No public document has the theme “%(value)s”."),
    "year": gettext_lazy("No public document is of the year “%(value)s”."),
    "language": gettext_lazy("No public document is in the language “%(value)s”."),
    "party": gettext_lazy("No public document was given by “%(value)s”."),
}


def document_list(request: HttpRequest) -> HttpResponseBase:
    """List what is public, narrowed by filters that stand in the address; as a page, CSV or XLSX."""
    at = timezone.now()
    readable = PublicDocument.objects.readable(at=at)
    filters = DocumentFilters.of(request.GET)
    named = None if "export" in request.GET else querysets.address_of(filters.q, at=at)
    if named:
        return redirect(*named)
    sort = sorting(request.GET)
    if "export" in request.GET:
        listed = filters.apply(readable).order_by(*ORDERS[sort])
        return as_table(request.GET["export"], "documents", *_table(listed))
    facets = all_facets(at)
    within = (
        None if not filters.q else facets.of_keys(filters.in_words(readable).values_list("pk", flat=True))
    )
    found = facets.matching(filters.chosen, within=within)
    turned = turned_to(request, Rows(found, readable, sort), PER_PAGE)
    return render(
        request,
        "portal/documents.html",
        {
            "page": turned.page,
            "beyond": turned.beyond,
            "filters": filters,
            "active": list(_active(filters, facets)),
            "unknown": [UNKNOWN[name] % {"value": value} for name, value in filters.unknown_in(facets)],
            "choices": list(_choices(filters, facets, within)),
            "sort": sort,
            "feed": f"{reverse('api:feed')}?{urlencode({'lang': get_language()} | filters.given)}",
            "sorts": SORTS,
        },
    )


class Rows:
    """The documents found, as a list that is read only where it is shown."""

    def __init__(self, found: Found, readable: PublicDocumentQuerySet, sort: str) -> None:
        self.found, self.readable, self.sort = found, readable, sort

    def __len__(self) -> int:
        return len(self.found)

    def __getitem__(self, places: slice) -> list[PublicDocument]:
        keys = self.found.keys(self.sort, places.start or 0, places.stop)
        # The gate is asked again: what is no longer readable is no longer shown.
        rows = {one.pk: one for one in querysets.with_files(self.readable.filter(pk__in=keys))}
        return [rows[key] for key in keys if key in rows]


def _choices(
    filters: DocumentFilters, facets: Facets, within: int | None
) -> Iterator[tuple[str, str, str, SafeString]]:
    """What each filter offers, counted under all the other filters: (name, called, any, options)."""
    for name, any_of_them in OFFERED.items():
        chosen = getattr(filters, name)
        under = facets.matching(filters.without(name).chosen, within=within)
        offered = facets.choices(name, under, chosen)
        if name == "language":
            offered = [Choice(one.value, capfirst(language_name(one.value)), one.count) for one in offered]
        yield name, str(CALLED[name]), str(any_of_them), options(offered, chosen)


def _active(filters: DocumentFilters, facets: Facets) -> Iterator[tuple[str, str, str]]:
    """The filters in force: what each is called, its value in words, and the address without it."""
    for name, value in filters.given.items():
        words = language_name(value) if name == "language" else facets.label(name, value)
        yield str(CALLED[name]), words, f"?{urlencode(filters.without(name).given)}"


def _table(found: PublicDocumentQuerySet) -> tuple[list[str], Iterator[list[Any]]]:
    languages = querysets.working_languages()
    header = [
        _("Symbol"),
        *(_("Title (%(language)s)") % {"language": language_name(code)} for code in languages),
        _("Kind"), _("Body"), _("Meeting"), _("Date"), _("Languages"), _("Address"),
    ]  # fmt: skip
    return header, _rows(found, languages)


def _rows(found: PublicDocumentQuerySet, languages: list[str]) -> Iterator[list[Any]]:
    for one in querysets.with_files(found).iterator(chunk_size=500):
        yield [
            one.symbol,
            *(one.titles.get(code, "") for code in languages),
            str(show(one.kind_names)), str(show(one.body_names)), one.meeting_symbol, one.written_date,
            " ".join(file.language for file in one.current_files), absolute(one),
        ]  # fmt: skip


# The record --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Column:
    """A language of a document: its file, or that it is pending; all languages stand side by side as equals."""

    language: str
    name: str
    title: str
    file: PublicFile | None
    older: list[PublicFile]
    expected_on: dt.date | None
    original: bool
    readable: bool


def document(request: HttpRequest, symbol: str) -> HttpResponse:
    """Show one document; a withdrawn one answers with its tombstone, an unknown or embargoed one with 404."""
    at = timezone.now()
    found = find(symbol, at)
    if found.withdrawn_at is not None:
        return tombstone(request, found)
    if found.symbol != symbol:
        return redirect("portal:document", found.symbol, permanent=True)
    process = Process.objects.first()
    reference = reference_of(found, process)
    columns = _columns(found, process.languages if process else querysets.working_languages())
    related = querysets.relations_of(found, at=at)
    return render(
        request,
        "portal/document.html",
        {
            "document": found,
            "columns": columns,
            "beside": reading_order([one.language for one in columns if one.readable]),
            "themes": found.themes.order_by("code"),
            "relations": [(RELATIONS.get(kind, kind), one) for kind, one in related],
            "superseding": [one for kind, one in related if kind == "supersedes_of_this"],
            "beside_it": list(querysets.of_the_same_meeting(found, at=at)[:BESIDE]),
            "description": described(found, process),
            "giver": found.party_code in querysets.party_codes([found.party_code]),
            "state": STATES.get(found.state, found.state),
            "citation": full_line(reference, date=imprecise(found.dated_on, found.precision)),
            "short_citation": short_line(reference),
            "address": absolute(found),
            "linked_data": linked_data(linked_document(found, process)),
        },
    )


def find(symbol: str, at: dt.datetime) -> PublicDocument:
    """The public edition or the tombstone with this symbol, whatever its letters' case."""
    if not can_be_symbol(symbol):
        raise Http404
    known = PublicDocument.objects.readable(at=at) | PublicDocument.objects.tombstones(at=at)
    found: PublicDocument | None = (
        known.filter(symbol=symbol).first() or known.filter(symbol__iexact=symbol).first()
    )
    if found is None:
        raise Http404
    return found


def tombstone(request: HttpRequest, document: PublicDocument) -> HttpResponse:
    return render(request, "portal/withdrawn.html", {"document": document}, status=410)


def reading_order(languages: list[str]) -> list[str] | None:
    """The two languages that are set side by side; None where there is nothing to set beside a text."""
    return languages[:2] if len(languages) > 1 else None


def _columns(document: PublicDocument, languages: list[str]) -> list[Column]:
    files = list(document.files.all())
    read = set(document.files.filter(pages__isnull=False, current=True).values_list("language", flat=True))
    expected = {row["language"]: row.get("on") for row in document.pending}
    others = sorted({file.language for file in files} - set(languages))
    columns = []
    for code in [*languages, *others]:
        own = [file for file in files if file.language == code]
        day = expected.get(code)
        columns.append(
            Column(
                language=code,
                name=language_name(code),
                title=document.titles.get(code, ""),
                file=next((file for file in own if file.current), None),
                older=[file for file in own if not file.current],
                expected_on=dt.date.fromisoformat(day) if day else None,
                original=document.original_language == code,
                readable=code in read,
            )
        )
    return columns


def language_name(code: str) -> str:
    """The name of a language in the reader's own; the code itself where Django knows no name."""
    try:
        return str(get_language_info(code)["name_translated"])
    except KeyError:
        return code


def absolute(document: PublicDocument) -> str:
    """The address of a document for use outside: in citations, tables, linked data."""
    return address("portal:document", document.symbol)


def described(document: PublicDocument, process: Process | None) -> str:
    """The record in one sentence, for those who list pages elsewhere."""
    facts = [
        str(show(document.kind_names)), str(show(document.meeting_titles or document.body_names)),
        imprecise(document.dated_on, document.precision), str(show(process.names)) if process else "",
    ]  # fmt: skip
    return ". ".join([document.symbol, ", ".join(filter(None, facts))])


_UNSAFE_IN_SCRIPT = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


def linked_data(facts: dict[str, Any]) -> SafeString:
    """A record for machines, as schema.org says it, ready to stand in a page."""
    text = json.dumps({"@context": "https://schema.org"} | facts, ensure_ascii=False)
    return mark_safe(text.translate(_UNSAFE_IN_SCRIPT))  # noqa: S308 - no sign that ends a script is left


def cite(request: HttpRequest, symbol: str, form: str) -> HttpResponse:
    """The citation as a file for reference managers: BibTeX, RIS or CSL-JSON."""
    found = find(symbol, timezone.now())
    if found.withdrawn_at is not None:
        return tombstone(request, found)
    return cited(reference_of(found, Process.objects.first()), form)


def cited(reference: Reference, form: str) -> HttpResponse:
    """A citation as a file, in one of the `FORMS`."""
    write, media_type = FORMS[form]
    response = HttpResponse(
        write(reference, get_language() or ""), content_type=f"{media_type}; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="{reference.file_name}.{form}"'
    return response


def _csl(reference: Reference, language: str) -> str:
    return json.dumps(as_csl(reference, language), ensure_ascii=False, indent=1)


#: ending of the address → how the citation is written, and its media type
FORMS: dict[str, tuple[Callable[[Reference, str], str], str]] = {
    "bib": (as_bibtex, "application/x-bibtex"),
    "ris": (as_ris, "application/x-research-info-systems"),
    "json": (_csl, "application/vnd.citationstyles.csl+json"),
}


# Files and light reading -------------------------------------------------------------------------------------------


def file(request: HttpRequest, symbol: str, language: str) -> HttpResponseBase:
    """The file of a language as it is today: the address to pass on."""
    return _file(request, symbol, language, current=True)


def file_version(request: HttpRequest, symbol: str, language: str, number: int) -> HttpResponseBase:
    """One version of a file: the same bytes for ever."""
    return _file(request, symbol, language, number=number)


def _file(request: HttpRequest, symbol: str, language: str, **which: Any) -> HttpResponseBase:
    owner = find(symbol, timezone.now())
    if owner.withdrawn_at is not None:
        return tombstone(request, owner)
    found = owner.files.filter(language=language, **which).first()
    if found is None:
        raise Http404
    return serve(
        request,
        storage=storages["public"],
        key=found.key,
        size=found.size,
        sha256=found.sha256,
        media_type=found.media_type,
        name=found.name,
        last_modified=found.filed_at,
        public=True,
    )


def read(request: HttpRequest, symbol: str, language: str) -> HttpResponse:
    """The text of a file alone, for weak lines and screen readers."""
    owner = find(symbol, timezone.now())
    if owner.withdrawn_at is not None:
        return tombstone(request, owner)
    found = owner.files.filter(language=language, current=True).first()
    if found is None or not found.pages.exists():
        raise Http404
    others = owner.files.filter(current=True, pages__isnull=False).exclude(language=language)
    turned = turned_to(request, found.pages.all(), PAGES_PER_READING)
    return render(
        request,
        "portal/read.html",
        {
            "document": owner,
            "file": found,
            "page": turned.page,
            "beyond": turned.beyond,
            "title": show(owner.titles, language),
            "language_name": language_name(language),
            "others": [
                (code, language_name(code))
                for code in others.order_by("language").values_list("language", flat=True).distinct()
            ],
        },
    )
