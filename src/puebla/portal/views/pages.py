"""Edited pages and news as the public reads them, in the reader's language or, said so, in the one that exists."""

import hashlib
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from wagtail.contrib.redirects.models import Redirect

from puebla.core.files.serving import serve
from puebla.core.models import Process
from puebla.portal import actions, querysets
from puebla.portal.forms import turned_to
from puebla.portal.models import EditedPage, NewsIndex, PublicPage, RemovedPage
from puebla.portal.views.documents import language_name

#: How deep `about/` and `news/` lie in Wagtail's tree: below its root and the language.
TOP = 3
NEWS_PER_PAGE = 25


def about(request: HttpRequest, rest: str = "") -> HttpResponseBase:
    """A page about the process."""
    return _at(request, f"about/{rest}/" if rest else "about/")


def news(request: HttpRequest, slug: str = "") -> HttpResponseBase:
    """The list of news, or one of them."""
    return _at(request, f"news/{slug}/" if slug else "news/")


def _at(request: HttpRequest, rest: str) -> HttpResponseBase:
    """The page at this address; where it moved to; that it was withdrawn; or that there is none."""
    language = (get_language() or "")[:2]
    if "\x00" in rest:
        raise Http404
    page = querysets.page_at(rest, language)
    if page is None:
        return _moved_or_gone(request, f"/{language}/{rest}")
    if page.language == language and page.public_path != f"/{language}/{rest}":
        return redirect(page.public_path)
    return show_page(request, page, language=language)


def _moved_or_gone(request: HttpRequest, path: str) -> HttpResponseBase:
    language, rest = path.strip("/").split("/", 1)
    # A page without translation stood under the other language's address too.
    kin = [f"/{code}/{rest}" for code in querysets.page_languages() if code != language]
    moved = Redirect.objects.filter(old_path=Redirect.normalise_path(path)).first()
    if moved is None:
        old = [Redirect.normalise_path(one) for one in kin]
        moved = Redirect.objects.filter(old_path__in=old, redirect_page__live=True).first()
        target = moved.redirect_page.specific if moved and moved.redirect_page else None
        if isinstance(target, PublicPage):
            return redirect(_address(target, language), permanent=True)
    else:
        target = moved.redirect_page.specific if moved.redirect_page else None
        address = (
            target.public_path if isinstance(target, PublicPage) and target.live else moved.redirect_link
        )
        if address:
            return redirect(address, permanent=moved.is_permanent)
    if querysets.was_public(path) or RemovedPage.objects.filter(path=path).exists():
        return render(request, "410.html", status=410)
    raise Http404


@require_safe
def brochure(request: HttpRequest) -> HttpResponseBase:
    """The brochure as one PDF in every working language; the same address in each of them."""
    if querysets.page_at("about/", (get_language() or "")[:2]) is None:
        raise Http404
    made = actions.brochure(at=timezone.now())
    # A portal that may not write has it in no store.
    held, name = InMemoryStorage(), _brochure_name()
    key = held.save(name, ContentFile(made))
    return serve(
        request, storage=held, key=key, size=len(made), sha256=hashlib.sha256(made).hexdigest(),
        media_type="application/pdf", name=name, last_modified=None, public=True,
    )  # fmt: skip


def _brochure_name() -> str:
    process = Process.objects.first()
    return f"{process.code if process else 'puebla'}.pdf"


def show_page(request: HttpRequest, page: PublicPage, *, language: str) -> HttpResponse:
    """A page in the portal's look: for the public in the reader's language, for an editor's preview in its own."""
    context: dict[str, Any] = {
        "page": page,
        "text_language": page.language,
        "pending": page.language != language,
        "text_language_name": _name_in_sentence(page.language, language),
        "reader_language_name": _name_in_sentence(language, language),
        "preview": bool(getattr(request, "is_preview", False)),
    }
    if isinstance(page, EditedPage):
        context |= _place_of(page, language)
    elif isinstance(page, NewsIndex):
        turned = turned_to(request, querysets.news_items(language), NEWS_PER_PAGE)
        context |= {"turned": turned.page, "beyond": turned.beyond}
    else:
        context |= {"news_address": reverse("portal:news")}
    return render(request, page.template, context)


def _name_in_sentence(code: str, language: str) -> str:
    """The name of a language inside a sentence: of ours, English alone writes it with a capital."""
    name = language_name(code)
    return name if language == "en" else name[:1].lower() + name[1:]


def _place_of(page: EditedPage, language: str) -> dict[str, Any]:
    """Where a page stands: those above it, beside it and below it."""
    above = [one for one in page.get_ancestors().filter(depth__gte=3).specific() if one.live]
    beside = querysets.pages_below(above[0] if above else page, language) if page.pk else []
    return {
        "crumbs": [(one.title, _address(one, language)) for one in above],
        "entries": [
            (one, _address(one, language), one.translation_key == page.translation_key)
            for one in beside
            if not one.show_in_menus
        ],
    }


def _address(page: PublicPage, language: str) -> str:
    """The address at which a page is read in this language, be it translated or not."""
    return f"/{language}/" + page.public_path.split("/", 2)[2]


def navigation(language: str) -> dict[str, list[tuple[str, str]]]:
    """What the portal's menu and footer lead to: about and news by the house's words, the others by their titles."""
    words = {"about": _("About"), "news": _("News")}
    found: dict[str, list[tuple[str, str]]] = {"menu": [], "footer": []}
    for row in querysets.navigation(language):
        address = f"/{language}/" + row["url_path"].split("/", 2)[2]
        if row["depth"] == TOP:
            found["menu"].append((words[row["slug"]], address))
        else:
            found["footer"].append((row["title"], address))
    return found
