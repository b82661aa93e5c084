"""Documents as search shows them on the private site."""

import datetime as dt
from collections.abc import Collection, Sequence
from functools import reduce
from operator import or_
from typing import Any
from urllib.parse import quote

from django.db.models import Q
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from puebla.core.languages import show
from puebla.core.news import Batch, Followable, Followed, Happening, NewsSource, Offer
from puebla.core.search.citing import Citation, paragraph_page
from puebla.core.search.sources import Hit
from puebla.core.verdicts import ALLOWED
from puebla.documents.actions.indexing import SOURCE
from puebla.documents.models import Document, Page, State
from puebla.documents.querysets import shared_keys
from puebla.documents.views import news
from puebla.members.models import IndexEntry, SavedSearch
from puebla.members.querysets.searching import among

#: What a hit shows of a document.
COLUMNS = (
    "pk",
    "symbol",
    "ref",
    "titles",
    "dated_on",
    "precision",
    "state",
    "filed_languages",
    "kind__names",
)
#: What finds of kept searches are called among the news, and how far each round looks back.
NAME, LOOKING_BACK = "documents.found", dt.timedelta(minutes=5)
#: Pages on one page of reading.
PAGES_PER_READING = 10


class DocumentSource:
    """The repository, as search asks it."""

    name = "documents"
    number = SOURCE

    def shown(self, person: Any, reach: Any, records: Sequence[int]) -> dict[int, Hit]:
        """The documents among these that the person sees."""
        seen = Document.objects.visible_to(person, reach=reach).filter(pk__in=list(records)).order_by()
        return {row.pk: hit_of(row) for row in seen.values_list(*COLUMNS, named=True)}

    def texts(self, pages: Sequence[tuple[int, int]]) -> dict[tuple[int, int], str]:
        """The text of pages: (version, number)."""
        if not pages:
            return {}
        wanted = reduce(or_, (Q(version=version, number=number) for version, number in pages))
        rows = Page.objects.filter(wanted).order_by().values_list("version_id", "number", "text")
        return {(version, number): text for version, number, text in rows}

    def shared(self, person: Any, reach: Any) -> list[int]:
        """Documents shared with this person by name."""
        return shared_keys(person, reach)

    def cited(self, person: Any, reach: Any, citation: Citation) -> list[Hit]:
        """The documents that a citation means: of that kind, of the meeting with that number."""
        seen = Document.objects.visible_to(person, reach=reach).filter(
            kind__code__iexact=citation.kind, meeting__number=citation.number,
            meeting__body__code__in=citation.bodies,
        )  # fmt: skip
        return [
            hit_of(row, paragraph=citation.paragraph) for row in seen.values_list(*COLUMNS, named=True)[:5]
        ]


def hit_of(row: Any, *, paragraph: int | None = None) -> Hit:
    """A document's line among what was found."""
    from puebla.documents.views.lists import date_text

    address = row.symbol or row.ref
    url = f"{reverse('documents:list')}{quote(address, safe='/')}/"
    title = show(row.titles)
    facts = (
        show(row.kind__names).text,
        date_text(row.dated_on, row.precision),
        capfirst(str(State(row.state).label)),
    )
    filed = row.filed_languages.split(",") if row.filed_languages else []
    if paragraph is not None and filed:
        url = _paragraph_url(row.pk, url, filed[0], paragraph) or url
    return Hit(
        url=url, title=title.text, title_language=title.language, title_pending=title.pending, symbol=row.symbol or "",
        facts=tuple(filter(None, facts)), languages=tuple((code, f"{url}files/{code}/") for code in filed),
        read=lambda language, page: _reading_url(url, language, page),
    )  # fmt: skip


def _reading_url(url: str, language: str, page: int) -> str:
    place = (page - 1) // PAGES_PER_READING + 1
    return f"{url}read/{language}/{f'?page={place}' if place > 1 else ''}#page-{page}"


def _paragraph_url(document: int, url: str, language: str, paragraph: int) -> str:
    """Where a numbered paragraph begins; nothing where its number stands nowhere."""
    pages = Page.objects.filter(version__edition__document=document, version__edition__language=language)
    newest = pages.order_by("-version__number").values_list("version__number", flat=True).first() or 0
    found = paragraph_page(
        paragraph, pages.filter(version__number=newest).order_by("number").values_list("number", "text")
    )
    return _reading_url(url, language, found) if found else ""


# Kept searches, as something to be followed ------------------------------------------------------------------------


def _offers(person: Any, reach: Any, _topic: str, values: Collection[str] | None) -> dict[str, Offer]:
    """One's own kept searches."""
    if reach.is_empty:
        return {}
    own = SavedSearch.objects.visible_to(person)
    found = own if values is None else own.filter(ref__in=values)
    return {
        one.ref: Offer({one.language: one.name}, ALLOWED, reverse("intranet:saved-search", args=[one.ref]))
        for one in found
    }


def _under(
    person: Any, reach: Any, followed: Collection[Followed], refs: Collection[str]
) -> dict[str, set[Followed]]:
    """Which of the kept searches that are followed find each of these documents, as far as the person sees them."""
    names = dict(
        Document.objects.visible_to(person, reach=reach)
        .filter(ref__in=refs)
        .order_by()
        .values_list("pk", "ref")
    )
    entries = IndexEntry.objects.visible_to(person, reach=reach).of(SOURCE, names).order_by()
    keys = list(entries.values_list("pk", flat=True))
    found: dict[str, set[Followed]] = {ref: set() for ref in names.values()}
    for saved in (
        SavedSearch.objects.visible_to(person).filter(ref__in=[value for _topic, value in followed])
        if keys
        else []
    ):
        for entry in among(saved, keys, reach=reach, at=reach.at, count=len(names)):
            found[names[entry.record]].add(("search", saved.ref))
    return found


def _since(mark: Any, at: dt.datetime) -> Batch:
    """What could be found for the first time since.

    Times of entries are those of their acts, which commit a little later: each round looks back beyond the mark, and
    nobody is told twice of one event.
    """
    coming = {"until": at.isoformat()}
    if mark is None:
        return Batch([], coming)
    after = dt.datetime.fromisoformat(mark["until"]) - LOOKING_BACK
    appeared = Q(appeared_at__gt=after, appeared_at__lte=at) | Q(
        embargo_until__gt=after, embargo_until__lte=at
    )
    rows = (
        IndexEntry.objects.filter(appeared, source=SOURCE)
        .order_by("appeared_at")
        .values_list("record", "appeared_at", "embargo_until")
    )
    instants = {
        (key, max(filter(None, [when, until if until and until <= at else None])))
        for key, when, until in rows
    }
    refs = dict(
        Document.objects.filter(pk__in=[key for key, _when in instants]).order_by().values_list("pk", "ref")
    )
    happened = [
        Happening(f"found:{refs[key]}:{when:%Y%m%dT%H%M%S}", refs[key], "found", when)
        for key, when in sorted(instants, key=lambda one: (one[1], one[0]))
        if key in refs
    ]
    return Batch(happened, coming)


def _says(_what: str, _language: str, _number: int | None, _size: int | None) -> str:
    """What is told of a document that a kept search finds."""
    return gettext("Found by a search that you keep")


NEWS = NewsSource(since=_since, visible=news.visible, lines=news.lines, says=_says)
FOLLOWABLE = Followable(source=NAME, topics={"search": _("Kept search")}, offers=_offers, under=_under)
