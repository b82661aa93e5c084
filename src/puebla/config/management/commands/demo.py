"""`puebla demo`: a living conference to look at."""

import contextlib
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from puebla.core.operations import OperatorCommand
from puebla.core.verdicts import RefusedError, require


class Command(OperatorCommand):
    """Load the demonstration, or tell its accounts."""

    needs_instance = False
    help = (
        "Load the demonstration conference: members, bodies, people, documents as real files. Only under"
        " PUEBLA_ENV=demo. Takes less than a minute."
    )
    example = (
        "PUEBLA_ENV=demo puebla demo\n"
        "PUEBLA_ENV=demo puebla demo --accounts      # who can sign in, and where they sit"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """See the class."""
        parser.add_argument(
            "--if-empty",
            action="store_true",
            help="do nothing where it is loaded already (as “make run” asks)",
        )
        parser.add_argument(
            "--reset", action="store_true", help="take the demonstration away first, then load it anew"
        )
        parser.add_argument("--accounts", action="store_true", help="list the accounts with their seats")
        parser.add_argument("--json", action="store_true", dest="as_json", help="print for a machine")

    def handle(self, *, if_empty: bool, reset: bool, accounts: bool, as_json: bool, **_options: Any) -> None:
        """Load; refuses in production and over anything else."""
        from puebla.config.demonstration import loading, starting

        require(starting.may_load())
        if accounts:
            self._tell_accounts(as_json)
            return
        starting.make_ready()
        if reset or starting.is_left_half():
            starting.reset()
        elif loading.is_loaded():
            if if_empty:
                return
            raise RefusedError(_("The demonstration is loaded already. To begin anew: puebla demo --reset"))
        with _bars(shown=not as_json) as told:
            loaded = loading.load(at=timezone.now(), told=told)
        if as_json:
            self.write_json(asdict(loaded))
        else:
            self.stdout.write(
                _(
                    "The demonstration stands: %(accounts)d accounts, %(documents)d documents in %(files)d files,"
                    " %(released)d of them released to the public. Every password is “%(password)s”."
                )
                % (asdict(loaded) | {"password": _password()})
            )

    def _tell_accounts(self, as_json: bool) -> None:
        from puebla.config.demonstration import loading, people

        if not loading.is_loaded():
            raise RefusedError(_("Nothing is loaded yet. Load the demonstration first: puebla demo"))
        found = people.accounts()
        if as_json:
            self.write_json({"password": people.PASSWORD, "accounts": found})
            return
        self.stdout.write(_("Every password is “%(password)s”.") % {"password": people.PASSWORD})
        for account in found:
            seats = ", ".join(
                f"{one['role']} · {one['party']} · {one['body']}"
                + ("" if one["confirmed"] else f" ({_('not confirmed')})")
                for one in account["seats"]
            )
            self.stdout.write(f"{account['email']:32}  {account['name']:18}  {seats}")


def _password() -> str:
    from puebla.config.demonstration.people import PASSWORD

    return PASSWORD


@contextlib.contextmanager
def _bars(*, shown: bool) -> Iterator[Any]:
    """A bar for each stage on the terminal; a line for each stage where the output goes to a file."""
    labels = {
        "build": _("Building the files"),
        "file": _("Filing the documents"),
        "read": _("Reading text and making thumbnails"),
        "release": _("Releasing to the public"),
    }
    if not shown:
        yield lambda _stage, _done, _of: None
        return
    if not sys.stderr.isatty():
        yield lambda stage, done, of: done == of and print(f"{labels[stage]}: {of}", file=sys.stderr)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        tasks = {}

        def told(stage: str, done: int, of: int) -> None:
            if stage not in tasks:
                tasks[stage] = progress.add_task(labels[stage], total=of)
            progress.update(tasks[stage], completed=done)

        yield told
