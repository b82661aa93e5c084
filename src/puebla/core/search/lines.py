"""What a page of search prints, prepared: lines of hits, lists of filters, sentences."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from html import escape
from typing import NamedTuple

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


@lru_cache(maxsize=400)
def _row(answer: Answer, _reader: str) -> SafeString:
    """One line: nothing but its values, so it is written once and remembered; and without a template, which would take as
    long for the lines of a page as the whole frame around them."""
    hit = answer.hit
    title, language = escape(hit.title), escape(answer.language)
    symbol = f'<p class="symbol">{escape(hit.symbol)}</p>' if hit.symbol else ""
    other = f' lang="{escape(hit.title_language)}"' if hit.title_pending else ""
    snippet = f'<p class="snippet" lang="{language}">{answer.snippet}</p>\n' if answer.snippet else ""
    says = escape(_("Language in which it was found"))
    tag = f'<span class="tag" title="{says}">{language.upper()}</span>'
    page = escape(_("Page %(page)s") % {"page": answer.page})
    place = f' <a href="{escape(answer.page_url)}">{page}</a> ·' if answer.page_url else ""
    chips = "".join(
        f'<li><a class="chip" href="{escape(url)}" hreflang="{escape(code)}" aria-label="{escape(code.upper())} ({title})">'
        f"{escape(code.upper())}</a></li>"
        for code, url in hit.languages
    )
    return mark_safe(  # noqa: S308 - every value was escaped above; the snippet is when it is cut
        f'<li class="entry hit"><div>{symbol}\n<h2{other}><a href="{escape(hit.url)}">{title}</a></h2>\n{snippet}'
        f'<p class="meta">{tag}{place} {escape(" · ".join(hit.facts))}</p></div>\n'
        f'<div class="side"><ul class="chips">{chips}</ul></div></li>\n'
    )


def no_such_page(page: int, last: int) -> str:
    """The sentence for a page number past the end."""
    return _("There is no page %(page)d; the last one is %(last)d.") % {"page": page, "last": last}
