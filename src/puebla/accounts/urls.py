"""One's own account, and allauth's pages; names are global because allauth's are."""

from django.urls import URLPattern, URLResolver, include, path

from puebla.accounts import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("profile/", views.profile, name="profile"),
    path("sessions/", views.sessions, name="usersessions_list"),
    # Invitation and application: `members` keeps them, below this address because people type and remember it.
    path("", include("puebla.members.urls.entrance")),
    path("", include("allauth.urls")),
]
