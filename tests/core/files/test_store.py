import errno
import hashlib
import io
import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.files.storage import FileSystemStorage, InMemoryStorage

from puebla.core.files.store import put, sweep
from puebla.core.verdicts import RefusedError

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
CONTENT = b"declaration " * 200_000


def files_below(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


class Interrupted(io.RawIOBase):
    """A source that gives some bytes and then fails."""

    def __init__(self, error: BaseException) -> None:
        self._error, self._given = error, False

    def read(self, size: int = -1) -> bytes:
        if self._given:
            raise self._error
        self._given = True
        return b"x" * 1000


@pytest.mark.parametrize("storage_class", [FileSystemStorage, InMemoryStorage])
@pytest.mark.parametrize("as_path", [True, False])
def test_what_is_put_can_be_opened_under_a_key_that_says_nothing(storage_class, as_path, tmp_path):
    storage = storage_class(location=tmp_path / "store")
    path = tmp_path / "Secret agenda.pdf"
    path.write_bytes(CONTENT)

    stored = put(path if as_path else io.BytesIO(CONTENT), storage=storage)

    assert re.fullmatch(r"[0-9a-f]{2}/[0-9a-f]{2}/[0-9a-f]{32}", stored.key)
    assert stored.size == len(CONTENT)
    assert stored.sha256 == hashlib.sha256(CONTENT).hexdigest()
    with storage.open(stored.key) as file:
        assert file.read() == CONTENT


def test_a_source_that_was_read_before_is_stored_whole(tmp_path):
    source = io.BytesIO(CONTENT)
    source.read(10)

    assert put(source, storage=FileSystemStorage(location=tmp_path)).size == len(CONTENT)


@pytest.mark.parametrize("storage_class", [FileSystemStorage, InMemoryStorage])
@pytest.mark.parametrize("error", [OSError(errno.EIO, "cut"), KeyboardInterrupt()])
def test_an_interrupted_put_leaves_nothing(storage_class, error, tmp_path):
    storage = storage_class(location=tmp_path)

    with pytest.raises(type(error)):
        put(Interrupted(error), storage=storage)

    assert files_below(tmp_path) == []
    assert storage.listdir("")[1] == [] if storage_class is InMemoryStorage else True


def test_a_full_disk_is_told_in_a_sentence_and_leaves_nothing(tmp_path):
    storage = FileSystemStorage(location=tmp_path)

    with pytest.raises(RefusedError, match="disk of the server is full"):
        put(Interrupted(OSError(errno.ENOSPC, "No space left on device")), storage=storage)

    assert files_below(tmp_path) == []


def test_a_write_beyond_what_the_system_allows_is_told_as_a_full_disk(tmp_path):
    import resource
    import signal

    storage = FileSystemStorage(location=tmp_path)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))

    try:
        with pytest.raises(RefusedError):
            put(io.BytesIO(CONTENT), storage=storage)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)

    assert files_below(tmp_path) == []


def aged(storage: FileSystemStorage, key: str, *, days: int) -> None:
    stamp = (NOW - timedelta(days=days)).timestamp()
    os.utime(storage.path(key), (stamp, stamp))


def test_a_sweep_removes_old_orphans_and_broken_uploads_only(tmp_path):
    storage = FileSystemStorage(location=tmp_path)
    orphan, used, young = (put(io.BytesIO(b"x"), storage=storage).key for _ in range(3))
    (tmp_path / "incoming" / "cut").write_bytes(b"x")
    (tmp_path / "incoming" / "running").write_bytes(b"x")
    (tmp_path / "other.txt").write_bytes(b"not ours")
    for key in (orphan, used, "incoming/cut", "other.txt"):
        aged(storage, key, days=3)
    for key in (young, "incoming/running"):
        aged(storage, key, days=0)

    removed = sweep(storage, known=lambda keys: {used} & set(keys), older_than=NOW - timedelta(days=1))

    assert removed == 2
    assert {str(path.relative_to(tmp_path)) for path in files_below(tmp_path)} == {
        used,
        young,
        "incoming/running",
        "other.txt",
    }


def test_a_sweep_of_an_empty_or_missing_store_does_nothing(tmp_path):
    for storage in (FileSystemStorage(location=tmp_path / "absent"), InMemoryStorage()):
        assert sweep(storage, known=lambda keys: set(), older_than=NOW) == 0


def test_a_sweep_works_on_other_storages(tmp_path):
    storage = InMemoryStorage()
    key = put(io.BytesIO(b"x"), storage=storage).key

    removed = sweep(storage, known=lambda keys: set(), older_than=datetime.now(UTC) + timedelta(minutes=1))

    assert removed == 1
    assert not storage.exists(key)
