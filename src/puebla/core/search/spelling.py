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
        for word in WORD.findall(text):
            for folded in words_in(word):
                written.setdefault(folded, word.lower())
    known = {form for folded in written for form in forms(folded, question.languages)}
    found, changed = [], False
    for word in question.words:
        if known.intersection(forms(word, question.languages)) or len(word) < SHORTEST:
            found.append(written.get(word, word))
            continue
        near = get_close_matches(word, written, n=1, cutoff=ALIKE)
        if not near:
            return ""
        found.append(written[near[0]])
        changed = True
    return " ".join(found) if changed else ""


def holds(question: Question, text: str) -> bool:
    """Whether a short text, such as a name, holds every word of a question in any language's form."""
    known = _forms_in(text, question.languages)
    if any(
        all(known.intersection(forms(word, question.languages)) for word in part.words)
        for part in question.excluded
    ):
        return False
    return all(
        any(
            all(known.intersection(forms(word, question.languages)) for word in part.words) for part in clause
        )
        for clause in question.clauses
    )


@lru_cache(maxsize=4096)
def _forms_in(text: str, languages: tuple[str, ...]) -> frozenset[str]:
    return frozenset(form for word in words_in(text) for form in forms(word, languages))
