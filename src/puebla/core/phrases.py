"""Journal entries as sentences for readers."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from puebla.core.models import JournalEntry, JournalPayload
from puebla.core.registry import journal_phrases


@dataclass(frozen=True)
class Sentence:
    """An act as a reader meets it."""

    at: dt.datetime
    who: str
    what: str
    facts: dict[str, object]


def sentences(entries: Iterable[JournalEntry]) -> list[Sentence]:
    """The entries as sentences, in the order given; two queries whatever their number."""
    from django.contrib.auth import get_user_model

    rows = list(entries)
    payloads = {
        p.sequence: p.facts for p in JournalPayload.objects.filter(sequence__in=[e.sequence for e in rows])
    }
    names = dict(
        get_user_model().objects.filter(ref__in={e.person_ref for e in rows}).values_list("ref", "full_name")
    )
    found = []
    for entry in rows:
        facts = payloads.get(entry.sequence, {})
        phrase = journal_phrases.named(entry.act)
        what = phrase(facts) if phrase is not None else entry.act
        found.append(Sentence(entry.at, names.get(entry.person_ref, ""), what, facts))
    return found
