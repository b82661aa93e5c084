"""`puebla worker`: the queue of slow work."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.utils.translation import ngettext

from puebla.config.operations.serving import report_errors
from puebla.core.operations import Found, OperatorCommand


class Command(OperatorCommand):
    """Run the queue until told to stop."""

    help = "Do the slow work: reading of files, mail, sweeping. “puebla serve” starts one by itself."
    example = "puebla worker\npuebla worker --once      # what waits now, then stop"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """See the class."""
        parser.add_argument("--once", action="store_true", help="do what waits now, then stop")

    def handle(self, *, once: bool, **_options: Any) -> None:
        """Work; 1 when a job failed in `--once`."""
        from puebla.config.operations.working import work

        report_errors()
        worker = work(once=once)
        if once:
            self.stdout.write(
                ngettext("%(count)d job done.", "%(count)d jobs done.", worker.done) % {"count": worker.done}
            )
            if worker.failed:
                self.stderr.write(
                    ngettext(
                        "%(count)d of them failed; “puebla doctor” shows why.",
                        "%(count)d of them failed; “puebla doctor” shows why.",
                        worker.failed,
                    )
                    % {"count": worker.failed}
                )
                raise Found
        sys.stdout.flush()
