"""Which pages of a record answer a question whole: for texts of which each page is a thing of its own, a paragraph."""

from collections.abc import Iterator, Sequence

from puebla.core.search.asking import Part, Question
from puebla.core.search.tables import PAGE_END
from puebla.core.search.words import forms, stem


def pages_answering(question: Question, words: str, languages: Sequence[str]) -> list[int]:
    """The numbers of the pages that hold something of every clause and nothing that is left out.

    Args:
        words: of the record, as the index keeps them (`IndexTable.words_of`); page 0 is its title.
        languages: whose stems the words of the text have.
    """
    if not words:
        return []
    clauses = [[_Part(part, question.languages, languages) for part in clause] for clause in question.telling]
    barred = [_Part(part, question.languages, languages) for part in question.excluded]
    return list(_answering(words.split(PAGE_END), clauses, barred))


def _answering(
    pages: Sequence[str], clauses: "Sequence[Sequence[_Part]]", barred: "Sequence[_Part]"
) -> Iterator[int]:
    for number, page in enumerate(pages):
        if (
            number
            and all(any(part.stands_in(page) for part in clause) for clause in clauses)
            and not any(part.stands_in(page) for part in barred)
        ):
            yield number


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
