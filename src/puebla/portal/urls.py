"""Addresses of the public portal, below `/<language>/`.

A symbol contains slashes, so what stands below a document comes before the document itself.
"""

from collections.abc import Callable
from typing import Any

from django.urls import path
from wagtail.utils.urlpatterns import decorate_urlpatterns

from puebla.portal.views import (
    decisions,
    documents,
    home,
    journal,
    meetings,
    pages,
    parties,
    plan,
    search,
    sides,
)

app_name = "portal"
urlpatterns = [
    path("", home.home, name="home"),
    path("search/", search.search, name="search"),
    path("search/suggest/", search.suggest, name="search-suggest"),
    path("documents/", documents.document_list, name="documents"),
    path(
        "documents/<path:symbol>/files/<slug:language>/<int:number>/",
        documents.file_version,
        name="file-version",
    ),
    path("documents/<path:symbol>/files/<slug:language>/", documents.file, name="file"),
    *(
        path(f"documents/<path:symbol>/cite.{form}", documents.cite, {"form": form}, name=f"cite-{form}")
        for form in documents.FORMS
    ),
    path("documents/<path:symbol>/read/<slug:left>/<slug:right>/", sides.side_by_side, name="side-by-side"),
    path("documents/<path:symbol>/read/<slug:language>/", documents.read, name="read"),
    path("documents/<path:symbol>/", documents.document, name="document"),
    path("decisions/", decisions.decision_list, name="decisions"),
    path("decisions/<path:symbol>/p/<str:anchor>/", decisions.paragraph, name="decision-paragraph"),
    path("decisions/<path:symbol>/canonical.json", decisions.canonical_json, name="decision-canonical"),
    path(
        "decisions/<path:symbol>/text/<slug:languages>.<slug:form>", decisions.export, name="decision-export"
    ),
    *(
        path(
            f"decisions/<path:symbol>/cite.{form}",
            decisions.cite,
            {"form": form},
            name=f"decision-cite-{form}",
        )
        for form in documents.FORMS
    ),
    path("decisions/<path:symbol>/", decisions.decision, name="decision"),
    path("meetings/", meetings.meeting_list, name="meetings"),
    path("meetings/<path:symbol>/", meetings.meeting, name="meeting"),
    path("plan/", plan.plans, name="plans"),
    path("plan/<slug:code>/", plan.plan, name="plan"),
    path("plan/<slug:code>/<str:number>/", plan.commitment, name="commitment"),
    path("members/", parties.members, name="members"),
    path("members/<str:code>/", parties.party, name="party"),
    path("presidency/", parties.presidency, name="presidency"),
    path("journal/", journal.heads, name="journal"),
    path("about/", pages.about, name="about"),
    path("about/brochure.pdf", pages.brochure, name="brochure"),
    path("about/<path:rest>/", pages.about, name="about-page"),
    path("news/", pages.news, name="news"),
    path("news/<str:slug>/", pages.news, name="news-item"),
]


def behind(door: Callable[[Any], Any], addresses: list[Any]) -> list[Any]:
    """These addresses with every view behind a door: those of the CMS, which the portal's own readers never meet."""
    guarded: list[Any] = decorate_urlpatterns(addresses, door)
    return guarded
