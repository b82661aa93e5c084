"""What a release says of itself: which cells it holds, and where its figures come from."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from siemmes.cube.layout import TABLE, Packing, coded, quoted
from siemmes.model.structures import TIME, VALUE, Structure
from siemmes.release.submissions import Submission

AVAILABILITY = "availability.json"
METADATA = "metadata.json"


def availability(folder: Path, about: Structure, labels: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """The codes that occur in each dimension with the figures behind them, and the periods: SDMX's availability constraint.

    Precomputed, since clients ask it before every question.

    Args:
        folder: the release's, whose mapped columns are counted.
        labels: the sorted labels of each coded column.
    """
    packing = Packing.of([len(labels[name]) for name in about.dimensions])
    keys = np.fromfile(folder / "index/keys.bin", "<u8").reshape(packing.words, -1)
    counts = np.fromfile(folder / "index/counts.bin", "<u4")
    periods = np.fromfile(folder / "columns/period.bin", "<u2")
    behind = {
        name: np.bincount(packing.column(keys, place), counts, minlength=len(labels[name]))
        for place, name in enumerate(about.dimensions)
    } | {TIME: np.bincount(periods, minlength=len(labels[TIME]))}
    dimensions = {
        name: {label: int(n) for label, n in zip(labels[name], behind[name], strict=True) if n}
        for name in about.key
    }
    found = list(dimensions[TIME])
    return {
        "observations": len(periods),
        "series": len(counts),
        "dimensions": dimensions,
        "periods": [found[0], found[-1]] if found else None,
    }


def reference_metadata(
    con: Any, about: Structure, submissions: Sequence[Submission], source: str = TABLE
) -> dict[str, Any]:
    """How the figures of each reporting area were made: what was said of whole submissions, the breaks, what is missing.

    Args:
        source: a table or view of the figures, codes as ENUMs.
    """
    said = [name for name in about.attributes_at("dataset") if name in coded(about)]
    columns = ", ".join(f"CAST({quoted(name)} AS VARCHAR)" for name in ("REF_AREA", *said))
    made = con.execute(
        f"SELECT {columns}, CAST(min({TIME}) AS VARCHAR), CAST(max({TIME}) AS VARCHAR), count(*), count({VALUE}) FROM {source} "
        f"GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    breaks = con.execute(
        f'SELECT CAST("REF_AREA" AS VARCHAR), CAST({TIME} AS VARCHAR), count(*) FROM {source} WHERE "OBS_STATUS"::VARCHAR = \'B\' '
        "GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    return {
        "flow": about.id,
        "names": dict(about.names),
        "describe": dict(about.describe),
        "sources": [
            {
                "REF_AREA": row[0],
                **{name: value for name, value in zip(said, row[1:], strict=False) if value is not None},
                "periods": [row[-4], row[-3]],
                "figures": row[-2],
                "shown": row[-1],
            }
            for row in made
        ],
        "breaks": [
            {"REF_AREA": area, "TIME_PERIOD": period, "figures": number} for area, period, number in breaks
        ],
        "revisions": [
            {"submission": one.id, "sender": one.sender, "reason": one.reason}
            for one in submissions
            if one.reason
        ],
    }
