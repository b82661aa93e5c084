"""What is shown of a hit: the page that answers best, and there the words around the first of those looked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import islice

from django.utils.safestring import SafeString, mark_safe

from puebla.core.search.asking import Part, Question
from puebla.core.search.tables import PAGE_END
from puebla.core.search.words import forms, places_in, stem

#: Words before the first hit, and in all.
BEFORE, LENGTH = 9, 34
#: Signs at the beginning of a page that are probably its running head: quoted only where nothing else answers.
HEAD = 70
#: Ellipses are shown where a text goes on.
_MORE = "…"


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
        self._parts = [_Part(part, question.languages) for clause in question.clauses for part in clause]

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
            place = self._first(part, page, HEAD)
            if place >= 0:
                worth += 2
                below.append(place)
            elif (place := self._first(part, page, 0)) >= 0:
                worth += 1
                above.append(place)
        places = below or above
        return (worth, min(places)) if places else None

    def answers(self, word: str) -> bool:
        """Whether this folded word is one of those looked for."""
        known = self._known.get(word)
        if known is None:
            known = self._known[word] = any(part.holds(word, self._languages) for part in self._parts)
        return known

    def _first(self, part: "_Part", page: str, after: int) -> int:
        """Where the part first stands in a page's words after a place; -1 where it does not."""
        if part.row:
            return page.find(part.row, after)
        for start in part.starts:
            place = page.find(start, after)
            while place >= 0:
                end = page.find(" ", place + 1)
                if part.holds(page[place + 1 : end], self._languages):
                    return place
                place = page.find(start, place + 1)
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

    def holds(self, word: str, languages: Sequence[str]) -> bool:
        """Whether a folded word of a text in these languages is looked for."""
        if self._exact:
            return word in self._exact
        if self._beginning and word.startswith(self._beginning):
            return True
        return word in self._forms or any(stem(word, language) in self._forms for language in languages)


def cut(text: str, looking: Looking, spot: Spot | None) -> SafeString:
    """Words of a page around a place, those looked for marked; its beginning where there is no place."""
    start = max(0, spot.word - BEFORE) if spot else 0
    places = list(islice(places_in(text), start, start + LENGTH + 1))
    if not places:
        return SafeString("")
    shown = places[:LENGTH]
    pieces = [_MORE + " " if start else ""]
    end = shown[0][1] if start else 0
    for word, begins, ends in shown:
        pieces.append(escape(text[end:begins]))
        written = escape(text[begins:ends])
        pieces.append(f"<mark>{written}</mark>" if looking.answers(word) else written)
        end = ends
    pieces.append(" " + _MORE if len(places) > LENGTH else escape(text[end : end + 40]))
    return mark_safe(" ".join("".join(pieces).split()))  # noqa: S308 - every piece was escaped above
