"""What a page of search prints, prepared: lines of hits, lists of filters, sentences."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from html import escape
from typing import NamedTuple

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from puebla.core.search.sources import Answer


class Choice(NamedTuple):
    """A filter's list in the form."""

    name: str
    label: str
    every: str
    options: SafeString


def choices(
    lists: Iterable[tuple[str, str, str, Sequence[tuple[str, str]]]], filters: Mapping[str, str]
) -> tuple[list[Choice], list[str]]:
    """The lists of the filters, and a sentence for each filter whose value stands in none.

    Args:
        lists: (name, what it is called, what stands for any value, values with their labels).
    """
    found, sentences = [], []
    for name, label, every, values in lists:
        chosen = filters.get(name, "")
        found.append(Choice(name, label, every, _options(tuple(values), chosen)))
        if chosen and chosen not in {value for value, _label in values}:
            sentences.append(
                _("“%(value)s” is not known as: %(filter)s. Nothing has it; choose another from the list, or none.")
                % {"value": chosen, "filter": label.lower()}
            )  # fmt: skip
    return found, sentences


@lru_cache(maxsize=512)
def _options(values: tuple[tuple[str, str], ...], chosen: str) -> SafeString:
    lines = [
        f'<option value="{escape(value)}"{" selected" if value == chosen else ""}>{escape(label)}</option>'
        for value, label in values
    ]
    return mark_safe("".join(lines))  # noqa: S308 - every value was escaped above


def rows_of(answers: Iterable[Answer]) -> list[SafeString]:
    """The answers as lines, ready to print."""
    return [_row(answer, get_language() or "") for answer in answers]


@lru_cache(maxsize=1024)
def _row(answer: Answer, language: str) -> SafeString:  # noqa: ARG001 - part of what is remembered
    """One line. It shows nothing but its values, so it is written once and remembered."""
    shown = {name: getattr(answer, name) for name in ("hit", "language", "page", "page_url", "snippet")}
    return mark_safe(render_to_string("theme/hit.html", shown))  # noqa: S308 - a template's


def no_such_page(page: int, last: int) -> str:
    """The sentence for a page number past the end."""
    return _("There is no page %(page)d; the last one is %(last)d.") % {"page": page, "last": last}
