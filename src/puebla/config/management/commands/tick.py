"""`puebla tick`: what is due, once."""

import datetime as dt
from argparse import ArgumentParser, ArgumentTypeError
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from puebla.core.operations import Found, OperatorCommand
from puebla.core.verdicts import RefusedError


def _instant(text: str) -> dt.datetime:
    """The instant that was typed; one without a zone is meant by the clock of the process."""
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(_("write the instant as 2026-12-01T07:00")) from error
    return found if found.tzinfo else timezone.make_aware(found)


class Command(OperatorCommand):
    """Do every chore that is due, and say what was done."""

    help = (
        "Do what is due once: notices, digests, mail, lost jobs, sweeping, the journal's head. For machines without a"
        " running worker."
    )
    example = (
        "* * * * *  puebla tick      # a line of a crontab\n"
        "puebla tick --only notices --at 2026-12-01T07:00      # tomorrow's digests of a demonstration, now"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """See the class."""
        parser.add_argument(
            "--only", action="append", default=[], metavar="NAME", help="only chores whose name begins so"
        )
        parser.add_argument(
            "--at",
            type=_instant,
            metavar="INSTANT",
            help="as if it were this instant, by the process's clock; in a demonstration alone",
        )
        parser.add_argument("--json", action="store_true", dest="as_json", help="print for a machine")

    def handle(self, *, as_json: bool, only: list[str], at: dt.datetime | None, **_options: Any) -> None:
        """Do the round; 1 when a chore failed."""
        from puebla.config.operations.working import round_of_chores

        if at is not None and not settings.DEMO:
            raise RefusedError(
                _("An instance that people rely on is not sent to another time; --at is for demonstrations.")
            )
        done = round_of_chores(only=only, at=at)
        if as_json:
            self.write_json([asdict(one) for one in done])
        else:
            for one in done:
                self.stdout.write(f"{one.name:24} {one.error or one.count}")
        if any(one.error for one in done):
            self.stderr.write(_("Not every chore could be done; see above."))
            raise Found
