"""An open release folder: read-only, shared by many readers, closed by the last of them.

A folder never changes once it is published. Opening checks that its parts are there; what each file must be is written in
its manifest and compared by `verify`.
"""

import datetime as dt
import hashlib
import json
import mmap
import threading
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import pyarrow as pa

from siemmes.cube.layout import CUBE, MAPPED, NOT_ONE, TABLE, Packing, free, quoted, single
from siemmes.cube.parts import MANIFEST
from siemmes.cube.series import Series
from siemmes.model.catalogue import structure
from siemmes.model.errors import DamagedError
from siemmes.model.structures import Structure

if TYPE_CHECKING:
    import duckdb

T = TypeVar("T")
#: Results that a release keeps for those who ask again.
_KEPT = 128


class Cube:
    """The figures of one release, ready for questions.

    Args:
        path: the release folder.
        whole: returns once the store is written, where a release is still being built; it is asked before the store is opened.

    Raises:
        DamagedError: where the folder has no readable manifest or lacks a file.
    """

    def __init__(self, path: Path, *, whole: Callable[[], object] = lambda: None) -> None:
        self.path = path
        self._whole = whole
        self.manifest = _manifest(path)
        self.about: Structure = structure(self.manifest["flow"])
        self._lock = threading.Lock()
        self._con: duckdb.DuckDBPyConnection | None = None
        self._maps: list[mmap.mmap] = []
        self._kept: dict[Hashable, Any] = {}

    def kept(self, asked: Hashable, made: Callable[[], T]) -> T:
        """What was made of this release before, or what is made now: an SQL text, the texts of its labels.

        Args:
            asked: all that the result depends on beside the release.
        """
        found = self._kept.get(asked)
        if found is None:
            found = made()
            if len(self._kept) >= _KEPT:
                self._kept.clear()
            self._kept[asked] = found
        return found

    @property
    def release(self) -> str:
        """The release's id, which is also its entity tag."""
        return str(self.manifest["id"])

    @property
    def built_at(self) -> dt.datetime:
        """When the release was built."""
        return dt.datetime.fromisoformat(self.manifest["built_at"])

    @property
    def labels(self) -> Mapping[str, list[str]]:
        """The sorted labels of each coded column that stand in this release."""
        return self.manifest["labels"]

    @cached_property
    def places(self) -> dict[str, dict[str, int]]:
        """The place of each label in its column."""
        return {
            name: {label: place for place, label in enumerate(found)} for name, found in self.labels.items()
        }

    @cached_property
    def silent(self) -> frozenset[str]:
        """The columns of free text in which this release says nothing at all."""
        names = free(self.about)
        if not names:
            return frozenset()
        if not len(self.said) or self.said.max() != NOT_ONE:
            return frozenset(name for name in names if not any(self._said_of(name)))
        con = self.cursor()
        counts = single(con, f"SELECT {', '.join(f'count({quoted(name)})' for name in names)} FROM {TABLE}")
        con.close()
        return frozenset(name for name, count in zip(names, counts, strict=True) if not count)

    def cursor(self) -> "duckdb.DuckDBPyConnection":
        """A connection of one's own to the store; close it when done."""
        import duckdb  # what the mapped columns answer needs no database

        self._whole()
        with self._lock:
            if self._con is None:
                self._con = duckdb.connect(str(self.path / CUBE), read_only=True)
            return self._con.cursor()

    def close(self) -> None:
        """Let go of the store; cursors still open finish first."""
        with self._lock:
            if self._con is not None:
                self._con.close()
                self._con = None

    @cached_property
    def _packing(self) -> Packing:
        return Packing.of([len(self.labels[name]) for name in self.about.dimensions])

    def _mapped(self, name: str, kind: str) -> np.ndarray:
        file = self.path / name
        try:
            if file.stat().st_size == 0:
                return np.zeros(0, dtype=kind)
            with file.open("rb") as opened:
                held = mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ)
        except OSError as error:
            raise _damaged(self.path, name) from error
        self._maps.append(held)
        return np.frombuffer(held, dtype=kind)

    def give_back(self) -> None:
        """Let the system have the memory in which the mapped files were read; they are read again where they are asked for."""
        for held in self._maps:
            held.madvise(mmap.MADV_DONTNEED)

    @cached_property
    def _keys(self) -> np.ndarray:
        return self._mapped("index/keys.bin", "<u8").reshape(self._packing.words, -1)

    @cached_property
    def extents(self) -> tuple[np.ndarray, np.ndarray]:
        """Of each series in key order, its first row and its number of rows."""
        return self._mapped("index/starts.bin", "<u8"), self._mapped("index/counts.bin", "<u4")

    @cached_property
    def said(self) -> np.ndarray:
        """Of each series, which set of attributes holds for the whole of it; 0xFFFFFFFF for "not one"."""
        return self._mapped("index/said.bin", "<u4")

    @cached_property
    def codes(self) -> dict[str, np.ndarray]:
        """By dimension, of each series the place of its label."""
        found = {}
        for place, name in enumerate(self.about.dimensions):
            bits = self._packing.places[place][2]
            kind = np.uint8 if bits < 8 else np.uint16 if bits < 16 else np.uint32
            found[name] = self._packing.column(self._keys, place).astype(kind)
        return found

    @property
    def sets(self) -> int:
        """How many sets of attributes are said of whole series."""
        return len(self.manifest["said"])

    def _said_of(self, name: str) -> list[str]:
        place = self.manifest["said_of"].index(name)
        return [one[place] for one in self.manifest["said"]]

    def said_codes(self, name: str) -> np.ndarray:
        """By set, the place of the label of a coded attribute; the number of labels where it says nothing."""
        places, none = self.places[name], len(self.labels[name])
        return np.array([places[text] if text else none for text in self._said_of(name)], dtype=np.uint32)

    def said_texts(self, name: str) -> pa.Array:
        """By set, the text of an attribute of free text; null where it says nothing."""
        return pa.array([text or None for text in self._said_of(name)], pa.string())

    @cached_property
    def columns(self) -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]]:
        """Of each row in key order: the place of its period, its figure, the places of its statuses."""
        return (
            self._mapped("columns/period.bin", "<u2"),
            self._mapped("columns/value.bin", "<i8" if self.about.whole else "<f8"),
            {name: self._mapped(f"columns/{name}.bin", "u1") for name in MAPPED if name in self.about.by_id},
        )

    def series(self, key: Sequence[str]) -> Series | None:
        """One series by its full key, without SQL; None where the release holds none such."""
        found = self._find(key)
        if found is None:
            return None
        starts, counts = self.extents
        first = int(starts[found])
        last = first + int(counts[found])
        period, value, statuses = self.columns
        number = int(self.said[found])
        return Series(
            about=self.about,
            labels=self.labels,
            key=tuple(key),
            periods=period[first:last],
            values=value[first:last],
            statuses={name: column[first:last] for name, column in statuses.items()},
            said=dict(zip(self.manifest["said_of"], self.manifest["said"][number], strict=True))
            if number < self.sets
            else None,
            fields=self._fields[number] if number < self.sets else {},
        )

    @cached_property
    def _fields(self) -> list[dict[tuple[int, ...], str]]:
        """By set of attributes, what was written of it."""
        return [{} for _ in range(self.sets)]

    def _find(self, key: Sequence[str]) -> int | None:
        codes = []
        for name, code in zip(self.about.dimensions, key, strict=True):
            place = self.places[name].get(code)
            if place is None:
                return None
            codes.append(place)
        words = self._packing.pack(codes)
        keys = self._keys
        low, high = 0, keys.shape[1]
        for number, word in enumerate(words):
            column = keys[number, low:high]
            wanted = np.uint64(word)
            low, high = (
                low + int(column.searchsorted(wanted, "left")),
                low + int(column.searchsorted(wanted, "right")),
            )
            if low == high:
                return None
        return low

    def verify(self) -> None:
        """Compare every file with the manifest.

        Raises:
            DamagedError: naming the first file that is missing or changed.
        """
        for name, promised in self.manifest["files"].items():
            file = self.path / name
            if not file.is_file() or _digest(file) != promised["sha256"]:
                raise _damaged(self.path, name)


def _digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _damaged(path: Path, name: str) -> DamagedError:
    return DamagedError(
        {
            "en": f"{path.name}: “{name}” is missing or is not what the manifest says. Restore it, or build the release again.",
            "es": f"{path.name}: falta «{name}» o no es lo que dice el manifiesto. Restáurelo o construya de nuevo la publicación.",
        }
    )


def _manifest(path: Path) -> dict[str, Any]:
    try:
        found = json.loads((path / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise _damaged(path, MANIFEST) from error
    if not (path / CUBE).is_file():
        raise _damaged(path, CUBE)
    return found


class Shelf:
    """The open cubes of a process: one handle a release, lent to many readers, closed by the last when it is old."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: dict[Path, Cube] = {}
        self._lent: dict[Path, int] = {}
        self._current: dict[Path, Path] = {}

    @contextmanager
    def borrow(self, path: Path, *, keep: Path | None = None) -> Iterator[Cube]:
        """A cube for as long as the block runs.

        Args:
            path: the release folder.
            keep: the flow's folder, when this release is its current one: it stays open until another one is.
        """
        cube = self._take(path, keep)
        try:
            yield cube
        finally:
            self._give_back(path)

    def _take(self, path: Path, keep: Path | None) -> Cube:
        with self._lock:
            if path not in self._open:
                self._open[path] = Cube(path)
            self._lent[path] = self._lent.get(path, 0) + 1
            old = self._current.get(keep) if keep else None
            if keep is not None:
                self._current[keep] = path
            if old is not None and old != path:
                self._close_if_idle(old)
            return self._open[path]

    def _give_back(self, path: Path) -> None:
        with self._lock:
            self._lent[path] -= 1
            self._close_if_idle(path)

    def _close_if_idle(self, path: Path) -> None:
        if not self._lent.get(path) and path not in self._current.values() and path in self._open:
            self._open.pop(path).close()
            self._lent.pop(path, None)

    def close(self) -> None:
        """Close everything that nobody holds."""
        with self._lock:
            self._current.clear()
            for path in list(self._open):
                self._close_if_idle(path)
