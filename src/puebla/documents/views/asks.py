"""What is asked of the party that gives a document: the paper itself, or a language of it, by a day."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from puebla.core.asks import Ask, Due, Question
from puebla.core.calendars import other_language
from puebla.core.languages import show
from puebla.core.prepared import Prepared
from puebla.documents.models import Document, LanguageEdition, State
from puebla.members.querysets.prepared import PreparedForReader

_COLUMNS = (
    "pk", "ref", "symbol", "titles", "state", "party_id", "expected_on", "created_at", "changed_at", "body__code",
    "meeting__symbol", "room__sealed",
)  # fmt: skip


def asks(question: Question) -> Iterator[Ask]:
    """Papers and languages of papers that these parties owe, or handed in since; three questions."""
    parties = sorted(question.parties)
    owed = _owed.rows(question.person, question.reach, parties)
    for row in owed:
        if row["state"] == State.AWAITED:
            yield _paper(row)
    for row in _given.rows(question.person, question.reach, parties, question.since):
        yield _paper(row)
    by_key = {row["pk"]: row for row in owed}
    for document, language, on in _lacking.rows(sorted(by_key)):
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


def _that_are_owed(person: Any, reach: Any, parties: Any) -> QuerySet[Any, Any]:
    seen = Document.objects.visible_to(person, reach=reach).filter(party__in=parties)
    return seen.awaited().order_by("expected_on", "pk").values(*_COLUMNS)


def _that_lack(documents: Any) -> QuerySet[Any, Any]:
    expected = LanguageEdition.objects.filter(
        document__in=documents, expected_on__isnull=False, versions=None
    )
    return expected.order_by("pk").values_list("document_id", "language", "expected_on")


def _that_were_given(person: Any, reach: Any, parties: Any, since: dt.datetime) -> QuerySet[Any, Any]:
    seen = Document.objects.visible_to(person, reach=reach).filter(
        party__in=parties, expected_on__isnull=False, changed_at__gte=since
    )
    given = seen.exclude(state__in=[State.AWAITED, State.WITHDRAWN])
    return given.order_by("expected_on", "pk").values(*_COLUMNS)


_owed, _given = (
    PreparedForReader(_that_are_owed, make=dict, kept=500),
    PreparedForReader(_that_were_given, make=dict, kept=500),
)
_lacking = Prepared(_that_lack)
