"""Lines of a meeting's page. Each depends on nothing but what it shows, so it is written once and remembered: lines are most of it.

Rows are known by identity: one that reads as it did before is the same object (`querysets.programme`).
"""

import datetime as dt
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from puebla.meetings.querysets.programme import ItemRow, LineRow, PaperRow, SessionRow


@lru_cache(maxsize=1024)
def session_line(
    row: SessionRow | LineRow,
    items: tuple[tuple[str, str], ...],
    symbol: str,
    zone: dt.tzinfo,
    _language: str,
) -> SafeString:
    """A session on its day, by the clocks of the venue and of this zone."""
    session = row if isinstance(row, SessionRow) else None
    context = {"row": row, "session": session, "items": items, "symbol": symbol, "reader_zone": zone}
    return mark_safe(render_to_string("meetings/_entry.html", context))  # noqa: S308 - a template's


def bilateral_line(entry: dict[str, Any], symbol: str, zone: dt.tzinfo) -> SafeString:
    """A bilateral meeting of the reader's own party on its day."""
    context = {"bilateral": entry["bilateral"], "other": entry["with"], "symbol": symbol, "reader_zone": zone}
    return mark_safe(render_to_string("meetings/_bilateral_entry.html", context))  # noqa: S308 - a template's


@lru_cache(maxsize=2048)
def item_head(item: ItemRow, changed: bool, symbol: str, _language: str) -> SafeString:
    """The head of an item."""
    context = {"item": item, "changed": changed, "symbol": symbol}
    return mark_safe(render_to_string("meetings/_item.html", context))  # noqa: S308 - a template's


def paper_lines(papers: Iterable[dict[str, Any]], languages: Iterable[str], language: str) -> SafeString:
    """The papers under an item."""
    working = tuple(languages)
    lines = [_paper_line(one, working, language) for one in papers]
    return mark_safe(f'<ul class="papers">{"".join(lines)}</ul>' if lines else "")  # noqa: S308 - of lines that are


def _paper_line(paper: dict[str, Any], languages: tuple[str, ...], language: str) -> str:
    """One paper; what changed in it is of one reader alone, and so is the way there."""
    if paper["mark"] == "changed" or paper.get("opened"):
        return render_to_string("meetings/_paper.html", {**paper, "languages": languages})
    return _plain_line(paper["document"], paper["mark"], languages, language)


@lru_cache(maxsize=6000)
def _plain_line(document: PaperRow, mark: str, languages: tuple[str, ...], _language: str) -> str:
    return render_to_string(
        "meetings/_paper.html", {"document": document, "mark": mark, "languages": languages}
    )
