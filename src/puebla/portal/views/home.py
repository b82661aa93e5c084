"""The first page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from puebla.portal import querysets
from puebla.publications.models import PublicDocument, PublicMeeting

#: A kind is data; where a process has this one, its newest stands on the first page.
DECLARATION = "DECL"
NEWEST = 7
MEETINGS = 3


def home(request: HttpRequest) -> HttpResponse:
    """Show who presides, what comes next, and what was released last."""
    at = timezone.now()
    today = timezone.localtime(at).date()
    readable = PublicDocument.objects.readable(at=at)
    declarations = querysets.with_files(readable.filter(kind_code=DECLARATION))
    return render(
        request,
        "portal/home.html",
        {
            "presidency": querysets.presiding(on=today),
            "meetings": list(PublicMeeting.objects.all()[:MEETINGS]),
            "meeting": querysets.coming_meetings(on=today).first(),
            "declaration": declarations.first(),
            "documents": list(querysets.with_files(readable)[:NEWEST]),
            "total": readable.count(),
            "themes": querysets.counts_by_theme(readable),
            "members": querysets.parties_by_standing().get("member", []),
            "today": today,
        },
    )
