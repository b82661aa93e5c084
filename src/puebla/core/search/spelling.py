"""Short texts that hold what is looked for, and words that were probably meant: of texts that the reader may see alone."""

import json
import sys
from collections.abc import Iterable
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

from puebla.core.search.asking import Question
from puebla.core.search.words import WORD, forms, words_in

#: Words shorter than this are not guessed at; how alike two must be.
SHORTEST, ALIKE = 4, 0.8


def spelled(question: Question, visible: Iterable[str]) -> str:
    """The question with each word that stands in no visible text put right; nothing where none can be.

    Args:
        visible: texts that the reader may see.
    """
    written, known = _vocabulary(tuple(visible), question.languages)
    found, changed = [], False
    for word in question.words:
        if known.intersection(forms(word, question.languages)) or len(word) < SHORTEST:
            found.append(written.get(word, word))
            continue
        near = get_close_matches(word, _alike(word, written), n=1, cutoff=ALIKE)
        if not near:
            return ""
        found.append(written[near[0]])
        changed = True
    return " ".join(found) if changed else ""


@lru_cache(maxsize=4)
def _vocabulary(texts: tuple[str, ...], languages: tuple[str, ...]) -> tuple[dict[str, str], frozenset[str]]:
    """The words of these texts as they are written, and all their forms: gathered once while the texts stay what they are."""
    written: dict[str, str] = {}
    for text in texts:
        written |= _written_in(text)
    return written, frozenset(form for folded in written for form in forms(folded, languages))


@lru_cache(maxsize=6000)
def _written_in(text: str) -> dict[str, str]:
    """The words of a text, folded, as they are written there; of a number nobody says how it was meant."""
    words = (word for word in WORD.findall(text) if not word.isdecimal())
    # Texts are thousands, and their words mostly the same: each is held once.
    return {sys.intern(folded): sys.intern(word.lower()) for word in words for folded in words_in(word)}


def _alike(word: str, written: Iterable[str]) -> list[str]:
    """Those that are long enough, and hold enough of the same letters, to be worth a closer look."""
    letters = set(word)
    longest, fewest = len(word) / ALIKE, len(letters) - max(2, len(letters) // 4)
    return [
        one
        for one in written
        if ALIKE * len(word) - 1 <= len(one) <= longest + 1 and len(letters.intersection(one)) >= fewest
    ]


class ShortTexts:
    """Short texts, such as names, ready to be looked through as often as somebody asks.

    Args:
        languages: whose forms their words may have.
    """

    def __init__(self, texts: Iterable[str], languages: Iterable[str]) -> None:
        self._places: dict[str, set[int]] = {}
        for place, text in enumerate(texts):
            for word in words_in(text):
                for form in forms(word, languages):
                    self._places.setdefault(form, set()).add(place)

    def holding(self, question: Question) -> list[int]:
        """The places of those that hold every word of a question, in any language's form."""
        *clauses, excluded = question.forms
        met = set.intersection(*map(self._met, clauses)) - self._met(excluded)
        return sorted(met)

    def _met(self, parts: Iterable[tuple[frozenset[str], ...]]) -> set[int]:
        """Where all words of one of these parts are met."""
        every = (set.intersection(*map(self._any_of, words)) for words in parts)
        return set[int]().union(*every)

    def _any_of(self, word: Iterable[str]) -> set[int]:
        return set[int]().union(*(self._places[form] for form in word if form in self._places))


@lru_cache(maxsize=32)
def _ready(rows: tuple[tuple[Any, ...], ...], columns: int, languages: tuple[str, ...]) -> ShortTexts:
    return ShortTexts((" ".join(map(_words_of, row[:columns])) for row in rows), languages)


def holding(question: Question, rows: Iterable[tuple[Any, ...]], *, columns: int) -> list[tuple[Any, ...]]:
    """Those of these rows, as the database keeps them, that hold every word of a question in their first columns.

    Such a list is read on every page and seldom changes: it is made ready once while it stays what it is.
    """
    kept = tuple(rows)
    return [kept[place] for place in _ready(kept, columns, question.languages).holding(question)]


def _words_of(kept: Any) -> str:
    """The words of a column: of texts by language those of all languages."""
    text = str(kept)
    if text[:1] != "{":
        return text
    try:
        return " ".join(json.loads(text).values())
    except (ValueError, TypeError, AttributeError):
        return text
