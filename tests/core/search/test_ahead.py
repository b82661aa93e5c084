"""Records are made ready for an index while those before them are written."""

import datetime as dt
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.db import connection, connections

from puebla.core.search import building

AT = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)


@pytest.fixture
def store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, django_db_blocker: pytest.FixtureRequest
) -> Iterator[Path]:
    """A database in a file, as the product's own is: six records, of which an index keeps the words."""
    path = tmp_path / "store.sqlite3"
    with sqlite3.connect(path) as made:
        made.executescript(
            "PRAGMA journal_mode=WAL; CREATE TABLE record (id INTEGER PRIMARY KEY, words TEXT);"
            " CREATE TABLE kept (id INTEGER PRIMARY KEY, words TEXT);"
            " INSERT INTO record VALUES (1, 'a'), (2, 'b'), (3, 'c'), (4, 'd'), (5, 'e'), (6, 'f');"
        )
    made.close()
    standing = connections["default"]
    kept = connections.settings["default"]
    own = {
        **kept,
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "OPTIONS": {"transaction_mode": "IMMEDIATE"},
    }
    monkeypatch.setitem(connections.settings, "default", own)
    monkeypatch.setattr(building, "CHUNK", 2)
    del connections["default"]
    try:
        with django_db_blocker.unblock():  # type: ignore[attr-defined]
            yield path
            connections["default"].close()
    finally:
        connections["default"] = standing


@dataclass
class _Prepared:
    rows: list[tuple[int, str]]

    def write(self) -> int:
        with connection.cursor() as cursor:
            cursor.executemany("INSERT INTO kept VALUES (%s, %s)", self.rows)
        return len(self.rows)


@dataclass
class _Preparing:
    """Reads records; remembers in which threads it did, and says when one was read beside."""

    home: threading.Thread = field(default_factory=threading.current_thread)
    read_at_home: list[bool] = field(default_factory=list)
    beside: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def __call__(self, keys: Sequence[int], *, at: dt.datetime) -> _Prepared:
        marks = ", ".join(["%s"] * len(keys))
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT id, words FROM record WHERE id IN ({marks})", list(keys))
            rows = cursor.fetchall()
        self.read_at_home.append(threading.current_thread() is self.home)
        if not self.read_at_home[-1]:
            self.beside.release()
        return _Prepared(rows)


def _kept(path: Path) -> dict[int, str]:
    with sqlite3.connect(path) as read:
        return dict(read.execute("SELECT id, words FROM kept"))


class TestRecordsMadeReadyBeside:
    def test_all_are_written_and_all_but_the_first_chunk_were_read_in_another_thread(
        self, store: Path
    ) -> None:
        prepare = _Preparing()
        assert building.write(prepare, [1, 2, 3, 4, 5, 6], AT) == 6
        assert _kept(store) == {1: "a", 2: "b", 3: "c", 4: "d", 5: "e", 6: "f"}
        assert sorted(prepare.read_at_home) == [False, False, True]

    def test_what_somebody_wrote_meanwhile_is_read_again(self, store: Path) -> None:
        prepare = _Preparing()

        def told(done: int) -> None:
            if done == 2:
                assert prepare.beside.acquire(timeout=30)
                with sqlite3.connect(store) as other:
                    other.execute("UPDATE record SET words = 'changed' WHERE id = 3")

        building.write(prepare, [1, 2, 3, 4, 5, 6], AT, told)
        assert _kept(store) == {1: "a", 2: "b", 3: "changed", 4: "d", 5: "e", 6: "f"}

    def test_a_fault_in_one_chunk_keeps_those_before_it(self, store: Path) -> None:
        prepare = _Preparing()
        with sqlite3.connect(store) as other:
            other.execute("INSERT INTO kept VALUES (5, 'in the way')")
        with pytest.raises(Exception, match="UNIQUE"):
            building.write(prepare, [1, 2, 3, 4, 5, 6], AT)
        assert _kept(store) == {1: "a", 2: "b", 3: "c", 4: "d", 5: "in the way"}
