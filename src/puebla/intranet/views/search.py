"""Search on the private site: one box for everything one may see."""

import datetime as dt
import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponseBase, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from puebla.accounts.models import Person
from puebla.accounts.views import PersonRequest, signed_in
from puebla.core.languages import show
from puebla.core.models import Process
from puebla.core.prepared import Prepared
from puebla.core.search.addresses import Asked
from puebla.core.search.asking import Question, UnanswerableError, beginning_of, read
from puebla.core.search.citing import Names, may_cite
from puebla.core.search.lines import choices, no_such_page, rows_of
from puebla.documents.forms import language_name
from puebla.documents.models import Kind, State, Theme
from puebla.documents.views.searching import names
from puebla.intranet.querysets.searching import PER_PAGE, Searcher
from puebla.members.models import Body
from puebla.members.querysets import reach_of

FILTERS = ("kind", "body", "year", "theme", "language", "state")


@signed_in
def search(request: PersonRequest) -> HttpResponseBase:
    """Show what answers a question; a symbol opens its document at once."""
    process = Process.current()
    searcher = _searcher(request.person, process)
    asked = Asked.of(request.GET, FILTERS)
    plain = asked.page == 1 and not asked.filters
    called = names(process) if plain and may_cite(asked.q) else Names()
    if asked.q and asked.is_plain and (address := searcher.at_symbol(asked.q, called)):
        return redirect(address)
    lists, sentences = choices(filter_lists(searcher.languages, at=searcher.at), asked.filters)
    context: dict[str, Any] = {"process": process, "asked": asked, "choices": lists, "sentences": sentences}
    try:
        question = read(asked.q, searcher.languages) if asked.q else None
    except UnanswerableError as error:
        sentences.append(str(error))
        question = None
    if question is not None:
        context |= _found(searcher, asked, question, called)
        context["keep"] = _keep_form(request, asked)
        if asked.page > 1 and not context["rows"]:
            sentences.append(no_such_page(asked.page, context["page"].paginator.num_pages))
    return render(request, "intranet/search.html", context)


def _keep_form(request: PersonRequest, asked: Asked) -> str:
    """The form that keeps the question; it asks nothing of the page around it."""
    return render_to_string("intranet/keep_search.html", {"asked": asked, "csrf_token": get_token(request)})


def _found(searcher: Searcher, asked: Asked, question: Question, called: Names) -> dict[str, Any]:
    total, answers = searcher.answers(
        question, filters=asked.filters, page=asked.page, newest=asked.newest, language=get_language() or ""
    )
    found: dict[str, Any] = {
        "total": total, "rows": rows_of(answers), "page": Paginator(range(total), PER_PAGE).get_page(asked.page),
    }  # fmt: skip
    if asked.page == 1 and not asked.filters:
        found |= {"suggested": searcher.suggested(asked.q, called), "shelves": searcher.shelves(question)}
    if not total:
        spelled = searcher.spelled(question)
        found |= {
            "spelled": spelled,
            "spelled_address": asked.address(q=spelled),
            "fewer": asked.fewer(question.words),
        }
    return found


Lists = list[tuple[str, str, str, list[tuple[str, str]]]]


def filter_lists(languages: Sequence[str], *, at: dt.datetime) -> Lists:
    """The filters with what can be chosen."""
    kept = (tuple(rows.rows()) for rows in (_kinds, _bodies, _themes))
    return _lists(*kept, tuple(languages), at.year, get_language() or "")


Kept = tuple[tuple[str, str], ...]


@lru_cache(maxsize=16)
def _lists(
    kinds: Kept, bodies: Kept, themes: Kept, languages: tuple[str, ...], year: int, reading: str
) -> Lists:
    """The same, of rows as the database keeps them: made once while they stay what they are."""
    years = [(str(one), str(one)) for one in range(year, 1995, -1)]
    states = [(str(value), str(label)) for value, label in State.choices]
    spoken = [(code, language_name(code)) for code in languages]
    return [
        ("kind", _("Kind"), _("All kinds"), _named(kinds, reading)),
        ("body", _("Body"), _("All bodies"), _named(bodies, reading)),
        ("year", _("Year"), _("Any year"), years),
        ("theme", _("Theme"), _("All themes"), _named(themes, reading)),
        ("language", _("Language"), _("Any language"), spoken),
        ("state", _("State"), _("Any state"), states),
    ]


_kinds = Prepared(lambda: Kind.objects.values_list("code", "names"), raw=True)
_bodies = Prepared(lambda: Body.objects.values_list("code", "short_names"), raw=True)
_themes = Prepared(lambda: Theme.objects.values_list("code", "names"), raw=True)


def _named(rows: Kept, language: str) -> list[tuple[str, str]]:
    """Codes with what they are called, of rows as the database keeps them."""
    return [(code, show(json.loads(texts), language).text or code) for code, texts in rows]


@signed_in
def suggest(request: PersonRequest) -> HttpResponseBase:
    """Up to eight records for what is being typed: only what search would find."""
    searcher = _searcher(request.person, Process.current())
    question = beginning_of(request.GET.get("q", ""), searcher.languages)
    hits = searcher.beginnings(question) if question else []
    return JsonResponse(
        {"suggestions": [{"symbol": hit.symbol, "title": hit.title, "url": hit.url} for hit in hits]}
    )


def _searcher(person: Person, process: Process) -> Searcher:
    at = timezone.now()
    return Searcher.of(person, reach_of(person, at), at, process.languages)
