"""Decisions as the public finds, reads, cites and takes them."""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from puebla.core.citing import full_line, short_line
from puebla.core.languages import show
from puebla.core.models import Process
from puebla.core.search.asking import Question, UnanswerableError, read
from puebla.core.search.facets import Facets, Found
from puebla.core.sheets import as_docx, as_pdf
from puebla.core.tables import as_table
from puebla.core.wording import unmarked
from puebla.core.words import can_be_symbol
from puebla.portal import querysets
from puebla.portal.forms import turned_to
from puebla.portal.querysets import decisions as asking
from puebla.portal.views.documents import cited, language_name, linked_data
from puebla.publications.models import PublicDecision, PublicDocument, PublicParagraph
from puebla.publications.views import address
from puebla.publications.views.decisions import (
    KINDS,
    SCOPES,
    STATUSES,
    Related,
    Writer,
    addressee_name,
    canonical,
    is_intact,
    linked_decision,
    nature,
    reference_of,
    related_of,
    rows_of,
    sheet_of,
)
from puebla.publications.views.finding import CALLED, Filters, choices_of, labelled
from puebla.theme.templatetags.theme import imprecise

PER_PAGE, PARAGRAPHS_PER_PAGE = 25, 25
#: What each filter is called, and the words for "any".
MEDIA = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}


# The list ----------------------------------------------------------------------------------------------------------


def decision_list(request: HttpRequest) -> HttpResponseBase:
    """List decisions, the newest first; by words, theme, addressee, status or verb the paragraphs that answer."""
    at = timezone.now()
    filters = Filters.of(request.GET)
    if filters.q and (found := asking.at_symbol(filters.q)):
        return redirect(found)
    languages = querysets.working_languages()
    known = asking.facets(at)
    sentence, question, spoken = "", None, {}
    within = None
    if filters.q:
        try:
            question = read(filters.q, languages)
        except UnanswerableError as error:
            sentence, within = str(error), 0
        else:
            spoken = _answering(question, languages, at)
            within = known.of_keys(spoken)
    bits = known.matching(filters.chosen, within=within)
    if "export" in request.GET:
        return as_table(request.GET["export"], "decisions", _header(languages), _table(bits, languages))
    rows: Any = Paragraphs(bits, question, spoken) if filters.of_paragraphs else _decisions(filters)
    turned = turned_to(request, rows, PARAGRAPHS_PER_PAGE if filters.of_paragraphs else PER_PAGE)
    context = {
        "filters": filters, "page": turned.page, "beyond": turned.beyond, "sentence": sentence,
        "active": list(_active(filters, known)), "choices": list(choices_of(filters, known, within)), "kinds": KINDS,
        "unknown": [
            _("No public paragraph answers to “%(value)s” (%(filter)s).") % {"value": value, "filter": CALLED[name][0]}
            for name, value in filters.chosen.items() if value not in known.bits[name]
        ],
        "feed": f"{reverse('api:feed-decisions')}?{urlencode({'lang': get_language()} | filters.chosen)}",
        "nature": nature(Process.objects.first()),
    }  # fmt: skip
    return render(request, "portal/decisions.html", context)


def _answering(question: Question, languages: Sequence[str], at: dt.datetime) -> dict[int, str]:
    """The paragraphs that answer, by key, each with the language in which it does."""
    places = asking.answering_paragraphs(question, languages, at)
    keys = asking.keys_of(places)
    return {keys[one[:2]]: one[2] for one in places if one[:2] in keys}


class Paragraphs:
    """The paragraphs found, as a list that is read only where it is shown: the newest decision first."""

    def __init__(self, found: Found, question: Question | None, spoken: dict[int, str]) -> None:
        self.found, self.question, self.spoken = found, question, spoken

    def __len__(self) -> int:
        return len(self.found)

    def __getitem__(self, places: slice) -> list[dict[str, Any]]:
        keys = self.found.keys("newest", places.start or 0, places.stop)
        lines = asking.lines(keys, question=self.question, spoken=self.spoken)
        return [
            {
                "decision": one.paragraph.decision, "paragraph": one.paragraph, "snippet": one.snippet,
                "about": Writer(one.paragraph.decision, [], Related(), own=False).about(one.paragraph),
            }
            for one in lines
        ]  # fmt: skip


def _decisions(filters: Filters) -> Any:
    """Decisions by year, body and kind."""
    found = PublicDecision.objects.readable().order_by("-adopted_on", "symbol_order")
    columns = {"body": "body_code", "kind": "kind"}
    found = found.filter(
        **{columns[name]: value for name, value in filters.chosen.items() if name in columns}
    )
    if filters.year:
        found = (
            found.filter(year=int(filters.year))
            if filters.year.isdecimal() and len(filters.year) == 4
            else found.none()
        )
    return found


def _active(filters: Filters, known: Facets) -> Iterator[tuple[str, str, str]]:
    for name, value in filters.given.items():
        called = CALLED[name][0] if name in CALLED else gettext_lazy("Words")
        words = value if name == "q" else labelled(known, name, value)
        yield str(called), words, f"?{urlencode(filters.without(name).given)}"


def _header(languages: Sequence[str]) -> list[str]:
    words = (_("Words (%(language)s)") % {"language": language_name(code)} for code in languages)
    return [
        _("Symbol"), _("Paragraph"), _("Date"), _("Body"), _("Verb"), _("Addressed to"), _("Due"), _("Status"), _("Themes"),
        *words, _("Address"),
    ]  # fmt: skip


def _table(bits: Found, languages: Sequence[str]) -> Iterator[list[Any]]:
    keys = bits.keys("newest", 0, len(bits))
    for start in range(0, len(keys), 500):
        for line in asking.lines(keys[start : start + 500]):
            one, decision = line.paragraph, line.paragraph.decision
            yield [
                decision.symbol, one.number or one.anchor, decision.written_date, decision.body_code,
                str(show(one.verb_names)), ", ".join(addressee_name(each) for each in one.addressees), one.written_due,
                str(STATUSES.get(one.status, one.status)),
                ", ".join(str(show(each["names"])) for each in one.themes), *(unmarked(one.words.get(code, "")) for code in languages),
                f"{address('portal:decision', decision.symbol)}#{one.anchor}",
            ]  # fmt: skip


# One decision ------------------------------------------------------------------------------------------------------


def find(symbol: str) -> PublicDecision:
    """The public decision or the tombstone of this symbol, whatever its letters' case."""
    found = None
    if can_be_symbol(symbol):
        known = PublicDecision.objects.all()
        found = known.filter(symbol=symbol).first() or known.filter(symbol__iexact=symbol).first()
    if found is None:
        raise Http404
    return found


def decision(request: HttpRequest, symbol: str) -> HttpResponse:
    """Show a decision: every language as an equal beside the other, or one alone; withdrawn, its tombstone."""
    found = find(symbol)
    if found.withdrawn_at is not None:
        return tombstone(request, found)
    if found.symbol != symbol:
        return redirect("portal:decision", found.symbol, permanent=True)
    process, at = Process.objects.first(), timezone.now()
    languages = process.languages if process else querysets.working_languages()
    asked = request.GET.get("language", "")
    paragraphs = list(found.paragraphs.all())
    reference = reference_of(found, process)
    day = imprecise(found.adopted_on, found.precision)
    context = {
        "decision": found, "languages": languages, "shown": [asked] if asked in languages else languages, "only": asked,
        "rows": rows_of(found, paragraphs, [asked] if asked in languages else languages, related=related_of(found.symbol)),
        "pending": [language_name(code) for code in languages if code not in found.languages],
        "kind": capfirst(str(KINDS.get(found.kind, found.kind))), "scope": SCOPES.get(found.scope, ""),
        "nature": nature(process), "intact": is_intact(found, paragraphs), "exports": _exports(found, languages),
        "document": PublicDocument.objects.readable(at=at).filter(symbol=found.symbol).exists(),
        "citation": full_line(reference, date=day), "short_citation": short_line(reference),
        "address": address("portal:decision", found.symbol), "linked_data": linked_data(linked_decision(found, paragraphs, process)),
    }  # fmt: skip
    return render(request, "portal/decision.html", context)


def _exports(found: PublicDecision, languages: Sequence[str]) -> list[tuple[str, str]]:
    """What can be taken as a file: (called, languages in the address)."""
    own = [code for code in languages if code in found.languages]
    both = [(_("Side by side"), "-".join(own[:2]))] if len(own) > 1 else []
    return [*((capfirst(language_name(code)), code) for code in own), *both]


def tombstone(request: HttpRequest, found: PublicDecision) -> HttpResponse:
    """That it was withdrawn, since when and why."""
    context = {"decision": found, "kind": capfirst(str(KINDS.get(found.kind, found.kind)))}
    return render(request, "portal/decision_withdrawn.html", context, status=410)


def paragraph(request: HttpRequest, symbol: str, anchor: str) -> HttpResponse:
    """One paragraph alone: in every language, with what it does, what stands in its place, and how it is cited."""
    found = find(symbol)
    if found.withdrawn_at is not None:
        return tombstone(request, found)
    one = found.paragraphs.filter(anchor=anchor).first() if "\x00" not in anchor else None
    if one is None:
        raise Http404
    process = Process.objects.first()
    languages = process.languages if process else querysets.working_languages()
    related = related_of(found.symbol)
    beside = _beside(one, related)
    reference = reference_of(found, process, paragraph=one)
    context = {
        "decision": found, "paragraph": one, "languages": languages, "nature": nature(process),
        "row": Writer(found, languages, related, own=False).row(one),
        "newer": beside["newer"], "others": beside["others"],
        "citation": full_line(reference, date=imprecise(found.adopted_on, found.precision)), "short_citation": short_line(reference),
        "address": f"{address('portal:decision', found.symbol)}#{one.anchor}",
    }  # fmt: skip
    return render(request, "portal/decision_paragraph.html", context)


def _beside(one: PublicParagraph, related: Related) -> dict[str, list[dict[str, Any]]]:
    """The paragraphs that this one is linked with, as far as they are public: newer ones apart."""
    links = related.of(one.anchor)
    wanted = {(link.symbol, link.anchor) for link in links}
    rows = PublicParagraph.objects.filter(
        decision__withdrawn_at=None, decision__symbol__in={symbol for symbol, _anchor in wanted}
    ).select_related("decision")
    known = {
        (row.decision.symbol, row.anchor): row
        for row in rows.order_by()
        if (row.decision.symbol, row.anchor) in wanted
    }
    shown = [
        {"said": link.said, "newer": link.newer, "other": other, "words": show({code: unmarked(said) for code, said in other.words.items()})}
        for link in links if (other := known.get((link.symbol, link.anchor))) is not None
    ]  # fmt: skip
    return {
        "newer": [each for each in shown if each["newer"]],
        "others": [each for each in shown if not each["newer"]],
    }


# To take -----------------------------------------------------------------------------------------------------------


def cite(request: HttpRequest, symbol: str, form: str) -> HttpResponse:
    """The citation for reference managers, with the digest of the words."""
    found = find(symbol)
    if found.withdrawn_at is not None:
        return tombstone(request, found)
    return cited(reference_of(found, Process.objects.first()), form)


def export(request: HttpRequest, symbol: str, languages: str, form: str) -> HttpResponse:
    """DOCX or PDF; `en`, `es`, or `en-es` side by side; only in languages in which it was adopted."""
    found = find(symbol)
    if found.withdrawn_at is not None:
        return tombstone(request, found)
    codes = languages.split("-")
    if (
        form not in MEDIA
        or len(codes) > 2
        or len(set(codes)) < len(codes)
        or set(codes) - set(found.languages)
    ):
        raise Http404
    sheet = sheet_of(found, found.paragraphs.all(), codes, Process.objects.first())
    response = HttpResponse(as_docx(sheet) if form == "docx" else as_pdf(sheet), content_type=MEDIA[form])
    name = f"{found.symbol.replace('/', '-')}.{languages}.{form}"
    response["Content-Disposition"] = content_disposition_header(True, name) or ""
    return response


def canonical_json(request: HttpRequest, symbol: str) -> HttpResponse:
    """The bytes whose SHA-256 is the digest that is shown: everybody can try it."""
    found = find(symbol)
    if found.withdrawn_at is not None:
        return tombstone(request, found)
    return HttpResponse(canonical(found, found.paragraphs.all()), content_type="application/json")
