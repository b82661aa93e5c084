"""What is released of the statistics, and what was last read of it: pages ask these rows, never the store of releases.

Nothing is written here before the hour at which it is public, and nothing that did not pass protection.
"""

from puebla.statistics.models.cells import Cell, Figure, State, Trend
from puebla.statistics.models.releases import Reading, Release, ReleasedSeries

__all__ = ["Cell", "Figure", "Reading", "Release", "ReleasedSeries", "State", "Trend"]
