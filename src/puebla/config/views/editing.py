"""The door of the CMS: opened by a seat, shut to everybody else as if nothing stood there."""

from collections.abc import Callable
from contextlib import nullcontext
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver, include, path, reverse
from django.utils import timezone, translation

from puebla.portal.actions import keep_language
from puebla.portal.rules import may_edit
from puebla.portal.urls import behind
from puebla.publications.actions import turn_epoch

View = Callable[..., HttpResponseBase]

#: The narrowest policy under which Wagtail's pages work: their widgets write styles, and a preview stands in a frame.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self';"
    " connect-src 'self'; form-action 'self'; frame-src 'self'; frame-ancestors 'self'; base-uri 'none'"
)
#: Acts that change nothing public: told apart so that a draft kept every few seconds does not empty the page store.
QUIET = {
    "add", "edit", "preview_on_add", "preview_on_edit", "ping", "release", "wagtailadmin_dismissibles", "lock", "unlock",
    "wagtailadmin_logout", "submit_page_translation",
}  # fmt: skip


def door(view: View) -> View:
    """Let an editor pass: by seat, in their language, under the CMS's own policy, into no cache."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        person = getattr(request, "person", None)
        if person is None:
            return redirect_to_login(request.get_full_path(), reverse("account_login"))
        if not may_edit(person):
            raise Http404
        keep_language(person)
        # An act of Wagtail's, and what we tell of it, stand or fall together.
        changes = request.method not in ("GET", "HEAD", "OPTIONS")
        with translation.override(person.language), transaction.atomic() if changes else nullcontext():
            response = view(request, *args, **kwargs)
            if isinstance(response, HttpResponse) and hasattr(response, "render"):
                response = response.render()
        response.headers["Content-Security-Policy"] = POLICY
        response.headers["X-Frame-Options"] = "SAMEORIGIN"
        response.headers["Cache-Control"] = "private, no-store"
        _let_readers_see(request)
        return response

    return guarded


def _let_readers_see(request: HttpRequest) -> None:
    """After an act that may have moved pages, redirects or pictures, have stored pages made anew."""
    name = request.resolver_match.url_name if request.resolver_match else ""
    if request.method not in ("GET", "HEAD", "OPTIONS") and name not in QUIET:
        turn_epoch(at=timezone.now())


def to_sign_in(request: HttpRequest, **_rest: Any) -> HttpResponse:
    """Every door of Wagtail's to sign in or to set a password leads to the house's own, which knows second factors."""
    return redirect_to_login(request.GET.get("next") or settings.CMS_ADDRESS, reverse("account_login"))


def to_profile(_request: HttpRequest) -> HttpResponse:
    """One's name, language and address are kept in one place."""
    return redirect("profile")


def nothing(_request: HttpRequest, **_rest: Any) -> HttpResponse:
    """The CMS keeps no people and no documents."""
    raise Http404


def addresses() -> list[URLPattern | URLResolver]:
    """Everything below `/cms/`: what we shut or lead elsewhere stands before Wagtail's own."""
    shut: list[URLPattern | URLResolver] = [
        path("login/", to_sign_in),
        path("password_reset/", to_sign_in),
        path("password_reset/<path:rest>", to_sign_in),
    ]
    own: list[URLPattern | URLResolver] = [
        path("account/", to_profile),
        *(path(f"{name}/", nothing) for name in ("users", "groups", "documents", "failwhale", "test404")),
        *(
            path(f"{name}/<path:rest>", nothing)
            for name in ("users", "groups", "documents", "bulk/accounts", "bulk/auth", "bulk/wagtaildocs")
        ),
        path("", include("wagtail.admin.urls")),
    ]
    return [*shut, *behind(door, own)]
