"""What every answer passes through: safe headers, the store of public pages, and who is signed in.

Public pages are the same for everybody. They are answered before a session is looked at, so that they can be kept
whole; their key carries the number of the publications' epoch, so that no change to what is public shows late.
"""

import datetime as dt
import gzip
import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import cast

import brotli
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.middleware import get_user
from django.core.cache import caches
from django.core.handlers.exception import convert_exception_to_response
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.http.response import HttpResponsePermanentRedirect
from django.shortcuts import redirect
from django.urls import Resolver404, resolve
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags
from django.utils.text import compress_string
from django.utils.translation import gettext as _

from puebla.members.querysets import owes_second_factor
from puebla.publications.querysets import edition

Handler = Callable[[HttpRequest], HttpResponseBase]

#: Of one reader each, so kept in no cache. A subscription is a reader's own as well, though nobody signs in for it.
PRIVATE_ROOMS = frozenset({"intranet", "accounts", "subscribe"})
PERMISSIONS_POLICY = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


# Headers -----------------------------------------------------------------------------------------------------------


def security_headers(get_response: Handler) -> Handler:
    """Tell browsers to trust nothing but this house; an answer that sets a stricter header keeps it."""
    headers = {
        "Content-Security-Policy": settings.CONTENT_SECURITY_POLICY,
        "Referrer-Policy": "same-origin",
        "Permissions-Policy": PERMISSIONS_POLICY,
        "Cross-Origin-Opener-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": settings.X_FRAME_OPTIONS,
    }
    hsts = f"max-age={settings.SECURE_HSTS_SECONDS}" if settings.SECURE_HSTS_SECONDS else ""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        if hsts and request.is_secure():
            response.headers.setdefault("Strict-Transport-Security", hsts)
        return response

    return middleware


def worded_refusals(get_response: Handler) -> Handler:
    """A method that an address does not take is refused in words: Django's own answer is an empty page."""
    from puebla.config import views

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if isinstance(response, HttpResponseNotAllowed) and not response.content:
            return views.not_allowed(request, response["Allow"].split(", "))
        return response

    return middleware


# Signs of life -----------------------------------------------------------------------------------------------------


def signs_of_life(get_response: Handler) -> Handler:
    """Answer `/healthz` and `/readyz` under every name of the machine: a watchman asks by address, not by the site's name."""
    from puebla.config import views

    answers: dict[str, Handler] = {"/healthz": views.healthz, "/readyz": views.readyz}

    def middleware(request: HttpRequest) -> HttpResponseBase:
        return answers.get(request.path_info, get_response)(request)

    return middleware


# Public pages ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Stored:
    """A page as it goes out: nothing is left to do but to send it."""

    status: int
    headers: dict[str, str]
    body: bytes


def public_language(path: str) -> str | None:
    """The language of a public page's address; None for every other address."""
    parts = path.split("/", 3)
    if len(parts) < 3 or parts[1] not in dict(settings.LANGUAGES) or parts[2] in PRIVATE_ROOMS:
        return None
    return parts[1]


#: First parts of the addresses below no language that programs read; their answers are the same for everybody too.
MACHINE_DOORS = frozenset({"api", "calendar", "feeds", "oai", "sitemap.xml", "sitemaps", "robots.txt"})
#: What behind these doors is not: what a person who is signed in reads by program, and the secret addresses of calendars,
#: longer than a body's code.
PRIVATE_DOOR = "/api/v1/private/"
_PRIVATE_CALENDAR = len("/calendar/.ics") + 60


#: First part of an address → what may be done there, where that is more than to read it.
METHODS = {"oai": ("GET", "HEAD", "POST", "OPTIONS")} | dict.fromkeys(
    MACHINE_DOORS - {"oai"}, ("GET", "HEAD", "OPTIONS")
)
PREFLIGHT = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Headers": "Accept, Accept-Language, Content-Type, If-Modified-Since, If-None-Match",
    "Access-Control-Max-Age": "86400",
}


def is_for_machines(path: str) -> bool:
    """Whether this address is a public one for programs."""
    parts = path.split("/", 2)
    if len(parts) < 2 or parts[1] not in MACHINE_DOORS or path.startswith(PRIVATE_DOOR):
        return False
    return parts[1] != "calendar" or len(path) < _PRIVATE_CALENDAR


_STORE_FOR = 24 * 60 * 60
#: Longer questions are answered and not kept: nobody asks them twice.
_LONGEST_QUERY = 300
_LARGEST_ANSWER, _LARGEST_PAGE = 32 * 1024, 1024 * 1024
_SMALLEST_TO_COMPRESS = 600
#: What is kept: pages, and what programs read. Tables and files go out as they are made.
_KEPT_TYPES = frozenset({
    "text/html", "text/plain", "text/xml", "text/calendar", "application/xml", "application/atom+xml", "application/json", "application/ld+json",
    "application/x-bibtex", "application/x-research-info-systems", "application/vnd.citationstyles.csl+json",
})  # fmt: skip


def public_pages(get_response: Handler) -> Handler:
    """Answer public pages from the store; render and keep those that are not in it.

    Nothing behind this point runs for a public address: no session, no message, no cookie. What is kept: pages that are
    found (200) or withdrawn (410). Pages not found are rendered each time, else a scan for addresses would push the good
    pages out.
    """
    # Django's own turn of an exception into its page, typed for both worlds; ours is the synchronous one.
    render = cast(Handler, convert_exception_to_response(_render))

    def middleware(request: HttpRequest) -> HttpResponseBase:
        machine = is_for_machines(request.path_info)
        language = settings.LANGUAGE_CODE if machine else public_language(request.path_info)
        if language is None:
            return get_response(request)
        request.get_host()  # another site's name is refused here too, before anything is read or kept
        if request.method not in ("GET", "HEAD"):
            return _other_method(request, language, render)
        encoding = _encoding(request.META.get("HTTP_ACCEPT_ENCODING", ""))
        query = request.META.get("QUERY_STRING", "")
        at = timezone.now()
        # A harvester's answer carries its hour, so it is kept for a minute only.
        hour = f"{at:%H:%M}" if request.path_info == "/oai" else ""
        public = edition(at)
        request.public_edition = public  # type: ignore[attr-defined]
        asked = f"{public} {hour} {encoding} {request.path_info}?{query}"
        # A digest, because an address may be longer than a cache takes and hold what a key may not.
        key = hashlib.blake2b(asked.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
        stored: Stored | None = caches["pages"].get(key)
        if stored is None:
            translation.activate(language)
            request.LANGUAGE_CODE = language
            response = render(request)
            stored = _stored(response, language="" if machine else language, encoding=encoding)
            if stored is None:
                response.headers.setdefault("Cache-Control", "no-cache")
                return response
            if _is_kept(stored, query):
                caches["pages"].set(key, stored, _STORE_FOR)
        return _answer(request, stored)

    return middleware


def _other_method(request: HttpRequest, language: str, render: Handler) -> HttpResponseBase:
    """Nothing public can be changed, so no other method means anything; but for what two protocols for machines ask."""
    from puebla.config import views

    allowed = METHODS.get(request.path_info.split("/", 2)[1], ("GET", "HEAD"))
    if request.method not in allowed:
        return views.not_allowed(request, allowed)
    if request.method == "OPTIONS":
        # A page of another site asks before it sends If-None-Match.
        return HttpResponse(
            status=204, headers=PREFLIGHT | {"Access-Control-Allow-Methods": ", ".join(allowed)}
        )
    translation.activate(language)
    request.LANGUAGE_CODE = language
    response = render(request)
    response.headers.setdefault("Cache-Control", "no-cache")
    return response


def _is_kept(stored: Stored, query: str) -> bool:
    """Whether this page goes into the store.

    Questions are as many as somebody invents: those with long ones, or with large answers, are not kept, so that nobody
    fills the memory with them. Addresses without a question are as many as there are records.
    """
    largest = _LARGEST_ANSWER if query else _LARGEST_PAGE
    return stored.status in (200, 410) and len(query) <= _LONGEST_QUERY and len(stored.body) <= largest


def _render(request: HttpRequest) -> HttpResponseBase:
    """Call the view of this address directly; add the slash that somebody forgot."""
    path = request.path_info
    try:
        match = resolve(path)
    except Resolver404:
        if path.endswith("/"):
            raise
        resolve(f"{path}/")
        return HttpResponsePermanentRedirect(request.get_full_path(force_append_slash=True))
    request.resolver_match = match
    response: HttpResponseBase = match.func(request, *match.args, **match.kwargs)
    return response


def _stored(response: HttpResponseBase, *, language: str, encoding: str) -> Stored | None:
    """The page ready to be sent; None for a file, a redirect, an error: those go out as they are."""
    plain = (
        isinstance(response, HttpResponse)
        and response.status_code in (200, 404, 410)
        and response.headers.get("Content-Type", "").partition(";")[0] in _KEPT_TYPES
        and "Cache-Control" not in response.headers
        and not response.cookies
    )
    if not plain:
        return None
    assert isinstance(response, HttpResponse)  # noqa: S101 - said above; for the type checker
    body = response.content
    etag = hashlib.blake2b(body, digest_size=12).hexdigest()
    headers = {"Content-Language": language} if language else {}
    headers |= dict(response.headers.items()) | {
        "Cache-Control": "public, max-age=0, must-revalidate",
        "Vary": "Accept-Encoding",
    }
    if encoding and len(body) >= _SMALLEST_TO_COMPRESS:
        # Safe here and only here: a public page holds no secret that its length could give away.
        body = brotli.compress(body, quality=6) if encoding == "br" else gzip.compress(body, 6, mtime=0)
        headers["Content-Encoding"] = encoding
        etag += f"-{encoding}"
    headers |= {"ETag": f'"{etag}"', "Content-Length": str(len(body))}
    return Stored(response.status_code, headers, body)


#: What a reader who has the page is told again.
_KEPT_HEADERS = (
    "ETag",
    "Last-Modified",
    "Cache-Control",
    "Vary",
    "Content-Language",
    "Access-Control-Allow-Origin",
)


def _answer(request: HttpRequest, stored: Stored) -> HttpResponse:
    if stored.status == 200 and _has(request, stored.headers):
        return HttpResponse(
            status=304,
            headers={name: stored.headers[name] for name in _KEPT_HEADERS if name in stored.headers},
        )
    body = b"" if request.method == "HEAD" else stored.body
    return HttpResponse(body, status=stored.status, headers=stored.headers)


def _has(request: HttpRequest, headers: Mapping[str, str]) -> bool:
    """Whether the reader has this very page; a date counts only where no mark is sent, and only if it is the same."""
    known = request.META.get("HTTP_IF_NONE_MATCH")
    if known:
        return _knows(known, headers["ETag"])
    since = request.META.get("HTTP_IF_MODIFIED_SINCE")
    return since is not None and since == headers.get("Last-Modified")


def _knows(header: str, etag: str) -> bool:
    return header.strip() == "*" or etag in (one.removeprefix("W/") for one in parse_etags(header))


def _encoding(accepted: str) -> str:
    """The best encoding that the reader takes: `br`, `gzip` or none."""
    offered = {}
    for one in accepted.lower().split(","):
        name, _semicolon, quality = one.partition(";")
        offered[name.strip()] = quality.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return next((name for name in ("br", "gzip") if offered.get(name)), "")


# Who is signed in --------------------------------------------------------------------------------------------------


def private_pages(get_response: Handler) -> Handler:
    """Send the pages of one reader compressed too; lines are weak in many a capital.

    Each is made longer by up to a hundred random bytes, so that its length tells nobody what stands in it (BREACH).
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if not isinstance(response, HttpResponse) or not response.get("Content-Type", "").startswith(
            "text/html"
        ):
            return response
        patch_vary_headers(response, ("Accept-Encoding",))
        if len(response.content) < _SMALLEST_TO_COMPRESS or response.has_header("Content-Encoding"):
            return response
        encoding = _encoding(request.headers.get("Accept-Encoding", ""))
        if encoding:
            response.content = _compressed(response.content, encoding)
            response["Content-Encoding"] = encoding
            response["Content-Length"] = str(len(response.content))
        return response

    return middleware


def _compressed(page: bytes, encoding: str) -> bytes:
    """The page as it goes over the line, longer by a random number of bytes that nothing compresses."""
    if encoding == "gzip":
        return compress_string(page, max_random_bytes=100)
    # Brotli's streams have no place for a name as those of gzip do: the bytes go into a comment. At this quality a page is
    # smaller than by gzip, in a third of the time.
    padding = secrets.token_hex(secrets.randbelow(100)).encode("ascii")
    return brotli.compress(b"%s<!--%s-->" % (page, padding), quality=4, lgwin=19)


def person(get_response: Handler) -> Handler:
    """Give the request its person: who is signed in and active, or None; keep private pages out of every cache."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        user = get_user(request)
        request.person = user if user.is_active else None  # type: ignore[attr-defined]
        parts = request.path_info.split("/", 3)
        private = len(parts) > 2 and parts[2] in PRIVATE_ROOMS
        response = _second_factor_first(request, parts, at=timezone.now()) if private else None
        response = response or get_response(request)
        if private:
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    return middleware


def _second_factor_first(
    request: HttpRequest, parts: list[str], *, at: dt.datetime
) -> HttpResponseBase | None:
    """Whoever owes a second factor is led to setting one up, whatever page, file or list they asked for.

    Their own account stays open to them: that is where it is set up.
    """
    person = request.person  # type: ignore[attr-defined]
    if person is None or parts[2] == "accounts" or not owes_second_factor(person, at):
        return None
    messages.warning(
        request,
        _("Your role asks for a second factor. Add a passkey or an app here; then everything opens to you."),
    )
    return redirect("mfa_index")
