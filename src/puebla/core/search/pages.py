"""Which pages of a record answer a question whole: for texts of which each page is a thing of its own, a paragraph."""

import sys
import zlib
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, reduce
from operator import and_, or_

from django.utils.safestring import SafeString

from puebla.core.languages import Texts, show
from puebla.core.search.asking import Part, Question
from puebla.core.search.facets import ones
from puebla.core.search.snippets import Looking, cut
from puebla.core.search.tables import PAGE_END
from puebla.core.search.words import forms, stem, words_in
from puebla.core.wording import unmarked

Place = tuple[int, int]


class Held:
    """The words of a record as pages are asked for: of each word, the pages that hold it, as bits."""

    def __init__(self, words: str) -> None:
        # Seldom needed again, and a few times as long as what is.
        self._words = zlib.compress(words.encode(), 1)
        bits: dict[str, int] = {}
        pages = words.split(PAGE_END)
        for number, page in enumerate(pages):
            for word in set(map(sys.intern, page.split())):
                bits[word] = bits.get(word, 0) | 1 << number
        self.every = (1 << len(pages)) - 1
        # In order, and the bits of all of them one after the other: a third of what they take by word.
        self._sorted = sorted(bits)
        self._size = (len(pages) + 7) // 8
        self._bits = b"".join(bits[word].to_bytes(self._size, "little") for word in self._sorted)

    def of(self, word: str) -> int:
        """The pages that hold this word."""
        place = bisect_left(self._sorted, word)
        known = place < len(self._sorted) and self._sorted[place] == word
        return self._at(place) if known else 0

    def beginning(self, start: str) -> Iterator[tuple[str, int]]:
        """The words that begin so, each with the pages that hold it."""
        for place in range(bisect_left(self._sorted, start), len(self._sorted)):
            if not self._sorted[place].startswith(start):
                return
            yield self._sorted[place], self._at(place)

    def _at(self, place: int) -> int:
        return int.from_bytes(self._bits[place * self._size : (place + 1) * self._size], "little")

    def rows(self, row: str, among: int) -> int:
        """Of these pages those in which words follow each other so."""
        words = zlib.decompress(self._words).decode() if among else ""
        pages = enumerate(words.split(PAGE_END)) if among else ()
        return sum(1 << number for number, page in pages if among >> number & 1 and row in page)


#: Words of records are the same from question to question; as many records are remembered as thirty years of decisions are.
_held = lru_cache(maxsize=120)(Held)


def answered(
    question: Question,
    words: Mapping[int, str],
    entries: Iterable[tuple[int, int, str]],
    languages: Sequence[str],
    known: Mapping[int, "Held"] | None = None,
) -> dict[Place, str]:
    """The pages of records that answer a question whole, each with the first language in which it does: (record, page) → language.

    Args:
        words: by the key of each entry (`IndexTable.words_of`). known: the same of entries that were read before. entries: (key, record, language), in the order preferred.
        languages: those whose words have stems.
    """
    found: dict[Place, str] = {}
    asked: dict[str, _Asked] = {}
    for key, record, language in entries:
        if language not in asked:
            asked[language] = _Asked(question, [language] if language in languages else languages)
        held = (known or {}).get(key) or (_held(words[key]) if words.get(key) else None)
        for page in asked[language].pages(held) if held is not None else ():
            found.setdefault((record, page), language)
    return found


class Snippets:
    """The words of pages around those looked for: what words they are is found out once in each language."""

    def __init__(self, question: Question | None) -> None:
        self._question = question
        self._looking: dict[str, Looking] = {}

    def of(self, words: Texts, language: str = "") -> SafeString:
        """Those of a page, in the language in which they were found; its beginning where nothing is."""
        said = show(words, language or None)
        text = unmarked(said.text)
        if said.language not in self._looking:
            self._looking[said.language] = Looking(self._question or Question(()), [said.language])
        looking = self._looking[said.language]
        spot = looking.spot(f" {' '.join(words_in(text))} ") if self._question is not None else None
        return cut(text, looking, spot)


class _Asked:
    """A question ready to be put to the pages of many records."""

    def __init__(self, question: Question, languages: Sequence[str]) -> None:
        def ready(part: Part) -> Callable[[Held], int]:
            return _Part(part, question.languages, languages).pages_of

        self._clauses = [[ready(part) for part in clause] for clause in question.telling]
        self._barred = [ready(part) for part in question.excluded]

    def pages(self, held: Held) -> list[int]:
        """The numbers of the pages of a record that hold something of every clause and nothing that is left out; page 0 is its title."""
        left = held.every & ~1
        for clause in self._clauses:
            # Clause by clause: the next one is looked for only where all before it were found.
            if not left:
                return []
            left &= reduce(or_, (pages_of(held) for pages_of in clause), 0)
        for pages_of in self._barred:
            left &= ~pages_of(held)
        return list(ones(format(left, "b")[::-1]))


class _Part:
    """A part of the question, ready to be looked for in the words of many records."""

    def __init__(self, part: Part, asked: Sequence[str], languages: Sequence[str]) -> None:
        self._row = f" {' '.join(part.words)} " if part.quoted else ""
        self._said = part.words
        self._words = [] if part.quoted else [_Word(word, asked, languages) for word in part.words]
        self._beginning = part.words[-1] if part.beginning else ""

    def pages_of(self, held: Held) -> int:
        """The pages that hold it, as bits; its words need not follow each other unless they were quoted."""
        if self._row:
            among = reduce(and_, map(held.of, self._said), held.every)
            return held.rows(self._row, among)
        *first, last = self._words
        found = last.pages_of(held)
        if self._beginning:
            found |= reduce(or_, (bits for _word, bits in held.beginning(self._beginning)), 0)
        return reduce(and_, (word.pages_of(held) for word in first), found)


class _Word:
    """A word with all that it may have become: what begins alike is compared by its stem."""

    def __init__(self, word: str, asked: Sequence[str], languages: Sequence[str]) -> None:
        self._forms, self._languages = frozenset(forms(word, asked)), languages
        self._starts = sorted({one[: max(2, len(one) - 2)] for one in self._forms})
        self._known: dict[str, bool] = {}

    def pages_of(self, held: Held) -> int:
        """The pages that hold the word in one of its forms, as bits."""
        found = 0
        for start in self._starts:
            for word, bits in held.beginning(start):
                if self._is(word):
                    found |= bits
        return found

    def _is(self, word: str) -> bool:
        known = self._known.get(word)
        if known is None:
            met = word in self._forms or any(
                stem(word, language) in self._forms for language in self._languages
            )
            known = self._known[word] = met
        return known
