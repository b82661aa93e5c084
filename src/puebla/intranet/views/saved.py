"""Saved searches: asked again, with what is new in them, followed in the digest, or as a feed."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.text import capfirst
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from lxml import etree

from puebla.accounts.views import PersonRequest, signed_in
from puebla.core.models import Process
from puebla.core.search.addresses import Asked
from puebla.core.search.asking import read
from puebla.core.search.lines import rows_of
from puebla.core.verdicts import RefusedError
from puebla.core.words import one_line
from puebla.intranet.querysets.searching import Searcher
from puebla.intranet.views.search import FILTERS, filter_lists
from puebla.members import actions
from puebla.members.models import SavedSearch
from puebla.members.querysets import MEMBERS, reach_of
from puebla.members.querysets.searching import latest, new_since

ATOM = "http://www.w3.org/2005/Atom"
#: Part of every `tag:` address (RFC 4151); it never changes.
TAGGED_IN = 2026


@signed_in
def searches(request: PersonRequest) -> HttpResponseBase:
    """One's saved searches."""
    called = _filters_called(timezone.now())
    found = [
        (one, asked_of(one), called(one.filters)) for one in SavedSearch.objects.visible_to(request.person)
    ]
    return render(request, "intranet/saved_searches.html", {"found": found})


@signed_in
@require_POST
def save(request: PersonRequest) -> HttpResponseBase:
    """Keep the question in the address under the name that was typed."""
    asked = Asked.of(request.GET, FILTERS)
    try:
        saved = actions.save_search(
            by=request.person, at=timezone.now(), name=request.POST.get("name", "").replace("\x00", ""), q=asked.q,
            filters=asked.filters, language=get_language() or "en",
        )  # fmt: skip
    except RefusedError as error:
        messages.error(request, str(error))
        return redirect(reverse("intranet:search") + asked.address())
    messages.success(request, _("The search was saved as “%(name)s”.") % {"name": saved.name})
    return redirect("intranet:saved-search", saved.ref)


@signed_in
def saved_search(request: PersonRequest, ref: str) -> HttpResponseBase:
    """What is new in a saved search since it was last marked as seen, and its feed."""
    saved, at = _own(request, ref), timezone.now()
    fresh = new_since(saved, saved.seen_at, at=at)
    process = Process.current()
    searcher = Searcher.of(request.person, reach_of(request.person, at), at, process.languages)
    answers = searcher.shown(read(saved.q, process.languages), [entry.pk for entry in fresh]) if fresh else []
    context = {
        "saved": saved,
        "asked": asked_of(saved),
        "filters": _filters_called(at)(saved.filters),
        "rows": rows_of(answers),
        "feed": feed_address(saved),
    }
    return render(request, "intranet/saved_search.html", context)


@signed_in
@require_POST
def act(request: PersonRequest, ref: str) -> HttpResponseBase:
    """Do to a saved search what the button says: mark as seen, open, renew or end its feed, throw it away."""
    saved, at = _own(request, ref), timezone.now()
    done = {
        "seen": (actions.looked_at, _("What is new was marked as seen.")),
        "open-feed": (actions.open_feed, _("The feed has a new address; one given out before is ended.")),
        "close-feed": (actions.close_feed, _("The feed was ended.")),
        "forget": (actions.forget_search, _("The search “%(name)s” was deleted.") % {"name": saved.name}),
    }.get(request.POST.get("act", ""))
    if done is None:
        raise Http404
    change, sentence = done
    change(saved=saved, by=request.person, at=at)
    messages.success(request, sentence)
    if change is actions.forget_search:
        return redirect("intranet:saved-searches")
    return redirect("intranet:saved-search", ref)


def _filters_called(at: dt.datetime) -> Callable[[Mapping[str, str]], list[str]]:
    """How to say filters in the reader's words, in the order of the form; what is offered no more keeps its code."""
    lists = filter_lists(Process.current().languages, at=at)
    known = {(name, value): label for name, _label, _all, values in lists for value, label in values}
    return lambda filters: [
        capfirst(known.get((name, filters[name]), filters[name])) for name in FILTERS if name in filters
    ]


def _own(request: PersonRequest, ref: str) -> SavedSearch:
    saved: SavedSearch | None = SavedSearch.objects.visible_to(request.person).filter(ref=ref).first()
    if saved is None:
        raise Http404
    return saved


def asked_of(saved: SavedSearch) -> Asked:
    """The question as it stands in an address."""
    return Asked(q=saved.q, filters=saved.filters)


# The feed --------------------------------------------------------------------------------------------------------------


def feed_address(saved: SavedSearch) -> str:
    """The whole address of its feed; empty while there is none."""
    if not saved.feed_key:
        return ""
    return settings.BASE_URL + reverse("saved-search-feed", args=[saved.ref, saved.feed_key])


@require_safe
def feed(_request: HttpRequest, ref: str, key: str) -> HttpResponse:
    """What a saved search finds for its owner now, as Atom; an address that was ended, or whose owner left, is unknown."""
    saved = SavedSearch.objects.filter(ref=ref).exclude(feed_salt="").select_related("person").first()
    if saved is None or not saved.person.is_active or not constant_time_compare(saved.feed_key, key):
        raise Http404
    with override(saved.language):
        written = _written(saved)
    return HttpResponse(
        written,
        content_type="application/atom+xml; charset=utf-8",
        headers={
            "Cache-Control": "private, no-store",
            "X-Robots-Tag": "noindex",
            "Referrer-Policy": "no-referrer",
        },
    )


def _written(saved: SavedSearch) -> bytes:
    at = timezone.now()
    process = Process.current()
    searcher = Searcher.of(saved.person, reach_of(saved.person, at), at, process.languages)
    entries = latest(saved, at=at)
    hits = searcher.hits(entries)
    root = etree.Element(f"{{{ATOM}}}feed", nsmap={None: ATOM})
    home = settings.BASE_URL + reverse("intranet:saved-search", args=[saved.ref])
    newest = max((_appeared(entry) for entry in entries), default=saved.created_at)
    _fill(root, _tag(saved.ref), saved.name, newest, home)
    etree.SubElement(root, f"{{{ATOM}}}link", rel="self", href=feed_address(saved))
    author = etree.SubElement(root, f"{{{ATOM}}}author")
    etree.SubElement(author, f"{{{ATOM}}}name").text = process.code
    for entry in entries:
        hit = hits.get((entry.source, entry.record))
        if hit is None:
            continue
        # Of a sealed room a message says nothing but that there is something; the paper's address holds its symbol.
        sealed = entry.room_cap < MEMBERS
        title = (
            str(_("A paper of a sealed room")) if sealed else " ".join(filter(None, [hit.symbol, hit.title]))
        )
        one = etree.SubElement(root, f"{{{ATOM}}}entry")
        address = home if sealed else settings.BASE_URL + hit.url
        _fill(one, _tag(f"{entry.source}-{entry.record}"), title, _appeared(entry), address)
        if not sealed:
            etree.SubElement(one, f"{{{ATOM}}}summary").text = one_line(" · ".join(hit.facts))
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="utf-8")
    return written


def _fill(parent: Any, ref: str, title: str, changed_at: Any, address: str) -> None:
    for name, text in (("id", ref), ("title", title), ("updated", changed_at.isoformat(timespec="seconds"))):
        etree.SubElement(parent, f"{{{ATOM}}}{name}").text = one_line(text)
    etree.SubElement(parent, f"{{{ATOM}}}link", rel="alternate", type="text/html", href=address)


def _appeared(entry: Any) -> Any:
    """When an entry could first be found: an embargo that ended since counts."""
    at = timezone.now()
    return max(
        filter(None, [entry.appeared_at, entry.embargo_until if (entry.embargo_until or at) < at else None])
    )


def _tag(ref: str) -> str:
    host = settings.BASE_URL.split("://", 1)[-1].split("/", 1)[0].split(":", 1)[0]
    return f"tag:{host},{TAGGED_IN}:search/{ref}"
