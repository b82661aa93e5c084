"""In which language a text is written."""

import re
from collections.abc import Sequence

_SAMPLE = 6000
_FEWEST_LETTERS = 40
# Below this the light models may err; above it they are as good as the exact ones.
_SHORT = 120
_CONFIDENT = 0.6
_CERTAIN = 0.9

_WORD = re.compile(r"[^\W\d_]+")
# Words that sentences cannot do without, and that the other three languages do not have.
_MARKS = {
    "en": "the of and to in that is for with be by shall this which are their from it as on or not has have",
    "es": "el los las del y en es por una con su sus para se al lo como más este esta entre son ser sobre",
    "fr": "le les des du et est dans une pour par qui sur au aux il elle ne pas avec leur leurs cette être ces",
    "pt": "o os da das do dos e em um uma não ao aos com pela pelo são na nas seus sua seu ou às foi também",
}
_MARKS_BY_WORD: dict[str, list[str]] = {}
for _language, _words in _MARKS.items():
    for _each in _words.split():
        _MARKS_BY_WORD.setdefault(_each, []).append(_language)


def language_of(pages: Sequence[str], *, also: Sequence[str]) -> str | None:
    """The language as its two-letter code, or None where there is too little text or too much doubt."""
    sample = _sample(pages)
    letters = sum(map(str.isalpha, sample))
    if letters < _FEWEST_LETTERS:
        return None
    if set(also) <= set(_MARKS) and (clear := _by_small_words(sample)):
        return clear
    return _by_models(sample, letters=letters, also=also)


def warm(also: tuple[str, ...]) -> None:
    """Load the light models, for many files that are each looked at in a process of its own."""
    _by_models("La Conferencia Regional", letters=_SHORT, also=also)


def _sample(pages: Sequence[str]) -> str:
    """Beginning, middle and end: covers and annexes are often in another language than the paper itself."""
    filled = [page for page in pages if page.strip()]
    if sum(map(len, filled)) <= 3 * _SAMPLE:
        return "\n".join(filled)
    middle = len(filled) // 2
    parts = ("\n".join(filled[start : start + 8])[:_SAMPLE] for start in (0, middle, max(0, len(filled) - 8)))
    return "\n".join(parts)


def _by_small_words(sample: str) -> str | None:
    """Enough for any ordinary paper, and it spares the loading of models."""
    words = _WORD.findall(sample.lower())
    counts = dict.fromkeys(_MARKS, 0)
    for word in words:
        for language in _MARKS_BY_WORD.get(word, ()):
            counts[language] += 1
    (best, hits), (_second, next_hits) = sorted(counts.items(), key=lambda item: -item[1])[:2]
    return best if len(words) >= 60 and hits >= 0.12 * len(words) and hits >= 2.5 * next_hits else None


def _by_models(sample: str, *, letters: int, also: Sequence[str]) -> str | None:
    """The light models answer at once; the exact ones take a second to load and are asked about short texts only."""
    from lingua import Language, LanguageDetectorBuilder

    codes = {code.upper() for code in (*_MARKS, *also)}
    known = [language for language in Language.all() if language.iso_code_639_1.name in codes]
    builder = LanguageDetectorBuilder.from_languages(*known)
    best = builder.with_low_accuracy_mode().build().compute_language_confidence_values(sample)[0]
    if letters < _SHORT and best.value < _CERTAIN:
        exact = LanguageDetectorBuilder.from_languages(*known).build()
        best = exact.compute_language_confidence_values(sample)[0]
    return str(best.language.iso_code_639_1.name).lower() if best.value >= _CONFIDENT else None
