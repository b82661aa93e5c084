"""Lines of the portal's lists: written once for each paper and language, then remembered."""

import datetime as dt
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import quote

from django import template
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from puebla.theme.templatetags.theme import imprecise, in_language, size, words

register = template.Library()

#: What Django leaves as it stands in an address.
_SAFE = "!$&'()*+,;=/~:@"
Pairs = tuple[tuple[str, str], ...]


class _Facts(NamedTuple):
    """All that a line shows of a document, and nothing else."""

    symbol: str
    titles: Pairs
    kind_names: Pairs
    dated_on: dt.date | None
    precision: str
    files: tuple[tuple[str, str, int], ...]
    pending: tuple[str, ...]


@register.simple_tag
def document_row(document: Any) -> SafeString:
    """The line of a document that has its current files at hand."""
    facts = _Facts(
        document.symbol, tuple(document.titles.items()), tuple(document.kind_names.items()), document.dated_on,
        document.precision, tuple((file.language, file.label, file.size) for file in document.current_files),
        tuple(row["language"] for row in document.pending),
    )  # fmt: skip
    return _row(facts, get_language() or "")


@lru_cache(maxsize=1024)
def _row(facts: _Facts, language: str) -> SafeString:  # noqa: ARG001 - part of what is remembered
    """It depends on nothing but what it shows. Lines are the larger half of a list, so no template goes through them."""
    url = reverse("portal:documents") + quote(facts.symbol, safe=_SAFE) + "/"
    file = f"{facts.files[0][1]} {size(facts.files[0][2])}" if facts.files else ""
    cells = format_html(
        '<td data-label="{}">{}</td><td data-label="{}" class="nowrap">{}</td>',
        _("Kind"), in_language(dict(facts.kind_names)), _("Date"), imprecise(facts.dated_on, facts.precision),
    ) + format_html(
        '<td data-label="{}"><ul class="chips">{}</ul></td><td data-label="{}" class="nowrap">{}</td>',
        _("Languages"), _chips(facts, url), _("File"), file,
    )  # fmt: skip
    return format_html(
        '<tr><th scope="row"><span class="symbol">{}</span><a href="{}">{}</a></th>{}</tr>\n',
        facts.symbol, url, in_language(dict(facts.titles)), cells,
    )  # fmt: skip


def _chips(facts: _Facts, url: str) -> SafeString:
    """Each language it can be read in, and those that are awaited."""
    title = words(dict(facts.titles))
    there = format_html_join(
        "",
        '<li><a class="chip" href="{}files/{}/" hreflang="{}" aria-label="{} ({})">{}</a></li>',
        ((url, code, code, code.upper(), title, code.upper()) for code, _label, _size in facts.files),
    )
    awaited = ((_("%(code)s pending") % {"code": code.upper()},) for code in facts.pending)
    return there + format_html_join("", '<li><span class="chip pending">{}</span></li>', awaited)
