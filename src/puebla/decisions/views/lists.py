"""The decisions that a person may know of; asked by words or by what paragraphs do, the paragraphs that answer."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote, urlencode

from django.core.paginator import Paginator
from django.db.models import Case, Q, When
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from puebla.accounts.views import PersonRequest, signed_in
from puebla.core.models import Process
from puebla.core.prepared import Prepared
from puebla.core.search.asking import Question, UnanswerableError, read
from puebla.core.search.citing import citation, may_cite
from puebla.core.search.facets import Facets, Found
from puebla.core.search.pages import Snippets
from puebla.core.ticks import tick_at
from puebla.core.words import without_nul
from puebla.decisions import rules
from puebla.decisions.actions import settling
from puebla.decisions.models import Decision
from puebla.decisions.querysets import reading as asking
from puebla.decisions.querysets.facets import decided
from puebla.decisions.views.means import Listed
from puebla.decisions.views.searching import cited
from puebla.documents.views.searching import names
from puebla.members.models import Body, Room
from puebla.members.querysets import Reach, reach_of, today
from puebla.members.querysets.prepared import PreparedForReader, with_shares
from puebla.publications.views.finding import CALLED, Filters, choices_of, unknown_in
from puebla.theme.templatetags.theme import imprecise, in_language

PER_PAGE = 30


@signed_in
def decisions(request: PersonRequest) -> HttpResponseBase:
    """What is negotiated first, then what was adopted, the newest before, then what was laid aside.

    A symbol opens its decision at once, and so does a citation that means but one.
    """
    at = timezone.now()
    settling.settle_due(at=at, tick=tick_at(at))
    reach = with_shares(request.person, reach_of(request.person, at))
    filters = Filters.of(request.GET)
    if filters.q and (opened := _at_symbol(request, reach, filters.q) or _cited(request, reach, filters.q)):
        return redirect(opened)
    state = without_nul(request.GET.get("state", "")).strip()
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
        "unknown": list(_unknown(filters, state, known)), "feed": "" if any(unknown_in(filters.chosen)) else _feed(filters),
    }  # fmt: skip
    return render(request, "decisions/list.html", context)


def _unknown(filters: Filters, state: str, known: Facets) -> Iterator[str]:
    """What is asked for that nothing has, each in a sentence: told where nothing was found."""
    if state and state not in Decision.State.values:
        yield _("There is no state “%(value)s”. Choose one of those offered.") % {"value": state[:60]}
    for name, value in filters.chosen.items():
        if value not in known.bits[name]:
            called = {"value": value, "filter": CALLED[name][0]}
            yield _("No paragraph that you can see answers to “%(value)s” (%(filter)s).") % called


def _feed(filters: Filters) -> str:
    """The feed of what is public of this list; of what the public knows nothing of there is none."""
    return f"{reverse('api:feed-decisions')}?{urlencode({'lang': get_language()} | filters.chosen)}"


def _at_symbol(request: PersonRequest, reach: Reach, typed: str) -> str:
    symbol, sign, anchor = typed.strip("/ ").partition("#")
    wanted = without_nul(symbol)
    found = _addresses.rows(request.person, reach, wanted, wanted.upper()) if wanted else []
    if not found:
        return ""
    return reverse("decisions:decision", args=[found[0][0] or found[0][1]]) + (f"#{anchor}" if sign else "")


def _cited(request: PersonRequest, reach: Reach, typed: str) -> str:
    """The only decision that what was typed cites for certain: "XXI Declaration, paragraph 12"."""
    found = citation(without_nul(typed), names(Process.current())) if may_cite(typed) else None
    hits = cited(request.person, reach, found) if found is not None and found.certain else []
    return hits[0].url if len(hits) == 1 else ""


def _may_begin(reach: Reach, at: dt.datetime) -> bool:
    return rules.may_begin_anywhere(reach, (Room(pk=key, sealed=sealed) for key, sealed in _rooms.rows(at)))


#: (at) → rooms of bodies that exist then, and whether they are sealed.
_rooms = Prepared(lambda at: Body.objects.on(today(at)).order_by("pk").values_list("room_id", "room__sealed"))


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
    return found.order_by(_IN_ORDER, "-adopted_on", "-pk")


#: Where a state stands on the list: databases do not agree where what has no date of adoption comes.
_IN_ORDER = Case(
    When(state=Decision.State.DRAFTING, then=0), When(state=Decision.State.ADOPTED, then=1), default=2
)


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

    def __getitem__(self, places: slice) -> list[SafeString]:
        keys = self.found.keys("newest", places.start or 0, places.stop)
        listed = (
            {row.pk: row for row in _listed.rows(self.request.person, self.reach, sorted(keys))}
            if keys
            else {}
        )
        return list(self._written([listed[key] for key in keys if key in listed]))

    def _written(self, rows: Sequence[Any]) -> Iterator[SafeString]:
        """Each as the list shows it: a template takes longer for them than all else takes."""
        snippets, means = Snippets(self.question), Listed([row.pk for row in rows])
        page = reverse("decisions:decision", args=["0X0"])
        before = reverse("decisions:before", args=["0X0", "1X1"])
        said = escape(_("Where was this said before?"))
        for row in rows:
            symbol, ref, anchor = (
                row.text__symbol or row.text__decision__ref,
                row.text__decision__ref,
                row.anchor,
            )
            place = escape(f"{symbol}#{anchor}")
            adopted = imprecise(row.text__decision__adopted_on, row.text__decision__adopted_precision)
            words = snippets.of(row.words, self.spoken.get((row.text_id, row.serial), ""))
            earlier = before.replace("0X0", ref).replace("1X1", quote(anchor))
            yield mark_safe(  # noqa: S308 - every part was escaped
                f'<li class="entry hit"><div><p class="symbol"><a href="{escape(page.replace("0X0", quote(symbol)))}#{escape(anchor)}">'
                f'{place}</a></p><p class="meta">{in_language(row.text__titles)}, {escape(adopted)}</p><p>{words}</p>\n'
                f'{means.line(row.pk)}\n<p class="meta"><a href="{escape(earlier)}">{said}'
                f'<span class="visually-hidden"> {place}</span></a></p></div></li>'
            )


#: (person, reach, paragraphs) → what the list shows of them.
_listed = PreparedForReader(
    lambda person, reach, keys: (
        asking.paragraphs(person, reach)
        .filter(pk__in=keys)
        .order_by()
        .values(
            "pk", "text_id", "serial", "anchor", "words", "text__titles", "text__symbol", "text__decision__ref",
            "text__decision__adopted_on", "text__decision__adopted_precision",
        )
    ),
    make=lambda row: SimpleNamespace(**row), kept=500,
)  # fmt: skip
#: (person, reach, reference, symbol) → what stands in the address of the decision.
_addresses = PreparedForReader(
    lambda person, reach, ref, symbol: (
        Decision.objects.visible_to(person, reach=reach)
        .filter(Q(ref=ref) | Q(text__symbol=symbol))
        .order_by()
        .values_list("text__symbol", "ref")
    )
)
