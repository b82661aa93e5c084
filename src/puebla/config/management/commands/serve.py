"""`puebla serve`: both sites and the worker, in one command."""

import argparse
import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from puebla.config.operations import serving
from puebla.core.operations import OperatorCommand


def whole_number(least: int, most: int) -> Any:
    """An argument's type: a number between these."""

    def read(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
            raise argparse.ArgumentTypeError(
                _("“%(text)s” is no number from %(least)d to %(most)d")
                % {"text": text, "least": least, "most": most}
            )
        return int(text)

    return read


class Command(OperatorCommand):
    """Serve until Ctrl-C."""

    needs_instance = False  # asked once the tables are ready
    help = "Serve the public and the private site, and run the worker. Tables, styles and scripts are made ready first."
    example = (
        "puebla serve --port 8000\npuebla serve --workers 4 --no-worker      # the worker runs elsewhere"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """See the class."""
        port = os.environ.get("PORT") or "8000"
        parser.add_argument("--port", type=whole_number(0, 65535), default=port, help="default %(default)s; 0 takes a free one")  # fmt: skip
        parser.add_argument("--bind", default="127.0.0.1", metavar="ADDRESS", help="default %(default)s: behind a proxy on this machine")  # fmt: skip
        parser.add_argument("--workers", type=whole_number(1, 64), default=2, help="processes that answer, of 4 threads each; default %(default)s")  # fmt: skip
        parser.add_argument("--no-worker", action="store_true", help="do not run the queue's worker here")
        parser.add_argument("--no-prepare", action="store_true", help=argparse.SUPPRESS)

    def handle(
        self, *, port: int, bind: str, workers: int, no_worker: bool, no_prepare: bool, **_options: Any
    ) -> None:
        """Serve; 1 when it may not or the web server fails."""
        listener = serving.bound(bind, port)
        port = listener.getsockname()[1]
        if settings.DEMO and not os.environ.get("PUEBLA_BASE_URL"):
            settings.BASE_URL = f"http://localhost:{port}"
        if not no_prepare:
            serving.prepare(self._say)
        serving.require_fit()

        def announce() -> None:
            self.stdout.write(
                _("Puebla answers at %(address)s (Ctrl-C stops it)") % {"address": f"http://localhost:{port}"}
            )
            self.stdout.flush()

        sys.exit(
            serving.serve(
                listener, workers=workers, with_worker=not no_worker, announce=announce, say=self._say
            )
        )

    def _say(self, sentence: str) -> None:
        self.stderr.write(sentence, style_func=str)
        self.stderr.flush()
