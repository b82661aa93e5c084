"""Two languages of a document side by side, with what is missing and where figures or dates differ."""

from collections.abc import Sequence
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from puebla.accounts.views import PersonRequest, signed_in
from puebla.core.alignment import Comparison, compared
from puebla.core.models import Process
from puebla.documents.actions import opened
from puebla.documents.forms import language_name
from puebla.documents.models import Document, FileVersion
from puebla.documents.views.records import document_or_404

PER_PAGE = 150


@signed_in
def side_by_side(request: PersonRequest, address: str) -> HttpResponseBase:
    """The newest files of two languages, paragraph beside paragraph; `?left=` and `?right=` choose among several."""
    document = document_or_404(request, address)
    filed = document.filed_languages.split(",") if document.filed_languages else []
    order = [code for code in Process.current().languages if code in filed]
    choices = [*order, *(code for code in filed if code not in order)]
    left, right = _chosen(request.GET, choices)
    versions = [_newest(document, code) for code in (left, right) if code]
    for one in versions:
        opened(version=one, document=document, by=request.person, at=timezone.now())
    readable = len(versions) == 2 and all(one.reading == FileVersion.Reading.DONE for one in versions)
    found = _compared(versions, (left, right)) if readable else Comparison([])
    only_findings = request.GET.get("show") == "findings"
    context: dict[str, Any] = {
        "document": document, "choices": [(code, language_name(code)) for code in choices],
        "left": left, "right": right, "left_name": language_name(left) if left else "",
        "right_name": language_name(right) if right else "", "versions": versions, "readable": readable,
        "page": Paginator(found.findings if only_findings else found.pairs, PER_PAGE).get_page(request.GET.get("page")),
        "only_findings": only_findings, **found.counts(),
    }  # fmt: skip
    return render(request, "documents/side_by_side.html", context)


def _chosen(asked: Any, choices: Sequence[str]) -> tuple[str, str]:
    """The two languages asked for, as far as there are files; the first two otherwise."""
    left = asked.get("left") if asked.get("left") in choices else next(iter(choices), "")
    others = [code for code in choices if code != left]
    right = asked.get("right") if asked.get("right") in others else next(iter(others), "")
    return left, right


def _newest(document: Document, language: str) -> FileVersion:
    versions = FileVersion.objects.filter(edition__document=document, edition__language=language)
    return versions.select_related("edition").defer("html").order_by("-number")[0]


def _compared(versions: Sequence[FileVersion], languages: tuple[str, str]) -> Comparison:
    pages = [one.pages.order_by("number").values_list("number", "text") for one in versions]
    return compared(pages[0], pages[1], languages=languages)
