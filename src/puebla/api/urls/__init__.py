"""Addresses for machines: below no language; the language is a parameter where an answer has one."""

from typing import Any

from django.urls import path

from puebla.api.querysets import TOPICS
from puebla.api.views import calendar, door, feeds, sitemap
from puebla.api.views.errors import View, for_machines
from puebla.api.views.oai import oai

app_name = "api"
#: route, view, what the view is told of the route, name
_DOORS: list[tuple[str, View, dict[str, Any], str]] = [
    ("feeds/documents.atom", feeds.documents, {}, "feed"),
    ("feeds/decisions.atom", feeds.decisions, {}, "feed-decisions"),
    *(
        (f"feeds/{topic}/<path:code>.atom", feeds.of_topic, {"topic": topic}, f"feed-{topic}")
        for topic in TOPICS
    ),
    ("feeds/<slug:name>.atom", feeds.of_room, {}, "feed-of-room"),
    ("calendar/public.ics", calendar.public, {}, "calendar"),
    ("calendar/<slug:code>.ics", calendar.of_body, {}, "calendar-of-body"),
    ("api/v1/openapi.json", door.openapi, {}, "openapi"),
    ("api/v1/<path:rest>", door.v1, {}, "v1-below"),
    ("api/v1/", door.v1, {}, "v1"),
    ("oai", oai, {}, "oai"),
    ("sitemap.xml", sitemap.sitemap, {}, "sitemap"),
    ("sitemaps/<int:number>.xml", sitemap.part, {}, "sitemap-part"),
    ("robots.txt", sitemap.robots, {}, "robots"),
]
urlpatterns = [path(route, for_machines(view), facts, name=name) for route, view, facts, name in _DOORS]
