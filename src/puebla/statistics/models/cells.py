"""A cell: one released figure with its series, and what stands in its place where there is none."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from puebla.core.languages import Texts

if TYPE_CHECKING:
    from puebla.statistics.models.releases import Release

#: OBS_STATUS of what is withheld to protect people, and of a figure that does not compare with those before it.
SUPPRESSED, BREAK = "Q", "B"
#: A change of less than so many in a hundred is none.
STEADY = 1.0


class State(models.TextChoices):
    """What is known of a cell: a figure, or why there is none."""

    RELEASED = "released", _("released")
    HIDDEN = "hidden", _("not shown, to protect people")
    MISSING = "missing", _("no figure was given for this period")
    NO_PERIOD = "no_period", _("the release holds no figure for this period")
    NO_SERIES = "no_series", _("the release holds no such series")
    NO_RELEASE = "no_release", _("nothing of this dataflow has been released yet")
    NO_KEY = "no_key", _("the dataflow has no such series")
    NO_DATAFLOW = "no_dataflow", _("there is no such dataflow")
    WAITING = "waiting", _("not read yet; it will stand here in a moment")

    @classmethod
    def of(cls, figures: Sequence["Figure"], period: str) -> Self:
        """Of the figure for a period in these, or of the newest."""
        if not figures:
            return cls(cls.NO_SERIES)
        found = next((one for one in reversed(figures) if period in ("", one.period)), None)
        if found is None:
            return cls(cls.NO_PERIOD)
        return cls(found.state)


class Trend(models.TextChoices):
    """Where a figure stands against the one a year before, or against the last before that."""

    RISING = "rising", _("rising")
    STEADY = "steady", _("steady")
    FALLING = "falling", _("falling")
    #: Content or method changed in between.
    BROKEN = "broken", _("not comparable: the series was broken")
    UNKNOWN = "unknown", _("no earlier figure to compare with")


@dataclass(frozen=True)
class Figure:
    """A figure of a series: its period as SDMX writes it, its value where it is shown, its status by CL_OBS_STATUS."""

    period: str
    value: int | float | None
    status: str = ""

    @property
    def state(self) -> State:
        """Whether it is shown, and why not."""
        if self.value is not None:
            return State.RELEASED
        return State.HIDDEN if self.status == SUPPRESSED else State.MISSING

    @property
    def is_break(self) -> bool:
        """Whether it does not compare with those before it."""
        return self.status == BREAK


@dataclass(frozen=True)
class Cell:
    """A cell of released statistics, as pages show it.

    Attributes:
        dataflow, key: its address in SIEMMES.
        state: a figure is released, or why there is none.
        names: what the series counts, by language.
        figures: the whole series in order of time.
        release: from which it was read; None where nothing was.
        period: the one asked for; empty for the newest.
        unit: by language.
        edition, licence: of the source.
        ref: tells it from others on a page.
    """

    dataflow: str
    key: str
    state: State
    names: Texts = field(default_factory=dict)
    figures: tuple[Figure, ...] = ()
    release: "Release | None" = None
    period: str = ""
    unit: Texts = field(default_factory=dict)
    decimals: int | None = None
    edition: str = ""
    licence: str = ""
    ref: str = ""

    @property
    def figure(self) -> Figure | None:
        """The one asked for, shown or not; None where the release has none for that period."""
        return next((one for one in reversed(self.figures) if self.period in ("", one.period)), None)

    @property
    def value(self) -> int | float | None:
        """The figure's value, where it is shown."""
        return self.figure.value if self.figure else None

    @property
    def shown(self) -> tuple[Figure, ...]:
        """The figures that have a value, up to the one asked for."""
        upto = self._place()
        return tuple(one for one in self.figures[: upto + 1] if one.value is not None)

    @property
    def earlier(self) -> Figure | None:
        """The last shown figure of an earlier year for the same part of the year: what this one is compared with."""
        place, this = self._place(), self.figure
        if this is None or this.value is None:
            return None
        part = _part_of_year(this.period)
        before = (one for one in reversed(self.figures[:place]) if one.value is not None)
        return next((one for one in before if _part_of_year(one.period) == part), None)

    @property
    def change(self) -> float | None:
        """By how many in a hundred it changed; None where nothing compares, or the earlier figure is nought."""
        this, earlier = self.value, self.earlier
        if this is None or earlier is None or not earlier.value or self._is_broken(earlier):
            return None
        return 100 * (this - earlier.value) / abs(earlier.value)

    @property
    def trend(self) -> Trend:
        """Rising, falling, or steady where it changed by less than one in a hundred."""
        this, earlier = self.value, self.earlier
        if this is None or earlier is None or earlier.value is None:
            return Trend.UNKNOWN
        if self._is_broken(earlier):
            return Trend.BROKEN
        if this == earlier.value or (self.change is not None and abs(self.change) < STEADY):
            return Trend.STEADY
        return Trend.RISING if this > earlier.value else Trend.FALLING

    def _place(self) -> int:
        for place in range(len(self.figures) - 1, -1, -1):
            if self.period in ("", self.figures[place].period):
                return place
        return -1

    def _is_broken(self, earlier: Figure) -> bool:
        since = self.figures[self.figures.index(earlier) + 1 : self._place() + 1]
        return any(one.status == BREAK for one in since)


def _part_of_year(period: str) -> tuple[int, int]:
    """In which month a period begins and how many it has; of several years, their number alone."""
    from siemmes.model.periods import span

    reach = span(period)
    if reach is None:
        return (0, 0)
    length = reach.last - reach.first + 1
    return (reach.first % 12 if length < 12 else 0, length)


def fault_of(dataflow: str, key: str) -> State | None:
    """What is wrong with a series' address; None where it names one series, whether or not it was released."""
    from siemmes.model.catalogue import flows

    if dataflow not in flows():
        return State.NO_DATAFLOW
    return State.NO_KEY if wrong_code(dataflow, key) is not None else None


def wrong_code(dataflow: str, key: str) -> str | None:
    """The first dimension that a key says nothing of, or nothing that its list knows; empty where there are too many codes."""
    from siemmes.model.catalogue import code_list, structure

    about = structure(dataflow)
    codes = key.split(".")
    for place, name in enumerate(about.dimensions):
        if place >= len(codes) or codes[place] not in code_list(str(about.by_id[name].list)).by_id:
            return name
    return "" if len(codes) > len(about.dimensions) else None
