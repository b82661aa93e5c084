"""The public's search: one box for everything that was released."""

from typing import Any

from django.core.cache import caches
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from puebla.core.search.addresses import Asked
from puebla.core.search.asking import Question, UnanswerableError, beginning_of, read
from puebla.core.search.citing import Names, may_cite
from puebla.core.search.lines import choices, no_such_page, rows_of
from puebla.portal import querysets
from puebla.portal.querysets.facets import facets
from puebla.portal.querysets.searching import PER_PAGE, PublicSearcher, names
from puebla.portal.views.documents import language_name
from puebla.publications.querysets import edition

_KEPT_FOR = 24 * 60 * 60
FILTERS = ("kind", "body", "year", "theme", "language")


def search(request: HttpRequest) -> HttpResponseBase:
    """Show what answers a question; a symbol opens its document at once."""
    searcher = _searcher()
    asked = Asked.of(request.GET, FILTERS)
    called = names() if may_cite(asked.q) else Names()
    if asked.q and asked.is_plain and (address := searcher.at_symbol(asked.q, called)):
        return redirect(address)
    lists, sentences = choices(_lists(request, searcher), asked.filters)
    context: dict[str, Any] = {"asked": asked, "choices": lists, "sentences": sentences}
    try:
        question = read(asked.q, searcher.languages) if asked.q else None
    except UnanswerableError as error:
        sentences.append(str(error))
        question = None
    if question is not None:
        context |= _found(searcher, asked, question, called)
        if asked.page > 1 and not context["rows"]:
            sentences.append(no_such_page(asked.page, context["page"].paginator.num_pages))
    return render(request, "portal/search.html", context)


def _found(searcher: PublicSearcher, asked: Asked, question: Question, called: Names) -> dict[str, Any]:
    total, answers = searcher.answers(question, filters=asked.filters, page=asked.page, newest=asked.newest)
    found: dict[str, Any] = {
        "total": total, "rows": rows_of(answers), "page": Paginator(range(total), PER_PAGE).get_page(asked.page),
    }  # fmt: skip
    if asked.page == 1 and not asked.filters:
        labels = {
            "meetings": _("Meetings"),
            "parties": _("Members and observers"),
            "pages": _("Pages"),
            "paragraphs": _("Paragraphs of decisions"),
        }
        found["suggested"] = searcher.suggested(asked.q, called)
        found["shelves"] = [(labels[sort], hits) for sort, hits in searcher.shelves(question)]
    if not total:
        spelled = searcher.spelled(question)
        found |= {
            "spelled": spelled,
            "spelled_address": asked.address(q=spelled),
            "fewer": asked.fewer(question.words),
        }
    return found


Lists = list[tuple[str, str, str, list[tuple[str, str]]]]


def _lists(request: HttpRequest, searcher: PublicSearcher) -> Lists:
    """The filters with what can be chosen; made once in each language after each change of what is public."""
    public = getattr(request, "public_edition", "") or edition(searcher.at)
    key = f"lists-{public}-{get_language()}".replace(" ", "-")
    kept: Lists | None = caches["pages"].get(key)
    if kept is None:
        kept = _made_lists(searcher)
        caches["pages"].set(key, kept, _KEPT_FOR)
    return kept


def _made_lists(searcher: PublicSearcher) -> Lists:
    """Values that some public document has."""
    known = facets(searcher.at)
    everything = known.matching({})
    called = [
        ("kind", _("Kind"), _("All kinds")), ("body", _("Body"), _("All bodies")), ("year", _("Year"), _("Any year")),
        ("theme", _("Theme"), _("All themes")), ("language", _("Language"), _("Any language")),
    ]  # fmt: skip
    return [
        (name, label, every, [
            (one.value, capfirst(language_name(one.value)) if name == "language" else one.label)
            for one in known.choices(name, everything)
        ])
        for name, label, every in called
    ]  # fmt: skip


def suggest(request: HttpRequest) -> HttpResponseBase:
    """Up to eight documents for what is being typed: only what search would find."""
    searcher = _searcher()
    question = beginning_of(request.GET.get("q", ""), searcher.languages)
    hits = searcher.beginnings(question) if question else []
    return JsonResponse(
        {"suggestions": [{"symbol": hit.symbol, "title": hit.title, "url": hit.url} for hit in hits]}
    )


def _searcher() -> PublicSearcher:
    return PublicSearcher(timezone.now(), querysets.working_languages(), (get_language() or "")[:2])
