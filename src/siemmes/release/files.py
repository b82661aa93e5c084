"""Files that are whole or absent: written aside, synced, renamed; and locks between processes."""

import fcntl
import json
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from siemmes.model.errors import RefusedError

#: What a full or failing disk raises. DuckDB gives up on a database whose file it could not write (FatalException).
WRITE_FAILED = (OSError, duckdb.IOException, duckdb.FatalException)

#: Files that are synced at a time.
_SYNCED = 4


def sync_folder(folder: Path) -> None:
    """Have the names in a folder written to the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_tree(folder: Path) -> None:
    """Have every file below a folder written to the disk, and the names of all.

    Several at a time: the disk writes its log once for all that wait for it.
    """
    every = [(Path(base), names) for base, _folders, names in os.walk(folder)]
    with ThreadPoolExecutor(_SYNCED) as pool:
        list(pool.map(sync_file, [base / name for base, names in every for name in names]))
        list(pool.map(sync_folder, [base for base, _names in every]))


def sync_file(file: Path) -> None:
    """Have a file written to the disk."""
    descriptor = os.open(file, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_whole(path: Path, text: str) -> None:
    """Put a text into a file so that readers see the old one or the new one, never a part."""
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    with aside.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
    sync_folder(path.parent)


def write_json(path: Path, value: Any) -> None:
    """Put a value into a file as JSON for machines and people alike, in a folder that nobody looks at before it is synced."""
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


@contextmanager
def held(folder: Path, what: tuple[str, str]) -> Iterator[None]:
    """The only one to write in a folder for as long as the block runs; a kill lets go of it.

    Args:
        what: what another process is doing, in English and Spanish, for the refusal.

    Raises:
        RefusedError: where another process holds it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise RefusedError(
                {
                    "en": f"{what[0]} is under way here already; try again when it has ended.",
                    "es": f"{what[1]} ya está en curso aquí; inténtelo de nuevo cuando termine.",
                }
            ) from error
        yield
