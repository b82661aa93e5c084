"""Errors by what the caller can do about them."""

from collections.abc import Mapping


def brief(error: BaseException) -> str:
    """What an error of other software says, as a sentence of ours quotes it: its first line."""
    lines = str(error).strip().splitlines()
    return lines[0][:200] if lines else type(error).__name__


class SiemmesError(Exception):
    """Something was refused; the text says what, where and what to do next, in every working language.

    Args:
        texts: the sentence by language code; English always stands.
    """

    def __init__(self, texts: Mapping[str, str] | str) -> None:
        self.texts: dict[str, str] = {"en": texts} if isinstance(texts, str) else dict(texts)
        super().__init__(self.texts["en"])

    def text(self, language: str) -> str:
        """The sentence in this language, in English where it is not said."""
        return self.texts.get(language, self.texts["en"])


class RefusedError(SiemmesError):
    """The state of the store does not allow it: nothing was changed."""


class UnreadableError(SiemmesError):
    """A file could not be read at all: wrong kind, broken, hostile."""


class QuestionError(SiemmesError):
    """A question names what does not exist or contradicts itself."""


class DamagedError(SiemmesError):
    """A stored file is not what its manifest says: restore it or rebuild the release."""
