"""What search engines are shown: every public page in every language, and where not to look."""

import datetime as dt
from collections.abc import Iterator, Sequence
from itertools import chain

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from lxml import etree

from puebla.api.rules import WrongRequestError, known_parameters
from puebla.core import registry
from puebla.core.channels import SitemapPage

SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
XHTML = "http://www.w3.org/1999/xhtml"
#: Addresses in one part; the protocol allows 50,000 and 50 MB, and one with its languages weighs 500 bytes.
PER_PART = 10_000
#: Below every language; nobody finds anything there without signing in.
CLOSED = ("intranet/", "accounts/", "subscribe/")
#: Lists as files: each is found as a page already.
EXPORTS = ("/*?export=", "/*&export=")
#: The editors' own, and answers that belong to one reader.
CLOSED_ALTOGETHER = ("/cms/", "/api/v1/private/")


def sitemap(request: HttpRequest) -> HttpResponse:
    """All pages where they fit into one part, else the list of the parts."""
    known_parameters(request, ())
    pages = _pages(timezone.now())
    if len(pages) * len(settings.LANGUAGES) <= PER_PART:
        return _answer(_urlset(pages))
    root = etree.Element(_name("sitemapindex"), nsmap={None: SITEMAP})
    for number, part_of in enumerate(_parts(pages), start=1):
        node = etree.SubElement(root, _name("sitemap"))
        etree.SubElement(node, _name("loc")).text = f"{settings.BASE_URL}/sitemaps/{number}.xml"
        _changed(node, max((page.changed_at for page in part_of if page.changed_at), default=None))
    return _answer(root)


def part(request: HttpRequest, number: int) -> HttpResponse:
    """One part of a large sitemap."""
    known_parameters(request, ())
    parts = list(_parts(_pages(timezone.now())))
    if not 0 < number <= len(parts):
        raise WrongRequestError(_("The sitemap has no such part; /sitemap.xml lists them."), status=404)
    return _answer(_urlset(parts[number - 1]))


def robots(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - the same for every robot
    """Where robots need not look; what is closed is closed to them without this file as well."""
    closed = [f"/{code}/{room}" for code, _name_of in settings.LANGUAGES for room in CLOSED]
    lines = [
        "User-agent: *",
        *(f"Disallow: {address}" for address in (*closed, *CLOSED_ALTOGETHER, *EXPORTS)),
        "",
        f"Sitemap: {settings.BASE_URL}/sitemap.xml",
        "",
    ]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


def _pages(at: dt.datetime) -> list[SitemapPage]:
    return list(chain.from_iterable(source(at) for source in registry.sitemap))


def _parts(pages: Sequence[SitemapPage]) -> Iterator[Sequence[SitemapPage]]:
    size = PER_PART // len(settings.LANGUAGES)
    return (pages[start : start + size] for start in range(0, len(pages), size))


def _urlset(pages: Sequence[SitemapPage]) -> etree._Element:
    root = etree.Element(_name("urlset"), nsmap={None: SITEMAP, "xhtml": XHTML})
    for page in pages:
        for path in page.paths.values():
            node = etree.SubElement(root, _name("url"))
            etree.SubElement(node, _name("loc")).text = settings.BASE_URL + path
            _changed(node, page.changed_at)
            _alternates(node, page)
    return root


def _alternates(node: etree._Element, page: SitemapPage) -> None:
    """Each language of the page, its own included; where no language fits, the first of the software."""
    default = page.paths.get(settings.LANGUAGE_CODE) or next(iter(page.paths.values()))
    for code, path in [*page.paths.items(), ("x-default", default)]:
        link = etree.SubElement(node, f"{{{XHTML}}}link")
        link.set("rel", "alternate")
        link.set("hreflang", code)
        link.set("href", settings.BASE_URL + path)


def _changed(node: etree._Element, at: dt.datetime | None) -> None:
    if at is not None:
        etree.SubElement(node, _name("lastmod")).text = at.astimezone(dt.UTC).isoformat(timespec="seconds")


def _name(name: str) -> str:
    return f"{{{SITEMAP}}}{name}"


def _answer(root: etree._Element) -> HttpResponse:
    text = etree.tostring(root, xml_declaration=True, encoding="utf-8")
    return HttpResponse(text, content_type="application/xml; charset=utf-8")
