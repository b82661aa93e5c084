"""The journal's heads: what lets anybody find out whether the record of acts was rewritten."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from puebla.core.tables import as_table
from puebla.publications.models import PublicHead

PER_PAGE = 50


def heads(request: HttpRequest) -> HttpResponseBase:
    """Show the head of each day, the newest first; as a page, CSV or XLSX."""
    found = PublicHead.objects.all()
    if "export" in request.GET:
        rows = ([one.on, one.sequence, one.digest] for one in found.iterator(chunk_size=500))
        return as_table(request.GET["export"], "journal", [_("Day"), _("Entry"), "SHA-256"], rows)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "portal/journal.html", {"page": page})
