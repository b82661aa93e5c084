"""The real figures that come with the engine, submitted and released through the same door as everybody's."""

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from puebla.core.verdicts import RefusedError
from puebla.statistics.querysets import store

#: Run in a process of its own, beside this one, which then need not carry what reads figures.
_PROGRAM = (
    "import sys, siemmes\n"
    "store = siemmes.Store(sys.argv[1])\n"
    "for flow in sys.argv[2:]:\n"
    "    store.submit_shipped(flow, release=True)\n"
)


@dataclass
class Releasing:
    """Figures that are being released by a process beside this one."""

    process: subprocess.Popen[str]

    def wait(self) -> None:
        """Go on when they are out.

        Raises:
            RefusedError: where the engine refuses.
        """
        _out, told = self.process.communicate()
        if self.process.returncode:
            last = (told.strip().splitlines() or [""])[-1]
            raise RefusedError(
                _("The figures that come with the software could not be released: %(error)s")
                % {"error": last}
            )


def release_shipped(dataflows: Sequence[str]) -> Releasing:
    """Begin to release these dataflows' shipped figures; what is out already stays, and a kill loses nothing."""
    command = [sys.executable, "-c", _PROGRAM, str(store.folder()), *dataflows]
    return Releasing(
        subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)  # noqa: S603 - our own program
    )
