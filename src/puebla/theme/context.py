"""What every page may ask of its instance. Everything that would query is lazy: a page pays for what it shows."""

from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.apps import apps
from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, get_urlconf, reverse, translate_url
from django.utils.functional import SimpleLazyObject
from django.utils.module_loading import import_string
from django.utils.translation import get_language

FONTS_DIR = Path(__file__).resolve().parent / "static" / "theme" / "fonts"
#: Preloaded, in the order of their use; `tools.assets` makes them.
FONTS = ("sans.woff2", "serif.woff2")
# This room and `core` do not import each other: the registry is reached by its address, as settings reach this module.
MENU = "puebla.core.registry.menu"
PORTAL_NAVIGATION = "puebla.core.registry.portal_navigation"
#: What the intranet's menu always shows, in its own order; the same room named in the registry is not shown twice.
STANDING = ("intranet:desk", "documents:list", "members:directory", "members:bodies", "members:delegation")


def site(request: HttpRequest) -> dict[str, Any]:
    """The instance, the page's languages and the person: `process`, `languages`, `demo`, `site_address`, `person`, `intranet_menu`, `fonts`, `reader_zone`."""
    person = getattr(request, "person", None)
    languages = SimpleLazyObject(lambda: page_languages(request))
    return {
        "process": SimpleLazyObject(_process),
        "languages": languages,
        "demo": getattr(settings, "DEMO", False),
        # Search engines take the other languages of a page by their whole address only.
        "site_address": settings.BASE_URL,
        "person": person,
        "intranet_menu": SimpleLazyObject(lambda: _menu(request, person)),
        "portal_navigation": SimpleLazyObject(_navigation),
        "fonts": fonts_exist(),
        # The frames read these two names: a view may well show another person, or the languages of a document.
        "page_languages": languages,
        "reader": person,
        "reader_zone": zone_of(person),
    }


def zone_of(person: Any) -> ZoneInfo | None:
    """By whose clocks this person reads hours; None: by those of the process."""
    try:
        return ZoneInfo(person.zone) if person is not None and person.zone else None
    except ZoneInfoNotFoundError:  # taken away from the tz database since
        return None


def page_languages(request: HttpRequest) -> list[dict[str, Any]]:
    """The same page in each language of the software."""
    current = (get_language() or settings.LANGUAGE_CODE)[:2]
    return [
        {"code": code, "name": name, "url": _page_in(code, current, request), "current": code == current}
        for code, name in settings.LANGUAGES
    ]


@lru_cache(maxsize=1)
def fonts_exist() -> bool:
    """Whether set-up could make the faces; a preload of a missing file would be a failed request."""
    return all((FONTS_DIR / name).exists() for name in (*FONTS, "fonts.css"))


def _process() -> Any:
    process: Any = apps.get_model("core", "Process")
    return process.known()


def _page_in(code: str, current: str, request: HttpRequest) -> str:
    path = request.get_full_path()
    if code == current:
        return path
    translated = translate_url(path, code)
    if translated == path and path.startswith(f"/{current}/"):
        # An address that leads nowhere (a page of error) still changes its language.
        return f"/{code}/{path[len(current) + 2 :]}"
    return translated


def _menu(request: HttpRequest, person: Any) -> list[dict[str, Any]]:
    found = [entry(person) for entry in import_string(MENU)] if person else []
    standing = {address_of(name) for name in STANDING}
    addresses = [(label, address_of(target)) for label, target in filter(None, found)]
    # The calendar lies below the meetings: of two that lead here, the nearer one is where the reader is.
    here = max(
        (url for _label, url in addresses if url and request.path.startswith(url)), key=len, default=""
    )
    return [
        {"label": label, "url": url, "current": url == here}
        for label, url in addresses
        if url and url not in standing
    ]


def _navigation() -> dict[str, list[tuple[str, str]]]:
    """What rooms add to the portal's menu and footer, in the page's language."""
    language = (get_language() or settings.LANGUAGE_CODE)[:2]
    found: dict[str, list[tuple[str, str]]] = {"menu": [], "footer": []}
    for entries in import_string(PORTAL_NAVIGATION):
        for place, added in entries(language).items():
            found[place] += added
    return found


def address_of(target: str) -> str:
    """The address of a url name in the language now active, or of itself; empty where that room does not stand."""
    return (
        target
        if target.startswith("/")
        else _reversed(target, get_language(), get_urlconf() or settings.ROOT_URLCONF)
    )


@lru_cache(maxsize=512)
def _reversed(name: str, _language: str | None, urlconf: str) -> str:
    # Asked for every entry of every page's menu: what it answers depends on nothing else.
    try:
        return reverse(name, urlconf=urlconf)
    except NoReverseMatch:
        return ""
