"""The first page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from puebla.portal import querysets
from puebla.publications.models import PublicDocument, PublicMeeting

NEWEST = 7
MEETINGS = 3


def home(request: HttpRequest) -> HttpResponse:
    """Show who presides, what comes next, and what was released last."""
    at = timezone.now()
    today = timezone.localtime(at).date()
    readable = PublicDocument.objects.readable(at=at)
    languages = querysets.working_languages()
    leading, leading_kind = querysets.leading_document(readable)
    return render(
        request,
        "portal/home.html",
        {
            "presidency": querysets.presiding(on=today),
            "office": querysets.office("presidency"),
            "meetings": list(PublicMeeting.objects.filter(starts_on__lte=today)[:MEETINGS]),
            "meeting": querysets.coming_meetings(on=today).first(),
            "leading": leading,
            "leading_kind": leading_kind,
            "leading_titles": [(code, leading.titles.get(code)) for code in languages] if leading else [],
            "documents": list(querysets.with_files(readable)[:NEWEST]),
            "total": readable.count(),
            "themes": querysets.main_themes(readable, on=today),
            "members": querysets.parties_by_standing().get("member", []),
        },
    )
