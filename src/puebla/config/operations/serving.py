"""Serving both sites from one command: the tables and styles are made ready, then web workers and the queue's worker run.

This process sets Django up once, binds the port, and forks: the web server's master and the queue's worker share what was
loaded already, which halves start and memory. It then only watches over them.

Threads serve the pages (`gthread`): a browser's idle connection, or a download over a weak line, would hold a plain worker
for minutes.
"""

import contextlib
import ctypes
import errno
import gc
import hashlib
import logging
import os
import select
import signal
import socket
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

from django.conf import settings
from django.db import connections
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from puebla.core.guards import guards_stand
from puebla.core.operations import require_instance
from puebla.core.verdicts import RefusedError

THREADS = 4
GRACE = 12.0
#: Bytes of an address that are read: a question of 5,000 signs, each written as twelve bytes, and what stands around it.
LONGEST_ADDRESS = 64 * 1024
_STEADY = 30.0


def report_errors() -> None:
    """Show errors on the standard error stream, where a service manager keeps them."""
    handler = logging.StreamHandler()
    handler.setLevel(logging.WARNING)
    handler.setFormatter(logging.Formatter("%(asctime)s %(name)s: %(message)s"))
    for name, level in (("django", logging.ERROR), ("puebla", logging.WARNING), ("django_tasks", logging.ERROR),
                        ("django_tasks_db", logging.WARNING)):  # fmt: skip
        one = logging.getLogger(name)
        one.setLevel(level)
        if handler not in one.handlers:
            one.addHandler(handler)


# Making ready ------------------------------------------------------------------------------------------


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Only one process makes ready at a time; another start waits here."""
    import fcntl

    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    with (settings.DATA_DIR / "prepare.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def prepare(say: Callable[[str], None]) -> None:
    """Make tables and static files ready where they are not; costs four queries when they are."""
    from django.core.management import call_command

    with alone():
        if not tables_stand():
            say(_("Making the tables ready …"))
            make_tables()
        fingerprint = static_fingerprint()
        stamp = Path(settings.STATIC_ROOT) / ".fingerprint"
        if not stamp.exists() or stamp.read_text() != fingerprint:
            say(_("Making styles and scripts ready …"))
            call_command("collectstatic", interactive=False, verbosity=0)
            stamp.write_text(fingerprint)


def make_tables() -> None:
    """Run the migrations that are missing.

    Where none has run yet, those of the libraries go first: each of their steps draws every model known so far anew, and
    without ours among them the whole takes two thirds of the time.
    """
    from django.core.management import call_command
    from django.core.management.sql import emit_pre_migrate_signal
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor
    from django.db.migrations.state import ProjectState

    executor = MigrationExecutor(connection)
    graph = executor.loader.graph
    if not executor.loader.applied_migrations:
        theirs = [one for one in graph.leaf_nodes() if not graph.nodes[one].__module__.startswith("puebla.")]
        plan = executor.migration_plan(theirs)
        emit_pre_migrate_signal(0, False, connection.alias, apps=ProjectState().apps, plan=plan)
        executor.migrate(theirs, plan)
    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)


def tables_stand() -> bool:
    """Whether every migration on disk is applied, every guard stands and the cache has its table.

    Names are compared without importing the migrations: loading Django's graph takes as long as half a start.
    """
    from django.apps import apps
    from django.db import DatabaseError, connection

    try:
        standing = set(connection.introspection.table_names())
        if not {"django_migrations", *cache_tables()} <= standing or not guards_stand():
            return False
        with connection.cursor() as cursor:
            cursor.execute("SELECT app, name FROM django_migrations")
            applied = set(cursor.fetchall())
    except DatabaseError:
        return False
    for app in apps.get_app_configs():
        folder = Path(app.path) / "migrations"
        names = {one.stem for one in folder.glob("[0-9]*.py")} if folder.is_dir() else set()
        if any((app.label, name) not in applied for name in names):
            return False
    return True


def cache_tables() -> list[str]:
    """Tables of the caches that lie in the database."""
    described: Any = settings.CACHES
    return [one["LOCATION"] for one in described.values() if one["BACKEND"].endswith("DatabaseCache")]


def static_fingerprint() -> str:
    """Tells whether a static file was added, changed or taken away since they were last collected."""
    from django.apps import apps

    stores: Any = settings.STORAGES
    digest = hashlib.sha256(stores["staticfiles"]["BACKEND"].encode())
    for app in apps.get_app_configs():
        folder = Path(app.path) / "static"
        for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
            if path.is_file():
                facts = path.stat()
                digest.update(f"{path.relative_to(folder)} {facts.st_size} {facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def require_fit() -> None:
    """Stop where serving would be wrong: nothing loaded yet, or demonstration accounts in production."""
    require_instance()
    if not settings.DEMO:
        accounts = demonstration_accounts()
        if accounts:
            raise RefusedError(
                _("This is production, and demonstration accounts exist (%(accounts)s): anyone knows their password."
                  " Use a database and a data directory that the demonstration was never loaded into.")
                % {"accounts": ", ".join(accounts[:5])}
            )  # fmt: skip


def demonstration_accounts() -> list[str]:
    """Addresses of demonstration accounts that could sign in here."""
    from puebla.config.editions import demonstration_accounts as accounts

    return accounts()


# Running -----------------------------------------------------------------------------------------------


def bound(address: str, port: int) -> socket.socket:
    """A listening socket, so that a port in use is told before anything else happens."""
    listener = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((address, port))
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise RefusedError(
                _(
                    "Port %(port)d is in use by another program. Name another one: puebla serve --port %(next)d"
                )
                % {"port": port, "next": port + 1 if port < 65535 else 8000}
            ) from error
        if error.errno == errno.EACCES:
            raise RefusedError(
                _(
                    "Port %(port)d may only be opened by the administrator. Name one above 1023: puebla serve --port 8000"
                )
                % {"port": port}
            ) from error
        raise RefusedError(
            _(
                "%(address)s cannot be listened on (%(error)s). Name an address of this machine, such as 127.0.0.1."
            )
            % {"address": address, "error": error.strerror}
        ) from error
    listener.listen(128)
    return listener


@dataclass
class Child:
    """A process looked after: what it runs, and when it was started."""

    name: str
    run: Callable[[], None]
    pid: int = 0
    started: float = 0.0
    delay: float = 1.0
    due: float = 0.0

    def start(self) -> None:
        """Fork; the child leaves the terminal's process group, so that Ctrl-C reaches it once, through its parent."""
        sys.stdout.flush()
        sys.stderr.flush()
        connections.close_all()
        parent = os.getpid()
        self.started = time.monotonic()
        self.pid = os.fork()
        if self.pid == 0:
            _be_child(self.run, parent)


def _be_child(run: Callable[[], None], parent: int) -> None:
    code = 1
    try:
        os.setsid()
        for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(signum, signal.SIG_DFL)
        _die_with(parent)
        run()
        code = 0
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    except BaseException:  # noqa: BLE001 - whatever it was, this process must not run on as its parent
        traceback.print_exc()
    finally:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def _die_with(parent: int) -> None:
    """Ask the system for SIGTERM when the parent is killed, where it offers that (Linux)."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, int(signal.SIGTERM))
    if os.getppid() != parent:
        os._exit(1)


@dataclass
class Group:
    """The web server's master and the queue's worker, and the signals that go to them."""

    web: Child
    worker: Child | None
    stopping: int = 0
    children: list[Child] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.children = [self.web, *([self.worker] if self.worker else [])]

    def run(self, *, ready: int, announce: Callable[[], None], say: Callable[[str], None]) -> int:
        """Start, announce when the first web worker is up, watch until told to stop; the exit code."""
        for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(signum, self._on_signal)
        self.web.start()
        waiting_on = [ready]
        if self.worker is not None:
            # After the first page's process is up: on a small machine the two would get in each other's way.
            self.worker.due = time.monotonic() + 10
        while not self.stopping:
            if select.select(waiting_on, [], [], 0.25)[0]:
                waiting_on = []
                announce()
                if self.worker is not None:
                    # The first visitor, who comes now, goes before.
                    self.worker.due = time.monotonic() + 1
            if self._reap(say):
                break
            if self.worker is not None and not self.worker.pid and time.monotonic() >= self.worker.due:
                self.worker.start()
        failed = not self.stopping
        self._end()
        return int(failed)

    def _on_signal(self, signum: int, frame: FrameType | None) -> None:  # noqa: ARG002
        self.stopping += 1
        if self.stopping > 1:
            self._send(signal.SIGKILL)

    def _send(self, signum: signal.Signals) -> None:
        for child in self.children:
            if child.pid:
                with contextlib.suppress(ProcessLookupError):
                    # The web server hands its own signal on; what is killed is killed with all it started.
                    (os.killpg if signum == signal.SIGKILL else os.kill)(child.pid, signum)

    def _reap(self, say: Callable[[str], None]) -> bool:
        """Note who ended; whether the web server did, which ends everything."""
        for child in self.children:
            if not child.pid or not _has_ended(child.pid):
                continue
            child.pid = 0
            if child is self.web:
                say(_("The web server ended by itself; the lines above say why."))
                return True
            # One that dies again and again is started ever more slowly.
            child.delay = 1.0 if time.monotonic() - child.started > _STEADY else min(child.delay * 2, 30.0)
            child.due = time.monotonic() + child.delay
            say(_("The queue's worker ended and is started again; its job is taken over."))
        return False

    def _end(self) -> None:
        self._send(signal.SIGTERM)
        until = time.monotonic() + GRACE
        while any(child.pid for child in self.children):
            for child in self.children:
                if child.pid and _has_ended(child.pid):
                    child.pid = 0
            if time.monotonic() > until:
                # A long job is left to the next start, which takes it over.
                self._send(signal.SIGKILL)
            time.sleep(0.02)


def _has_ended(pid: int) -> bool:
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:
        return True


def run_web(listener: socket.socket, *, workers: int, ready: int) -> None:
    """Be the web server's master; tells `ready` as soon as one of its workers answers."""
    from gunicorn.app.base import BaseApplication
    from gunicorn.http import message

    # Whoever pastes a whole page into a search box is told so in words of ours, not by the server's bare refusal; its
    # own ceiling is lower than what it takes as a setting.
    message.MAX_REQUEST_LINE = LONGEST_ADDRESS

    class Site(BaseApplication):
        def load_config(self) -> None:
            chosen = {
                "bind": f"fd://{listener.fileno()}",
                "workers": workers,
                "worker_class": "gthread",
                "threads": THREADS,
                "timeout": 120,
                "graceful_timeout": int(GRACE) - 4,
                "keepalive": 5,
                "limit_request_line": LONGEST_ADDRESS,
                "preload_app": True,
                "loglevel": "warning",
                "proc_name": "puebla",
                "control_socket_disable": True,
                "worker_tmp_dir": "/dev/shm" if Path("/dev/shm").is_dir() else None,  # noqa: S108 - memory, as advised
                "post_worker_init": lambda worker: os.write(ready, b"."),  # noqa: ARG005
            }
            for name, value in chosen.items():
                self.cfg.set(name, value)

        def load(self) -> object:
            return import_string(settings.WSGI_APPLICATION)

    Site().run()


def warm() -> None:
    """Load what every page needs before forking, so that it is loaded once and shared."""
    import importlib

    import gunicorn.app.base
    import gunicorn.workers.gthread  # noqa: F401

    importlib.import_module(settings.ROOT_URLCONF)
    import_string(settings.WSGI_APPLICATION)
    # What is loaded by now lives for ever: the collector need not touch, and so copy, its pages in every process.
    gc.freeze()


def serve(
    listener: socket.socket,
    *,
    workers: int,
    with_worker: bool,
    announce: Callable[[], None],
    say: Callable[[str], None],
) -> int:
    """Serve until told to stop; the exit code."""
    report_errors()
    warm()
    ready_to_read, ready_to_write = os.pipe()
    web = Child("web", lambda: run_web(listener, workers=workers, ready=ready_to_write))
    return Group(web, Child("worker", _run_worker) if with_worker else None).run(
        ready=ready_to_read, announce=announce, say=say
    )


def _run_worker() -> None:
    from puebla.config.operations.working import work

    work(parent=os.getppid())
