"""Short texts that hold what is looked for, and words that were probably meant: of texts that the reader may see alone."""

from collections.abc import Iterable
from difflib import get_close_matches
from functools import lru_cache

from puebla.core.search.asking import Question
from puebla.core.search.words import WORD, forms, words_in

#: Words shorter than this are not guessed at; how alike two must be.
SHORTEST, ALIKE = 4, 0.8


def spelled(question: Question, visible: Iterable[str]) -> str:
    """The question with each word that stands in no visible text put right; nothing where none can be.

    Args:
        visible: texts that the reader may see.
    """
    written: dict[str, str] = {}
    for text in visible:
        written |= _written_in(text)
    known = {form for folded in written for form in forms(folded, question.languages)}
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


@lru_cache(maxsize=6000)
def _written_in(text: str) -> dict[str, str]:
    """The words of a text, folded, as they are written there; of a number nobody says how it was meant."""
    words = (word for word in WORD.findall(text) if not word.isdecimal())
    return {folded: word.lower() for word in words for folded in words_in(word)}


def _alike(word: str, written: Iterable[str]) -> list[str]:
    """Those that are long enough, and hold enough of the same letters, to be worth a closer look."""
    letters = set(word)
    longest, fewest = len(word) / ALIKE, len(letters) - max(2, len(letters) // 4)
    return [
        one
        for one in written
        if ALIKE * len(word) - 1 <= len(one) <= longest + 1 and len(letters.intersection(one)) >= fewest
    ]


def holds(question: Question, text: str) -> bool:
    """Whether a short text, such as a name, holds every word of a question in any language's form."""
    known = _forms_in(text, question.languages)
    *clauses, excluded = question.forms
    return all(_any_held(known, clause) for clause in clauses) and not _any_held(known, excluded)


def _any_held(known: frozenset[str], parts: Iterable[tuple[frozenset[str], ...]]) -> bool:
    """Whether all words of one of these parts are met."""
    return any(all(not known.isdisjoint(word) for word in words) for words in parts)


@lru_cache(maxsize=4096)
def _forms_in(text: str, languages: tuple[str, ...]) -> frozenset[str]:
    return frozenset(form for word in words_in(text) for form in forms(word, languages))
