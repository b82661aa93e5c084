"""Making the indexes anew, and bringing them up to date where something was written past the acts."""

import datetime as dt
import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django_tasks import TaskResultStatus, task
from django_tasks_db.models import DBTaskResult

from puebla.core import registry
from puebla.core.search.ahead import preparing
from puebla.core.search.sources import Prepare
from puebla.core.search.tables import IndexTable, indexes, install_indexes

#: Records written in one transaction: short enough that nobody waits long for the database.
CHUNK = 200
#: What the chore writes at most at once.
AT_ONCE = 200
Told = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Built:
    """What became of an index: how many records were written, with how many entries."""

    name: str
    records: int
    entries: int


def build(*, at: dt.datetime, everything: bool, told: Told = lambda _name, _done, _of: None) -> list[Built]:
    """Write what is behind; everything anew where that is asked, index by index."""
    install_indexes()
    done = []
    for keeper in registry.search_keepers:
        damaged = everything or bool(keeper.odd())
        if damaged:
            keeper.clear()
        keys = list(keeper.every() if damaged else keeper.behind())
        entries = write(keeper.prepare, keys, at, partial(_tell, told, keeper.name, len(keys)))
        done.append(Built(keeper.name, len(keys), entries))
    return done


def _tell(told: Told, name: str, of: int, done: int) -> None:
    told(name, done, of)


def write(
    prepare: Prepare, keys: Sequence[int], at: dt.datetime, told: Callable[[int], None] = lambda _done: None
) -> int:
    """Write these records into an index, a chunk in one transaction; how many entries."""
    chunks = [keys[start : start + CHUNK] for start in range(0, len(keys), CHUNK)]
    count = done = 0
    with _undisturbed(), preparing(prepare, chunks, at) as prepared:
        for number, chunk in enumerate(chunks):
            with transaction.atomic():
                count += prepared(number).write()
            done += len(chunk)
            told(done)
    return count


@contextmanager
def _undisturbed() -> Iterator[None]:
    """What stands in memory already is not looked through for waste again and again: a fifth of the time otherwise."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def catch_up(at: dt.datetime) -> int:
    """The chore that makes an index that is missing or of an older form, and writes what is behind; much of it is a job."""
    install_indexes()
    count = 0
    for keeper in registry.search_keepers:
        keys = list(keeper.behind())
        if len(keys) > AT_ONCE:
            _leave_to_a_job()
        write(keeper.prepare, keys[:AT_ONCE], at)
        count += len(keys[:AT_ONCE])
    return count + sum(forget_lost_words(table) for table in indexes())


def _leave_to_a_job() -> None:
    standing = DBTaskResult.objects.filter(
        task_path=write_behind.module_path, status__in=[TaskResultStatus.READY, TaskResultStatus.RUNNING]
    )
    if not standing.exists():
        write_behind.enqueue()


@task(queue_name="queue", backend="queue")
def write_behind() -> int:
    """Write everything that search does not know; how many records. Cut off, it is done again from there."""
    at = timezone.now()
    count = 0
    for keeper in registry.search_keepers:
        keys = list(keeper.behind())
        write(keeper.prepare, keys, at)
        count += len(keys)
    return count


@transaction.atomic
def forget_lost_words(table: IndexTable) -> int:
    """Take words out of an index that belong to no entry; how many."""
    lost = table.lost_keys()
    table.erase(lost)
    return len(lost)


def check_search() -> tuple[str, bool, str]:
    """Whether search knows everything that can be found."""
    behind = sum(len(keeper.behind()) for keeper in registry.search_keepers)
    odd = sum(keeper.odd() for keeper in registry.search_keepers)
    if behind or odd:
        return "search", False, _("Search is behind by %(behind)d records, and %(odd)d entries of its indexes do not fit: puebla reindex") % {"behind": behind, "odd": odd}  # fmt: skip
    return "search", True, _("Search knows every record.")
