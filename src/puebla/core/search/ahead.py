"""Records made ready for an index while those before them are written: SQLite and Python then work at the same time.

What is read ahead is used only where nobody wrote in between: SQLite tells each connection when another has written
(`PRAGMA data_version`), and while our transaction is open nobody can. Otherwise it is read again inside the transaction.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.sqlite3.base import DatabaseWrapper

from puebla.core.search.sources import Prepare, Prepared


@contextmanager
def preparing(
    prepare: Prepare, chunks: Sequence[Sequence[int]], at: dt.datetime
) -> Iterator[Callable[[int], Prepared]]:
    """Gives a function that is asked, inside the transaction that writes it, for the chunk of each number in turn."""
    if len(chunks) < 2 or not _may_read_beside():
        yield lambda number: prepare(chunks[number], at=at)
        return
    with ThreadPoolExecutor(1) as beside:
        try:
            yield _Ahead(prepare, chunks, at, beside).prepared
        finally:
            beside.submit(connections.close_all).result()


def _may_read_beside() -> bool:
    """Whether a second connection sees what this one does, and works while it writes."""
    own = connections[DEFAULT_DB_ALIAS]
    return isinstance(own, DatabaseWrapper) and not own.in_atomic_block and not own.is_in_memory_db()


@dataclass
class _Ahead:
    """One chunk made ready beside.

    Attributes:
        waiting: that chunk. since: the state of the database when it was begun.
    """

    prepare: Prepare
    chunks: Sequence[Sequence[int]]
    at: dt.datetime
    beside: ThreadPoolExecutor
    waiting: Future[Prepared] | None = None
    since: int = 0

    def prepared(self, number: int) -> Prepared:
        """The chunk of this number; the one after it is begun."""
        waiting, since = self.waiting, self.since
        # Inside our transaction: whoever wrote before it is seen here, and nobody writes from now on.
        self.since = _data_version()
        found = waiting.result() if waiting else None
        self.waiting = self._begin(number + 1)
        if found is None or since != self.since:
            return self.prepare(self.chunks[number], at=self.at)
        return found

    def _begin(self, number: int) -> Future[Prepared] | None:
        if number == len(self.chunks):
            return None
        return self.beside.submit(self.prepare, self.chunks[number], at=self.at)


def _data_version() -> int:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA data_version")
        return int(cursor.fetchone()[0])
