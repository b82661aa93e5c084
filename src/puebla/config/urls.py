"""Addresses of both sites: below a language, `en/` or `es/`; machines' doors without one."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import URLPattern, URLResolver, include, path, re_path

from puebla.config import views
from puebla.config.views import editing
from puebla.config.views.technology import technology
from puebla.intranet.views.saved import feed
from puebla.meetings.views.calendar import feed as personal_calendar
from puebla.portal.views.pictures import picture

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.root, name="root"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("pictures/<str:name>", picture, name="picture"),
    path("cms/", include(editing.addresses())),
    path("feeds/saved/<slug:ref>/<slug:key>.atom", feed, name="saved-search-feed"),
    re_path(
        r"^calendar/(?P<token>[0-9a-f]{20}-[0-9a-f]{40})\.ics$", personal_calendar, name="personal-calendar"
    ),
    path("", include("puebla.api.urls")),
    *i18n_patterns(
        path("intranet/technology/", technology, name="technology"),
        path("intranet/", include("puebla.intranet.urls")),
        path("intranet/notices/", include("puebla.notices.urls")),
        path("subscribe/", include("puebla.notices.urls.public")),
        path("statistics/", include("puebla.statistics.urls")),
        path("intranet/meetings/", include("puebla.meetings.urls")),
        path("intranet/plan/", include("puebla.plan.urls")),
        path("intranet/decisions/", include("puebla.decisions.urls")),
        path("intranet/circulars/", include("puebla.circulars.urls")),
        path("intranet/texts/", include("puebla.texts.urls")),
        path("intranet/documents/", include("puebla.documents.urls")),
        path("intranet/", include("puebla.members.urls")),
        path("accounts/", include("puebla.accounts.urls")),
        path("", include("puebla.portal.urls")),
    ),
]

handler404 = "puebla.config.views.not_found"
handler500 = "puebla.config.views.failed"
