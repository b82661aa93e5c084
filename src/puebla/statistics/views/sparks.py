"""Spark lines: a series at a glance, drawn on the server, told in words to who does not see it."""

from collections.abc import Iterator, Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from puebla.core.languages import show
from puebla.statistics.models import Cell, Figure
from puebla.statistics.models.cells import BREAK
from puebla.statistics.views import wording

WIDTH, HEIGHT, MARGIN = 160, 32, 4

Point = tuple[float, float]


def spark(cell: Cell) -> SafeString:
    """The series up to the figure shown; nothing where there are fewer than two figures.

    The line is cut where a figure is missing and where the series was broken, and begins at nought where none is below.
    """
    figures = cell.shown
    if len(figures) < 2:
        return SafeString("")
    points = dict(zip(figures, _placed(figures), strict=True))
    lines = [[points[one] for one in stretch] for stretch in _stretches(cell)]
    x, y = points[figures[-1]]
    return format_html(
        '<svg class="spark" role="img" width="{}" height="{}" viewBox="0 0 {} {}" aria-labelledby="spark-{}">'
        '<title id="spark-{}">{}. {}</title><g fill="none" stroke="currentColor" stroke-width="2"'
        ' stroke-linejoin="round" stroke-linecap="round">{}</g><circle cx="{}" cy="{}" r="3" fill="currentColor"/></svg>',
        WIDTH, HEIGHT, WIDTH, HEIGHT, cell.ref, cell.ref, str(show(cell.names)), wording.spoken(cell),
        format_html_join("", '<path d="{}"/>', ((_path(line),) for line in lines)), _plain(x), _plain(y),
    )  # fmt: skip


def _placed(figures: Sequence[Figure]) -> list[Point]:
    """Where each stands: from left to right by its period, from below by its size."""
    from siemmes.model.periods import span

    reaches = [span(one.period) for one in figures]
    months = [reach.first if reach else place for place, reach in enumerate(reaches)]
    values = [float(one.value or 0) for one in figures]
    low, high = min(0.0, *values), max(0.0, *values)
    first, last = months[0], months[-1]
    return [
        (
            MARGIN + (WIDTH - 2 * MARGIN) * (month - first) / ((last - first) or 1),
            HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * (value - low) / ((high - low) or 1),
        )
        for month, value in zip(months, values, strict=True)
    ]


def _stretches(cell: Cell) -> Iterator[list[Figure]]:
    """The figures that a line joins."""
    shown, joined = set(cell.shown), list[Figure]()
    for one in cell.figures:
        if joined and (one not in shown or one.status == BREAK):
            yield joined
            joined = []
        if one in shown:
            joined.append(one)
    if joined:
        yield joined


def _path(line: Sequence[Point]) -> str:
    """One figure by itself is a dot: a line of no length with round ends."""
    return "M" + "L".join(f"{_plain(x)} {_plain(y)}" for x, y in (line if len(line) > 1 else [line[0], line[0]]))  # fmt: skip


def _plain(place: float) -> str:
    """A place as SVG writes it, whatever the language."""
    return f"{place:.1f}".removesuffix(".0")
