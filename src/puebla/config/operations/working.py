"""The queue's worker: does slow work one job after another, takes over what a dead worker left, and does the chores.

A worker holds a lock for as long as it lives: on PostgreSQL an advisory lock of its own connection, on SQLite (one machine,
one data directory) a lock on a file. Both vanish with the process, however it ends, and never before: so a job of a dead
worker is known at once, and a long job of a living one is never stolen.
"""

import contextlib
import datetime as dt
import fcntl
import hashlib
import os
import secrets
import signal
import socket
import time
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, Self

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, OperationalError, close_old_connections, connection
from django.utils import timezone
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult
from django_tasks_db.utils import exclusive_transaction, is_locked_database_exception

from puebla.core import registry
from puebla.core.operations import Chore, Done, do_chores, logger, name_of

QUEUE = "queue"
#: A job whose worker died this often is given up: it is likely to be what kills them.
TRIES = 3
KEPT = dt.timedelta(days=14)
CHORES_EVERY = 5.0
SEEN_EVERY = 30.0
#: Under this key the cache keeps when a worker last showed itself.
SEEN = "worker.seen"
POLL_EVERY = 1.0
_SLICE = 0.2


class AbandonedJobError(Exception):
    """A job that was given up because its workers died over it."""


class Presence:
    """A worker's sign of life: a lock that ends with its holder."""

    def __init__(self) -> None:
        self.worker_id = f"{socket.gethostname()[:30]}-{os.getpid()}-{secrets.token_hex(4)}"
        self._file: Any = None
        self._line: Any = None

    def __enter__(self) -> Self:
        self.hold()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        if self._file is not None:
            _file_of(self.worker_id).unlink(missing_ok=True)
            self._file.close()
            self._file = None
        if self._line is not None:
            with contextlib.suppress(DatabaseError), self._line.cursor() as cursor:
                # Said aloud: the server takes a moment to notice a line that was only closed.
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_number_of(self.worker_id)])
            self._line.close()
            self._line = None

    def hold(self) -> None:
        """Take the lock, or take it again where the database was restarted meanwhile."""
        if connection.vendor == "sqlite":
            if self._file is None:
                path = _file_of(self.worker_id)
                path.parent.mkdir(parents=True, exist_ok=True)
                self._file = path.open("w")
                fcntl.flock(self._file, fcntl.LOCK_EX)
        elif self._line is None or not self._line.is_usable():
            with contextlib.suppress(DatabaseError):
                if self._line is not None:
                    self._line.close()
            # A connection of its own: the worker's may be closed between two jobs, and the lock with it.
            self._line = connection.copy()
            with self._line.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_lock(%s)", [_number_of(self.worker_id)])


def is_alive(worker_id: str) -> bool:
    """Whether the worker of this name still holds its lock."""
    if connection.vendor == "sqlite":
        return _holds_file(_file_of(worker_id))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_number_of(worker_id)])
        if cursor.fetchone()[0]:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_number_of(worker_id)])
            return False
    return True


def _holds_file(path: Path) -> bool:
    try:
        with path.open("r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink(missing_ok=True)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def _file_of(worker_id: str) -> Path:
    return Path(settings.DATA_DIR) / "workers" / f"{worker_id.replace('/', '_')}.lock"


def _number_of(worker_id: str) -> int:
    return int.from_bytes(hashlib.sha256(f"puebla worker {worker_id}".encode()).digest()[:8], signed=True)


# What is done between jobs -----------------------------------------------------------------------------


def take_over(at: dt.datetime) -> int:
    """Give the jobs of dead workers back to the queue, or up after too many tries; how many."""
    taken = 0
    for job in DBTaskResult.objects.running().filter(backend_name=QUEUE):
        if job.worker_ids and is_alive(job.worker_ids[-1]):
            continue
        # Only if nobody else has taken it since.
        still = DBTaskResult.objects.filter(pk=job.pk, status=job.status, started_at=job.started_at)
        if len(job.worker_ids) < TRIES:
            taken += still.update(status="READY", started_at=None)
            continue
        sentence = f"The worker died {len(job.worker_ids)} times over this job; it is not tried again."
        path = f"{AbandonedJobError.__module__}.{AbandonedJobError.__qualname__}"
        taken += still.update(
            status="FAILED", finished_at=at, exception_class_path=path, traceback=f"{path}: {sentence}\n"
        )
    return taken


def prune(at: dt.datetime) -> int:
    """Drop finished jobs after two weeks; how many."""
    return DBTaskResult.objects.finished().filter(finished_at__lt=at - KEPT).delete()[0]


OWN_CHORES = [
    Chore("queue.taken_over", take_over),
    Chore("queue.pruned", prune, every=dt.timedelta(hours=6)),
]


def all_chores() -> Iterator[Callable[[], int]]:
    """The queue's own upkeep, then what the rooms registered."""
    yield from OWN_CHORES
    yield from registry.chores


def round_of_chores(*, only: Collection[str] = (), at: dt.datetime | None = None) -> list[Done]:
    """Do every chore that is due.

    Args:
        only: the chores with these names, or with names that begin so; all of them where nothing is named.
        at: as if it were this instant, due or not; for demonstrations.
    """
    chores = [one for one in all_chores() if not only or name_of(one).startswith(tuple(only))]
    return do_chores(chores if at is None else [_sent_to(one, at) for one in chores])


def _sent_to(chore: Callable[[], int], at: dt.datetime) -> Callable[[], int]:
    work = getattr(chore, "work", None)
    return Chore(name_of(chore), lambda _now: work(at)) if work else chore


# The worker --------------------------------------------------------------------------------------------


class QueueWorker(Worker):
    """Does jobs until told to stop; the job at hand is finished first, a second signal leaves it to a successor."""

    def __init__(self) -> None:
        self.presence = Presence()
        self.done = self.failed = 0
        super().__init__(
            queue_names=[QUEUE], interval=POLL_EVERY, batch=False, backend_name=QUEUE, startup_delay=False,
            max_tasks=None, worker_id=self.presence.worker_id, excluded_queue_names=[],
        )  # fmt: skip

    def shutdown(self, signum: int, frame: FrameType | None) -> None:  # noqa: ARG002
        """Stop after the job at hand; when told twice, at once and without marking it failed."""
        if not self.running:
            os._exit(1)
        self.running = False

    def run(self, *, once: bool = False, parent: int | None = None) -> None:
        """Work until told to stop, until nothing waits (`once`), or until the parent process is gone."""
        with self.presence:
            next_chores = next_seen = 0.0
            while self.running and (parent is None or os.getppid() == parent):
                close_old_connections()
                if time.monotonic() >= next_seen:
                    cache.set(SEEN, timezone.now(), timeout=None)
                    next_seen = time.monotonic() + SEEN_EVERY
                if time.monotonic() >= next_chores:
                    self.presence.hold()
                    round_of_chores()
                    next_chores = time.monotonic() + CHORES_EVERY
                if self.running and not self.do_one():
                    if once:
                        return
                    self._rest(POLL_EVERY)

    def _rest(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while self.running and time.monotonic() < until:
            time.sleep(_SLICE)

    def do_one(self) -> bool:
        """Do the next waiting job; False when none waits."""
        job = self._claimed()
        if job is None:
            return False
        self.run_task(job)
        job.refresh_from_db(fields=["status"])
        self.done += 1
        self.failed += job.status == "FAILED"
        return True

    def _claimed(self) -> DBTaskResult | None:
        waiting = DBTaskResult.objects.ready().filter(backend_name=QUEUE, queue_name=QUEUE)
        try:
            # Looked at without a lock first: an idle worker must not stop SQLite's only writer every second.
            if not waiting.exists():
                return None
            with exclusive_transaction(waiting.db):
                job = waiting.get_locked()
                if job is not None:
                    job.claim(self.worker_id)
                return job
        except OperationalError as error:
            if not is_locked_database_exception(error):
                raise
            return None


def work(*, once: bool = False, parent: int | None = None) -> QueueWorker:
    """Run a worker in this process, with its signals; the worker, for its counts."""
    worker = QueueWorker()
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, worker.shutdown)
    delay = 1.0
    while True:
        try:
            worker.run(once=once, parent=parent)
        except OperationalError as error:
            # The database is restarted, or not up yet: wait for it rather than die.
            if once:
                raise
            logger.warning("The worker lost the database and tries again in %d s: %s", delay, error)
            close_old_connections()
            time.sleep(delay)
            delay = min(delay * 2, 30.0)
            continue
        return worker


def failed_jobs(limit: int = 20) -> list[dict[str, Any]]:
    """The newest failed jobs with their traceback, for people."""
    rows = DBTaskResult.objects.failed().order_by("-finished_at")[:limit]
    return [
        {
            "id": row.pk, "job": row.task_name, "arguments": row.args_kwargs, "failed_at": row.finished_at,
            "tries": len(row.worker_ids), "error": (row.traceback.strip().splitlines() or [""])[-1],
            "traceback": row.traceback,
        }
        for row in rows
    ]  # fmt: skip
