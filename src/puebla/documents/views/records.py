"""The record page: everything known of one document, who sees it and why."""

from typing import Any

from django.db.models import F, Q, QuerySet, prefetch_related_objects
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from puebla.accounts.views import PersonRequest, signed_in
from puebla.core.languages import pending_languages
from puebla.core.models import JournalEntry, Process
from puebla.documents import rules
from puebla.documents.forms import language_name
from puebla.documents.models import Document, LanguageEdition, Relation
from puebla.documents.querysets import (
    DocumentQuerySet,
    audience_in_words,
    named_for,
    openings_known_to,
    readers_of,
    why_i_see,
)
from puebla.members.models import Permission
from puebla.members.querysets import Reach, reach_of


def posted(request: PersonRequest) -> tuple[Any, Any]:
    """What a form is bound to: data and files of a POST, even an empty one; nothing otherwise."""
    return (request.POST, request.FILES) if request.method == "POST" else (None, None)


def document_or_404(request: PersonRequest, address: str, reach: Reach | None = None) -> Document:
    """The document of this symbol or reference, or 404 where the person may not know that it exists."""
    return _one_of(Document.objects.visible_to(request.person, reach=reach), address)


def _one_of(seen: DocumentQuerySet, address: str) -> Document:
    # Who filed and who changed it are shown by name alone. A symbol is one paper's: there is nothing to put in order.
    found = (
        seen.at_address(address)
        .order_by()
        .select_related("kind", "body", "meeting", "room", "party")
        .annotate(created_by_name=F("created_by__full_name"), changed_by_name=F("changed_by__full_name"))
    )
    one = next(iter(found[:1]), None)
    if one is None:
        raise Http404
    return one


#: What the page says of a version; one question brings editions and versions together.
VERSION = ("number", "name", "kind", "size", "page_count", "filed_at", "reading", "reading_error", "note", "sha256",
           "thumbnail_key", "language_found")  # fmt: skip


def editions_of(document: Document, languages: list[str]) -> list[dict[str, Any]]:
    """Every language as an equal: its versions, newest first, or that it is pending and since when expected."""
    found: dict[str, dict[str, Any]] = {}
    columns = (
        "language",
        "expected_on",
        "versions__filed_by__full_name",
        *(f"versions__{one}" for one in VERSION),
    )
    rows = LanguageEdition.objects.filter(document=document).order_by("language", "-versions__number")
    for language, expected_on, by_name, *facts in rows.values_list(*columns):
        one = found.setdefault(language, {"expected_on": expected_on, "versions": []})
        if facts[0] is not None:
            one["versions"].append(dict(zip(VERSION, facts, strict=True), by_name=by_name))
    nothing: dict[str, Any] = {"expected_on": None, "versions": []}
    return [
        {
            "code": code, "name": language_name(code), "original": code == document.original_language,
            "current": next(iter(one["versions"]), None), "earlier": one["versions"][1:], **one,
        }
        for code in [*languages, *(code for code in found if code not in languages)]
        for one in [found.get(code, nothing)]
    ]  # fmt: skip


def relations_of(document: Document, seen: DocumentQuerySet) -> tuple[list[Relation], list[Relation]]:
    """Relations of a document to others among those seen, and of those to it."""
    found = list(Relation.objects.filter(Q(source=document) | Q(target=document)))
    others = {one.target_id for one in found} | {one.source_id for one in found}
    if not found:
        return [], []
    # The few keys are handed over: a sub-query would work through everything that the person sees.
    visible = seen.only("symbol", "ref", "titles").in_bulk(others)
    out, into = [], []
    for one in found:
        other = one.target_id if one.source_id == document.pk else one.source_id
        if other not in visible:
            continue
        if one.source_id == document.pk:
            one.target = visible[other]
            out.append(one)
        else:
            one.source = visible[other]
            into.append(one)
    return out, into


def with_people(rows: QuerySet[Any], *names: str) -> list[Any]:
    """The rows with who they name; most documents have none, and then nobody is joined to nothing."""
    found = list(rows)
    if found:
        prefetch_related_objects(found, *names)
    return found


@signed_in
def record(request: PersonRequest, address: str) -> HttpResponseBase:
    """One document."""
    reach = reach_of(request.person)
    # The gate is written into SQL once, for the document and for what it is related to.
    seen = Document.objects.visible_to(request.person, reach=reach)
    document = _one_of(seen, address)
    if document.symbol and address != document.symbol:
        return redirect("documents:record", document.symbol, permanent=False)
    relations, relations_in = relations_of(document, seen)
    process = Process.current()
    languages = process.languages
    context = {
        "process": process,
        "document": document,
        "here": reverse("documents:record", args=[document.address]),
        "editions": editions_of(document, languages),
        "pending_titles": [language_name(code) for code in pending_languages(document.titles, languages)],
        "themes": document.themes.all(),
        "relations": relations,
        "relations_in": relations_in,
        "shares": with_people(
            document.shares.filter(ended_at=None, until_at__gt=timezone.now()), "person", "shared_by"
        ),
        "consents": with_people(document.consents.all(), "given_by", "party"),
        "who": audience_in_words(document),
        "why": why_i_see(document, reach, request.person),
        "may_describe": rules.may_describe(reach, document),
        "may_release": rules.may_release(reach, document),
        "may_withdraw": rules.may_withdraw(reach, document),
        "may_consent": rules.may_consent(reach, document),
        "embargoed": document.embargo_until is not None and document.embargo_until > timezone.now(),
        "changed_since_release": document.released_at is not None
        and document.changed_at > document.released_at,
    }
    return render(request, "documents/record.html", context)


@signed_in
def readers(request: PersonRequest, address: str) -> HttpResponseBase:
    """Everybody who can read the document today, by name and reason."""
    document = document_or_404(request, address)
    shared = document.shares.filter(ended_at=None, until_at__gt=timezone.now()).values_list(
        "person_id", flat=True
    )
    groups = named_for(readers_of(document), request.person, known=shared)
    return render(request, "documents/readers.html", {"document": document, "groups": groups})


@signed_in
def history(request: PersonRequest, address: str) -> HttpResponseBase:
    """What was done with the document; who opened it is seen by the own party, and in a sealed room by that room."""
    from puebla.core.phrases import sentences

    reach = reach_of(request.person)
    document = document_or_404(request, address, reach)
    entries = JournalEntry.objects.filter(subject_kind="Document", subject_ref=document.ref).order_by(
        "-sequence"
    )
    openings = entries.filter(act="document.opened")
    shown = entries.exclude(act="document.opened")
    opened = openings_known_to(openings, document, reach)
    context = {
        "document": document,
        "acts": sentences(shown[:200]),
        "openings": sentences(opened[:200]),
        "opening_count": openings.count(),
        "reads_journal": reach.may(Permission.READ_JOURNAL),
        "note": _("Openings by other parties are counted, not named."),
    }
    return render(request, "documents/history.html", context)
