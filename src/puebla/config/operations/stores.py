"""The two stores of files: walked for a back-up, filled by a restore."""

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Any

from django.core.files import File
from django.core.files.storage import FileSystemStorage, Storage, storages

from puebla.core.files.store import INCOMING

#: Name in a back-up → name of the storage.
STORES = {"private": "default", "public": "public"}


def keys_of(storage: Storage, folder: str = "") -> Iterator[str]:
    """Every stored file; uploads still under way are not stored yet."""
    try:
        folders, names = storage.listdir(folder)
    except FileNotFoundError:
        return
    for name in sorted(names):
        yield f"{folder}/{name}".lstrip("/")
    for name in sorted(folders):
        if folder or name != INCOMING:
            yield from keys_of(storage, f"{folder}/{name}".lstrip("/"))


class Filling(AbstractContextManager["Filling"]):
    """Files on their way into an empty store: aside first, in their place by `settle`, taken away when anything fails."""

    def __init__(self, name: str) -> None:
        self.storage = storages[STORES[name]]
        self._written: list[str] = []
        self._aside: Path | None = None
        if isinstance(self.storage, FileSystemStorage):
            # Inside the store, which may be a disk of its own: names cannot be moved from one disk to another.
            self._aside = Path(self.storage.location) / INCOMING / secrets.token_hex(8)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        if self._aside is not None:
            shutil.rmtree(self._aside, ignore_errors=True)
        if kind is None:
            return
        for name in self._written:
            if self._aside is not None:
                shutil.rmtree(self._place / name, ignore_errors=True)
            else:
                self.storage.delete(name)

    @property
    def _place(self) -> Path:
        return Path(self.storage.location)  # type: ignore[attr-defined]

    def put(self, key: str, stream: Any) -> None:
        """Take a file."""
        if self._aside is None:
            self._save(key, stream)
            return
        path = self._aside / key
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as target:
            shutil.copyfileobj(stream, target, 1 << 20)
            target.flush()
            os.fsync(target.fileno())
        mode = getattr(self.storage, "file_permissions_mode", None)
        if mode is not None:
            path.chmod(mode)

    def _save(self, key: str, stream: Any) -> None:
        with tempfile.TemporaryFile() as copy:
            shutil.copyfileobj(stream, copy, 1 << 20)
            copy.seek(0)
            saved = self.storage.save(key, File(copy, name=key))
        self._written.append(saved)
        if saved != key:
            raise FileExistsError(key)

    def settle(self) -> None:
        """Bring all of them into their place."""
        if self._aside is None or not self._aside.exists():
            return
        for one in sorted(self._aside.iterdir()):
            if (self._place / one.name).exists():
                remove_empty(self._place / one.name)
            one.rename(self._place / one.name)
            self._written.append(one.name)


def remove_empty(folder: Path) -> None:
    """Remove a folder of folders; a file in it stops this with an error, and nothing is lost."""
    for one in folder.iterdir():
        remove_empty(one)
    folder.rmdir()
