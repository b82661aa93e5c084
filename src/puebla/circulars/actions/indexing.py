"""What search knows of circulars: written in the transaction of each act."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from puebla.circulars.models import Circular
from puebla.core.languages import show
from puebla.core.models import Process
from puebla.core.search.words import ALGORITHMS
from puebla.members.actions.indexing import Part, Prepared, Record, lost_records, prepare_records
from puebla.members.querysets import today

#: The number of this room in the index, for ever.
SOURCE = 3


def index_circular(circular: Circular, *, at: dt.datetime) -> None:
    """Write what search knows of this circular anew."""
    index_circulars([circular.pk], at=at)


def index_circulars(keys: Sequence[int], *, at: dt.datetime) -> int:
    """Write what search knows of these circulars anew; how many entries."""
    return prepare_circulars(keys, at=at).write()


def prepare_circulars(keys: Sequence[int], *, at: dt.datetime) -> Prepared:
    """Read and fold what search is to know of these circulars."""
    working = Process.current().languages
    rows = Circular.objects.filter(pk__in=keys).select_related("body", "meeting", "party").order_by("pk")
    return prepare_records(SOURCE, keys, (_record(one, working) for one in rows), at=at)


def holder_of(circular: int, number: int) -> int:
    """Names the text of a circular in its language of this number."""
    return circular * 16 + number


def _record(one: Circular, working: list[str]) -> Record:
    languages = [code for code in working if one.titles.get(code) or one.texts.get(code)]
    parts = [
        Part(
            language=code, number=working.index(code), title=show(one.titles, code).text, keywords=_keywords(one, code),
            pages=[one.texts.get(code, "")], holder=holder_of(one.pk, working.index(code)),
            stems=[code] if code in ALGORITHMS else [],
        )
        for code in languages
    ]  # fmt: skip
    return Record(
        source=SOURCE, key=one.pk, address=one.address, symbol=one.symbol or "", lies=one,
        day=today(one.sent_at) if one.sent_at else None, revision=one.revision, created_at=one.created_at,
        filters=_filters(one), parts=parts,
    )  # fmt: skip


def _filters(one: Circular) -> dict[str, list[Any]]:
    return {
        "body": [one.body.code] if one.body else [],
        "meeting": [one.meeting.symbol] if one.meeting and not one.meeting.draft else [],
        "party": [one.party.code],
        "year": [one.year] if one.year else [],
    }


def _keywords(one: Circular, language: str) -> str:
    from django.utils import translation

    with translation.override(language):
        words = [str(one.get_kind_display()), str(Circular._meta.verbose_name)]
    names = [one.body.names, one.body.short_names] if one.body else []
    names += [one.meeting.titles] if one.meeting and not one.meeting.draft else []
    return " ".join([*words, *(show(texts, language).text for texts in names)])


def behind() -> list[int]:
    """Circulars of which search knows nothing, or an older state, the newest first."""
    missing = Circular.objects.behind_in_search().values_list("pk", flat=True)
    return sorted({*missing, *lost_records(SOURCE)}, reverse=True)


def every() -> list[int]:
    """All circulars."""
    return list(Circular.objects.order_by("pk").values_list("pk", flat=True))
