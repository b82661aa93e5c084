"""Words as people type them: folded, so that `migracion` meets `Migración`."""

import unicodedata


def fold(text: str) -> str:
    """The text in lower case without accents, blanks single; ñ folds to n, as people type it abroad."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).split())
