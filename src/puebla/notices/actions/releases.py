"""The public's daily digest of what was released: from the public copies alone, an embargo tested in the query."""

import datetime as dt
from collections.abc import Callable

from django.db import transaction
from django.db.models import Prefetch, Q
from django.urls import reverse
from django.utils import formats, translation
from django.utils.translation import gettext as _

from puebla.core.models import OutgoingMail
from puebla.core.news import Line
from puebla.core.operations import one_by_one
from puebla.notices.actions import topics as offered
from puebla.notices.actions.hours import day_of, digest_is_due, local
from puebla.notices.actions.messages import (
    MOST_LISTED,
    Entry,
    Message,
    absolute,
    files_in_words,
    message_id_of,
    post_message,
    process_name,
    sign,
)
from puebla.notices.models import Subscription, ToldRelease
from puebla.publications.models import PublicDocument, PublicFile
from puebla.publications.querysets import PublicDocumentQuerySet

#: A release that no digest told of for so long, because nothing ran, is not news any more.
NEWS_FOR = dt.timedelta(days=30)


def send_releases(at: dt.datetime) -> int:
    """From the hour of digests on, write today's to every subscription to which it was not written; how many were."""
    if not digest_is_due(at):
        return 0
    day = day_of(at)
    due = Subscription.objects.filter(Q(digested_on=None) | Q(digested_on__lt=day))
    keys = list(due.values_list("pk", flat=True))
    if not keys:
        return 0
    released = _released(at)
    search = offered.searching(released, at)
    return one_by_one(keys, lambda key: _send(key, day, released, search, at))


def _released(at: dt.datetime) -> list[PublicDocument]:
    """What the public may read now and could not, or not in this shape, a while ago."""
    readable = PublicDocument.objects.readable(at=at)
    return _whole(readable.filter(Q(public_from__gt=at - NEWS_FOR) | Q(released_at__gt=at - NEWS_FOR)))


def _whole(found: PublicDocumentQuerySet) -> list[PublicDocument]:
    current = PublicFile.objects.filter(current=True).order_by("language")
    return list(
        found.order_by("public_from", "symbol_order").prefetch_related(
            "themes", Prefetch("files", current, to_attr="current_files")
        )
    )


def _since(document: PublicDocument) -> dt.datetime:
    return max(document.public_from, document.released_at)


def _event(document: PublicDocument) -> str:
    return f"{document.symbol}@{_since(document).astimezone(dt.UTC):%Y%m%dT%H%M%S.%f}"


def _symbol(event: str) -> str:
    return event.partition("@")[0]


@transaction.atomic
def _send(
    key: int, day: dt.date, released: list[PublicDocument], search: Callable[[str], set[int]], at: dt.datetime
) -> bool:
    row = Subscription.objects.select_for_update().filter(pk=key).first()
    if row is None or (row.digested_on is not None and row.digested_on >= day):
        return False
    row.digested_on = day
    row.save(update_fields=["digested_on"])
    topics = {(one.topic, one.value): one.created_at for one in row.topics.all()}
    told = set(row.told.values_list("event", flat=True))
    known = {_symbol(event) for event in told}
    news = [
        document
        for document in released
        if _event(document) not in told and _concerns(document, topics, search)
    ]
    if not news:
        return False
    ToldRelease.objects.bulk_create(
        ToldRelease(subscription=row, event=_event(document), told_at=at) for document in news
    )
    with translation.override(row.language):
        post_message(
            row.email,
            _message(row, news, known, at),
            at=at,
            message_id=message_id_of("subscription", row.ref, f"{day:%Y%m%d}"),
            about=f"subscription:{row.ref}",
        )
    return True


def releases_now(ref: str, mail: OutgoingMail, at: dt.datetime) -> dict[str, str] | None:
    """What a digest that waited tells now: of what was withdrawn meanwhile nothing; None where nothing is left."""
    row = Subscription.objects.filter(ref=ref).first()
    if row is None:
        return None
    told = row.told.filter(told_at=mail.created_at).values_list("event", flat=True)
    before = row.told.filter(told_at__lt=mail.created_at).values_list("event", flat=True)
    readable = PublicDocument.objects.readable(at=at)
    news = _whole(readable.filter(symbol__in=[_symbol(event) for event in told]))
    if not news:
        return None
    with translation.override(mail.language):
        return _message(row, news, {_symbol(event) for event in before}, mail.created_at).words()


def _concerns(
    document: PublicDocument,
    topics: dict[tuple[str, str], dt.datetime],
    search: Callable[[str], set[int]],
) -> bool:
    """Whether it falls under something that was subscribed to before it was released."""
    since = _since(document)
    found = offered.topics_of(document) & topics.keys()
    searches = (one for one in topics if one[0] == "search" and document.pk in search(one[1]))
    return any(topics[one] <= since for one in (*found, *searches))


def _entry(document: PublicDocument, *, again: bool) -> Entry:
    said = _("Released again") if again else _("Released")
    line = Line(
        subject=document.symbol,
        symbol=document.symbol,
        titles=document.titles,
        kind=document.kind_names,
        address=reverse("portal:document", args=[document.symbol]),
        sizes={one.language: one.size for one in getattr(document, "current_files", [])},
    )
    return Entry(line, [said, *files_in_words(line.sizes)], [])


def _message(row: Subscription, news: list[PublicDocument], known: set[str], at: dt.datetime) -> Message:
    """What the digest of these releases says, in the language now active.

    Args:
        known: the symbols told of before. at: when it is or was written.
    """
    entries = [_entry(document, again=document.symbol in known) for document in news]
    context = {
        "entries": entries[:MOST_LISTED],
        "more": max(0, len(entries) - MOST_LISTED),
        "manage": absolute("subscriptions:manage", sign("subscription", row.ref)),
        "stop": absolute("subscriptions:stop", sign("subscription", row.ref)),
    }
    subject = _("%(process)s: released, %(day)s") % {
        "process": process_name(),
        "day": formats.date_format(local(at), "DATE_FORMAT"),
    }
    return Message(subject, "releases", context)
