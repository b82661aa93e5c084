"""Addresses of the read API, below `/api/v1/`; loaded at its first question."""

from django.urls import URLPattern, URLResolver, path

from puebla.api.views.reading import api

urlpatterns: list[URLPattern | URLResolver] = [path("", api.urls)]
