"""Protection as the release build calls it."""

from dataclasses import dataclass
from typing import Any

from siemmes.cube.layout import quoted, single
from siemmes.model.structures import VALUE, Structure


@dataclass(frozen=True)
class Protected:
    """What protection did.

    Attributes:
        cells: figures that were looked at.
        hidden: figures that are not shown.
    """

    cells: int
    hidden: int

    def public(self) -> dict[str, Any]:
        """What readers are told."""
        return {"cells": self.cells, "hidden": self.hidden}


def protect(con: Any, source: str, about: Structure, *, into: str) -> Protected:
    """Copy the figures that the public may see into a table; small and confidential ones lose their value."""
    small = f"({VALUE} > 0 AND {VALUE} < {about.protection.threshold})"
    hidden = f"({small} OR coalesce(\"CONF_STATUS\", 'F') <> 'F')"
    selected = ", ".join(
        f"CASE WHEN {hidden} THEN NULL ELSE {VALUE} END AS {VALUE}" if name == VALUE
        else f"CASE WHEN {hidden} THEN 'Q' ELSE \"OBS_STATUS\" END AS \"OBS_STATUS\"" if name == "OBS_STATUS"
        else f"CASE WHEN {hidden} THEN 'C' ELSE 'F' END AS \"CONF_STATUS\"" if name == "CONF_STATUS"
        else quoted(name)
        for name in about.columns
    )  # fmt: skip
    con.execute(f"CREATE TABLE {into} AS SELECT {selected} FROM {source}")
    return Protected(*single(con, f"SELECT count(*), count(*) FILTER ({hidden}) FROM {source}"))
