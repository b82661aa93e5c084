"""The board of languages: which papers wait for a language, from which original, and by when."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from puebla.accounts.views import PersonRequest, signed_in
from puebla.core.languages import show
from puebla.core.models import Process
from puebla.core.tables import export_of
from puebla.core.verdicts import RefusedError
from puebla.documents import actions, rules
from puebla.documents.forms import AwaitedLanguageForm, language_name
from puebla.documents.models import Document, State
from puebla.documents.querysets import DocumentQuerySet
from puebla.documents.views.records import document_or_404
from puebla.members.querysets import Reach, reach_of, today

PER_PAGE = 50


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def languages(request: PersonRequest) -> HttpResponseBase:
    """Show what waits for a language among the papers that the person sees; a POST sets a day for one."""
    if request.method == "POST":
        return _announced(request)
    reach = reach_of(request.person)
    working = Process.current().languages
    wanted = request.GET.get("language", "")
    wanted = wanted if wanted in working else ""
    waiting = _waiting(
        Document.objects.visible_to(request.person, reach=reach), [wanted] if wanted else working
    )
    table = export_of(
        request,
        name="languages",
        header=[_("Symbol"), _("Title"), _("Original"), *working],
        rows=_table(waiting, working),
    )
    if table is not None:
        return table
    page = Paginator(waiting.prefetch_related("editions"), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page, "rows": [_row(one, working, reach) for one in page], "wanted": wanted,
        "languages": [(code, language_name(code)) for code in working], "today": today(timezone.now()),
    }  # fmt: skip
    return render(request, "documents/languages.html", context)


def _waiting(visible: DocumentQuerySet, codes: list[str]) -> DocumentQuerySet:
    """Papers that have no file, or no title, in one of these languages; those awaited soonest come first."""
    lacks = Q(pk__in=[])
    for code in codes:
        lacks |= ~Q(filed_languages__contains=code) | ~Q(titles__has_key=code)
    found = visible.filter(lacks).exclude(state=State.WITHDRAWN).select_related("room", "party")
    return found.order_by("-dated_on", "-pk")


def _row(document: Document, working: list[str], reach: Reach) -> dict[str, Any]:
    filed = document.filed_languages.split(",") if document.filed_languages else []
    expected = {one.language: one.expected_on for one in document.editions.all()}
    return {
        "document": document,
        "original": language_name(document.original_language) if document.original_language else "",
        "may": rules.may_describe(reach, document),
        "cells": [
            {
                "code": code, "name": language_name(code), "filed": code in filed, "titled": bool(document.titles.get(code)),
                "expected_on": expected.get(code), "original": code == document.original_language,
            }
            for code in working
        ],
    }  # fmt: skip


def _table(waiting: DocumentQuerySet, working: list[str]) -> Iterator[list[str]]:
    for one in waiting.prefetch_related("editions").iterator(chunk_size=500):
        expected = {edition.language: edition.expected_on for edition in one.editions.all()}
        filed = one.filed_languages.split(",")
        states = [
            _("filed") if code in filed else str(expected.get(code) or _("pending")) for code in working
        ]
        yield [one.symbol or one.ref, show(one.titles).text, one.original_language, *states]


def _announced(request: PersonRequest) -> HttpResponse:
    """Set the day by which a language of a paper is expected."""
    document = document_or_404(request, request.POST.get("document", "")[:80])
    form = AwaitedLanguageForm(request.POST, languages=Process.current().languages)
    if not form.is_valid():
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
        return redirect(request.get_full_path())
    try:
        actions.await_language(
            document=document, language=form.cleaned_data["language"], expected_on=form.cleaned_data["expected_on"],
            by=request.person, at=timezone.now(),
        )  # fmt: skip
    except RefusedError as refusal:
        messages.error(request, str(refusal))
    else:
        words = {"language": language_name(form.cleaned_data["language"]), "document": document}
        messages.success(request, _("%(language)s of %(document)s is announced.") % words)
    return redirect(request.get_full_path())
