"""Operating an instance: what the commands of `puebla` share, chores that are done again and again, cheap checks.

The commands speak the operator's language (of the terminal), end with 0 when done, 1 for a refusal or findings, and 2
when they were called wrongly.
"""

import argparse
import contextlib
import datetime as dt
import json
import logging
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from django.conf import settings
from django.core.cache import cache
from django.core.management.base import BaseCommand, CommandError, CommandParser, DjangoHelpFormatter
from django.db import DatabaseError, close_old_connections, connection, connections
from django.utils import timezone, translation
from django.utils.formats import number_format
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from puebla.core import registry
from puebla.core.verdicts import RefusedError

logger = logging.getLogger("puebla.operations")
T = TypeVar("T")

# Commands ----------------------------------------------------------------------------------------------


class Found(CommandError):  # noqa: N818 - a finding is no error of the program
    """The command did its work and found something wrong, which it has printed already."""


class _Formatter(DjangoHelpFormatter, argparse.RawDescriptionHelpFormatter):
    """Keeps the example's lines as they are written."""


class OperatorCommand(BaseCommand):
    """A command of `puebla` for the people who run an instance.

    Attributes:
        example: lines shown below the help.
        needs_instance: whether `puebla init` or `puebla demo` must have been run.
    """

    example = ""
    needs_instance = True
    # Checked once by `puebla doctor` and in the build; a start must not wait for it.
    requires_system_checks: tuple[str, ...] = ()
    suppressed_base_arguments = {
        "--version", "--settings", "--pythonpath", "--traceback", "--no-color", "--force-color", "--verbosity",
    }  # fmt: skip

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:  # noqa: ARG002
        """The parser with the example as epilog, under the name people type."""
        kwargs.setdefault(
            "epilog", "example:\n" + "\n".join(f"  {line}" for line in self.example.splitlines())
        )
        parser = super().create_parser("puebla", subcommand.replace("_", "-"), **kwargs)
        parser.formatter_class = _Formatter
        return parser

    def run_from_argv(self, argv: list[str]) -> None:
        """Run as a program: sentences instead of tracebacks, exit codes as promised."""
        with translation.override(language_of_terminal()):
            self._called_from_command_line = True
            parser = self.create_parser(argv[0], argv[1])
            options = vars(parser.parse_args(argv[2:]))
            try:
                self.execute(**options)
            except (CommandError, RefusedError, DatabaseError, OSError) as error:
                if options.get("traceback"):
                    raise
                self._stop(argv[1], error)
            except KeyboardInterrupt:
                self.stderr.write(_("Stopped."))
                sys.exit(130)
            finally:
                with contextlib.suppress(DatabaseError):
                    connections.close_all()

    def execute(self, *args: Any, **options: Any) -> Any:
        """Run, in an instance that stands."""
        if self.needs_instance:
            require_instance()
        else:
            settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
        return super().execute(*args, **options)

    def _stop(self, name: str, error: Exception) -> NoReturn:
        if not isinstance(error, Found):
            self.stderr.write(f"puebla {name.replace('_', '-')}: {sentence_of(error)}")
        sys.exit(getattr(error, "returncode", 1))

    def write_json(self, value: Any) -> None:
        """Print a value for a machine."""
        self.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def require_instance() -> None:
    """Stop with a sentence where no process was loaded yet; where one is, days begin when they begin at its home."""
    reachable = connection.vendor != "sqlite" or Path(connection.settings_dict["NAME"]).parent.exists()
    stands = False
    try:
        stands = reachable and live_as_the_process()
    except DatabaseError:
        # No tables yet, or no database at all: the second is told as it is.
        connection.ensure_connection()
    if not stands:
        if settings.DEMO:
            raise RefusedError(_("Nothing is loaded yet. Load the demonstration first: puebla demo"))
        raise RefusedError(
            _("This instance is empty. Make it first: puebla init --edition rcm --coordinator EMAIL")
        )


def live_as_the_process() -> bool:
    """Take up the clock, the languages and the name of the process that this instance serves; whether there is one."""
    from puebla.core.interface import speak
    from puebla.core.languages import show
    from puebla.core.models import Process

    process = Process.objects.only("time_zone", "languages", "names", "short_names").first()
    if process is None:
        return False
    keep_time_of(process.time_zone)
    speak(process.languages)
    settings.PROCESS_NAMES = {
        code: process.names[code] for code in process.languages if process.names.get(code)
    }
    settings.WAGTAIL_SITE_NAME = lazy(lambda: str(show(process.short_names)) or process.code, str)()
    return True


def keep_time_of(zone: str) -> None:
    """Tell hours and days by this zone's clock from now on, in this process and those it starts."""
    if zone in (settings.TIME_ZONE, ""):
        return
    settings.TIME_ZONE = zone
    timezone.get_default_timezone.cache_clear()  # type: ignore[attr-defined]  # the stubs hide its cache


def sentence_of(error: Exception) -> str:
    """What an operator reads of an error: what happened and what to do next."""
    # A finding a line stays a finding a line.
    text = "\n".join(" ".join(line.split()) for line in str(error).splitlines())
    if isinstance(error, DatabaseError):
        return _("The database did not do its work (%(error)s). Check DATABASE_URL and that it runs.") % {"error": text}  # fmt: skip
    if isinstance(error, OSError):
        return _("The system refused: %(error)s.") % {"error": text}
    return text


def language_of_terminal() -> str:
    """The operator's language as the terminal tells it, where we have it; English otherwise."""
    told = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    language = told[:2].lower()
    return language if language in dict(settings.LANGUAGES) else "en"


def progress(
    items: Iterable[Any], label: str, *, total: int | None = None, shown: bool = True
) -> Iterator[Any]:
    """The items, with a bar on the terminal while they go by; silent where nobody looks."""
    if not shown or not sys.stderr.isatty():
        yield from items
        return
    # Imported here: rich costs a tenth of a second that a start of the server must not pay.
    from rich.console import Console
    from rich.progress import track

    yield from track(items, label, total=total, console=Console(stderr=True), transient=True)


# Chores ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Chore:
    """Work done again and again by the worker and by `puebla tick`.

    Args:
        name: for people who read what was done.
        work: gets the instant, gives the number of things done.
        every: how long to wait between two rounds over all processes; None for every round of the worker.
    """

    name: str
    work: Callable[[dt.datetime], int]
    every: dt.timedelta | None = None

    def __call__(self) -> int:
        return self.work(timezone.now())

    def is_due(self) -> bool:
        """Whether it is time; the asking process has then taken this round, so that no other does it too."""
        if self.every is None:
            return True
        # In the cache, since it is the one thing all processes share; lost marks only mean an early round.
        return cache.add(f"chore:{self.name}", 1, timeout=max(1, int(self.every.total_seconds())))

    def put_off(self) -> None:
        """Try again soon after a failure, though not at every round."""
        if self.every is not None:
            cache.set(f"chore:{self.name}", 1, timeout=min(300, max(1, int(self.every.total_seconds()))))


@dataclass(frozen=True)
class Done:
    """What became of a chore: how many things, or the sentence of its error."""

    name: str
    count: int = 0
    error: str = ""


def name_of(chore: Callable[[], int]) -> str:
    """What a chore is called."""
    return str(getattr(chore, "name", None) or getattr(chore, "__name__", "chore"))


def do_chores(chores: Iterable[Callable[[], int]] | None = None) -> list[Done]:
    """Do what is due, each chore for itself: one that fails is told and does not stop the next."""
    done = []
    for chore in registry.chores if chores is None else chores:
        name = name_of(chore)
        if isinstance(chore, Chore) and not chore.is_due():
            continue
        try:
            done.append(Done(name, chore() or 0))
        except Exception as error:
            logger.exception("The chore %s failed", name)
            done.append(Done(name, error=f"{type(error).__name__}: {error}"))
            if isinstance(chore, Chore):
                chore.put_off()
            close_old_connections()
    return done


def one_by_one(things: Iterable[T], act: Callable[[T], int]) -> int:
    """Do a chore's act for each thing; the count of all. One that fails stops none behind it, and is told at the end."""
    count, failed = 0, None
    for one in things:
        try:
            count += act(one)
        except Exception as error:
            logger.exception("%s failed for %r", getattr(act, "__qualname__", "An act"), one)
            failed = failed or error
    if failed is not None:
        raise failed
    return count


def send_mail(at: dt.datetime) -> int:
    """The chore that sends what waits."""
    from puebla.core.mail import send_waiting

    return send_waiting(at=at)


def prune_mail(at: dt.datetime) -> int:
    """The chore that drops messages sent long ago."""
    from puebla.core.mail import prune

    return prune(at=at)


def set_down_head(at: dt.datetime) -> int:
    """The chore that sets down the journal's head for the outside, once a day."""
    from puebla.core.journal import publish_head
    from puebla.core.models import PublishedHead

    today = timezone.localtime(at).date()
    if PublishedHead.objects.filter(on=today).exists():
        return 0
    return int(publish_head(on=today) is not None)


def register_core() -> None:
    """Fill the registries with the ground floor's chores and checks; called once from `apps.py`."""
    registry.chores.add("mail", Chore("mail", send_mail), rank=10)
    registry.chores.add("mail.pruned", Chore("mail.pruned", prune_mail, every=dt.timedelta(days=1)), rank=85)
    registry.chores.add(
        "journal.head", Chore("journal.head", set_down_head, every=dt.timedelta(minutes=10)), rank=80
    )
    from puebla.core.search.building import catch_up

    search = Chore("search.caught_up", catch_up, every=dt.timedelta(minutes=10))
    registry.chores.add("search.caught_up", search, rank=60)
    # Only what makes an instance unfit to answer: these decide `/readyz` too. Mail and jobs are the doctor's alone.
    registry.health_checks.add("database", check_database, rank=10)
    registry.health_checks.add("disk", check_disk, rank=40)


# Checks ------------------------------------------------------------------------------------------------

#: A job that waits longer has no worker.
PATIENCE = dt.timedelta(minutes=10)
#: With fewer bytes left on the disk uploads will soon fail.
FREE_BYTES = 500 * 1024**2


def check_database() -> tuple[str, bool, str]:
    """Whether the database answers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        return "database", False, sentence_of(error)
    return "database", True, _("The database answers (%(engine)s).") % {"engine": connection.vendor}


def check_queue() -> tuple[str, bool, str]:
    """Whether jobs are done, and done well."""
    from django_tasks_db.models import DBTaskResult

    now = timezone.now()
    waiting = DBTaskResult.objects.ready().count()
    late = DBTaskResult.objects.ready().filter(enqueued_at__lt=now - PATIENCE).count()
    failed = DBTaskResult.objects.failed().filter(finished_at__gt=now - dt.timedelta(days=1)).count()
    if late:
        return "queue", False, ngettext("%(count)d job has waited for more than ten minutes: is “puebla worker” running?", "%(count)d jobs have waited for more than ten minutes: is “puebla worker” running?", late) % {"count": late}  # fmt: skip
    if failed:
        return "queue", False, ngettext("%(count)d job failed in the last day; “puebla doctor --json” shows why.", "%(count)d jobs failed in the last day; “puebla doctor --json” shows why.", failed) % {"count": failed}  # fmt: skip
    return (
        "queue",
        True,
        ngettext("%(count)d job waits.", "%(count)d jobs wait.", waiting) % {"count": waiting},
    )


def check_mail() -> tuple[str, bool, str]:
    """Whether mail goes out."""
    from puebla.core.mail import given_up
    from puebla.core.models import OutgoingMail

    waiting = OutgoingMail.objects.filter(sent_at=None)
    count = waiting.count()
    if not settings.MAIL_URL:
        if settings.DEMO:
            return (
                "mail",
                True,
                ngettext(
                    "Mail is caught and shown on a page; %(count)d message.",
                    "Mail is caught and shown on a page; %(count)d messages.",
                    count,
                )
                % {"count": count},
            )
        return "mail", False, ngettext("PUEBLA_MAIL_URL is not set, so no mail leaves; %(count)d message waits.", "PUEBLA_MAIL_URL is not set, so no mail leaves; %(count)d messages wait.", count) % {"count": count}  # fmt: skip
    lost = given_up(waiting)
    if lost_count := lost.count():
        error = lost.values_list("last_error", flat=True).first()
        return "mail", False, ngettext("%(count)d message could not be sent and is no longer tried (%(error)s).", "%(count)d messages could not be sent and are no longer tried (%(error)s).", lost_count) % {"count": lost_count, "error": error}  # fmt: skip
    return (
        "mail",
        True,
        ngettext("%(count)d message waits to be sent.", "%(count)d messages wait to be sent.", count)
        % {"count": count},
    )


def check_disk() -> tuple[str, bool, str]:
    """Whether the data directory's disk has room left."""
    folder: Path = settings.DATA_DIR
    while not folder.exists():
        folder = folder.parent
    usage = shutil.disk_usage(folder)
    gigabytes = usage.free / 1024**3
    if usage.free < FREE_BYTES:
        return "disk", False, _("Only %(free)s GB are free in %(folder)s; make room before uploads fail.") % {"free": number_format(gigabytes, 2), "folder": folder}  # fmt: skip
    return "disk", True, _("%(free)s GB are free in the data directory.") % {"free": number_format(gigabytes, 1)}  # fmt: skip
