"""Atom feeds (RFC 4287) of what is released and withdrawn (RFC 6721), in pages (RFC 5005)."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlencode, urlsplit

from django.conf import settings
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.http import http_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from lxml import etree

from puebla.api import querysets
from puebla.api.rules import WrongRequestError, known_parameters, known_values, page_number, unknown_language
from puebla.core import registry
from puebla.core.channels import FeedEntry
from puebla.core.languages import show
from puebla.core.models import Process
from puebla.core.words import one_line
from puebla.publications.models import PublicDecision, PublicDocument
from puebla.publications.views import address
from puebla.publications.views.finding import unknown_in

ATOM = "http://www.w3.org/2005/Atom"
DELETED = "http://purl.org/atompub/tombstones/1.0"
DC = "http://purl.org/dc/elements/1.1/"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
MEDIA_TYPE = "application/atom+xml"
PER_PAGE = 25
#: Part of every `tag:` address (RFC 4151): the year in which these addresses were first given out. It never changes.
TAGGED_IN = 2026
#: What narrows the feed of all documents, as it narrows their list.
FILTERS = ("q", "kind", "body", "theme", "party", "year", "language", "meeting")


@dataclass(frozen=True)
class Feed:
    """One page of a feed, ready to be written."""

    ref: str
    path: str
    query: dict[str, str]
    language: str
    title: str
    page_address: str
    entries: Sequence[FeedEntry]
    total: int
    number: int
    changed_at: dt.datetime | None

    @property
    def last(self) -> int:
        """The number of the last page; an empty feed has one."""
        return max(1, -(-self.total // PER_PAGE))

    def address(self, number: int) -> str:
        """The address of a page of this feed; the first has no number."""
        query = self.query | ({"page": str(number)} if number > 1 else {})
        return settings.BASE_URL + self.path + (f"?{urlencode(query)}" if query else "")


# Views -------------------------------------------------------------------------------------------------------------


def documents(request: HttpRequest) -> HttpResponse:
    """All documents, or those that match the filters of the list, the newest change first."""
    known_parameters(request, {"lang", "page", *FILTERS})
    asked = {name: value for name in FILTERS if (value := request.GET.get(name, "").strip())}
    language, at = _language(request), timezone.now()
    with override(language):
        title = _("Documents") + "".join(f" · {one_line(value)[:60]}" for value in asked.values())
        page = address("portal:documents") + (f"?{urlencode(asked)}" if asked else "")
    ref = "feeds/documents" + (f"?{urlencode(asked)}" if asked else "")
    return _of_documents(request, ref, title, page, asked, language, at)


#: What narrows the feed of decisions, as it narrows their list.
OF_DECISIONS = ("year", "body", "kind", "theme", "addressee", "status", "verb")


def decisions(request: HttpRequest) -> HttpResponse:
    """Decisions, or the paragraphs of one theme, addressee, verb or status; the newest change first."""
    known_parameters(request, {"lang", "page", *OF_DECISIONS})
    asked = {
        name: value
        for name in OF_DECISIONS
        if (value := request.GET.get(name, "").replace("\x00", "").strip())
    }
    known_values(unknown_in(asked))
    language, number = _language(request), page_number(request)
    with override(language):
        title = _("Decisions") + "".join(f" · {one_line(value)[:60]}" for value in asked.values())
        page = address("portal:decisions") + (f"?{urlencode(asked)}" if asked else "")
    ref = "feeds/decisions" + (f"?{urlencode(asked)}" if asked else "")
    first = (number - 1) * PER_PAGE
    entries, total = querysets.decided(asked, first, first + PER_PAGE, at=timezone.now())
    changed_at = PublicDecision.objects.aggregate(last=Max("changed_at"))["last"]
    query = _query(request)
    return _written(Feed(ref, request.path, query, language, title, page, entries, total, number, changed_at))


def of_topic(request: HttpRequest, topic: str, code: str) -> HttpResponse:
    """The documents of one kind, body, theme or party; what the public does not know has no feed."""
    known_parameters(request, {"lang", "page"})
    language, at = _language(request), timezone.now()
    found = querysets.topic(topic, code, at=at)
    if found is None:
        raise WrongRequestError(
            gettext_lazy(
                "There is no such feed. /api/v1/ lists the kinds, bodies, themes and parties that have one."
            ),
            status=404,
        )
    page = address("portal:documents", language=language) + f"?{urlencode({topic: code})}"
    title = str(show(found.names, language)) or code
    return _of_documents(request, f"feeds/{topic}/{code}", title, page, {topic: code}, language, at)


def of_room(request: HttpRequest, name: str) -> HttpResponse:
    """The feed of a room's own, such as news."""
    known_parameters(request, {"lang", "page"})
    source = registry.feeds.named(name)
    if source is None:
        raise WrongRequestError(gettext_lazy("There is no such feed."), status=404)
    language, at, number = _language(request), timezone.now(), page_number(request)
    first = (number - 1) * PER_PAGE
    entries, total = source.entries(at, first, first + PER_PAGE)
    with override(language):
        title, page = str(source.title), address(source.page)
    changed_at = max((entry.changed_at for entry in entries), default=None)
    return _written(
        Feed(
            f"feeds/{name}",
            request.path,
            _query(request),
            language,
            title,
            page,
            entries,
            total,
            number,
            changed_at,
        )
    )


def _of_documents(
    request: HttpRequest, ref: str, title: str, page: str, filters: dict[str, str], language: str, at: dt.datetime
) -> HttpResponse:  # fmt: skip
    number = page_number(request)
    found = PublicDocument.objects.known(at=at).matching(**filters).order_by("-changed_at", "-id")
    total = found.count()
    first = (number - 1) * PER_PAGE
    entries = [querysets.entry_of(one) for one in querysets.complete(found[first : first + PER_PAGE])]
    changed_at = querysets.newest_change(at=at)
    return _written(
        Feed(ref, request.path, _query(request), language, title, page, entries, total, number, changed_at)
    )


def _language(request: HttpRequest) -> str:
    """The language asked for, else the first of the process."""
    spoken = querysets.languages()
    asked = request.GET.get("lang", "") or spoken[0]
    if asked not in spoken:
        raise unknown_language(asked, spoken)
    return asked


def _query(request: HttpRequest) -> dict[str, str]:
    return {name: str(value) for name, value in request.GET.items() if name != "page" and value}


# Writing -----------------------------------------------------------------------------------------------------------


def _written(feed: Feed) -> HttpResponse:
    if feed.number > feed.last:
        raise WrongRequestError(
            gettext_lazy("There is no page %(number)d: this feed ends with page %(last)d."),
            status=404,
            field="page",
            number=feed.number,
            last=feed.last,
        )
    response = HttpResponse(
        etree.tostring(_feed(feed), xml_declaration=True, encoding="utf-8", pretty_print=True),
        content_type=f"{MEDIA_TYPE}; charset=utf-8",
        headers={"Content-Language": feed.language},
    )
    if feed.changed_at:
        response["Last-Modified"] = http_date(feed.changed_at.timestamp())
    return response


def tag(ref: str) -> str:
    """The `tag:` address of something of ours: the same for ever, wherever the site moves within its name."""
    host = urlsplit(settings.BASE_URL).hostname or "localhost"
    return f"tag:{host},{TAGGED_IN}:{quote(ref, safe='/?=&')}"


def _feed(feed: Feed) -> etree._Element:
    process = Process.objects.first()
    root = etree.Element(_atom("feed"), nsmap={None: ATOM, "at": DELETED, "dc": DC})
    root.set(XML_LANG, feed.language)
    name = str(show(process.names, feed.language)) if process else ""
    _text(root, "id", tag(f"{feed.ref}/{feed.language}"))
    _text(root, "title", f"{feed.title} · {name}" if name else feed.title)
    newest = max((entry.changed_at for entry in feed.entries), default=None)
    began = dt.datetime(TAGGED_IN, 1, 1, tzinfo=dt.UTC)
    _text(root, "updated", _instant(newest or feed.changed_at or began))
    author = etree.SubElement(root, _atom("author"))
    _text(author, "name", name or settings.BASE_URL)
    _text(author, "uri", f"{settings.BASE_URL}/")
    _text(root, "icon", f"{settings.BASE_URL}{settings.STATIC_URL}theme/mark.svg")
    _link(root, "self", feed.address(feed.number), MEDIA_TYPE)
    _link(root, "alternate", feed.page_address, "text/html", feed.language)
    for language in querysets.languages():
        if language != feed.language:
            other = settings.BASE_URL + feed.path + f"?{urlencode(feed.query | {'lang': language})}"
            _link(root, "alternate", other, MEDIA_TYPE, language)
    for relation, number in _neighbours(feed):
        _link(root, relation, feed.address(number), MEDIA_TYPE)
    for entry in feed.entries:
        root.append(_deleted(entry, feed.language) if entry.deleted_at else _entry(entry, feed.language))
    return root


def _neighbours(feed: Feed) -> list[tuple[str, int]]:
    """The other pages of the feed, as RFC 5005 names them."""
    if feed.last == 1:
        return []
    found = [("first", 1), ("last", feed.last)]
    if feed.number > 1:
        found.append(("previous", feed.number - 1))
    if feed.number < feed.last:
        found.append(("next", feed.number + 1))
    return found


def _entry(entry: FeedEntry, language: str) -> etree._Element:
    node = etree.Element(_atom("entry"))
    title = show(entry.titles, language)
    _text(node, "id", tag(entry.ref))
    _text(node, "title", title.text or entry.ref, language=title.language)
    _text(node, "published", _instant(entry.published_at))
    _text(node, "updated", _instant(entry.changed_at))
    _pages(node, entry, language)
    for file in entry.enclosures:
        link = _link(node, "enclosure", file.address, file.media_type, file.language)
        link.set("length", str(file.size))
    for scheme, code, names in entry.categories:
        category = etree.SubElement(node, _atom("category"))
        category.set("term", one_line(code))
        category.set("scheme", f"{settings.BASE_URL}/feeds/{scheme}/")
        category.set("label", one_line(str(show(names, language)) or code))
    # An entry has one title; the titles of all languages stand beside it, each with its language.
    for code, words in entry.titles.items():
        other = etree.SubElement(node, f"{{{DC}}}title")
        other.set(XML_LANG, code)
        other.text = one_line(words)
    summary = show(entry.summaries, language)
    if summary.text:
        _text(node, "summary", summary.text, language=summary.language)
    return node


def _deleted(entry: FeedEntry, language: str) -> etree._Element:
    """What remains of a withdrawn record: that it is gone, since when and why (RFC 6721)."""
    node = etree.Element(f"{{{DELETED}}}deleted-entry")
    node.set("ref", tag(entry.ref))
    node.set("when", _instant(entry.deleted_at or entry.changed_at))
    _pages(node, entry, language)
    reason = show(entry.summaries, language)
    if reason.text:
        comment = etree.SubElement(node, f"{{{DELETED}}}comment")
        comment.set(XML_LANG, reason.language)
        comment.text = one_line(reason.text)
    return node


def _pages(node: etree._Element, entry: FeedEntry, language: str) -> None:
    """The page in the feed's language; in others as related ones, for readers take any alternate, some the last."""
    own = language if language in entry.addresses else next(iter(entry.addresses), "")
    for code, page in sorted(entry.addresses.items(), key=lambda pair: pair[0] != own):
        _link(node, "alternate" if code == own else "related", page, "text/html", code)


def _atom(name: str) -> str:
    return f"{{{ATOM}}}{name}"


def _text(parent: etree._Element, name: str, words: str, *, language: str = "") -> None:
    node = etree.SubElement(parent, _atom(name))
    node.text = one_line(words)
    if language:
        node.set(XML_LANG, language)


def _link(
    parent: etree._Element, relation: str, to: str, media_type: str, language: str = ""
) -> etree._Element:
    node = etree.SubElement(parent, _atom("link"))
    node.set("rel", relation)
    node.set("type", media_type)
    if language:
        node.set("hreflang", language)
    node.set("href", one_line(to))
    return node


def _instant(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
