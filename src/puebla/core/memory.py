"""What was gathered before, as long as nothing was written since: for what takes long and is looked at again page by page."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections

T = TypeVar("T")


def written_so_far() -> Hashable | None:
    """What differs as soon as anything is written to the database, by whomever; None where that cannot be told.

    Inside a transaction it cannot: what it wrote may be taken back.
    """
    connection: Any = connections[DEFAULT_DB_ALIAS]
    if connection.in_atomic_block:
        return None
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            # Of other connections the version tells, of this one the number of its own changes; both are worth something on the
            # same connection alone.
            cursor.execute("PRAGMA data_version")
            return _mark_of(connection), cursor.fetchone()[0], connection.connection.total_changes
        cursor.execute("SELECT pg_current_snapshot()::text")
        return str(cursor.fetchone()[0])


def _mark_of(connection: Any) -> object:
    """The same as long as the connection to the database is."""
    known, mark = getattr(connection, "marked", (None, None))
    if known is not connection.connection:
        mark = object()
        connection.marked = (connection.connection, mark)
    return mark


class Kept(Generic[T]):
    """Things by a key that says all they depend on.

    Args:
        most: how many are kept, those made last.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, T] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """The thing of this key, made where it is not known."""
        known = self._kept.get(key)
        return known if known is not None else self.put(key, make())

    def put(self, key: Hashable, made: T) -> T:
        """Keep it in place of what this key stood for."""
        # Put in anew, not moved: another thread may forget it at any moment.
        self._kept.pop(key, None)
        self._kept[key] = made
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return made

    def known(self, key: Hashable) -> T | None:
        """The thing of this key; None where it is not known."""
        return self._kept.get(key)


class Remembered(Generic[T]):
    """Things by a key that says all they depend on beside the database.

    Args:
        most: how many are remembered.
    """

    def __init__(self, most: int) -> None:
        self._kept: Kept[tuple[Hashable, T]] = Kept(most)

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """The thing of this key; made anew where something was written since."""
        # Asked before it is made: what is written meanwhile makes it old.
        state = written_so_far()
        if state is None:
            return make()
        known = self._kept.known(key)
        if known is not None and known[0] == state:
            return known[1]
        return self._kept.put(key, (state, make()))[1]
