"""Addresses below `/<language>/intranet/notices/`."""

from django.urls import URLPattern, path

from puebla.notices.views import following, inbox

app_name = "notices"
urlpatterns: list[URLPattern] = [
    path("", inbox.inbox, name="inbox"),
    path("read/", inbox.read_all, name="read-all"),
    path("open/<slug:ref>/", inbox.open_notice, name="open"),
    path("following/", following.following, name="following"),
    path("follow/", following.follow, name="follow"),
    path("unfollow/", following.unfollow, name="unfollow"),
    path("stops/<slug:source>/", following.change_stop, name="stop"),
    path("choose/", following.choose, name="choose"),
]
