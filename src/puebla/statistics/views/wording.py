"""Figures, periods and changes in the reader's language."""

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from puebla.statistics.models import Cell, Trend
from puebla.theme.templatetags.theme import imprecise

#: A figure that is no whole number and says nothing of its decimals is shown with so many at most.
MOST_DECIMALS = 2


def number(value: int | float | None, decimals: int | None = None) -> str:
    """A figure: 27,594, or 27 594 in Spanish; nothing for none."""
    if value is None:
        return ""
    if decimals is None:
        decimals = 0 if value == int(value) else MOST_DECIMALS
    return _rounded(value, decimals)


def _rounded(value: float, decimals: int) -> str:
    """To so many decimals; Django's own would cut them off."""
    exact = Decimal(str(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return number_format(exact, decimal_pos=decimals).replace("-", "−")


def period(text: str) -> str:
    """A period of SDMX as people say it; twelve months that begin in October are no year, and are said as what they are."""
    from siemmes.model.periods import span

    reach = span(text)
    if reach is None:
        return text
    months = reach.last - reach.first + 1
    year, month = divmod(reach.first, 12)
    if months == 1:
        return imprecise(dt.date(year, month + 1, 1), "month")
    if month == 0 and months % 12 == 0:
        return str(year) if months == 12 else f"{year}–{year + months // 12 - 1}"
    if months == 3:
        return _part_of_year(f"Q{month // 3 + 1}", year)
    if months == 6:
        return _part_of_year(f"S{month // 6 + 1}", year)
    last_year, last_month = divmod(reach.last, 12)
    ends = (dt.date(year, month + 1, 1), dt.date(last_year, last_month + 1, 1))
    return " – ".join(imprecise(one, "month") for one in ends)


def _part_of_year(part: str, year: int) -> str:
    words = {
        "Q1": _("first quarter of %(year)s"), "Q2": _("second quarter of %(year)s"), "Q3": _("third quarter of %(year)s"),
        "Q4": _("fourth quarter of %(year)s"), "S1": _("first half of %(year)s"), "S2": _("second half of %(year)s"),
    }  # fmt: skip
    return words[part] % {"year": year}


def change(cell: Cell) -> str:
    """By how much it changed: "+12.3%"; nothing where that cannot be said, or is nought."""
    amount = abs(cell.change or 0)
    decimals = 0 if amount >= 10 else 1
    if cell.change is None or not round(amount, decimals):
        return ""
    sign = "+" if cell.change > 0 else "−"
    return pgettext("a share", "%(amount)s%%") % {"amount": f"{sign}{_rounded(amount, decimals)}"}  # fmt: skip


def trend(cell: Cell) -> str:
    """The trend in words, with the figure that it is against: "rising, +10% against 2018 (100)"."""
    earlier = cell.earlier
    if earlier is None or cell.trend in {Trend.UNKNOWN, Trend.BROKEN}:
        return str(cell.trend.label)
    against = {"trend": cell.trend.label, "change": change(cell), "period": period(earlier.period), "figure": number(earlier.value, cell.decimals)}  # fmt: skip
    if not against["change"]:
        return _("%(trend)s against %(period)s (%(figure)s)") % against
    return _("%(trend)s, %(change)s against %(period)s (%(figure)s)") % against


def spoken(cell: Cell) -> str:
    """What a spark line shows, for who does not see it."""
    figures = cell.shown
    least, most = min(figures, key=_value), max(figures, key=_value)
    return _("From %(first)s to %(last)s; least %(least)s, most %(most)s.") % {
        name: f"{period(one.period)}: {number(one.value, cell.decimals)}"
        for name, one in (("first", figures[0]), ("last", figures[-1]), ("least", least), ("most", most))
    }


def _value(figure: object) -> float:
    return float(getattr(figure, "value", 0) or 0)
