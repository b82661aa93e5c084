"""What the portal asks of the public copies, beyond what they answer themselves: who presides, what leads."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils import timezone
from wagtail import models as cms
from wagtail.query import PageQuerySet

from puebla.core.channels import FeedEntry, Paths, SitemapPage
from puebla.core.languages import show
from puebla.core.models import DatePrecision, Process
from puebla.core.prepared import Prepared
from puebla.core.words import fold
from puebla.publications.models import (
    PublicBody,
    PublicDocument,
    PublicFile,
    PublicKind,
    PublicMainTheme,
    PublicMeeting,
    PublicParty,
    PublicPresidency,
    PublicTheme,
)
from puebla.publications.querysets import PublicDocumentQuerySet
from puebla.publications.views import paths


def working_languages() -> list[str]:
    """The working languages of the process, in its own order."""
    languages = [known for (known,) in _languages.rows()]
    return (languages and languages[0]) or [code for code, _name in settings.LANGUAGES]


_languages = Prepared(lambda: Process.objects.order_by("pk").values_list("languages")[:1])


def page_languages() -> list[str]:
    """The working languages in which the portal has pages."""
    offered = dict(settings.LANGUAGES)
    return [code for code in working_languages() if code in offered]


def with_files(documents: PublicDocumentQuerySet) -> PublicDocumentQuerySet:
    """The documents with their current files at hand: one query more, whatever their number."""
    current = PublicFile.objects.filter(current=True).order_by("language")
    return documents.prefetch_related(Prefetch("files", current, to_attr="current_files"))


def documents_of_meetings(documents: PublicDocumentQuerySet, symbols: Iterable[str]) -> dict[str, int]:
    """How many documents each of these meetings has."""
    found = documents.filter(meeting_symbol__in=list(symbols)).order_by()
    return dict(found.values_list("meeting_symbol").annotate(n=Count("pk")))


def relations_of(document: PublicDocument, *, at: dt.datetime) -> list[tuple[str, PublicDocument]]:
    """The documents that this one names and those that name it, public ones only: (kind, document).

    A kind read from the other end is told by the ending `_of_this`.
    """
    named = {row["symbol"]: row["kind"] for row in document.relations}
    readable = PublicDocument.objects.readable(at=at)
    naming = readable.annotate(named=Cast("relations", TextField())).filter(
        named__contains=f'"{document.symbol}"'
    )
    found: list[tuple[str, PublicDocument]] = [
        (named[one.symbol], one) for one in readable.filter(symbol__in=list(named))
    ]
    for one in naming:
        found += [
            (f"{row['kind']}_of_this", one) for row in one.relations if row["symbol"] == document.symbol
        ]
    return found


def of_the_same_meeting(document: PublicDocument, *, at: dt.datetime) -> QuerySet[PublicDocument]:
    """The other public documents of this one's meeting, in the order of their symbols."""
    if not document.meeting_symbol:
        return PublicDocument.objects.none()
    same = PublicDocument.objects.readable(at=at).filter(meeting_symbol=document.meeting_symbol)
    return with_files(same.exclude(pk=document.pk).order_by("symbol_order"))


def presiding(*, on: dt.date) -> PublicPresidency | None:
    """The presidency that runs on this day."""
    return PublicPresidency.objects.filter(starts_on__lte=on).order_by("-starts_on").first()


def coming_meetings(*, on: dt.date) -> QuerySet[PublicMeeting]:
    """Meetings that may still take place, soonest first: one known by its month counts until the month is over."""
    running = Q(precision=DatePrecision.MONTH, starts_on__gte=on.replace(day=1))
    running |= Q(precision=DatePrecision.YEAR, starts_on__gte=on.replace(month=1, day=1))
    coming = Q(ends_on__gte=on) | Q(ends_on=None) & (Q(starts_on__gte=on) | running)
    return PublicMeeting.objects.filter(coming).order_by("starts_on", "symbol_order")


def address_of(typed: str, *, at: dt.datetime) -> tuple[str, str] | None:
    """The public record whose symbol was typed, as (name of its address, symbol); None where nothing has it.

    Capitals do not matter, and the process may be called by any of its short names: `CRM/...` is `RCM/...` in Spanish.
    """
    symbol = typed.strip("/ ")
    if not symbol or " " in symbol:
        return None
    first, slash, rest = symbol.partition("/")
    process = Process.objects.first() if slash else None
    if process and first.casefold() in {name.casefold() for name in process.short_names.values()}:
        symbol = f"{process.code}/{rest}"
    readable = PublicDocument.objects.readable(at=at)
    for name, records in (("portal:document", readable), ("portal:meeting", PublicMeeting.objects.all())):
        found = records.filter(symbol__iexact=symbol).values_list("symbol", flat=True).first()
        if found:
            return name, found
    return None


def standing_pages(at: dt.datetime) -> list[SitemapPage]:  # noqa: ARG001 - they stand at every instant
    """The pages that are there whatever was released: for the sitemap."""
    names = ("home", "documents", "meetings", "members", "presidency", "journal")
    return [SitemapPage(paths(f"portal:{name}")) for name in names]


def edited_pages(at: dt.datetime) -> Iterator[SitemapPage]:  # noqa: ARG001 - Wagtail publishes and takes away by itself
    """Every public edited page and piece of news, with its translations: for the sitemap."""
    columns = ("translation_key", "locale__language_code", "url_path", "last_published_at")
    paths_of: dict[Any, Paths] = {}
    changed: dict[Any, dt.datetime] = {}
    for key, code, path, changed_at in (
        cms.Page.objects.live().filter(depth__gte=3).order_by("path").values_list(*columns)
    ):
        paths_of.setdefault(key, {})[code] = path
        if changed_at:
            changed[key] = max(changed_at, changed.get(key, changed_at))
    for key, found in paths_of.items():
        yield SitemapPage(found, changed.get(key))


def news_entries(at: dt.datetime, first: int, last: int) -> tuple[list[FeedEntry], int]:  # noqa: ARG001 - as above
    """Public news as a feed tells them, the newest first, each once with all its languages; and how many there are."""
    from puebla.portal.models import NewsItem

    pieces: dict[Any, list[NewsItem]] = {}
    for item in NewsItem.objects.live().select_related("locale").order_by("-dated_on", "-pk"):
        pieces.setdefault(item.translation_key, []).append(item)
    return [_news_entry(pieces[key]) for key in list(pieces)[first:last]], len(pieces)


def _news_entry(items: list[Any]) -> FeedEntry:
    published = min(one.first_published_at for one in items)
    by_language = {one.locale.language_code: one for one in items}
    return FeedEntry(
        ref=f"news/{items[0].translation_key}",
        titles={code: one.title for code, one in by_language.items()},
        addresses={code: settings.BASE_URL + one.url_path for code, one in by_language.items()},
        published_at=published,
        changed_at=max(one.last_published_at or published for one in items),
        summaries={code: one.lede for code, one in by_language.items()},
        categories=[("news", items[0].kind, dict.fromkeys(by_language, items[0].kind))],
    )


def office(function: str) -> PublicBody | None:
    """The body with this function, such as the presidency, under the process's own name."""
    return PublicBody.objects.filter(function=function).first()


def main_themes(documents: PublicDocumentQuerySet, *, on: dt.date) -> list[tuple[PublicMainTheme, int]]:
    """The themes that the process works on on this day, each with the number of its documents."""
    running = Q(until_on=None) | Q(until_on__gte=on)
    themes = PublicMainTheme.objects.filter(Q(from_on=None) | Q(from_on__lte=on), running)
    counted = PublicTheme.objects.filter(document__in=documents.order_by()).order_by()
    counts = dict(counted.values_list("code").annotate(n=Count("pk")))
    return [(theme, counts.get(theme.code, 0)) for theme in themes]


def leading_document(documents: PublicDocumentQuerySet) -> tuple[PublicDocument | None, PublicKind | None]:
    """The newest document of a kind that leads the first page, with that kind; both None where there is none."""
    kinds = {kind.code: kind for kind in PublicKind.objects.filter(leading=True)}
    found = with_files(documents.filter(kind_code__in=kinds)).first() if kinds else None
    return found, kinds[found.kind_code] if found else None


@dataclass(frozen=True)
class Term:
    """A presidency with its end: each lasts until the next begins."""

    presidency: PublicPresidency
    until_on: dt.date | None
    until_precision: str


def terms() -> list[Term]:
    """All presidencies, the newest first, each until its body's next."""
    found: list[Term] = []
    following: dict[str, PublicPresidency] = {}
    for one in PublicPresidency.objects.all():
        after = following.get(one.body_code)
        found.append(
            Term(one, after.starts_on if after else None, after.precision if after else DatePrecision.DAY)
        )
        following[one.body_code] = one
    return found


def parties_by_standing() -> dict[str, list[PublicParty]]:
    """Parties by their standing, each list sorted as readers of the language expect, what belongs to another after it.

    Under the empty standing: who took part once.
    """
    found: dict[str, list[PublicParty]] = {}
    for party in sorted(PublicParty.objects.all(), key=sort_name):
        found.setdefault(party.standing, []).append(party)
    return {standing: _below_parents(parties) for standing, parties in found.items()}


def named_in_full(standing: str) -> bool:
    """Whether a list of this standing gives full names: states are known by their short ones, organisations by both."""
    return standing == "observer_organisation"


def parties_to_list(standing: str) -> list[PublicParty]:
    """The parties of one standing in the order of the names that a list of them gives."""
    parties = parties_by_standing().get(standing, [])
    if named_in_full(standing):
        parties = sorted(parties, key=lambda party: fold(str(show(party.names)) or party.code))
    return parties


def _below_parents(parties: list[PublicParty]) -> list[PublicParty]:
    codes = {party.code for party in parties}
    below: dict[str, list[PublicParty]] = {}
    for party in parties:
        below.setdefault(party.parent_code if party.parent_code in codes else "", []).append(party)
    ordered: list[PublicParty] = []
    for party in below.get("", []):
        ordered += [party, *below.get(party.code, [])]
    return ordered


def party_codes(codes: Iterable[str]) -> set[str]:
    """Those of these parties that have a page."""
    return set(PublicParty.objects.filter(code__in=set(codes)).values_list("code", flat=True))


def neighbours(meeting: PublicMeeting) -> tuple[PublicMeeting | None, PublicMeeting | None]:
    """The same body's meetings before and after this one."""
    same = PublicMeeting.objects.filter(body_code=meeting.body_code).exclude(pk=meeting.pk)
    # Two on one day (known by the year alone) are told apart by number and symbol, so that none is skipped.
    place = (meeting.starts_on, meeting.number or 0, meeting.symbol)
    before: PublicMeeting | None = None
    for one in same.order_by("starts_on", "number", "symbol_order"):
        if (one.starts_on, one.number or 0, one.symbol) > place:
            return before, one
        before = one
    return before, None


def sort_name(party: PublicParty) -> Any:
    """What parties are sorted by: the short name in the reader's language, accents apart."""
    return fold(str(show(party.short_names)) or party.code)


# Edited pages ------------------------------------------------------------------------------------------------------


class PublicPageQuerySet(PageQuerySet):
    """Edited pages as the public reads them."""

    def readable(self) -> "PublicPageQuerySet":
        """Those that are public now."""
        found: PublicPageQuerySet = self.live()
        return found

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        """Remove these pages and those below; addresses that were public keep answering that they were.

        Wagtail removes every page through here, one by one or many at once.
        """
        from puebla.portal.actions import tell_removed

        with transaction.atomic():
            for page in self:
                tell_removed(page=page)
            return super().delete(*args, **kwargs)


@dataclass(frozen=True)
class Reference:
    """A document as an edited page refers to it: to be read, withdrawn, or not public (yet)."""

    symbol: str
    document: PublicDocument | None = None
    withdrawn: bool = False


def reference_to(symbol: str, *, at: dt.datetime | None = None) -> Reference:
    """The public document of this symbol, or what to say in its place."""
    at = at or timezone.now()
    found = PublicDocument.objects.readable(at=at).filter(symbol=symbol).first()
    if found is None:
        gone = PublicDocument.objects.tombstones(at=at).filter(symbol=symbol).exists()
        return Reference(symbol, withdrawn=gone)
    return Reference(symbol, found)


def page_at(rest: str, language: str) -> cms.Page | None:
    """The public page at this address; else the same page's in another language, which the reader is told.

    Args:
        rest: what follows the language in the address, such as `about/process/`.
    """
    readable = cms.Page.objects.live()
    codes = [language, *(code for code in working_languages() if code != language)]
    paths = [f"/{code}/{rest}" for code in codes]
    found = {page.url_path: page for page in readable.filter(url_path__in=paths)}
    for path in paths:
        if path in found:
            page = found[path]
            translated = page if path == paths[0] else translation_of(page, language)
            return (translated or page).specific
    return None


def translation_of(page: cms.Page, language: str) -> cms.Page | None:
    """The public translation of this page."""
    return (
        cms.Page.objects.live()
        .filter(translation_key=page.translation_key, locale__language_code=language)
        .first()
    )


def pages_below(page: cms.Page, language: str) -> list[cms.Page]:
    """The public pages one step below, each in the reader's language where it is translated."""
    roots = cms.Page.objects.filter(translation_key=page.translation_key).values_list("path", flat=True)
    under = Q(pk=None)
    for path in roots:
        under |= Q(path__startswith=path, depth=page.depth + 1)
    found = cms.Page.objects.live().filter(under).select_related("locale").specific().order_by("path")
    return sorted(one_of_each(found, language), key=lambda one: str(one.path)[-cms.Page.steplen :])


def one_of_each(pages: Iterable[cms.Page], language: str) -> list[cms.Page]:
    """Each page once: in the reader's language, else in the first working language that has it."""
    order = [language, *working_languages()]
    chosen: dict[Any, cms.Page] = {}
    for page in pages:
        code = page.locale.language_code
        present = chosen.get(page.translation_key)
        if present is None or (
            code in order and order.index(code) < order.index(present.locale.language_code)
        ):
            chosen[page.translation_key] = page
    return list(chosen.values())


def navigation(language: str) -> list[dict[str, Any]]:
    """What menu and footer lead to, each once, in one query: `about/`, `news/` where there is news, the footer's pages."""
    newest = cms.Page.objects.live().filter(path__startswith=OuterRef("path"), depth=OuterRef("depth") + 1)
    about, news = Q(depth=3, slug="about"), Q(depth=3, slug="news") & Exists(newest)
    # News may be written in one language only: the list is shown in the other as well.
    public = Q(live=True) & (about | Q(show_in_menus=True, depth__gt=3)) | news
    columns = ("translation_key", "depth", "slug", "title", "url_path", "locale__language_code")
    rows = cms.Page.objects.filter(public).order_by("path").values(*columns)
    chosen: dict[Any, dict[str, Any]] = {}
    for row in rows:
        if row["translation_key"] not in chosen or row["locale__language_code"] == language:
            chosen[row["translation_key"]] = row
    return list(chosen.values())


def was_public(path: str) -> bool:
    """Whether a page stands at this path that is no longer public, but was."""
    return cms.Page.objects.filter(url_path=path, live=False).exclude(first_published_at=None).exists()


def news_items(language: str) -> list[cms.Page]:
    """Public news, the newest first, each in the reader's language where it is translated."""
    from puebla.portal.models import NewsItem

    found = NewsItem.objects.live().select_related("locale").order_by("-dated_on", "-pk")
    return sorted(one_of_each(found, language), key=lambda one: (one.dated_on, one.pk), reverse=True)
