"""`puebla reindex`: what search knows, brought up to date or made anew."""

from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from puebla.core.operations import OperatorCommand
from puebla.core.search.building import build


class Command(OperatorCommand):
    """Write the search indexes."""

    help = (
        "Write what search does not know yet; with --all make both indexes anew, while people go on working."
    )
    example = "puebla reindex\npuebla reindex --all --json"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """See the class."""
        parser.add_argument("--all", action="store_true", dest="everything", help="make everything anew")
        parser.add_argument("--json", action="store_true", dest="as_json", help="print for a machine")

    def handle(self, *, everything: bool, as_json: bool, **_options: Any) -> None:
        """Write, and say how much."""
        done = build(at=timezone.now(), everything=everything, told=self._told)
        if as_json:
            self.write_json([asdict(one) for one in done])
            return
        for one in done:
            words = {"name": one.name, "records": one.records, "entries": one.entries}
            self.stdout.write(_("%(name)s: %(records)d records, %(entries)d entries written.") % words)

    def _told(self, name: str, done: int, of: int) -> None:
        if self.stderr.isatty():
            end = "\n" if done == of else ""
            self.stderr.write(f"\r{name}: {done:,}/{of:,}{end}", ending="")
