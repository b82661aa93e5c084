"""Texts by language: every content record holds all working languages side by side.

A text is a mapping of language code to string, kept as JSON so that a process with French needs no new column.
A language without text is *pending*: it is shown as such, in the language that exists, and never hidden.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

Texts = dict[str, str]


@dataclass(frozen=True)
class Shown:
    """What a reader gets of a text: the words, their language, and whether the reader's own language is pending."""

    text: str
    language: str
    pending: bool

    def __str__(self) -> str:
        return self.text


def show(texts: Mapping[str, str] | None, language: str | None = None) -> Shown:
    """The text in the reader's language, else in the first working language that has one, marked as pending."""
    wanted = (language or get_language() or settings.LANGUAGE_CODE)[:2]
    texts = texts or {}
    if texts.get(wanted):
        return Shown(texts[wanted], wanted, pending=False)
    for code, words in texts.items():
        if words:
            return Shown(words, code, pending=True)
    return Shown("", wanted, pending=True)


def pending_languages(texts: Mapping[str, str] | None, languages: list[str]) -> list[str]:
    """The working languages in which this text is still missing."""
    return [code for code in languages if not (texts or {}).get(code)]


class TextsField(models.JSONField[Texts, Texts]):
    """A text in every working language: `{"en": "...", "es": "..."}`; blank strings are dropped.

    Args:
        max_length: characters allowed in each language.
    """

    def __init__(self, *args: Any, max_length: int = 300, **kwargs: Any) -> None:
        self.max_text = max_length
        kwargs.setdefault("default", dict)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs["max_length"] = self.max_text
        return name, path, args, kwargs

    def validate(self, value: Any, model_instance: models.Model | None) -> None:
        super().validate(value, model_instance)
        if not isinstance(value, dict):
            raise ValidationError(_("A text is given by language."))
        for code, words in value.items():
            if len(words) > self.max_text:
                raise ValidationError(
                    _(
                        "The text in %(language)s has %(length)d characters; at most %(limit)d are kept. Shorten it."
                    )
                    % {"language": code, "length": len(words), "limit": self.max_text}
                )

    def get_prep_value(self, value: Any) -> Any:
        if isinstance(value, dict):
            value = {code: words for code, words in value.items() if words}
        return super().get_prep_value(value)
