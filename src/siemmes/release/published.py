"""What was published: the releases of a flow as their manifests tell of them, and which of them is in force.

Only small texts are read here, and nothing is imported that reads figures: a command that lists releases answers at once.
"""

import datetime as dt
import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from siemmes.cube.parts import MANIFEST

#: The file that names the release in force.
CURRENT = "CURRENT"


@dataclass(frozen=True)
class Release:
    """A published release, as its manifest tells of it."""

    id: str
    flow: str
    number: int
    built_at: str
    observations: int
    series: int
    previous: str | None
    note: str
    submissions: tuple[Mapping[str, str], ...]
    public_from: str | None
    path: Path

    def is_public(self, now: dt.datetime) -> bool:
        """Whether its embargo, if it has one, is over."""
        return self.public_from is None or dt.datetime.fromisoformat(self.public_from) <= now

    def built_by(self, instant: dt.datetime) -> bool:
        """Whether it stood at an instant."""
        return dt.datetime.fromisoformat(self.built_at) <= instant

    @classmethod
    def at(cls, path: Path) -> "Release":
        """The release in a folder."""
        found: dict[str, Any] = json.loads((path / MANIFEST).read_text("utf-8"))
        return cls(
            id=found["id"], flow=found["flow"], number=found["number"], built_at=found["built_at"],
            observations=found["observations"], series=found["series"], previous=found["previous"], note=found["note"],
            submissions=tuple(found["submissions"]), public_from=found["public_from"], path=path,
        )  # fmt: skip

    def told(self) -> dict[str, object]:
        """The release as JSON tells of it."""
        return {
            "id": self.id, "flow": self.flow, "number": self.number, "built_at": self.built_at,
            "observations": self.observations, "series": self.series, "previous": self.previous, "note": self.note,
            "public_from": self.public_from, "submissions": list(self.submissions),
        }  # fmt: skip


def public_folder(store: Path, flow: str) -> Path:
    """Where the releases of a flow lie in a store."""
    return store / "public" / flow


def listed(public: Path) -> list[Release]:
    """The releases in a flow's folder, the oldest first."""
    if not public.is_dir():
        return []
    found = [
        Release.at(one)
        for one in public.iterdir()
        if not one.name.startswith(".") and (one / MANIFEST).is_file()
    ]
    return sorted(found, key=lambda one: one.number)


def head(public: Path) -> str | None:
    """The release last published, its embargo over or not: the next one starts from it."""
    try:
        return (public / CURRENT).read_text("utf-8").splitlines()[0]
    except FileNotFoundError:
        return None


def pointed(public: Path, now: dt.datetime) -> str | None:
    """The release in force at an hour; None where there is none yet."""
    try:
        release, *embargo = _pointer(f"{public}/{CURRENT}")
    except FileNotFoundError:
        return None
    if embargo and dt.datetime.fromisoformat(embargo[0]) > now:
        return embargo[1] or None
    return release


#: Seconds in which a pointer may be replaced twice and look untouched; so long it is read each time.
_FRESH = 2.0


def _pointer(file: str) -> tuple[str, ...]:
    """The lines of a pointer, read again only when another one has been put in its place."""
    there = os.stat(file)  # noqa: PTH116 - a path object takes longer to make than to ask
    if abs(time.time() - there.st_mtime) < _FRESH:
        return _read(file)
    return _known(file, there.st_ino, there.st_mtime_ns)


@lru_cache(maxsize=1 << 8)
def _known(file: str, _inode: int, _changed: int) -> tuple[str, ...]:
    return _read(file)


def _read(file: str) -> tuple[str, ...]:
    return tuple(Path(file).read_text("utf-8").splitlines())
