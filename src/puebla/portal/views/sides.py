"""Two languages of a public document side by side."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from puebla.core.alignment import compared
from puebla.portal.forms import turned_to
from puebla.portal.views.documents import find, language_name, tombstone

PER_PAGE = 150


def side_by_side(request: HttpRequest, symbol: str, left: str, right: str) -> HttpResponse:
    """Show the texts of two languages, paragraph beside paragraph, with what is missing and what differs."""
    owner = find(symbol, timezone.now())
    if owner.withdrawn_at is not None:
        return tombstone(request, owner)
    files = {one.language: one for one in owner.files.filter(current=True, language__in=[left, right])}
    pages = [list(files[code].pages.values_list("number", "text")) for code in (left, right) if code in files]
    if left == right or len(pages) != 2 or not all(pages):
        raise Http404
    found = compared(pages[0], pages[1], languages=(left, right))
    only_findings = request.GET.get("show") == "findings"
    shown = found.findings if only_findings else found.pairs
    turned = turned_to(request, shown, PER_PAGE)
    context = {
        "document": owner, "left": left, "right": right, "left_name": language_name(left),
        "right_name": language_name(right), "only_findings": only_findings, **found.counts(),
        "page": turned.page, "beyond": turned.beyond,
    }  # fmt: skip
    return render(request, "portal/side_by_side.html", context)
