"""Lines of a meeting's page, and hours in the venue's zone and the reader's own."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.template import Context
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from puebla.core.zones import place_of
from puebla.meetings.views import rows
from puebla.texts.models.wording import shown

register = template.Library()


@register.simple_tag(takes_context=True)
def hours(context: Context, entry: Any) -> SafeString:
    """From when until when, by the clocks of the venue; beneath, by the reader's own where they differ.

    Args:
        entry: a session, or a mapping with its starts_at, ends_at, zone.
    """
    starts_at, ends_at, zone = (_of(entry, name) for name in ("starts_at", "ends_at", "zone"))
    there = ZoneInfo(zone)
    own = context.get("reader_zone") or timezone.get_current_timezone()
    words = format_html(
        '<time datetime="{}">{}</time>–{}',
        starts_at.isoformat(),
        _hour(starts_at, there),
        _hour(ends_at, there),
    )
    if starts_at.astimezone(own).utcoffset() == starts_at.astimezone(there).utcoffset():
        return words
    day = starts_at.astimezone(own).date()
    other = "" if day == starts_at.astimezone(there).date() else f"{date_format(day, 'MONTH_DAY_FORMAT')}, "
    return format_html(
        "{} <small>{}</small>", words,
        _("%(day)s%(from)s–%(until)s your time") % {"day": other, "from": _hour(starts_at, own), "until": _hour(ends_at, own)},
    )  # fmt: skip


@register.simple_tag(takes_context=True)
def session_line(context: Context, entry: dict[str, Any]) -> SafeString:
    """A session, or the hours of a closed one, on its day."""
    own = context.get("reader_zone") or timezone.get_current_timezone()
    if entry.get("bilateral"):
        return rows.bilateral_line(entry, context["meeting"].symbol, own)
    items = tuple((one.ref, one.label) for one in entry["items"])
    return rows.session_line(entry["row"], items, context["meeting"].symbol, own, get_language() or "")


@register.simple_tag(takes_context=True)
def item_head(context: Context, row: dict[str, Any]) -> SafeString:
    """The head of an item; that it changed is told where none of its papers is marked."""
    changed = row["changed"] and not row["new"]
    return rows.item_head(row["item"], changed, context["meeting"].symbol, get_language() or "")


@register.simple_tag(takes_context=True)
def papers(context: Context, row: dict[str, Any]) -> SafeString:
    """The papers under an item."""
    return rows.paper_lines(row["papers"], context["languages"], get_language() or "")


@register.filter
def in_zone(instant: dt.datetime, zone: dt.tzinfo) -> dt.datetime:
    """The instant by the clocks of a zone, to be written; one that is known already is not turned again."""
    return instant.astimezone(zone).replace(tzinfo=None)


@register.filter
def marked_words(line: str) -> SafeString:
    """A paragraph of a statement; what *stands so* is set off, as in every text."""
    return shown(line)


@register.filter
def there(instant: dt.datetime, zone: str) -> dt.datetime:
    """The instant by the clocks of the zone of this name, to be written."""
    return instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


@register.filter
def place(zone: str) -> str:
    """The place after which a zone is named."""
    return place_of(zone)


def _of(entry: Any, name: str) -> Any:
    return entry[name] if isinstance(entry, dict) else getattr(entry, name)


def _hour(instant: dt.datetime, zone: dt.tzinfo) -> str:
    return instant.astimezone(zone).strftime("%H:%M")
