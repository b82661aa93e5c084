"""Addresses below `/<language>/subscribe/`: open to everybody, kept in no cache."""

from django.urls import URLPattern, path

from puebla.notices.views import stopping

app_name = "subscriptions"
urlpatterns: list[URLPattern] = [
    path("stop/inside/<str:token>/", stopping.stop_person, name="stop-person"),
]
