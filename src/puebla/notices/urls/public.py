"""Addresses below `/<language>/subscribe/`: open to everybody, kept in no cache."""

from django.urls import URLPattern, path

from puebla.notices.views import stopping, subscribing

app_name = "subscriptions"
urlpatterns: list[URLPattern] = [
    path("", subscribing.subscribe, name="subscribe"),
    path("asked/", subscribing.asked, name="asked"),
    path("confirm/<str:token>/", subscribing.confirm, name="confirm"),
    path("manage/<str:token>/", subscribing.manage, name="manage"),
    path("stop/inside/<str:token>/", stopping.stop_person, name="stop-person"),
    path("stop/kind/<str:token>/", stopping.stop_kind, name="stop-kind"),
    path("stop/<str:token>/", subscribing.stop, name="stop"),
]
