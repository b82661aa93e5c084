"""What is shown of a hit: the page that answers best, and there the words around the first of those looked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from itertools import islice

from django.utils.safestring import SafeString, mark_safe

from puebla.core.search.asking import Part, Question
from puebla.core.search.tables import PAGE_END
from puebla.core.search.words import WORD, forms, stem, words_in

#: Words before the first hit, and in all.
BEFORE, LENGTH = 9, 34
#: Signs at the beginning of a page that are probably its running head: quoted only where nothing else answers.
HEAD = 70
#: Ellipses are shown where a text goes on.
_MORE = "…"
#: Stand for the beginning and the end of a mark until the text is escaped.
_MARKS = "\x02\x03"
_UNMARKED = dict.fromkeys(map(ord, _MARKS), " ")


@dataclass(frozen=True)
class Spot:
    """Where in a record the question is answered: the page (0 is the title), and the number of the word in it."""

    page: int
    word: int


class Looking:
    """A question turned round: which words of a text answer it."""

    def __init__(self, question: Question, languages: Sequence[str]) -> None:
        self._question = question
        self._languages = languages or question.languages
        self._known: dict[str, bool] = {}
        self._parts = [_Part(part, question.languages) for clause in question.telling for part in clause]

    def spot(self, words: str) -> Spot | None:
        """The place in a row's words to be shown: on the first page that holds most of what is looked for."""
        pages = words.split(PAGE_END)
        best: tuple[int, int, int] | None = None
        for number, page in enumerate(pages):
            if number == 0 and len(pages) > 1:
                # The title is shown anyway.
                continue
            found = self._found(page)
            if found and (best is None or found[0] > best[0]):
                best = found[0], number, found[1]
                if found[0] == 2 * len(self._parts):
                    break
        if best is None:
            return None
        _worth, number, place = best
        return Spot(number, pages[number].count(" ", 0, place + 1) - 1)

    def _found(self, page: str) -> tuple[int, int] | None:
        """What a page is worth (two for a part in its text, one for a part in its head alone), and where to begin."""
        worth, below, above = 0, [], []
        for part in self._parts:
            place = self._first(part, page, HEAD, len(page))
            if place >= 0:
                worth += 2
                below.append(place)
            elif (place := self._first(part, page, 0, HEAD)) >= 0:
                worth += 1
                above.append(place)
        places = below or above
        return (worth, min(places)) if places else None

    def answers(self, written: str) -> bool:
        """Whether a word as it is written is one of those looked for."""
        known = self._known.get(written)
        if known is None:
            word = _folded(written)
            known = self._known[written] = any(part.holds(word, self._languages) for part in self._parts)
        return known

    def _first(self, part: "_Part", page: str, after: int, before: int) -> int:
        """Where the part first stands in a page's words between two places; -1 where it does not."""
        if part.row:
            place = page.find(part.row, after)
            return place if place < before else -1
        for start in part.starts:
            place = page.find(start, after, before + len(start))
            while 0 <= place < before:
                end = page.find(" ", place + 1)
                if part.holds(page[place + 1 : end], self._languages):
                    return place
                place = page.find(start, place + 1, before + len(start))
        return -1


class _Part:
    """A part of the question, ready to be compared."""

    def __init__(self, part: Part, languages: Sequence[str]) -> None:
        self.row = f" {' '.join(part.words)} " if part.quoted else ""
        self._exact = frozenset(part.words) if part.quoted else frozenset()
        self._beginning = part.words[-1] if part.beginning else ""
        self._forms = frozenset(form for word in part.words for form in forms(word, languages))
        # Stemming takes ends away or exchanges a letter or two of them; the beginning of a word stays.
        shortest = min(self._forms, key=len) if len(part.words) == 1 else ""
        beginnings = {form[: max(2, len(form) - 2)] for form in self._forms} | {shortest[:2]}
        self.starts = sorted({f" {one}" for one in beginnings if one}, key=len, reverse=True)
        self._known: dict[str, bool] = {}

    def holds(self, word: str, languages: Sequence[str]) -> bool:
        """Whether a folded word of a text in these languages, always the same, is looked for."""
        known = self._known.get(word)
        if known is None:
            known = self._known[word] = self._holds(word, languages)
        return known

    def _holds(self, word: str, languages: Sequence[str]) -> bool:
        if self._exact:
            return word in self._exact
        if self._beginning and word.startswith(self._beginning):
            return True
        return word in self._forms or any(stem(word, language) in self._forms for language in languages)


def cut(text: str, looking: Looking, spot: Spot | None) -> SafeString:
    """Words of a page around a place, those looked for marked; its beginning where there is no place."""
    start = max(0, spot.word - BEFORE) if spot else 0
    if any(sign in text for sign in _MARKS):
        text = text.translate(_UNMARKED)
    found = list(islice(WORD.finditer(text), start, start + LENGTH + 1))
    if not found:
        return SafeString("")
    shown = found[:LENGTH]
    pieces, last = [], shown[0].start() if start else 0
    for word in shown:
        if looking.answers(written := word[0]):
            pieces += [text[last : word.start()], _MARKS[0], written, _MARKS[1]]
            last = word.end()
    end = shown[-1].end()
    pieces.append(text[last:end] if len(found) > LENGTH else text[last : end + 40])
    # Escaped at once, then marked: the signs that stand for the marks are in no text.
    words = " ".join(escape("".join(pieces)).split())
    words = words.replace(_MARKS[0], "<mark>").replace(_MARKS[1], "</mark>")
    return mark_safe(f"{_MORE} " * bool(start) + words + f" {_MORE}" * (len(found) > LENGTH))  # noqa: S308 - escaped above


@lru_cache(maxsize=20_000)
def _folded(word: str) -> str:
    return "".join(words_in(word))
