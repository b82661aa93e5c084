"""What the doors for machines ask of the public copies."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Count, Max, Model, Prefetch, QuerySet
from django.utils import timezone

from puebla.core.channels import Enclosure, FeedEntry, SitemapPage
from puebla.core.languages import Texts, show
from puebla.core.models import Process
from puebla.core.wording import unmarked
from puebla.publications.models import (
    PublicBody,
    PublicDecision,
    PublicDocument,
    PublicFile,
    PublicKind,
    PublicMainTheme,
    PublicMark,
    PublicMeeting,
    PublicParagraph,
    PublicParty,
    PublicProgramme,
    PublicTheme,
)
from puebla.publications.querysets import PublicDocumentQuerySet
from puebla.publications.querysets.addressing import codes_meaning
from puebla.publications.views import addresses, file_address, paths

#: topic of a feed or a set → how the documents are narrowed
TOPICS = ("kind", "body", "theme", "party")
#: The process's own public list of each.
LISTS: dict[str, type[Model]] = {
    "kind": PublicKind, "body": PublicBody, "theme": PublicMainTheme, "party": PublicParty,
}  # fmt: skip


@dataclass(frozen=True)
class Topic:
    """Something that documents are about or of, known to the public by at least one record."""

    name: str
    code: str
    names: Texts


def languages() -> list[str]:
    """The languages that the doors speak: those of the process in its own order, as far as the software speaks them."""
    spoken = [code for code, _name in settings.LANGUAGES]
    wanted = Process.objects.values_list("languages", flat=True).first() or spoken
    return [code for code in wanted if code in spoken] or spoken


def complete(documents: PublicDocumentQuerySet) -> PublicDocumentQuerySet:
    """The documents with their files and themes at hand: two queries more, whatever their number."""
    files = PublicFile.objects.order_by("language", "-number")
    themes = PublicTheme.objects.order_by("code")
    return documents.prefetch_related(Prefetch("files", files), Prefetch("themes", themes))


def with_open_relations(documents: Iterable[PublicDocument], *, at: dt.datetime) -> list[PublicDocument]:
    """The documents, their relations narrowed to what the public reads now; one query more, whatever their number."""
    listed = list(documents)
    named = {relation["symbol"] for one in listed for relation in one.relations}
    readable = PublicDocument.objects.readable(at=at).filter(symbol__in=named)
    shown = set(readable.values_list("symbol", flat=True)) if named else set()
    for one in listed:
        one.relations = [relation for relation in one.relations if relation["symbol"] in shown]
    return listed


def newest_change(*, at: dt.datetime) -> dt.datetime | None:
    """When the public documents changed last; it never goes back, whatever is taken out of a list."""
    found: dt.datetime | None = PublicDocument.objects.known(at=at).aggregate(last=Max("changed_at"))["last"]
    return found


# Topics ------------------------------------------------------------------------------------------------------------


def topics(name: str, *, at: dt.datetime) -> list[Topic]:
    """All kinds, bodies, themes or parties that the public knows of, in the process's own order.

    Read from public lists and records alone: a body whose papers are sealed is as unknown here as one that never was. A
    code that is in no list any more keeps the names of its newest record.
    """
    model = LISTS[name]
    order = ("rank", "code") if any(field.name == "rank" for field in model._meta.fields) else ("code",)
    listed: dict[str, Texts] = dict(model._default_manager.order_by(*order).values_list("code", "names"))
    found: dict[str, Texts] = {}
    for code, names in [*_named_by_meetings(name), *_named_by_documents(name, at)]:
        if code and (names or code not in found):
            found[code] = names
    others = sorted(set(found) - set(listed))
    return [Topic(name, code, (listed.get(code) or found[code])) for code in [*listed, *others]]


def topic(name: str, code: str, *, at: dt.datetime) -> Topic | None:
    """One of them; None for what the public does not know."""
    return next((one for one in topics(name, at=at) if one.code == code), None)


def counts_of(name: str, *, at: dt.datetime) -> dict[str, int]:
    """How many readable documents each kind, body, theme or party has."""
    column = "themes__code" if name == "theme" else f"{name}_code"
    found = PublicDocument.objects.readable(at=at).order_by()
    return dict(found.values_list(column).annotate(n=Count("pk")))


def _named_by_documents(name: str, at: dt.datetime) -> Iterator[tuple[str, Texts]]:
    """Codes with the names that they had, each pair once, the newest last."""
    known = PublicDocument.objects.known(at=at).order_by()
    if name == "theme":
        themes = PublicTheme.objects.filter(document__in=known).order_by()
        rows: Any = themes.values_list("code", "names").annotate(last=Max("document__changed_at"))
    else:
        rows = known.values_list(f"{name}_code", f"{name}_names").annotate(last=Max("changed_at"))
    yield from ((code, names) for code, names, _last in rows.order_by("last"))


def _named_by_meetings(name: str) -> Iterator[tuple[str, Texts]]:
    if name == "body":
        yield from PublicMeeting.objects.order_by("starts_on").values_list("body_code", "body_names")


# Entries -----------------------------------------------------------------------------------------------------------


def entry_of(document: PublicDocument) -> FeedEntry:
    """A document as a feed tells it; a withdrawn one as what it was and why it is gone."""
    if document.withdrawn_at is not None:
        return FeedEntry(
            ref=f"documents/{document.symbol}",
            titles={},
            addresses=addresses("portal:document", document.symbol),
            published_at=document.public_from,
            changed_at=document.changed_at,
            summaries=document.withdrawn_reason,
            deleted_at=document.withdrawn_at,
        )
    return FeedEntry(
        ref=f"documents/{document.symbol}",
        titles=document.titles,
        addresses=addresses("portal:document", document.symbol),
        published_at=document.public_from,
        changed_at=document.changed_at,
        summaries=_summaries(document),
        enclosures=[
            Enclosure(file_address(document, file), file.media_type, file.size, file.language)
            for file in document.files.all()
            if file.current
        ],
        categories=[
            ("kind", document.kind_code, document.kind_names),
            *([("body", document.body_code, document.body_names)] if document.body_code else []),
            *(("theme", theme.code, theme.names) for theme in document.themes.all()),
        ],
    )


def _summaries(document: PublicDocument) -> Texts:
    """In each language, what the paper is: its kind, who it is of, its date, its symbol."""
    found = {}
    for code, _name in settings.LANGUAGES:
        parts = [
            *(
                str(show(texts, code))
                for texts in (document.kind_names, document.body_names, document.meeting_titles)
            ),
            document.written_date,
            document.symbol,
        ]
        found[code] = " · ".join(filter(None, parts))
    return found


# Decisions ---------------------------------------------------------------------------------------------------------

#: Filters of decisions → the columns of a paragraph that they ask.
OF_DECISIONS = {
    "body": "decision__body_code",
    "kind": "decision__kind",
    "verb": "verb_code",
    "status": "status",
}


def paragraphs_matching(asked: dict[str, str], *, at: dt.datetime) -> QuerySet[PublicParagraph]:
    """Public paragraphs that match every filter; withdrawn ones keep none of what they did, and match by body and kind."""
    found = PublicParagraph.objects.order_by()
    for name, value in asked.items():
        if name in ("theme", "addressee"):
            codes = codes_meaning(value, on=timezone.localtime(at).date()) if name == "addressee" else {value}
            marked = PublicMark.objects.filter(name=name, code__in=codes).order_by()
            found = found.filter(pk__in=marked.values("paragraph"))
        elif name == "year":
            found = (
                found.filter(decision__year=int(value))
                if value.isdecimal() and len(value) == 4
                else found.none()
            )
        else:
            found = found.filter(**{OF_DECISIONS[name]: value})
    return found


def decided(asked: dict[str, str], first: int, last: int, *, at: dt.datetime) -> tuple[list[FeedEntry], int]:
    """Decisions as a feed tells them; asked by what paragraphs do, each paragraph is an entry. And how many there are."""
    paragraphs = paragraphs_matching(asked, at=at)
    if set(asked) & {"theme", "addressee", "verb", "status"}:
        ordered = paragraphs.select_related("decision").order_by(
            "-decision__changed_at", "-decision_id", "position"
        )
        return [decided_entry(one.decision, one) for one in ordered[first:last]], ordered.count()
    decisions = (
        PublicDecision.objects.filter(pk__in=paragraphs.values("decision"))
        if asked
        else PublicDecision.objects.all()
    )
    rows = decisions.order_by("-changed_at", "-pk")
    return [decided_entry(one) for one in rows[first:last]], rows.count()


def decided_entry(decision: PublicDecision, one: PublicParagraph | None = None) -> FeedEntry:
    """A decision, or a paragraph of it, as a feed tells it; withdrawn, that it is gone and why."""
    place = f"#{one.anchor}" if one is not None else ""
    pages = {code: f"{page}{place}" for code, page in addresses("portal:decision", decision.symbol).items()}
    ref = f"decisions/{decision.symbol}" + (f"/{one.anchor}" if one is not None else "")
    if decision.withdrawn_at is not None:
        return FeedEntry(
            ref=ref, titles={}, addresses=pages, published_at=decision.public_from, changed_at=decision.changed_at,
            summaries=decision.withdrawn_reason, deleted_at=decision.withdrawn_at,
        )  # fmt: skip
    titles = (
        {code: f"{decision.symbol}{place}: {title}" for code, title in decision.titles.items()}
        if place
        else decision.titles
    )
    words = {code: unmarked(said) for code, said in one.words.items()} if one is not None else {}
    summary = f"{decision.symbol} · {decision.written_date}"
    return FeedEntry(
        ref=ref, titles=titles, addresses=pages, published_at=decision.public_from, changed_at=decision.changed_at,
        summaries=words or {code: f"{summary} · {show(decision.body_names, code)}" for code in decision.titles},
        categories=[
            ("body", decision.body_code, decision.body_names),
            *(("theme", each["code"], each["names"]) for each in (one.themes if one is not None else [])),
        ],
    )  # fmt: skip


# Pages of the sitemap ----------------------------------------------------------------------------------------------


def document_pages(at: dt.datetime) -> Iterator[SitemapPage]:
    """The page of every readable document."""
    rows = PublicDocument.objects.readable(at=at).order_by("symbol_order").values_list("symbol", "changed_at")
    for symbol, changed_at in rows.iterator(chunk_size=2000):
        yield SitemapPage(paths("portal:document", symbol), changed_at)


def meeting_pages(at: dt.datetime) -> Iterator[SitemapPage]:  # noqa: ARG001 - meetings know no embargo
    """The page of every meeting."""
    changed = dict(PublicProgramme.objects.order_by().values_list("symbol", "changed_at"))
    for symbol in PublicMeeting.objects.order_by("symbol_order").values_list("symbol", flat=True):
        yield SitemapPage(paths("portal:meeting", symbol), changed.get(symbol))


def party_pages(at: dt.datetime) -> Iterator[SitemapPage]:  # noqa: ARG001 - parties know no embargo
    """The page of everybody who takes part, or once did."""
    for code in PublicParty.objects.order_by("code").values_list("code", flat=True):
        yield SitemapPage(paths("portal:party", code))
