"""Which pages of a record answer a question whole: for texts of which each page is a thing of its own, a paragraph."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from django.utils.safestring import SafeString

from puebla.core.languages import Texts, show
from puebla.core.search.asking import Part, Question
from puebla.core.search.snippets import Looking, cut
from puebla.core.search.tables import PAGE_END
from puebla.core.search.words import forms, stem, words_in
from puebla.core.wording import unmarked

Place = tuple[int, int]


def answered(
    question: Question,
    words: Mapping[int, str],
    entries: Iterable[tuple[int, int, str]],
    languages: Sequence[str],
) -> dict[Place, str]:
    """The pages of records that answer a question whole, each with the first language in which it does: (record, page) → language.

    Args:
        words: by the key of each entry (`IndexTable.words_of`). entries: (key, record, language), in the order preferred.
        languages: those whose words have stems.
    """
    found: dict[Place, str] = {}
    asked: dict[str, _Asked] = {}
    for key, record, language in entries:
        if language not in asked:
            asked[language] = _Asked(question, [language] if language in languages else languages)
        for page in asked[language].pages(words.get(key, "")):
            found.setdefault((record, page), language)
    return found


def snippet(words: Texts, question: Question | None, language: str = "") -> SafeString:
    """The words of a page around those looked for, in the language in which they were found; its beginning where nothing is."""
    said = show(words, language or None)
    text = unmarked(said.text)
    looking = Looking(question or Question(()), [said.language])
    spot = looking.spot(f" {' '.join(words_in(text))} ") if question is not None else None
    return cut(text, looking, spot)


class _Asked:
    """A question ready to be put to the pages of many records."""

    def __init__(self, question: Question, languages: Sequence[str]) -> None:
        def ready(part: Part) -> Callable[[str], bool]:
            return _Part(part, question.languages, languages).stands_in

        self._clauses = [[ready(part) for part in clause] for clause in question.telling]
        self._barred = [ready(part) for part in question.excluded]

    def pages(self, words: str) -> list[int]:
        """The numbers of the pages of a record that hold something of every clause and nothing that is left out; page 0 is its title."""
        left = list(enumerate(words.split(PAGE_END)))[1:] if words else []
        for clause in self._clauses:
            # Clause by clause: the next one is looked for only where all before it were found.
            if len(clause) == 1:
                stands_in = clause[0]
                left = [one for one in left if stands_in(one[1])]
            else:
                left = [one for one in left if any(stands_in(one[1]) for stands_in in clause)]
        return [number for number, page in left if not any(stands_in(page) for stands_in in self._barred)]


class _Part:
    """A part of the question, ready to be looked for in many pages."""

    def __init__(self, part: Part, asked: Sequence[str], languages: Sequence[str]) -> None:
        self._row = f" {' '.join(part.words)} " if part.quoted else ""
        self._words = [] if part.quoted else [_Word(word, asked, languages) for word in part.words]
        self._beginning = f" {part.words[-1]}" if part.beginning else ""

    def stands_in(self, page: str) -> bool:
        """Whether a page holds it; its words need not follow each other unless they were quoted."""
        if self._row:
            return self._row in page
        *first, last = self._words
        return all(word.stands_in(page) for word in first) and (
            bool(self._beginning and self._beginning in page) or last.stands_in(page)
        )


class _Word:
    """A word with all that it may have become: what begins alike is compared by its stem."""

    def __init__(self, word: str, asked: Sequence[str], languages: Sequence[str]) -> None:
        self._forms, self._languages = frozenset(forms(word, asked)), languages
        beginnings = {one[: max(2, len(one) - 2)] for one in self._forms}
        self._starts = sorted({f" {one}" for one in beginnings})
        self._known: dict[str, bool] = {}

    def stands_in(self, page: str) -> bool:
        """Whether a page holds the word in one of its forms."""
        for start in self._starts:
            place = page.find(start)
            while place >= 0:
                end = page.find(" ", place + 1)
                if self._is(page[place + 1 : end if end >= 0 else len(page)]):
                    return True
                place = page.find(start, place + 1)
        return False

    def _is(self, word: str) -> bool:
        known = self._known.get(word)
        if known is None:
            met = word in self._forms or any(
                stem(word, language) in self._forms for language in self._languages
            )
            known = self._known[word] = met
        return known
