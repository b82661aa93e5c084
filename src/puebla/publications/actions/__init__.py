"""Writing and withdrawing public copies. Callers hold a transaction and write the journal."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.core.files.storage import storages
from django.db import transaction
from django.db.models import F, Min, Model, Value
from django.db.models.functions import Greatest

from puebla.core.files.store import remove
from puebla.core.languages import Texts
from puebla.core.models import PublishedHead
from puebla.core.words import fold, order_of
from puebla.publications.actions.indexing import index_documents
from puebla.publications.models import (
    Epoch,
    PublicBody,
    PublicDocument,
    PublicFile,
    PublicHead,
    PublicKind,
    PublicMainTheme,
    PublicMeeting,
    PublicPage,
    PublicParty,
    PublicPresidency,
    PublicStanding,
    PublicTheme,
)


def turn_epoch(*, at: dt.datetime) -> None:
    """Say that something public changed, so that no cached page is shown again.

    An epoch is never behind the clock: a restore brings an old number back, and the pages that a running process or a
    shared cache kept under the numbers that came after it must not stand for what is published now.
    """
    coming = PublicDocument.objects.filter(withdrawn_at=None, public_from__gt=at).aggregate(
        Min("public_from")
    )
    Epoch.objects.get_or_create(pk=1)
    Epoch.objects.filter(pk=1).update(
        number=Greatest(F("number") + 1, Value(int(at.timestamp()))),
        next_change_at=coming["public_from__min"],
    )


@transaction.atomic
def publish_document(
    *,
    symbol: str,
    facts: dict[str, Any],
    themes: Iterable[tuple[str, Texts]],
    files: Iterable[dict[str, Any]],
    at: dt.datetime,
) -> PublicDocument:
    """Write the public edition of a document, whole, in place of the one before; files keep their addresses.

    Args:
        facts: the columns of `PublicDocument`.
        files: each the columns of `PublicFile` and `texts`, a list of page texts. Bytes lie in the public store already.
    """
    words = fold(" ".join([symbol, *facts["titles"].values()]))
    edition, _made = PublicDocument.objects.update_or_create(
        symbol=symbol, defaults=facts | {"words": words, "withdrawn_at": None, "withdrawn_reason": {}}
    )
    edition.themes.all().delete()
    PublicTheme.objects.bulk_create(
        PublicTheme(document=edition, code=code, names=names) for code, names in themes
    )
    edition.files.update(current=False)
    for columns in files:
        texts = columns.pop("texts")
        public, made = PublicFile.objects.update_or_create(
            document=edition, language=columns.pop("language"), number=columns.pop("number"), defaults=columns
        )
        if not made:
            public.pages.all().delete()
        PublicPage.objects.bulk_create(
            PublicPage(file=public, number=number, text=text) for number, text in enumerate(texts, start=1)
        )
    index_documents([edition.pk], at=at)
    turn_epoch(at=at)
    return edition


@transaction.atomic
def withdraw_document(*, symbol: str, reason: Texts, at: dt.datetime) -> None:
    """Take a public edition away: its files at once, its record replaced by a tombstone with the reason."""
    edition = PublicDocument.objects.select_for_update().get(symbol=symbol)
    keys = list(edition.files.values_list("key", flat=True))
    edition.files.all().delete()
    # The bare codes of themes, party and meeting stay with those of kind and body: whoever follows or harvests one of
    # them is told there.
    edition.themes.update(names={})
    # The row itself is emptied, not only hidden: whoever reads these tables finds nothing of the paper.
    emptied: dict[str, Any] = {"titles": {}, "words": "", "relations": [], "pending": [], "party_names": {},
                               "meeting_titles": {}, "original_language": ""}  # fmt: skip
    edition.withdrawn_at, edition.withdrawn_reason = at, reason
    for name, nothing in emptied.items():
        setattr(edition, name, nothing)
    edition.save(update_fields=["withdrawn_at", "withdrawn_reason", *emptied])
    index_documents([edition.pk], at=at)
    turn_epoch(at=at)
    store = storages["public"]
    transaction.on_commit(lambda: remove(keys, storage=store))


@transaction.atomic
def relate_document(*, symbol: str, kind: str, target: str, at: dt.datetime) -> None:
    """Tell in a public edition that it goes with another paper, which became public after it."""
    edition = PublicDocument.objects.select_for_update().filter(symbol=symbol, withdrawn_at=None).first()
    relation = {"kind": kind, "symbol": target}
    if edition is None or relation in edition.relations:
        return
    edition.relations = sorted([*edition.relations, relation], key=_in_order)
    edition.save(update_fields=["relations"])
    turn_epoch(at=at)


def _in_order(relation: dict[str, str]) -> tuple[str, str]:
    return relation["kind"], order_of(relation["symbol"])


@transaction.atomic
def hold_back(*, symbol: str, until: dt.datetime, at: dt.datetime) -> None:
    """Put off a release whose hour has not come yet; what the public reads already stays."""
    waiting = PublicDocument.objects.filter(symbol=symbol, withdrawn_at=None, public_from__gt=at)
    if waiting.filter(public_from__lt=until).update(public_from=until):
        index_documents(
            list(PublicDocument.objects.filter(symbol=symbol).values_list("pk", flat=True)), at=at
        )
        turn_epoch(at=at)


def publish_parties(rows: list[dict[str, Any]], *, at: dt.datetime) -> None:
    """Replace the public list of parties."""
    _replace(PublicParty, rows, at=at)


def publish_standings(rows: list[dict[str, Any]], *, at: dt.datetime) -> None:
    """Replace the public list of how parties took part through the years."""
    _replace(PublicStanding, rows, at=at)


def publish_bodies(rows: list[dict[str, Any]], *, at: dt.datetime) -> None:
    """Replace the public list of bodies."""
    _replace(PublicBody, rows, at=at)


def publish_presidencies(rows: list[dict[str, Any]], *, at: dt.datetime) -> None:
    """Replace the public list of presidencies."""
    _replace(PublicPresidency, rows, at=at)


def publish_meetings(rows: list[dict[str, Any]], *, at: dt.datetime) -> None:
    """Replace the public list of meetings; each remembers when it last changed, for whoever keeps it in a calendar."""
    before = {one.symbol: one for one in PublicMeeting.objects.all()}
    _replace(PublicMeeting, [row | _changes(before.get(row["symbol"]), row, at) for row in rows], at=at)


def _changes(before: PublicMeeting | None, row: dict[str, Any], at: dt.datetime) -> dict[str, Any]:
    """When a meeting last changed and how often it has, given how it stood."""
    if before is None:
        return {"changed_at": at, "sequence": 0}
    same = all(getattr(before, name) == value for name, value in row.items())
    return {"changed_at": before.changed_at if same else at, "sequence": before.sequence + (not same)}


def publish_themes(rows: list[dict[str, Any]], *, at: dt.datetime) -> None:
    """Replace the public list of themes."""
    _replace(PublicMainTheme, rows, at=at)


def publish_kinds(rows: list[dict[str, Any]], *, at: dt.datetime) -> None:
    """Replace the public list of kinds."""
    _replace(PublicKind, rows, at=at)


@transaction.atomic
def _replace(model: type[Model], rows: list[dict[str, Any]], *, at: dt.datetime) -> None:
    model._default_manager.all().delete()
    model._default_manager.bulk_create(model(**row) for row in rows)
    turn_epoch(at=at)


@transaction.atomic
def publish_heads(*, at: dt.datetime) -> int:
    """Show the world the journal's heads that were set down since; how many."""
    shown = PublicHead.objects.values("on")
    new = [
        PublicHead(on=one.on, sequence=one.sequence, digest=one.digest)
        for one in PublishedHead.objects.exclude(on__in=shown)
    ]
    PublicHead.objects.bulk_create(new, ignore_conflicts=True)
    if new:
        turn_epoch(at=at)
    return len(new)


@transaction.atomic
def fill_pages(*, symbol: str, language: str, number: int, texts: list[str], at: dt.datetime) -> None:
    """Give a released file its page texts when they were read only after the release."""
    public = PublicFile.objects.filter(document__symbol=symbol, language=language, number=number).first()
    if public is None:
        return
    public.pages.all().delete()
    PublicPage.objects.bulk_create(
        PublicPage(file=public, number=n, text=text) for n, text in enumerate(texts, start=1)
    )
    public.page_count = len(texts) or public.page_count
    public.save(update_fields=["page_count"])
    index_documents([public.document_id], at=at)
    turn_epoch(at=at)
