"""Small words that nearly every text holds: looked for only where nothing else was asked.

Articles, prepositions and conjunctions alone, folded. What turns a question round ("without", "not") is none of them.
"""

BY_LANGUAGE = {
    "en": "a an and as at by for from in into of on or that the this to which with",
    "es": "a al con de del e el en la las lo los o para por que se su sus u un una unas uno unos y",
    "fr": "a au aux avec ce ces d dans de des du en et l la le les ou par pour qu que sa se ses son sur un une",
    "pt": "a ao aos as com da das de do dos e em na nas no nos o os ou para por que se sua suas um uma",
}
_KNOWN = {language: frozenset(words.split()) for language, words in BY_LANGUAGE.items()}


def is_filler(word: str, languages: tuple[str, ...]) -> bool:
    """Whether a folded word says nothing of what is looked for, in any of these languages."""
    return any(word in _KNOWN.get(language, ()) for language in languages)
