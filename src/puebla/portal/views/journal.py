"""The journal's heads: what lets anybody find out whether the record of acts was rewritten."""

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from puebla.core.tables import as_table
from puebla.portal.forms import turned_to
from puebla.publications.models import PublicHead

PER_PAGE = 50


def heads(request: HttpRequest) -> HttpResponseBase:
    """Show the head of each day, the newest first; as a page, CSV or XLSX."""
    found = PublicHead.objects.all()
    if "export" in request.GET:
        rows = ([one.on, one.sequence, one.digest] for one in found.iterator(chunk_size=500))
        return as_table(request.GET["export"], "journal", [_("Day"), _("Entry"), "SHA-256"], rows)
    turned = turned_to(request, found, PER_PAGE)
    return render(request, "portal/journal.html", {"page": turned.page, "beyond": turned.beyond})
