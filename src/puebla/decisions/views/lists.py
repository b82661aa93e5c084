"""The decisions that a person may know of; asked by words or by what paragraphs do, the paragraphs that answer."""

import datetime as dt
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language

from puebla.accounts.views import PersonRequest, signed_in
from puebla.core.models import Process
from puebla.core.search.asking import Question, UnanswerableError, read
from puebla.core.search.facets import Facets, Found
from puebla.core.search.pages import snippet
from puebla.core.ticks import tick_at
from puebla.decisions import rules
from puebla.decisions.actions import settling
from puebla.decisions.models import Decision
from puebla.decisions.querysets import reading as asking
from puebla.decisions.querysets.facets import decided
from puebla.members.models import Body
from puebla.members.querysets import Reach, reach_of, today
from puebla.publications.views.finding import Filters, choices_of

PER_PAGE = 30


@signed_in
def decisions(request: PersonRequest) -> HttpResponseBase:
    """What is negotiated first, then what was adopted, the newest before; a symbol opens its decision at once."""
    at = timezone.now()
    settling.settle_due(at=at, tick=tick_at(at))
    reach = reach_of(request.person, at)
    filters = Filters.of(request.GET)
    if filters.q and (opened := _at_symbol(request, reach, filters.q)):
        return redirect(opened)
    asked = request.GET.get("state", "")
    state = asked if asked in Decision.State.values else ""
    known, texts = decided(request.person, reach, at=at)
    sentence, question, spoken, within = "", None, {}, None
    if filters.q:
        languages = Process.current().languages
        try:
            question = read(filters.q, languages)
        except UnanswerableError as error:
            sentence = str(error)
        else:
            spoken = asking.holding(question, texts, request.person, reach, languages, at)
        within = known.of_places(spoken)
    rows: Any = (
        _Paragraphs(request, reach, _narrowed(known, filters, state, within), question, spoken)
        if filters.of_paragraphs
        else _decisions(request, reach, filters, state)
    )
    context = {
        "filters": filters, "state": state, "states": Decision.State.choices, "sentence": sentence,
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")), "active": bool(filters.given or state),
        "choices": list(choices_of(filters, known, within)), "may_begin": _may_begin(reach, at),
        "feed": f"{reverse('api:feed-decisions')}?{urlencode({'lang': get_language()} | filters.chosen)}",
    }  # fmt: skip
    return render(request, "decisions/list.html", context)


def _at_symbol(request: PersonRequest, reach: Reach, typed: str) -> str:
    symbol, sign, anchor = typed.strip("/ ").partition("#")
    seen = Decision.objects.visible_to(request.person, reach=reach).at_address(symbol).select_related("text")
    found = seen.order_by().first()
    return (
        reverse("decisions:decision", args=[found.address]) + (f"#{anchor}" if sign else "") if found else ""
    )


def _may_begin(reach: Reach, at: dt.datetime) -> bool:
    bodies = Body.objects.on(today(at)).select_related("room")
    return any(rules.may_begin(reach, one.room) for one in bodies)


def _decisions(request: PersonRequest, reach: Reach, filters: Filters, state: str) -> Any:
    """Decisions by state, year, body and kind."""
    columns = {"body": "body__code", "kind": "kind"}
    seen = Decision.objects.visible_to(request.person, reach=reach).select_related("text", "body")
    found = seen.filter(**{columns[name]: value for name, value in filters.chosen.items() if name in columns})
    if state:
        found = found.filter(state=state)
    if filters.year:
        year = int(filters.year) if filters.year.isdecimal() and len(filters.year) == 4 else 0
        found = found.filter(adopted_on__year=year) if year else found.none()
    return found.order_by("-adopted_on", "-pk")


def _narrowed(known: Facets, filters: Filters, state: str, within: int | None) -> Found:
    """The paragraphs that match; none in a state in which nothing was adopted."""
    return known.matching(filters.chosen, within=within if state in ("", Decision.State.ADOPTED) else 0)


class _Paragraphs:
    """The paragraphs found, as a list that is read only where it is shown: the newest decision first."""

    def __init__(
        self, request: PersonRequest, reach: Reach, found: Found, question: Question | None,
        spoken: Mapping[tuple[int, int], str],
    ) -> None:  # fmt: skip
        self.request, self.reach = request, reach
        self.found, self.question, self.spoken = found, question, spoken

    def __len__(self) -> int:
        return len(self.found)

    def __getitem__(self, places: slice) -> list[dict[str, Any]]:
        keys = self.found.keys("newest", places.start or 0, places.stop)
        seen = asking.paragraphs(self.request.person, self.reach).filter(pk__in=keys)
        listed = {one.pk: one for one in seen.select_related("text__decision")}
        rows = [listed[key] for key in keys if key in listed]
        known = asking.provisions_of(rows)
        return [
            {
                "paragraph": one, "decision": one.text.decision, "provision": known.get(one.pk),
                "snippet": snippet(one.words, self.question, self.spoken.get((one.text_id, one.serial), "")),
            }
            for one in rows
        ]  # fmt: skip
