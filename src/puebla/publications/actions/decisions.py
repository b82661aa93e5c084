"""Writing and withdrawing public editions of decisions. Callers hold a transaction and write the journal."""

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction

from puebla.core.languages import Texts
from puebla.publications.actions import turn_epoch
from puebla.publications.actions.indexing import index_decisions
from puebla.publications.models import PublicDecision, PublicLink, PublicMark, PublicParagraph

#: symbol, anchor, kind, symbol of the other, anchor of the other
Link = tuple[str, str, str, str, str]


def digest_of(
    facts: Mapping[str, Any], paragraphs: Sequence[Mapping[str, Any]], links: Iterable[Link]
) -> str:
    """What would stand on the public site, in one short text: the same only where nothing would change."""
    whole = [dict(facts), [dict(one) for one in paragraphs], sorted(links)]
    return hashlib.sha256(json.dumps(whole, sort_keys=True, default=str).encode()).hexdigest()


@transaction.atomic
def publish_decision(
    *, symbol: str, facts: Mapping[str, Any], paragraphs: Sequence[Mapping[str, Any]], links: Sequence[Link],
    joined: Sequence[Link] = (), at: dt.datetime,
) -> PublicDecision:  # fmt: skip
    """Write the public edition of a decision, whole, in place of the one before; its address and anchors stay.

    Args:
        facts: columns of `PublicDecision`. paragraphs: columns of `PublicParagraph`, in order.
        links: what its paragraphs say of public ones. joined: what other public paragraphs say of these.
    """
    before = PublicDecision.objects.select_for_update().filter(symbol=symbol).first()
    standing = before is not None and before.withdrawn_at is None
    values = dict(facts) | {
        "digest": digest_of(facts, paragraphs, links), "released_at": at, "withdrawn_at": None, "withdrawn_reason": {},
        "public_from": before.public_from if before is not None and standing else at,
    }  # fmt: skip
    edition, _made = PublicDecision.objects.update_or_create(symbol=symbol, defaults=values)
    edition.paragraphs.all().delete()
    rows = PublicParagraph.objects.bulk_create(
        PublicParagraph(decision=edition, position=place, **one)
        for place, one in enumerate(paragraphs, start=1)
    )
    PublicMark.objects.bulk_create(
        PublicMark(paragraph=row, name=name, code=code) for row in rows for name, code in _marks(row)
    )
    PublicLink.objects.filter(symbol=symbol).delete()
    PublicLink.objects.bulk_create(
        (
            PublicLink(symbol=a, anchor=b, kind=c, to_symbol=d, to_anchor=e)
            for a, b, c, d, e in [*links, *joined]
        ),
        ignore_conflicts=True,
    )
    index_decisions([edition.pk], at=at)
    turn_epoch(at=at)
    return edition


def tell_origin(*, symbol: str, origin: str, digest: str) -> None:
    """Tell in a public edition that what it came from, or cites, became public after it, or is public no more."""
    PublicDecision.objects.readable().filter(symbol=symbol).update(origin=origin, digest=digest)


def _marks(row: PublicParagraph) -> set[tuple[str, str]]:
    themes = {("theme", one["code"]) for one in row.themes}
    return themes | {("addressee", one["code"]) for one in row.addressees}


@transaction.atomic
def withdraw_decision(*, symbol: str, reason: Texts, at: dt.datetime) -> None:
    """Take a public edition away: its words at once; the address tells that it was withdrawn, and why.

    The row itself is emptied, not only hidden. Anchors stay with their bare codes: who follows a theme is told there.
    """
    edition = PublicDecision.objects.select_for_update().get(symbol=symbol)
    emptied: dict[str, Any] = {
        "titles": {}, "joint_with": {}, "meeting_titles": {}, "origin": "", "languages": [], "sha256": "", "digest": "",
    }  # fmt: skip
    edition.withdrawn_at, edition.withdrawn_reason = at, reason
    for name, nothing in emptied.items():
        setattr(edition, name, nothing)
    edition.save(update_fields=["withdrawn_at", "withdrawn_reason", *emptied])
    edition.paragraphs.update(
        words={},
        verb_code="",
        verb_names={},
        due_on=None,
        status="",
        status_on=None,
        addressees=[],
        themes=[],
    )
    PublicLink.objects.filter(symbol=symbol).delete()
    PublicLink.objects.filter(to_symbol=symbol).delete()
    PublicDecision.objects.filter(origin=symbol).update(origin="")
    index_decisions([edition.pk], at=at)
    turn_epoch(at=at)
