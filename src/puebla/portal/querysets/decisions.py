"""What the portal asks of public decisions: paragraphs counted by every filter, found by words, and led to."""

import datetime as dt
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.cache import caches
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from puebla.core.channels import SitemapPage
from puebla.core.languages import Texts, show
from puebla.core.prepared import Prepared
from puebla.core.search.asking import Question
from puebla.core.search.citing import Citation
from puebla.core.search.facets import Facets, by_value
from puebla.core.search.pages import Snippets, answered
from puebla.core.search.sources import Hit
from puebla.publications.models import (
    PublicBody,
    PublicDecision,
    PublicIndexEntry,
    PublicMainTheme,
    PublicMark,
    PublicParagraph,
    PublicParty,
)
from puebla.publications.querysets import edition
from puebla.publications.querysets.addressing import by_meaning
from puebla.publications.querysets.searching import DECIDED, INDEX, answering
from puebla.publications.views import paths
from puebla.publications.views.decisions import PAPERS

_KEPT_FOR = 24 * 60 * 60
#: Decisions whose words are looked through for one question.
MOST_DECISIONS = 1000
LONGEST_SYMBOL = 60
#: Paragraphs named beside what the whole site finds.
MOST_ON_THE_SHELF = 6
#: Filters whose values stand in the columns of paragraphs and of their decisions.
COLUMNS = {
    "year": "decision__year", "body": "decision__body_code", "kind": "decision__kind", "verb": "verb_code",
    "status": "status",
}  # fmt: skip


def facets(at: dt.datetime) -> Facets:
    """The paragraphs of all public decisions by every filter; made once after each change of what is public."""
    key = f"decisions-{edition(at)}".replace(" ", "-")
    kept: Facets | None = caches["pages"].get(key)
    if kept is None:
        kept = _made(timezone.localtime(at).date())
        caches["pages"].set(key, kept, _KEPT_FOR)
    return kept


def _paragraphs() -> Any:
    """Paragraphs as lists have them: the newest decision first, each in its own order; headings are found with the rest."""
    readable = PublicParagraph.objects.filter(decision__withdrawn_at=None)
    return readable.order_by("-decision__adopted_on", "decision__symbol_order", "position")


def _made(on: dt.date) -> Facets:
    rows = list(_paragraphs().values_list("pk", *COLUMNS.values()))
    made = Facets(keys=array("q", (row[0] for row in rows)))
    places = {row[0]: place for place, row in enumerate(rows)}
    for column, name in enumerate(COLUMNS, start=1):
        made.bits[name] = by_value(((row[column], place) for place, row in enumerate(rows)), len(rows))
    for name in ("theme", "addressee"):
        pairs = PublicMark.objects.filter(name=name).order_by().values_list("code", "paragraph_id")
        made.bits[name] = by_value(((code, places[key]) for code, key in pairs if key in places), len(rows))
    made.bits["addressee"] = by_meaning(made.bits["addressee"], on=on)
    made.bits["year"] = dict(sorted(made.bits["year"].items(), reverse=True))
    made.names = _names()
    return made


def _names() -> dict[str, dict[str, Texts]]:
    """What values are called: as public lists say now, else as in the paragraphs themselves."""
    readable = PublicParagraph.objects.filter(decision__withdrawn_at=None).order_by()
    verbs: dict[str, Texts] = dict(
        readable.exclude(verb_code="").values_list("verb_code", "verb_names").distinct()
    )
    bodies: dict[str, Texts] = dict(
        PublicDecision.objects.readable().order_by("released_at").values_list("body_code", "body_names")
    )
    bodies |= dict(PublicBody.objects.values_list("code", "names"))
    parties: dict[str, Texts] = dict(PublicParty.objects.values_list("code", "short_names"))
    themes: dict[str, Texts] = {}
    named: dict[str, Texts] = {}
    marked = readable.exclude(themes=[], addressees=[]).values_list("themes", "addressees")
    for of_themes, addressees in marked:
        themes |= {one["code"]: one["names"] for one in of_themes}
        named |= {one["code"]: one["names"] for one in addressees if one["whom"] in ("party", "body")}
    themes |= dict(PublicMainTheme.objects.values_list("code", "names"))
    return {
        "verb": verbs,
        "body": bodies,
        "theme": themes,
        "addressee": named | parties,
    }


@dataclass(frozen=True)
class Line:
    """A paragraph among what was found, with the words that answer."""

    paragraph: PublicParagraph
    snippet: SafeString


def answering_paragraphs(
    question: Question, languages: Sequence[str], at: dt.datetime
) -> list[tuple[int, int, str]]:
    """The paragraphs that hold all that is asked, in one language: (decision, position, language), the best decisions first."""
    # Before the first decision is released nobody's search waits for one.
    if not _any_decided.rows():
        return []
    found = answering(
        question, at=at, reachable=DECIDED, count=MOST_DECISIONS, most_languages=max(2, len(languages))
    )
    decisions = dict(_records.rows(list(found.keys))) if found.keys else {}
    order = [decisions[key] for key in found.keys if key in decisions]
    entries = _entries.rows(sorted(set(order))) if order else []
    listed = sorted(entries, key=lambda one: (one[2] != (get_language() or "")[:2], one[2]))
    best = answered(question, INDEX.words_of([key for key, _record, _language in listed]), listed, languages)
    rank = {record: number for number, record in enumerate(order)}
    return sorted(
        ((record, place, code) for (record, place), code in best.items()),
        key=lambda one: (rank[one[0]], one[1]),
    )


_any_decided = Prepared(lambda: PublicDecision.objects.readable().order_by().values_list("pk")[:1])
#: Of entries of the index their records; of records their entries in every language.
_records = Prepared(
    lambda keys: PublicIndexEntry.objects.filter(pk__in=keys).order_by().values_list("pk", "record")
)
_entries = Prepared(
    lambda records: (
        PublicIndexEntry.objects.filter(source=2, record__in=records)
        .order_by()
        .values_list("pk", "record", "language")
    )
)


def keys_of(places: Sequence[tuple[int, int, str]]) -> dict[tuple[int, int], int]:
    """The keys of paragraphs given by decision and position."""
    rows = PublicParagraph.objects.filter(decision__in={one[0] for one in places}).order_by()
    wanted = {one[:2] for one in places}
    return {
        (decision, position): key
        for key, decision, position in rows.values_list("pk", "decision_id", "position")
        if (decision, position) in wanted
    }


def lines(
    keys: Sequence[int], *, question: Question | None = None, spoken: Mapping[int, str] | None = None
) -> list[Line]:
    """These paragraphs as lines, in this order; the gate is asked again."""
    rows = (
        PublicParagraph.objects.filter(pk__in=keys, decision__withdrawn_at=None)
        .select_related("decision")
        .order_by()
    )
    found = {one.pk: one for one in rows}
    snippets = Snippets(question)
    return [
        Line(found[key], snippets.of(found[key].words, (spoken or {}).get(key, "")))
        for key in keys
        if key in found
    ]


def shelf(question: Question, languages: Sequence[str], at: dt.datetime) -> list[Hit]:
    """The few paragraphs of decisions that a question of the whole site finds first."""
    places = answering_paragraphs(question, languages, at)[:MOST_ON_THE_SHELF]
    if not places:
        return []
    keys = keys_of(places)
    found = lines([keys[one[:2]] for one in places if one[:2] in keys])
    return [
        Hit(
            url=f"{reverse('portal:decision', args=[one.paragraph.decision.symbol])}#{one.paragraph.anchor}",
            title=f"{one.paragraph.decision.symbol}#{one.paragraph.anchor}",
        )
        for one in found
    ]


# Cited ---------------------------------------------------------------------------------------------------------------


def cited(citation: Citation, meetings: Sequence[str]) -> list[Hit]:
    """The public decisions of these meetings that a citation means and that have the paragraph it names."""
    kind = next((kind for kind, code in PAPERS.items() if code == citation.kind.upper()), None)
    if kind is None or not citation.paragraph:
        return []
    seen = PublicParagraph.objects.filter(
        decision__withdrawn_at=None, decision__kind=kind, decision__body_code__in=citation.bodies, number=citation.numbered
    ).select_related("decision")  # fmt: skip
    rows = seen.order_by("-decision__adopted_on", "decision__symbol_order")
    found = [
        one
        for one in rows.filter(decision__meeting_symbol__in=meetings)[:50]
        if citation.fits(one.decision.symbol)
    ]
    if not found and citation.item is None and citation.number is not None:
        # "Decision 3", of whichever meeting.
        found = list(rows.filter(decision__symbol__endswith=f"/{citation.number}")[:MOST_ON_THE_SHELF])
    return [
        Hit(
            url=f"{reverse('portal:decision', args=[one.decision.symbol])}#{one.anchor}", symbol=one.decision.symbol,
            title=str(show(one.decision.titles)), title_language=show(one.decision.titles).language,
        )
        for one in found
    ]  # fmt: skip


# Beside ------------------------------------------------------------------------------------------------------------


def decision_pages(at: dt.datetime) -> Any:  # noqa: ARG001 - decisions know no embargo
    """The list and the page of every public decision: for the sitemap."""
    yield SitemapPage(paths("portal:decisions"))
    rows = PublicDecision.objects.readable().order_by("symbol_order").values_list("symbol", "changed_at")
    for symbol, changed_at in rows.iterator(chunk_size=2000):
        yield SitemapPage(paths("portal:decision", symbol), changed_at)


def at_symbol(typed: str) -> str | None:
    """The page of the public decision of this symbol, with the anchor where one was typed."""
    symbol, _sign, anchor = typed.replace("\x00", "").strip("/ ").partition("#")
    if "/" not in symbol or len(symbol) > LONGEST_SYMBOL:
        return None
    found = (
        PublicDecision.objects.readable()
        .filter(symbol__iexact=symbol)
        .values_list("symbol", flat=True)
        .first()
    )
    if found is None:
        return None
    return reverse("portal:decision", args=[found]) + (f"#{anchor}" if anchor else "")
