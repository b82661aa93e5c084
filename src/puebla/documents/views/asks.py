"""What is asked of the party that gives a document: the paper itself, or a language of it, by a day."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.urls import reverse

from puebla.core.asks import Ask, Due, Question
from puebla.core.calendars import other_language
from puebla.core.languages import show
from puebla.documents.models import Document, LanguageEdition, State

_COLUMNS = (
    "pk", "ref", "symbol", "titles", "state", "party_id", "expected_on", "created_at", "changed_at", "body__code",
    "meeting__symbol", "room__sealed",
)  # fmt: skip


def asks(question: Question) -> Iterator[Ask]:
    """Papers and languages of papers that these parties owe, or handed in since; three questions."""
    seen = Document.objects.visible_to(question.person, reach=question.reach).filter(
        party__in=sorted(question.parties)
    )
    owed = list(seen.awaited().order_by("expected_on", "pk").values(*_COLUMNS))
    given = seen.filter(expected_on__isnull=False, changed_at__gte=question.since).exclude(
        state__in=[State.AWAITED, State.WITHDRAWN]
    )
    for row in owed:
        if row["state"] == State.AWAITED:
            yield _paper(row)
    for row in given.order_by("expected_on", "pk").values(*_COLUMNS):
        yield _paper(row)
    by_key = {row["pk"]: row for row in owed}
    languages = LanguageEdition.objects.filter(
        document__in=list(by_key), expected_on__isnull=False, versions=None
    )
    for document, language, on in languages.order_by("pk").values_list(
        "document_id", "language", "expected_on"
    ):
        row = by_key[document]
        yield _of(row, ref=f"{row['ref']}.{language}", kind="language", expected_on=on, language=language)


def _paper(row: dict[str, Any]) -> Ask:
    given = row["state"] != State.AWAITED
    return _of(row, ref=row["ref"], kind="paper", expected_on=row["expected_on"], done=given)


def _of(
    row: dict[str, Any], *, ref: str, kind: str, expected_on: dt.date | None, language: str = "", done: bool = False
) -> Ask:  # fmt: skip
    address = row["symbol"] or row["ref"]
    return Ask(
        source="documents", ref=ref, party=row["party_id"], kind=kind, title=show(row["titles"]).text or address,
        language=other_language(row["titles"]), cites=f"{row['symbol'] or ''} {language}".strip(),
        address=reverse("documents:record", args=[address]), answer="" if done else reverse("documents:upload", args=[address]),
        asked_at=row["created_at"], due=Due(on=expected_on) if expected_on else None, done=done,
        answered_at=row["changed_at"] if done else None, body=row["body__code"] or "", meeting=row["meeting__symbol"] or "",
        sealed=row["room__sealed"],
    )  # fmt: skip
