"""`puebla tick`: what is due, once."""

from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.utils.translation import gettext as _

from puebla.core.operations import Found, OperatorCommand


class Command(OperatorCommand):
    """Do every chore that is due, and say what was done."""

    help = "Do what is due once: mail, lost jobs, sweeping, the journal's head. For machines without a running worker."
    example = "* * * * *  puebla tick      # a line of a crontab"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """See the class."""
        parser.add_argument("--json", action="store_true", dest="as_json", help="print for a machine")

    def handle(self, *, as_json: bool, **_options: Any) -> None:
        """Do the round; 1 when a chore failed."""
        from puebla.config.operations.working import round_of_chores

        done = round_of_chores()
        if as_json:
            self.write_json([asdict(one) for one in done])
        else:
            for one in done:
                self.stdout.write(f"{one.name:24} {one.error or one.count}")
        if any(one.error for one in done):
            self.stderr.write(_("Not every chore could be done; see above."))
            raise Found
