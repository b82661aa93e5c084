"""Addresses below `/<language>/accounts/` that anybody may open: an invitation, an application."""

from django.urls import URLPattern, path

from puebla.members.views import applications, entrance

urlpatterns: list[URLPattern] = [
    path("invitation/<str:token>/", entrance.invitation, name="invitation"),
    path("apply/", applications.apply, name="apply"),
]
