"""What changed between two versions of a paper's file, paragraph by paragraph: on a page of its own, and in place."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language

from puebla.accounts.models import Person
from puebla.accounts.views import PersonRequest, signed_in
from puebla.core.models import Process
from puebla.documents.actions import opened
from puebla.documents.actions.comparing import Difference, changed_since, difference
from puebla.documents.forms import language_name
from puebla.documents.models import Document, FileVersion
from puebla.documents.views.files import version_or_404
from puebla.documents.views.records import document_or_404

PER_PAGE = 100
#: Paragraphs shown in place, beside what else a page says.
IN_PLACE = 40


@signed_in
def changes(request: PersonRequest, address: str, language: str, number: int) -> HttpResponseBase:
    """What changed in this version since the one before, or since the one that `?from=` names."""
    document = document_or_404(request, address)
    after = version_or_404(document, language, number)
    before = _earlier(document, after, request.GET.get("from", ""))
    shown = _opened([before, after], document, request.person, timezone.now())
    found = difference(before, shown[-1])
    context: dict[str, Any] = {
        "document": document, "difference": found, "language_name": language_name(language),
        "page": Paginator(found.paragraphs, PER_PAGE).get_page(request.GET.get("page")),
        "earlier": FileVersion.objects.filter(edition=after.edition, number__lt=after.number).defer("html"),
    }  # fmt: skip
    return render(request, "documents/changes.html", context)


def _earlier(document: Document, after: FileVersion, typed: str) -> FileVersion:
    """The version with which this one is compared; 404 where there is none before it."""
    if typed.isdecimal() and len(typed) < 5 and int(typed) < after.number:
        return version_or_404(document, after.edition.language, int(typed))
    found = FileVersion.objects.filter(edition=after.edition, number__lt=after.number)
    before = found.select_related("edition").order_by("-number").first()
    if before is None:
        raise Http404
    return before


def _opened(
    versions: Sequence[FileVersion | None], document: Document, by: Person, at: dt.datetime
) -> list[FileVersion]:
    """The versions that there are, each opening journalled: whoever reads what changed reads the file."""
    found = [one for one in versions if one is not None]
    for one in found:
        opened(version=one, document=document, by=by, at=at)
    return found


def what_changed(document: Document, since: dt.datetime, *, by: Person, at: dt.datetime) -> dict[str, Any]:
    """What a page shows in place of a paper that changed since: the reader's language first; the openings are journalled.

    The caller has let the reader through the paper's gate.
    """
    reading = (get_language() or "")[:2]
    order = sorted(Process.current().languages, key=lambda code: code != reading)
    pairs = changed_since(document, since, order)
    found: list[Difference] = []
    for before, after in pairs[:1]:
        _opened([before, after], document, by, at)
        found.append(difference(before, after))
    return {
        "document": document, "since": since, "differences": found, "in_place": IN_PLACE,
        "others": [(language_name(after.edition.language), before, after) for before, after in pairs[1:]],
        "name": language_name(found[0].language) if found else "",
    }  # fmt: skip
