"""Search on the private site: one box for everything one may see."""

from functools import lru_cache
from typing import Any, NamedTuple

from django.core.paginator import Paginator
from django.http import HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from puebla.accounts.views import PersonRequest, signed_in
from puebla.core.languages import show
from puebla.core.models import Process
from puebla.core.search.asking import UnanswerableError, read
from puebla.core.search.sources import Answer
from puebla.documents.forms import language_name
from puebla.documents.models import Kind, State, Theme
from puebla.documents.views.lists import options
from puebla.intranet.forms import Asked
from puebla.intranet.querysets.searching import PER_PAGE, Searcher, names
from puebla.members.models import Body
from puebla.members.querysets import reach_of


@signed_in
def search(request: PersonRequest) -> HttpResponseBase:
    """Show what answers a question; a symbol opens its document at once."""
    at = timezone.now()
    process = Process.current()
    asked = Asked.of(request.GET)
    searcher = Searcher.of(request.person, reach_of(request.person, at), at, process.languages)
    context: dict[str, Any] = {
        "process": process, "asked": asked, "choices": choices_of(asked, process.languages, at.year),
        "unfiltered": asked.address(**dict.fromkeys(asked.filters, "")),
    }  # fmt: skip
    if not asked.q:
        return render(request, "intranet/search.html", context)
    called = names(process)
    if asked.is_plain and (address := searcher.at_symbol(asked.q, called)):
        return redirect(address)
    try:
        question = read(asked.q, searcher.languages)
    except UnanswerableError as error:
        return render(request, "intranet/search.html", context | {"sentence": str(error)})
    total, answers = searcher.answers(
        question, filters=asked.filters, page=asked.page, newest=asked.newest, language=get_language() or ""
    )
    context |= {
        "total": total,
        "rows": rows_of(answers),
        "page": Paginator(range(total), PER_PAGE).get_page(asked.page),
    }
    if asked.page > 1 and not answers:
        last = context["page"].paginator.num_pages
        context["sentence"] = _("There is no page %(page)d; the last one is %(last)d.") % {
            "page": asked.page,
            "last": last,
        }
    if asked.page == 1 and not asked.filters:
        context |= {"suggested": searcher.suggested(asked.q, called), "shelves": searcher.shelves(asked.q)}
    return render(request, "intranet/search.html", context)


class Choice(NamedTuple):
    """A filter's list in the form."""

    name: str
    label: str
    all: str
    options: SafeString


def choices_of(asked: Asked, languages: list[str], this_year: int) -> list[Choice]:
    """The lists of the filters."""
    kinds = [(code, show(names).text or code) for code, names in Kind.objects.values_list("code", "names")]
    bodies = [
        (code, show(names).text or code) for code, names in Body.objects.values_list("code", "short_names")
    ]
    themes = [(code, show(names).text or code) for code, names in Theme.objects.values_list("code", "names")]
    years = [(str(year), str(year)) for year in range(this_year, 1995, -1)]
    states = [(str(value), str(label)) for value, label in State.choices]
    spoken = [(code, language_name(code)) for code in languages]
    lists = [
        ("kind", _("Kind"), _("All kinds"), kinds), ("body", _("Body"), _("All bodies"), bodies),
        ("year", _("Year"), _("Any year"), years), ("theme", _("Theme"), _("All themes"), themes),
        ("language", _("Language"), _("Any language"), spoken), ("state", _("State"), _("Any state"), states),
    ]  # fmt: skip
    return [
        Choice(name, label, every, options(found, asked.filters.get(name, "")))
        for name, label, every, found in lists
    ]


def rows_of(answers: list[Answer]) -> list[SafeString]:
    """The answers as lines, ready to print."""
    return [_row(answer, get_language() or "") for answer in answers]


@lru_cache(maxsize=4096)
def _row(answer: Answer, language: str) -> SafeString:  # noqa: ARG001 - part of what is remembered
    """One line. It shows nothing but its values, so it is written once and remembered."""
    shown = {
        "hit": answer.hit, "language": answer.language, "page": answer.page, "page_url": answer.page_url,
        "snippet": answer.snippet,
    }  # fmt: skip
    return mark_safe(render_to_string("intranet/hit.html", shown))  # noqa: S308 - a template's


@signed_in
def suggest(request: PersonRequest) -> HttpResponseBase:
    """Up to eight records for what is being typed: only what search would find."""
    at = timezone.now()
    typed = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    languages = Process.current().languages
    searcher = Searcher.of(request.person, reach_of(request.person, at), at, languages)
    try:
        question = read(f"{typed.rstrip('*')}*" if typed[-1:].isalnum() else typed, languages)
    except UnanswerableError:
        return JsonResponse({"suggestions": []})
    hits = searcher.beginnings(question)
    return JsonResponse(
        {"suggestions": [{"symbol": hit.symbol, "title": hit.title, "url": hit.url} for hit in hits]}
    )
