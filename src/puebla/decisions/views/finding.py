"""Paragraphs of what was adopted, narrowed by year, body, kind, theme, addressee, status and verb, and by words."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy

from puebla.accounts.views import PersonRequest, signed_in
from puebla.core.languages import show
from puebla.core.models import Process
from puebla.core.search.asking import Question, UnanswerableError, read
from puebla.core.search.snippets import Looking, cut
from puebla.core.search.words import words_in
from puebla.core.wording import unmarked
from puebla.decisions.models import Addressee, Decision, Status, Verb
from puebla.decisions.querysets import reading as asking
from puebla.documents.models import Theme
from puebla.members.models import Body, Party
from puebla.members.querysets import reach_of
from puebla.texts.models import Paragraph

PER_PAGE = 25
CALLED = {
    "year": (gettext_lazy("Year"), gettext_lazy("Any year")),
    "body": (gettext_lazy("Body"), gettext_lazy("All bodies")),
    "kind": (gettext_lazy("Kind"), gettext_lazy("All kinds")),
    "theme": (gettext_lazy("Theme"), gettext_lazy("All themes")),
    "addressee": (gettext_lazy("Addressed to"), gettext_lazy("Anybody")),
    "status": (gettext_lazy("Status"), gettext_lazy("Any status")),
    "verb": (gettext_lazy("Verb"), gettext_lazy("Any verb")),
}


@signed_in
def find(request: PersonRequest) -> HttpResponseBase:
    """What answers, the newest decision first; a symbol opens its decision at once."""
    at = timezone.now()
    reach = reach_of(request.person, at)
    given = {name: request.GET.get(name, "").replace("\x00", "").strip()[:60] for name in asking.FILTERS}
    filters = {name: value for name, value in given.items() if value}
    q = request.GET.get("q", "").replace("\x00", "").strip()
    if q and (opened := _at_symbol(request, reach, q)):
        return redirect(opened)
    languages = Process.current().languages
    every = asking.paragraphs(request.person, reach)
    found = asking.matching(every, filters)
    sentence, question, places = "", None, {}
    if q:
        try:
            question = read(q, languages)
        except UnanswerableError as error:
            sentence, found = str(error), found.none()
        else:
            places = asking.holding(question, request.person, reach, languages, at)
            found = found.filter(pk__in=asking.at_places(found, places))
    ordered = found.order_by("-text__decision__adopted_on", "-text__decision__pk", "serial").only("pk")
    page = Paginator(ordered, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "q": q, "given": given, "page": page, "rows": _rows(page, every, question, places), "sentence": sentence,
        "active": bool(filters or q), "choices": _choices(every, filters),
    }  # fmt: skip
    return render(request, "decisions/find.html", context)


def _at_symbol(request: PersonRequest, reach: Any, typed: str) -> str:
    symbol, sign, anchor = typed.strip("/ ").partition("#")
    seen = Decision.objects.visible_to(request.person, reach=reach).at_address(symbol).select_related("text")
    found = seen.order_by().first()
    return (
        reverse("decisions:decision", args=[found.address]) + (f"#{anchor}" if sign else "") if found else ""
    )


def _rows(
    page: Any, every: Any, question: Question | None, places: Mapping[tuple[int, int], str]
) -> list[dict[str, Any]]:
    """The paragraphs of the page, each with what it does and the words that answer."""
    keys = [one.pk for one in page]
    listed = {one.pk: one for one in every.filter(pk__in=keys).select_related("text__decision__body")}
    rows = [listed[key] for key in keys if key in listed]
    known = asking.provisions_of(rows)
    return [
        {
            "paragraph": one, "decision": one.text.decision, "provision": known.get(one.pk),
            "snippet": _snippet(one, question, places.get((one.text_id, one.serial), "")),
        }
        for one in rows
    ]  # fmt: skip


def _snippet(one: Paragraph, question: Question | None, language: str) -> SafeString:
    said = show(one.words, language or None)
    text = unmarked(said.text)
    looking = Looking(question or Question(()), [said.language])
    spot = looking.spot(f" {' '.join(words_in(text))} ") if question is not None else None
    return cut(text, looking, spot)


def _choices(every: Any, filters: Mapping[str, str]) -> list[dict[str, Any]]:
    """What each filter offers, counted under all the other filters; a question each, and one for its names."""
    return [
        {
            "name": name, "label": called, "every": any_of_them, "value": filters.get(name, ""),
            "options": _options(name, asking.counts(asking.matching(every, _without(filters, name)), name), filters.get(name, "")),
        }
        for name, (called, any_of_them) in CALLED.items()
    ]  # fmt: skip


def _without(filters: Mapping[str, str], name: str) -> dict[str, str]:
    return {one: value for one, value in filters.items() if one != name}


def _options(name: str, counted: Sequence[tuple[str, int]], chosen: str) -> list[tuple[str, str]]:
    names = _names(name, [value for value, _n in counted])
    if chosen and chosen not in dict(counted):
        counted = [*counted, (chosen, 0)]
    options = [(value, f"{capfirst(names.get(value, value))} ({n})") for value, n in counted]
    return sorted(options, key=lambda one: one[0] if name == "year" else one[1], reverse=name == "year")


def _names(name: str, values: Sequence[str]) -> dict[str, str]:
    """What values are called."""
    if name == "addressee":
        parties = {one.code: str(show(one.short_names)) for one in Party.objects.filter(code__in=values)}
        bodies = {one.code: str(show(one.short_names)) for one in Body.objects.filter(code__in=values)}
        return (
            {value: str(Addressee.Whom(value).label) for value in values if value in Addressee.Whom.values}
            | parties
            | bodies
        )
    if name in ("status", "kind"):
        choices: Any = Status if name == "status" else Decision.Kind
        return {value: str(choices(value).label) for value in values}
    models: dict[str, Any] = {"body": Body, "theme": Theme, "verb": Verb}
    return (
        {one.code: str(one) for one in models[name].objects.filter(code__in=values)} if name in models else {}
    )
