"""Entries that were found, as lines: the page that answers best and the words there, the same on both sites."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from puebla.core.search.asking import Question
from puebla.core.search.snippets import Looking, Spot, cut
from puebla.core.search.sources import Answer, Hit

#: (source, record) → its line; (source, holder, page) → text of that page.
Hits = Mapping[tuple[int, int], Hit]
Wanted = Sequence[tuple[int, int, int]]
Texts = Mapping[tuple[int, int, int], str]


def answers(
    question: Question,
    entries: Sequence[Any],
    *,
    hits: Hits,
    words: Mapping[int, str],
    texts: Callable[[Wanted], Texts],
    languages: Sequence[str],
) -> list[Answer]:
    """The entries as lines; what has no hit is left out.

    Args:
        entries: with `pk`, `source`, `record`, `language` and `holder`.
        words: of each entry, as the index keeps them. texts: gives the pages that are quoted.
        languages: whose stems the words of a text of unknown language got.
    """
    shown = [entry for entry in entries if (entry.source, entry.record) in hits]
    looks: dict[str, Looking] = {}
    spots: dict[int, Spot | None] = {}
    for entry in shown:
        stems = [entry.language] if entry.language in languages else languages
        look = looks.setdefault(entry.language, Looking(question, stems))
        spots[entry.pk] = look.spot(words.get(entry.pk, ""))
    found = texts([place for entry in shown if (place := _place(entry, spots[entry.pk])) is not None])
    return [
        _answer(entry, hits[entry.source, entry.record], looks[entry.language], spots[entry.pk], found)
        for entry in shown
    ]


def _place(entry: Any, spot: Spot | None) -> tuple[int, int, int] | None:
    return (
        (entry.source, entry.holder, spot.page) if spot and spot.page and entry.holder is not None else None
    )


def _answer(entry: Any, hit: Hit, looking: Looking, spot: Spot | None, texts: Texts) -> Answer:
    place = _place(entry, spot)
    text = texts.get(place, "") if place else ""
    page = spot.page if spot and text else 0
    url = hit.read(entry.language, page) if page and hit.read else ""
    return Answer(hit, entry.language, page, url, cut(text, looking, spot))
