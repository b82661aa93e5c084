"""Words as they are indexed and asked: folded, then stemmed by the language of their text.

Folding comes first, on both sides, so that `migracion` meets `migración` whoever typed it; a word that folding would hide
from the stemmer gets its accent back for that moment (`deportacion`, `deportaciones`).
"""

import codecs
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain

import Stemmer

from puebla.core.words import fold

#: Letters and figures of any script; a word broken at a line's end by a soft or hard hyphen is one word.
WORD = re.compile(r"[^\W_]+(?:[\u00ad\u2010-][^\S\n]*\n[^\S\n]*[a-zß-ÿ][^\W_]*)*")
#: The break of such a word.
_BROKEN = re.compile(r"[\u00ad\u2010-](?<=[^\W_].)[^\S\n]*\n[^\S\n]*(?=[a-zß-ÿ])")
#: Snowball's own names of the languages that a process may work in; others are searched by exact words.
ALGORITHMS = {
    "ar": "arabic", "ca": "catalan", "da": "danish", "de": "german", "en": "english", "es": "spanish", "eu": "basque",
    "fi": "finnish", "fr": "french", "hu": "hungarian", "it": "italian", "nl": "dutch", "no": "norwegian",
    "pl": "polish", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sv": "swedish", "tr": "turkish",
}  # fmt: skip
#: Endings whose accent folding took, and without which the stemmer does not know them.
ACCENTED = {"es": ("ion", "ión")}
LONGEST_WORD = 60
#: Stands before the words of a page as a word of its own.
PAGE_SIGN = "\x01"
#: How many words are remembered, and of how many letters at most: what is longer is seldom seen twice.
_REMEMBERED, _LONGEST_REMEMBERED = 200_000, 80


class _Remembered(dict[str, str]):
    """What a function gives for a word; texts repeat their words, so nearly every one is known."""

    def __init__(self, make: Callable[[str], str]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, word: str) -> str:
        made = self._make(word)
        if len(self) >= _REMEMBERED:
            self.clear()
        if len(word) <= _LONGEST_REMEMBERED:
            self[word] = made
        return made


def _folded(word: str) -> str:
    # Lower case once more: a bold 𝐀 is a capital only after folding.
    return "".join(c for c in fold(word) if c.isalnum()).lower()[:LONGEST_WORD]


def _folded_words(piece: str) -> str:
    """The words of a piece of text between blanks: none, one, or several where signs part them."""
    return " ".join(folded for word in WORD.findall(piece) if (folded := _FOLDED[word]))


def _stemmer(language: str) -> Callable[[str], str]:
    # A stemmer's own memory is set to nothing: ours is larger. It is not safe in threads, so each call makes its own.
    algorithm, accented = ALGORITHMS[language], ACCENTED.get(language)

    def stem_of(word: str) -> str:
        if accented and word.endswith(accented[0]):
            word = word.removesuffix(accented[0]) + accented[1]
        stemmed = Stemmer.Stemmer(algorithm, 0).stemWord(word)
        return _folded(stemmed) or word

    return stem_of


_FOLDED = _Remembered(_folded)
_PIECES = _Remembered(_folded_words)
_STEMS = {language: _Remembered(_stemmer(language)) for language in ALGORITHMS}


def _latin_table() -> bytes:
    """What becomes of each sign of Latin-1: its folded letter, a blank, or `_SEVERAL`."""
    folded = [_folded(chr(code)) if chr(code).isalnum() else " " for code in range(256)]
    return bytes(ord(one) if len(one) == 1 and ord(one) < 255 else _SEVERAL[0] for one in folded)


def _beyond_latin(error: UnicodeError) -> tuple[str, int]:
    """Signs outside Latin-1 as they are folded: a blank for what is no letter; where that is outside too, the text is taken
    word by word."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    signs = error.object[error.start : error.end]
    if not any(map(str.isalnum, signs)):
        return " " * len(signs), error.end
    folded = [_FOLDED[sign] if sign.isalnum() else " " for sign in signs]
    if not all(one.isascii() and one for one in folded):
        raise error
    return "".join(folded), error.end


#: Stands where one sign becomes several or one outside Latin-1; ÿ itself folds to y.
_SEVERAL = b"\xff"
_LATIN = _latin_table()
#: Keeps the sign that parts pages, between blanks as any word.
_LATIN_PAGES = bytes([*_LATIN[: ord(PAGE_SIGN)], ord(PAGE_SIGN), *_LATIN[ord(PAGE_SIGN) + 1 :]])
_PARTED = f" {PAGE_SIGN} "
_HYPHENATED = re.compile(r"-[^\S\n]*\n")
codecs.register_error("puebla.folded", _beyond_latin)


def pages_in(texts: Sequence[str]) -> tuple[list[str], Counter[str]]:
    """The words of these pages in their order, folded, `PAGE_SIGN` before each page; and how often each word stands
    there."""
    # All pages at once: a text is folded in a few steps, however long it is.
    whole = _PARTED.join(["", *texts])
    words = _folded_at_once(whole, _LATIN_PAGES) if whole.count(PAGE_SIGN) == len(texts) else None
    if words is None:
        words = list(chain.from_iterable([PAGE_SIGN, *_words_in(text)] for text in texts))
    counts = Counter(words)
    if max(map(len, counts), default=0) > LONGEST_WORD:
        words = [word[:LONGEST_WORD] for word in words]
        counts = Counter(words)
    del counts[PAGE_SIGN]
    return words, counts


def words_in(text: str) -> list[str]:
    """The words of a text in their order, folded."""
    return [word[:LONGEST_WORD] for word in _words_in(text)]


def _words_in(text: str) -> list[str]:
    """The same, some of them perhaps too long."""
    words = _folded_at_once(text, _LATIN)
    if words is None:
        return " ".join(filter(None, map(_PIECES.__getitem__, _unbroken(text).split()))).split()
    return words


def _folded_at_once(text: str, table: bytes) -> list[str] | None:
    """The words of a text that is folded sign by sign by a table of bytes; None where it must be taken word by word."""
    try:
        folded = _unbroken(text).encode("latin-1", "puebla.folded").translate(table)
    except UnicodeEncodeError:
        return None
    return None if _SEVERAL in folded else folded.decode("latin-1").split()


def _unbroken(text: str) -> str:
    """The text with words whole that were broken at a line's end."""
    if "\n" in text and (_HYPHENATED.search(text) or "\u00ad" in text or "\u2010" in text):
        return _BROKEN.sub("", text)
    return text


def places_in(text: str) -> Iterator[tuple[str, int, int]]:
    """The same words with where each begins and ends in the text."""
    for found in WORD.finditer(text):
        if folded := _FOLDED[found[0]]:
            yield folded, found.start(), found.end()


def stem(word: str, language: str) -> str:
    """The stem of a folded word; the word itself where nothing is known of the language."""
    known = _STEMS.get(language)
    return word if known is None else known[word]


def stems(words: Iterable[str], language: str) -> list[str]:
    """The stems of folded words."""
    known = _STEMS.get(language)
    return list(words) if known is None else list(map(known.__getitem__, words))


def forms(word: str, languages: Iterable[str]) -> tuple[str, ...]:
    """What a word may have become in a text of any of these languages, itself first."""
    return tuple(dict.fromkeys([word, *(stem(word, language) for language in languages)]))
