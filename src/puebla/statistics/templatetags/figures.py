"""Cells of released statistics on a page: figure, period, trend, spark line."""

from django import template
from django.utils.safestring import SafeString

from puebla.statistics.models import Cell, Figure
from puebla.statistics.views import sparks, wording

register = template.Library()

register.filter("period_words", wording.period)
register.filter("trend_words", wording.trend)


@register.filter
def figure_words(cell: Cell, figure: Figure | None = None) -> str:
    """The cell's figure, or another of its series, in the reader's language."""
    one = cell.figure if figure is None else figure
    return wording.number(one.value, cell.decimals) if one else ""


@register.simple_tag
def spark(cell: Cell) -> SafeString:
    """The series as a line."""
    return sparks.spark(cell)
